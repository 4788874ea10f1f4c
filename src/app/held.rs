//! A key that arrives many times in a row, as when it is held down. Its action is repeated until it has no further
//! effect, and drawn once.

use chrono::{DateTime, Utc};

use super::App;
use super::action::Action;
use super::keymap::{KeyPress, Keymap};
use super::protocol::{Effect, Msg};

/// A limit for lists whose end is unknown: nobody holds a key longer than this, half a minute.
const MOST: usize = 1024;

impl App {
    /// Whether the key moves here, so that repeated presses can be passed to [`App::hold`].
    pub fn moves(&self, key: KeyPress) -> bool {
        let moves = matches!(
            Keymap::shipped().action(key),
            Some(Action::Up | Action::Down | Action::Top | Action::Bottom | Action::PageUp | Action::PageDown)
        );
        moves && (key.character().is_none() || !self.available_actions().typing)
    }

    /// Handles a moving key `times` times; stops as soon as it has no further effect.
    pub fn hold(&mut self, now: DateTime<Utc>, key: KeyPress, times: usize) -> Vec<Effect> {
        let mut effects = Vec::new();
        for time in 0..times {
            let before = self.top().at_line(&self.world);
            effects.extend(self.update(now, Msg::Key(key)));
            let is_at_edge = before.is_some() && self.top().at_line(&self.world) == before;
            if is_at_edge || before.is_none() && time >= MOST {
                break;
            }
        }
        effects
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;
    use crate::app::world::Start;

    fn press(code: KeyCode) -> KeyPress {
        KeyPress(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn a_held_key_ends_where_single_presses_end() {
        let now = DateTime::UNIX_EPOCH;
        let down = press(KeyCode::Down);
        for times in [1, 2, 3, 50] {
            let (mut single, _) = App::new(Start::default(), now);
            let (mut held, _) = App::new(Start::default(), now);
            assert!(held.moves(down) && held.moves(press(KeyCode::Char('j'))) && !held.moves(press(KeyCode::Enter)));
            for app in [&mut single, &mut held] {
                app.update(now, Msg::Key(press(KeyCode::Char('n'))));
            }
            for _ in 0..times {
                single.update(now, Msg::Key(down));
            }
            let effects = held.hold(now, down, times);
            assert_eq!(held.top().at_line(&held.world), single.top().at_line(&single.world), "{times} times");
            assert!(effects.len() < 100, "past the end it says so once");
        }
    }
}
