//! Which other client to run, and with which arguments. Never with a password.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Opinion, Tools};
use crate::domain::verdict::Check;

/// A client that can log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::registry) enum Kind {
    Docker,
    Skopeo,
    Podman,
}

/// An installed client.
pub(super) struct Program {
    pub kind: Kind,
    pub path: PathBuf,
}

impl Kind {
    pub(in crate::registry) const fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Skopeo => "skopeo",
            Self::Podman => "podman",
        }
    }

    pub(super) const fn check(self) -> Check {
        match self {
            Self::Docker => Check::Docker,
            Self::Skopeo => Check::Skopeo,
            Self::Podman => Check::Podman,
        }
    }

    /// How the output of `--version` begins. A podman that calls itself docker is not docker.
    pub(super) const fn introduces_itself(self) -> &'static str {
        match self {
            Self::Docker => "Docker version ",
            Self::Skopeo => "skopeo version ",
            Self::Podman => "podman version ",
        }
    }
}

impl Program {
    /// docker, otherwise skopeo, otherwise podman.
    pub(super) fn of(tools: &Tools) -> Option<Self> {
        let all = [(Kind::Docker, &tools.docker), (Kind::Skopeo, &tools.skopeo), (Kind::Podman, &tools.podman)];
        all.into_iter().find_map(|(kind, path)| Some(Self { kind, path: path.clone()? }))
    }

    /// The arguments of a login.
    pub(super) fn arguments(&self, server: &str, opinion: &Opinion<'_>) -> Vec<OsString> {
        let user = format!("--username={}", opinion.pair.user.expose());
        let mut words: Vec<OsString> = vec!["login".into(), user.into(), "--password-stdin".into()];
        // docker finds out by itself that a loopback host speaks plain http.
        if self.kind != Kind::Docker && opinion.is_plain {
            words.push("--tls-verify=false".into());
        }
        words.push(server.into());
        words
    }
}
