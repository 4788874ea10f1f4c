//! What goes on between pullkey and GitHub, told while it happens: requests with their cost, waits, the budget left.
//!
//! Nothing here carries a token, a value or a body.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// One thing the transport tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Traffic {
    Exchange(Exchange),
    /// A request waits; a later pause replaces an earlier one.
    Paused(Pause),
    /// Nothing waits any more.
    Resumed,
    Budget(Budget),
}

/// A request that was answered, or was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// `GET`, `PUT`, `POST` or `DELETE`.
    pub method: &'static str,
    /// Path and query, without the host.
    pub path: String,
    /// `None` where no answer came.
    pub status: Option<u16>,
    pub cost: Cost,
    /// From sending to the last byte.
    pub took: Duration,
}

/// What a request costs. Source: GitHub Docs, «Rate limits for the REST API».
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Of the hourly budget: 0 for «not modified» and for what was taken from the disk.
    pub primary: u32,
    /// Of the 900 points a minute: 1 for a read, 5 for a write, 0 where nothing was sent.
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
    /// Our own pace, so that GitHub's limit of points a minute is never reached.
    Pace,
    /// The time GitHub asks for between two writes.
    Spacing,
    /// GitHub's secondary limit answered.
    Secondary,
    /// The hourly budget is used up.
    Primary,
    /// A fault in between; the request will be asked again.
    BackOff,
}

impl PauseReason {
    /// What one waits for, after «waiting:».
    pub const fn words(self) -> &'static str {
        match self {
            Self::Pace => "keeping GitHub's pace",
            Self::Spacing => "leaving a second between two writes, as GitHub asks",
            Self::Secondary => "GitHub wants fewer requests at once",
            Self::Primary => "the hourly budget is used up",
            Self::BackOff => "asking again after a fault",
        }
    }
}

/// The hourly budget as the last answer told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub remaining: u64,
    pub limit: u64,
    /// When it is full again, where GitHub said so.
    pub reset: Option<DateTime<Utc>>,
}
