//! Packages: their owner, who may see them, and which repository they are linked to. The API provides the requesting
//! user.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::people::{Permission, Role};
use super::world::State;

/// GitHub's `package_type`.
pub(super) const KINDS: [&str; 6] = ["npm", "maven", "rubygems", "docker", "nuget", "container"];

#[derive(Debug, Clone)]
pub(super) struct Package {
    pub(super) id: u64,
    pub(super) kind: String,
    pub(super) owner: String,
    /// Without the owner; may contain slashes.
    pub(super) name: String,
    /// `public`, `internal`, `private`, or a future word.
    pub(super) visibility: String,
    /// The id of the repository it is linked to.
    pub(super) repository: Option<u64>,
    pub(super) created: DateTime<Utc>,
}

impl State {
    /// Replaces one of the same kind and name. `false` if the owner or the repository does not exist.
    pub(super) fn furnish_package(&mut self, kind: &str, path: &str, visibility: &str, linked: Option<&str>) -> bool {
        let Some((owner, name)) = path.split_once('/') else { return false };
        let repository = linked.and_then(|full_name| self.repo(full_name)).map(|repo| repo.id);
        if linked.is_some() && repository.is_none() {
            return false;
        }
        let id = 900_000 + u64::try_from(self.packages.len()).unwrap_or_default();
        let created = Utc::now().trunc_subsecs(0) - TimeDelta::days(90);
        let made = Package {
            id,
            kind: kind.to_owned(),
            owner: owner.to_owned(),
            name: name.to_owned(),
            visibility: visibility.to_owned(),
            repository,
            created,
        };
        self.packages.retain(|old| !old.is(kind, owner, name));
        self.packages.push(made);
        true
    }

    /// Everyone sees public packages, the organization sees internal ones. Others are visible to their owner, and to
    /// everyone who can read the repository they are linked to (docs: “Configuring a package's access control and
    /// visibility”).
    pub(super) fn may_see(&self, package: &Package) -> bool {
        let role = self.org(&package.owner).map(|org| org.role);
        let is_mine = package.owner.eq_ignore_ascii_case(&self.account().login);
        match package.visibility.as_str() {
            "public" => true,
            "internal" => matches!(role, Some(Role::Owner | Role::Member)),
            _ => {
                let linked = package.repository.and_then(|id| self.repo_by_id(id));
                let reads = linked.is_some_and(|repo| repo.permission >= Permission::Pull);
                is_mine || role == Some(Role::Owner) || (role == Some(Role::Member) && reads)
            }
        }
    }
}

impl Package {
    pub(super) fn is(&self, kind: &str, owner: &str, name: &str) -> bool {
        self.kind == kind && self.owner.eq_ignore_ascii_case(owner) && self.name == name
    }
}
