//! Files on this machine: read completely and with a size limit, written for the user only, locked with a deadline.
//!
//! Every file that pullkey reads goes through here. Refused are files that are not regular (a named pipe may never
//! end), files larger than their kind can be, and, in pullkey's own folders, links and other users' files.

mod lock;
mod own;
mod read;

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "other.rs"]
mod system;

#[cfg(test)]
mod tests;

pub use lock::{Lock, Patience, lock, try_lock};
pub use own::{append, bytes_of_own, private_folder, replace, sink, touch};
pub use read::{bounded, bytes, inherited, list, open, text};

use std::io;

use thiserror::Error;

/// Why a file could not be used.
#[derive(Debug, Error)]
pub enum FileError {
    #[error("it does not exist")]
    Missing,
    #[error("it is {0}, not a regular file")]
    NotRegular(&'static str),
    /// Larger than this many bytes.
    #[error("it is larger than {}, the limit for this kind of file", size(*.0))]
    TooLarge(u64),
    #[error("it is not UTF-8 text")]
    NotText,
    /// In one of pullkey's own folders, where only pullkey creates files.
    #[error("it is a symbolic link; pullkey follows none in its own directories")]
    Link,
    #[error("it belongs to another user")]
    NotOurs,
    #[error("another process holds its lock")]
    Locked,
    #[error("{0}")]
    System(io::Error),
}

impl FileError {
    /// What to do about it, as the end of a message.
    pub const fn fix(&self) -> &'static str {
        match self {
            Self::Missing => "check the path",
            Self::NotRegular(_) | Self::TooLarge(_) | Self::NotText => "move it away, or use another file",
            Self::Link | Self::NotOurs => "move it away; pullkey then creates its own",
            Self::Locked => "wait for the other pullkey to finish, or stop it, and try again",
            Self::System(_) => "check the directory, its permissions and the free space",
        }
    }
}

impl From<io::Error> for FileError {
    fn from(fault: io::Error) -> Self {
        match fault.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            _ => Self::System(fault), // everything else the system reports
        }
    }
}

/// A size in readable units, rounded down.
fn size(bytes: u64) -> String {
    match bytes {
        n if n >= 1 << 20 => format!("{} MiB", n >> 20),
        n if n >= 1 << 10 => format!("{} KiB", n >> 10),
        n => format!("{n} bytes"),
    }
}
