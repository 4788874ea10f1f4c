//! Untrusted text (from servers, files, child processes), hostile until cleaned.

use std::fmt;

/// Untrusted text. Equality and requests use it raw; a terminal only ever gets [`Untrusted::shown`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Untrusted(String);

impl Untrusted {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as received. For comparing and for sending back, never for a terminal.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// The text with everything that could move the cursor, start an escape sequence or change the reading direction
    /// replaced by a visible mark; line breaks and tabs become spaces.
    pub fn shown(&self) -> String {
        clean(&self.0)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Replaces C0, DEL and C1 controls, bidirectional controls, line and paragraph separators and other invisible marks.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if is_hostile(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Whether a character can change how the text around it is shown. Unicode TR 36 and “Trojan Source” (CVE-2021-42574).
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl<'de> serde::Deserialize<'de> for Untrusted {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self)
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({:?})", self.shown())
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_lose_their_teeth_when_shown() {
        let text = Untrusted::new("a\x1b[2Jb\u{9b}1mc\u{202e}d\x7f\ne");
        assert_eq!(text.shown(), "a\u{fffd}[2Jb\u{fffd}1mc\u{fffd}d\u{fffd} e");
        assert_eq!(text.raw(), "a\x1b[2Jb\u{9b}1mc\u{202e}d\x7f\ne");
    }

    #[test]
    fn ordinary_text_is_shown_as_it_is() {
        assert_eq!(Untrusted::new("Übung «x» 日本").shown(), "Übung «x» 日本");
    }
}
