//! How a request gets to GitHub: our own layers under octocrab, over one reqwest client.
//!
//! From the outside in: reject writes if only reads are allowed, retry reads that failed, follow redirects on the same
//! origin, set the headers, check the disk cache, keep the pace, and the wire.

mod budgets;
mod cache;
mod errand;
mod gzip;
mod head;
mod ledger;
mod pace;
mod read_only;
mod redirect;
mod retry;
mod wait;
mod wire;

pub(super) use cache::{Marker, Shelf, Since, Unconditional};
pub use cache::{Run, cached, erase};
pub(super) use pace::Pacer;
pub(super) use redirect::Moved;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Method;
use http_body_util::{BodyExt as _, Full};
use octocrab::OctoBody;
use tower::Service;
use url::Url;

use super::auth::Authorization;
use super::{GithubError, Limits};

/// A request with its whole body: it can be sent again.
pub(super) type Ask = http::Request<Bytes>;
/// An answer with its whole body, bounded.
pub(super) type Answer = http::Response<Bytes>;
pub(super) type Answering = Pin<Box<dyn Future<Output = Result<Answer, GithubError>> + Send>>;

/// Every layer: always ready, cheap to clone.
trait Layered: Service<Ask, Response = Answer, Error = GithubError, Future = Answering> + Clone + Send + 'static {}
impl<S> Layered for S where
    S: Service<Ask, Response = Answer, Error = GithubError, Future = Answering> + Clone + Send + 'static
{
}

/// What a request costs in GitHub's points. Source: GitHub Docs, “Rate limits for the REST API”, calculating points.
const fn points(method: &Method) -> u32 {
    match *method {
        Method::GET | Method::HEAD | Method::OPTIONS => 1,
        _ => 5, // POST, PATCH, PUT, DELETE
    }
}

/// The whole stack, in the form octocrab accepts.
pub(super) fn stack(
    base: &Url,
    auth: Option<Authorization>,
    limits: &Limits,
    read_only: bool,
    cache: Option<Shelf>,
    (pacer, moved): (&Arc<Pacer>, &Moved),
) -> Outermost {
    let wire = wire::Wire::new(base, limits.clone(), Arc::clone(pacer));
    let pace = pace::Pace::new(wire, Arc::clone(pacer));
    let cache = cache::Conditional::new(pace, cache, Arc::clone(pacer));
    let head = head::Head::new(cache, base.origin(), auth);
    let redirect = redirect::Redirect::new(head, limits.redirects, moved.clone());
    let retry = retry::Retry::new(redirect, limits.clone(), Arc::clone(pacer));
    Outermost { inner: read_only::ReadOnly::new(retry, read_only) }
}

/// The wire alone, for a site that is not the API: no token, no octocrab, no retries.
pub(super) fn bare(
    site: &Url,
    limits: &Limits,
) -> impl Service<Ask, Response = Answer, Error = GithubError, Future = Answering> {
    let pacer = Arc::new(Pacer::new(limits.pace.clone(), limits.reads, None, (None, Arc::default())));
    wire::Wire::new(site, limits.clone(), pacer)
}

type Stack =
    read_only::ReadOnly<retry::Retry<redirect::Redirect<head::Head<cache::Conditional<pace::Pace<wire::Wire>>>>>>;

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
