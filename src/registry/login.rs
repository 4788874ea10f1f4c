//! The check that sends user and password, once, to where the registry asks for them. It requests no scope and tries
//! nothing twice.

use url::Url;

use super::asked::{Way, bad_realm};
use super::client::{Answer, Ask, place};
use super::ecr;
use super::elsewhere::{SIGN_IN, asks_to_sign_in, sent_on, token_sent_on, token_trouble};
use super::ladder::{Test, advised, step};
use super::pair::Pair;
use super::said::is_html;
use super::token::{NoToken, authorization};
use super::token_answer::NoAnswer;
use super::words::{FIREWALL, firewall_remedy, is_firewall, said, trouble_step, unwell};
use crate::domain::verdict::Check;
use crate::domain::{Code, Outcome, Redactor, Server, Step, Untrusted};

/// Sends user and password, once; a failure is described in the words of the registry's preset.
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
    // A token server's users are usually kept elsewhere than a registry's own.
    let by_token = (step.code == Code::BadCredentials && way.token.is_some()).then_some("refused_by_token_server");
    let advice = by_token.and_then(|key| test.advice(key, None)).or_else(|| test.advice(key, None));
    advised(step, advice)
}

async fn attempt(test: &Test<'_>, server: &Server, url: &Url, way: &Way, pair: &Pair) -> Step {
    if pair.basic().is_none() {
        return inconclusive(Code::BadCredentials, "user or password cannot be sent in a header", "enter them again");
    }
    let via = match &way.token {
        Some(server) if !way.is_basic => format!("a token from {}", place(&server.realm)),
        Some(_) | None => "Basic".to_owned(),
    };
    let shown = match authorization(test.client, way, Some(pair), None, test.now).await {
        Ok(shown) => shown,
        Err(NoToken::Trouble { realm, trouble }) => return token_trouble(trouble, Check::Login, server, &realm),
        Err(NoToken::Refused { realm, answer }) => return no_token(&realm, &pair.redactor(), &answer),
        Err(NoToken::Unreadable { realm, answer, why }) => return unreadable(Check::Login, &realm, &answer, &why),
        Err(NoToken::Realm { realm, fault }) => return bad_realm(Check::Login, &realm, &fault),
    };
    match test.client.ask(url, Ask::get().authorized(shown.as_ref()).below(&way.root)).await {
        Ok(answer) => accepted(server, url, pair, &answer, &via),
        Err(trouble) => trouble_step(trouble, Check::Login, server),
    }
}

fn accepted(server: &Server, url: &Url, pair: &Pair, answer: &Answer, via: &str) -> Step {
    let host = place(url);
    let said = said(answer, &pair.redactor());
    match answer.status {
        200 if asks_to_sign_in(url, answer) => inconclusive(
            Code::NotARegistry,
            format!("{host} takes user and password, then answers with a sign-in page"),
            SIGN_IN,
        ),
        200 if is_html(&answer.headers, &answer.body) => inconclusive(
            Code::NotARegistry,
            format!("{host} takes user and password, but answers with a web page: it may not be a registry"),
            "check the host: a product's web page and its registry often have different names",
        ),
        200 => step(Check::Login, Code::Ok, Outcome::Pass, format!("{host} accepts user and password (via {via})"), ""),
        401 => refused(Code::BadCredentials, format!("{host} rejects user or password{said}"), CREDENTIALS.into()),
        // ECR's answer to a token that is undecoded, of another region, or expired.
        400 | 403 if server.ecr().is_some() => {
            refused(Code::Denied, format!("{host} rejects this token{said}"), CREDENTIALS.into())
        }
        403 => refused(Code::Denied, format!("{host} denies access{said}"), denied_remedy(answer)),
        301 | 302 | 303 | 307 | 308 => sent_on(Check::Login, url, answer),
        429 | 500.. => unwell(Check::Login, &host, answer, &said),
        status => inconclusive(
            Code::ServerError,
            format!("{host} answered the login with status {status}{said}"),
            "the registry does not follow the protocol here: tell its admin",
        ),
    }
}

/// What a token server's answer other than 200 means for a login.
fn no_token(realm: &Url, redactor: &Redactor, answer: &Answer) -> Step {
    let host = place(realm);
    let said = said(answer, redactor);
    let text = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    match answer.status {
        401 => refused(Code::BadCredentials, format!("{host} rejects user or password{said}"), CREDENTIALS.into()),
        403 => refused(Code::Denied, format!("{host} denies access{said}"), denied_remedy(answer)),
        // RFC 6749 §5.2: an OAuth 2 server answers 400 where others answer 401.
        400 if ["invalid_grant", "access_denied", "unauthorized", "invalid_client"]
            .iter()
            .any(|c| text.contains(c)) =>
        {
            refused(Code::BadCredentials, format!("{host} rejects user or password{said}"), CREDENTIALS.into())
        }
        301 | 302 | 303 | 307 | 308 => token_sent_on(Check::Login, realm, answer),
        429 | 500.. => unwell(Check::Login, &format!("the token server {host}"), answer, &said),
        status => inconclusive(
            Code::ServerError,
            format!("the token server {host} answered with status {status}{said}"),
            "the registry names a token server that does not work: tell its admin",
        ),
    }
}

/// A successful answer in which docker finds no token: the registry's fault, whatever the password. A web page comes
/// from something else and says nothing about the registry.
pub(super) fn unreadable(check: Check, realm: &Url, answer: &Answer, why: &NoAnswer) -> Step {
    let host = place(realm);
    if is_html(&answer.headers, &answer.body) {
        let what = if asks_to_sign_in(realm, answer) { "a sign-in page" } else { "a web page" };
        return step(
            check,
            Code::BadToken,
            Outcome::Inconclusive,
            format!("the token server {host} answered with {what} (status {}) instead of a token", answer.status),
            format!(
                "the registry sends logins to a browser page at {host}{}: tell its admin; its realm is wrong, or a \
                 sign-in proxy is in front of the token server",
                Untrusted::new(realm.path().chars().take(80).collect::<String>()).shown()
            ),
        );
    }
    step(
        check,
        Code::BadToken,
        Outcome::Fail,
        format!("Docker cannot read the token server's answer: {host} accepts the request, but its answer {why}"),
        "the token server does not follow the protocol, so no password works with docker: tell the registry's admin",
    )
}

fn refused(code: Code, detail: String, remedy: String) -> Step {
    step(Check::Login, code, Outcome::Fail, detail, remedy)
}

fn inconclusive(code: Code, detail: impl Into<String>, remedy: &str) -> Step {
    step(Check::Login, code, Outcome::Inconclusive, detail, remedy)
}

const CREDENTIALS: &str = "check the user, and copy the password again; it may have expired or been revoked";

fn denied_remedy(answer: &Answer) -> String {
    if is_firewall(answer) {
        firewall_remedy(answer)
    } else {
        "the registry knows the login but allows it nothing, or rejects it this way: check its permissions".into()
    }
}
