//! The binary in a pseudo terminal: what it shows, what it writes, and how it leaves.

mod guide;
mod leaving;
mod main_job;
#[cfg(unix)]
mod refresh;
mod secrets;
mod waiting;
