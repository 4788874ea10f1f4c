//! The login test's ladder: ordered steps, each with a stable code, an outcome, the evidence and a remedy.

use strum::{EnumIter, IntoStaticStr};

use super::Sensitive;

/// Stable codes; their spelling is part of `test --json` and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Code {
    Ok,
    NoAuthNeeded,
    BadCredentials,
    Denied,
    RateLimited,
    NotARegistry,
    NoChallenge,
    TlsUntrusted,
    TlsName,
    PlainHttp,
    Dns,
    Refused,
    Timeout,
    ServerError,
    UnsafeRealm,
    /// The text cannot be a server, or not one a pull would look up.
    BadServer,
    /// Needs an exchange that this version does not do yet: an ECR key pair.
    NeedsExchange,
    /// The docker CLI could not be asked: not installed, or it refuses what this test needs.
    DockerUnavailable,
}

impl Code {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// How one step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    Pass,
    Fail,
    Inconclusive,
    /// Not reached, because an earlier step did not pass.
    Skipped,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Skipped => "skipped",
        }
    }
}

/// What a step is about, in the order of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Rung {
    /// The text is a server pulls will look up.
    Server,
    /// Name, connection and TLS.
    Connection,
    /// It is a registry and asks for a login.
    Registry,
    /// Where the login goes is safe to send a password to.
    Realm,
    /// User and password are accepted.
    Login,
    /// What the real docker CLI says.
    Docker,
}

impl Rung {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One rung as climbed. Texts are clean (`Foreign::shown` where a server spoke).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub rung: Rung,
    pub code: Code,
    pub outcome: Outcome,
    /// The evidence, one line.
    pub detail: String,
    /// What to do; empty when nothing has to be done.
    pub remedy: String,
}

/// The end of a test. «Could not be tested» is never mixed with «refused».
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    Pass,
    Fail,
    Inconclusive,
}

impl Verdict {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// Which client tries the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum With {
    Native,
    Docker,
    Both,
}

/// What is tried: exactly the three values that would be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    pub server: String,
    pub user: Sensitive,
    pub password: Sensitive,
}

/// A whole test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestReport {
    pub verdict: Verdict,
    pub steps: Vec<Step>,
}

impl TestReport {
    /// The step that decided the verdict: the first that did not pass, else the login that did.
    pub fn decisive(&self) -> Option<&Step> {
        self.steps
            .iter()
            .filter(|s| s.rung != Rung::Docker)
            .find(|s| matches!(s.outcome, Outcome::Fail | Outcome::Inconclusive))
            .or_else(|| self.steps.iter().find(|s| s.rung == Rung::Login))
            .or(self.steps.last())
    }
}
