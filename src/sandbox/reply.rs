//! Responses in GitHub's format. Their content is decided elsewhere.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::call::Call;

pub(super) const DOCS: &str = "https://docs.github.com/rest";

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
    pub(super) headers: Vec<(HeaderName, String)>,
}

impl Reply {
    pub(super) fn raw(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { status, body: body.into(), headers: vec![(header::CONTENT_TYPE, content_type.to_owned())] }
    }

    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self::raw(status, "application/json; charset=utf-8", body.to_string())
    }

    pub(super) fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub(super) fn created() -> Self {
        Self::json(StatusCode::CREATED, &json!({}))
    }

    pub(super) fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: Bytes::new(), headers: Vec::new() }
    }

    /// GitHub's body for a request it does not fulfil. Its `status` is a string.
    pub(super) fn refusal(status: StatusCode, message: &str) -> Self {
        Self::json(status, &json!({ "message": message, "documentation_url": DOCS, "status": status.as_str() }))
    }

    pub(super) fn not_found() -> Self {
        Self::refusal(StatusCode::NOT_FOUND, "Not Found")
    }

    pub(super) fn unprocessable(message: &str) -> Self {
        Self::refusal(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    pub(super) fn forbidden(message: &str) -> Self {
        Self::refusal(StatusCode::FORBIDDEN, message)
    }

    pub(super) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Unless it is already present.
    pub(super) fn with_default(self, name: HeaderName, value: impl Into<String>) -> Self {
        if self.headers.iter().any(|(known, _)| *known == name) { self } else { self.with(name, value) }
    }

    /// Compressed if requested: GitHub compresses every body.
    pub(super) fn packed_for(self, call: &Call) -> Self {
        let is_asked = call.headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let is_asked = is_asked.flat_map(|value| value.split(',')).any(|coding| {
            let coding = coding.split(';').next().unwrap_or_default();
            coding.trim().eq_ignore_ascii_case("gzip")
        });
        if !is_asked || self.body.is_empty() { self } else { self.packed() }
    }

    /// Compressed.
    pub(super) fn packed(self) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        // Writing to a Vec cannot fail.
        match encoder.write_all(&self.body).and_then(|()| encoder.finish()) {
            Ok(body) => Self { body: body.into(), ..self }.with(header::CONTENT_ENCODING, "gzip"),
            Err(_) => self,
        }
    }

    pub(super) fn into_response(self) -> axum::response::Response {
        let mut response = axum::response::Response::new(axum::body::Body::from(self.body));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}
