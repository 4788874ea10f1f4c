//! The current user, the organizations the user belongs to, and the few paths about the API itself.

use http::StatusCode;
use serde_json::{Value, json};

use super::super::call::Call;
use super::super::pages;
use super::super::people::{Account, Org, Role};
use super::super::reply::Reply;
use super::super::shapes;
use super::super::world::State;
use super::sso;

const READ_ORG: [&str; 4] = ["read:org", "write:org", "admin:org", "user"];

/// Everything here is read only.
pub(super) fn serve(state: &State, call: &Call, path: &[&str]) -> Reply {
    match path {
        [""] => Reply::ok(&shapes::root(&call.base)),
        ["user"] => Reply::ok(&shapes::me(&call.base, state.account())),
        ["user", "orgs"] => orgs(state, call),
        ["user", "memberships", "orgs"] => memberships(state, call),
        ["user", "memberships", "orgs", login] => membership(state, call, login),
        // GitHub finds organizations here as well, and reports their type.
        ["users", login] => match (state.org(login), known_user(state, login)) {
            (Some(org), _) => Reply::ok(&shapes::public_org(&call.base, org)),
            (None, Some(account)) => Reply::ok(&shapes::public_user(&call.base, &account)),
            (None, None) => Reply::not_found(),
        },
        ["orgs", login] => match state.org(login) {
            Some(org) => Reply::ok(&shapes::org_full(&call.base, org)),
            None => Reply::not_found(),
        },
        ["meta"] => Reply::ok(&json!({
            "verifiable_password_authentication": false,
            "domains": { "codespaces": ["*.github.com", "*.api.github.com"] },
        })),
        ["versions"] => Reply::ok(&json!(super::VERSIONS)),
        ["zen"] => Reply::raw(StatusCode::OK, "text/plain;charset=utf-8", "Keep it logically awesome."),
        _ => Reply::not_found(),
    }
}

/// Tokens without scopes always get an empty list (docs: “List organizations for the authenticated user”).
fn orgs(state: &State, call: &Call) -> Reply {
    if !state.has_scope(&READ_ORG) {
        let message = "You need at least read:org scope or user scope to list your organizations.";
        return Reply::forbidden(message);
    }
    let orgs: Vec<_> = if state.is_scoped() { mine(state) } else { Vec::new() };
    let page = pages::cut(call, "/user/orgs", &orgs);
    let items: Vec<_> = page.items.iter().map(|org| shapes::org_simple(&call.base, org)).collect();
    sso::partial(state, page.link(Reply::ok(&Value::Array(items))))
}

fn memberships(state: &State, call: &Call) -> Reply {
    if !state.has_scope(&READ_ORG[..3]) {
        return Reply::forbidden("You need at least read:org scope to list your organization memberships.");
    }
    // In this world nobody has a pending invitation, and a token with permissions sees none.
    let hidden = call.query("state") == Some("pending") || !state.is_scoped();
    let orgs: Vec<_> = if hidden { Vec::new() } else { mine(state) };
    let page = pages::cut(call, "/user/memberships/orgs", &orgs);
    let items: Vec<_> = page.items.iter().map(|org| membership_json(state, call, org)).collect();
    sso::partial(state, page.link(Reply::ok(&Value::Array(items))))
}

fn membership(state: &State, call: &Call, login: &str) -> Reply {
    if !state.has_scope(&READ_ORG[..3]) {
        return Reply::forbidden("You need at least read:org scope to read an organization membership.");
    }
    match state.org(login) {
        Some(org) if org.role != Role::Outsider => Reply::ok(&membership_json(state, call, org)),
        Some(_) | None => Reply::not_found(),
    }
}

fn known_user(state: &State, login: &str) -> Option<Account> {
    let owners = state.repos.iter().map(|repo| repo.owner.as_str());
    let others = state.codespaces.iter().map(|one| one.owner.login.as_str());
    let others = others.chain(state.packages.iter().map(|package| package.owner.as_str()));
    let mut all = [state.account().login.as_str(), state.me.login.as_str()].into_iter().chain(owners).chain(others);
    all.find(|known| known.eq_ignore_ascii_case(login) && state.org(known).is_none()).map(Account::of)
}

fn mine(state: &State) -> Vec<&Org> {
    state.orgs.iter().filter(|org| org.role != Role::Outsider && !org.sso).collect()
}

fn membership_json(state: &State, call: &Call, org: &Org) -> Value {
    let (base, me) = (&call.base, state.account());
    json!({
        "url": format!("{base}/orgs/{}/memberships/{}", org.login, me.login),
        "state": "active",
        "role": org.role.word(),
        "organization_url": format!("{base}/orgs/{}", org.login),
        "organization": shapes::org_simple(&call.base, org),
        "user": shapes::user(base, me.id, &me.login, "User"),
    })
}
