//! Typing in a form: keys and pastes into the focused field, moving between fields, and revealing a password briefly. A
//! key that is not text stays an action.

use crossterm::event::{KeyCode, KeyModifiers};

use super::{Form, REVEAL, Slot};
use crate::app::context::Context;
use crate::app::keymap::KeyPress;
use crate::app::notices::Tone;
use crate::app::protocol::Timer;
use crate::domain::{Member, Members, Sensitive};
use crate::ui::{Edit, FieldKey, TextField, TrailingLineEnd, mask_twins};

impl Form {
    /// Changes the focused field; shows why if it stays as it was.
    pub(super) fn edit(&mut self, cx: &mut Context<'_>, change: impl FnOnce(&mut TextField) -> Edit) {
        let proposed = self.proposed();
        if let Some(field) = self.field_mut() {
            say_refusal(change(field), cx);
        }
        if self.focus != Slot::Prefix {
            self.follow(&proposed);
        }
    }

    /// All fields, including the password and those kept for another preset.
    pub fn fields(&mut self) -> Vec<&mut TextField> {
        let Members { server, user, password } = &mut self.values;
        let aside = [&mut self.aside.server, &mut self.aside.user].into_iter().filter_map(Option::as_mut);
        let own = [server, user, password, &mut self.image, &mut self.other_image];
        own.into_iter().chain(aside).chain(self.prefix.as_mut()).collect()
    }

    /// A field masked because it equals the password stays masked until it is empty, as the password may be typed
    /// again.
    pub(super) fn keep_twins(&mut self) {
        mask_twins(self.fields());
        for field in self.fields() {
            if field.is_guarded() {
                field.guard();
            }
        }
    }

    fn field_mut(&mut self) -> Option<&mut TextField> {
        match self.focus {
            Slot::Prefix => self.prefix.as_mut(),
            Slot::Member(member) => Some(self.values.get_mut(member)),
            Slot::Image => Some(&mut self.image),
        }
    }

    pub fn step(&mut self, forward: bool) {
        let slots = self.slots();
        let at = slots.iter().position(|slot| *slot == self.focus).unwrap_or(0);
        let next = if forward { (at + 1) % slots.len() } else { (at + slots.len() - 1) % slots.len() };
        self.leave_field();
        self.focus = slots[next];
    }

    pub fn focus_slot(&mut self, row: usize) {
        if let Some(slot) = self.slots().get(row) {
            self.leave_field();
            self.focus = *slot;
        }
    }

    /// Moves to the first empty field that is required, else to the last one, where Enter continues.
    pub(super) fn focus_first_empty(&mut self) {
        let empty = self.preset.members().find(|member| self.values.get(*member).is_empty());
        self.focus = empty.map_or(Slot::Image, Slot::Member);
    }

    /// Handles a key as text; returns whether it was text.
    pub fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        let Some(key) = field_key(key) else { return false };
        self.edit(cx, |field| field.key(key));
        true
    }

    /// A value was rejected: what is typed now replaces it. Returns whether the key was text; keys that only move the
    /// cursor are not.
    pub fn retype(&mut self, member: Member, key: KeyPress, cx: &mut Context<'_>) -> bool {
        let is_text = |key: &FieldKey| matches!(key, FieldKey::Char(_) | FieldKey::Backspace | FieldKey::Delete);
        let Some(key) = field_key(key).filter(is_text) else { return false };
        self.begin_anew(member);
        self.edit(cx, |field| field.key(key));
        true
    }

    /// Focuses a rejected value, which is replaced by what is typed next.
    pub fn begin_anew(&mut self, member: Member) {
        self.leave_field();
        self.focus = Slot::Member(member);
        self.values.get_mut(member).select_all();
    }

    pub fn paste(&mut self, text: &Sensitive, cx: &mut Context<'_>) {
        self.edit(cx, |field| field.paste(text, TrailingLineEnd::Keep));
    }

    /// Shows the masked text of the focused field for a while, or hides it.
    pub fn toggle_reveal(&mut self, cx: &mut Context<'_>) {
        let number = cx.running_jobs.number();
        let Some(field) = self.field_mut() else { return };
        field.reveal(!field.is_revealed());
        let is_shown = field.is_revealed();
        self.revealing = is_shown.then_some(number);
        if is_shown {
            cx.after(Timer::Reveal(number), REVEAL);
        }
    }

    /// Whether the focused field is masked.
    pub fn can_reveal(&self) -> bool {
        self.field(self.focus).is_some_and(|field| field.is_secret() || field.is_guarded())
    }

    pub fn hide(&mut self, number: u64) {
        if self.revealing == Some(number) {
            self.leave_field();
        }
    }

    /// The focus moves elsewhere, so nothing stays revealed.
    pub fn leave_field(&mut self) {
        self.revealing = None;
        self.keep_twins();
        self.fields().into_iter().for_each(TextField::leave);
    }
}

/// Shown when a field that is normally visible masks itself.
pub const MASKED: &str = "this looks like a secret, so the field is masked; clear it if it belongs elsewhere";

pub fn say_refusal(edit: Edit, cx: &mut Context<'_>) {
    match edit {
        Edit::Refused(refusal) => cx.note(Tone::Warn, refusal.to_string()),
        Edit::Masked => cx.note(Tone::Warn, MASKED),
        Edit::Changed | Edit::Moved | Edit::Nothing => {}
    }
}

/// The editing keys of every text field; all others are actions.
pub fn field_key(key: KeyPress) -> Option<FieldKey> {
    if let Some(c) = key.character() {
        return Some(FieldKey::Char(c));
    }
    let (control, alt) = (key.0.modifiers.contains(KeyModifiers::CONTROL), key.0.modifiers.contains(KeyModifiers::ALT));
    let word = control || alt;
    Some(match key.0.code {
        KeyCode::Backspace if word => FieldKey::DeleteWordLeft,
        KeyCode::Backspace => FieldKey::Backspace,
        KeyCode::Delete => FieldKey::Delete,
        KeyCode::Left if word => FieldKey::WordLeft,
        KeyCode::Left => FieldKey::Left,
        KeyCode::Right if word => FieldKey::WordRight,
        KeyCode::Right => FieldKey::Right,
        KeyCode::Home => FieldKey::Home,
        KeyCode::End => FieldKey::End,
        KeyCode::Char('a') if control => FieldKey::Home,
        KeyCode::Char('w') if control => FieldKey::DeleteWordLeft,
        KeyCode::Char('u') if control => FieldKey::DeleteToStart,
        KeyCode::Char('k') if control => FieldKey::DeleteToEnd,
        _ => return None, // not an editing key
    })
}
