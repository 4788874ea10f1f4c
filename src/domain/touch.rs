//! A choice of repositories for several credentials at once: the current access, what was touched, and what that means
//! for each credential. Pure.
//!
//! Nothing is preselected: what is not touched stays as it is in each credential.

use std::collections::BTreeMap;

use super::grant::Before;
use super::{Renamed, RepoRef, Visibility};

/// How many of several secrets a repository gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    All,
    Some,
    None,
}

/// The current access of several credentials, and what was touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touch {
    /// Each member of the credentials that can be touched.
    held: BTreeMap<u64, (RepoRef, Held)>,
    /// To be added to every credential.
    add: BTreeMap<u64, RepoRef>,
    /// To be removed from every credential.
    remove: BTreeMap<u64, RepoRef>,
}

/// The result for one credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TouchPlan {
    /// All repositories of any of its secrets afterwards.
    pub repositories: Vec<RepoRef>,
    pub added: Vec<RepoRef>,
    pub removed: Vec<RepoRef>,
    /// To be added, but belonging to another owner than the credential's organization.
    pub left_out: usize,
}

/// Why a credential keeps its access although something was touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untouchable {
    /// Its secrets have different visibilities: not all of them have a list.
    Mixed,
    /// It is for all or all private repositories, and has no list.
    Wide(Visibility),
    /// Its access is still loading.
    Reading,
    /// Its access is not completely known.
    Unknown,
}

impl Untouchable {
    /// In words, to follow a name and a colon.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Mixed => "left out: not all of its secrets are for selected repositories; give them the same access",
            Self::Wide(Visibility::Private) => {
                "left out: it is for all private repositories; change it on its own to select some"
            }
            Self::Wide(Visibility::All | Visibility::Selected) => {
                "left out: it is for all repositories; change it on its own to select some"
            }
            Self::Reading => "still reading its access",
            Self::Unknown => "left out: its access is unknown; reload first",
        }
    }

    /// Why a credential with this access cannot be touched; `None` if it can.
    pub const fn of(before: &Before) -> Option<Self> {
        match before.visibility {
            _ if before.reading => Some(Self::Reading),
            Some(Visibility::Selected) if before.complete => None,
            Some(wide @ (Visibility::All | Visibility::Private)) => Some(Self::Wide(wide)),
            None if before.complete => Some(Self::Mixed),
            Some(Visibility::Selected) | None => Some(Self::Unknown),
        }
    }
}

impl Touch {
    /// Starts from the access of each credential, with nothing touched.
    pub fn of<'b>(all: impl IntoIterator<Item = &'b Before>) -> Self {
        let mut touch = Self::default();
        touch.learn(all);
        touch
    }

    /// Updates the current access; what was touched stays touched.
    pub fn learn<'b>(&mut self, all: impl IntoIterator<Item = &'b Before>) {
        let (mut counts, mut many) = (BTreeMap::new(), 0usize);
        for before in all.into_iter().filter(|before| Untouchable::of(before).is_none()) {
            many += 1;
            for repository in &before.repositories {
                let is_shared = before.shared.contains(&repository.id);
                counts.entry(repository.id).or_insert((repository.clone(), 0usize)).1 += usize::from(is_shared);
            }
        }
        let held = |(id, (repository, count)): (u64, (RepoRef, usize))| {
            (id, (repository, if count == many { Held::All } else { Held::Some }))
        };
        self.held = counts.into_iter().map(held).collect();
    }

    /// Whether nothing was touched.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }

    /// How many repositories were touched.
    pub fn len(&self) -> usize {
        self.add.len() + self.remove.len()
    }

    pub fn is_touched(&self, id: u64) -> bool {
        self.add.contains_key(&id) || self.remove.contains_key(&id)
    }

    fn held(&self, id: u64) -> Held {
        self.held.get(&id).map_or(Held::None, |(_, held)| *held)
    }

    /// Which secrets a repository would get after the change.
    pub fn mark(&self, id: u64) -> Held {
        if self.add.contains_key(&id) {
            Held::All
        } else if self.remove.contains_key(&id) {
            Held::None
        } else {
            self.held(id)
        }
    }

    /// All repositories that any credential has or would have.
    pub fn marked(&self) -> BTreeMap<u64, RepoRef> {
        let held = self.held.iter().map(|(id, (repository, _))| (*id, repository));
        let all = held.chain(self.add.iter().map(|(id, repository)| (*id, repository)));
        all.filter(|(id, _)| self.mark(*id) != Held::None).map(|(id, repository)| (id, repository.clone())).collect()
    }

    /// Cycles a repository: added to all, removed from all, and back to untouched.
    pub fn toggle(&mut self, repository: RepoRef) {
        let id = repository.id;
        match (self.held(id), self.add.contains_key(&id), self.remove.contains_key(&id)) {
            (Held::Some, true, _) | (Held::All, _, false) => self.set(repository, Some(false)),
            (_, true, _) | (_, _, true) => self.set(repository, None),
            (Held::Some | Held::None, false, false) => self.set(repository, Some(true)),
        }
    }

    /// The choice for a repository: add to all, remove from all, or leave as it is.
    pub fn set(&mut self, repository: RepoRef, wanted: Option<bool>) {
        let id = repository.id;
        self.add.remove(&id);
        self.remove.remove(&id);
        match (wanted, self.held(id)) {
            (None, _) | (Some(true), Held::All) | (Some(false), Held::None) => {}
            (Some(true), Held::Some | Held::None) => drop(self.add.insert(id, repository)),
            (Some(false), Held::All | Held::Some) => drop(self.remove.insert(id, repository)),
        }
    }

    /// The result for one of the credentials. `is_home` says whether a repository can be selected there at all.
    pub fn plan(&self, before: &Before, is_home: impl Fn(&RepoRef) -> bool) -> Result<TouchPlan, Untouchable> {
        if let Some(why) = Untouchable::of(before) {
            return Err(why);
        }
        let lacks = |r: &&RepoRef| !before.shared.contains(&r.id);
        let (home, strange): (Vec<RepoRef>, Vec<RepoRef>) =
            self.add.values().filter(lacks).cloned().partition(|r| is_home(r));
        let removed: Vec<RepoRef> =
            before.repositories.iter().filter(|r| self.remove.contains_key(&r.id)).cloned().collect();
        let repositories = before.changed(&home, &removed);
        Ok(TouchPlan { repositories, added: home, removed, left_out: strange.len() })
    }

    /// A repository was renamed.
    pub fn renamed(&mut self, renamed: &Renamed) {
        self.held.values_mut().for_each(|(repository, _)| renamed.reference(repository));
        self.add.values_mut().chain(self.remove.values_mut()).for_each(|repository| renamed.reference(repository));
    }
}

impl TouchPlan {
    pub fn is_nothing(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn repository(id: u64) -> RepoRef {
        RepoRef { id, full_name: format!("acme/r{id}").as_str().into() }
    }

    fn before(ids: &[u64]) -> Before {
        Before {
            visibility: Some(Visibility::Selected),
            repositories: ids.iter().map(|id| repository(*id)).collect(),
            shared: ids.iter().copied().collect(),
            differs: false,
            complete: true,
            reading: false,
        }
    }

    fn ids(list: &[RepoRef]) -> Vec<u64> {
        list.iter().map(|r| r.id).collect()
    }

    #[test]
    fn nothing_changes_that_was_not_touched() {
        let all = [before(&[1, 2, 3]), before(&[3, 4])];
        let touch = Touch::of(&all);
        let marks: Vec<Held> = (1..=5).map(|id| touch.mark(id)).collect();
        assert_eq!(marks, [Held::Some, Held::Some, Held::All, Held::Some, Held::None]);
        for one in &all {
            assert!(touch.plan(one, |_| true).is_ok_and(|plan| plan.is_nothing()));
        }
    }

    #[test]
    fn what_is_touched_is_added_and_removed_on_each_and_the_rest_stays_its_own() {
        let all = [before(&[1, 2, 3]), before(&[3, 4])];
        let mut touch = Touch::of(&all);
        touch.toggle(repository(5)); // none has it: add to all
        touch.toggle(repository(3)); // all have it: remove from all
        touch.toggle(repository(4)); // some have it: add to all
        let plans: Vec<TouchPlan> = all.iter().filter_map(|one| touch.plan(one, |_| true).ok()).collect();
        assert_eq!((ids(&plans[0].added), ids(&plans[0].removed)), (vec![4, 5], vec![3]));
        assert_eq!((ids(&plans[1].added), ids(&plans[1].removed)), (vec![5], vec![3]));
        assert_eq!((ids(&plans[0].repositories), ids(&plans[1].repositories)), (vec![1, 2, 4, 5], vec![4, 5]));
    }

    #[test]
    fn touching_goes_round_and_ends_untouched() {
        let mut touch = Touch::of(&[before(&[1, 2]), before(&[2])]);
        let mut seen = Vec::new();
        for id in [1, 2, 3] {
            for _ in 0..3 {
                touch.toggle(repository(id));
                seen.push(touch.mark(id));
            }
        }
        let [all, some, none] = [Held::All, Held::Some, Held::None];
        assert_eq!(seen, [all, none, some, none, all, none, all, none, all]);
        assert_eq!((touch.is_touched(1), touch.len()), (false, 2));
    }

    /// Secrets for 1 and 2, of which only some are for 2.
    fn differing() -> Before {
        Before { shared: [1].into(), differs: true, ..before(&[1, 2]) }
    }

    fn wide(visibility: Visibility) -> Before {
        Before { visibility: Some(visibility), ..before(&[]) }
    }

    #[test]
    fn secrets_that_differ_are_touched_where_something_was_touched_and_nowhere_else() {
        let all = [before(&[1, 2]), differing()];
        let mut touch = Touch::of(&all);
        assert_eq!([1, 2, 3].map(|id| touch.mark(id)), [Held::All, Held::Some, Held::None]);
        assert!(touch.plan(&all[1], |_| true).is_ok_and(|plan| plan.is_nothing()));
        touch.toggle(repository(2)); // some have it: add to all
        let plan = touch.plan(&all[1], |_| true).unwrap();
        assert_eq!((ids(&plan.added), ids(&plan.removed)), (vec![2], vec![]));
        assert!(touch.plan(&all[0], |_| true).is_ok_and(|plan| plan.is_nothing()), "it has it already");
        touch.toggle(repository(2)); // remove from all
        let removed = |one: &Before| ids(&touch.plan(one, |_| true).unwrap().removed);
        assert_eq!((removed(&all[0]), removed(&all[1])), (vec![2], vec![2]));
    }

    #[test]
    fn what_is_left_out_is_in_no_box() {
        let unread = Before { complete: false, ..before(&[9]) };
        let all = [before(&[1, 2]), before(&[1]), wide(Visibility::All), wide(Visibility::Private), unread];
        let mut touch = Touch::of(&all);
        assert_eq!([1, 2, 9].map(|id| touch.mark(id)), [Held::All, Held::Some, Held::None]);
        touch.toggle(repository(1));
        assert_eq!(touch.mark(1), Held::None, "all that can lose it have it");
    }

    #[test]
    fn what_cannot_be_touched_is_left_out_with_its_reason() {
        let mut touch = Touch::of(&[before(&[1]), before(&[2])]);
        for _ in 0..2 {
            let plan = |before: Before| touch.plan(&before, |_| true).unwrap_err();
            assert_eq!(plan(Before { visibility: None, ..before(&[2]) }), Untouchable::Mixed);
            assert_eq!(plan(Before { complete: false, ..before(&[2]) }), Untouchable::Unknown);
            assert_eq!(plan(Before { reading: true, complete: false, ..before(&[2]) }), Untouchable::Reading);
            assert_eq!(plan(wide(Visibility::All)), Untouchable::Wide(Visibility::All));
            touch.toggle(repository(1)); // and the same if nothing is touched
        }
        touch.set(repository(1), Some(true));
        let strange = touch.plan(&before(&[2]), |_| false);
        assert!(strange.is_ok_and(|plan| plan.is_nothing() && plan.left_out == 1));
    }

    #[test]
    fn what_holds_later_is_the_new_ground_and_what_was_touched_stays() {
        let mut touch = Touch::of(&[before(&[1]), before(&[])]);
        touch.toggle(repository(2));
        touch.learn(&[before(&[1, 2]), before(&[1])]);
        assert_eq!((touch.mark(1), touch.mark(2)), (Held::All, Held::All));
    }
}
