//! Codespaces: the user's own, those in a repository, and those of an organization's members (docs: “REST API endpoints
//! for Codespaces”, “… for organizations”). Creating and deleting codespaces is left out.

use std::time::Instant;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::super::call::Call;
use super::super::codespaces::Codespace;
use super::super::pages;
use super::super::reply::Reply;
use super::super::shapes;
use super::super::world::State;
use super::{is_read, repositories, sso};

/// `rest` is the path after `/user/codespaces`.
pub(super) fn mine(state: &mut State, call: &Call, rest: &[&str]) -> Reply {
    if let Some(refusal) = unscoped(state) {
        return refusal;
    }
    let me = state.account().id;
    match rest {
        [] if is_read(call) => {
            let wanted = call.query("repository_id").map(str::parse::<u64>);
            if matches!(wanted, Some(Err(_))) {
                return Reply::unprocessable("Invalid request.\n\nrepository_id is not an integer.");
            }
            let wanted = wanted.and_then(Result::ok);
            let keep = |one: &Codespace| one.owner.id == me && wanted.is_none_or(|id| id == one.repository);
            list(state, call, "/user/codespaces", keep)
        }
        [name] if is_read(call) => match find(state, name, me) {
            Some(place) => Reply::ok(&json(state, call, place)),
            None => Reply::not_found(),
        },
        [name, "start"] if call.method == Method::POST => match find(state, name, me) {
            Some(place) => start(state, call, place),
            None => Reply::not_found(),
        },
        [name, "stop"] if call.method == Method::POST => match find(state, name, me) {
            Some(place) => stop(state, call, place),
            None => Reply::not_found(),
        },
        _ => Reply::not_found(),
    }
}

/// The user's own codespaces in a repository.
pub(super) fn of_repository(state: &mut State, call: &Call, owner: &str, name: &str) -> Reply {
    if let Some(refusal) = unscoped(state) {
        return refusal;
    }
    let found = state.repo(&format!("{owner}/{name}")).filter(|repo| repositories::is_visible(state, repo));
    let Some(repository) = found.map(|repo| repo.id) else { return Reply::not_found() };
    let me = state.account().id;
    let here = format!("/repositories/{repository}/codespaces");
    list(state, call, &here, |one| one.owner.id == me && one.repository == repository)
}

/// All codespaces in an organization's repositories, or those of one member.
pub(super) fn of_org(state: &mut State, call: &Call, org: u64, member: Option<&str>) -> Reply {
    let inside = inside(state, org);
    let here = match member {
        None => format!("/organizations/{org}/codespaces"),
        Some(login) => format!("/organizations/{org}/members/{login}/codespaces"),
    };
    list(state, call, &here, |one| {
        inside.contains(&one.repository) && member.is_none_or(|login| one.owner.login.eq_ignore_ascii_case(login))
    })
}

/// `rest` is the path after `/orgs/ORG/members/LOGIN/codespaces`. These can be stopped but not started.
pub(super) fn of_member(state: &mut State, call: &Call, org: u64, member: &str, rest: &[&str]) -> Reply {
    match rest {
        [] if is_read(call) => of_org(state, call, org, Some(member)),
        [name, "stop"] if call.method == Method::POST => {
            let inside = inside(state, org);
            let is_it = |one: &Codespace| {
                one.name == *name && one.owner.login.eq_ignore_ascii_case(member) && inside.contains(&one.repository)
            };
            match state.codespaces.iter().position(is_it) {
                Some(place) => stop(state, call, place),
                None => Reply::not_found(),
            }
        }
        _ => Reply::not_found(),
    }
}

fn unscoped(state: &State) -> Option<Reply> {
    (!state.has_scope(&["codespace"]))
        .then(|| Reply::forbidden("Must have the codespace scope to use Codespaces through the API."))
}

/// Ids of an organization's repositories.
fn inside(state: &State, org: u64) -> Vec<u64> {
    let login = state.orgs.iter().find(|known| known.id == org).map(|org| org.login.clone()).unwrap_or_default();
    state.repos.iter().filter(|repo| repo.owner == login).map(|repo| repo.id).collect()
}

fn find(state: &State, name: &str, owner: u64) -> Option<usize> {
    let place = state.codespaces.iter().position(|one| one.name == name && one.owner.id == owner)?;
    let repo = state.repo_by_id(state.codespaces[place].repository);
    (!repo.is_some_and(|repo| state.is_behind_sso(&repo.owner))).then_some(place)
}

fn list(state: &mut State, call: &Call, here: &str, keep: impl Fn(&Codespace) -> bool) -> Reply {
    let is_open = |one: &Codespace| {
        let repo = state.repo_by_id(one.repository);
        !repo.is_some_and(|repo| state.is_behind_sso(&repo.owner))
    };
    let places: Vec<usize> = (0..state.codespaces.len())
        .filter(|&place| keep(&state.codespaces[place]) && is_open(&state.codespaces[place]))
        .collect();
    let page = pages::cut(call, here, &places);
    let items: Vec<_> = page.items.iter().map(|&place| json(state, call, place)).collect();
    let reply = page.link(Reply::ok(&json!({ "total_count": places.len(), "codespaces": items })));
    sso::partial(state, reply)
}

/// 409 means that it is already running or that an operation is in progress.
fn start(state: &mut State, call: &Call, place: usize) -> Reply {
    let State { codespaces, limits, .. } = state;
    if !codespaces[place].start(limits, Instant::now()) {
        return Reply::refusal(StatusCode::CONFLICT, "Codespace is not in a state where it can be started");
    }
    Reply::ok(&json(state, call, place))
}

fn stop(state: &mut State, call: &Call, place: usize) -> Reply {
    let State { codespaces, limits, .. } = state;
    codespaces[place].stop(limits, Instant::now());
    Reply::ok(&json(state, call, place))
}

fn json(state: &mut State, call: &Call, place: usize) -> Value {
    let word = {
        let State { codespaces, limits, .. } = &mut *state;
        codespaces[place].state(limits, Instant::now()).to_owned()
    };
    let one = &state.codespaces[place];
    let repository = state.repo_by_id(one.repository).map(|repo| repositories::json(state, call, repo));
    shapes::codespace(&call.base, one, &word, &repository.unwrap_or(Value::Null))
}
