//! The rung on which user and password are sent, once, to where the registry asked for them. No scope is asked for,
//! nothing is tried twice.

use url::Url;

use super::client::{Answer, Ask, place};
use super::ecr;
use super::knock::Way;
use super::ladder::{Test, advised, step};
use super::pair::Pair;
use super::said::{Hush, is_html};
use super::token::{NoToken, token};
use super::words::{FIREWALL, firewall_remedy, is_firewall, said, target, trouble_step, unwell};
use crate::domain::verdict::Rung;
use crate::domain::{Code, Outcome, Server, Step};

/// Sends user and password, once; what went wrong is told in the words of the registry's product.
pub(super) async fn log_in(test: &Test<'_>, server: &Server, url: &Url, way: &Way, pair: &Pair) -> Step {
    let step = attempt(test, server, url, way, pair).await;
    if step.outcome == Outcome::Pass {
        return step;
    }
    let key = match step.code {
        Code::Denied if ecr::is_undecoded(&pair.password) => "undecoded_token",
        Code::Denied if step.remedy.starts_with(FIREWALL) => "firewall",
        code => code.as_str(),
    };
    let advice = test.advice(key, None);
    advised(step, advice)
}

async fn attempt(test: &Test<'_>, server: &Server, url: &Url, way: &Way, pair: &Pair) -> Step {
    let Some(basic) = pair.basic() else {
        return inconclusive(Code::BadCredentials, "user or password cannot be sent in a header", "type them again");
    };
    let (authorization, via) = match way {
        Way::Basic => (basic, "Basic".to_owned()),
        Way::Bearer { realm, service } => {
            match token(test.client, (realm, service.as_deref()), Some(pair), None).await {
                Ok(bearer) => (bearer, format!("a token of {}", place(realm))),
                Err(NoToken::Trouble(trouble)) => return trouble_step(trouble, Rung::Login, server),
                Err(NoToken::Refused(answer)) => return no_token(realm, &pair.hush(), &answer),
                Err(NoToken::Empty) => return empty(realm),
            }
        }
    };
    match test.client.ask(url, Ask::get().authorized(Some(&authorization))).await {
        Ok(answer) => accepted(server, url, pair, &answer, &via),
        Err(trouble) => trouble_step(trouble, Rung::Login, server),
    }
}

fn accepted(server: &Server, url: &Url, pair: &Pair, answer: &Answer, via: &str) -> Step {
    let host = place(url);
    let said = said(answer, &pair.hush());
    match answer.status {
        200 if is_html(&answer.headers, &answer.body) => inconclusive(
            Code::NotARegistry,
            format!("{host} takes user and password, but answers with a web page: it may be no registry"),
            "check the host: a product's web page and its registry often have different names",
        ),
        200 => step(Rung::Login, Code::Ok, Outcome::Pass, format!("{host} accepts user and password (by {via})"), ""),
        401 => refused(Code::BadCredentials, format!("{host} refuses user or password{said}"), CREDENTIALS.into()),
        // ECR's way to say that a token is undecoded, of another region, or has ended.
        400 | 403 if server.ecr().is_some() => {
            refused(Code::Denied, format!("{host} refuses this token{said}"), CREDENTIALS.into())
        }
        403 => refused(Code::Denied, format!("{host} denies access{said}"), denied_remedy(answer)),
        status @ (301 | 302 | 303 | 307 | 308) => inconclusive(
            Code::Redirected,
            format!("{host} sends the login on to {} ({status}); nothing was sent there", target(url, &answer.headers)),
            "write the host that really is the registry",
        ),
        429 | 500.. => unwell(Rung::Login, &host, answer, &said),
        status => inconclusive(
            Code::ServerError,
            format!("{host} answers the login with status {status}{said}"),
            "the registry does not follow the protocol here: tell who runs it",
        ),
    }
}

/// What a token server's answer other than 200 means for a login.
fn no_token(realm: &Url, hush: &Hush, answer: &Answer) -> Step {
    let host = place(realm);
    let said = said(answer, hush);
    let text = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    match answer.status {
        401 => refused(Code::BadCredentials, format!("{host} refuses user or password{said}"), CREDENTIALS.into()),
        403 => refused(Code::Denied, format!("{host} denies access{said}"), denied_remedy(answer)),
        // RFC 6749 §5.2: an OAuth 2 server says 400 where others say 401.
        400 if ["invalid_grant", "access_denied", "unauthorized", "invalid_client"]
            .iter()
            .any(|c| text.contains(c)) =>
        {
            refused(Code::BadCredentials, format!("{host} refuses user or password{said}"), CREDENTIALS.into())
        }
        status @ (301 | 302 | 303 | 307 | 308) => inconclusive(
            Code::Redirected,
            format!(
                "the token server {host} sends on to {} ({status}); nothing was sent there",
                target(realm, &answer.headers)
            ),
            "the registry is set up wrong: tell who runs it",
        ),
        429 | 500.. => unwell(Rung::Login, &format!("the token server {host}"), answer, &said),
        status => inconclusive(
            Code::ServerError,
            format!("the token server {host} answers with status {status}{said}"),
            "the registry names a token server that does not work: tell who runs it",
        ),
    }
}

fn empty(realm: &Url) -> Step {
    inconclusive(
        Code::ServerError,
        format!("the token server {} accepts the request but gives no token", place(realm)),
        "the token server does not follow the protocol: tell who runs the registry",
    )
}

fn refused(code: Code, detail: String, remedy: String) -> Step {
    step(Rung::Login, code, Outcome::Fail, detail, remedy)
}

fn inconclusive(code: Code, detail: impl Into<String>, remedy: &str) -> Step {
    step(Rung::Login, code, Outcome::Inconclusive, detail, remedy)
}

const CREDENTIALS: &str = "check the user, and copy the password again; it may have ended or been revoked";

fn denied_remedy(answer: &Answer) -> String {
    if is_firewall(answer) {
        firewall_remedy(answer)
    } else {
        "the registry knows the login but allows it nothing, or refuses it in this way: check its rights".into()
    }
}
