//! Values that are kept for re-testing: recalled when one opens the test of a credential, kept and forgotten with one
//! key after a pass. The keyring is asked for nothing else.

use crate::app::action::{Action, Offer};
use crate::app::cx::Cx;
use crate::app::errand::{Brought, Errand};
use crate::app::notices::Tone;
use crate::app::protocol::{Job, JobId};
use crate::app::world::World;
use crate::domain::{Kept, Prefix, Problem, Scope, Trial};

/// What is known of the keyring's entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stand {
    /// It is about no credential, so that nothing was asked.
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
    /// What is being kept.
    pending: Option<Kept>,
}

type Target = Option<(Scope, Prefix)>;

impl Keeping {
    pub fn ask(target: &Target, cx: &mut Cx<'_>) -> Self {
        let Some((scope, prefix)) = target.clone() else { return Self::default() };
        let job = cx.start(Job::Errand(Errand::Recall { scope, prefix }));
        Self { stand: Stand::Asking, job: Some(job), pending: None }
    }

    pub fn is_mine(&self, id: JobId) -> bool {
        self.job == Some(id)
    }

    /// The toggle after a pass.
    pub fn offer(&self, target: &Target, passed: Option<&Trial>) -> Offer {
        let is_kept = passed.is_some_and(|trial| self.holds(trial));
        let label = if is_kept { "forget the kept values" } else { "keep for re-testing" };
        let not_now = match (target, passed) {
            (None, _) => Some("it is about no credential of GitHub's; w writes one"),
            (_, None) => Some("nothing has passed yet"),
            _ if self.job.is_some() => Some("the keyring is being asked"),
            _ => None, // it can be
        };
        Offer::called(Action::Toggle, label).unless(not_now)
    }

    fn holds(&self, trial: &Trial) -> bool {
        matches!(&self.stand, Stand::Kept(kept) if kept.trial == *trial)
    }

    pub fn toggle(&mut self, target: &Target, passed: Option<&Trial>, cx: &mut Cx<'_>) {
        let (Some((scope, prefix)), Some(trial)) = (target.clone(), passed) else { return };
        let errand = if self.holds(trial) {
            Errand::Forget { scope, prefix }
        } else {
            let now = cx.world.listing(&scope).and_then(|listing| listing.credential(&prefix));
            let updated_at = now.and_then(crate::domain::Credential::password_updated_at);
            let kept = Kept { trial: trial.clone(), updated_at };
            self.pending = Some(kept.clone());
            Errand::Keep { scope, prefix, kept }
        };
        self.job = Some(cx.start(Job::Errand(errand)));
    }

    /// Takes the end of an errand; gives the values that were recalled.
    pub fn finished(&mut self, brought: Brought, cx: &mut Cx<'_>) -> Option<Trial> {
        self.job = None;
        match brought {
            Brought::Recalled(Ok(Some(kept))) => {
                let trial = kept.trial.clone();
                self.stand = Stand::Kept(kept);
                return Some(trial);
            }
            Brought::Recalled(Ok(None)) => self.stand = Stand::Nothing,
            Brought::Recalled(Err(problem)) => self.stand = Stand::Failed(problem),
            Brought::Kept(Ok(())) => {
                if let Some(kept) = self.pending.take() {
                    self.stand = Stand::Kept(kept);
                }
                cx.note(Tone::Good, "kept in this system's keyring and nowhere else; the same key forgets it");
            }
            Brought::Forgotten(Ok(_)) => {
                self.stand = Stand::Nothing;
                cx.note(Tone::Good, "the kept values are out of the keyring");
            }
            Brought::Kept(Err(problem)) | Brought::Forgotten(Err(problem)) => {
                cx.note(Tone::Warn, format!("{}: {}; {}", problem.what, problem.why, problem.hint));
            }
            Brought::Found(_) | Brought::Taken(_) => {} // never asked here
        }
        None
    }

    /// What one should know of it beside the fields.
    pub fn words(&self, target: &Target, world: &World) -> Option<String> {
        match &self.stand {
            Stand::Unasked => None,
            Stand::Asking => Some("Looking into the keyring for values kept for re-testing.".to_owned()),
            Stand::Nothing => {
                Some("Nothing is kept for re-testing; after a pass one key keeps these values.".to_owned())
            }
            Stand::Failed(problem) => Some(format!("{}: {}.", capital(&problem.what), problem.why)),
            Stand::Kept(kept) => {
                let (scope, prefix) = target.as_ref()?;
                let now = world.listing(scope).map(|listing| kept.since(listing.credential(prefix)));
                let since = now.and_then(crate::domain::kept::Since::note);
                let note = since.map(|note| format!("; {note}")).unwrap_or_default();
                Some(format!("Filled with the values kept in the keyring{note}."))
            }
        }
    }

    /// A recall nobody waits for any more ends; keeping and forgetting go on.
    pub fn close(&mut self, cx: &mut Cx<'_>) {
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
