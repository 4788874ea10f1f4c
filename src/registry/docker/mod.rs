//! The real `docker login`, run so that it can neither keep the password nor outlive the test.
//!
//! It runs without a daemon, in a private folder with an environment of our own; its credential helper is this very
//! executable, which forgets what it is given ([`discard`]). The user's docker configuration is neither read nor
//! written. What docker says is turned into the ladder's codes in `words.rs`.

pub mod discard;
mod room;
mod run;
mod watch;
mod words;

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "other.rs"]
mod system;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::client::Client;
use super::ladder::step as make;
use super::login::forms;
use super::said::Hush;
use crate::domain::preset::looks_like_a_secret;
use crate::domain::verdict::Rung;
use crate::domain::{Code, Outcome, Server, Step, Trial};

pub use room::sweep;
#[cfg(test)]
pub(super) use run::Run;
pub(super) use words::read;

/// What a test may use of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools {
    /// The docker CLI, if there is one.
    pub docker: Option<PathBuf>,
    /// pullkey's own executable, which watches docker and is its credential helper.
    pub helper: PathBuf,
    /// Where the private folder is made.
    pub temp: PathBuf,
}

impl Tools {
    /// Looks for docker in the absolute folders of a `PATH`, and takes the system's temporary folder.
    pub fn find(path_var: &OsStr, exe: PathBuf) -> Self {
        let name = format!("docker{}", std::env::consts::EXE_SUFFIX);
        let docker = std::env::split_paths(path_var)
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(&name))
            .find(|file| system::is_executable(file));
        Self { docker, helper: exe, temp: std::env::temp_dir() }
    }
}

/// The docker rung. `blocked` is where the native climb ended, if it did: docker does not notice an open registry, and
/// does not know a 401 that asks for nothing from a refused password.
pub(super) async fn step(
    client: &Client,
    server: &Server,
    trial: &Trial,
    tools: &Tools,
    blocked: Option<Code>,
) -> Step {
    if client.plays(server) {
        return make(
            Rung::Docker,
            Code::DockerUnavailable,
            Outcome::Skipped,
            "docker is not asked in the demo: it would contact the real host",
            "",
        );
    }
    let Some(docker) = &tools.docker else {
        return unavailable(
            "there is no docker on the PATH",
            "install the docker CLI to hear its opinion; no daemon is needed",
        );
    };
    if looks_like_a_secret(trial.user.expose()) {
        return unavailable(
            "the user looks like a token, and docker takes the user as an argument, which others can read",
            "put the token into the password",
        );
    }
    let Some(password) = run::sent_password(&trial.password) else {
        return unavailable(
            "the password ends with a carriage return, which docker would cut off",
            "copy the password again without its line end",
        );
    };
    let deadline = client.limits().docker;
    match run::run(tools, docker, trial, &password, deadline).await {
        Ok(run) => read(&run, server, blocked, &Hush::new(forms(trial))),
        Err(run::Trouble::TooSlow) => make(
            Rung::Docker,
            Code::Timeout,
            Outcome::Inconclusive,
            format!("docker did not end within {} s and was stopped", deadline.as_secs()),
            "check the network, a VPN or a proxy, and test again",
        ),
        Err(run::Trouble::Cannot(why)) => unavailable(&why, "the native test does not need docker"),
    }
}

fn unavailable(why: &str, remedy: &str) -> Step {
    make(Rung::Docker, Code::DockerUnavailable, Outcome::Inconclusive, why, remedy)
}

/// The file name under which docker finds its credential helper: `docker-credential-` and the value of `credsStore`.
const HELPER_NAME: &str = "docker-credential-pullkey-discard";
const CREDS_STORE: &str = r#"{"credsStore":"pullkey-discard"}"#;

/// Whether a program's own name, as it was called, is the credential helper's.
fn is_helper_name(program: &Path) -> bool {
    program.file_stem().is_some_and(|name| name == HELPER_NAME)
}
