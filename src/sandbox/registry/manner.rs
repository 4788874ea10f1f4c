//! The unusual ways in which registries and their token servers have been seen to answer, applied to the Bearer
//! registry one at a time: what is named here is answered that way, everything else as usual.
//!
//! As JSON, from another process through `POST /_sandbox/manner`: `{"challenge": ["Basic realm=/"]}`, `{"token":
//! {"body": {"token": "{token}", "expires_in": "3600"}}}`, `{"first": {"status": 302, "headers": {"Location":
//! "https://idp.example/authorize?client_id=x"}}}`. In all texts `{base}` is the registry's own address, and `{token}`
//! is a token that it accepts.

use std::collections::BTreeMap;

use http::{HeaderName, StatusCode, header};
use serde::Deserialize;
use serde_json::Value;

use super::super::call::Call;
use super::super::reply::Reply;
use super::super::world::World;
use super::{Registry, base, tokens, unauthorized};

/// What is answered in an unusual way.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Manner {
    /// The values of `WWW-Authenticate`, each in its own header. User and password are accepted as well as tokens.
    pub challenge: Option<Vec<String>>,
    /// The answer of `/v2/` without a login.
    pub first: Option<Page>,
    /// The answer of `/v2/` to a correct login.
    pub welcome: Option<Page>,
    /// The token server's answer to the correct user and password.
    pub token: Option<Page>,
    /// Whether the token server gives that answer to everyone.
    pub is_open: bool,
    /// The answers of other paths.
    pub pages: BTreeMap<String, Page>,
}

/// One answer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Page {
    pub status: Option<u16>,
    pub headers: BTreeMap<String, String>,
    /// A string is sent as it is, anything else as JSON.
    pub body: Value,
    /// `application/json` if absent, no header if empty.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Compressed with gzip, whether requested or not.
    pub is_packed: bool,
    /// One byte per character, which is not valid UTF-8 for anything beyond ASCII.
    pub is_latin1: bool,
}

impl Page {
    fn reply(&self, fill: &impl Fn(&str) -> String) -> Reply {
        let status = self.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
        let body = match &self.body {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let body = fill(&body);
        let bytes = if self.is_latin1 {
            body.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect()
        } else {
            body.into_bytes()
        };
        let mut reply = Reply::raw(status, self.kind.as_deref().unwrap_or("application/json"), bytes);
        if self.is_packed {
            reply = reply.packed();
        }
        reply.headers.retain(|(_, value)| !value.is_empty());
        for (name, value) in &self.headers {
            if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
                reply = reply.with(name, fill(value));
            }
        }
        reply
    }
}

/// The unusual answer to this request, if there is one. `path` has no leading slash.
pub(super) fn serve(registry: &Registry, world: &World, call: &Call, path: &[&str]) -> Option<Reply> {
    let manner = world.with(|state| state.manner.clone())?;
    let login = call.basic().and_then(|(user, password)| Some(registry.login(&user, &password)?.to_owned()));
    let fill = |text: &str| {
        let text = text.replace("{base}", &base(registry, call));
        if text.contains("{token}") { text.replace("{token}", &tokens::issue(world, Vec::new())) } else { text }
    };
    if let Some(page) = manner.pages.get(&format!("/{}", path.join("/"))) {
        return Some(page.reply(&fill));
    }
    match path {
        [first, ..] if first.starts_with("token") => {
            let page = manner.token.unwrap_or(Page { body: TOKEN.into(), ..Page::default() });
            let is_in = manner.is_open || login.is_some();
            Some(if is_in { page.reply(&fill) } else { tokens::refused() })
        }
        ["v2", ""] => {
            let bearer = call.header(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
            let is_known = bearer.is_some_and(|token| world.with(|state| state.tokens.grant(token)).is_some());
            if is_known || login.is_some() {
                return Some(manner.welcome.unwrap_or(Page { body: "{}".into(), ..Page::default() }).reply(&fill));
            }
            if let Some(first) = manner.first.filter(|_| call.header(header::AUTHORIZATION).is_none()) {
                return Some(first.reply(&fill));
            }
            let values = manner.challenge?;
            let mut reply = unauthorized(String::new());
            reply.headers.retain(|(name, _)| *name != header::WWW_AUTHENTICATE);
            Some(values.iter().fold(reply, |reply, value| reply.with(header::WWW_AUTHENTICATE, fill(value))))
        }
        _ => None,
    }
}

const TOKEN: &str = r#"{"token":"{token}"}"#;
