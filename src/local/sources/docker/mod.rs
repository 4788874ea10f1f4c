//! docker's logins: those in its configuration or in `DOCKER_AUTH_CONFIG`, and those of a credential helper.
//!
//! Reading the configuration finds servers, users and which helper would be asked; the helper itself runs only in
//! [`take`]. Source of the rules: docker/cli `cli/config` and docker-credential-helpers' protocol.
//!
//! No library is used: the available crate passes helpers the whole environment, which in a codespace contains
//! passwords, waits for them without a limit, and reads JSON more strictly than docker does.

mod auth;
mod config;
mod helper;
pub(super) mod podman;
mod variable;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use self::auth::{Auth, Login};
use self::config::Config;
use super::{SourceFault, bytes_of};
use crate::domain::go_json::{GoFault, GoValue};
use crate::domain::output::{self, Output};
use crate::domain::source::{Offered, Source, Taken, address, host_of, pull_key, server_of};
use crate::domain::{Sensitive, Server, Untrusted};
use crate::local::Env;

pub(super) use self::variable::{NAME as VARIABLE, fault as variable_fault};

const TOKEN: &str = "it is an identity token that expires and only docker can use";
const REGISTRY_TOKEN: &str = "it is a token for the registry itself, which has no user and expires";
const NO_LOGIN: &str = "docker is not logged in there";

/// What docker has for a server, compared with your user and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DockerLogin {
    /// Nothing under the key that pulls look up, or no configuration at all, or a broken one.
    None,
    NoFile,
    Unreadable(String),
    /// A helper knows, and is not asked.
    Helper(Untrusted),
    IdentityToken,
    RegistryToken,
    /// An entry that has contents but no readable login.
    Undecodable,
    OtherUser,
    OtherPassword,
    Same,
}

/// Everything that docker itself would look through.
struct Logins {
    config: Config,
    /// From `DOCKER_AUTH_CONFIG`, which takes precedence over the file since docker 28.3.
    variable: BTreeMap<String, Auth>,
    has_file: bool,
}

/// What docker has under the key that pulls from a server look up, compared with this user and password. Nothing is
/// run, and neither password is returned.
pub fn docker_login(env: &Env, server: &Server, mine: (&Untrusted, &Sensitive)) -> DockerLogin {
    let logins = match Logins::read(env) {
        Ok(logins) => logins,
        Err(fault) => return DockerLogin::Unreadable(fault.to_string()),
    };
    let key = server.lookup_key();
    if let Some(auth) = logins.variable.get(&key) {
        return auth.beside(mine);
    }
    let config = &logins.config;
    match (config.helper(&key), &config.misread) {
        (Some(helper), _) => DockerLogin::Helper(Untrusted::new(helper::program(helper))),
        (None, _) if !logins.has_file => DockerLogin::NoFile,
        (None, Some(why)) => DockerLogin::Unreadable(format!("docker reads no login from its configuration: {why}")),
        (None, None) => match (logins.spoiled(), logins.looked_up(&key)) {
            (Some((other, why)), Some(auth)) if other != key && auth.is_pair() => DockerLogin::Unreadable(format!(
                "the auth of {} cannot be decoded ({why}), so docker reads the other logins only by chance",
                address(&Untrusted::new(other))
            )),
            (_, Some(auth)) => auth.beside(mine),
            (_, None) => DockerLogin::None,
        },
    }
}

pub(super) fn offers(env: &Env) -> Result<Vec<Offered>, SourceFault> {
    let logins = Logins::read(env)?;
    if !logins.has_file && logins.variable.is_empty() {
        return Err(SourceFault::Missing(Untrusted::new(place(env)?.to_string_lossy())));
    }
    let mut offers: Vec<Offered> = Vec::new();
    for key in logins.keys() {
        let offer = logins.offer(key);
        // One server may be listed under several keys, only one of which is looked up.
        let same = |other: &&mut Offered| pull_key(key).is_some_and(|mine| pull_key(key_of(other)) == Some(mine));
        match offers.iter_mut().find(same) {
            None => offers.push(offer),
            Some(other) if found_by(key) > found_by(key_of(other)) => *other = offer,
            Some(other) if found_by(key) == 1 && found_by(key_of(other)) == 1 && logins.differ(key, key_of(other)) => {
                let why = format!("{} has another login for it, and docker uses either by chance", said(key));
                *other = other.clone().refused(why);
            }
            Some(_) => {}
        }
    }
    Ok(offers)
}

/// The login of a name that is listed nowhere, but that the store docker would ask may still have.
pub(super) fn unlisted(env: &Env, name: &str) -> Option<Offered> {
    let logins = Logins::read(env).ok()?;
    let key = pull_key(name)?;
    logins.config.helper(&key)?;
    Some(logins.offer(&key))
}

fn said(key: &str) -> String {
    address(&Untrusted::new(key))
}

fn key_of(offer: &Offered) -> &str {
    offer.source.key().map_or("", Untrusted::raw)
}

pub(super) async fn take(env: &Env, key: &Untrusted) -> Result<Taken, SourceFault> {
    let logins = Logins::read(env)?;
    let offer = logins.offer(key.raw());
    if let Some(why) = offer.refused {
        return Err(if logins.keys().any(|there| there == key.raw()) {
            SourceFault::Unusable(why)
        } else {
            SourceFault::Gone
        });
    }
    let server = offer.server.ok_or(SourceFault::Gone)?;
    let wanted = pull_key(key.raw()).ok_or(SourceFault::Gone)?;
    let helper = logins.config.helper(&wanted).filter(|_| !logins.variable.contains_key(&wanted));
    let (user, password) = match (helper, logins.auth(key.raw(), &wanted).map(Auth::login)) {
        (Some(helper), _) => match helper::ask(env, helper, &wanted).await {
            Ok(answer) => answer,
            Err(fault) => logins.in_its_place(&wanted, &fault).ok_or(fault)?,
        },
        (None, Some(Login::Pair(user, password))) => (user, password),
        (None, _) => return Err(SourceFault::Gone),
    };
    if user == Sensitive::from(helper::TOKEN_USER) {
        return Err(SourceFault::Unusable(TOKEN.to_owned()));
    }
    Ok(Taken { source: Source::Docker { key: key.clone() }, server: Some(server.raw().to_owned()), user, password })
}

impl Logins {
    /// A broken file is ignored if the variable has logins, as docker does.
    fn read(env: &Env) -> Result<Self, SourceFault> {
        let variable = variable::logins(env).unwrap_or_default();
        let (mut config, has_file) = match place(env).and_then(|path| config(&path)) {
            Ok(config) => (config, true),
            Err(SourceFault::Missing(_)) => (Config::default(), false),
            Err(_) if !variable.is_empty() => (Config::default(), false),
            Err(fault) => return Err(fault),
        };
        if !config.contains_auth() {
            helper::of_system(env).unwrap_or_default().clone_into(&mut config.creds_store);
        }
        Ok(Self { config, variable, has_file })
    }

    fn keys(&self) -> impl Iterator<Item = &str> {
        let of_file = self.config.auths.keys().filter(|key| !self.variable.contains_key(*key));
        let is_new = |key: &&String| !self.config.auths.contains_key(*key) && !self.variable.contains_key(*key);
        let helped = self.config.cred_helpers.keys().filter(is_new);
        // Docker Desktop keeps its own tokens beside the login.
        let is_login = |key: &&String| !key.ends_with("/access-token") && !key.ends_with("/refresh-token");
        self.variable.keys().chain(of_file).chain(helped).filter(is_login).map(String::as_str)
    }

    /// The login under this key, from the place that is searched first for what pulls look up.
    fn auth(&self, key: &str, wanted: &str) -> Option<&Auth> {
        self.variable.get(wanted).or_else(|| self.config.auths.get(key))
    }

    /// What docker's file has for the key that a pull looks up: under exactly this key, or else under one with this
    /// host. Source: docker/cli `cli/config/credentials/file_store.go`, which asks no helper in the second case.
    fn looked_up(&self, key: &str) -> Option<&Auth> {
        let auths = &self.config.auths;
        auths.get(key).or_else(|| auths.iter().find(|(there, _)| host_of(there) == key).map(|(_, auth)| auth))
    }

    /// What docker takes from the file if its helper fails; a helper without the login has not failed. Source: `Get` in
    /// docker/cli `cli/config/credentials/native_store.go`, whose error is ignored.
    fn in_its_place(&self, wanted: &str, fault: &SourceFault) -> Option<(Sensitive, Sensitive)> {
        match (fault, self.looked_up(wanted).map(Auth::login)) {
            (SourceFault::Helper { why, .. }, _) if why.contains(helper::NOT_FOUND) => None,
            (_, Some(Login::Pair(user, password))) if self.config.misread.is_none() => Some((user, password)),
            _ => None,
        }
    }

    /// An entry that cannot be decoded. docker stops there, at a random point: Go's maps have no order.
    fn spoiled(&self) -> Option<(&str, &'static str)> {
        self.config.auths.iter().find_map(|(key, auth)| match auth.login() {
            Login::Undecodable(why) => Some((key.as_str(), why)),
            _ => None,
        })
    }

    fn differ(&self, one: &str, other: &str) -> bool {
        let login = |key| self.config.auths.get(key).map(Auth::login);
        match (login(one), login(other)) {
            (Some(Login::Pair(user, password)), Some(Login::Pair(other, another))) => {
                (user, password) != (other, another)
            }
            (Some(Login::Pair(..)), _) | (_, Some(Login::Pair(..))) => true,
            (_, _) => false,
        }
    }

    fn offer(&self, key: &str) -> Offered {
        let offer = Offered::new(Source::Docker { key: Untrusted::new(key) });
        let server = match server_of(key) {
            Ok(server) => Some(Untrusted::new(server.canonical())),
            Err(fault) => return offer.refused(format!("this server {fault}")),
        };
        let offer = Offered { server, ..offer };
        let wanted = pull_key(key).unwrap_or_default();
        if found_by(key) == 0 {
            return offer.refused(format!("no pull finds it there: docker looks up {}", said(&wanted)));
        }
        if !self.variable.contains_key(&wanted)
            && let Some(helper) = self.config.helper(&wanted)
        {
            return self.helped(helper, &wanted, offer);
        }
        match &self.config.misread {
            Some(why) if !self.variable.contains_key(&wanted) => {
                return offer.refused(format!("docker reads no login from this file: {why}"));
            }
            Some(_) | None => {}
        }
        let login = self.auth(key, &wanted).map_or(Login::None, Auth::login);
        match login {
            Login::Pair(user, _) => Offered { user: Some(Untrusted::new(user.expose())), ..offer },
            Login::None if self.config.cred_helpers.contains_key(key) && key != wanted => {
                offer.refused(format!("docker asks a helper for {} only, not for this name", said(&wanted)))
            }
            Login::None => offer.refused(NO_LOGIN),
            Login::IdentityToken => offer.refused(TOKEN),
            Login::RegistryToken => offer.refused(REGISTRY_TOKEN),
            Login::NoPassword => offer.refused("docker has a user there but no password"),
            Login::Undecodable(why) => offer.refused(format!("the auth of {} cannot be decoded: {why}", said(key))),
        }
    }

    fn helped(&self, helper: &str, wanted: &str, offer: Offered) -> Offered {
        let program = Untrusted::new(helper::program(helper));
        if !helper::is_name(helper) {
            return offer.refused(format!("its helper is not a program name: {}", program.shown()));
        }
        if self.looked_up(wanted).is_some_and(Auth::has_registry_token) {
            return offer.refused(REGISTRY_TOKEN);
        }
        Offered { helper: Some(program), ..offer }
    }
}

/// How surely a pull finds the login under this key: it is the key itself, or one with its host, or neither.
fn found_by(key: &str) -> u8 {
    match pull_key(key) {
        // Keys that lower-case images look up take precedence over keys that only images with the same capitals do.
        Some(wanted) if wanted == key && Server::parse(key).is_ok_and(|server| server.canonical() == key) => 3,
        Some(wanted) if wanted == key => 2,
        Some(wanted) if wanted == host_of(key) => 1,
        Some(_) | None => 0,
    }
}

pub(super) fn place(env: &Env) -> Result<PathBuf, SourceFault> {
    let home = || Some(Path::new(env.get_os("HOME").or_else(|| env.get_os("USERPROFILE"))?).join(".docker"));
    let folder = env.filled("DOCKER_CONFIG").map(PathBuf::from).or_else(home);
    let folder = folder.ok_or_else(|| SourceFault::Missing(Untrusted::new("~/.docker")))?;
    Ok(folder.join("config.json"))
}

/// An empty file is one without logins.
fn config(path: &Path) -> Result<Config, SourceFault> {
    let bytes = bytes_of(path)?;
    let config = parsed(path, &bytes)?;
    if !config.contains_auth()
        && let Some(Output::Logins(kind, _)) = std::str::from_utf8(&bytes).ok().and_then(output::recognize)
    {
        let why = format!(
            "{} holds {}, not docker's configuration",
            Untrusted::new(path.to_string_lossy()).shown(),
            kind.words()
        );
        return Err(SourceFault::Misplaced { why, path: Untrusted::new(path.to_string_lossy()) });
    }
    Ok(config)
}

/// The logins of a configuration stored elsewhere, as far as they are in the file itself.
pub(super) fn logins_of(text: &Sensitive, path: &Path) -> Result<Vec<Keyed>, SourceFault> {
    let config = parsed(path, text.expose().as_bytes())?;
    let misread = config.misread.clone();
    let login = |(key, auth): (&String, &Auth)| {
        let login = match (auth.login(), &misread) {
            (_, Some(why)) => Err(format!("docker reads no login from it: {why}")),
            (Login::Pair(user, password), None) => Ok(Pair { user, password }),
            (Login::Undecodable(why), None) => Err(format!("the auth of {} cannot be decoded: {why}", said(key))),
            (Login::IdentityToken, None) => Err(TOKEN.to_owned()),
            (Login::RegistryToken, None) => Err(REGISTRY_TOKEN.to_owned()),
            (Login::None | Login::NoPassword, None) => Err(NO_LOGIN.to_owned()),
        };
        (key.clone(), login)
    };
    Ok(config.auths.iter().map(login).collect())
}

/// A login under its key, or why there is none.
pub(super) type Keyed = (String, Result<Pair, String>);

/// A user and a password.
pub(super) struct Pair {
    pub user: Sensitive,
    pub password: Sensitive,
}

impl Pair {
    pub(super) fn user_text(&self) -> &str {
        self.user.expose()
    }
}

fn parsed(path: &Path, bytes: &[u8]) -> Result<Config, SourceFault> {
    let fault = match GoValue::first(bytes) {
        Ok(json) => return Ok(Config::of(json)),
        Err(GoFault::Empty) => return Ok(Config::default()),
        Err(fault) => fault,
    };
    let end = if let GoFault::Syntax(at) = fault { at } else { bytes.len() };
    let line = 1 + bytes.iter().take(end).filter(|byte| **byte == b'\n').count();
    let mark =
        if bytes.starts_with(b"\xef\xbb\xbf") { ": it starts with a byte order mark, which is not JSON" } else { "" };
    let why = format!("it {fault}{mark}, so docker reads no login from it");
    Err(SourceFault::Broken { path: Untrusted::new(path.to_string_lossy()), line, why })
}
