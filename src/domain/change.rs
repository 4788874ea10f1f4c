//! What is written, and the outcome.

use chrono::{DateTime, Utc};

use super::{
    Access, Credential, Member, MemberState, Members, Prefix, Problem, RepoRef, Scope, Sensitive, Shape, Visibility,
};

/// A credential or a single secret to write, with everything decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub scope: Scope,
    /// The credential's prefix, or the single secret's full name.
    pub prefix: Prefix,
    pub shape: Shape,
    pub values: Members<Sensitive>,
    pub access: DraftAccess,
    /// Which members to write, in [`Member::WRITE_ORDER`]; the others stay unchanged (“retry the rest”).
    pub members: Vec<Member>,
    /// When the password expires according to the user, for pullkey's own record.
    pub ends: Option<super::End>,
    /// What existed under this name when the user agreed to the write ([`Seen::of`]). If it has changed by then,
    /// nothing is written and the user is asked again; `None` writes in any case.
    pub seen: Option<Vec<Seen>>,
}

impl Draft {
    /// The name of one member's secret.
    pub fn secret_name(&self, member: Member) -> String {
        self.shape.secret_name(&self.prefix, member)
    }
}

/// The access a written credential gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftAccess {
    /// A repository's own credential: there is nothing to choose.
    Repository,
    /// Every existing member keeps its access; a new member gets the access of an existing one, or else none.
    Keep,
    /// Exactly this; `repositories` is only used with `Selected`. For user credentials always `Selected`.
    Set { visibility: Visibility, repositories: Vec<RepoRef> },
}

/// A change of the access of an existing credential; needs no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessChange {
    pub scope: Scope,
    pub prefix: Prefix,
    pub goal: AccessGoal,
    /// What existed when this was planned ([`Seen::of`]). If it has changed since, nothing is written and the outcome
    /// is `Stale`; `None` changes it in any case. A member that already has the wanted access never blocks the change,
    /// so that it can be retried after a member failed.
    pub seen: Option<Vec<Seen>>,
}

/// The goal of a change of access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessGoal {
    /// The same for every member; `repositories` is the complete list, and only used with `Selected`.
    Alike { visibility: Visibility, repositories: Vec<RepoRef> },
    /// Every member keeps its own list, with these added and those removed; all others stay as they are.
    Touched { add: Vec<RepoRef>, remove: Vec<RepoRef> },
}

/// One member as it was when a change was planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub member: Member,
    pub updated_at: DateTime<Utc>,
    /// `None` if it was unknown.
    pub access: Option<Access>,
}

impl Seen {
    /// The existing members of a credential, as a listing shows them.
    pub fn of(credential: &Credential) -> Vec<Self> {
        let one = |(member, state): (Member, &Option<MemberState>)| {
            let MemberState { updated_at, access, .. } = state.as_ref()?;
            Some(Self { member, updated_at: *updated_at, access: access.clone() })
        };
        credential.members.iter().filter_map(one).collect()
    }

    /// How members differ between two listings, one sentence each; empty if they do not. An access unknown in one
    /// listing is not a difference. With `only_access` a newly written value is not one either.
    pub fn differences(before: &[Self], now: &[Self], only_access: bool) -> Vec<String> {
        let of = |list: &[Self], member| list.iter().find(|seen| seen.member == member).cloned();
        let sentence = |member: Member| match (of(before, member), of(now, member)) {
            (None, None) => None,
            (None, Some(_)) => Some(format!("the {} is new", member.word())),
            (Some(_), None) => Some(format!("the {} is gone", member.word())),
            (Some(old), Some(new)) => old.difference(&new, only_access),
        };
        Member::all().filter_map(sentence).collect()
    }

    fn difference(&self, now: &Self, only_access: bool) -> Option<String> {
        let word = self.member.word();
        if let (Some(old), Some(new)) = (&self.access, &now.access)
            && old.is_surely_unlike(new)
        {
            let (old, new) = if old.words() == new.words() {
                (old.words(), format!("{} (different ones)", new.words()))
            } else {
                (old.words(), new.words())
            };
            return Some(format!("the {word} is for {new}, and was for {old}"));
        }
        let is_written = self.updated_at != now.updated_at && !only_access;
        is_written.then(|| format!("the {word} was written on {}", now.updated_at.format("%Y-%m-%d at %H:%M:%S UTC")))
    }
}

/// How a change of access ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessOutcome {
    /// What was done, and the access each member had before: what undoing restores.
    Done { saved: Saved, before: AccessBefore },
    /// Someone else changed it meanwhile; nothing was written.
    Stale(Stale),
}

/// The access of each existing member of a credential before a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessBefore {
    pub scope: Scope,
    pub prefix: Prefix,
    pub members: Vec<Seen>,
    /// The access after the change. If it is different when the change is undone, someone else has changed it since;
    /// `None` if unknown, and then it is undone in any case.
    pub left: Option<Vec<Seen>>,
}

impl AccessBefore {
    /// What undoes this change together with a later one, such as the second try after a member failed.
    #[must_use]
    pub fn followed_by(self, later: Self) -> Self {
        Self { left: later.left, ..self }
    }

    /// Whether anything differs from the current access, so that there is something to undo.
    pub fn is_change(&self) -> bool {
        self.left.as_ref().is_none_or(|left| !Seen::differences(&self.members, left, true).is_empty())
    }
}

/// A change made by someone else in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The current state.
    pub now: super::ScopeListing,
    /// What is different, one sentence each.
    pub differences: Vec<String>,
}

/// The outcome of writing one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    Created,
    Updated,
    /// It was already as wanted.
    Unchanged,
    Deleted,
    /// GitHub refused, or the request never got there: the secret is unchanged.
    Failed(Problem),
    /// The connection broke after the request was sent, and reading back did not clarify it.
    Unknown(Problem),
    /// It was written, but someone else wrote it too, so it may have another value.
    ChangedElsewhere(Problem),
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
            Self::ChangedElsewhere(_) => "changed elsewhere",
            Self::NotTried => "not tried",
        }
    }

    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Created | Self::Updated | Self::Unchanged | Self::Deleted)
    }

    pub const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Failed(problem) | Self::Unknown(problem) | Self::ChangedElsewhere(problem) => Some(problem),
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
    /// The scope's secrets afterwards, read back; `None` if reading back failed.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn seen(member: Member, second: i64, access: Option<Access>) -> Seen {
        Seen { member, updated_at: DateTime::from_timestamp(second, 0).unwrap(), access }
    }

    fn of(ids: &[u64], complete: bool) -> Access {
        let one = |id: &u64| RepoRef { id: *id, full_name: "acme/api".into() };
        Access::selected(ids.iter().map(one).collect(), complete)
    }

    #[test]
    fn every_way_in_which_members_can_differ_is_a_sentence() {
        let before = [
            seen(Member::Server, 1, Some(of(&[1], true))),
            seen(Member::User, 1, Some(of(&[1], true))),
            seen(Member::Password, 1, None),
        ];
        assert_eq!(Seen::differences(&before, &before, false), Vec::<String>::new());
        let now = [seen(Member::Server, 2, Some(of(&[2], true))), seen(Member::Password, 2, Some(Access::All))];
        let told = Seen::differences(&before, &now, false);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].contains("different") && told[1].contains("gone") && told[2].contains("written"), "{told:?}");
        assert_eq!(Seen::differences(&before, &now, true).len(), 2);
        assert!(Seen::differences(&now, &before, false).contains(&"the user is new".to_owned()));
    }

    #[test]
    fn what_a_list_lacks_is_no_difference() {
        let whole = [seen(Member::User, 1, Some(of(&[1, 2], true)))];
        let part = [seen(Member::User, 1, Some(of(&[1], false)))];
        assert!(Seen::differences(&whole, &part, false).is_empty());
        let other = [seen(Member::User, 1, Some(of(&[3], false)))];
        assert_eq!(Seen::differences(&whole, &other, false).len(), 1);
    }
}
