//! What speaks for and against each level a credential could live at.

use super::{Problem, Repository, Scope};

/// What is known of one scope before anything is written there; what could not be learned is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhereFacts {
    pub scope: Scope,
    /// How many repositories a credential here could reach at most: all the user has, one, or the organization's.
    pub repositories: Option<usize>,
    /// How many of them are public.
    pub public: Option<usize>,
    /// How many secrets are here already; GitHub allows 100.
    pub secrets: Option<usize>,
    pub right: Right,
    /// The repository that was asked about, as GitHub knows it.
    pub repository: Option<Repository>,
}

/// Whether the token may write secrets at a scope, as far as reading them tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Right {
    Yes,
    /// It may not, for this reason.
    No(Problem),
    /// Could not be learned.
    Unknown(Problem),
}

impl Right {
    pub const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Yes => None,
            Self::No(problem) | Self::Unknown(problem) => Some(problem),
        }
    }
}

impl WhereFacts {
    /// Whether prebuilds get a credential of this scope. Source: GitHub Docs, «Allowing a prebuild to access other
    /// repositories» and «Managing secrets»: user secrets are never available while a prebuild is made.
    pub const fn reaches_prebuilds(&self) -> bool {
        match self.scope {
            Scope::User => false,
            Scope::Repository(_) | Scope::Organization(_) => true,
        }
    }
}
