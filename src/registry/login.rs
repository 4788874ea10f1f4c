//! The last rung: user and password sent, once, to where the registry asked for them. Nothing is pulled, no scope is
//! asked for, nothing is tried twice.
//!
//! Sources: the OCI distribution specification, the Distribution project's «Token Authentication Specification», and
//! what `docker login` does (moby `registry/auth.go`). Of challenges' own scopes nothing is taken: GHCR's is a
//! placeholder.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use super::client::{Answer, Ask, Client, place};
use super::ecr;
use super::knock::{Door, Way};
use super::ladder::step;
use super::said::Hush;
use super::words::{firewall_remedy, said, target, trouble_step, unwell};
use crate::domain::verdict::Rung;
use crate::domain::{Code, Outcome, Sensitive, Server, Step, Trial};

/// The last rung: sends user and password, once.
pub(super) async fn log_in(client: &Client, server: &Server, door: &Door, trial: &Trial) -> Step {
    let hush = Hush::new(forms(trial));
    let Some(basic) = basic(trial) else {
        return inconclusive(Code::BadCredentials, "user or password cannot be sent in a header", "type them again");
    };
    let (authorization, via) = match &door.way {
        Way::Basic => (basic, "Basic".to_owned()),
        Way::Bearer { realm, service } => {
            match token(client, server, (realm, service.as_deref()), trial, basic).await {
                Ok(bearer) => (bearer, format!("a token of {}", place(realm))),
                Err(step) => return *step,
            }
        }
    };
    match client.ask(&door.url, Ask::Get, Some(authorization)).await {
        Ok(answer) => accepted(server, door, trial, &answer, &via, &hush),
        Err(trouble) => trouble_step(trouble, Rung::Login, server),
    }
}

fn accepted(server: &Server, door: &Door, trial: &Trial, answer: &Answer, via: &str, hush: &Hush) -> Step {
    let host = place(&door.url);
    let said = said(answer, hush);
    match answer.status {
        200 => step(Rung::Login, Code::Ok, Outcome::Pass, format!("{host} accepts user and password (by {via})"), ""),
        401 => {
            refused(Code::BadCredentials, format!("{host} refuses user or password{said}"), credential_remedy(server))
        }
        400 | 403 if server.ecr().is_some() => {
            refused(Code::Denied, format!("{host} refuses this token{said}"), ecr::remedy(&trial.password).to_owned())
        }
        403 => refused(Code::Denied, format!("{host} denies access{said}"), denied_remedy(server, answer)),
        status @ (301 | 302 | 303 | 307 | 308) => inconclusive(
            Code::UnsafeRealm,
            format!(
                "{host} sends the login on to {} ({status}); nothing was sent there",
                target(&door.url, &answer.headers)
            ),
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

/// Asks the token server, and makes of its token what `/v2/` wants to see.
async fn token(
    client: &Client,
    server: &Server,
    (realm, service): (&Url, Option<&str>),
    trial: &Trial,
    basic: HeaderValue,
) -> Result<HeaderValue, Box<Step>> {
    let mut url = realm.clone();
    {
        let mut query = url.query_pairs_mut();
        if let Some(service) = service {
            query.append_pair("service", service);
        }
        query.append_pair("account", trial.user.expose()).append_pair("client_id", "pullkey");
    }
    let fail = |trouble| Box::new(trouble_step(trouble, Rung::Login, server));
    let mut answer = client.ask(&url, Ask::Get, Some(basic)).await.map_err(fail)?;
    if matches!(answer.status, 404 | 405) {
        let form = password_form(service, trial);
        answer = client.ask(realm, Ask::Post(form), None).await.map_err(fail)?;
    }
    if answer.status != 200 {
        return Err(Box::new(no_token(server, realm, trial, &answer)));
    }
    bearer(&answer).ok_or_else(|| {
        Box::new(inconclusive(
            Code::ServerError,
            format!("the token server {} accepts the request but gives no token", place(realm)),
            "the token server does not follow the protocol: tell who runs the registry",
        ))
    })
}

/// What a token server's answer other than 200 means.
fn no_token(server: &Server, realm: &Url, trial: &Trial, answer: &Answer) -> Step {
    let host = place(realm);
    let said = said(answer, &Hush::new(forms(trial)));
    let text = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    match answer.status {
        401 => {
            refused(Code::BadCredentials, format!("{host} refuses user or password{said}"), credential_remedy(server))
        }
        403 => refused(Code::Denied, format!("{host} denies access{said}"), denied_remedy(server, answer)),
        // RFC 6749 §5.2: an OAuth 2 server says 400 where others say 401.
        400 if ["invalid_grant", "access_denied", "unauthorized", "invalid_client"]
            .iter()
            .any(|c| text.contains(c)) =>
        {
            refused(Code::BadCredentials, format!("{host} refuses user or password{said}"), credential_remedy(server))
        }
        status @ (301 | 302 | 303 | 307 | 308) => inconclusive(
            Code::UnsafeRealm,
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

fn refused(code: Code, detail: String, remedy: String) -> Step {
    step(Rung::Login, code, Outcome::Fail, detail, remedy)
}

fn inconclusive(code: Code, detail: impl Into<String>, remedy: &str) -> Step {
    step(Rung::Login, code, Outcome::Inconclusive, detail, remedy)
}

fn credential_remedy(server: &Server) -> String {
    if server.is_hub() {
        "use the Docker ID and an access token of it (or the organization's name and an organization token)".into()
    } else if server.ecr().is_some() {
        "the user is AWS, the password a token of `aws ecr get-login-password`, at most 12 hours old".into()
    } else {
        "check the user, and copy the password again; it may have ended or been revoked".into()
    }
}

fn denied_remedy(server: &Server, answer: &Answer) -> String {
    let name = server.name();
    if name == "ghcr.io" || (name.starts_with("containers.") && name.ends_with(".ghe.com")) {
        "GHCR says this to a wrong password too: use a classic token with read:packages, authorized for SSO if need be"
            .into()
    } else if String::from_utf8_lossy(&answer.body).to_ascii_lowercase().contains("firewall") {
        firewall_remedy(answer)
    } else {
        "the registry knows the login but allows it nothing, or refuses it in this way: check its rights".into()
    }
}

/// `token` or `access_token`; docker prefers the latter. Nothing if neither is there or fits into a header.
fn bearer(answer: &Answer) -> Option<HeaderValue> {
    let json: Value = serde_json::from_slice(answer.body.trim_ascii()).ok()?;
    let text = |key| json.get(key).and_then(Value::as_str).filter(|text: &&str| !text.is_empty());
    let token = Zeroizing::new(format!("Bearer {}", text("access_token").or(text("token"))?));
    sensitive(&token)
}

fn basic(trial: &Trial) -> Option<HeaderValue> {
    sensitive(&Zeroizing::new(format!("Basic {}", encoded_pair(trial).as_str())))
}

fn encoded_pair(trial: &Trial) -> Zeroizing<String> {
    let pair = Zeroizing::new(format!("{}:{}", trial.user.expose(), trial.password.expose()));
    Zeroizing::new(STANDARD.encode(pair.as_bytes()))
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// RFC 6749 §4.3, as the Distribution project's «OAuth 2 token specification» has it.
fn password_form(service: Option<&str>, trial: &Trial) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "password");
    if let Some(service) = service {
        form.append_pair("service", service);
    }
    form.append_pair("client_id", "pullkey")
        .append_pair("access_type", "online")
        .append_pair("username", trial.user.expose())
        .append_pair("password", trial.password.expose());
    form.finish()
}

/// Every form in which a server may echo what it was sent.
pub(super) fn forms(trial: &Trial) -> Vec<Sensitive> {
    let password = trial.password.expose();
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    vec![
        trial.password.clone(),
        Sensitive::new(encoded_pair(trial).as_str()),
        Sensitive::new(STANDARD.encode(password)),
        Sensitive::new(encode(password)),
        Sensitive::new(password.trim()),
    ]
}

/// The text without one form of the secret.
pub(super) fn hide(text: &str, form: &Sensitive) -> String {
    text.replace(form.expose(), "•••")
}
