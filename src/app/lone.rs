//! The letter that leaves the program, where nothing is typed and nothing runs: it does so only by itself. Text over a
//! list may begin with it, and what followed would end up in the shell. So a moment has to pass in which nothing else
//! is typed; what comes sooner makes it text, and text is for nobody where there is no field.
//!
//! The moment is asked for as an effect and comes back as a message: nothing here knows a clock.

use std::time::Duration;

use super::App;
use super::action::Action;
use super::buttons::is_of_text;
use super::keymap::{KeyPress, Keymap};
use super::notices::Tone;
use super::protocol::{Effect, Timer};

/// Longer than it takes to type the next letter of a word, and shorter than anybody waits for the end of a program.
const QUIET: Duration = Duration::from_millis(250);

/// What was typed where there is no field, until it is quiet again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lone {
    #[default]
    Nothing,
    /// The letter that leaves, so far by itself.
    Letter(u64),
    /// A text that began with it.
    Text(u64),
}

impl App {
    /// The letter was typed where it would leave at once.
    pub(super) fn leave_if_alone(&mut self, effects: &mut Vec<Effect>) {
        let number = self.listen_for_quiet(effects);
        self.lone = Lone::Letter(number);
    }

    pub(super) fn listen_for_quiet(&mut self, effects: &mut Vec<Effect>) -> u64 {
        let number = self.flights.number();
        effects.push(Effect::After { timer: Timer::Quiet(number), delay: QUIET });
        number
    }

    /// Takes a key that follows so soon that it is of the same text; says whether it did. Keys that no text holds call
    /// the leaving off as well, and mean what they mean.
    pub(super) fn is_more_of_text(&mut self, key: KeyPress, effects: &mut Vec<Effect>) -> bool {
        let lone = std::mem::take(&mut self.lone);
        if lone == Lone::Nothing {
            return false;
        }
        let action = Keymap::shipped().action(key);
        if action == Some(Action::Quit) && (matches!(lone, Lone::Letter(_)) || key.character().is_none()) {
            return false; // the letter is held down, or Ctrl-C says it plainly
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

    /// It was quiet for a moment.
    pub(super) fn quiet(&mut self, number: u64, effects: &mut Vec<Effect>) {
        self.quiet_before_parting(number);
        match self.lone {
            Lone::Letter(now) if now == number => {
                self.lone = Lone::Nothing;
                self.leave(effects);
            }
            Lone::Text(now) if now == number => self.lone = Lone::Nothing,
            Lone::Letter(_) | Lone::Text(_) | Lone::Nothing => {} // something came after it
        }
    }
}
