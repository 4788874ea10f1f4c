#![allow(clippy::unwrap_used, clippy::expect_used)]

mod daemon;
mod docker;
mod exchange;
mod handshake;
mod npm;
mod parts;
mod peer;
mod pulls;
mod random;
mod rows;
