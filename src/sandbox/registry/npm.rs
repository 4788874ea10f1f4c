//! The npm side of the registries, answering as npmjs does (a bad token gets 401, and a package you may not read does
//! not exist). The token is the sandbox's password; one package is private and one public.

use http::{Method, StatusCode, header};
use serde_json::json;

use super::super::call::Call;
use super::super::reply::Reply;
use super::{PULLER, Registry};

pub(in crate::sandbox) const PRIVATE: &str = "@sandbox/app";
pub(in crate::sandbox) const PUBLIC: &str = "open-tool";

/// `None` for a path that does not belong to npm.
pub(super) fn serve(registry: &Registry, call: &Call, path: &[&str]) -> Option<Reply> {
    let knows = call.header(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let knows = knows.is_some_and(|token| token == registry.password);
    let reply = match path {
        _ if call.method != Method::GET => return None,
        [.., "-", "whoami"] if knows => Reply::ok(&json!({ "username": PULLER })),
        [.., "-", "whoami"] => Reply::json(StatusCode::UNAUTHORIZED, &json!({ "error": "Unauthorized" })),
        [.., PUBLIC] => description(PUBLIC),
        [.., PRIVATE] if knows => description(PRIVATE),
        [.., name] if name.starts_with('@') => Reply::json(StatusCode::NOT_FOUND, &json!({ "error": "Not found" })),
        _ => return None,
    };
    Some(reply)
}

fn description(name: &str) -> Reply {
    Reply::ok(&json!({ "name": name, "dist-tags": { "latest": "1.0.0" }, "versions": {} }))
}
