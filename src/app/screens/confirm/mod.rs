//! Asks before deleting something or changing access, then does it and stays until every member has an outcome.
//!
//! Two buttons side by side, the harmless one in focus: typed or pasted text never deletes or changes access. If
//! someone else was faster, nothing is written: the screen shows the differences and goes back to the choice.

mod asks;
#[cfg(test)]
mod tests;
mod view;

use chrono::{DateTime, Utc};

pub use self::asks::{ask_to_delete, ask_to_repair, ask_to_undo};
pub use self::view::{REST, draw, problem_lines, report_lines, with_buttons, writing_lines};
use super::Behavior;
use crate::app::action::{Action, AvailableAction, moving};
use crate::app::buttons::Buttons;
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::mending;
use crate::app::notices::Tone;
use crate::app::protocol::{JobId, Outcome, Part};
use crate::app::scroll::Scroll;
use crate::app::series::{Item, Series};
use crate::app::world::World;
use crate::app::writing::Change;
use crate::domain::{Mend, Renamed};
use crate::ui::Memory;

#[derive(Clone, Debug)]
pub struct State {
    pub title: String,
    /// What will happen, line by line.
    pub body: Vec<String>,
    /// The word on the button that does it.
    pub button: String,
    pub phase: Phase,
    /// For the question, and afterwards for what is left to do.
    pub buttons: Buttons,
    pub scroll: Scroll,
}

#[derive(Clone, Debug)]
pub enum Phase {
    Asking(Vec<Change>),
    Writing(Box<Series>),
}

impl State {
    pub fn new(title: impl Into<String>, body: Vec<String>, button: impl Into<String>, change: Change) -> Self {
        Self::of_all(title, body, button, vec![change])
    }

    /// The same for several writes, one after the other.
    pub fn of_all(
        title: impl Into<String>,
        body: Vec<String>,
        button: impl Into<String>,
        changes: Vec<Change>,
    ) -> Self {
        let (buttons, scroll) = (Buttons::default(), Scroll::default());
        Self { title: title.into(), body, button: button.into(), phase: Phase::Asking(changes), buttons, scroll }
    }

    fn begin(&mut self, cx: &mut Context<'_>) {
        if let Phase::Asking(changes) = &self.phase {
            self.scroll = Scroll::default();
            self.buttons.disarm();
            self.phase = Phase::Writing(Box::new(Series::start(changes.clone(), cx)));
        }
    }
}

fn writing_offers(series: &Series, buttons: Buttons) -> Vec<AvailableAction> {
    let running = series.is_running().then_some("it is still being written");
    if series.overtaken().is_some() {
        return vec![
            AvailableAction::called(Action::Activate, "look at it"),
            AvailableAction::called(Action::Back, "leave it"),
        ];
    }
    let back = if series.is_running() || series.is_whole() { "close" } else { "back" };
    let mut offers = if series.has_rest() {
        buttons.offers("close", "do the rest")
    } else {
        vec![AvailableAction::called(Action::Activate, "close").unless(running)]
    };
    offers.push(AvailableAction::called(Action::Back, back));
    offers
}

impl State {
    /// The fix for the problem of the last write.
    fn remedy(&self) -> Option<&Mend> {
        match &self.phase {
            Phase::Asking(_) => None,
            Phase::Writing(series) => series.remedy(),
        }
    }
}

impl Behavior for State {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn available_actions(&self, world: &World, _now: DateTime<Utc>) -> AvailableActions {
        let mut offers = match &self.phase {
            Phase::Asking(_) => {
                let mut offers = self.buttons.offers("cancel", "do it");
                offers.push(AvailableAction::called(Action::Back, "cancel"));
                offers
            }
            Phase::Writing(series) => writing_offers(series, self.buttons),
        };
        offers.extend(mending::offer(world, self.remedy()));
        offers.extend(moving());
        AvailableActions { offers, typing: false }
    }

    fn act(&mut self, action: Action, cx: &mut Context<'_>) -> Navigation {
        if moving().iter().any(|offer| offer.action == action) {
            self.scroll.act(action);
            return Navigation::Stay;
        }
        if self.buttons.act(action, 2) {
            return Navigation::Stay;
        }
        let is_armed = self.buttons.is_armed();
        match (&mut self.phase, action) {
            (Phase::Asking(_), Action::Activate) if is_armed => self.begin(cx),
            (Phase::Writing(series), Action::Activate) if is_armed && series.has_rest() => {
                self.buttons.disarm();
                series.retry(cx);
            }
            (Phase::Writing(series), Action::Mend) => return cx.mend(series.remedy()),
            (Phase::Writing(series), Action::Activate) if series.overtaken().is_some() => {
                let is_deletion = matches!(series.items().first().map(Item::change), Some(Change::Delete { .. }));
                let chosen = if is_deletion { "" } else { ", with your choices on top" };
                cx.note(Tone::Info, format!("this is the current state{chosen}"));
                return Navigation::Close;
            }
            // What is not done can be chosen again; what is done cannot.
            (Phase::Writing(series), Action::Back)
                if !series.is_running() && !series.is_whole() && series.overtaken().is_none() =>
            {
                return Navigation::Close;
            }
            (Phase::Writing(_), _) => return Navigation::Home,
            _ => return Navigation::Close, // back, or Enter on Cancel
        }
        Navigation::Stay
    }

    fn at_line(&self, _world: &World) -> Option<usize> {
        Some(self.scroll.at())
    }

    fn disarm(&mut self) {
        self.buttons.disarm();
    }

    fn drawn(&mut self, memory: &Memory) {
        self.scroll.drawn(memory.end("confirm").unwrap_or_default());
    }

    fn waits_for(&self, id: JobId) -> bool {
        matches!(&self.phase, Phase::Writing(series) if series.is_mine(id))
    }

    fn part(&mut self, _id: JobId, part: Part, _cx: &mut Context<'_>) {
        if let Phase::Writing(series) = &mut self.phase {
            series.part(part);
        }
    }

    fn finished(&mut self, _id: JobId, outcome: Outcome, cx: &mut Context<'_>) {
        if let Phase::Writing(series) = &mut self.phase {
            series.finished(outcome, cx);
        }
    }

    /// Writes of a series that have not started are lost with the screen.
    fn is_unsaved(&self) -> bool {
        matches!(&self.phase, Phase::Writing(series) if series.waiting() > 0)
    }

    fn has_submitted(&self) -> bool {
        matches!(&self.phase, Phase::Writing(series) if series.waiting() == 0)
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        if let Phase::Writing(series) = &self.phase
            && series.waiting() > 0
        {
            cx.note(Tone::Warn, format!("{} of {} were not started", series.waiting(), series.items().len()));
        }
    }

    fn renamed(&mut self, renamed: &Renamed) {
        match &mut self.phase {
            Phase::Asking(changes) => changes.iter_mut().for_each(|change| change.renamed(renamed)),
            Phase::Writing(series) => series.renamed(renamed),
        }
    }
}
