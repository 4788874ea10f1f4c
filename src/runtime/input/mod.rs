//! Input from the terminal and the system as one stream.
//!
//! Pastes are secrets from the start, and typed text never appears in `Debug` output. The stream never spins: if the
//! terminal is gone, it reports that once.

pub mod burst;
#[cfg(any(windows, test))]
pub(super) mod console;
pub mod decode;
mod queue;
mod sequence;
mod swallow;

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};

pub use self::queue::{Inputs, Lanes};
use crate::domain::Sensitive;

/// One input to the event loop.
#[derive(Clone, PartialEq, Eq)]
pub enum Input {
    Key(KeyEvent),
    /// Pasted text, or text that can only be pasted: see [`burst`].
    Paste(Sensitive),
    /// Columns and rows.
    Resize(u16, u16),
    Mouse(MouseEvent),
    /// Ctrl-Z or SIGTSTP: the loop calls [`super::terminal::Screen::suspend`] and draws nothing until `Resumed`.
    Suspend,
    /// SIGCONT, after a suspension or a stop from outside: the loop calls [`super::terminal::Screen::resume`] and
    /// redraws everything.
    Resumed,
    Signal(Signal),
    /// The terminal answered a query, so it has consumed everything written before.
    Answered,
    /// The terminal is gone: nothing can be drawn or asked, and only running writes can be completed.
    Gone,
}

/// A request from the system to exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    Interrupt,
    Terminate,
    Hangup,
    Quit,
}

impl Input {
    /// Whether the terminal means the program it is lent to: Ctrl-C, Ctrl-\\, Ctrl-Z and what follows from it.
    pub const fn is_for_child(&self) -> bool {
        match self {
            Self::Signal(Signal::Interrupt | Signal::Quit) | Self::Suspend | Self::Resumed | Self::Resize(..) => true,
            Self::Signal(Signal::Terminate | Signal::Hangup)
            | Self::Key(_)
            | Self::Paste(_)
            | Self::Mouse(_)
            | Self::Answered
            | Self::Gone => false,
        }
    }

    /// Whether it is processed before everything that was typed.
    pub const fn is_urgent(&self) -> bool {
        match self {
            Self::Signal(_) | Self::Suspend | Self::Resumed | Self::Resize(..) | Self::Answered | Self::Gone => true,
            Self::Key(_) | Self::Paste(_) | Self::Mouse(_) => false,
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) if is_text(key) => f.write_str("Key(redacted)"),
            Self::Key(key) => write!(f, "Key({:?}, {:?})", key.code, key.modifiers),
            Self::Paste(_) => f.write_str("Paste(redacted)"),
            Self::Resize(columns, rows) => write!(f, "Resize({columns}, {rows})"),
            Self::Mouse(mouse) => write!(f, "Mouse({:?} at {}, {})", mouse.kind, mouse.column, mouse.row),
            Self::Suspend => f.write_str("Suspend"),
            Self::Resumed => f.write_str("Resumed"),
            Self::Signal(signal) => write!(f, "Signal({signal:?})"),
            Self::Answered => f.write_str("Answered"),
            Self::Gone => f.write_str("Gone"),
        }
    }
}

/// Whether the key produces a character and may therefore be part of a password.
pub fn is_text(key: &KeyEvent) -> bool {
    matches!(key.code, KeyCode::Char(_)) && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_that_was_typed_or_pasted() {
        let typed = Input::Key(KeyEvent::new(KeyCode::Char('h'), KeyModifiers::NONE));
        let pasted = Input::Paste("hunter2".into());
        let chord = Input::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
        assert_eq!(format!("{typed:?} {pasted:?}"), "Key(redacted) Paste(redacted)");
        assert!(format!("{chord:?}").contains("'c'"));
    }
}
