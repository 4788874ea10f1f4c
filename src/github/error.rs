//! What can go wrong between us and GitHub, with everything needed to explain it.
//!
//! No variant carries the token, a secret's value or a sealed box.

use http::{HeaderMap, StatusCode};
use thiserror::Error;

use crate::domain::token::TokenKind;
use crate::domain::{Redactor, Site, Untrusted};

use super::limit::{RateLimit, limit_of};
use super::models::Complaint;
use super::transport::Answer;

type Source = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Error)]
pub enum GithubError {
    #[error("GitHub does not accept the token")]
    Unauthorized(Box<Refusal>),
    #[error("GitHub denied {}", .0.request)]
    Forbidden(Box<Refusal>),
    #[error("GitHub found nothing for {}", .0.request)]
    NotFound(Box<Refusal>),
    /// On repository assignments: the secret's visibility is not `selected`.
    #[error("GitHub reports a conflict for {}", .0.request)]
    Conflict(Box<Refusal>),
    /// On starting a codespace: it costs more than the account may spend.
    #[error("GitHub requires payment for {}", .0.request)]
    Payment(Box<Refusal>),
    #[error("GitHub rejected the content of {}", .0.request)]
    Unprocessable(Box<Refusal>),
    #[error("GitHub's rate limit is used up")]
    RateLimited(Box<RateLimit>),
    #[error("GitHub answered {status} to {request}")]
    Server { status: u16, request: String },
    /// A status that is not documented for the call.
    #[error("unexpected status {status} for {request}")]
    Unexpected { status: u16, request: String },
    #[error("the answer ({status}) is not JSON")]
    NotJson { status: u16, html: bool },
    #[error("the answer to {request} cannot be read")]
    Decode { request: String, source: serde_json::Error },
    #[error("the answer is larger than {limit} bytes")]
    TooBig { limit: usize },
    /// A redirect to another origin. The token was not sent there.
    #[error("redirected to another address")]
    Redirected { to: Untrusted },
    #[error("redirected in a circle")]
    RedirectLoop,
    /// A page's `next`, or an address we built, that is not on the API's origin.
    #[error("the next page is at another address")]
    Origin { next: Untrusted },
    #[error("the list does not end")]
    Endless,
    /// The list lacks the entries of these organizations, according to `X-GitHub-SSO: partial-results` on its 200.
    #[error("the list lacks the entries of {} organizations", .0.len())]
    Partial(Vec<Unshown>),
    /// Only reads are allowed; nothing was sent.
    #[error("only reads are allowed, and {request} is not one")]
    ReadOnly { request: String },
    #[error("the token cannot be used: {0}")]
    BadToken(&'static str),
    #[error("the API's address cannot be used: {0}")]
    BadUrl(&'static str),
    #[error("{host} cannot be resolved")]
    Dns { host: String, source: Source },
    #[error("{host} cannot be reached")]
    Refused { host: String, source: Source },
    #[error("no secure connection to {host}")]
    Tls { host: String, source: Source },
    /// `sent` is whether the request may have arrived.
    #[error("no answer in time")]
    Timeout { sent: bool },
    #[error("the connection broke")]
    Dropped { sent: bool, source: Source },
    #[error("GitHub's public key is not a valid key")]
    KeyInvalid,
    #[error("the request could not be made")]
    Machinery(#[source] Source),
}

/// GitHub's refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Method and path, such as `GET /user/codespaces/secrets`.
    pub request: String,
    pub status: u16,
    pub message: Untrusted,
    /// The `errors` of a 422, one text each.
    pub details: Vec<Untrusted>,
    /// `X-OAuth-Scopes`: what the token has; `None` for tokens that have permissions instead.
    pub scopes: Option<Vec<String>>,
    /// `X-Accepted-OAuth-Scopes`: any of these would be sufficient.
    pub accepted: Vec<String>,
    /// `X-Accepted-GitHub-Permissions`: what a fine-grained token needs.
    pub permissions: Option<Untrusted>,
    /// The address of `X-GitHub-SSO` where the token can be authorized.
    pub sso: Option<Untrusted>,
    /// The kind of the token that was refused.
    pub kind: TokenKind,
    /// The web site that belongs to the API that refused.
    pub site: Site,
}

/// An organization whose entries a list lacks: its single sign-on requires the token to be authorized first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unshown {
    pub id: u64,
    /// Where to authorize it, if GitHub said so when this organization was requested.
    pub page: Option<Untrusted>,
}

impl GithubError {
    /// Whether the request may have taken effect although no success was reported.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Timeout { sent } | Self::Dropped { sent, .. } => *sent,
            Self::Server { .. } | Self::Unexpected { .. } | Self::NotJson { .. } | Self::TooBig { .. } => true,
            Self::Unauthorized(_)
            | Self::Forbidden(_)
            | Self::NotFound(_)
            | Self::Conflict(_)
            | Self::Payment(_)
            | Self::Unprocessable(_)
            | Self::RateLimited(_)
            | Self::Decode { .. }
            | Self::Redirected { .. }
            | Self::RedirectLoop
            | Self::Origin { .. }
            | Self::Endless
            | Self::Partial(_)
            | Self::ReadOnly { .. }
            | Self::BadToken(_)
            | Self::BadUrl(_)
            | Self::Dns { .. }
            | Self::Refused { .. }
            | Self::Tls { .. }
            | Self::KeyInvalid
            | Self::Machinery(_) => false,
        }
    }

    /// Whether GitHub could not be reached, so that a retry may work soon. A missed deadline is not retried: three of
    /// them in a row would keep you waiting for minutes.
    pub(super) fn is_worth_another_try(&self) -> bool {
        matches!(self, Self::Dropped { .. } | Self::Refused { .. } | Self::Dns { .. })
    }

    /// The same failure, with the kind of the token and the site.
    pub(super) fn met_by(mut self, kind: TokenKind, site: Site) -> Self {
        match &mut self {
            Self::Unauthorized(refusal)
            | Self::Forbidden(refusal)
            | Self::NotFound(refusal)
            | Self::Conflict(refusal)
            | Self::Payment(refusal)
            | Self::Unprocessable(refusal) => (refusal.kind, refusal.site) = (kind, site),
            _ => {} // no other failure is a matter of the token
        }
        self
    }

    /// The failure that an unsuccessful answer stands for.
    pub(super) fn of(request: &str, answer: &Answer) -> Self {
        let status = answer.status();
        let complaint = complaint(answer);
        if status.is_server_error() {
            return Self::Server { status: status.as_u16(), request: request.to_owned() };
        }
        if let Some(limit) = limit_of(answer) {
            return Self::RateLimited(Box::new(limit));
        }
        let is_client = status.is_client_error();
        if complaint.is_none() && is_client && !answer.body().is_empty() {
            return Self::NotJson { status: status.as_u16(), html: is_html(answer) };
        }
        let complaint = complaint.unwrap_or_default();
        let refusal = Box::new(Refusal::new(request, answer, complaint));
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthorized(refusal),
            StatusCode::FORBIDDEN => Self::Forbidden(refusal),
            StatusCode::NOT_FOUND => Self::NotFound(refusal),
            StatusCode::PAYMENT_REQUIRED => Self::Payment(refusal),
            StatusCode::CONFLICT => Self::Conflict(refusal),
            StatusCode::UNPROCESSABLE_ENTITY => Self::Unprocessable(refusal),
            _ if is_html(answer) => Self::NotJson { status: status.as_u16(), html: true },
            // Every other status is undocumented for our calls.
            _ => Self::Unexpected { status: status.as_u16(), request: request.to_owned() },
        }
    }
}

impl GithubError {
    /// The error with every secret we sent removed from what the server wrote.
    pub(super) fn without(self, redactor: &Redactor) -> Self {
        let hide = |text: &Untrusted| Untrusted::new(redactor.hide(text.raw()));
        match self {
            Self::Unauthorized(refusal) => Self::Unauthorized(refusal.without(redactor)),
            Self::Forbidden(refusal) => Self::Forbidden(refusal.without(redactor)),
            Self::NotFound(refusal) => Self::NotFound(refusal.without(redactor)),
            Self::Conflict(refusal) => Self::Conflict(refusal.without(redactor)),
            Self::Payment(refusal) => Self::Payment(refusal.without(redactor)),
            Self::Unprocessable(refusal) => Self::Unprocessable(refusal.without(redactor)),
            Self::Redirected { to } => Self::Redirected { to: hide(&to) },
            Self::Origin { next } => Self::Origin { next: hide(&next) },
            // The rest is our own text, numbers, and transport errors.
            other => other,
        }
    }
}

impl Refusal {
    fn without(self: Box<Self>, redactor: &Redactor) -> Box<Self> {
        let hide = |text: Untrusted| Untrusted::new(redactor.hide(text.raw()));
        let each = |texts: Vec<String>| texts.iter().map(|text| redactor.hide(text)).collect();
        Box::new(Self {
            message: hide(self.message),
            details: self.details.into_iter().map(hide).collect(),
            scopes: self.scopes.map(each),
            accepted: each(self.accepted),
            permissions: self.permissions.map(hide),
            sso: self.sso.map(hide),
            request: redactor.hide(&self.request),
            ..*self
        })
    }

    fn new(request: &str, answer: &Answer, complaint: Complaint) -> Self {
        let headers = answer.headers();
        let sso = text(headers, "x-github-sso")
            .and_then(|value| value.split("url=").nth(1).map(|url| url.trim().to_owned()))
            .filter(|url| url.starts_with("https://"));
        Self {
            request: request.to_owned(),
            status: answer.status().as_u16(),
            details: complaint.texts(),
            message: complaint.message,
            scopes: scopes(headers),
            accepted: list(text(headers, "x-accepted-oauth-scopes").unwrap_or_default()),
            permissions: text(headers, "x-accepted-github-permissions").map(Untrusted::new),
            sso: sso.map(Untrusted::new),
            kind: TokenKind::Unknown,
            site: Site::default(),
        }
    }
}

/// The organizations whose entries a list lacks. Source: GitHub Docs, “Authenticating to the REST API”, SAML single
/// sign-on.
pub(super) fn unshown(headers: &HeaderMap) -> Vec<u64> {
    let said = text(headers, "x-github-sso").and_then(|value| value.trim().strip_prefix("partial-results"));
    let ids = said.and_then(|rest| rest.split("organizations=").nth(1)).unwrap_or_default();
    let ids = ids.split(';').next().unwrap_or_default();
    ids.split(',').filter_map(|id| id.trim().parse().ok()).collect()
}

/// The scopes of a classic or OAuth token. Fine-grained and app tokens send none, or an empty header.
pub(super) fn scopes(headers: &HeaderMap) -> Option<Vec<String>> {
    text(headers, "x-oauth-scopes").map(list)
}

pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
}

pub(super) fn is_html(answer: &Answer) -> bool {
    text(answer.headers(), "content-type").is_some_and(|t| t.contains("html"))
        || answer.body().iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'<')
}

/// Why an answer refuses: GitHub always says it in an object, even if an empty one.
pub(super) fn complaint(answer: &Answer) -> Option<Complaint> {
    let is_object = answer.body().trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_slice(answer.body()).ok()).flatten()
}
