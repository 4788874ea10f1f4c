//! Repositories: details of each one displayed, and the lists to choose from.

use std::sync::Arc;

use super::App;
use super::context::Context;
use super::protocol::{Effect, Job, JobId, Outcome};
use super::remote::Remote;
use super::world::World;
use crate::domain::{OrgName, Problem, RepoName, Repository, RepositoryPage, Roster, Scope, Untrusted};

/// A list of repositories, and why some may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    pub repositories: Rows,
    pub lacking: Option<Problem>,
}

impl Catalogue {
    /// Takes one page; the first page replaces what was there before.
    pub fn grow(so_far: &mut Option<Self>, page: &RepositoryPage) {
        let catalogue = so_far.get_or_insert_default();
        if page.before == 0 {
            *catalogue = Self::default();
        }
        // A page that does not continue what is here is useless; the end of the read brings the whole list.
        if page.before == catalogue.repositories.len() {
            catalogue.repositories.push(page.list.clone());
        }
    }
}

/// Repositories in pages as they arrived. The pages are shared with the lists to choose from, so that thousands of rows
/// are never copied and a new page leaves the earlier ones as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    pages: Vec<Arc<Vec<Repository>>>,
    /// The number of rows up to the end of each page.
    ends: Vec<usize>,
}

impl Rows {
    fn push(&mut self, page: Vec<Repository>) {
        if !page.is_empty() {
            self.ends.push(self.len() + page.len());
            self.pages.push(Arc::new(page));
        }
    }

    pub fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn get(&self, index: usize) -> Option<&Repository> {
        let page = self.ends.partition_point(|end| *end <= index);
        let start = page.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.pages.get(page)?.get(index - start)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Repository> {
        self.from(0)
    }

    /// The rows from `index` on.
    pub fn from(&self, index: usize) -> impl Iterator<Item = &Repository> {
        (index..self.len()).filter_map(|at| self.get(at))
    }

    /// How many rows both share, from the first on: those that were not sent again.
    pub fn shared_with(&self, other: &Self) -> usize {
        let same = self.pages.iter().zip(&other.pages).take_while(|(one, other)| Arc::ptr_eq(one, other)).count();
        same.checked_sub(1).map_or(0, |last| self.ends[last])
    }

    /// Renames a repository; pages without it stay shared.
    pub(super) fn rename(&mut self, id: u64, name: &Untrusted) {
        for page in self.pages.iter_mut().filter(|page| page.iter().any(|r| r.id == id)) {
            for repository in Arc::make_mut(page).iter_mut().filter(|r| r.id == id) {
                repository.full_name = name.clone();
            }
        }
    }
}

impl From<Vec<Repository>> for Rows {
    fn from(list: Vec<Repository>) -> Self {
        let mut rows = Self::default();
        rows.push(list);
        rows
    }
}

/// Why a list of repositories is missing or incomplete.
pub fn problem(catalogue: Option<&Remote<Catalogue>>) -> Option<&Problem> {
    let catalogue = catalogue?;
    catalogue.problem().or_else(|| catalogue.value()?.lacking.as_ref())
}

impl World {
    pub fn catalogue(&self, org: Option<&OrgName>) -> Option<&Remote<Catalogue>> {
        self.catalogues.get(&org.cloned())
    }

    /// Details of a displayed repository.
    pub fn facts(&self, name: &RepoName) -> Option<&Remote<Repository>> {
        self.facts.get(name)
    }

    /// The same for the current repository, as far as it was read.
    pub fn here_facts(&self) -> Option<&Repository> {
        self.facts(self.here.as_ref()?)?.value()
    }
}

impl Context<'_> {
    /// Reads the details of a repository (again); aborts an earlier read of them.
    pub(super) fn load_facts(&mut self, name: &RepoName) {
        if let Some(old) = self.world.facts(name).and_then(Remote::loading_id) {
            self.cancel(old);
        }
        let id = self.start(Job::Repository(name.clone()));
        self.world.facts.entry(name.clone()).or_default().begin(id);
    }

    /// Makes this the current repository: reads and lists its secrets, unless that was done already.
    pub fn look_at(&mut self, name: RepoName) {
        let known = self.world.scopes.iter().find_map(|(scope, _)| match scope {
            Scope::Repository(known) if known.is_same(&name.full()) => Some(known.clone()),
            Scope::Repository(_) | Scope::User | Scope::Organization(_) => None,
        });
        let name = known.unwrap_or(name);
        let scope = Scope::Repository(name.clone());
        if !matches!(self.world.scope(&scope), Some(Remote::Loading { .. } | Remote::Ready(_))) {
            self.load_scope(&scope);
        }
        if !matches!(self.world.facts(&name), Some(Remote::Loading { .. } | Remote::Ready(_))) {
            self.load_facts(&name);
        }
        self.world.here = Some(name);
        self.world.arrival = Some(scope);
    }

    /// Requests the repositories to choose from, unless they are here or loading.
    pub fn need_catalogue(&mut self, org: Option<&OrgName>) {
        let missing = !matches!(self.world.catalogue(org), Some(Remote::Loading { .. } | Remote::Ready(_)));
        if missing {
            self.load_catalogue(org);
        }
    }

    /// Reads the repositories to choose from (again); aborts an earlier read of them.
    pub fn load_catalogue(&mut self, org: Option<&OrgName>) {
        if let Some(old) = self.world.catalogue(org).and_then(Remote::loading_id) {
            self.cancel(old);
        }
        let id = self.start(Job::Repositories(org.cloned()));
        self.world.catalogues.entry(org.cloned()).or_default().begin(id);
    }

    /// The list is no longer needed: aborts its read, as the partial result is not a complete list.
    pub(super) fn drop_catalogue(&mut self, org: Option<&OrgName>) {
        let Some(remote) = self.world.catalogues.remove(&org.cloned()) else { return };
        if let Some(id) = remote.loading_id() {
            self.cancel(id);
        }
    }

    /// Takes the end of a read about repositories; ignores others.
    pub(super) fn settle_repositories(&mut self, id: JobId, outcome: &Outcome) {
        match outcome {
            Outcome::Repositories(result) => {
                let mine = self.world.catalogues.values_mut().find(|remote| remote.loading_id() == Some(id));
                if let Some(remote) = mine {
                    let catalogue = |Roster { list, lacking }| Catalogue { repositories: list.into(), lacking };
                    remote.settle(id, result.clone().map(catalogue));
                }
            }
            Outcome::Repository(result) => {
                if let Some(remote) = self.world.facts.values_mut().find(|remote| remote.loading_id() == Some(id)) {
                    remote.settle(id, result.clone());
                }
            }
            _ => {} // not about repositories
        }
    }
}

impl App {
    /// Aborts reads of repository lists whose screen is closed.
    pub(super) fn drop_unwanted(&mut self, effects: &mut Vec<Effect>) {
        let is_wanted = |org: &Option<OrgName>| self.stack.iter().any(|screen| screen.chooses_from(org.as_ref()));
        let loading = self.world.catalogues.iter().filter(|(_, remote)| remote.is_loading());
        let unwanted: Vec<_> = loading.map(|(org, _)| org.clone()).filter(|org| !is_wanted(org)).collect();
        for org in unwanted {
            self.with_cx(effects, |_, cx| cx.drop_catalogue(org.as_ref()));
        }
    }
}
