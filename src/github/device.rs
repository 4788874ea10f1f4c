//! GitHub's device flow: a code to enter on a page, in exchange for a token. Source: RFC 8628, and GitHub Docs,
//! “Authorizing OAuth apps”, device flow.
//!
//! octocrab's version joins scopes with commas, takes a refusal for a broken answer, and ignores the interval that
//! comes with `slow_down`; so this small one is our own. It stores nothing: dropping the future ends it.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tower::Service as _;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::domain::{Redactor, Sensitive, Untrusted};

use super::error::is_html;
use super::limit::bounded;
use super::transport::{self, Ask};
use super::{GithubError, Limits};

/// The code to show, and what is needed to poll.
#[derive(Clone, Debug)]
pub struct Begun {
    pub user_code: Untrusted,
    pub page: Untrusted,
    /// How long the code can be entered.
    pub life: Duration,
    device_code: Sensitive,
    interval: Duration,
}

/// The granted token.
#[derive(Clone, Debug)]
pub struct Granted {
    pub token: Sensitive,
    /// May be fewer than requested.
    pub scopes: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum DeviceFault {
    #[error("it was declined on GitHub's page")]
    Denied,
    #[error("the code was not entered in time")]
    Expired,
    #[error("this OAuth app does not allow the device flow")]
    Disabled,
    #[error("GitHub does not know the client id")]
    UnknownApp,
    #[error("GitHub answered “{}”", .0.shown())]
    Other(Untrusted),
    #[error(transparent)]
    Github(#[from] GithubError),
}

#[derive(Deserialize)]
struct CodeRecord {
    device_code: String,
    user_code: String,
    verification_uri: String,
    expires_in: Option<u64>,
    interval: Option<u64>,
}

#[derive(Deserialize)]
struct TokenRecord {
    access_token: Option<String>,
    scope: Option<String>,
    error: Option<String>,
    interval: Option<u64>,
}

/// The device flow of one OAuth app on one web site.
#[derive(Clone, Debug)]
pub struct DeviceFlow {
    web: Url,
    client_id: String,
    limits: Limits,
}

impl DeviceFlow {
    /// `web` is the web site and not the API: `https://github.com`.
    pub fn new(web: Url, client_id: String, limits: Limits) -> Self {
        Self { web, client_id, limits }
    }

    pub async fn begin(&self, scopes: &[&str]) -> Result<Begun, DeviceFault> {
        let scope = scopes.join(" ");
        let pairs = [("client_id", self.client_id.as_str()), ("scope", &scope)];
        let answer: Result<CodeRecord, TokenRecord> = self.post("/login/device/code", &pairs).await?;
        let code = answer.map_err(|refusal| fault(refusal.error.as_deref().unwrap_or("an unknown error")))?;
        Ok(Begun {
            user_code: Untrusted::new(code.user_code),
            page: Untrusted::new(code.verification_uri),
            life: bounded(code.expires_in.unwrap_or(900)),
            device_code: Sensitive::new(code.device_code),
            interval: bounded(code.interval.unwrap_or(5)),
        })
    }

    /// Polls at GitHub's interval until the user consents or declines, or the code expires.
    pub async fn wait(&self, begun: &Begun) -> Result<Granted, DeviceFault> {
        let mut interval = begun.interval;
        let ask = async {
            loop {
                tokio::time::sleep(interval).await;
                let answer = self.poll(begun).await?;
                if let Some(token) = answer.access_token {
                    let scopes = answer.scope.unwrap_or_default();
                    let scopes = scopes.split([',', ' ']).filter(|s| !s.is_empty()).map(str::to_owned).collect();
                    return Ok(Granted { token: Sensitive::new(token), scopes });
                }
                match answer.error.as_deref() {
                    Some("authorization_pending") => {}
                    // RFC 8628 3.5: five seconds more, for this and all later requests; GitHub names the new interval.
                    Some("slow_down") => {
                        let longer = answer.interval.map(bounded);
                        interval = longer.unwrap_or(interval + Duration::from_secs(5)).max(interval);
                    }
                    other => {
                        let redactor = Redactor::of([&begun.device_code]);
                        return Err(fault(&redactor.hide(other.unwrap_or("an unknown error"))));
                    }
                }
            }
        };
        tokio::time::timeout(begun.life, ask).await.unwrap_or(Err(DeviceFault::Expired))
    }

    async fn poll(&self, begun: &Begun) -> Result<TokenRecord, DeviceFault> {
        let code = super::auth::device_code(&begun.device_code);
        let pairs = [
            ("client_id", self.client_id.as_str()),
            ("device_code", code.as_str()),
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ];
        match self.post::<TokenRecord>("/login/oauth/access_token", &pairs).await? {
            Ok(answer) | Err(answer) => Ok(answer),
        }
    }

    /// Posts a form. `Err` inside is a refusal in GitHub's form.
    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Result<Result<T, TokenRecord>, DeviceFault> {
        let form = Serializer::new(String::new()).extend_pairs(pairs).finish();
        let url = self.web.join(path).map_err(|_| GithubError::BadUrl("it is not the address of a web site"))?;
        let ask: Ask = http::Request::post(url.as_str())
            // Without this header the answer is a form, too.
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(USER_AGENT, concat!("pullkey/", env!("CARGO_PKG_VERSION")))
            .body(Bytes::from(form))
            .map_err(|fault| GithubError::Machinery(Box::new(fault)))?;
        let answer = transport::bare(&self.web, &self.limits).call(ask).await?;
        let status = answer.status();
        if let Ok(whole) = serde_json::from_slice::<T>(answer.body())
            && status.is_success()
        {
            return Ok(Ok(whole));
        }
        match serde_json::from_slice::<TokenRecord>(answer.body()) {
            Ok(refusal) if refusal.error.is_some() => Ok(Err(refusal)),
            // GitHub answers 404 to an unknown client id.
            Ok(_) | Err(_) if status == http::StatusCode::NOT_FOUND => Err(DeviceFault::UnknownApp),
            Ok(_) | Err(_) => {
                let (status, html) = (status.as_u16(), is_html(&answer));
                Err(GithubError::NotJson { status, html }.into())
            }
        }
    }
}

fn fault(word: &str) -> DeviceFault {
    match word {
        "access_denied" => DeviceFault::Denied,
        // GitHub's documentation uses both.
        "expired_token" | "token_expired" => DeviceFault::Expired,
        "device_flow_disabled" => DeviceFault::Disabled,
        // The second is the answer to an unknown client id in the first step.
        "incorrect_client_credentials" | "Not Found" => DeviceFault::UnknownApp,
        other => DeviceFault::Other(Untrusted::new(other)),
    }
}
