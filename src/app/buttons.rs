//! The buttons below a question. The harmless one comes first and has the focus. Everything the program writes, removes
//! or ends goes through these buttons.
//!
//! Only an arrow key moves from the harmless button to another, and only Enter on that one confirms. Text contains
//! letters, spaces, tabs and line ends but never an arrow. So whatever is typed, pasted or filled in by a password
//! manager one field or one screen too far writes nothing, and a character in between moves the focus back to the
//! harmless button.

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::action::{Action, AvailableAction};
use super::draw::Canvas;
use super::keymap::KeyPress;
use crate::ui::Role;
use crate::ui::widgets::width;

/// Which button has the focus, counting from the harmless one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buttons {
    at: usize,
}

impl Buttons {
    pub const fn at(self) -> usize {
        self.at
    }

    /// Whether Enter would confirm.
    pub const fn is_armed(self) -> bool {
        self.at > 0
    }

    /// Back to the harmless button.
    pub const fn disarm(&mut self) {
        self.at = 0;
    }

    /// Moves the focus among `many` buttons; returns whether the action was one of theirs.
    pub fn act(&mut self, action: Action, many: usize) -> bool {
        match action {
            Action::Right => self.at = (self.at + 1).min(many.saturating_sub(1)),
            Action::Left => self.at = self.at.saturating_sub(1),
            _ => return false, // handled by the question itself
        }
        true
    }

    /// What a question with these two buttons offers: the arrow to the other button, and Enter.
    pub fn offers(self, harmless: &'static str, does: &'static str) -> Vec<AvailableAction> {
        let (first, last) = (!self.is_armed(), self.is_armed());
        vec![
            AvailableAction::new(Action::Right).unless(last.then_some("this is the last button; left goes back")),
            AvailableAction::new(Action::Left).unless(first.then_some("this is the first button; right goes on")),
            AvailableAction::called(Action::Activate, if last { does } else { harmless }),
            AvailableAction::called(Action::Next, "other choice").unless(Some(NOT_BY_TEXT)),
            AvailableAction::called(Action::Previous, "other choice").unless(Some(NOT_BY_TEXT)),
        ]
    }
}

const NOT_BY_TEXT: &str = "only arrow keys choose here, as typed text may contain tabs; right, then enter confirms";

/// Whether text can contain this key, so that an armed button is disarmed by it.
pub fn is_of_text(key: KeyPress, action: Option<Action>) -> bool {
    key.character().is_some() || matches!(action, Some(Action::Next | Action::Previous))
}

/// The action to use instead of one that is not offered here: arrows move between fields and choices as Tab does.
pub fn stand_in(action: Action, offers: &[AvailableAction]) -> Action {
    let is_offered = |wanted: Action| offers.iter().any(|offer| offer.action == wanted);
    match action {
        Action::Right if !is_offered(Action::Right) => Action::Next,
        Action::Left if !is_offered(Action::Left) => Action::Previous,
        _ => action,
    }
}

impl Canvas<'_, '_, '_> {
    /// Draws the buttons in a row; returns the position of the focus.
    pub fn buttons(&mut self, row: Rect, labels: &[&str], buttons: Buttons) -> Position {
        let needed: usize = labels.iter().map(|label| width(label) + 4).sum();
        let gap = usize::from(row.width).saturating_sub(needed) / labels.len().saturating_sub(1).max(1);
        let gap = gap.min(4);
        let (mut spans, mut at, mut focus) = (Vec::new(), 0, row.x);
        for (index, label) in labels.iter().enumerate() {
            let is_focused = index == buttons.at();
            if is_focused {
                focus = row.x.saturating_add(u16::try_from(at).unwrap_or(0));
            }
            let (role, text) = if is_focused {
                (Role::Selected, format!("[ {label} ]"))
            } else {
                (Role::Text, format!("  {label}  "))
            };
            at += width(&text) + gap;
            // No gap after the last one, so that it fits on the smallest screen.
            let gap = if index + 1 < labels.len() { gap } else { 0 };
            spans.push(self.span(role, text));
            spans.push(Span::raw(" ".repeat(gap)));
        }
        self.lines(row, vec![Line::from(spans)]);
        Position::new(focus.min(row.right().saturating_sub(1)), row.y)
    }
}
