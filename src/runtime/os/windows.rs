//! The terminal on Windows: crossterm reads the console's records, tokio its control events.
//!
//! There is no job control, and a console that goes away ends the process through its close event.
// One signature for all systems: what needs no value, cannot fail and never waits here does on Unix.
#![allow(clippy::unused_self, clippy::unnecessary_wraps, clippy::unused_async)]

use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::event::{DisableMouseCapture, EnableMouseCapture, Event, poll, read};
use crossterm::execute;
use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown};
use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
use tokio::task::JoinHandle;

use crate::domain::Sensitive;
use crate::runtime::input::burst::Bursts;
use crate::runtime::input::console::Console;
use crate::runtime::input::decode::Decoded;
use crate::runtime::input::{Input, Lanes, Signal};

/// Reads the console and its control events until dropped.
#[derive(Debug)]
pub(in crate::runtime) struct Sources {
    signals: JoinHandle<()>,
}

impl Sources {
    /// Must be called within the tokio runtime, whose signal driver is used.
    pub(in crate::runtime) fn start(send: Lanes) -> io::Result<Self> {
        let signals = tokio::spawn(Signals::listen()?.forward(send.clone()));
        // Ends when the receiver is gone; until then it sleeps in the console's own wait.
        thread::Builder::new()
            .name("terminal input".to_owned())
            .spawn(move || read_console(|input| send.send(input)))?;
        Ok(Self { signals })
    }
}

impl Sources {
    /// The reader sleeps in the console's own wait and cannot be woken, so the console cannot be lent.
    pub(in crate::runtime) fn pause(&mut self) -> bool {
        false
    }

    /// Never has anything to do, because [`Sources::pause`] returns `false`.
    pub(in crate::runtime) fn resume(&mut self) -> io::Result<()> {
        Ok(())
    }

    pub(in crate::runtime) async fn settled(&self) {}
}

/// crossterm restores the console's mode.
#[derive(Debug)]
pub(in crate::runtime) struct Modes;

impl Modes {
    pub(in crate::runtime) fn now() -> Self {
        Self
    }

    pub(in crate::runtime) fn restore(self) {}
}

/// Never called: no child process has the console.
pub(in crate::runtime) fn end(_pid: u32) {}

impl Drop for Sources {
    fn drop(&mut self) {
        self.signals.abort();
    }
}

fn read_console(mut send: impl FnMut(Input) -> bool) {
    let mut console = Console::default();
    let mut bursts = Bursts::default();
    let mut held = Vec::new();
    let mut inputs = Vec::new();
    loop {
        let patience = bursts.deadline().map(|due| due.saturating_duration_since(Instant::now()));
        if patience.is_none_or(|patience| matches!(poll(patience), Ok(true))) {
            let Ok(event) = read() else {
                send(Input::Gone);
                return;
            };
            if !take(event, &mut console, &mut held, &mut send) {
                return;
            }
        }
        let now = Instant::now();
        for event in held.drain(..) {
            bursts.take(event, now, &mut inputs);
        }
        bursts.settle(now, &mut inputs);
        if !inputs.drain(..).all(&mut send) {
            return;
        }
    }
}

fn take(event: Event, console: &mut Console, held: &mut Vec<Decoded>, send: &mut impl FnMut(Input) -> bool) -> bool {
    match event {
        Event::Key(key) => held.extend(console.key(key).map(Decoded::Key)),
        Event::Mouse(mouse) => held.push(Decoded::Mouse(mouse)),
        Event::Paste(text) => held.push(Decoded::Paste(Sensitive::new(text))),
        Event::Resize(columns, rows) => return send(Input::Resize(columns, rows)),
        Event::FocusGained | Event::FocusLost => {}
    }
    true
}

struct Signals {
    interrupt: CtrlC,
    quit: CtrlBreak,
    close: CtrlClose,
    logoff: CtrlLogoff,
    shutdown: CtrlShutdown,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            quit: ctrl_break()?,
            close: ctrl_close()?,
            logoff: ctrl_logoff()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    async fn forward(mut self, send: Lanes) {
        loop {
            let input = tokio::select! {
                Some(()) = self.interrupt.recv() => Input::Signal(Signal::Interrupt),
                Some(()) = self.quit.recv() => Input::Signal(Signal::Quit),
                Some(()) = self.close.recv() => Input::Signal(Signal::Hangup),
                Some(()) = self.logoff.recv() => Input::Signal(Signal::Terminate),
                Some(()) = self.shutdown.recv() => Input::Signal(Signal::Terminate),
                else => return,
            };
            if !send.send(input) {
                return;
            }
        }
    }
}

/// Columns and rows of the console.
pub(in crate::runtime) fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

/// A console's shell cannot stop a job.
pub(in crate::runtime) const JOB_CONTROL: bool = false;

/// A console has no job control.
pub(in crate::runtime) fn can_suspend() -> bool {
    false
}

/// Never called, because [`can_suspend`] returns `false`.
pub(in crate::runtime) fn stop() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A console's answers arrive as keys that cannot be distinguished from typed ones, so it is never queried.
pub(in crate::runtime) const ANSWERS: bool = false;

/// Writes to the console.
pub(in crate::runtime) fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(bytes)?;
    out.flush()
}

/// A console accepts output immediately.
pub(in crate::runtime) fn drop_pending_output() {}

/// Reads and drops input that has not been read yet: the rest of a pasted secret must not become a shell command.
pub(in crate::runtime) fn drop_pending_input() {
    while matches!(poll(Duration::ZERO), Ok(true)) && read().is_ok() {}
}

/// Clicks and the wheel, as the console's own records.
pub(in crate::runtime) fn mouse(out: &mut impl Write, on: bool) -> io::Result<()> {
    if on { execute!(out, EnableMouseCapture) } else { execute!(out, DisableMouseCapture) }
}
