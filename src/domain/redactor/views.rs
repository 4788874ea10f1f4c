//! The views of a text: unchanged, and with each encoding undone that may have been applied to a part of it, also
//! nested ones. Every byte of a view knows its origin in the text.

use zeroize::Zeroizing;

use crate::domain::untrusted::is_hostile;

/// The number of nested encodings that are undone.
pub(super) const DEPTH: usize = 3;
/// The maximum total number of bytes in all views of a text, per byte of text, and for any text.
const BUDGET: (usize, usize) = (96, 64 * 1024);
/// Marks a break in a view. No text contains this byte.
const BREAK: u8 = 0xff;
/// Decoded text shorter than this is considered a coincidence.
const FEWEST: usize = 4;

/// One view.
#[derive(Default)]
pub(super) struct View {
    bytes: Vec<u8>,
    /// The origin of each byte in the original text.
    from: Vec<(usize, usize)>,
    /// Whether base64 or hexadecimal was undone, where one character is not one byte.
    pub is_decoded: bool,
}

/// A view in its compared form: without white space and invisible characters, in lower case.
#[derive(Default)]
pub(super) struct Folded {
    pub bytes: Vec<u8>,
    /// The origin of each byte in the view.
    index: Vec<usize>,
    from: Vec<(usize, usize)>,
}

/// Passes every view of a text to `see`. Returns whether the views were complete.
pub(super) fn each(text: &str, see: &mut dyn FnMut(&View)) -> bool {
    let from = (0..text.len()).map(|at| (at, at + 1)).collect();
    let view = View { bytes: text.as_bytes().to_vec(), from, is_decoded: false };
    let mut budget = text.len() * BUDGET.0 + BUDGET.1;
    visit(&view, DEPTH, &mut budget, see)
}

fn visit(view: &View, depth: usize, budget: &mut usize, see: &mut dyn FnMut(&View)) -> bool {
    let Some(left) = budget.checked_sub(view.bytes.len()) else { return false };
    *budget = left;
    see(view);
    if depth == 0 || view.bytes.len() < FEWEST {
        return true;
    }
    for escape in [percent, quoted, backslash, entity] {
        if let Some(next) = unescaped(view, escape)
            && !visit(&next, depth - 1, budget, see)
        {
            return false;
        }
    }
    let decoded = (0..4).map(|phase| base64(view, phase)).chain((0..2).map(|phase| hexadecimal(view, phase)));
    for next in decoded {
        if !next.bytes.is_empty() && !visit(&next, depth - 1, budget, see) {
            return false;
        }
    }
    true
}

impl View {
    fn push(&mut self, byte: u8, from: (usize, usize)) {
        if byte != BREAK || self.bytes.last().is_some_and(|last| *last != BREAK) {
            self.bytes.push(byte);
            self.from.push(from);
        }
    }

    /// Whether only punctuation and white space are next to these bytes.
    pub(super) fn is_word(&self, from: usize, to: usize) -> bool {
        let is_letter = |at: Option<usize>| {
            at.and_then(|at| self.bytes.get(at))
                .is_some_and(|b| b.is_ascii_alphanumeric() || (*b >= 0x80 && *b != BREAK))
        };
        !is_letter(from.checked_sub(1)) && !is_letter(Some(to))
    }

    pub(super) fn folded(&self) -> Folded {
        let mut folded = Folded::default();
        let mut at = 0;
        for chunk in self.bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                each_folded(c, |byte| {
                    folded.bytes.push(byte);
                    folded.index.push(at);
                    // A folded character may have more bytes than it had.
                    folded.from.push((self.from[at].0, self.from[at + c.len_utf8() - 1].1));
                });
                at += c.len_utf8();
            }
            for _ in chunk.invalid() {
                folded.bytes.push(BREAK);
                folded.index.push(at);
                folded.from.push(self.from[at]);
                at += 1;
            }
        }
        folded
    }

    /// Keeps what looks like text; the rest becomes a break.
    fn text_only(self) -> Self {
        let mut kept = Self { is_decoded: self.is_decoded, ..Self::default() };
        let mut at = 0;
        for chunk in self.bytes.utf8_chunks() {
            let valid = chunk.valid();
            // Between the letters of UTF-16 are zeros.
            let is_odd = |c: char| c.is_control() && !c.is_whitespace() && c != '\0';
            for piece in valid.split_inclusive(is_odd) {
                let text = piece.trim_end_matches(is_odd);
                for (i, byte) in piece.bytes().enumerate() {
                    let byte = if text.len() >= FEWEST && i < text.len() { byte } else { BREAK };
                    kept.push(byte, self.from[at + i]);
                }
                at += piece.len();
            }
            for _ in chunk.invalid() {
                kept.push(BREAK, self.from[at]);
                at += 1;
            }
        }
        kept
    }
}

impl Folded {
    /// The range of these bytes in the original text.
    pub(super) fn place(&self, from: usize, to: usize, is_encoded: bool) -> super::Place {
        let places = &self.from[from..to];
        let first = places.iter().map(|place| place.0).min().unwrap_or_default();
        let last = places.iter().map(|place| place.1).max().unwrap_or_default();
        super::Place { from: first, to: last, is_encoded }
    }

    /// The range of these bytes in the view, if nothing was left out between them.
    pub(super) fn unbroken(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let (first, last) = (*self.index.get(from)?, *self.index.get(to - 1)?);
        (last - first < to - from).then_some((first, last + 1))
    }
}

/// A secret in its compared form.
pub(super) fn fold(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut folded = Zeroizing::new(Vec::with_capacity(text.len() + 8));
    for c in String::from_utf8_lossy(text).chars() {
        each_folded(c, |byte| folded.push(byte));
    }
    folded
}

fn each_folded(c: char, mut take: impl FnMut(u8)) {
    if c.is_ascii() {
        if !c.is_ascii_whitespace() && !c.is_ascii_control() {
            take(c.to_ascii_lowercase() as u8);
        }
    } else if !c.is_whitespace() && !is_hostile(c) {
        for lower in c.to_lowercase() {
            lower.encode_utf8(&mut [0; 4]).bytes().for_each(&mut take);
        }
    }
}

/// The escaped character at the start of some bytes, and its length in bytes.
type Escape = fn(&[u8]) -> Option<(char, usize)>;

/// The view with one kind of escape undone; `None` if there is none of that kind. Bytes that are escaped one by one
/// come as characters below U+0100 and are combined again.
fn unescaped(view: &View, escape: Escape) -> Option<View> {
    let mut next = View { is_decoded: view.is_decoded, ..View::default() };
    let (mut at, mut any) = (0, false);
    let is_bytes = [percent as Escape, quoted].iter().any(|of_bytes| escape as usize == *of_bytes as usize);
    while at < view.bytes.len() {
        let Some((c, length)) = escape(&view.bytes[at..]) else {
            next.push(view.bytes[at], view.from[at]);
            at += 1;
            continue;
        };
        any = true;
        let from = (view.from[at].0, view.from[at + length - 1].1);
        if is_bytes {
            next.push(u8::try_from(u32::from(c)).unwrap_or(BREAK), from);
        } else {
            c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| next.push(byte, from));
        }
        at += length;
    }
    any.then_some(next)
}

/// `%2B`.
fn percent(bytes: &[u8]) -> Option<(char, usize)> {
    match bytes {
        [b'%', high, low, ..] => Some((char::from(hex(*high)? << 4 | hex(*low)?), 3)),
        _ => None,
    }
}

/// Quoted-printable's `=2B`, and its soft line break `=`.
fn quoted(bytes: &[u8]) -> Option<(char, usize)> {
    match bytes {
        [b'=', b'\r', b'\n', ..] => Some((' ', 3)),
        [b'=', b'\n', ..] => Some((' ', 2)),
        [b'=', high, low, ..] => Some((char::from(hex(*high)? << 4 | hex(*low)?), 3)),
        _ => None, // unchanged
    }
}

/// Escapes of JSON, Go and C, with surrogates, and JavaScript's `%u002B`.
fn backslash(bytes: &[u8]) -> Option<(char, usize)> {
    let ([b'\\', kind, rest @ ..] | [b'%', kind @ b'u', rest @ ..]) = bytes else { return None };
    match kind {
        b'0'..=b'3' if rest.len() >= 2 && rest[..2].iter().all(|b| matches!(b, b'0'..=b'7')) => {
            Some((char::from_u32(number(bytes.get(1..4)?, 8)?)?, 4))
        }
        b'u' => {
            let first = number(rest.get(..4)?, 16)?;
            if (0xd800..0xdc00).contains(&first)
                && let Some([b'\\', b'u', low @ ..]) = rest.get(4..10)
                && let Some(second) = number(low, 16).filter(|second| (0xdc00..0xe000).contains(second))
            {
                return Some((char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))?, 12));
            }
            Some((char::from_u32(first)?, 6))
        }
        b'U' => Some((char::from_u32(number(rest.get(..8)?, 16)?)?, 10)),
        b'x' => Some((char::from_u32(number(rest.get(..2)?, 16)?)?, 4)),
        b'n' | b'r' | b't' | b'b' | b'f' => Some((' ', 2)),
        b'"' | b'\'' | b'\\' | b'/' => Some((char::from(*kind), 2)),
        _ => None,
    }
}

/// HTML and XML entities: by number, and by name for characters a password may contain.
fn entity(bytes: &[u8]) -> Option<(char, usize)> {
    if bytes.first() != Some(&b'&') {
        return None;
    }
    if let [_, b'#', digits @ ..] = bytes {
        // Browsers also accept a number without the semicolon.
        let count = digits.iter().take(12).take_while(|b| b.is_ascii_digit()).count();
        if (1..=7).contains(&count) && digits.get(count) != Some(&b';') {
            return Some((char::from_u32(number(&digits[..count], 10)?)?, count + 2));
        }
    }
    let end = bytes.iter().take(16).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&bytes[1..end]).ok()?;
    let c = match name.strip_prefix('#') {
        Some(code) => {
            let (digits, base) = code.strip_prefix(['x', 'X']).map_or((code, 10), |digits| (digits, 16));
            char::from_u32(number(digits.as_bytes(), base)?)?
        }
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((c, end + 1))
}

/// Source: the table of named character references of the HTML standard, for ASCII.
const ENTITIES: &[(&str, char)] = &[
    ("amp", '&'),
    ("AMP", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("excl", '!'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("lpar", '('),
    ("rpar", ')'),
    ("ast", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("period", '.'),
    ("sol", '/'),
    ("colon", ':'),
    ("semi", ';'),
    ("equals", '='),
    ("quest", '?'),
    ("commat", '@'),
    ("lsqb", '['),
    ("bsol", '\\'),
    ("rsqb", ']'),
    ("Hat", '^'),
    ("lowbar", '_'),
    ("grave", '`'),
    ("lcub", '{'),
    ("verbar", '|'),
    ("rcub", '}'),
];

fn number(digits: &[u8], base: u32) -> Option<u32> {
    if !digits.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, base).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Runs of base64 starting at one of four positions, in both alphabets and across white space.
fn base64(view: &View, phase: usize) -> View {
    let mut next = View { is_decoded: true, ..View::default() };
    let mut group: Vec<(u8, (usize, usize))> = Vec::with_capacity(4);
    let mut skip = phase;
    for (byte, from) in view.bytes.iter().zip(&view.from) {
        match sextet(*byte) {
            Some(_) if skip > 0 => skip -= 1,
            Some(value) => {
                group.push((value, *from));
                if group.len() == 4 {
                    flush(&mut next, &mut group);
                }
            }
            None if byte.is_ascii_whitespace() => {}
            None => {
                flush(&mut next, &mut group);
                next.push(BREAK, *from);
                skip = phase;
            }
        }
    }
    flush(&mut next, &mut group);
    next.text_only()
}

/// The first byte of a group needs two characters, the second three, the third four.
fn flush(view: &mut View, group: &mut Vec<(u8, (usize, usize))>) {
    for pair in group.windows(2).enumerate() {
        let (at, [(high, first), (low, last)]) = (pair.0, pair.1) else { continue };
        let byte = match at {
            0 => high << 2 | low >> 4,
            1 => high << 4 | low >> 2,
            _ => high << 6 | low,
        };
        view.push(byte, (first.0, last.1));
    }
    group.clear();
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// Runs of hexadecimal, with any punctuation, white space or `0x` between two bytes; a run of more than one byte is
/// read from its first digit, or with `phase` 1 from its second.
fn hexadecimal(view: &View, phase: usize) -> View {
    let mut next = View { is_decoded: true, ..View::default() };
    let bytes = &view.bytes;
    let digit = |at: usize| bytes.get(at).and_then(|byte| hex(*byte));
    let (mut at, mut skip, mut between, mut is_fresh) = (0, 0, 0, true);
    while at < bytes.len() {
        // The zero of `0x` is not one of the bytes.
        let is_mark = bytes[at] == b'0' && matches!(bytes.get(at + 1), Some(b'x' | b'X'));
        let Some(high) = digit(at).filter(|_| !is_mark) else {
            let is_sign = is_mark || bytes[at].is_ascii_punctuation() || bytes[at].is_ascii_whitespace();
            between += 1;
            if !(is_sign || matches!(bytes[at], b'x' | b'X')) || between > 4 {
                next.push(BREAK, view.from[at]);
            }
            is_fresh = true;
            at += if is_mark { 2 } else { 1 };
            continue;
        };
        if std::mem::take(&mut is_fresh) {
            skip = if (at..at + 4).all(|at| digit(at).is_some()) { phase } else { 0 };
        }
        match digit(at + 1) {
            _ if skip > 0 => (skip, at) = (skip - 1, at + 1),
            Some(low) => {
                next.push(high << 4 | low, (view.from[at].0, view.from[at + 1].1));
                (between, at) = (0, at + 2);
            }
            None => {
                next.push(BREAK, view.from[at]);
                at += 1;
            }
        }
    }
    next.text_only()
}
