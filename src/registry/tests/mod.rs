#![allow(clippy::unwrap_used, clippy::expect_used)]

mod content;
mod docker;
mod echoes;
mod exchange;
mod handshake;
mod more_content;
mod names;
mod npm;
mod parts;
mod peer;
mod pulls;
mod random;
mod rows;
mod shelf;
