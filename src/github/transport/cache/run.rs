//! A long run that can be resumed: what GitHub confirmed since its beginning is not requested again.
//!
//! A marker on disk says when a run began. It remains if the program is killed; the next run of the same name takes it
//! over, and reads what was confirmed since then from disk. When the run is complete the marker is removed; a marker
//! that is too old is ignored.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::super::Client;
use super::store::MARKER;
use super::{Shelf, Store};
use crate::files;

/// A run under way. Dropping it leaves it unfinished, so that it can be resumed.
#[derive(Debug)]
pub struct Run {
    client: Client,
    resumed: bool,
    marker: Option<Marker>,
}

impl Run {
    pub(in super::super::super) fn new(client: Client, marker: Option<(Marker, bool)>) -> Self {
        match marker {
            Some((marker, resumed)) => Self { client, resumed, marker: Some(marker) },
            None => Self { client, resumed: false, marker: None },
        }
    }

    /// The client whose reads are part of the run.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Whether this resumes an earlier, unfinished run of this name.
    pub const fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// Whether the run could be resumed if it ended now. Without a cache it could not.
    pub const fn can_resume(&self) -> bool {
        self.marker.is_some()
    }

    /// The run is complete: the next run of this name starts from the beginning.
    pub async fn finish(self) {
        if let Some(Marker { cache, name, .. }) = self.marker {
            cache.with(move |store| store.forget(&name)).await;
        }
    }
}

/// Where a run's beginning is recorded.
#[derive(Clone)]
pub(in super::super::super) struct Marker {
    cache: Shelf,
    name: String,
    pub(in super::super::super) since: SystemTime,
}

impl std::fmt::Debug for Marker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Marker").field("since", &self.since).finish_non_exhaustive()
    }
}

impl Marker {
    /// Takes over an unfinished run of this name that is not older than `valid`, or begins one; says which.
    pub(in super::super::super) async fn find(
        cache: &Shelf,
        run: &str,
        host: &str,
        valid: Duration,
    ) -> Option<(Self, bool)> {
        let (auth, run, host) = (cache.auth.clone(), run.to_owned(), host.to_owned());
        let found = cache.with(move |store| {
            let key = Shelf::key(store, auth.as_ref(), &[b"run", host.as_bytes(), run.as_bytes()]);
            let name = format!("{MARKER}{key}");
            begin(store, &name, valid).map(|(since, resumed)| (name, since, resumed))
        });
        let (name, since, resumed) = found.await??;
        Some((Self { cache: cache.clone(), name, since }, resumed))
    }
}

fn begin(store: &Store, name: &str, valid: Duration) -> Option<(SystemTime, bool)> {
    let now = SystemTime::now();
    let known = files::bytes_of_own(&store.path(name), 64).ok();
    let known = known.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.trim().parse().ok());
    let known = known.and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
    if let Some(since) = known
        && now.duration_since(since).is_ok_and(|age| age <= valid)
    {
        return Some((since, true));
    }
    let millis = now.duration_since(UNIX_EPOCH).ok()?.as_millis();
    store.place(name, now, &[millis.to_string().as_bytes()]).ok()?;
    Some((now, false))
}
