//! Where a secret is stored: user, repository, organization.

use std::fmt;

use thiserror::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeKind {
    User,
    Repository,
    Organization,
}

impl ScopeKind {
    /// GitHub's word for the level.
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Repository => "repository",
            Self::Organization => "organization",
        }
    }
}

/// One place where GitHub stores Codespaces secrets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// The account the token belongs to.
    User,
    Repository(RepoName),
    Organization(OrgName),
}

impl Scope {
    pub const fn kind(&self) -> ScopeKind {
        match self {
            Self::User => ScopeKind::User,
            Self::Repository(_) => ScopeKind::Repository,
            Self::Organization(_) => ScopeKind::Organization,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User => f.write_str("your own secrets"),
            Self::Repository(name) => write!(f, "repository {name}"),
            Self::Organization(name) => write!(f, "organization {name}"),
        }
    }
}

/// `owner/name`, checked against what GitHub allows so that it is safe in a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepoName {
    owner: String,
    name: String,
}

/// An organization's login.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrgName(String);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameFault {
    #[error("not a repository's full name: write it as OWNER/NAME")]
    Repository,
    #[error("not an organization name: use letters, digits and single hyphens")]
    Organization,
}

impl RepoName {
    /// Parses `owner/name`, in any case.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        let (owner, name) = text.split_once('/').ok_or(NameFault::Repository)?;
        let name_is_fine = !name.is_empty()
            && name.len() <= 100
            && name != "."
            && name != ".."
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if !is_login(owner) || !name_is_fine {
            return Err(NameFault::Repository);
        }
        Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
    }

    pub fn owner(&self) -> &str {
        &self.owner
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn full(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// GitHub's names are not case-sensitive.
    pub fn is_same(&self, other: &str) -> bool {
        self.full().eq_ignore_ascii_case(other)
    }
}

impl fmt::Display for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl OrgName {
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        if is_login(text) { Ok(Self(text.to_owned())) } else { Err(NameFault::Organization) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrgName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Logins: letters, digits, hyphens; `_` for managed users (`name_shortcode`); bots do not own anything here.
fn is_login(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && !text.starts_with('-')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_repository_name_cannot_leave_its_place_in_a_path() {
        for text in
            ["acme", "acme/", "/api", "acme/..", "acme/a/b", "acme/a b", "acme/a%2f", "-a/b", "a\x1b/b", "acme/a?x"]
        {
            assert_eq!(RepoName::parse(text), Err(NameFault::Repository), "{text:?}");
        }
        assert_eq!(RepoName::parse("Acme/api.v2_x").unwrap().full(), "Acme/api.v2_x");
    }

    #[test]
    fn names_are_the_same_in_any_case() {
        assert!(RepoName::parse("Acme/API").unwrap().is_same("acme/api"));
    }
}
