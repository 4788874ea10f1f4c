//! The secret-aware text field: one line of text, of which a secret one is masked, wiped and never printed.
//!
//! It refuses to lose anything silently: a paste that does not fit is refused whole, with the reason. It refuses to
//! show a secret unless asked, and to keep showing it after [`TextField::leave`], or once another text may stand there.
//! A field for everybody's eyes that receives what looks like a secret masks itself until it is empty again.

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

/// The most a field holds, in bytes. GitHub takes 48 KB per secret; the rest is room to see and mend what is too much.
pub const LIMIT: usize = 64 * 1024;

/// A longer value is only glimpsed at while one types: a key costs the same, whatever the field holds.
const GLIMPSED: usize = 8 * 1024;
/// What is seen of its beginning and of its end.
const BEGINNING: usize = 80;
const END: usize = 32;

/// Room reserved at first, so that ordinary values never move in memory.
const ROOM: usize = 1024;

/// An editing key, as the keymap of the screens names it.
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
    /// The value is another one now.
    Changed,
    /// Only the cursor moved.
    Moved,
    /// The value is another one now, and looks like a secret: the field is masked from now on.
    Masked,
    /// There was nothing to do, such as Backspace at the start.
    Nothing,
    Refused(Refusal),
}

/// Why the field stayed as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("nothing was inserted: the value would be {bytes} bytes; the limit is {LIMIT}")]
    TooLong { bytes: usize },
}

/// What becomes of one line end at the end of a paste.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrailingLineEnd {
    Keep,
    DropOne,
}

/// Text, a cursor and, for a secret, whether it is shown.
#[derive(Clone)]
pub struct TextField {
    /// Grown only by [`TextField::make_room`], so that no unwiped copy is left behind.
    value: Zeroizing<String>,
    /// A byte index between two characters.
    cursor: usize,
    secret: bool,
    revealed: bool,
    /// The value as it was handed out, until it changes.
    handed_out: OnceCell<Sensitive>,
    glimpse: OnceCell<Sensitive>,
    /// Of a field that is no secret's: whether what stands in it is one all the same.
    guard: Guard,
    /// Whether the whole value gives way to what is typed or pasted next.
    selected: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    Open,
    /// Masked for as long as it is the password.
    Twin,
    /// Masked until it is empty.
    Kept,
}

impl FieldKey {
    /// Whether it only moves the cursor.
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
    /// A field whose value everybody may see.
    pub fn plain(value: &str) -> Self {
        let mut field = Self::empty(false);
        // Only a refusal could be lost here, and a value of the program's own is never that long.
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

    /// The whole value gives way to what is typed or pasted next: it was tried and refused.
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

    /// Inserts a paste whole, or not at all. Line ends inside it stay, as `\n`: terminals themselves turn them into
    /// `\r` on the way (xterm's ctlseqs, bracketed paste).
    pub fn paste(&mut self, text: &Sensitive, trailing: TrailingLineEnd) -> Edit {
        let text = unix_line_ends(text.expose());
        let text = match trailing {
            TrailingLineEnd::Keep => &text[..],
            TrailingLineEnd::DropOne => text.strip_suffix('\n').unwrap_or(&text),
        };
        // What is revealed is what was there, never what comes.
        self.revealed = false;
        if std::mem::take(&mut self.selected) && !text.is_empty() && text.len() <= LIMIT {
            let _ = self.delete(0, self.value.len());
        }
        let edit = self.insert(text);
        self.guarded_now(edit)
    }

    /// Replaces the value; the cursor goes to its end. What is over the limit is refused.
    pub fn set(&mut self, value: &Sensitive) -> Edit {
        let edit = self.replace(value.expose());
        self.guarded_now(edit)
    }

    /// The value, copied once into its own wiped allocation.
    pub fn value(&self) -> Sensitive {
        self.handed_out.get_or_init(|| Sensitive::new(self.value.as_str())).clone()
    }

    /// The value, or the beginning and the end of one that is longer than nearly all are: enough to say what it looks
    /// like while one types. Before it is used the whole is looked at.
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

    /// Whether [`TextField::glimpse`] is less than the value.
    pub fn is_glimpsed(&self) -> bool {
        self.value.len() > GLIMPSED
    }

    /// The value; the field is empty and masked afterwards.
    pub fn take(&mut self) -> Sensitive {
        let value = self.value();
        *self = Self::empty(self.secret);
        value
    }

    /// The beginning of a plain field's text, in bytes at most; nothing for a secret.
    pub fn beginning(&self, most: usize) -> Option<&str> {
        (!self.hides()).then(|| &self.value[..self.boundary(most)])
    }

    /// The text of a plain field; nothing for a secret, or for what looks like one.
    pub fn text(&self) -> Option<&str> {
        (!self.hides()).then_some(self.value.as_str())
    }

    /// Whether what stands there is masked although the field is no secret's.
    pub fn is_guarded(&self) -> bool {
        self.guard != Guard::Open
    }

    /// Masks it until it is empty.
    pub fn guard(&mut self) {
        if !self.secret && !self.value.is_empty() {
            self.guard = Guard::Kept;
        }
    }

    /// Masks it for as long as this is said: it is the password, which may still be typed.
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

    /// In bytes, as GitHub counts a secret.
    pub fn len(&self) -> usize {
        self.value.len()
    }

    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// Whether the value is on screen: always for a plain field.
    pub fn is_revealed(&self) -> bool {
        !self.hides() || self.revealed
    }

    /// Shows or masks a secret; a plain field is always shown. The caller ends it after its time.
    pub fn reveal(&mut self, on: bool) {
        self.revealed = on && self.hides();
    }

    /// The focus goes elsewhere: a revealed secret is masked again.
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

    /// The last place between two characters that is not behind this one.
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

    /// What became of the field, once it is looked at.
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

    /// Where the character left of `at` starts; combining marks belong to the character before them.
    fn before(&self, at: usize) -> usize {
        let mut left = self.value[..at].char_indices().rev();
        left.find(|(_, c)| !is_combining(*c)).map_or(0, |(index, _)| index)
    }

    fn after(&self, at: usize) -> usize {
        let mut right = self.value[at..].char_indices().skip(1);
        right.find(|(_, c)| !is_combining(*c)).map_or(self.value.len(), |(index, _)| at + index)
    }

    // A masked secret is one word: jumping by words would tell where its words are.
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

/// Masks every visible field in which a password stands that one of the secret ones holds, for as long as that is so:
/// it may still be typed.
pub fn mask_twins(fields: Vec<&mut TextField>) {
    // Nothing is copied: this is done at every key, whatever the fields hold.
    let (secret, plain): (Vec<&mut TextField>, Vec<&mut TextField>) = fields.into_iter().partition(|f| f.secret);
    for field in plain {
        let is_one = !field.is_empty() && secret.iter().any(|secret| gives_away(&field.value, &secret.value));
        field.set_twin(is_one);
    }
}

fn is_combining(c: char) -> bool {
    c.width() == Some(0) && !crate::domain::foreign::is_hostile(c)
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
            // A typed character may be one of a password.
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
