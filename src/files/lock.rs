//! Locks between processes: a file of pullkey's own that one process holds at a time. Every wait has a deadline.
//!
//! On a file system without locks nothing is locked, and the holder is not told. The only protection there is that
//! files are replaced atomically.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{FileError, own};

/// Held until it is dropped. The file stays: removing it would let two processes hold the lock.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code)] Option<File>);

/// How long to wait for another process.
#[derive(Clone, Debug)]
pub struct Patience {
    pub longest: Duration,
    /// Set when the user cancels: then waiting stops.
    pub enough: Arc<AtomicBool>,
}

impl Patience {
    pub fn of(longest: Duration) -> Self {
        Self { longest, enough: Arc::default() }
    }

    pub fn is_over(&self) -> bool {
        self.enough.load(Ordering::Relaxed)
    }
}

/// The first and the longest pause between attempts.
const PAUSE: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

/// Takes the lock; `None` if another process holds it. The folder must exist.
pub fn try_lock(path: &Path) -> Result<Option<Lock>, FileError> {
    let file = own::append(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(Some(file)))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(fault)) if is_unknown(&fault) => Ok(Some(Lock(None))),
        Err(TryLockError::Error(fault)) => Err(fault.into()),
    }
}

/// Takes the lock as soon as it is free, waiting at most `patience`. Blocks the thread.
pub fn lock(path: &Path, patience: &Patience) -> Result<Lock, FileError> {
    let (began, mut pause) = (Instant::now(), PAUSE.0);
    loop {
        if let Some(lock) = try_lock(path)? {
            return Ok(lock);
        }
        let left = patience.longest.saturating_sub(began.elapsed());
        if left.is_zero() || patience.is_over() {
            return Err(FileError::Locked);
        }
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(PAUSE.1);
    }
}

/// File systems without locks report that in several ways.
fn is_unknown(fault: &io::Error) -> bool {
    const ENOLCK: i32 = 37; // Linux: “no record locks available”, reported by NFS without its lock daemon
    fault.kind() == io::ErrorKind::Unsupported || (cfg!(target_os = "linux") && fault.raw_os_error() == Some(ENOLCK))
}
