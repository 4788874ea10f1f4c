//! The device flow: codes that wait for approval or denial (docs: “Authorizing OAuth apps”, device flow).
//!
//! Independent of HTTP; the API writes the responses.

use std::time::{Duration, Instant};

use crypto_box::aead::OsRng;
use crypto_box::aead::rand_core::RngCore as _;

use super::limits::Limits;

const INTERVAL: Duration = Duration::from_secs(5);
const LIFETIME: Duration = Duration::from_secs(900);
/// Letters that cannot be mistaken for each other.
const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

#[derive(Debug, Default)]
pub(super) struct Flows {
    all: Vec<Flow>,
    pub(super) is_disabled: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub(super) device_code: String,
    pub(super) user_code: String,
    client_id: String,
    pub(super) scopes: Vec<String>,
    interval: Duration,
    ends: Instant,
    last_poll: Option<Instant>,
    verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Waiting,
    Granted(Vec<String>),
    Denied,
    Used,
}

/// The result of a poll.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Polled {
    Pending,
    /// The interval from now on.
    SlowDown(Duration),
    Granted(Vec<String>),
    Denied,
    Expired,
    /// No such code, a code of another client, or one already used.
    Incorrect,
}

impl Flows {
    pub(super) fn begin(&mut self, client_id: &str, scopes: Vec<String>, limits: &Limits, now: Instant) -> &Flow {
        let mut user_code = letters(9);
        user_code.replace_range(4..5, "-");
        let flow = Flow {
            device_code: letters(40).to_ascii_lowercase(),
            user_code,
            client_id: client_id.to_owned(),
            scopes,
            interval: limits.shrunk(INTERVAL),
            ends: now + limits.shrunk(LIFETIME),
            last_poll: None,
            verdict: Verdict::Waiting,
        };
        self.all.push(flow);
        &self.all[self.all.len() - 1]
    }

    pub(super) fn poll(&mut self, client_id: &str, device_code: &str, limits: &Limits, now: Instant) -> Polled {
        let mine = |flow: &&mut Flow| flow.device_code == device_code && flow.client_id == client_id;
        let Some(flow) = self.all.iter_mut().find(mine) else { return Polled::Incorrect };
        if flow.ends <= now {
            return Polled::Expired;
        }
        // A tolerance of one tenth for clocks and slow lines.
        let is_early = flow.last_poll.is_some_and(|last| now.saturating_duration_since(last) < flow.interval * 9 / 10);
        flow.last_poll = Some(now);
        if is_early {
            flow.interval += limits.shrunk(INTERVAL);
            return Polled::SlowDown(flow.interval);
        }
        match &flow.verdict {
            Verdict::Waiting => Polled::Pending,
            Verdict::Denied => Polled::Denied,
            Verdict::Used => Polled::Incorrect,
            Verdict::Granted(scopes) => {
                let scopes = scopes.clone();
                flow.verdict = Verdict::Used;
                Polled::Granted(scopes)
            }
        }
    }

    /// The waiting codes in the order of their requests.
    pub(super) fn waiting(&self) -> Vec<String> {
        let waits = |flow: &&Flow| flow.verdict == Verdict::Waiting;
        self.all.iter().filter(waits).map(|flow| flow.user_code.clone()).collect()
    }

    /// `scopes` may be fewer than requested; `None` is all of them. `false` if no such code is waiting.
    pub(super) fn approve(&mut self, user_code: &str, scopes: Option<Vec<String>>) -> bool {
        self.settle(user_code, |flow| Verdict::Granted(scopes.unwrap_or_else(|| flow.scopes.clone())))
    }

    pub(super) fn deny(&mut self, user_code: &str) -> bool {
        self.settle(user_code, |_| Verdict::Denied)
    }

    /// The code expires now.
    pub(super) fn expire(&mut self, user_code: &str) -> bool {
        let flow = self.all.iter_mut().find(|flow| flow.user_code.eq_ignore_ascii_case(user_code));
        flow.map(|flow| flow.ends = Instant::now()).is_some()
    }

    /// So that a test does not have to wait for the interval.
    #[cfg(test)]
    pub(super) fn forget_polls(&mut self) {
        self.all.iter_mut().for_each(|flow| flow.last_poll = None);
    }

    fn settle(&mut self, user_code: &str, verdict: impl FnOnce(&Flow) -> Verdict) -> bool {
        let waits =
            |flow: &&mut Flow| flow.user_code.eq_ignore_ascii_case(user_code) && flow.verdict == Verdict::Waiting;
        let Some(flow) = self.all.iter_mut().find(waits) else { return false };
        flow.verdict = verdict(flow);
        true
    }
}

impl Flow {
    /// In seconds, at least one.
    pub(super) fn interval(&self) -> u64 {
        whole_seconds(self.interval)
    }

    pub(super) fn lifetime(&self, now: Instant) -> u64 {
        whole_seconds(self.ends.saturating_duration_since(now))
    }
}

pub(super) fn letters(count: usize) -> String {
    let letter = || char::from(LETTERS[OsRng.next_u32() as usize % LETTERS.len()]);
    std::iter::repeat_with(letter).take(count).collect()
}

/// Rounded up, at least one.
pub(super) fn whole_seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}
