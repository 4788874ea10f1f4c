//! docker's logins: those that stand in its configuration, and those that a credential helper keeps.
//!
//! Reading the configuration tells servers, users and which helper would be asked; the helper itself runs only in
//! [`take`]. Source of the rules: docker/cli `cli/config/configfile` and docker-credential-helpers' protocol.
//!
//! It is written here and not taken from a library: what there is runs helpers with the whole environment, in which a
//! codespace's passwords stand, and waits for them without end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{SourceFault, json_of, text_of};
use crate::domain::source::{Offered, Source, Taken};
use crate::domain::{Foreign, Sensitive, Server};
use crate::local::Env;
use crate::local::child::{self, Call, Ended};
use crate::local::env::Program;

/// How long a helper may take: somebody may have to unlock its store.
const PATIENCE: Duration = Duration::from_secs(60);

/// docker writes it with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const TOKEN: &str = "it is an identity token, which only docker itself can use and which ends";

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Config {
    auths: BTreeMap<String, Auth>,
    creds_store: String,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Auth {
    #[serde(rename = "auth")]
    pair: Text,
    username: Text,
    password: Text,
    identitytoken: Text,
}

/// What a helper answers to `get`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: Text,
    secret: Text,
}

/// A text that is wiped.
#[derive(Default, Deserialize)]
#[serde(from = "String")]
struct Text(Zeroizing<String>);

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

/// What docker has for a server, beside a user and a password one has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DockerLogin {
    /// Nothing under the key that pulls look up; not even a configuration, or one that is broken.
    None,
    NoFile,
    Unreadable(String),
    /// A helper knows, and it is not asked.
    Helper(Foreign),
    IdentityToken,
    /// An entry that holds something, and no login one can read.
    Undecodable,
    OtherUser,
    OtherPassword,
    Same,
}

/// What docker has under the key that pulls from a server look up, beside this user and password. Nothing is run, and
/// neither password leaves.
pub fn docker_login(env: &Env, server: &Server, mine: (&Foreign, &Sensitive)) -> DockerLogin {
    let config = match place(env).and_then(|path| config(&path)) {
        Ok(config) => config,
        Err(SourceFault::Missing(_)) => return DockerLogin::NoFile,
        Err(fault) => return DockerLogin::Unreadable(fault.to_string()),
    };
    let key = server.lookup_key();
    match (config.helper(&key), config.auths.get(&key)) {
        (Some(helper), _) => DockerLogin::Helper(Foreign::new(format!("docker-credential-{helper}"))),
        (None, Some(auth)) => auth.beside(mine),
        (None, None) => DockerLogin::None,
    }
}

pub(super) fn offers(env: &Env) -> Result<Vec<Offered>, SourceFault> {
    let config = config(&place(env)?)?;
    let mut offers: Vec<Offered> = Vec::new();
    for key in config.keys() {
        let offer = config.offer(key);
        // The Hub has many names, and only one of them is looked up.
        let same = |other: &Offered| offer.server.is_some() && other.server == offer.server;
        match offers.iter_mut().find(|other| same(other)) {
            None => offers.push(offer),
            Some(other) if is_looked_up(key) => *other = offer,
            Some(_) => {}
        }
    }
    Ok(offers)
}

pub(super) async fn take(env: &Env, key: &Foreign) -> Result<Taken, SourceFault> {
    let config = config(&place(env)?)?;
    let offer = config.keys().find(|there| *there == key.raw()).map(|key| config.offer(key));
    let Some(Offered { server: Some(server), refused: None, .. }) = offer else { return Err(SourceFault::Gone) };
    let (user, password) = match config.helper(key.raw()) {
        Some(helper) => ask(env, helper, key.raw()).await?,
        None => config.auths.get(key.raw()).and_then(Auth::pair).ok_or(SourceFault::Gone)?,
    };
    if user.as_str() == "<token>" {
        return Err(SourceFault::Unusable(TOKEN.to_owned()));
    }
    Ok(Taken {
        source: Source::Docker { key: key.clone() },
        server: Some(server.raw().to_owned()),
        user: Sensitive::from(user.as_str()),
        password: Sensitive::from(password.as_str()),
    })
}

impl Config {
    fn keys(&self) -> impl Iterator<Item = &str> {
        let helped = self.cred_helpers.keys().filter(|key| !self.auths.contains_key(*key));
        // Docker Desktop keeps tokens of its own beside the login.
        let is_login = |key: &&String| !key.ends_with("/access-token") && !key.ends_with("/refresh-token");
        self.auths.keys().chain(helped).filter(is_login).map(String::as_str)
    }

    /// The helper that keeps the login for this key, as docker finds it.
    fn helper(&self, key: &str) -> Option<&str> {
        let own = self.cred_helpers.get(key).filter(|name| !name.is_empty());
        own.or(Some(&self.creds_store)).map(String::as_str).filter(|name| !name.is_empty())
    }

    fn offer(&self, key: &str) -> Offered {
        let offer = Offered::new(Source::Docker { key: Foreign::new(key) });
        let server = match Server::parse(key) {
            Ok(server) => Some(Foreign::new(server.canonical())),
            Err(fault) => return offer.refused(format!("this server {fault}")),
        };
        let offer = Offered { server, ..offer };
        if let Some(helper) = self.helper(key) {
            let program = Foreign::new(format!("docker-credential-{helper}"));
            let is_name = helper.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            if !is_name {
                return offer.refused(format!("its helper has no name of a program: {}", program.shown()));
            }
            return Offered { helper: Some(program), ..offer };
        }
        match self.auths.get(key) {
            Some(auth) if !auth.identitytoken.0.is_empty() => offer.refused(TOKEN),
            Some(auth) => match auth.pair() {
                Some((user, _)) => Offered { user: Some(Foreign::new(user.as_str())), ..offer },
                None => offer.refused("docker is not logged in there"),
            },
            None => offer.refused("docker is not logged in there"),
        }
    }
}

impl Auth {
    fn beside(&self, (user, password): (&Foreign, &Sensitive)) -> DockerLogin {
        let is_empty = [&self.pair, &self.username, &self.password].into_iter().all(|text| text.0.is_empty());
        match self.pair() {
            _ if !self.identitytoken.0.is_empty() => DockerLogin::IdentityToken,
            Some((theirs, _)) if theirs.as_str() != user.raw() => DockerLogin::OtherUser,
            Some((_, theirs)) if Sensitive::from(theirs.as_str()) == *password => DockerLogin::Same,
            Some(_) => DockerLogin::OtherPassword,
            None if is_empty => DockerLogin::None,
            None => DockerLogin::Undecodable,
        }
    }

    /// User and password, from the one field docker writes or the two it also reads.
    fn pair(&self) -> Option<(Zeroizing<String>, Zeroizing<String>)> {
        if self.pair.0.is_empty() {
            let is_whole = !self.username.0.is_empty() && !self.password.0.is_empty();
            return is_whole.then(|| (self.username.0.clone(), self.password.0.clone()));
        }
        let bytes = Zeroizing::new(BASE64.decode(self.pair.0.as_bytes()).ok()?);
        let (user, password) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
        // docker cuts zero bytes off, which it once wrote.
        let password = password.trim_matches('\0');
        let is_whole = !user.is_empty() && !password.is_empty();
        is_whole.then(|| (Zeroizing::new(user.to_owned()), Zeroizing::new(password.to_owned())))
    }
}

async fn ask(env: &Env, helper: &str, key: &str) -> Result<(Zeroizing<String>, Zeroizing<String>), SourceFault> {
    let program = format!("docker-credential-{helper}");
    let fault = |why| SourceFault::Helper { program: Foreign::new(program.as_str()), why };
    let call = Call {
        program: &program,
        args: &["get"],
        vars: env.only_for(Program::CredentialHelper).collect(),
        dir: None,
        input: key.as_bytes(),
        deadline: PATIENCE,
    };
    match child::run(call).await {
        Ended::Fine(text) => {
            let answer: Answer = serde_json::from_str(&text).map_err(|_| fault("did not answer as helpers do"))?;
            Ok((answer.username.0, answer.secret.0))
        }
        Ended::Refused => Err(fault("is not on the PATH, or has no such login")),
        Ended::TooSlow => Err(fault("did not answer within a minute")),
    }
}

fn is_looked_up(key: &str) -> bool {
    Server::parse(key).is_ok_and(|server| server.lookup_key() == key)
}

fn place(env: &Env) -> Result<PathBuf, SourceFault> {
    let home = || Some(Path::new(env.get_os("HOME").or_else(|| env.get_os("USERPROFILE"))?).join(".docker"));
    let folder = env.filled("DOCKER_CONFIG").map(PathBuf::from).or_else(home);
    let folder = folder.ok_or_else(|| SourceFault::Missing(Foreign::new("~/.docker")))?;
    Ok(folder.join("config.json"))
}

fn config(path: &Path) -> Result<Config, SourceFault> {
    json_of(path, &text_of(path)?)
}
