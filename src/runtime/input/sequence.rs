//! The meaning of one complete terminal sequence: xterm's, the kitty protocol's, xterm's modifyOtherKeys, and those of
//! rxvt, the Linux console, screen, and Sun and IBM terminals.
//!
//! Sources: “`XTerm` Control Sequences”, “Comprehensive keyboard handling in terminals” (kitty), and the terminfo
//! entries. Pure; an unknown sequence means nothing.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::decode::Answer;

/// What a sequence means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Nothing,
    Key(KeyEvent),
    Mouse(MouseEvent),
    PasteBegins,
    PasteEnds,
    Answer(Answer),
}

const NONE: KeyModifiers = KeyModifiers::NONE;

fn key(code: KeyCode, modifiers: KeyModifiers) -> Meaning {
    Meaning::Key(KeyEvent::new(code, modifiers))
}

/// As in crossterm, a capital letter carries Shift.
pub fn character(c: char) -> Meaning {
    let shift = if c.is_uppercase() { KeyModifiers::SHIFT } else { NONE };
    key(KeyCode::Char(c), shift)
}

/// `ESC O`, parameters of old terminals, and a letter.
pub fn single_shift(body: &[u8], last: u8) -> Meaning {
    let modifiers = Fields::read(body).last_modifiers();
    match last {
        b'M' => key(KeyCode::Enter, modifiers),
        // PuTTY's twelve in a row; xterm has the first four of them.
        b'P'..=b'[' => key(KeyCode::F(last - b'P' + 1), modifiers),
        b'a'..=b'd' => arrow(last - b'a' + b'A').map_or(Meaning::Nothing, |code| key(code, KeyModifiers::CONTROL)),
        // The keypad's digits and symbols arrive in this form only if another program enabled it; we ignore them.
        last => arrow(last).map_or(Meaning::Nothing, |code| key(code, modifiers)),
    }
}

/// `ESC [`, parameters and intermediates in `body`, and the last byte.
pub fn control(body: &[u8], last: u8) -> Meaning {
    if let (Some(report), b'M' | b'm') = (body.strip_prefix(b"<"), last) {
        return mouse_report(report, last);
    }
    match (body, last) {
        (b"[", b'A'..=b'E') => return key(KeyCode::F(last - b'A' + 1), NONE),
        ([b'?', ..], b'c') => return Meaning::Answer(Answer::Attributes),
        (b"?2004;1$" | b"?2004;3$", b'y') => return Meaning::Answer(Answer::Brackets(true)),
        ([b'?', b'2', b'0', b'0', b'4', b';', _, b'$'], b'y') => return Meaning::Answer(Answer::Brackets(false)),
        _ => {}
    }
    // Everything with a prefix or an intermediate byte is some kind of answer.
    if !body.iter().all(|byte| matches!(byte, b'0'..=b';')) {
        return Meaning::Nothing;
    }
    let fields = Fields::read(body);
    if fields.is_release() {
        return Meaning::Nothing;
    }
    match last {
        b'~' => match fields.first(0) {
            200 => Meaning::PasteBegins,
            201 => Meaning::PasteEnds,
            // xterm's modifyOtherKeys: `27 ; modifier ; code`.
            27 if fields.count > 2 => coded(fields.first(2), &Fields::default(), modifiers(fields.first(1))),
            number => numbered(number, modifiers(fields.first(1))),
        },
        // rxvt's variants of the same: with Control, with Shift, with both.
        b'^' => numbered(fields.first(0), KeyModifiers::CONTROL),
        b'$' => numbered(fields.first(0), KeyModifiers::SHIFT),
        b'@' => numbered(fields.first(0), KeyModifiers::CONTROL | KeyModifiers::SHIFT),
        b'u' if fields.count > 0 => coded(fields.first(0), &fields, modifiers(fields.first(1))),
        b'Z' => key(KeyCode::BackTab, KeyModifiers::SHIFT),
        b'a'..=b'd' if body.is_empty() => {
            arrow(last - b'a' + b'A').map_or(Meaning::Nothing, |code| key(code, KeyModifiers::SHIFT))
        }
        b'z' => sun(fields.first(0)),
        b'q' => ibm(fields.first(0)),
        last => letter(last, &fields),
    }
}

/// The numbers of a sequence: fields separated by `;`, some of which the kitty protocol separates further by `:`.
#[derive(Default)]
struct Fields {
    numbers: [[u32; 3]; 3],
    count: usize,
}

impl Fields {
    fn read(body: &[u8]) -> Self {
        let mut fields = Self::default();
        if body.is_empty() {
            return fields;
        }
        for (index, field) in body.split(|byte| *byte == b';').enumerate() {
            fields.count += 1;
            let Some(numbers) = fields.numbers.get_mut(index) else { continue };
            for (number, digits) in numbers.iter_mut().zip(field.split(|byte| *byte == b':')) {
                let number_of = |text: &[u8]| std::str::from_utf8(text).ok()?.parse().ok();
                *number = number_of(digits).unwrap_or(0);
            }
        }
        fields
    }

    const fn first(&self, field: usize) -> u32 {
        self.numbers[field][0]
    }

    /// The kitty protocol also reports key releases; the press was reported before.
    const fn is_release(&self) -> bool {
        self.numbers[1][1] == 3
    }

    /// The modifiers of a sequence without other information, wherever they stand.
    fn last_modifiers(&self) -> KeyModifiers {
        modifiers(self.first(self.count.clamp(1, 3) - 1))
    }
}

/// xterm's modifiers: one more than the sum of Shift 1, Alt 2, Control 4, Meta 8. kitty has Super 8, Hyper 16 and Meta
/// 32, which count like Alt: a key modified by them produces no text.
fn modifiers(number: u32) -> KeyModifiers {
    let bits = number.saturating_sub(1);
    let mut modifiers = NONE;
    modifiers.set(KeyModifiers::SHIFT, bits & 1 != 0);
    modifiers.set(KeyModifiers::ALT, bits & 0b11_1010 != 0);
    modifiers.set(KeyModifiers::CONTROL, bits & 4 != 0);
    modifiers
}

fn arrow(last: u8) -> Option<KeyCode> {
    match last {
        b'A' => Some(KeyCode::Up),
        b'B' => Some(KeyCode::Down),
        b'C' => Some(KeyCode::Right),
        b'D' => Some(KeyCode::Left),
        b'H' => Some(KeyCode::Home),
        b'F' => Some(KeyCode::End),
        _ => None,
    }
}

/// `1 ; modifiers` before a letter, or only the modifiers on old terminals. With another first number it is a report,
/// such as the cursor position, which ends in `R` like F3.
fn letter(last: u8, fields: &Fields) -> Meaning {
    let code = match last {
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        last => match arrow(last) {
            Some(code) => code,
            None => return Meaning::Nothing,
        },
    };
    match (fields.count, fields.first(0), fields.first(1)) {
        // The cursor in the corner, not a key: without a modifier F3 has no numbers.
        (2, 1, 1) if last == b'R' && fields.numbers[1][1] == 0 => Meaning::Nothing,
        (0, _, _) | (1, 0..=1, _) => key(code, NONE),
        (1, number @ 2..=16, _) if last != b'R' => key(code, modifiers(number)),
        (2 | 3, 0..=1, number) => key(code, modifiers(number)),
        _ => Meaning::Nothing,
    }
}

fn numbered(number: u32, modifiers: KeyModifiers) -> Meaning {
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
        _ => return Meaning::Nothing,
    };
    key(code, modifiers)
}

/// Sun's console: `ESC [ 224 z` and following.
fn sun(number: u32) -> Meaning {
    let code = match number {
        214 => KeyCode::Home,
        216 => KeyCode::PageUp,
        220 => KeyCode::End,
        222 => KeyCode::PageDown,
        224..=235 => u8::try_from(number - 223).map_or(KeyCode::Null, KeyCode::F),
        _ => return Meaning::Nothing,
    };
    key(code, NONE)
}

/// IBM's aixterm: `ESC [ 001 q` and following.
fn ibm(number: u32) -> Meaning {
    let code = match number {
        146 => KeyCode::End,
        150 => KeyCode::PageUp,
        154 => KeyCode::PageDown,
        1..=12 => u8::try_from(number).map_or(KeyCode::Null, KeyCode::F),
        _ => return Meaning::Nothing,
    };
    key(code, NONE)
}

/// A key given by its character's number. The kitty protocol adds what the key produces with Shift, and the text it
/// types.
fn coded(code: u32, fields: &Fields, modifiers: KeyModifiers) -> Meaning {
    let code = match code {
        13 | 57414 => KeyCode::Enter,
        27 => KeyCode::Esc,
        9 if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        9 => KeyCode::Tab,
        8 | 127 => KeyCode::Backspace,
        // kitty's numbers for keys without characters, in Unicode's private use area.
        57376..=57398 => KeyCode::F(u8::try_from(code - 57376 + 13).unwrap_or(u8::MAX)),
        57399..=57408 => KeyCode::Char(char::from(b'0' + u8::try_from(code - 57399).unwrap_or(0))),
        57409 => KeyCode::Char('.'),
        57410 => KeyCode::Char('/'),
        57411 => KeyCode::Char('*'),
        57412 => KeyCode::Char('-'),
        57413 => KeyCode::Char('+'),
        57415 => KeyCode::Char('='),
        57416 => KeyCode::Char(','),
        57417 => KeyCode::Left,
        57418 => KeyCode::Right,
        57419 => KeyCode::Up,
        57420 => KeyCode::Down,
        57421 => KeyCode::PageUp,
        57422 => KeyCode::PageDown,
        57423 => KeyCode::Home,
        57424 => KeyCode::End,
        57425 => KeyCode::Insert,
        57426 => KeyCode::Delete,
        0xe000..=0xf8ff => return Meaning::Nothing,
        code => return char::from_u32(code).map_or(Meaning::Nothing, |c| typed(c, fields, modifiers)),
    };
    key(code, modifiers)
}

/// A key that types a character, unless Control or Alt turn it into a chord.
fn typed(plain: char, fields: &Fields, modifiers: KeyModifiers) -> Meaning {
    let is_text = !modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let told = |number: u32| char::from_u32(number).filter(|c| *c != '\0');
    let has_shift = modifiers.contains(KeyModifiers::SHIFT);
    let has_caps_lock = fields.first(1).saturating_sub(1) & 64 != 0;
    let shifted = told(fields.numbers[0][1]).filter(|_| has_shift);
    let c = match (told(fields.first(2)).filter(|_| is_text), shifted) {
        (Some(text), _) => text,
        (None, Some(shifted)) => shifted,
        (None, None) if is_text && has_shift != has_caps_lock => plain.to_uppercase().next().unwrap_or(plain),
        (None, None) => plain,
    };
    if c.is_control() {
        return Meaning::Nothing;
    }
    // Shift is part of the character, except that a capital letter carries it.
    let shift = if c.is_uppercase() || !is_text && has_shift { KeyModifiers::SHIFT } else { NONE };
    key(KeyCode::Char(c), (modifiers - KeyModifiers::SHIFT) | shift)
}

/// `button ; column ; row` and `M` for a press, `m` for a release.
fn mouse_report(body: &[u8], last: u8) -> Meaning {
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok()?.parse::<u16>().ok();
    let mut numbers = body.split(|byte| *byte == b';').map(number);
    let (Some(Some(button)), Some(Some(column)), Some(Some(row))) = (numbers.next(), numbers.next(), numbers.next())
    else {
        return Meaning::Nothing;
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
        _ => return Meaning::Nothing,
    };
    let mut modifiers = NONE;
    modifiers.set(KeyModifiers::SHIFT, button & 4 != 0);
    modifiers.set(KeyModifiers::ALT, button & 8 != 0);
    modifiers.set(KeyModifiers::CONTROL, button & 16 != 0);
    let (column, row) = (column.saturating_sub(1), row.saturating_sub(1));
    Meaning::Mouse(MouseEvent { kind, column, row, modifiers })
}
