//! Packages and accounts, reduced to what pullkey needs and tolerant of everything else.
//!
//! Source: GitHub's REST description, `package` and `public-user`. Its list of visibilities lacks `internal`, which
//! GitHub sends all the same, so visibility stays text.

use serde::Deserialize;

use crate::domain::seamless::{Package, PackageVisibility};
use crate::domain::{RepoRef, Untrusted};

/// The kind of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    User,
    Organization,
}

#[derive(Deserialize)]
pub(super) struct AccountRecord {
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct PackageRecord {
    name: Untrusted,
    #[serde(default)]
    visibility: Option<String>,
    /// `null` if the package is not linked to a repository.
    #[serde(default)]
    repository: Option<LinkedRecord>,
}

#[derive(Deserialize)]
struct LinkedRecord {
    id: u64,
    #[serde(default)]
    full_name: Untrusted,
}

impl AccountRecord {
    /// Bots and any others own packages as users do.
    pub(super) fn kind(&self) -> AccountKind {
        if self.kind.as_deref() == Some("Organization") { AccountKind::Organization } else { AccountKind::User }
    }
}

impl PackageRecord {
    pub(super) fn into_package(self) -> Package {
        Package {
            name: self.name,
            visibility: PackageVisibility::of(self.visibility.as_deref().unwrap_or_default()),
            repository: self.repository.map(|linked| RepoRef { id: linked.id, full_name: linked.full_name }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn package(json: &serde_json::Value) -> Package {
        serde_json::from_value::<PackageRecord>(json.clone()).unwrap().into_package()
    }

    #[test]
    fn the_word_the_description_forgets_is_known_and_others_are_kept() {
        let of = |word: &str| package(&serde_json::json!({ "name": "a", "visibility": word })).visibility;
        assert_eq!(of("internal"), PackageVisibility::Internal);
        assert_eq!(of("public"), PackageVisibility::Public);
        assert_eq!(of("PUBLIC"), PackageVisibility::Other("PUBLIC".into()));
        assert_eq!(of("enterprise"), PackageVisibility::Other("enterprise".into()));
    }

    #[test]
    fn what_is_not_required_may_be_missing() {
        let bare = package(&serde_json::json!({ "name": "a" }));
        assert_eq!((bare.visibility, bare.repository), (PackageVisibility::Other("".into()), None));
        let null = package(&serde_json::json!({ "name": "a", "visibility": "private", "repository": null, "x": 1 }));
        assert_eq!(null.repository, None);
        let linked = package(&serde_json::json!({ "name": "a", "repository": { "id": 4_294_967_296_u64 } }));
        assert_eq!(linked.repository.unwrap().id, 4_294_967_296);
    }

    #[test]
    fn an_account_of_an_unknown_kind_is_no_organization() {
        let of = |json: &str| serde_json::from_str::<AccountRecord>(json).unwrap().kind();
        assert_eq!(of(r#"{"type":"Organization","login":"acme"}"#), AccountKind::Organization);
        assert_eq!(of(r#"{"type":"Bot"}"#), AccountKind::User);
        assert_eq!(of("{}"), AccountKind::User);
    }
}
