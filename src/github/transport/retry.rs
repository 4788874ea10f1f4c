//! Reads that did not get through are asked again, a little later; writes never are.

use std::task::{Context, Poll};

use http::header::RETRY_AFTER;
use http::{Method, StatusCode};
use tower::Service;

use super::{Answer, Answering, Ask, GithubError, Layered, Limits};

#[derive(Clone)]
pub(super) struct Retry<S> {
    inner: S,
    limits: Limits,
}

impl<S> Retry<S> {
    pub(super) const fn new(inner: S, limits: Limits) -> Self {
        Self { inner, limits }
    }
}

impl<S: Layered> Service<Ask> for Retry<S> {
    type Response = Answer;
    type Error = GithubError;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), GithubError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, ask: Ask) -> Answering {
        let mut inner = self.inner.clone();
        let tries = if ask.method() == Method::GET { self.limits.retries } else { 0 };
        let mut pause = self.limits.back_off;
        Box::pin(async move {
            for _ in 0..tries {
                let outcome = inner.call(ask.clone()).await;
                if !is_worth_another_try(&outcome) {
                    return outcome;
                }
                tokio::time::sleep(pause).await;
                pause *= 4;
            }
            inner.call(ask).await
        })
    }
}

fn is_worth_another_try(outcome: &Result<Answer, GithubError>) -> bool {
    match outcome {
        Ok(answer) => {
            let gateway = [StatusCode::BAD_GATEWAY, StatusCode::SERVICE_UNAVAILABLE, StatusCode::GATEWAY_TIMEOUT];
            // With a time to wait it is a limit and not an accident.
            gateway.contains(&answer.status()) && !answer.headers().contains_key(RETRY_AFTER)
        }
        Err(failure) => failure.is_worth_another_try(),
    }
}
