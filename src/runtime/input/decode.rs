//! Decodes the bytes from a terminal into keys, mouse events, pastes and answers. Sources: “`XTerm` Control Sequences”,
//! ECMA-48, `console_codes(4)`. The meaning of complete sequences is in `sequence`.
//!
//! Pure: it knows neither the terminal nor the time. [`Decoder::patience`] is how long the rest of something may take;
//! the caller uses [`Decoder::flush`] when that time has passed. Unknown input is consumed completely, and no part of
//! it is passed on as text.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};
use zeroize::Zeroizing;

use super::sequence::{self, Meaning};
use super::swallow::{Swallow, Swallowed};
use crate::domain::Sensitive;

/// One event from the terminal.
#[derive(Clone, PartialEq, Eq)]
pub enum Decoded {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(Sensitive),
    /// An answer to one of our queries, not an input.
    Answer(Answer),
}

/// What a terminal reports about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Answer to DECRQM 2004: whether pastes are bracketed.
    Brackets(bool),
    /// Answer to DA1, which every terminal sends, in the order of the queries.
    Attributes,
}

/// Holds incomplete input.
#[derive(Default)]
pub struct Decoder {
    /// An unfinished sequence or character.
    pending: Wiped,
    /// A terminal string, whose content is not stored.
    string: Option<Swallowed>,
    /// The paste in progress.
    paste: Option<Wiped>,
    /// Whether a paste was ended before its end marker arrived: what follows may still belong to it.
    is_owed_an_end: bool,
}

/// A longer paste is cut. This is far more than any field accepts, so the field refuses it with the reason.
const MOST_PASTED: usize = 1 << 20;
/// No sequence is longer than this; a longer one is dropped.
const LONGEST: usize = 64;
const PASTE_ENDS: &[u8] = b"\x1b[201~";
const CONTROL_C: u8 = 0x03;

/// How long the rest of a sequence may take after an Esc, which may also be the key.
const AFTER_ESC: Duration = Duration::from_millis(40);
/// How long it may take once it cannot be a key any more: over a slow line, an answer arrives in pieces.
const WITHIN_SEQUENCE: Duration = Duration::from_millis(500);
/// How long a terminal string may stall before it counts as finished.
const STRING_STALLS: Duration = Duration::from_secs(1);
/// How long a paste may stall: waiting for its rest is better than treating it as keys.
const PASTE_STALLS: Duration = Duration::from_secs(2);

impl Decoder {
    pub fn feed(&mut self, bytes: &[u8], events: &mut Vec<Decoded>) {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            if self.paste.is_some() {
                self.pasted(byte, after, events);
            } else if self.swallows(byte, events) {
                // Part of something that was not requested.
            } else {
                self.pending.push(byte);
                self.settle(events);
            }
        }
    }

    /// How long the rest of incomplete input may take; `None` if nothing is incomplete.
    pub fn patience(&self) -> Option<Duration> {
        match (&self.paste, &self.string, self.pending.bytes()) {
            (Some(_), _, _) => Some(PASTE_STALLS),
            (None, Some(string), _) if !string.is_fresh() => Some(STRING_STALLS),
            (None, None, []) => None,
            (None, None, [0x1b] | [0x1b, 0x1b]) => Some(AFTER_ESC),
            (None, _, _) => Some(WITHIN_SEQUENCE),
        }
    }

    /// Whether the rest of a paste that was ended early may still arrive, without the brackets that distinguish it from
    /// keys.
    pub const fn is_owed_an_end(&self) -> bool {
        self.is_owed_an_end
    }

    /// The rest does not arrive: an Esc is the key, Alt with a letter that starts a sequence is that chord, a paste
    /// ends with what has arrived. Everything else is dropped.
    pub fn flush(&mut self, events: &mut Vec<Decoded>) {
        if self.paste.is_some() {
            self.end_paste(events);
        }
        match (self.string.take(), self.pending.bytes()) {
            // Nothing followed the letter that could start a string: it was a key.
            (Some(string), [.., letter]) if string.is_fresh() => events.push(alt(*letter)),
            (Some(string), _) => events.extend(string.is_escaped().then(|| key(KeyCode::Esc, KeyModifiers::NONE))),
            (None, [0x1b]) => events.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            (None, [0x1b, 0x1b]) => events.extend([(); 2].map(|()| key(KeyCode::Esc, KeyModifiers::NONE))),
            (None, [0x1b, letter @ (b'[' | b'O')]) => events.push(alt(*letter)),
            (None, _) => {}
        }
        self.pending.clear();
    }

    /// Takes one byte of a paste. Ctrl-C ends a paste unless its end marker follows immediately, because the marker may
    /// never arrive.
    fn pasted(&mut self, byte: u8, after: &[u8], events: &mut Vec<Decoded>) {
        if byte == CONTROL_C && !after.windows(PASTE_ENDS.len()).any(|bytes| bytes == PASTE_ENDS) {
            self.end_paste(events);
            events.push(key(KeyCode::Char('c'), KeyModifiers::CONTROL));
        } else if let Some(text) = self.paste.as_mut().and_then(|paste| paste.pasted(byte)) {
            self.paste = None;
            events.push(Decoded::Paste(text));
        }
    }

    /// Ends a paste without its end marker; what arrived is the pasted text.
    fn end_paste(&mut self, events: &mut Vec<Decoded>) {
        if let Some(mut paste) = self.paste.take() {
            self.is_owed_an_end = true;
            if !paste.is_empty() {
                events.push(Decoded::Paste(paste.text()));
            }
        }
    }

    /// Whether the byte belongs to a terminal string.
    fn swallows(&mut self, byte: u8, events: &mut Vec<Decoded>) -> bool {
        let Some(string) = &mut self.string else { return false };
        match string.take(byte) {
            Swallow::More => {}
            Swallow::Ended => self.end_string(),
            Swallow::Broken => {
                self.end_string();
                return false;
            }
            Swallow::BrokenByEsc => {
                self.end_string();
                self.pending.push(0x1b);
                self.pending.push(byte);
                self.settle(events);
            }
        }
        true
    }

    fn end_string(&mut self) {
        self.string = None;
        self.pending.clear();
    }

    /// Resolves the pending bytes as far as possible.
    fn settle(&mut self, events: &mut Vec<Decoded>) {
        match parse(self.pending.bytes()) {
            Parsed::More if self.pending.bytes().len() < LONGEST => return,
            // Remembered in case it was a key.
            Parsed::String => {
                self.string = Some(Swallowed::default());
                return;
            }
            Parsed::More | Parsed::Meaning(Meaning::Nothing) => {}
            Parsed::Meaning(meaning) => self.take(meaning, events),
            Parsed::EscThen(meaning) => {
                events.push(key(KeyCode::Esc, KeyModifiers::NONE));
                self.take(meaning, events);
            }
            Parsed::EscAgain(rest) => {
                events.push(key(KeyCode::Esc, KeyModifiers::NONE));
                return self.again(&rest, events);
            }
            Parsed::Again(rest) => return self.again(&rest, events),
        }
        self.pending.clear();
    }

    fn take(&mut self, meaning: Meaning, events: &mut Vec<Decoded>) {
        match meaning {
            Meaning::Key(event) => events.push(Decoded::Key(event)),
            Meaning::Mouse(event) => events.push(Decoded::Mouse(event)),
            Meaning::Answer(answer) => events.push(Decoded::Answer(answer)),
            Meaning::PasteBegins => self.paste = Some(Wiped::default()),
            Meaning::PasteEnds => self.is_owed_an_end = false,
            Meaning::Nothing => {}
        }
    }

    fn again(&mut self, rest: &[u8], events: &mut Vec<Decoded>) {
        self.pending.clear();
        for byte in rest {
            self.pending.push(*byte);
        }
        self.settle(events);
    }
}

/// Bytes that may be secret: growing copies and wipes them, and they are wiped when dropped.
#[derive(Default)]
struct Wiped(Zeroizing<Vec<u8>>);

impl Wiped {
    fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn clear(&mut self) {
        self.0.fill(0);
        self.0.clear();
    }

    fn push(&mut self, byte: u8) {
        if self.0.len() == self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity((self.0.len() * 2).max(LONGEST)));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.push(byte);
    }

    /// Takes one byte of a paste; returns the text once the paste has ended.
    fn pasted(&mut self, byte: u8) -> Option<Sensitive> {
        if self.0.len() >= MOST_PASTED + PASTE_ENDS.len() {
            // Only the last bytes matter: they may be the end marker.
            let end = self.0.len();
            self.0.copy_within(end - PASTE_ENDS.len() + 1..end, end - PASTE_ENDS.len());
            self.0.truncate(end - 1);
        }
        self.push(byte);
        if !self.0.ends_with(PASTE_ENDS) {
            return None;
        }
        let length = self.0.len() - PASTE_ENDS.len();
        self.0.truncate(length);
        Some(self.text())
    }

    /// Takes everything as text.
    fn text(&mut self) -> Sensitive {
        let text = match String::from_utf8(std::mem::take(&mut *self.0)) {
            Ok(text) => text,
            Err(fault) => {
                let bytes = Zeroizing::new(fault.into_bytes());
                String::from_utf8_lossy(&bytes).into_owned()
            }
        };
        Sensitive::new(text)
    }
}

enum Parsed {
    /// Incomplete.
    More,
    Meaning(Meaning),
    /// An Esc key, followed by something that is not a key.
    EscThen(Meaning),
    /// Start of a string to be skipped: OSC, DCS, APC, PM or SOS.
    String,
    /// Not what it seemed: to be parsed again from these bytes.
    Again(Vec<u8>),
    /// An Esc key, followed by these bytes.
    EscAgain(Vec<u8>),
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Decoded {
    Decoded::Key(KeyEvent::new(code, modifiers))
}

fn alt(letter: u8) -> Decoded {
    key(KeyCode::Char(char::from(letter)), KeyModifiers::ALT)
}

fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Parsed {
    Parsed::Meaning(Meaning::Key(KeyEvent::new(code, modifiers)))
}

fn parse(bytes: &[u8]) -> Parsed {
    match bytes {
        [] | [0x1b | 0x8e] | [0x1b, 0x1b] => Parsed::More,
        // The one-byte forms, 0x80 to 0x9f, equal the two-byte forms (ECMA-48 5.3); no character starts with them.
        [c @ (0x8f | 0x90 | 0x98 | 0x9b | 0x9d..=0x9f)] => Parsed::Again(vec![0x1b, c - 0x40]),
        // Another C1 control, or one that consumes the next character.
        [0x80..=0x9f] | [0x8e, _] => Parsed::Meaning(Meaning::Nothing),
        [0x1b, c @ 0x80..=0x9f] => Parsed::EscAgain(vec![*c]),
        [0x1b, b']' | b'P' | b'_' | b'^' | b'X'] => Parsed::String,
        [0x1b, kind @ (b'[' | b'O'), rest @ ..] => sequence_of(*kind, rest),
        // rxvt and others put an Esc before a sequence for Alt; before anything else it was the Esc key.
        [0x1b, 0x1b, kind @ (b'[' | b'O'), rest @ ..] => match sequence_of(*kind, rest) {
            Parsed::Meaning(Meaning::Key(event)) => pressed(event.code, event.modifiers | KeyModifiers::ALT),
            Parsed::Meaning(meaning) => Parsed::EscThen(meaning),
            other => other,
        },
        [0x1b, 0x1b, c] => Parsed::EscAgain(vec![0x1b, *c]),
        // Shift-Tab of the Linux console (kcbt in its terminfo entry).
        [0x1b, b'\t'] => pressed(KeyCode::BackTab, KeyModifiers::SHIFT),
        [0x1b, rest @ ..] => match plain(rest) {
            Parsed::Meaning(Meaning::Key(event)) => pressed(event.code, event.modifiers | KeyModifiers::ALT),
            other => other,
        },
        bytes => plain(bytes),
    }
}

/// What follows `ESC [` or `ESC O`.
fn sequence_of(kind: u8, rest: &[u8]) -> Parsed {
    let Some((&last, body)) = rest.split_last() else { return Parsed::More };
    match (kind, body, last) {
        // Mouse reports of the oldest kind: three arbitrary bytes follow.
        (b'[', [b'M', _, _], _) => Parsed::Meaning(Meaning::Nothing),
        (b'[', [] | [b'M'] | [b'M', _], _) if rest[0] == b'M' => Parsed::More,
        // Controls and other characters never occur inside a sequence: it was cut off, and a new one starts.
        (_, _, 0..=0x1f | 0x7f..) => Parsed::Again(vec![last]),
        (b'O', _, b'0'..=b'?') => Parsed::More,
        (b'O', _, _) => Parsed::Meaning(sequence::single_shift(body, last)),
        // rxvt's keys with Shift end in a byte that is only an intermediate elsewhere, after more than one number.
        (_, [b'0'..=b'9', ..], b'$') if body.iter().all(u8::is_ascii_digit) => {
            Parsed::Meaning(sequence::control(body, last))
        }
        // An opening bracket belongs to the Linux console's F1 to F5: `ESC [ [ A`.
        (_, [], b'[') | (_, _, 0x20..=0x3f) => Parsed::More,
        (_, _, _) => Parsed::Meaning(sequence::control(body, last)),
    }
}

/// A character, or a control code as one byte.
fn plain(bytes: &[u8]) -> Parsed {
    let control = |letter: u8| pressed(KeyCode::Char(char::from(letter)), KeyModifiers::CONTROL);
    match bytes {
        [b'\r'] => pressed(KeyCode::Enter, KeyModifiers::NONE),
        [b'\t'] => pressed(KeyCode::Tab, KeyModifiers::NONE),
        // Terminals differ in which of the two their Backspace key sends.
        [0x7f | 0x08] => pressed(KeyCode::Backspace, KeyModifiers::NONE),
        [0] => control(b' '),
        [c @ 0x01..=0x1a] => control(c - 1 + b'a'),
        [c @ 0x1c..=0x1f] => control(c - 0x1c + b'4'),
        // A C1 control encoded as a two-byte character.
        [0xc2, c @ 0x80..=0x9f] => Parsed::Again(vec![*c]),
        bytes => match std::str::from_utf8(bytes) {
            Ok(text) => Parsed::Meaning(text.chars().next().map_or(Meaning::Nothing, sequence::character)),
            // The error has no length while the character is merely incomplete.
            Err(fault) if fault.error_len().is_none() => Parsed::More,
            Err(_) => match bytes {
                [_, .., last] => Parsed::Again(vec![*last]),
                _ => Parsed::Meaning(Meaning::Nothing),
            },
        },
    }
}

impl std::fmt::Debug for Decoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "Key(redacted)",
            Self::Mouse(_) => "Mouse",
            Self::Paste(_) => "Paste(redacted)",
            Self::Answer(_) => "Answer",
        })
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Decoder(waiting: {}, pasting: {})", !self.pending.is_empty(), self.paste.is_some())
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
