//! A token server's tokens: asked for once, with the pair or without, for a login or for one repository.
//!
//! Sources: the Distribution project's «Token Authentication Specification», and what `docker login` does (moby
//! `registry/auth.go`). Of challenges' own scopes nothing is taken: GHCR's is a placeholder.

use reqwest::header::HeaderValue;
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use super::client::{Answer, Ask, Client};
use super::pair::{Pair, sensitive};
use super::trouble::Trouble;

/// Why there is no token.
pub(super) enum NoToken {
    /// Nothing came back.
    Trouble(Trouble),
    /// Something else than a token came back.
    Refused(Answer),
    /// It said yes, and gave nothing that can be used.
    Empty,
}

/// One token, as the header that shows it. `scope` is `repository:NAME:pull`, or nothing for a login.
pub(super) async fn token(
    client: &Client,
    (realm, service): (&Url, Option<&str>),
    pair: Option<&Pair>,
    scope: Option<&str>,
) -> Result<HeaderValue, NoToken> {
    let mut url = realm.clone();
    {
        let mut query = url.query_pairs_mut();
        if let Some(service) = service {
            query.append_pair("service", service);
        }
        if let Some(scope) = scope {
            query.append_pair("scope", scope);
        }
        if let Some(pair) = pair {
            query.append_pair("account", pair.user.expose());
        }
        query.append_pair("client_id", "pullkey");
    }
    let basic = pair.and_then(Pair::basic);
    let mut answer = client.ask(&url, Ask::get().authorized(basic.as_ref())).await.map_err(NoToken::Trouble)?;
    if let (404 | 405, Some(pair)) = (answer.status, pair) {
        let form = Ask::post("application/x-www-form-urlencoded", pair.form(service, scope));
        answer = client.ask(realm, form).await.map_err(NoToken::Trouble)?;
    }
    if answer.status != 200 {
        return Err(NoToken::Refused(answer));
    }
    bearer(&answer).ok_or(NoToken::Empty)
}

/// `token` or `access_token`; docker prefers the latter. Nothing if neither is there or fits into a header.
fn bearer(answer: &Answer) -> Option<HeaderValue> {
    let json: Value = serde_json::from_slice(answer.body.trim_ascii()).ok()?;
    let text = |key| json.get(key).and_then(Value::as_str).filter(|text: &&str| !text.is_empty());
    let token = Zeroizing::new(format!("Bearer {}", text("access_token").or(text("token"))?));
    sensitive(&token)
}
