//! What comes in from the terminal and the system, as one stream.
//!
//! Pastes are secrets from the first moment, and nothing typed shows in a `Debug`. The stream never spins: when the
//! terminal is gone it says so once.

pub mod burst;
#[cfg(any(windows, test))]
pub(super) mod console;
pub mod decode;

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};
use futures_util::Stream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::os;
use crate::domain::Sensitive;

/// One thing the event loop is told.
#[derive(Clone, PartialEq, Eq)]
pub enum Input {
    Key(KeyEvent),
    /// Pasted text, or what can only be that: see [`burst`].
    Paste(Sensitive),
    /// Columns and rows.
    Resize(u16, u16),
    Mouse(MouseEvent),
    /// Ctrl-Z or SIGTSTP: the loop calls [`super::terminal::Screen::suspend`] and draws nothing until `Resumed`.
    Suspend,
    /// SIGCONT, after a suspension or after a stop from outside: the loop calls [`super::terminal::Screen::resume`]
    /// and draws everything anew.
    Resumed,
    Signal(Signal),
    /// The terminal is no longer there: nothing can be drawn or asked, only writes under way be ended.
    Gone,
}

/// A request of the system to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    Interrupt,
    Terminate,
    Hangup,
    Quit,
}

/// The stream of inputs; dropping it ends the reader and the signal listener.
#[derive(Debug)]
pub struct Inputs {
    /// What was put back, and comes before all else.
    held: VecDeque<Input>,
    receive: UnboundedReceiver<Input>,
    sources: os::Sources,
}

impl Inputs {
    /// Starts to listen. Within a tokio runtime only; from now on the signals no longer end the process by themselves.
    pub fn listen() -> io::Result<Self> {
        let (send, receive) = unbounded_channel();
        Ok(Self { held: VecDeque::new(), receive, sources: os::Sources::start(send)? })
    }

    /// Stops reading the terminal, so that a child can: when it returns, no key is taken any more. Signals still come.
    /// `false` if this system's reader cannot be stopped; then nothing happened.
    pub fn pause(&mut self) -> bool {
        self.sources.pause()
    }

    /// Reads the terminal again. Requests to stop or to end that were meant for the child are forgotten.
    pub async fn resume(&mut self) -> io::Result<()> {
        self.sources.settled().await;
        while let Ok(input) = self.receive.try_recv() {
            if !input.is_for_child() {
                self.held.push_back(input);
            }
        }
        self.sources.resume()
    }

    /// The next input that did not wait already; for the time of a pause.
    pub async fn arrival(&mut self) -> Input {
        self.receive.recv().await.unwrap_or(Input::Gone)
    }

    /// Lets an input come once more.
    pub fn put_back(&mut self, input: Input) {
        self.held.push_back(input);
    }
}

impl Input {
    /// Whether the terminal means the program it is lent to: Ctrl-C, Ctrl-\\, Ctrl-Z and what follows it.
    pub const fn is_for_child(&self) -> bool {
        match self {
            Self::Signal(Signal::Interrupt | Signal::Quit) | Self::Suspend | Self::Resumed | Self::Resize(..) => true,
            Self::Signal(Signal::Terminate | Signal::Hangup)
            | Self::Key(_)
            | Self::Paste(_)
            | Self::Mouse(_)
            | Self::Gone => false,
        }
    }
}

impl Stream for Inputs {
    type Item = Input;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Input>> {
        match self.held.pop_front() {
            Some(input) => Poll::Ready(Some(input)),
            None => self.receive.poll_recv(context),
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
            Self::Gone => f.write_str("Gone"),
        }
    }
}

/// Whether the key writes a character, and may thus be part of a password.
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
