//! Up to the door without any credential: name, connection, TLS, registry, challenge, realm.
//!
//! It sends no user and no password; what it learns is where they may go.

use std::pin::pin;

use futures_util::future::{Either, select};
use serde_json::Value;
use url::Url;

use super::challenge::{Challenge, safe_realm};
use super::client::{Answer, Ask, Client, is_loopback, place};
use super::ladder::{Climb, Test, advised, step};
use super::said::{Hush, is_html};
use super::trouble::Trouble;
use super::words::{firewall_remedy, is_firewall, said, target, trouble_step, unwell};
use crate::domain::verdict::Rung;
use crate::domain::{Code, Foreign, Outcome, Server, Step};

/// A registry one may knock at, and how it wants to be logged in to.
pub(super) struct Door {
    /// `…/v2/`
    pub url: Url,
    /// `None` if it lets anyone in.
    pub way: Option<Way>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Basic,
    Bearer { realm: Url, service: Option<String> },
}

/// Climbs to the door without any credential. Nothing if the way there is barred.
pub(super) async fn knock(test: &Test<'_>, server: &Server, climb: &mut Climb<'_>) -> Option<Door> {
    let address = |scheme: &str| Url::parse(&format!("{scheme}://{}/v2/", server.api_host())).ok();
    let plain = address("http").filter(|_| server.is_loopback());
    let (url, answer) = meet(test, server, (address("https"), plain), climb).await?;
    let challenge = match registry(&url, &answer) {
        Ok(challenge) => challenge,
        Err(step) => {
            let key = if is_firewall(&answer) { "firewall" } else { step.code.as_str() };
            climb.add(advised(*step, test.advice(key, None)));
            return None;
        }
    };
    pass(climb, Rung::Registry, version(&url, &answer));
    let way = match asked(&url, challenge, &answer) {
        Ok(challenge) => challenge,
        Err(step) => {
            let is_open = step.code == Code::NoAuthNeeded;
            climb.add(*step);
            return is_open.then_some(Door { url, way: None });
        }
    };
    let Some((realm, service)) = way else {
        pass(climb, Rung::Challenge, "it asks for user and password (Basic)");
        pass(climb, Rung::Realm, format!("they go to {} itself", place(&url)));
        return Some(Door { url, way: Some(Way::Basic) });
    };
    pass(climb, Rung::Challenge, "it asks for a token (Bearer)");
    match safe_realm(&url, realm.raw()) {
        Ok(realm) => {
            pass(climb, Rung::Realm, format!("user and password go to the token server {}", place(&realm)));
            Some(Door { url, way: Some(Way::Bearer { realm, service }) })
        }
        Err(why) => {
            climb.add(unsafe_realm(Rung::Realm, &realm, &why));
            None
        }
    }
}

/// The first answer of an address, and the steps of the way there; nothing if that is barred. Where TLS is not spoken
/// there the plain address is asked, if there is one.
pub(super) async fn meet(
    test: &Test<'_>,
    server: &Server,
    (url, plain): (Option<Url>, Option<Url>),
    climb: &mut Climb<'_>,
) -> Option<(Url, Answer)> {
    match connect(test.client, url, plain).await {
        Ok((url, answer)) => {
            connected(test, server, &url, &answer, climb);
            Some((url, answer))
        }
        Err(trouble) => {
            barred(test, server, trouble, climb);
            None
        }
    }
}

/// The step that says why nothing is sent to a token server.
pub(super) fn unsafe_realm(rung: Rung, realm: &Foreign, why: &str) -> Step {
    let realm = Foreign::new(realm.raw().chars().take(120).collect::<String>()).shown();
    step(
        rung,
        Code::UnsafeRealm,
        Outcome::Inconclusive,
        format!("the token server {realm} {why}; nothing was sent"),
        "the registry's own address (often external_url) is set up wrong: tell who runs it",
    )
}

fn pass(climb: &mut Climb<'_>, rung: Rung, detail: impl Into<String>) {
    climb.add(step(rung, Code::Ok, Outcome::Pass, detail, ""));
}

/// Over https, and where an address for it is given over plain http if TLS is not spoken there.
async fn connect(client: &Client, url: Option<Url>, plain: Option<Url>) -> Result<(Url, Answer), Trouble> {
    let url = url.ok_or_else(|| Trouble::new(Code::BadServer, "this server cannot be part of an address"))?;
    if let Some(plain) = plain {
        // Side by side, as nothing secret is in either. Where TLS is spoken the other is given up.
        let (greeting, asking) = (pin!(client.speaks_tls(&url)), pin!(client.ask(&plain, Ask::get())));
        let answer = match select(greeting, asking).await {
            Either::Left((speaks_tls, answer)) => {
                if speaks_tls? {
                    None
                } else {
                    Some(answer.await)
                }
            }
            Either::Right((answer, speaks_tls)) => (!speaks_tls.await?).then_some(answer),
        };
        if let Some(answer) = answer {
            return answer.map(|answer| (plain.clone(), answer));
        }
    }
    client.ask(&url, Ask::get()).await.map(|answer| (url, answer))
}

/// What was reached before the way was barred, and what barred it.
fn barred(test: &Test<'_>, server: &Server, trouble: Trouble, climb: &mut Climb<'_>) {
    let rung = trouble.rung();
    // How far a connection came that timed out, or ended at a proxy, is not known.
    let is_known = !matches!(trouble.code, Code::Timeout | Code::Proxy);
    if is_known && rung != Rung::Name && server.ip().is_none() && !test.client.plays(server) {
        let url = Url::parse(&format!("https://{}/", server.api_host())).ok();
        if url.and_then(|url| test.client.proxy(&url)).is_none() {
            pass(climb, Rung::Name, format!("{} has an address", server.api_host()));
        }
    }
    if matches!(rung, Rung::Tls | Rung::Registry) {
        pass(climb, Rung::Connection, format!("something listens at {}", server.api_host()));
    }
    let advice = test.advice(trouble.code.as_str(), None);
    climb.add(advised(trouble_step(trouble, rung, server), advice));
}

/// What the connection itself tells.
fn connected(test: &Test<'_>, server: &Server, url: &Url, answer: &Answer, climb: &mut Climb<'_>) {
    if test.client.plays(server) {
        let stand_in = format!("a registry on this machine stands in for {}", place(url));
        return pass(climb, Rung::Connection, stand_in);
    }
    let by = test.client.proxy(url);
    let address = answer.address.filter(|_| by.is_none()).map(|address| address.to_string());
    if server.ip().is_none() {
        let found = match (&by, &address) {
            (Some(proxy), _) => format!("{proxy} looks it up"),
            (None, Some(address)) => format!("{} is {address}", server.api_host()),
            (None, None) => format!("{} has an address", server.api_host()),
        };
        pass(climb, Rung::Name, found);
    }
    let through = by.map(|proxy| format!(" through {proxy}")).unwrap_or_default();
    pass(climb, Rung::Connection, format!("{} answers{through}", place(url)));
    let tls = match &answer.certificate {
        _ if url.scheme() == "http" => "plain http, which only loopback is allowed".to_owned(),
        Some(certificate) => certificate.words(test.now),
        None => "the certificate is trusted".to_owned(),
    };
    pass(climb, Rung::Tls, tls);
}

fn version(url: &Url, answer: &Answer) -> String {
    let says = answer.headers.get("docker-distribution-api-version").and_then(|value| value.to_str().ok());
    match says {
        Some(version) if version.len() <= 40 => {
            format!("{} answers as a registry ({})", place(url), Foreign::new(version).shown())
        }
        Some(_) | None => format!("{} answers as a registry does", place(url)),
    }
}

/// What the first answer says of who answers: the challenge of a 401, or what a 200 amounts to.
enum First {
    Asks(Challenge),
    LetsIn,
}

fn registry(url: &Url, answer: &Answer) -> Result<First, Box<Step>> {
    let host = place(url);
    let said = said(answer, &Hush::new(Vec::new()));
    let end = |code, outcome, detail: String, remedy: String| {
        Err(Box::new(step(Rung::Registry, code, outcome, detail, remedy)))
    };
    let is_registry = answer.headers.contains_key("docker-distribution-api-version");
    let html = is_html(&answer.headers, &answer.body);
    match answer.status {
        401 => Ok(First::Asks(Challenge::find(&answer.headers))),
        200 if is_registry || (!html && is_json_or_empty(&answer.body)) => Ok(First::LetsIn),
        200 => end(
            Code::NotARegistry,
            Outcome::Inconclusive,
            format!("{host} answers with a web page and never asks for a password, as any web site does"),
            WRONG_HOST.into(),
        ),
        403 if !html => end(
            Code::Denied,
            Outcome::Fail,
            format!("{host} turns this machine away before any login{said}"),
            firewall_remedy(answer),
        ),
        403 => end(
            Code::Denied,
            Outcome::Inconclusive,
            format!("{host} answers 403 with a web page, which may come from a proxy and not from a registry"),
            "check the host, and whether a proxy or firewall stands before it".into(),
        ),
        status @ (301 | 302 | 303 | 307 | 308) => end(
            Code::Redirected,
            Outcome::Inconclusive,
            format!("{host} sends on to {} ({status}), which was not followed", target(url, &answer.headers)),
            "write the host that really is the registry".into(),
        ),
        429 | 500.. => Err(Box::new(unwell(Rung::Registry, &host, answer, &said))),
        status => end(
            Code::NotARegistry,
            Outcome::Fail,
            format!("{host} answers, but is not a registry (status {status} for /v2/{said})"),
            WRONG_HOST.into(),
        ),
    }
}

/// Realm and service of a Bearer challenge, or nothing for Basic.
type Asked = Option<(Foreign, Option<String>)>;

fn asked(url: &Url, first: First, answer: &Answer) -> Result<Asked, Box<Step>> {
    let host = place(url);
    let end = |code, detail: String, remedy: &str| {
        Err(Box::new(step(Rung::Challenge, code, Outcome::Inconclusive, detail, remedy)))
    };
    match first {
        First::Asks(Challenge::Basic) => Ok(None),
        First::Asks(Challenge::Bearer { realm, service }) => Ok(Some((realm, service))),
        First::Asks(Challenge::Unknown(scheme)) => end(
            Code::NoChallenge,
            format!("{host} asks for «{}», a way to log in that docker does not have", scheme.shown()),
            "check the host: a proxy may stand before the registry",
        ),
        First::Asks(Challenge::None) => end(
            Code::NoChallenge,
            format!("{host} answers 401 without saying how to log in{}", said(answer, &Hush::new(Vec::new()))),
            "the password was not checked; check the host, or the proxy before the registry",
        ),
        First::LetsIn => end(
            Code::NoAuthNeeded,
            format!("{host} lets anyone in, so this user and password were not checked"),
            "docker would say «Login Succeeded» to any password here; name an image to see whether it needs one",
        ),
    }
}

fn is_json_or_empty(body: &[u8]) -> bool {
    body.trim_ascii().is_empty() || serde_json::from_slice::<Value>(body).is_ok()
}

const WRONG_HOST: &str = "check the host: a product's web page and its registry often have different names";

/// The way a challenge met later than at the door wants to be answered, or why it is not.
pub(super) fn way_of(url: &Url, challenge: Challenge) -> Result<Option<Way>, (Foreign, String)> {
    match challenge {
        Challenge::Basic => Ok(Some(Way::Basic)),
        Challenge::Bearer { realm, service } => match safe_realm(url, realm.raw()) {
            Ok(realm) => Ok(Some(Way::Bearer { realm, service })),
            Err(why) => Err((realm, why)),
        },
        Challenge::Unknown(_) | Challenge::None => Ok(None),
    }
}

/// Whether plain http is spoken there, which other programs have to be told.
pub(super) fn is_plain(url: &Url) -> bool {
    url.scheme() == "http" && is_loopback(url)
}
