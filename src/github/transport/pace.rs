//! How much goes on at once: some reads, and one write at a time, as GitHub asks of integrations.
//!
//! Source: GitHub Docs, «Best practices for using the REST API», avoid concurrent requests.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::Method;
use tokio::sync::Semaphore;
use tower::Service;

use super::{Answer, Answering, Ask, GithubError, Layered};

#[derive(Clone)]
pub(super) struct Pace<S> {
    inner: S,
    reads: Arc<Semaphore>,
    writes: Arc<Semaphore>,
}

impl<S> Pace<S> {
    pub(super) fn new(inner: S, reads: usize) -> Self {
        Self { inner, reads: Arc::new(Semaphore::new(reads.max(1))), writes: Arc::new(Semaphore::new(1)) }
    }
}

impl<S: Layered> Service<Ask> for Pace<S> {
    type Response = Answer;
    type Error = GithubError;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), GithubError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, ask: Ask) -> Answering {
        let gate = if ask.method() == Method::GET { &self.reads } else { &self.writes };
        let gate = Arc::clone(gate);
        let mut inner = self.inner.clone();
        Box::pin(async move {
            // It is never closed, so there always is a permit; without one the request would simply go at once.
            let _permit = gate.acquire_owned().await.ok();
            inner.call(ask).await
        })
    }
}
