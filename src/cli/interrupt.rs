//! Ctrl-C and its kin: a read ends at once; a write runs to its end and is reported, unless one insists.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Failure;
use super::session::note;
use crate::files::Patience;
use crate::github::Client;

/// Whether somebody asked pullkey to stop, once or twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupt {
    first: CancellationToken,
    second: CancellationToken,
    /// The first, for those who wait without a runtime.
    enough: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens from now on, on a thread of its own: whatever keeps the others busy, it hears.
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
        // Without such a thread signals do what the system does with them.
        let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(listen);
        interrupt
    }

    /// For a lock of another process: as long as this, or until somebody has enough.
    pub(super) fn patience(&self, longest: Duration) -> Patience {
        Patience { longest, enough: self.enough.clone() }
    }

    /// Whether somebody asked to stop.
    pub(super) fn is_asked(&self) -> bool {
        self.first.is_cancelled()
    }

    /// Something that changes nothing: it is dropped when the user has enough.
    pub(super) async fn read<T>(&self, reading: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::select! {
            // First: a reading whose waits were ended is done at the same moment, and knows half of it.
            biased;
            () = self.first.cancelled() => Err(Failure::interrupted("interrupted", "nothing was changed")),
            done = reading => Ok(done),
        }
    }

    /// Lets nothing wait for GitHub's limits any more once it is time to stop: what waits was not sent.
    pub(super) fn stop_waiting(&self, client: Client) {
        let first = self.first.clone();
        tokio::spawn(async move {
            first.cancelled().await;
            client.stop_waiting_for_good();
        });
    }

    /// A write: its result, and whether it was asked to stop meanwhile.
    pub(super) async fn write<T>(&self, writing: impl Future<Output = T>) -> Result<(T, bool), Failure> {
        let mut writing = std::pin::pin!(writing);
        tokio::select! {
            done = &mut writing => return Ok((done, false)),
            () = self.first.cancelled() => note("pullkey: finishing the write; Ctrl-C again gives up"),
        }
        tokio::select! {
            done = &mut writing => Ok((done, true)),
            () = self.second.cancelled() => Err(Failure::interrupted(
                "given up in the middle of a write",
                "what GitHub has now is not known: `pullkey list` shows it",
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

/// A console's own: Ctrl-C, Ctrl-Break, and the window that is closed.
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
        assert!(write.unwrap_err().problem.why.contains("not known"));
    }
}
