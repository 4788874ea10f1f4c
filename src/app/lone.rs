//! The letter that quits, where no field has the focus and nothing is running: it acts only on its own. Text typed over
//! a list may begin with it, and the rest would end up in the shell. So it takes effect only after a moment without
//! further keys. If more follows sooner it was text, which is ignored where there is no field.
//!
//! The moment is requested as an effect and returns as a message, so this code needs no clock.

use std::time::Duration;

use super::App;
use super::action::Action;
use super::buttons::is_of_text;
use super::keymap::{KeyPress, Keymap};
use super::notices::Tone;
use super::protocol::{Effect, Timer};

/// Longer than the pause between two typed letters, and too short to notice when quitting.
const QUIET: Duration = Duration::from_millis(250);

/// What was typed where there is no field, until typing pauses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lone {
    #[default]
    Nothing,
    /// Only the letter that quits, so far.
    Letter(u64),
    /// Text that began with it.
    Text(u64),
}

impl App {
    /// The letter was typed where it would quit at once.
    pub(super) fn leave_if_alone(&mut self, effects: &mut Vec<Effect>) {
        let number = self.listen_for_quiet(effects);
        self.lone = Lone::Letter(number);
    }

    pub(super) fn listen_for_quiet(&mut self, effects: &mut Vec<Effect>) -> u64 {
        let number = self.running_jobs.number();
        effects.push(Effect::After { timer: Timer::Quiet(number), delay: QUIET });
        number
    }

    /// Handles a key that follows so soon that it belongs to the same text; returns whether it did. A key that text
    /// cannot contain cancels quitting too, and then has its usual meaning.
    pub(super) fn is_more_of_text(&mut self, key: KeyPress, effects: &mut Vec<Effect>) -> bool {
        let lone = std::mem::take(&mut self.lone);
        if lone == Lone::Nothing {
            return false;
        }
        let action = Keymap::shipped().action(key);
        if action == Some(Action::Quit) && (matches!(lone, Lone::Letter(_)) || key.character().is_none()) {
            return false; // the letter is held down, or Ctrl-C is unambiguous
        }
        if !is_of_text(key, action) && action != Some(Action::Activate) {
            if matches!(lone, Lone::Letter(_)) {
                self.with_cx(effects, |_, cx| cx.note(Tone::Info, "pullkey stays open"));
            }
            return false;
        }
        let number = self.listen_for_quiet(effects);
        self.lone = Lone::Text(number);
        let text = "pullkey stays open: that was text, but there is no field here for it";
        self.with_cx(effects, |_, cx| cx.note(Tone::Info, text));
        true
    }

    /// A moment passed without typing.
    pub(super) fn quiet(&mut self, number: u64, effects: &mut Vec<Effect>) {
        self.quiet_before_parting(number);
        match self.lone {
            Lone::Letter(now) if now == number => {
                self.lone = Lone::Nothing;
                self.leave(effects);
            }
            Lone::Text(now) if now == number => self.lone = Lone::Nothing,
            Lone::Letter(_) | Lone::Text(_) | Lone::Nothing => {} // something followed it
        }
    }
}
