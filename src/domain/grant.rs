//! The current access before a change, and what a choice would change. Pure: it requests and draws nothing.

use std::collections::BTreeSet;

use super::{Access, Credential, Member, OrgName, RepoRef, Scope, Visibility};

/// The access before the change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// The visibility of all members; `None` if they differ or one could not be read.
    pub visibility: Option<Visibility>,
    /// All repositories of any member.
    pub repositories: Vec<RepoRef>,
    /// Of these the ones that every member has, by id.
    pub shared: BTreeSet<u64>,
    pub differs: bool,
    /// Whether every list is complete; an incomplete one is never written back.
    pub complete: bool,
    /// Whether the access of some member is still loading.
    pub reading: bool,
}

/// What a choice would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub added: Vec<RepoRef>,
    pub removed: Vec<RepoRef>,
    pub visibility: Option<(Option<Visibility>, Visibility)>,
    /// The members differ now and would have the same access afterwards.
    pub evens_out: bool,
}

impl Difference {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The difference between the current access and a choice.
    pub fn between(before: &Before, visibility: Visibility, chosen: &[RepoRef]) -> Self {
        let turns = (before.visibility != Some(visibility)).then_some((before.visibility, visibility));
        let evens_out = before.differs;
        if visibility != Visibility::Selected {
            return Self { visibility: turns, evens_out, ..Self::default() };
        }
        Self {
            added: without(chosen, &before.repositories),
            removed: without(&before.repositories, chosen),
            visibility: turns,
            evens_out,
        }
    }
}

/// The entries of one list that are not in the other.
fn without(list: &[RepoRef], other: &[RepoRef]) -> Vec<RepoRef> {
    let other: BTreeSet<u64> = other.iter().map(|r| r.id).collect();
    list.iter().filter(|r| !other.contains(&r.id)).cloned().collect()
}

pub fn before(credential: &Credential) -> Before {
    let states = || Member::all().filter_map(|member| credential.members.get(member).as_ref());
    let (mut complete, mut reading) = (true, false);
    let mut lists = Vec::new();
    for state in states() {
        match &state.access {
            Some(Access::Selected(selected)) => {
                complete &= selected.complete;
                lists.push(selected.repositories.as_slice());
            }
            Some(Access::All | Access::Private | Access::Repository | Access::Other(_)) => {}
            None => (complete, reading) = (false, true),
        }
    }
    let visibilities = states().map(|state| state.access.as_ref().and_then(Access::visibility));
    Before {
        visibility: common(visibilities),
        shared: shared(lists.iter().map(|list| list.iter().map(|r| r.id).collect())),
        repositories: united(lists),
        differs: credential.access_differs(),
        complete,
        reading,
    }
}

impl Before {
    /// The list after adding these and removing those; all others stay, in their order.
    pub fn changed(&self, add: &[RepoRef], remove: &[RepoRef]) -> Vec<RepoRef> {
        let mut list = without(&self.repositories, remove);
        list.extend(without(add, &self.repositories));
        list
    }

    /// The current access of several credentials together.
    pub fn of_all<'b>(all: &(impl Iterator<Item = &'b Self> + Clone)) -> Self {
        let ids = |b: &Self| b.repositories.iter().map(|r| r.id).collect::<BTreeSet<_>>();
        let mut alike = all.clone().map(|b| (b.visibility, ids(b)));
        let first = alike.next();
        Self {
            visibility: common(all.clone().map(|b| b.visibility)),
            repositories: united(all.clone().map(|b| b.repositories.as_slice())),
            shared: shared(all.clone().map(|b| b.shared.clone())),
            differs: all.clone().any(|b| b.differs) || alike.any(|b| Some(b) != first),
            complete: all.clone().all(|b| b.complete),
            reading: all.clone().any(|b| b.reading),
        }
    }
}

/// The common value, if all are the same.
fn common(mut all: impl Iterator<Item = Option<Visibility>>) -> Option<Visibility> {
    let first = all.next().flatten();
    first.filter(|_| all.all(|visibility| visibility == first))
}

/// The entries common to all of them.
fn shared(lists: impl Iterator<Item = BTreeSet<u64>>) -> BTreeSet<u64> {
    lists.reduce(|both, list| both.intersection(&list).copied().collect()).unwrap_or_default()
}

/// Without duplicates, in their original order.
fn united<'r>(lists: impl IntoIterator<Item = &'r [RepoRef]>) -> Vec<RepoRef> {
    let mut seen = BTreeSet::new();
    lists.into_iter().flatten().filter(|r| seen.insert(r.id)).cloned().collect()
}

/// Who gets it, in words.
pub fn reach(visibility: Visibility, chosen: usize) -> String {
    match (visibility, chosen) {
        (Visibility::All, _) => "all repositories, public ones too".to_owned(),
        (Visibility::Private, _) => "all private repositories".to_owned(),
        (Visibility::Selected, 0) => "nobody".to_owned(),
        (Visibility::Selected, 1) => "1 repository".to_owned(),
        (Visibility::Selected, n) => format!("{n} repositories"),
    }
}

pub const fn org_of(scope: &Scope) -> Option<&OrgName> {
    match scope {
        Scope::Organization(org) => Some(org),
        Scope::User | Scope::Repository(_) => None,
    }
}
