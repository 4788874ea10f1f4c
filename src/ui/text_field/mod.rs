//! The secret-aware text field: one line of text. A secret is masked, wiped and never printed.
//!
//! Nothing is lost silently: a paste that does not fit is refused completely, with the reason. A secret is revealed
//! only on request, and masked again after [`TextField::leave`] or when its text may have been replaced. A plain field
//! that receives what looks like a secret masks itself until it is empty again.

mod draw;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::fmt;

use unicode_width::UnicodeWidthChar;
use zeroize::Zeroizing;

use crate::domain::Sensitive;
use crate::domain::secret_shape::{gives_away, looks_secret};
pub use draw::draw;

/// The capacity of a field in bytes. GitHub accepts 48 KB per secret; the rest is room to see and shorten a value that
/// is too long.
pub const LIMIT: usize = 64 * 1024;

/// While you type, only the beginning and end of a longer value are checked, so that a key costs the same whatever the
/// field contains.
const GLIMPSED: usize = 8 * 1024;
/// How much of the beginning and of the end is checked.
const BEGINNING: usize = 80;
const END: usize = 32;

/// Initial capacity, so that ordinary values are never moved in memory.
const ROOM: usize = 1024;

/// An editing key, as the screens' keymap names it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FieldKey {
    Char(char),
    Backspace,
    Delete,
    Left,
    Right,
    Home,
    End,
    WordLeft,
    WordRight,
    DeleteWordLeft,
    DeleteToStart,
    DeleteToEnd,
}

/// What a key or paste did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Edit {
    /// The value changed.
    Changed,
    /// Only the cursor moved.
    Moved,
    /// The value changed and now looks like a secret: the field is masked from now on.
    Masked,
    /// Nothing to do, such as Backspace at the start.
    Nothing,
    Refused(Refusal),
}

/// Why the field did not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("nothing was inserted: the value would be {bytes} bytes; the limit is {LIMIT}")]
    TooLong { bytes: usize },
}

/// What happens to a single line break at the end of a paste.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrailingLineEnd {
    Keep,
    DropOne,
}

/// Text, a cursor and, for a secret, whether it is revealed.
#[derive(Clone)]
pub struct TextField {
    /// Grows only through [`TextField::make_room`], so that no unwiped copy is left behind.
    value: Zeroizing<String>,
    /// A byte index between two characters.
    cursor: usize,
    secret: bool,
    revealed: bool,
    /// The value as handed out, until it changes.
    handed_out: OnceCell<Sensitive>,
    glimpse: OnceCell<Sensitive>,
    /// For a field that is not secret: whether its content is a secret nevertheless.
    guard: Guard,
    /// Whether the next input replaces the whole value.
    selected: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    Open,
    /// Masked as long as it equals the password.
    Twin,
    /// Masked until it is empty.
    Kept,
}

impl FieldKey {
    /// Whether the key only moves the cursor.
    const fn moves(self) -> bool {
        match self {
            Self::Left | Self::Right | Self::Home | Self::End | Self::WordLeft | Self::WordRight => true,
            Self::Char(_)
            | Self::Backspace
            | Self::Delete
            | Self::DeleteWordLeft
            | Self::DeleteToStart
            | Self::DeleteToEnd => false,
        }
    }
}

impl TextField {
    /// A field with a visible value.
    pub fn plain(value: &str) -> Self {
        let mut field = Self::empty(false);
        // Only a refusal could be lost here, and pullkey's own values are never that long.
        let _ = field.replace(value);
        field
    }

    /// An empty field for a secret.
    pub fn secret() -> Self {
        Self::empty(true)
    }

    fn empty(secret: bool) -> Self {
        Self {
            value: Zeroizing::new(String::with_capacity(ROOM)),
            cursor: 0,
            secret,
            revealed: false,
            handed_out: OnceCell::new(),
            glimpse: OnceCell::new(),
            guard: Guard::Open,
            selected: false,
        }
    }

    /// Makes the next input replace the whole value, after the value was tried and refused.
    pub fn select_all(&mut self) {
        self.selected = !self.value.is_empty();
        self.cursor = self.value.len();
    }

    pub const fn is_selected(&self) -> bool {
        self.selected
    }

    pub fn key(&mut self, key: FieldKey) -> Edit {
        if std::mem::take(&mut self.selected) && !key.moves() {
            let emptied = self.delete(0, self.value.len());
            if !matches!(key, FieldKey::Char(_)) {
                return emptied;
            }
        }
        let cursor = self.cursor;
        match key {
            FieldKey::Char(c) => {
                let edit = self.insert(c.encode_utf8(&mut [0; 4]));
                self.guarded_now(edit)
            }
            FieldKey::Backspace => self.delete(self.before(cursor), cursor),
            FieldKey::Delete => self.delete(cursor, self.after(cursor)),
            FieldKey::DeleteWordLeft => self.delete(self.word_before(cursor), cursor),
            FieldKey::DeleteToStart => self.delete(0, cursor),
            FieldKey::DeleteToEnd => self.delete(cursor, self.value.len()),
            FieldKey::Left => self.go(self.before(cursor)),
            FieldKey::Right => self.go(self.after(cursor)),
            FieldKey::Home => self.go(0),
            FieldKey::End => self.go(self.value.len()),
            FieldKey::WordLeft => self.go(self.word_before(cursor)),
            FieldKey::WordRight => self.go(self.word_after(cursor)),
        }
    }

    /// Inserts a paste completely or not at all. Line breaks inside it stay, as `\n`: terminals turn them into `\r` on
    /// the way (xterm's ctlseqs, bracketed paste).
    pub fn paste(&mut self, text: &Sensitive, trailing: TrailingLineEnd) -> Edit {
        let text = unix_line_ends(text.expose());
        let text = match trailing {
            TrailingLineEnd::Keep => &text[..],
            TrailingLineEnd::DropOne => text.strip_suffix('\n').unwrap_or(&text),
        };
        // Revealing applies to the text that was there, never to new text.
        self.revealed = false;
        if std::mem::take(&mut self.selected) && !text.is_empty() && text.len() <= LIMIT {
            let _ = self.delete(0, self.value.len());
        }
        let edit = self.insert(text);
        self.guarded_now(edit)
    }

    /// Replaces the value and moves the cursor to its end. A value over the limit is refused.
    pub fn set(&mut self, value: &Sensitive) -> Edit {
        let edit = self.replace(value.expose());
        self.guarded_now(edit)
    }

    /// The value, copied once into its own wiped allocation.
    pub fn value(&self) -> Sensitive {
        self.handed_out.get_or_init(|| Sensitive::new(self.value.as_str())).clone()
    }

    /// The value, or the beginning and end of an unusually long one: enough to tell what it looks like while you type.
    /// The complete value is checked before it is used.
    pub fn glimpse(&self) -> Sensitive {
        if !self.is_glimpsed() {
            return self.value();
        }
        let glimpse = || {
            let (beginning, end) = (self.boundary(BEGINNING), self.boundary(self.value.len() - END));
            let mut seen = Zeroizing::new(String::with_capacity(beginning + self.value.len() - end));
            seen.push_str(&self.value[..beginning]);
            seen.push_str(&self.value[end..]);
            Sensitive::new(std::mem::take(&mut *seen))
        };
        self.glimpse.get_or_init(glimpse).clone()
    }

    /// Whether [`TextField::glimpse`] returns less than the value.
    pub fn is_glimpsed(&self) -> bool {
        self.value.len() > GLIMPSED
    }

    /// Takes the value; the field is then empty and masked.
    pub fn take(&mut self) -> Sensitive {
        let value = self.value();
        *self = Self::empty(self.secret);
        value
    }

    /// The beginning of a plain field's text, at most `most` bytes; `None` for a secret.
    pub fn beginning(&self, most: usize) -> Option<&str> {
        (!self.hides()).then(|| &self.value[..self.boundary(most)])
    }

    /// The text of a plain field; `None` for a secret, or for text that looks like one.
    pub fn text(&self) -> Option<&str> {
        (!self.hides()).then_some(self.value.as_str())
    }

    /// Whether the field is masked although it is not a secret field.
    pub fn is_guarded(&self) -> bool {
        self.guard != Guard::Open
    }

    /// Masks the field until it is empty.
    pub fn guard(&mut self) {
        if !self.secret && !self.value.is_empty() {
            self.guard = Guard::Kept;
        }
    }

    /// Masks the field while `on`: its text equals the password, which may still be typed.
    pub fn set_twin(&mut self, on: bool) {
        if !self.secret && self.guard != Guard::Kept {
            self.guard = if on { Guard::Twin } else { Guard::Open };
        }
    }

    fn hides(&self) -> bool {
        self.secret || self.is_guarded()
    }

    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// In bytes, as GitHub measures a secret.
    pub fn len(&self) -> usize {
        self.value.len()
    }

    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// Whether the value is visible: always for a plain field.
    pub fn is_revealed(&self) -> bool {
        !self.hides() || self.revealed
    }

    /// Reveals or masks a secret; a plain field is always visible. The caller ends the reveal after its time.
    pub fn reveal(&mut self, on: bool) {
        self.revealed = on && self.hides();
    }

    /// The focus moves elsewhere: a revealed secret is masked again.
    pub fn leave(&mut self) {
        (self.revealed, self.selected) = (false, false);
    }

    fn insert(&mut self, text: &str) -> Edit {
        let bytes = self.value.len() + text.len();
        if text.is_empty() {
            return Edit::Nothing;
        }
        if bytes > LIMIT {
            return Edit::Refused(Refusal::TooLong { bytes });
        }
        self.make_room(bytes);
        self.value.insert_str(self.cursor, text);
        self.cursor += text.len();
        self.changed()
    }

    fn changed(&mut self) -> Edit {
        self.handed_out.take();
        self.glimpse.take();
        Edit::Changed
    }

    /// The last position between two characters that is not after `at`.
    fn boundary(&self, at: usize) -> usize {
        (0..=at.min(self.value.len())).rev().find(|at| self.value.is_char_boundary(*at)).unwrap_or(0)
    }

    fn replace(&mut self, value: &str) -> Edit {
        if value.len() > LIMIT {
            return Edit::Refused(Refusal::TooLong { bytes: value.len() });
        }
        if *self.value == *value {
            return Edit::Nothing;
        }
        *self = Self::empty(self.secret);
        if value.is_empty() { Edit::Changed } else { self.insert(value) }
    }

    /// The result of an edit, after checking whether the field now needs a mask.
    fn guarded_now(&mut self, edit: Edit) -> Edit {
        let is_masked = self.secret || self.guard == Guard::Kept;
        if edit != Edit::Changed || is_masked || looks_secret(&self.value).is_none() {
            return edit;
        }
        self.guard = Guard::Kept;
        Edit::Masked
    }

    /// Moves the value to a larger allocation by copying; the old one is wiped when dropped.
    fn make_room(&mut self, bytes: usize) {
        if bytes > self.value.capacity() {
            let mut larger = Zeroizing::new(String::with_capacity(bytes.next_power_of_two()));
            larger.push_str(&self.value);
            self.value = larger;
        }
    }

    fn delete(&mut self, from: usize, to: usize) -> Edit {
        if from == to {
            return Edit::Nothing;
        }
        self.value.drain(from..to);
        self.cursor = from;
        if self.value.is_empty() {
            (self.revealed, self.guard) = (false, Guard::Open);
        }
        self.changed()
    }

    fn go(&mut self, to: usize) -> Edit {
        if to == self.cursor {
            return Edit::Nothing;
        }
        self.cursor = to;
        Edit::Moved
    }

    /// Where the character left of `at` starts. Combining marks belong to the character before them.
    fn before(&self, at: usize) -> usize {
        let mut left = self.value[..at].char_indices().rev();
        left.find(|(_, c)| !is_combining(*c)).map_or(0, |(index, _)| index)
    }

    fn after(&self, at: usize) -> usize {
        let mut right = self.value[at..].char_indices().skip(1);
        right.find(|(_, c)| !is_combining(*c)).map_or(self.value.len(), |(index, _)| at + index)
    }

    // A masked secret is treated as one word: jumping by words would reveal where its words are.
    fn word_before(&self, at: usize) -> usize {
        if !self.is_revealed() {
            return 0;
        }
        let left = self.value[..at].trim_end_matches(|c: char| !c.is_alphanumeric());
        left.rfind(|c: char| !c.is_alphanumeric())
            .map_or(0, |index| index + left[index..].chars().next().map_or(1, char::len_utf8))
    }

    fn word_after(&self, at: usize) -> usize {
        if !self.is_revealed() {
            return self.value.len();
        }
        let right = &self.value[at..];
        let gap = right.find(char::is_alphanumeric).unwrap_or(right.len());
        right[gap..].find(|c: char| !c.is_alphanumeric()).map_or(self.value.len(), |index| at + gap + index)
    }
}

/// Masks every visible field that contains the same password as one of the secret fields, for as long as that is so: it
/// may still be typed.
pub fn mask_twins(fields: Vec<&mut TextField>) {
    // Copies nothing: this runs at every key, whatever the fields contain.
    let (secret, plain): (Vec<&mut TextField>, Vec<&mut TextField>) = fields.into_iter().partition(|f| f.secret);
    for field in plain {
        let is_one = !field.is_empty() && secret.iter().any(|secret| gives_away(&field.value, &secret.value));
        field.set_twin(is_one);
    }
}

fn is_combining(c: char) -> bool {
    c.width() == Some(0) && !crate::domain::untrusted::is_hostile(c)
}

fn unix_line_ends(text: &str) -> Zeroizing<String> {
    let mut unix = Zeroizing::new(String::with_capacity(text.len()));
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => unix.push('\n'),
            c => unix.push(c),
        }
    }
    unix
}

impl PartialEq for TextField {
    fn eq(&self, other: &Self) -> bool {
        *self.value == *other.value
            && (self.cursor, self.secret, self.revealed) == (other.cursor, other.secret, other.revealed)
            && (self.guard, self.selected) == (other.guard, other.selected)
    }
}

impl Eq for TextField {}

impl fmt::Debug for TextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(text) => write!(f, "TextField({text:?} at {})", self.cursor),
            None => write!(f, "TextField(redacted, revealed: {})", self.revealed),
        }
    }
}

impl fmt::Debug for FieldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            // A typed character may be part of a password.
            Self::Char(_) => "Char(redacted)",
            Self::Backspace => "Backspace",
            Self::Delete => "Delete",
            Self::Left => "Left",
            Self::Right => "Right",
            Self::Home => "Home",
            Self::End => "End",
            Self::WordLeft => "WordLeft",
            Self::WordRight => "WordRight",
            Self::DeleteWordLeft => "DeleteWordLeft",
            Self::DeleteToStart => "DeleteToStart",
            Self::DeleteToEnd => "DeleteToEnd",
        })
    }
}
