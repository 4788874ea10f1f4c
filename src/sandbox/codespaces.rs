//! Codespaces that take time: stopping passes through `ShuttingDown`, starting through `Queued` and `Starting`.
//!
//! Durations are those of the real GitHub, divided by the sandbox's `hurry`. The API decides who may do what.

use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::limits::Limits;
use super::people::Account;
use super::world::State;

/// How long each stage lasts.
const SHUTTING_DOWN: Duration = Duration::from_secs(12);
const QUEUED: Duration = Duration::from_secs(2);
const STARTING: Duration = Duration::from_secs(16);

#[expect(clippy::struct_excessive_bools, reason = "GitHub's object has them")]
#[derive(Debug, Clone)]
pub(super) struct Codespace {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) display_name: Option<String>,
    pub(super) owner: Account,
    pub(super) repository: u64,
    pub(super) branch: String,
    pub(super) uncommitted: bool,
    pub(super) unpushed: bool,
    pub(super) created: DateTime<Utc>,
    /// “Last known time this codespace was started”.
    pub(super) started: DateTime<Utc>,
    pub(super) prebuild: Option<bool>,
    pub(super) devcontainer_path: Option<String>,
    /// It can only be deleted.
    pub(super) pending: bool,
    pub(super) stop_notice: Option<String>,
    /// The next start ends in `Failed`.
    pub(super) fails: bool,
    life: Life,
}

/// A state as GitHub spells it, and what follows it.
#[derive(Debug, Clone)]
enum Life {
    /// Stays unchanged until an operation.
    Rests(String),
    Stopping {
        since: Instant,
    },
    Starting {
        since: Instant,
    },
}

impl Codespace {
    pub(super) fn new(id: u64, name: &str, owner: Account, repository: u64, state: &str) -> Self {
        let now = Utc::now().trunc_subsecs(0);
        Self {
            id,
            name: name.to_owned(),
            display_name: None,
            owner,
            repository,
            branch: "main".to_owned(),
            uncommitted: false,
            unpushed: false,
            created: now - TimeDelta::days(30),
            started: now,
            prebuild: Some(false),
            devcontainer_path: Some(".devcontainer/devcontainer.json".to_owned()),
            pending: false,
            stop_notice: None,
            fails: false,
            life: Life::Rests(state.to_owned()),
        }
    }

    /// The current state: states pass by themselves.
    pub(super) fn state(&mut self, limits: &Limits, now: Instant) -> &str {
        match self.life {
            Life::Rests(_) => {}
            Life::Stopping { since } => {
                if now.saturating_duration_since(since) < limits.shrunk(SHUTTING_DOWN) {
                    return "ShuttingDown";
                }
                self.life = Life::Rests("Shutdown".to_owned());
            }
            Life::Starting { since } => {
                let gone = now.saturating_duration_since(since);
                if gone < limits.shrunk(QUEUED) {
                    return "Queued";
                }
                if gone < limits.shrunk(QUEUED + STARTING) {
                    return "Starting";
                }
                let end = if self.fails { "Failed" } else { "Available" };
                self.fails = false;
                self.life = Life::Rests(end.to_owned());
            }
        }
        match &self.life {
            Life::Rests(state) => state,
            Life::Stopping { .. } => "ShuttingDown",
            Life::Starting { .. } => "Starting",
        }
    }

    pub(super) fn set_state(&mut self, state: &str) {
        self.life = Life::Rests(state.to_owned());
    }

    /// Stopping a codespace that is not running changes nothing.
    pub(super) fn stop(&mut self, limits: &Limits, now: Instant) {
        let runs = !matches!(
            self.state(limits, now),
            "Shutdown" | "ShuttingDown" | "Failed" | "Archived" | "Deleted" | "Moved" | "Unavailable"
        );
        if runs {
            self.stop_notice = None;
            self.life = Life::Stopping { since: now };
        }
    }

    /// Only a codespace that is shut down or failed can be started. `false` otherwise.
    pub(super) fn start(&mut self, limits: &Limits, now: Instant) -> bool {
        let can = matches!(self.state(limits, now), "Shutdown" | "Failed" | "Created");
        if can && !self.pending {
            self.started = Utc::now().trunc_subsecs(0);
            self.life = Life::Starting { since: now };
        }
        can && !self.pending
    }
}

/// A codespace as a test sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodespaceView {
    pub name: String,
    pub owner: String,
    pub repository: String,
    /// As GitHub spells it: `Available`, `Shutdown`.
    pub state: String,
    /// When it was last started.
    pub started: DateTime<Utc>,
    pub uncommitted: bool,
    pub unpushed: bool,
    pub pending: bool,
}

/// A codespace to create; the defaults describe one that has just been started.
#[expect(clippy::struct_excessive_bools, reason = "GitHub's object has them")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodespaceDraft {
    pub name: String,
    pub display_name: Option<String>,
    /// `None` is the token's own user.
    pub owner: Option<String>,
    /// Its full name.
    pub repository: String,
    /// As GitHub spells it.
    pub state: String,
    /// How long ago it was last started.
    pub started_ago: TimeDelta,
    pub uncommitted: bool,
    pub unpushed: bool,
    pub pending: bool,
    /// The next start ends in `Failed`.
    pub fails: bool,
    pub prebuild: Option<bool>,
    pub stop_notice: Option<String>,
}

impl CodespaceDraft {
    /// `Available`, started just now, everything pushed.
    pub fn new(name: &str, repository: &str) -> Self {
        Self {
            name: name.to_owned(),
            display_name: None,
            owner: None,
            repository: repository.to_owned(),
            state: "Available".to_owned(),
            started_ago: TimeDelta::zero(),
            uncommitted: false,
            unpushed: false,
            pending: false,
            fails: false,
            prebuild: Some(false),
            stop_notice: None,
        }
    }
}

impl State {
    /// `false` if there is no such repository.
    pub(super) fn furnish_codespace(&mut self, draft: CodespaceDraft) -> bool {
        let Some(repository) = self.repo(&draft.repository).map(|repo| repo.id) else { return false };
        let owner = draft.owner.as_deref().map_or_else(|| self.me.clone(), Account::of);
        let id = 4_000_000 + u64::try_from(self.codespaces.len()).unwrap_or_default();
        let started = Utc::now().trunc_subsecs(0) - draft.started_ago;
        let made = Codespace {
            display_name: draft.display_name,
            uncommitted: draft.uncommitted,
            unpushed: draft.unpushed,
            created: started - TimeDelta::days(30),
            started,
            prebuild: draft.prebuild,
            pending: draft.pending,
            stop_notice: draft.stop_notice,
            fails: draft.fails,
            ..Codespace::new(id, &draft.name, owner, repository, &draft.state)
        };
        self.codespaces.retain(|old| old.name != made.name);
        self.codespaces.push(made);
        true
    }

    pub(super) fn codespace_view(&mut self, name: &str) -> Option<CodespaceView> {
        let now = Instant::now();
        let (limits, repos) = (&self.limits, &self.repos);
        let one = self.codespaces.iter_mut().find(|one| one.name == name)?;
        Some(CodespaceView {
            state: one.state(limits, now).to_owned(),
            name: one.name.clone(),
            owner: one.owner.login.clone(),
            repository: repos.by_id(one.repository).map(super::people::Repo::full_name).unwrap_or_default(),
            started: one.started,
            uncommitted: one.uncommitted,
            unpushed: one.unpushed,
            pending: one.pending,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stopping_and_starting_take_their_time() {
        let limits = Limits::new(false, 5000, 2);
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut one = Codespace::new(1, "a", Account::of("octocat"), 1, "Available");
        assert!(!one.start(&limits, at(0)));
        one.stop(&limits, at(0));
        assert_eq!(one.state(&limits, at(5)), "ShuttingDown");
        assert!(!one.start(&limits, at(5)));
        assert_eq!(one.state(&limits, at(6)), "Shutdown");
        assert!(one.start(&limits, at(6)));
        assert_eq!(one.state(&limits, at(6)), "Queued");
        assert_eq!(one.state(&limits, at(7)), "Starting");
        assert_eq!(one.state(&limits, at(15)), "Available");
        one.fails = true;
        one.stop(&limits, at(15));
        assert_eq!(one.state(&limits, at(30)), "Shutdown");
        assert!(one.start(&limits, at(30)));
        assert_eq!(one.state(&limits, at(60)), "Failed");
        assert!(one.start(&limits, at(60)));
        assert_eq!(one.state(&limits, at(90)), "Available");
    }
}
