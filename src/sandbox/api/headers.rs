//! The headers GitHub adds to every response, and the conditional requests that use them.

use http::{HeaderName, StatusCode, header};
use sha2::{Digest as _, Sha256};

use super::super::call::Call;
use super::super::limits::Resource;
use super::super::reply::Reply;
use super::super::world::State;
use super::{VERSIONS, is_read, sso};

/// What a call needs, as the response headers report it.
pub(super) struct Needed {
    /// Any of these suffices.
    pub(super) scopes: &'static str,
    /// For fine-grained tokens: a comma means “and”, a semicolon “or”.
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
        // There is no read level.
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

/// Adds an `ETag` to what was found, and omits the body if the client already has it (docs: “Use conditional requests
/// if appropriate”).
///
/// As recorded from GitHub: the tag is weak on the 200 and strong on the 304. A 304 has its own `Link`, and no header
/// that describes the body's format or what the token may do.
pub(super) fn conditional(call: &Call, reply: Reply) -> Reply {
    if reply.status != StatusCode::OK || !is_read(call) {
        return reply;
    }
    let tag = tag(call, &reply.body);
    let known = call.headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|value| value.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.trim_start_matches("W/").trim_matches('"') == tag
    });
    let reply = if is_known {
        let stays = |name: &HeaderName| *name != header::CONTENT_TYPE && *name != sso::HEADER;
        let headers = reply.headers.into_iter().filter(|(name, _)| stays(name)).collect();
        let reply = Reply { status: StatusCode::NOT_MODIFIED, body: bytes::Bytes::new(), headers };
        reply.with(header::ETAG, format!("\"{tag}\""))
    } else {
        reply.with(header::ETAG, format!("W/\"{tag}\""))
    };
    reply
        .with(header::CACHE_CONTROL, "private, max-age=60, s-maxage=60")
        .with(header::VARY, "Accept, Authorization, Cookie, X-GitHub-OTP")
}

/// SHA-256 of the values of these headers, as far as they were sent, each followed by a colon, and of the body. What
/// the token may do is not included. Source: bored-engineer/github-conditional-http-transport, “Reverse Engineering the
/// GitHub `ETag` algorithm”.
fn tag(call: &Call, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for name in [header::ACCEPT, header::AUTHORIZATION, header::COOKIE] {
        for value in call.headers.get_all(name) {
            hash.update(value.as_bytes());
            hash.update(b":");
        }
    }
    hash.update(body);
    format!("{:x}", hash.finalize())
}

/// A header that the reply already has is not changed.
pub(super) fn dress(state: &mut State, call: &Call, path: &[&str], user: u64, reply: Reply) -> Reply {
    let name = HeaderName::from_static;
    let on = Resource::of(path);
    let budget = state.limits.budget(user, on, chrono::Utc::now());
    let serial = state.log.count();
    let version = call.header("x-github-api-version").unwrap_or(VERSIONS[0]).to_owned();
    let needed = needed(path, is_read(call));
    let was_let_in = call.headers.contains_key(header::AUTHORIZATION) && reply.status != StatusCode::UNAUTHORIZED;
    let mut reply = reply
        .with(name("x-github-request-id"), format!("5A4D:{serial:04X}:{:05X}:5B0D", budget.used))
        .with(header::DATE, state.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .with(name("x-github-api-version-selected"), version)
        .with_default(name("x-ratelimit-limit"), budget.limit.to_string())
        .with_default(name("x-ratelimit-remaining"), budget.remaining().to_string())
        .with_default(name("x-ratelimit-used"), budget.used.to_string())
        .with_default(name("x-ratelimit-reset"), budget.reset.to_string())
        .with(name("x-ratelimit-resource"), on.word());
    if let Some((deprecated, sunset)) = &state.settings.sunset {
        reply = reply.with(name("deprecation"), deprecated.as_str()).with(name("sunset"), sunset.as_str());
    }
    if reply.status == StatusCode::NOT_MODIFIED {
        return reply;
    }
    reply = reply.with(name("x-github-media-type"), "github.v3; format=json");
    if !was_let_in {
        return reply;
    }
    let pass = state.passes.bearer();
    if let Some(end) = pass.expires {
        reply = reply.with(name("github-authentication-token-expiration"), ending(end, serial));
    }
    if state.is_scoped() {
        reply.with(name("x-oauth-scopes"), pass.scopes.join(", ")).with(name("x-accepted-oauth-scopes"), needed.scopes)
    } else {
        reply.with(name("x-accepted-github-permissions"), needed.permissions)
    }
}

/// When a token expires, in one of the three recorded forms, in rotation.
fn ending(end: chrono::DateTime<chrono::Utc>, serial: usize) -> String {
    let hours = match serial % 3 {
        0 => return end.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        1 => -7,
        _ => 1,
    };
    let there = end + chrono::TimeDelta::hours(hours);
    let sign = if hours < 0 { '-' } else { '+' };
    format!("{} {sign}{:02}00", there.format("%Y-%m-%d %H:%M:%S"), hours.abs())
}
