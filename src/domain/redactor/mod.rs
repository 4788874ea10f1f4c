//! The redactor: it removes secrets that were sent from the texts that come back, in whatever form they come back.
//!
//! Registries, GitHub, docker and helpers echo what they were sent: unchanged, in another letter case, in base64 at any
//! alignment, in hexadecimal, percent-encoded, as JSON or HTML escapes, reversed, truncated, wrapped over lines, or
//! nested in one another. Instead of listing all forms of a secret, the text is decoded in every possible way
//! (`views`), and the secret is searched for in each of these views.
//!
//! Its limits:
//! * A secret of fewer than [`SHORTEST`] characters is not hidden: that would break up ordinary words.
//! * A secret of fewer than [`SHORT`] characters is not hidden within a longer word, split by spaces, reversed, or as
//!   part of something encoded without anything around it.
//! * The time is bounded: at most [`MOST`] bytes are read and `views::DEPTH` encodings undone. If that is not enough,
//!   nothing of the text is shown.

mod forms;
#[cfg(test)]
mod tests;
mod views;

use std::collections::HashMap;

use self::forms::Form;
use self::views::{Folded, View};
use super::untrusted::clean;
use super::{Sensitive, Untrusted};

/// Shorter secrets cannot be distinguished from ordinary text.
pub const SHORTEST: usize = 4;
/// Shorter secrets are only hidden as a separate word.
pub const SHORT: usize = 8;
/// A part of a secret is hidden if it has at least this length, wherever it is in the secret.
const PART: usize = 12;
/// The maximum number of bytes of a text that are read; the rest is not shown.
pub const MOST: usize = 16 * 1024;
/// The number of characters of an untrusted message that are shown.
const LONGEST: usize = 300;
/// The replacement for a secret.
pub const MARK: &str = "•••";

/// Knows secrets and hides them in texts.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    forms: Vec<Form>,
    /// The positions of eight bytes of a form: every fifth one, and both ends. The bytes are one number.
    seeds: HashMap<u64, Vec<(usize, usize)>>,
    /// The length of the shortest secret in its compared form; 0 if there is none.
    least: usize,
}

impl Redactor {
    /// For all these secrets, except for empty and too short ones.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a Sensitive>) -> Self {
        let mut redactor = Self::default();
        for secret in secrets {
            redactor.add(secret);
        }
        redactor
    }

    /// Adds a secret that was sent.
    pub fn add(&mut self, secret: &Sensitive) {
        for form in forms::of(secret) {
            let at = self.forms.len();
            if !form.is_encoded && (self.least == 0 || form.bytes.len() < self.least) {
                self.least = form.bytes.len();
            }
            for (key, offset) in form.seeds() {
                self.seeds.entry(key).or_default().push((at, offset));
            }
            self.forms.push(form);
        }
    }

    /// The text with every form of the secrets replaced. For untrusted text.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        self.replaced(text, |_| true)
    }

    /// The same for one of our own sentences of which only parts are untrusted: a secret that is an ordinary word is
    /// not replaced, because the gap would reveal which word it is.
    #[must_use]
    pub fn sweep(&self, text: &str) -> String {
        self.replaced(text, |form| !form.is_word)
    }

    /// An untrusted message for display: on one line, clean, shortened, and without the secrets.
    #[must_use]
    pub fn show(&self, text: &Untrusted) -> String {
        let line = text.raw().split_whitespace().collect::<Vec<_>>().join(" ");
        let words = clean(&self.hide(&line));
        // Shorten last, so that no secret is cut in two and its first half shown.
        if words.chars().count() > LONGEST { words.chars().take(LONGEST).chain(['…']).collect() } else { words }
    }

    fn replaced(&self, text: &str, counts: impl Fn(&Form) -> bool) -> String {
        if !self.forms.iter().any(&counts) || self.is_plainly_free(text) {
            return text.to_owned();
        }
        let (text, is_cut) = start(text);
        let mut found = Vec::new();
        let is_read = views::each(text, &mut |view| self.find(view, &counts, &mut found));
        if !is_read {
            return MARK.to_owned();
        }
        let mut shown = without(text, found);
        if is_cut {
            shown.push('…');
        }
        shown
    }

    /// Whether a text is too short for any of the secrets and contains no part of one, plain or in base64 (parts are
    /// not encoded otherwise). This makes it fast to check thousands of names.
    fn is_plainly_free(&self, text: &str) -> bool {
        if self.least < SHORT || text.len() >= self.least || !text.is_ascii() {
            return false;
        }
        let folded = views::fold(text.as_bytes());
        !folded.windows(8).any(|window| self.seeds.contains_key(&key(window)))
    }

    /// Every range of the original text that is a secret according to one view.
    fn find(&self, view: &View, counts: &impl Fn(&Form) -> bool, found: &mut Vec<Place>) {
        let folded = view.folded();
        for (at, window) in folded.bytes.windows(8).enumerate() {
            let Some(seeds) = self.seeds.get(&key(window)) else { continue };
            for (form, offset) in seeds.iter().map(|(form, offset)| (&self.forms[*form], *offset)) {
                if counts(form)
                    && let Some((from, to)) = form.meets(&folded.bytes, at, offset)
                {
                    found.push(folded.place(from, to, form.is_encoded || view.is_decoded));
                }
            }
        }
        for form in self.forms.iter().filter(|form| form.bytes.len() < SHORT && counts(form)) {
            self::short(form, view, &folded, found);
        }
    }
}

/// The ranges where a short secret is a separate word.
fn short(form: &Form, view: &View, folded: &Folded, found: &mut Vec<Place>) {
    let length = form.bytes.len();
    for (at, window) in folded.bytes.windows(length).enumerate() {
        if window == form.bytes.as_slice()
            && let Some((from, to)) = folded.unbroken(at, at + length)
            && view.is_word(from, to)
        {
            found.push(folded.place(at, at + length, view.is_decoded));
        }
    }
}

/// A range of the original text, in bytes.
#[derive(Clone, Copy, Debug)]
struct Place {
    from: usize,
    to: usize,
    /// Whether the surrounding text belongs to the same encoded word.
    is_encoded: bool,
}

fn key(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |key, byte| (key << 8) | u64::from(*byte))
}

/// The part of the text that is read, and whether it was truncated.
fn start(text: &str) -> (&str, bool) {
    if text.len() <= MOST {
        return (text, false);
    }
    let end = (0..=MOST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    (&text[..end], true)
}

/// The text without these ranges; an encoded word is removed completely.
fn without(text: &str, found: Vec<Place>) -> String {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
    let bytes = text.as_bytes();
    let mut places: Vec<(usize, usize)> = found
        .into_iter()
        .map(|Place { mut from, mut to, is_encoded }| {
            while is_encoded && from > 0 && is_part(bytes[from - 1]) {
                from -= 1;
            }
            while is_encoded && to < bytes.len() && is_part(bytes[to]) {
                to += 1;
            }
            (from, to)
        })
        .collect();
    places.sort_unstable();
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for (from, to) in places {
        if from >= at {
            shown.push_str(text.get(at..from).unwrap_or_default());
            if at == 0 || from > at {
                shown.push_str(MARK);
            }
        }
        at = at.max(to);
    }
    shown.push_str(text.get(at..).unwrap_or_default());
    shown
}
