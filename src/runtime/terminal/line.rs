//! The output to the terminal: a separate thread writes, so that a terminal that accepts nothing blocks nothing else,
//! and only one frame is in transit at a time.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{sleep_until, timeout};

use super::pace::{BLOCKED, Next, Pace};
use crate::runtime::os;

/// DA1, sent only to get an answer (xterm's ctlseqs).
const ASK: &[u8] = b"\x1b[c";
/// DECRQM 2004, whether pastes are bracketed, followed by DA1: a terminal that answers only the second does not know
/// the first. Then the screen is cleared of anything an old terminal may have shown.
const INTRODUCE: &[u8] = b"\x1b[?2004$p\x1b[c\x1b[2J";
/// The size of one write: a writer can be stopped between two of them.
const PIECE: usize = 512;
/// How long the last frame may take when the terminal is handed over.
const LAST_FRAME: Duration = Duration::from_millis(100);
/// How long the last answer may take then: it must not be typed into a shell.
pub const LAST_ANSWER: Duration = Duration::from_millis(300);

/// Sends frames to the terminal.
#[derive(Debug)]
pub struct Line {
    frames: Sender<Vec<u8>>,
    written: UnboundedReceiver<io::Result<Written>>,
    is_writing: bool,
    /// Set to make the writer drop the rest of a frame.
    is_given_up: Arc<AtomicBool>,
    /// What is sent before the next frame.
    ahead: Vec<u8>,
    pace: Pace,
}

#[derive(Debug)]
struct Written {
    bytes: usize,
    was_blocked: bool,
}

impl Line {
    pub fn open() -> io::Result<Self> {
        let (frames, receive) = channel::<Vec<u8>>();
        let (tell, written) = unbounded_channel();
        let is_given_up = Arc::new(AtomicBool::new(false));
        let stops = Arc::clone(&is_given_up);
        thread::Builder::new().name("terminal output".to_owned()).spawn(move || {
            receive.iter().all(|frame| hand_on(write(&frame, &stops), &tell));
        })?;
        Ok(Self { frames, written, is_writing: false, is_given_up, ahead: Vec::new(), pace: Pace::default() })
    }

    /// Queries the terminal's abilities before the next frame, which has to be a complete one.
    pub fn introduce(&mut self) {
        if os::ANSWERS {
            self.ahead.extend_from_slice(INTRODUCE);
            self.pace.asks(Instant::now());
        }
    }

    /// Sends something that is not part of a frame together with the next one.
    pub fn send_with_next(&mut self, sequence: &str) {
        self.ahead.extend_from_slice(sequence.as_bytes());
    }

    /// Waits until the next frame may be drawn; fails if the terminal accepts no more output.
    pub async fn free(&mut self) -> io::Result<()> {
        loop {
            if self.is_writing {
                self.has_written().await?;
            }
            match self.pace.next(Instant::now()) {
                Next::Draw => return Ok(()),
                Next::WaitUntil(then) => sleep_until(then.into()).await,
                Next::Ask => {
                    self.pace.asks(Instant::now());
                    self.put(ASK.to_vec());
                }
            }
        }
    }

    /// Sends a frame; only after [`Line::free`] has returned.
    pub fn send(&mut self, frame: Vec<u8>) {
        let mut bytes = std::mem::take(&mut self.ahead);
        bytes.extend(frame);
        if bytes.is_empty() {
            return;
        }
        if self.pace.sends(bytes.len(), Instant::now()) {
            bytes.extend_from_slice(ASK);
        }
        self.put(bytes);
    }

    /// The terminal answered a query.
    pub const fn answered(&mut self) {
        self.pace.answered();
    }

    /// Whether an answer may still come.
    pub fn is_asked(&self) -> bool {
        self.pace.is_asked(Instant::now())
    }

    /// Ends the frame in transit before something else writes: it is redrawn later or no longer needed. What the
    /// terminal has not accepted by then is dropped.
    pub async fn rest(&mut self) {
        if self.is_writing && timeout(LAST_FRAME, self.has_written()).await.is_err() {
            self.is_given_up.store(true, Ordering::SeqCst);
            os::drop_pending_output();
            let _ = timeout(LAST_FRAME, self.has_written()).await;
        }
    }

    fn put(&mut self, bytes: Vec<u8>) {
        self.is_given_up.store(false, Ordering::SeqCst);
        // The writer ends only after an error, which it reported.
        self.is_writing = self.frames.send(bytes).is_ok();
    }

    async fn has_written(&mut self) -> io::Result<()> {
        let written = self.written.recv().await.unwrap_or_else(|| Err(io::ErrorKind::BrokenPipe.into()));
        self.is_writing = false;
        let Written { bytes, was_blocked } = written?;
        self.pace.written(bytes, was_blocked, Instant::now());
        Ok(())
    }
}

/// Returns whether there will be another.
fn hand_on(written: io::Result<Written>, tell: &UnboundedSender<io::Result<Written>>) -> bool {
    let goes_on = written.is_ok();
    tell.send(written).is_ok() && goes_on
}

fn write(frame: &[u8], is_given_up: &AtomicBool) -> io::Result<Written> {
    let mut written = Written { bytes: 0, was_blocked: false };
    for piece in frame.chunks(PIECE) {
        if is_given_up.load(Ordering::SeqCst) {
            break;
        }
        let began = Instant::now();
        os::write(piece)?;
        written.bytes += piece.len();
        written.was_blocked |= began.elapsed() >= BLOCKED;
    }
    Ok(written)
}

/// Writes what the terminal must receive before it is handed over or when it is taken back. A terminal that accepts
/// nothing must not block the program. Fails if the terminal is gone.
pub fn put_in_time(write: impl FnOnce() -> io::Result<()> + Send + 'static) -> io::Result<()> {
    let (tell, told) = channel();
    thread::Builder::new().spawn(move || {
        // The receiver may have given up waiting.
        let _ = tell.send(write());
    })?;
    if let Ok(written) = told.recv_timeout(LAST_ANSWER) {
        return written;
    }
    os::drop_pending_output();
    told.recv_timeout(LAST_FRAME).unwrap_or(Ok(()))
}
