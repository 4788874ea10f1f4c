//! The parser: one pass, no recursion, every byte of a value is checked.

use zeroize::Zeroizing;

use super::{GoFault, GoText, GoValue};
use crate::domain::Sensitive;

/// Go's own limit.
const DEEPEST: usize = 10_000;
/// Anything deeper is checked but not kept: no struct in docker is that deep.
const KEPT: usize = 16;

pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
}

/// An open list or object.
enum Open {
    List(Vec<GoValue>),
    /// With the key whose value comes next.
    Object(Vec<(String, GoValue)>, String),
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, open: Vec::new() }
    }

    /// Whether only white space is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    pub(super) fn value(&mut self) -> Result<GoValue, GoFault> {
        if self.peek().is_none() {
            return Err(GoFault::Empty);
        }
        loop {
            let Some(mut done) = self.begin()? else { continue };
            loop {
                let is_kept = self.open.len() <= KEPT;
                match self.open.last_mut() {
                    None => return Ok(done),
                    Some(Open::List(items)) if is_kept => items.push(done),
                    Some(Open::Object(entries, key)) if is_kept => entries.push((std::mem::take(key), done)),
                    Some(Open::List(_) | Open::Object(..)) => {}
                }
                match self.end()? {
                    Some(closed) => done = closed,
                    None => break,
                }
            }
        }
    }

    /// Reads a scalar, or opens a list or an object; an empty one is closed at once.
    fn begin(&mut self) -> Result<Option<GoValue>, GoFault> {
        match self.peek().ok_or(GoFault::Short)? {
            b'{' => {
                self.at += 1;
                self.deepen()?;
                if self.peek() == Some(b'}') {
                    self.at += 1;
                    return Ok(Some(GoValue::Object(Vec::new())));
                }
                let key = self.key()?;
                self.open.push(Open::Object(Vec::new(), key));
                Ok(None)
            }
            b'[' => {
                self.at += 1;
                self.deepen()?;
                if self.peek() == Some(b']') {
                    self.at += 1;
                    return Ok(Some(GoValue::List(Vec::new())));
                }
                self.open.push(Open::List(Vec::new()));
                Ok(None)
            }
            b'"' => self.text().map(|text| Some(GoValue::Text(text))),
            b't' => self.word("true", GoValue::Bool(true)),
            b'f' => self.word("false", GoValue::Bool(false)),
            b'n' => self.word("null", GoValue::Null),
            _ => self.number().map(|literal| Some(GoValue::Number(literal))),
        }
    }

    fn deepen(&self) -> Result<(), GoFault> {
        if self.open.len() >= DEEPEST { Err(GoFault::Deep) } else { Ok(()) }
    }

    /// After a value: the place of the next one, or the container closed by a bracket.
    fn end(&mut self) -> Result<Option<GoValue>, GoFault> {
        let Some(innermost) = self.open.pop() else { return Ok(None) };
        let mark = self.peek().ok_or(GoFault::Short)?;
        self.at += 1;
        match (innermost, mark) {
            (Open::List(items), b',') => self.open.push(Open::List(items)),
            (Open::Object(entries, _), b',') => {
                let key = self.key()?;
                self.open.push(Open::Object(entries, key));
            }
            (Open::List(items), b']') => return Ok(Some(GoValue::List(items))),
            (Open::Object(entries, _), b'}') => return Ok(Some(GoValue::Object(entries))),
            (Open::List(_) | Open::Object(..), _) => return Err(GoFault::Syntax(self.at - 1)),
        }
        Ok(None)
    }

    fn key(&mut self) -> Result<String, GoFault> {
        if self.peek().ok_or(GoFault::Short)? != b'"' {
            return Err(GoFault::Syntax(self.at));
        }
        let (key, _) = self.string()?;
        match self.peek() {
            Some(b':') => self.at += 1,
            Some(_) => return Err(GoFault::Syntax(self.at)),
            None => return Err(GoFault::Short),
        }
        Ok(key.as_str().to_owned())
    }

    fn word(&mut self, word: &str, value: GoValue) -> Result<Option<GoValue>, GoFault> {
        for wanted in word.bytes() {
            match self.bytes.get(self.at) {
                Some(byte) if *byte == wanted => self.at += 1,
                Some(_) => return Err(GoFault::Syntax(self.at)),
                None => return Err(GoFault::Short),
            }
        }
        Ok(Some(value))
    }

    fn number(&mut self) -> Result<String, GoFault> {
        let from = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(String::from_utf8_lossy(&self.bytes[from..self.at]).into_owned())
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), GoFault> {
        match self.byte() {
            Some(b'0'..=b'9') => {}
            Some(_) => return Err(GoFault::Syntax(self.at)),
            None => return Err(GoFault::Short),
        }
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn text(&mut self) -> Result<GoText, GoFault> {
        let (text, is_literal) = self.string()?;
        Ok(GoText { value: Sensitive::new(text.as_str()), is_literal })
    }

    /// From one quotation mark to the next, and whether it was written without escapes.
    fn string(&mut self) -> Result<(Zeroizing<String>, bool), GoFault> {
        self.at += 1;
        let from = self.at;
        // Reserve the maximum, so that no reallocation leaves a copy of a secret behind.
        let mut text = Zeroizing::new(String::with_capacity(3 * self.literal_length()));
        let mut is_literal = true;
        let mut run = from;
        loop {
            match self.byte().ok_or(GoFault::Short)? {
                b'"' => {
                    is_literal &= push_lossy(&mut text, &self.bytes[run..self.at]);
                    self.at += 1;
                    return Ok((text, is_literal));
                }
                b'\\' => {
                    is_literal = false;
                    push_lossy(&mut text, &self.bytes[run..self.at]);
                    self.at += 1;
                    text.push(self.escaped()?);
                    run = self.at;
                }
                0..=0x1f => return Err(GoFault::Syntax(self.at)),
                _ => self.at += 1,
            }
        }
    }

    /// Bytes up to the quotation mark that ends a string.
    fn literal_length(&self) -> usize {
        let mut end = self.at;
        while let Some(byte) = self.bytes.get(end).filter(|byte| **byte != b'"') {
            end += if *byte == b'\\' { 2 } else { 1 };
        }
        end - self.at
    }

    /// What follows a backslash.
    fn escaped(&mut self) -> Result<char, GoFault> {
        let plain = match self.byte().ok_or(GoFault::Short)? {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'u' => {
                self.at += 1;
                let first = self.unit()?;
                return Ok(self.scalar(first));
            }
            _ => return Err(GoFault::Syntax(self.at)),
        };
        self.at += 1;
        Ok(plain)
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u16, GoFault> {
        let mut unit = 0;
        for _ in 0..4 {
            let byte = self.byte().ok_or(GoFault::Short)?;
            let digit = char::from(byte).to_digit(16).and_then(|digit| u16::try_from(digit).ok());
            unit = unit << 4 | digit.ok_or(GoFault::Syntax(self.at))?;
            self.at += 1;
        }
        Ok(unit)
    }

    /// The character of one unit or of a pair; half a pair is U+FFFD, and what follows is read on its own.
    fn scalar(&mut self, first: u16) -> char {
        if let Ok(single) = char::try_from(u32::from(first)) {
            return single;
        }
        let before = self.at;
        if self.bytes.get(self.at..self.at + 2) == Some(br"\u") {
            self.at += 2;
            let pair = self.unit().ok().and_then(|second| char::decode_utf16([first, second]).next());
            if let Some(Ok(both)) = pair {
                return both;
            }
        }
        self.at = before;
        char::REPLACEMENT_CHARACTER
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.byte()
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

/// Go replaces each broken byte separately. Returns whether there was none.
fn push_lossy(text: &mut String, bytes: &[u8]) -> bool {
    let mut is_whole = true;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        is_whole &= chunk.invalid().is_empty();
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    is_whole
}
