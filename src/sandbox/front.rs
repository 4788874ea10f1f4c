//! What every request passes through, at whichever door: the log, the faults, the latency.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::ConnectInfo;
use axum::extract::{Request, State as Shared};
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::json;

use super::call::Call;
use super::door::Door;
use super::fault::FaultKind;
use super::line::Scissors;
use super::registry::Registry;
use super::reply::Reply;
use super::world::{RequestView, World};
use super::{api, registry};

const MOST_BODY: usize = 1024 * 1024;

/// One door with what stands behind it.
#[derive(Debug, Clone)]
pub(super) struct Front {
    world: World,
    door: Door,
    address: SocketAddr,
    registry: Option<Arc<Registry>>,
}

impl Front {
    pub(super) fn new(world: World, door: Door, address: SocketAddr, password: &str) -> Self {
        let registry = match door {
            Door::Api => None,
            Door::Registry(kind) => Some(Arc::new(Registry::new(kind, address, password))),
        };
        Self { world, door, address, registry }
    }

    /// An answer out of turn, with the headers of its door.
    fn refuse(&self, call: &Call, status: StatusCode, message: &str) -> Reply {
        let reply = Reply::refusal(status, message);
        match self.door {
            Door::Api => api::dressed(&self.world, call, reply),
            Door::Registry(_) => reply,
        }
    }

    fn serve(&self, call: &Call) -> Reply {
        match &self.registry {
            None => api::serve(&self.world, call),
            Some(registry) => registry::serve(registry, &self.world, call),
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
    let serial = front.world.with(|state| state.log.arrived(seen(front.door, &parts.method, &path, &parts.headers)));
    let (fault, latency, public_url) = front.world.with(|state| {
        let fault = state.faults.strike(&parts.method, &path);
        (fault, state.settings.latency, state.settings.public_url.clone())
    });
    let Ok(body) = axum::body::to_bytes(body, MOST_BODY).await else {
        return Reply::refusal(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large").into_response();
    };
    pause(latency).await;
    let public_url = if front.door == Door::Api { public_url } else { None };
    let call = Call::new(parts, body, public_url.as_deref(), front.address);
    let reply = suffer(&front, &call, fault, &scissors).await;
    if let Some(reply) = &reply {
        front.world.with(|state| state.log.answered(serial, reply.status.as_u16()));
    }
    // Nothing of the substitute is sent: its connection has been cut.
    reply.unwrap_or_else(Reply::no_content).into_response()
}

/// The answer, with what goes wrong on the way; none when the connection was cut.
async fn suffer(front: &Front, call: &Call, fault: Option<FaultKind>, scissors: &Scissors) -> Option<Reply> {
    let Some(fault) = fault else { return Some(front.serve(call)) };
    Some(match fault {
        FaultKind::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            front.refuse(call, status, status.canonical_reason().unwrap_or("Unknown"))
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
            front.serve(call);
            scissors.cut();
            return None;
        }
        FaultKind::BadKey => {
            api::rotate_key_of(&front.world, call);
            front.serve(call)
        }
        FaultKind::Forbidden => {
            front.refuse(call, StatusCode::FORBIDDEN, "Resource not accessible by personal access token")
        }
        FaultKind::Unauthorized => front.refuse(call, StatusCode::UNAUTHORIZED, "Bad credentials"),
        FaultKind::TruncatedJson => {
            let mut reply = front.serve(call);
            reply.body.truncate(reply.body.len() / 2);
            reply
        }
        FaultKind::Slow(wait) => {
            pause(wait).await;
            front.serve(call)
        }
        FaultKind::Redirect(url) => {
            Reply::json(StatusCode::FOUND, &json!({ "message": "Found", "url": url })).with(header::LOCATION, url)
        }
    })
}

async fn pause(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}

fn seen(door: Door, method: &Method, path: &str, headers: &HeaderMap) -> RequestView {
    const KEPT: [&str; 5] = ["user-agent", "accept", "x-github-api-version", "content-type", "host"];
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
