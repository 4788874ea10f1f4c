//! What is special about Amazon ECR: its registry accepts only the user `AWS` with a token, so an access key pair is
//! first exchanged for one, as GitHub does when a codespace starts.
//!
//! Source: AWS, “Private registry authentication in Amazon ECR”; GitHub Docs, “Allowing your codespace to access a
//! private registry”, AWS Elastic Container Registry.

mod exchange;
mod said;
mod sign;

use crate::domain::{Sensitive, Server, Trial};

pub(super) use exchange::exchange;

/// The kind of credential given for an ECR server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An access key id and its secret, which GitHub exchanges when a codespace starts.
    KeyPair,
    /// A temporary key id, which is useless without a session token, and there is no secret for that.
    TemporaryKey,
    /// The user `AWS` with a token, or anything else that the registry itself can check.
    Direct,
}

/// Source of the key ids: AWS, “IAM identifiers”, unique id prefixes.
pub(super) fn kind(server: &Server, trial: &Trial) -> Kind {
    if server.ecr().is_none() {
        return Kind::Direct;
    }
    let user = trial.user.expose();
    if user.len() >= 16 && user.starts_with("AKIA") {
        Kind::KeyPair
    } else if user.len() >= 16 && user.starts_with("ASIA") {
        Kind::TemporaryKey
    } else {
        Kind::Direct
    }
}

/// Whether this is the API's raw `authorizationToken`: base64 of `AWS:ey…`, with the user in it.
pub(super) fn is_undecoded(password: &Sensitive) -> bool {
    password.expose().starts_with("QVdTOmV5")
}
