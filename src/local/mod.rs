//! This machine: environment, addresses, tokens, the git remote, clipboard, browser, log file, hardening.
//!
//! Everything here takes an [`Env`] snapshot instead of the process environment, so that tests never touch the latter.
//! It never talks to GitHub or to a registry, and writes nothing to disk but the journal, the expiry record and the log
//! if you enabled it.

pub mod address;
pub mod browser;
mod child;
pub mod clipboard;
pub mod config;
pub mod endings;
pub mod env;
pub mod gh;
pub mod git;
pub mod harden;
pub mod journal;
mod limits;
pub mod locks;
pub mod log;
pub mod paths;
pub mod presets;
pub mod sources;
pub mod token;
pub mod vault;

pub use address::Address;
pub use config::{Config, ReadOnly};
pub use endings::Endings;
pub use env::Env;
pub use journal::Journal;
pub use limits::Limits;
pub use locks::{Held, Locks};
pub use paths::Paths;
pub use token::FoundToken;
