//! Decides when the next frame may be sent, so that what you see is never far behind what you do, however slow the
//! line.
//!
//! A system buffers tens of kilobytes for a terminal and a network buffers more, while a blocked write reveals only the
//! first. Whenever much is in transit, the terminal itself is therefore queried (DA1, which every terminal answers, in
//! order), and no frame is sent until it has answered. If it does not answer, its speed is measured: what it accepts
//! while its buffer is full is what the line carries. Pure: the time is a parameter.

use std::time::{Duration, Instant};

/// How many bytes may be in transit when a frame is drawn: the small frames of ordinary typing never wait.
const WINDOW: usize = 3 * 1024;
/// From this many bytes on, the terminal is queried.
const ASK_FROM: usize = 2 * 1024;
/// An answer that takes longer counts as missing.
const LOST: Duration = Duration::from_secs(3);
/// If writing a piece of a frame takes longer, it blocked: the terminal's buffer is full.
pub const BLOCKED: Duration = Duration::from_millis(5);
/// How much a system may buffer for a pseudo terminal: 20 kB on Linux.
const BUFFER: f64 = 20.0 * 1024.0;
/// How long a line has to be watched to measure its speed.
const WATCH: Duration = Duration::from_millis(250);
/// How much may be in transit to a terminal that does not answer, as time on its line.
const BEHIND: Duration = Duration::from_millis(100);
/// After a pause this long, the speed of a line is unknown again.
const FORGET: Duration = Duration::from_secs(5);

/// What has to happen before the next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Draw,
    /// Query the terminal first.
    Ask,
    /// Wait until this time, or for an answer.
    WaitUntil(Instant),
}

/// What is known about the line.
#[derive(Debug, Default)]
pub struct Pace {
    /// Bytes sent that may not have arrived yet.
    under_way: usize,
    /// When the last query was sent, and how many bytes were in transit with it.
    asked: Option<(Instant, usize)>,
    answers: bool,
    silent: Silent,
}

/// The line of a terminal that does not answer.
#[derive(Debug, Default)]
struct Silent {
    /// When a write first found a full buffer, and the bytes written since.
    full_since: Option<(Instant, usize)>,
    /// Bytes per second.
    speed: Option<f64>,
    /// When everything written will have arrived.
    clear_at: Option<Instant>,
    last: Option<Instant>,
}

impl Pace {
    /// Counts bytes that are being sent; returns whether a query has to go with them.
    pub fn sends(&mut self, bytes: usize, now: Instant) -> bool {
        self.under_way += bytes;
        self.silent.sends(bytes, now);
        let asks = self.answers && self.asked.is_none() && self.under_way >= ASK_FROM;
        if asks {
            self.asks(now);
        }
        asks
    }

    /// The query is sent now.
    pub const fn asks(&mut self, now: Instant) {
        self.asked = Some((now, self.under_way));
    }

    /// The terminal answered.
    pub const fn answered(&mut self) {
        self.answers = true;
        if let Some((_, bytes)) = self.asked.take() {
            self.under_way = self.under_way.saturating_sub(bytes);
        }
    }

    /// Whether an answer may still arrive, which must not reach the shell.
    pub fn is_asked(&self, now: Instant) -> bool {
        self.asked.is_some_and(|(at, _)| now < at + LOST)
    }

    /// The system accepted these bytes, possibly after blocking.
    pub fn written(&mut self, bytes: usize, was_blocked: bool, now: Instant) {
        self.silent.written(bytes, was_blocked, now);
    }

    pub fn next(&mut self, now: Instant) -> Next {
        if !self.answers {
            return self.silent.next(now);
        }
        match self.asked {
            _ if self.under_way <= WINDOW => Next::Draw,
            None => Next::Ask,
            Some((at, _)) if now < at + LOST => Next::WaitUntil(at + LOST),
            Some(_) => {
                // It no longer answers, so it is watched like a terminal that never did.
                *self = Self::default();
                Next::Draw
            }
        }
    }
}

impl Silent {
    fn sends(&mut self, bytes: usize, now: Instant) {
        if self.last.is_some_and(|last| now >= last + FORGET) {
            *self = Self::default();
        }
        self.last = Some(now);
        if let (Some(speed), Some(clear_at)) = (self.speed, &mut self.clear_at) {
            *clear_at = (*clear_at).max(now) + time_for(bytes, speed);
        }
    }

    fn written(&mut self, bytes: usize, was_blocked: bool, now: Instant) {
        match &mut self.full_since {
            None if was_blocked => self.full_since = Some((now, 0)),
            None => {}
            Some((since, taken)) => {
                *taken += bytes;
                let watched = now.saturating_duration_since(*since);
                if was_blocked && watched >= WATCH {
                    let speed = f64::from(u32::try_from(*taken).unwrap_or(u32::MAX)) / watched.as_secs_f64();
                    self.speed = Some(speed);
                    self.full_since = None;
                    self.clear_at = Some(now + Duration::from_secs_f64(BUFFER / speed.max(1.0)).min(FORGET));
                }
            }
        }
    }

    fn next(&self, now: Instant) -> Next {
        let due = self.clear_at.and_then(|clear_at| clear_at.checked_sub(BEHIND));
        due.filter(|due| *due > now).map_or(Next::Draw, Next::WaitUntil)
    }
}

fn time_for(bytes: usize, speed: f64) -> Duration {
    let bytes = f64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
    Duration::from_secs_f64(bytes / speed.max(1.0)).min(FORGET)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn small_frames_never_wait() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.answered();
        for _ in 0..15 {
            assert_eq!(pace.next(now), Next::Draw);
            assert!(!pace.sends(100, now));
        }
    }

    #[test]
    fn much_under_way_is_asked_about_and_waited_for() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.answered();
        assert!(pace.sends(9000, now), "the question goes with it");
        assert_eq!(pace.next(now), Next::WaitUntil(now + LOST));
        pace.answered();
        assert_eq!(pace.next(now), Next::Draw);
    }

    #[test]
    fn what_was_sent_after_the_question_needs_another() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.answered();
        assert!(pace.sends(2500, now));
        assert!(!pace.sends(9000, now), "one question at a time");
        pace.answered();
        assert_eq!(pace.next(now), Next::Ask);
    }

    #[test]
    fn a_terminal_that_stops_answering_is_not_waited_for_for_ever() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.answered();
        assert!(pace.sends(9000, now) && pace.is_asked(now));
        assert_eq!(pace.next(now + LOST), Next::Draw);
        assert!(!pace.is_asked(now + LOST) && !pace.sends(9000, now + LOST));
    }

    /// A line with this many bytes per second behind a buffer, and no answers.
    struct Slow {
        speed: f64,
        room: f64,
        at: Instant,
    }

    impl Slow {
        fn passes(&mut self, to: Instant) {
            let gained = to.saturating_duration_since(self.at).as_secs_f64() * self.speed;
            self.room = (self.room + gained).min(BUFFER);
            self.at = self.at.max(to);
        }

        /// Accepts bytes; returns whether that blocked.
        fn take(&mut self, bytes: usize) -> bool {
            let short = f64::from(u32::try_from(bytes).unwrap_or(0)) - self.room;
            if short > 0.0 {
                self.passes(self.at + Duration::from_secs_f64(short / self.speed));
            }
            self.room -= f64::from(u32::try_from(bytes).unwrap_or(0));
            short > 0.0
        }
    }

    #[test]
    fn a_silent_slow_line_is_soon_no_more_than_a_moment_behind() {
        let start = Instant::now();
        let (mut pace, mut line) = (Pace::default(), Slow { speed: 20_000.0, room: BUFFER, at: start });
        let mut key = start;
        let mut behind = 0.0;
        // A key is held for ten seconds, and every frame has 1,500 bytes.
        while key < start + 10_000 * MS {
            key += 33 * MS;
            line.passes(key);
            if line.at > key || pace.next(line.at) != Next::Draw {
                continue;
            }
            pace.sends(1500, line.at);
            let was_blocked = line.take(1500);
            pace.written(1500, was_blocked, line.at);
            if key > start + 5_000 * MS {
                behind = f64::max(behind, (BUFFER - line.room) / line.speed);
            }
        }
        assert!(behind > 0.0 && behind < 0.3, "{behind} s behind");
    }

    #[test]
    fn a_silent_fast_line_is_never_slowed() {
        let start = Instant::now();
        let mut pace = Pace::default();
        for step in 0..1000 {
            let now = start + step * MS;
            assert_eq!(pace.next(now), Next::Draw);
            pace.sends(9000, now);
            pace.written(9000, false, now);
        }
    }
}
