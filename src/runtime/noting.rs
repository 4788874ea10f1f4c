//! Records access changes made in the screens in the journal, so that the command line can undo them later, and keeps
//! the expiry record in step with what was written.
//!
//! A change is made even if it cannot be recorded: the screens keep their own history of this run.

use chrono::Utc;

use super::session::Session;
use crate::domain::change::{AccessBefore, AccessOutcome};
use crate::domain::journal::{AccessEntry, Entry, last_change};
use crate::domain::{Draft, Prefix, Problem, Record, Renamed, Saved, Scope};
use crate::github::Client;
use crate::local::journal::fresh_id;

/// Records a change.
pub fn changed(session: &Session, gh: &Client, outcome: &Result<AccessOutcome, Problem>) {
    let (Ok(AccessOutcome::Done { before, .. }), Some(journal)) = (outcome, session.journal()) else { return };
    if before.is_change() {
        let entry = AccessEntry { id: fresh_id(), at: Utc::now(), host: gh.api_host(), before: before.clone() };
        let _ = journal.add(&Entry::Access(entry));
    }
}

/// Records a change that was completely undone, so that it is not undone twice.
pub fn restored(session: &Session, gh: &Client, undone: &AccessBefore, outcome: &Result<AccessOutcome, Problem>) {
    let (Ok(AccessOutcome::Done { saved, .. }), Some(journal)) = (outcome, session.journal()) else { return };
    let Ok(entries) = journal.read() else { return };
    let last = last_change(&entries, &gh.api_host(), &undone.scope, &undone.prefix);
    if let Some(last) = last.filter(|last| saved.is_whole() && last.before.members == undone.members) {
        let _ = journal.add(&Entry::Closed { id: last.id.clone() });
    }
}

/// Adds the result of writing values to the expiry record.
pub fn saved(session: &Session, draft: &Draft, saved: &Result<Saved, Problem>) -> Result<(), Problem> {
    let Ok(saved) = saved else { return Ok(()) };
    let now = Utc::now();
    keep(session, &|record| record.saved(draft, saved, now))
}

/// The same for a deletion.
pub fn deleted(
    session: &Session,
    scope: &Scope,
    prefix: &Prefix,
    deleted: &Result<Saved, Problem>,
) -> Result<(), Problem> {
    let Ok(deleted) = deleted else { return Ok(()) };
    keep(session, &|record| record.deleted(scope, prefix, deleted))
}

/// The same for a change of access, which does not affect the password or its expiry.
pub fn regranted(session: &Session, outcome: &Result<AccessOutcome, Problem>) -> Result<(), Problem> {
    let Ok(AccessOutcome::Done { saved, before }) = outcome else { return Ok(()) };
    keep(session, &|record| record.regranted(before, saved))
}

/// Moves everything stored about a renamed repository to its new name.
pub fn renamed(session: &Session, renamed: &Renamed) -> Result<(), Problem> {
    keep(session, &|record| record.renamed(renamed))
}

fn keep(session: &Session, change: &dyn Fn(&mut Record)) -> Result<(), Problem> {
    session.endings().map_or(Ok(()), |endings| endings.change(change).map(drop))
}
