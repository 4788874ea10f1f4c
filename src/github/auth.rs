//! The token as a header: checked once, marked sensitive, never shown.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, NaiveDateTime, Utc};
use http::{HeaderMap, HeaderValue};
use sha2::{Digest as _, Sha256};

use crate::domain::token::TokenKind;
use crate::domain::{Redactor, Sensitive};

use super::error::text;
use super::{GithubError, Refusal};

/// A token that is known to fit into a header.
#[derive(Clone)]
pub(super) struct Authorization {
    header: HeaderValue,
    pub(super) kind: TokenKind,
    /// GitHub's refusal, if it did not accept the token.
    refused: Arc<OnceLock<Refusal>>,
    /// Removes the token from whatever comes back.
    pub(super) redactor: Arc<Redactor>,
}

impl Authorization {
    /// Rejects what cannot be in a header, or would be cut or folded there: octocrab panics on such a token.
    pub(super) fn new(token: &Sensitive) -> Result<Self, GithubError> {
        let text = token.expose();
        if text.is_empty() {
            return Err(GithubError::BadToken("it is empty"));
        }
        if text.contains(['\n', '\r']) {
            return Err(GithubError::BadToken("it contains a line break"));
        }
        if text.contains([' ', '\t']) {
            return Err(GithubError::BadToken("it contains white space"));
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(GithubError::BadToken("it contains a character that no token has"));
        }
        let line = zeroize::Zeroizing::new(format!("Bearer {text}"));
        let mut header =
            HeaderValue::from_str(&line).map_err(|_| GithubError::BadToken("it does not fit into a header"))?;
        header.set_sensitive(true);
        Ok(Self {
            header,
            kind: TokenKind::of(text),
            refused: Arc::default(),
            redactor: Arc::new(Redactor::of([token])),
        })
    }

    /// Tells accounts apart without revealing anything about the token.
    pub(super) fn digest(&self, salt: &[u8; 32]) -> Vec<u8> {
        Sha256::new_with_prefix(salt).chain_update(self.header.as_bytes()).finalize().to_vec()
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// Remembers a 401. A rejected token is not sent again: after several bad logins GitHub rejects even good ones for
    /// a while. Source: GitHub Docs, “Authenticating to the REST API”, failed login limit.
    pub(super) fn note(&self, failure: &GithubError) {
        if let GithubError::Unauthorized(refusal) = failure {
            // The first refusal counts; requests that were under way get the same one.
            let _ = self.refused.set((**refusal).clone());
        }
    }

    /// The refusal that prevents further requests with this token.
    pub(super) fn refusal(&self) -> Option<&Refusal> {
        self.refused.get()
    }
}

/// The device flow's own secret, for the one form that contains it.
pub(super) fn device_code(code: &Sensitive) -> zeroize::Zeroizing<String> {
    zeroize::Zeroizing::new(code.expose().to_owned())
}

/// When the token expires, by `GitHub-Authentication-Token-Expiration`: `2026-12-01 10:00:00 UTC` or with an offset.
pub(super) fn token_expiry(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let said = text(headers, "github-authentication-token-expiration")?.trim();
    if let Some(plain) = said.strip_suffix(" UTC") {
        return NaiveDateTime::parse_from_str(plain, "%Y-%m-%d %H:%M:%S").ok().map(|time| time.and_utc());
    }
    let with_offset = DateTime::parse_from_str(said, "%Y-%m-%d %H:%M:%S %z");
    with_offset.or_else(|_| DateTime::parse_from_rfc3339(said)).ok().map(|time| time.to_utc())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_that_cannot_be_a_header_is_refused_without_being_shown() {
        for text in ["", "ghp_x\n", "ghp_x\r\nX-Evil: 1", "ghp x", "ghp_ü", "ghp_\0", "ghp_\x1b[2J"] {
            let refused = Authorization::new(&Sensitive::new(text)).err().unwrap();
            assert!(matches!(refused, GithubError::BadToken(_)), "{text:?}");
            assert!(text.is_empty() || !format!("{refused:?} {refused}").contains(text));
        }
    }

    #[test]
    fn a_good_token_becomes_a_sensitive_header() {
        let auth = Authorization::new(&Sensitive::new("ghp_abc")).unwrap();
        assert!(auth.header().is_sensitive());
        assert_eq!(auth.header().to_str().unwrap(), "Bearer ghp_abc");
        assert_eq!(auth.kind, TokenKind::Classic);
    }

    #[test]
    fn every_form_of_an_expiry_is_read() {
        for said in ["2026-12-01 10:00:00 UTC", "2026-12-01 11:00:00 +0100", "2026-12-01T10:00:00Z"] {
            let mut headers = HeaderMap::new();
            headers.insert("github-authentication-token-expiration", HeaderValue::from_static(said));
            assert_eq!(token_expiry(&headers).unwrap().to_rfc3339(), "2026-12-01T10:00:00+00:00", "{said}");
        }
        let mut headers = HeaderMap::new();
        assert_eq!(token_expiry(&headers), None);
        headers.insert("github-authentication-token-expiration", HeaderValue::from_static("soon"));
        assert_eq!(token_expiry(&headers), None);
    }
}
