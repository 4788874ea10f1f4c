use chrono::{TimeDelta, Utc};

use super::*;
use crate::domain::token::{Allowed, PastedToken, TokenKind};
use crate::domain::{PackageRef, Seamless, SecretNeed};
use crate::sandbox::RequestView;
use crate::work::{self, PastedFault};

/// The plain world with a package of each kind.
async fn stage() -> Stage {
    let stage = Stage::plain().await;
    let world = stage.world();
    for (path, visibility, linked) in [
        ("acme/api", "private", Some("acme/api")),
        ("acme/team/base", "internal", Some("acme/infra")),
        ("acme/other", "private", Some("acme/web")),
        ("acme/loose", "private", None),
        ("acme/open", "public", None),
        ("acme/odd", "enterprise", None),
        ("initech/tools", "private", None),
        ("octocat/mine", "private", None),
        ("hubot/free", "public", None),
        ("globex-labs/x", "public", None),
    ] {
        assert!(world.put_package("container", path, visibility, linked), "{path}");
    }
    stage
}

async fn told(stage: &Stage, package: &str, repository: &str) -> Seamless {
    let (package, repository) = (PackageRef::parse(package).unwrap(), RepoName::parse(repository).unwrap());
    work::seamless(&stage.gh, &package, &repository).await
}

async fn verdict(stage: &Stage, package: &str, repository: &str) -> SecretNeed {
    told(stage, package, repository).await.verdict
}

#[tokio::test]
async fn every_case_of_githubs_documentation_has_its_verdict() {
    let stage = stage().await;
    for (package, repository, wanted) in [
        ("ghcr.io/acme/api:1", "acme/api", SecretNeed::LikelyNone),
        ("ghcr.io/acme/api", "acme/web", SecretNeed::Needed),
        ("ghcr.io/acme/team/base", "acme/api", SecretNeed::None),
        ("ghcr.io/acme/team/base", "acme/site", SecretNeed::Needed),
        ("ghcr.io/acme/team/base", "octocat/dotfiles", SecretNeed::Needed),
        ("ghcr.io/acme/loose", "acme/api", SecretNeed::Needed),
        ("ghcr.io/acme/open", "octocat/dotfiles", SecretNeed::None),
        ("ghcr.io/hubot/free", "acme/api", SecretNeed::None),
        ("ghcr.io/octocat/mine", "octocat/dotfiles", SecretNeed::Needed),
        ("ghcr.io/acme/odd", "acme/api", SecretNeed::CannotTell),
        ("ghcr.io/initech/tools", "initech/tps-reports", SecretNeed::CannotTell),
        ("ghcr.io/acme/nosuch", "acme/api", SecretNeed::CannotTell),
        ("ghcr.io/nobody-at-all/x", "acme/api", SecretNeed::CannotTell),
        ("ghcr.io/acme/api", "acme/nosuch", SecretNeed::CannotTell),
    ] {
        assert_eq!(verdict(&stage, package, repository).await, wanted, "{package} in {repository}");
    }
}

#[tokio::test]
async fn the_evidence_names_the_requests_that_were_made() {
    let stage = stage().await;
    let told = told(&stage, "ghcr.io/acme/team/base", "acme/api").await;
    let asked: Vec<String> = stage.world().requests().iter().map(RequestView::line).collect();
    let sources: Vec<&str> = told.evidence.iter().map(|e| e.source.as_str()).collect();
    assert_eq!(sources[0], "GET /orgs/acme/packages/container/team%2Fbase");
    for source in sources.iter().filter(|source| source.starts_with("GET ")) {
        assert!(asked.iter().any(|line| line == source), "{source} was not asked: {asked:?}");
    }
    assert_eq!(asked.len(), 4);
}

#[tokio::test]
async fn ones_own_packages_are_read_as_ones_own() {
    let stage = stage().await;
    told(&stage, "ghcr.io/Octocat/mine", "octocat/dotfiles").await;
    assert!(stage.lines("GET").contains(&"GET /user/packages/container/mine".to_owned()));
}

#[tokio::test]
async fn a_renamed_repository_keeps_its_packages_and_a_transferred_one_does_not() {
    let stage = stage().await;
    stage.world().rename_repository("acme/api", "service");
    let renamed = told(&stage, "ghcr.io/acme/api", "acme/api").await;
    assert_eq!((renamed.verdict, renamed.repository.full().as_str()), (SecretNeed::LikelyNone, "acme/service"));
    stage.world().transfer_repository("acme/service", "octocat");
    assert_eq!(verdict(&stage, "ghcr.io/acme/api", "octocat/service").await, SecretNeed::Needed);
}

#[tokio::test]
async fn a_missing_scope_is_told_as_one_and_not_as_hidden() {
    let stage = stage().await;
    stage.world().set_scopes(vec!["repo".to_owned(), "read:org".to_owned()]);
    for package in ["ghcr.io/acme/api", "ghcr.io/acme/nosuch"] {
        let told = told(&stage, package, "acme/api").await;
        assert_eq!(told.verdict, SecretNeed::CannotTell);
        assert_eq!(told.why, "the token lacks the scope `read:packages` (it has: repo, read:org)");
    }
}

#[tokio::test]
async fn a_fine_grained_token_is_told_that_no_permission_would_do() {
    let stage = stage().await;
    let token = "github_pat_11AAAAAAA0fine";
    stage.world().add_token(token, &[], None, None);
    let gh = client(&stage.sandbox.api_url(), Sensitive::new(token));
    let package = PackageRef::parse("ghcr.io/acme/api").unwrap();
    let told = work::seamless(&gh, &package, &RepoName::parse("acme/api").unwrap()).await;
    assert!(told.why.starts_with("this fine-grained token cannot read packages"), "{}", told.why);
    assert!(told.steps[0].what.contains("no other kind works"), "{:?}", told.steps);
}

#[tokio::test]
async fn single_sign_on_leads_to_its_page_first() {
    let stage = stage().await;
    stage.world().set_sso("acme", true);
    let told = told(&stage, "ghcr.io/acme/api", "acme/api").await;
    assert_eq!(told.verdict, SecretNeed::CannotTell);
    assert!(told.why.contains("single sign-on"), "{}", told.why);
    assert!(told.steps[0].page.as_deref().is_some_and(|page| page.contains("/orgs/acme/sso")), "{:?}", told.steps);
}

#[tokio::test]
async fn whatever_goes_wrong_is_told_and_never_called_fine() {
    for kind in
        ["500", "html=502", "drop-before", "truncated", "forbidden", "unauthorized", "redirect=https://x.example/"]
    {
        let stage = stage().await;
        stage.fault(&format!("GET:/packages/:1+:{kind}"));
        let told = told(&stage, "ghcr.io/acme/api", "acme/api").await;
        assert_eq!(told.verdict, SecretNeed::CannotTell, "{kind}");
        assert!(!told.why.is_empty() && !told.steps[0].what.is_empty(), "{kind}: {told:?}");
    }
    for path in ["/users/", "/repos/"] {
        let stage = stage().await;
        stage.fault(&format!("GET:{path}:1+:500"));
        let told = told(&stage, "ghcr.io/acme/api", "acme/api").await;
        assert_eq!(told.verdict, SecretNeed::CannotTell, "{path}");
        assert!(told.why.contains("GitHub is having problems"), "{}", told.why);
    }
}

#[tokio::test]
async fn a_slow_answer_ends_at_the_deadline() {
    let stage = stage().await;
    stage.fault("GET:/packages/:1+:slow=600s");
    let limits = Limits { request: Duration::from_millis(200), back_off: Duration::ZERO, ..Limits::hurried(10_000) };
    let url = Url::parse(&stage.sandbox.api_url()).unwrap();
    let token = Some(Sensitive::new(stage.sandbox.token()));
    let gh = Client::new(Settings { limits, ..Settings::new(url, token) }).unwrap();
    let package = PackageRef::parse("ghcr.io/acme/api").unwrap();
    let told = work::seamless(&gh, &package, &RepoName::parse("acme/api").unwrap()).await;
    assert_eq!(told.verdict, SecretNeed::CannotTell);
    assert!(told.why.contains("the request timed out"), "{}", told.why);
}

#[tokio::test]
async fn another_github_is_not_asked() {
    let stage = stage().await;
    let told = told(&stage, "containers.octo.ghe.com/acme/api", "acme/api").await;
    assert_eq!(told.verdict, SecretNeed::CannotTell);
    assert!(told.why.contains("it belongs to octo.ghe.com"), "{}", told.why);
    assert!(stage.world().requests().is_empty());
}

async fn pasted(stage: &Stage, registry: &str, token: &str) -> Result<PastedToken, PastedFault> {
    let url = Url::parse(&stage.sandbox.api_url()).unwrap();
    let limits = Limits { back_off: Duration::ZERO, ..Limits::hurried(10_000) };
    let settings = Settings { limits, ..Settings::new(url, Some(Sensitive::new(stage.sandbox.token()))) };
    work::pasted_token(&settings, registry, Sensitive::new(token)).await
}

#[tokio::test]
async fn a_pasted_token_tells_whose_it_is_what_it_may_and_when_it_ends() {
    let stage = Stage::plain().await;
    let end = Utc::now() + TimeDelta::days(30);
    let world = stage.world();
    world.add_token("ghp_pull", &["read:packages"], Some("acme-bot"), Some(end));
    world.add_token("ghp_push", &["write:packages"], None, None);
    world.add_token("ghp_none", &[], None, None);
    world.add_token("gho_repo", &["repo"], None, None);
    world.add_token("github_pat_x", &[], None, None);
    let told = pasted(&stage, "ghcr.io", "ghp_pull").await.unwrap();
    assert_eq!((told.login.raw(), told.kind, told.reads_packages), ("acme-bot", TokenKind::Classic, Allowed::Yes));
    assert_eq!(told.scopes.as_deref(), Some(&["read:packages".to_owned()][..]));
    assert_eq!(told.expires.map(|at| at.timestamp()), Some(end.timestamp()));
    let told = pasted(&stage, "npm.pkg.github.com", "ghp_push").await.unwrap();
    assert_eq!((told.reads_packages, told.expires), (Allowed::Yes, None));
    for token in ["ghp_none", "gho_repo", "github_pat_x"] {
        let told = pasted(&stage, "ghcr.io", token).await.unwrap();
        assert!(matches!(told.reads_packages, Allowed::No(_)), "{told:?}");
    }
    assert_eq!(pasted(&stage, "ghcr.io", "ghp_none").await.unwrap().scopes, Some(Vec::new()));
    assert_eq!(pasted(&stage, "ghcr.io", "github_pat_x").await.unwrap().scopes, None);
}

#[tokio::test]
async fn a_pasted_token_that_ended_or_was_revoked_is_told_as_such() {
    let stage = Stage::plain().await;
    stage.world().add_token("ghp_old", &["read:packages"], None, Some(Utc::now() - TimeDelta::days(1)));
    for token in ["ghp_old", "ghp_unknown"] {
        let Err(PastedFault::Refused(problem)) = pasted(&stage, "ghcr.io", token).await else { panic!("{token}") };
        assert!(problem.why.contains("expired or was revoked"), "{problem:?}");
        assert!(problem.hint.contains("settings/tokens/new?scopes=read:packages"), "{problem:?}");
    }
}

#[tokio::test]
async fn what_is_no_token_of_this_github_is_not_sent() {
    let stage = Stage::plain().await;
    for (registry, token) in [
        ("ghcr.io", "dckr_pat_abc"),
        ("ghcr.io", "hunter2"),
        ("ghcr.io", ""),
        ("ghcr.io", "ghp_two lines"),
        ("containers.octo.ghe.com", "ghp_x"),
        ("mycompany.azurecr.io", "ghp_x"),
    ] {
        let (PastedFault::NotSent(problem) | PastedFault::Elsewhere(problem)) =
            pasted(&stage, registry, token).await.unwrap_err()
        else {
            panic!("{registry}")
        };
        assert!(problem.why.ends_with("so it was not sent"), "{problem:?}");
        assert!(token.is_empty() || !format!("{problem:?}").contains(token), "{problem:?}");
    }
    assert!(stage.world().requests().is_empty());
}

#[tokio::test]
async fn a_pasted_token_leaves_nothing_on_the_disk_and_nothing_to_hear() {
    let stage = Stage::plain().await;
    stage.world().add_token("ghp_canary1234", &["read:packages"], None, None);
    let dir = tempfile::tempdir().unwrap();
    let url = Url::parse(&stage.sandbox.api_url()).unwrap();
    let (send, receive) = std::sync::mpsc::channel();
    let listener = crate::github::Listener::new(move |traffic| {
        let _ = send.send(traffic);
    });
    let settings = Settings {
        cache: Some(dir.path().to_owned()),
        listener: Some(listener),
        ..Settings::new(url, Some(Sensitive::new(stage.sandbox.token())))
    };
    let told = work::pasted_token(&settings, "ghcr.io", Sensitive::new("ghp_canary1234")).await.unwrap();
    assert!(!format!("{told:?}").contains("canary"));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    assert!(receive.try_recv().is_err());
}

#[tokio::test]
async fn all_packages_of_the_owner_are_told_those_of_the_repository_first() {
    let stage = stage().await;
    let repository = RepoName::parse("acme/api").unwrap();
    let list = work::seamless_packages(&stage.gh, "ghcr.io", &repository).await.unwrap();
    assert!(list.is_whole());
    let told: Vec<_> = list.list.iter().map(|one| (one.package.name(), one.verdict)).collect();
    assert_eq!(
        told,
        [
            ("api", SecretNeed::LikelyNone),
            ("open", SecretNeed::None),
            ("team/base", SecretNeed::None),
            ("loose", SecretNeed::Needed),
            ("other", SecretNeed::Needed),
            ("odd", SecretNeed::CannotTell),
        ]
    );
    assert!(work::seamless_packages(&stage.gh, "npm.pkg.github.com", &repository).await.unwrap().list.is_empty());
    let own = RepoName::parse("octocat/dotfiles").unwrap();
    let list = work::seamless_packages(&stage.gh, "ghcr.io", &own).await.unwrap();
    assert_eq!(list.list.len(), 1);
    assert!(stage.lines("GET").contains(&"GET /user/packages".to_owned()));
}

#[tokio::test]
async fn a_list_of_packages_that_cannot_be_read_says_why_and_what_would_help() {
    let stage = stage().await;
    let repository = RepoName::parse("acme/api").unwrap();
    stage.world().set_scopes(vec!["repo".to_owned()]);
    let problem = work::seamless_packages(&stage.gh, "ghcr.io", &repository).await.unwrap_err();
    assert!(problem.hint.contains("`read:packages`"), "{problem:?}");
    let Some(crate::domain::Mend::Gain(need)) = &problem.mend else { panic!("{problem:?}") };
    assert_eq!(need.scopes, ["read:packages"]);
    let token = "github_pat_11AAAAAAA0fine";
    stage.world().add_token(token, &[], None, None);
    let gh = client(&stage.sandbox.api_url(), Sensitive::new(token));
    let problem = work::seamless_packages(&gh, "ghcr.io", &repository).await.unwrap_err();
    assert!(problem.why.contains("this fine-grained token cannot read packages"), "{problem:?}");
    for host in ["containers.octo.ghe.com", "mycompany.azurecr.io"] {
        assert!(work::seamless_packages(&stage.gh, host, &repository).await.is_err(), "{host}");
    }
    stage.world().set_scopes(vec!["repo".to_owned(), "read:packages".to_owned()]);
    stage.fault("GET:/packages:1+:500");
    let problem = work::seamless_packages(&stage.gh, "ghcr.io", &repository).await.unwrap_err();
    assert!(problem.why.contains("GitHub is having problems"), "{problem:?}");
}
