//! Values stored for re-testing: recalled when the test of a credential opens, stored with one key after a
//! pass, and forgotten with the same key at any time. The keyring is used for nothing else.

use crate::app::action::{Action, AvailableAction};
use crate::app::context::Context;
use crate::app::local_job::{LocalJob, LocalOutcome};
use crate::app::notices::Tone;
use crate::app::protocol::{Job, JobId};
use crate::app::world::World;
use crate::domain::kept::Since;
use crate::domain::{Kept, Prefix, Problem, Scope, Trial};
use crate::ui::widgets::Level;

/// What is known about the keyring's entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stand {
    /// There is no credential, so the keyring was not read.
    #[default]
    Unasked,
    Asking,
    Nothing,
    Kept(Kept),
    Failed(Problem),
}

#[derive(Clone, Debug, Default)]
pub struct Keeping {
    pub stand: Stand,
    job: Option<JobId>,
    /// The values being stored.
    pending: Option<Kept>,
}

type Target = Option<(Scope, Prefix)>;

impl Keeping {
    pub fn ask(target: &Target, cx: &mut Context<'_>) -> Self {
        let Some((scope, prefix)) = target.clone() else { return Self::default() };
        let job = cx.start(Job::Local(LocalJob::Recall { scope, prefix }));
        Self { stand: Stand::Asking, job: Some(job), pending: None }
    }

    pub fn is_mine(&self, id: JobId) -> bool {
        self.job == Some(id)
    }

    /// The toggle: stores values that passed; forgets stored values unless others have passed since.
    pub fn offer(&self, target: &Target, passed: Option<&Trial>, world: &World) -> AvailableAction {
        let label = match (self.kept(), passed) {
            (Some(kept), Some(trial)) if kept.trial != *trial => "store these instead",
            (Some(_), _) => "forget stored values",
            (None, _) => "store for re-testing",
        };
        let disabled_reason = match (target, passed) {
            (None, _) => Some("not a credential on GitHub; w writes one"),
            _ if world.demo => Some("the demo uses no keyring, so nothing is stored"),
            _ if self.job.is_some() => Some("waiting for the keyring"),
            (_, None) if self.kept().is_none() => Some("nothing has passed yet"),
            _ => None, // it can be
        };
        AvailableAction::called(Action::Keep, label).unless(disabled_reason)
    }

    /// The same beside the fields, where nothing has passed: stored values can be forgotten whatever is typed.
    pub fn forget_offer(&self, target: &Target, world: &World) -> Option<AvailableAction> {
        self.kept().map(|_| self.offer(target, None, world))
    }

    fn kept(&self) -> Option<&Kept> {
        match &self.stand {
            Stand::Kept(kept) => Some(kept),
            Stand::Unasked | Stand::Asking | Stand::Nothing | Stand::Failed(_) => None,
        }
    }

    /// Whether exactly these values are stored, so leaving loses nothing.
    pub fn holds(&self, trial: &Trial) -> bool {
        self.kept().is_some_and(|kept| kept.trial == *trial)
    }

    /// The same, or being stored right now.
    pub fn will_hold(&self, trial: &Trial) -> bool {
        self.holds(trial) || self.pending.as_ref().is_some_and(|kept| kept.trial == *trial)
    }

    pub fn toggle(&mut self, target: &Target, passed: Option<&Trial>, cx: &mut Context<'_>) {
        let Some((scope, prefix)) = target.clone() else { return };
        let local_job = match passed {
            Some(trial) if !self.holds(trial) => {
                let kept = Kept::tested(trial.clone(), cx.world.listing(&scope), &prefix);
                self.pending = Some(kept.clone());
                LocalJob::Keep { scope, prefix, kept }
            }
            Some(_) | None => LocalJob::Forget { scope, prefix },
        };
        self.job = Some(cx.start(Job::Local(local_job)));
    }

    /// Takes the result of a local job; returns recalled values.
    pub fn finished(&mut self, brought: LocalOutcome, cx: &mut Context<'_>) -> Option<Trial> {
        self.job = None;
        match brought {
            LocalOutcome::Recalled(Ok(Some(kept))) => {
                let trial = kept.trial.clone();
                self.stand = Stand::Kept(kept);
                return Some(trial);
            }
            LocalOutcome::Recalled(Ok(None)) => self.stand = Stand::Nothing,
            LocalOutcome::Recalled(Err(problem)) => self.stand = Stand::Failed(problem),
            LocalOutcome::Kept(Ok(())) => {
                if let Some(kept) = self.pending.take() {
                    self.stand = Stand::Kept(kept);
                }
                cx.note(Tone::Good, "stored in the system keyring only; the same key forgets it");
            }
            LocalOutcome::Forgotten(Ok(_)) => {
                self.stand = Stand::Nothing;
                cx.world.kept = None;
                cx.note(Tone::Good, "removed the stored values from the keyring");
            }
            LocalOutcome::Kept(Err(problem)) | LocalOutcome::Forgotten(Err(problem)) => {
                self.pending = None;
                cx.note(Tone::Warn, format!("{}: {}; {}", problem.what, problem.why, problem.hint));
            }
            LocalOutcome::Found(_) | LocalOutcome::Taken(_) => {} // never requested here
        }
        None
    }

    /// What to show about it beside the fields, given the typed values.
    pub fn words(&self, target: &Target, typed: &Trial, world: &World) -> Option<String> {
        let kept = match &self.stand {
            Stand::Unasked => return None,
            Stand::Asking => return Some("Looking in the keyring for values stored for re-testing.".to_owned()),
            Stand::Nothing => {
                return Some("Nothing is stored for re-testing; if these pass, one key stores them.".to_owned());
            }
            Stand::Failed(problem) => return Some(format!("{}: {}.", capital(&problem.what), problem.why)),
            Stand::Kept(kept) => kept,
        };
        if kept.trial.members() != typed.members() {
            return Some("The keyring stores other values than these.".to_owned());
        }
        let origin = kept.origin.note().map(str::to_owned);
        let notes: Vec<_> = origin.into_iter().chain(self.since(target, world).note()).collect();
        let notes = notes.iter().map(|note| format!("; {note}")).collect::<Vec<_>>().concat();
        Some(format!("These values are stored in the keyring{notes}."))
    }

    /// The same in a few words, for when there is no room beside the fields.
    pub fn sign(&self, target: &Target, typed: &Trial, world: &World) -> Option<(Level, &'static str)> {
        let kept = match &self.stand {
            Stand::Unasked | Stand::Nothing => return None,
            Stand::Asking => return Some((Level::Info, "looking in the keyring")),
            Stand::Failed(_) if world.demo => return None,
            Stand::Failed(_) => return Some((Level::Warn, "the keyring could not be read")),
            Stand::Kept(kept) => kept,
        };
        let is_changed = self.since(target, world).is_changed() == Some(true);
        Some(match kept.trial.members() == typed.members() {
            true if is_changed => (Level::Warn, "stored; changed on GitHub since"),
            true => (Level::Info, "stored in the keyring"),
            false => (Level::Info, "other values are stored"),
        })
    }

    fn since(&self, target: &Target, world: &World) -> Since {
        let listing = target.as_ref().and_then(|(scope, prefix)| Some((world.listing(scope)?, prefix)));
        match (self.kept(), listing) {
            (Some(kept), Some((listing, prefix))) => kept.since(listing, prefix),
            _ => Since::Unknown, // nothing is stored, or GitHub was not read
        }
    }

    /// Cancels a recall that is no longer needed; storing and forgetting continue.
    pub fn close(&mut self, cx: &mut Context<'_>) {
        if self.stand == Stand::Asking
            && let Some(id) = self.job.take()
        {
            cx.cancel(id);
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
