//! Who and what there is in the world: accounts, organizations, repositories, and one's rights on them.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) id: u64,
    pub(super) login: String,
}

#[derive(Debug, Clone)]
pub(super) struct Org {
    pub(super) id: u64,
    pub(super) login: String,
    pub(super) role: Role,
}

/// What the token's user is in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Owner,
    Member,
    Outsider,
}

impl Role {
    /// As memberships call it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Owner => "admin",
            Self::Member | Self::Outsider => "member",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Repo {
    pub(super) id: u64,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) visibility: RepoVisibility,
    pub(super) archived: bool,
    pub(super) permission: Permission,
    pub(super) description: String,
    pub(super) pushed_at: DateTime<Utc>,
    /// Full names it had before; they answer with a redirect.
    pub(super) former: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RepoVisibility {
    Public,
    Private,
    Internal,
}

impl RepoVisibility {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Internal => "internal",
        }
    }
}

/// What the token's user may do in a repository; each includes those before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Permission {
    Pull,
    Triage,
    Push,
    Maintain,
    Admin,
}

impl Repo {
    pub(super) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    pub(super) fn is(&self, full_name: &str) -> bool {
        self.full_name().eq_ignore_ascii_case(full_name)
    }

    pub(super) fn is_public(&self) -> bool {
        self.visibility == RepoVisibility::Public
    }

    /// A `repository` object; `minimal-repository` is a part of it.
    pub(super) fn json(&self, base: &str, owner: &Value) -> Value {
        let full_name = self.full_name();
        let at = self.pushed_at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let may = |needed| self.permission >= needed;
        json!({
            "id": self.id,
            "node_id": format!("R_{}", self.id),
            "name": self.name,
            "full_name": full_name,
            "private": !self.is_public(),
            "owner": owner,
            "html_url": format!("https://github.com/{full_name}"),
            "description": if self.description.is_empty() { Value::Null } else { json!(self.description) },
            "fork": false,
            "url": format!("{base}/repos/{full_name}"),
            "created_at": "2021-03-04T09:15:00Z",
            "updated_at": at,
            "pushed_at": at,
            "archived": self.archived,
            "disabled": false,
            "visibility": self.visibility.word(),
            "default_branch": "main",
            "permissions": {
                "admin": may(Permission::Admin),
                "maintain": may(Permission::Maintain),
                "push": may(Permission::Push),
                "triage": may(Permission::Triage),
                "pull": may(Permission::Pull),
            },
        })
    }
}

/// A `simple-user`; organizations have the same shape.
pub(super) fn owner_json(base: &str, id: u64, login: &str, kind: &str) -> Value {
    json!({
        "id": id,
        "node_id": format!("U_{id}"),
        "login": login,
        "type": kind,
        "url": format!("{base}/users/{login}"),
        "html_url": format!("https://github.com/{login}"),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
        "site_admin": false,
    })
}
