//! A write as displayed: the result for each member, whether something is left, and retrying the rest.

use super::context::{Context, Write};
use super::notices::Tone;
use super::protocol::{Job, JobId, Outcome, Part};
use super::remote::Remote;
use super::spaces::Run;
use super::world::World;
use crate::domain::change::{AccessBefore, AccessOutcome, Seen, Stale};
use crate::domain::{AccessChange, Draft, Member, MemberReport, Mend, Prefix, Problem, Renamed, Saved, Scope, Shape};

/// A write with every detail decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Save(Draft),
    Access(AccessChange),
    Delete {
        scope: Scope,
        prefix: Prefix,
        seen: Option<Vec<Seen>>,
    },
    /// Undoes a change of access.
    Restore(AccessBefore),
}

impl Change {
    pub const fn scope(&self) -> &Scope {
        match self {
            Self::Save(draft) => &draft.scope,
            Self::Access(change) => &change.scope,
            Self::Delete { scope, .. } => scope,
            Self::Restore(before) => &before.scope,
        }
    }

    /// A repository was renamed: what is left to write goes to the new name.
    pub fn renamed(&mut self, renamed: &Renamed) {
        let (Self::Save(Draft { scope, .. })
        | Self::Access(AccessChange { scope, .. })
        | Self::Delete { scope, .. }
        | Self::Restore(AccessBefore { scope, .. })) = self;
        renamed.scope(scope);
    }

    pub const fn prefix(&self) -> &Prefix {
        match self {
            Self::Save(draft) => &draft.prefix,
            Self::Access(change) => &change.prefix,
            Self::Delete { prefix, .. } => prefix,
            Self::Restore(before) => &before.prefix,
        }
    }

    /// Accepts what is known to be there now: the differences were written by us.
    fn sees(&mut self, world: &World) {
        let (scope, shape, name, seen) = match self {
            Self::Save(draft) => (&draft.scope, draft.shape, &draft.prefix, &mut draft.seen),
            Self::Delete { scope, prefix, seen } => (&*scope, Shape::Credential, &*prefix, seen),
            Self::Access(_) | Self::Restore(_) => return, // members that are as wanted are never in the way here
        };
        *seen = seen.take().and_then(|_| world.seen(scope, (shape, name)));
    }

    /// What a job writes; `None` for a read.
    pub fn of(job: &Job) -> Option<Self> {
        match job {
            Job::Save(draft) => Some(Self::Save(draft.clone())),
            Job::ChangeAccess(change) => Some(Self::Access(change.clone())),
            Job::Delete { scope, prefix, seen } => {
                Some(Self::Delete { scope: scope.clone(), prefix: prefix.clone(), seen: seen.clone() })
            }
            Job::RestoreAccess(before) => Some(Self::Restore(before.clone())),
            Job::ChangeCodespaces(_)
            | Job::SignOut
            | Job::Tokens
            | Job::UseToken(_)
            | Job::Device { .. }
            | Job::Codespaces(_)
            | Job::SignIn
            | Job::Memberships
            | Job::LoadScope(_)
            | Job::Endings
            | Job::Repositories(_)
            | Job::Repository(_)
            | Job::Seamless { .. }
            | Job::Local(_)
            | Job::Test { .. } => None,
        }
    }

    fn job(&self) -> Job {
        match self {
            Self::Save(draft) => Job::Save(draft.clone()),
            Self::Access(change) => Job::ChangeAccess(change.clone()),
            Self::Delete { scope, prefix, seen } => {
                Job::Delete { scope: scope.clone(), prefix: prefix.clone(), seen: seen.clone() }
            }
            Self::Restore(before) => Job::RestoreAccess(before.clone()),
        }
    }

    /// What was done, once all of it is done.
    pub fn done(&self) -> String {
        match self {
            Self::Save(draft) => format!("{} is saved in {}", draft.prefix, draft.scope),
            Self::Access(change) => format!("the access of {} in {} is changed", change.prefix, change.scope),
            Self::Delete { scope, prefix, .. } => format!("{prefix} is deleted from {scope}"),
            Self::Restore(before) => format!("the access of {} in {} is restored", before.prefix, before.scope),
        }
    }

    /// What is being done until then.
    pub fn doing(&self) -> String {
        match self {
            Self::Save(draft) => format!("writing {} to {}", draft.prefix, draft.scope),
            Self::Access(change) => format!("changing the access of {} in {}", change.prefix, change.scope),
            Self::Delete { scope, prefix, .. } => format!("deleting {prefix} from {scope}"),
            Self::Restore(before) => format!("taking back the access of {} in {}", before.prefix, before.scope),
        }
    }
}

impl World {
    /// What exists under a name, for you to agree to before a write; `None` while that is unknown.
    pub fn seen(&self, scope: &Scope, (shape, name): (Shape, &Prefix)) -> Option<Vec<Seen>> {
        let Some(Remote::Ready(listing)) = self.scope(scope) else { return None };
        Some(listing.held(shape, name).as_deref().map(Seen::of).unwrap_or_default())
    }
}

/// The state of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writing {
    Running {
        id: JobId,
        change: Change,
        reports: Vec<MemberReport>,
    },
    Ended {
        change: Change,
        reports: Vec<MemberReport>,
        problem: Option<Problem>,
    },
    /// Nothing was written, because someone else changed it first; the differences, one sentence each.
    Overtaken {
        change: Change,
        differences: Vec<String>,
    },
}

impl Writing {
    pub fn start(change: Change, cx: &mut Context<'_>) -> Self {
        Self::begin(change, Vec::new(), cx)
    }

    fn begin(change: Change, reports: Vec<MemberReport>, cx: &mut Context<'_>) -> Self {
        let id = cx.start(change.job());
        Self::Running { id, change, reports }
    }

    pub const fn change(&self) -> &Change {
        match self {
            Self::Running { change, .. } | Self::Ended { change, .. } | Self::Overtaken { change, .. } => change,
        }
    }

    pub fn renamed(&mut self, renamed: &Renamed) {
        match self {
            Self::Running { change, .. } | Self::Ended { change, .. } | Self::Overtaken { change, .. } => {
                change.renamed(renamed);
            }
        }
    }

    pub fn reports(&self) -> &[MemberReport] {
        match self {
            Self::Running { reports, .. } | Self::Ended { reports, .. } => reports,
            Self::Overtaken { .. } => &[],
        }
    }

    pub const fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. })
    }

    pub const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Running { .. } | Self::Overtaken { .. } => None,
            Self::Ended { problem, .. } => problem.as_ref(),
        }
    }

    /// The fix for its problem.
    pub const fn remedy(&self) -> Option<&Mend> {
        match self.problem() {
            Some(problem) => problem.mend.as_ref(),
            None => None,
        }
    }

    /// Whether it ended and every member is as wanted.
    pub fn is_whole(&self) -> bool {
        match self {
            Self::Running { .. } | Self::Overtaken { .. } => false,
            Self::Ended { reports, problem, .. } => problem.is_none() && reports.iter().all(|r| r.outcome.is_done()),
        }
    }

    /// Whether something is left to retry. What someone else changed has to be reviewed first.
    pub fn has_rest(&self) -> bool {
        matches!(self, Self::Ended { .. }) && !self.is_whole()
    }

    /// What someone else changed before this write; `None` if nothing.
    pub fn overtaken(&self) -> Option<&[String]> {
        match self {
            Self::Overtaken { differences, .. } => Some(differences),
            Self::Running { .. } | Self::Ended { .. } => None,
        }
    }

    /// Whether the job belongs to this write.
    pub fn is_mine(&self, id: JobId) -> bool {
        matches!(self, Self::Running { id: mine, .. } if *mine == id)
    }

    pub fn part(&mut self, part: Part) {
        if let (Self::Running { reports, .. }, Part::Member(report)) = (self, part) {
            put(reports, report);
        }
    }

    /// Takes the end of the write, and passes what was read back to the world.
    pub fn finished(&mut self, outcome: Outcome, cx: &mut Context<'_>) {
        let Self::Running { change, reports, .. } = &mut *self else { return };
        let result = match outcome {
            Outcome::Saved(result) => result,
            Outcome::AccessChanged(Ok(AccessOutcome::Done { saved, .. })) => Ok(saved),
            Outcome::AccessChanged(Ok(AccessOutcome::Stale(Stale { now, differences })))
            | Outcome::Overtaken(Stale { now, differences }) => {
                cx.take_listing(change.scope(), now);
                *self = Self::Overtaken { change: change.clone(), differences };
                return;
            }
            Outcome::AccessChanged(Err(problem)) => Err(problem),
            _ => return, // the end of something else
        };
        let (change, mut reports) = (change.clone(), std::mem::take(reports));
        let problem = match result {
            Ok(Saved { members, now }) => {
                for report in members {
                    put(&mut reports, report);
                }
                if let Some(listing) = now {
                    cx.take_listing(change.scope(), listing);
                } else {
                    cx.load_scope(change.scope());
                }
                reports.iter().find_map(|r| r.outcome.problem().cloned())
            }
            Err(problem) => Some(problem),
        };
        if let Change::Save(draft) = &change {
            cx.world.know(draft, &reports);
        }
        let ended = Self::Ended { change, reports, problem };
        if ended.is_whole() {
            cx.world.latest = Some((ended.change().scope().clone(), ended.change().prefix().clone()));
            cx.note(Tone::Good, ended.change().done());
        }
        *self = ended;
    }

    /// Writes what is left; members that are done are not written again.
    pub fn retry(&mut self, cx: &mut Context<'_>) {
        let Self::Ended { change, reports, .. } = self else { return };
        let mut change = change.clone();
        if let Change::Save(draft) = &mut change {
            let done: Vec<Member> = reports.iter().filter(|r| r.outcome.is_done()).map(|r| r.member).collect();
            draft.members.retain(|member| !done.contains(member));
        }
        change.sees(cx.world);
        *self = Self::begin(change, std::mem::take(reports), cx);
    }
}

fn put(reports: &mut Vec<MemberReport>, report: MemberReport) {
    match reports.iter_mut().find(|r| r.member == report.member) {
        Some(old) => *old = report,
        None => reports.push(report),
    }
}

/// Reports a write whose screen is closed in the notices; its result still reaches the lists.
pub(super) fn report_orphan(write: &Write, outcome: &Outcome, cx: &mut Context<'_>) {
    let saved = match outcome {
        Outcome::Saved(Ok(saved)) | Outcome::AccessChanged(Ok(AccessOutcome::Done { saved, .. })) => saved,
        Outcome::Saved(Err(problem)) | Outcome::AccessChanged(Err(problem)) => {
            cx.note(Tone::Bad, format!("{} failed: {}: {}", write.doing, problem.what, problem.why));
            return;
        }
        Outcome::AccessChanged(Ok(AccessOutcome::Stale(stale))) | Outcome::Overtaken(stale) => {
            if let Some(scope) = &write.scope {
                cx.take_listing(scope, stale.now.clone());
            }
            cx.note(Tone::Warn, format!("{}: nothing was changed, as someone else changed it first", write.doing));
            return;
        }
        Outcome::CodespacesChanged(_) => {
            if let Some((whole, text)) = cx.world.spaces.run.as_ref().map(Run::summary) {
                cx.note(if whole { Tone::Good } else { Tone::Bad }, text);
            }
            return;
        }
        _ => return, // not the end of a write of secrets
    };
    match (&write.scope, &saved.now) {
        (Some(scope), Some(listing)) => cx.take_listing(scope, listing.clone()),
        (Some(scope), None) => cx.load_scope(scope),
        (None, _) => {}
    }
    if saved.is_whole() {
        cx.note(Tone::Good, write.done.clone());
    } else {
        let rest = saved.members.iter().filter(|m| !m.outcome.is_done());
        let words: Vec<String> = rest.map(|m| format!("{} {}", m.name, m.outcome.word())).collect();
        cx.note(Tone::Bad, format!("{} is incomplete: {}", write.doing, words.join(", ")));
    }
}
