//! Reading: scopes, identity, repositories.

use super::{Stage, acme, api, client, name, prefix};
use crate::domain::token::{TokenKind, TokenSource};
use crate::domain::{Access, Member, OrgName, Partial, Progress, Renamed, RepoName, RepositoryPage, Scope};
use crate::sandbox::{Options, Scale};
use crate::work::{followed, identity, load_scope, memberships, repositories, repository};

#[tokio::test]
async fn names_come_first_and_access_follows() {
    let stage = Stage::plain().await;
    for member in Member::all() {
        stage.world().put_secret("user", &name(member), "x", "selected", &["acme/api"]);
    }
    stage.world().put_secret("user", "NPM_TOKEN", "x", "selected", &["acme/api"]);
    let mut parts = Vec::new();
    let listing = load_scope(&stage.gh, &Scope::User, &mut |part| parts.push(part)).await.unwrap();
    let acr = prefix("ACR");
    assert_eq!(parts[0].value.credential(&acr).unwrap().access(), None);
    let told: Vec<_> = parts.iter().map(|part| part.far.map(Progress::words)).collect();
    let told: Vec<_> = told.iter().map(|words| words.as_deref().unwrap_or("nothing")).collect();
    let wanted = ["nothing", "access of 1 of 3 secrets", "access of 2 of 3 secrets", "access of 3 of 3 secrets"];
    assert_eq!(told, wanted);
    assert_eq!(parts[3].value, listing);
    let access = listing.credential(&acr).unwrap().access().unwrap();
    assert!(matches!(access, Access::Selected(list) if list.complete && list.repositories.len() == 1));
    assert_eq!(listing.other_secrets[0].name.raw(), "NPM_TOKEN");
    assert!(listing.complete && listing.count() == 4);
}

#[tokio::test]
async fn an_organization_tells_its_access_without_more_requests() {
    let stage = Stage::plain().await;
    stage.world().put_secret("org:acme", &name(Member::Server), "x", "all", &[]);
    stage.world().put_secret("org:acme", &name(Member::User), "x", "private", &[]);
    let listing = load_scope(&stage.gh, &acme(), &mut |_| {}).await.unwrap();
    let members = &listing.credential(&prefix("ACR")).unwrap().members;
    assert_eq!(members.server.as_ref().unwrap().access, Some(Access::All));
    assert_eq!(members.user.as_ref().unwrap().access, Some(Access::Private));
    assert_eq!(stage.lines("GET").len(), 1);
}

#[tokio::test]
async fn a_repositorys_secrets_reach_that_repository() {
    let stage = Stage::plain().await;
    stage.world().put_secret("repo:acme/api", &name(Member::Server), "x", "", &[]);
    let listing = load_scope(&stage.gh, &api(), &mut |_| {}).await.unwrap();
    assert_eq!(listing.credential(&prefix("ACR")).unwrap().access(), Some(&Access::Repository));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_never_looks_clean() {
    let stage = Stage::plain().await;
    stage.world().put_secret("user", &name(Member::Server), "x", "selected", &["acme/api"]);
    stage.fault("GET:/repositories:1+:500");
    let listing = load_scope(&stage.gh, &Scope::User, &mut |_| {}).await.unwrap();
    let access = listing.credential(&prefix("ACR")).unwrap().access().unwrap();
    assert!(matches!(access, Access::Selected(list) if !list.complete) && !access.is_nobody());
}

#[tokio::test]
async fn a_hundred_secrets_and_more_come_whole() {
    let stage = Stage::of(Options { scale: Scale { secrets: 130, ..Scale::default() }, ..Options::default() }).await;
    let mut told = Vec::new();
    let listing = load_scope(&stage.gh, &Scope::User, &mut |part| told.push(part.far)).await.unwrap();
    assert!(listing.complete && listing.count() >= 130);
    assert_eq!(told[..2], [1, 2].map(|read| Some(Progress::Pages { read, all: 2 })));
}

#[tokio::test]
async fn names_with_escape_sequences_are_harmless_when_shown() {
    let stage = Stage::of(Options { hostile: true, ..Options::default() }).await;
    let listing = load_scope(&stage.gh, &Scope::User, &mut |_| {}).await.unwrap();
    assert!(listing.other_secrets.iter().any(|s| s.name.raw().contains('\x1b')));
    assert!(listing.other_secrets.iter().all(|s| !s.name.shown().contains(['\x1b', '\u{202e}'])));
    let all = repositories(&stage.gh, None, &mut |_| {}).await.unwrap();
    assert!(all.list.iter().all(|r| !r.full_name.shown().contains(['\x1b', '\u{202e}', '\u{2028}'])));
}

#[tokio::test]
async fn who_one_is_and_where_one_belongs() {
    let stage = Stage::plain().await;
    let me = identity(&stage.gh, TokenSource::GhToken).await.unwrap();
    assert_eq!((me.login.raw(), me.kind, me.source), ("octocat", TokenKind::Classic, TokenSource::GhToken));
    assert_eq!(me.has_scope("admin:org"), Some(true));
    assert!(
        me.budget.is_some_and(|(left, limit)| left < limit) && me.host.starts_with("127.0.0.1:") && !me.is_github()
    );
    let (orgs, lacking) = memberships(&stage.gh).await.unwrap();
    assert_eq!(lacking, None);
    let orgs: Vec<_> = orgs.iter().map(|m| (m.org.as_str(), m.owner)).collect();
    assert_eq!(orgs, [("acme", true), ("initech", false)]);
}

#[tokio::test]
async fn a_fine_grained_token_has_no_scopes() {
    let token = "github_pat_sandbox0000000000000000000";
    let stage = Stage::of(Options { token: token.to_owned(), ..Options::default() }).await;
    let gh = client(&stage.sandbox.api_url(), token.into());
    let me = identity(&gh, TokenSource::Gh).await.unwrap();
    assert_eq!((me.kind, me.scopes), (TokenKind::FineGrained, None));
}

#[tokio::test]
async fn repositories_come_sorted_and_with_ones_rights() {
    let stage = Stage::plain().await;
    let all = repositories(&stage.gh, None, &mut |_| {}).await.unwrap();
    let names: Vec<_> = all.list.iter().map(|r| r.full_name.raw().to_owned()).collect();
    assert!(all.is_whole() && names.is_sorted() && names.contains(&"acme/api".to_owned()));
    let site = repository(&stage.gh, &RepoName::parse("ACME/Site").unwrap()).await.unwrap();
    assert!(site.admin && site.push && site.visibility == "public");
    let none = repository(&stage.gh, &RepoName::parse("acme/none").unwrap()).await.unwrap_err();
    assert!(none.why.contains("does not say which"), "{none:?}");
}

#[tokio::test]
async fn a_list_that_breaks_off_is_incomplete_and_one_that_never_came_is_a_problem() {
    let scale = Scale { org_repos: 150, ..Scale::default() };
    let stage = Stage::of(Options { scale, ..Options::default() }).await;
    let org = OrgName::parse("acme").unwrap();
    stage.fault("GET:page=2:1+:500");
    let some = repositories(&stage.gh, Some(&org), &mut |_| {}).await.unwrap();
    assert!(!some.is_whole() && some.list.len() == 100);
    stage.fault("GET:/orgs/acme/repos:1+:500");
    repositories(&stage.gh, Some(&org), &mut |_| {}).await.unwrap_err();
}

#[tokio::test]
async fn a_page_brings_only_what_is_new_however_many_pages_there_are() {
    let mut sent = Vec::new();
    for org_repos in [450, 900] {
        let scale = Scale { org_repos, ..Scale::default() };
        let stage = Stage::of(Options { scale, ..Options::default() }).await;
        let org = OrgName::parse("acme").unwrap();
        let (mut rows, mut told) = (0, Vec::new());
        let mut part = |part: Partial<RepositoryPage>| {
            assert_eq!(part.value.before, rows, "in order, without duplicates");
            rows += part.value.list.len();
            told.push(part.far);
        };
        let all = repositories(&stage.gh, Some(&org), &mut part).await.unwrap();
        let pages = told.len();
        assert!(pages > org_repos / 100);
        assert_eq!(told, (1..=pages).map(|read| Some(Progress::Pages { read, all: pages })).collect::<Vec<_>>());
        assert_eq!(rows, all.list.len(), "each row once");
        sent.push(rows);
    }
    assert_eq!(sent[1] - sent[0], 450, "twice the repositories send twice the rows and no more");
}

#[tokio::test]
async fn a_repository_that_was_renamed_is_followed_by_its_id_once_an_answer_told() {
    let stage = Stage::plain().await;
    let Scope::Repository(old) = api() else { unreachable!() };
    let before = repository(&stage.gh, &old).await.unwrap();
    assert_eq!(followed(&stage.gh, &old).await, None);
    stage.world().rename_repository("acme/api", "core");
    load_scope(&stage.gh, &api(), &mut |_| {}).await.unwrap();
    let new = RepoName::parse("acme/core").unwrap();
    let wanted = Renamed { from: old.clone(), to: new.clone(), id: before.id };
    assert_eq!(followed(&stage.gh, &old).await, Some(wanted));
    assert_eq!(followed(&stage.gh, &new).await, None);
}
