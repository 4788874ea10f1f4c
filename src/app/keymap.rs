//! Maps keys to actions, from `assets/keymap.toml`. Conflicts, unknown actions and actions without a key are rejected.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use crokey::{KeyCombination, KeyCombinationFormat};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::Deserialize;
use strum::IntoEnumIterator;
use thiserror::Error;

use super::action::Action;

/// A key as it arrived. Its `Debug` hides characters, as they may be part of a password.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyPress(pub KeyEvent);

impl KeyPress {
    /// The character this key types, if any.
    pub fn character(self) -> Option<char> {
        match self.0.code {
            KeyCode::Char(c) if !self.0.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => Some(c),
            _ => None, // every other key of crossterm's open list types nothing
        }
    }
}

impl fmt::Debug for KeyPress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.character() {
            Some(_) => f.write_str("KeyPress(a character)"),
            None => write!(f, "KeyPress({:?})", self.0.code),
        }
    }
}

#[derive(Debug, Error)]
pub enum KeymapFault {
    #[error("the keymap is not TOML: {0}")]
    Syntax(#[from] toml::de::Error),
    #[error("the keymap names `{0}`, which is not an action")]
    UnknownAction(String),
    #[error("the keymap binds `{0}` to an unknown key: `{1}`")]
    UnknownKey(&'static str, String),
    #[error("the keymap assigns one key to both `{0}` and `{1}`")]
    Conflict(&'static str, &'static str),
    #[error("the keymap has no key for `{0}`")]
    Unbound(&'static str),
}

/// Which key means which action. One key means one thing on every screen.
#[derive(Clone, Debug)]
pub struct Keymap {
    by_key: Vec<(KeyCombination, Action)>,
    by_action: BTreeMap<Action, Vec<KeyCombination>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    keys: BTreeMap<String, Vec<String>>,
}

impl Keymap {
    pub fn parse(text: &str) -> Result<Self, KeymapFault> {
        let file: File = toml::from_str(text)?;
        let mut map = Self { by_key: Vec::new(), by_action: BTreeMap::new() };
        for (name, keys) in file.keys {
            let action = Action::from_str(&name).map_err(|_| KeymapFault::UnknownAction(name))?;
            for key in keys {
                let parsed = parse_key(&key).ok_or_else(|| KeymapFault::UnknownKey(action.name(), key))?;
                if let Some((_, other)) = map.by_key.iter().find(|(k, _)| *k == parsed) {
                    return Err(KeymapFault::Conflict(other.name(), action.name()));
                }
                map.by_key.push((parsed, action));
                map.by_action.entry(action).or_default().push(parsed);
            }
        }
        match Action::iter().find(|action| !map.by_action.contains_key(action)) {
            Some(action) => Err(KeymapFault::Unbound(action.name())),
            None => Ok(map),
        }
    }

    /// The keymap that ships with pullkey. A test ensures that the file loads, so the map is never empty.
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Keymap> = LazyLock::new(|| {
            Keymap::parse(include_str!("../../assets/keymap.toml"))
                .unwrap_or_else(|_| Keymap { by_key: Vec::new(), by_action: BTreeMap::new() })
        });
        &SHIPPED
    }

    pub fn action(&self, key: KeyPress) -> Option<Action> {
        let wanted = KeyCombination::from(key.0).normalized();
        self.by_key.iter().find(|(k, _)| *k == wanted).map(|(_, action)| *action)
    }

    /// The keys of an action; the footer shows the first one.
    pub fn keys(&self, action: Action) -> Vec<String> {
        self.by_action.get(&action).into_iter().flatten().map(|key| name_of(*key)).collect()
    }

    /// The one key the footer shows; `typing` prefers a key that is not a plain character, which would be text there.
    pub fn key(&self, action: Action, typing: bool) -> Option<String> {
        let keys = self.by_action.get(&action)?;
        keys.iter().find(|key| !typing || !is_plain_character(**key)).map(|key| name_of(*key))
    }
}

/// Whether the key types a character when a text field has the focus.
fn is_plain_character(key: KeyCombination) -> bool {
    let event = event_of(key);
    KeyPress(event).character().is_some() || matches!(event.code, KeyCode::Backspace | KeyCode::Left | KeyCode::Right)
}

fn event_of(key: KeyCombination) -> KeyEvent {
    KeyEvent::new(*key.codes.first(), key.modifiers)
}

fn parse_key(text: &str) -> Option<KeyCombination> {
    let mut chars = text.chars();
    let key = match (chars.next(), chars.next()) {
        (Some(c), None) => KeyCombination::from(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)),
        _ => crokey::parse(text).ok()?, // a longer name, such as `ctrl-l`
    };
    Some(key.normalized())
}

fn name_of(key: KeyCombination) -> String {
    let event = event_of(key);
    match event.code {
        KeyCode::Char(' ') => "space".to_owned(),
        KeyCode::Char(c) if event.modifiers.is_empty() => c.to_string(),
        KeyCode::Char(c) if event.modifiers == KeyModifiers::SHIFT => c.to_ascii_uppercase().to_string(),
        KeyCode::Enter => "enter".to_owned(),
        KeyCode::BackTab => "shift-tab".to_owned(),
        KeyCode::Up => "up".to_owned(),
        KeyCode::Down => "down".to_owned(),
        KeyCode::Left => "left".to_owned(),
        KeyCode::Right => "right".to_owned(),
        _ => KeyCombinationFormat::default().with_lowercase_modifiers().to_string(key).to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers) -> KeyPress {
        KeyPress(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn the_shipped_keymap_loads_and_binds_every_action() {
        let map = Keymap::parse(include_str!("../../assets/keymap.toml")).unwrap();
        for action in Action::iter() {
            assert!(!map.keys(action).is_empty(), "{}", action.name());
        }
    }

    #[test]
    fn every_control_chord_has_a_second_key() {
        let map = Keymap::shipped();
        for action in Action::iter() {
            let keys = map.keys(action);
            if keys.iter().any(|k| k.starts_with("ctrl")) {
                assert!(keys.iter().any(|k| !k.starts_with("ctrl")), "{}: {keys:?}", action.name());
            }
        }
    }

    #[test]
    fn upper_and_lower_case_are_two_keys() {
        let map = Keymap::shipped();
        assert_eq!(map.action(press(KeyCode::Char('g'), KeyModifiers::NONE)), Some(Action::Top));
        assert_eq!(map.action(press(KeyCode::Char('G'), KeyModifiers::SHIFT)), Some(Action::Bottom));
        assert_eq!(map.action(press(KeyCode::Char('G'), KeyModifiers::NONE)), Some(Action::Bottom));
        assert_eq!(map.action(press(KeyCode::BackTab, KeyModifiers::SHIFT)), Some(Action::Previous));
        assert_eq!(map.action(press(KeyCode::Char('c'), KeyModifiers::CONTROL)), Some(Action::Quit));
        assert_eq!(map.action(press(KeyCode::Char('?'), KeyModifiers::NONE)), Some(Action::Help));
    }

    #[test]
    fn one_key_for_two_actions_is_refused() {
        let text = "[keys]\nup = [\"k\"]\ndown = [\"k\"]\n";
        assert!(matches!(Keymap::parse(text), Err(KeymapFault::Conflict(..))));
    }

    #[test]
    fn an_action_without_a_key_is_refused() {
        assert!(matches!(Keymap::parse("[keys]\nup = [\"k\"]\n"), Err(KeymapFault::Unbound(_))));
    }

    #[test]
    fn a_key_press_does_not_tell_its_character() {
        assert!(!format!("{:?}", press(KeyCode::Char('Q'), KeyModifiers::NONE)).contains('Q'));
    }

    #[test]
    fn the_footer_names_a_key_that_works_while_typing() {
        let map = Keymap::shipped();
        assert_eq!(map.key(Action::Help, true).as_deref(), Some("f1"));
        assert_eq!(map.key(Action::Help, false).as_deref(), Some("?"));
        assert_eq!(map.key(Action::Next, true).as_deref(), Some("tab"));
    }
}
