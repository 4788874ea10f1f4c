//! Packages of a user, of an organization, and of the token's own user. They are for classic tokens only (docs: “About
//! permissions for GitHub Packages”): no permission and no app reaches them.

use http::StatusCode;
use serde_json::Value;

use super::super::call::Call;
use super::super::packages::{KINDS, Package};
use super::super::pages;
use super::super::people::Account;
use super::super::reply::Reply;
use super::super::shapes;
use super::super::world::State;
use super::{repositories, sso};

/// Whose packages the path is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of<'a> {
    Me,
    User(&'a str),
    Org(&'a str),
}

/// `rest` is the path after `packages`.
pub(super) fn serve(state: &State, call: &Call, of: Of<'_>, rest: &[&str]) -> Reply {
    if !state.is_scoped() {
        return Reply::forbidden(state.passes.bearer().message_for_refusal());
    }
    let may = state.has_scope(&["read:packages"]);
    match rest {
        [] if !may => Reply::forbidden("You need at least read:packages scope to list packages."),
        [_, _] if !may => Reply::forbidden("You need at least read:packages scope to get a package."),
        [] => list(state, call, of),
        [kind, name] => match owner(state, of).and_then(|owner| find(state, kind, &owner, name)) {
            Some(package) => Reply::ok(&json(state, call, package)),
            None => Reply::not_found(),
        },
        _ => Reply::not_found(),
    }
}

/// The login, if the path matches the type of the account.
fn owner(state: &State, of: Of<'_>) -> Option<String> {
    match of {
        Of::Me => Some(state.account().login.clone()),
        Of::User(login) => state.org(login).is_none().then(|| login.to_owned()),
        Of::Org(login) => state.org(login).map(|org| org.login.clone()),
    }
}

fn find<'a>(state: &'a State, kind: &str, owner: &str, name: &str) -> Option<&'a Package> {
    state.packages.iter().find(|package| package.is(kind, owner, name) && state.may_see(package))
}

/// `package_type` is required.
fn list(state: &State, call: &Call, of: Of<'_>) -> Reply {
    let Some(kind) = call.query("package_type").filter(|kind| KINDS.contains(kind)) else {
        return Reply::refusal(StatusCode::BAD_REQUEST, "Invalid argument: package_type");
    };
    let Some(owner) = owner(state, of) else { return Reply::not_found() };
    let of_them = |package: &&Package| {
        package.kind == kind
            && package.owner.eq_ignore_ascii_case(&owner)
            && call.query("visibility").is_none_or(|wanted| wanted == package.visibility)
    };
    let all: Vec<_> = state.packages.iter().filter(of_them).filter(|package| state.may_see(package)).collect();
    let path = match of {
        Of::Me => "/user/packages".to_owned(),
        Of::User(login) => format!("/users/{login}/packages"),
        Of::Org(login) => {
            let id = state.org(login).map(|org| org.id).unwrap_or_default();
            format!("/organizations/{id}/packages")
        }
    };
    let page = pages::cut(call, &path, &all);
    let items = page.items.iter().map(|package| json(state, call, package)).collect();
    let reply = page.link(Reply::ok(&Value::Array(items)));
    // A person's packages may be linked to repositories of several organizations.
    if matches!(of, Of::Org(_)) { reply } else { sso::partial(state, reply) }
}

fn json(state: &State, call: &Call, package: &Package) -> Value {
    let owner = match state.org(&package.owner) {
        Some(org) => shapes::user(&call.base, org.id, &org.login, "Organization"),
        None => shapes::user(&call.base, Account::of(&package.owner).id, &package.owner, "User"),
    };
    let linked = package.repository.and_then(|id| state.repo_by_id(id));
    let repository = linked.map(|repo| repositories::json(state, call, repo));
    shapes::package(&call.base, package, &owner, repository)
}
