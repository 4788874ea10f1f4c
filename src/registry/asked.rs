//! From what a registry asks for to the way to log in, or the step that says why there is none.

use url::Url;

use super::challenge::{Bearer, Challenge};
use super::client::{Answer, place};
use super::ladder::step;
use super::realm::{RealmFault, safe_realm};
use super::said::is_html;
use super::words::said;
use crate::domain::verdict::Check;
use crate::domain::{Code, Outcome, Redactor, Step, Untrusted};

/// How a registry wants to be logged in to. Every token server in it has been judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// The token server to use first.
    pub token: Option<TokenServer>,
    /// Token servers that docker uses only if the first token has already expired; each is judged as well.
    pub spare: Vec<Result<TokenServer, BadRealm>>,
    /// User and password themselves are sent in the end.
    pub is_basic: bool,
    /// The path that asked. Docker sends its login only there and below, see [`root`].
    pub root: String,
}

/// A realm that no password is sent to, as received, and why.
pub(super) type BadRealm = (Untrusted, RealmFault);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TokenServer {
    pub realm: Url,
    /// Empty where none is named.
    pub service: Vec<u8>,
}

impl Way {
    /// The way a challenge wants to be answered; `None` if docker has no answer to it, or the first realm and its fault
    /// if no password may go there.
    pub(super) fn of(url: &Url, challenge: Challenge) -> Result<Option<Self>, BadRealm> {
        let Challenge::Login { bearers, is_basic } = challenge else { return Ok(None) };
        let mut servers = bearers.into_iter().map(|Bearer { realm, service }| match safe_realm(url, &realm) {
            Ok(realm) => Ok(TokenServer { realm, service }),
            Err(fault) => Err((Untrusted::new(String::from_utf8_lossy(&realm)), fault)),
        });
        let token = servers.next().transpose()?;
        Ok(Some(Self { token, spare: servers.collect(), is_basic, root: url.path().to_owned() }))
    }

    /// Why docker must not run against it: docker may use any of the realms, and one of them is not safe.
    pub(super) fn danger(&self) -> Option<Step> {
        let mut bad = self.spare.iter().filter_map(|server| server.as_ref().err());
        let (realm, why) = bad.find_map(|(realm, fault)| match fault {
            RealmFault::Unsafe(why) => Some((realm, why)),
            RealmFault::Unreadable(_) => None, // docker cannot ask it either
        })?;
        let realm = shortened(realm);
        let detail = format!("docker was not run: the registry names a second token server, {realm}, which {why}");
        Some(step(Check::Docker, Code::UnsafeRealm, Outcome::Skipped, detail, SET_UP_WRONG))
    }

    /// What it asks for, and where user and password go.
    pub(super) fn words(&self, url: &Url) -> (&'static str, String) {
        let itself = place(url);
        match (self.token.as_ref().map(|server| place(&server.realm)), self.is_basic) {
            (Some(server), false) => {
                ("it asks for a token (Bearer)", format!("user and password go to the token server {server}"))
            }
            (Some(server), true) => (
                "it asks for a token (Bearer), and for user and password (Basic), which docker sends in the end",
                format!("user and password go to the token server {server}, and to {itself} itself"),
            ),
            (None, _) => ("it asks for user and password (Basic)", format!("they go to {itself} itself")),
        }
    }
}

/// The path whose challenge docker answers at `path`: everything up to `/v2/`, wherever that is.
///
/// Source: docker/distribution 2.8.3, `registry/client/auth/session.go`, `ModifyRequest`. A challenge is stored for the
/// exact path it came from.
pub(super) fn root(path: &str) -> Option<&str> {
    path.find("/v2/").map(|at| &path[..at + 4])
}

/// The way to log in that a 401's challenge leads to.
pub(super) fn way(url: &Url, answer: &Answer) -> Result<Way, Box<Step>> {
    let host = place(url);
    let end =
        |check, code, outcome, detail: String, remedy: &str| Err(Box::new(step(check, code, outcome, detail, remedy)));
    if root(&answer.path) != Some(answer.path.as_str()) {
        let path = Untrusted::new(answer.path.chars().take(80).collect::<String>()).shown();
        return end(
            Check::Challenge,
            Code::Redirected,
            Outcome::Inconclusive,
            format!("{host} redirects to its own page {path} and asks for a login there, where docker sends none"),
            "docker logs in at /v2/ only: tell the registry's admin, or check the host",
        );
    }
    let none =
        |detail: String, remedy: &str| end(Check::Challenge, Code::NoChallenge, Outcome::Inconclusive, detail, remedy);
    match Challenge::find(&answer.headers) {
        Challenge::Unknown(scheme) => none(
            format!("{host} asks for “{}”, a login method that docker does not have", scheme.shown()),
            "check the host: a proxy may be in front of the registry",
        ),
        Challenge::Unreadable(value) => none(
            format!("{host} says how to log in, but docker cannot read it: “{}”", value.shown()),
            "tell the admin of the registry, or of the proxy in front, that its WWW-Authenticate header is broken",
        ),
        Challenge::None if is_html(&answer.headers, &answer.body) => none(
            format!("{host} answers 401 with a web page and does not say how docker can log in"),
            "a browser sign-in may be in front of the registry; docker cannot pass it: check the host or the proxy",
        ),
        Challenge::None => none(
            format!("{host} answers 401 without saying how to log in{}", said(answer, &Redactor::default())),
            "the password was not checked; check the host, or the proxy in front of the registry",
        ),
        Challenge::NoRealm(value) => end(
            Check::Challenge,
            Code::BadChallenge,
            Outcome::Fail,
            format!("{host} asks for a token and does not say where to get one: “{}”", value.shown()),
            "tell the registry's admin that its WWW-Authenticate header has no readable realm",
        ),
        login @ Challenge::Login { .. } => match Way::of(url, login) {
            Ok(Some(way)) => Ok(Way { root: answer.path.clone(), ..way }),
            Ok(None) => none(format!("{host} does not say how to log in"), "check the host"),
            Err((realm, fault)) => Err(Box::new(bad_realm(Check::Realm, &realm, &fault))),
        },
    }
}

const SET_UP_WRONG: &str = "the registry is misconfigured (its own address, often external_url): tell its admin";

fn shortened(realm: &Untrusted) -> String {
    Untrusted::new(realm.raw().chars().take(120).collect::<String>()).shown()
}

/// The step that says why nothing is sent to a token server.
pub(super) fn bad_realm(check: Check, realm: &Untrusted, fault: &RealmFault) -> Step {
    let realm = shortened(realm);
    match fault {
        RealmFault::Unsafe(why) => step(
            check,
            Code::UnsafeRealm,
            Outcome::Inconclusive,
            format!("the token server {realm} {why}; nothing was sent"),
            SET_UP_WRONG,
        ),
        RealmFault::Unreadable(why) => step(
            check,
            Code::BadChallenge,
            Outcome::Fail,
            format!("the token server “{realm}” {why}, so docker cannot use it either; nothing was sent"),
            "the registry names its token server wrongly (realm, often from external_url): tell its admin",
        ),
    }
}
