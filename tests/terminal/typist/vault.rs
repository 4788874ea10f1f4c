//! What the sandbox holds, and what became of it: the deeds that some question has to have named.

use std::collections::{BTreeMap, BTreeSet};

use pullkey::sandbox::{RequestView, SecretView};

use crate::support::question::{Deed, Reach};
use crate::support::world::Scene;

const SCOPES: [&str; 5] = ["user", "org:acme", "org:globex", "org:initech", "repo:acme/api"];

/// The sandbox's secrets by scope, in the screens' words, and name.
pub(super) struct Vault(BTreeMap<(String, String), Held>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    reach: Reach,
    value: String,
    updated: String,
}

/// A scope of the sandbox's in the screens' words.
pub(super) fn scope_words(scope: &str) -> String {
    match scope.split_once(':') {
        Some(("org", name)) => format!("organization {name}"),
        Some((_, name)) => format!("repository {name}"),
        None => "your own secrets".to_owned(),
    }
}

fn reach_of(scope: &str, secret: &SecretView) -> Reach {
    match secret.visibility.as_deref() {
        _ if scope.starts_with("repo:") => Reach::Own,
        Some("all") => Reach::All,
        Some("private") => Reach::Private,
        Some(_) | None => Reach::Selected(secret.repository_names().into_iter().map(str::to_owned).collect()),
    }
}

impl Vault {
    pub(super) fn of(scene: &Scene) -> Self {
        let mut all = BTreeMap::new();
        for scope in SCOPES {
            for secret in scene.world().secrets(scope) {
                let updated = secret.updated_at.to_string();
                let held = Held { reach: reach_of(scope, &secret), value: secret.value, updated };
                all.insert((scope_words(scope), secret.name), held);
            }
        }
        Self(all)
    }

    /// For each secret that is another than it was, what may have been done to it.
    pub(super) fn since(&self, old: &Self) -> Vec<Vec<Deed>> {
        let keys: BTreeSet<_> = self.0.keys().chain(old.0.keys()).collect();
        keys.into_iter().map(|key| deeds(key, old.0.get(key), self.0.get(key))).filter(|may| !may.is_empty()).collect()
    }
}

/// What may have been done to a secret that is another now.
fn deeds((scope, secret): &(String, String), old: Option<&Held>, now: Option<&Held>) -> Vec<Deed> {
    let (scope, secret) = (scope.clone(), secret.clone());
    match (old, now) {
        (Some(_), None) => vec![Deed::Delete { secret, scope }],
        (None, Some(now)) => vec![Deed::Write { secret, scope, before: None, after: now.reach.clone() }],
        (Some(old), Some(now)) if old != now => {
            let (before, after) = (old.reach.clone(), now.reach.clone());
            let write = Deed::Write {
                secret: secret.clone(),
                scope: scope.clone(),
                before: Some(before.clone()),
                after: after.clone(),
            };
            // The same value may have been written once more.
            let grants = old.value == now.value && before != after;
            let grant = grants.then_some(Deed::Grant { secret, scope, before, after });
            grant.into_iter().chain([write]).collect()
        }
        _ => Vec::new(), // it is what it was
    }
}

/// What a request writes.
pub(super) struct Written {
    pub(super) kind: &'static str,
    pub(super) what: What,
}

pub(super) enum What {
    Secret {
        /// Of the sandbox's names.
        scope: String,
        name: String,
    },
    Codespace(String),
}

/// What a request writes, if it does.
pub(super) fn written(request: &RequestView) -> Option<Written> {
    if request.door != "api" || !["PUT", "DELETE", "PATCH", "POST"].contains(&request.method.as_str()) {
        return None;
    }
    let path = request.path.split('?').next()?.trim_start_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let (scope, rest) = match parts.as_slice() {
        ["user", rest @ ..] => ("user".to_owned(), rest),
        ["orgs", org, rest @ ..] => (format!("org:{org}"), rest),
        ["repos", owner, name, rest @ ..] => (format!("repo:{owner}/{name}"), rest),
        _ => return None, // nothing of ours
    };
    if let ["codespaces", name, verb @ ("start" | "stop")]
    | ["members", _, "codespaces", name, verb @ ("start" | "stop")] = rest
    {
        let kind = if *verb == "start" { "start" } else { "stop" };
        return Some(Written { kind, what: What::Codespace((*name).to_owned()) });
    }
    let ["codespaces", "secrets", name, rest @ ..] = rest else { return None };
    let kind = match (request.method.as_str(), rest) {
        ("DELETE", []) => "delete",
        (_, ["repositories", ..]) => "put access",
        _ => "put",
    };
    Some(Written { kind, what: What::Secret { scope, name: (*name).to_owned() } })
}
