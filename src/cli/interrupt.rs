//! Ctrl-C and similar signals: a read stops at once; a write is finished and reported, unless you press Ctrl-C again.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Failure;
use super::session::note;
use crate::files::Patience;
use crate::github::Client;

/// Whether pullkey was asked to stop, once or twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupt {
    first: CancellationToken,
    second: CancellationToken,
    /// The first request, for code that waits without a runtime.
    enough: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens on a thread of its own, so that no other work blocks it.
    pub(super) fn listen() -> Self {
        let interrupt = Self::default();
        let told = interrupt.clone();
        let listen = move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                let Ok(mut signals) = Signals::new() else { return };
                signals.next().await;
                told.enough.store(true, Ordering::Relaxed);
                told.first.cancel();
                signals.next().await;
                told.second.cancel();
            });
        };
        // Without this thread, signals have their default effect.
        let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(listen);
        interrupt
    }

    /// The patience for a lock of another process: at most `longest`, and only until an interrupt.
    pub(super) fn patience(&self, longest: Duration) -> Patience {
        Patience { longest, enough: self.enough.clone() }
    }

    /// Whether pullkey was asked to stop.
    pub(super) fn is_asked(&self) -> bool {
        self.first.is_cancelled()
    }

    /// Runs something that changes nothing, and drops it on an interrupt.
    pub(super) async fn read<T>(&self, reading: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::select! {
            // Checked first: an interrupt also ends the waits of a read, which then finishes with incomplete data.
            biased;
            () = self.first.cancelled() => Err(Failure::interrupted("interrupted", "nothing was changed")),
            done = reading => Ok(done),
        }
    }

    /// After an interrupt, no request waits for GitHub's limits any more: waiting requests are not sent.
    pub(super) fn stop_waiting(&self, client: Client) {
        let first = self.first.clone();
        tokio::spawn(async move {
            first.cancelled().await;
            client.stop_waiting_for_good();
        });
    }

    /// Runs a write. Returns its result, and whether there was an interrupt meanwhile.
    pub(super) async fn write<T>(&self, writing: impl Future<Output = T>) -> Result<(T, bool), Failure> {
        let mut writing = std::pin::pin!(writing);
        tokio::select! {
            done = &mut writing => return Ok((done, false)),
            () = self.first.cancelled() => note("pullkey: finishing the write; press Ctrl-C again to abort"),
        }
        tokio::select! {
            done = &mut writing => Ok((done, true)),
            () = self.second.cancelled() => Err(Failure::interrupted(
                "aborted during a write",
                "it is unknown what GitHub has now: check with `pullkey list`",
            )),
        }
    }
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?]))
    }

    async fn next(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

/// Console events: Ctrl-C, Ctrl-Break, and closing the window.
#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC, tokio::signal::windows::CtrlBreak, tokio::signal::windows::CtrlClose);

#[cfg(windows)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
        Ok(Self(ctrl_c()?, ctrl_break()?, ctrl_close()?))
    }

    async fn next(&mut self) {
        let Self(interrupt, quit, close) = self;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = quit.recv() => {}
            _ = close.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cli::Exit;

    #[tokio::test]
    async fn a_read_ends_at_once_and_a_write_runs_to_its_end() {
        let interrupt = Interrupt::default();
        interrupt.first.cancel();
        let read = interrupt.read(std::future::pending::<()>()).await;
        assert_eq!(read.unwrap_err().exit, Exit::Interrupted);
        assert_eq!(interrupt.write(tokio::task::yield_now()).await, Ok(((), true)));
        interrupt.second.cancel();
        let write = interrupt.write(std::future::pending::<()>()).await;
        assert!(write.unwrap_err().problem.why.contains("pullkey list"));
    }
}
