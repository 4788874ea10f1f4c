//! A codespace: what state it is in, whether it started before a secret it should see, and what it needs.

use chrono::{DateTime, Utc};

use super::{Foreign, OrgName, Problem, RepoName, RepoRef};

/// A codespace as GitHub lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codespace {
    /// The name the API and `gh` know it by, such as `fluffy-disco-x7q`.
    pub name: CodespaceName,
    /// What its owner sees, where it has another name.
    pub display_name: Option<Foreign>,
    pub owner: Foreign,
    pub repository: RepoRef,
    pub state: State,
    pub created_at: DateTime<Utc>,
    /// «Last known time this codespace was started» (GitHub's description of `last_used_at`).
    pub started_at: Option<DateTime<Utc>>,
    pub git: GitStatus,
    /// Whether it was made from a prebuild; `None` where GitHub does not say.
    pub prebuild: Option<bool>,
    /// An operation is pending: GitHub does nothing with it meanwhile.
    pub pending: bool,
    /// What GitHub says of why it stopped.
    pub stop_notice: Option<Foreign>,
    pub web_url: Option<Foreign>,
}

/// A codespace's name, checked so that it can stand in a path and in a command.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodespaceName(String);

impl CodespaceName {
    /// Letters, digits and hyphens, at most 100.
    pub fn parse(text: &str) -> Result<Self, CodespaceNameFault> {
        let is_fine = !text.is_empty()
            && text.len() <= 100
            && !text.starts_with('-')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if is_fine { Ok(Self(text.to_owned())) } else { Err(CodespaceNameFault) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CodespaceName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a codespace's name: letters, digits and hyphens, as `gh codespace list` shows it")]
pub struct CodespaceNameFault;

/// GitHub's states, and whatever else it may say one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Available,
    Shutdown,
    Starting,
    ShuttingDown,
    Rebuilding,
    Queued,
    Provisioning,
    Created,
    Awaiting,
    Exporting,
    Updating,
    Unavailable,
    Archived,
    Moved,
    Deleted,
    Failed,
    Unknown,
    Other(Foreign),
}

/// The git status of a codespace's clone, as far as GitHub knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitStatus {
    pub uncommitted: Option<bool>,
    pub unpushed: Option<bool>,
    pub branch: Option<Foreign>,
}

/// Whose codespaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CodespaceList {
    Mine,
    MineIn(RepoName),
    /// Those of an organization's members; for its owners.
    Org(OrgName),
}

/// What is done to a codespace. Stopping never deletes anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodespaceChange {
    /// Stop it and start it again, so that it gets new variables.
    Restart(CodespaceName),
    Stop(CodespaceName),
    Start(CodespaceName),
    /// A member's, by an owner of the organization; it cannot be started for them.
    StopMember {
        org: OrgName,
        member: Foreign,
        name: CodespaceName,
    },
}

/// A stage of a restart, as it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodespaceStep {
    pub name: CodespaceName,
    pub stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    Stopping,
    Stopped,
    Starting,
    /// It runs and has the new variables. Whether its image could be pulled is another matter.
    Running,
    Failed(Problem),
    /// The request may have arrived, and GitHub did not tell in time.
    Unknown(Problem),
}

impl Stage {
    pub const fn is_end(&self) -> bool {
        matches!(self, Self::Running | Self::Failed(_) | Self::Unknown(_))
    }
}
