//! The reverse view: which secrets one repository gets, as far as the listings show. Pure.
//!
//! GitHub has no call for this that everyone can make, so it is computed. Nothing is guessed: what is missing from a
//! listing or not documented by GitHub is unknown, never a no.

use super::{Access, MemberState, Members, Prefix, Repository, Scope, ScopeListing, Untrusted};

/// Whether a codespace of the repository gets something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reaches {
    Yes,
    No,
    Unknown,
}

impl Reaches {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// What the repository gets, or does not get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// A credential, with each existing member separately.
    Credential { prefix: Prefix, members: Members<Option<Reaches>> },
    /// Another secret.
    Secret(Untrusted),
    /// The rest of the scope: it could not be read, or only incompletely.
    Rest,
}

/// One line of the reverse view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    pub scope: Scope,
    pub what: Reached,
    /// For a credential: `Yes` if the repository gets all existing members, `No` if it certainly does not get one.
    pub reaches: Reaches,
    /// The reason, as a fragment.
    pub why: String,
}

/// What every secret of these scopes means for one repository, in the order of the scopes. `None` stands for a scope
/// that could not be read or has not been read yet.
pub fn reaching(listings: &[(Scope, Option<&ScopeListing>)], repo: &Repository) -> Vec<Reach> {
    let mut all = Vec::new();
    for (scope, listing) in listings {
        let Some(listing) = listing else {
            all.push(rest(scope, "its secrets are unknown"));
            continue;
        };
        for credential in &listing.credentials {
            let told = credential.members.clone().map(|_, state| state.map(|state| member(scope, &state, repo)));
            let (reaches, why) = together(&told);
            let members = told.map(|_, told| told.map(|(reaches, _)| reaches));
            let what = Reached::Credential { prefix: credential.prefix.clone(), members };
            all.push(Reach { scope: scope.clone(), what, reaches, why });
        }
        for secret in &listing.other_secrets {
            let (reaches, why) = member(scope, &secret.state, repo);
            all.push(Reach { scope: scope.clone(), what: Reached::Secret(secret.name.clone()), reaches, why });
        }
        if !listing.is_whole() {
            all.push(rest(scope, "the list of its secrets or of their access is incomplete"));
        }
    }
    all
}

fn rest(scope: &Scope, why: &str) -> Reach {
    Reach { scope: scope.clone(), what: Reached::Rest, reaches: Reaches::Unknown, why: why.to_owned() }
}

/// One member that is certainly missing makes the credential useless; an unknown one makes it unknown.
fn together(members: &Members<Option<(Reaches, String)>>) -> (Reaches, String) {
    let of = |wanted: Reaches| {
        let found = members.iter().filter_map(|(member, told)| Some((member, told.as_ref()?)));
        found.filter(|(_, (reaches, _))| *reaches == wanted).collect::<Vec<_>>()
    };
    let there = members.iter().filter(|(_, told)| told.is_some()).count();
    for verdict in [Reaches::No, Reaches::Unknown] {
        let found = of(verdict);
        if let Some((_, (_, why))) = found.first() {
            let words: Vec<_> = found.iter().map(|(member, _)| member.word()).collect();
            let is_all = found.len() == there;
            return (verdict, if is_all { why.clone() } else { format!("{}: {why}", words.join(", ")) });
        }
    }
    of(Reaches::Yes).first().map_or_else(|| (Reaches::No, "it has no members".to_owned()), |(_, told)| (*told).clone())
}

fn member(scope: &Scope, state: &MemberState, repo: &Repository) -> (Reaches, String) {
    by_access(scope, state.access.as_ref(), repo)
}

/// Whether the repository gets a secret of this scope and access, and why.
///
/// Source: GitHub's REST description, visibility of organization secrets; GitHub Docs, “Managing development
/// environment secrets for your repository or organization”.
pub fn by_access(scope: &Scope, access: Option<&Access>, repo: &Repository) -> (Reaches, String) {
    let name = repo.full_name.raw();
    match scope {
        Scope::Repository(own) if own.is_same(name) => {
            return (Reaches::Yes, "it belongs to this repository".to_owned());
        }
        Scope::Repository(other) => return (Reaches::No, format!("it is for {other} only")),
        Scope::Organization(org) => {
            let owner = name.split('/').next().unwrap_or_default();
            if !owner.eq_ignore_ascii_case(org.as_str()) {
                return (Reaches::No, format!("the repository does not belong to {org}"));
            }
        }
        Scope::User => {}
    }
    match access {
        None => (Reaches::Unknown, "its access was not read".to_owned()),
        Some(Access::All) => (Reaches::Yes, "it is for all repositories of the organization".to_owned()),
        Some(Access::Private) => private(repo),
        Some(Access::Selected(list)) if list.repositories.iter().any(|r| r.id == repo.id) => {
            (Reaches::Yes, "the repository is selected".to_owned())
        }
        Some(Access::Selected(list)) if list.complete => (Reaches::No, "the repository is not selected".to_owned()),
        Some(Access::Selected(_)) => (Reaches::Unknown, "could not read all of its repositories".to_owned()),
        Some(Access::Repository) => (Reaches::Unknown, "it is for an unknown repository".to_owned()),
        Some(Access::Other(word)) => {
            (Reaches::Unknown, format!("its visibility, {}, is unknown to this version", word.shown()))
        }
    }
}

fn private(repo: &Repository) -> (Reaches, String) {
    match repo.visibility.as_str() {
        "private" => (Reaches::Yes, "it is for private repositories, and this is one".to_owned()),
        "public" => (Reaches::No, "it is for private repositories, and this one is public".to_owned()),
        "internal" => (
            Reaches::Unknown,
            "it is for private repositories; GitHub does not say whether internal ones like this count".to_owned(),
        ),
        // A visibility GitHub may add one day.
        _ => (Reaches::Unknown, "it is for private repositories, and this one's visibility is unknown".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::{Member, OrgName, RepoName, RepoRef};

    fn repo(visibility: &str) -> Repository {
        Repository {
            id: 7,
            full_name: "acme/api".into(),
            visibility: visibility.to_owned(),
            archived: false,
            admin: true,
            push: true,
        }
    }

    fn org(name: &str) -> Scope {
        Scope::Organization(OrgName::parse(name).unwrap())
    }

    fn selected(ids: &[u64], complete: bool) -> Access {
        let one = |id: &u64| RepoRef { id: *id, full_name: "acme/x".into() };
        Access::selected(ids.iter().map(one).collect(), complete)
    }

    fn state(name: &str, access: Option<Access>) -> MemberState {
        let at = chrono::DateTime::UNIX_EPOCH;
        MemberState { name: name.to_owned(), created_at: at, updated_at: at, access }
    }

    fn triple(accesses: [Option<Access>; 3]) -> ScopeListing {
        let prefix = Prefix::parse("ACR").unwrap();
        let states = Member::all().zip(accesses).map(|(m, access)| state(&prefix.secret_name(m), access));
        ScopeListing::group(states, true)
    }

    fn verdict(scope: &Scope, access: Option<Access>, repo: &Repository) -> Reaches {
        let listing = triple([access.clone(), access.clone(), access]);
        let lines = reaching(&[(scope.clone(), Some(&listing))], repo);
        assert_eq!(lines.len(), 1);
        assert!(!lines[0].why.is_empty());
        lines[0].reaches
    }

    #[test]
    fn every_access_has_its_answer_and_what_is_not_known_is_unknown() {
        let acme = org("ACME");
        for (access, visibility, wanted) in [
            (Some(Access::All), "public", Reaches::Yes),
            (Some(Access::Private), "private", Reaches::Yes),
            (Some(Access::Private), "public", Reaches::No),
            (Some(Access::Private), "internal", Reaches::Unknown),
            (Some(selected(&[7], true)), "public", Reaches::Yes),
            (Some(selected(&[7], false)), "public", Reaches::Yes),
            (Some(selected(&[8], true)), "public", Reaches::No),
            (Some(selected(&[8], false)), "public", Reaches::Unknown),
            (Some(Access::Other("odd".into())), "public", Reaches::Unknown),
            (None, "public", Reaches::Unknown),
        ] {
            assert_eq!(verdict(&acme, access.clone(), &repo(visibility)), wanted, "{access:?} {visibility}");
        }
        assert_eq!(verdict(&org("globex"), Some(Access::All), &repo("public")), Reaches::No);
        assert_eq!(verdict(&Scope::User, Some(selected(&[7], true)), &repo("public")), Reaches::Yes);
        let own = |name: &str| Scope::Repository(RepoName::parse(name).unwrap());
        assert_eq!(verdict(&own("acme/API"), Some(Access::Repository), &repo("private")), Reaches::Yes);
        assert_eq!(verdict(&own("acme/web"), Some(Access::Repository), &repo("private")), Reaches::No);
    }

    #[test]
    fn a_member_that_does_not_reach_it_is_named() {
        let listing = triple([Some(selected(&[7], true)), Some(selected(&[7], true)), Some(selected(&[8], true))]);
        let lines = reaching(&[(org("acme"), Some(&listing))], &repo("public"));
        assert_eq!(lines[0].reaches, Reaches::No);
        assert!(lines[0].why.starts_with("password: "), "{lines:?}");
        let Reached::Credential { members, .. } = &lines[0].what else { panic!() };
        assert_eq!((members.server, members.password), (Some(Reaches::Yes), Some(Reaches::No)));
    }

    #[test]
    fn a_scope_that_could_not_be_read_is_unknown_and_not_empty() {
        let part = ScopeListing { complete: false, ..ScopeListing::default() };
        for listing in [None, Some(&part)] {
            let lines = reaching(&[(org("acme"), listing)], &repo("public"));
            assert_eq!((lines.len(), &lines[0].what, lines[0].reaches), (1, &Reached::Rest, Reaches::Unknown));
        }
    }
}
