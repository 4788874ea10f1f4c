//! The settings of a client: which API, which token, how fast, and who is notified.
//!
//! All windows, deadlines and back-offs are in [`Limits`], so that a test or a fast sandbox can shrink them together.
//! Nothing here reads the environment: everything is passed in.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::domain::Sensitive;
use crate::domain::traffic::Traffic;

/// The settings of a client.
#[derive(Clone, Debug)]
pub struct Settings {
    pub api_url: Url,
    pub token: Option<Sensitive>,
    pub limits: Limits,
    /// Rejects everything but reads before it is sent.
    pub read_only: bool,
    /// Where answers are cached for conditional requests; `None` caches nothing.
    pub cache: Option<PathBuf>,
    /// Is notified of requests, waits and the budget.
    pub listener: Option<Listener>,
}

impl Settings {
    /// The defaults: writes are allowed, nothing is cached, nobody is notified.
    pub fn new(api_url: Url, token: Option<Sensitive>) -> Self {
        Self { api_url, token, limits: Limits::default(), read_only: false, cache: None, listener: None }
    }
}

/// A callback for what goes on. It is called on the transport's tasks and must not block.
#[derive(Clone)]
pub struct Listener(Arc<dyn Fn(Traffic) + Send + Sync>);

impl Listener {
    pub fn new(hear: impl Fn(Traffic) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }

    pub fn tell(&self, traffic: Traffic) {
        (self.0)(traffic);
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

/// Deadlines, sizes, back-offs and the pace.
///
/// Source of the pace: GitHub Docs, “Rate limits for the REST API” (900 points a minute, 100 requests at once, 80
/// content writes a minute) and “Best practices for using the REST API” (a second between writes when there are many).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub connect: Duration,
    /// From sending to the last byte of the answer.
    pub request: Duration,
    /// How often a read is retried after a failure.
    pub retries: usize,
    /// Before the first retry; four times as long before the next.
    pub back_off: Duration,
    pub redirects: usize,
    /// Reads in flight at once. With the one write this stays far below the 100 that GitHub allows.
    pub reads: usize,
    /// The largest answer, in bytes.
    pub body: usize,
    pub pace: Pacing,
    /// How long an unfinished run can be resumed; after that GitHub's data may have changed.
    pub run: Duration,
    pub polls: Polls,
}

/// How often to poll something that takes its time at GitHub, such as a codespace that starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polls {
    /// Before the first poll; each further interval is half as long again.
    pub first: Duration,
    pub most: Duration,
    /// After this long polling stops, and the outcome is unknown.
    pub deadline: Duration,
}

impl Default for Polls {
    /// GitHub documents no times: a stop takes about half a minute, a start up to some minutes on a new machine.
    fn default() -> Self {
        Self { first: Duration::from_secs(1), most: Duration::from_secs(10), deadline: Duration::from_secs(10 * 60) }
    }
}

/// How fast to send, and how long to wait after being too fast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pacing {
    /// GitHub counts points over this time.
    pub window: Duration,
    /// Points in any such window: below GitHub's 900, since other programs use the same token.
    pub points: u32,
    /// Points that may be spent at once; beyond that they are spread evenly, `points` in a `window`.
    pub burst: u32,
    /// Writes in a row that need no spacing: a credential, and its repair. More than these are “many”.
    pub free_writes: u32,
    /// From the end of a write to the beginning of the next when there are many.
    pub spacing: Duration,
    /// After this long without a write, the count of writes in a row starts again.
    pub quiet: Duration,
    /// The first wait after a limit for which GitHub gave no time; each further wait is twice as long.
    pub unsaid: Duration,
    /// How often one request is sent again after a limit.
    pub tries: usize,
    /// The longest that one request waits in all; if it would be longer, the request fails at once.
    pub patience: Duration,
    /// Waits from this length on are reported.
    pub told: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            request: Duration::from_secs(30),
            retries: 2,
            back_off: Duration::from_millis(250),
            redirects: 5,
            reads: 16,
            body: 8 << 20,
            pace: Pacing::default(),
            run: Duration::from_secs(3_600),
            polls: Polls::default(),
        }
    }
}

impl Default for Pacing {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(60),
            points: 870,
            burst: 150,
            free_writes: 6,
            spacing: Duration::from_secs(1),
            quiet: Duration::from_secs(10),
            unsaid: Duration::from_secs(60),
            tries: 4,
            patience: Duration::from_secs(3_600) + SLACK,
            told: Duration::from_secs(1),
        }
    }
}

/// Resets are in whole seconds, however fast everything else is.
const SLACK: Duration = Duration::from_secs(5);

impl Limits {
    /// Everything that GitHub measures in time, `n` times as fast: for a sandbox whose windows are that much shorter.
    /// Deadlines stay, since the machine is no faster.
    #[must_use]
    pub fn hurried(n: u32) -> Self {
        let n = n.max(1);
        let usual = Self::default();
        let pace = usual.pace;
        Self {
            back_off: usual.back_off / n,
            run: usual.run / n,
            polls: Polls {
                first: usual.polls.first / n,
                most: usual.polls.most / n,
                deadline: usual.polls.deadline / n + SLACK,
            },
            pace: Pacing {
                window: pace.window / n,
                spacing: pace.spacing / n,
                quiet: pace.quiet / n,
                unsaid: pace.unsaid / n,
                patience: pace.patience.saturating_sub(SLACK) / n + SLACK,
                told: pace.told / n,
                ..pace
            },
            ..usual
        }
    }
}
