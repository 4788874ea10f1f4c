//! Repositories: what each one that is shown is, and the lists to choose from.

use std::sync::Arc;

use super::cx::Cx;
use super::protocol::{Job, JobId, Outcome};
use super::remote::Remote;
use super::world::World;
use crate::domain::{OrgName, RepoName, Repository, Scope};

/// A list of repositories and whether these are all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Shared with the lists that are chosen from, so that nobody copies thousands of rows.
    pub repositories: Arc<Vec<Repository>>,
    pub complete: bool,
}

impl World {
    pub fn catalogue(&self, org: Option<&OrgName>) -> Option<&Remote<Catalogue>> {
        self.catalogues.get(&org.cloned())
    }

    /// What a repository that is shown is.
    pub fn facts(&self, name: &RepoName) -> Option<&Remote<Repository>> {
        self.facts.get(name)
    }

    /// The same of the repository one looks at, as far as it was read.
    pub fn here_facts(&self) -> Option<&Repository> {
        self.facts(self.here.as_ref()?)?.value()
    }
}

impl Cx<'_> {
    /// Asks what a repository is (again); an earlier read of it is aborted.
    pub(super) fn load_facts(&mut self, name: &RepoName) {
        if let Some(old) = self.world.facts(name).and_then(Remote::loading_id) {
            self.cancel(old);
        }
        let id = self.start(Job::Repository(name.clone()));
        self.world.facts.entry(name.clone()).or_default().begin(id);
    }

    /// Makes this the repository one looks at: its secrets are read and listed, unless they are already.
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

    /// Asks for the repositories to choose from, unless they are here or on their way.
    pub fn need_catalogue(&mut self, org: Option<&OrgName>) {
        let missing = !matches!(self.world.catalogue(org), Some(Remote::Loading { .. } | Remote::Ready(_)));
        if missing {
            self.load_catalogue(org);
        }
    }

    /// Reads the repositories to choose from (again); an earlier read of them is aborted.
    pub fn load_catalogue(&mut self, org: Option<&OrgName>) {
        if let Some(old) = self.world.catalogue(org).and_then(Remote::loading_id) {
            self.cancel(old);
        }
        let id = self.start(Job::Repositories(org.cloned()));
        self.world.catalogues.entry(org.cloned()).or_default().begin(id);
    }

    /// Takes the end of a read about repositories; others it leaves alone.
    pub(super) fn settle_repositories(&mut self, id: JobId, outcome: &Outcome) {
        match outcome {
            Outcome::Repositories(result) => {
                let mine = self.world.catalogues.values_mut().find(|remote| remote.loading_id() == Some(id));
                if let Some(remote) = mine {
                    let catalogue = |(list, complete): (Vec<Repository>, bool)| Catalogue {
                        repositories: Arc::new(list),
                        complete,
                    };
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
