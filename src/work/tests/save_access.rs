//! Saving and access: kept exactly, set exactly, never widened by accident.

use super::{Stage, acme, draft, name, selected, words};
use crate::domain::change::DraftAccess;
use crate::domain::{Member, Scope, Visibility, WriteOutcome};
use crate::work::save;

fn names(stage: &Stage, scope: &str, member: Member) -> (Option<String>, Vec<String>) {
    let secret = stage.world().secret(scope, &name(member)).unwrap();
    (secret.visibility.clone(), secret.repository_names().into_iter().map(str::to_owned).collect())
}

fn plant(stage: &Stage, scope: &str, members: &[Member], visibility: &str, repositories: &[&str]) {
    for member in members {
        assert!(stage.world().put_secret(scope, &name(*member), "old", visibility, repositories));
    }
}

#[tokio::test]
async fn a_new_password_keeps_who_gets_it() {
    for (scope, key) in [(Scope::User, "user"), (acme(), "org:acme")] {
        let stage = Stage::plain().await;
        plant(&stage, key, &Member::WRITE_ORDER, "selected", &["acme/api", "acme/web"]);
        let mut draft = draft(scope, DraftAccess::Keep);
        draft.members = vec![Member::Password];
        let saved = save(&stage.gh, &crate::local::Held::nothing(), &draft, &mut |_| {}).await.unwrap();
        assert_eq!(words(&saved.members), [(Member::Password, "updated")]);
        let (visibility, repositories) = names(&stage, key, Member::Password);
        assert_eq!((visibility.as_deref(), repositories.join(" ").as_str()), (Some("selected"), "acme/api acme/web"));
        assert_eq!(stage.value(key, &name(Member::Server)).as_deref(), Some("old"));
    }
}

#[tokio::test]
async fn every_visibility_of_an_organization_is_kept() {
    for visibility in ["all", "private", "selected"] {
        let stage = Stage::plain().await;
        plant(&stage, "org:acme", &Member::WRITE_ORDER, visibility, &[]);
        let saved = save(&stage.gh, &crate::local::Held::nothing(), &draft(acme(), DraftAccess::Keep), &mut |_| {})
            .await
            .unwrap();
        assert!(saved.is_whole());
        for member in Member::all() {
            assert_eq!(names(&stage, "org:acme", member).0.as_deref(), Some(visibility));
        }
    }
}

#[tokio::test]
async fn a_missing_member_gets_what_the_others_have_and_the_narrowest_where_they_differ() {
    for (scope, key) in [(Scope::User, "user"), (acme(), "org:acme")] {
        let stage = Stage::plain().await;
        plant(&stage, key, &[Member::Server], "selected", &["acme/api"]);
        let wide = if key == "user" { "selected" } else { "all" };
        plant(&stage, key, &[Member::User], wide, &["acme/api", "acme/web"]);
        let mut draft = draft(scope, DraftAccess::Keep);
        draft.members = vec![Member::Password];
        let saved = save(&stage.gh, &crate::local::Held::nothing(), &draft, &mut |_| {}).await.unwrap();
        assert_eq!(words(&saved.members), [(Member::Password, "created")]);
        assert_eq!(names(&stage, key, Member::Password), (Some("selected".to_owned()), vec!["acme/api".to_owned()]));
    }
}

#[tokio::test]
async fn a_new_credential_without_a_decision_reaches_nobody() {
    for (scope, key) in [(Scope::User, "user"), (acme(), "org:acme")] {
        let stage = Stage::plain().await;
        let saved = save(&stage.gh, &crate::local::Held::nothing(), &draft(scope, DraftAccess::Keep), &mut |_| {})
            .await
            .unwrap();
        assert!(saved.is_whole());
        assert!(saved.now.unwrap().credential(&super::prefix("ACR")).unwrap().access().unwrap().is_nobody());
        assert_eq!(names(&stage, key, Member::Server), (Some("selected".to_owned()), vec![]));
    }
}

#[tokio::test]
async fn a_decided_access_replaces_what_was() {
    let stage = Stage::plain().await;
    plant(&stage, "org:acme", &Member::WRITE_ORDER, "all", &[]);
    let narrow = draft(acme(), selected(vec![stage.repo("acme/api"), stage.repo("acme/api")]));
    assert!(save(&stage.gh, &crate::local::Held::nothing(), &narrow, &mut |_| {}).await.unwrap().is_whole());
    assert_eq!(names(&stage, "org:acme", Member::User), (Some("selected".to_owned()), vec!["acme/api".to_owned()]));
    let wide = draft(acme(), DraftAccess::Set { visibility: Visibility::Private, repositories: vec![] });
    assert!(save(&stage.gh, &crate::local::Held::nothing(), &wide, &mut |_| {}).await.unwrap().is_whole());
    assert_eq!(names(&stage, "org:acme", Member::User), (Some("private".to_owned()), vec![]));
}

#[tokio::test]
async fn a_user_credential_cannot_be_for_all() {
    let stage = Stage::plain().await;
    let access = DraftAccess::Set { visibility: Visibility::All, repositories: vec![] };
    let problem =
        save(&stage.gh, &crate::local::Held::nothing(), &draft(Scope::User, access), &mut |_| {}).await.unwrap_err();
    assert!(problem.why.contains("selected repositories only"), "{problem:?}");
    assert_eq!(stage.lines("PUT"), Vec::<String>::new());
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_not_written_back() {
    let stage = Stage::plain().await;
    plant(&stage, "org:acme", &Member::WRITE_ORDER, "selected", &["acme/api"]);
    stage.fault("GET:/repositories:1+:500");
    let problem = save(&stage.gh, &crate::local::Held::nothing(), &draft(acme(), DraftAccess::Keep), &mut |_| {})
        .await
        .unwrap_err();
    assert!(problem.what.contains("current access"), "{problem:?}");
    assert_eq!(stage.lines("PUT"), Vec::<String>::new());
}

#[tokio::test]
async fn a_repository_that_github_does_not_know_fails_truthfully() {
    let stage = Stage::plain().await;
    let ghost = crate::domain::RepoRef { id: 999_999, full_name: "acme/ghost".into() };
    let saved = save(&stage.gh, &crate::local::Held::nothing(), &draft(acme(), selected(vec![ghost])), &mut |_| {})
        .await
        .unwrap();
    assert!(matches!(saved.members[0].outcome, WriteOutcome::Failed(_)), "{saved:?}");
    assert_eq!(stage.value("org:acme", &name(Member::User)), None);
}

#[tokio::test]
async fn more_repositories_than_a_page_holds_are_all_kept() {
    let scale = crate::sandbox::Scale { org_repos: 230, ..Default::default() };
    let stage = Stage::of(crate::sandbox::Options { scale, ..Default::default() }).await;
    let org = crate::domain::OrgName::parse("acme").unwrap();
    let mut growth = Vec::new();
    let all =
        crate::work::repositories(&stage.gh, Some(&org), &mut |part| growth.push(part.value.list.len())).await.unwrap();
    assert!(all.is_whole() && all.list.len() > 230 && growth.first() == Some(&100));
    assert_eq!(growth.iter().sum::<usize>(), all.list.len(), "each is sent once");
    let names_of: Vec<_> = all.list.iter().map(|r| r.full_name.raw().to_owned()).collect();
    let names_of: Vec<_> = names_of.iter().map(String::as_str).collect();
    plant(&stage, "org:acme", &Member::WRITE_ORDER, "selected", &names_of);
    let saved =
        save(&stage.gh, &crate::local::Held::nothing(), &draft(acme(), DraftAccess::Keep), &mut |_| {}).await.unwrap();
    assert!(saved.is_whole());
    assert_eq!(names(&stage, "org:acme", Member::Password).1.len(), all.list.len());
}
