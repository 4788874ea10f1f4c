//! The token as a header: checked once, marked sensitive, never shown.

use http::HeaderValue;

use crate::domain::Sensitive;
use crate::domain::token::TokenKind;

use super::GithubError;

/// A token that is known to fit into a header.
#[derive(Clone)]
pub(super) struct Authorization {
    header: HeaderValue,
    pub(super) kind: TokenKind,
}

impl Authorization {
    /// Refuses what cannot stand in a header, or would be cut or folded there: octocrab panics on such a token.
    pub(super) fn new(token: &Sensitive) -> Result<Self, GithubError> {
        let text = token.expose();
        if text.is_empty() {
            return Err(GithubError::BadToken("it is empty"));
        }
        if text.contains(['\n', '\r']) {
            return Err(GithubError::BadToken("it contains a line end"));
        }
        if text.contains([' ', '\t']) {
            return Err(GithubError::BadToken("it contains white space"));
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(GithubError::BadToken("it contains a character no token has"));
        }
        let line = zeroize::Zeroizing::new(format!("Bearer {text}"));
        let mut header = HeaderValue::from_str(&line).map_err(|_| GithubError::BadToken("it does not fit a header"))?;
        header.set_sensitive(true);
        Ok(Self { header, kind: TokenKind::of(text) })
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }
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
}
