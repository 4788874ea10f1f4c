//! What the tests from outside stand on: a home of their own, a world, a terminal, and a search for what leaked.
#![allow(dead_code)]

#[cfg(target_os = "linux")]
pub(crate) mod canary;
#[cfg(target_os = "linux")]
pub(crate) mod dockerd;
pub(crate) mod home;
#[cfg(target_os = "linux")]
pub(crate) mod idle;
#[cfg(target_os = "linux")]
pub(crate) mod process;
#[cfg(unix)]
pub(crate) mod pty;
#[cfg(target_os = "linux")]
pub(crate) mod question;
#[cfg(target_os = "linux")]
pub(crate) mod stranger;
pub(crate) mod world;
