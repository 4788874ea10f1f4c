//! Repositories: the user's own, an organization's, one by name or by id, and the redirect left behind by a rename.

use http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::super::call::Call;
use super::super::pages;
use super::super::people::{Account, Repo, Role};
use super::super::reply::Reply;
use super::super::shapes;
use super::super::world::State;
use super::sso;

pub(super) fn one(state: &State, call: &Call, owner: &str, name: &str) -> Reply {
    let full_name = format!("{owner}/{name}");
    match state.repo(&full_name) {
        Some(repo) if is_visible(state, repo) => Reply::ok(&json(state, call, repo)),
        Some(_) | None => Reply::not_found(),
    }
}

/// The new location of a renamed repository, with the rest of the path. Reads are redirected with 301, writes with 307,
/// which keeps method and body (docs: “Best practices for using the REST API”).
pub(super) fn moved(state: &State, call: &Call, full_name: &str, rest: &[&str]) -> Option<Reply> {
    let repo = state.repos.by_former_name(full_name).filter(|repo| is_visible(state, repo))?;
    let (status, message) = match call.method {
        Method::GET | Method::HEAD => (StatusCode::MOVED_PERMANENTLY, "Moved Permanently"),
        _ => (StatusCode::TEMPORARY_REDIRECT, "Temporary Redirect"),
    };
    let mut url = format!("{}/repositories/{}", call.base, repo.id);
    for part in rest {
        url.push('/');
        url.extend(url::form_urlencoded::byte_serialize(part.as_bytes()));
    }
    if !call.query.is_empty() {
        url.push('?');
        url.push_str(&url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&call.query).finish());
    }
    Some(Reply::json(status, &json!({ "message": message, "url": url })).with(header::LOCATION, url))
}

/// `GET /user/repos`: `type` excludes `visibility` and `affiliation`.
pub(super) fn mine(state: &State, call: &Call) -> Reply {
    let kind = call.query("type");
    let visibility = call.query("visibility");
    let affiliation = call.query("affiliation");
    if kind.is_some() && (visibility.is_some() || affiliation.is_some()) {
        let message = "If you specify visibility or affiliation, you cannot specify type.";
        return Reply::unprocessable(message);
    }
    let affiliation: Vec<_> = affiliation.unwrap_or("owner,collaborator,organization_member").split(',').collect();
    let belongs = |repo: &Repo| {
        let relation = relation(state, repo);
        match kind {
            None | Some("all" | "public" | "private") => affiliation.contains(&relation),
            Some("owner") => relation == "owner",
            Some("member") => relation != "owner",
            Some(_) => false,
        }
    };
    let looks = |repo: &Repo| match kind.or(visibility) {
        Some("public") => repo.is_public(),
        Some("private") => !repo.is_public(),
        None | Some(_) => true,
    };
    let mut repos: Vec<_> =
        state.repos.iter().filter(|repo| is_visible(state, repo) && belongs(repo) && looks(repo)).collect();
    repos.retain(|repo| !state.is_behind_sso(&repo.owner));
    sort(call, &mut repos);
    sso::partial(state, answer(state, call, "/user/repos", &repos))
}

pub(super) fn of_org(state: &State, call: &Call, login: &str) -> Reply {
    let Some(org) = state.org(login) else { return Reply::not_found() };
    let looks = |repo: &Repo| match call.query("type") {
        Some("public") => repo.is_public(),
        Some("private") => !repo.is_public(),
        Some("forks") => false,
        None | Some(_) => true,
    };
    let is_inside = org.role != Role::Outsider;
    let mut repos: Vec<_> = state
        .repos
        .iter()
        .filter(|repo| repo.owner == org.login && is_visible(state, repo) && looks(repo))
        .filter(|repo| is_inside || repo.is_public())
        .collect();
    sort(call, &mut repos);
    answer(state, call, &format!("/organizations/{}/repos", org.id), &repos)
}

/// A repository with its owner.
pub(super) fn json(state: &State, call: &Call, repo: &Repo) -> Value {
    let owner = match state.org(&repo.owner) {
        Some(org) => shapes::user(&call.base, org.id, &org.login, "Organization"),
        None => shapes::user(&call.base, Account::of(&repo.owner).id, &repo.owner, "User"),
    };
    shapes::repository(&call.base, repo, &owner)
}

/// Without the scope `repo`, a token sees only public repositories.
pub(super) fn is_visible(state: &State, repo: &Repo) -> bool {
    repo.is_public() || state.has_scope(&["repo"])
}

fn relation(state: &State, repo: &Repo) -> &'static str {
    if repo.owner == state.account().login {
        "owner"
    } else if state.org(&repo.owner).is_some_and(|org| org.role != Role::Outsider) {
        "organization_member"
    } else {
        "collaborator"
    }
}

/// By full name unless the query says otherwise; times are sorted in descending order.
fn sort(call: &Call, repos: &mut [&Repo]) {
    let by_time = match call.query("sort") {
        Some("pushed" | "updated") => true,
        None | Some(_) => false,
    };
    if by_time {
        repos.sort_by_key(|repo| std::cmp::Reverse(repo.pushed_at));
    } else {
        repos.sort_by_cached_key(|repo| repo.full_name().to_ascii_lowercase());
    }
    let natural = if by_time { "desc" } else { "asc" };
    if call.query("direction").is_some_and(|direction| direction != natural) {
        repos.reverse();
    }
}

fn answer(state: &State, call: &Call, path: &str, repos: &[&Repo]) -> Reply {
    let page = pages::cut(call, path, repos);
    let items: Vec<_> = page.items.iter().map(|repo| json(state, call, repo)).collect();
    page.link(Reply::ok(&Value::Array(items)))
}
