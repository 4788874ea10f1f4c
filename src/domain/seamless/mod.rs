//! Seamless access: whether a codespace of a repository pulls a package of GitHub's own registries without any secret.
//!
//! It says what is known, where that was read, and what no API tells. It never calls certain what only the package's
//! settings page knows. Source of the rules: GitHub Docs, «Allowing your codespace to access a private registry»,
//! «Configuring a package's access control and visibility», «About permissions for GitHub Packages».

mod judge;
mod package;
#[cfg(test)]
mod tests;
mod words;

use super::token::TokenKind;
use super::{Foreign, Problem, RepoName, RepoRef, Repository};

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

/// Who may see a package. GitHub's description of the API forgets `internal`, so every other word is kept as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageVisibility {
    Public,
    Internal,
    Private,
    /// A word this version does not know; empty where GitHub told none.
    Other(Foreign),
}

impl PackageVisibility {
    pub fn of(word: &str) -> Self {
        match word {
            "public" => Self::Public,
            "internal" => Self::Internal,
            "private" => Self::Private,
            other => Self::Other(Foreign::new(other)),
        }
    }
}

/// What the API tells about a package. Neither «Inherit access» nor «Manage Codespaces access» is among it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    pub name: Foreign,
    pub visibility: PackageVisibility,
    /// The repository it is linked to.
    pub repository: Option<RepoRef>,
}

/// What came of looking for a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    Seen(Package),
    /// There is none of this name, or the token's user may not see it: GitHub does not tell which.
    Hidden,
    /// There is no account of the owner's name.
    NoOwner,
    /// The token may not read packages at all.
    NotAllowed {
        kind: TokenKind,
        scopes: Option<Vec<String>>,
    },
    Unread(Problem),
}

/// All that is known when one judges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub package: PackageRef,
    /// `None` where that could not be read.
    pub holder: Option<Holder>,
    pub sight: Sight,
    /// The repository that was asked for.
    pub asked: RepoName,
    /// What GitHub says of it, under the name it has now.
    pub repository: Result<Repository, Problem>,
}

/// What is known about seamless access of one repository's codespaces to one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seamless {
    pub package: PackageRef,
    /// Under the name it has now.
    pub repository: RepoName,
    pub verdict: SecretNeed,
    /// What decided, as a fragment.
    pub why: String,
    pub evidence: Vec<Evidence>,
    /// What only the settings page tells.
    pub untold: Vec<String>,
    /// Where access is decided; `None` where the kind of the owner is not known.
    pub settings: Option<String>,
    /// What to do, in the order in which to try it; nothing where no secret is needed.
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
    /// How one publishes it, in the order GitHub recommends: seamless access only pulls.
    pub fn publishing(&self) -> Vec<NextStep> {
        words::publishing(&self.package)
    }
}

impl NextStep {
    fn new(what: impl Into<String>, page: Option<String>) -> Self {
        Self { what: what.into(), page }
    }
}
