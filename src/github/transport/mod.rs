//! How a request gets to GitHub: layers of our own under octocrab, over one reqwest client.
//!
//! From the outside in: repeat reads that did not get through, follow redirects on the same origin, keep the pace, put
//! on the headers, and the wire. No layer keeps anything of an answer but the rate headers.

mod head;
mod pace;
mod redirect;
mod retry;
mod wire;

pub(super) use wire::is_local;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use octocrab::OctoBody;
use tower::Service;
use url::Url;

use super::auth::Authorization;
use super::error::text;
use super::{GithubError, Limits};

/// A request with its whole body: it can be sent again.
pub(super) type Ask = http::Request<Bytes>;
/// An answer with its whole body, bounded.
pub(super) type Answer = http::Response<Bytes>;
type Answering = Pin<Box<dyn Future<Output = Result<Answer, GithubError>> + Send>>;

/// What every layer is: always ready, cheap to clone.
trait Layered: Service<Ask, Response = Answer, Error = GithubError, Future = Answering> + Clone + Send + 'static {}
impl<S> Layered for S where
    S: Service<Ask, Response = Answer, Error = GithubError, Future = Answering> + Clone + Send + 'static
{
}

/// The hourly budget as the last answer told it.
#[derive(Clone, Default)]
pub(super) struct Budget(Arc<Mutex<Option<(u64, u64)>>>);

impl Budget {
    /// What remains, and its size.
    pub(super) fn get(&self) -> Option<(u64, u64)> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, answer: &Answer) {
        let number = |name| text(answer.headers(), name)?.trim().parse::<u64>().ok();
        if let (Some(remaining), Some(limit)) = (number("x-ratelimit-remaining"), number("x-ratelimit-limit")) {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((remaining, limit));
        }
    }
}

/// The whole stack, as octocrab takes it.
pub(super) fn stack(base: &Url, auth: Option<Authorization>, limits: &Limits, budget: Budget) -> Outermost {
    let wire = wire::Wire::new(base, limits.clone(), budget);
    let head = head::Head::new(wire, base.origin(), auth);
    let pace = pace::Pace::new(head, limits.reads);
    let redirect = redirect::Redirect::new(pace, limits.redirects);
    Outermost { inner: retry::Retry::new(redirect, limits.clone()) }
}

type Stack = retry::Retry<redirect::Redirect<pace::Pace<head::Head<wire::Wire>>>>;

/// Turns octocrab's bodies into whole ones and back.
#[derive(Clone)]
pub(super) struct Outermost {
    inner: Stack,
}

impl Service<http::Request<OctoBody>> for Outermost {
    type Response = http::Response<Full<Bytes>>;
    type Error = GithubError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, GithubError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), GithubError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<OctoBody>) -> Self::Future {
        let mut inner = self.inner.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(|e| GithubError::Machinery(Box::new(e)))?.to_bytes();
            let answer = inner.call(http::Request::from_parts(parts, body)).await?;
            Ok(answer.map(Full::new))
        })
    }
}
