//! The calls about packages, one method each. Source: GitHub's REST description, version 2022-11-28, “Packages”.
//!
//! They need a classic token with `read:packages`; there is no permission for it. Nothing here writes.

use crate::domain::PackageRef;
use crate::domain::seamless::{Holder, Package, PackageKind};

use super::models_packages::{AccountKind, AccountRecord, PackageRecord};
use super::{Client, GithubError};

impl Client {
    /// Whether an account is a user or an organization: their packages are on different paths.
    pub async fn account(&self, login: &str) -> Result<AccountKind, GithubError> {
        self.get::<AccountRecord>(&self.url(&["users", login], &[])).await.map(|(account, _)| account.kind())
    }

    pub async fn package(&self, package: &PackageRef, holder: Holder) -> Result<Package, GithubError> {
        let url = self.url(&package.path(holder), &[]);
        self.get::<PackageRecord>(&url).await.map(|(record, _)| record.into_package())
    }

    /// All packages of one kind that an account holds and the token's user may see. If some are missing, the error that
    /// says so is returned too.
    pub async fn packages(
        &self,
        login: &str,
        holder: Holder,
        kind: PackageKind,
    ) -> Result<(Vec<Package>, Option<GithubError>), GithubError> {
        let path = match holder {
            Holder::Me => vec!["user", "packages"],
            Holder::User => vec!["users", login, "packages"],
            Holder::Organization => vec!["orgs", login, "packages"],
        };
        let first = self.url(&path, &[("package_type", kind.id()), ("per_page", "100")]);
        let list = self.all(first, |page: Vec<PackageRecord>| (None, page), &mut |_| {}).await.map_err(|(e, _)| e)?;
        let lacking = self.partial(&list.unshown).await;
        Ok((list.items.into_iter().map(PackageRecord::into_package).collect(), lacking))
    }
}
