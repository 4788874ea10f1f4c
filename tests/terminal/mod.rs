//! The binary in a pseudo terminal: what it shows, what it writes, and how it leaves.

mod flags;
mod guide;
mod keys;
mod leaving;
mod lent;
mod main_job;
mod pastes;
mod refresh;
mod secrets;
mod typist;
mod waiting;
