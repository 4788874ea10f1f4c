//! Up to the door without any credential: connection, registry, realm.
//!
//! It sends no user and no password; what it learns is where they may go.

use serde_json::Value;
use url::Url;

use super::challenge::{Challenge, safe_realm};
use super::client::{Answer, Ask, Client, Trouble, place};
use super::ladder::{Climb, step};
use super::said::{Hush, is_html};
use super::words::{firewall_remedy, said, target, trouble_step, unwell};
use crate::domain::verdict::Rung;
use crate::domain::{Code, Foreign, Outcome, Server, Step};

/// A registry that asks for a login, and the safe way to give it one.
pub(super) struct Door {
    /// `…/v2/`
    pub url: Url,
    pub way: Way,
}

pub(super) enum Way {
    Basic,
    Bearer { realm: Url, service: Option<String> },
}

/// Climbs to the door without any credential: connection, registry, realm. Nothing if one of them does not pass.
pub(super) async fn knock(client: &Client, server: &Server, climb: &mut Climb<'_>) -> Option<Door> {
    let (url, answer) = match connect(client, server).await {
        Ok(met) => met,
        Err(trouble) => {
            climb.add(trouble_step(trouble, Rung::Connection, server));
            return None;
        }
    };
    let over = match url.scheme() {
        _ if client.plays(server) => "the demo's own registry, which stands in for it",
        "https" => "TLS",
        _ => "plain http, which only loopback is allowed", // there is no third scheme
    };
    climb.add(step(Rung::Connection, Code::Ok, Outcome::Pass, format!("{} answers over {over}", place(&url)), ""));
    let challenge = match registry(&url, &answer) {
        Ok(challenge) => challenge,
        Err(step) => {
            climb.add(*step);
            return None;
        }
    };
    let (realm, service) = match challenge {
        Challenge::Bearer { realm, service } => (realm, service),
        Challenge::Basic | Challenge::Unknown(_) | Challenge::None => {
            pass(climb, Rung::Registry, "a registry that asks for user and password (Basic)");
            pass(climb, Rung::Realm, format!("they go to {} itself", place(&url)));
            return Some(Door { url, way: Way::Basic });
        }
    };
    pass(climb, Rung::Registry, "a registry that asks for a token (Bearer)");
    match safe_realm(&url, realm.raw()) {
        Ok(realm) => {
            pass(climb, Rung::Realm, format!("user and password go to the token server {}", place(&realm)));
            Some(Door { url, way: Way::Bearer { realm, service } })
        }
        Err(why) => {
            climb.add(step(
                Rung::Realm,
                Code::UnsafeRealm,
                Outcome::Inconclusive,
                format!("the token server {} {why}; nothing was sent", shorten(&realm)),
                "the registry's own address (often external_url) is set up wrong: tell who runs it",
            ));
            None
        }
    }
}

fn pass(climb: &mut Climb<'_>, rung: Rung, detail: impl Into<String>) {
    climb.add(step(rung, Code::Ok, Outcome::Pass, detail, ""));
}

fn shorten(text: &Foreign) -> String {
    Foreign::new(text.raw().chars().take(120).collect::<String>()).shown()
}

/// The first answer of `/v2/`: over https, and on loopback over plain http if TLS is not spoken there.
async fn connect(client: &Client, server: &Server) -> Result<(Url, Answer), Trouble> {
    let address = |scheme: &str| {
        Url::parse(&format!("{scheme}://{}/v2/", server.api_host())).map_err(|_| Trouble {
            code: Code::BadServer,
            detail: "this server cannot be part of an address".to_owned(),
            maybe_plain: false,
        })
    };
    let url = address("https")?;
    match client.ask(&url, Ask::Get, None).await {
        Ok(answer) => Ok((url, answer)),
        Err(trouble) if trouble.maybe_plain && server.is_loopback() => {
            let url = address("http")?;
            client.ask(&url, Ask::Get, None).await.map(|answer| (url, answer))
        }
        Err(trouble) => Err(trouble),
    }
}

/// What the first answer means: a challenge that can be met, or why the climb ends.
fn registry(url: &Url, answer: &Answer) -> Result<Challenge, Box<Step>> {
    let host = place(url);
    let said = said(answer, &Hush::new(Vec::new()));
    let end = |code, outcome, detail: String, remedy: String| {
        Err(Box::new(step(Rung::Registry, code, outcome, detail, remedy)))
    };
    let is_registry = answer.headers.contains_key("docker-distribution-api-version");
    let html = is_html(&answer.headers, &answer.body);
    match answer.status {
        401 => match Challenge::find(&answer.headers) {
            found @ (Challenge::Basic | Challenge::Bearer { .. }) => Ok(found),
            Challenge::Unknown(scheme) => end(
                Code::NoChallenge,
                Outcome::Inconclusive,
                format!("{host} asks for «{}», a way to log in that docker does not have", scheme.shown()),
                "check the host: a proxy may stand before the registry".into(),
            ),
            Challenge::None => end(
                Code::NoChallenge,
                Outcome::Inconclusive,
                format!("{host} answers 401 without saying how to log in{said}"),
                "the password was not checked; check the host, or the proxy before the registry".into(),
            ),
        },
        200 if is_registry || (!html && is_json_or_empty(&answer.body)) => end(
            Code::NoAuthNeeded,
            Outcome::Inconclusive,
            format!("{host} lets anyone in, so this user and password were not checked"),
            "docker would say «Login Succeeded» to any password here; pulls may need none at all".into(),
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
            Code::NotARegistry,
            Outcome::Inconclusive,
            format!("{host} sends on to {} ({status}), which was not followed", target(url, &answer.headers)),
            "write the host that really is the registry".into(),
        ),
        429 | 500.. => Err(Box::new(unwell(Rung::Registry, &host, answer, &said))),
        status => end(
            Code::NotARegistry,
            Outcome::Fail,
            format!("{host} answers, but is not a registry (status {status} for /v2/{said})"),
            wrong_host_remedy(&host),
        ),
    }
}

fn is_json_or_empty(body: &[u8]) -> bool {
    body.trim_ascii().is_empty() || serde_json::from_slice::<Value>(body).is_ok()
}

/// The host people meant, for hosts that are known not to be registries.
fn wrong_host_remedy(host: &str) -> String {
    let name = host.split(':').next().unwrap_or_default();
    match name {
        "github.com" | "docker.pkg.github.com" => "write ghcr.io for GitHub's registry".into(),
        "gitlab.com" => "write registry.gitlab.com for GitLab's registry".into(),
        _ if name.ends_with(".data.azurecr.io") => {
            "write the login server NAME.azurecr.io, not its data endpoint".into()
        }
        _ if name.ends_with(".pkg.dev") => "write LOCATION-docker.pkg.dev for Google's registry".into(),
        // Any other host: nobody knows what was meant.
        _ => "check the host: a product's web page and its registry often have different names".into(),
    }
}
