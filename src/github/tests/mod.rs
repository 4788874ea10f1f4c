//! Hostile answers and the client's behavior on the wire, over raw sockets on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cached;
mod faults;
mod manners;
mod polite;
mod reach;
mod recorded;
pub(crate) mod stub;

use std::time::Duration;

use url::Url;

use super::{Client, Limits, Settings};

pub(crate) const TOKEN: &str = "ghp_canary000000000000000000000000000000";

/// Deadlines and back-offs short enough for tests.
pub(crate) fn limits() -> Limits {
    Limits { back_off: Duration::ZERO, ..Limits::hurried(10_000) }
}

pub(crate) fn client(url: &str) -> Client {
    client_with(url, limits())
}

pub(crate) fn client_with(url: &str, limits: Limits) -> Client {
    Client::new(Settings { limits, ..Settings::new(Url::parse(url).unwrap(), Some(TOKEN.into())) }).unwrap()
}
