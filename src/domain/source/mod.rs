//! Where the three values of a credential may stand on this machine already, and which of these places is meant.
//!
//! It knows what a place is called and what may be shown of it, never how it is read. A password is in none of these
//! types but [`Taken`].

use thiserror::Error;

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
            Self::Docker { key } => format!("docker's login for {}", key.shown()),
            Self::Aws { profile } => format!("the AWS profile {}", profile.shown()),
            Self::Env { prefix } => format!("the variables of {prefix}"),
            Self::File { path, prefix } => format!("{prefix} in {}", path.shown()),
        }
    }

    /// What `--from` takes for it.
    pub fn flag(&self) -> String {
        match self {
            Self::Docker { key } => format!("docker:{}", key.shown()),
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
        Some(if looks_like_a_secret(user.raw()) { "••• (looks like a token)".to_owned() } else { user.shown() })
    }

    /// Server and user, as far as they are known, or why it is of no use.
    pub fn contents(&self) -> String {
        if let Some(why) = &self.refused {
            return format!("not usable: {why}");
        }
        let is_said = matches!((&self.source, &self.server), (Source::Docker { key }, Some(server)) if key == server);
        let server = match &self.server {
            _ if is_said => String::new(),
            Some(server) => format!("{}, ", server.shown()),
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
}

impl Triple {
    pub const fn new(prefix: Prefix) -> Self {
        Self { prefix, server: None, user: None, password: None }
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
        let missing = self.missing();
        let refused = (!missing.is_empty()).then(|| format!("{} is missing", missing.join(" and ")));
        Offered { source, server: self.server.clone(), user: self.user.clone(), helper: None, refused }
    }
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

    const fn place(&self) -> &'static str {
        match self {
            Self::Docker(_) => "docker's configuration",
            Self::Aws(_) => "the AWS credentials file",
            Self::Env(_) => "the environment",
            Self::File(_) => "the file",
        }
    }
}

/// The one login that is meant: the one that is named, else that of the prefix, else that of the server, else the only
/// one there is. It never guesses between two.
pub fn choose(
    asked: &Asked,
    offers: &[Offered],
    prefix: Option<&Prefix>,
    server: Option<&str>,
) -> Result<Offered, Problem> {
    let what = "the values could not be taken";
    let named: Vec<&Offered> = offers.iter().filter(|offer| asked.names(offer)).collect();
    let of_prefix = |offer: &&&Offered| prefix.is_some() && offer.source.prefix() == prefix;
    let of_server = |offer: &&&Offered| server.is_some_and(|server| offer.is_for(server));
    let meant = named.iter().find(of_prefix).or_else(|| named.iter().find(of_server)).copied();
    let usable: Vec<_> = named.iter().filter(|offer| offer.refused.is_none()).copied().collect();
    let chosen = match (meant, &usable[..], &named[..]) {
        (Some(offer), ..) => offer,
        (None, [offer], _) | (None, [], [offer]) => *offer,
        (None, [], []) => {
            let there: Vec<_> = offers.iter().map(|offer| offer.source.flag()).collect();
            let why = format!("{} has no such login", asked.place());
            let hint = if there.is_empty() {
                "give the values by themselves: --server, --username and --password-stdin".to_owned()
            } else {
                format!("there is {}", there.join(", "))
            };
            return Err(Problem::new(what, why, hint));
        }
        (None, ..) => {
            let lines: Vec<_> = named.iter().map(|offer| offer.line()).collect();
            let hint = match asked {
                Asked::File(_) => "name the prefix, or the server with --server".to_owned(),
                Asked::Docker(_) | Asked::Aws(_) | Asked::Env(_) => {
                    let flags: Vec<_> = usable.iter().map(|offer| offer.source.flag()).collect();
                    format!("name one: --from {}", flags.join(" or "))
                }
            };
            return Err(Problem::new(what, format!("several logins are there: {}", lines.join("; ")), hint));
        }
    };
    match &chosen.refused {
        None => Ok(chosen.clone()),
        Some(why) => {
            let hint = "name another place, or give the values by themselves";
            Err(Problem::new(what, format!("{}: {why}", chosen.source.words()), hint))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn docker(key: &str) -> Offered {
        let server = Some(Server::parse(key).unwrap().canonical().into());
        Offered { server, user: Some("octocat".into()), ..Offered::new(Source::Docker { key: key.into() }) }
    }

    fn file(prefix: &str, server: &str) -> Offered {
        let triple = Triple {
            server: Some(server.into()),
            user: Some("u".into()),
            password: Some("p".into()),
            ..Triple::new(Prefix::parse(prefix).unwrap())
        };
        triple.offered(Source::File { path: "x.env".into(), prefix: triple.prefix.clone() })
    }

    #[test]
    fn what_from_takes_is_read_and_everything_else_refused() {
        assert_eq!(Asked::parse("docker"), Ok(Asked::Docker(None)));
        let hub = "https://index.docker.io/v1/";
        assert_eq!(Asked::parse(&format!("docker:{hub}")), Ok(Asked::Docker(Some(hub.to_owned()))));
        assert_eq!(Asked::parse("aws:ci"), Ok(Asked::Aws(Some("ci".to_owned()))));
        assert_eq!(Asked::parse("env:acr"), Ok(Asked::Env(Some(Prefix::parse("ACR").unwrap()))));
        assert_eq!(Asked::parse("file:/a:b"), Ok(Asked::File("/a:b".to_owned())));
        for (text, fault) in [
            ("", AskedFault::Unknown),
            ("podman", AskedFault::Unknown),
            ("file", AskedFault::Empty),
            ("aws:", AskedFault::Empty),
        ] {
            assert_eq!(Asked::parse(text), Err(fault), "{text}");
        }
        assert!(matches!(Asked::parse("env:a b"), Err(AskedFault::Prefix(_))));
    }

    #[test]
    fn the_named_login_is_taken_and_two_are_never_guessed_between() {
        let offers = [docker("ghcr.io"), docker("https://index.docker.io/v1/")];
        let asked = |name: Option<&str>| Asked::Docker(name.map(str::to_owned));
        assert_eq!(choose(&asked(Some("docker.io")), &offers, None, None), Ok(offers[1].clone()), "a name of the Hub");
        assert_eq!(choose(&asked(None), &offers, None, Some("ghcr.io")), Ok(offers[0].clone()));
        assert_eq!(choose(&asked(None), &offers[..1], None, None), Ok(offers[0].clone()));
        let several = choose(&asked(None), &offers, None, None).unwrap_err();
        assert!(several.hint.contains("docker:ghcr.io or docker:https://index.docker.io/v1/"), "{several:?}");
        let none = choose(&asked(Some("quay.io")), &offers, None, None).unwrap_err();
        assert!(none.why.contains("no such login") && none.hint.contains("docker:ghcr.io"), "{none:?}");
    }

    #[test]
    fn of_several_triples_that_of_the_prefix_is_taken_and_a_half_one_is_named() {
        let mut offers = vec![file("ACR", "a.example"), file("GHCR", "ghcr.io")];
        let asked = Asked::File("x.env".to_owned());
        let prefix = Prefix::parse("GHCR").unwrap();
        assert_eq!(choose(&asked, &offers, Some(&prefix), None), Ok(offers[1].clone()));
        assert!(choose(&asked, &offers, None, None).unwrap_err().hint.contains("name the prefix"));
        let half = Triple { server: Some("ghcr.io".into()), ..Triple::new(prefix.clone()) };
        offers[1] = half.offered(Source::File { path: "x.env".into(), prefix: prefix.clone() });
        let problem = choose(&asked, &offers, Some(&prefix), None).unwrap_err();
        assert!(
            problem.why.contains("GHCR_CONTAINER_REGISTRY_USER and GHCR_CONTAINER_REGISTRY_PASSWORD"),
            "{problem:?}"
        );
    }

    #[test]
    fn hostile_names_are_cleaned_and_a_token_as_user_is_not_shown() {
        let mut offer = docker("ghcr.io");
        offer.source = Source::Docker { key: "\u{1b}[2J\u{202e}x".into() };
        offer.user = Some("ghp_abcdefghijklmnopqrstuvwxyz0123456789".into());
        let line = offer.line();
        assert!(!line.chars().any(super::super::foreign::is_hostile) && !line.contains("ghp_"), "{line}");
    }
}
