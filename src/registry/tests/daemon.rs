//! A real pull through a docker daemon that says what a test wants: over loopback, and over a socket.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;

use super::super::{Client, Daemon, Limits, Test, Tools};
use super::handshake::{API, BASIC, trial};
use super::peer::{Peer, Reply, Seen, reply};
use crate::domain::verdict::{Rung, With};
use crate::domain::{Code, Outcome, Step, TestReport, Verdict};

const PROGRESS: &str = "{\"status\":\"Pulling from team/app\",\"id\":\"1\"}\n{\"status\":\"Download complete\"}\n";

/// A registry that takes the login and has `team/app:1`.
fn registry(seen: &Seen) -> Reply {
    match seen.authorization() {
        Some(_) => reply(200, &[API], ""),
        None => reply(401, &[API, BASIC], ""),
    }
}

fn daemon_on(peer: &Peer) -> Daemon {
    let host = format!("tcp://{}", peer.server());
    Daemon::find(|name| (name == "DOCKER_HOST").then_some(host.as_str()))
}

async fn tested(registry: &Peer, daemon: Daemon, images: &[&str]) -> (Vec<Step>, TestReport) {
    let server = registry.server();
    let mut trial = trial(&server);
    trial.images = images.iter().map(|image| image.replace("HOST", &server)).collect();
    let tools = Tools { daemon, ..Tools::none(PathBuf::new(), PathBuf::new()) };
    let client = Client::new(Limits::default());
    let now = "2026-11-27T12:00:00Z".parse().unwrap();
    let test = Test { client: &client, trial: &trial, with: With::Pull, tools: &tools, issuer: None, now };
    let report = test.run(&mut |_| {}).await;
    assert!(!format!("{report:?}").contains("right-password"), "{report:?}");
    (report.steps.iter().filter(|step| step.rung == Rung::DockerPull).cloned().collect(), report)
}

/// A daemon that answers a pull like this, and the rest as one without the image does.
async fn daemon(status: u16, progress: &'static str) -> Peer {
    Peer::start(move |seen| match (seen.method.as_str(), seen.target.as_str()) {
        ("GET", "/_ping") => reply(200, &[], "OK"),
        ("GET", _) => reply(404, &[], "{\"message\":\"No such image\"}"),
        ("POST", _) => reply(status, &[], progress),
        _ => reply(200, &[], "[]"),
    })
    .await
}

#[tokio::test]
async fn the_image_is_pulled_with_this_login_and_taken_away_again() {
    let (peer, engine) = (Peer::start(registry).await, daemon(200, PROGRESS).await);
    let (steps, report) = tested(&peer, daemon_on(&engine), &["HOST/team/app:1"]).await;
    assert_eq!((steps.len(), steps[0].code, steps[0].outcome), (1, Code::Ok, Outcome::Pass), "{steps:?}");
    assert_eq!(steps[0].detail, "the docker daemon pulled team/app:1, and took it away again");
    assert_eq!(report.verdict, Verdict::Pass);
    let seen = engine.seen();
    let lines: Vec<String> = seen.iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect();
    let (host, query) = (peer.server(), peer.server().replace(':', "%3A"));
    assert_eq!(
        lines,
        [
            "GET /_ping".to_owned(),
            format!("GET /images/{host}/team/app:1/json"),
            format!("POST /images/create?fromImage={query}%2Fteam%2Fapp&tag=1"),
            format!("DELETE /images/{host}/team/app:1"),
        ]
    );
    let login = URL_SAFE.decode(&seen[2].headers["x-registry-auth"]).unwrap();
    let login: serde_json::Value = serde_json::from_slice(&login).unwrap();
    assert_eq!(login, serde_json::json!({ "username": "ann", "password": "right-password", "serveraddress": host }));
    assert!(seen.iter().enumerate().all(|(at, seen)| at == 2 || !seen.headers.contains_key("x-registry-auth")));
}

#[tokio::test]
async fn a_pull_that_fails_says_so_in_the_daemons_words_and_decides_nothing() {
    for (status, words, code, outcome) in [
        (200, "{\"error\":\"denied: requested access to the resource is denied\"}\n", Code::PullDenied, Outcome::Fail),
        (404, "{\"message\":\"pull access denied for team/app\"}", Code::PullDenied, Outcome::Fail),
        (404, "{\"message\":\"manifest unknown: manifest unknown\"}", Code::ImageNotFound, Outcome::Fail),
        (
            500,
            "{\"message\":\"Get https://r/v2/: x509: unknown authority\"}",
            Code::TlsUntrusted,
            Outcome::Inconclusive,
        ),
        (500, "{\"message\":\"dial tcp: lookup r: no such host\"}", Code::Dns, Outcome::Inconclusive),
        (500, "", Code::ServerError, Outcome::Inconclusive),
        (200, "{\"error\":\"toomanyrequests: for ann:right-password\"}", Code::RateLimited, Outcome::Inconclusive),
    ] {
        let (peer, engine) = (Peer::start(registry).await, daemon(status, words).await);
        let (steps, report) = tested(&peer, daemon_on(&engine), &["HOST/team/app:1"]).await;
        assert_eq!((steps[0].code, steps[0].outcome), (code, outcome), "{words} {steps:?}");
        assert_eq!(report.verdict, Verdict::Pass, "it is a second opinion");
        assert!(engine.seen().iter().all(|seen| seen.method != "DELETE"), "nothing came, so nothing is removed");
    }
}

#[tokio::test]
async fn an_image_that_is_there_is_not_touched() {
    let peer = Peer::start(registry).await;
    let engine = Peer::start(|_| reply(200, &[], "{}")).await;
    let (steps, _) = tested(&peer, daemon_on(&engine), &["HOST/team/app:1"]).await;
    assert_eq!((steps[0].outcome, steps[0].code), (Outcome::Skipped, Code::DockerUnavailable));
    assert!(steps[0].detail.contains("is on this machine already"), "{steps:?}");
    assert!(engine.seen().iter().all(|seen| seen.method == "GET"));
}

#[tokio::test]
async fn what_is_no_daemon_and_what_is_far_away_gets_no_password() {
    let peer = Peer::start(registry).await;
    let web = Peer::start(|_| reply(404, &[], "no")).await;
    let of = |host: &'static str| Daemon::find(move |name| (name == "DOCKER_HOST").then_some(host));
    for (daemon, says) in [
        (daemon_on(&web), "something else (404"),
        (of("tcp://build.example:2376"), "is not on this machine"),
        (of("ssh://ann@build.example"), "is not on this machine"),
        (of("unix:///nonexistent/docker.sock"), "does not answer"),
        (Daemon::None, "no docker daemon was found"),
    ] {
        let (steps, report) = tested(&peer, daemon, &["HOST/team/app:1"]).await;
        assert_eq!((steps.len(), steps[0].outcome, report.verdict), (1, Outcome::Skipped, Verdict::Pass), "{steps:?}");
        assert!(steps[0].detail.contains(says), "{steps:?}");
    }
    assert!(web.seen().iter().all(|seen| !seen.headers.contains_key("x-registry-auth")));
}

#[tokio::test]
async fn nothing_is_pulled_after_a_refusal_or_without_an_image() {
    let engine = daemon(200, PROGRESS).await;
    let refusing = Peer::start(|_| reply(401, &[API, BASIC], "")).await;
    let (steps, _) = tested(&refusing, daemon_on(&engine), &["HOST/team/app:1"]).await;
    assert_eq!((steps[0].outcome, steps[0].code), (Outcome::Skipped, Code::BadCredentials));
    let peer = Peer::start(registry).await;
    let (steps, _) = tested(&peer, daemon_on(&engine), &[]).await;
    assert_eq!(steps[0].detail, "there is nothing to pull");
    assert!(engine.seen().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn a_daemon_is_found_and_spoken_to_at_its_socket() {
    let (peer, engine) = (Peer::start(registry).await, daemon(200, PROGRESS).await);
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("docker.sock");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let behind = engine.addr;
    let relay = tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut far = tokio::net::TcpStream::connect(behind).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    let host = format!("unix://{}", path.display());
    let found = Daemon::find(|name| (name == "DOCKER_HOST").then_some(host.as_str()));
    assert_eq!(found, Daemon::Socket(path));
    let (steps, _) = tested(&peer, found, &["HOST/team/app:1"]).await;
    assert_eq!((steps[0].code, steps[0].outcome), (Code::Ok, Outcome::Pass), "{steps:?}");
    relay.abort();
}
