//! Changing access: all members alike, without their values.

use super::{Stage, acme, api, name, prefix, words};
use crate::domain::change::AccessOutcome;
use crate::domain::{AccessChange, AccessGoal, Member, RepoRef, Saved, Scope, Visibility, WriteOutcome};
use crate::sandbox::FaultKind;
use crate::work::change_access;

const ORDER: [Member; 3] = Member::WRITE_ORDER;

fn change(scope: Scope, visibility: Visibility, repositories: Vec<RepoRef>) -> AccessChange {
    AccessChange { scope, prefix: prefix("ACR"), goal: AccessGoal::Alike { visibility, repositories }, seen: None }
}

async fn changed(stage: &Stage, change: &AccessChange) -> Saved {
    match change_access(&stage.gh, &crate::local::Held::nothing(), change, &mut |_| {}).await.unwrap() {
        AccessOutcome::Done { saved, .. } => saved,
        AccessOutcome::Stale(other) => panic!("{other:?}"),
    }
}

fn plant(stage: &Stage, scope: &str, visibility: &str, repositories: &[&str]) {
    for member in ORDER {
        assert!(stage.world().put_secret(scope, &name(member), "kept", visibility, repositories));
    }
}

fn reach(stage: &Stage, scope: &str, member: Member) -> String {
    let secret = stage.world().secret(scope, &name(member)).unwrap();
    assert_eq!(secret.value, "kept", "the value is never touched");
    format!("{} {}", secret.visibility.as_deref().unwrap_or_default(), secret.repository_names().join(" "))
}

#[tokio::test]
async fn all_three_members_get_the_same_list() {
    for (scope, key) in [(Scope::User, "user"), (acme(), "org:acme")] {
        let stage = Stage::plain().await;
        plant(&stage, key, "selected", &["acme/api"]);
        let wish = change(scope, Visibility::Selected, vec![stage.repo("acme/web"), stage.repo("acme/infra")]);
        let saved = changed(&stage, &wish).await;
        assert_eq!(words(&saved.members), ORDER.map(|m| (m, "updated")));
        for member in ORDER {
            assert_eq!(reach(&stage, key, member), "selected acme/infra acme/web");
        }
        assert!(stage.lines("PUT").iter().all(|line| line.ends_with("/repositories")));
        let again = changed(&stage, &wish).await;
        assert_eq!(words(&again.members), ORDER.map(|m| (m, "unchanged")));
        assert_eq!(stage.lines("PUT").len(), 3);
    }
}

#[tokio::test]
async fn the_visibility_of_an_organization_changes_without_the_value() {
    let wanted = [
        ("all", Visibility::Private, vec![], "private "),
        ("private", Visibility::Selected, vec!["acme/api"], "selected acme/api"),
        ("selected", Visibility::All, vec![], "all "),
        ("all", Visibility::Selected, vec![], "selected "),
    ];
    for (before, visibility, repositories, after) in wanted {
        let stage = Stage::plain().await;
        plant(&stage, "org:acme", before, &["acme/web"]);
        let list = repositories.iter().map(|name| stage.repo(name)).collect();
        let saved = changed(&stage, &change(acme(), visibility, list)).await;
        assert_eq!(words(&saved.members), ORDER.map(|m| (m, "updated")), "{before} to {after}");
        for member in ORDER {
            assert_eq!(reach(&stage, "org:acme", member), after);
        }
    }
}

#[tokio::test]
async fn if_github_wants_the_value_that_is_what_is_said() {
    let stage = Stage::plain().await;
    plant(&stage, "org:acme", "all", &[]);
    stage.world().accept_access_only(false);
    let saved = changed(&stage, &change(acme(), Visibility::Private, vec![])).await;
    assert_eq!(
        words(&saved.members),
        [(Member::User, "failed"), (Member::Password, "not tried"), (Member::Server, "not tried")]
    );
    let WriteOutcome::Failed(problem) = &saved.members[0].outcome else { panic!() };
    assert!(problem.why.contains("value") && problem.hint.contains("again"), "{problem:?}");
}

#[tokio::test]
async fn faults_are_settled_by_reading_back() {
    let kinds =
        [(FaultKind::DropAfter, "updated"), (FaultKind::DropBefore, "failed"), (FaultKind::Status(500), "failed")];
    for (kind, word) in kinds {
        for (at, member) in ORDER.into_iter().enumerate() {
            for (before, visibility) in [("selected", Visibility::Selected), ("selected", Visibility::All)] {
                let stage = Stage::plain().await;
                plant(&stage, "org:acme", before, &["acme/api"]);
                stage.strike(&name(member), kind.clone());
                let wish = change(acme(), visibility, vec![stage.repo("acme/web")]);
                let saved = changed(&stage, &wish).await;
                assert_eq!(words(&saved.members)[at], (member, word), "{kind:?}");
                stage.world().clear_faults();
                assert!(changed(&stage, &wish).await.is_whole());
            }
        }
    }
}

#[tokio::test]
async fn only_members_that_exist_are_changed() {
    let stage = Stage::plain().await;
    stage.world().put_secret("user", &name(Member::User), "kept", "selected", &[]);
    let saved = changed(&stage, &change(Scope::User, Visibility::Selected, vec![stage.repo("acme/api")])).await;
    assert_eq!(words(&saved.members), [(Member::User, "updated")]);
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_changed() {
    let stage = Stage::plain().await;
    for wish in [
        change(api(), Visibility::Selected, vec![]),
        change(Scope::User, Visibility::All, vec![]),
        change(acme(), Visibility::All, vec![]),
    ] {
        change_access(&stage.gh, &crate::local::Held::nothing(), &wish, &mut |_| {}).await.unwrap_err();
    }
    plant(&stage, "user", "selected", &[]);
    stage.fault("GET:/repositories:1+:404");
    change_access(
        &stage.gh,
        &crate::local::Held::nothing(),
        &change(Scope::User, Visibility::Selected, vec![]),
        &mut |_| {},
    )
    .await
    .unwrap_err();
    assert_eq!(stage.lines("PUT"), Vec::<String>::new());
}

#[tokio::test]
async fn members_that_are_gone_when_it_is_read_back_are_not_called_updated() {
    for (is_change, word) in [(true, "failed"), (false, "failed")] {
        let stage = Stage::plain().await;
        plant(&stage, "user", "selected", &["acme/api"]);
        let repository = if is_change { "acme/web" } else { "acme/api" };
        let wish = change(Scope::User, Visibility::Selected, vec![stage.repo(repository)]);
        let world = stage.world();
        let mut heard = 0;
        let mut part = |_| {
            heard += 1;
            if heard == ORDER.len() {
                assert!(ORDER.iter().all(|member| world.remove_secret("user", &name(*member))));
            }
        };
        let outcome = change_access(&stage.gh, &crate::local::Held::nothing(), &wish, &mut part).await.unwrap();
        let AccessOutcome::Done { saved, .. } = outcome else { panic!("{outcome:?}") };
        assert!(!saved.is_whole());
        assert_eq!(words(&saved.members), ORDER.map(|member| (member, word)));
    }
}

fn touched(stage: &Stage, (add, remove): (&[&str], &[&str])) -> AccessChange {
    let refs = |names: &[&str]| names.iter().map(|name| stage.repo(name)).collect();
    let goal = AccessGoal::Touched { add: refs(add), remove: refs(remove) };
    AccessChange { scope: acme(), prefix: prefix("ACR"), goal, seen: None }
}

/// Server and user for two repositories, the password for one.
async fn differing() -> Stage {
    let stage = Stage::plain().await;
    plant(&stage, "org:acme", "selected", &["acme/api", "acme/web"]);
    assert!(stage.world().put_secret("org:acme", &name(Member::Password), "kept", "selected", &["acme/api"]));
    stage
}

#[tokio::test]
async fn what_is_touched_changes_on_every_member_and_the_rest_stays_its_own() {
    let stage = differing().await;
    assert!(changed(&stage, &touched(&stage, (&["acme/infra"], &["acme/api"]))).await.is_whole());
    assert_eq!(reach(&stage, "org:acme", Member::Server), "selected acme/infra acme/web");
    assert_eq!(reach(&stage, "org:acme", Member::Password), "selected acme/infra");
    // Members that lack a repository get it, members that have one lose it; the others are not written.
    let saved = changed(&stage, &touched(&stage, (&["acme/web"], &[]))).await;
    let updated = |word| move |member: &(Member, &str)| member.1 == word;
    assert_eq!(words(&saved.members).into_iter().filter(updated("updated")).collect::<Vec<_>>().len(), 1);
    assert_eq!(reach(&stage, "org:acme", Member::Password), "selected acme/infra acme/web");
}

#[tokio::test]
async fn where_there_is_no_list_nothing_is_added_to_it() {
    let stage = differing().await;
    assert!(stage.world().put_secret("org:acme", &name(Member::User), "kept", "all", &[]));
    let wish = touched(&stage, (&["acme/infra"], &[]));
    let refused = change_access(&stage.gh, &crate::local::Held::nothing(), &wish, &mut |_| {}).await.unwrap_err();
    assert!(refused.why.contains("all repositories"), "{refused:?}");
    assert!(stage.lines("PUT").is_empty());
}

#[tokio::test]
async fn a_list_that_became_all_since_it_was_seen_is_asked_about_again() {
    let stage = differing().await;
    let listing = crate::work::load_scope(&stage.gh, &acme(), &mut |_| {}).await.unwrap();
    let seen = listing.credential(&prefix("ACR")).map(crate::domain::change::Seen::of);
    assert!(stage.world().put_secret("org:acme", &name(Member::User), "kept", "all", &[]));
    let wish = AccessChange { seen, ..touched(&stage, (&["acme/infra"], &[])) };
    let outcome = change_access(&stage.gh, &crate::local::Held::nothing(), &wish, &mut |_| {}).await.unwrap();
    let AccessOutcome::Stale(other) = outcome else { panic!("{outcome:?}") };
    assert!(other.differences.iter().any(|text| text.contains("all repositories")), "{other:?}");
    assert!(stage.lines("PUT").is_empty());
}
