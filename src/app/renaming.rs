//! A repository was renamed or transferred: GitHub answers a request for the old name from the new one, and the screens
//! follow. What is known about it moves to the new name, and nothing typed or chosen is lost.

use super::App;
use super::context::RunningJobs;
use super::history::Undo;
use super::notices::Tone;
use super::protocol::{Effect, JobId};
use super::remote::Remote;
use super::world::World;
use crate::domain::{Prefix, Renamed, Scope};

impl App {
    pub(super) fn renamed(&mut self, renamed: &Renamed, effects: &mut Vec<Effect>) {
        if !self.world.knows(renamed) {
            return; // reported already, by another read
        }
        let twice = self.world.rename(renamed);
        self.running_jobs.rename(renamed);
        for screen in &mut self.stack {
            screen.renamed(renamed);
        }
        self.with_cx(effects, |_, cx| {
            for id in twice {
                cx.cancel(id);
            }
            let text = format!("{} is now called {}, and is shown under that name", renamed.from, renamed.to);
            cx.note(Tone::Info, text);
        });
    }
}

impl World {
    /// Whether anything is stored under the old name.
    fn knows(&self, renamed: &Renamed) -> bool {
        let is_old = |scope: &Scope| renamed.scope(&mut scope.clone());
        self.scopes.iter().any(|(scope, _)| is_old(scope)) || self.spaces.knows(renamed)
    }

    /// Moves everything to the new name; returns the reads that are superfluous because data is already there.
    fn rename(&mut self, renamed: &Renamed) -> Vec<JobId> {
        let mut twice = self.rename_scopes(renamed);
        if let Some(here) = &mut self.here {
            renamed.name(here);
        }
        self.endings.record.renamed(renamed);
        if let Some(facts) = self.facts.remove(&renamed.from) {
            match self.facts.get(&renamed.to) {
                Some(_) => twice.extend(facts.loading_id()),
                None => drop(self.facts.insert(renamed.to.clone(), facts)),
            }
        }
        for facts in self.facts.values_mut().filter_map(Remote::value_mut).filter(|facts| facts.id == renamed.id) {
            facts.full_name = renamed.full_name();
        }
        for catalogue in self.catalogues.values_mut().filter_map(Remote::value_mut) {
            catalogue.repositories.rename(renamed.id, &renamed.full_name());
        }
        if let Some((scope, _)) = &mut self.latest {
            renamed.scope(scope);
        }
        if let Some(((scope, _), _)) = &mut self.kept {
            renamed.scope(scope);
        }
        if let Some(scope) = &mut self.arrival {
            renamed.scope(scope);
        }
        let known = std::mem::take(&mut self.known);
        self.known = known.into_iter().map(|(key, values)| (rekeyed(key, renamed), values)).collect();
        let seamless = std::mem::take(&mut self.seamless).into_iter().map(|((host, mut repository), remote)| {
            renamed.name(&mut repository);
            ((host, repository), remote)
        });
        self.seamless = seamless.collect();
        self.rename_undo(renamed);
        twice.extend(self.spaces.rename(renamed));
        twice
    }

    fn rename_scopes(&mut self, renamed: &Renamed) -> Vec<JobId> {
        let mut twice = Vec::new();
        let is_there = self.scope(&Scope::Repository(renamed.to.clone())).is_some();
        self.scopes.retain_mut(|(scope, remote)| {
            let goes = renamed.scope(scope) && is_there;
            if goes {
                twice.extend(remote.loading_id());
            }
            !goes
        });
        for listing in self.scopes.iter_mut().filter_map(|(_, remote)| remote.value_mut()) {
            renamed.listing(listing);
        }
        twice
    }

    /// The access an undo restores names repositories too.
    fn rename_undo(&mut self, renamed: &Renamed) {
        for done in &mut self.changes {
            if let Undo::Possible(before) = &mut done.undo {
                let seen = before.members.iter_mut().chain(before.left.iter_mut().flatten());
                seen.filter_map(|seen| seen.access.as_mut()).for_each(|access| renamed.access(access));
            }
        }
    }
}

impl RunningJobs {
    /// A running write reports to the scope under its new name.
    fn rename(&mut self, renamed: &Renamed) {
        for write in self.running.iter_mut().filter_map(|(_, write)| write.as_mut()) {
            if let Some(scope) = &mut write.scope {
                renamed.scope(scope);
            }
        }
    }
}

/// The same credential under the new name of the scope.
pub fn rekeyed((mut scope, prefix): (Scope, Prefix), renamed: &Renamed) -> (Scope, Prefix) {
    renamed.scope(&mut scope);
    (scope, prefix)
}
