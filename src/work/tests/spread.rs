//! The same credential in many repositories, and repositories found by pattern and topic.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Stage, acme, draft, name, prefix};
use crate::domain::change::DraftAccess;
use crate::domain::spread::{Placed, Placement, Stamps, Standing};
use crate::domain::{Member, RepoRef, Scope, Wanted};
use crate::sandbox::{Fault, FaultKind, Options, Scale};
use crate::work::{Choice, Target, choose, spread, survey};

fn choice(wanted: &[&str], topics: &[&str]) -> Choice {
    Choice {
        wanted: wanted.iter().map(|text| Wanted::parse(text).unwrap()).collect(),
        topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
    }
}

async fn chosen(stage: &Stage, scope: &Scope, choice: &Choice) -> Result<Vec<String>, crate::domain::Problem> {
    let org = match scope {
        Scope::Organization(org) => Some(org),
        Scope::User | Scope::Repository(_) => None,
    };
    let found = choose(&stage.gh, org, choice).await?;
    Ok(found.into_iter().map(|repository| repository.full_name.raw().to_owned()).collect())
}

#[tokio::test]
async fn names_patterns_and_topics_find_each_repository_once() {
    let stage = Stage::plain().await;
    let all = chosen(&stage, &Scope::User, &choice(&["ACME/web", "acme/*i*", "*/dotfiles"], &["ops"])).await.unwrap();
    assert_eq!(all, ["acme/web", "acme/api", "acme/attic", "acme/infra", "acme/site", "octocat/dotfiles"]);
    let course = chosen(&stage, &acme(), &choice(&[], &["Course-2026"])).await.unwrap();
    assert_eq!(course, ["acme/api", "acme/web"]);
    for (nothing, word) in [
        (choice(&["acme/course-*"], &[]), "pattern"),
        (choice(&["acme/api"], &["nosuch"]), "topic"),
        (choice(&["acme/*", "acme/nosuch"], &[]), "acme/nosuch"),
    ] {
        let problem = chosen(&stage, &Scope::User, &nothing).await.unwrap_err();
        assert!(problem.what.contains(word), "{problem:?}");
    }
    let foreign = chosen(&stage, &acme(), &choice(&["octocat/*"], &[])).await.unwrap_err();
    assert!(foreign.why.contains("not a repository of acme"), "{foreign:?}");
}

#[tokio::test]
async fn many_names_cost_pages_and_not_a_request_each() {
    let scale = Scale { org_repos: 230, ..Scale::default() };
    let stage = Stage::of(Options { scale, ..Options::default() }).await;
    let names: Vec<String> = (1..=200).map(|n| format!("acme/service-{n:04}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(chosen(&stage, &acme(), &choice(&names, &[])).await.unwrap().len(), 200);
    assert!(stage.lines("GET").len() <= 4, "{:?}", stage.lines("GET").len());
}

#[tokio::test]
async fn a_pattern_over_a_part_of_the_repositories_is_refused() {
    let scale = Scale { org_repos: 230, ..Scale::default() };
    let stage = Stage::of(Options { scale, ..Options::default() }).await;
    stage.fault("GET:page=2:1+:500");
    let problem = chosen(&stage, &acme(), &choice(&["acme/*"], &[])).await.unwrap_err();
    assert!(problem.what.contains("not all"), "{problem:?}");
}

fn targets_of(stage: &Stage, names: &[&str]) -> Vec<RepoRef> {
    names.iter().map(|name| stage.repo(name)).collect()
}

async fn look(stage: &Stage, names: &[&str], noted: &BTreeMap<u64, Stamps>) -> Vec<Target> {
    survey(&stage.gh, &prefix("ACR"), &targets_of(stage, names), noted, &mut |_| {}).await.unwrap()
}

async fn run(stage: &Stage, targets: &[Target], most: usize) -> Vec<Placed> {
    let draft = draft(super::api(), DraftAccess::Repository);
    let done = AtomicUsize::new(0);
    let is_stopped = || done.load(Ordering::Relaxed) >= most;
    let mut part = |_, placed: &Placed| {
        if matches!(placed.placement, Placement::Tried(_)) {
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    spread((&stage.gh, &crate::local::Locks::none()), (&draft.prefix, &draft.values), targets, &is_stopped, &mut part)
        .await
}

fn told(placed: &[Placed]) -> Vec<&'static str> {
    placed.iter().map(|one| one.placement.word()).collect()
}

fn stamps(placed: &[Placed]) -> BTreeMap<u64, Stamps> {
    let of = |one: &Placed| match &one.placement {
        Placement::Tried(saved) => {
            Some((one.repository.id, Stamps::of(saved.now.as_ref()?.credential(&prefix("ACR"))?)))
        }
        Placement::Kept | Placement::Refused(_) | Placement::NotTried => None,
    };
    placed.iter().filter_map(of).collect()
}

#[tokio::test]
async fn one_that_refuses_does_not_stop_the_others() {
    let stage = Stage::plain().await;
    let names = ["acme/api", "initech/tps-reports", "acme/web"];
    stage.world().put_secret("repo:acme/web", &name(Member::User), "old", "selected", &[]);
    let targets = look(&stage, &names, &BTreeMap::new()).await;
    assert_eq!(targets[0].standing, Standing::New);
    assert!(matches!(targets[1].standing, Standing::Refused(_)), "{targets:?}");
    assert_eq!(targets[2].standing, Standing::Exists);
    let placed = run(&stage, &targets, usize::MAX).await;
    assert_eq!(told(&placed), ["written", "failed", "written"]);
    for key in ["repo:acme/api", "repo:acme/web"] {
        assert!(Member::all().all(|member| stage.value(key, &name(member)).is_some()), "{key}");
    }
    stage.strike("acme/api", FaultKind::Forbidden);
    let again = run(&stage, &targets, usize::MAX).await;
    assert_eq!(told(&again), ["failed", "failed", "written"]);
}

#[tokio::test]
async fn a_broken_way_to_github_stops_the_run() {
    let stage = Stage::plain().await;
    let targets = look(&stage, &["acme/api", "acme/web", "acme/infra"], &BTreeMap::new()).await;
    stage.strike("acme/web", FaultKind::Status(500));
    stage
        .world()
        .add_fault(Fault { method: Some(http::Method::GET), ..Fault::always("/user", FaultKind::Status(500)) });
    assert_eq!(told(&run(&stage, &targets, usize::MAX).await), ["written", "failed", "not tried"]);
}

#[tokio::test]
async fn a_run_that_was_stopped_goes_on_with_the_rest_and_sees_what_changed() {
    let stage = Stage::plain().await;
    let names = ["acme/api", "acme/web", "acme/infra"];
    let targets = look(&stage, &names, &BTreeMap::new()).await;
    let first = run(&stage, &targets, 2).await;
    assert_eq!(told(&first), ["written", "written", "not tried"]);
    let mut noted = stamps(&first);
    assert_eq!(noted.len(), 2);
    let old = Stamps::default();
    noted.insert(stage.repo("acme/web").id, old);
    let targets = look(&stage, &names, &noted).await;
    let standings: Vec<_> = targets.iter().map(|target| target.standing.clone()).collect();
    assert_eq!(standings, [Standing::Kept, Standing::Changed, Standing::New]);
    let puts = stage.lines("PUT").len();
    assert_eq!(told(&run(&stage, &targets, usize::MAX).await), ["kept", "written", "written"]);
    assert_eq!(stage.lines("PUT").len(), puts + 6);
}
