//! What exists on GitHub: the credentials and other secrets of each scope, and the repositories a token can access.

use std::borrow::Cow;

use super::near::{NearMiss, Present, near_misses};
use super::{Credential, MemberState, Prefix, Problem, Scope, Shape, Untrusted, names};

/// Everything known about one scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeListing {
    /// Sorted by prefix.
    pub credentials: Vec<Credential>,
    /// Codespaces secrets that do not belong to a credential, sorted by name.
    pub other_secrets: Vec<OtherSecret>,
    /// Whether the list has as many secrets as GitHub reported.
    pub complete: bool,
    /// Why something is missing: secrets, or selected repositories of one of them.
    pub lacking: Option<Problem>,
}

/// A Codespaces secret that is not a member of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherSecret {
    pub name: Untrusted,
    pub state: MemberState,
}

/// Scopes in the order they are shown, each with its listing or the reason why there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    pub scopes: Vec<(Scope, Result<ScopeListing, Problem>)>,
    /// Why the list of organizations is unknown or incomplete, if it was requested.
    pub unlisted: Option<Problem>,
    /// Whether GitHub reported that it left some out.
    pub is_partial: bool,
}

/// A repository as far as pullkey needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    pub id: u64,
    pub full_name: Untrusted,
    /// `public`, `private`, `internal`, or another word of GitHub's.
    pub visibility: String,
    pub archived: bool,
    /// Whether the token's user administers it (and so may write its secrets).
    pub admin: bool,
    /// Whether the token's user can push to it.
    pub push: bool,
}

impl ScopeListing {
    /// Groups secrets by prefix; other names stay apart.
    pub fn group(secrets: impl IntoIterator<Item = MemberState>, complete: bool) -> Self {
        let mut listing = Self { complete, ..Self::default() };
        for state in secrets {
            match names::split(&state.name) {
                Some((prefix, member)) => {
                    let at = listing.credentials.binary_search_by(|c| c.prefix.cmp(&prefix)).unwrap_or_else(|at| {
                        listing.credentials.insert(at, Credential::new(prefix));
                        at
                    });
                    *listing.credentials[at].members.get_mut(member) = Some(state);
                }
                None => listing.other_secrets.push(OtherSecret { name: Untrusted::new(state.name.clone()), state }),
            }
        }
        listing.other_secrets.sort_by(|a, b| a.name.cmp(&b.name));
        listing
    }

    /// Whether it is complete.
    pub const fn is_whole(&self) -> bool {
        self.complete && self.lacking.is_none()
    }

    /// Whether the access of a credential is incomplete, for whatever reason.
    pub fn is_part_of(&self, prefix: &Prefix) -> bool {
        let members = self.credential(prefix).into_iter().flat_map(|credential| credential.members.iter());
        members.filter_map(|(_, state)| state.as_ref()?.access.as_ref()).any(|access| !access.is_whole())
    }

    /// Why the access of a credential is unknown, if GitHub left out part of it.
    pub fn lacks_of(&self, prefix: &Prefix) -> Option<&Problem> {
        self.lacking.as_ref().filter(|_| self.is_part_of(prefix))
    }

    pub fn credential(&self, prefix: &Prefix) -> Option<&Credential> {
        self.credentials.iter().find(|c| c.prefix == *prefix)
    }

    /// Near misses: names that were probably meant for a member.
    pub fn near_misses(&self) -> Vec<NearMiss> {
        let present: Vec<_> = self.credentials.iter().map(Present::of).collect();
        near_misses(self.other_secrets.iter().map(|other| other.name.raw()), &present)
    }

    /// What already exists under a name; a single secret counts as the password of that name.
    pub fn held(&self, shape: Shape, name: &Prefix) -> Option<Cow<'_, Credential>> {
        match shape {
            Shape::Credential => self.credential(name).map(Cow::Borrowed),
            Shape::Single => {
                let is_it = |other: &&OtherSecret| other.name.raw().eq_ignore_ascii_case(name.as_str());
                let mut alone = Credential::new(name.clone());
                alone.members.password = Some(self.other_secrets.iter().find(is_it)?.state.clone());
                Some(Cow::Owned(alone))
            }
        }
    }

    /// The number of secrets in the scope; GitHub allows 100.
    pub fn count(&self) -> usize {
        let members = self.credentials.iter().flat_map(|c| c.members.iter()).filter(|(_, s)| s.is_some()).count();
        members + self.other_secrets.len()
    }
}

/// A list as received from GitHub, and why something is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster<T> {
    pub list: Vec<T>,
    pub lacking: Option<Problem>,
}

impl<T> Roster<T> {
    pub const fn whole(list: Vec<T>) -> Self {
        Self { list, lacking: None }
    }

    pub const fn is_whole(&self) -> bool {
        self.lacking.is_none()
    }
}

/// One page, in GitHub's order; `before` is the number of entries on earlier pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepositoryPage {
    pub before: usize,
    pub list: Vec<Repository>,
}

/// The outcome of reading many repositories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many were to be read.
    pub repositories: usize,
    pub with_credentials: usize,
    /// Only with secrets that do not belong to a credential.
    pub with_others: usize,
    pub empty: usize,
    pub unreadable: usize,
    /// Of all these, those with an incomplete list.
    pub partial: usize,
    /// Of the unreadable ones, those that may be readable later.
    pub passing: usize,
    /// Not read, because the user does not administer them.
    pub skipped: usize,
    /// Why there may be more repositories than were found, if so.
    pub unlisted: Option<Problem>,
}

impl Tally {
    pub fn count(&mut self, listing: &Result<ScopeListing, Problem>) {
        match listing {
            Err(_) => self.unreadable += 1,
            Ok(listing) => {
                self.partial += usize::from(!listing.is_whole());
                if !listing.credentials.is_empty() {
                    self.with_credentials += 1;
                } else if listing.other_secrets.is_empty() {
                    self.empty += 1;
                } else {
                    self.with_others += 1;
                }
            }
        }
    }

    /// How many were requested and answered or refused.
    pub const fn done(&self) -> usize {
        self.with_credentials + self.with_others + self.empty + self.unreadable
    }

    /// Whether everything that was to be read was read.
    pub const fn is_whole(&self) -> bool {
        self.done() == self.repositories && self.unreadable == 0 && self.partial == 0 && self.unlisted.is_none()
    }

    /// Whether trying again would find nothing more.
    pub const fn is_settled(&self) -> bool {
        self.done() == self.repositories && self.passing == 0 && self.unlisted.is_none()
    }
}
