//! The pace: some reads at once, one write at a time, below GitHub's points a minute, and quiet when GitHub says so.
//!
//! A request that a limit refused was not carried out, so reads and writes alike are sent again after the time GitHub
//! asked for: `Retry-After`, else the reset of a used-up budget, else a minute that doubles. A wait beyond the patience
//! fails at once. Dropping a request at any point gives its place back.
//!
//! Sources: GitHub Docs, «Rate limits for the REST API», exceeding the rate limit, and «Best practices for using the
//! REST API», avoid concurrent requests, pause between mutative requests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use http::{HeaderMap, Method};
use tokio::sync::{Notify, OnceCell, OwnedSemaphorePermit, Semaphore};
use tower::Service;

use crate::domain::traffic::{Budget, PauseReason, Traffic};

use super::super::error::{RateLimit, bounded, limit_of, server_time, text};
use super::super::settings::{Listener, Pacing};
use super::cache::{Shelf, Trail, millis_now};
use super::ledger::{Ledger, Quota, Turn};
use super::wait::{Stop, Waits, stopped, stopped_by};
use super::{Answer, Answering, Ask, GithubError, Layered, points};

/// What all requests of a client share: the ledger, and who is waiting.
pub(in super::super) struct Pacer {
    pacing: Pacing,
    ledger: Mutex<Ledger>,
    /// Some request was answered.
    answered: Notify,
    /// One at a time asks the ledger, in the order they came.
    turnstile: tokio::sync::Mutex<()>,
    reads: Arc<Semaphore>,
    writes: Arc<Semaphore>,
    /// Where the next process finds what this one spent, and when that was last written.
    cache: Option<Shelf>,
    recalled: OnceCell<()>,
    written: Mutex<Option<Instant>>,
    pub(in super::super) waits: Arc<Waits>,
}

impl Pacer {
    pub(in super::super) fn new(
        pacing: Pacing,
        reads: usize,
        cache: Option<Shelf>,
        listener: Option<Listener>,
    ) -> Self {
        Self {
            cache,
            recalled: OnceCell::new(),
            written: Mutex::new(None),
            ledger: Mutex::new(Ledger::new(pacing.clone(), Instant::now())),
            answered: Notify::new(),
            turnstile: tokio::sync::Mutex::new(()),
            reads: Arc::new(Semaphore::new(reads.max(1))),
            writes: Arc::new(Semaphore::new(1)),
            waits: Arc::new(Waits::new(listener, pacing.told)),
            pacing,
        }
    }

    /// The hourly budget as the last answers told it: what remains, and its size.
    pub(in super::super) fn budget(&self) -> Option<(u64, u64)> {
        self.ledger().quota().map(|quota| (quota.remaining, quota.limit))
    }

    /// Takes into account what an earlier process sent.
    async fn recall(&self) {
        let Some(cache) = &self.cache else { return };
        let read = async {
            let Some(trail) = Trail::read(cache).await else { return };
            let (now, millis) = (Instant::now(), millis_now());
            let ago = |(when, points)| (Duration::from_millis(millis.saturating_sub(when)), points);
            let spent: Vec<_> = trail.spent.into_iter().map(ago).collect();
            let mut ledger = self.ledger();
            ledger.recall(now, &spent);
            if let Some((until, is_secondary)) = trail.hold {
                let reason = if is_secondary { PauseReason::Secondary } else { PauseReason::Primary };
                let left = Duration::from_millis(until.saturating_sub(millis)).min(self.pacing.patience);
                ledger.hold(now + left, reason);
            }
        };
        self.recalled.get_or_init(|| read).await;
    }

    /// Leaves word for the next process, if the last word is old enough or this is the `last`.
    fn leave_word(&self, last: bool) {
        let Some(cache) = &self.cache else { return };
        let now = Instant::now();
        {
            let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = written.is_none_or(|then| now >= then + self.pacing.window / 60);
            if !(is_due || last) {
                return;
            }
            *written = Some(now);
        }
        let millis = millis_now();
        let at = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let trail = {
            let mut ledger = self.ledger();
            let spent = ledger.lately(now).into_iter().map(|(ago, points)| (millis.saturating_sub(at(ago)), points));
            let spent = spent.collect();
            let hold = ledger.held().map(|(until, reason)| {
                (millis.saturating_add(at(until.saturating_duration_since(now))), reason != PauseReason::Primary)
            });
            Trail { spent, hold }
        };
        trail.write(cache);
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place among the reads, or the only one among the writes.
    async fn place(&self, is_write: bool, stop: &mut Stop) -> Result<Option<OwnedSemaphorePermit>, GithubError> {
        let gate = Arc::clone(if is_write { &self.writes } else { &self.reads });
        tokio::select! {
            biased;
            // It is never closed, so there always is a permit; without one the request would simply go at once.
            permit = gate.acquire_owned() => Ok(permit.ok()),
            () = stopped_by(stop) => Err(stopped(Instant::now(), PauseReason::Pace)),
        }
    }

    /// Waits until a request may go, and counts it as gone.
    async fn depart(self: &Arc<Self>, cost: u32, is_write: bool, stop: &mut Stop) -> Result<Flight, GithubError> {
        while is_write && let Turn::At(when, reason) = { self.ledger().write_turn(Instant::now()) } {
            self.waits.until(when, reason, stop).await?;
        }
        let _turn = tokio::select! {
            biased;
            turn = self.turnstile.lock() => turn,
            () = stopped_by(stop) => return Err(stopped(Instant::now(), PauseReason::Pace)),
        };
        loop {
            match self.ask(cost) {
                Turn::Now => return Ok(Flight { pacer: Arc::clone(self), cost, is_write }),
                Turn::At(when, reason) if when > Instant::now() + self.pacing.patience => {
                    return Err(stopped(when, reason));
                }
                Turn::At(when, reason) => self.waits.until(when, reason, stop).await?,
                Turn::AfterAnswer => tokio::select! {
                    () = self.answered.notified() => {}
                    () = stopped_by(stop) => return Err(stopped(Instant::now(), PauseReason::Primary)),
                },
            }
        }
    }

    /// Asks the ledger; a request that may go is written down at once.
    fn ask(&self, cost: u32) -> Turn {
        let mut ledger = self.ledger();
        let turn = ledger.turn(Instant::now(), cost);
        if turn == Turn::Now {
            ledger.begin(cost);
        }
        turn
    }

    /// Writes down what an answer tells of the hourly budget.
    fn hear(&self, headers: &HeaderMap) {
        let number = |name| text(headers, name)?.trim().parse::<u64>().ok();
        let is_core = text(headers, "x-ratelimit-resource").is_none_or(|resource| resource == "core");
        let (Some(remaining), Some(limit), true) =
            (number("x-ratelimit-remaining"), number("x-ratelimit-limit"), is_core)
        else {
            return;
        };
        let reset = number("x-ratelimit-reset").and_then(|seconds| i64::try_from(seconds).ok());
        let reset = reset.and_then(|seconds| {
            let left = u64::try_from(seconds - server_time(headers)?).unwrap_or(0);
            Some((Instant::now() + bounded(left) + ROUNDING, seconds))
        });
        let quota = {
            let mut ledger = self.ledger();
            ledger.hear(Quota { remaining, limit, reset });
            ledger.quota()
        };
        if let Some(Quota { remaining, limit, reset }) = quota {
            let reset = reset.and_then(|(_, seconds)| DateTime::<Utc>::from_timestamp(seconds, 0));
            self.waits.tell(Traffic::Budget(Budget { remaining, limit, reset }));
        }
    }

    /// Writes down a limit's answer; says how long it is to be waited for.
    fn refused(&self, limit: &RateLimit, tries: u32) -> Duration {
        let unsaid = self.pacing.unsaid * 2_u32.saturating_pow(tries);
        let (said, reason) = if limit.secondary {
            (limit.wait.map(|wait| wait.max(self.pacing.spacing)), PauseReason::Secondary)
        } else {
            (limit.wait.map(|wait| wait + ROUNDING), PauseReason::Primary)
        };
        let wait = said.unwrap_or(unsaid);
        self.ledger().hold(Instant::now() + wait, reason);
        wait
    }
}

impl Drop for Pacer {
    fn drop(&mut self) {
        if self.recalled.initialized() {
            self.leave_word(true);
        }
    }
}

/// GitHub's clock and its resets are whole seconds, so a difference of them may be one too small.
const ROUNDING: Duration = Duration::from_secs(1);

/// A request under way, until it is dropped.
struct Flight {
    pacer: Arc<Pacer>,
    cost: u32,
    is_write: bool,
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.pacer.ledger().end(Instant::now(), self.cost, self.is_write);
        self.pacer.answered.notify_one();
    }
}

#[derive(Clone)]
pub(super) struct Pace<S> {
    inner: S,
    pacer: Arc<Pacer>,
}

impl<S> Pace<S> {
    pub(super) const fn new(inner: S, pacer: Arc<Pacer>) -> Self {
        Self { inner, pacer }
    }
}

impl<S: Layered> Pace<S> {
    async fn send(mut self, ask: Ask) -> Result<Answer, GithubError> {
        let pacer = self.pacer;
        let is_write = !matches!(*ask.method(), Method::GET | Method::HEAD);
        let cost = points(ask.method());
        let mut stop = pacer.waits.listen();
        pacer.recall().await;
        let _place = pacer.place(is_write, &mut stop).await?;
        let mut waited = Duration::ZERO;
        let mut tries = 0;
        loop {
            let flight = pacer.depart(cost, is_write, &mut stop).await?;
            let outcome = self.inner.call(ask.clone()).await;
            if let Ok(answer) = &outcome {
                pacer.hear(answer.headers());
            }
            let limit = outcome.as_ref().ok().and_then(limit_of);
            let wait = limit.map(|limit| pacer.refused(&limit, tries));
            drop(flight);
            pacer.leave_word(false);
            let Some(wait) = wait else { return outcome };
            waited += wait;
            if tries as usize >= pacer.pacing.tries || waited > pacer.pacing.patience {
                return outcome;
            }
            tries += 1;
        }
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
        Box::pin(self.clone().send(ask))
    }
}
