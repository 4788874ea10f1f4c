//! Who and what there is in the world: accounts, organizations, repositories, and one's rights on them.

use chrono::{DateTime, Utc};

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
}
