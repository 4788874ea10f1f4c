//! The credential: the three secrets of one prefix at one scope, as one thing.

use chrono::{DateTime, Utc};

use super::{Access, Member, Prefix, RepoRef};

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

/// What GitHub returns about one secret. Values can never be read back.
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

    /// The access of existing members whose access is known.
    fn known_access(&self) -> impl Iterator<Item = (Member, &Access)> {
        self.members.iter().filter_map(|(member, state)| Some((member, state.as_ref()?.access.as_ref()?)))
    }

    /// The access shared by all existing members; `None` if one is unknown or they differ. If a list is incomplete, it
    /// is that list: what is unknown must not look known.
    pub fn access(&self) -> Option<&Access> {
        if self.members.iter().any(|(_, s)| s.as_ref().is_some_and(|s| s.access.is_none())) || self.access_differs() {
            return None;
        }
        let partial = self.known_access().find(|(_, access)| !access.is_whole());
        partial.or_else(|| self.known_access().next()).map(|(_, access)| access)
    }

    /// Whether two members are known to have different access. An incomplete list says nothing about what is missing;
    /// it differs only by what it contains.
    pub fn access_differs(&self) -> bool {
        self.known_access().any(|(_, one)| self.known_access().any(|(_, other)| one.is_surely_unlike(other)))
    }

    /// The access that two members share if the third differs: the target of a repair. `None` if they do not differ, if
    /// all three differ, or if one is not completely known.
    pub fn prevailing_access(&self) -> Option<&Access> {
        let is_known = |state: &MemberState| state.access.as_ref().is_some_and(Access::is_whole);
        if !self.access_differs() || self.members.iter().any(|(_, s)| s.as_ref().is_some_and(|s| !is_known(s))) {
            return None;
        }
        let alike = |a: &Access| self.known_access().filter(|(_, b)| a.is_same(b)).count();
        self.known_access().map(|(_, access)| access).find(|access| alike(access) > 1)
    }

    /// Whether this member's access is not that of the most widely granted members (drawn as a half mark).
    pub fn is_odd_one(&self, member: Member) -> bool {
        let Some(mine) = self.members.get(member).as_ref().and_then(|s| s.access.as_ref()) else {
            return false;
        };
        let alike = |a: &Access| self.known_access().filter(|(_, b)| !b.is_surely_unlike(a)).count();
        let same = alike(mine);
        let most = self.known_access().map(|(_, access)| alike(access)).max().unwrap_or(0);
        self.access_differs() && (same < most || most == 1)
    }

    /// One access for members that differ, with the reason; `Err` says why none is proposed.
    ///
    /// The access that two of three have; else what all already have, so that nobody gets more than before.
    pub fn common_access(&self) -> Result<(Access, &'static str), &'static str> {
        let there = self.members.iter().filter(|(_, state)| state.is_some()).count();
        let known: Vec<&Access> = self.known_access().map(|(_, access)| access).collect();
        if known.len() < there || !known.iter().all(|access| access.is_whole()) {
            return Err("could not read the complete access of its members");
        }
        if !self.access_differs() {
            return Err("its members are granted alike already");
        }
        if let Some(most) = self.prevailing_access() {
            return Ok((most.clone(), "as most of them have"));
        }
        let mut narrowest = (*known.first().ok_or("it has no members")?).clone();
        for access in &known[1..] {
            narrowest = narrower(narrowest, access);
        }
        if narrowest.is_nobody() || narrowest.visibility().is_none() {
            return Err("they have no repository in common; press a to choose the access");
        }
        Ok((narrowest, "as all of them already have"))
    }

    /// When the password was last written.
    pub fn password_updated_at(&self) -> Option<DateTime<Utc>> {
        self.members.password.as_ref().map(|state| state.updated_at)
    }
}

/// The repositories in both, as far as the kinds of access show it. A list counts as narrower than every visibility,
/// because it is unknown which of its repositories are private.
fn narrower(one: Access, other: &Access) -> Access {
    match (one, other) {
        (Access::Selected(mine), Access::Selected(theirs)) => {
            let has = |r: &RepoRef| theirs.repositories.iter().any(|t| t.id == r.id);
            Access::selected(mine.repositories.into_iter().filter(has).collect(), true)
        }
        (Access::All, Access::Private) => Access::Private,
        (Access::All | Access::Private, Access::Selected(list)) => Access::Selected(list.clone()),
        (one, _) => one,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::RepoRef;

    fn credential(accesses: [Access; 3]) -> Credential {
        let [server, user, password] = accesses.map(|access| {
            let at = DateTime::from_timestamp(0, 0).unwrap();
            Some(MemberState { name: "X".to_owned(), created_at: at, updated_at: at, access: Some(access) })
        });
        Credential { members: Members { server, user, password }, ..Credential::new(Prefix::parse("ACR").unwrap()) }
    }

    fn selected(ids: &[u64], complete: bool) -> Access {
        Access::selected(ids.iter().map(|id| RepoRef { id: *id, full_name: "acme/api".into() }).collect(), complete)
    }

    #[test]
    fn a_list_that_could_not_be_read_is_no_difference_and_no_agreement() {
        let unread = credential([selected(&[1, 2], true), selected(&[1, 2], true), selected(&[], false)]);
        assert!(!unread.access_differs());
        assert!(Member::all().all(|member| !unread.is_odd_one(member)));
        assert_eq!(unread.access(), Some(&selected(&[], false)), "what is not known is shown as not known");
    }

    #[test]
    fn a_partial_list_that_holds_something_else_is_a_difference() {
        let other = credential([selected(&[1, 2], true), selected(&[1, 2], true), selected(&[3], false)]);
        assert!(other.access_differs() && other.is_odd_one(Member::Password) && !other.is_odd_one(Member::User));
        let wider = credential([Access::All, Access::All, selected(&[], false)]);
        assert!(wider.access_differs(), "another visibility is another access, whoever is in the list");
    }

    #[test]
    fn for_members_that_differ_what_most_have_is_proposed_else_what_all_reach() {
        let list = |ids: &[u64]| selected(ids, true);
        let proposed = |all| credential(all).common_access().map(|(access, _)| access);
        assert_eq!(proposed([list(&[1, 2]), list(&[1]), list(&[2, 1])]), Ok(list(&[1, 2])));
        assert_eq!(proposed([list(&[1, 2, 3]), list(&[2, 3]), list(&[3, 4])]), Ok(list(&[3])));
        assert_eq!(proposed([Access::All, Access::Private, list(&[3, 4])]), Ok(list(&[3, 4])));
        assert_eq!(proposed([Access::All, Access::All, Access::Private]), Ok(Access::All));
        let mut two = credential([Access::All, Access::Private, Access::All]);
        two.members.password = None;
        assert_eq!(two.common_access().map(|(access, _)| access), Ok(Access::Private));
        assert!(proposed([list(&[1]), list(&[2]), list(&[3])]).is_err_and(|why| why.contains("in common")));
        assert!(
            proposed([list(&[1]), list(&[2]), selected(&[3], false)])
                .is_err_and(|why| why.contains("could not read the complete access"))
        );
        assert!(proposed([list(&[1]), list(&[1]), list(&[1])]).is_err_and(|why| why.contains("alike")));
    }

    #[test]
    fn whole_lists_that_differ_are_told_apart() {
        let odd = credential([selected(&[1, 2], true), selected(&[2, 1], true), selected(&[1], true)]);
        assert!(odd.access_differs() && odd.access().is_none());
        assert!(odd.is_odd_one(Member::Password) && !odd.is_odd_one(Member::Server));
    }

    #[test]
    fn what_two_members_share_prevails() {
        let odd = credential([selected(&[1], true), selected(&[1, 2], true), selected(&[2, 1], true)]);
        assert!(odd.prevailing_access().unwrap().is_same(&selected(&[1, 2], true)));
        let all_other = credential([Access::All, selected(&[1], true), selected(&[2], true)]);
        assert_eq!(all_other.prevailing_access(), None);
        let same = credential([Access::All, Access::All, Access::All]);
        assert_eq!(same.prevailing_access(), None);
        let unread = credential([selected(&[1], true), selected(&[1], true), selected(&[3], false)]);
        assert_eq!(unread.prevailing_access(), None);
    }
}
