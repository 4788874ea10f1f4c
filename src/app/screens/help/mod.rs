//! Every key of the screen below, built from the action table.

mod view;

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

pub use self::view::draw;
use super::Behavior;
use crate::app::action::{Action, AvailableAction, moving};
use crate::app::context::{AvailableActions, Context, Navigation};
use crate::app::keymap::Keymap;
use crate::app::scroll::Scroll;
use crate::app::world::World;
use crate::ui::Memory;

/// One line of the help page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub keys: String,
    pub label: String,
    pub sentence: &'static str,
    /// Why it is disabled right now.
    pub disabled_reason: Option<String>,
}

#[derive(Clone, Debug)]
pub struct State {
    of: String,
    entries: Vec<Entry>,
    pub typing: bool,
    pub scroll: Scroll,
}

impl State {
    pub fn of(title: String, available_actions: &AvailableActions) -> Self {
        let entry = |action: Action| {
            let offer = available_actions.offers.iter().find(|offer| offer.action == action)?;
            Some(Entry {
                keys: Keymap::shipped().keys(action).join(", "),
                label: offer.label.to_owned(),
                sentence: action.sentence(),
                disabled_reason: offer.disabled_reason.clone(),
            })
        };
        Self {
            of: title,
            entries: Action::iter().filter_map(entry).collect(),
            typing: available_actions.typing,
            scroll: Scroll::default(),
        }
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Behavior for State {
    fn title(&self) -> String {
        format!("Help: {}", self.of)
    }

    fn available_actions(&self, _world: &World, _now: DateTime<Utc>) -> AvailableActions {
        let mut offers = vec![
            AvailableAction::called(Action::Back, "close"),
            AvailableAction::called(Action::Activate, "close"),
            AvailableAction::called(Action::Help, "close"),
        ];
        offers.extend(moving());
        AvailableActions { offers, typing: false }
    }

    fn act(&mut self, action: Action, _cx: &mut Context<'_>) -> Navigation {
        if !moving().iter().any(|offer| offer.action == action) {
            return Navigation::Close; // keys that close; no others are offered
        }
        self.scroll.act(action);
        Navigation::Stay
    }

    fn at_line(&self, _world: &World) -> Option<usize> {
        Some(self.scroll.at())
    }

    fn drawn(&mut self, memory: &Memory) {
        if let Some(end) = memory.end("help") {
            self.scroll.drawn(end);
        }
    }
}
