//! Long runs against the sandbox, whose limits refuse a client that is too fast.

use std::path::Path;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::super::{Client, Limits, Settings};
use crate::domain::{OrgName, RepoName, Scope};
use crate::sandbox::{self, Options, Sandbox, Scale};

/// GitHub's minute is six tenths of a second.
const HURRY: u32 = 100;

async fn world(org_repos: usize) -> Sandbox {
    let scale = Scale { org_repos, each: true, ..Scale::default() };
    sandbox::start(Options { scale, hurry: HURRY, enforce: true, ..Options::default() }).await.unwrap()
}

fn client(sandbox: &Sandbox, cache: &Path) -> Client {
    let settings = Settings::new(sandbox.api_url().parse().unwrap(), Some(sandbox.token().into()));
    let limits = Limits::hurried(HURRY);
    Client::new(Settings { limits, cache: Some(cache.to_owned()), ..settings }).unwrap()
}

async fn repositories(gh: &Client) -> Vec<RepoName> {
    let (list, failure) = gh.repositories(Some(&OrgName::parse("acme").unwrap()), &mut |_| {}).await.unwrap();
    assert!(failure.is_none());
    list.iter().map(|repo| RepoName::parse(repo.full_name.raw()).unwrap()).collect()
}

/// Reads the secrets of this many repositories, sixteen at once.
async fn read(gh: &Client, names: &[RepoName]) -> usize {
    let one = |name: &RepoName| {
        let scope = Scope::Repository(name.clone());
        async move { gh.secrets(&scope, &mut |_| {}).await.unwrap().items.len() }
    };
    stream::iter(names).map(one).buffer_unordered(16).fold(0, |sum, n| async move { sum + n }).await
}

#[tokio::test]
async fn a_thousand_repositories_provoke_no_limit_and_a_second_reading_costs_no_budget() {
    let sandbox = world(1_000).await;
    let home = tempfile::tempdir().unwrap();
    let first = client(&sandbox, home.path());
    let names = repositories(&first).await;
    assert!(names.len() >= 1_000);
    let found = read(&first, &names).await;
    let (left, limit) = first.budget().unwrap();
    let world = sandbox.world();
    assert_eq!(world.limit_answers(), 0);
    // The next process takes over what this one has spent of the minute.
    drop(first);
    assert!(found >= 3_000 && left < limit - 1_000);

    let second = client(&sandbox, home.path());
    assert_eq!(read(&second, &repositories(&second).await).await, found);
    assert_eq!(world.limit_answers(), 0);
    let again = world.requests();
    let again = &again[again.len() / 2..];
    let other: Vec<_> = again.iter().filter(|request| request.status != Some(304)).collect();
    assert!(other.is_empty(), "{other:?}");
}

#[tokio::test]
async fn a_run_that_was_killed_asks_only_for_the_rest() {
    let sandbox = world(300).await;
    let home = tempfile::tempdir().unwrap();
    let first = client(&sandbox, home.path());
    let run = first.run("secrets of acme").await;
    let names = repositories(run.client()).await;
    read(run.client(), &names[..200]).await;
    drop(run);
    sandbox.world().forget_requests();

    let second = client(&sandbox, home.path());
    let run = second.run("secrets of acme").await;
    assert!(run.is_resumed());
    let found = read(run.client(), &repositories(run.client()).await).await;
    assert!(found >= 900);
    assert_eq!(sandbox.world().requests().len(), names.len() - 200);
    run.finish().await;
}
