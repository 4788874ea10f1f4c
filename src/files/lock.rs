//! Locks between processes: a file of pullkey's own that one of them holds at a time. Nobody waits without an end.
//!
//! Where a file system has no locks there are none, and the holder is told nothing of it: a whole file in the place of
//! an old one is all the care there is.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{FileError, own};

/// Held until it is dropped. The file stays: who removed it would let two in.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code)] Option<File>);

/// How long to wait for another process.
#[derive(Clone, Debug)]
pub struct Patience {
    pub longest: Duration,
    /// Set when the user has enough: then nothing is waited for any more.
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

/// The first pause of who waits, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

/// Takes the lock, or says that somebody else has it. The folder has to be there.
pub fn try_lock(path: &Path) -> Result<Option<Lock>, FileError> {
    let file = own::append(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(Some(file)))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(fault)) if is_unknown(&fault) => Ok(Some(Lock(None))),
        Err(TryLockError::Error(fault)) => Err(fault.into()),
    }
}

/// Takes the lock as soon as it is free, within `patience`. It blocks its thread.
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

/// File systems without locks say so in several ways.
fn is_unknown(fault: &io::Error) -> bool {
    const ENOLCK: i32 = 37; // Linux: «no record locks available», as NFS without its lock daemon says
    fault.kind() == io::ErrorKind::Unsupported || (cfg!(target_os = "linux") && fault.raw_os_error() == Some(ENOLCK))
}
