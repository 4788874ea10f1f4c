//! What is written, and what came of it.

use chrono::{DateTime, Utc};

use super::{
    Access, Credential, Member, MemberState, Members, Prefix, Problem, RepoRef, Scope, Sensitive, Shape, Visibility,
};

/// A credential, or a secret by itself, to write: everything is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub scope: Scope,
    /// The credential's prefix, or the single secret's whole name.
    pub prefix: Prefix,
    pub shape: Shape,
    pub values: Members<Sensitive>,
    pub access: DraftAccess,
    /// Which members to write, in [`Member::WRITE_ORDER`]; the others keep what they have («retry the rest»).
    pub members: Vec<Member>,
    /// When somebody says that the password ends, for pullkey's own record.
    pub ends: Option<super::End>,
    /// What was seen under this name by whoever agreed to the write ([`Seen::of`]). If something else is there by then,
    /// nothing is written and it is asked again; `None` writes it whatever is there.
    pub seen: Option<Vec<Seen>>,
}

impl Draft {
    /// What one member's secret is called.
    pub fn secret_name(&self, member: Member) -> String {
        self.shape.secret_name(&self.prefix, member)
    }
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
    pub goal: AccessGoal,
    /// What was seen when this was planned ([`Seen::of`]). If something else holds now, nothing is changed and `Stale`
    /// comes back; `None` changes it whatever holds. A member that is as wanted already is never in the way, so that
    /// the same change can be tried again after a member failed.
    pub seen: Option<Vec<Seen>>,
}

/// What shall hold after a change of access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessGoal {
    /// The same for every member; `repositories` is the whole list, and counts only with `Selected`.
    Alike { visibility: Visibility, repositories: Vec<RepoRef> },
    /// Every member keeps its own list, with these added and those taken away: what is not named stays as it is.
    Touched { add: Vec<RepoRef>, remove: Vec<RepoRef> },
}

/// One member as it was when a change was planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub member: Member,
    pub updated_at: DateTime<Utc>,
    /// `None` where it was not known.
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

    /// What became of members between two looks at them, one sentence each; empty where nothing did. An access that one
    /// of the looks does not know is no difference. With `only_access` a value that was written anew is none either.
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
    /// What the change left behind. If other access holds when it is to be undone, somebody else changed it since;
    /// `None` where it is not known, and then it is undone whatever holds.
    pub left: Option<Vec<Seen>>,
}

impl AccessBefore {
    /// What undoes this change together with a later one, such as the second try after a member failed.
    #[must_use]
    pub fn followed_by(self, later: Self) -> Self {
        Self { left: later.left, ..self }
    }

    /// Whether anything is different from what holds, so that there is something to undo.
    pub fn is_change(&self) -> bool {
        self.left.as_ref().is_none_or(|left| !Seen::differences(&self.members, left, true).is_empty())
    }
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
    /// It was written, and somebody else wrote it too, so that it may hold another value.
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
        assert!(told[0].contains("others") && told[1].contains("gone") && told[2].contains("written"), "{told:?}");
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
