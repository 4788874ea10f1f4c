//! The token server of the Bearer registry (docs: “Token Authentication Specification” of Distribution): opaque tokens,
//! each valid only for the scopes it was requested for.

use std::collections::HashMap;
use std::fmt;

use chrono::{SecondsFormat, Utc};
use crypto_box::aead::OsRng;
use crypto_box::aead::rand_core::RngCore as _;
use http::{Method, StatusCode, header};
use serde_json::json;

use super::super::call::Call;
use super::super::reply::Reply;
use super::super::world::World;
use super::{LOGIN_ONLY, REPOSITORY, Registry, SERVICE};

const LIFETIME_SECONDS: u32 = 300;

/// The permission to pull from one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Scope(String);

impl Scope {
    pub(super) fn pull(repository: &str) -> Self {
        Self(repository.to_owned())
    }

    /// `repository:team/app:pull`, possibly with more actions; `None` without the permission to pull.
    fn parse(text: &str) -> Option<Self> {
        let (repository, actions) = text.strip_prefix("repository:")?.rsplit_once(':')?;
        actions.split(',').any(|action| action == "pull" || action == "*").then(|| Self::pull(repository))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "repository:{}:pull", self.0)
    }
}

/// What a token is valid for.
#[derive(Debug, Clone)]
pub(in super::super) struct Grant {
    pub(super) scopes: Vec<Scope>,
}

#[derive(Debug, Default)]
pub(in super::super) struct Tokens(HashMap<String, Grant>);

impl Tokens {
    pub(super) fn grant(&self, token: &str) -> Option<Grant> {
        self.0.get(token).cloned()
    }
}

/// GET only: the oauth2 form is answered with 405, after which clients fall back to GET.
pub(super) fn serve(registry: &Registry, world: &World, call: &Call) -> Reply {
    if call.method != Method::GET {
        return Reply::json(StatusCode::METHOD_NOT_ALLOWED, &json!({ "details": "use GET" }));
    }
    if call.query("service").is_some_and(|service| service != SERVICE) {
        return Reply::json(StatusCode::BAD_REQUEST, &json!({ "details": "unknown service" }));
    }
    let Some((user, password)) = call.basic() else { return refused() };
    let Some(user) = registry.login(&user, &password) else { return refused() };
    // As specified, scopes that may not be granted are left out and the answer is still 200.
    let scopes: Vec<_> = call
        .query
        .iter()
        .filter(|(key, _)| key == "scope")
        .flat_map(|(_, value)| value.split(' '))
        .filter_map(Scope::parse)
        .filter(|scope| user != LOGIN_ONLY && scope.0 == REPOSITORY)
        .collect();
    let token = issue(world, scopes);
    Reply::ok(&json!({
        "token": token,
        "access_token": token,
        "expires_in": LIFETIME_SECONDS,
        "issued_at": Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
    }))
}

/// A new token, valid for these scopes.
pub(super) fn issue(world: &World, scopes: Vec<Scope>) -> String {
    let token = format!("{:016x}{:016x}", OsRng.next_u64(), OsRng.next_u64());
    world.with(|state| state.tokens.0.insert(token.clone(), Grant { scopes }));
    token
}

pub(super) fn refused() -> Reply {
    Reply::json(StatusCode::UNAUTHORIZED, &json!({ "details": "incorrect username or password" }))
        .with(header::WWW_AUTHENTICATE, "Basic realm=\"sandbox\"")
}
