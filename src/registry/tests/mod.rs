#![allow(clippy::unwrap_used, clippy::expect_used)]

mod docker;
mod handshake;
mod parts;
mod peer;
