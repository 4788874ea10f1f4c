#![allow(clippy::unwrap_used)]
use super::*;
use crate::domain::{Access, Member, MemberState, OrgName, Prefix, RepoRef, Untrusted, Wanted};

fn repo(id: u64) -> RepoRef {
    RepoRef { id, full_name: Untrusted::new(format!("acme/r{id}")) }
}

fn selected(ids: &[u64]) -> Access {
    Access::selected(ids.iter().map(|id| repo(*id)).collect(), true)
}

fn credential(access: [Access; 3]) -> Credential {
    let mut credential = Credential::new(Prefix::parse("ACR").unwrap());
    for (member, access) in Member::all().zip(access) {
        let at = chrono::DateTime::UNIX_EPOCH;
        let name = credential.prefix.secret_name(member);
        *credential.members.get_mut(member) =
            Some(MemberState { name, created_at: at, updated_at: at, access: Some(access) });
    }
    credential
}

fn same(access: &Access) -> Credential {
    credential([access.clone(), access.clone(), access.clone()])
}

fn org() -> Scope {
    Scope::Organization(OrgName::parse("acme").unwrap())
}

fn wish(add: &[u64], remove: &[u64], visibility: Option<Visibility>) -> Wish {
    let refs = |ids: &[u64]| ids.iter().map(|id| repo(*id)).collect();
    Wish { add: refs(add), remove: (refs(remove), Vec::new()), set: None, visibility }
}

#[test]
fn repositories_are_added_and_removed_and_the_rest_is_kept() {
    let plan = plan(&same(&selected(&[1, 2])), &org(), wish(&[2, 3], &[1], None)).unwrap();
    assert!(plan.after.is_same(&selected(&[2, 3])));
    assert_eq!(plan.repositories.len(), 2);
    assert_eq!((plan.visibility, plan.consent), (Visibility::Selected, None));
}

#[test]
fn an_incomplete_list_is_never_written_back() {
    let before = Access::selected(vec![repo(1)], false);
    let failure = plan(&same(&before), &org(), wish(&[2], &[], None)).unwrap_err();
    assert_eq!(failure.exit, Exit::World);
}

#[test]
fn single_repositories_need_a_list_they_can_be_added_to() {
    let failure = plan(&same(&Access::All), &org(), wish(&[1], &[], None)).unwrap_err();
    assert_eq!(failure.exit, Exit::Usage);
    assert!(failure.problem.hint.contains("--visibility selected"));
    let narrowed = plan(&same(&Access::All), &org(), wish(&[1], &[], Some(Visibility::Selected))).unwrap();
    assert!(narrowed.after.is_same(&selected(&[1])) && narrowed.consent.is_none());
}

#[test]
fn opening_to_unnamed_repositories_needs_a_yes_and_narrowing_does_not() {
    let (all, private) = (Some(Visibility::All), Some(Visibility::Private));
    for (before, visibility, needs_yes) in [
        (selected(&[1]), all, true),
        (selected(&[1]), private, true),
        (Access::Private, all, true),
        (Access::Private, private, false),
        (Access::All, private, false),
        (Access::All, all, false),
        (Access::All, Some(Visibility::Selected), false),
    ] {
        let plan = plan(&same(&before), &org(), wish(&[], &[], visibility)).unwrap();
        assert_eq!(plan.consent.is_some(), needs_yes, "{before:?} {visibility:?}");
    }
}

#[test]
fn members_that_differ_are_made_the_same_only_after_a_yes() {
    let differing = credential([selected(&[1, 2]), selected(&[1, 2]), selected(&[1])]);
    let plan = plan(&differing, &org(), wish(&[3], &[], None)).unwrap();
    assert!(plan.before.is_none() && plan.consent.is_some());
    assert!(plan.after.is_same(&selected(&[1, 2, 3])));
}

#[test]
fn a_repository_is_removed_by_the_name_in_the_list_whatever_its_case() {
    let names = ["ACME/R1", "acme/other"].map(|name| Wanted::parse(name).unwrap());
    let (found, missing) = known(&same(&selected(&[1])), &names);
    assert_eq!((found, missing), (vec![repo(1)], vec!["acme/other".to_owned()]));
}

#[test]
fn patterns_remove_what_matches_and_say_what_matches_nothing() {
    let wanted = ["acme/r*", "globex/*"].map(|text| Wanted::parse(text).unwrap());
    let (found, missing) = known(&same(&selected(&[1, 2])), &wanted);
    assert_eq!((found.len(), missing), (2, vec!["globex/*".to_owned()]));
}

#[test]
fn a_whole_list_replaces_what_was_whatever_it_was() {
    for before in [selected(&[1, 2]), Access::All, Access::selected(vec![repo(1)], false)] {
        let wish = Wish { set: Some(vec![repo(7)]), ..Wish::default() };
        let plan = plan(&same(&before), &org(), wish).unwrap();
        assert!(plan.after.is_same(&selected(&[7])) && plan.visibility == Visibility::Selected);
    }
}

#[test]
fn members_are_made_like_the_two_that_agree_or_like_the_one_that_is_named() {
    let odd = credential([selected(&[1]), selected(&[1, 2]), selected(&[1, 2])]);
    let plan = alike(&odd, None).unwrap();
    assert!(plan.after.is_same(&selected(&[1, 2])) && plan.consent.is_some());
    assert!(alike(&odd, Some(Member::Server)).unwrap().after.is_same(&selected(&[1])));
    let torn = credential([selected(&[1]), selected(&[2]), Access::Private]);
    let failure = alike(&torn, None).unwrap_err();
    assert!(failure.exit == Exit::Usage && failure.problem.hint.contains("--like"), "{failure:?}");
    assert_eq!(alike(&torn, Some(Member::Password)).unwrap().visibility, Visibility::Private);
    assert!(alike(&same(&Access::All), None).unwrap().consent.is_none());
    let unread = credential([selected(&[1]), selected(&[1]), Access::selected(vec![repo(2)], false)]);
    alike(&unread, None).unwrap_err();
    alike(&unread, Some(Member::Password)).unwrap_err();
}
