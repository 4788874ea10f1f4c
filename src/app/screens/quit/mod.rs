//! The question before pullkey quits while a change runs or something typed is not saved. The program itself handles
//! its keys (`app/leaving`): any other key cancels it.

mod view;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

use super::Behavior;
use crate::app::action::{Action, AvailableAction};
use crate::app::buttons::Buttons;
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::world::World;

pub use self::view::draw;

#[derive(Clone, Debug)]
pub struct State {
    /// What is running, such as “deleting ACR from your own secrets”.
    pub running: Vec<String>,
    pub is_unsaved: bool,
    pub phase: Phase,
    pub buttons: Buttons,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Asking,
    /// Quits as soon as nothing runs any more.
    Waiting,
    /// The same, because of a signal: no key cancels it.
    Ordered,
}

/// What a button means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Stay,
    WhenDone,
    Now,
}

impl Answer {
    const fn label(self, is_running: bool) -> &'static str {
        match self {
            Self::Stay => "Stay",
            Self::WhenDone => "Quit when done",
            Self::Now if is_running => "Quit now",
            Self::Now => "Quit and lose it",
        }
    }
}

impl State {
    pub fn new(running: Vec<String>, is_unsaved: bool) -> Self {
        Self { running, is_unsaved, phase: Phase::Asking, buttons: Buttons::default() }
    }

    pub fn ordered(running: Vec<String>) -> Self {
        Self { running, is_unsaved: false, phase: Phase::Ordered, buttons: Buttons::default() }
    }

    pub fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    pub fn turn(&mut self, phase: Phase) {
        self.phase = phase;
        self.buttons.disarm();
    }

    fn answers(&self) -> &'static [Answer] {
        match (self.phase, self.is_running()) {
            (Phase::Asking, true) => &[Answer::Stay, Answer::WhenDone, Answer::Now],
            (Phase::Asking, false) | (Phase::Waiting, _) => &[Answer::Stay, Answer::Now],
            (Phase::Ordered, _) => &[],
        }
    }

    /// What Enter means now.
    pub fn answer(&self) -> Answer {
        self.answers().get(self.buttons.at()).copied().unwrap_or(Answer::Stay)
    }

    pub fn labels(&self) -> Vec<&'static str> {
        self.answers().iter().map(|answer| answer.label(self.is_running())).collect()
    }

    fn heading(&self) -> &'static str {
        match (self.phase, self.running.len()) {
            (Phase::Waiting, _) => "pullkey quits when this is done",
            (Phase::Ordered, _) => "pullkey got a signal and quits when this is done",
            (Phase::Asking, 0) => "Quit? What you typed is not saved",
            (Phase::Asking, 1) => "Quit? A change is still running",
            (Phase::Asking, _) => "Quit? Changes are still running",
        }
    }

    /// The same in one sentence, for a terminal that is too small for the question.
    pub fn sentence(&self) -> String {
        let keys = match self.phase {
            Phase::Asking if self.is_running() => "ctrl-c quits when it is done, any other key stays",
            Phase::Asking => "ctrl-c quits and loses it, any other key stays",
            Phase::Waiting => "ctrl-c quits now, any other key stays",
            Phase::Ordered => "ctrl-c quits now",
        };
        format!("{}: {keys}.", self.heading())
    }
}

impl Behavior for State {
    fn title(&self) -> String {
        "Quit".to_owned()
    }

    fn available_actions(&self, _world: &World, _now: DateTime<Utc>) -> AvailableActions {
        if self.phase == Phase::Ordered {
            return AvailableActions::default();
        }
        let does = match self.answer() {
            Answer::Stay => "stay",
            Answer::WhenDone => "quit when done",
            Answer::Now => "quit now",
        };
        let offers = vec![
            AvailableAction::new(Action::Right),
            AvailableAction::new(Action::Left),
            AvailableAction::called(Action::Activate, does),
            AvailableAction::called(Action::Back, "stay"),
        ];
        AvailableActions { offers, typing: false }
    }

    /// The program itself handles the keys.
    fn act(&mut self, _action: Action, _cx: &mut Context<'_>) -> Navigation {
        Navigation::Stay
    }
}
