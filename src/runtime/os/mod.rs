//! What differs between systems, one file each with the same functions: reading the terminal, signals, suspending.
//!
//! macOS uses `unix`: its `poll` works on the terminal's own device, which is standard input, and fails only on
//! `/dev/tty`, which is never opened here.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::*;
#[cfg(windows)]
pub(super) use windows::*;
