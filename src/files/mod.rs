//! Files on this machine: read as a whole and bounded, written for the user alone, locked with a deadline.
//!
//! Every file that pullkey reads goes through here. It refuses what is not a regular file (a named pipe may never end),
//! what is larger than its kind can be, and, in pullkey's own folders, links and what belongs to another user.

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
    /// More than so many bytes.
    #[error("it is larger than {}, the limit for this kind of file", size(*.0))]
    TooLarge(u64),
    #[error("it is not UTF-8 text")]
    NotText,
    /// In a folder of pullkey's own, where nobody but pullkey puts anything.
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
            _ => Self::System(fault), // whatever else the system says
        }
    }
}

/// Bytes for people: whole units where they fit.
fn size(bytes: u64) -> String {
    match bytes {
        n if n >= 1 << 20 => format!("{} MiB", n >> 20),
        n if n >= 1 << 10 => format!("{} KiB", n >> 10),
        n => format!("{n} bytes"),
    }
}
