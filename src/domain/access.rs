//! Which repositories get a secret.

use std::collections::BTreeSet;

use super::Untrusted;

/// GitHub's `visibility` of an organization secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Visibility {
    All,
    Private,
    Selected,
}

impl Visibility {
    /// GitHub's own word, as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Private => "private",
            Self::Selected => "selected",
        }
    }

    /// The next of the three, for a key that cycles through them.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Selected => Self::Private,
            Self::Private => Self::All,
            Self::All => Self::Selected,
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::All, Self::Private, Self::Selected].into_iter().find(|v| v.word() == text)
    }
}

/// A repository in a list of selected repositories. The id is what counts: names change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepoRef {
    pub id: u64,
    pub full_name: Untrusted,
}

/// Which repositories get one secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// All repositories of the organization, public ones included.
    All,
    /// The organization's private repositories. GitHub does not say whether internal ones count.
    Private,
    /// Just these.
    Selected(Selected),
    /// A repository's own secret: that repository and no other.
    Repository,
    /// A visibility this version does not know, as named by GitHub.
    Other(Untrusted),
}

/// The repositories of a secret whose visibility is `selected`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    pub repositories: Vec<RepoRef>,
    /// Whether the list has as many entries as GitHub reported. An incomplete list is never written back.
    pub complete: bool,
}

impl Access {
    pub fn selected(repositories: Vec<RepoRef>, complete: bool) -> Self {
        Self::Selected(Selected { repositories, complete })
    }

    pub fn is_nobody(&self) -> bool {
        matches!(self, Self::Selected(s) if s.complete && s.repositories.is_empty())
    }

    /// Whether two secrets have the same access, as far as known. The order of a list does not matter.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Selected(a), Self::Selected(b)) => {
                let ids = |s: &Selected| s.repositories.iter().map(|r| r.id).collect::<BTreeSet<_>>();
                ids(a) == ids(b)
            }
            (a, b) => a == b,
        }
    }

    /// Whether it is completely known: an incomplete list is not.
    pub const fn is_whole(&self) -> bool {
        match self {
            Self::Selected(selected) => selected.complete,
            Self::All | Self::Private | Self::Repository | Self::Other(_) => true,
        }
    }

    /// Whether two secrets have different access, whatever may be missing from an incomplete list.
    pub fn is_surely_unlike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Selected(a), Self::Selected(b)) if !(a.complete && b.complete) => {
                let has = |s: &Selected, id: u64| s.repositories.iter().any(|r| r.id == id);
                let lacks = |part: &Selected, whole: &Selected| {
                    whole.complete && part.repositories.iter().any(|r| !has(whole, r.id))
                };
                lacks(a, b) || lacks(b, a)
            }
            (a, b) => !a.is_same(b),
        }
    }

    /// How it is named in running text, such as “12 repositories”.
    pub fn words(&self) -> String {
        match self {
            Self::All => "all repositories".to_owned(),
            Self::Private => "private repositories".to_owned(),
            Self::Selected(_) if self.is_nobody() => "nobody".to_owned(),
            Self::Selected(selected) => {
                let count = selected.repositories.len();
                let at_least = if selected.complete { "" } else { "at least " };
                let noun = if count == 1 { "repository" } else { "repositories" };
                format!("{at_least}{count} {noun}")
            }
            Self::Repository => "this repository".to_owned(),
            Self::Other(word) => format!("“{}”", word.shown()),
        }
    }

    /// GitHub's visibility, if it is one of the three.
    pub const fn visibility(&self) -> Option<Visibility> {
        match self {
            Self::All => Some(Visibility::All),
            Self::Private => Some(Visibility::Private),
            Self::Selected(_) => Some(Visibility::Selected),
            Self::Repository | Self::Other(_) => None,
        }
    }
}
