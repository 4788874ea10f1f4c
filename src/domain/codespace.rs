//! A codespace: its state, and what can be done with it. `freshness` determines what it needs.
//!
//! Nothing here claims that an image was pulled: GitHub's API does not say.

use chrono::{DateTime, Utc};

use super::{OrgName, Problem, RepoName, RepoRef, Untrusted};

/// A codespace as GitHub lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codespace {
    /// Its name for the API and `gh`, such as `fluffy-disco-x7q`.
    pub name: CodespaceName,
    /// Its display name, if it has one.
    pub display_name: Option<Untrusted>,
    pub owner: Untrusted,
    /// `None` if it was created from a template and is not published yet: it gets no secrets.
    pub repository: Option<CodespaceRepo>,
    pub state: State,
    pub created_at: Option<DateTime<Utc>>,
    /// “Last known time this codespace was started” (GitHub's description of `last_used_at`).
    pub started_at: Option<DateTime<Utc>>,
    pub git: GitStatus,
    /// Whether it was created from a prebuild; `None` if GitHub does not say.
    pub prebuild: Option<bool>,
    /// An operation is pending: until then GitHub accepts no other.
    pub pending: bool,
    /// Why it stopped, according to GitHub.
    pub stop_notice: Option<Untrusted>,
    pub web_url: Option<Untrusted>,
}

/// The repository of a codespace, as far as it decides which secrets it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodespaceRepo {
    pub reference: RepoRef,
    /// `public`, `private`, `internal`, or another word of GitHub's; `None` if GitHub does not say.
    pub visibility: Option<String>,
    /// Whether an organization owns it; `None` if GitHub does not say.
    pub of_organization: Option<bool>,
}

impl CodespaceRepo {
    pub fn name(&self) -> Option<RepoName> {
        RepoName::parse(self.reference.full_name.raw()).ok()
    }
}

impl Codespace {
    /// What people call it: its display name, or else its name.
    pub fn shown(&self) -> String {
        match &self.display_name {
            Some(name) if !name.is_empty() => name.shown(),
            Some(_) | None => self.name.to_string(),
        }
    }

    pub fn repository_shown(&self) -> String {
        self.repository.as_ref().map_or_else(|| "not published".to_owned(), |r| r.reference.full_name.shown())
    }

    /// The repository's full name, if it is valid.
    pub fn repository_name(&self) -> Option<RepoName> {
        self.repository.as_ref()?.name()
    }
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
#[error("not a codespace name: use letters, digits and hyphens, as shown by `gh codespace list`")]
pub struct CodespaceNameFault;

/// GitHub's states, and any it may add one day.
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
    Other(Untrusted),
}

impl State {
    /// Another word of GitHub's.
    pub fn of(text: &str) -> Self {
        let known = Self::KNOWN.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        known.map_or_else(|| Self::Other(Untrusted::new(text)), |(_, state)| state.clone())
    }

    const KNOWN: [(&'static str, Self); 17] = [
        ("Available", Self::Available),
        ("Shutdown", Self::Shutdown),
        ("Starting", Self::Starting),
        ("ShuttingDown", Self::ShuttingDown),
        ("Rebuilding", Self::Rebuilding),
        ("Queued", Self::Queued),
        ("Provisioning", Self::Provisioning),
        ("Created", Self::Created),
        ("Awaiting", Self::Awaiting),
        ("Exporting", Self::Exporting),
        ("Updating", Self::Updating),
        ("Unavailable", Self::Unavailable),
        ("Archived", Self::Archived),
        ("Moved", Self::Moved),
        ("Deleted", Self::Deleted),
        ("Failed", Self::Failed),
        ("Unknown", Self::Unknown),
    ];

    /// GitHub's own word, as in the API.
    pub fn word(&self) -> String {
        match self {
            Self::Other(word) => word.shown(),
            known => {
                let found = Self::KNOWN.iter().find(|(_, state)| state == known);
                found.map_or("Unknown", |(word, _)| *word).to_owned()
            }
        }
    }

    /// What it means, to follow “it”.
    pub fn sentence(&self) -> String {
        let text = match self {
            Self::Available => "runs",
            Self::Shutdown => "is stopped",
            Self::Starting => "is starting",
            Self::ShuttingDown => "is stopping",
            Self::Rebuilding => "is being rebuilt",
            Self::Queued => "is waiting for a machine",
            Self::Provisioning | Self::Created => "is being created",
            Self::Awaiting => "is waiting for GitHub",
            Self::Exporting => "is being exported to a branch",
            Self::Updating => "is being changed",
            Self::Unavailable => "cannot be reached",
            Self::Archived => "is archived",
            Self::Moved => "is being moved",
            Self::Deleted => "is deleted",
            Self::Failed => "has failed",
            Self::Unknown => "is in a state unknown to GitHub",
            Self::Other(word) => return format!("has the state “{}”, unknown to this version", word.shown()),
        };
        text.to_owned()
    }

    /// Its phase between running and stopped.
    pub const fn phase(&self) -> Phase {
        match self {
            Self::Available => Phase::Running,
            Self::Shutdown => Phase::Stopped,
            Self::ShuttingDown => Phase::Stopping,
            Self::Starting | Self::Queued | Self::Provisioning | Self::Created | Self::Awaiting => Phase::Starting,
            Self::Rebuilding | Self::Exporting | Self::Updating | Self::Moved => Phase::Busy,
            Self::Failed => Phase::Broken,
            Self::Archived | Self::Deleted => Phase::Gone,
            Self::Unavailable | Self::Unknown | Self::Other(_) => Phase::Unclear,
        }
    }
}

/// The phase of a state between running and stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Running,
    Stopped,
    Stopping,
    Starting,
    /// Another operation is in progress, after which it may be running or stopped.
    Busy,
    Broken,
    Gone,
    Unclear,
}

/// The git status of a codespace's clone, as far as GitHub knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitStatus {
    pub uncommitted: Option<bool>,
    pub unpushed: Option<bool>,
    pub branch: Option<Untrusted>,
}

impl GitStatus {
    /// What would be lost with the codespace, in a few words; stopping keeps it.
    pub fn work(&self) -> Option<&'static str> {
        match (self.uncommitted, self.unpushed) {
            (Some(true), Some(true)) => Some("uncommitted and unpushed"),
            (Some(true), _) => Some("uncommitted"),
            (_, Some(true)) => Some("unpushed"),
            (Some(false) | None, Some(false) | None) => None,
        }
    }

    /// Whether GitHub left open if anything would be lost: no work is known, and none is ruled out.
    pub fn is_untold(&self) -> bool {
        self.work().is_none() && (self.uncommitted.is_none() || self.unpushed.is_none())
    }
}

/// Whose codespaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CodespaceList {
    Mine,
    MineIn(RepoName),
    /// Those of an organization's members; for its owners.
    Org(OrgName),
}

/// What can be done with a codespace. Stopping never deletes anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodespaceChange {
    /// Stop it and start it again, so that it gets new variables.
    Restart(CodespaceName),
    Stop(CodespaceName),
    Start(CodespaceName),
    /// Stop a member's codespace, as an owner of the organization; it cannot be started for them.
    StopMember {
        org: OrgName,
        member: Untrusted,
        name: CodespaceName,
    },
}

impl CodespaceChange {
    pub const fn name(&self) -> &CodespaceName {
        match self {
            Self::Restart(name) | Self::Stop(name) | Self::Start(name) | Self::StopMember { name, .. } => name,
        }
    }

    /// What is being done, before the name.
    pub const fn doing(&self) -> &'static str {
        match self {
            Self::Restart(_) => "restarting",
            Self::Stop(_) | Self::StopMember { .. } => "stopping",
            Self::Start(_) => "starting",
        }
    }

    /// Whether this stage is the wanted one.
    pub const fn is_done_by(&self, stage: &Stage) -> bool {
        match self {
            Self::Restart(_) | Self::Start(_) => matches!(stage, Stage::Running),
            Self::Stop(_) | Self::StopMember { .. } => matches!(stage, Stage::Stopped),
        }
    }
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
    /// It runs and has the new variables. This says nothing about whether its image could be pulled.
    Running,
    Failed(Problem),
    /// The request may have arrived, but GitHub did not answer in time.
    Unknown(Problem),
}

impl Stage {
    pub const fn is_end(&self) -> bool {
        matches!(self, Self::Running | Self::Failed(_) | Self::Unknown(_))
    }

    pub const fn word(&self) -> &'static str {
        match self {
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Failed(_) => "failed",
            Self::Unknown(_) => "unknown",
        }
    }

    pub const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Failed(problem) | Self::Unknown(problem) => Some(problem),
            Self::Stopping | Self::Stopped | Self::Starting | Self::Running => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_state_of_githubs_description_is_known_and_others_are_kept() {
        for (word, state) in State::KNOWN {
            assert_eq!(State::of(word), state);
            assert_eq!(state.word(), word);
            assert!(!state.sentence().is_empty());
        }
        let odd = State::of("Hibernating\u{1b}[2J");
        assert_eq!((odd.word().as_str(), odd.phase()), ("Hibernating\u{fffd}[2J", Phase::Unclear));
    }

    #[test]
    fn a_name_can_stand_in_a_path_and_in_a_command() {
        for text in ["", "-c", "a/b", "a b", "a;b", "..", "ä", "a\u{1b}b", &"a".repeat(101)] {
            assert_eq!(CodespaceName::parse(text), Err(CodespaceNameFault), "{text:?}");
        }
        assert_eq!(CodespaceName::parse("fluffy-disco-x7q").unwrap().as_str(), "fluffy-disco-x7q");
    }

    #[test]
    fn work_that_is_not_known_is_not_claimed() {
        let status = |uncommitted, unpushed| GitStatus { uncommitted, unpushed, branch: None };
        assert_eq!(status(None, None).work(), None);
        assert!(status(None, None).is_untold() && status(Some(false), None).is_untold());
        assert!(!status(Some(false), Some(false)).is_untold() && !status(Some(true), None).is_untold());
        assert_eq!(status(Some(true), None).work(), Some("uncommitted"));
        assert_eq!(status(None, Some(true)).work(), Some("unpushed"));
        assert_eq!(status(Some(true), Some(true)).work(), Some("uncommitted and unpushed"));
    }
}
