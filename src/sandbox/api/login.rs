//! The device flow as github.com answers it, unlike the API: 200 with an `error`, form-encoded unless JSON is requested
//! (docs: “Authorizing OAuth apps”, device flow).

use std::time::Instant;

use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use super::super::call::Call;
use super::super::device::{Polled, whole_seconds};
use super::super::passes::Pass;
use super::super::reply::Reply;
use super::super::world::State;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// A client the sandbox does not know.
const UNKNOWN_CLIENT: &str = "unknown";

pub(super) fn serve(state: &mut State, call: &Call, path: &[String]) -> Reply {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let form = call.form();
    match (call.method.as_str(), path.as_slice()) {
        ("POST", ["device", "code"]) => begin(state, call, &form),
        ("POST", ["oauth", "access_token"]) => poll(state, call, &form),
        ("GET", ["device"]) => page(state, call),
        _ => Reply::raw(StatusCode::NOT_FOUND, "text/html; charset=utf-8", "<h1>Not Found</h1>\n"),
    }
}

fn begin(state: &mut State, call: &Call, form: &[(String, String)]) -> Reply {
    let client = field(form, "client_id");
    if client.is_empty() || client == UNKNOWN_CLIENT {
        return Reply::json(StatusCode::NOT_FOUND, &json!({ "error": "Not Found" }));
    }
    if state.flows.is_disabled {
        return refusal(call, "device_flow_disabled", "Device Flow must be explicitly enabled for this App");
    }
    let scopes = field(form, "scope").split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let now = Instant::now();
    let flow = state.flows.begin(client, scopes, &state.limits, now);
    let body = json!({
        "device_code": flow.device_code,
        "user_code": flow.user_code,
        "verification_uri": format!("{}/login/device", call.base),
        "expires_in": flow.lifetime(now),
        "interval": flow.interval(),
    });
    answer(call, &body)
}

fn poll(state: &mut State, call: &Call, form: &[(String, String)]) -> Reply {
    if field(form, "grant_type") != GRANT {
        return refusal(call, "unsupported_grant_type", "The grant type is not supported.");
    }
    let client = field(form, "client_id");
    if client.is_empty() || client == UNKNOWN_CLIENT {
        let text = "The client_id and/or client_secret passed are incorrect.";
        return refusal(call, "incorrect_client_credentials", text);
    }
    let polled = state.flows.poll(client, field(form, "device_code"), &state.limits, Instant::now());
    match polled {
        Polled::Pending => refusal(call, "authorization_pending", "The authorization request is still pending."),
        Polled::SlowDown(interval) => {
            let text = "Too many requests have been made in the same timeframe.";
            let mut body = error_body("slow_down", text);
            body["interval"] = json!(whole_seconds(interval));
            answer(call, &body)
        }
        Polled::Denied => refusal(call, "access_denied", "The authorization request was denied."),
        Polled::Expired => refusal(call, "expired_token", "The device_code has expired."),
        Polled::Incorrect => refusal(call, "incorrect_device_code", "The device_code provided is not valid."),
        Polled::Granted(scopes) => {
            let token = format!("gho_{}", super::super::device::letters(36));
            let body = json!({ "access_token": token, "token_type": "bearer", "scope": scopes.join(",") });
            let account = state.me.clone();
            state.passes.add(Pass::new(&token, scopes, account));
            answer(call, &body)
        }
    }
}

/// Stands in for the page where the user enters the code.
fn page(state: &State, call: &Call) -> Reply {
    let waiting = state.flows.waiting();
    let lines: Vec<_> = waiting
        .iter()
        .flat_map(|code| {
            ["approve", "deny"].map(|word| format!("curl -X POST '{}/_sandbox/{word}?user_code={code}'\n", call.base))
        })
        .collect();
    let text = if lines.is_empty() { "No login is waiting for a code.\n".to_owned() } else { lines.concat() };
    Reply::raw(StatusCode::OK, "text/plain; charset=utf-8", text)
}

fn refusal(call: &Call, error: &str, text: &str) -> Reply {
    answer(call, &error_body(error, text))
}

fn error_body(error: &str, text: &str) -> Value {
    let uri = "https://docs.github.com/developers/apps/authorizing-oauth-apps#error-codes-for-the-device-flow";
    json!({ "error": error, "error_description": text, "error_uri": uri })
}

/// Every response has status 200.
fn answer(call: &Call, body: &Value) -> Reply {
    if call.header(header::ACCEPT).is_some_and(|kinds| kinds.contains("application/json")) {
        return Reply::ok(body);
    }
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in body.as_object().unwrap_or(&Map::new()) {
        form.append_pair(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned).as_str());
    }
    Reply::raw(StatusCode::OK, "application/x-www-form-urlencoded; charset=utf-8", form.finish())
}

fn field<'a>(form: &'a [(String, String)], name: &str) -> &'a str {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}
