//! What every request passes through, at every address: the log, the faults, the latency.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::ConnectInfo;
use axum::extract::{Request, State as Shared};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, Version, header};
use serde_json::{Value, json};

use super::api::Entry;
use super::call::Call;
use super::door::Door;
use super::fault::FaultKind;
use super::line::Scissors;
use super::registry::{Registry, Shelf};
use super::reply::Reply;
use super::world::{RequestView, State, World};
use super::{api, control, registry};

const MOST_BODY: usize = 1024 * 1024;

/// One address with the server behind it.
#[derive(Debug, Clone)]
pub(super) struct Front {
    world: World,
    door: Door,
    address: SocketAddr,
    behind: Behind,
}

#[derive(Debug, Clone)]
enum Behind {
    Api,
    Storage(Arc<Shelf>),
    Registry(Arc<Registry>),
}

impl Front {
    /// `storage` is where the registries keep their blobs.
    pub(super) fn new(world: World, door: Door, address: SocketAddr, password: &str, storage: SocketAddr) -> Self {
        let behind = match door {
            Door::Api => Behind::Api,
            Door::Storage => Behind::Storage(Arc::new(Shelf::new())),
            Door::Registry(kind) => Behind::Registry(Arc::new(Registry::new(kind, address, password, storage))),
        };
        Self { world, door, address, behind }
    }

    /// A response instead of the regular one, with the headers of this address.
    fn refuse(&self, call: &Call, status: StatusCode, message: &str) -> Reply {
        self.out_of_turn(call, |_, _| Reply::refusal(status, message))
    }

    /// The same, computed from the state of the world and the path.
    fn out_of_turn(&self, call: &Call, reply: impl FnOnce(&mut State, &[&str]) -> Reply) -> Reply {
        match self.door {
            Door::Api => api::dressed(&self.world, call, reply),
            Door::Storage | Door::Registry(_) => self.world.with(|state| reply(state, &[])),
        }
    }

    fn serve(&self, call: &Call, entry: Option<&Entry>) -> Reply {
        match &self.behind {
            Behind::Api => api::serve(&self.world, call, entry),
            Behind::Storage(blobs) => registry::serve_storage(blobs, call),
            Behind::Registry(registry) => registry::serve(registry, &self.world, call),
        }
    }
}

pub(super) async fn answer(
    Shared(front): Shared<Front>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned();
    if front.door == Door::Api && path.starts_with(control::ROOT) {
        let body = axum::body::to_bytes(body, MOST_BODY).await.unwrap_or_default();
        return control::serve(&front.world, &Call::new(parts, body, None, front.address)).into_response();
    }
    let entry = (front.door == Door::Api).then(|| api::enter(&front.world, &parts));
    let serial = front.world.with(|state| state.log.arrived(seen(front.door, &parts.method, &path, &parts.headers)));
    let (fault, latency, public_url) = front.world.with(|state| {
        let fault = state.faults.strike(&parts.method, &path);
        (fault, state.settings.latency, state.settings.public_url.clone())
    });
    let lacks_length = front.door == Door::Api && lacks_length(&parts);
    let Ok(body) = axum::body::to_bytes(body, MOST_BODY).await else {
        return Reply::refusal(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large").into_response();
    };
    pause(latency).await;
    let public_url = if front.door == Door::Api { public_url } else { None };
    let call = Call::new(parts, body, public_url.as_deref(), front.address);
    let reply = if lacks_length {
        let page = "<html><head><title>411 Length Required</title></head>\n<body>Length Required</body></html>\n";
        Some(Reply::raw(StatusCode::LENGTH_REQUIRED, "text/html; charset=utf-8", page))
    } else {
        suffer(&front, &call, fault, &scissors, entry.as_ref()).await
    };
    let status = reply.as_ref().map(|reply| reply.status.as_u16());
    front.world.with(|state| {
        if let Some(status) = status {
            state.log.answered(serial, status);
        }
        if front.door == Door::Api {
            state.counts.answered(&call.method, &path, status);
        }
    });
    drop(entry);
    // Nothing of the substitute is sent, because the connection has been cut.
    let reply = reply.unwrap_or_else(Reply::no_content);
    if front.door == Door::Api { reply.packed_for(&call) } else { reply }.into_response()
}

/// Over HTTP/1.1, GitHub's front end requires a content length (recorded in octocrab, issues 463 and 464).
fn lacks_length(parts: &Parts) -> bool {
    let is_about_content = matches!(parts.method, Method::POST | Method::PUT | Method::PATCH);
    let is_told =
        [header::CONTENT_LENGTH, header::TRANSFER_ENCODING].iter().any(|name| parts.headers.contains_key(name));
    parts.version <= Version::HTTP_11 && is_about_content && !is_told
}

/// The response with its fault applied; `None` if the connection was cut.
async fn suffer(
    front: &Front,
    call: &Call,
    fault: Option<FaultKind>,
    scissors: &Scissors,
    entry: Option<&Entry>,
) -> Option<Reply> {
    let Some(fault) = fault else { return Some(front.serve(call, entry)) };
    Some(match fault {
        FaultKind::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            front.refuse(call, status, words(status))
        }
        FaultKind::Says(status, words) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
            front.refuse(call, status, &words)
        }
        FaultKind::Html(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            let page = "<!DOCTYPE html>\n<html><head><title>Unicorn! &middot; GitHub</title></head>\n<body><p>We had \
                        issues producing the response to your request.</p></body></html>\n";
            Reply::raw(status, "text/html; charset=utf-8", page)
        }
        FaultKind::DropBefore => {
            scissors.cut();
            return None;
        }
        FaultKind::DropAfter => {
            front.serve(call, entry);
            scissors.cut();
            return None;
        }
        FaultKind::BadKey => {
            front.world.with(|state| state.key_generation = super::vault::new_generation());
            front.serve(call, entry)
        }
        FaultKind::Forbidden => {
            front.refuse(call, StatusCode::FORBIDDEN, "Resource not accessible by personal access token")
        }
        FaultKind::Unauthorized => front.refuse(call, StatusCode::UNAUTHORIZED, "Bad credentials"),
        FaultKind::TruncatedJson => {
            let mut reply = front.serve(call, entry);
            reply.body.truncate(reply.body.len() / 2);
            reply
        }
        FaultKind::Slow(wait) => {
            pause(wait).await;
            front.serve(call, entry)
        }
        FaultKind::SecondaryLimit => front.out_of_turn(call, |state, _| api::secondary_limit(state)),
        FaultKind::TooManyRequests => front.out_of_turn(call, |state, _| api::too_many_requests(state)),
        FaultKind::PrimaryLimit => front.out_of_turn(call, |state, _| api::primary_limit(state)),
        FaultKind::Sso => front.out_of_turn(call, |_, path| {
            let ["orgs" | "repos", owner, ..] = path else { return api::sso_required("acme") };
            api::sso_required(owner)
        }),
        FaultKind::Bare(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND);
            front.out_of_turn(call, |_, _| Reply::json(status, &json!({})))
        }
        FaultKind::Empty(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            front.out_of_turn(call, |_, _| Reply::raw(status, "application/json; charset=utf-8", ""))
        }
        FaultKind::ShortList => short(front.serve(call, entry)),
        FaultKind::Redirect(url) => {
            Reply::json(StatusCode::FOUND, &json!({ "message": "Found", "url": url })).with(header::LOCATION, url)
        }
    })
}

fn words(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYMENT_REQUIRED => "You've used 100% of your spending limit for Codespaces",
        other => other.canonical_reason().unwrap_or("Unknown"),
    }
}

/// The first list in the response loses the second half of its items.
fn short(reply: Reply) -> Reply {
    let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else { return reply };
    let list = match &mut body {
        Value::Array(items) => Some(items),
        Value::Object(fields) => fields.values_mut().find_map(Value::as_array_mut),
        _ => None,
    };
    if let Some(items) = list {
        items.truncate(items.len() / 2);
    }
    let headers = reply.headers.into_iter().filter(|(name, _)| *name != header::LINK && *name != header::ETAG);
    Reply { status: reply.status, body: body.to_string().into(), headers: headers.collect() }
}

async fn pause(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}

fn seen(door: Door, method: &Method, path: &str, headers: &HeaderMap) -> RequestView {
    const KEPT: [&str; 8] = [
        "user-agent",
        "accept",
        "accept-encoding",
        "x-github-api-version",
        "content-type",
        "content-length",
        "host",
        "if-none-match",
    ];
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let kept = headers.iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
    RequestView {
        door: door.name(),
        method: method.clone(),
        path: path.to_owned(),
        authorization: headers
            .get(header::AUTHORIZATION)
            .map(|value| text(value).split(' ').next().unwrap_or_default().to_owned()),
        headers: kept.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        status: None,
    }
}
