//! The filter of a list: a line of text, and whether it has the focus. The list itself decides what contains the text.

use super::action::{Action, Offer};
use super::cx::{Cx, Facade};
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
    /// What is looked for; empty where nothing is.
    pub fn text(&self) -> &str {
        wanted(&self.field)
    }

    pub fn is_empty(&self) -> bool {
        self.field.is_empty()
    }

    /// Whether it takes a line of the screen.
    pub fn is_shown(&self) -> bool {
        self.focused || !self.is_empty()
    }

    /// Nothing is looked for any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// What a screen offers while the filter has the focus.
    pub fn facade() -> Facade {
        let offers = vec![
            Offer::called(Action::Activate, "to the list"),
            Offer::called(Action::Back, "no filter"),
            Offer::new(Action::Up),
            Offer::new(Action::Down),
        ];
        Facade { offers, typing: true }
    }

    /// Takes a key as text; says whether it was one.
    pub fn text_key(&mut self, key: KeyPress, cx: &mut Cx<'_>) -> bool {
        let Some(key) = field_key(key) else { return false };
        say_refusal(self.field.key(key), cx);
        true
    }

    pub fn paste(&mut self, text: &Sensitive, cx: &mut Cx<'_>) {
        if self.focused {
            say_refusal(self.field.paste(text, TrailingLineEnd::DropOne), cx);
        } else {
            cx.note(Tone::Info, "there is no text field here to paste into; / opens the filter");
        }
    }
}

/// No text that is shown holds it.
const NOWHERE: &str = "\0";

/// What a filter looks for. What is masked is found nowhere: what it hid and what it left would tell it, and «all that
/// match» would take everything.
pub fn wanted(filter: &TextField) -> &str {
    filter.text().unwrap_or(NOWHERE)
}

/// Whether a text contains what is looked for, in whatever case.
pub fn contains(text: &str, wanted: &str) -> bool {
    wanted.is_empty() || text.to_lowercase().contains(&wanted.to_lowercase())
}
