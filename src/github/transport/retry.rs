//! Reads that failed on the way are retried a little later; writes never are.
//!
//! A PUT or DELETE of a secret is idempotent by its name, and a blind retry would not harm the secret. But it would
//! hide what happened: whether a secret was created or overwritten, and whether the secret there now is ours or
//! somebody else's. So the use cases read back what is there (`work/settle.rs`) and decide. A POST that starts a
//! codespace is not even idempotent. For what a limit refused see `pace`.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::Method;
use tower::Service;

use crate::domain::traffic::PauseReason;

use super::super::error::text;
use super::pace::Pacer;
use super::{Answer, Answering, Ask, GithubError, Layered, Limits};

#[derive(Clone)]
pub(super) struct Retry<S> {
    inner: S,
    limits: Limits,
    pacer: Arc<Pacer>,
}

impl<S> Retry<S> {
    pub(super) const fn new(inner: S, limits: Limits, pacer: Arc<Pacer>) -> Self {
        Self { inner, limits, pacer }
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
        let mut this = self.clone();
        let tries = if ask.method() == Method::GET { this.limits.retries } else { 0 };
        let mut pause = this.limits.back_off;
        Box::pin(async move {
            for _ in 0..tries {
                let mut stop = this.pacer.waits.listen();
                let outcome = this.inner.call(ask.clone()).await;
                let Some(wait) = pause_after(&outcome, pause, this.limits.pace.unsaid) else { return outcome };
                let until = Instant::now() + wait;
                if this.pacer.waits.until(until, PauseReason::BackOff, &mut stop).await.is_err() {
                    return outcome;
                }
                pause *= 4;
            }
            this.inner.call(ask).await
        })
    }
}

/// How long to wait before the next try; `None` if another try is pointless, or GitHub wants it later than `most` from
/// now.
fn pause_after(outcome: &Result<Answer, GithubError>, usual: Duration, most: Duration) -> Option<Duration> {
    match outcome {
        Ok(answer) if answer.status().is_server_error() => {
            let said = text(answer.headers(), "retry-after").and_then(|text| text.trim().parse().ok());
            let wait = said.map_or(usual, |seconds| Duration::from_secs(seconds).max(usual));
            Some(wait).filter(|wait| *wait <= most.max(usual))
        }
        Ok(_) => None,
        Err(failure) => failure.is_worth_another_try().then_some(usual),
    }
}
