//! What all writing commands share: they refuse read-only runs, and record what can be undone later.

use std::time::Duration;

use chrono::Utc;

use super::session::{Session, note};
use super::{Exit, Failure};
use crate::domain::change::{AccessBefore, Seen};
use crate::domain::journal::{AccessEntry, Entry};
use crate::domain::{Draft, Prefix, Problem, Record, Saved, Scope, Shape};
use crate::github::Client;
use crate::local::journal::fresh_id;
use crate::local::{Endings, Held, Journal, Limits, Locks};
use crate::work;

/// How long to wait for another pullkey before saying so.
const SILENT: Duration = Duration::from_secs(1);

impl Session {
    /// The client for a command that writes.
    pub(super) async fn writer(&self) -> Result<Client, Failure> {
        self.writer_unless(false).await
    }

    /// The same for a command with `--dry-run`.
    pub(super) async fn writer_unless(&self, dry_run: bool) -> Result<Client, Failure> {
        let gh = self.github().await?;
        if gh.is_read_only() && !dry_run {
            return Err(Failure::new(
                Exit::Usage,
                Problem::new(
                    "nothing was written",
                    "this run is read-only",
                    "leave out --read-only and unset PULLKEY_READ_ONLY",
                ),
            ));
        }
        Ok(gh)
    }

    /// `None` if the environment names no home.
    pub(super) fn journal(&self) -> Option<Journal> {
        let patience = self.interrupt.patience(Limits::default().lock);
        Journal::of(&self.env).map(|journal| journal.waiting(patience))
    }

    /// The expiry record for the API of a client; `None` if the environment names no home.
    pub(super) fn endings(&self, gh: &Client) -> Option<Endings> {
        let patience = self.interrupt.patience(Limits::default().lock);
        Endings::of(&self.env, &gh.api_host()).map(|endings| endings.waiting(patience))
    }

    /// The credential locks for the API of a client.
    pub(super) fn locks(&self, gh: &Client) -> Locks {
        Locks::of(&self.env, &gh.api_host()).waiting(self.interrupt.patience(Limits::default().credential))
    }

    /// Prevents other processes on this machine from writing a credential. Waits for one that does; nothing is written
    /// meanwhile.
    pub(super) async fn hold(
        &self,
        gh: &Client,
        (scope, name): (&Scope, &Prefix),
        notes: &mut Vec<String>,
    ) -> Result<Held, Failure> {
        let locks = self.locks(gh);
        let taking = async {
            let mut taking = std::pin::pin!(locks.take(scope, name));
            tokio::select! {
                held = &mut taking => held,
                () = tokio::time::sleep(SILENT) => {
                    note(&format!("pullkey: waiting for another pullkey that is writing {name}"));
                    taking.await
                }
            }
        };
        let held = self.interrupt.read(taking).await?.map_err(Failure::world)?;
        notes.extend(held.unguarded.as_ref().map(|it| format!("{}: {}; {}", it.what, it.why, it.hint)));
        Ok(held)
    }

    /// Checks that the credential is still as it was when the question was asked: nobody agreed to anything else.
    /// `None` if `--yes` agreed to everything.
    pub(super) async fn still_holds(
        &self,
        (gh, held): (&Client, &Held),
        (scope, shape, name): (&Scope, Shape, &Prefix),
        seen: Option<&[Seen]>,
    ) -> Result<(), Failure> {
        let Some(seen) = seen else { return Ok(()) };
        let looking = work::overtaken(gh, held, scope, (shape, name), seen);
        match self.interrupt.read(looking).await?.map_err(Failure::world)? {
            None => Ok(()),
            Some(stale) => Err(Failure::world(work::overtaken_problem(name, &stale))),
        }
    }

    /// Reads the expiry record. If it cannot be read, everything else is still shown.
    pub(super) fn ends(&self, gh: &Client) -> Record {
        match self.endings(gh).map(|endings| endings.read()) {
            Some(Ok(record)) => record,
            Some(Err(problem)) => {
                note(&format!("note: {}: {}; {}", problem.what, problem.why, problem.hint));
                Record::default()
            }
            None => Record::default(),
        }
    }

    /// Adds the results of writes to the expiry record.
    pub(super) fn note_saved(&self, gh: &Client, writes: &[(&Draft, &Saved)], notes: &mut Vec<String>) {
        let now = Utc::now();
        let is_said = writes.iter().any(|(draft, _)| draft.ends.is_some());
        if is_said && self.endings(gh).is_none() {
            notes.push("the expiry is not saved: there is no home folder to save it in".to_owned());
        }
        self.note_change(gh, &|record| writes.iter().for_each(|(draft, saved)| record.saved(draft, saved, now)), notes);
    }

    /// Changes the expiry record. A failure is only noted; the write stands.
    pub(super) fn note_change(&self, gh: &Client, change: &dyn Fn(&mut Record), notes: &mut Vec<String>) {
        if let Some(Err(problem)) = self.endings(gh).map(|endings| endings.change(change)) {
            notes.push(format!("{}: {}; {}", problem.what, problem.why, problem.hint));
        }
    }

    /// Adds a planned change of access to the journal. The change is made even if this fails.
    pub(super) fn note_access(&self, gh: &Client, before: AccessBefore, notes: &mut Vec<String>) -> Noted {
        let entry = AccessEntry { id: fresh_id(), at: Utc::now(), host: gh.api_host(), before };
        let mut line = Noted { journal: self.journal(), entry };
        line.add(&Entry::Access(line.entry.clone()), notes);
        line
    }
}

/// A change of access in the journal.
#[derive(Debug)]
pub(super) struct Noted {
    /// `None` if there is no journal, or if writing to it failed once.
    journal: Option<Journal>,
    entry: AccessEntry,
}

impl Noted {
    /// Records what the change really was, and what it left.
    pub(super) fn made(mut self, before: AccessBefore, notes: &mut Vec<String>) {
        self.entry.before = before;
        self.add(&Entry::Access(self.entry.clone()), notes);
    }

    /// Records that nothing was changed.
    pub(super) fn dropped(mut self, notes: &mut Vec<String>) {
        self.add(&Entry::Closed { id: self.entry.id.clone() }, notes);
    }

    fn add(&mut self, entry: &Entry, notes: &mut Vec<String>) {
        if let Some(Err(problem)) = self.journal.as_ref().map(|journal| journal.add(entry)) {
            notes.push(format!("this cannot be undone later: {}: {}", problem.what, problem.why));
            self.journal = None;
        }
    }
}
