//! What a terminal sends, byte by byte, turned into keys, mouse events and pastes: xterm's sequences and those of the
//! Linux console, rxvt and screen. Source: «`XTerm` Control Sequences», `console_codes(4)`.
//!
//! Pure: it knows neither the terminal nor the time; [`Decoder::flush`] is how a caller says that time has passed. What
//! it does not know it drops, and never hands an escape sequence on as text.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use zeroize::Zeroizing;

use crate::domain::Sensitive;

/// One event of the terminal.
#[derive(Clone, PartialEq, Eq)]
pub enum Decoded {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(Sensitive),
}

/// Keeps what is only the beginning of something.
#[derive(Default)]
pub struct Decoder {
    /// An unfinished sequence or character.
    pending: Wiped,
    /// The paste under way.
    paste: Option<Wiped>,
}

/// A paste longer than this is cut: far beyond what any field takes, so that it is refused there with the reason.
const MOST_PASTED: usize = 1 << 20;
/// No sequence is longer; a longer one is dropped.
const LONGEST: usize = 64;
const PASTE_ENDS: &[u8] = b"\x1b[201~";

impl Decoder {
    pub fn feed(&mut self, bytes: &[u8], events: &mut Vec<Decoded>) {
        for &byte in bytes {
            if let Some(paste) = &mut self.paste {
                if let Some(text) = paste.pasted(byte) {
                    events.push(Decoded::Paste(text));
                    self.paste = None;
                }
                continue;
            }
            self.pending.push(byte);
            self.settle(events);
        }
    }

    /// Whether an unfinished sequence waits for its rest: if that does not come soon, it was an Esc.
    pub fn is_waiting(&self) -> bool {
        !self.pending.is_empty()
    }

    /// The rest does not come: an Esc is an Esc, and Alt with `[` or `O` is that; anything else is dropped.
    pub fn flush(&mut self, events: &mut Vec<Decoded>) {
        match self.pending.bytes() {
            [0x1b] => events.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            [0x1b, c @ (b'[' | b'O')] => events.push(key(KeyCode::Char(char::from(*c)), KeyModifiers::ALT)),
            _ => {}
        }
        self.pending.clear();
    }

    /// Decides what is pending as far as it can be decided.
    fn settle(&mut self, events: &mut Vec<Decoded>) {
        match parse(self.pending.bytes()) {
            Parsed::More if self.pending.bytes().len() < LONGEST => return,
            Parsed::More | Parsed::Nothing => {}
            Parsed::Event(event) => events.push(event),
            Parsed::PasteBegins => self.paste = Some(Wiped::default()),
            Parsed::EscThen(byte) => {
                events.push(key(KeyCode::Esc, KeyModifiers::NONE));
                self.pending.clear();
                self.pending.push(byte);
                return;
            }
            Parsed::Again(byte) => {
                self.pending.clear();
                self.pending.push(byte);
                return self.settle(events);
            }
        }
        self.pending.clear();
    }
}

/// Bytes that may be secret: grown by copying and wiping, wiped when dropped.
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

    /// Takes one byte of a paste; the text once it has ended.
    fn pasted(&mut self, byte: u8) -> Option<Sensitive> {
        if self.0.len() >= MOST_PASTED + PASTE_ENDS.len() {
            // Only the last bytes are still of interest: they may be the end.
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
        let text = match String::from_utf8(std::mem::take(&mut *self.0)) {
            Ok(text) => text,
            Err(fault) => {
                let bytes = Zeroizing::new(fault.into_bytes());
                String::from_utf8_lossy(&bytes).into_owned()
            }
        };
        Some(Sensitive::new(text))
    }
}

enum Parsed {
    /// Only the beginning of something.
    More,
    Event(Decoded),
    /// A whole sequence that means nothing here.
    Nothing,
    PasteBegins,
    /// An Esc by itself, followed by the first byte of something else.
    EscThen(u8),
    /// No character after all; the last byte may begin another one.
    Again(u8),
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Decoded {
    Decoded::Key(KeyEvent::new(code, modifiers))
}

fn pressed(code: KeyCode) -> Parsed {
    Parsed::Event(key(code, KeyModifiers::NONE))
}

fn parse(bytes: &[u8]) -> Parsed {
    match bytes {
        [] | [0x1b] | [0x1b, b'[' | b'O'] => Parsed::More,
        [0x1b, 0x1b] => Parsed::EscThen(0x1b),
        [0x1b, b'[', rest @ ..] => control_sequence(rest),
        [0x1b, b'O', last] => letter(*last, KeyModifiers::NONE),
        [0x1b, rest @ ..] => match plain(rest) {
            Parsed::Event(Decoded::Key(event)) => Parsed::Event(key(event.code, event.modifiers | KeyModifiers::ALT)),
            other => other,
        },
        bytes => plain(bytes),
    }
}

/// A character, or a control code as one byte.
fn plain(bytes: &[u8]) -> Parsed {
    let control = |letter: u8| Parsed::Event(key(KeyCode::Char(char::from(letter)), KeyModifiers::CONTROL));
    match bytes {
        [b'\r'] => pressed(KeyCode::Enter),
        [b'\t'] => pressed(KeyCode::Tab),
        // Terminals differ in which of the two their Backspace key sends.
        [0x7f | 0x08] => pressed(KeyCode::Backspace),
        [0] => control(b' '),
        [c @ 0x01..=0x1a] => control(c - 1 + b'a'),
        [c @ 0x1c..=0x1f] => control(c - 0x1c + b'4'),
        bytes => match std::str::from_utf8(bytes) {
            Ok(text) => text.chars().next().map_or(Parsed::Nothing, character),
            // The error has no length while the character is only incomplete.
            Err(fault) if fault.error_len().is_none() => Parsed::More,
            Err(_) => match bytes {
                [_, .., last] => Parsed::Again(*last),
                _ => Parsed::Nothing,
            },
        },
    }
}

/// As crossterm does, a capital letter carries Shift.
fn character(c: char) -> Parsed {
    let shift = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    Parsed::Event(key(KeyCode::Char(c), shift))
}

/// What follows `ESC [`.
fn control_sequence(rest: &[u8]) -> Parsed {
    let Some((&last, body)) = rest.split_last() else { return Parsed::More };
    match (body, last) {
        // The Linux console's F1 to F5: `ESC [ [ A`.
        ([], b'[') => return Parsed::More,
        ([b'['], b'A'..=b'E') => return pressed(KeyCode::F(last - b'A' + 1)),
        // Mouse reports of the oldest kind: three bytes follow, whatever they are.
        ([] | [b'M'] | [b'M', _], _) if rest[0] == b'M' => return Parsed::More,
        ([b'['] | [b'M', _, _], _) => return Parsed::Nothing,
        (_, 0x20..=0x3f) => return Parsed::More,
        (_, 0x40..=0x7e) => {}
        // Not a sequence after all.
        (_, _) => return Parsed::Nothing,
    }
    let Ok(body) = std::str::from_utf8(body) else { return Parsed::Nothing };
    if let Some(mouse) = body.strip_prefix('<') {
        return mouse_report(mouse, last);
    }
    let numbers: Vec<u32> = body.split(';').map(|number| leading(number).unwrap_or(0)).collect();
    let at = |index: usize| numbers.get(index).copied().unwrap_or(0);
    match last {
        b'~' => match at(0) {
            200 => Parsed::PasteBegins,
            // xterm's modifyOtherKeys: `27 ; modifier ; code`.
            27 => coded(at(2), modifiers(at(1))),
            number => numbered(number, modifiers(at(1))),
        },
        b'u' => coded(at(0), modifiers(at(1))),
        b'Z' => Parsed::Event(key(KeyCode::BackTab, KeyModifiers::SHIFT)),
        // The focus came or went.
        b'I' | b'O' if body.is_empty() => Parsed::Nothing,
        // With another first number it is a report, such as of the cursor's position, which ends in `R` as F3 does.
        last if at(0) <= 1 => letter(last, modifiers(at(1))),
        _ => Parsed::Nothing,
    }
}

/// The number before a colon: its parts after that are details of the kitty protocol.
fn leading(number: &str) -> Option<u32> {
    number.split(':').next()?.parse().ok()
}

/// xterm's modifiers: one more than the sum of Shift 1, Alt 2, Control 4, Meta 8.
fn modifiers(number: u32) -> KeyModifiers {
    let bits = number.saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, bits & 1 != 0);
    modifiers.set(KeyModifiers::ALT, bits & 0b1010 != 0);
    modifiers.set(KeyModifiers::CONTROL, bits & 4 != 0);
    modifiers
}

fn letter(last: u8, modifiers: KeyModifiers) -> Parsed {
    let code = match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        _ => return Parsed::Nothing,
    };
    Parsed::Event(key(code, modifiers))
}

fn numbered(number: u32, modifiers: KeyModifiers) -> Parsed {
    let function = |first: u32, base: u32| u8::try_from(number - first + base).map_or(KeyCode::Null, KeyCode::F);
    let code = match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => function(11, 1),
        17..=21 => function(17, 6),
        23..=26 => function(23, 11),
        28..=29 => function(28, 15),
        31..=34 => function(31, 17),
        _ => return Parsed::Nothing,
    };
    Parsed::Event(key(code, modifiers))
}

/// A key told by its character's number.
fn coded(code: u32, modifiers: KeyModifiers) -> Parsed {
    let code = match code {
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        9 if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        9 => KeyCode::Tab,
        8 | 127 => KeyCode::Backspace,
        code => match char::from_u32(code) {
            Some(c) if !c.is_control() => KeyCode::Char(c),
            _ => return Parsed::Nothing,
        },
    };
    Parsed::Event(key(code, modifiers))
}

/// `button ; column ; row` and `M` for a press, `m` for a release.
fn mouse_report(body: &str, last: u8) -> Parsed {
    let mut numbers = body.split(';').map(str::parse::<u16>);
    let (Some(Ok(button)), Some(Ok(column)), Some(Ok(row))) = (numbers.next(), numbers.next(), numbers.next()) else {
        return Parsed::Nothing;
    };
    let which = match button & 0b11 {
        0 => Some(MouseButton::Left),
        1 => Some(MouseButton::Middle),
        2 => Some(MouseButton::Right),
        _ => None,
    };
    let kind = match (button & 0b110_0000, which, last) {
        (0b100_0000, Some(MouseButton::Left), b'M') => MouseEventKind::ScrollUp,
        (0b100_0000, Some(MouseButton::Middle), b'M') => MouseEventKind::ScrollDown,
        (0b100_0000, Some(MouseButton::Right), b'M') => MouseEventKind::ScrollLeft,
        (0b100_0000, None, b'M') => MouseEventKind::ScrollRight,
        (0, Some(which), b'M') => MouseEventKind::Down(which),
        (0, Some(which), b'm') => MouseEventKind::Up(which),
        (0b010_0000, Some(which), b'M') => MouseEventKind::Drag(which),
        (0b010_0000, None, b'M') => MouseEventKind::Moved,
        _ => return Parsed::Nothing,
    };
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, button & 4 != 0);
    modifiers.set(KeyModifiers::ALT, button & 8 != 0);
    modifiers.set(KeyModifiers::CONTROL, button & 16 != 0);
    let (column, row) = (column.saturating_sub(1), row.saturating_sub(1));
    Parsed::Event(Decoded::Mouse(MouseEvent { kind, column, row, modifiers }))
}

impl std::fmt::Debug for Decoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "Key(redacted)",
            Self::Mouse(_) => "Mouse",
            Self::Paste(_) => "Paste(redacted)",
        })
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Decoder(waiting: {}, pasting: {})", self.is_waiting(), self.paste.is_some())
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
