//! The checks without any credential: name, connection, TLS, registry, challenge, realm.
//!
//! They send no user and no password, and learn where these may go.

use std::pin::pin;

use futures_util::future::{Either, select};
use serde_json::Value;
use url::Url;

use super::asked::{Way, way};
use super::client::{Answer, Ask, Client, place};
use super::elsewhere::{SIGN_IN, asks_to_sign_in, sent_on};
use super::ladder::{CheckLog, Test, advised, step};
use super::said::is_html;
use super::trouble::Trouble;
use super::words::{firewall_remedy, is_firewall, said, trouble_step, unwell};
use crate::domain::this_machine::is_url_here;
use crate::domain::verdict::Check;
use crate::domain::{Code, Outcome, Redactor, Server, Step, Untrusted};

/// A reachable registry, and how it wants to be logged in to.
pub(super) struct Endpoint {
    /// `…/v2/`
    pub url: Url,
    /// `None` if it lets anyone in.
    pub way: Option<Way>,
}

impl Endpoint {
    /// The token server it names, if it names one.
    pub(super) fn realm(&self) -> Option<&Url> {
        self.way.as_ref()?.token.as_ref().map(|server| &server.realm)
    }

    /// Why docker must not run against it, if so.
    pub(super) fn danger(&self) -> Option<Step> {
        self.way.as_ref()?.danger()
    }
}

/// Runs these checks. `None` if one of them does not pass.
pub(super) async fn probe(test: &Test<'_>, server: &Server, log: &mut CheckLog<'_>) -> Option<Endpoint> {
    let address = |scheme: &str| Url::parse(&format!("{scheme}://{}/v2/", server.api_host())).ok();
    let plain = address("http").filter(|_| server.is_loopback());
    let (url, answer) = meet(test, server, (address("https"), plain), log).await?;
    let first = match registry(&url, &answer) {
        Ok(first) => first,
        Err(step) => {
            let key = if is_firewall(&answer) { "firewall" } else { step.code.as_str() };
            log.add(advised(*step, test.advice(key, None)));
            return None;
        }
    };
    pass(log, Check::Registry, version(&url, &answer));
    match first {
        First::LetsIn => {
            log.add(lets_in(&url));
            Some(Endpoint { url, way: None })
        }
        First::Asks => match way(&url, &answer) {
            Ok(way) => {
                let (asks, goes) = way.words(&url);
                pass(log, Check::Challenge, asks);
                pass(log, Check::Realm, goes);
                Some(Endpoint { url, way: Some(way) })
            }
            Err(step) => {
                if step.check == Check::Realm {
                    pass(log, Check::Challenge, "it asks for a token (Bearer)");
                }
                log.add(*step);
                None
            }
        },
    }
}

/// The first answer of an address, and the steps of the way there; `None` if that fails. Where the server does not
/// speak TLS, the plain address is tried, if there is one.
pub(super) async fn meet(
    test: &Test<'_>,
    server: &Server,
    (url, plain): (Option<Url>, Option<Url>),
    log: &mut CheckLog<'_>,
) -> Option<(Url, Answer)> {
    match connect(test.client, url, plain).await {
        Ok((url, answer)) => {
            connected(test, server, &url, &answer, log);
            Some((url, answer))
        }
        Err(trouble) => {
            barred(test, server, trouble, log);
            None
        }
    }
}

fn pass(log: &mut CheckLog<'_>, check: Check, detail: impl Into<String>) {
    log.add(step(check, Code::Ok, Outcome::Pass, detail, ""));
}

/// Over https; if the server does not speak TLS and a plain address is given, over plain http.
async fn connect(client: &Client, url: Option<Url>, plain: Option<Url>) -> Result<(Url, Answer), Trouble> {
    let url = url.ok_or_else(|| Trouble::new(Code::BadServer, "this server cannot be part of a URL"))?;
    if let Some(plain) = plain {
        // Side by side, since neither request contains a secret. Where TLS is spoken the other is dropped.
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

/// The checks that passed before the failure, and the failure.
fn barred(test: &Test<'_>, server: &Server, trouble: Trouble, log: &mut CheckLog<'_>) {
    let check = trouble.check();
    // It is unknown how far a connection came that timed out or ended at a proxy.
    let is_known = !matches!(trouble.code, Code::Timeout | Code::Proxy);
    if is_known && check != Check::Name && server.ip().is_none() && !test.client.plays(server) {
        let url = Url::parse(&format!("https://{}/", server.api_host())).ok();
        if url.and_then(|url| test.client.proxy(&url)).is_none() {
            pass(log, Check::Name, format!("{} resolves", server.api_host()));
        }
    }
    if matches!(check, Check::Tls | Check::Registry) {
        pass(log, Check::Connection, format!("something listens at {}", server.api_host()));
    }
    let advice = test.advice(trouble.code.as_str(), None);
    log.add(advised(trouble_step(trouble, check, server), advice));
}

/// What the connection itself shows.
fn connected(test: &Test<'_>, server: &Server, url: &Url, answer: &Answer, log: &mut CheckLog<'_>) {
    if test.client.plays(server) {
        let stand_in = format!("a registry on this machine stands in for {}", place(url));
        return pass(log, Check::Connection, stand_in);
    }
    let by = test.client.proxy(url);
    let address = answer.address.filter(|_| by.is_none()).map(|address| address.to_string());
    if server.ip().is_none() {
        let found = match (&by, &address) {
            (Some(proxy), _) => format!("{proxy} resolves it"),
            (None, Some(address)) => format!("{} is {address}", server.api_host()),
            (None, None) => format!("{} resolves", server.api_host()),
        };
        pass(log, Check::Name, found);
    }
    let through = by.map(|proxy| format!(" through {proxy}")).unwrap_or_default();
    pass(log, Check::Connection, format!("{} answers{through}", place(url)));
    let tls = match &answer.certificate {
        _ if url.scheme() == "http" => "plain http, which only loopback is allowed".to_owned(),
        Some(certificate) => certificate.words(test.now),
        None => "the certificate is trusted".to_owned(),
    };
    pass(log, Check::Tls, tls);
}

fn version(url: &Url, answer: &Answer) -> String {
    let says = answer.headers.get("docker-distribution-api-version").and_then(|value| value.to_str().ok());
    match says {
        Some(version) if version.len() <= 40 => {
            format!("{} answers as a registry ({})", place(url), Untrusted::new(version).shown())
        }
        Some(_) | None => format!("{} answers like a registry", place(url)),
    }
}

/// What the first answer of a registry means.
enum First {
    Asks,
    LetsIn,
}

fn registry(url: &Url, answer: &Answer) -> Result<First, Box<Step>> {
    let host = place(url);
    let said = said(answer, &Redactor::default());
    let end = |code, outcome, detail: String, remedy: String| {
        Err(Box::new(step(Check::Registry, code, outcome, detail, remedy)))
    };
    let is_registry = answer.headers.contains_key("docker-distribution-api-version");
    let html = is_html(&answer.headers, &answer.body);
    match answer.status {
        401 => Ok(First::Asks),
        200 if is_registry || (!html && is_json_or_empty(&answer.body)) => Ok(First::LetsIn),
        200 if asks_to_sign_in(url, answer) => end(
            Code::NotARegistry,
            Outcome::Inconclusive,
            format!("{host} answers with a sign-in page, which docker cannot use"),
            SIGN_IN.into(),
        ),
        200 => end(
            Code::NotARegistry,
            Outcome::Inconclusive,
            format!("{host} answers with a web page and asks for no password, like any web site"),
            WRONG_HOST.into(),
        ),
        403 if !html => end(
            Code::Denied,
            Outcome::Fail,
            format!("{host} rejects this machine before any login{said}"),
            firewall_remedy(answer),
        ),
        403 => end(
            Code::Denied,
            Outcome::Inconclusive,
            format!("{host} answers 403 with a web page, which may come from a proxy instead of a registry"),
            "check the host, and whether a proxy or firewall is in front of it".into(),
        ),
        301 | 302 | 303 | 307 | 308 => Err(Box::new(sent_on(Check::Registry, url, answer))),
        429 | 500.. => Err(Box::new(unwell(Check::Registry, &host, answer, &said))),
        status => end(
            Code::NotARegistry,
            Outcome::Fail,
            format!("{host} answers, but is not a registry (status {status} for /v2/{said})"),
            WRONG_HOST.into(),
        ),
    }
}

fn lets_in(url: &Url) -> Step {
    step(
        Check::Challenge,
        Code::NoAuthNeeded,
        Outcome::Inconclusive,
        format!("{} lets anyone in, so this user and password were not checked", place(url)),
        "docker would say “Login Succeeded” to any password here; name an image to see whether it needs one",
    )
}

fn is_json_or_empty(body: &[u8]) -> bool {
    body.trim_ascii().is_empty() || serde_json::from_slice::<Value>(body).is_ok()
}

const WRONG_HOST: &str = "check the host: a product's web page and its registry often have different names";

/// Whether the server speaks plain http, which other programs have to know.
pub(super) fn is_plain(url: &Url) -> bool {
    url.scheme() == "http" && is_url_here(url)
}
