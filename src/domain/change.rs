//! What is written, and what came of it.

use chrono::{DateTime, Utc};

use super::{Access, Member, Members, Prefix, Problem, RepoRef, Scope, Sensitive, Visibility};

/// A credential to write: everything is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub scope: Scope,
    pub prefix: Prefix,
    pub values: Members<Sensitive>,
    pub access: DraftAccess,
    /// Which members to write, in [`Member::WRITE_ORDER`]; the others keep what they have («retry the rest»).
    pub members: Vec<Member>,
}

/// Which repositories a written credential shall reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftAccess {
    /// A repository's own credential: there is nothing to choose.
    Repository,
    /// Every member that exists keeps the access it has; one that is new gets what an existing member has, else nobody.
    Keep,
    /// Exactly this; `repositories` counts only with `Selected`. For user credentials always `Selected`.
    Set { visibility: Visibility, repositories: Vec<RepoRef> },
}

/// A change of which repositories an existing credential reaches; needs no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessChange {
    pub scope: Scope,
    pub prefix: Prefix,
    pub visibility: Visibility,
    /// The whole list that shall hold afterwards; counts only with `Selected`.
    pub repositories: Vec<RepoRef>,
    /// What was seen when this was planned. If something else holds now, nothing is changed and `Stale` comes back;
    /// `None` changes it whatever holds.
    pub seen: Option<Vec<Seen>>,
}

/// One member as it was when a change was planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub member: Member,
    pub updated_at: DateTime<Utc>,
    /// `None` where it was not known.
    pub access: Option<Access>,
}

/// How a change of access ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessOutcome {
    /// What was done, and what each member reached before: what undoing restores.
    Done { saved: Saved, before: AccessBefore },
    /// Somebody else changed it meanwhile; nothing was written.
    Stale(Stale),
}

/// What each existing member of a credential reached before a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessBefore {
    pub scope: Scope,
    pub prefix: Prefix,
    pub members: Vec<Seen>,
}

/// A change made by somebody else in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// What holds now.
    pub now: super::ScopeListing,
    /// What is different, one sentence each.
    pub differences: Vec<String>,
}

/// What became of one member's write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    Created,
    Updated,
    /// It was as wanted already.
    Unchanged,
    Deleted,
    /// GitHub refused, or it never got there: the secret is what it was.
    Failed(Problem),
    /// The connection broke after the request was sent, and reading back did not settle it.
    Unknown(Problem),
    /// Not tried, because an earlier member failed.
    NotTried,
}

impl WriteOutcome {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
            Self::Failed(_) => "failed",
            Self::Unknown(_) => "unknown",
            Self::NotTried => "not tried",
        }
    }

    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Created | Self::Updated | Self::Unchanged | Self::Deleted)
    }

    pub const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Failed(problem) | Self::Unknown(problem) => Some(problem),
            Self::Created | Self::Updated | Self::Unchanged | Self::Deleted | Self::NotTried => None,
        }
    }
}

/// One member's line in the report of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberReport {
    pub member: Member,
    pub name: String,
    pub outcome: WriteOutcome,
}

/// The report of a write: what was done, member by member, in the order it was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    pub members: Vec<MemberReport>,
    /// What the scope holds afterwards, read back; `None` if reading back failed.
    pub now: Option<super::ScopeListing>,
}

impl Saved {
    pub fn is_whole(&self) -> bool {
        self.members.iter().all(|m| m.outcome.is_done())
    }

    /// The members that still have to be written.
    pub fn rest(&self) -> Vec<Member> {
        self.members.iter().filter(|m| !m.outcome.is_done()).map(|m| m.member).collect()
    }
}
