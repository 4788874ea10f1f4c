//! Asks before something is taken away or access changes, then does it and stays until every member is told.
//!
//! Two choices side by side, the harmless one in focus: Enter alone never deletes or changes access.

#[cfg(test)]
mod tests;
mod view;

use chrono::{DateTime, Utc};

pub use self::view::{draw, problem_lines, writing_lines};
use super::Behavior;
use crate::app::action::{Action, Offer, moving};
use crate::app::cx::{Cx, Facade, Flow};
use crate::app::protocol::{JobId, Outcome, Part};
use crate::app::scroll::Scroll;
use crate::app::world::World;
use crate::app::writing::{Change, Writing};
use crate::ui::Memory;

#[derive(Clone, Debug)]
pub struct State {
    pub title: String,
    /// What will happen, line by line.
    pub body: Vec<String>,
    /// The word on the button that does it.
    pub button: String,
    pub phase: Phase,
    pub scroll: Scroll,
}

#[derive(Clone, Debug)]
pub enum Phase {
    /// `doing` is whether the button that does it has the focus.
    Asking {
        change: Box<Change>,
        doing: bool,
    },
    Writing(Box<Writing>),
}

impl State {
    pub fn new(title: impl Into<String>, body: Vec<String>, button: impl Into<String>, change: Change) -> Self {
        let phase = Phase::Asking { change: Box::new(change), doing: false };
        Self { title: title.into(), body, button: button.into(), phase, scroll: Scroll::default() }
    }
}

impl Behavior for State {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn facade(&self, _world: &World, _now: DateTime<Utc>) -> Facade {
        let mut offers = match &self.phase {
            Phase::Asking { doing, .. } => vec![
                Offer::called(Action::Next, "other choice"),
                Offer::called(Action::Previous, "other choice"),
                Offer::called(Action::Activate, if *doing { "do it" } else { "cancel" }),
                Offer::called(Action::Back, "cancel"),
            ],
            Phase::Writing(writing) => vec![
                Offer::new(Action::Retry).unless(match writing.as_ref() {
                    w if w.is_running() => Some("it is still being written"),
                    w if !w.has_rest() => Some("nothing is left to do"),
                    _ => None, // there is a rest
                }),
                Offer::called(Action::Activate, "close")
                    .unless(writing.is_running().then_some("it is still being written")),
                Offer::called(Action::Back, "close"),
            ],
        };
        offers.extend(moving());
        Facade { offers, typing: false }
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Flow {
        if moving().iter().any(|offer| offer.action == action) {
            self.scroll.act(action);
            return Flow::Stay;
        }
        match (&mut self.phase, action) {
            (Phase::Asking { doing, .. }, Action::Next | Action::Previous) => *doing = !*doing,
            (Phase::Asking { change, doing: true }, Action::Activate) => {
                self.scroll = Scroll::default();
                let writing = Writing::start(change.as_ref().clone(), cx);
                self.phase = Phase::Writing(Box::new(writing));
            }
            (Phase::Writing(writing), Action::Retry) => writing.retry(cx),
            (Phase::Writing(_), _) => return Flow::Home, // done: what one chose on the way here is history
            _ => return Flow::Close,                     // back, or Enter on «cancel»
        }
        Flow::Stay
    }

    fn at_line(&self, _world: &World) -> Option<usize> {
        Some(self.scroll.at())
    }

    fn drawn(&mut self, memory: &Memory) {
        self.scroll.drawn(memory.end("confirm").unwrap_or_default());
    }

    fn waits_for(&self, id: JobId) -> bool {
        matches!(&self.phase, Phase::Writing(writing) if writing.is_mine(id))
    }

    fn part(&mut self, _id: JobId, part: Part, _cx: &mut Cx<'_>) {
        if let Phase::Writing(writing) = &mut self.phase {
            writing.part(part);
        }
    }

    fn finished(&mut self, _id: JobId, outcome: Outcome, cx: &mut Cx<'_>) {
        if let Phase::Writing(writing) = &mut self.phase {
            writing.finished(outcome, cx);
        }
    }
}
