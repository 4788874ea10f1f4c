//! Where the three values of a credential may stand on this machine already, and which of these places is meant.
//!
//! It knows what a place is called and what may be shown of it, never how it is read. A password is in none of these
//! types but [`Taken`].

mod choose;
#[cfg(test)]
mod tests;

use thiserror::Error;

pub use self::choose::{Known, choose};
use super::preset::looks_like_a_secret;
use super::{Foreign, Member, Prefix, Problem, Sensitive, Server};

/// One place with one login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// docker's configuration, under this key.
    Docker { key: Foreign },
    /// A profile with a long-lived access key.
    Aws { profile: Foreign },
    /// Three variables of the environment.
    Env { prefix: Prefix },
    /// Three entries of a file.
    File { path: Foreign, prefix: Prefix },
}

impl Source {
    pub fn words(&self) -> String {
        match self {
            Self::Docker { key } => format!("docker's login for {}", address(key)),
            Self::Aws { profile } => format!("the AWS profile {}", profile.shown()),
            Self::Env { prefix } => format!("the variables of {prefix}"),
            Self::File { path, prefix } => format!("{prefix} in {}", path.shown()),
        }
    }

    /// What `--from` takes for it.
    pub fn flag(&self) -> String {
        match self {
            Self::Docker { key } => format!("docker:{}", address(key)),
            Self::Aws { profile } => format!("aws:{}", profile.shown()),
            Self::Env { prefix } => format!("env:{prefix}"),
            Self::File { path, .. } => format!("file:{}", path.shown()),
        }
    }

    const fn prefix(&self) -> Option<&Prefix> {
        match self {
            Self::Env { prefix } | Self::File { prefix, .. } => Some(prefix),
            Self::Docker { .. } | Self::Aws { .. } => None,
        }
    }
}

/// A place that was found, without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    pub source: Source,
    /// As the secret should hold it; `None` where the place does not say.
    pub server: Option<Foreign>,
    /// `None` where only the program that keeps it knows.
    pub user: Option<Foreign>,
    /// The program that has to be run for it, which happens only after a yes to this very place.
    pub helper: Option<Foreign>,
    /// Why it cannot be used.
    pub refused: Option<String>,
}

impl Offered {
    pub const fn new(source: Source) -> Self {
        Self { source, server: None, user: None, helper: None, refused: None }
    }

    #[must_use]
    pub fn refused(self, why: impl Into<String>) -> Self {
        Self { refused: Some(why.into()), ..self }
    }

    /// The user as it may be shown: somebody may have put a token there.
    pub fn shown_user(&self) -> Option<String> {
        let user = self.user.as_ref()?;
        Some(if holds_a_secret(user) { HIDDEN.to_owned() } else { user.shown() })
    }

    /// Server and user, as far as they are known, or why it is of no use.
    pub fn contents(&self) -> String {
        if let Some(why) = &self.refused {
            return format!("not usable: {why}");
        }
        let is_said = matches!((&self.source, &self.server), (Source::Docker { key }, Some(server)) if key == server);
        let server = match &self.server {
            _ if is_said => String::new(),
            Some(server) => format!("{}, ", address(server)),
            None => "no server, ".to_owned(),
        };
        let user = match (self.shown_user(), &self.helper) {
            (Some(user), _) => format!("as {user}"),
            (None, Some(helper)) => format!("runs {} to get it", helper.shown()),
            (None, None) => "without a user".to_owned(),
        };
        format!("{server}{user}")
    }

    /// Source, server and user on one line.
    pub fn line(&self) -> String {
        format!("{}: {}", self.source.words(), self.contents())
    }

    fn is_for(&self, server: &str) -> bool {
        let canonical = |text: &str| Server::parse(text).map(|server| server.canonical()).ok();
        let mine = self.server.as_ref().and_then(|server| canonical(server.raw()));
        mine.is_some() && mine == canonical(server)
    }
}

/// All that was found, and which places could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub offers: Vec<Offered>,
    pub broken: Vec<Problem>,
}

/// The values of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub source: Source,
    pub server: Option<String>,
    pub user: Sensitive,
    pub password: Sensitive,
}

/// Three values under one prefix, of which some may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Triple {
    pub prefix: Prefix,
    pub server: Option<Foreign>,
    pub user: Option<Foreign>,
    pub password: Option<Sensitive>,
    /// What is wrong with an entry that is there.
    pub flaw: Option<String>,
}

impl Triple {
    pub const fn new(prefix: Prefix) -> Self {
        Self { prefix, server: None, user: None, password: None, flaw: None }
    }

    /// Its values, if all three are there and sound.
    pub fn taken(self, source: Source) -> Result<Taken, String> {
        if let Some(why) = self.refusal() {
            return Err(why);
        }
        let missing = self.missing();
        match (self.server, self.user, self.password) {
            (Some(server), Some(user), Some(password)) => {
                Ok(Taken { source, server: Some(server.raw().to_owned()), user: Sensitive::from(user.raw()), password })
            }
            _ => Err(missing_words(&missing)), // refused above
        }
    }

    /// Why it cannot be used.
    fn refusal(&self) -> Option<String> {
        let missing = self.missing();
        if let Some(flaw) = &self.flaw {
            return Some(flaw.clone());
        }
        if !missing.is_empty() {
            return Some(missing_words(&missing));
        }
        let is_telling = |server: &Foreign| server.raw().contains('@') || holds_a_secret(server);
        let name = self.prefix.secret_name(Member::Server);
        self.server.as_ref().is_some_and(is_telling).then(|| format!("{name} holds more than a server: {HIDDEN}"))
    }

    /// The names of what is not there; a blank value counts as none.
    pub fn missing(&self) -> Vec<String> {
        let is_there = |member: &Member| match member {
            Member::Server => self.server.as_ref().is_some_and(|text| !text.is_empty()),
            Member::User => self.user.as_ref().is_some_and(|text| !text.is_empty()),
            Member::Password => self.password.as_ref().is_some_and(|text| !text.is_empty()),
        };
        Member::all().filter(|member| !is_there(member)).map(|member| self.prefix.secret_name(member)).collect()
    }

    /// The triple as an offer of the place it stands in.
    pub fn offered(&self, source: Source) -> Offered {
        let filled = |text: &Option<Foreign>| text.clone().filter(|text| !text.is_empty());
        Offered {
            source,
            server: filled(&self.server),
            user: filled(&self.user),
            helper: None,
            refused: self.refusal(),
        }
    }
}

/// What is said of the secrets that are not there.
pub fn missing_words(names: &[String]) -> String {
    format!("{} {} missing", names.join(" and "), if names.len() == 1 { "is" } else { "are" })
}

/// In place of what nobody should see.
const HIDDEN: &str = "(hidden: it looks like a token)";

/// An address as it may be shown: without user information, and not where somebody put a token into it.
pub fn address(text: &Foreign) -> String {
    let shown = text.shown();
    let (scheme, rest) = shown.split_once("://").map_or(("", shown.as_str()), |(scheme, rest)| (scheme, rest));
    let scheme = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
    match rest.rsplit_once('@') {
        _ if holds_a_secret(&Foreign::new(rest.rsplit('@').next().unwrap_or_default())) => HIDDEN.to_owned(),
        Some((_, host)) => format!("{scheme}(hidden)@{host}"),
        None => shown.clone(),
    }
}

/// Whether any word of it begins like a token.
fn holds_a_secret(text: &Foreign) -> bool {
    let between = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.');
    text.raw().split(between).any(looks_like_a_secret)
}

/// The place `--from` names, as far as it names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Docker(Option<String>),
    Aws(Option<String>),
    Env(Option<Prefix>),
    File(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AskedFault {
    #[error("it is one of docker, docker:SERVER, aws, aws:PROFILE, env, env:PREFIX and file:PATH")]
    Unknown,
    #[error("nothing follows the colon")]
    Empty,
    #[error("this prefix {0}")]
    Prefix(super::PrefixFault),
}

impl Asked {
    pub fn parse(text: &str) -> Result<Self, AskedFault> {
        let (kind, name) = text.split_once(':').map_or((text, None), |(kind, name)| (kind, Some(name)));
        if name.is_some_and(str::is_empty) {
            return Err(AskedFault::Empty);
        }
        match (kind, name) {
            ("docker", name) => Ok(Self::Docker(name.map(str::to_owned))),
            ("aws", name) => Ok(Self::Aws(name.map(str::to_owned))),
            ("env", name) => name.map(Prefix::parse).transpose().map(Self::Env).map_err(AskedFault::Prefix),
            ("file", Some(path)) => Ok(Self::File(path.to_owned())),
            ("file", None) => Err(AskedFault::Empty),
            _ => Err(AskedFault::Unknown), // no word of ours
        }
    }

    /// Whether the very login is named, so that a program may be run for it.
    pub const fn is_exact(&self) -> bool {
        match self {
            Self::Docker(name) | Self::Aws(name) => name.is_some(),
            Self::Env(_) | Self::File(_) => true,
        }
    }

    fn names(&self, offer: &Offered) -> bool {
        match (self, &offer.source) {
            (Self::Docker(None), Source::Docker { .. })
            | (Self::Aws(None), Source::Aws { .. })
            | (Self::Env(None), Source::Env { .. })
            | (Self::File(_), Source::File { .. }) => true,
            (Self::Docker(Some(name)), Source::Docker { key }) => key.raw() == name || offer.is_for(name),
            (Self::Aws(Some(name)), Source::Aws { profile }) => profile.raw() == name,
            (Self::Env(Some(name)), Source::Env { prefix }) => prefix == name,
            (Self::Docker(_) | Self::Aws(_) | Self::Env(_) | Self::File(_), _) => false,
        }
    }

    /// Whether the login itself is named, and not only where to look for it.
    const fn is_by_name(&self) -> bool {
        match self {
            Self::Docker(name) | Self::Aws(name) => name.is_some(),
            Self::Env(prefix) => prefix.is_some(),
            Self::File(_) => false,
        }
    }

    const fn place(&self) -> &'static str {
        match self {
            Self::Docker(_) => "docker's configuration",
            Self::Aws(_) => "AWS's configuration",
            Self::Env(_) => "the environment",
            Self::File(_) => "the file",
        }
    }
}
