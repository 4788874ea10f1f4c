//! The key file of a Google service account: whether it came whole through copying, plain or in base64.
//!
//! It looks into the key and keeps nothing of it: what is read of `private_key` is only how it is broken into lines.
//! Source of the form: Google Cloud, “Create and delete service account keys”.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use zeroize::Zeroizing;

use super::Severity;

/// A key file has about 2400 characters.
const LONGEST: usize = 64 * 1024;

/// What is to be said about a password of Google's that is no access token.
pub(super) fn check(text: &str) -> (Severity, &'static str) {
    if text.len() > LONGEST {
        return (Severity::Warn, "is too long for a service account's key");
    }
    if text.starts_with('{') {
        return json(text);
    }
    let joined: Zeroizing<String> = Zeroizing::new(text.split_ascii_whitespace().collect());
    let Some(decoded) = STANDARD.decode(joined.as_bytes()).ok().map(Zeroizing::new) else {
        return (Severity::Warn, "is neither a service account's key file nor its base64: did you copy all of it?");
    };
    let said = match std::str::from_utf8(&decoded) {
        Ok(decoded) if decoded.trim_start().starts_with('{') => json(decoded.trim()),
        Ok(_) | Err(_) => (Severity::Warn, "is base64 of something other than a service account's key file"),
    };
    if said.0 == Severity::Good && joined.len() != text.len() {
        return (Severity::Warn, "has line breaks in its base64: encode it on one line, base64 -w0");
    }
    said
}

fn json(text: &str) -> (Severity, &'static str) {
    let key: KeyFile = match serde_json::from_str(text) {
        Ok(key) => key,
        // JSON has no line break inside a text: somebody's echo or editor made one of the two characters \n.
        Err(_) if text.contains("-----BEGIN") && text.contains("KEY-----\n") => {
            return (
                Severity::Warn,
                "has real line breaks inside private_key where the file has \\n: copy the file itself, or use its \
                 base64 with the user _json_key_base64",
            );
        }
        Err(_) => return (Severity::Warn, "is not valid JSON: did you copy the whole key file?"),
    };
    if key.kind.as_deref() != Some("service_account") {
        return (Severity::Warn, "is not a service account's key: its type must be service_account");
    }
    match key.pem {
        None => (Severity::Warn, "is missing private_key: it is not the whole key file"),
        Some(Pem::Other) => (Severity::Warn, "has a private_key that does not begin with -----BEGIN PRIVATE KEY-----"),
        Some(Pem::OneLine) => (
            Severity::Warn,
            "has a private_key without its line breaks (\\n): copy the file itself, or use its base64 with the \
             user _json_key_base64",
        ),
        Some(Pem::Escaped) => {
            (Severity::Warn, "has \\\\n in private_key where the file has \\n: it was escaped once too often")
        }
        Some(Pem::Lines) if key.client_email.is_none() => {
            (Severity::Warn, "is missing client_email: it is not the whole key file")
        }
        Some(Pem::Lines) => (Severity::Good, "looks like a service account's key"),
    }
}

#[derive(Deserialize)]
struct KeyFile {
    #[serde(rename = "type")]
    kind: Option<String>,
    client_email: Option<serde::de::IgnoredAny>,
    #[serde(rename = "private_key")]
    pem: Option<Pem>,
}

/// How a private key is broken into lines.
enum Pem {
    Lines,
    OneLine,
    /// With a backslash and an n in place of a line break.
    Escaped,
    Other,
}

impl<'de> Deserialize<'de> for Pem {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Look;
        impl Visitor<'_> for Look {
            type Value = Pem;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a private key")
            }

            fn visit_str<E>(self, text: &str) -> Result<Pem, E> {
                let is_pem = text.trim_start().starts_with("-----BEGIN ") && text.contains("PRIVATE KEY-----");
                Ok(match (is_pem, text.trim().contains('\n'), text.contains("\\n")) {
                    (false, _, _) => Pem::Other,
                    (true, true, _) => Pem::Lines,
                    (true, false, true) => Pem::Escaped,
                    (true, false, false) => Pem::OneLine,
                })
            }
        }
        from.deserialize_str(Look)
    }
}
