//! What every command that writes shares: it refuses in read-only runs, and notes what can be undone later.

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

/// So long another pullkey is waited for without a word.
const SILENT: Duration = Duration::from_secs(1);

impl Session {
    /// The client for something that writes.
    pub(super) async fn writer(&self) -> Result<Client, Failure> {
        self.writer_unless(false).await
    }

    /// The same for a command that may be told to write nothing.
    pub(super) async fn writer_unless(&self, dry_run: bool) -> Result<Client, Failure> {
        let gh = self.github().await?;
        if gh.is_read_only() && !dry_run {
            return Err(Failure::new(
                Exit::Usage,
                Problem::new(
                    "nothing was written",
                    "this run is read only",
                    "leave out --read-only and unset PULLKEY_READ_ONLY",
                ),
            ));
        }
        Ok(gh)
    }

    /// `None` where the environment names no home.
    pub(super) fn journal(&self) -> Option<Journal> {
        let patience = self.interrupt.patience(Limits::default().lock);
        Journal::of(&self.env).map(|journal| journal.waiting(patience))
    }

    /// The record of ends for the API of a client; `None` where the environment names no home.
    pub(super) fn endings(&self, gh: &Client) -> Option<Endings> {
        let patience = self.interrupt.patience(Limits::default().lock);
        Endings::of(&self.env, &gh.api_host()).map(|endings| endings.waiting(patience))
    }

    /// The locks of credentials at the API of a client.
    pub(super) fn locks(&self, gh: &Client) -> Locks {
        Locks::of(&self.env, &gh.api_host()).waiting(self.interrupt.patience(Limits::default().credential))
    }

    /// Keeps others on this machine from writing a credential. Nothing is written while one of them is waited for.
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

    /// What was seen of a credential before anything was asked has to hold still: nobody agreed to anything else.
    /// `None` is whoever said yes to all of it.
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

    /// What the record of ends holds; that it cannot be read keeps nothing else from being told.
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

    /// Takes what writes of values came to into the record of ends.
    pub(super) fn note_saved(&self, gh: &Client, writes: &[(&Draft, &Saved)], notes: &mut Vec<String>) {
        let now = Utc::now();
        let is_said = writes.iter().any(|(draft, _)| draft.ends.is_some());
        if is_said && self.endings(gh).is_none() {
            notes.push(
                "the end of the password is kept nowhere: without a home folder there is no place for it".to_owned(),
            );
        }
        self.note_change(gh, &|record| writes.iter().for_each(|(draft, saved)| record.saved(draft, saved, now)), notes);
    }

    /// Changes the record of ends. That it cannot be kept undoes nothing.
    pub(super) fn note_change(&self, gh: &Client, change: &dyn Fn(&mut Record), notes: &mut Vec<String>) {
        if let Some(Err(problem)) = self.endings(gh).map(|endings| endings.change(change)) {
            notes.push(format!("{}: {}; {}", problem.what, problem.why, problem.hint));
        }
    }

    /// Notes a change of access that is about to be made. That it cannot be noted is no reason not to make it.
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
    /// `None` if there is none, or if it failed once.
    journal: Option<Journal>,
    entry: AccessEntry,
}

impl Noted {
    /// What the change really was, and what it left.
    pub(super) fn made(mut self, before: AccessBefore, notes: &mut Vec<String>) {
        self.entry.before = before;
        self.add(&Entry::Access(self.entry.clone()), notes);
    }

    /// Nothing was changed.
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
