//! Progress of a long listing, on standard error: rewritten in place on a terminal, an occasional line elsewhere.

use std::collections::VecDeque;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use super::session::note;
use super::status;
use crate::domain::number::grouped;

/// The period over which the rate is measured: answers from the cache at the start say nothing about the rest.
const WHILE: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(super) struct ProgressLine {
    is_terminal: bool,
    told: Instant,
    /// Whether it took long enough to show progress at all.
    begun: bool,
    lately: VecDeque<(Instant, usize)>,
}

impl ProgressLine {
    pub(super) fn new() -> Self {
        Self { is_terminal: io::stderr().is_terminal(), told: Instant::now(), begun: false, lately: VecDeque::new() }
    }

    /// Shows how many are done; `total` is `None` while it is unknown.
    pub(super) fn tell(&mut self, done: usize, total: Option<usize>) {
        let now = Instant::now();
        let is_due =
            now.duration_since(self.told) >= Duration::from_millis(if self.is_terminal { 150 } else { 30_000 });
        // Printing a result erased the line, and the next result may take a while.
        let is_gone = self.is_terminal && self.begun && !status::is_shown();
        if !is_due && !is_gone {
            return;
        }
        (self.told, self.begun) = (now, true);
        let text = match total {
            None => format!("listing repositories: {}", grouped(done)),
            Some(total) => words(done, total, self.rate(now, done)),
        };
        if self.is_terminal {
            status::show(&format!("{text}; ctrl-c stops"));
        } else {
            note(&format!("pullkey: {text}"));
        }
    }

    /// Per second, over the last [`WHILE`].
    fn rate(&mut self, now: Instant, done: usize) -> Option<f64> {
        self.lately.push_back((now, done));
        // Keeps one older sample, so that infrequent calls have something to compare with.
        while self.lately.get(1).is_some_and(|(at, _)| now.duration_since(*at) > WHILE) {
            self.lately.pop_front();
        }
        let (at, before) = *self.lately.front()?;
        let seconds = now.duration_since(at).as_secs_f64();
        let count = u32::try_from(done.saturating_sub(before)).ok()?;
        (seconds >= 1.0 && count > 0).then(|| f64::from(count) / seconds)
    }
}

/// “1,234 of 10,000 · 15/s · 9 min left”.
fn words(done: usize, total: usize, rate: Option<f64>) -> String {
    let far = format!("{} of {}", grouped(done), grouped(total));
    let Some(rate) = rate else { return far };
    let left = f64::from(u32::try_from(total.saturating_sub(done)).unwrap_or(u32::MAX)) / rate;
    let left = Duration::try_from_secs_f64(left).unwrap_or_default().as_secs();
    let pace = if rate >= 10.0 { format!("{rate:.0}/s") } else { format!("{rate:.1}/s") };
    let left = if left >= 90 { format!("{} min", left.div_ceil(60)) } else { format!("{left} s") };
    format!("{far} · {pace} · {left} left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_by_the_rate() {
        assert_eq!(words(1_234, 10_000, Some(15.2)), "1,234 of 10,000 · 15/s · 10 min left");
        assert_eq!(words(9_999, 10_000, Some(0.5)), "9,999 of 10,000 · 0.5/s · 2 s left");
        assert_eq!(words(3, 7, None), "3 of 7");
    }

    #[test]
    fn the_rate_forgets_how_fast_the_disk_was() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut progress = ProgressLine { is_terminal: false, told: start, begun: false, lately: VecDeque::new() };
        assert_eq!(progress.rate(at(0), 0), None);
        assert!(progress.rate(at(1), 5_000).is_some_and(|rate| rate > 4_000.0));
        for second in 2..60 {
            progress.rate(at(second), 5_000 + 15 * usize::try_from(second).unwrap_or_default());
        }
        assert!(progress.rate(at(60), 5_900).is_some_and(|rate| (14.0..16.0).contains(&rate)));
    }
}
