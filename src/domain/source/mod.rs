//! Where the three values of a credential may already exist on this machine, and which of these sources is meant.
//!
//! It knows the name of a source and what may be shown of it, not how it is read. Only [`Taken`] contains a password.

mod choose;
#[cfg(test)]
mod tests;

use thiserror::Error;

pub use self::choose::{Known, choose};
use super::near::{NearMiss, Present};
use super::output::Kind;
use super::secret_shape::holds_secret;
use super::server::ServerFault;
use super::{Member, Members, Prefix, Problem, Sensitive, Server, Untrusted};

/// One source with one login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// docker's configuration, under this key.
    Docker { key: Untrusted },
    /// The configuration of podman, skopeo and buildah, in this file under this key.
    Podman { path: Untrusted, key: Untrusted },
    /// A profile with a long-lived access key.
    Aws { profile: Untrusted },
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    AwsVariables,
    /// Three variables of the environment.
    Env { prefix: Prefix },
    /// Three entries of a file.
    File { path: Untrusted, prefix: Prefix },
    /// The output of another program in a file; the key is the server, if it has one.
    Output { path: Untrusted, key: Untrusted, kind: Kind },
}

impl Source {
    pub fn words(&self) -> String {
        match self {
            Self::Docker { key } => format!("docker's login for {}", address(key)),
            Self::Podman { key, .. } => format!("podman's login for {}", address(key)),
            Self::Aws { profile } => format!("the AWS profile {}", profile.shown()),
            Self::AwsVariables => "the access key in AWS_ACCESS_KEY_ID".to_owned(),
            Self::Env { prefix } => format!("the variables of {prefix}"),
            Self::File { path, prefix } => format!("{prefix} in {}", path.shown()),
            Self::Output { path, key, kind } if key.is_empty() => format!("{} ({})", path.shown(), kind.words()),
            Self::Output { path, key, kind } => format!("{} in {} ({})", address(key), path.shown(), kind.words()),
        }
    }

    /// Its value for `--from`.
    pub fn flag(&self) -> String {
        match self {
            Self::Docker { key } => format!("docker:{}", address(key)),
            Self::Podman { key, .. } => format!("podman:{}", address(key)),
            Self::Aws { profile } => format!("aws:{}", profile.shown()),
            Self::AwsVariables => "aws-env".to_owned(),
            Self::Env { prefix } => format!("env:{prefix}"),
            Self::File { path, .. } | Self::Output { path, .. } => format!("file:{}", path.shown()),
        }
    }

    /// The key it is stored under, if docker's keys are servers.
    pub fn key(&self) -> Option<&Untrusted> {
        match self {
            Self::Docker { key } | Self::Podman { key, .. } => Some(key),
            Self::Output { key, .. } if !key.is_empty() => Some(key),
            Self::Output { .. } | Self::Aws { .. } | Self::AwsVariables | Self::Env { .. } | Self::File { .. } => None,
        }
    }

    const fn prefix(&self) -> Option<&Prefix> {
        match self {
            Self::Env { prefix } | Self::File { prefix, .. } => Some(prefix),
            Self::Docker { .. } | Self::Podman { .. } | Self::Aws { .. } | Self::AwsVariables | Self::Output { .. } => {
                None
            }
        }
    }

    /// Whether it is for one server, named by its key.
    pub(super) const fn is_of_server(&self) -> bool {
        matches!(self, Self::Docker { .. } | Self::Podman { .. })
    }
}

/// A source that was found, without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    pub source: Source,
    /// As the secret should contain it; `None` if the source does not say.
    pub server: Option<Untrusted>,
    /// `None` if only the program that stores it knows.
    pub user: Option<Untrusted>,
    /// The program that has to be run for it, which only happens after you agreed to exactly this source.
    pub helper: Option<Untrusted>,
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

    /// The user for display: it may be a token by mistake.
    pub fn shown_user(&self) -> Option<String> {
        let user = self.user.as_ref()?;
        Some(if holds_secret(user.raw()) { HIDDEN.to_owned() } else { user.shown() })
    }

    /// Server and user, as far as known, or why it cannot be used.
    pub fn contents(&self) -> String {
        if let Some(why) = &self.refused {
            return format!("not usable: {why}");
        }
        let is_said = self.source.key().is_some() && self.source.key() == self.server.as_ref();
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
        let ends = match &self.source {
            Source::Output { kind, .. } => kind.ends().map(|ends| format!("; {ends}")).unwrap_or_default(),
            _ => String::new(), // expiry unknown
        };
        format!("{server}{user}{ends}")
    }

    /// Source, server and user on one line.
    pub fn line(&self) -> String {
        format!("{}: {}", self.source.words(), self.contents())
    }

    /// Whether this text matches its key or its server.
    pub fn is_named(&self, name: &str) -> bool {
        self.source.key().is_some_and(|key| key.raw() == name) || self.is_for(name)
    }

    fn is_for(&self, server: &str) -> bool {
        let mine = self.source.key().or(self.server.as_ref()).and_then(|name| pull_key(name.raw()));
        mine.is_some() && mine == pull_key(server)
    }
}

/// Everything that was found, and the sources that could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub offers: Vec<Offered>,
    pub broken: Vec<Problem>,
    /// Everything that was searched, with the result: “~/.docker/config.json: 2 logins”.
    pub looked: Vec<String>,
}

/// The values of one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub source: Source,
    pub server: Option<String>,
    pub user: Sensitive,
    pub password: Sensitive,
}

/// The values of one prefix, some of which may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Triple {
    pub prefix: Prefix,
    pub server: Option<Untrusted>,
    pub user: Option<Untrusted>,
    pub password: Option<Sensitive>,
    /// The problem of an existing entry.
    pub flaw: Option<String>,
    /// Near misses: names probably meant for what is missing.
    pub near: Vec<NearMiss>,
}

impl Triple {
    pub const fn new(prefix: Prefix) -> Self {
        Self { prefix, server: None, user: None, password: None, flaw: None, near: Vec::new() }
    }

    /// Its values, if all three exist and are valid.
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
            let near = self.near.iter().map(|near| format!("; {}", Untrusted::new(near.words()).shown()));
            return Some(format!("{}{}", missing_words(&missing), near.collect::<String>()));
        }
        let is_telling = |server: &Untrusted| server.raw().contains('@') || holds_secret(server.raw());
        let name = self.prefix.secret_name(Member::Server);
        self.server.as_ref().is_some_and(is_telling).then(|| format!("{name} contains more than a server: {HIDDEN}"))
    }

    /// The names of missing values; a blank value counts as missing.
    pub fn missing(&self) -> Vec<String> {
        let is_there = |member: &Member| match member {
            Member::Server => self.server.as_ref().is_some_and(|text| !text.is_empty()),
            Member::User => self.user.as_ref().is_some_and(|text| !text.is_empty()),
            Member::Password => self.password.as_ref().is_some_and(|text| !text.is_empty()),
        };
        Member::all().filter(|member| !is_there(member)).map(|member| self.prefix.secret_name(member)).collect()
    }

    /// The existing members, to search for near misses.
    pub fn present(&self) -> Present {
        let is_there = |text: &Option<Untrusted>| text.as_ref().is_some_and(|text| !text.is_empty());
        let password = self.password.as_ref().is_some_and(|text| !text.is_empty());
        let has = Members { server: is_there(&self.server), user: is_there(&self.user), password };
        Present { prefix: self.prefix.clone(), has }
    }

    /// The credential as an offer of its source.
    pub fn offered(&self, source: Source) -> Offered {
        let filled = |text: &Option<Untrusted>| text.clone().filter(|text| !text.is_empty());
        Offered {
            source,
            server: filled(&self.server),
            user: filled(&self.user),
            helper: None,
            refused: self.refusal(),
        }
    }
}

/// The text about missing secrets.
pub fn missing_words(names: &[String]) -> String {
    format!("{} {} missing", names.join(" and "), if names.len() == 1 { "is" } else { "are" })
}

/// The replacement for what must not be shown.
const HIDDEN: &str = "(hidden: it looks like a token)";

/// An address for display: without user information, and hidden if it contains a token.
pub fn address(text: &Untrusted) -> String {
    let shown = text.shown();
    let (scheme, rest) = shown.split_once("://").map_or(("", shown.as_str()), |(scheme, rest)| (scheme, rest));
    let scheme = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
    match rest.rsplit_once('@') {
        _ if holds_secret(rest.rsplit('@').next().unwrap_or_default()) => HIDDEN.to_owned(),
        Some((_, host)) => format!("{scheme}(hidden)@{host}"),
        None => shown.clone(),
    }
}

/// The key under which a pull from this server looks up its login, by exact match like docker; `None` if the text is
/// not a server. Source: `getAuthConfigKey` in docker/cli `cli/config/configfile/file.go`.
pub fn pull_key(server: &str) -> Option<String> {
    let server = server_of(server).ok()?;
    Some(if server.is_hub() { server.lookup_key() } else { server.stored_key() })
}

/// The server of a docker key: the text itself, or else the host in an address that docker never writes but accepts.
pub fn server_of(key: &str) -> Result<Server, ServerFault> {
    match Server::parse(key) {
        Err(fault) if key.contains("://") => Server::parse(&host_of(key)).map_err(|_| fault),
        read => read,
    }
}

/// The host docker reads from a key in its old format: `ConvertToHostname` in docker/cli
/// `cli/config/credentials/file_store.go`.
pub fn host_of(key: &str) -> String {
    let of_address = || {
        let (_, rest) = key.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        // An IPv6 address loses its brackets if no port follows.
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        Some(bare.trim_end_matches(':').to_owned()).filter(|host| !host.is_empty())
    };
    of_address().unwrap_or_else(|| key.split('/').next().unwrap_or_default().to_owned())
}

/// The source given with `--from`, as far as it names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Docker(Option<String>),
    Podman(Option<String>),
    Aws(Option<String>),
    AwsVariables,
    Env(Option<Prefix>),
    File(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AskedFault {
    #[error(
        "use one of docker, docker:SERVER, podman, podman:SERVER, aws, aws:PROFILE, aws-env, env, env:PREFIX and \
         file:PATH"
    )]
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
            ("podman", name) => Ok(Self::Podman(name.map(str::to_owned))),
            ("aws", name) => Ok(Self::Aws(name.map(str::to_owned))),
            ("aws-env", None) => Ok(Self::AwsVariables),
            ("env", name) => name.map(Prefix::parse).transpose().map(Self::Env).map_err(AskedFault::Prefix),
            ("file", Some(path)) => Ok(Self::File(path.to_owned())),
            ("file", None) => Err(AskedFault::Empty),
            _ => Err(AskedFault::Unknown), // not one of the known words
        }
    }

    /// Whether exactly this login is named, so that a program may be run for it.
    pub const fn is_exact(&self) -> bool {
        match self {
            Self::Docker(name) | Self::Podman(name) | Self::Aws(name) => name.is_some(),
            Self::AwsVariables | Self::Env(_) | Self::File(_) => true,
        }
    }

    fn names(&self, offer: &Offered) -> bool {
        match (self, &offer.source) {
            (Self::Docker(None), Source::Docker { .. })
            | (Self::Podman(None), Source::Podman { .. })
            | (Self::AwsVariables, Source::AwsVariables)
            | (Self::Aws(None), Source::Aws { .. })
            | (Self::Env(None), Source::Env { .. })
            | (Self::File(_), Source::File { .. } | Source::Output { .. }) => true,
            (Self::Docker(Some(name)), Source::Docker { .. }) | (Self::Podman(Some(name)), Source::Podman { .. }) => {
                offer.is_named(name)
            }
            (Self::Aws(Some(name)), Source::Aws { profile }) => profile.raw() == name,
            (Self::Env(Some(name)), Source::Env { prefix }) => prefix == name,
            (
                Self::Docker(_) | Self::Podman(_) | Self::Aws(_) | Self::AwsVariables | Self::Env(_) | Self::File(_),
                _,
            ) => false,
        }
    }

    /// Whether a source is of the requested kind.
    pub fn is_kind(&self, source: &Source) -> bool {
        matches!(
            (self, source),
            (Self::Docker(_), Source::Docker { .. })
                | (Self::Podman(_), Source::Podman { .. })
                | (Self::Aws(_), Source::Aws { .. } | Source::AwsVariables)
                | (Self::AwsVariables, Source::AwsVariables)
                | (Self::Env(_), Source::Env { .. })
                | (Self::File(_), Source::File { .. } | Source::Output { .. })
        )
    }

    /// Whether the login itself is named, and not only where to look for it.
    const fn is_by_name(&self) -> bool {
        match self {
            Self::Docker(name) | Self::Podman(name) | Self::Aws(name) => name.is_some(),
            Self::Env(prefix) => prefix.is_some(),
            Self::AwsVariables => true,
            Self::File(_) => false,
        }
    }

    const fn place(&self) -> &'static str {
        match self {
            Self::Docker(_) => "docker's configuration",
            Self::Podman(_) => "podman's auth.json",
            Self::Aws(_) => "AWS's configuration",
            Self::AwsVariables | Self::Env(_) => "the environment",
            Self::File(_) => "the file",
        }
    }
}
