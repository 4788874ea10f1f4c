//! What a client is made of: where, as whom, how fast, and who hears of it.
//!
//! All windows, deadlines and back-offs stand in [`Limits`], so that a test, or a sandbox in a hurry, shrinks them all
//! at once. Nothing here is read from the environment: it is given in.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::domain::Sensitive;
use crate::domain::traffic::Traffic;

/// What a client is made of.
#[derive(Clone, Debug)]
pub struct Settings {
    pub api_url: Url,
    pub token: Option<Sensitive>,
    pub limits: Limits,
    /// Refuses everything but reads before it reaches the wire.
    pub read_only: bool,
    /// Where answers are kept for conditional requests; `None` keeps nothing.
    pub cache: Option<PathBuf>,
    /// Hears of requests, waits and the budget.
    pub listener: Option<Listener>,
}

impl Settings {
    /// The usual: writes are allowed, nothing is kept, nobody listens.
    pub fn new(api_url: Url, token: Option<Sensitive>) -> Self {
        Self { api_url, token, limits: Limits::default(), read_only: false, cache: None, listener: None }
    }
}

/// Whoever wants to hear what goes on. It is called on the transport's tasks and must not block.
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
/// Source of the pace: GitHub Docs, «Rate limits for the REST API» (900 points a minute, 100 requests at once, 80
/// content writes a minute) and «Best practices for using the REST API» (a second between writes when there are many).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub connect: Duration,
    /// From sending to the last byte of the answer.
    pub request: Duration,
    /// How often a read is asked again after a fault.
    pub retries: usize,
    /// Before the first repetition; four times as long before the next.
    pub back_off: Duration,
    pub redirects: usize,
    /// Reads in flight at once. With the one write it stays far below the 100 that GitHub takes.
    pub reads: usize,
    /// The largest answer, in bytes.
    pub body: usize,
    pub pace: Pacing,
    /// How long an unfinished run can be gone on with; GitHub's picture may have changed after that.
    pub run: Duration,
    pub polls: Polls,
}

/// How often something that takes its time at GitHub is looked at, such as a codespace that starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polls {
    /// Before the first look; each further interval is half as long again.
    pub first: Duration,
    pub most: Duration,
    /// After so long it is looked at no more, and what became of it is unknown.
    pub deadline: Duration,
}

impl Default for Polls {
    /// GitHub tells no times: a stop takes about half a minute, a start up to some minutes on a new machine.
    fn default() -> Self {
        Self { first: Duration::from_secs(1), most: Duration::from_secs(10), deadline: Duration::from_secs(10 * 60) }
    }
}

/// How fast, and how long to wait when it was too fast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pacing {
    /// GitHub counts points over this time.
    pub window: Duration,
    /// Points in any such window: below GitHub's 900, as other programs use the same token.
    pub points: u32,
    /// Points that may go at once; beyond them they go evenly, `points` in a `window`.
    pub burst: u32,
    /// Writes in a row that need no space between them: a credential, and its repair. More are «many».
    pub free_writes: u32,
    /// From the end of a write to the beginning of the next when there are many.
    pub spacing: Duration,
    /// After this long without a write the next ones are few again.
    pub quiet: Duration,
    /// The first wait after a limit for which GitHub gave no time; then twice as long, and so on.
    pub unsaid: Duration,
    /// How often one request is sent again after a limit.
    pub tries: usize,
    /// The longest that one request waits in all; longer, and it fails at once.
    pub patience: Duration,
    /// Waits from this length on are told.
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

/// Resets are told in whole seconds, however much everything else is in a hurry.
const SLACK: Duration = Duration::from_secs(5);

impl Limits {
    /// Everything GitHub measures in time, `n` times as fast: for a sandbox whose windows are as much shorter.
    /// Deadlines stay, as the machine is no faster.
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
