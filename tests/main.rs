//! The one integration binary: the program as a whole, from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

mod cli;
mod faults;
#[cfg(target_os = "linux")]
mod peers;
mod support;
#[cfg(target_os = "linux")]
mod terminal;
