//! What a GitHub token's text tells while it is typed. Source of the prefixes: GitHub Docs, “About authentication to
//! GitHub”, token formats.

use super::Severity;
use crate::domain::Sensitive;
use crate::domain::token::TokenKind;

/// One remark about a token; `None` while there is nothing to remark on.
pub fn check_token(token: &Sensitive) -> Option<(Severity, String)> {
    let text = token.expose();
    if text.is_empty() {
        return None;
    }
    if !text.chars().all(|c| c.is_ascii_graphic()) {
        return Some((Severity::Block, "tokens never contain spaces, line breaks or control characters".to_owned()));
    }
    Some(match TokenKind::of(text) {
        TokenKind::Unknown => {
            let text = "does not begin like a GitHub token (ghp_, github_pat_, gho_, ghu_, ghs_)";
            (Severity::Warn, text.to_owned())
        }
        TokenKind::Installation => (
            Severity::Warn,
            "is an installation token: it belongs to no user, so it has no secrets or codespaces".to_owned(),
        ),
        kind @ (TokenKind::Classic | TokenKind::FineGrained | TokenKind::OAuth | TokenKind::AppUser) => (
            Severity::Good,
            format!("looks like a {}", kind.word()).replace("a OAuth", "an OAuth").replace("a app", "an app"),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_beginning_and_never_told() {
        let severity = |text: &str| check_token(&Sensitive::new(text)).map(|(severity, _)| severity);
        assert_eq!(severity(""), None);
        assert_eq!(severity("ghp_abc"), Some(Severity::Good));
        assert_eq!(severity("github_pat_abc"), Some(Severity::Good));
        assert_eq!(severity("ghs_abc"), Some(Severity::Warn));
        assert_eq!(severity("hunter2"), Some(Severity::Warn));
        assert_eq!(severity("ghp_abc\n"), Some(Severity::Block));
        assert_eq!(check_token(&Sensitive::new("hunter2")).filter(|(_, text)| text.contains("hunter2")), None);
    }
}
