//! The login test: ordered checks, each with a stable code, an outcome, the evidence and a remedy.

mod code;
mod words;

use strum::{EnumIter, IntoStaticStr};

use super::{Members, Sensitive};

pub use code::{Code, Entry, page};

/// How one check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    Pass,
    Fail,
    Inconclusive,
    /// Not reached, because an earlier check did not pass.
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

/// The checks of the login test, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Check {
    /// The text is a valid server.
    Server,
    /// Pulls look up the name that docker would store the login under.
    Lookup,
    /// The host name resolves.
    Name,
    /// The host accepts connections, through a proxy or directly.
    Connection,
    /// Certificate and encryption.
    Tls,
    /// It is a registry.
    Registry,
    /// It asks for a login.
    Challenge,
    /// The login's destination is safe to send a password to.
    Realm,
    /// An access key pair is exchanged for a token, as GitHub does it.
    Exchange,
    /// User and password are accepted.
    Login,
    /// An image can be pulled.
    Pull,
    /// An npm registry says whose token it is.
    Whoami,
    /// A package can be installed.
    Package,
    /// What the issuer of the password says about its permissions.
    Issuer,
    /// When the password expires.
    Expiry,
    /// Whether a codespace would get the same result.
    Codespace,
    /// What the real docker CLI says.
    Docker,
    /// What skopeo says, if there is no docker.
    Skopeo,
    /// What podman says, if there is neither.
    Podman,
}

impl Check {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether it looks only at the server, before a user or a password is sent.
    pub const fn is_about_server(self) -> bool {
        match self {
            Self::Server
            | Self::Lookup
            | Self::Name
            | Self::Connection
            | Self::Tls
            | Self::Registry
            | Self::Challenge
            | Self::Realm => true,
            Self::Exchange
            | Self::Login
            | Self::Pull
            | Self::Whoami
            | Self::Package
            | Self::Issuer
            | Self::Expiry
            | Self::Codespace
            | Self::Docker
            | Self::Skopeo
            | Self::Podman => false,
        }
    }

    /// A check by another program: reported in addition, and decisive only if there was no other check.
    pub const fn is_second_opinion(self) -> bool {
        match self {
            Self::Docker | Self::Skopeo | Self::Podman => true,
            Self::Server
            | Self::Lookup
            | Self::Name
            | Self::Connection
            | Self::Tls
            | Self::Registry
            | Self::Challenge
            | Self::Realm
            | Self::Exchange
            | Self::Login
            | Self::Pull
            | Self::Whoami
            | Self::Package
            | Self::Issuer
            | Self::Expiry
            | Self::Codespace => false,
        }
    }
}

/// One check as it ended. Its texts are clean (`Untrusted::shown` for the words of a server).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub check: Check,
    pub code: Code,
    pub outcome: Outcome,
    /// The evidence, one line.
    pub detail: String,
    /// What to do; empty if nothing has to be done.
    pub remedy: String,
    /// A command that does it, to be copied and never run; it contains no secret.
    pub command: Option<String>,
}

/// The result of a whole test. “Could not be tested” is never mixed with “refused”.
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

/// What a registry contains, and so which protocol is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Holds {
    #[default]
    Images,
    /// npm packages: the server is an address, there is no user, and the password is the token.
    Packages,
}

/// What is tested: exactly the values that would be written, and the images they are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    pub server: String,
    pub user: Sensitive,
    pub password: Sensitive,
    /// As written in a Dockerfile, or the packages as in a `package.json`; each gets a check of its own.
    pub images: Vec<String>,
    pub holds: Holds,
}

impl Trial {
    /// The three values, as they would be written.
    pub fn members(&self) -> Members<Sensitive> {
        let server = Sensitive::from(self.server.as_str());
        Members { server, user: self.user.clone(), password: self.password.clone() }
    }
}

/// A whole test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestReport {
    pub verdict: Verdict,
    pub steps: Vec<Step>,
}

impl TestReport {
    /// The verdict of these steps: fail if a step failed, else inconclusive if a step was, else pass. Checks by other
    /// programs only count if `beside` is false: then there was no other check.
    pub fn of(steps: Vec<Step>, beside: bool) -> Self {
        let decides = |step: &&Step| !(beside && step.check.is_second_opinion());
        let ended = |outcome| steps.iter().filter(decides).any(|step| step.outcome == outcome);
        let unheard = !beside && steps.iter().any(|s| s.check.is_second_opinion() && s.outcome == Outcome::Skipped);
        let verdict = if ended(Outcome::Fail) {
            Verdict::Fail
        } else if unheard || ended(Outcome::Inconclusive) || !ended(Outcome::Pass) {
            Verdict::Inconclusive
        } else {
            Verdict::Pass
        };
        Self { verdict, steps }
    }

    /// The step that decided the verdict: the first that failed, else the first that was inconclusive, else the last
    /// that was proven.
    pub fn decisive(&self) -> Option<&Step> {
        let own = || self.steps.iter().filter(|step| !step.check.is_second_opinion());
        own()
            .find(|step| step.outcome == Outcome::Fail)
            .or_else(|| own().find(|step| step.outcome == Outcome::Inconclusive))
            .or_else(|| own().rfind(|step| is_proof(step.check)))
            .or(self.steps.last())
    }

    /// Whether an image was proven to be pullable, or a non-public package to be installable.
    pub fn is_pulled(&self) -> bool {
        let is_it = |step: &Step| match step.check {
            Check::Pull => true,
            Check::Package => step.code == Code::Ok,
            _ => false, // says nothing about a pull
        };
        self.steps.iter().any(|step| is_it(step) && step.outcome == Outcome::Pass)
    }

    /// Whether an npm registry was tested.
    pub fn is_of_packages(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.check, Check::Whoami | Check::Package))
    }

    /// Whether it certainly works from this machine only.
    pub fn is_here_only(&self) -> bool {
        self.steps.iter().any(|step| step.code == Code::HereOnly)
    }
}

const fn is_proof(check: Check) -> bool {
    matches!(check, Check::Login | Check::Pull | Check::Whoami | Check::Package)
}
