//! The pace: some reads at once, one write at a time, below GitHub's points per minute, and pausing when GitHub says
//! so.
//!
//! A request that a limit refused was not carried out, so reads and writes alike are sent again after the time GitHub
//! asked for: `Retry-After`, otherwise the reset of a used-up budget, otherwise a minute that doubles. A request waits
//! for its budget before it takes a place, so that it does not block what counts toward another budget. A wait longer
//! than the patience fails at once. Dropping a request at any point returns its place.
//!
//! Sources: GitHub Docs, “Rate limits for the REST API”, exceeding the rate limit, and “Best practices for using the
//! REST API”, avoid concurrent requests, pause between mutative requests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use http::{HeaderMap, Method};
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, OnceCell, OwnedSemaphorePermit, Semaphore};
use tower::Service;

use crate::domain::Redactor;
use crate::domain::traffic::{Budget, PauseReason, Resource, Traffic};

use super::super::error::text;
use super::super::limit::{RateLimit, bounded, is_counted_for_the_token, limit_of, server_time};
use super::super::settings::{Listener, Pacing};
use super::budgets::{Budgets, Quota};
use super::cache::{Shelf, Trail, millis_now};
use super::errand::Errand;
use super::ledger::{Ledger, Turn};
use super::wait::{Stop, Waits, stopped, stopped_by};
use super::{Answer, Answering, Ask, GithubError, Layered, points};

/// What all requests of a client share: the books, and who is waiting.
pub(in super::super) struct Pacer {
    pacing: Pacing,
    books: Mutex<Books>,
    /// Some request was answered.
    answered: Notify,
    /// Requests check the ledger one at a time, in the order they came.
    turnstile: tokio::sync::Mutex<()>,
    reads: Arc<Semaphore>,
    writes: Arc<Semaphore>,
    /// Where the next process finds what this one spent, and when that was last written.
    cache: Option<Shelf>,
    recalled: OnceCell<()>,
    written: Mutex<Option<Instant>>,
    pub(in super::super) waits: Arc<Waits>,
}

/// What was sent and what is left of each hour, under one lock: whether a request may be sent depends on both.
struct Books {
    ledger: Ledger,
    budgets: Budgets,
}

/// What the books need to know about a request.
#[derive(Clone)]
struct Ride {
    errand: Errand,
    cost: u32,
    is_write: bool,
}

impl Pacer {
    pub(in super::super) fn new(
        pacing: Pacing,
        reads: usize,
        cache: Option<Shelf>,
        (listener, redactor): (Option<Listener>, Arc<Redactor>),
    ) -> Self {
        Self {
            cache,
            recalled: OnceCell::new(),
            written: Mutex::new(None),
            books: Mutex::new(Books {
                ledger: Ledger::new(pacing.clone(), Instant::now()),
                budgets: Budgets::default(),
            }),
            answered: Notify::new(),
            turnstile: tokio::sync::Mutex::new(()),
            reads: Arc::new(Semaphore::new(reads.max(1))),
            writes: Arc::new(Semaphore::new(1)),
            waits: Arc::new(Waits::new(listener, redactor, pacing.told)),
            pacing,
        }
    }

    /// The hourly budget with the least left, by the last answers: what remains, and its size.
    pub(in super::super) fn budget(&self) -> Option<(u64, u64)> {
        let budgets: Vec<Budget> = self.books().budgets.quotas().map(|(on, quota)| budget(on, quota)).collect();
        Budget::scarcest(&budgets).map(|budget| (budget.remaining, budget.limit))
    }

    /// What such a path counts toward, by the last answer.
    pub(super) fn resource(&self, path: &str) -> Option<Resource> {
        self.books().budgets.resource(&Errand::of(path)).cloned()
    }

    /// Takes into account what an earlier process sent.
    async fn recall(&self) {
        let Some(cache) = &self.cache else { return };
        let read = async {
            let Some(trail) = Trail::read(cache).await else { return };
            let (now, millis) = (Instant::now(), millis_now());
            let ago = |(when, points)| (Duration::from_millis(millis.saturating_sub(when)), points);
            let spent: Vec<_> = trail.spent.into_iter().map(ago).collect();
            let quotas = trail.budgets.into_iter().filter_map(|(name, remaining, limit, seconds)| {
                let until = u64::try_from(seconds).ok()?.checked_mul(1_000)?;
                let left = Duration::from_millis(until.checked_sub(millis)?) + ROUNDING;
                let reset = Some((now.checked_add(left)?, seconds));
                Some((Resource::parse(&name)?, Quota { remaining, limit, reset }))
            });
            let paths = trail.paths.into_iter();
            let paths = paths.filter_map(|(errand, name)| Some((errand, Resource::parse(&name)?)));
            let mut books = self.books();
            books.ledger.recall(now, &spent);
            books.budgets.recall(now, quotas, paths);
            if let Some((until, true)) = trail.hold {
                let left = Duration::from_millis(until.saturating_sub(millis)).min(self.pacing.patience);
                books.ledger.hold(now + left);
            }
        };
        self.recalled.get_or_init(|| read).await;
    }

    /// Writes the state for the next process, if the last write is old enough or this is the `last`.
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
            let mut books = self.books();
            let spent =
                books.ledger.lately(now).into_iter().map(|(ago, points)| (millis.saturating_sub(at(ago)), points));
            let spent = spent.collect();
            let later = |until: Instant| millis.saturating_add(at(until.saturating_duration_since(now)));
            let hold = books.ledger.held().map(|until| (later(until), true));
            let told = books.budgets.quotas();
            let told = told.filter_map(|(on, quota)| {
                Some((on.to_string(), quota.remaining, quota.limit, quota.reset.map(|(_, seconds)| seconds)?))
            });
            let paths = books.budgets.paths().map(|(errand, on)| (errand.clone(), on.to_string())).collect();
            Trail { spent, hold, budgets: told.collect(), paths }
        };
        trail.write(cache);
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place among the reads, or the only one among the writes.
    async fn place(&self, is_write: bool, stop: &mut Stop) -> Result<Option<OwnedSemaphorePermit>, GithubError> {
        let gate = Arc::clone(if is_write { &self.writes } else { &self.reads });
        tokio::select! {
            biased;
            // The semaphore is never closed, so there is always a permit; without one the request would simply be sent
            // at once.
            permit = gate.acquire_owned() => Ok(permit.ok()),
            () = stopped_by(stop) => Err(stopped(Instant::now(), PauseReason::Pace)),
        }
    }

    /// Waits until a request may be sent, and counts it as sent.
    async fn depart(self: &Arc<Self>, ride: &Ride, stop: &mut Stop) -> Result<Flight, GithubError> {
        loop {
            self.afford(&ride.errand, stop).await?;
            let place = self.place(ride.is_write, stop).await?;
            while ride.is_write
                && let Turn::At(when, reason) = { self.books().ledger.write_turn(Instant::now()) }
            {
                self.waits.until(when, reason, stop).await?;
            }
            if self.pass(ride, stop).await? {
                return Ok(Flight { pacer: Arc::clone(self), ride: ride.clone(), _place: place });
            }
        }
    }

    /// Waits until something is left of the budget that this counts toward.
    async fn afford(&self, errand: &Errand, stop: &mut Stop) -> Result<(), GithubError> {
        loop {
            let answered = self.answered.notified();
            let turn = { self.books().budgets.turn(Instant::now(), errand) };
            if turn == Turn::Now {
                return Ok(());
            }
            self.wait(turn, answered, stop).await?;
        }
    }

    /// Waits in the turnstile's order until the pace allows the request. Returns whether it may be sent: not if others
    /// have spent its budget meanwhile.
    async fn pass(&self, ride: &Ride, stop: &mut Stop) -> Result<bool, GithubError> {
        let _turn = tokio::select! {
            biased;
            turn = self.turnstile.lock() => turn,
            () = stopped_by(stop) => return Err(stopped(Instant::now(), PauseReason::Pace)),
        };
        loop {
            let answered = self.answered.notified();
            match self.ask(ride) {
                None => return Ok(false),
                Some(Turn::Now) => return Ok(true),
                Some(turn) => self.wait(turn, answered, stop).await?,
            }
        }
    }

    /// Waits as the turn says. `answered` is as old as the turn, so that no answer in between is missed.
    async fn wait(&self, turn: Turn, answered: Notified<'_>, stop: &mut Stop) -> Result<(), GithubError> {
        match turn {
            Turn::Now => Ok(()),
            Turn::At(when, reason) if when > Instant::now() + self.pacing.patience => Err(stopped(when, reason)),
            Turn::At(when, reason) => self.waits.until(when, reason, stop).await,
            Turn::AfterAnswer => tokio::select! {
                () = answered => Ok(()),
                () = stopped_by(stop) => Err(stopped(Instant::now(), PauseReason::Primary)),
            },
        }
    }

    /// Checks the books; a request that may be sent is recorded at once. `None` if its budget does not allow it.
    fn ask(&self, ride: &Ride) -> Option<Turn> {
        let (now, mut books) = (Instant::now(), self.books());
        if books.budgets.turn(now, &ride.errand) != Turn::Now {
            return None;
        }
        let turn = books.ledger.turn(now, ride.cost);
        if turn == Turn::Now {
            books.ledger.begin(ride.cost);
            books.budgets.begin(&ride.errand);
        }
        Some(turn)
    }

    /// Records the budget that an answer shows.
    fn hear(&self, errand: &Errand, headers: &HeaderMap) {
        let number = |name| text(headers, name)?.trim().parse::<u64>().ok();
        let (Some(remaining), Some(limit)) = (number("x-ratelimit-remaining"), number("x-ratelimit-limit")) else {
            return;
        };
        let resource = resource_of(headers).unwrap_or_else(Resource::core);
        let reset = number("x-ratelimit-reset").and_then(|seconds| i64::try_from(seconds).ok());
        let reset = reset.and_then(|seconds| {
            let left = u64::try_from(seconds.checked_sub(server_time(headers)?)?).unwrap_or(0);
            Some((Instant::now() + bounded(left) + ROUNDING, seconds))
        });
        let quota = {
            let mut books = self.books();
            books.budgets.hear(errand, &resource, Quota { remaining, limit, reset });
            books.budgets.quota(&resource)
        };
        if let Some(quota) = quota {
            self.waits.tell(Traffic::Budget(budget(&resource, quota)));
        }
    }

    /// Records a limit's answer; returns how long to wait.
    fn refused(&self, errand: &Errand, limit: &RateLimit, tries: u32) -> Duration {
        let unsaid = self.pacing.unsaid * 2_u32.saturating_pow(tries);
        if limit.secondary {
            let wait = limit.wait.map_or(unsaid, |wait| wait.max(self.pacing.spacing));
            self.books().ledger.hold(Instant::now() + wait);
            wait
        } else {
            let wait = limit.wait.map_or(unsaid, |wait| wait + ROUNDING);
            self.books().budgets.hold(errand, Instant::now() + wait);
            wait
        }
    }
}

fn budget(resource: &Resource, quota: Quota) -> Budget {
    let reset = quota.reset.and_then(|(_, seconds)| DateTime::<Utc>::from_timestamp(seconds, 0));
    Budget { resource: resource.clone(), remaining: quota.remaining, limit: quota.limit, reset }
}

/// The resource that an answer counts toward.
pub(super) fn resource_of(headers: &HeaderMap) -> Option<Resource> {
    Resource::parse(text(headers, "x-ratelimit-resource")?.trim())
}

impl Drop for Pacer {
    fn drop(&mut self) {
        if self.recalled.initialized() {
            self.leave_word(true);
        }
    }
}

/// GitHub's clock and its resets are in whole seconds, so their difference may be one second too small.
const ROUNDING: Duration = Duration::from_secs(1);

/// A request under way, until it is dropped: with its place among the reads or the writes.
struct Flight {
    pacer: Arc<Pacer>,
    ride: Ride,
    _place: Option<OwnedSemaphorePermit>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        {
            let mut books = self.pacer.books();
            books.ledger.end(Instant::now(), self.ride.cost, self.ride.is_write);
            books.budgets.end(&self.ride.errand);
        }
        self.pacer.answered.notify_waiters();
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
        let ride = Ride {
            errand: Errand::of(ask.uri().path()),
            cost: points(ask.method()),
            is_write: !matches!(*ask.method(), Method::GET | Method::HEAD),
        };
        let mut stop = pacer.waits.listen();
        pacer.recall().await;
        let mut waited = Duration::ZERO;
        let mut tries = 0;
        loop {
            let flight = pacer.depart(&ride, &mut stop).await?;
            let outcome = self.inner.call(ask.clone()).await;
            // A rejected token has no hourly budget of its own; the one in the answer would be taken for that of the
            // token in use.
            if let Ok(answer) = &outcome
                && is_counted_for_the_token(answer)
            {
                pacer.hear(&ride.errand, answer.headers());
            }
            let limit = outcome.as_ref().ok().and_then(limit_of);
            let wait = limit.map(|limit| pacer.refused(&ride.errand, &limit, tries));
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
