//! npm registries that know a token, reject it, say nothing about it, hide packages, lie and misbehave.

use std::time::Duration;

use super::handshake::{Nobody, climb_by};
use super::peer::{Peer, Reply, Seen, reply};
use crate::domain::verdict::{Check, With};
use crate::domain::{Code, Holds, Outcome, Sensitive, Step, TestReport, Trial, Verdict};
use crate::registry::{Client, Limits};

const TOKEN: &str = "right-password";
const HTML: (&str, &str) = ("Content-Type", "text/html");

fn trial(address: &str, packages: &[&str]) -> Trial {
    Trial {
        server: address.to_owned(),
        user: "".into(),
        password: Sensitive::new(TOKEN),
        images: packages.iter().map(|name| (*name).to_owned()).collect(),
        holds: Holds::Packages,
    }
}

async fn climb(address: &str, packages: &[&str]) -> TestReport {
    climb_by(&Client::new(Limits::default()), &trial(address, packages), With::Both).await
}

async fn of(peer: &Peer, packages: &[&str]) -> TestReport {
    climb(&format!("http://{}/", peer.addr), packages).await
}

fn step(report: &TestReport, check: Check) -> &Step {
    report.steps.iter().find(|step| step.check == check).unwrap_or_else(|| panic!("{report:?}"))
}

fn told(report: &TestReport, check: Check) -> (Code, Outcome, Verdict) {
    let step = step(report, check);
    (step.code, step.outcome, report.verdict)
}

fn knows(seen: &Seen) -> bool {
    seen.authorization() == Some("Bearer right-password")
}

fn shelf(seen: &Seen) -> Reply {
    match (seen.target.as_str(), seen.authorization(), knows(seen)) {
        ("/@acme%2ftools", _, true) | ("/left-pad", ..) => reply(200, &[], r#"{"name":"x","dist-tags":{}}"#),
        ("/@acme%2fsecret", _, true) => reply(403, &[], r#"{"error":"ann may not read it"}"#),
        ("/@acme%2ftools" | "/@acme%2fsecret", Some(_), false) => reply(401, &[], r#"{"error":"no such token"}"#),
        ("/@acme%2ftools" | "/@acme%2fsecret", None, _) => reply(401, &[], r#"{"error":"authorization required"}"#),
        _ => reply(404, &[], r#"{"error":"no such package"}"#),
    }
}

/// Like npmjs: whoami tells good from bad tokens, and an unreadable package is not found.
fn strict(seen: &Seen) -> Reply {
    match (seen.target.as_str(), knows(seen)) {
        ("/-/whoami", true) => reply(200, &[], r#"{"username":"ann"}"#),
        ("/-/whoami", false) => reply(401, &[], r#"{"error":"Unauthorized"}"#),
        _ => shelf(seen),
    }
}

/// Like verdaccio: 200 without a name for an unknown token.
fn polite(seen: &Seen) -> Reply {
    match (seen.target.as_str(), knows(seen)) {
        ("/-/whoami", true) => reply(200, &[], r#"{"username":"ann"}"#),
        ("/-/whoami", false) => reply(200, &[], "{}"),
        _ => shelf(seen),
    }
}

/// Like GitHub's for one owner: no whoami at all.
fn silent(seen: &Seen) -> Reply {
    if seen.target.ends_with("/-/whoami") { reply(404, &[], r#"{"error":"not found"}"#) } else { shelf(seen) }
}

fn shown(peer: &Peer) -> usize {
    peer.seen().iter().filter(|seen| seen.authorization().is_some()).count()
}

#[tokio::test]
async fn a_token_with_a_name_passes_and_every_step_of_the_way_is_told() {
    let peer = Peer::start(strict).await;
    let report = of(&peer, &[]).await;
    assert_eq!(told(&report, Check::Whoami), (Code::Ok, Outcome::Pass, Verdict::Pass));
    assert!(step(&report, Check::Whoami).detail.contains("belongs to ann"));
    let checks: Vec<_> = report.steps.iter().map(|step| step.check).collect();
    assert_eq!(checks, [Check::Server, Check::Connection, Check::Tls, Check::Whoami, Check::Codespace]);
    assert!(report.is_here_only() && report.left_open().is_some());
    let seen = peer.seen();
    assert_eq!((seen.len(), seen[0].authorization()), (2, None), "{seen:?}");
    assert!(seen.iter().all(|seen| seen.target == "/-/whoami" && seen.method == "GET"));
}

#[tokio::test]
async fn the_whole_path_of_an_address_is_kept() {
    let peer = Peer::start(|seen| match seen.target.as_str() {
        "/api/npm/local/-/whoami" if knows(seen) => reply(200, &[], r#"{"username":"ann"}"#),
        "/api/npm/local/@acme%2ftools" if knows(seen) => reply(200, &[], "{}"),
        _ => reply(401, &[], ""),
    })
    .await;
    let report = climb(&format!("http://{}/api/npm/local", peer.addr), &["@acme/tools"]).await;
    assert_eq!(told(&report, Check::Package), (Code::Ok, Outcome::Pass, Verdict::Pass));
}

#[tokio::test]
async fn a_refused_token_fails_with_npm_s_own_remedy_and_is_shown_once() {
    for status in [401, 403] {
        let peer = Peer::start(move |_| reply(status, &[], r#"{"error":"bad right-password"}"#)).await;
        let report = of(&peer, &["@acme/tools"]).await;
        assert_eq!(told(&report, Check::Whoami), (Code::BadCredentials, Outcome::Fail, Verdict::Fail));
        let step = step(&report, Check::Whoami);
        assert!(
            step.remedy.contains("accepts only classic")
                && step.command.as_ref().is_some_and(|c| c.contains("npm whoami"))
        );
        assert_eq!(report.steps.last().map(|step| step.check), Some(Check::Whoami));
        assert_eq!((peer.seen().len(), shown(&peer)), (2, 1));
    }
    let wall = Peer::start(|seen| match seen.authorization() {
        Some(_) => reply(403, &[], "client with IP '1.2.3.4' is not allowed access"),
        None => reply(401, &[], "{}"),
    })
    .await;
    assert_eq!(told(&of(&wall, &[]).await, Check::Whoami), (Code::Denied, Outcome::Fail, Verdict::Fail));
}

#[tokio::test]
async fn a_registry_that_names_nobody_proves_nothing() {
    let everybody = |_: &Seen| reply(200, &[], r#"{"username":"anonymous"}"#);
    let nobody = |_: &Seen| reply(200, &[], "{}");
    let blank = |_: &Seen| reply(200, &[], r#"{"username":" "}"#);
    let odd = |_: &Seen| reply(418, &[], "");
    for peer in [
        Peer::start(everybody).await,
        Peer::start(nobody).await,
        Peer::start(blank).await,
        Peer::start(silent).await,
        Peer::start(odd).await,
    ] {
        let report = of(&peer, &[]).await;
        assert_eq!(told(&report, Check::Whoami), (Code::NoWhoami, Outcome::Inconclusive, Verdict::Inconclusive));
        assert!(step(&report, Check::Whoami).remedy.contains("private package"));
        assert!(report.sentence(&[]).contains("does not say"), "{}", report.sentence(&[]));
    }
}

#[tokio::test]
async fn a_private_package_decides_where_whoami_does_not() {
    for peer in [Peer::start(polite).await, Peer::start(silent).await, Peer::start(strict).await] {
        let report = of(&peer, &["@acme/tools"]).await;
        assert_eq!(told(&report, Check::Package), (Code::Ok, Outcome::Pass, Verdict::Pass), "{report:?}");
        assert!(report.is_pulled() && report.left_open().is_none());
        let accepts = peer
            .seen()
            .iter()
            .filter(|seen| seen.target.contains("tools"))
            .all(|seen| seen.headers["accept"] == "application/vnd.npm.install-v1+json; q=1.0, application/json");
        assert!(accepts);
        for (package, code) in [("@acme/secret", Code::PackageDenied), ("@acme/nothing", Code::PackageNotFound)] {
            let report = of(&peer, &[package]).await;
            assert_eq!(told(&report, Check::Package), (code, Outcome::Fail, Verdict::Fail), "{report:?}");
        }
        let missing = of(&peer, &["@acme/nothing"]).await;
        assert!(step(&missing, Check::Package).detail.contains("or hidden"), "{missing:?}");
        assert!(step(&missing, Check::Package).remedy.contains("npmjs hides"), "{missing:?}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_told_by_a_private_package_and_not_shown_again() {
    for peer in [Peer::start(polite).await, Peer::start(silent).await] {
        let mut trial = trial(&format!("http://{}/", peer.addr), &["@acme/tools", "@acme/secret"]);
        trial.password = Sensitive::new("wrong-token");
        let report = climb_by(&Client::new(Limits::default()), &trial, With::Native).await;
        assert_eq!(told(&report, Check::Whoami), (Code::NoWhoami, Outcome::Skipped, Verdict::Fail));
        assert_eq!(told(&report, Check::Package), (Code::BadCredentials, Outcome::Fail, Verdict::Fail));
        assert_eq!(shown(&peer), 2, "once for whoami, once for the package");
        assert_eq!(report.sentence(&trial.images), "the registry refused this token");
    }
}

#[tokio::test]
async fn a_public_package_proves_nothing_and_is_asked_for_without_the_token() {
    let peer = Peer::start(polite).await;
    let report = of(&peer, &["left-pad"]).await;
    assert_eq!(told(&report, Check::Package), (Code::PublicPackage, Outcome::Pass, Verdict::Pass));
    assert!(!report.is_pulled() && report.left_open().is_some(), "the name alone is proven");
    assert_eq!(shown(&peer), 1);
    let peer = Peer::start(silent).await;
    let report = of(&peer, &["left-pad"]).await;
    assert_eq!(told(&report, Check::Package), (Code::PublicPackage, Outcome::Inconclusive, Verdict::Inconclusive));
    assert!(step(&report, Check::Package).detail.contains("by anyone"));
    let both = of(&peer, &["left-pad", "@acme/tools"]).await;
    let codes: Vec<_> = both.steps.iter().filter(|step| step.check == Check::Package).map(|step| step.code).collect();
    assert_eq!(codes, [Code::PublicPackage, Code::Ok]);
}

#[tokio::test]
async fn what_is_no_package_is_not_asked_for() {
    let peer = Peer::start(strict).await;
    for text in ["@acme/tools@1.2.3", "acme/tools", "@acme/../x", "@acme/a?b", "-/whoami"] {
        let report = of(&peer, &[text]).await;
        assert_eq!(told(&report, Check::Package), (Code::BadPackage, Outcome::Fail, Verdict::Fail), "{text}");
    }
    assert!(peer.seen().iter().all(|seen| seen.target == "/-/whoami"));
}

#[tokio::test]
async fn an_address_over_which_a_token_could_be_read_gets_nothing() {
    for address in [
        "http://registry.example/",
        "registry.npmjs.org",
        "ftp://127.0.0.1/",
        "https://a b/",
        "",
        "https://u:p@a.example/",
    ] {
        let report = climb(address, &[]).await;
        assert_eq!(told(&report, Check::Server), (Code::BadAddress, Outcome::Fail, Verdict::Fail), "{address}");
        assert_eq!(report.steps.len(), 1);
    }
}

#[tokio::test]
async fn a_token_never_goes_across_a_redirect_to_elsewhere() {
    let elsewhere = Peer::start(strict).await;
    for only_with_token in [false, true] {
        let to = format!("http://{}/-/whoami", elsewhere.addr);
        let peer = Peer::start(move |seen| match seen.authorization() {
            None if only_with_token => reply(401, &[], "{}"),
            _ => reply(302, &[("Location", &to)], ""),
        })
        .await;
        let report = of(&peer, &["@acme/tools"]).await;
        assert_eq!(told(&report, Check::Whoami), (Code::Redirected, Outcome::Inconclusive, Verdict::Inconclusive));
        assert_eq!(shown(&peer), usize::from(only_with_token));
    }
    let to = format!("http://{}/@acme%2ftools", elsewhere.addr);
    let peer = Peer::start(move |seen| match seen.target.as_str() {
        "/-/whoami" => strict(seen),
        _ => reply(307, &[("Location", &to)], ""),
    })
    .await;
    let report = of(&peer, &["@acme/tools"]).await;
    assert_eq!(told(&report, Check::Package), (Code::Redirected, Outcome::Inconclusive, Verdict::Inconclusive));
    assert_eq!(elsewhere.seen().len(), 0);
}

#[tokio::test]
async fn a_web_site_is_no_registry_and_is_not_shown_the_token() {
    for (status, headers) in [(200, &[HTML][..]), (404, &[HTML][..]), (401, &[HTML][..]), (200, &[][..])] {
        let peer = Peer::start(move |_| reply(status, headers, "<!DOCTYPE html><p>hello")).await;
        let report = of(&peer, &[]).await;
        assert_eq!(told(&report, Check::Whoami), (Code::NotARegistry, Outcome::Inconclusive, Verdict::Inconclusive));
        assert_eq!(shown(&peer), 0);
    }
    let words = Peer::start(|_| reply(200, &[], "welcome")).await;
    assert_eq!(told(&of(&words, &[]).await, Check::Whoami).0, Code::NotARegistry);
    // A “not found” page may come from a registry, and then a package decides.
    let page = Peer::start(|seen| match seen.target.as_str() {
        "/-/whoami" => reply(404, &[HTML], "<html>not found"),
        _ => shelf(seen),
    })
    .await;
    assert_eq!(told(&of(&page, &["@acme/tools"]).await, Check::Package), (Code::Ok, Outcome::Pass, Verdict::Pass));
    for body in ["<html>hello", "[1]", "welcome"] {
        let peer =
            Peer::start(move |seen| if seen.target == "/-/whoami" { strict(seen) } else { reply(200, &[], body) });
        let report = of(&peer.await, &["@acme/tools"]).await;
        assert_eq!(told(&report, Check::Package), (Code::NotARegistry, Outcome::Inconclusive, Verdict::Inconclusive));
    }
}

#[tokio::test]
async fn a_registry_that_is_unwell_refuses_nothing() {
    for (status, code) in [(429, Code::RateLimited), (500, Code::ServerError), (503, Code::ServerError)] {
        let peer = Peer::start(move |_| reply(status, &[("Retry-After", "7")], "")).await;
        let report = of(&peer, &["@acme/tools"]).await;
        assert_eq!(told(&report, Check::Whoami), (code, Outcome::Inconclusive, Verdict::Inconclusive));
        let peer = Peer::start(move |seen| match seen.target.as_str() {
            "/-/whoami" => strict(seen),
            _ => reply(status, &[], ""),
        })
        .await;
        let report = of(&peer, &["@acme/tools"]).await;
        assert_eq!(told(&report, Check::Package), (code, Outcome::Inconclusive, Verdict::Inconclusive));
    }
    let odd = Peer::start(|seen| match seen.target.as_str() {
        "/-/whoami" => strict(seen),
        _ => reply(418, &[], ""),
    })
    .await;
    assert_eq!(told(&of(&odd, &["@acme/tools"]).await, Check::Package).0, Code::ServerError);
}

#[tokio::test]
async fn slow_and_endless_answers_end() {
    let limits = Limits { request: Duration::from_millis(300), ..Limits::default() };
    let quick = Client::new(limits);
    let peer = Peer::start(|_| Reply::Silence).await;
    let report = climb_by(&quick, &trial(&format!("http://{}/", peer.addr), &[]), With::Native).await;
    assert_eq!(told(&report, Check::Connection), (Code::Timeout, Outcome::Inconclusive, Verdict::Inconclusive));
    let head = b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\n\r\n{\"username\":\"";
    for drips in [true, false] {
        let peer = Peer::start(move |seen| match seen.authorization() {
            Some(_) if drips => Reply::Drip(head.to_vec()),
            Some(_) => Reply::Endless(head.to_vec()),
            None => reply(401, &[], "{}"),
        })
        .await;
        let report = climb_by(&quick, &trial(&format!("http://{}/", peer.addr), &[]), With::Native).await;
        assert_eq!(told(&report, Check::Whoami), (Code::NotARegistry, Outcome::Inconclusive, Verdict::Inconclusive));
    }
    // A description longer than what is read still counts as one.
    let long = Peer::start(|seen| match (seen.target.as_str(), knows(seen)) {
        ("/-/whoami", _) => strict(seen),
        (_, true) => Reply::Endless(b"HTTP/1.1 200 X\r\n\r\n{\"name\":\"".to_vec()),
        (_, false) => reply(401, &[], "{}"),
    })
    .await;
    let report = climb_by(&quick, &trial(&format!("http://{}/", long.addr), &["@acme/tools"]), With::Native).await;
    assert_eq!(told(&report, Check::Package), (Code::Ok, Outcome::Pass, Verdict::Pass));
}

#[tokio::test]
async fn an_empty_token_and_one_of_two_lines_are_not_sent() {
    let peer = Peer::start(strict).await;
    for token in ["", "two\nlines"] {
        let mut trial = trial(&format!("http://{}/", peer.addr), &[]);
        trial.password = Sensitive::new(token);
        let report = climb_by(&Client::new(Limits::default()), &trial, With::Native).await;
        assert_eq!(told(&report, Check::Whoami), (Code::BadCredentials, Outcome::Inconclusive, Verdict::Inconclusive));
    }
    assert_eq!(peer.seen().len(), 0);
}

#[tokio::test]
async fn a_token_that_comes_back_is_never_told() {
    let peer = Peer::start(|seen| match (seen.target.as_str(), seen.authorization()) {
        ("/-/whoami", Some(_)) => reply(200, &[], r#"{"username":"right-password"}"#),
        ("/-/whoami", None) => reply(401, &[], "{}"),
        _ => reply(403, &[], r#"{"error":"right-password may not"}"#),
    })
    .await;
    // `climb_by` looks for the token in the whole report.
    let report = of(&peer, &["@acme/tools"]).await;
    assert!(step(&report, Check::Whoami).detail.contains("•••"));
}

#[tokio::test]
async fn a_host_that_nobody_knows_is_told_as_for_images() {
    let client = Client::with_names(Limits::default(), std::sync::Arc::new(Nobody));
    let report = climb_by(&client, &trial("https://registry.npmjs.org/", &[]), With::Native).await;
    assert_eq!(told(&report, Check::Name), (Code::Dns, Outcome::Inconclusive, Verdict::Inconclusive));
    assert!(step(&report, Check::Server).detail.contains("npm registry"));
    let demo = Peer::start(strict).await;
    let client = Client::for_demo(Limits::default(), demo.addr);
    let report = climb_by(&client, &trial("https://registry.npmjs.org/", &[]), With::Native).await;
    assert_eq!(told(&report, Check::Whoami), (Code::Ok, Outcome::Pass, Verdict::Pass));
}
