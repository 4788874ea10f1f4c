//! Local jobs: finding values, importing them, and storing values in the keyring for re-testing. These are pairs of a
//! job and its outcome, as in `protocol`; imported values are then passed to the fields they were requested for.

use super::App;
use super::context::{Context, Write};
use super::notices::Tone;
use super::protocol::{Effect, Job, Outcome};
use super::screens::Screen;
use super::writing::Change;
use crate::domain::source::{Found, Source, Taken};
use crate::domain::{Kept, Prefix, Problem, Scope};

/// Work that needs neither GitHub nor a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalJob {
    /// Finds out which places have values; runs nothing.
    Look,
    /// Imports the values of one place; may run a credential helper.
    Take(Source),
    /// Reads the stored values of a credential.
    Recall {
        scope: Scope,
        prefix: Prefix,
    },
    Keep {
        scope: Scope,
        prefix: Prefix,
        kept: Kept,
    },
    Forget {
        scope: Scope,
        prefix: Prefix,
    },
}

/// How a local job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalOutcome {
    Found(Result<Found, Problem>),
    Taken(Result<Taken, Problem>),
    Recalled(Result<Option<Kept>, Problem>),
    Kept(Result<(), Problem>),
    Forgotten(Result<bool, Problem>),
}

impl LocalJob {
    /// The outcome of a job that is not carried out.
    pub fn refused(&self, problem: Problem) -> LocalOutcome {
        match self {
            Self::Look => LocalOutcome::Found(Err(problem)),
            Self::Take(_) => LocalOutcome::Taken(Err(problem)),
            Self::Recall { .. } => LocalOutcome::Recalled(Err(problem)),
            Self::Keep { .. } => LocalOutcome::Kept(Err(problem)),
            Self::Forget { .. } => LocalOutcome::Forgotten(Err(problem)),
        }
    }
}

impl Context<'_> {
    /// Stored values that were just written are known to be those on GitHub, so their entry in the keyring records
    /// that.
    pub(super) fn keep_written(&mut self, write: &Write, outcome: &Outcome) {
        let (Some(change), Outcome::Saved(Ok(saved))) = (&write.change, outcome) else { return };
        let is_meant = |(scope, prefix): &(Scope, Prefix)| scope == change.scope() && prefix == change.prefix();
        let Some((target, trial)) = self.world.kept.take_if(|(target, _)| is_meant(target)) else { return };
        let Change::Save(draft) = change else { return };
        if draft.values != trial.members() {
            return;
        }
        if saved.is_whole() {
            let kept = Kept::written(trial, saved.now.as_ref(), &target.1);
            let (scope, prefix) = target;
            self.start(Job::Local(LocalJob::Keep { scope, prefix, kept }));
        } else {
            self.world.kept = Some((target, trial)); // the rest may follow
        }
    }

    /// Reports a failure that no screen is waiting for.
    pub(super) fn settle_errand(&mut self, outcome: &Outcome) {
        if let Outcome::Local(LocalOutcome::Kept(Err(problem)) | LocalOutcome::Forgotten(Err(problem))) = outcome {
            self.note(Tone::Warn, format!("{}: {}; {}", problem.what, problem.why, problem.hint));
        }
    }
}

impl App {
    /// Passes imported values to the screen they were requested for, and closes the screen that found them.
    pub(super) fn hand_over(&mut self, effects: &mut Vec<Effect>) {
        let Some(taken) = self.world.taken.take() else { return };
        let Some(at) = self.stack.iter().position(|screen| matches!(screen, Screen::Fill(_))) else { return };
        self.at(at, effects, Screen::close);
        self.stack.remove(at);
        self.at(at.saturating_sub(1), effects, |screen, cx| screen.fill(&taken, cx));
    }
}
