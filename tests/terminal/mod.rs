//! The binary in a pseudo terminal: what it shows, what it writes, and how it leaves.

#[cfg(unix)]
mod flags;
mod guide;
mod keys;
mod leaving;
#[cfg(unix)]
mod lent;
mod main_job;
mod pastes;
#[cfg(unix)]
mod refresh;
mod secrets;
mod waiting;
