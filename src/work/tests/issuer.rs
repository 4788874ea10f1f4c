//! A GitHub token as a registry's password: the sandbox plays both the registry and GitHub.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::domain::verdict::{Check, With};
use crate::domain::{Code, Outcome, Step, TestReport, Trial, Verdict};
use crate::registry::{self, Surroundings, Tools};
use crate::sandbox::RegistryKind;
use crate::work::{self, Clients};

const TOKEN: &str = "ghp_canary0123456789";

/// A sandbox whose registries accept the token, whatever its scopes.
async fn stage() -> Stage {
    Stage::of(Options { registry_password: TOKEN.to_owned(), ..Options::default() }).await
}

fn now() -> DateTime<Utc> {
    "2026-11-27T12:00:00Z".parse().unwrap()
}

fn clients(stage: &Stage) -> Clients {
    let url = Url::parse(&stage.sandbox.api_url()).unwrap();
    let limits = Limits { back_off: Duration::ZERO, ..Limits::hurried(10_000) };
    let stand_in = Some(stage.sandbox.registry(RegistryKind::Basic).parse().unwrap());
    let surroundings = Surroundings { stand_in, ..Surroundings::default() };
    Clients {
        github: Some(Settings { limits, ..Settings::new(url, Some(Sensitive::new(stage.sandbox.token()))) }),
        registry: registry::Client::new(registry::Limits::default()).within(surroundings),
        tools: Tools::none(std::path::PathBuf::new(), std::path::PathBuf::new()),
    }
}

fn trial(server: &str, images: &[&str]) -> Trial {
    let images = images.iter().map(|image| (*image).to_owned()).collect();
    Trial {
        server: server.to_owned(),
        user: "puller".into(),
        password: TOKEN.into(),
        images,
        holds: crate::domain::Holds::Images,
    }
}

async fn tested(stage: &Stage, trial: &Trial) -> TestReport {
    let report = work::test(&clients(stage), trial, With::Native, now(), &mut |_| {}).await;
    assert!(!format!("{report:?}").contains("canary"), "{report:?}");
    report
}

fn of(report: &TestReport, check: Check) -> Option<&Step> {
    report.steps.iter().find(|step| step.check == check)
}

fn asked(stage: &Stage) -> usize {
    stage.world().requests().iter().filter(|request| request.door == "api").count()
}

#[tokio::test]
async fn a_token_that_may_read_packages_passes_and_tells_its_end() {
    let stage = stage().await;
    let end = now() + TimeDelta::days(90);
    stage.world().add_token(TOKEN, &["read:packages"], Some("puller"), Some(end));
    let report = tested(&stage, &trial("ghcr.io", &[])).await;
    let step = of(&report, Check::Issuer).unwrap();
    assert_eq!((step.code, step.outcome, report.verdict), (Code::Ok, Outcome::Pass, Verdict::Pass));
    assert_eq!(step.detail, "it is the classic token of puller, with the scope read:packages");
    assert_eq!(step.remedy, "");
    assert_eq!(of(&report, Check::Expiry).unwrap().detail, "expires on 2027-02-25, in 90 days");
    assert!(of(&report, Check::Codespace).is_some());
    assert_eq!(asked(&stage), 1);
}

#[tokio::test]
async fn a_token_that_may_more_or_is_anothers_is_told_so() {
    let stage = stage().await;
    stage.world().add_token(TOKEN, &["repo", "write:packages"], Some("acme-bot"), None);
    let report = tested(&stage, &trial("ghcr.io", &[])).await;
    let step = of(&report, Check::Issuer).unwrap();
    assert_eq!((step.outcome, report.verdict), (Outcome::Pass, Verdict::Pass));
    assert!(step.remedy.starts_with("enter acme-bot as the user"), "{}", step.remedy);
    assert!(step.remedy.ends_with("could not leak repo, write:packages"), "{}", step.remedy);
    assert!(of(&report, Check::Expiry).is_none());
}

#[tokio::test]
async fn a_login_that_is_accepted_fails_without_the_scope_unless_an_image_was_pulled() {
    let stage = stage().await;
    stage.world().add_token(TOKEN, &["repo"], Some("puller"), None);
    let report = tested(&stage, &trial("ghcr.io", &[])).await;
    assert!(report.is_logged_in());
    let step = report.decisive().unwrap();
    assert_eq!((step.check, step.code, report.verdict), (Check::Issuer, Code::NoScope, Verdict::Fail));
    assert!(step.remedy.contains("read:packages"), "{}", step.remedy);
    assert_eq!(report.sentence(&[]), "the login may be accepted, but the token cannot read packages");
    let pulled = tested(&stage, &trial("ghcr.io", &["ghcr.io/team/app:1"])).await;
    let step = of(&pulled, Check::Issuer).unwrap();
    assert_eq!((step.code, step.outcome, pulled.verdict), (Code::ScopesUnknown, Outcome::Skipped, Verdict::Pass));
    assert!(step.detail.ends_with("but it pulled the image"), "{}", step.detail);
}

#[tokio::test]
async fn a_token_that_github_no_longer_takes_or_that_ended_fails() {
    let stage = stage().await;
    let report = tested(&stage, &trial("ghcr.io", &[])).await;
    let step = of(&report, Check::Issuer).unwrap();
    assert_eq!((step.code, step.outcome, report.verdict), (Code::BadCredentials, Outcome::Fail, Verdict::Fail));
    assert!(step.detail.contains("expired or was revoked"), "{}", step.detail);
    assert_eq!(report.sentence(&[]), "GitHub rejects this token");
}

#[tokio::test]
async fn what_github_cannot_say_is_skipped_and_decides_nothing() {
    let stage = stage().await;
    stage.world().add_token(TOKEN, &["read:packages"], Some("puller"), None);
    stage.fault("GET:/user:1+:500");
    let report = tested(&stage, &trial("ghcr.io", &[])).await;
    let step = of(&report, Check::Issuer).unwrap();
    assert_eq!((step.code, step.outcome, report.verdict), (Code::ScopesUnknown, Outcome::Skipped, Verdict::Pass));
    let elsewhere = tested(&stage, &trial("containers.octo.ghe.com", &[])).await;
    let step = of(&elsewhere, Check::Issuer).unwrap();
    assert!(step.detail.contains("belongs to octo.ghe.com") && step.detail.contains("not sent"), "{}", step.detail);
}

#[tokio::test]
async fn no_other_password_and_no_other_registry_asks_github_anything() {
    let stage = stage().await;
    for (server, password) in [("mycompany.azurecr.io", TOKEN), ("ghcr.io", "hunter2"), ("ghcr.io", "dckr_pat_x")] {
        let trial = Trial { password: password.into(), ..trial(server, &[]) };
        assert_eq!(of(&tested(&stage, &trial).await, Check::Issuer), None, "{server}");
    }
    // A token is not sent either where the connection to the registry was blocked.
    let barred = Trial { server: "ghcr.io".to_owned(), ..trial("ghcr.io", &[]) };
    let clients = Clients {
        registry: registry::Client::new(registry::Limits::default())
            .within(Surroundings { stand_in: Some("127.0.0.1:1".parse().unwrap()), ..Surroundings::default() }),
        ..clients(&stage)
    };
    let report = work::test(&clients, &barred, With::Native, now(), &mut |_| {}).await;
    assert_eq!((of(&report, Check::Issuer), report.verdict), (None, Verdict::Inconclusive));
    assert_eq!(asked(&stage), 0);
}
