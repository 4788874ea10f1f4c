//! Notes in the journal what the screens changed for access, so that the command line can take it back later too.
//!
//! What cannot be noted is still done: the screens keep their own account of this run.

use chrono::Utc;

use super::session::Session;
use crate::domain::Problem;
use crate::domain::change::{AccessBefore, AccessOutcome};
use crate::domain::journal::{AccessEntry, Entry, last_change};
use crate::github::Client;
use crate::local::journal::fresh_id;

/// A change that was made.
pub fn changed(session: &Session, gh: &Client, outcome: &Result<AccessOutcome, Problem>) {
    let (Ok(AccessOutcome::Done { before, .. }), Some(journal)) = (outcome, session.journal()) else { return };
    if before.is_change() {
        let entry = AccessEntry { id: fresh_id(), at: Utc::now(), host: gh.api_host(), before: before.clone() };
        let _ = journal.add(&Entry::Access(entry));
    }
}

/// A change that was taken back whole: it is not undone twice.
pub fn restored(session: &Session, gh: &Client, undone: &AccessBefore, outcome: &Result<AccessOutcome, Problem>) {
    let (Ok(AccessOutcome::Done { saved, .. }), Some(journal)) = (outcome, session.journal()) else { return };
    let Ok(entries) = journal.read() else { return };
    let last = last_change(&entries, &gh.api_host(), &undone.scope, &undone.prefix);
    if let Some(last) = last.filter(|last| saved.is_whole() && last.before.members == undone.members) {
        let _ = journal.add(&Entry::Closed { id: last.id.clone() });
    }
}
