//! `DOCKER_AUTH_CONFIG`: logins in the environment, which docker reads before its configuration since 28.3.
//!
//! docker accepts all of it or nothing. Source: `parseEnvConfig` in docker/cli `cli/config/configfile/file.go`.

use std::collections::BTreeMap;

use super::auth::{Auth, Login};
use super::config::{text_into, unfit};
use crate::domain::go_json::{GoFault, GoValue, is_same_key};
use crate::domain::source::address;
use crate::domain::{Sensitive, Untrusted};
use crate::local::Env;

pub(in crate::local::sources) const NAME: &str = "DOCKER_AUTH_CONFIG";

/// Why docker accepts nothing of it.
pub(in crate::local::sources) fn fault(env: &Env) -> Option<String> {
    logins(env).err()
}

pub(super) fn logins(env: &Env) -> Result<BTreeMap<String, Auth>, String> {
    let Some(text) = env.get(NAME).filter(|text| !text.is_empty()) else { return Ok(BTreeMap::new()) };
    let json = match GoValue::whole(text.as_bytes()) {
        Err(GoFault::Empty) => return Ok(BTreeMap::new()),
        json => json.map_err(|fault| format!("it {fault}"))?,
    };
    let mut misread = None;
    let mut logins = BTreeMap::new();
    let entries = match json {
        GoValue::Object(pairs) => entries(pairs, &mut misread)?,
        GoValue::Null => Vec::new(),
        other => {
            unfit(&mut misread, "the value", &other, "an object");
            Vec::new()
        }
    };
    if let Some(why) = misread {
        return Err(why);
    }
    for (server, pair) in entries {
        if pair.is_empty() {
            return Err(format!("it has no auth for {}, and docker accepts nothing else", shown(&server)));
        }
        let auth = Auth::of_pair(pair);
        if let Login::Undecodable(why) = auth.login() {
            return Err(format!("the auth of {} cannot be decoded: {why}", shown(&server)));
        }
        logins.insert(server, auth);
    }
    Ok(logins)
}

/// Its servers with their `auth`; any other field is an error.
fn entries(pairs: Vec<(String, GoValue)>, misread: &mut Option<String>) -> Result<Vec<(String, Sensitive)>, String> {
    let mut found = Vec::new();
    for (key, value) in pairs {
        if !is_same_key(&key, "auths") {
            return Err(unknown(&key));
        }
        let servers = match value {
            GoValue::Object(servers) => servers,
            GoValue::Null => {
                found.clear();
                continue;
            }
            other => {
                unfit(misread, "auths", &other, "an object");
                continue;
            }
        };
        for (server, entry) in servers {
            let mut pair = Sensitive::from("");
            match entry {
                GoValue::Object(fields) => {
                    for (key, value) in fields {
                        if !is_same_key(&key, "auth") {
                            return Err(unknown(&key));
                        }
                        text_into(&mut pair, value, "auth", misread);
                    }
                }
                GoValue::Null => {}
                other => unfit(misread, "an entry of auths", &other, "an object"),
            }
            found.push((server, pair));
        }
    }
    Ok(found)
}

fn unknown(key: &str) -> String {
    let name: String = key.chars().take(40).collect();
    format!("it has the field {}, but docker accepts only auths with auth", Untrusted::new(name).shown())
}

fn shown(server: &str) -> String {
    address(&Untrusted::new(server))
}
