//! Seamless access: whether a codespace of a repository can pull a package from GitHub's own registries without a
//! secret.
//!
//! It reports what is known, where that was read, and what no API shows. It never treats as certain what only the
//! package's settings page shows. Source of the rules: GitHub Docs, “Allowing your codespace to access a private
//! registry”, “Configuring a package's access control and visibility”, “About permissions for GitHub Packages”.

mod judge;
mod package;
#[cfg(test)]
mod tests;
mod words;

use super::token::TokenKind;
use super::{Problem, RepoName, RepoRef, Repository, Untrusted};

pub use judge::judge;
pub use package::{Holder, PackageFault, PackageKind, PackageRef, registry_of};

/// Whether a codespace needs a secret for a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretNeed {
    None,
    LikelyNone,
    CannotTell,
    Needed,
}

impl SecretNeed {
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "no secret needed",
            Self::LikelyNone => "likely no secret needed",
            Self::CannotTell => "cannot tell",
            Self::Needed => "a secret is needed",
        }
    }

    /// Its name in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::LikelyNone => "likely_none",
            Self::CannotTell => "cannot_tell",
            Self::Needed => "needed",
        }
    }
}

/// Who can see a package. GitHub's description of the API omits `internal`, so every other word is kept as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageVisibility {
    Public,
    Internal,
    Private,
    /// A word this version does not know; empty if GitHub returned none.
    Other(Untrusted),
}

impl PackageVisibility {
    pub fn of(word: &str) -> Self {
        match word {
            "public" => Self::Public,
            "internal" => Self::Internal,
            "private" => Self::Private,
            other => Self::Other(Untrusted::new(other)),
        }
    }
}

/// What the API returns about a package. It includes neither “Inherit access” nor “Manage Codespaces access”.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    pub name: Untrusted,
    pub visibility: PackageVisibility,
    /// The repository it is linked to.
    pub repository: Option<RepoRef>,
}

/// The result of looking up a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    Seen(Package),
    /// It does not exist, or the token's user cannot see it: GitHub does not say which.
    Hidden,
    /// There is no account with the owner's name.
    NoOwner,
    /// The token cannot read packages at all.
    NotAllowed {
        kind: TokenKind,
        scopes: Option<Vec<String>>,
    },
    Unread(Problem),
}

/// Everything known for the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub package: PackageRef,
    /// `None` if it could not be read.
    pub holder: Option<Holder>,
    pub sight: Sight,
    /// The requested repository.
    pub asked: RepoName,
    /// What GitHub returns about it, under its current name.
    pub repository: Result<Repository, Problem>,
}

/// The result for the seamless access of one repository's codespaces to one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seamless {
    pub package: PackageRef,
    /// Under its current name.
    pub repository: RepoName,
    pub verdict: SecretNeed,
    /// The decisive reason, as a fragment.
    pub why: String,
    pub evidence: Vec<Evidence>,
    /// What only the settings page shows.
    pub untold: Vec<String>,
    /// The page where access is managed; `None` if the type of the owner is unknown.
    pub settings: Option<String>,
    /// What to do, in the order to try it; empty if no secret is needed.
    pub steps: Vec<NextStep>,
}

/// The verdict alone, for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    pub package: PackageRef,
    pub verdict: SecretNeed,
}

/// One fact, and where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub what: String,
    /// A request, or the page of GitHub's documentation.
    pub source: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStep {
    pub what: String,
    /// The page where it is done.
    pub page: Option<String>,
}

impl Seamless {
    /// How to publish it, in the order GitHub recommends: seamless access only pulls.
    pub fn publishing(&self) -> Vec<NextStep> {
        words::publishing(&self.package)
    }
}

impl NextStep {
    fn new(what: impl Into<String>, page: Option<String>) -> Self {
        Self { what: what.into(), page }
    }
}
