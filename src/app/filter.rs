//! The filter of a list: a line of text, and whether it has the focus. The list itself decides which rows match.

use super::action::{Action, AvailableAction};
use super::context::{AvailableActions, Context};
use super::form::{field_key, say_refusal};
use super::keymap::KeyPress;
use super::notices::Tone;
use crate::domain::Sensitive;
use crate::ui::{TextField, TrailingLineEnd};

#[derive(Clone, Debug)]
pub struct Filter {
    pub field: TextField,
    pub focused: bool,
}

impl Default for Filter {
    fn default() -> Self {
        Self { field: TextField::plain(""), focused: false }
    }
}

impl Filter {
    /// The filter text; empty if there is no filter.
    pub fn text(&self) -> &str {
        wanted(&self.field)
    }

    pub fn is_empty(&self) -> bool {
        self.field.is_empty()
    }

    /// Whether it takes up a line of the screen.
    pub fn is_shown(&self) -> bool {
        self.focused || !self.is_empty()
    }

    /// Removes the filter.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// What a screen offers while the filter has the focus.
    pub fn available_actions() -> AvailableActions {
        let offers = vec![
            AvailableAction::called(Action::Activate, "to the list"),
            AvailableAction::called(Action::Back, "no filter"),
            AvailableAction::new(Action::Up),
            AvailableAction::new(Action::Down),
        ];
        AvailableActions { offers, typing: true }
    }

    /// Handles a key as text; returns whether it was text.
    pub fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        let Some(key) = field_key(key) else { return false };
        say_refusal(self.field.key(key), cx);
        true
    }

    pub fn paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) {
        if self.focused {
            say_refusal(self.field.paste(text, TrailingLineEnd::DropOne), cx);
        } else {
            cx.note(Tone::Info, "there is no text field here to paste into; / opens the filter");
        }
    }
}

/// No displayed text contains it.
const NOWHERE: &str = "\0";

/// The text to filter by. Masked text matches nothing: which rows remain would reveal it, and “all that match” would
/// select every row.
pub fn wanted(filter: &TextField) -> &str {
    filter.text().unwrap_or(NOWHERE)
}

/// Whether a text contains the wanted one, ignoring case.
pub fn contains(text: &str, wanted: &str) -> bool {
    wanted.is_empty() || text.to_lowercase().contains(&wanted.to_lowercase())
}
