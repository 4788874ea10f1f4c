//! Three small registries with one repository (OCI Distribution Specification 1.1, its pull part) and, like products
//! that support both, two npm packages. The first tag is intact; each of the others is broken in its own way, or stored
//! at another address.
//!
//! `puller` may log in and pull; `nopull` has the same password and may only log in. Nothing can be pushed.

mod image;
mod manner;
mod npm;
mod storage;
mod tokens;

use std::net::SocketAddr;

use http::{HeaderName, Method, StatusCode, header};
use serde_json::json;

pub use manner::{Manner, Page};

pub(super) use image::{REPOSITORY, Shelf, TAG};
pub(super) use npm::{PRIVATE, PUBLIC};
pub(super) use storage::serve as serve_storage;
pub(super) use tokens::Tokens;

use super::call::Call;
use super::door::RegistryKind;
use super::reply::Reply;
use super::world::World;
use image::Fate;
use tokens::{Grant, Scope};

pub(super) const PULLER: &str = "puller";
pub(super) const LOGIN_ONLY: &str = "nopull";
const SERVICE: &str = "sandbox";

#[derive(Debug)]
pub(super) struct Registry {
    kind: RegistryKind,
    /// Its own `127.0.0.1:PORT`.
    address: SocketAddr,
    password: String,
    shelf: Shelf,
    /// Where most blobs are.
    storage: SocketAddr,
}

impl Registry {
    pub(super) fn new(kind: RegistryKind, address: SocketAddr, password: &str, storage: SocketAddr) -> Self {
        Self { kind, address, password: password.to_owned(), shelf: Shelf::new(), storage }
    }

    /// The user's name, if the user and password are the sandbox's.
    fn login<'a>(&self, user: &'a str, password: &str) -> Option<&'a str> {
        ([PULLER, LOGIN_ONLY].contains(&user) && password == self.password).then_some(user)
    }
}

pub(super) fn serve(registry: &Registry, world: &World, call: &Call) -> Reply {
    let path: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    if registry.kind == RegistryKind::Bearer
        && let Some(reply) = manner::serve(registry, world, call, &path)
    {
        return reply;
    }
    if registry.kind == RegistryKind::Bearer && path == ["token"] {
        return tokens::serve(registry, world, call);
    }
    if let Some(reply) = npm::serve(registry, call, &path) {
        return reply;
    }
    let reply = match path.as_slice() {
        ["v2"] => return Reply::raw(StatusCode::MOVED_PERMANENTLY, "text/html", "").with(header::LOCATION, "/v2/"),
        ["v2", rest @ ..] => match admit(registry, world, call, rest) {
            Ok(()) if call.method == Method::GET || call.method == Method::HEAD => pull(registry, call, rest),
            Ok(()) => refusal(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", "The operation is unsupported."),
            Err(reply) => reply,
        },
        _ => Reply::raw(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "404 page not found\n"),
    };
    reply.with(HeaderName::from_static("docker-distribution-api-version"), "registry/2.0")
}

/// What a path below `/v2/` requires: only a login, or the permission to pull from a repository.
fn need(rest: &[&str]) -> Option<Scope> {
    let end = rest.iter().position(|part| ["manifests", "blobs", "tags"].contains(part))?;
    Some(Scope::pull(&rest[..end].join("/")))
}

fn admit(registry: &Registry, world: &World, call: &Call, rest: &[&str]) -> Result<(), Reply> {
    let need = need(rest);
    match registry.kind {
        RegistryKind::Open => Ok(()),
        RegistryKind::Basic => {
            let challenge = || unauthorized("Basic realm=\"sandbox\"".to_owned());
            let (user, password) = call.basic().ok_or_else(challenge)?;
            let user = registry.login(&user, &password).ok_or_else(challenge)?;
            if need.is_some() && user == LOGIN_ONLY {
                return Err(refusal(StatusCode::FORBIDDEN, "DENIED", "requested access to the resource is denied"));
            }
            Ok(())
        }
        RegistryKind::Bearer => admit_bearer(registry, world, call, need),
    }
}

/// Distribution answers 401 in every case and states in the challenge what was wrong.
fn admit_bearer(registry: &Registry, world: &World, call: &Call, need: Option<Scope>) -> Result<(), Reply> {
    let scope = need.as_ref().map(|scope| format!(",scope=\"{scope}\"")).unwrap_or_default();
    let challenge = |why: &str| {
        let why = if why.is_empty() { String::new() } else { format!(",error=\"{why}\"") };
        let realm = format!("{}/token", base(registry, call));
        unauthorized(format!("Bearer realm=\"{realm}\",service=\"{SERVICE}\"{scope}{why}"))
    };
    let token = call
        .header(header::AUTHORIZATION)
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim().to_owned())
        .ok_or_else(|| challenge(""))?;
    match (world.with(|state| state.tokens.grant(&token)), need) {
        (None, _) => Err(challenge("invalid_token")),
        (Some(Grant { scopes }), Some(need)) if !scopes.contains(&need) => Err(challenge("insufficient_scope")),
        (Some(_), _) => Ok(()),
    }
}

/// The token server is on the registry's own port, under the name by which the client reaches it.
fn base(registry: &Registry, call: &Call) -> String {
    call.header(header::HOST).map_or_else(|| format!("http://{}", registry.address), |host| format!("http://{host}"))
}

fn pull(registry: &Registry, call: &Call, rest: &[&str]) -> Reply {
    let shelf = &registry.shelf;
    let unknown_name = || refusal(StatusCode::NOT_FOUND, "NAME_UNKNOWN", "repository name not known to registry");
    match rest {
        [""] => Reply::ok(&json!({})),
        [repository @ .., "tags", "list"] if repository.join("/") == REPOSITORY => {
            Reply::ok(&json!({ "name": REPOSITORY, "tags": shelf.tags() }))
        }
        [repository @ .., "manifests", reference] if repository.join("/") == REPOSITORY => {
            manifest(shelf, call, reference)
        }
        [repository @ .., "blobs", digest] if repository.join("/") == REPOSITORY => match shelf.blob(digest) {
            Some((blob, Fate::Here)) => content("application/octet-stream", digest, blob),
            // Nothing listens on that port.
            Some((_, Fate::Away)) => sent_on(&format!("http://127.0.0.1:1/{digest}")),
            Some((_, Fate::Stored | Fate::Refused | Fate::Gone | Fate::Spoiled)) => {
                sent_on(&format!("http://{}/{digest}?{}", registry.storage, storage::SIGNED))
            }
            None => refusal(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", "blob unknown to registry"),
        },
        [_, .., "tags", "list"] | [_, .., "manifests" | "blobs", _] => unknown_name(),
        _ => Reply::raw(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "404 page not found\n"),
    }
}

/// Distribution 2.8 hides an OCI manifest from a client that does not accept exactly that type; `*/*` is not enough.
fn manifest(shelf: &Shelf, call: &Call, reference: &str) -> Reply {
    let Some(found) = shelf.find(reference) else {
        return refusal(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", "manifest unknown");
    };
    let accepts = call
        .headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|kind| kind.split(';').next().unwrap_or_default().trim() == found.kind);
    if !accepts && found.kind.starts_with("application/vnd.oci.") {
        let message = "OCI manifest found, but accept header does not support OCI manifests";
        return refusal(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", message);
    }
    content(found.kind, &found.called, &found.bytes)
}

fn sent_on(to: &str) -> Reply {
    Reply::raw(StatusCode::TEMPORARY_REDIRECT, "text/html", "").with(header::LOCATION, to)
}

fn content(kind: &str, digest: &str, bytes: &bytes::Bytes) -> Reply {
    Reply::raw(StatusCode::OK, kind, bytes.clone())
        .with(HeaderName::from_static("docker-content-digest"), digest)
        .with(header::ETAG, format!("\"{digest}\""))
}

fn unauthorized(challenge: String) -> Reply {
    refusal(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "authentication required")
        .with(header::WWW_AUTHENTICATE, challenge)
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({ "errors": [{ "code": code, "message": message, "detail": null }] }))
}
