//! The headers GitHub puts on every answer, and the conditional requests that live in them.

use http::{HeaderName, StatusCode, header};
use sha2::{Digest as _, Sha256};

use super::super::call::Call;
use super::super::reply::Reply;
use super::super::world::State;
use super::{VERSIONS, is_read};

/// What a call needs, as the answers' headers tell it.
pub(super) struct Needed {
    /// Any of these suffices.
    pub(super) scopes: &'static str,
    /// For fine-grained tokens: a comma is «and», a semicolon «or».
    pub(super) permissions: &'static str,
}

pub(super) fn needed(path: &[&str], is_read: bool) -> Needed {
    let (scopes, permissions) = match path {
        ["user", "codespaces", "secrets", ..] if is_read => {
            ("codespace, codespace:secrets", "codespaces_user_secrets=read")
        }
        ["user", "codespaces", "secrets", ..] => ("codespace, codespace:secrets", "codespaces_user_secrets=write"),
        ["user", "codespaces", _, "start" | "stop"] => ("codespace", "codespaces_lifecycle_admin=write"),
        ["user", "codespaces", ..] | ["repos", _, _, "codespaces"] if is_read => ("codespace", "codespaces=read"),
        ["user", "codespaces", ..] => ("codespace", "codespaces=write"),
        // There is no level for reading.
        ["repos", _, _, "codespaces", "secrets", ..] => ("repo", "codespaces_secrets=write"),
        ["orgs", _, "codespaces", "secrets", ..] if is_read => ("admin:org", "organization_codespaces_secrets=read"),
        ["orgs", _, "codespaces", "secrets", ..] => ("admin:org", "organization_codespaces_secrets=write"),
        ["orgs", _, "codespaces"] | ["orgs", _, "members", _, "codespaces", ..] if is_read => {
            ("admin:org", "organization_codespaces=read")
        }
        ["orgs", _, "members", _, "codespaces", ..] => {
            ("admin:org", "organization_codespaces=write; codespaces_lifecycle_admin=write")
        }
        ["repos", _, _] | ["user", "repos"] | ["orgs", _, "repos"] => ("repo", "metadata=read"),
        ["user", "packages", ..] | ["users" | "orgs", _, "packages", ..] => ("read:packages", ""),
        ["user", "orgs"] => ("admin:org, read:org, repo, user, write:org", ""),
        ["user", "memberships", "orgs", ..] => ("admin:org, read:org, write:org", "members=read"),
        _ => ("", ""),
    };
    Needed { scopes, permissions }
}

/// Puts an `ETag` on what was found, and leaves the body out where the client has it already (docs: «Use conditional
/// requests if appropriate»). The tag depends on the body, the form asked for and the token.
pub(super) fn conditional(call: &Call, reply: Reply) -> Reply {
    if reply.status != StatusCode::OK || !is_read(call) {
        return reply;
    }
    let mut hash = Sha256::new();
    for part in [header::ACCEPT, header::AUTHORIZATION] {
        hash.update(call.header(part).unwrap_or_default().as_bytes());
        hash.update([0]);
    }
    hash.update(&reply.body);
    let tag = format!("{:x}", hash.finalize());
    let known = call.headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|value| value.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.trim_start_matches("W/").trim_matches('"') == tag
    });
    let reply = if is_known {
        let headers = reply.headers.into_iter().filter(|(name, _)| *name != header::CONTENT_TYPE).collect();
        Reply { status: StatusCode::NOT_MODIFIED, body: bytes::Bytes::new(), headers }
    } else {
        reply
    };
    reply
        .with(header::ETAG, format!("W/\"{tag}\""))
        .with(header::CACHE_CONTROL, "private, max-age=60, s-maxage=60")
        .with(header::VARY, "Accept, Authorization, Cookie, X-GitHub-OTP")
}

/// A header the reply has already is left as it is.
pub(super) fn dress(state: &mut State, call: &Call, path: &[&str], user: u64, reply: Reply) -> Reply {
    let name = HeaderName::from_static;
    let budget = state.limits.budget(user, chrono::Utc::now());
    let serial = state.log.count();
    let version = call.header("x-github-api-version").unwrap_or(VERSIONS[0]).to_owned();
    let needed = needed(path, is_read(call));
    let was_let_in = call.headers.contains_key(header::AUTHORIZATION) && reply.status != StatusCode::UNAUTHORIZED;
    let mut reply = reply
        .with(name("x-github-request-id"), format!("5A4D:{serial:04X}:{:05X}:5B0D", budget.used))
        .with(name("x-github-media-type"), "github.v3; format=json")
        .with(name("x-github-api-version-selected"), version)
        .with_default(name("x-ratelimit-limit"), budget.limit.to_string())
        .with_default(name("x-ratelimit-remaining"), budget.remaining().to_string())
        .with_default(name("x-ratelimit-used"), budget.used.to_string())
        .with_default(name("x-ratelimit-reset"), budget.reset.to_string())
        .with(name("x-ratelimit-resource"), "core");
    if !was_let_in {
        return reply;
    }
    let pass = state.passes.bearer();
    if let Some(end) = pass.expires {
        let end = end.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        reply = reply.with(name("github-authentication-token-expiration"), end);
    }
    if state.is_scoped() {
        reply.with(name("x-oauth-scopes"), pass.scopes.join(", ")).with(name("x-accepted-oauth-scopes"), needed.scopes)
    } else {
        reply.with(name("x-accepted-github-permissions"), needed.permissions)
    }
}
