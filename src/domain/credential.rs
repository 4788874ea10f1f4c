//! The credential: the three secrets of one prefix at one scope, as one thing.

use chrono::{DateTime, Utc};

use super::{Access, Member, Prefix};

/// One value for each member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members<T> {
    pub server: T,
    pub user: T,
    pub password: T,
}

impl<T> Members<T> {
    pub const fn get(&self, member: Member) -> &T {
        match member {
            Member::Server => &self.server,
            Member::User => &self.user,
            Member::Password => &self.password,
        }
    }

    pub const fn get_mut(&mut self, member: Member) -> &mut T {
        match member {
            Member::Server => &mut self.server,
            Member::User => &mut self.user,
            Member::Password => &mut self.password,
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (Member, &T)> {
        Member::all().map(|member| (member, self.get(member)))
    }

    pub fn map<U>(self, mut f: impl FnMut(Member, T) -> U) -> Members<U> {
        Members {
            server: f(Member::Server, self.server),
            user: f(Member::User, self.user),
            password: f(Member::Password, self.password),
        }
    }
}

/// What GitHub tells about one secret. Values can never be read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberState {
    /// As GitHub returned it.
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// `None` while it has not been read yet.
    pub access: Option<Access>,
}

/// The three secrets of one prefix at one scope; any of them may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    pub prefix: Prefix,
    pub members: Members<Option<MemberState>>,
}

impl Credential {
    pub const fn new(prefix: Prefix) -> Self {
        Self { prefix, members: Members { server: None, user: None, password: None } }
    }

    pub fn is_complete(&self) -> bool {
        self.missing().next().is_none()
    }

    pub fn missing(&self) -> impl Iterator<Item = Member> {
        self.members.iter().filter(|(_, state)| state.is_none()).map(|(member, _)| member)
    }

    /// The access of those members that exist and whose access is known.
    fn known_access(&self) -> impl Iterator<Item = (Member, &Access)> {
        self.members.iter().filter_map(|(member, state)| Some((member, state.as_ref()?.access.as_ref()?)))
    }

    /// The access all existing members share; `None` while one is unknown, and when they differ.
    pub fn access(&self) -> Option<&Access> {
        if self.members.iter().any(|(_, s)| s.as_ref().is_some_and(|s| s.access.is_none())) || self.access_differs() {
            return None;
        }
        self.known_access().next().map(|(_, access)| access)
    }

    /// Whether two members are known to reach different repositories.
    pub fn access_differs(&self) -> bool {
        let mut known = self.known_access();
        known.next().is_some_and(|(_, first)| known.any(|(_, access)| !access.is_same(first)))
    }

    /// Whether this member's access is not that of the most widely granted members (drawn as a half mark).
    pub fn is_odd_one(&self, member: Member) -> bool {
        let Some(mine) = self.members.get(member).as_ref().and_then(|s| s.access.as_ref()) else {
            return false;
        };
        let same = self.known_access().filter(|(_, access)| access.is_same(mine)).count();
        let most = self
            .known_access()
            .map(|(_, a)| self.known_access().filter(|(_, b)| b.is_same(a)).count())
            .max()
            .unwrap_or(0);
        self.access_differs() && (same < most || most == 1)
    }

    /// When the password was last written.
    pub fn password_updated_at(&self) -> Option<DateTime<Utc>> {
        self.members.password.as_ref().map(|state| state.updated_at)
    }
}
