//! The same credential in many repositories, each with its own copy: what existed before, and the outcome for each.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Credential, Problem, RepoRef, Saved, WriteOutcome};

/// When each member of a credential was last written. It shows whether someone has written it since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stamps(BTreeMap<String, DateTime<Utc>>);

impl Stamps {
    pub fn of(credential: &Credential) -> Self {
        let there = credential.members.iter().filter_map(|(member, state)| Some((member, state.as_ref()?)));
        Self(there.map(|(member, state)| (member.word().to_owned(), state.updated_at)).collect())
    }
}

/// What exists in a repository under the prefix before a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    New,
    /// It would be overwritten.
    Exists,
    /// Written by an earlier, unfinished run, and by nobody since.
    Kept,
    /// Written by an earlier, unfinished run, and by someone else since.
    Changed,
    /// Its secrets cannot even be read.
    Refused(Problem),
}

impl Standing {
    /// For programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Exists => "exists",
            Self::Kept => "kept",
            Self::Changed => "changed",
            Self::Refused(_) => "refused",
        }
    }
}

/// The outcome for one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub repository: RepoRef,
    pub placement: Placement,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Written by an earlier run, and left unchanged.
    Kept,
    /// Tried: the report shows how far it got.
    Tried(Saved),
    /// Nothing was written there.
    Refused(Problem),
    NotTried,
}

impl Placement {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Tried(saved) if saved.is_whole() => "written",
            Self::Tried(saved) if saved.members.iter().any(|m| matches!(m.outcome, WriteOutcome::Unknown(_))) => {
                "unknown"
            }
            Self::Tried(saved)
                if saved.members.iter().any(|m| matches!(m.outcome, WriteOutcome::ChangedElsewhere(_))) =>
            {
                "changed elsewhere"
            }
            Self::Tried(_) | Self::Refused(_) => "failed",
            Self::NotTried => "not tried",
        }
    }

    pub fn is_done(&self) -> bool {
        match self {
            Self::Kept => true,
            Self::Tried(saved) => saved.is_whole(),
            Self::Refused(_) | Self::NotTried => false,
        }
    }

    /// Why it failed, or why the outcome is unknown.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) => Some(problem),
            Self::Tried(saved) => saved.members.iter().find_map(|member| member.outcome.problem()),
            Self::Kept | Self::NotTried => None,
        }
    }
}
