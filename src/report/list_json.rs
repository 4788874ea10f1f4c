//! `pullkey list --json`: every requested scope, the unreadable ones with their problem.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{Ends, VERSION, problem_json};
use crate::domain::near::{self, NearMiss};
use crate::domain::{Access, Credential, Inventory, MemberState, Problem, RepoRef, Scope, ScopeKind, ScopeListing};

/// The whole document.
pub fn list_json(inventory: &Inventory, ends: Ends<'_>) -> Value {
    let mut scopes: Vec<_> = inventory.scopes.iter().map(|(scope, listing)| scope_json(scope, listing, ends)).collect();
    if let Some(problem) = &inventory.unlisted {
        scopes.push(unlisted_json(problem));
    }
    json!({ "version": VERSION, "scopes": scopes })
}

/// Organizations that could not be listed become one unreadable scope without a name, so that they do not look absent.
fn unlisted_json(problem: &Problem) -> Value {
    let mut scope = json!({ "scope": ScopeKind::Organization.word(), "name": null, "readable": false });
    scope["complete"] = json!(false);
    scope["problem"] = problem_json(problem);
    scope["credentials"] = json!([]);
    scope["other_secrets"] = json!([]);
    scope["near_misses"] = json!([]);
    scope
}

fn scope_json(scope: &Scope, listing: &Result<ScopeListing, Problem>, ends: Ends<'_>) -> Value {
    let (kind, name) = scope_names(scope);
    listing_json((kind, name.as_deref()), listing, Some(scope), ends)
}

pub(super) fn listing_json(
    (kind, name): (&str, Option<&str>),
    listing: &Result<ScopeListing, Problem>,
    scope: Option<&Scope>,
    ends: Ends<'_>,
) -> Value {
    let (credentials, other, near): (Vec<_>, Vec<_>, Vec<_>) = match listing {
        Ok(listing) => (
            listing.credentials.iter().map(|credential| credential_json(credential, scope, ends)).collect(),
            listing.other_secrets.iter().map(|secret| state_json(&secret.state)).collect(),
            listing.near_misses().iter().map(near_json).collect(),
        ),
        Err(_) => (Vec::new(), Vec::new(), Vec::new()),
    };
    json!({
        "scope": kind,
        "name": name,
        "readable": listing.is_ok(),
        "complete": listing.as_ref().is_ok_and(ScopeListing::is_whole),
        "problem": listing.as_ref().map_or_else(Some, |listing| listing.lacking.as_ref()).map(problem_json),
        "credentials": credentials,
        "other_secrets": other,
        "near_misses": near,
    })
}

/// The scope's word, and its name (`null` for your own: the token says whose that is).
pub(super) fn scope_names(scope: &Scope) -> (&'static str, Option<String>) {
    let name = match scope {
        Scope::User => None,
        Scope::Repository(name) => Some(name.full()),
        Scope::Organization(name) => Some(name.as_str().to_owned()),
    };
    (scope.kind().word(), name)
}

fn credential_json(credential: &Credential, scope: Option<&Scope>, ends: Ends<'_>) -> Value {
    let member = |state: &Option<MemberState>| state.as_ref().map(state_json);
    json!({
        "prefix": credential.prefix.as_str(),
        "complete": credential.is_complete(),
        "ends": ends.json(scope, credential),
        "members": {
            "server": member(&credential.members.server),
            "user": member(&credential.members.user),
            "password": member(&credential.members.password),
        },
    })
}

/// A name that codespaces do not read, and the names they read instead.
pub(super) fn near_json(near: &NearMiss) -> Value {
    json!({
        "code": near::CODE,
        "name": near.name,
        "member": near.member.word(),
        "meant": near.meant(),
        "text": near.words(),
        "fix": near.fix(),
    })
}

fn state_json(state: &MemberState) -> Value {
    json!({
        "name": state.name,
        "created_at": time(state.created_at),
        "updated_at": time(state.updated_at),
        "access": state.access.as_ref().map(access_json),
    })
}

/// `null` means that the access could not be read. A kind that this version does not know keeps GitHub's word.
pub(super) fn access_json(access: &Access) -> Value {
    let (kind, complete, repositories): (&str, bool, &[RepoRef]) = match access {
        Access::All => ("all", true, &[]),
        Access::Private => ("private", true, &[]),
        Access::Selected(selected) => ("selected", selected.complete, &selected.repositories),
        Access::Repository => ("repository", true, &[]),
        Access::Other(word) => (word.raw(), false, &[]),
    };
    let repositories: Vec<_> =
        repositories.iter().map(|r| json!({ "id": r.id, "full_name": r.full_name.raw() })).collect();
    json!({ "kind": kind, "complete": complete, "repositories": repositories })
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
