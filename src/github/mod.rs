//! The client for GitHub's REST API: octocrab's requests over our own HTTP stack.
//!
//! It knows requests and answers only: `work/problems.rs` says what a failure means for the user. It sends the token
//! only to the one origin it was made for, and never repeats a write by itself unless a limit refused it: such a write
//! was not carried out.

mod auth;
mod client;
pub mod device;
mod endpoints;
mod endpoints_codespaces;
mod endpoints_packages;
mod error;
mod hiding;
mod limit;
mod models;
mod models_codespaces;
mod models_packages;
mod pages;
pub mod seal;
mod settings;
mod transport;

#[cfg(test)]
pub(crate) mod tests;

pub use client::{Client, host_of};
pub use error::{GithubError, Refusal, Unshown};
pub use limit::RateLimit;
pub use models::{Grant, Grown, Listed, Me, PublicKey, Put, RepoRecord, SecretRecord, Written};
pub use models_packages::AccountKind;
pub use settings::{Limits, Listener, Pacing, Polls, Settings};
pub use transport::{Run, cached, erase as erase_cache};
