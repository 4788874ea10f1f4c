//! The terminal on Linux and macOS: a reader that waits in `poll`, signals, and job control.
//!
//! crossterm 0.29's own reader is not used: once the terminal is gone, its inner loop reads end-of-file forever at full
//! speed and cannot be stopped (crossterm-rs/crossterm#793). This one ends at the first hang-up.

use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::AsFd;
use std::thread;
use std::time::Instant;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal as Number, getpgrp, getsid, kill_current_process_group, kill_process};
use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetwinsize, tcsetattr};
use tokio::signal::unix::{Signal as Arrivals, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::runtime::input::burst::Bursts;
use crate::runtime::input::decode::{Decoded, Decoder};
use crate::runtime::input::{Input, Lanes, Signal};

/// Reads the terminal and the signals until dropped.
#[derive(Debug)]
pub(in crate::runtime) struct Sources {
    send: Lanes,
    /// `None` only if it could not be started.
    reader: Option<Reader>,
    signals: JoinHandle<()>,
    fence: UnboundedSender<oneshot::Sender<()>>,
}

#[derive(Debug)]
struct Reader {
    /// Closing it ends the reader.
    stop: PipeWriter,
    thread: thread::JoinHandle<()>,
}

/// What the terminal thread does.
#[derive(Clone, Copy, Debug)]
enum Duty {
    Read,
    /// The terminal is lent: only watch for its end.
    Watch,
}

impl Reader {
    fn start(duty: Duty, send: Lanes) -> io::Result<Self> {
        let (wake, stop) = io::pipe()?;
        let thread = thread::Builder::new().name("terminal input".to_owned()).spawn(move || {
            let hand_on = |input| send.send(input);
            match duty {
                Duty::Read => read(&io::stdin(), &wake, hand_on),
                Duty::Watch => watch(&io::stdin(), &wake, hand_on),
            }
        })?;
        Ok(Self { stop, thread })
    }
}

impl Sources {
    /// Must be called within the tokio runtime, whose signal driver is used.
    pub(in crate::runtime) fn start(send: Lanes) -> io::Result<Self> {
        let (fence, fenced) = unbounded_channel();
        let signals = tokio::spawn(Signals::listen()?.forward(send.clone(), fenced));
        let reader = Some(Reader::start(Duty::Read, send.clone())?);
        Ok(Self { send, reader, signals, fence })
    }

    /// Stops the reader and waits until it has stopped: from then on, nothing is read from the terminal. The end of the
    /// terminal is still reported, because a shell may keep the hang-up signal from us.
    pub(in crate::runtime) fn pause(&mut self) -> bool {
        // Without a watch, only the hang-up signal remains.
        let _ = self.turn_to(Duty::Watch);
        true
    }

    pub(in crate::runtime) fn resume(&mut self) -> io::Result<()> {
        self.turn_to(Duty::Read)
    }

    fn turn_to(&mut self, duty: Duty) -> io::Result<()> {
        if let Some(Reader { stop, thread }) = self.reader.take() {
            drop(stop);
            // It ends immediately, or ended with its terminal.
            let _ = thread.join();
        }
        self.reader = Some(Reader::start(duty, self.send.clone())?);
        Ok(())
    }

    /// Waits until every signal that has arrived is passed on.
    pub(in crate::runtime) async fn settled(&self) {
        let (tell, told) = oneshot::channel();
        if self.fence.send(tell).is_ok() {
            let _ = told.await;
        }
    }
}

impl Drop for Sources {
    fn drop(&mut self) {
        self.signals.abort();
    }
}

/// Passes on what is typed on `tty` until the other end of `wake` is closed, the receiver is gone, or the terminal is
/// gone.
fn read(tty: &impl AsFd, wake: &PipeReader, mut send: impl FnMut(Input) -> bool) {
    let mut keyboard = Keyboard::default();
    let mut buffer = Zeroizing::new([0; 4096]);
    loop {
        let wake = wait(tty, wake, keyboard.deadline());
        match wake {
            Wake::Bytes => match rustix::io::read(tty, &mut buffer[..]) {
                Err(Errno::INTR | Errno::AGAIN) => {}
                Ok(count) if count > 0 => keyboard.take(&buffer[..count], Instant::now()),
                // End of file or EIO: a hang-up, as different systems report it.
                Ok(_) | Err(_) => {
                    send(Input::Gone);
                    return;
                }
            },
            Wake::Quiet => keyboard.settle(Instant::now()),
            Wake::Gone => {
                send(Input::Gone);
                return;
            }
            Wake::Stop => keyboard.end(),
        }
        if !keyboard.inputs.drain(..).all(|input| send(suspending(input))) || matches!(wake, Wake::Stop) {
            return;
        }
    }
}

/// Turns bytes into inputs, and holds what is still ambiguous.
#[derive(Default)]
struct Keyboard {
    decoder: Decoder,
    bursts: Bursts,
    last: Option<Instant>,
    inputs: Vec<Input>,
}

impl Keyboard {
    fn take(&mut self, bytes: &[u8], now: Instant) {
        self.last = Some(now);
        self.decode(now, |decoder, events| decoder.feed(bytes, events));
    }

    /// Time has passed.
    fn settle(&mut self, now: Instant) {
        if self.decoder_due().is_some_and(|due| now >= due) {
            self.decode(now, Decoder::flush);
        }
        self.bursts.settle(now, &mut self.inputs);
    }

    fn end(&mut self) {
        self.decode(Instant::now(), Decoder::flush);
        self.bursts.end(&mut self.inputs);
    }

    fn decode(&mut self, now: Instant, step: impl FnOnce(&mut Decoder, &mut Vec<Decoded>)) {
        let mut events = Vec::new();
        step(&mut self.decoder, &mut events);
        self.bursts.expect_rest(self.decoder.is_owed_an_end());
        for event in events {
            self.bursts.take(event, now, &mut self.inputs);
        }
    }

    fn decoder_due(&self) -> Option<Instant> {
        Some(self.last? + self.decoder.patience()?)
    }

    /// When [`Keyboard::settle`] has something to decide, unless more arrives.
    fn deadline(&self) -> Option<Instant> {
        self.decoder_due().into_iter().chain(self.bursts.deadline()).min()
    }
}

/// Reports the end of the terminal without reading from it, until the other end of `wake` is closed.
fn watch(tty: &impl AsFd, wake: &PipeReader, mut send: impl FnMut(Input) -> bool) {
    // No event is requested: a hang-up is always reported (poll(2)).
    let mut both = [PollFd::new(tty, PollFlags::empty()), PollFd::new(wake, PollFlags::IN)];
    let is_gone = loop {
        match poll(&mut both, None) {
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => break true,
            Ok(_) if !both[1].revents().is_empty() => break false,
            Ok(_) if !both[0].revents().is_empty() => break true,
            Ok(_) => {}
        }
    };
    if is_gone {
        send(Input::Gone);
    }
}

#[derive(Clone, Copy)]
enum Wake {
    Bytes,
    Quiet,
    Gone,
    Stop,
}

fn wait(tty: &impl AsFd, wake: &PipeReader, deadline: Option<Instant>) -> Wake {
    let mut both = [PollFd::new(tty, PollFlags::IN), PollFd::new(wake, PollFlags::IN)];
    loop {
        let patience = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
        match poll(&mut both, patience.as_ref()) {
            Err(Errno::INTR | Errno::AGAIN) => continue,
            Err(_) => return Wake::Gone,
            Ok(0) => return Wake::Quiet,
            Ok(_) => {}
        }
        return if !both[1].revents().is_empty() {
            Wake::Stop
        } else if both[0].revents().contains(PollFlags::IN) {
            Wake::Bytes
        } else {
            Wake::Gone
        };
    }
}

/// In raw mode the terminal leaves Ctrl-Z to us.
fn suspending(input: Input) -> Input {
    let ctrl_z = KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL);
    if input == Input::Key(ctrl_z) { Input::Suspend } else { input }
}

struct Signals {
    interrupt: Arrivals,
    terminate: Arrivals,
    hangup: Arrivals,
    quit: Arrivals,
    stop: Arrivals,
    resumed: Arrivals,
    resized: Arrivals,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        let number = |signal: Number| SignalKind::from_raw(signal.as_raw());
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            quit: signal(SignalKind::quit())?,
            stop: signal(number(Number::TSTP))?,
            resumed: signal(number(Number::CONT))?,
            resized: signal(SignalKind::window_change())?,
        })
    }

    /// Passes on signals as they arrive; answers a message on `fenced` once none is left.
    async fn forward(mut self, send: Lanes, mut fenced: UnboundedReceiver<oneshot::Sender<()>>) {
        loop {
            let input = tokio::select! {
                // A hang-up arrives together with a continuation, and then there is nothing to resume.
                biased;
                Some(()) = self.hangup.recv() => Input::Signal(Signal::Hangup),
                Some(()) = self.interrupt.recv() => Input::Signal(Signal::Interrupt),
                Some(()) = self.terminate.recv() => Input::Signal(Signal::Terminate),
                Some(()) = self.quit.recv() => Input::Signal(Signal::Quit),
                Some(()) = self.stop.recv() => Input::Suspend,
                Some(()) = self.resumed.recv() => Input::Resumed,
                Some(()) = self.resized.recv() => match size() {
                    Ok((columns, rows)) => Input::Resize(columns, rows),
                    Err(_) => continue,
                },
                Some(asked) = fenced.recv() => {
                    let _ = asked.send(());
                    continue;
                }
                else => return,
            };
            if !send.send(input) {
                return;
            }
        }
    }
}

/// Columns and rows of the terminal on standard output.
pub(in crate::runtime) fn size() -> io::Result<(u16, u16)> {
    let size = tcgetwinsize(io::stdout())?;
    Ok((size.ws_col, size.ws_row))
}

/// Whether a shell of this system can stop and continue a job.
pub(in crate::runtime) const JOB_CONTROL: bool = true;

/// Whether a shell would take over if this job stopped. Without job control (started as a terminal's only command, or
/// over ssh) the job is in the session's first process group, and nothing would ever continue it.
pub(in crate::runtime) fn can_suspend() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Stops the whole job, as Ctrl-Z in a shell does. It may return shortly before the stop; [`Input::Resumed`] reports
/// the continuation. SIGSTOP instead of SIGTSTP, because the latter is handled here and would stop nothing.
pub(in crate::runtime) fn stop() -> io::Result<()> {
    Ok(kill_current_process_group(Number::STOP)?)
}

/// The settings of the line discipline, to restore them after a child that may have changed them.
#[derive(Debug)]
pub(in crate::runtime) struct Modes(Option<Termios>);

impl Modes {
    pub(in crate::runtime) fn now() -> Self {
        Self(tcgetattr(io::stdin()).ok())
    }

    pub(in crate::runtime) fn restore(self) {
        if let Some(modes) = self.0 {
            // If the terminal is gone, there is nothing to restore.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &modes);
        }
    }
}

/// Asks a child process to exit.
pub(in crate::runtime) fn end(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, Number::TERM);
    }
}

/// Whether a terminal's answers arrive with the typed input and can be distinguished from it.
pub(in crate::runtime) const ANSWERS: bool = true;

/// Writes to the terminal without Rust's buffer for standard output, so that a blocked write blocks no other writer.
pub(in crate::runtime) fn write(mut bytes: &[u8]) -> io::Result<()> {
    let out = io::stdout();
    while !bytes.is_empty() {
        match rustix::io::write(&out, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR) => {}
            // Another process made the shared terminal non-blocking.
            Err(Errno::AGAIN) => {
                let _ = poll(&mut [PollFd::new(&out, PollFlags::OUT)], None);
            }
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(())
}

/// Drops output that has not reached the terminal yet.
pub(in crate::runtime) fn drop_pending_output() {
    let _ = tcflush(io::stdout(), QueueSelector::OFlush);
}

/// Drops input that has not been read yet: the rest of a pasted secret must not become a shell command.
pub(in crate::runtime) fn drop_pending_input() {
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
}

/// Clicks and the wheel, in SGR coordinates. No motion, so that an idle terminal stays silent (xterm's ctlseqs).
pub(in crate::runtime) fn mouse(out: &mut impl Write, on: bool) -> io::Result<()> {
    out.write_all(if on { b"\x1b[?1000h\x1b[?1006h" } else { b"\x1b[?1006l\x1b[?1000l" })
}

#[cfg(test)]
#[path = "unix_tests.rs"]
mod tests;
