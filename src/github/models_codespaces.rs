//! Codespaces as GitHub sends them: every field but the name may be missing or of another type, and no unknown state or
//! odd timestamp invalidates the rest of the list.
//!
//! Source: GitHub's REST description (`@octokit/openapi`), schema `codespace`.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::domain::codespace::{CodespaceRepo, GitStatus, State};
use crate::domain::{Codespace, CodespaceName, RepoRef, Untrusted};

#[derive(Deserialize)]
pub(super) struct CodespacesPage {
    #[serde(default, deserialize_with = "lenient")]
    pub total_count: Option<usize>,
    pub codespaces: Vec<CodespaceRecord>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CodespaceRecord {
    #[serde(deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    display_name: Option<Untrusted>,
    #[serde(deserialize_with = "lenient")]
    owner: Option<Owner>,
    #[serde(deserialize_with = "lenient")]
    repository: Option<Repo>,
    #[serde(deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(deserialize_with = "lenient")]
    created_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "lenient")]
    last_used_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "lenient")]
    git_status: Option<Git>,
    #[serde(deserialize_with = "lenient")]
    prebuild: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pending_operation: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    last_known_stop_notice: Option<Untrusted>,
    #[serde(deserialize_with = "lenient")]
    web_url: Option<Untrusted>,
}

#[derive(Clone, Debug, Deserialize)]
struct Owner {
    login: Untrusted,
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    kind: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Repo {
    id: u64,
    full_name: Untrusted,
    #[serde(default, deserialize_with = "lenient")]
    private: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    visibility: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    owner: Option<Owner>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Git {
    #[serde(deserialize_with = "lenient")]
    has_uncommitted_changes: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    has_unpushed_changes: Option<bool>,
    #[serde(rename = "ref", deserialize_with = "lenient")]
    branch: Option<Untrusted>,
}

impl CodespaceRecord {
    /// `None` for a name that is invalid in a path or a command.
    pub(super) fn into_codespace(self) -> Option<Codespace> {
        let name = CodespaceName::parse(self.name.as_deref()?).ok()?;
        let owner = self.owner.map(|owner| owner.login).unwrap_or_default();
        let repository = self.repository.map(|repo| repo.into_repository(&owner));
        let git = self.git_status.unwrap_or_default();
        Some(Codespace {
            name,
            display_name: self.display_name.filter(|name| !name.is_empty()),
            repository,
            owner,
            state: self.state.as_deref().map_or(State::Unknown, State::of),
            created_at: self.created_at,
            started_at: self.last_used_at,
            git: GitStatus {
                uncommitted: git.has_uncommitted_changes,
                unpushed: git.has_unpushed_changes,
                branch: git.branch.filter(|branch| !branch.is_empty()),
            },
            prebuild: self.prebuild,
            pending: self.pending_operation.unwrap_or(false),
            stop_notice: self.last_known_stop_notice.filter(|notice| !notice.is_empty()),
            web_url: self.web_url,
        })
    }
}

impl Repo {
    fn into_repository(self, owner: &Untrusted) -> CodespaceRepo {
        let plain = self.private.map(|private| if private { "private" } else { "public" }.to_owned());
        let kind = self.owner.as_ref().and_then(|owner| owner.kind.as_deref());
        let is_own = self.full_name.raw().split_once('/').is_some_and(|(o, _)| o.eq_ignore_ascii_case(owner.raw()));
        let of_organization = match kind {
            Some("Organization") => Some(true),
            Some("User") => Some(false),
            Some(_) | None => is_own.then_some(false),
        };
        CodespaceRepo {
            reference: RepoRef { id: self.id, full_name: self.full_name },
            visibility: self.visibility.or(plain),
            of_organization,
        }
    }
}

/// The value of a field, or the default if it is of another type.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(serde_json::from_value(value).ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(json: &Value) -> Option<Codespace> {
        serde_json::from_value::<CodespaceRecord>(json.clone()).unwrap().into_codespace()
    }

    /// As in GitHub's description, shortened.
    fn example() -> Value {
        serde_json::json!({
            "id": 1, "name": "monalisa-octocat-hello-world-g4wpq6h95q", "display_name": null,
            "owner": { "login": "octocat", "id": 1, "type": "User" },
            "repository": {
                "id": 4_294_967_297_u64, "full_name": "octo-org/Hello-World", "private": false,
                "owner": { "login": "octo-org", "type": "Organization" }
            },
            "prebuild": false, "created_at": "2021-10-14T00:53:30-06:00", "last_used_at": "2021-10-14T06:53:30.000Z",
            "state": "ShuttingDown", "pending_operation": null, "last_known_stop_notice": "",
            "git_status": { "ahead": 0, "has_unpushed_changes": false, "has_uncommitted_changes": true, "ref": "main" },
            "web_url": "https://monalisa-octocat-hello-world-g4wpq6h95q.github.dev"
        })
    }

    #[test]
    fn githubs_example_is_read() {
        let codespace = read(&example()).unwrap();
        let repository = codespace.repository.clone().unwrap();
        assert_eq!((repository.reference.id, repository.of_organization), (4_294_967_297, Some(true)));
        assert_eq!(repository.visibility.as_deref(), Some("public"));
        assert_eq!(codespace.state, State::ShuttingDown);
        assert_eq!(codespace.started_at, codespace.created_at, "both forms of time stamp");
        assert_eq!(codespace.git.work(), Some("uncommitted"));
        assert_eq!((codespace.stop_notice, codespace.pending), (None, false));
    }

    #[test]
    fn missing_and_odd_fields_cost_only_themselves() {
        let bare = read(&serde_json::json!({ "name": "a-b" })).unwrap();
        assert_eq!((bare.state, bare.started_at, bare.repository), (State::Unknown, None, None));
        let mut odd = example();
        for field in ["display_name", "owner", "repository", "created_at", "last_used_at", "git_status", "prebuild"] {
            odd[field] = serde_json::json!([{ "odd": 7 }]);
        }
        odd["state"] = "Hibernating".into();
        let odd = read(&odd).unwrap();
        assert_eq!(odd.state, State::Other("Hibernating".into()));
        assert_eq!((odd.created_at, odd.git.work()), (None, None));
    }

    #[test]
    fn a_name_that_could_leave_its_place_is_refused() {
        for name in ["../secrets", "-c", "a b", ""] {
            assert_eq!(read(&serde_json::json!({ "name": name })), None, "{name:?}");
        }
        assert_eq!(read(&serde_json::json!({ "name": 7 })), None);
    }

    #[test]
    fn ones_own_repository_belongs_to_no_organization() {
        let json = serde_json::json!({
            "name": "a", "owner": { "login": "Octocat" }, "repository": { "id": 1, "full_name": "octocat/x" }
        });
        assert_eq!(read(&json).unwrap().repository.unwrap().of_organization, Some(false));
    }
}
