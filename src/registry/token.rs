//! A token server's tokens: requested once, with or without the login, for a login or for one repository; and what is
//! sent to the registry in the end.
//!
//! Sources: docker/distribution 2.8.3, `registry/client/auth/session.go` (`AuthorizeRequest`, `getToken`,
//! `fetchTokenWithBasicAuth`), and what `docker login` does (moby `registry/auth.go`): always GET, since it has no
//! refresh token yet; every status from 200 to 399 counts as an answer. The scopes in challenges are ignored: GHCR's is
//! a placeholder. Docker also requests a refresh token (`offline_token`); this test does not, since some servers would
//! store one that lasts for months.

use chrono::{DateTime, Utc};
use reqwest::header::HeaderValue;
use url::Url;

use super::asked::{TokenServer, Way};
use super::client::{Answer, Ask, Client};
use super::pair::Pair;
use super::realm::{RealmFault, query};
use super::token_answer::{NoAnswer, Token};
use super::trouble::Trouble;
use crate::domain::Untrusted;

/// Bytes of a token server's answer that are read: some list everything a token is for.
const LARGEST: usize = 1024 * 1024;

/// Why there is no token, and from where.
pub(super) enum NoToken {
    /// There was no answer.
    Trouble { realm: Url, trouble: Trouble },
    /// The answer is not one with a token.
    Refused { realm: Url, answer: Box<Answer> },
    /// A successful answer in which docker finds no token.
    Unreadable { realm: Url, answer: Box<Answer>, why: NoAnswer },
    /// The token had already expired when it came, and the next challenge names no place that a password may go to.
    Realm { realm: Untrusted, fault: RealmFault },
}

/// What is sent to the registry, chosen as docker chooses it: a token for the first Bearer challenge, for the next one
/// only if that token has already expired; or user and password, which take precedence where there is a Basic challenge
/// too. `scope` is `repository:NAME:pull`, or `None` for a login. Without a login the result may be no header at all.
pub(super) async fn authorization(
    client: &Client,
    way: &Way,
    pair: Option<&Pair>,
    scope: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Option<HeaderValue>, NoToken> {
    let mut held: Option<Token> = None;
    if let Some(server) = &way.token {
        held = Some(token(client, server, pair, scope).await?);
    }
    for server in &way.spare {
        if held.as_ref().is_none_or(|token| token.ends(now) >= now) {
            break;
        }
        let server =
            server.as_ref().map_err(|(realm, fault)| NoToken::Realm { realm: realm.clone(), fault: fault.clone() })?;
        held = Some(token(client, server, pair, scope).await?);
    }
    let basic = pair.filter(|_| way.is_basic).and_then(Pair::basic);
    Ok(basic.or(held.map(|token| token.header)))
}

async fn token(
    client: &Client,
    server: &TokenServer,
    pair: Option<&Pair>,
    scope: Option<&str>,
) -> Result<Token, NoToken> {
    let basic = pair.and_then(Pair::basic);
    let ask = Ask::get().up_to(LARGEST).authorized(basic.as_ref());
    let realm = server.realm.clone();
    match client.ask(&address(server, pair, scope), ask).await {
        Err(trouble) => Err(NoToken::Trouble { realm, trouble }),
        Ok(answer) if !(200..=399).contains(&answer.status) || answer.sends_on() => {
            Err(NoToken::Refused { realm, answer: Box::new(answer) })
        }
        Ok(answer) => {
            Token::read(&answer.body).map_err(|why| NoToken::Unreadable { realm, answer: Box::new(answer), why })
        }
    }
}

/// The realm with the query, sorted by name as Go's `Values.Encode` does.
fn address(server: &TokenServer, pair: Option<&Pair>, scope: Option<&str>) -> Url {
    let mut fields: Vec<(String, Vec<u8>)> =
        query(&server.realm).into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
    let mut add = |name: &str, value: &[u8]| fields.push((name.to_owned(), value.to_vec()));
    if !server.service.is_empty() {
        add("service", &server.service);
    }
    if let Some(scope) = scope {
        add("scope", scope.as_bytes());
    }
    add("client_id", b"pullkey");
    if let Some(pair) = pair {
        add("account", pair.user.expose().as_bytes());
    }
    fields.sort_by(|(one, _), (other, _)| one.cmp(other));
    let encode = |bytes: &[u8]| url::form_urlencoded::byte_serialize(bytes).collect::<String>();
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encode(name.as_bytes()), encode(value))).collect();
    let mut url = server.realm.clone();
    url.set_query(Some(&fields.join("&")));
    url
}
