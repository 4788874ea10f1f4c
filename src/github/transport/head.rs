//! The headers of every request, and the check that it stays on the API's origin: no layer below makes or changes an
//! address.

use std::task::{Context, Poll};

use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, USER_AGENT};
use http::{HeaderName, HeaderValue};
use tower::Service;
use url::Url;

use crate::domain::Untrusted;

use super::{Answer, Answering, Ask, Authorization, GithubError, Layered};

/// GitHub's API version that this client is written for, pinned only here: without the header it would change by
/// itself. GitHub supports a version for two years after its successor, which came on 2026-03-10, so this one until
/// 2028-03-10. What answers announce about that (`Deprecation`, `Sunset`) is shown with the requests. Source: GitHub
/// Docs, “API versions”.
pub(super) const API_VERSION: &str = "2022-11-28";

/// The form of every answer.
pub(super) const ACCEPTED: &str = "application/vnd.github+json";

#[derive(Clone)]
pub(super) struct Head<S> {
    inner: S,
    origin: url::Origin,
    auth: Option<Authorization>,
}

impl<S> Head<S> {
    pub(super) const fn new(inner: S, origin: url::Origin, auth: Option<Authorization>) -> Self {
        Self { inner, origin, auth }
    }

    /// Replaces headers instead of appending: octocrab sets some of these itself.
    fn dress(&self, ask: &mut Ask) -> Result<(), GithubError> {
        let target = ask.uri().to_string();
        let is_ours = Url::parse(&target).is_ok_and(|url| url.origin() == self.origin);
        if !is_ours {
            return Err(GithubError::Origin { next: Untrusted::new(target) });
        }
        let headers = ask.headers_mut();
        headers.remove(CONTENT_LENGTH);
        headers.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(super::gzip::TAKEN));
        headers.insert(HeaderName::from_static("x-github-api-version"), HeaderValue::from_static(API_VERSION));
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("pullkey/", env!("CARGO_PKG_VERSION"))));
        headers.remove(AUTHORIZATION);
        if let Some(auth) = &self.auth {
            headers.insert(AUTHORIZATION, auth.header());
        }
        Ok(())
    }
}

impl<S: Layered> Service<Ask> for Head<S> {
    type Response = Answer;
    type Error = GithubError;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), GithubError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut ask: Ask) -> Answering {
        match self.dress(&mut ask) {
            Ok(()) => self.inner.call(ask),
            Err(refused) => Box::pin(async move { Err(refused) }),
        }
    }
}
