//! What was spent in the last minute and is left of each hour, for the next process: GitHub counts by token, not by
//! process.
//!
//! A small file says when how many points were spent, until when GitHub asked for a pause, what is left of each hourly
//! budget, and which kind of path counts toward which. It is read before the first request and written while requests
//! are sent, at most once per sixtieth of the window, and when the client is dropped. Two processes at the same time do
//! not see each other's: the room below GitHub's limit, and `Retry-After`, cover that.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::super::errand::Errand;
use super::{Shelf, Store};
use crate::files;

pub(super) const TRAIL: &str = "pace-";
/// A minute of requests has far fewer bytes.
const LARGEST: u64 = 1 << 20;

/// Times are milliseconds since 1970: processes share no other clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Trail {
    /// When, and how many points.
    pub(in super::super) spent: Vec<(u64, u32)>,
    /// Until when a limit of GitHub applies, and whether it is a secondary one; the others are in `budgets`.
    pub(in super::super) hold: Option<(u64, bool)>,
    /// Resource, what remains, its size, and the second since 1970 in which it is full again.
    #[serde(default)]
    pub(in super::super) budgets: Vec<(String, u64, u64, i64)>,
    /// Kinds of paths, and the resource each counts toward.
    #[serde(default)]
    pub(in super::super) paths: Vec<(Errand, String)>,
}

impl Trail {
    pub(in super::super) async fn read(cache: &Shelf) -> Option<Self> {
        let auth = cache.auth.clone();
        let read = move |store: &Store| files::bytes_of_own(&store.path(&name(store, auth.as_ref())), LARGEST).ok();
        serde_json::from_slice(&cache.with(read).await??).ok()
    }

    /// Writes it synchronously: it is a few hundred bytes, and the process may be about to end.
    pub(in super::super) fn write(&self, cache: &Shelf) {
        let (Some(Some(store)), Ok(text)) = (cache.store.get(), serde_json::to_vec(self)) else { return };
        // If this fails, the next process knows nothing of this one.
        let _ = store.place(&name(store, cache.auth.as_ref()), SystemTime::now(), &[&text]);
    }
}

fn name(store: &Store, auth: Option<&super::Authorization>) -> String {
    format!("{TRAIL}{}", Shelf::key(store, auth, &[b"pace"]))
}

/// The current time, in the file's unit.
pub(in super::super) fn millis_now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
