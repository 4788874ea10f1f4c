//! `/_sandbox/…`: what another process can read about the sandbox and change in it.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /_sandbox/state` | counts as JSON, see below |
//! | `POST /_sandbox/reset-counters` | resets those counts; the windows of the limits continue |
//! | `POST /_sandbox/fault?spec=SPEC` | adds a fault, written as for `--fault`; without `spec` all are removed |
//! | `POST /_sandbox/scopes?scopes=A,B[&token=T]` | what `gh auth refresh` does |
//! | `POST /_sandbox/sso?org=ORG&required=true` | single sign-on of an organization |
//! | `POST /_sandbox/free?org=ORG&free=true` | the Free plan of an organization |
//! | `POST /_sandbox/budget?resource=R[&limit=N][&used=N]` | the hour of one resource, such as `core`, `codespaces` |
//! | `POST /_sandbox/approve?user_code=C[&scopes=A,B]`, `…/deny?user_code=C` | answers a device flow |
//! | `POST /_sandbox/rename?repo=O/N&to=NAME` | renames a repository |
//! | `POST /_sandbox/manner` with JSON | unusual answers of the Bearer registry (`registry/manner.rs`); empty: none |
//!
//! The counts are `requests` by method and path with how often each status was returned (`0`: the connection was cut),
//! `total`, `points`, `primary_used`, `limit_answers` (refused by a limit, not by a fault) and `peak_concurrency`.
//! `running` contains the hour of `core`, the hours of all resources, the minute, the concurrent requests and whether
//! limits are enforced.
//!
//! These requests are not logged, counted, limited or affected by faults, and need no token.

use std::time::Instant;

use chrono::Utc;
use http::{Method, StatusCode};
use serde_json::json;

use super::call::Call;
use super::limits::Resource;
use super::reply::Reply;
use super::world::World;

pub(super) const ROOT: &str = "/_sandbox/";

pub(super) fn serve(world: &World, call: &Call) -> Reply {
    let words: Vec<&str> = call.segments.iter().skip(1).map(String::as_str).collect();
    let ask = |name: &str| call.query(name).unwrap_or_default();
    let list = |name: &str| call.query(name).map(|text| text.split(',').filter(|word| !word.is_empty()).collect());
    let done = match (&call.method, words.as_slice()) {
        (&Method::GET, ["state"]) => return state(world),
        (&Method::POST, ["reset-counters"]) => {
            world.reset_counters();
            true
        }
        (&Method::POST, ["fault"]) => match ask("spec") {
            "" => {
                world.clear_faults();
                true
            }
            spec => match spec.parse() {
                Ok(fault) => {
                    world.add_fault(fault);
                    true
                }
                Err(why) => return Reply::unprocessable(&format!("{why}")),
            },
        },
        (&Method::POST, ["scopes"]) => {
            let scopes: Vec<&str> = list("scopes").unwrap_or_default();
            if let Some(token) = call.query("token") {
                world.set_scopes_of(token, &scopes)
            } else {
                world.set_scopes(scopes.into_iter().map(str::to_owned).collect());
                true
            }
        }
        (&Method::POST, ["sso"]) => world.set_sso(ask("org"), ask("required") != "false"),
        (&Method::POST, ["free"]) => world.set_free(ask("org"), ask("free") != "false"),
        (&Method::POST, ["budget"]) => {
            let number = |name| ask(name).parse::<u32>().ok();
            let is_known = Resource::parse(ask("resource")).is_some();
            let limit = number("limit").is_none_or(|limit| world.set_limit_of(ask("resource"), limit));
            is_known && limit && number("used").is_none_or(|used| world.set_used_of(ask("resource"), used))
        }
        (&Method::POST, ["approve"]) => world.approve_device(ask("user_code"), list("scopes").as_deref()),
        (&Method::POST, ["deny"]) => world.deny_device(ask("user_code")),
        (&Method::POST, ["manner"]) if call.body.is_empty() => {
            world.set_manner(None);
            true
        }
        (&Method::POST, ["manner"]) => match serde_json::from_slice(&call.body) {
            Ok(manner) => {
                world.set_manner(Some(manner));
                true
            }
            Err(why) => return Reply::unprocessable(&why.to_string()),
        },
        (&Method::POST, ["rename"]) => world.rename_repository(ask("repo"), ask("to")),
        _ => false,
    };
    if done { Reply::no_content() } else { Reply::not_found() }
}

fn state(world: &World) -> Reply {
    let body = world.with(|state| {
        let me = state.me.id;
        let mut hour = |on: Resource| {
            let budget = state.limits.budget(me, on, Utc::now());
            (on.word().to_owned(), json!({ "limit": budget.limit, "used": budget.used, "reset": budget.reset }))
        };
        let hours: serde_json::Map<String, serde_json::Value> = Resource::ALL.map(&mut hour).into_iter().collect();
        let mut body = state.counts.json();
        body["running"] = json!({
            "hour": hours["core"],
            "hours": hours,
            "minute": { "points": state.limits.points_now(Instant::now()) },
            "concurrency": state.limits.at_once(),
            "enforced": state.limits.enforce,
        });
        body["device_codes"] = json!(state.flows.waiting());
        body
    });
    Reply::json(StatusCode::OK, &body)
}
