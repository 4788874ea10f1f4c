//! podman's logins, which skopeo and buildah share: `auth.json`, in the places where they look.
//!
//! podman reads docker's file after these; it is offered as docker's own. Keys may name a repository. Source:
//! containers/image `pkg/docker/config/config.go`.

use std::path::{Path, PathBuf};

use super::auth::{Auth, Login};
use super::config::Config;
use super::helper;
use crate::domain::go_json::{GoValue, is_same_key};
use crate::domain::source::{Offered, Source, Taken, address};
use crate::domain::{Sensitive, Server, Untrusted};
use crate::local::Env;
use crate::local::sources::{SourceFault, bytes_of};

/// Where they look, in their order. A file named in `REGISTRY_AUTH_FILE` is the only one.
pub(in crate::local::sources) fn places(env: &Env) -> Vec<PathBuf> {
    if let Some(path) = env.filled("REGISTRY_AUTH_FILE") {
        return vec![PathBuf::from(path)];
    }
    let home = env.get_os("HOME").or_else(|| env.get_os("USERPROFILE")).map(Path::new);
    let runtime = match env.filled("XDG_RUNTIME_DIR") {
        Some(folder) => Some(Path::new(folder).join("containers")),
        None => of_process(),
    };
    let config = env.filled("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| Some(home?.join(".config")));
    let folders = runtime.into_iter().chain(config.map(|folder| folder.join("containers")));
    folders.map(|folder| folder.join("auth.json")).collect()
}

/// If `XDG_RUNTIME_DIR` is not set.
#[cfg(target_os = "linux")]
fn of_process() -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt as _;
    let user = std::fs::metadata("/proc/self").ok()?.uid();
    Some(PathBuf::from(format!("/run/containers/{user}")))
}

#[cfg(not(target_os = "linux"))]
fn of_process() -> Option<PathBuf> {
    None
}

/// The logins of every place; the first place that has a key counts. If all are missing, the first is reported.
pub(in crate::local::sources) fn offers(env: &Env) -> Result<Vec<Offered>, SourceFault> {
    let mut offers: Vec<Offered> = Vec::new();
    let mut missing = None;
    let mut has_any = false;
    for path in places(env) {
        let config = match read(&path) {
            Ok(config) => config,
            Err(fault @ SourceFault::Missing(_)) => {
                missing.get_or_insert(fault);
                continue;
            }
            Err(fault) => return Err(fault),
        };
        has_any = true;
        for key in keys(&config) {
            let is_new = |key: &str| !offers.iter().any(|offer| offer.source.key().is_some_and(|k| k.raw() == key));
            if is_new(key) {
                offers.push(offer(&config, &path, key));
            }
        }
    }
    match missing {
        Some(fault) if !has_any => Err(fault),
        Some(_) | None => Ok(offers),
    }
}

pub(in crate::local::sources) async fn take(
    env: &Env,
    path: &Untrusted,
    key: &Untrusted,
) -> Result<Taken, SourceFault> {
    let file = Path::new(path.raw());
    let config = read(file)?;
    let offer = offer(&config, file, key.raw());
    if let Some(why) = offer.refused {
        return Err(SourceFault::Unusable(why));
    }
    let (user, password) = match (config.cred_helpers.get(key.raw()), config.auths.get(key.raw()).map(Auth::login)) {
        (Some(helper), _) => helper::ask(env, helper, key.raw()).await?,
        (None, Some(Login::Pair(user, password))) => (user, password),
        (None, _) => return Err(SourceFault::Gone),
    };
    if user == Sensitive::from(helper::TOKEN_USER) {
        return Err(SourceFault::Unusable(super::TOKEN.to_owned()));
    }
    let server = offer.server.map(|server| server.raw().to_owned());
    Ok(Taken { source: offer.source, server, user, password })
}

fn keys(config: &Config) -> impl Iterator<Item = &str> {
    let helped = config.cred_helpers.keys().filter(|key| !config.auths.contains_key(*key));
    config.auths.keys().chain(helped).map(String::as_str)
}

fn offer(config: &Config, path: &Path, key: &str) -> Offered {
    let source = Source::Podman { path: Untrusted::new(path.to_string_lossy()), key: Untrusted::new(key) };
    let offer = Offered::new(source);
    let server = match Server::parse(key) {
        Ok(server) => Some(Untrusted::new(server.canonical())),
        Err(fault) => return offer.refused(format!("this server {fault}")),
    };
    let offer = Offered { server, ..offer };
    if let Some(helper) = config.cred_helpers.get(key) {
        let program = Untrusted::new(helper::program(helper));
        if !helper::is_name(helper) {
            return offer.refused(format!("its helper is not a program name: {}", program.shown()));
        }
        return Offered { helper: Some(program), ..offer };
    }
    match config.auths.get(key).map_or(Login::None, Auth::login) {
        Login::Pair(user, _) => Offered { user: Some(Untrusted::new(user.expose())), ..offer },
        Login::None => offer.refused("podman is not logged in there"),
        Login::IdentityToken | Login::RegistryToken => offer.refused(super::TOKEN),
        Login::NoPassword => offer.refused("podman has a user there but no password"),
        Login::Undecodable(why) => {
            offer.refused(format!("the auth of {} cannot be decoded: {why}", address(&Untrusted::new(key))))
        }
    }
}

/// podman knows only `auths` and `credHelpers`, and refuses a file that continues after its JSON.
fn read(path: &Path) -> Result<Config, SourceFault> {
    let bytes = bytes_of(path)?;
    let broken = |why: String| SourceFault::Broken { path: Untrusted::new(path.to_string_lossy()), line: 1, why };
    let json =
        GoValue::whole(&bytes).map_err(|fault| broken(format!("it {fault}, so podman reads nothing from it")))?;
    let is_known = |key: &str| is_same_key(key, "auths") || is_same_key(key, "credhelpers");
    let config = Config::of(match json {
        GoValue::Object(pairs) => GoValue::Object(pairs.into_iter().filter(|(key, _)| is_known(key)).collect()),
        other => other,
    });
    match config.misread {
        Some(why) => Err(broken(format!("{why}; podman reads nothing from it"))),
        None => Ok(config),
    }
}
