//! What a registry said: the message in its body, never an HTML page.
//!
//! It may still echo what was sent: [`crate::domain::Redactor::show`] removes that.

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;

use crate::domain::Untrusted;

/// The registry's own message, or `None`. The order of the fields follows the registries we know: Distribution and most
/// others, Docker Hub, OAuth 2, GitLab and Artifactory.
pub(super) fn message(headers: &HeaderMap, body: &[u8]) -> Option<Untrusted> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return None;
    }
    if is_html(headers, text.as_bytes()) {
        return Some(Untrusted::new("(an HTML page)"));
    }
    let found = match serde_json::from_str::<Value>(text) {
        Ok(json) => in_json(&json)?,
        Err(_) if text.starts_with(['{', '[']) => "(broken JSON)".to_owned(),
        Err(_) => text.to_owned(),
    };
    (!found.trim().is_empty()).then(|| Untrusted::new(found))
}

fn in_json(json: &Value) -> Option<String> {
    if let Some(first) = json.pointer("/errors/0") {
        let text = |key| first.get(key).and_then(Value::as_str).filter(|text: &&str| !text.is_empty());
        let found = text("message").or(text("code")).or(first.as_str());
        let detail = text("detail");
        return match (found, detail) {
            (Some(found), Some(detail)) if detail != found => Some(format!("{found} ({detail})")),
            (Some(found), _) => Some(found.to_owned()),
            (None, detail) => detail.map(str::to_owned),
        };
    }
    ["details", "error_description", "error", "message", "Message"]
        .iter()
        .find_map(|key| json.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()))
        .map(str::to_owned)
}

/// Whether a body is a web page, by its type or, where that is missing or wrong, by its first character.
pub(super) fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let start = body.iter().find(|b| !b.is_ascii_whitespace());
    declared.to_ascii_lowercase().contains("html") || start == Some(&b'<')
}
