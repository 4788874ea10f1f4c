#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::change::Seen;
use crate::domain::codespace::{CodespaceName, GitStatus, State};
use crate::domain::{MemberState, RepoRef};

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(hour * 3600, 0).unwrap()
}

/// A codespace of acme/api (7) that started at hour 10.
fn codespace(state: State) -> Codespace {
    Codespace {
        name: CodespaceName::parse("fluffy-disco").unwrap(),
        display_name: None,
        owner: "octocat".into(),
        repository: Some(CodespaceRepo {
            reference: RepoRef { id: 7, full_name: "acme/api".into() },
            visibility: Some("private".to_owned()),
            of_organization: Some(true),
        }),
        state,
        created_at: Some(at(1)),
        started_at: Some(at(10)),
        git: GitStatus::default(),
        prebuild: None,
        pending: false,
        stop_notice: None,
        web_url: None,
    }
}

fn listing(hour: i64, access: &Access) -> ScopeListing {
    let name = "ACR_CONTAINER_REGISTRY_PASSWORD".to_owned();
    let state = MemberState { name, created_at: at(0), updated_at: at(hour), access: Some(access.clone()) };
    ScopeListing::group([state], true)
}

fn empty() -> ScopeListing {
    ScopeListing { complete: true, ..ScopeListing::default() }
}

fn selected(ids: &[u64], complete: bool) -> Access {
    Access::selected(ids.iter().map(|id| RepoRef { id: *id, full_name: "x/y".into() }).collect(), complete)
}

/// With a user's, a repository's and an organization's listing.
fn told(user: &ScopeListing, repo: &ScopeListing, org: &ScopeListing) -> Freshness {
    let scopes = scopes(&codespace(State::Available));
    let read: Vec<Read<'_>> = scopes.into_iter().zip([Ok(user), Ok(repo), Ok(org)]).collect();
    freshness(&codespace(State::Available), true, &read, &[])
}

#[test]
fn a_secret_newer_than_the_start_makes_it_stale_at_every_level() {
    let none = empty();
    let mine = listing(11, &selected(&[7], true));
    let own = listing(11, &Access::Repository);
    for access in [Access::All, Access::Private, selected(&[7], true), selected(&[7], false)] {
        assert!(matches!(told(&none, &none, &listing(11, &access)), Freshness::Stale(_)), "{access:?}");
    }
    assert!(matches!(told(&mine, &none, &none), Freshness::Stale(since) if since.scope == Scope::User));
    assert!(matches!(told(&none, &own, &none), Freshness::Stale(since) if since.at == at(11)));
}

#[test]
fn older_secrets_and_those_of_other_repositories_leave_it_fresh() {
    let none = empty();
    let older = listing(9, &selected(&[7], true));
    let others = listing(11, &selected(&[8], true));
    assert_eq!(told(&older, &listing(10, &Access::Repository), &others), Freshness::Fresh);
    assert_eq!(told(&none, &none, &none), Freshness::Fresh);
}

#[test]
fn the_newest_secret_is_the_one_that_is_named() {
    let mine = listing(12, &selected(&[7], true));
    let org = listing(14, &Access::All);
    assert!(matches!(told(&mine, &empty(), &org), Freshness::Stale(since) if since.at == at(14)));
}

#[test]
fn what_is_not_known_never_looks_fresh() {
    let none = empty();
    let unread = listing(11, &selected(&[], false));
    assert!(matches!(told(&unread, &none, &none), Freshness::Unknown(_)));
    assert!(matches!(told(&none, &none, &listing(11, &Access::Other("x".into()))), Freshness::Unknown(_)));
    let partial = ScopeListing::default();
    assert!(matches!(told(&none, &partial, &none), Freshness::Unknown(why) if why.contains("incomplete")));
    // An old secret says nothing either way: who gets it does not matter.
    assert_eq!(told(&listing(9, &selected(&[], false)), &none, &none), Freshness::Fresh);
    let runs = codespace(State::Available);
    assert!(matches!(freshness(&runs, true, &[], &[]), Freshness::Unknown(why) if why.contains("not read")));
    let read: Vec<Read<'_>> = scopes(&runs).into_iter().map(|scope| (scope, Err("no right"))).collect();
    assert!(matches!(freshness(&runs, true, &read, &[]), Freshness::Unknown(why) if why.contains("no right")));
    let unstarted = Codespace { started_at: None, ..runs.clone() };
    assert!(matches!(freshness(&unstarted, true, &[], &[]), Freshness::Unknown(_)));
    let template = Codespace { repository: None, ..runs };
    assert!(matches!(freshness(&template, true, &[], &[]), Freshness::Unknown(why) if why.contains("published")));
}

#[test]
fn a_members_own_secrets_are_unknown_yet_the_others_can_make_it_stale() {
    let (none, runs) = (empty(), codespace(State::Available));
    let org = listing(11, &Access::All);
    let read = |org| -> Vec<Read<'_>> { scopes(&runs).into_iter().zip([Ok(&none), Ok(&none), Ok(org)]).collect() };
    assert!(matches!(freshness(&runs, false, &read(&none), &[]), Freshness::Unknown(why) if why.contains("octocat")));
    assert!(matches!(freshness(&runs, false, &read(&org), &[]), Freshness::Stale(_)));
}

#[test]
fn one_that_does_not_run_gets_everything_with_its_next_start() {
    let stopped = codespace(State::Shutdown);
    let told = freshness(&stopped, true, &[], &[]);
    assert_eq!((&told, need(&stopped, &told)), (&Freshness::NotRunning, Need::NextStart));
}

#[test]
fn a_private_visibility_counts_only_where_it_is_known_to() {
    let repository = |visibility: Option<&str>| CodespaceRepo {
        visibility: visibility.map(str::to_owned),
        ..codespace(State::Available).repository.unwrap()
    };
    let acme = scopes(&codespace(State::Available)).remove(2);
    let private = |visibility| reaches(&acme, Some(&Access::Private), &repository(visibility));
    assert_eq!((private(Some("private")), private(Some("public"))), (Some(true), Some(false)));
    assert_eq!((private(Some("internal")), private(None)), (None, None));
    assert_eq!(reaches(&acme, None, &repository(None)), None);
}

#[test]
fn an_access_that_was_just_granted_counts_though_the_secret_is_old() {
    let (none, runs) = (empty(), codespace(State::Available));
    let org = listing(2, &selected(&[7, 8], true));
    let read: Vec<Read<'_>> = scopes(&runs).into_iter().zip([Ok(&none), Ok(&none), Ok(&org)]).collect();
    let granted = |before: &[u64], hour| Granted {
        at: at(hour),
        before: AccessBefore {
            scope: scopes(&runs)[2].clone(),
            prefix: Prefix::parse("ACR").unwrap(),
            left: None,
            members: vec![Seen { member: Member::Password, updated_at: at(2), access: Some(selected(before, true)) }],
        },
    };
    assert!(
        matches!(freshness(&runs, true, &read, &[granted(&[8], 12)]), Freshness::Stale(since) if since.at == at(12))
    );
    assert_eq!(freshness(&runs, true, &read, &[granted(&[7], 12)]), Freshness::Fresh, "it had it before");
    assert_eq!(freshness(&runs, true, &read, &[granted(&[8], 9)]), Freshness::Fresh, "it started since");
}

/// A change of access of ACR in the organization: what its password was for, and what it left.
fn change(runs: &Codespace, (before, left): (&[u64], &[u64]), hour: i64) -> Granted {
    let seen =
        |ids: &[u64]| vec![Seen { member: Member::Password, updated_at: at(2), access: Some(selected(ids, true)) }];
    let (scope, prefix) = (scopes(runs)[2].clone(), Prefix::parse("ACR").unwrap());
    Granted { at: at(hour), before: AccessBefore { scope, prefix, members: seen(before), left: Some(seen(left)) } }
}

#[test]
fn a_change_means_to_a_codespace_what_it_got_when_it_started() {
    let runs = codespace(State::Available); // started at 10
    let (with, without): (&[u64], &[u64]) = (&[7, 8], &[8]);
    let gains = Turn { gains: true, ..Turn::default() };
    let has = Turn { has: true, ..Turn::default() };
    let loses = Turn { loses: true, ..Turn::default() };
    let removed = change(&runs, (with, without), 12);
    let added = change(&runs, (without, with), 12);
    let turn = |changes: &[Granted]| turned(&changes[changes.len() - 1].before, &runs, changes);
    assert_eq!(turn(std::slice::from_ref(&added)), gains);
    assert_eq!(turn(std::slice::from_ref(&removed)), loses);
    let taken_back = change(&runs, (without, with), 13);
    assert_eq!(turn(&[removed.clone(), taken_back.clone()]), has, "it kept it all the time");
    let given_back = change(&runs, (with, without), 13);
    assert_eq!(turn(&[added, given_back]), Turn::default(), "it never had it");
    let early = change(&runs, (with, without), 9);
    assert_eq!(turn(&[early, taken_back]), gains, "it started in between");
}

#[test]
fn a_grant_that_was_taken_back_leaves_nothing_stale() {
    let (none, runs) = (empty(), codespace(State::Available));
    let org = listing(2, &selected(&[7, 8], true));
    let read: Vec<Read<'_>> = scopes(&runs).into_iter().zip([Ok(&none), Ok(&none), Ok(&org)]).collect();
    let (with, without): (&[u64], &[u64]) = (&[7, 8], &[8]);
    let (removed, again) = (change(&runs, (with, without), 12), change(&runs, (without, with), 13));
    assert_eq!(freshness(&runs, true, &read, &[removed.clone(), again]), Freshness::Fresh);
    let early = change(&runs, (with, without), 9);
    let again = change(&runs, (without, with), 13);
    assert!(matches!(freshness(&runs, true, &read, &[early, again]), Freshness::Stale(since) if since.at == at(13)));
}

#[test]
fn a_repository_of_a_person_has_no_organization() {
    let mut runs = codespace(State::Available);
    runs.repository.as_mut().unwrap().of_organization = Some(false);
    assert_eq!(scopes(&runs).len(), 2);
    runs.repository.as_mut().unwrap().of_organization = None;
    assert_eq!(scopes(&runs).len(), 3);
}

#[test]
fn a_restart_is_never_called_a_pull_and_a_rebuild_is_named() {
    let runs = codespace(State::Available);
    let words = advice(&runs, &Freshness::Fresh, &Site::default()).join("\n");
    assert!(words.contains("API does not say") && words.contains("gh codespace rebuild -c fluffy-disco"));
    let prebuilt = Codespace { prebuild: Some(true), ..runs };
    assert!(advice(&prebuilt, &Freshness::Fresh, &Site::default()).join("\n").contains("acme/api/settings/codespaces"));
}

#[test]
fn every_phase_has_a_need() {
    let fresh = Freshness::Fresh;
    let need_of = |state| need(&codespace(state), &fresh);
    assert_eq!(need_of(State::Available), Need::Nothing);
    assert_eq!(need_of(State::Rebuilding), Need::Wait);
    assert_eq!(need_of(State::Failed), Need::Rebuild);
    assert_eq!(need_of(State::Other("Frozen".into())), Need::Unclear);
    let pending = Codespace { pending: true, ..codespace(State::Available) };
    assert_eq!(need(&pending, &fresh), Need::Wait);
}
