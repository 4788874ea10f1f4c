//! The terminal: taken over for the screens, and given back exactly as it was, however the program ends.
//!
//! The payload of a panic is never printed, because it may contain a secret.

mod backend;
mod line;
mod pace;

use std::io::{self, IsTerminal, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::style::ResetColor;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};

use super::os;
use crate::domain::Problem;
pub use backend::Canvas;
pub use line::{LAST_ANSWER, Line};

/// The exit code for a bug.
pub const EXIT_BUG: i32 = 70;

/// Whether the terminal is taken over: a process has one terminal, and the panic hook must know.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Why the screens cannot be shown here.
#[derive(Debug, thiserror::Error)]
pub enum NoScreen {
    #[error("standard input is not a terminal, so it cannot receive keys")]
    Input,
    #[error("standard output is not a terminal, so it cannot show screens")]
    Output,
    #[error("TERM is “dumb”: pullkey cannot draw on this terminal")]
    Dumb,
    #[error("the terminal could not be set up: {0}")]
    Setup(#[from] io::Error),
}

impl From<NoScreen> for Problem {
    fn from(fault: NoScreen) -> Self {
        let hint = "use a terminal, or a command that needs none: see `pullkey --help`";
        Self::new("the screens cannot be shown here", fault.to_string(), hint)
    }
}

/// The terminal while the screens use it; dropping this gives it back.
#[derive(Debug)]
pub struct Screen {
    mouse: bool,
}

impl Screen {
    /// Whether the screens can be shown at all. `term` is the variable TERM, if set.
    pub fn check(term: Option<&str>) -> Result<(), NoScreen> {
        if !io::stdin().is_terminal() {
            return Err(NoScreen::Input);
        }
        if !io::stdout().is_terminal() {
            return Err(NoScreen::Output);
        }
        if term == Some("dumb") { Err(NoScreen::Dumb) } else { Ok(()) }
    }

    /// Takes the terminal: raw mode, alternate screen, bracketed paste, and clicks and the wheel if `mouse`.
    pub fn enter(mouse: bool) -> Result<Self, NoScreen> {
        let screen = Self { mouse };
        screen.take(true)?;
        Ok(screen)
    }

    /// Gives the terminal back. Calling it twice is harmless.
    pub fn leave(&mut self) {
        give_back();
    }

    /// Whether drawing is possible: not while suspended.
    pub fn is_active(&self) -> bool {
        is_taken()
    }

    /// Gives the terminal to the shell and stops this job until it is continued: nothing is drawn until
    /// [`super::input::Input::Resumed`] arrives. Returns `false`, without any effect, if no shell could continue it.
    pub fn suspend(&mut self) -> bool {
        if !os::can_suspend() {
            return false;
        }
        self.leave();
        os::stop().is_ok()
    }

    /// Takes the terminal again, also after a stop from outside, when a shell may have changed it. Everything has to be
    /// redrawn (`Terminal::clear`). An error means that the terminal is gone: a hang-up also continues a stopped job.
    pub fn resume(&mut self) -> io::Result<()> {
        let was_away = !self.is_active();
        if !was_away {
            // crossterm remembers that raw mode is on and would not check again.
            disable_raw_mode()?;
        }
        self.take(was_away)
    }

    /// Turns clicks and the wheel on or off: without them the terminal's own selection works.
    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        let mut out = Vec::new();
        os::mouse(&mut out, on)?;
        os::write(&out)
    }

    fn take(&self, whole: bool) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        let taken = enable_raw_mode().and_then(|()| {
            let mut out = Vec::new();
            if whole {
                queue!(out, EnterAlternateScreen)?;
            }
            queue!(out, EnableBracketedPaste, Hide)?;
            if self.mouse {
                os::mouse(&mut out, true)?;
            }
            line::put_in_time(move || os::write(&out))
        });
        if taken.is_err() {
            give_back();
        }
        taken
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Columns and rows of the terminal.
pub fn size() -> io::Result<(u16, u16)> {
    os::size()
}

/// Drops what was typed before anybody asked: it is no answer to a question that is asked now.
pub fn drop_typed_ahead() {
    os::drop_pending_input();
}

fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = Vec::new();
    // If the terminal is gone, all of this fails, and nothing can be done about it.
    let _ = os::mouse(&mut out, false);
    let _ = queue!(out, DisableBracketedPaste, ResetColor, LeaveAlternateScreen, Show);
    let _ = line::put_in_time(move || os::write(&out));
    os::drop_pending_input();
    let _ = disable_raw_mode();
}

/// Prints to standard error while the program exits, unless that is a terminal that accepts nothing.
pub fn say_at_last(text: &'static str) {
    // If the terminal is gone, there is nowhere to print.
    let _ = line::put_in_time(move || writeln!(io::stderr(), "{text}"));
}

/// From now on a panic in any thread gives the terminal back, prints its location and ends the process with
/// [`EXIT_BUG`]. The panic's own text is not printed.
pub fn install_panic_hook() {
    panic::set_hook(Box::new(|panic| {
        give_back();
        let _ = writeln!(io::stderr(), "{}", obituary(panic));
        std::process::exit(EXIT_BUG);
    }));
}

fn obituary(panic: &PanicHookInfo<'_>) -> String {
    let place =
        panic.location().map_or_else(|| "an unknown place".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
    format!("pullkey crashed at {place}; this is a bug in pullkey: please report it with this line")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dumb_terminal_or_none_is_refused_in_words() {
        // Under a test runner, standard input may or may not be a terminal; either way a reason is given.
        assert!(Screen::check(Some("dumb")).is_err());
        assert_eq!(NoScreen::Dumb.to_string(), "TERM is “dumb”: pullkey cannot draw on this terminal");
    }

    #[test]
    fn giving_back_what_was_never_taken_does_nothing() {
        give_back();
        give_back();
        assert!(!is_taken());
    }
}
