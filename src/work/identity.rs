//! Whose token it is, and which organizations that account belongs to.

use crate::domain::Problem;
use crate::domain::token::{Identity, Membership, TokenKind, TokenSource};
use crate::github::{Client, GithubError};

use super::problems::explain;

/// Asks GitHub whose token this is.
pub async fn identity(gh: &Client, source: TokenSource) -> Result<Identity, Problem> {
    let me =
        gh.user().await.map_err(|e| explain("could not determine which account this token belongs to", &e, None))?;
    // Fine-grained and app tokens send an empty list: they have permissions instead.
    let scopes = me.scopes.filter(|list| !list.is_empty() || gh.token_kind().has_scopes());
    Ok(Identity {
        login: me.login,
        kind: gh.token_kind(),
        source,
        scopes,
        host: gh.api_host(),
        budget: gh.budget(),
        expires: me.expires,
    })
}

/// Whether GitHub still answers this token. GitHub does not tell an app's token whose it is, which is an answer too.
pub(super) async fn is_answered(gh: &Client) -> bool {
    matches!(gh.user().await, Ok(_) | Err(GithubError::Forbidden(_) | GithubError::NotFound(_)))
}

/// The organizations the user belongs to, and why some are missing, if GitHub said so.
///
/// GitHub never shows them to a token with permissions, whatever the permissions are (GitHub Docs, “Permissions
/// required for fine-grained personal access tokens”: only a single membership can be read). Its empty list means
/// nothing.
pub async fn memberships(gh: &Client) -> Result<(Vec<Membership>, Option<Problem>), Problem> {
    let what = "your organizations could not be listed";
    let kind = gh.token_kind();
    let is_shown_none = matches!(kind, TokenKind::FineGrained | TokenKind::AppUser | TokenKind::Installation);
    let hidden = || {
        let why = format!("GitHub does not show a {} which organizations you belong to", kind.word());
        let hint = "name them with --org, or use a classic token with the scope `read:org`";
        Problem::new(what, why, hint)
    };
    match gh.memberships().await {
        Ok((none, None)) if none.is_empty() && is_shown_none => Err(hidden()),
        Err(GithubError::Forbidden(refusal)) if is_shown_none && refusal.sso.is_none() => Err(hidden()),
        Ok((memberships, lacking)) => {
            let lacking = lacking.map(|e| explain("your organizations could not all be listed", &e, None));
            Ok((memberships, lacking))
        }
        Err(failure) => Err(explain(what, &failure, None)),
    }
}
