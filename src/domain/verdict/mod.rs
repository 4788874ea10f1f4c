//! The login test's ladder: ordered steps, each with a stable code, an outcome, the evidence and a remedy.

mod code;
mod words;

use strum::{EnumIter, IntoStaticStr};

use super::{Members, Sensitive};

pub use code::{Code, Entry, page};

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
    /// The text is a server.
    Server,
    /// Pulls look up what docker would store it under.
    Lookup,
    /// The host's name has an address.
    Name,
    /// Something takes connections there, through a proxy or not.
    Connection,
    /// Certificate and encryption.
    Tls,
    /// It is a registry.
    Registry,
    /// It asks for a login.
    Challenge,
    /// Where the login goes is safe to send a password to.
    Realm,
    /// An access key pair is exchanged for a token, as GitHub does.
    Exchange,
    /// User and password are accepted.
    Login,
    /// An image may be pulled.
    Pull,
    /// An npm registry says whose token it is.
    Whoami,
    /// A package may be installed.
    Package,
    /// What whoever made the password says that it may.
    Issuer,
    /// How long the password works.
    Expiry,
    /// Whether the same would happen from a codespace.
    Codespace,
    /// What the real docker CLI says.
    Docker,
    /// What skopeo says, where there is no docker.
    Skopeo,
    /// What podman says, where there is neither.
    Podman,
}

impl Rung {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether it looks at the server alone, before anybody is shown a user or a password.
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

    /// Another program's word: told beside the ladder, and decisive only where nothing else was asked.
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
    /// A command that does it, to be copied and never run; it holds no secret.
    pub command: Option<String>,
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

/// What a registry holds, and so in which language it is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Holds {
    #[default]
    Images,
    /// Packages of npm: the server is an address, there is no user, and the password is the token.
    Packages,
}

/// What is tried: exactly the values that would be written, and the images they are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    pub server: String,
    pub user: Sensitive,
    pub password: Sensitive,
    /// As one would write them in a Dockerfile, or the packages as in a `package.json`; each gets a step of its own.
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
    /// The verdict of these steps: one that fails, else one that could not be told, else a pass. Other programs'
    /// words count only if `beside` is false: then nothing else was asked.
    pub fn of(steps: Vec<Step>, beside: bool) -> Self {
        let decides = |step: &&Step| !(beside && step.rung.is_second_opinion());
        let ended = |outcome| steps.iter().filter(decides).any(|step| step.outcome == outcome);
        let unheard = !beside && steps.iter().any(|s| s.rung.is_second_opinion() && s.outcome == Outcome::Skipped);
        let verdict = if ended(Outcome::Fail) {
            Verdict::Fail
        } else if unheard || ended(Outcome::Inconclusive) || !ended(Outcome::Pass) {
            Verdict::Inconclusive
        } else {
            Verdict::Pass
        };
        Self { verdict, steps }
    }

    /// The step that decided the verdict: the first that failed, else the first that could not be told, else the last
    /// that was proven.
    pub fn decisive(&self) -> Option<&Step> {
        let own = || self.steps.iter().filter(|step| !step.rung.is_second_opinion());
        own()
            .find(|step| step.outcome == Outcome::Fail)
            .or_else(|| own().find(|step| step.outcome == Outcome::Inconclusive))
            .or_else(|| own().rfind(|step| is_proof(step.rung)))
            .or(self.steps.last())
    }

    /// Whether an image was proven to be pullable, or a package that is not for everybody to be installable.
    pub fn is_pulled(&self) -> bool {
        let is_it = |step: &Step| match step.rung {
            Rung::Pull => true,
            Rung::Package => step.code == Code::Ok,
            _ => false, // says nothing of a pull
        };
        self.steps.iter().any(|step| is_it(step) && step.outcome == Outcome::Pass)
    }

    /// Whether an npm registry was asked.
    pub fn is_of_packages(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.rung, Rung::Whoami | Rung::Package))
    }

    /// Whether it surely works from this machine only.
    pub fn is_here_only(&self) -> bool {
        self.steps.iter().any(|step| step.code == Code::HereOnly)
    }
}

const fn is_proof(rung: Rung) -> bool {
    matches!(rung, Rung::Login | Rung::Pull | Rung::Whoami | Rung::Package)
}
