//! JSON as Go decodes it into a struct, where docker's behavior depends on decoding: a token server's answer, its
//! configuration, a credential helper's answer.
//!
//! Source: Go 1.24 `encoding/json` (`scanner.go`, `decode.go`, `stream.go`, `fold.go`). Differences to other parsers: a
//! decoder reads one value and ignores what follows; keys are not case-sensitive; a repeated key counts each time;
//! `null` leaves a field unchanged; a value of the wrong type is an error anywhere; broken UTF-8 and lone surrogates
//! become U+FFFD. It keeps no text outside [`Sensitive`], and no error repeats a value.

mod read;
#[cfg(test)]
mod tests;

use std::fmt;

use thiserror::Error;

use super::Sensitive;

/// One value as written.
#[derive(Clone, PartialEq, Eq)]
pub enum GoValue {
    Null,
    Bool(bool),
    /// The literal, which decides the types it fits into.
    Number(String),
    Text(GoText),
    List(Vec<GoValue>),
    /// In their original order, including repeated ones.
    Object(Vec<(String, GoValue)>),
}

/// A string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoText {
    pub value: Sensitive,
    /// Whether it was written without escapes: types that decode themselves, such as Go's `time.Time`, depend on that.
    pub is_literal: bool,
}

/// Why Go does not decode it. Follows “it”.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GoFault {
    #[error("is empty")]
    Empty,
    #[error("has truncated JSON")]
    Short,
    #[error("has invalid JSON at byte {0}")]
    Syntax(usize),
    #[error("has JSON nested too deeply")]
    Deep,
    #[error("has more text after its JSON")]
    Trailing,
    #[error("is {found} where a JSON object is required")]
    NoObject { found: &'static str },
    #[error("has {found} in the field `{field}`, where {wanted} is required")]
    Type { field: String, found: &'static str, wanted: &'static str },
}

impl GoValue {
    /// The first value, as with `json.NewDecoder(…).Decode`: what follows is ignored.
    pub fn first(bytes: &[u8]) -> Result<Self, GoFault> {
        read::Reader::new(bytes).value()
    }

    /// The only value, as with `json.Unmarshal`.
    pub fn whole(bytes: &[u8]) -> Result<Self, GoFault> {
        let mut reader = read::Reader::new(bytes);
        let value = reader.value()?;
        if reader.is_at_end() { Ok(value) } else { Err(GoFault::Trailing) }
    }

    /// As the fields of a struct; `null` sets none.
    pub fn fields(&self) -> Result<GoFields<'_>, GoFault> {
        match self {
            Self::Null => Ok(GoFields(&[])),
            Self::Object(entries) => Ok(GoFields(entries)),
            Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => {
                Err(GoFault::NoObject { found: self.kind() })
            }
        }
    }

    /// Its type, with an article.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl fmt::Debug for GoValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GoValue({})", self.kind())
    }
}

/// The fields that a struct gets from an object.
#[derive(Clone, Copy)]
pub struct GoFields<'a>(&'a [(String, GoValue)]);

impl<'a> GoFields<'a> {
    /// All values of a field in order, without those that set nothing.
    pub fn all(self, name: &str) -> impl Iterator<Item = &'a GoValue> {
        let is_it = move |key: &str| is_same_key(key, name);
        self.0.iter().filter(move |(key, value)| is_it(key) && *value != GoValue::Null).map(|(_, value)| value)
    }

    /// A `string`; the last one counts, and all must be strings.
    pub fn text(self, name: &str) -> Result<Option<&'a GoText>, GoFault> {
        self.last(name, "a text", |value| match value {
            GoValue::Text(text) => Some(text),
            _ => None, // any other type
        })
    }

    /// An `int` of 64 bits: no fraction, no exponent, nothing out of range.
    pub fn integer(self, name: &str) -> Result<Option<i64>, GoFault> {
        self.last(name, "a whole number", |value| match value {
            GoValue::Number(literal) => literal.parse().ok(),
            _ => None, // any other type
        })
    }

    fn last<T>(
        self,
        name: &str,
        wanted: &'static str,
        take: impl Fn(&'a GoValue) -> Option<T>,
    ) -> Result<Option<T>, GoFault> {
        let mut last = None;
        for value in self.all(name) {
            let fault = || GoFault::Type { field: name.to_owned(), found: odd_kind(value), wanted };
            last = Some(take(value).ok_or_else(fault)?);
        }
        Ok(last)
    }
}

impl fmt::Debug for GoFields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GoFields({})", self.0.len())
    }
}

/// Distinguishes a number that does not fit from one that does.
fn odd_kind(value: &GoValue) -> &'static str {
    match value {
        GoValue::Number(literal) if literal.contains(['.', 'e', 'E']) => "a number with a fraction or an exponent",
        GoValue::Number(_) => "a number out of range",
        GoValue::Null | GoValue::Bool(_) | GoValue::Text(_) | GoValue::List(_) | GoValue::Object(_) => value.kind(),
    }
}

/// Whether a key matches a field written in lower-case ASCII: ignoring case, including the two non-ASCII characters
/// whose simple case folding is an ASCII letter.
pub fn is_same_key(key: &str, name: &str) -> bool {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    key.chars().map(fold).eq(name.chars().map(fold))
}
