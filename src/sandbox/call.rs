//! One request as the sandbox sees it: path segments decoded one by one, query, headers, body. Nothing is checked here.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, header, request::Parts};
use serde_json::Value;

#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// `/a/b%2Fc/` is `["a", "b/c", ""]`, `/` is `[""]`.
    pub(super) segments: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The start of links in the response: `http://HOST`.
    pub(super) base: String,
}

impl Call {
    pub(super) fn new(parts: Parts, body: Bytes, public_url: Option<&str>, own: SocketAddr) -> Self {
        let base = match public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", host(&parts.headers, &parts.uri, own)),
        };
        let path = parts.uri.path();
        let segments = path.strip_prefix('/').unwrap_or(path).split('/').map(decode).collect();
        let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect::<Vec<_>>();
        Self { method: parts.method, segments, query, headers: parts.headers, body, base }
    }

    pub(super) fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as a JSON object; an empty body is an empty object.
    pub(super) fn json(&self) -> Option<serde_json::Map<String, Value>> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Some(serde_json::Map::new());
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(map)) => Some(map),
            Ok(_) | Err(_) => None,
        }
    }

    /// The fields of a form, or of a JSON object with string values; those in the query count as well.
    pub(super) fn form(&self) -> Vec<(String, String)> {
        let is_json = self.header(header::CONTENT_TYPE).is_some_and(|kind| kind.contains("json"));
        let fields = if is_json {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            self.json().into_iter().flatten().filter_map(|(name, value)| Some((name, text(&value)?))).collect()
        } else {
            url::form_urlencoded::parse(&self.body).into_owned().collect::<Vec<_>>()
        };
        fields.into_iter().chain(self.query.iter().cloned()).collect()
    }

    /// User and password of a Basic `Authorization` header.
    pub(super) fn basic(&self) -> Option<(String, String)> {
        use base64::Engine as _;
        let (scheme, rest) = self.header(header::AUTHORIZATION)?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let plain = base64::engine::general_purpose::STANDARD.decode(rest.trim()).ok()?;
        let plain = String::from_utf8(plain).ok()?;
        let (user, password) = plain.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    }
}

/// A proxy's client names the host in the request target (RFC 9112, 3.2.2) and in `Host`, and both agree.
fn host(headers: &HeaderMap, uri: &Uri, own: SocketAddr) -> String {
    if let Some(host) = headers.get(header::HOST).and_then(|value| value.to_str().ok()).filter(|host| !host.is_empty())
    {
        return host.to_owned();
    }
    uri.authority().map_or_else(|| own.to_string(), ToString::to_string)
}

/// Percent-decoding of one path segment; an invalid escape stays unchanged.
fn decode(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                out.push(byte);
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
