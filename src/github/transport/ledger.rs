//! What was sent recently and what GitHub said about its limits; from these it decides whether the next request may be
//! sent, or when. The hourly budgets are separate: see `budgets`.
//!
//! It has no clock and does not wait: every call passes the current time.
//!
//! A request's points stay reserved from when it is sent until one full window after its answer. GitHub counted it at
//! some moment between the two, so we never exceed GitHub's budget in any window, however long the request was on its
//! way.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::domain::traffic::PauseReason;

use super::super::settings::Pacing;

#[derive(Debug)]
pub(super) struct Ledger {
    pacing: Pacing,
    /// Points that may be spent at once, as of `filled`.
    bucket: f64,
    filled: Instant,
    points_in_flight: u32,
    /// Answered requests of the current window: when, and their points.
    answered: VecDeque<(Instant, u32)>,
    points_answered: u32,
    writes: Writes,
    /// GitHub asked for a pause, until then.
    hold: Option<Instant>,
}

#[derive(Debug, Default)]
struct Writes {
    in_a_row: u32,
    last: Option<Instant>,
}

/// Whether the next request may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Now,
    /// Check again then.
    At(Instant, PauseReason),
    /// Check again after any answer.
    AfterAnswer,
}

impl Ledger {
    pub(super) fn new(pacing: Pacing, now: Instant) -> Self {
        Self {
            bucket: f64::from(pacing.burst),
            pacing,
            filled: now,
            points_in_flight: 0,
            answered: VecDeque::new(),
            points_answered: 0,
            writes: Writes::default(),
            hold: None,
        }
    }

    /// Whether a request with this many points may be sent.
    pub(super) fn turn(&mut self, now: Instant, points: u32) -> Turn {
        self.forget_the_past(now);
        if let Some(until) = self.hold {
            return Turn::At(until, PauseReason::Secondary);
        }
        if self.points_in_flight + self.points_answered + points > self.pacing.points {
            return self
                .answered
                .front()
                .map_or(Turn::AfterAnswer, |(when, _)| Turn::At(*when + self.pacing.window, PauseReason::Pace));
        }
        let short = f64::from(points) - self.bucket;
        // Anything below a thousandth is a rounding error.
        if short > 0.001 {
            return Turn::At(now + Duration::from_secs_f64(short / self.a_second()), PauseReason::Pace);
        }
        Turn::Now
    }

    /// When the next write may be sent at the earliest, as far as other writes are concerned.
    pub(super) fn write_turn(&mut self, now: Instant) -> Turn {
        let Some(last) = self.writes.last else { return Turn::Now };
        if now >= last + self.pacing.quiet {
            self.writes = Writes::default();
            return Turn::Now;
        }
        let next = last + self.pacing.spacing;
        if self.writes.in_a_row < self.pacing.free_writes || now >= next {
            return Turn::Now;
        }
        Turn::At(next, PauseReason::Spacing)
    }

    /// A request is sent.
    pub(super) fn begin(&mut self, points: u32) {
        self.points_in_flight += points;
        self.bucket -= f64::from(points);
    }

    /// The request was answered, failed, or was given up.
    pub(super) fn end(&mut self, now: Instant, points: u32, is_write: bool) {
        self.points_in_flight = self.points_in_flight.saturating_sub(points);
        self.answered.push_back((now, points));
        self.points_answered += points;
        if is_write {
            self.writes.in_a_row += 1;
            self.writes.last = Some(now);
        }
    }

    /// GitHub's secondary limit answered: nothing is sent before then.
    pub(super) fn hold(&mut self, until: Instant) {
        self.hold = Some(self.hold.map_or(until, |known| known.max(until)));
    }

    /// What was sent in the current window, in at most a hundred sums: how long ago, and the points. Requests under way
    /// count as sent now.
    pub(super) fn lately(&mut self, now: Instant) -> Vec<(Duration, u32)> {
        self.forget_the_past(now);
        let grain = self.pacing.window / 60;
        let mut sums: Vec<(Duration, u32)> = Vec::new();
        for (when, points) in self.answered.iter().copied().chain([(now, self.points_in_flight)]) {
            let ago = now.saturating_duration_since(when);
            match sums.last_mut() {
                // The later time applies to the whole sum.
                Some(last) if last.0.saturating_sub(ago) < grain => *last = (ago, last.1 + points),
                _ => sums.push((ago, points)),
            }
        }
        sums
    }

    /// What another process sent with the same token, from [`Self::lately`]. Before the first request only.
    pub(super) fn recall(&mut self, now: Instant, spent: &[(Duration, u32)]) {
        let most = f64::from(self.pacing.burst);
        let mut before = self.pacing.window;
        for (ago, points) in spent.iter().copied().filter(|(ago, _)| *ago < self.pacing.window) {
            let refill = before.saturating_sub(ago).as_secs_f64() * self.a_second();
            self.bucket = ((self.bucket + refill).min(most) - f64::from(points)).max(0.0);
            before = ago;
            self.answered.push_back((now.checked_sub(ago).unwrap_or(now), points));
            self.points_answered += points;
        }
        self.bucket = (self.bucket + before.as_secs_f64() * self.a_second()).min(most);
        self.filled = now;
    }

    pub(super) const fn held(&self) -> Option<Instant> {
        self.hold
    }

    fn forget_the_past(&mut self, now: Instant) {
        while let Some((when, points)) = self.answered.front().copied()
            && when + self.pacing.window <= now
        {
            self.answered.pop_front();
            self.points_answered = self.points_answered.saturating_sub(points);
        }
        let refill = now.saturating_duration_since(self.filled).as_secs_f64() * self.a_second();
        self.bucket = (self.bucket + refill).min(f64::from(self.pacing.burst));
        self.filled = now;
        self.hold = self.hold.filter(|until| *until > now);
    }

    /// Points per second, beyond a burst.
    fn a_second(&self) -> f64 {
        (f64::from(self.pacing.points) / self.pacing.window.as_secs_f64().max(0.000_001)).max(0.001)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: f64) -> Duration {
        Duration::from_secs_f64(n)
    }

    /// Sends as many reads as it may until `end`, each answered after `latency`; returns when each was sent.
    fn flood(ledger: &mut Ledger, start: Instant, end: Duration, latency: Duration) -> Vec<Duration> {
        let mut sent = Vec::new();
        let mut under_way: VecDeque<Instant> = VecDeque::new();
        let mut now = start;
        while now < start + end {
            while under_way.front().is_some_and(|back| *back <= now) {
                let back = under_way.pop_front().unwrap_or(now);
                ledger.end(back, 1, false);
            }
            match ledger.turn(now, 1) {
                Turn::Now if under_way.len() < 16 => {
                    ledger.begin(1);
                    sent.push(now - start);
                    under_way.push_back(now + latency);
                }
                Turn::At(when, _) => now = under_way.front().map_or(when, |back| when.min(*back)),
                Turn::Now | Turn::AfterAnswer => now = under_way.front().copied().unwrap_or(start + end),
            }
        }
        sent
    }

    #[test]
    fn a_hundred_reads_go_at_once_and_no_minute_holds_more_than_the_limit() {
        let start = Instant::now();
        let mut ledger = Ledger::new(Pacing::default(), start);
        let sent = flood(&mut ledger, start, seconds(400.0), seconds(0.05));
        assert!(sent[149] < seconds(1.0), "{:?}", sent[149]);
        for (at, first) in sent.iter().enumerate() {
            let within = sent[at..].iter().take_while(|other| **other < *first + seconds(60.0)).count();
            assert!(within <= 870, "{within} in the minute from {first:?}");
        }
        // 15 points a second are allowed: at most 1.15 of that time is taken.
        for count in [1_000, 3_000, 5_000_u32] {
            let took = sent[count as usize - 1].as_secs_f64();
            assert!(took <= f64::from(count) / 15.0 * 1.15, "{count} took {took}");
        }
    }

    #[test]
    fn the_first_writes_need_no_space_and_many_do() {
        let start = Instant::now();
        let mut ledger = Ledger::new(Pacing::default(), start);
        let mut now = start;
        for _ in 0..6 {
            assert_eq!(ledger.write_turn(now), Turn::Now);
            ledger.begin(5);
            now += seconds(0.1);
            ledger.end(now, 5, true);
        }
        let next = now + seconds(1.0);
        assert_eq!(ledger.write_turn(now), Turn::At(next, PauseReason::Spacing));
        assert_eq!(ledger.write_turn(next), Turn::Now);
        assert_eq!(ledger.write_turn(now + seconds(10.0)), Turn::Now);
        assert_eq!(ledger.writes.in_a_row, 0);
    }

    #[test]
    fn what_another_process_sent_counts_as_well() {
        let start = Instant::now();
        let mut first = Ledger::new(Pacing::default(), start);
        let sent = flood(&mut first, start, seconds(45.0), seconds(0.05));
        let then = start + seconds(46.0);
        let lately = first.lately(then);
        assert!(lately.len() <= 100);
        let mut second = Ledger::new(Pacing::default(), then);
        second.recall(then, &lately);
        let more = flood(&mut second, then, seconds(60.0), seconds(0.05));
        let all: Vec<_> = sent.iter().copied().chain(more.iter().map(|at| *at + seconds(46.0))).collect();
        for (at, first) in all.iter().enumerate() {
            let within = all[at..].iter().take_while(|other| **other < *first + seconds(60.0)).count();
            assert!(within <= 900, "{within} in the minute from {first:?}");
        }
    }

    #[test]
    fn a_hold_stops_everything_and_the_longer_one_wins() {
        let start = Instant::now();
        let mut ledger = Ledger::new(Pacing::default(), start);
        let until = start + seconds(60.0);
        ledger.hold(until);
        ledger.hold(start + seconds(5.0));
        assert_eq!(ledger.turn(start, 1), Turn::At(until, PauseReason::Secondary));
        assert_eq!(ledger.turn(until, 1), Turn::Now);
    }
}
