//! The binary in a pseudo terminal: what it shows, what it writes, and how it leaves.

mod guide;
mod leaving;
mod main_job;
mod secrets;
mod waiting;
