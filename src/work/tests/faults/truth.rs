//! What the sandbox really contains, and whether the reports match it.

use std::collections::BTreeMap;

use crate::domain::{Access, MemberReport, ScopeListing, WriteOutcome};
use crate::sandbox::{SecretView, World};

/// Every scope that an act writes to, and one that none writes to.
pub(super) const KEYS: [&str; 7] =
    ["user", "org:acme", "org:globex", "repo:acme/api", "repo:acme/web", "repo:acme/billing", "repo:acme/search"];

/// Visibility and IDs.
pub(super) type Reach = (Option<String>, Vec<u64>);

pub(super) struct Truth(BTreeMap<(&'static str, String), SecretView>);

/// What was reported about one secret, and what it should have become.
pub(super) struct Claim {
    pub(super) key: &'static str,
    pub(super) report: MemberReport,
    pub(super) wanted: Wanted,
}

#[derive(Clone, Debug)]
pub(super) enum Wanted {
    Value(String, Reach),
    Access(Reach),
    Gone,
}

pub(super) fn reach(secret: &SecretView) -> Reach {
    let mut ids: Vec<u64> = secret.repositories.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    (secret.visibility.clone(), ids)
}

impl Truth {
    pub(super) fn of(world: &World) -> Self {
        let of = |key| world.secrets(key).into_iter().map(move |secret| ((key, secret.name.clone()), secret));
        Self(KEYS.into_iter().flat_map(of).collect())
    }

    pub(super) fn get(&self, key: &'static str, name: &str) -> Option<&SecretView> {
        self.0.get(&(key, name.to_owned()))
    }

    /// Everything that differs from the reports; `self` is the state before.
    pub(super) fn differences(&self, now: &Self, claims: &[Claim], may_be_unknown: bool) -> Vec<String> {
        let mut wrong = Vec::new();
        for claim in claims {
            let Claim { key, report, wanted } = claim;
            let (before, after) = (self.get(key, &report.name), now.get(key, &report.name));
            let is_so = match &report.outcome {
                WriteOutcome::Created => before.is_none() && wanted.is_met(before, after),
                WriteOutcome::Updated => before.is_some() && wanted.is_met(before, after),
                WriteOutcome::Unchanged => before == after && wanted.is_met(before, after),
                WriteOutcome::Deleted => before.is_some() && after.is_none(),
                WriteOutcome::Failed(problem) if problem.what.contains("reaches the wrong") => {
                    after.is_some() && !wanted.is_met(before, after)
                }
                WriteOutcome::Failed(_) | WriteOutcome::NotTried => before == after,
                WriteOutcome::Unknown(_) => may_be_unknown,
                // Nobody else writes here.
                WriteOutcome::ChangedElsewhere(_) => false,
            };
            if !is_so {
                wrong.push(format!("{key} {report:?}, {wanted:?}: before {before:?}, after {after:?}"));
            }
            if let Some(problem) = report.outcome.problem()
                && (problem.what.is_empty() || problem.why.is_empty() || problem.hint.is_empty())
            {
                wrong.push(format!("a problem without words: {problem:?}"));
            }
        }
        let is_claimed =
            |(key, name): &(&str, String)| claims.iter().any(|claim| claim.key == *key && claim.report.name == *name);
        for place in self.0.keys().chain(now.0.keys()).filter(|place| !is_claimed(place)) {
            if self.0.get(place) != now.0.get(place) {
                wrong.push(format!("{place:?} changed, and nothing was said of it: {:?}", now.0.get(place)));
            }
        }
        wrong
    }

    /// Where a listing is wrong, or incomplete without saying so.
    pub(super) fn unlike(&self, key: &'static str, listing: &ScopeListing) -> Vec<String> {
        let members = listing.credentials.iter().flat_map(|c| c.members.iter()).filter_map(|(_, s)| s.as_ref());
        let listed: Vec<_> = members.chain(listing.other_secrets.iter().map(|secret| &secret.state)).collect();
        let mut wrong = Vec::new();
        for state in &listed {
            let Some(secret) = self.get(key, &state.name) else {
                wrong.push(format!("{} is listed in {key} and not there", state.name));
                continue;
            };
            let is_so = match &state.access {
                None => true,
                Some(access) if !access.is_whole() => true,
                Some(access) => reach_of(access) == reach(secret),
            };
            if !is_so || secret.updated_at != state.updated_at {
                wrong.push(format!("{key} lists {state:?}, and it is {secret:?}"));
            }
        }
        let is_listed = |name: &str| listed.iter().any(|state| state.name == name);
        for (_, name) in self.0.keys().filter(|(place, name)| listing.complete && *place == key && !is_listed(name)) {
            wrong.push(format!("{name} is missing in a list of {key} that calls itself complete"));
        }
        wrong
    }
}

impl Wanted {
    fn is_met(&self, before: Option<&SecretView>, after: Option<&SecretView>) -> bool {
        match (self, after) {
            (Self::Gone, after) => after.is_none(),
            (_, None) => false,
            (Self::Value(value, access), Some(after)) => after.value == *value && reach(after) == *access,
            (Self::Access(access), Some(after)) => {
                before.is_some_and(|before| before.value == after.value) && reach(after) == *access
            }
        }
    }
}

fn reach_of(access: &Access) -> Reach {
    let word = access.visibility().map(|visibility| visibility.word().to_owned());
    match access {
        Access::Selected(list) => {
            let mut ids: Vec<u64> = list.repositories.iter().map(|r| r.id).collect();
            ids.sort_unstable();
            (word, ids)
        }
        Access::All | Access::Private | Access::Repository | Access::Other(_) => (word, Vec::new()),
    }
}
