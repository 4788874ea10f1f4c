//! What was changed in this session, newest first: what was requested, the result, and whether it can be undone.
//!
//! It holds no values: what was written cannot be read here and cannot be restored.

use chrono::{DateTime, Utc};

use super::context::Write;
use super::protocol::{Job, Outcome};
use super::spaces::doing;
use super::world::World;
use crate::domain::change::{AccessBefore, AccessOutcome, Seen, WriteOutcome};
use crate::domain::codespace::Stage;
use crate::domain::{Access, CodespaceChange, MemberReport, Problem, Saved};

/// One change, or an attempted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// When its end was reported.
    pub at: DateTime<Utc>,
    /// What was done, such as “the access of ACR in your own secrets is changed”, or what was attempted.
    pub text: String,
    pub outcome: Ended,
    pub undo: Undo,
    /// The previous access of each member, for a change of access; also for one that was undone, or that undid another.
    pub access: Option<AccessBefore>,
}

/// The result of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every member is as wanted.
    Whole(Vec<MemberReport>),
    /// Some members are as wanted and some are not.
    Half(Vec<MemberReport>),
    /// Codespaces were stopped and started, each on its own.
    Codespaces(Vec<End>),
    /// Nothing was written, and why.
    Refused(Problem),
    /// Nothing was written, because someone else changed it first; the differences, one sentence each.
    Overtaken(Vec<String>),
}

/// What happened to one codespace that was to be stopped or started. A running codespace says nothing about its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    pub change: CodespaceChange,
    /// How far it got; `None` if it was not tried.
    pub stage: Option<Stage>,
}

impl End {
    pub fn is_done(&self) -> bool {
        self.stage.as_ref().is_some_and(|stage| self.change.is_done_by(stage))
    }

    /// The result, in words that read well after its name and a colon.
    pub fn words(&self) -> String {
        match (&self.stage, &self.change) {
            (None, _) => "not tried".to_owned(),
            (Some(Stage::Failed(problem) | Stage::Unknown(problem)), _) => {
                let word = self.stage.as_ref().map_or("", Stage::word);
                format!("{word}: {}: {}", problem.what, problem.why)
            }
            (Some(Stage::Running), CodespaceChange::Restart(_)) => {
                "restarted with its new variables; its image was not checked".to_owned()
            }
            (Some(Stage::Running), _) => "started; its image was not checked".to_owned(),
            (Some(stage @ (Stage::Stopping | Stage::Stopped | Stage::Starting)), _) => stage.word().to_owned(),
        }
    }
}

impl Ended {
    /// A single word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Codespaces(ends) if !ends.iter().all(End::is_done) => "partial",
            Self::Whole(_) | Self::Codespaces(_) => "done",
            Self::Half(_) => "partial",
            Self::Refused(_) => "refused",
            Self::Overtaken(_) => "conflict",
        }
    }

    pub fn reports(&self) -> &[MemberReport] {
        match self {
            Self::Whole(reports) | Self::Half(reports) => reports,
            Self::Codespaces(_) | Self::Refused(_) | Self::Overtaken(_) => &[],
        }
    }
}

/// Whether a change can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// The previous access of each member.
    Possible(AccessBefore),
    Never(NotUndoable),
}

/// Why a change cannot be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotUndoable {
    Values,
    Deletion,
    Nothing,
    Undone,
    Undoing,
    Later,
    Unread,
    Stopped,
    Started,
}

impl NotUndoable {
    /// In words that read well after a colon.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Values => "values were overwritten, and GitHub never returns a value",
            Self::Deletion => "the values were deleted, and GitHub never returns a value",
            Self::Nothing => "nothing was changed",
            Self::Undone => "it was already undone",
            Self::Undoing => "this was an undo itself; change the access instead",
            Self::Later => "a later change finished it: undo that one to undo both",
            Self::Unread => "its previous access could not be read in full, and a partial list is never written back",
            Self::Stopped => "stopping a codespace ended what ran in it, and that cannot be restored",
            Self::Started => "it is running; stop it on the Codespaces tab",
        }
    }
}

impl Done {
    pub fn is_whole(&self) -> bool {
        match &self.outcome {
            Ended::Whole(_) => true,
            Ended::Codespaces(ends) => ends.iter().all(End::is_done),
            Ended::Half(_) | Ended::Refused(_) | Ended::Overtaken(_) => false,
        }
    }

    /// Why this cannot be undone; `None` if it can.
    pub const fn why_not(&self) -> Option<&'static str> {
        match &self.undo {
            Undo::Possible(_) => None,
            Undo::Never(lasting) => Some(lasting.why()),
        }
    }

    pub const fn before(&self) -> Option<&AccessBefore> {
        match &self.undo {
            Undo::Possible(before) => Some(before),
            Undo::Never(_) => None,
        }
    }
}

impl World {
    /// The newest change that can be undone.
    pub fn undoable(&self) -> Option<&Done> {
        self.changes.iter().find(|done| done.before().is_some())
    }

    /// Why there is nothing to undo; `None` if there is something.
    pub fn nothing_to_undo(&self) -> Option<&'static str> {
        if self.undoable().is_some() {
            return None;
        }
        Some(self.changes.first().and_then(Done::why_not).unwrap_or("no access has changed yet"))
    }

    /// Records the outcome of a write of secrets.
    pub(super) fn remember(&mut self, at: DateTime<Utc>, write: &Write, outcome: &Outcome) {
        let (ended, before) = match outcome {
            Outcome::Saved(Ok(saved)) => (came_to(saved), None),
            Outcome::AccessChanged(Ok(AccessOutcome::Done { saved, before })) => (came_to(saved), Some(before.clone())),
            Outcome::Saved(Err(problem)) | Outcome::AccessChanged(Err(problem)) => {
                (Ended::Refused(problem.clone()), None)
            }
            Outcome::AccessChanged(Ok(AccessOutcome::Stale(stale))) | Outcome::Overtaken(stale) => {
                (Ended::Overtaken(stale.differences.clone()), None)
            }
            _ => return, // not the end of a write of secrets
        };
        let has_changed = ended.reports().iter().any(|r| has_touched(&r.outcome));
        let access = before.clone().filter(|_| has_changed);
        let undo = match (write.kind, before) {
            _ if !has_changed => Undo::Never(NotUndoable::Nothing),
            (Kind::Values, _) => Undo::Never(NotUndoable::Values),
            (Kind::Deletion, _) => Undo::Never(NotUndoable::Deletion),
            (Kind::Undoing, _) => {
                self.mark_undone(write);
                Undo::Never(NotUndoable::Undoing)
            }
            (Kind::Access, Some(before)) => self.undo_of(before),
            (Kind::Access | Kind::Other, _) => Undo::Never(NotUndoable::Nothing),
        };
        let text = if matches!(ended, Ended::Whole(_)) { &write.done } else { &write.doing };
        self.changes.insert(0, Done { at, text: text.clone(), outcome: ended, undo, access });
    }

    /// Records the outcome of stopping and starting codespaces.
    pub(super) fn remember_run(&mut self, at: DateTime<Utc>) {
        let Some(run) = &self.spaces.run else { return };
        let end = |change: &CodespaceChange| End { change: change.clone(), stage: run.stage(change.name()).cloned() };
        let ends: Vec<End> = run.changes.iter().map(end).collect();
        let is_whole = ends.iter().all(End::is_done);
        let lasting = match run.changes.first() {
            Some(CodespaceChange::Start(_)) => NotUndoable::Started,
            Some(CodespaceChange::Restart(_) | CodespaceChange::Stop(_) | CodespaceChange::StopMember { .. })
            | None => NotUndoable::Stopped,
        };
        let lasting = if ends.iter().all(|end| end.stage.is_none()) { NotUndoable::Nothing } else { lasting };
        let text = if is_whole { run.summary().1 } else { doing(&run.changes) };
        let (outcome, undo) = (Ended::Codespaces(ends), Undo::Never(lasting));
        self.changes.insert(0, Done { at, text, outcome, undo, access: None });
    }

    /// What undoing a change of access restores. An incomplete change and the one that finished it are undone together.
    fn undo_of(&mut self, mut before: AccessBefore) -> Undo {
        let half = self.changes.iter_mut().find(|done| done.before().is_some()).filter(|done| {
            matches!(done.outcome, Ended::Half(_))
                && done.before().is_some_and(|b| b.scope == before.scope && b.prefix == before.prefix)
        });
        if let Some(half) = half
            && let Undo::Possible(first) = std::mem::replace(&mut half.undo, Undo::Never(NotUndoable::Later))
        {
            before = first.followed_by(before);
        }
        let is_whole = |seen: &Seen| seen.access.as_ref().is_some_and(Access::is_whole);
        match before {
            before if !before.members.iter().all(is_whole) => Undo::Never(NotUndoable::Unread),
            before if !before.is_change() => Undo::Never(NotUndoable::Nothing),
            before => Undo::Possible(before),
        }
    }

    fn mark_undone(&mut self, write: &Write) {
        let Some(restored) = &write.restores else { return };
        for done in &mut self.changes {
            if done.before() == Some(restored) {
                done.undo = Undo::Never(NotUndoable::Undone);
            }
        }
    }
}

/// What kind of change a write is, as far as undoing it is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Values,
    Access,
    Deletion,
    Undoing,
    Other,
}

impl Kind {
    pub const fn of(job: &Job) -> Self {
        match job {
            Job::Save(_) => Self::Values,
            Job::ChangeAccess(_) => Self::Access,
            Job::RestoreAccess(_) => Self::Undoing,
            Job::Delete { .. } => Self::Deletion,
            Job::SignIn
            | Job::Tokens
            | Job::UseToken(_)
            | Job::SignOut
            | Job::Device { .. }
            | Job::Memberships
            | Job::LoadScope(_)
            | Job::Endings
            | Job::Repositories(_)
            | Job::Repository(_)
            | Job::Seamless { .. }
            | Job::Local(_)
            | Job::Test { .. }
            | Job::Codespaces(_)
            | Job::ChangeCodespaces(_) => Self::Other,
        }
    }
}

fn came_to(saved: &Saved) -> Ended {
    if saved.is_whole() { Ended::Whole(saved.members.clone()) } else { Ended::Half(saved.members.clone()) }
}

/// Whether it changed something, or may have.
const fn has_touched(outcome: &WriteOutcome) -> bool {
    match outcome {
        WriteOutcome::Created
        | WriteOutcome::Updated
        | WriteOutcome::Deleted
        | WriteOutcome::Unknown(_)
        | WriteOutcome::ChangedElsewhere(_) => true,
        WriteOutcome::Unchanged | WriteOutcome::Failed(_) | WriteOutcome::NotTried => false,
    }
}
