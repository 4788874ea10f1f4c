//! Who the token is, and where it belongs.

use crate::domain::Problem;
use crate::domain::token::{Identity, Membership, TokenSource};
use crate::github::Client;

use super::problems::explain;

/// Asks GitHub who the token is.
pub async fn identity(gh: &Client, source: TokenSource) -> Result<Identity, Problem> {
    let me = gh.user().await.map_err(|e| explain("GitHub was asked who you are, in vain", &e, None))?;
    // An empty list is what fine-grained and app tokens send, which have permissions instead.
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

/// The organizations the user belongs to.
pub async fn memberships(gh: &Client) -> Result<Vec<Membership>, Problem> {
    gh.memberships().await.map_err(|e| explain("your organizations could not be listed", &e, None))
}
