//! The GitHub side: which requests are admitted, what they cost, and which path leads where.
//!
//! No rule of a single resource is here; those are in the resource's module.

mod codespaces;
mod graphql;
mod headers;
mod identity;
mod limits;
mod login;
mod order;
mod packages;
mod repositories;
mod secrets;
mod sso;

use std::time::Instant;

use chrono::Utc;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};

pub(super) use limits::primary as primary_limit;
pub(super) use limits::{secondary as secondary_limit, too_many as too_many_requests};
pub(super) use sso::required as sso_required;

use super::call::Call;
use super::limits::{Hit, Resource};
use super::passes::PassKind;
use super::people::{Permission, Role};
use super::reply::Reply;
use super::vault::Scope;
use super::world::{State, World};

const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

/// A request being answered: it counts as concurrent until it is dropped.
#[derive(Debug)]
pub(super) struct Entry {
    world: World,
    hit: Option<Hit>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.world.with(|state| state.limits.leave());
    }
}

/// Counts a request on arrival, before any wait.
pub(super) fn enter(world: &World, parts: &Parts) -> Entry {
    let is_web = parts.uri.path().starts_with("/login/");
    let is_graphql = parts.uri.path().ends_with("/graphql");
    let is_content = matches!(parts.method, Method::PUT | Method::POST | Method::PATCH) && !is_web && !is_graphql;
    let hit = world.with(|state| {
        let user = payer(state, &parts.headers);
        let hit = state.limits.arrive(user, &parts.method, is_content, Instant::now()).err();
        state.counts.arrived(super::limits::points(&parts.method), state.limits.at_once());
        hit
    });
    Entry { world: world.clone(), hit }
}

pub(super) fn serve(world: &World, call: &Call, entry: Option<&Entry>) -> Reply {
    world.with(|state| {
        if let [login, rest @ ..] = call.segments.as_slice()
            && login == "login"
        {
            return login::serve(state, call, rest);
        }
        let path = canonical(state, &call.segments);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let user = payer(state, &call.headers);
        if let Some(hit) = entry.and_then(|entry| entry.hit) {
            state.counts.limited();
            let reply = limits::refused(state, hit);
            return headers::dress(state, call, &path, user, reply);
        }
        let is_free = path == ["rate_limit"];
        let on = Resource::of(&path);
        if !is_free && state.limits.is_spent(user, on, Utc::now()) {
            state.counts.limited();
            let reply = limits::spent(user);
            return headers::dress(state, call, &path, user, reply);
        }
        let reply = admit(state, call, &path).unwrap_or_else(|| route(state, call, &path, user));
        let reply = headers::conditional(call, reply);
        if !is_free && reply.status != StatusCode::NOT_MODIFIED {
            state.limits.charge(user, on, Utc::now());
            state.counts.charged();
        }
        headers::dress(state, call, &path, user, reply)
    })
}

/// A response that no rule produced, with the headers it would have had.
pub(super) fn dressed(world: &World, call: &Call, reply: impl FnOnce(&mut State, &[&str]) -> Reply) -> Reply {
    world.with(|state| {
        let path = canonical(state, &call.segments);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let user = payer(state, &call.headers);
        state.limits.charge(user, Resource::of(&path), Utc::now());
        state.counts.charged();
        let reply = reply(state, &path);
        headers::dress(state, call, &path, user, reply)
    })
}

/// Whose budget is charged: the id of the token's user, 0 without a valid token.
fn payer(state: &mut State, headers: &HeaderMap) -> u64 {
    let known = state.passes.show(token(headers));
    if known { state.account().id } else { 0 }
}

/// The part after `Bearer` or `token` in the `Authorization` header.
fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    ["bearer", "token"].iter().any(|known| scheme.eq_ignore_ascii_case(known)).then(|| token.trim())
}

/// Links and redirects name owners and repositories by id; everything else uses names.
fn canonical(state: &State, segments: &[String]) -> Vec<String> {
    let segments = match segments {
        [api, v3, rest @ ..] if api == "api" && v3 == "v3" => rest,
        [api, rest @ ..] if api == "api" && rest.len() == 1 && rest[0] == "graphql" => rest,
        all => all,
    };
    let with = |head: Vec<String>, rest: &[String]| head.into_iter().chain(rest.iter().cloned()).collect();
    if let [kind, id, rest @ ..] = segments
        && let Ok(id) = id.parse::<u64>()
    {
        if kind == "repositories"
            && let Some(repo) = state.repo_by_id(id)
        {
            return with(vec!["repos".to_owned(), repo.owner.clone(), repo.name.clone()], rest);
        }
        if kind == "organizations"
            && let Some(org) = state.orgs.iter().find(|org| org.id == id)
        {
            return with(vec!["orgs".to_owned(), org.login.clone()], rest);
        }
    }
    segments.to_vec()
}

/// Rejects requests that may not enter at all; `None` admits the request.
fn admit(state: &mut State, call: &Call, path: &[&str]) -> Option<Reply> {
    if call.header(header::USER_AGENT).is_none_or(|agent| agent.trim().is_empty()) {
        let text = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header \
                    (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).\n";
        return Some(Reply::raw(StatusCode::FORBIDDEN, "text/plain; charset=utf-8", text));
    }
    for version in call.headers.get_all("x-github-api-version") {
        if !VERSIONS.iter().any(|known| version == known) {
            let message = "The API version requested by the X-GitHub-Api-Version header is not supported";
            return Some(Reply::refusal(StatusCode::BAD_REQUEST, message));
        }
    }
    let is_open = matches!(path, ["" | "meta" | "versions" | "rate_limit" | "zen"]);
    if call.header(header::AUTHORIZATION).is_none() {
        return (!is_open).then(|| Reply::refusal(StatusCode::UNAUTHORIZED, "Requires authentication"));
    }
    if !state.passes.show(token(&call.headers)) {
        return Some(Reply::refusal(StatusCode::UNAUTHORIZED, "Bad credentials"));
    }
    if let Some(refusal) = sso::guard(state, path) {
        return Some(refusal);
    }
    let pass = state.passes.bearer();
    let needed = headers::needed(path, is_read(call)).permissions;
    // An installation is not a user, so it has no secrets or codespaces.
    let is_nobody = pass.kind() == PassKind::Installation && matches!(path, ["user", ..]);
    (is_nobody || !pass.is_permitted(needed)).then(|| Reply::forbidden(pass.message_for_refusal()))
}

fn is_read(call: &Call) -> bool {
    matches!(call.method, Method::GET | Method::HEAD)
}

fn route(state: &mut State, call: &Call, path: &[&str], user: u64) -> Reply {
    let get = is_read(call);
    if let ["repos", owner, name, rest @ ..] = path
        && let Some(moved) = repositories::moved(state, call, &format!("{owner}/{name}"), rest)
    {
        return moved;
    }
    match path {
        ["user", "codespaces", "secrets", rest @ ..] => match may_user(state) {
            Ok(()) => secrets::serve(state, call, Scope::User(state.account().id), "/user", rest),
            Err(reply) => reply,
        },
        ["repos", owner, name, "codespaces", "secrets", rest @ ..] => match may_repository(state, call, owner, name) {
            Ok(id) => secrets::serve(state, call, Scope::Repo(id), &format!("/repositories/{id}"), rest),
            Err(reply) => reply,
        },
        // As reported for the Free plan: nothing of this exists, for any token (go-github, issue 3000).
        ["orgs", login, "codespaces", "secrets", ..] if state.org(login).is_some_and(|org| org.is_free) => {
            Reply::not_found()
        }
        ["orgs", login, "codespaces", "secrets", rest @ ..] => match may_org(state, login) {
            Ok(id) => secrets::serve(state, call, Scope::Org(id), &format!("/organizations/{id}"), rest),
            Err(reply) => reply,
        },
        ["user", "codespaces", rest @ ..] => codespaces::mine(state, call, rest),
        ["repos", owner, name, "codespaces"] if get => codespaces::of_repository(state, call, owner, name),
        ["orgs", login, "codespaces"] if get => match may_org(state, login) {
            Ok(id) => codespaces::of_org(state, call, id, None),
            Err(reply) => reply,
        },
        ["orgs", login, "members", member, "codespaces", rest @ ..] => match may_org(state, login) {
            Ok(id) => codespaces::of_member(state, call, id, member, rest),
            Err(reply) => reply,
        },
        ["user", "packages", rest @ ..] if get => packages::serve(state, call, packages::Of::Me, rest),
        ["users", login, "packages", rest @ ..] if get => packages::serve(state, call, packages::Of::User(login), rest),
        ["orgs", login, "packages", rest @ ..] if get => packages::serve(state, call, packages::Of::Org(login), rest),
        ["repos", owner, name] if get => repositories::one(state, call, owner, name),
        ["user", "repos"] if get => repositories::mine(state, call),
        ["orgs", login, "repos"] if get => repositories::of_org(state, call, login),
        ["graphql"] if call.method == Method::POST => graphql::serve(state, call),
        ["rate_limit"] if get => limits::overview(state, call, user),
        _ if get => identity::serve(state, call, path),
        // GitHub answers a known path with an unknown method the same way.
        _ => Reply::not_found(),
    }
}

fn may_user(state: &State) -> Result<(), Reply> {
    if state.has_scope(&["codespace", "codespace:secrets"]) {
        Ok(())
    } else {
        Err(Reply::forbidden("Resource not accessible: the token needs the codespace or codespace:secrets scope"))
    }
}

fn may_repository(state: &State, call: &Call, owner: &str, name: &str) -> Result<u64, Reply> {
    let Some(repo) = state.repo(&format!("{owner}/{name}")).filter(|_| state.has_scope(&["repo"])) else {
        return Err(Reply::not_found());
    };
    if repo.permission < Permission::Admin {
        return Err(Reply::forbidden("Must have admin rights to Repository."));
    }
    if repo.archived && matches!(call.method, Method::PUT | Method::DELETE) {
        return Err(Reply::forbidden("Repository was archived so is read-only."));
    }
    Ok(repo.id)
}

fn may_org(state: &State, login: &str) -> Result<u64, Reply> {
    match state.org(login) {
        Some(org) if state.has_scope(&["admin:org"]) => match org.role {
            Role::Owner => Ok(org.id),
            Role::Member => Err(Reply::forbidden(
                "You must be an org admin or have the organization codespaces secrets fine-grained permission.",
            )),
            Role::Outsider => Err(Reply::not_found()),
        },
        Some(_) | None => Err(Reply::not_found()),
    }
}
