//! Live information about pullkey's traffic with GitHub: requests with their cost, waits, remaining budgets.
//!
//! Nothing here contains a token, a value or a body.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

/// One event of the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Traffic {
    Exchange(Exchange),
    /// A request is waiting; a later pause replaces an earlier one.
    Paused(Pause),
    /// Nothing is waiting any more.
    Resumed,
    Budget(Budget),
}

/// A request, answered or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// `GET`, `PUT`, `POST` or `DELETE`.
    pub method: &'static str,
    /// Path and query, without the host.
    pub path: String,
    /// `None` if there was no response.
    pub status: Option<u16>,
    pub cost: Cost,
    /// The resource it counts against: from its response, else from the last response for such a path; `None` if
    /// neither said so.
    pub resource: Option<Resource>,
    /// The time from sending to the last byte.
    pub took: Duration,
    /// The announced deprecation of the requested endpoint.
    pub ending: Option<Box<Announced>>,
}

/// The headers `Deprecation` and `Sunset` of a response. Source: GitHub Docs, “Breaking changes”; RFC 9745, RFC 8594.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announced {
    pub deprecation: Option<super::Untrusted>,
    pub sunset: Option<super::Untrusted>,
}

/// The cost of a request. Source: GitHub Docs, “Rate limits for the REST API”.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Of the hourly budget: 0 for “not modified” and for cached responses.
    pub primary: u32,
    /// Of the 900 points a minute: 1 for a read, 5 for a write, 0 if nothing was sent.
    pub points: u32,
}

/// A wait before a request, visible and cancellable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub until: DateTime<Utc>,
    pub reason: PauseReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PauseReason {
    /// Our own pacing, so that GitHub's limit of points per minute is never reached.
    Pace,
    /// The time GitHub requires between two writes.
    Spacing,
    /// GitHub's secondary rate limit.
    Secondary,
    /// An hourly budget is used up.
    Primary,
    /// An error on the way; the request will be retried.
    BackOff,
}

impl PauseReason {
    /// The reason, to follow “waiting:”.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Pace => "staying within GitHub's rate limit",
            Self::Spacing => "pausing 1 second between writes, as GitHub requires",
            Self::Secondary => "GitHub wants fewer requests at once",
            Self::Primary => "the hourly budget is used up",
            Self::BackOff => "retrying after an error",
        }
    }
}

/// The resource a request counts against, from `X-RateLimit-Resource`, such as `core` or `codespaces`. Each has its own
/// hourly budget; only the response shows which path counts against which resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource(Arc<str>);

impl Resource {
    /// `None` if the name has another form, because it is shown and logged.
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
        ((1..=MOST_OF_A_NAME).contains(&text.len()) && text.bytes().all(is_name)).then(|| Self(text.into()))
    }

    /// The resource if GitHub does not name one.
    pub fn core() -> Self {
        Self(CORE.into())
    }

    pub fn is_core(&self) -> bool {
        &*self.0 == CORE
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const CORE: &str = "core";
const MOST_OF_A_NAME: usize = 40;

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The hourly budget of one resource, from the last response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    pub resource: Resource,
    pub remaining: u64,
    pub limit: u64,
    /// When it resets, if GitHub said so.
    pub reset: Option<DateTime<Utc>>,
}

impl Budget {
    /// The budget with the smallest remaining share: the one that will run out first.
    pub fn scarcest<'a>(budgets: impl IntoIterator<Item = &'a Self>) -> Option<&'a Self> {
        let left = |budget: &Self| u128::from(budget.remaining) * 1_000_000 / u128::from(budget.limit.max(1));
        budgets.into_iter().min_by_key(|budget| (left(budget), !budget.resource.is_core()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_resource_is_a_short_plain_name() {
        assert_eq!(Resource::parse("actions_runner_registration").unwrap().as_str(), "actions_runner_registration");
        for text in ["", "Core", "a b", "\u{1b}[2J", "ü", &"x".repeat(41)] {
            assert_eq!(Resource::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_scarcest_budget_is_the_one_with_the_smallest_part_left() {
        let budget = |name: &str, remaining, limit| Budget {
            resource: Resource::parse(name).unwrap(),
            remaining,
            limit,
            reset: None,
        };
        let all = [budget("codespaces", 40, 5000), budget("core", 30, 60), budget("search", 30, 30)];
        assert_eq!(Budget::scarcest(&all).unwrap().resource.as_str(), "codespaces");
        let even = [budget("codespaces", 5000, 5000), budget("core", 5000, 5000)];
        assert!(Budget::scarcest(&even).unwrap().resource.is_core());
        assert_eq!(Budget::scarcest(&[]), None);
    }
}
