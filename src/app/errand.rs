//! Errands on this machine: looking for values, taking them, and what the keyring keeps for re-testing. Pairs of a job
//! and its outcome, as in `protocol`; and how taken values reach the fields they were looked for.

use super::App;
use super::protocol::Effect;
use super::screens::Screen;
use crate::domain::source::{Found, Source, Taken};
use crate::domain::{Kept, Prefix, Problem, Scope};

/// Work that asks neither GitHub nor a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Which places have values; nothing is run.
    Look,
    /// Takes the values of one place; a credential helper may be run.
    Take(Source),
    /// What is kept of a credential.
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

/// How an errand ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    Found(Found),
    Taken(Result<Taken, Problem>),
    Recalled(Result<Option<Kept>, Problem>),
    Kept(Result<(), Problem>),
    Forgotten(Result<bool, Problem>),
}

impl App {
    /// Gives values that were taken to the screen they were looked for, and closes the screen that found them.
    pub(super) fn hand_over(&mut self, effects: &mut Vec<Effect>) {
        let Some(taken) = self.world.taken.take() else { return };
        let Some(at) = self.stack.iter().position(|screen| matches!(screen, Screen::Fill(_))) else { return };
        self.at(at, effects, Screen::close);
        self.stack.remove(at);
        self.at(at.saturating_sub(1), effects, |screen, cx| screen.fill(&taken, cx));
    }
}
