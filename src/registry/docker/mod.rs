//! stub
pub mod discard;
use super::client::Client;
use super::ladder::step as make;
use crate::domain::verdict::Rung;
use crate::domain::{Code, Outcome, Server, Step, Trial};
use std::ffi::OsStr;
use std::path::PathBuf;

/// What a test may use of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools {
    pub docker: Option<PathBuf>,
    pub helper: PathBuf,
    pub temp: PathBuf,
}
impl Tools {
    pub fn find(_path: &OsStr, exe: PathBuf) -> Self {
        Self { docker: None, helper: exe, temp: std::env::temp_dir() }
    }
}
#[allow(clippy::unused_async)]
pub(super) async fn step(_c: &Client, _s: &Server, _t: &Trial, _tools: &Tools, _blocked: Option<Code>) -> Step {
    make(Rung::Docker, Code::DockerUnavailable, Outcome::Inconclusive, "there is no docker on the PATH", "")
}
