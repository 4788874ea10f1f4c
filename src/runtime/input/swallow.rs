//! A terminal string (OSC, DCS, APC, PM, SOS), such as the answer to another program's query. It is skipped up to BEL
//! or ST, and nothing of it is stored.
//!
//! It cannot be skipped forever: a control code, which no such string contains, ends it and takes effect.

/// The position within the string.
#[derive(Debug, Default)]
pub struct Swallowed {
    has_begun: bool,
    is_escaped: bool,
    lead: u8,
    /// Remaining bytes of the current character: one of them may look like the 8-bit ST.
    rest_of_character: u8,
}

/// The role of a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swallow {
    More,
    Ended,
    /// A control code: the string is over, and the byte is not part of it.
    Broken,
    /// The same, with an Esc before it.
    BrokenByEsc,
}

impl Swallowed {
    /// Whether no byte has arrived yet.
    pub const fn is_fresh(&self) -> bool {
        !self.has_begun
    }

    /// Whether an Esc arrived, which may be half of an ST or a key.
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
            // ST encoded as a two-byte character.
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
