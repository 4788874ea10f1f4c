//! How long pullkey waits for others on this machine.

use std::time::Duration;

use crate::files::Patience;

/// The deadlines of this module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a file that another pullkey has locked: it only reads and writes it.
    pub lock: Duration,
    /// For a credential that another pullkey is writing: that takes several requests to GitHub, which may have to wait
    /// too.
    pub credential: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { lock: Duration::from_secs(5), credential: Duration::from_secs(60) }
    }
}

pub(super) fn lock_patience() -> Patience {
    Patience::of(Limits::default().lock)
}
