//! Reads back after a write, and compares what GitHub shows with what was reported, with what was requested, and with
//! when others wrote. Access that an update lost is restored; nothing else is written again, except what the time
//! stamps leave open.

use chrono::{DateTime, Utc};

use super::elsewhere::{Last, Wrote, judge};
use super::listing::load_for;
use super::save::{Answered, Run, Step, Writing, write};
use super::settle::{Before, settled_by};
use crate::domain::{Access, MemberReport, MemberState, Problem, Scope, ScopeListing, WriteOutcome};
use crate::github::{Grant, PublicKey};

impl Writing<'_> {
    /// Reads back, resolves unknown outcomes, corrects the reports if GitHub shows something else, and restores access
    /// that an update lost.
    pub(super) async fn verify(
        &self,
        reports: &mut [MemberReport],
        part: &mut (dyn FnMut(MemberReport) + Send),
    ) -> Option<ScopeListing> {
        let (gh, scope) = (self.gh, &self.draft.scope);
        let mut now = load_for(gh, scope, (self.draft.shape, &self.draft.prefix)).await.ok()?;
        let mut restored = false;
        for (step, report) in self.steps.iter().zip(reports) {
            if let WriteOutcome::Unknown(problem) = &report.outcome {
                let state = state_of(&now, &step.name);
                let before = Before { record: step.before, server_time: self.server_time };
                let is_told = state.is_some() || now.complete;
                let settled = if is_told { settled_by(&step.name, before, state, problem) } else { None };
                let Some(outcome) = settled else { continue };
                report.outcome = outcome;
                part(report.clone());
            }
            if !report.outcome.is_done() {
                continue;
            }
            let Some(problem) = difference(&now, step) else { continue };
            let kept = step.grant == Grant::default();
            if let (true, Scope::User, Some(Access::Selected(list))) = (kept, scope, &step.expect) {
                let ids: Vec<_> = list.repositories.iter().map(|r| r.id).collect();
                if gh.set_selected(scope, &step.name, &ids).await.is_ok() {
                    restored = true;
                    continue;
                }
            }
            report.outcome = WriteOutcome::Failed(problem);
            part(report.clone());
        }
        if restored {
            now = load_for(gh, scope, (self.draft.shape, &self.draft.prefix)).await.ok()?;
        }
        Some(now)
    }

    /// Checks whether someone else wrote the credential meanwhile, as far as GitHub's time stamps tell, and reports it
    /// for each member. What they leave open is written once more, unless someone else is known to be writing.
    pub(super) async fn compare(
        &self,
        key: &mut PublicKey,
        run: &mut Run,
        now: Option<ScopeListing>,
        part: &mut (dyn FnMut(MemberReport) + Send),
    ) -> Option<ScopeListing> {
        let mut now = now?;
        let mut lasts = judge(&self.wrote(run, &now));
        if lasts.contains(&Last::Unclear) && !lasts.contains(&Last::SomebodyElse) {
            let mut again = Vec::new();
            for (at, step) in self.steps.iter().enumerate().filter(|(at, _)| lasts[*at] == Last::Unclear) {
                let made = state_of(&now, &step.name).map(|state| state.created_at);
                let (outcome, answered) = write(self.gh, self.draft, step, key, self.server_time).await;
                if !outcome.is_done() {
                    run.reports[at].outcome = outcome;
                    part(run.reports[at].clone());
                }
                again.push((at, made, answered));
            }
            now = load_for(self.gh, &self.draft.scope, (self.draft.shape, &self.draft.prefix)).await.ok()?;
            for (at, made_before, answered) in again {
                let now = state_of(&now, &self.steps[at].name).map(|state| (state.created_at, state.updated_at));
                lasts[at] = judge(&[wrote(made_before, answered, now)])[0];
            }
        }
        for ((step, report), last) in self.steps.iter().zip(&mut run.reports).zip(lasts) {
            if report.outcome.is_done() && last != Last::Us {
                report.outcome = WriteOutcome::ChangedElsewhere(written_by_another(&step.name));
                part(report.clone());
            }
        }
        self.compare_rest(run, &now, part);
        Some(now)
    }

    /// The members that were not to be written must still be the ones that belong to those that were.
    fn compare_rest(&self, run: &mut Run, now: &ScopeListing, part: &mut (dyn FnMut(MemberReport) + Send)) {
        if !run.reports.iter().any(|report| report.outcome.is_done()) {
            return;
        }
        let draft = self.draft;
        for &member in draft.shape.members().iter().filter(|member| !draft.members.contains(member)) {
            let name = draft.secret_name(member);
            let before = self.existing.find(&name).map(|record| (record.created_at, record.updated_at));
            let state = state_of(now, &name).map(|state| (state.created_at, state.updated_at));
            let is_told = state.is_some() || now.complete;
            // A stale list may show an older time stamp, which is not a change.
            let is_older = before.zip(state).is_some_and(|(before, state)| state.1 < before.1);
            if is_told && !is_older && before != state {
                let outcome = WriteOutcome::ChangedElsewhere(written_by_another(&name));
                let report = MemberReport { member, name, outcome };
                part(report.clone());
                run.reports.push(report);
            }
        }
    }

    fn wrote(&self, run: &Run, now: &ScopeListing) -> Vec<Wrote> {
        let of = |(step, answered): (&Step<'_>, &Option<Answered>)| {
            let now = state_of(now, &step.name).map(|state| (state.created_at, state.updated_at));
            wrote(step.before.map(|record| record.created_at), *answered, now)
        };
        self.steps.iter().zip(&run.answers).map(of).collect()
    }
}

fn wrote(
    made_before: Option<DateTime<Utc>>,
    answered: Option<Answered>,
    now: Option<(DateTime<Utc>, DateTime<Utc>)>,
) -> Wrote {
    let has_made = answered.map_or(made_before.is_none(), |answered| answered.has_made);
    Wrote { made_before, has_made, answered: answered.and_then(|answered| answered.server_time), now }
}

fn written_by_another(name: &str) -> Problem {
    Problem::new(
        format!("{name} was written from elsewhere at the same time"),
        "GitHub shows a write other than this one, so server, user and password may no longer belong together",
        "find out who else writes this credential, and write it again when they are done",
    )
}

fn state_of<'a>(now: &'a ScopeListing, name: &str) -> Option<&'a MemberState> {
    let members = now.credentials.iter().flat_map(|c| c.members.iter()).filter_map(|(_, state)| state.as_ref());
    members
        .chain(now.other_secrets.iter().map(|other| &other.state))
        .find(|state| state.name.eq_ignore_ascii_case(name))
}

/// What is wrong with a member that was written, as far as reading back tells.
fn difference(now: &ScopeListing, step: &Step<'_>) -> Option<Problem> {
    let state = state_of(now, &step.name);
    let Some(state) = state else {
        return now.complete.then(|| {
            Problem::new(
                format!("{} is missing", step.name),
                "GitHub accepted it, but does not list it; someone may have deleted it",
                "reload, and write it again",
            )
        });
    };
    let (Some(expect), Some(access)) = (&step.expect, &state.access) else {
        return None;
    };
    let is_known = !matches!(access, Access::Selected(list) if !list.complete);
    (is_known && !access.is_same(expect)).then(|| {
        Problem::new(
            format!("{} was written, but reaches the wrong repositories", step.name),
            "GitHub shows a different access than requested; someone may have changed it at the same time",
            "check the current access, and set it again",
        )
    })
}
