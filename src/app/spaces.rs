//! What is known about codespaces, shared by all screens: the lists, the secrets they get, and a running restart.
//!
//! Scopes that are read only for comparison with a codespace are kept out of the list of credentials.

mod run;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

pub use run::{Run, doing};

use super::concerned::Concerned;
use super::context::{Context, Write};
use super::history::{Done, Kind};
use super::protocol::{Job, JobId, Outcome, Part};
use super::remote::Remote;
use super::world::World;
use super::writing::Change;
use crate::domain::change::{AccessBefore, AccessOutcome};
use crate::domain::codespace::{Phase, Stage};
use crate::domain::freshness::{Granted, Read, freshness, is_same, scopes};
use crate::domain::{
    Codespace, CodespaceChange, CodespaceList, CodespaceName, CodespaceStep, Freshness, Problem, Renamed, Roster,
    Scope, ScopeListing, Shape,
};

/// Codespaces, whether the list is complete, and why some are missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    pub codespaces: Vec<Codespace>,
    pub complete: bool,
    pub lacking: Option<Problem>,
}

impl From<Roster<Codespace>> for Listed {
    fn from(roster: Roster<Codespace>) -> Self {
        Self { complete: roster.is_whole(), codespaces: roster.list, lacking: roster.lacking }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spaces {
    pub(super) lists: BTreeMap<CodespaceList, Remote<Listed>>,
    /// Scopes that are not in the list of credentials.
    aside: Vec<(Scope, Remote<ScopeListing>)>,
    /// The last stop or start of codespaces, running or ended.
    pub run: Option<Run>,
    /// The list on screen: what it is compared with is read as well.
    watched: Option<CodespaceList>,
    /// When a restart in this session started a codespace.
    restarted: BTreeMap<CodespaceName, DateTime<Utc>>,
    /// A scope that was written to and, for a change of access, the previous access: a read of the affected codespaces
    /// is running.
    pub(super) wanted: Option<(Scope, Option<AccessBefore>)>,
    /// Codespaces that started before what was written in this session.
    pub affected: Vec<CodespaceName>,
    /// The codespaces the last write affects.
    pub(super) concerned: Concerned,
}

impl Spaces {
    pub fn list(&self, which: &CodespaceList) -> Option<&Remote<Listed>> {
        self.lists.get(which)
    }

    pub fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.running)
    }

    pub fn part(&mut self, id: JobId, part: &Part) {
        match part {
            Part::Codespaces(list) => {
                for remote in self.lists.values_mut() {
                    remote.part(id, Listed { codespaces: list.clone(), ..Listed::default() });
                }
            }
            Part::Listing(listing) => {
                for (_, remote) in &mut self.aside {
                    remote.part(id, listing.clone());
                }
            }
            Part::Codespace(step) => {
                if let Some(run) = self.run.as_mut().filter(|run| run.id == id) {
                    run.put(step.clone());
                }
            }
            Part::Progress(far) => {
                self.lists.values_mut().for_each(|remote| remote.got(id, *far));
                self.aside.iter_mut().for_each(|(_, remote)| remote.got(id, *far));
            }
            Part::Repositories(_)
            | Part::Step(_)
            | Part::Member(_)
            | Part::Device(_)
            | Part::Renamed(_)
            | Part::Memberships(_)
            | Part::Unkept(_) => {}
        }
    }

    /// Takes the end of a read.
    fn settle(&mut self, id: JobId, outcome: &Outcome) {
        match outcome {
            Outcome::Codespaces(result) => {
                let result = result.clone().map(Listed::from);
                for remote in self.lists.values_mut() {
                    remote.settle(id, result.clone());
                }
            }
            Outcome::Listing(result) => {
                for (_, remote) in &mut self.aside {
                    remote.settle(id, result.clone());
                }
            }
            _ => {} // not about codespaces
        }
    }

    /// Whether anything is stored under a repository's old name.
    pub(super) fn knows(&self, renamed: &Renamed) -> bool {
        let is_old = |which: &CodespaceList| matches!(which, CodespaceList::MineIn(name) if *name == renamed.from);
        self.lists.keys().any(is_old) || self.aside.iter().any(|(scope, _)| renamed.scope(&mut scope.clone()))
    }

    /// Moves everything to the new name; returns the reads that are superfluous because data is already there.
    pub(super) fn rename(&mut self, renamed: &Renamed) -> Vec<JobId> {
        let (old, new) = (CodespaceList::MineIn(renamed.from.clone()), CodespaceList::MineIn(renamed.to.clone()));
        let mut twice = Vec::new();
        if let Some(list) = self.lists.remove(&old) {
            match self.lists.get(&new) {
                Some(_) => twice.extend(list.loading_id()),
                None => drop(self.lists.insert(new.clone(), list)),
            }
        }
        if self.watched.as_ref() == Some(&old) {
            self.watched = Some(new);
        }
        for listed in self.lists.values_mut().filter_map(Remote::value_mut) {
            let repositories = listed.codespaces.iter_mut().filter_map(|codespace| codespace.repository.as_mut());
            repositories.for_each(|repository| renamed.reference(&mut repository.reference));
        }
        for (scope, remote) in &mut self.aside {
            renamed.scope(scope);
            if let Some(listing) = remote.value_mut() {
                renamed.listing(listing);
            }
        }
        if let Some((scope, _)) = &mut self.wanted {
            renamed.scope(scope);
        }
        twice
    }

    fn ended(&mut self, now: DateTime<Utc>, id: JobId, steps: &[CodespaceStep]) {
        let Some(run) = self.run.as_mut().filter(|run| run.id == id) else { return };
        run.running = false;
        for step in steps {
            run.put(step.clone());
            if step.stage == Stage::Running {
                self.restarted.insert(step.name.clone(), now);
            }
            if step.stage.problem().is_none() {
                self.affected.retain(|name| *name != step.name);
                self.concerned.forget(&step.name);
            }
        }
    }
}

impl World {
    /// The scopes that were read and that a codespace may use.
    fn read(&self, codespace: &Codespace) -> Vec<Read<'_>> {
        let find = |scope: &Scope| {
            let all = self.scopes.iter().chain(&self.spaces.aside);
            all.into_iter().find(|(known, _)| is_same(known, scope)).map(|(_, remote)| remote)
        };
        let told = |scope: Scope| {
            let result = match find(&scope)? {
                Remote::Ready(listing) => Ok(listing),
                Remote::Loading { so_far: Some(listing), .. } if listing.complete => Ok(listing),
                Remote::Absent | Remote::Loading { .. } => Err("still loading"),
                Remote::Failed { problem, .. } => Err(problem.why.as_str()),
            };
            Some((scope, result))
        };
        scopes(codespace).into_iter().filter_map(told).collect()
    }

    /// Whether something it is compared with is still loading.
    pub fn is_comparing(&self, codespace: &Codespace) -> bool {
        let all = || self.scopes.iter().chain(&self.spaces.aside);
        scopes(codespace).iter().any(|scope| {
            let found = all().find(|(known, _)| is_same(known, scope));
            found.is_some_and(|(_, remote)| remote.is_loading())
        })
    }

    /// How a codespace's last start compares with the secrets it should have.
    pub fn freshness(&self, which: &CodespaceList, codespace: &Codespace) -> Freshness {
        let restarted = self.spaces.restarted.get(&codespace.name);
        let granted: Vec<Granted> =
            self.granted().into_iter().filter(|granted| restarted.is_none_or(|at| granted.at > *at)).collect();
        freshness(codespace, self.is_mine(which, codespace), &self.read(codespace), &granted)
    }

    /// The changes of access in this session, oldest first.
    pub(super) fn granted(&self) -> Vec<Granted> {
        let changes = self.changes.iter().rev();
        changes.filter_map(|done| Some(Granted { at: done.at, before: done.access.clone()? })).collect()
    }

    /// An organization's list may include your own codespaces.
    fn is_mine(&self, which: &CodespaceList, codespace: &Codespace) -> bool {
        let is_me = |login: &str| login.eq_ignore_ascii_case(codespace.owner.raw());
        !matches!(which, CodespaceList::Org(_))
            || self.identity.value().is_some_and(|identity| is_me(identity.login.raw()))
    }
}

impl Context<'_> {
    /// Reads a list of codespaces (again); aborts an earlier read of it.
    pub fn load_codespaces(&mut self, which: &CodespaceList) {
        if let Some(old) = self.world.spaces.list(which).and_then(Remote::loading_id) {
            self.cancel(old);
        }
        let id = self.start(Job::Codespaces(which.clone()));
        self.world.spaces.lists.entry(which.clone()).or_default().begin(id);
    }

    /// Reads what the codespaces of a list are compared with, unless it is there; with `again` all of it.
    pub fn compare_codespaces(&mut self, which: &CodespaceList, again: bool) {
        let Some(listed) = self.world.spaces.list(which).and_then(Remote::value) else { return };
        let mut wanted: Vec<Scope> = Vec::new();
        for scope in listed.codespaces.iter().filter(|c| c.state.phase() != Phase::Gone).flat_map(scopes) {
            if !wanted.iter().any(|known| is_same(known, &scope)) {
                wanted.push(scope);
            }
        }
        for scope in wanted {
            let shown = self.world.scopes.iter().find(|(known, _)| is_same(known, &scope)).cloned();
            match shown {
                Some((known, remote)) if again || remote == Remote::Absent => self.load_scope(&known),
                Some(_) => {}
                None => self.look_aside(scope, again),
            }
        }
    }

    fn look_aside(&mut self, scope: Scope, again: bool) {
        let at = self.world.spaces.aside.iter().position(|(known, _)| is_same(known, &scope));
        if at.is_some() && !again {
            return;
        }
        let old = at.and_then(|at| self.world.spaces.aside[at].1.loading_id());
        if let Some(old) = old {
            self.cancel(old);
        }
        let id = self.start(Job::LoadScope(scope.clone()));
        if let Some(at) = at {
            self.world.spaces.aside[at].1.begin(id);
        } else {
            let mut remote = Remote::Absent;
            remote.begin(id);
            self.world.spaces.aside.push((scope, remote));
        }
    }

    /// A scope that moves into the list of credentials is no longer kept aside.
    pub fn forget_aside(&mut self, scope: &Scope) {
        while let Some(at) = self.world.spaces.aside.iter().position(|(known, _)| is_same(known, scope)) {
            let (_, remote) = self.world.spaces.aside.remove(at);
            if let Some(old) = remote.loading_id() {
                self.cancel(old);
            }
        }
    }

    /// A list is on screen: reads it, and what it is compared with.
    pub fn watch_codespaces(&mut self, which: &CodespaceList) {
        self.world.spaces.watched = Some(which.clone());
        self.load_codespaces(which);
        self.compare_codespaces(which, false);
    }

    /// The list is no longer on screen: aborts every read that was only for it.
    pub fn leave_codespaces(&mut self) {
        self.world.spaces.watched = None;
        let lists: Vec<JobId> = self.world.spaces.lists.values().filter_map(Remote::loading_id).collect();
        let aside: Vec<JobId> = self.world.spaces.aside.iter().filter_map(|(_, r)| r.loading_id()).collect();
        for id in lists.into_iter().chain(aside) {
            self.cancel(id);
        }
        self.world.spaces.lists.retain(|_, remote| !remote.is_loading());
        self.world.spaces.aside.retain(|(_, remote)| !remote.is_loading());
    }

    /// Codespaces of another person are no longer shown.
    pub fn forget_codespaces(&mut self) {
        let watched = self.world.spaces.watched.take();
        self.leave_codespaces();
        let run = self.world.spaces.run.take().filter(|run| run.running);
        self.world.spaces = Spaces { run, watched, ..Spaces::default() };
    }

    /// Stops and starts codespaces; only one such run at a time.
    pub fn change_codespaces(&mut self, changes: Vec<CodespaceChange>) {
        let id = self.start(Job::ChangeCodespaces(changes.clone()));
        self.world.spaces.run = Some(Run { id, running: true, changes, steps: Vec::new() });
    }

    /// Takes the end of a read about codespaces, and offers a restart if something was written meanwhile.
    pub fn settle_codespaces(&mut self, id: JobId, outcome: &Outcome) {
        let mine = self.world.spaces.list(&CodespaceList::Mine).and_then(Remote::loading_id) == Some(id);
        self.world.spaces.settle(id, outcome);
        if mine && matches!(outcome, Outcome::Codespaces(Ok(_))) {
            self.offer_restart();
        }
        if mine {
            self.world.spaces.wanted = None;
        }
        if let (Outcome::Codespaces(_), Some(which)) = (outcome, self.world.spaces.watched.clone()) {
            self.compare_codespaces(&which, false);
        }
    }

    /// Takes the end of a write. For codespaces, it takes how far they got; for secrets, it requests the affected ones.
    pub fn after_write(&mut self, id: JobId, write: &Write, outcome: &Outcome) {
        if let Outcome::CodespacesChanged(steps) = outcome {
            self.world.spaces.ended(self.now, id, steps);
            self.world.remember_run(self.now);
            if let Some(which) = self.world.spaces.watched.clone() {
                self.load_codespaces(&which);
            }
            return;
        }
        let has_written = matches!(write.kind, Kind::Values | Kind::Access | Kind::Undoing);
        let is_whole = self.world.changes.first().is_some_and(Done::is_whole);
        let may_ask = self.world.identity.value().is_some_and(|i| i.has_scope("codespace") != Some(false));
        // A single secret does not belong to a registry, so the comparison of codespaces does not cover it.
        let is_single = matches!(&write.change, Some(Change::Save(draft)) if draft.shape == Shape::Single);
        if is_single {
            let spaces = &mut self.world.spaces;
            spaces.affected.clear();
            spaces.concerned = Concerned::default();
            return;
        }
        let Some(scope) = write.scope.clone().filter(|_| has_written && is_whole && may_ask) else { return };
        let change = match outcome {
            Outcome::AccessChanged(Ok(AccessOutcome::Done { before, .. })) => Some(before.clone()),
            _ => None, // values were written
        };
        self.world.spaces.wanted = Some((scope, change));
        self.load_codespaces(&CodespaceList::Mine);
    }
}

/// Why the last attempt could not list codespaces, or not all of them.
pub fn problem<'a>(world: &'a World, which: &CodespaceList) -> Option<&'a Problem> {
    let list = world.spaces.list(which)?;
    list.problem().or_else(|| list.value().filter(|_| !list.is_loading())?.lacking.as_ref())
}
