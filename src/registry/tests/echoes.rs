//! Registries that echo what they received, in every place of an answer and in many forms.

#![allow(clippy::format_collect)] // short texts

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::super::{Client, Limits, Test, Tools};
use super::handshake::{API, tools, trial};
use super::peer::{Peer, Reply, Seen, reply};
use crate::domain::verdict::{Check, With};
use crate::domain::{Code, Sensitive, TestReport, Trial};

const SECRET: &str = "K9canary7of9the3mine2026tweet";

/// Forms of the secret that are possible in a header.
fn forms() -> Vec<String> {
    let hex: String = SECRET.bytes().map(|b| format!("{b:02x}")).collect();
    let pair = format!("ann:{SECRET}");
    vec![
        SECRET.to_owned(),
        SECRET.to_lowercase(),
        SECRET.chars().rev().collect(),
        STANDARD.encode(SECRET),
        STANDARD.encode(format!("x{SECRET}")),
        STANDARD.encode(&pair),
        URL_SAFE_NO_PAD.encode(&pair),
        hex.to_uppercase(),
        SECRET.bytes().map(|b| format!("%{b:02X}")).collect(),
        SECRET[..12].to_owned(),
    ]
}

async fn tried(trial: &Trial, with: With) -> TestReport {
    let now = "2026-11-27T12:00:00Z".parse().unwrap();
    let test = Test { client: &Client::new(Limits::default()), trial, with, tools: &tools(), issuer: None, now };
    test.run(&mut |_| {}).await
}

fn is_in(seen: &Seen) -> bool {
    seen.authorization().is_some()
}

const BASIC: (&str, &str) = ("WWW-Authenticate", "Basic realm=\"x\"");

/// An answer with an echo in one of its places.
fn echo(place: usize, form: &str, seen: &Seen) -> Reply {
    let digest = format!("sha256:{form}");
    let away = format!("https://{}.evil.example/", form.to_lowercase());
    let body = format!(r#"{{"errors":[{{"code":"DENIED","message":"no: {form}","detail":"{form}"}}]}}"#);
    if !is_in(seen) {
        return reply(401, &[API, BASIC], "{}");
    }
    match place {
        0 => reply(429, &[API, ("Retry-After", form)], "{}"),
        1 => reply(302, &[API, ("Location", &away)], ""),
        2 => reply(401, &[API], &body),
        3 => reply(403, &[API], &body),
        4 => reply(500, &[API], form),
        5 if seen.target.contains("manifests") => reply(200, &[API, ("Docker-Content-Digest", &digest)], ""),
        6 if seen.target.contains("manifests") => reply(404, &[API], &body),
        _ => reply(200, &[API], "{}"),
    }
}

#[tokio::test]
async fn nothing_a_registry_gives_back_shows_the_password() {
    for place in 0..7 {
        for form in forms() {
            let told = form.clone();
            let peer = Peer::start(move |seen| echo(place, &told, seen)).await;
            let server = peer.server();
            let images = vec![format!("{server}/team/app:1")];
            let trial = Trial { password: Sensitive::new(SECRET), images, ..trial(&server) };
            let report = tried(&trial, With::Native).await;
            let told = format!("{report:?}");
            let bare = told.to_lowercase();
            for trace in [SECRET, &SECRET.to_lowercase(), &form, &form.to_lowercase(), &SECRET[..9].to_lowercase()] {
                assert!(!told.contains(trace) && !bare.contains(trace), "place {place}, {form}: {told}");
            }
        }
    }
}

/// The token is not a secret of yours, but it opens a repository for a while to anyone who reads it.
#[tokio::test]
async fn a_token_of_the_registry_that_comes_back_in_an_error_is_hidden() {
    const TOKEN: &str = "quiet-brown-fox-19-jumps-over";
    for status in [401, 403, 404, 500] {
        let peer = Peer::start(move |seen| {
            let host = &seen.headers["host"];
            if seen.target.starts_with("/token") {
                return reply(200, &[], &format!(r#"{{"token":"{TOKEN}"}}"#));
            }
            let Some(shown) = seen.authorization() else {
                let challenge = format!("Bearer realm=\"http://{host}/token\",service=\"s\"");
                return reply(401, &[API, ("WWW-Authenticate", &challenge)], "{}");
            };
            let body = format!(r#"{{"errors":[{{"code":"DENIED","message":"refused","detail":"{shown}"}}]}}"#);
            reply(if seen.target == "/v2/" { 200 } else { status }, &[API], &body)
        })
        .await;
        let images = vec![format!("{}/team/app:1", peer.server())];
        let report = tried(&Trial { images, ..trial(&peer.server()) }, With::Native).await;
        let pull = report.steps.iter().find(|step| step.check == Check::Pull).expect("the pull was tried");
        assert!(pull.detail.contains("refused") || status == 404, "{pull:?}");
        assert!(!format!("{report:?}").contains(TOKEN), "{report:?}");
    }
}

#[tokio::test]
async fn a_user_that_is_the_password_is_hidden_and_docker_is_not_asked() {
    let peer = Peer::start(|seen| match seen.authorization() {
        Some(_) => reply(200, &[API], "{}"),
        None => reply(401, &[API, BASIC], "{}"),
    })
    .await;
    for (user, password) in [(SECRET, SECRET), ("dop_v1_0123456789abcdef0123456789abcdef", SECRET)] {
        let trial = Trial { user: user.into(), password: Sensitive::new(password), ..trial(&peer.server()) };
        let temp = tempfile::tempdir().unwrap();
        // A docker that would store its arguments.
        let program = temp.path().join("docker");
        std::fs::write(&program, "#!/bin/sh\nprintf '%s\\n' \"$@\" >> \"$(dirname \"$0\")/said\"\n").unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let tools =
            Tools { docker: Some(program), ..Tools::none(std::env::current_exe().unwrap(), temp.path().into()) };
        let now = "2026-11-27T12:00:00Z".parse().unwrap();
        let client = Client::new(Limits::default());
        let test = Test { client: &client, trial: &trial, with: With::Both, tools: &tools, issuer: None, now };
        let report = test.run(&mut |_| {}).await;
        assert!(!temp.path().join("said").exists(), "docker was started");
        assert!(report.steps.iter().any(|step| step.code == Code::DockerUnavailable), "{report:?}");
        assert!(!format!("{report:?}").contains(user), "{report:?}");
    }
}

#[tokio::test]
async fn a_token_as_the_server_is_asked_nowhere() {
    for server in ["ghp_0123456789abcdefghijABCDEFGHIJ012345", "https://ann:s3cretpass@127.0.0.1:9/"] {
        let report = tried(&trial(server), With::Both).await;
        assert_eq!(report.steps.iter().map(|step| step.code).collect::<Vec<_>>(), [Code::BadServer]);
        assert!(!format!("{report:?}").contains("0123456789") && !format!("{report:?}").contains("s3cret"));
    }
}
