//! The GitHub side: who is let in, which path leads where, and the headers on every answer.
//!
//! Nothing here is a rule of one resource; those stand in the module of the resource.

mod graphql;
mod identity;
mod order;
mod repositories;
mod secrets;

use chrono::Utc;
use http::{HeaderName, Method, StatusCode, header};
use serde_json::json;

use super::call::Call;
use super::people::{Permission, Role};
use super::reply::Reply;
use super::vault::Scope;
use super::world::{State, World};

const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];
/// Requests an hour for any user token (docs: «Rate limits for the REST API»).
const LIMIT: u32 = 5000;

pub(super) fn serve(world: &World, call: &Call) -> Reply {
    world.with(|state| {
        let path = canonical(state, &call.segments);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let reply = admit(state, call, &path).unwrap_or_else(|| route(state, call, &path));
        if path != ["rate_limit"] {
            state.settings.used += 1;
        }
        dress(state, call, &path, reply)
    })
}

/// An answer that no rule gave, with the headers it would have had.
pub(super) fn dressed(world: &World, call: &Call, reply: Reply) -> Reply {
    world.with(|state| {
        let path = canonical(state, &call.segments);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        dress(state, call, &path, reply)
    })
}

/// A new key pair for whichever scope the path is about.
pub(super) fn rotate_key_of(world: &World, call: &Call) {
    world.with(|state| {
        let path = canonical(state, &call.segments);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let scope = match path.as_slice() {
            ["user", "codespaces", "secrets", ..] => Some(Scope::User),
            ["repos", owner, name, "codespaces", "secrets", ..] => {
                state.repo(&format!("{owner}/{name}")).map(|repo| Scope::Repo(repo.id))
            }
            ["orgs", login, "codespaces", "secrets", ..] => state.org(login).map(|org| Scope::Org(org.id)),
            _ => None,
        };
        if let Some(scope) = scope {
            state.vault(scope).rotate();
        }
    });
}

/// Links and redirects name owners and repositories by id; everything else deals with names.
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

/// Turns away who may not come in at all; none lets in.
fn admit(state: &State, call: &Call, path: &[&str]) -> Option<Reply> {
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
    let Some(authorization) = call.header(header::AUTHORIZATION) else {
        return (!is_open).then(|| Reply::refusal(StatusCode::UNAUTHORIZED, "Requires authentication"));
    };
    let token = authorization
        .split_once(' ')
        .filter(|(scheme, _)| ["bearer", "token"].iter().any(|known| scheme.eq_ignore_ascii_case(known)))
        .map(|(_, token)| token.trim());
    (token != Some(state.settings.token.as_str())).then(|| Reply::refusal(StatusCode::UNAUTHORIZED, "Bad credentials"))
}

fn route(state: &mut State, call: &Call, path: &[&str]) -> Reply {
    let get = call.method == Method::GET || call.method == Method::HEAD;
    match path {
        ["user", "codespaces", "secrets", rest @ ..] => match may_user(state) {
            Ok(()) => secrets::serve(state, call, Scope::User, "/user", rest),
            Err(reply) => reply,
        },
        ["repos", owner, name, "codespaces", "secrets", rest @ ..] => {
            match may_repository(state, call, owner, name, rest) {
                Ok(id) => secrets::serve(state, call, Scope::Repo(id), &format!("/repositories/{id}"), rest),
                Err(reply) => reply,
            }
        }
        ["orgs", login, "codespaces", "secrets", rest @ ..] => match may_org(state, login) {
            Ok(id) => secrets::serve(state, call, Scope::Org(id), &format!("/organizations/{id}"), rest),
            Err(reply) => reply,
        },
        ["repos", owner, name] if get => repositories::one(state, call, owner, name),
        ["user", "repos"] if get => repositories::mine(state, call),
        ["orgs", login, "repos"] if get => repositories::of_org(state, call, login),
        ["graphql"] if call.method == Method::POST => graphql::serve(state, call),
        _ if get => identity::serve(state, call, path),
        // GitHub answers a known path with an unknown method in the same way.
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

fn may_repository(state: &State, call: &Call, owner: &str, name: &str, rest: &[&str]) -> Result<u64, Reply> {
    let full_name = format!("{owner}/{name}");
    let Some(repo) = state.repo(&full_name) else {
        return Err(repositories::moved(state, call, &full_name, rest).unwrap_or_else(Reply::not_found));
    };
    if !state.has_scope(&["repo"]) {
        return Err(Reply::not_found());
    }
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

/// The headers GitHub puts on every answer.
fn dress(state: &State, call: &Call, path: &[&str], reply: Reply) -> Reply {
    let name = HeaderName::from_static;
    let used = state.settings.used;
    let serial = state.log.count();
    let version = call.header("x-github-api-version").unwrap_or(VERSIONS[0]).to_owned();
    let needed = needed(path, matches!(call.method, Method::GET | Method::HEAD));
    let was_let_in = call.headers.contains_key(header::AUTHORIZATION) && reply.status != StatusCode::UNAUTHORIZED;
    let mut reply = reply
        .with(name("x-github-request-id"), format!("5A4D:{serial:04X}:{used:05X}:5B0D"))
        .with(name("x-github-media-type"), "github.v3; format=json")
        .with(name("x-github-api-version-selected"), version)
        .with(name("x-ratelimit-limit"), LIMIT.to_string())
        .with(name("x-ratelimit-remaining"), LIMIT.saturating_sub(used).to_string())
        .with(name("x-ratelimit-used"), used.to_string())
        .with(name("x-ratelimit-reset"), reset().to_string())
        .with(name("x-ratelimit-resource"), "core");
    if was_let_in && state.is_scoped() {
        reply = reply
            .with(name("x-oauth-scopes"), state.settings.scopes.join(", "))
            .with(name("x-accepted-oauth-scopes"), needed.scopes);
    } else if was_let_in {
        reply = reply.with(name("x-accepted-github-permissions"), needed.permissions);
    }
    reply
}

/// What a call needs, as the answers' headers tell it.
struct Needed {
    /// Any of these suffices.
    scopes: &'static str,
    /// For fine-grained tokens.
    permissions: &'static str,
}

fn needed(path: &[&str], is_read: bool) -> Needed {
    let (scopes, permissions) = match path {
        ["user", "codespaces", "secrets", ..] if is_read => {
            ("codespace, codespace:secrets", "codespaces_user_secrets=read")
        }
        ["user", "codespaces", "secrets", ..] => ("codespace, codespace:secrets", "codespaces_user_secrets=write"),
        // There is no level for reading.
        ["repos", _, _, "codespaces", "secrets", ..] => ("repo", "codespaces_secrets=write"),
        ["orgs", _, "codespaces", "secrets", ..] if is_read => ("admin:org", "organization_codespaces_secrets=read"),
        ["orgs", _, "codespaces", "secrets", ..] => ("admin:org", "organization_codespaces_secrets=write"),
        ["repos", _, _] | ["user", "repos"] | ["orgs", _, "repos"] => ("repo", "metadata=read"),
        ["user", "orgs"] => ("admin:org, read:org, repo, user, write:org", ""),
        ["user", "memberships", "orgs", ..] => ("admin:org, read:org, write:org", "members=read"),
        _ => ("", ""),
    };
    Needed { scopes, permissions }
}

/// The end of the running hour, in seconds of the UTC epoch.
fn reset() -> i64 {
    (Utc::now().timestamp() / 3600 + 1) * 3600
}

/// `GET /rate_limit`: `rate` is gone from version 2026-03-10 on.
fn rate_limit(state: &State, call: &Call) -> Reply {
    let used = state.settings.used;
    let core = json!({ "limit": LIMIT, "used": used, "remaining": LIMIT.saturating_sub(used), "reset": reset() });
    let search = json!({ "limit": 30, "used": 0, "remaining": 30, "reset": reset() });
    let mut body = json!({ "resources": { "core": core, "search": search } });
    if call.header("x-github-api-version") != Some(VERSIONS[1]) {
        body["rate"] = body["resources"]["core"].clone();
    }
    Reply::ok(&body)
}
