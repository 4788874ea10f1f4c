//! When passwords expire, according to pullkey's local record. The record is read at the start, updated with each
//! write, and a notice is shown once if a password has expired or is about to.

use chrono::{DateTime, Utc};

use super::App;
use super::context::{Context, Write};
use super::notices::Tone;
use super::protocol::{Effect, Job, JobId, Outcome};
use super::remote::Remote;
use super::world::World;
use super::writing::Change;
use crate::domain::change::AccessOutcome;
use crate::domain::ending::{Alarm, Standing, Told};
use crate::domain::{Credential, Record, Scope};

/// The record, as far as it has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    pub record: Record,
    /// The running read.
    loading: Option<JobId>,
    /// Whether it was read or cannot be read.
    is_settled: bool,
    /// Whether the notice about expired passwords was shown.
    is_told: bool,
}

impl World {
    /// What is known about the expiry of a credential.
    pub fn told(&self, scope: &Scope, credential: &Credential, now: DateTime<Utc>) -> Option<Told<'_>> {
        self.endings.record.told(scope, credential, now)
    }

    /// The same, if it is about the current password.
    pub fn standing(&self, scope: &Scope, credential: &Credential, now: DateTime<Utc>) -> Option<Standing> {
        self.told(scope, credential, now)?.standing
    }

    /// Records the outcome of a write. The job that carries it out does the same on disk.
    pub(super) fn keep_ends(&mut self, now: DateTime<Utc>, write: &Write, outcome: &Outcome) {
        let record = &mut self.endings.record;
        match (&write.change, outcome) {
            (Some(Change::Save(draft)), Outcome::Saved(Ok(saved))) => record.saved(draft, saved, now),
            (Some(Change::Delete { scope, prefix, .. }), Outcome::Saved(Ok(saved))) => {
                record.deleted(scope, prefix, saved);
            }
            (_, Outcome::AccessChanged(Ok(AccessOutcome::Done { saved, before }))) => record.regranted(before, saved),
            _ => {} // nothing was written, or no secret
        }
    }

    /// Passwords that have expired or expire within a day, the earliest first.
    fn urgent(&self, now: DateTime<Utc>) -> Vec<(Standing, String)> {
        let mut urgent = Vec::new();
        for (scope, remote) in &self.scopes {
            for credential in remote.value().iter().flat_map(|listing| &listing.credentials) {
                let standing = self.standing(scope, credential, now);
                if let Some(standing) = standing.filter(|standing| standing.alarm() >= Alarm::Day) {
                    urgent.push((standing, format!("{} in {scope} {}", credential.prefix, standing.words())));
                }
            }
        }
        urgent.sort_by_key(|(standing, _)| standing.days());
        urgent
    }
}

impl Context<'_> {
    /// Reads the record (again).
    pub(super) fn load_endings(&mut self) {
        if let Some(old) = self.world.endings.loading {
            self.cancel(old);
        }
        self.world.endings.loading = Some(self.start(Job::Endings));
    }

    pub(super) fn settle_endings(&mut self, id: JobId, outcome: &Outcome) {
        let Outcome::Endings(read) = outcome else { return };
        if self.world.endings.loading != Some(id) {
            return;
        }
        self.world.endings.loading = None;
        self.world.endings.is_settled = true;
        match read {
            Ok(Some(record)) => self.world.endings.record = record.clone(),
            // Without a stored record, it lasts as long as this session.
            Ok(None) => {}
            Err(problem) => {
                self.note(Tone::Warn, format!("{}: {}; {}", problem.what, problem.why, problem.hint));
            }
        }
    }
}

impl App {
    /// Shows at the start what has expired, once everything listed is known. An expiry no longer counts if someone else
    /// has set a new password since.
    pub(super) fn tell_ends(&mut self, effects: &mut Vec<Effect>) {
        let is_reading = |(_, remote): &(Scope, Remote<_>)| matches!(remote, Remote::Loading { .. } | Remote::Absent);
        let endings = &self.world.endings;
        if endings.is_told || !endings.is_settled || self.world.memberships.is_loading() {
            return;
        }
        if self.world.scopes.iter().any(is_reading) {
            return;
        }
        self.world.endings.is_told = true;
        let urgent = self.world.urgent(self.now);
        let Some((_, first)) = urgent.first() else { return };
        let text = match urgent.len() {
            1 => format!("{first}: r sets a new password"),
            2 => format!("{first}; 1 more has expired or expires within a day"),
            all => format!("{first}; {} more have expired or expire within a day", all - 1),
        };
        self.with_cx(effects, |_, cx| cx.note(Tone::Warn, text));
    }
}
