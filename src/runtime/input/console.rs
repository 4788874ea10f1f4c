//! Turns what the Windows console reports about its keyboard into the intended keys, so that a character is the same
//! key as on any other system.
//!
//! A console reports a key with every modifier that was held, including those only needed to type the character:
//! Control and Alt for `AltGr`, Shift for a symbol above a digit. A character typed by its number (Alt and the digits
//! of the keypad) and one from a paste that the keyboard does not have arrive as a release without a press.
//!
//! Source: Microsoft's `KEY_EVENT_RECORD`, and how crossterm reads it (`event/sys/windows/parse.rs`). Pure, and
//! compiled for tests on every system.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// More keys than this are never held at once, so a lost release is eventually forgotten.
const MOST_HELD: usize = 8;

/// Remembers which character keys are down.
#[derive(Default)]
pub(crate) struct Console {
    held: Vec<char>,
}

impl Console {
    /// The intended key, if the event is one.
    pub(crate) fn key(&mut self, event: KeyEvent) -> Option<KeyEvent> {
        match (event.kind, event.code) {
            (KeyEventKind::Release, KeyCode::Char(c)) => self.released(c).then(|| character(c, KeyModifiers::NONE)),
            (KeyEventKind::Release, _) => None,
            (KeyEventKind::Press | KeyEventKind::Repeat, KeyCode::Char(c)) => {
                self.pressed(c);
                Some(character(c, event.modifiers))
            }
            (KeyEventKind::Press | KeyEventKind::Repeat, code) => Some(KeyEvent::new(code, event.modifiers)),
        }
    }

    fn pressed(&mut self, c: char) {
        if !self.held.iter().any(|held| is_same_key(*held, c)) {
            if self.held.len() == MOST_HELD {
                self.held.remove(0);
            }
            self.held.push(c);
        }
    }

    /// Whether the release stands for a character by itself. A key may be released under a different character than it
    /// was pressed, if Shift or `AltGr` was released first. While any key is down, a release therefore belongs to one
    /// of them.
    fn released(&mut self, c: char) -> bool {
        if self.held.is_empty() {
            return true;
        }
        let key = self.held.iter().position(|held| is_same_key(*held, c)).unwrap_or(0);
        self.held.remove(key);
        false
    }
}

/// A character as other systems report it: only a capital letter carries Shift, a chord uses the lower-case letter, and
/// Control with Alt is `AltGr`.
fn character(c: char, modifiers: KeyModifiers) -> KeyEvent {
    const ALT_GR: KeyModifiers = KeyModifiers::CONTROL.union(KeyModifiers::ALT);
    let chord = if modifiers.contains(ALT_GR) { KeyModifiers::NONE } else { modifiers.intersection(ALT_GR) };
    if chord.contains(KeyModifiers::CONTROL) {
        return KeyEvent::new(KeyCode::Char(c.to_ascii_lowercase()), chord);
    }
    let shift = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    KeyEvent::new(KeyCode::Char(c), chord | shift)
}

fn is_same_key(one: char, other: char) -> bool {
    one == other || one.to_lowercase().eq(other.to_lowercase())
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Console(held: {})", self.held.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::Action;
    use crate::app::keymap::{KeyPress, Keymap};

    const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
    const ALT_GR: KeyModifiers = KeyModifiers::CONTROL.union(KeyModifiers::ALT);

    fn event(c: char, modifiers: KeyModifiers, kind: KeyEventKind) -> KeyEvent {
        KeyEvent::new_with_kind(KeyCode::Char(c), modifiers, kind)
    }

    /// The result of console keys, each pressed with modifiers and released without.
    fn typed(keys: &[(char, KeyModifiers)]) -> Vec<KeyEvent> {
        let mut console = Console::default();
        let mut came = Vec::new();
        for &(c, modifiers) in keys {
            came.extend(console.key(event(c, modifiers, KeyEventKind::Press)));
            came.extend(console.key(event(c, KeyModifiers::NONE, KeyEventKind::Release)));
        }
        came
    }

    fn text(keys: &[(char, KeyModifiers)]) -> String {
        typed(keys).into_iter().filter_map(|key| KeyPress(key).character()).collect()
    }

    fn action(c: char, modifiers: KeyModifiers) -> Option<Action> {
        typed(&[(c, modifiers)]).first().and_then(|key| Keymap::shipped().action(KeyPress(*key)))
    }

    #[test]
    fn a_character_typed_with_alt_gr_is_the_character() {
        for c in "@\\{}[]|~€µ²³ąćęłńóśźż1234567890".chars() {
            assert_eq!(text(&[(c, ALT_GR)]), c.to_string(), "{c}");
            assert_eq!(text(&[(c, ALT_GR | SHIFT)]), c.to_string(), "{c} with Shift");
        }
        assert_eq!(text(&[('p', KeyModifiers::NONE), ('@', ALT_GR), ('W', SHIFT)]), "p@W");
    }

    #[test]
    fn a_sign_is_the_same_key_whether_it_takes_shift_or_not() {
        assert_eq!(action('?', SHIFT), Some(Action::Help));
        assert_eq!(action('?', KeyModifiers::NONE), Some(Action::Help));
        assert_eq!(action('/', SHIFT), Some(Action::Filter));
        assert_eq!(action('/', KeyModifiers::NONE), Some(Action::Filter));
        assert_eq!(action('A', SHIFT), Some(Action::SelectAll));
        // With Caps Lock it arrives without Shift.
        assert_eq!(action('A', KeyModifiers::NONE), Some(Action::SelectAll));
    }

    #[test]
    fn a_chord_is_one_also_under_the_capitals_lock_and_types_nothing() {
        for c in ['c', 'C'] {
            for modifiers in [KeyModifiers::CONTROL, KeyModifiers::CONTROL | SHIFT] {
                assert_eq!(action(c, modifiers), Some(Action::Quit));
                assert_eq!(text(&[(c, modifiers)]), "");
            }
        }
        assert_eq!(text(&[('x', KeyModifiers::ALT)]), "");
    }

    #[test]
    fn a_character_typed_by_its_number_is_one() {
        let mut console = Console::default();
        let came = console.key(event('ß', KeyModifiers::NONE, KeyEventKind::Release));
        assert_eq!(came, Some(KeyEvent::new(KeyCode::Char('ß'), KeyModifiers::NONE)));
        let came = console.key(event('é', KeyModifiers::ALT, KeyEventKind::Release));
        assert_eq!(came.map(|key| key.code), Some(KeyCode::Char('é')));
    }

    #[test]
    fn letting_a_key_go_types_nothing_under_whatever_character() {
        let mut console = Console::default();
        let mut came = 0;
        // `!` is pressed with Shift and released without it, as `1`; `@` is released as `q`; `a` is held and repeats.
        let keys = [('!', KeyEventKind::Press), ('1', KeyEventKind::Release), ('@', KeyEventKind::Press)];
        let more = [('q', KeyEventKind::Release), ('a', KeyEventKind::Press), ('a', KeyEventKind::Press)];
        let last = [('A', KeyEventKind::Release), ('b', KeyEventKind::Press), ('b', KeyEventKind::Release)];
        for (c, kind) in keys.into_iter().chain(more).chain(last) {
            came += usize::from(console.key(event(c, KeyModifiers::NONE, kind)).is_some());
        }
        assert_eq!(came, 5);
        assert!(console.held.is_empty());
    }

    #[test]
    fn keys_that_type_nothing_keep_their_modifiers_and_release_is_none() {
        let mut console = Console::default();
        let back = KeyEvent::new(KeyCode::BackTab, SHIFT);
        assert_eq!(console.key(back), Some(back));
        assert_eq!(console.key(KeyEvent::new_with_kind(KeyCode::Enter, SHIFT, KeyEventKind::Release)), None);
        let key = Keymap::shipped().action(KeyPress(back));
        assert_eq!(key, Some(Action::Previous));
    }
}
