//! The one redactor: it takes secrets that were sent out of a text that came back, whatever form they came back in.
//!
//! Registries, GitHub, docker and helpers echo what they were sent: as it was, in another letter case, in base64 at any
//! alignment, in hexadecimal, percent-encoded, as JSON or HTML escapes, reversed, cut short, wrapped over lines, and
//! one of these inside another. Instead of listing what each form of a secret looks like, the text is read in every way
//! one could decode it (`views`), and the secret is looked for in each of these readings.
//!
//! What it refuses to do:
//! * hide a secret of fewer than [`SHORTEST`] characters: that would take ordinary words apart;
//! * hide one of fewer than [`SHORT`] within a longer word, split over spaces, reversed, or as part of something
//!   encoded without anything around it;
//! * take longer than its input allows: at most [`MOST`] bytes are read and `views::DEPTH` encodings undone. Where
//!   that is not enough nothing of the text is shown.

mod forms;
#[cfg(test)]
mod tests;
mod views;

use std::collections::HashMap;

use self::forms::Form;
use self::views::{Folded, View};
use super::foreign::clean;
use super::{Foreign, Sensitive};

/// Secrets of fewer characters are not told from ordinary text.
pub const SHORTEST: usize = 4;
/// Secrets of fewer characters are hidden only where they stand as a word of their own.
pub const SHORT: usize = 8;
/// A part of a secret is hidden from this length on, wherever in the secret it stands.
const PART: usize = 12;
/// The most bytes of a text that are read; what comes after is not shown.
pub const MOST: usize = 16 * 1024;
/// Characters of somebody else's message that are shown.
const LONGEST: usize = 300;
/// What stands in the place of a secret.
pub const MARK: &str = "•••";

/// Knows secrets, and hides them in texts.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    forms: Vec<Form>,
    /// Where eight bytes of a form stand: every fifth place, and both ends. The bytes as one number.
    seeds: HashMap<u64, Vec<(usize, usize)>>,
    /// The length of the shortest secret, as it is compared; 0 without any.
    least: usize,
}

impl Redactor {
    /// Of all these secrets. Empty ones and those too short are left out.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a Sensitive>) -> Self {
        let mut redactor = Self::default();
        for secret in secrets {
            redactor.add(secret);
        }
        redactor
    }

    /// One more secret that was sent.
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

    /// The text with every form of the secrets replaced. For text from the other side.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        self.replaced(text, |_| true)
    }

    /// The same for a sentence of our own, of which only parts came from the other side: a secret that is an ordinary
    /// word leaves it alone, as a sentence with a gap would tell which word it is.
    #[must_use]
    pub fn sweep(&self, text: &str) -> String {
        self.replaced(text, |form| !form.is_word)
    }

    /// Somebody else's message as it may be shown: on one line, clean, shortened, and without the secrets.
    #[must_use]
    pub fn show(&self, text: &Foreign) -> String {
        let line = text.raw().split_whitespace().collect::<Vec<_>>().join(" ");
        let words = clean(&self.hide(&line));
        // Shortened last, so that no secret is cut in two and its first half shown.
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

    /// Whether a text is too short for any of the secrets, and no part of one stands in it as it is or in base64:
    /// nobody encodes parts. Thousands of names are read in this way, each in a moment.
    fn is_plainly_free(&self, text: &str) -> bool {
        if self.least < SHORT || text.len() >= self.least || !text.is_ascii() {
            return false;
        }
        let folded = views::fold(text.as_bytes());
        !folded.windows(8).any(|window| self.seeds.contains_key(&key(window)))
    }

    /// Every place of the original text that one reading of it shows to be a secret.
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

/// Where a short secret stands as a word of its own.
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

/// A place of the original text, in bytes.
#[derive(Clone, Copy, Debug)]
struct Place {
    from: usize,
    to: usize,
    /// Whether what stands around it belongs to the same encoded word.
    is_encoded: bool,
}

fn key(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |key, byte| (key << 8) | u64::from(*byte))
}

/// As much of the text as is read, and whether that is not all of it.
fn start(text: &str) -> (&str, bool) {
    if text.len() <= MOST {
        return (text, false);
    }
    let end = (0..=MOST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    (&text[..end], true)
}

/// The text without these places; of an encoded word nothing stays.
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
