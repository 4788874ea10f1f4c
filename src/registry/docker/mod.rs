//! The real `docker login` (or that of skopeo or podman where there is no docker), run so that it can neither keep the
//! password nor outlive the test.
//!
//! It runs without a daemon, in a private folder with an environment of our own. Its credential helper is this
//! executable, which forgets what it is given ([`discard`]). The user's docker configuration is neither read nor
//! written. `words.rs` turns docker's output into the codes of the login test.

pub mod discard;
mod program;
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

use url::Url;

use super::ladder::{Test, step as make};
use super::pair::Pair;
use crate::domain::this_machine::{is_here_for_go, is_url_here};
use crate::domain::verdict::Check;
use crate::domain::{Code, Outcome, Server, Step, Untrusted};

#[cfg(test)]
pub(super) use program::Kind;
use program::Program;
pub use room::sweep;
#[cfg(test)]
pub(super) use run::Run;
pub(super) use words::read;

/// The programs a test may use on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools {
    /// The docker CLI, if there is one.
    pub docker: Option<PathBuf>,
    /// Used where there is no docker.
    pub skopeo: Option<PathBuf>,
    /// Used where there is neither.
    pub podman: Option<PathBuf>,
    /// pullkey's own executable, which watches docker and serves as its credential helper.
    pub helper: PathBuf,
    /// Where the private folder is created.
    pub temp: PathBuf,
}

impl Tools {
    /// Looks for the clients in the absolute folders of a `PATH`, and uses the system's temporary folder.
    pub fn find(path_var: &OsStr, exe: PathBuf) -> Self {
        let find = |name: &str| {
            let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
            std::env::split_paths(path_var)
                .filter(|folder| folder.is_absolute())
                .map(|folder| folder.join(&name))
                .find(|file| system::is_executable(file))
        };
        Self {
            docker: find("docker"),
            skopeo: find("skopeo"),
            podman: find("podman"),
            ..Self::none(exe, std::env::temp_dir())
        }
    }

    /// No client at all.
    pub const fn none(helper: PathBuf, temp: PathBuf) -> Self {
        Self { docker: None, skopeo: None, podman: None, helper, temp }
    }
}

/// The input for another client's login.
pub(super) struct Opinion<'a> {
    /// What was sent to the registry, or would be.
    pub pair: &'a Pair,
    /// The registry speaks plain http, on loopback.
    pub is_plain: bool,
    /// The token server that the registry names, if it names one.
    pub realm: Option<&'a Url>,
    /// The code at which the native test stopped, if it did: docker does not notice an open registry, and cannot tell a
    /// 401 that asks for nothing from a rejected password.
    pub blocked: Option<Code>,
}

/// The other client's check.
pub(super) async fn step(test: &Test<'_>, server: &Server, opinion: &Opinion<'_>) -> Step {
    let Some(program) = Program::of(test.tools) else {
        return unavailable(
            Check::Docker,
            "no docker, skopeo or podman on the PATH",
            "install the docker CLI to compare with it; no daemon is needed",
        );
    };
    let (check, name) = (program.kind.check(), program.kind.name());
    if test.client.plays(server) {
        let detail = format!("{name} is not run here: it would contact the real host");
        return make(check, Code::DockerUnavailable, Outcome::Skipped, detail, "");
    }
    if let Some(host) = looked_up_by_others(server, opinion.realm) {
        let detail =
            format!("{name} is not run: it does not know that {host} is this machine, and would connect elsewhere");
        return make(check, Code::DockerUnavailable, Outcome::Skipped, detail, "");
    }
    if opinion.pair.has_secret_user() {
        // `docker login`, `skopeo login` and `podman login` take the user as `--username` only; without it they ask on
        // a terminal, for the password too.
        let why = format!("the user is a secret too, and {name} takes it only as an argument, which others can read");
        return unavailable(check, &why, "rely on pullkey's own login, which sends both as docker does");
    }
    let Some(password) = run::sent_password(&opinion.pair.password) else {
        let why = format!("the password ends with a carriage return, which {name} would cut off");
        return unavailable(check, &why, "copy the password again without its line ending");
    };
    let deadline = test.client.limits().docker;
    let arguments = program.arguments(&test.trial.server, opinion);
    match run::run(test.tools, &program, &arguments, &password, deadline).await {
        Ok(run) => read(&run, server, opinion.blocked, &opinion.pair.redactor()),
        Err(run::Trouble::TooSlow) => make(
            check,
            Code::Timeout,
            Outcome::Inconclusive,
            format!("{name} did not finish within {} s and was stopped", deadline.as_secs()),
            "check the network, VPN and proxy, and test again",
        ),
        Err(run::Trouble::Cannot(why)) => unavailable(check, &why, "pullkey's own checks do not need it"),
    }
}

/// A name of this machine for which the other clients would ask a name server or a proxy, and send the password there.
fn looked_up_by_others(server: &Server, realm: Option<&Url>) -> Option<String> {
    let own = (server.is_loopback() && !server.is_loopback_for_docker()).then(|| server.name().to_owned());
    let of_realm = || {
        let host = realm.filter(|realm| is_url_here(realm))?.host_str()?;
        (!is_here_for_go(host)).then(|| Untrusted::new(host).shown())
    };
    own.or_else(of_realm)
}

fn unavailable(check: Check, why: &str, remedy: &str) -> Step {
    make(check, Code::DockerUnavailable, Outcome::Inconclusive, why, remedy)
}

/// The file name under which docker finds its credential helper: `docker-credential-` and the value of `credsStore`.
const HELPER_NAME: &str = "docker-credential-pullkey-discard";
const CREDS_STORE: &str = r#"{"credsStore":"pullkey-discard"}"#;
/// The same for skopeo and podman (containers-registries.conf(5)).
const CREDENTIAL_HELPERS: &str = "credential-helpers = [\"pullkey-discard\"]\n";

/// Whether the name a program was called by is that of the credential helper.
fn is_helper_name(program: &Path) -> bool {
    program.file_stem().is_some_and(|name| name == HELPER_NAME)
}
