//! docker's messages, its helper and its folder, without docker.

use std::path::Path;
use std::process::ExitCode;

use super::super::docker::discard::act;
use super::super::docker::{Kind, Opinion, Run, Tools, read, sweep};
use super::super::pair::Pair;
use super::handshake::{API, BASIC};
use super::peer::{Peer, reply};
use crate::domain::verdict::{Check, With};
use crate::domain::{Code, Outcome, Redactor, Sensitive, Server, Step, Untrusted, Verdict};
use crate::registry::{Client, Limits, Test};

fn step(code: i32, words: &str, server: &str, blocked: Option<Code>) -> Step {
    step_of("28.2.2", code, words, server, blocked)
}

fn step_of(version: &str, code: i32, words: &str, server: &str, blocked: Option<Code>) -> Step {
    let run = Run { kind: Kind::Docker, code: Some(code), version: version.into(), words: Untrusted::new(words) };
    let redactor = Redactor::of([&Sensitive::new("s3cret")]);
    read(&run, &Server::parse(server).unwrap(), blocked, &redactor)
}

#[test]
fn docker_s_words_become_the_same_codes() {
    let far = "registry.example";
    for (words, server, code, outcome) in [
        (
            "login attempt to http://127.0.0.1:5000/v2/ failed with status: 401 Unauthorized",
            far,
            Code::BadCredentials,
            Outcome::Fail,
        ),
        (
            "Get \"https://r/v2/\": unauthorized: incorrect username or password",
            far,
            Code::BadCredentials,
            Outcome::Fail,
        ),
        ("Get \"https://ghcr.io/v2/\": denied: denied", "ghcr.io", Code::Denied, Outcome::Fail),
        ("login attempt to https://r/v2/ failed with status: 403 Forbidden", far, Code::Denied, Outcome::Fail),
        ("Get \"https://r/v2/\": toomanyrequests: slow down", far, Code::RateLimited, Outcome::Inconclusive),
        ("dial tcp 127.0.0.1:5999: connect: connection refused", far, Code::Refused, Outcome::Inconclusive),
        ("dial tcp: lookup nope.example: no such host", far, Code::Dns, Outcome::Inconclusive),
        (
            "tls: failed to verify certificate: x509: certificate is valid for a, not b",
            far,
            Code::TlsName,
            Outcome::Inconclusive,
        ),
        (
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            far,
            Code::TlsUntrusted,
            Outcome::Inconclusive,
        ),
        ("http: server gave HTTP response to HTTPS client", far, Code::PlainHttp, Outcome::Inconclusive),
        (
            "Get \"https://r/v2/\": unable to decode token response: invalid character '<' looking for beginning",
            far,
            Code::BadToken,
            Outcome::Fail,
        ),
        (
            "Get \"https://r/v2/\": Get \"https://a/t?account=u\": dial tcp: lookup a on 10.0.0.1:53: no such host",
            far,
            Code::Dns,
            Outcome::Inconclusive,
        ),
        ("Get \"https://r/v2/\": no realm specified for token auth challenge", far, Code::BadChallenge, Outcome::Fail),
        ("Get \"https://r/v2/\": unknown: 401 unauthorized: x509: eof", far, Code::ServerError, Outcome::Inconclusive),
        (
            "Get \"https://r/v2/\": received unexpected HTTP status: 503 Service Unavailable",
            far,
            Code::ServerError,
            Outcome::Inconclusive,
        ),
        (
            "Get \"https://r/v2/\": errors:\nunauthorized: no such user\nunknown: x509: tls: \n",
            far,
            Code::BadCredentials,
            Outcome::Fail,
        ),
        (
            "net/http: request canceled while waiting for connection (Client.Timeout exceeded)",
            far,
            Code::Timeout,
            Outcome::Inconclusive,
        ),
        ("login attempt to https://r/v2/ failed with status: 404 Not Found", far, Code::NotARegistry, Outcome::Fail),
        (
            "login attempt to https://r/v2/ failed with status: 502 Bad Gateway",
            far,
            Code::ServerError,
            Outcome::Inconclusive,
        ),
        (
            "failed with status: 400 Bad Request",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com",
            Code::Denied,
            Outcome::Fail,
        ),
        ("error saving credentials: exec failed", far, Code::DockerUnavailable, Outcome::Inconclusive),
        ("something new", far, Code::DockerUnavailable, Outcome::Inconclusive),
        ("", far, Code::DockerUnavailable, Outcome::Inconclusive),
    ] {
        let words = format!("time=\"2026\" level=info msg=\"Error logging in\"\nError response from daemon: {words}\n");
        let step = step(1, &words, server, None);
        assert_eq!((step.code, step.outcome), (code, outcome), "{words}");
    }
}

#[test]
fn what_docker_logged_of_https_outweighs_its_last_word_about_http() {
    let words = "time=\"x\" level=info msg=\"Error logging in to endpoint, trying next endpoint\" \
        error=\"login attempt to https://127.0.0.1:5000/v2/ failed with status: 401 Unauthorized\"\n\
        login attempt to http://127.0.0.1:5000/v2/ failed with status: 400 Bad Request\n";
    assert_eq!(step(1, words, "127.0.0.1:5000", None).code, Code::BadCredentials);
}

#[test]
fn only_the_versions_that_refuse_plain_http_are_said_to_and_only_where_they_say_so() {
    let plain = "Get \"https://127.0.0.1:5000/v2/\": http: server gave HTTP response to HTTPS client";
    for (version, code) in [
        ("28.2.2", Code::PlainHttp),
        ("27.5.1", Code::PlainHttp),
        ("28.4.0", Code::DockerUnavailable),
        ("29.0.1", Code::DockerUnavailable),
        ("unknown", Code::PlainHttp),
    ] {
        let step = step_of(version, 1, plain, "127.0.0.1:5000", None);
        assert_eq!(step.code, code, "{version}");
        assert_eq!(step.detail.contains("since 28.4"), code == Code::DockerUnavailable, "{}", step.detail);
        let logged = format!("time=\"x\" level=info msg=\"next\" error=\"{}\"\n", plain.replace('"', "\\\""));
        for (last, code) in [
            ("Get \"http://127.0.0.1:5000/v2/\": unable to decode token response: EOF", Code::BadToken),
            ("Get \"http://127.0.0.1:5000/v2/\": a sentence nobody knows", Code::DockerUnavailable),
        ] {
            let step = step_of(version, 1, &format!("{logged}{last}\n"), "127.0.0.1:5000", None);
            assert_eq!(step.code, code, "{version} {last}");
            assert!(step.detail.ends_with(last) && !step.detail.contains("since 28.4"), "{}", step.detail);
        }
    }
}

#[test]
fn only_the_versions_that_check_no_certificate_on_loopback_are_said_not_to() {
    for (version, server, is_said) in
        [("28.2.2", "127.0.0.1:5000", true), ("28.4.0", "127.0.0.1:5000", false), ("28.2.2", "registry.example", false)]
    {
        let step = step_of(version, 0, "Login Succeeded", server, Some(Code::TlsUntrusted));
        assert_eq!(
            (step.outcome, step.detail.contains("certificates")),
            (Outcome::Pass, is_said),
            "{version} {server}"
        );
    }
}

#[tokio::test]
async fn docker_is_asked_only_where_the_realm_was_judged_or_tls_alone_was_in_the_way() {
    const OPEN_QUOTE: (&str, &str) = ("WWW-Authenticate", "Bearer realm=\"http://evil.example:9/token\",service=\"x");
    const HTML: (&str, &str) = ("Content-Type", "text/html");
    const SPARE: (&str, &str) = ("WWW-Authenticate", "Bearer realm=\"http://127.0.0.1:1/token\"");
    type Case = (u16, &'static [(&'static str, &'static str)], &'static str, bool);
    let cases: [Case; 15] = [
        (401, &[BASIC], "", true),
        (401, &[OPEN_QUOTE], "", false),
        (401, &[("WWW-Authenticate", "Bearer realm=\"http://evil.example/\"")], "", false),
        (401, &[("WWW-Authenticate", "Bearer realm=\"//evil.example/\"")], "", false),
        (401, &[("WWW-Authenticate", "Bearer realm=\"https://a@evil.example/\"")], "", false),
        (401, &[SPARE, ("WWW-Authenticate", "Bearer realm=\"http://127.0.0.1:2/token\"")], "", true),
        (401, &[SPARE, ("WWW-Authenticate", "Bearer realm=\"http://evil.example/token\"")], "", false),
        (401, &[SPARE, BASIC, ("WWW-Authenticate", "Bearer realm=\"https://10.0.0.9/token\"")], "", false),
        (401, &[("WWW-Authenticate", "Negotiate")], "", false),
        (401, &[], "", false),
        (200, &[API], "{}", false),
        (200, &[HTML], "<html>", false),
        (404, &[HTML], "<html>", false),
        (302, &[("Location", "http://evil.example/v2/")], "", false),
        (503, &[], "", false),
    ];
    let temp = tempfile::tempdir().unwrap();
    let tools = Tools {
        docker: Some("/nonexistent/docker".into()),
        ..Tools::none("/nonexistent".into(), temp.path().to_owned())
    };
    let client = Client::new(Limits::default());
    let now = "2026-11-27T12:00:00Z".parse().unwrap();
    for (status, headers, body, is_asked) in cases {
        let peer = Peer::start(move |_| reply(status, headers, body)).await;
        let trial = super::handshake::trial(&peer.server());
        for with in [With::Both, With::Docker] {
            let test = Test { client: &client, trial: &trial, with, tools: &tools, issuer: None, now };
            let report = test.run(&mut |_| {}).await;
            let step = report.steps.iter().find(|step| step.check == Check::Docker).unwrap();
            // This docker cannot even be started, which shows if it is run.
            let asked = step.outcome == Outcome::Inconclusive && step.code == Code::DockerUnavailable;
            assert_eq!((asked, step.outcome == Outcome::Skipped), (is_asked, !is_asked), "{headers:?} {step:?}");
            assert_ne!(report.verdict, Verdict::Pass);
        }
    }
}

#[test]
fn docker_s_words_are_clean_and_without_the_secret() {
    let step = step(1, "unauthorized: s3cret \u{1b}[31mno", "registry.example", None);
    assert!(!step.detail.contains("s3cret") && !step.detail.contains('\u{1b}'), "{}", step.detail);
}

fn answer(action: &str, input: &[u8]) -> (ExitCode, String) {
    let mut output = Vec::new();
    let code = act(action, input, &mut output);
    (code, String::from_utf8(output).unwrap())
}

#[test]
fn the_helper_forgets_what_it_is_given() {
    let input = br#"{"ServerURL":"x","Username":"u","Secret":"s3cret"}"#;
    assert_eq!(answer("store", input), (ExitCode::SUCCESS, String::new()));
    assert_eq!(answer("erase", b"x"), (ExitCode::SUCCESS, String::new()));
    assert_eq!(answer("list", b""), (ExitCode::SUCCESS, "{}\n".into()));
    assert_eq!(answer("get", b"x"), (ExitCode::FAILURE, "credentials not found in native keychain\n".into()));
    assert_eq!(answer("other", b"x").0, ExitCode::FAILURE);
}

#[test]
fn folders_of_dead_owners_are_swept_and_others_are_not() {
    let temp = tempfile::tempdir().unwrap();
    let make = |name: &str| {
        let path = temp.path().join(name);
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("config.json"), "{}").unwrap();
        path
    };
    // Larger than any kernel's pid_max, and older than any run: systems check the one or the other.
    let dead = make("pullkey-docker-2000000000-abc");
    age(&dead);
    let alive = make(&format!("pullkey-docker-{}-abc", std::process::id()));
    let foreign = make("something-2000000000-abc");
    sweep(temp.path());
    assert!(!dead.exists() && alive.exists() && foreign.exists());
}

fn age(folder: &Path) {
    let open = std::fs::OpenOptions::new();
    #[cfg(windows)]
    let open = {
        use std::os::windows::fs::OpenOptionsExt;
        let mut open = open;
        // A folder's times are written through a handle with backup semantics.
        open.write(true).custom_flags(0x0200_0000);
        open
    };
    #[cfg(not(windows))]
    let open = {
        let mut open = open;
        open.read(true);
        open
    };
    let times = std::fs::FileTimes::new().set_modified(std::time::SystemTime::UNIX_EPOCH);
    open.open(folder).unwrap().set_times(times).unwrap();
}

#[cfg(unix)]
#[test]
fn docker_is_found_only_in_absolute_folders_and_if_it_can_run() {
    use std::ffi::OsStr;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    let temp = tempfile::tempdir().unwrap();
    let (a, b) = (temp.path().join("a"), temp.path().join("b"));
    for folder in [&a, &b] {
        std::fs::create_dir(folder).unwrap();
        std::fs::write(folder.join("docker"), "").unwrap();
    }
    std::fs::set_permissions(b.join("docker"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::join_paths([Path::new("."), &a, &b]).unwrap();
    assert_eq!(Tools::find(&path, PathBuf::new()).docker, Some(b.join("docker")));
    assert_eq!(Tools::find(OsStr::new(""), PathBuf::new()).docker, None);
}

#[tokio::test]
async fn a_token_typed_as_the_user_never_becomes_an_argument_of_docker() {
    let client = Client::new(Limits::default());
    // If this docker were run, the outcome would show it: it cannot even be started.
    let tools = Tools {
        docker: Some("/nonexistent/docker".into()),
        ..Tools::none("/nonexistent".into(), std::env::temp_dir())
    };
    let mut trial = super::handshake::trial("registry.example.com");
    (trial.user, trial.password) = ("ghp_0123".into(), "octocat".into());
    let server = Server::parse(&trial.server).unwrap();
    let pair = Pair::of(&trial);
    let opinion = Opinion { pair: &pair, is_plain: false, realm: None, blocked: None };
    let now = "2026-11-27T12:00:00Z".parse().unwrap();
    let test = Test { client: &client, trial: &trial, with: With::Both, tools: &tools, issuer: None, now };
    let step = crate::registry::docker::step(&test, &server, &opinion).await;
    assert_eq!((step.code, step.outcome), (Code::DockerUnavailable, Outcome::Inconclusive));
    assert!(step.detail.contains("takes it only as an argument") && !step.detail.contains("ghp_"), "{step:?}");
}

#[test]
fn skopeo_and_podman_are_read_as_docker_is() {
    for (kind, words, code, outcome) in [
        (
            Kind::Skopeo,
            "time=\"x\" level=fatal msg=\"logging into \\\"h\\\": invalid username/password\"",
            Code::BadCredentials,
            Outcome::Fail,
        ),
        (
            Kind::Skopeo,
            "level=fatal msg=\"authenticating creds for \\\"h\\\": pinging container registry h: Get \
             \\\"https://h/v2/\\\": dial tcp 127.0.0.1:1: connect: connection refused\"",
            Code::Refused,
            Outcome::Inconclusive,
        ),
        (
            Kind::Podman,
            "Error: authenticating creds for \"h\": invalid status code from registry 404 (Not Found)",
            Code::NotARegistry,
            Outcome::Fail,
        ),
        (
            Kind::Podman,
            "Error: authenticating creds for \"h\": pinging container registry h: Get \"https://h/v2/\": \
             x509: certificate signed by unknown authority",
            Code::TlsUntrusted,
            Outcome::Inconclusive,
        ),
    ] {
        let run = Run { kind, code: Some(1), version: "1".into(), words: Untrusted::new(words) };
        let step = read(&run, &Server::parse("registry.example").unwrap(), None, &Redactor::default());
        assert_eq!((step.code, step.outcome), (code, outcome), "{words}");
        assert!(step.detail.starts_with(kind.name()), "{}", step.detail);
    }
}
