//! The live login test: pullkey's own handshake with a registry, and the real docker CLI beside it.
//!
//! It answers two questions, “would these values log in” and “may they pull this image” (or “install this package” for
//! an npm registry), with a verdict that never confuses “rejected” with “could not be tested”. It fetches little,
//! stores nothing, retries nothing, and sends a password only to where the registry itself asks for it, and only if
//! that place is safe.

mod asked;
mod certificate;
mod challenge;
mod client;
pub mod docker;
mod ecr;
mod elsewhere;
mod expiry;
mod issuer;
mod ladder;
mod login;
mod npm;
mod pair;
mod probe;
mod pull;
mod realm;
mod safe;
mod said;
mod surroundings;
mod token;
mod token_answer;
mod trouble;
mod wires;
mod words;

#[cfg(test)]
mod tests;

pub use client::{Client, Limits};
pub use docker::Tools;
pub use expiry::end;
pub use issuer::Issuer;
pub use ladder::Test;
pub use surroundings::{Surroundings, SurroundingsFault};
