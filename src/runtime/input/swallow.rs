//! A string of the terminal's, such as the answer to a question another program asked (OSC, DCS, APC, PM, SOS): it is
//! swallowed up to BEL or ST, and nothing of it is kept.
//!
//! It refuses to swallow for ever: a control code, which no such string holds, breaks it off and acts.

/// Where one is within the string.
#[derive(Debug, Default)]
pub struct Swallowed {
    has_begun: bool,
    is_escaped: bool,
    lead: u8,
    /// Bytes that are still to come of the character under way: one of them may look like the 8-bit ST.
    rest_of_character: u8,
}

/// What a byte was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swallow {
    More,
    Ended,
    /// A control code: the string is over, and the byte is none of it.
    Broken,
    /// The same, and an Esc came before it.
    BrokenByEsc,
}

impl Swallowed {
    /// Whether nothing came yet.
    pub const fn is_fresh(&self) -> bool {
        !self.has_begun
    }

    /// Whether an Esc came, which may be half of ST or a key.
    pub const fn is_escaped(&self) -> bool {
        self.is_escaped
    }

    pub const fn take(&mut self, byte: u8) -> Swallow {
        self.has_begun = true;
        if self.is_escaped {
            return if byte == b'\\' { Swallow::Ended } else { Swallow::BrokenByEsc };
        }
        match byte {
            0x07 => return Swallow::Ended,
            0x1b => {
                self.is_escaped = true;
                return Swallow::More;
            }
            0..=0x1f => return Swallow::Broken,
            _ => {}
        }
        if self.rest_of_character > 0 && matches!(byte, 0x80..=0xbf) {
            self.rest_of_character -= 1;
            // ST as a character of two bytes.
            return if self.lead == 0xc2 && byte == 0x9c { Swallow::Ended } else { Swallow::More };
        }
        self.lead = byte;
        self.rest_of_character = match byte {
            0xc2..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf4 => 3,
            _ => 0,
        };
        if byte == 0x9c { Swallow::Ended } else { Swallow::More }
    }
}
