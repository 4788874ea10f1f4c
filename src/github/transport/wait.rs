//! Waits: reported to the listener, ended at once on request, and gone without a trace when dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::domain::traffic::{Announced, Exchange, Pause, PauseReason, Traffic};
use crate::domain::{Redactor, Untrusted};

use super::super::limit::RateLimit;
use super::super::settings::Listener;
use super::GithubError;

#[derive(Debug)]
pub(in super::super) struct Waits {
    listener: Option<Listener>,
    /// Removes the token from texts that the server influenced.
    redactor: Arc<Redactor>,
    /// Another token is in use.
    is_retired: AtomicBool,
    /// Waits from this length on are reported.
    told: Duration,
    telling: AtomicUsize,
    stop: watch::Sender<u64>,
    leaving: AtomicBool,
}

/// One request's receiver for being stopped.
pub(super) type Stop = watch::Receiver<u64>;

impl Waits {
    pub(super) fn new(listener: Option<Listener>, redactor: Arc<Redactor>, told: Duration) -> Self {
        let (stop, telling) = (watch::Sender::new(0), AtomicUsize::new(0));
        let (is_retired, leaving) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { listener, redactor, is_retired, told, telling, stop, leaving }
    }

    /// The only way to report anything.
    pub(super) fn tell(&self, traffic: Traffic) {
        let Some(listener) = &self.listener else { return };
        let is_stale = matches!(traffic, Traffic::Budget(_)) && self.is_retired.load(Ordering::SeqCst);
        if !is_stale {
            listener.tell(match traffic {
                Traffic::Exchange(exchange) => Traffic::Exchange(without(exchange, &self.redactor)),
                other => other,
            });
        }
    }

    /// Stops reporting its budgets: they would be taken for those of the token in use now.
    pub(in super::super) fn retire(&self) {
        self.is_retired.store(true, Ordering::SeqCst);
    }

    pub(super) fn listen(&self) -> Stop {
        self.stop.subscribe()
    }

    /// Ends the current waits. If no wait is visible, the short pauses of the pace continue.
    pub(in super::super) fn stop(&self) {
        if self.telling.load(Ordering::SeqCst) > 0 {
            self.stop.send_modify(|count| *count += 1);
        }
    }

    /// Ends them and prevents further long ones.
    pub(in super::super) fn stop_for_good(&self) {
        self.leaving.store(true, Ordering::SeqCst);
        self.stop();
    }

    /// Waits until then, unless it is stopped.
    pub(super) async fn until(
        self: &Arc<Self>,
        when: Instant,
        reason: PauseReason,
        stop: &mut Stop,
    ) -> Result<(), GithubError> {
        let length = when.saturating_duration_since(Instant::now());
        if length.is_zero() {
            return Ok(());
        }
        // Writes that are undone while leaving still have a second between them.
        if self.leaving.load(Ordering::SeqCst) && length > self.told * 2 {
            return Err(stopped(when, reason));
        }
        let _told = (length >= self.told).then(|| Told::new(Arc::clone(self), length, reason));
        tokio::select! {
            () = tokio::time::sleep_until(when.into()) => Ok(()),
            () = stopped_by(stop) => Err(stopped(when, reason)),
        }
    }
}

/// The server wrote the paths that links lead to and the announcements in headers.
fn without(exchange: Exchange, redactor: &Redactor) -> Exchange {
    let hide = |text: Untrusted| Untrusted::new(redactor.hide(text.raw()));
    let ending = exchange.ending.map(|told| {
        let Announced { deprecation, sunset } = *told;
        Box::new(Announced { deprecation: deprecation.map(hide), sunset: sunset.map(hide) })
    });
    Exchange { path: redactor.hide(&exchange.path), ending, ..exchange }
}

/// Returns when the waits are stopped.
pub(super) async fn stopped_by(stop: &mut Stop) {
    if stop.changed().await.is_err() {
        // The client is gone and nothing can stop the waits any more.
        std::future::pending::<()>().await;
    }
}

/// The failure of a request that was not sent.
pub(super) fn stopped(when: Instant, reason: PauseReason) -> GithubError {
    let wait = Some(when.saturating_duration_since(Instant::now())).filter(|wait| !wait.is_zero());
    GithubError::RateLimited(Box::new(RateLimit { wait, secondary: reason != PauseReason::Primary, unsent: true }))
}

/// A reported wait, for as long as it lasts.
struct Told(Arc<Waits>);

impl Told {
    fn new(waits: Arc<Waits>, length: Duration, reason: PauseReason) -> Self {
        waits.telling.fetch_add(1, Ordering::SeqCst);
        let length = TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX);
        let until = Utc::now().checked_add_signed(length).unwrap_or(DateTime::<Utc>::MAX_UTC);
        waits.tell(Traffic::Paused(Pause { until, reason }));
        Self(waits)
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if self.0.telling.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.tell(Traffic::Resumed);
        }
    }
}
