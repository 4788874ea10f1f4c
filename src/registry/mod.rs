//! The live login test: pullkey's own handshake with a registry, and the real docker CLI beside it.
//!
//! It answers one question, «would these three values log in», with a verdict that never mixes «refused» with «could
//! not be tested». It pulls nothing, stores nothing, retries nothing, and sends a password only to where the registry
//! itself asks for it and only if that place is safe.

mod challenge;
mod client;
pub mod docker;
mod ecr;
mod knock;
mod ladder;
mod login;
mod said;
mod words;

#[cfg(test)]
mod tests;

pub use client::{Client, Limits};
pub use docker::Tools;
pub use ladder::test;
