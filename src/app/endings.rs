//! When passwords end, as pullkey's own record has it: read at the start, kept in step with what is written, and told
//! once where one has ended or is about to.

use chrono::{DateTime, Utc};

use super::App;
use super::cx::{Cx, Write};
use super::notices::Tone;
use super::protocol::{Effect, Job, JobId, Outcome};
use super::remote::Remote;
use super::world::World;
use super::writing::Change;
use crate::domain::change::AccessOutcome;
use crate::domain::ending::{Alarm, Standing, Told};
use crate::domain::{Credential, Record, Scope};

/// The record, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    pub record: Record,
    /// The read under way.
    loading: Option<JobId>,
    /// Whether it was read, or cannot be.
    is_settled: bool,
    /// Whether it was told what has ended.
    is_told: bool,
}

impl World {
    /// What is known of a credential's end.
    pub fn told(&self, scope: &Scope, credential: &Credential, now: DateTime<Utc>) -> Option<Told<'_>> {
        self.endings.record.told(scope, credential, now)
    }

    /// The same, where it is about the password that is there.
    pub fn standing(&self, scope: &Scope, credential: &Credential, now: DateTime<Utc>) -> Option<Standing> {
        self.told(scope, credential, now)?.standing
    }

    /// Takes what a write came to; on the disk the same is done where it is carried out.
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

    /// Passwords that have ended or end within a day, the one that ended first before all others.
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

impl Cx<'_> {
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
            // What is kept nowhere lasts as long as this run.
            Ok(None) => {}
            Err(problem) => {
                self.note(Tone::Warn, format!("{}: {}; {}", problem.what, problem.why, problem.hint));
            }
        }
    }
}

impl App {
    /// Says at the start what has ended, once all that is listed is known: an end that somebody else has put off by a
    /// new password is none.
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
