//! What was changed in this run, newest first: what was asked for, what came back, and whether it can be taken back.
//!
//! It holds no value: what was written cannot be read here, and not be put back.

use chrono::{DateTime, Utc};

use super::cx::Write;
use super::protocol::{Job, Outcome};
use super::world::World;
use crate::domain::change::{AccessBefore, AccessOutcome, Seen, WriteOutcome};
use crate::domain::{Access, MemberReport, Problem, Saved};

/// One change, or the attempt of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// When its end was told.
    pub at: DateTime<Utc>,
    /// What was done, such as «the access of ACR in your own secrets is changed», or what was tried.
    pub text: String,
    pub outcome: Ended,
    pub undo: Undo,
}

/// What came back of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every member is as wanted.
    Whole(Vec<MemberReport>),
    /// Some are and some are not.
    Half(Vec<MemberReport>),
    /// Nothing was written, and why.
    Refused(Problem),
    /// Nothing was written, because somebody else changed it meanwhile; what differs, one sentence each.
    Overtaken(Vec<String>),
}

impl Ended {
    /// One word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Whole(_) => "done",
            Self::Half(_) => "not whole",
            Self::Refused(_) => "refused",
            Self::Overtaken(_) => "overtaken",
        }
    }

    pub fn reports(&self) -> &[MemberReport] {
        match self {
            Self::Whole(reports) | Self::Half(reports) => reports,
            Self::Refused(_) | Self::Overtaken(_) => &[],
        }
    }
}

/// Whether a change can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// What each member reached before.
    Possible(AccessBefore),
    Never(Lasting),
}

/// Why a change cannot be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    Values,
    Deletion,
    Nothing,
    Undone,
    Undoing,
    Later,
    Unread,
}

impl Lasting {
    /// In words that read well after a colon.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Values => "values were overwritten, and GitHub never gives a value back",
            Self::Deletion => "the values are gone with it, and GitHub never gives a value back",
            Self::Nothing => "nothing was changed",
            Self::Undone => "it was taken back already",
            Self::Undoing => "it took a change back itself; choose the access anew instead",
            Self::Later => "it was finished later: undo that one, which takes back both",
            Self::Unread => "what it reached before could not be read whole, and half a list is never written back",
        }
    }
}

impl Done {
    pub const fn is_whole(&self) -> bool {
        matches!(self.outcome, Ended::Whole(_))
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
    /// The newest change that can be taken back.
    pub fn undoable(&self) -> Option<&Done> {
        self.changes.iter().find(|done| done.before().is_some())
    }

    /// Why there is nothing to take back; `None` if there is.
    pub fn nothing_to_undo(&self) -> Option<&'static str> {
        if self.undoable().is_some() {
            return None;
        }
        Some(self.changes.first().and_then(Done::why_not).unwrap_or("no access was changed yet"))
    }

    /// Keeps what a write of secrets came to.
    pub(super) fn remember(&mut self, at: DateTime<Utc>, write: &Write, outcome: &Outcome) {
        let (ended, before) = match outcome {
            Outcome::Saved(Ok(saved)) => (came_to(saved), None),
            Outcome::AccessChanged(Ok(AccessOutcome::Done { saved, before })) => (came_to(saved), Some(before.clone())),
            Outcome::Saved(Err(problem)) | Outcome::AccessChanged(Err(problem)) => {
                (Ended::Refused(problem.clone()), None)
            }
            Outcome::AccessChanged(Ok(AccessOutcome::Stale(stale))) => {
                (Ended::Overtaken(stale.differences.clone()), None)
            }
            _ => return, // no end of a write of secrets
        };
        let has_changed = ended.reports().iter().any(|r| has_touched(&r.outcome));
        let undo = match (write.kind, before) {
            _ if !has_changed => Undo::Never(Lasting::Nothing),
            (Kind::Values, _) => Undo::Never(Lasting::Values),
            (Kind::Deletion, _) => Undo::Never(Lasting::Deletion),
            (Kind::Undoing, _) => {
                self.mark_undone(write);
                Undo::Never(Lasting::Undoing)
            }
            (Kind::Access, Some(before)) => self.undo_of(before),
            (Kind::Access | Kind::Other, _) => Undo::Never(Lasting::Nothing),
        };
        let text = if matches!(ended, Ended::Whole(_)) { &write.done } else { &write.doing };
        self.changes.insert(0, Done { at, text: text.clone(), outcome: ended, undo });
    }

    /// What undoing a change of access restores. The rest of one that was not whole is undone together with it.
    fn undo_of(&mut self, mut before: AccessBefore) -> Undo {
        let half = self.changes.iter_mut().find(|done| done.before().is_some()).filter(|done| {
            matches!(done.outcome, Ended::Half(_))
                && done.before().is_some_and(|b| b.scope == before.scope && b.prefix == before.prefix)
        });
        if let Some(half) = half
            && let Undo::Possible(first) = std::mem::replace(&mut half.undo, Undo::Never(Lasting::Later))
        {
            before = first.followed_by(before);
        }
        let is_whole = |seen: &Seen| seen.access.as_ref().is_some_and(Access::is_whole);
        match before {
            before if !before.members.iter().all(is_whole) => Undo::Never(Lasting::Unread),
            before if !before.is_change() => Undo::Never(Lasting::Nothing),
            before => Undo::Possible(before),
        }
    }

    fn mark_undone(&mut self, write: &Write) {
        let Some(restored) = &write.restores else { return };
        for done in &mut self.changes {
            if done.before() == Some(restored) {
                done.undo = Undo::Never(Lasting::Undone);
            }
        }
    }
}

/// What kind of change a write is, as far as taking it back is concerned.
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
            | Job::Repositories(_)
            | Job::Repository(_)
            | Job::Seamless { .. }
            | Job::Test { .. }
            | Job::Codespaces(_)
            | Job::ChangeCodespaces(_) => Self::Other,
        }
    }
}

fn came_to(saved: &Saved) -> Ended {
    if saved.is_whole() { Ended::Whole(saved.members.clone()) } else { Ended::Half(saved.members.clone()) }
}

/// Whether something was, or may have been, changed by it.
const fn has_touched(outcome: &WriteOutcome) -> bool {
    match outcome {
        WriteOutcome::Created | WriteOutcome::Updated | WriteOutcome::Deleted | WriteOutcome::Unknown(_) => true,
        WriteOutcome::Unchanged | WriteOutcome::Failed(_) | WriteOutcome::NotTried => false,
    }
}
