//! The hourly budgets, one for each resource, and which kind of path counts toward which. Both are learned from
//! answers; nothing is assumed. From these it decides whether the next request of a kind may be sent, or when.
//!
//! It has no clock and does not wait. A spent budget stops only what counts toward it. While no answer has shown what a
//! kind of path counts toward, one request goes first to find out, and others of its kind wait for the answer.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::domain::traffic::{PauseReason, Resource};

use super::errand::Errand;
use super::ledger::Turn;

/// The hourly budget of the current hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quota {
    pub(super) remaining: u64,
    pub(super) limit: u64,
    /// When it is full again: by our clock, and in GitHub's seconds since 1970.
    pub(super) reset: Option<(Instant, i64)>,
}

/// What is known about one resource.
#[derive(Clone, Copy, Debug, Default)]
struct Account {
    quota: Option<Quota>,
    /// GitHub refused something that counts toward it, until then.
    held: Option<Instant>,
}

/// What answers showed about a kind of path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known<'a> {
    /// No answer to this kind yet.
    Never,
    /// An answer came, and it named no budget.
    Nothing,
    On(&'a Resource),
}

#[derive(Debug, Default)]
pub(super) struct Budgets {
    accounts: BTreeMap<Resource, Account>,
    /// The last known resource of each kind of path; `None` if the answer named no budget, or none came.
    told: BTreeMap<Errand, Option<Resource>>,
    /// How many requests of each kind are under way.
    flights: BTreeMap<Errand, u32>,
}

/// The most kinds of paths and resources to remember: there are a few dozen, and a server must not be able to add more.
const MOST: usize = 200;

/// GitHub's hour, with some tolerance for clocks: a reset further away is not this hour's.
const HOUR: Duration = Duration::from_secs(3_600 + 300);

impl Budgets {
    /// What such a path counts toward, as far as answers showed it.
    pub(super) fn resource(&self, errand: &Errand) -> Option<&Resource> {
        match self.known(errand) {
            Known::On(resource) => Some(resource),
            Known::Never | Known::Nothing => None,
        }
    }

    fn known(&self, errand: &Errand) -> Known<'_> {
        let akin = || self.told.iter().find(|(known, _)| known.is_akin(errand)).map(|(_, told)| told);
        match self.told.get(errand).or_else(akin) {
            None => Known::Never,
            Some(None) => Known::Nothing,
            Some(Some(resource)) => Known::On(resource),
        }
    }

    /// Whether a request of this kind may be sent, as far as its budget is concerned.
    pub(super) fn turn(&mut self, now: Instant, errand: &Errand) -> Turn {
        self.forget_the_past(now);
        let resource = match self.known(errand) {
            Known::Never => {
                // One request finds out what the others would count toward.
                let is_asked = self.flights.keys().any(|other| other.is_akin(errand));
                return if is_asked { Turn::AfterAnswer } else { Turn::Now };
            }
            Known::Nothing => return Turn::Now,
            Known::On(resource) => resource,
        };
        let Some(account) = self.accounts.get(resource) else { return Turn::Now };
        if let Some(until) = account.held {
            return Turn::At(until, PauseReason::Primary);
        }
        let Some(Quota { remaining, reset: Some((reset, _)), .. }) = account.quota else { return Turn::Now };
        // Every request under way may use one of what remains; so may those of unknown kinds.
        let may_take = |other: &Errand| match self.known(other) {
            Known::Never => true,
            Known::Nothing => false,
            Known::On(other) => other == resource,
        };
        let taking = self.flights.iter().filter(|(other, _)| may_take(other));
        let taking: u64 = taking.map(|(_, count)| u64::from(*count)).sum();
        if remaining > taking {
            Turn::Now
        } else if taking == 0 {
            Turn::At(reset, PauseReason::Primary)
        } else {
            Turn::AfterAnswer
        }
    }

    /// A request is sent.
    pub(super) fn begin(&mut self, errand: &Errand) {
        *self.flights.entry(errand.clone()).or_default() += 1;
    }

    /// The request was answered, failed, or was given up. Those waiting for what it would show no longer have to wait.
    pub(super) fn end(&mut self, errand: &Errand) {
        if let Some(count) = self.flights.get_mut(errand) {
            *count -= 1;
            if *count == 0 {
                self.flights.remove(errand);
            }
        }
        if self.known(errand) == Known::Never && self.told.len() < MOST {
            self.told.insert(errand.clone(), None);
        }
    }

    /// Records the budget that an answer shows. Answers overtake each other: within an hour the lowest value counts.
    pub(super) fn hear(&mut self, errand: &Errand, resource: &Resource, told: Quota) {
        if self.told.len() < MOST || self.told.contains_key(errand) {
            self.told.insert(errand.clone(), Some(resource.clone()));
        }
        if self.accounts.len() >= MOST && !self.accounts.contains_key(resource) {
            return;
        }
        let hour = |quota: &Quota| quota.reset.map(|(_, seconds)| seconds);
        let account = self.accounts.entry(resource.clone()).or_default();
        account.quota = Some(match account.quota {
            Some(known) if hour(&known) > hour(&told) => known,
            Some(known) if hour(&known) == hour(&told) => {
                Quota { remaining: known.remaining.min(told.remaining), ..told }
            }
            Some(_) | None => told,
        });
    }

    /// GitHub refused such a request because its budget is spent: nothing that counts toward it is sent before then.
    pub(super) fn hold(&mut self, errand: &Errand, until: Instant) {
        let resource = self.resource(errand).cloned().unwrap_or_else(Resource::core);
        self.told.entry(errand.clone()).or_insert_with(|| Some(resource.clone()));
        let account = self.accounts.entry(resource).or_default();
        account.held = Some(account.held.map_or(until, |known| known.max(until)));
    }

    /// The budgets by the last answers.
    pub(super) fn quotas(&self) -> impl Iterator<Item = (&Resource, Quota)> {
        self.accounts.iter().filter_map(|(resource, account)| Some((resource, account.quota?)))
    }

    pub(super) fn quota(&self, resource: &Resource) -> Option<Quota> {
        self.accounts.get(resource)?.quota
    }

    /// Which kinds of paths count toward which resource.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&Errand, &Resource)> {
        self.told.iter().filter_map(|(errand, told)| Some((errand, told.as_ref()?)))
    }

    /// What another process learned with the same token. Before the first request only.
    pub(super) fn recall(
        &mut self,
        now: Instant,
        quotas: impl IntoIterator<Item = (Resource, Quota)>,
        paths: impl IntoIterator<Item = (Errand, Resource)>,
    ) {
        for (resource, quota) in quotas.into_iter().take(MOST) {
            if quota.reset.is_some_and(|(reset, _)| reset > now && reset <= now + HOUR) {
                self.accounts.entry(resource).or_default().quota.get_or_insert(quota);
            }
        }
        for (errand, resource) in paths.into_iter().take(MOST) {
            self.told.entry(errand).or_insert(Some(resource));
        }
    }

    fn forget_the_past(&mut self, now: Instant) {
        for account in self.accounts.values_mut() {
            account.held = account.held.filter(|until| *until > now);
            if account.quota.and_then(|quota| quota.reset).is_some_and(|(reset, _)| reset <= now) {
                account.quota = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn on(name: &str) -> Resource {
        Resource::parse(name).unwrap()
    }

    fn secrets() -> Errand {
        Errand::of("/user/codespaces/secrets")
    }

    fn me() -> Errand {
        Errand::of("/user")
    }

    fn quota(start: Instant, remaining: u64) -> Quota {
        Quota { remaining, limit: 5_000, reset: Some((start + Duration::from_secs(120), 1_000)) }
    }

    #[test]
    fn the_last_of_a_budget_is_not_overdrawn() {
        let start = Instant::now();
        let reset = start + Duration::from_secs(120);
        let mut budgets = Budgets::default();
        budgets.hear(&secrets(), &on("codespaces"), quota(start, 2));
        // An older answer that arrives late changes nothing.
        budgets.hear(&secrets(), &on("codespaces"), quota(start, 3));
        for _ in 0..2 {
            assert_eq!(budgets.turn(start, &secrets()), Turn::Now);
            budgets.begin(&secrets());
        }
        assert_eq!(budgets.turn(start, &secrets()), Turn::AfterAnswer);
        for left in [1, 0] {
            assert_eq!(budgets.turn(start, &secrets()), Turn::AfterAnswer);
            budgets.hear(&secrets(), &on("codespaces"), quota(start, left));
            budgets.end(&secrets());
        }
        assert_eq!(budgets.turn(start, &secrets()), Turn::At(reset, PauseReason::Primary));
        assert_eq!(budgets.turn(reset, &secrets()), Turn::Now);
    }

    #[test]
    fn a_spent_budget_stops_only_what_counts_on_it() {
        let start = Instant::now();
        let mut budgets = Budgets::default();
        budgets.hear(&me(), &on("core"), quota(start, 0));
        budgets.hear(&secrets(), &on("codespaces"), quota(start, 9));
        assert!(matches!(budgets.turn(start, &me()), Turn::At(..)));
        assert_eq!(budgets.turn(start, &secrets()), Turn::Now);
        budgets.hold(&secrets(), start + Duration::from_secs(7));
        assert_eq!(budgets.turn(start, &secrets()), Turn::At(start + Duration::from_secs(7), PauseReason::Primary));
        // A path that counts toward something else from now on is no longer held.
        budgets.hear(&me(), &on("users"), quota(start, 9));
        assert_eq!(budgets.turn(start, &me()), Turn::Now);
    }

    #[test]
    fn one_goes_ahead_where_nobody_knows_what_a_path_counts_on() {
        let start = Instant::now();
        let mut budgets = Budgets::default();
        assert_eq!(budgets.turn(start, &secrets()), Turn::Now);
        budgets.begin(&secrets());
        assert_eq!(budgets.turn(start, &secrets()), Turn::AfterAnswer);
        let of_a_repository = Errand::of("/repos/a/b/codespaces/secrets");
        assert_eq!(budgets.turn(start, &of_a_repository), Turn::AfterAnswer, "an answer to its kind will show it");
        assert_eq!(budgets.turn(start, &me()), Turn::Now);
        // No answer, or one without a budget: the others of this kind no longer wait.
        budgets.end(&secrets());
        for errand in [&secrets(), &of_a_repository] {
            assert_eq!(budgets.turn(start, errand), Turn::Now);
            budgets.begin(errand);
        }
        assert_eq!(budgets.turn(start, &secrets()), Turn::Now);
    }

    #[test]
    fn what_is_under_way_and_not_known_yet_may_take_the_last_one() {
        let start = Instant::now();
        let mut budgets = Budgets::default();
        budgets.hear(&secrets(), &on("codespaces"), quota(start, 1));
        budgets.begin(&Errand::of("/something/new"));
        assert_eq!(budgets.turn(start, &secrets()), Turn::AfterAnswer);
    }

    #[test]
    fn the_next_process_begins_with_what_this_one_was_told() {
        let start = Instant::now();
        let mut first = Budgets::default();
        first.hear(&secrets(), &on("codespaces"), quota(start, 0));
        let mut second = Budgets::default();
        let own = |(errand, resource): (&Errand, &Resource)| (errand.clone(), resource.clone());
        let quotas: Vec<_> = first.quotas().map(|(resource, quota)| (resource.clone(), quota)).collect();
        second.recall(start, quotas.clone(), first.paths().map(own));
        assert!(matches!(second.turn(start, &secrets()), Turn::At(..)));
        // No hour ends tomorrow: a clock was wrong.
        let mut third = Budgets::default();
        let tomorrow = Some((start + Duration::from_secs(86_400), 1));
        third.recall(
            start,
            quotas.into_iter().map(|(on, quota)| (on, Quota { reset: tomorrow, ..quota })),
            first.paths().map(own),
        );
        assert_eq!(third.turn(start, &secrets()), Turn::Now);
    }
}
