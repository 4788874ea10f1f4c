//! The reverse view: which secrets a codespace of one repository gets, as far as the world was read.
//!
//! It requests nothing. A scope that was not read, or not yet, is unknown and never a “no”.

use super::remote::Remote;
use super::world::World;
use crate::domain::freshness::is_same;
use crate::domain::reach::reaching;
use crate::domain::{OrgName, Reach, Reached, Reaches, RepoName, Repository, Scope, ScopeListing};

/// Why something is still unknown.
const READING: &str = "still loading";

impl World {
    /// What every secret that could reach the repository means for it, scope by scope.
    pub fn reaching(&self, name: &RepoName, repository: &Repository) -> Vec<Reach> {
        let scopes = self.could_reach(name);
        let listings: Vec<_> = scopes.iter().map(|scope| (scope.clone(), self.read_listing(scope))).collect();
        let mut lines = reaching(&listings, repository);
        for line in &mut lines {
            if line.reaches == Reaches::Unknown
                && let Some(why) = self.unread(&line.scope, &line.what)
            {
                line.why = why;
            }
        }
        lines
    }

    /// The scopes whose secrets could reach it: another organization's cannot, and a person has none to share.
    fn could_reach(&self, name: &RepoName) -> Vec<Scope> {
        let mut scopes = vec![Scope::User, Scope::Repository(name.clone())];
        let is_mine = self.identity.value().is_some_and(|me| me.login.raw().eq_ignore_ascii_case(name.owner()));
        if let (false, Ok(org)) = (is_mine, OrgName::parse(name.owner())) {
            scopes.push(Scope::Organization(org));
        }
        // Spelled as they are listed, so that both match.
        let shown = |scope: Scope| {
            let known = self.scopes.iter().find(|(known, _)| is_same(known, &scope));
            known.map_or(scope, |(known, _)| known.clone())
        };
        scopes.into_iter().map(shown).collect()
    }

    /// What was read of a scope; nothing if the last attempt failed, as earlier data may be outdated.
    fn read_listing(&self, scope: &Scope) -> Option<&ScopeListing> {
        match self.scope(scope)? {
            Remote::Absent | Remote::Failed { .. } => None,
            Remote::Loading { so_far, .. } => so_far.as_ref(),
            Remote::Ready(listing) => Some(listing),
        }
    }

    /// Why it is unknown, if an answer is missing.
    fn unread(&self, scope: &Scope, what: &Reached) -> Option<String> {
        match self.scope(scope) {
            Some(Remote::Loading { .. }) => Some(READING.to_owned()),
            Some(Remote::Failed { problem, .. }) => Some(problem.why.clone()),
            Some(Remote::Absent) | None if *what == Reached::Rest => {
                let asking = self.memberships.is_loading() || self.identity.is_loading();
                let why = "not checked, as it is not in the list";
                Some(if asking { READING } else { why }.to_owned())
            }
            Some(Remote::Absent | Remote::Ready(_)) | None => None,
        }
    }
}
