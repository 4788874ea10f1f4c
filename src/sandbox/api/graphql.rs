//! The two GraphQL queries that GitHub's own `gh` sends for secrets: ids of repositories by aliases
//! (`MapRepositoryNames`, cli/cli `api/queries_repo.go`), and the current user. Everything else is answered as unknown.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

use super::super::call::Call;
use super::super::reply::Reply;
use super::super::world::State;
use super::repositories::is_visible;

/// `repo_000: repository(owner: "acme", name: "api") { databaseId }`. An invalid pattern would match nothing.
static ALIASED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern =
        r#"(\w+)\s*:\s*repository\(\s*owner:\s*"([^"]*)"\s*,?\s*name:\s*"([^"]*)"\s*\)\s*\{\s*databaseId\s*\}"#;
    Regex::new(pattern).ok()
});

pub(super) fn serve(state: &State, call: &Call) -> Reply {
    let body = call.json().unwrap_or_default();
    let query = body.get("query").and_then(Value::as_str).unwrap_or_default();
    if query.contains("viewer") && query.contains("login") {
        // Clients reject fields they did not request.
        return Reply::ok(&json!({ "data": { "viewer": { "login": state.account().login } } }));
    }
    let mut found = Map::new();
    let mut missing = Vec::new();
    for captures in ALIASED.iter().flat_map(|pattern| pattern.captures_iter(query)) {
        let [alias, owner, name] = captures.extract().1;
        let full_name = format!("{owner}/{name}");
        let repo = state.repo(&full_name).filter(|repo| is_visible(state, repo));
        found.insert(alias.to_owned(), repo.map_or(Value::Null, |repo| json!({ "databaseId": repo.id })));
        if repo.is_none() {
            missing.push(json!({
                "type": "NOT_FOUND",
                "path": [alias],
                "message": format!("Could not resolve to a Repository with the name '{full_name}'."),
            }));
        }
    }
    if found.is_empty() {
        return Reply::ok(&json!({ "errors": [{ "message": "the sandbox does not know this query" }] }));
    }
    let mut answer = json!({ "data": found });
    if !missing.is_empty() {
        answer["errors"] = Value::Array(missing);
    }
    Reply::ok(&answer)
}
