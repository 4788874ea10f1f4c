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
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::{SourceFault, json_of, text_of};
use crate::domain::source::{Offered, Source, Taken};
use crate::domain::{Foreign, Sensitive, Server};
use crate::leash::Child;
use crate::local::Env;
use crate::local::child::{self, Call, Ended, Failing};

/// How long a helper may take: somebody may have to unlock its store.
const PATIENCE: Duration = Duration::from_secs(60);

/// docker writes it with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What is told of a helper's own words, in characters.
const TOLD: usize = 160;

const TOKEN: &str = "it is an identity token, which only docker itself can use and which ends";

/// A `null` is nothing everywhere, as it is for docker.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Config {
    #[serde(deserialize_with = "nothing_if_null")]
    auths: BTreeMap<String, Option<Auth>>,
    #[serde(deserialize_with = "nothing_if_null")]
    creds_store: String,
    #[serde(deserialize_with = "nothing_if_null")]
    cred_helpers: BTreeMap<String, Option<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Auth {
    #[serde(rename = "auth", deserialize_with = "nothing_if_null")]
    pair: Text,
    #[serde(deserialize_with = "nothing_if_null")]
    username: Text,
    #[serde(deserialize_with = "nothing_if_null")]
    password: Text,
    #[serde(deserialize_with = "nothing_if_null")]
    identitytoken: Text,
}

fn nothing_if_null<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
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
    match (config.helper(&key), config.looked_up(&key)) {
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
        // One server may stand there under several keys, and only one of them is looked up.
        let same = |other: &Offered| offer.server.is_some() && other.server == offer.server;
        match offers.iter_mut().find(|other| same(other)) {
            None => offers.push(offer),
            Some(other) if found_by(key) > found_by(key_of(other)) => *other = offer,
            Some(_) => {}
        }
    }
    Ok(offers)
}

fn key_of(offer: &Offered) -> &str {
    match &offer.source {
        Source::Docker { key } => key.raw(),
        Source::Aws { .. } | Source::Env { .. } | Source::File { .. } => "", // never offered here
    }
}

pub(super) async fn take(env: &Env, key: &Foreign) -> Result<Taken, SourceFault> {
    let config = config(&place(env)?)?;
    let offer = config.keys().find(|there| *there == key.raw()).map(|key| config.offer(key));
    let Some(Offered { server: Some(server), refused: None, .. }) = offer else { return Err(SourceFault::Gone) };
    let (user, password) = match config.helper(key.raw()) {
        Some(helper) => ask(env, helper, key.raw()).await?,
        None => config.auth(key.raw()).and_then(Auth::pair).ok_or(SourceFault::Gone)?,
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
        let own = self.cred_helpers.get(key).and_then(Option::as_ref).filter(|name| !name.is_empty());
        own.or(Some(&self.creds_store)).map(String::as_str).filter(|name| !name.is_empty())
    }

    fn auth(&self, key: &str) -> Option<&Auth> {
        self.auths.get(key)?.as_ref()
    }

    /// What docker's file has for the key that a pull looks up: under this very key, or else under one whose host it
    /// is. Source: docker/cli `cli/config/credentials/file_store.go`, which asks no helper in the second way.
    fn looked_up(&self, key: &str) -> Option<&Auth> {
        let of_old = || self.auths.iter().find(|(there, _)| host_of(there) == key).and_then(|(_, auth)| auth.as_ref());
        self.auth(key).or_else(of_old)
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
        match self.auth(key) {
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
    let call = Call {
        program: &program,
        args: &["get"],
        kind: Child::CredentialHelper,
        env,
        dir: None,
        input: key.as_bytes(),
        deadline: PATIENCE,
    };
    let why = match child::run(call).await {
        Ended::Fine(text) => match serde_json::from_str::<Answer>(&text) {
            Ok(answer) if answer.username.0.is_empty() || answer.secret.0.is_empty() => {
                "answered without a user or without a password".to_owned()
            }
            Ok(answer) => return Ok((answer.username.0, answer.secret.0)),
            Err(_) => "did not answer as helpers do, with JSON that has Username and Secret".to_owned(),
        },
        Ended::TooSlow => "did not answer within a minute, and was ended".to_owned(),
        Ended::Failed(failing) => match failing {
            Failing::Missing => "is not on the PATH".to_owned(),
            Failing::Unstartable => "is on the PATH and could not be started".to_owned(),
            Failing::TooMuch => "answered more than any login is long, and was ended".to_owned(),
            Failing::NoText => "answered something that is no text".to_owned(),
            Failing::Refused { code, said } => refusal(code, &said),
        },
    };
    Err(SourceFault::Helper { program: Foreign::new(program), why })
}

fn refusal(code: Option<i32>, said: &str) -> String {
    let end = code.map_or_else(|| "was ended by a signal".to_owned(), |code| format!("refused with exit code {code}"));
    match words_of(said) {
        Some(words) => format!("{end}: {words}"),
        None => format!("{end} and said nothing that can be told"),
    }
}

/// A helper's own words, as far as they are words: what might be a value, with digits or odd signs in it, is left out.
fn words_of(said: &str) -> Option<String> {
    let line = said.lines().map(str::trim).find(|line| !line.is_empty())?;
    let is_plain = |word: &str| {
        let bare = word.trim_matches(|c: char| matches!(c, '.' | ',' | ':' | ';' | '"' | '\'' | '`' | '(' | ')'));
        let is_number = bare.len() <= 3 && bare.bytes().all(|b| b.is_ascii_digit());
        let is_word = bare.len() <= 20 && bare.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '_' | '\''));
        is_number || is_word
    };
    let words: Vec<_> = line.split_whitespace().map(|word| if is_plain(word) { word } else { "(...)" }).collect();
    let told: String = words.join(" ").chars().take(TOLD).collect();
    words.iter().any(|word| *word != "(...)").then(|| Foreign::new(told).shown())
}

/// How surely a pull finds what stands under this key: under the key it looks up, under one whose host that is, or not.
fn found_by(key: &str) -> u8 {
    match Server::parse(key).map(|server| server.lookup_key()) {
        Ok(wanted) if wanted == key => 2,
        Ok(wanted) if wanted == host_of(key) => 1,
        Ok(_) | Err(_) => 0,
    }
}

/// What docker takes for the host of a key it wrote long ago: `ConvertToHostname`, in the same file.
fn host_of(key: &str) -> String {
    let of_address = || {
        let (_, rest) = key.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        // An IPv6 address loses its brackets where no port follows.
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        Some(bare.trim_end_matches(':').to_owned()).filter(|host| !host.is_empty())
    };
    of_address().unwrap_or_else(|| key.split('/').next().unwrap_or_default().to_owned())
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
