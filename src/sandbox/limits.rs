//! The rate limits: the hourly budget of each resource, the points of a minute, the writes of a minute, and concurrent
//! requests (docs: “Rate limits for the REST API”). All windows are divided by the factor `hurry`.
//!
//! Requests are always counted, and refused only if limits are enforced. A client that continues before `Retry-After`
//! has passed is refused as well. Independent of paths and replies.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use http::Method;

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);
const MOST_POINTS: u32 = 900;
const MOST_AT_ONCE: usize = 100;
/// “No more than 80 content-generating requests per minute”. Every PUT, POST and PATCH counts as one.
const MOST_CONTENT: u32 = 80;
/// For each address without a token.
const ANONYMOUS: u32 = 60;

/// The budget a request counts against. As recorded: everything about codespaces secrets has its own budget, whoever
/// owns them, and `/rate_limit` does not list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Resource {
    Core,
    Codespaces,
    Graphql,
}

impl Resource {
    pub(super) const ALL: [Self; 3] = [Self::Core, Self::Codespaces, Self::Graphql];

    pub(super) fn of(path: &[&str]) -> Self {
        match path {
            ["user", "codespaces", "secrets", ..]
            | ["orgs", _, "codespaces", "secrets", ..]
            | ["repos", _, _, "codespaces", "secrets", ..] => Self::Codespaces,
            ["graphql"] => Self::Graphql,
            _ => Self::Core,
        }
    }

    /// As `X-RateLimit-Resource` names it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Codespaces => "codespaces",
            Self::Graphql => "graphql",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resource| resource.word() == word)
    }
}

#[derive(Debug)]
pub(super) struct Limits {
    pub(super) enforce: bool,
    /// Requests per hour for all tokens of one user together, on each resource without its own limit.
    pub(super) limit: u32,
    /// The resources with their own limit.
    own: HashMap<Resource, u32>,
    hurry: u32,
    /// Budgets by user id; 0 stands for requests without a token.
    hours: HashMap<(u64, Resource), Hour>,
    /// When requests arrived in the last minute, with their points, by user.
    minutes: HashMap<u64, Minute>,
    at_once: usize,
}

#[derive(Debug, Clone, Copy)]
struct Hour {
    used: u32,
    ends: DateTime<Utc>,
}

#[derive(Debug, Default)]
struct Minute {
    points: VecDeque<(Instant, u32)>,
    sum: u32,
    content: VecDeque<Instant>,
    blocked_until: Option<Instant>,
}

/// Which limit was hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hit {
    Points,
    Content,
    AtOnce,
    /// An earlier `Retry-After` has not passed yet.
    StillBlocked,
}

/// The values for a response's headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Budget {
    pub(super) limit: u32,
    pub(super) used: u32,
    /// The end of the window in whole seconds of the UTC epoch, rounded up: a client that waits until then finds a new
    /// window.
    pub(super) reset: i64,
}

impl Budget {
    pub(super) fn remaining(self) -> u32 {
        self.limit.saturating_sub(self.used)
    }
}

/// Docs: “Calculating points for the secondary rate limit”.
pub(super) fn points(method: &Method) -> u32 {
    match *method {
        Method::GET | Method::HEAD | Method::OPTIONS => 1,
        _ => 5,
    }
}

impl Limits {
    pub(super) fn new(enforce: bool, limit: u32, hurry: u32) -> Self {
        let (hours, minutes) = (HashMap::new(), HashMap::new());
        Self { enforce, limit, own: HashMap::new(), hurry: hurry.max(1), hours, minutes, at_once: 0 }
    }

    pub(super) fn set_hurry(&mut self, hurry: u32) {
        self.hurry = hurry.max(1);
        self.forget();
    }

    /// A duration of the real GitHub, as long as it is here.
    pub(super) fn shrunk(&self, time: Duration) -> Duration {
        time / self.hurry
    }

    /// The same in whole seconds, at least one.
    pub(super) fn shrunk_seconds(&self, time: Duration) -> u64 {
        let time = self.shrunk(time);
        (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
    }

    /// The value of `Retry-After`.
    pub(super) fn retry_after(&self) -> u64 {
        self.shrunk_seconds(MINUTE)
    }

    /// Restarts all windows.
    pub(super) fn forget(&mut self) {
        self.hours.clear();
        self.minutes.clear();
    }

    /// A request arrived. Its points are counted unless it is refused.
    pub(super) fn arrive(&mut self, user: u64, method: &Method, is_content: bool, now: Instant) -> Result<(), Hit> {
        self.at_once += 1;
        let window = self.shrunk(MINUTE);
        let (enforce, at_once) = (self.enforce, self.at_once);
        let minute = self.minutes.entry(user).or_default();
        minute.forget_before(now, window);
        let cost = points(method);
        if enforce && let Some(hit) = minute.hit(now, cost, is_content, at_once) {
            if hit != Hit::StillBlocked {
                minute.blocked_until = Some(now + window);
            }
            return Err(hit);
        }
        minute.points.push_back((now, cost));
        minute.sum += cost;
        if is_content {
            minute.content.push_back(now);
        }
        Ok(())
    }

    /// The request was answered, or its connection is gone.
    pub(super) fn leave(&mut self) {
        self.at_once = self.at_once.saturating_sub(1);
    }

    pub(super) fn at_once(&self) -> usize {
        self.at_once
    }

    /// Points of the current minute, all users together.
    pub(super) fn points_now(&mut self, now: Instant) -> u32 {
        let window = self.shrunk(MINUTE);
        self.minutes
            .values_mut()
            .map(|minute| {
                minute.forget_before(now, window);
                minute.sum
            })
            .sum()
    }

    /// Whether the hourly budget of a resource is spent.
    pub(super) fn is_spent(&mut self, user: u64, on: Resource, now: DateTime<Utc>) -> bool {
        self.enforce && self.budget(user, on, now).remaining() == 0
    }

    pub(super) fn charge(&mut self, user: u64, on: Resource, now: DateTime<Utc>) {
        let hour = self.hour(user, on, now);
        hour.used = hour.used.saturating_add(1);
    }

    /// Sets how much of a user's current hour is used.
    pub(super) fn set_used(&mut self, user: u64, on: Resource, requests: u32, now: DateTime<Utc>) {
        self.hour(user, on, now).used = requests;
    }

    /// Gives a resource its own limit.
    pub(super) fn set_limit(&mut self, on: Resource, limit: u32) {
        self.own.insert(on, limit);
    }

    pub(super) fn budget(&mut self, user: u64, on: Resource, now: DateTime<Utc>) -> Budget {
        let known = self.own.get(&on).copied().unwrap_or(self.limit);
        let limit = if user == 0 { ANONYMOUS.min(known) } else { known };
        let hour = *self.hour(user, on, now);
        let nanos = hour.ends.timestamp_subsec_nanos();
        Budget { limit, used: hour.used.min(limit), reset: hour.ends.timestamp() + i64::from(nanos > 0) }
    }

    /// The current window of a user and a resource: it starts with the first request after the previous one ended.
    fn hour(&mut self, user: u64, on: Resource, now: DateTime<Utc>) -> &mut Hour {
        let length = TimeDelta::from_std(self.shrunk(HOUR)).unwrap_or(TimeDelta::hours(1));
        let hour = self.hours.entry((user, on)).or_insert(Hour { used: 0, ends: now + length });
        if hour.ends <= now {
            *hour = Hour { used: 0, ends: now + length };
        }
        hour
    }
}

impl Minute {
    fn forget_before(&mut self, now: Instant, window: Duration) {
        while let Some(&(at, points)) = self.points.front()
            && now.saturating_duration_since(at) >= window
        {
            self.points.pop_front();
            self.sum -= points;
        }
        while let Some(&at) = self.content.front()
            && now.saturating_duration_since(at) >= window
        {
            self.content.pop_front();
        }
        if self.blocked_until.is_some_and(|end| end <= now) {
            self.blocked_until = None;
        }
    }

    fn hit(&self, now: Instant, cost: u32, is_content: bool, at_once: usize) -> Option<Hit> {
        if self.blocked_until.is_some_and(|end| end > now) {
            Some(Hit::StillBlocked)
        } else if at_once > MOST_AT_ONCE {
            Some(Hit::AtOnce)
        } else if self.sum + cost > MOST_POINTS {
            Some(Hit::Points)
        } else if is_content && self.content.len() >= MOST_CONTENT as usize {
            Some(Hit::Content)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn nine_hundred_points_go_through_in_a_shrunken_minute_and_one_more_is_refused() {
        let mut limits = Limits::new(true, 5000, 60);
        let start = Instant::now();
        for _ in 0..900 {
            limits.arrive(1, &Method::GET, false, start).unwrap();
            limits.leave();
        }
        assert_eq!(limits.arrive(1, &Method::GET, false, start), Err(Hit::Points));
        limits.leave();
        assert_eq!(limits.retry_after(), 1);
        let almost = start + Duration::from_millis(999);
        assert_eq!(limits.arrive(1, &Method::GET, false, almost), Err(Hit::StillBlocked));
        limits.leave();
        assert_eq!(limits.arrive(2, &Method::GET, false, almost), Ok(()));
        limits.leave();
        assert_eq!(limits.arrive(1, &Method::GET, false, start + Duration::from_secs(1)), Ok(()));
    }

    #[test]
    fn eighty_writes_go_through_in_a_minute() {
        let mut limits = Limits::new(true, 5000, 1);
        let start = Instant::now();
        for _ in 0..80 {
            limits.arrive(1, &Method::PUT, true, start).unwrap();
            limits.leave();
        }
        assert_eq!(limits.arrive(1, &Method::PUT, true, start), Err(Hit::Content));
        assert_eq!(limits.retry_after(), 60);
    }

    #[test]
    fn a_hundred_at_once_are_enough() {
        let mut limits = Limits::new(true, 5000, 1);
        let start = Instant::now();
        for _ in 0..100 {
            limits.arrive(1, &Method::GET, false, start).unwrap();
        }
        assert_eq!(limits.arrive(1, &Method::GET, false, start), Err(Hit::AtOnce));
    }

    #[test]
    fn who_waits_until_reset_finds_a_new_hour() {
        for hurry in [1, 7, 60, 3600] {
            let mut limits = Limits::new(true, 2, hurry);
            let now = DateTime::from_timestamp(1_790_000_000, 123_456_789).unwrap();
            for _ in 0..2 {
                assert!(!limits.is_spent(1, Resource::Core, now));
                limits.charge(1, Resource::Core, now);
            }
            assert!(limits.is_spent(1, Resource::Core, now) && !limits.is_spent(1, Resource::Codespaces, now));
            let budget = limits.budget(1, Resource::Core, now);
            assert_eq!((budget.used, budget.remaining()), (2, 0));
            let then = DateTime::from_timestamp(budget.reset, 0).unwrap();
            assert!(!limits.is_spent(1, Resource::Core, then), "{hurry}");
        }
    }

    #[test]
    fn nothing_is_refused_while_nothing_is_enforced() {
        let mut limits = Limits::new(false, 1, 1);
        let start = Instant::now();
        for _ in 0..2000 {
            limits.arrive(1, &Method::PUT, true, start).unwrap();
            limits.charge(1, Resource::Core, Utc::now());
        }
        assert!(!limits.is_spent(1, Resource::Core, Utc::now()));
    }
}
