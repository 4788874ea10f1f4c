//! A renamed or transferred repository. Its id stays, so everything known about it stays valid.

use super::{Access, RepoName, RepoRef, Scope, ScopeListing, Untrusted};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    pub from: RepoName,
    pub to: RepoName,
    pub id: u64,
}

impl Renamed {
    pub fn full_name(&self) -> Untrusted {
        Untrusted::new(self.to.full())
    }

    /// Returns whether the name was the old one.
    pub fn name(&self, name: &mut RepoName) -> bool {
        let is_old = name.is_same(&self.from.full());
        if is_old {
            *name = self.to.clone();
        }
        is_old
    }

    /// Returns whether it was the repository's own scope.
    pub fn scope(&self, scope: &mut Scope) -> bool {
        match scope {
            Scope::Repository(name) => self.name(name),
            Scope::User | Scope::Organization(_) => false,
        }
    }

    pub fn reference(&self, reference: &mut RepoRef) {
        if reference.id == self.id {
            reference.full_name = self.full_name();
        }
    }

    pub fn access(&self, access: &mut Access) {
        match access {
            Access::Selected(list) => list.repositories.iter_mut().for_each(|r| self.reference(r)),
            Access::All | Access::Private | Access::Repository | Access::Other(_) => {}
        }
    }

    pub fn listing(&self, listing: &mut ScopeListing) {
        let members = listing.credentials.iter_mut().map(|credential| &mut credential.members);
        let members = members.flat_map(|m| [m.server.as_mut(), m.user.as_mut(), m.password.as_mut()]).flatten();
        let others = listing.other_secrets.iter_mut().map(|other| &mut other.state);
        members.chain(others).filter_map(|state| state.access.as_mut()).for_each(|access| self.access(access));
    }
}
