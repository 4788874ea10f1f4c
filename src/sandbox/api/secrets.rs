//! Codespaces secrets of a user, a repository or an organization (docs: “REST API endpoints for Codespaces … secrets”).
//! A value goes in sealed and never comes out.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::super::call::Call;
use super::super::pages;
use super::super::reply::{DOCS, Reply};
use super::super::vault::{self, Reach, Scope, Secret};
use super::super::world::State;
use super::order::{self, Order};
use super::{repositories, sso};

/// `rest` is the path after `…/codespaces/secrets`; `owner` is the owner's path as links name it.
pub(super) fn serve(state: &mut State, call: &Call, scope: Scope, owner: &str, rest: &[&str]) -> Reply {
    let here = format!("{owner}/codespaces/secrets");
    // A repository's secret is granted to that repository alone.
    let is_granted = !matches!(scope, Scope::Repo(_));
    let method = if call.method == Method::HEAD { &Method::GET } else { &call.method };
    match (method.as_str(), rest) {
        ("GET", []) => list(state, call, scope, &here),
        ("GET", ["public-key"]) => {
            let (key_id, key) = state.vault(scope).public_key();
            Reply::ok(&json!({ "key_id": key_id, "key": key }))
        }
        ("GET", [name]) => one(state, call, scope, name),
        ("PUT", [name]) => put(state, call, scope, name).unwrap_or_else(|refusal| refusal),
        ("DELETE", [name]) => match state.vault(scope).secrets.remove(&name.to_ascii_uppercase()) {
            Some(_) => Reply::no_content(),
            None => Reply::not_found(),
        },
        ("GET", [name, "repositories"]) if is_granted => granted(state, call, scope, name, &here),
        ("PUT", [name, "repositories"]) if is_granted => {
            replace(state, call, scope, name).unwrap_or_else(|refusal| refusal)
        }
        ("PUT" | "DELETE", [name, "repositories", id]) if is_granted => {
            grant(state, call, scope, name, id).unwrap_or_else(|refusal| refusal)
        }
        _ => Reply::not_found(),
    }
}

fn list(state: &mut State, call: &Call, scope: Scope, here: &str) -> Reply {
    let path = path_of(state, scope);
    let secrets: Vec<_> = state.vault(scope).secrets.iter().collect();
    let total = secrets.len();
    let page = pages::cut(call, here, &secrets);
    let items: Vec<_> = page.items.iter().map(|(name, secret)| json(call, scope, &path, name, secret)).collect();
    page.link(Reply::ok(&json!({ "total_count": total, "secrets": items })))
}

fn one(state: &mut State, call: &Call, scope: Scope, name: &str) -> Reply {
    let path = path_of(state, scope);
    match state.vault(scope).get(name) {
        Some((name, secret)) => Reply::ok(&json(call, scope, &path, &name, secret)),
        None => Reply::not_found(),
    }
}

/// 201 for a new secret, 204 for a new value of an existing one.
fn put(state: &mut State, call: &Call, scope: Scope, raw_name: &str) -> Result<Reply, Reply> {
    let unprocessable = |refusal: vault::Refusal| Reply::unprocessable(&refusal.to_string());
    let name = vault::name(raw_name).map_err(unprocessable)?;
    let order = Order::read(scope, &call.json().ok_or_else(no_json)?)?;
    if let Some(ids) = &order.repositories {
        known(state, scope, ids)?;
    }
    let accepts_access_only = state.settings.accepts_access_only;
    let now = state.now();
    let vault = state.vault(scope);
    vault.room_for(&name).map_err(unprocessable)?;
    let value = match (&order.key_id, &order.sealed) {
        (Some(key_id), Some(sealed)) => Some(vault.open(key_id, sealed).map_err(unprocessable)?),
        _ => None,
    };
    let old = vault.secrets.get(&name);
    if value.is_none() && (old.is_none() || !accepts_access_only) {
        return Err(Reply::unprocessable("Invalid request.\n\n\"encrypted_value\" wasn't supplied."));
    }
    let reach = order.visibility.unwrap_or(Reach::Selected);
    // Without ids, an existing list is kept.
    let kept = || old.filter(|old| old.reach == reach).map(|old| old.repositories.clone()).unwrap_or_default();
    let repositories = if reach == Reach::Selected { order.repositories.unwrap_or_else(kept) } else { BTreeSet::new() };
    let reply = if old.is_some() { Reply::no_content() } else { Reply::created() };
    if let Some(secret) = vault.secrets.get_mut(&name) {
        if let Some(value) = value {
            secret.value = value;
        }
        secret.reach = reach;
        secret.repositories = repositories;
        secret.updated = now;
    } else {
        let secret = Secret::new(value.unwrap_or_default(), reach, repositories);
        vault.secrets.insert(name, Secret { created: now, updated: now, ..secret });
    }
    Ok(reply)
}

fn granted(state: &mut State, call: &Call, scope: Scope, name: &str, here: &str) -> Reply {
    let Some((name, secret)) = state.vault(scope).get(name) else { return Reply::not_found() };
    let secret = secret.clone();
    let mut repos: Vec<_> = secret.repositories.iter().filter_map(|&id| state.repo_by_id(id)).collect();
    repos.retain(|repo| !state.is_behind_sso(&repo.owner));
    let page = pages::cut(call, &format!("{here}/{name}/repositories"), &repos);
    let items: Vec<_> = page.items.iter().map(|repo| repositories::json(state, call, repo)).collect();
    let reply = page.link(Reply::ok(&json!({ "total_count": repos.len(), "repositories": items })));
    // The user's own secrets may be granted to repositories of several organizations.
    if matches!(scope, Scope::User(_)) { sso::partial(state, reply) } else { reply }
}

/// PUT `…/repositories`: the list becomes exactly what was sent.
fn replace(state: &mut State, call: &Call, scope: Scope, name: &str) -> Result<Reply, Reply> {
    let ids = order::replacement(&call.json().ok_or_else(no_json)?);
    selected(state, scope, name)?;
    let ids = ids?;
    known(state, scope, &ids)?;
    selected(state, scope, name)?.repositories = ids;
    Ok(Reply::no_content())
}

/// PUT and DELETE `…/repositories/{id}`.
fn grant(state: &mut State, call: &Call, scope: Scope, name: &str, id: &str) -> Result<Reply, Reply> {
    let id: u64 =
        id.parse().map_err(|_| Reply::unprocessable("Invalid request.\n\nrepository_id is not an integer."))?;
    selected(state, scope, name)?;
    if call.method == Method::PUT {
        known(state, scope, &BTreeSet::from([id]))?;
        selected(state, scope, name)?.repositories.insert(id);
        return Ok(Reply::no_content());
    }
    if state.repo_by_id(id).is_none() {
        return Err(Reply::not_found());
    }
    selected(state, scope, name)?.repositories.remove(&id);
    Ok(Reply::no_content())
}

/// The secret, if repositories can be assigned to it: 409 means that its visibility is not `selected`.
fn selected<'a>(state: &'a mut State, scope: Scope, name: &str) -> Result<&'a mut Secret, Reply> {
    let secret = state.vault(scope).get_mut(name).ok_or_else(Reply::not_found)?;
    if secret.reach == Reach::Selected {
        Ok(secret)
    } else {
        // Recorded with `errors` as one string.
        let why = "Repositories can only be assigned to a secret whose visibility is selected";
        let body = json!({ "message": "Conflict", "errors": why, "documentation_url": DOCS, "status": "409" });
        Err(Reply::json(StatusCode::CONFLICT, &body))
    }
}

/// Every id must be a repository visible to the user; an organization's secret goes only to its own repositories.
fn known(state: &State, scope: Scope, ids: &BTreeSet<u64>) -> Result<(), Reply> {
    for &id in ids {
        let Some(repo) = state.repo_by_id(id) else { return Err(Reply::not_found()) };
        if let Scope::Org(org) = scope
            && !state.orgs.iter().any(|known| known.id == org && known.login == repo.owner)
        {
            let message = format!("Repository {id} does not belong to the organization");
            return Err(Reply::unprocessable(&message));
        }
    }
    Ok(())
}

fn json(call: &Call, scope: Scope, path: &str, name: &str, secret: &Secret) -> Value {
    let mut body = json!({
        "name": name,
        "created_at": time(scope, secret.created),
        "updated_at": time(scope, secret.updated),
    });
    if matches!(scope, Scope::Repo(_)) {
        return body;
    }
    body["visibility"] = json!(secret.reach.word());
    if secret.reach == Reach::Selected {
        let url = format!("{}{path}/codespaces/secrets/{name}/repositories", call.base);
        body["selected_repositories_url"] = json!(url);
    }
    body
}

/// User secrets have been observed with a fraction and an offset (cli/cli, pull request 4714).
fn time(scope: Scope, at: DateTime<Utc>) -> String {
    let form = match scope {
        Scope::User(_) => "%Y-%m-%dT%H:%M:%S%.3f+00:00",
        Scope::Repo(_) | Scope::Org(_) => "%Y-%m-%dT%H:%M:%SZ",
    };
    at.format(form).to_string()
}

/// The owner's path as `selected_repositories_url` names it.
fn path_of(state: &State, scope: Scope) -> String {
    let login = |id| state.orgs.iter().find(|org| org.id == id).map(|org| org.login.clone()).unwrap_or_default();
    match scope {
        Scope::User(_) => "/user".to_owned(),
        Scope::Repo(id) => format!("/repositories/{id}"),
        Scope::Org(id) => format!("/orgs/{}", login(id)),
    }
}

fn no_json() -> Reply {
    Reply::refusal(StatusCode::BAD_REQUEST, "Problems parsing JSON")
}
