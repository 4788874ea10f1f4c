//! The native test against servers that answer, refuse, lie and misbehave.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::{Client, Limits, Test, Tools};
use super::peer::{Peer, Reply, Seen, reply};
use crate::domain::verdict::{Check, With};
use crate::domain::{Code, Outcome, Sensitive, TestReport, Trial, Verdict};

pub(super) const API: (&str, &str) = ("Docker-Distribution-Api-Version", "registry/2.0");
const HTML: (&str, &str) = ("Content-Type", "text/html");
const ELSEWHERE: (&str, &str) = ("Location", "https://elsewhere.example/v2/");
const FIREWALL: &str = r#"{"errors":[{"message":"client with IP '1.2.3.4' is not allowed access"}]}"#;
pub(super) const BASIC: (&str, &str) = ("WWW-Authenticate", "Basic realm=\"x\"");

pub(super) fn trial(server: &str) -> Trial {
    let password = Sensitive::new("right-password");
    Trial {
        server: server.to_owned(),
        user: "ann".into(),
        password,
        images: Vec::new(),
        holds: crate::domain::Holds::Images,
    }
}

pub(super) fn pair(seen: &Seen) -> String {
    let encoded = seen.authorization().and_then(|v| v.strip_prefix("Basic ")).unwrap_or_default();
    String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap()
}

pub(super) fn tools() -> Tools {
    Tools::none(PathBuf::new(), PathBuf::new())
}

async fn climb_with(trial: &Trial, limits: Limits) -> TestReport {
    climb_by(&Client::new(limits), trial, With::Native).await
}

/// One test at a fixed time.
pub(super) async fn climb_by(client: &Client, trial: &Trial, with: With) -> TestReport {
    let mut parts = Vec::new();
    let now = "2026-11-27T12:00:00Z".parse().unwrap();
    let test = Test { client, trial, with, tools: &tools(), issuer: None, now };
    let report = test.run(&mut |step| parts.push(step)).await;
    assert_eq!(parts, report.steps, "each step is reported as it is done");
    assert!(!format!("{report:?}").contains("right-password"));
    report
}

async fn climb(server: &str) -> TestReport {
    climb_with(&trial(server), Limits::default()).await
}

/// The check and code at which a test ended, and its verdict.
fn end(report: &TestReport) -> (Check, Code, Verdict) {
    let last = report.steps.last().unwrap();
    (last.check, last.code, report.verdict)
}

fn basic_registry(seen: &Seen) -> Reply {
    match seen.authorization() {
        Some(_) if pair(seen) == "ann:right-password" => reply(200, &[API], "{}"),
        _ => reply(401, &[API, BASIC], r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#),
    }
}

#[tokio::test]
async fn a_basic_login_is_accepted_and_every_rung_passes() {
    let peer = Peer::start(basic_registry).await;
    let report = climb(&peer.server()).await;
    assert_eq!(report.verdict, Verdict::Pass);
    let checks: Vec<_> = report.steps.iter().map(|s| s.check).collect();
    let way =
        [Check::Server, Check::Lookup, Check::Connection, Check::Tls, Check::Registry, Check::Challenge, Check::Realm];
    assert_eq!(checks, [&way[..], &[Check::Login, Check::Codespace]].concat());
    assert!(report.steps.iter().take(8).all(|s| s.code == Code::Ok && s.outcome == Outcome::Pass));
    assert_eq!((report.steps[8].code, report.is_here_only()), (Code::HereOnly, true));
    let seen = peer.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].authorization(), None);
    assert!(seen.iter().all(|s| s.target == "/v2/" && s.headers["user-agent"].starts_with("pullkey/")));
}

#[tokio::test]
async fn a_wrong_password_is_refused_once_and_not_tried_again() {
    let peer = Peer::start(basic_registry).await;
    let mut trial = trial(&peer.server());
    trial.password = Sensitive::new("wrong-password");
    let report = climb_with(&trial, Limits::default()).await;
    assert_eq!(end(&report), (Check::Login, Code::BadCredentials, Verdict::Fail));
    assert!(report.steps[7].detail.contains("authentication required"));
    assert_eq!(peer.seen().iter().filter(|s| s.authorization().is_some()).count(), 1);
}

/// A registry with its token server under the same address; `grant` answers the token request.
async fn token_registry(grant: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Peer {
    Peer::start(move |seen| {
        let host = &seen.headers["host"];
        match (seen.target.starts_with("/token"), seen.authorization()) {
            (true, _) => grant(seen),
            (false, Some("Bearer tok-1")) => reply(200, &[API], ""),
            (false, _) => {
                let ask = format!(
                    "Bearer realm=\"http://{host}/token\",service=\"s p\",scope=\"repository:user/image:pull\", \
                     Basic realm=\"old\""
                );
                reply(401, &[API, ("WWW-Authenticate", &ask)], "")
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_token_is_asked_for_with_service_and_account_but_without_scope() {
    for body in [r#"{"token":"tok-1"}"#, r#"{"access_token":"tok-1","token":"other"}"#] {
        let peer = token_registry(move |_| reply(200, &[], body)).await;
        let report = climb(&peer.server()).await;
        assert_eq!(report.verdict, Verdict::Pass, "{report:?}");
        let seen = peer.seen();
        assert_eq!(seen[1].target, "/token?account=ann&client_id=pullkey&service=s+p");
        assert_eq!(pair(&seen[1]), "ann:right-password");
        assert_eq!(seen[2].authorization(), Some("Bearer tok-1"));
    }
}

#[tokio::test]
async fn what_the_token_server_answers_becomes_a_code() {
    for (status, body, code, verdict) in [
        (401, r#"{"details":"incorrect username or password"}"#, Code::BadCredentials, Verdict::Fail),
        (400, r#"{"error":"invalid_grant"}"#, Code::BadCredentials, Verdict::Fail),
        (403, r#"{"errors":[{"code":"DENIED","message":"denied"}]}"#, Code::Denied, Verdict::Fail),
        (429, "slow down", Code::RateLimited, Verdict::Inconclusive),
        (500, "oops", Code::ServerError, Verdict::Inconclusive),
        (400, "what", Code::ServerError, Verdict::Inconclusive),
        (405, "", Code::ServerError, Verdict::Inconclusive),
        (200, "<html>", Code::BadToken, Verdict::Inconclusive),
        (200, r#"{"token":""}"#, Code::BadToken, Verdict::Fail),
        (200, "{\"token\":\"a\\nb\"}", Code::BadToken, Verdict::Fail),
        (200, r#"{"token":"tok-1","expires_in":"3600"}"#, Code::BadToken, Verdict::Fail),
        (200, r#"{"token":"tok-1","issued_at":"yesterday"}"#, Code::BadToken, Verdict::Fail),
        (204, "", Code::BadToken, Verdict::Fail),
        (201, r#"{"token":"tok-1"} and more"#, Code::HereOnly, Verdict::Pass),
        (302, r#"{"Token":"tok-1"}"#, Code::HereOnly, Verdict::Pass),
        (200, r#"{"token":"not-liked"}"#, Code::BadCredentials, Verdict::Fail),
    ] {
        let peer = token_registry(move |_| reply(status, &[], body)).await;
        let report = climb(&peer.server()).await;
        let check = if verdict == Verdict::Pass { Check::Codespace } else { Check::Login };
        assert_eq!(end(&report), (check, code, verdict), "{status} {body}");
        assert!(peer.seen().iter().all(|seen| seen.method == "GET"), "docker asks for no token by POST");
    }
}

/// A registry with these challenges, `HERE` being its own address. It issues and accepts tokens, or accepts user and
/// password.
async fn asking(challenges: &'static [&'static str]) -> Peer {
    Peer::start(move |seen| match (seen.target.starts_with("/token"), seen.authorization()) {
        (true, _) => reply(200, &[], &format!(r#"{{"token":"tok-{}"}}"#, &seen.target[6..7])),
        (false, Some(_)) => reply(200, &[API], ""),
        (false, None) => {
            let values: Vec<String> = challenges
                .iter()
                .map(|value| value.replace("HERE", &format!("http://{}", seen.headers["host"])))
                .collect();
            let headers: Vec<_> = values.iter().map(|value| ("WWW-Authenticate", value.as_str())).collect();
            reply(401, &[&[API][..], &headers].concat(), "")
        }
    })
    .await
}

#[tokio::test]
async fn what_docker_answers_is_answered_the_same() {
    let basic = "YW5uOnJpZ2h0LXBhc3N3b3Jk";
    let basic = || format!("Basic {basic}");
    let token = |which: &str| format!("Bearer tok-{which}");
    for (challenges, shown) in [
        (&["Basic realm=/"][..], basic()),
        (&["Basic realm=\"\u{417}\u{430}\""], basic()),
        (&["Bearer  realm=\"HERE/token1\""], token("1")),
        (&["\"what", "Bearer realm=\"HERE/token1\""], token("1")),
        (&["Bearer realm=\"HERE/token1\"", "Bearer realm=\"HERE/token2\""], token("1")),
        (&["Bearer realm=\"HERE/token1\",\r\n service=\"s\""], token("1")),
        // Docker fetches a token and then sends user and password anyway.
        (&["Basic", "Bearer realm=\"HERE/token1\""], basic()),
        (&["Basic realm=\"x\", Bearer realm=\"HERE/token1\""], basic()),
    ] {
        let peer = asking(challenges).await;
        let report = climb(&peer.server()).await;
        assert_eq!(report.verdict, Verdict::Pass, "{challenges:?} {report:?}");
        assert_eq!(peer.seen().last().unwrap().authorization(), Some(shown.as_str()), "{challenges:?}");
    }
}

#[tokio::test]
async fn a_challenge_docker_gives_up_over_fails_and_is_sent_nothing() {
    for (challenges, check) in [
        (&["Bearer"][..], Check::Challenge),
        (&["Bearer service=\"x\"", "Basic realm=\"y\""], Check::Challenge),
        (&["Bearer realm=\"HERE/token"], Check::Challenge),
        (&["Bearer realm=HERE/token"], Check::Realm),
        (&["Bearer realm=\"/token\""], Check::Realm),
    ] {
        let peer = asking(challenges).await;
        let report = climb(&peer.server()).await;
        assert_eq!(end(&report), (check, Code::BadChallenge, Verdict::Fail), "{challenges:?}");
        assert!(peer.seen().iter().all(|seen| seen.authorization().is_none() && !seen.target.starts_with("/token")));
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_quoted_as_it_came() {
    for (challenge, quoted) in [("\"what now", "\"what now"), (", Basic", ", Basic"), ("Digest realm=\"x\"", "digest")]
    {
        let peer = Peer::start(move |_| reply(401, &[API, ("WWW-Authenticate", challenge)], "")).await;
        let report = climb(&peer.server()).await;
        assert_eq!(end(&report), (Check::Challenge, Code::NoChallenge, Verdict::Inconclusive), "{challenge}");
        assert!(report.steps.last().unwrap().detail.contains(&format!("“{quoted}”")), "{report:?}");
    }
}

#[tokio::test]
async fn a_token_that_has_ended_on_arrival_sends_to_the_next_challenge_as_docker_goes() {
    let registry = |second: &'static str| {
        Peer::start(move |seen| match (seen.target.as_bytes().get(6), seen.authorization()) {
            (Some(b'1'), _) => reply(200, &[], r#"{"token":"tok-1","issued_at":"2001-01-01T00:00:00Z"}"#),
            (Some(b'2'), _) => reply(200, &[], r#"{"token":"tok-2"}"#),
            (_, Some("Bearer tok-2")) => reply(200, &[API], ""),
            (_, _) => {
                let here = format!("http://{}", seen.headers["host"]);
                let first = format!("Bearer realm=\"{here}/token1\"");
                let second = second.replace("HERE", &here);
                reply(401, &[API, ("WWW-Authenticate", &first), ("WWW-Authenticate", &second)], "")
            }
        })
    };
    let good = registry("Bearer realm=\"HERE/token2\"").await;
    assert_eq!(climb(&good.server()).await.verdict, Verdict::Pass);
    let evil = registry("Bearer realm=\"http://evil.example/token2\"").await;
    assert_eq!(end(&climb(&evil.server()).await), (Check::Login, Code::UnsafeRealm, Verdict::Inconclusive));
}

#[tokio::test]
async fn a_login_is_shown_only_at_the_path_whose_challenge_docker_answers() {
    // It asks for the login at a path of its own, where docker sends none.
    let odd = Peer::start(|seen| match (seen.target.as_str(), seen.authorization()) {
        ("/v2/", _) => reply(302, &[("Location", "/v2/ping")], ""),
        (_, None) => reply(401, &[API, BASIC], ""),
        (_, Some(_)) => reply(200, &[API], ""),
    })
    .await;
    assert_eq!(end(&climb(&odd.server()).await), (Check::Challenge, Code::Redirected, Verdict::Inconclusive));
    assert!(odd.seen().iter().all(|seen| seen.authorization().is_none()));
    // It redirects the login to a path outside, which docker requests without the login.
    let on = Peer::start(|seen| match (seen.target.as_str(), seen.authorization()) {
        ("/v2/", Some(_)) => reply(302, &[("Location", "/home")], ""),
        ("/v2/", None) => reply(401, &[API, BASIC], ""),
        (_, Some(_)) => reply(200, &[API], "{}"),
        (_, None) => reply(401, &[], ""),
    })
    .await;
    assert_eq!(climb(&on.server()).await.verdict, Verdict::Fail);
    assert!(on.seen().iter().all(|seen| seen.target == "/v2/" || seen.authorization().is_none()));
}

#[tokio::test]
async fn an_echo_of_the_password_is_hidden() {
    let peer = token_registry(|seen| {
        let pair = pair(seen);
        reply(401, &[], &format!("no such login {pair} \u{1b}]0;x\u{7}"))
    })
    .await;
    let report = climb(&peer.server()).await;
    let detail = &report.steps.last().unwrap().detail;
    assert!(detail.contains("no such login ann:•••") && !detail.contains('\u{1b}'), "{detail}");
}

#[tokio::test]
async fn the_first_answer_becomes_a_code() {
    type Case = (u16, &'static [(&'static str, &'static str)], &'static str, Check, Code, Verdict);
    let cases: [Case; 16] = [
        (200, &[API], "{}", Check::Challenge, Code::NoAuthNeeded, Verdict::Inconclusive),
        (200, &[API, HTML], "", Check::Challenge, Code::NoAuthNeeded, Verdict::Inconclusive),
        (200, &[], "{}", Check::Challenge, Code::NoAuthNeeded, Verdict::Inconclusive),
        (200, &[HTML], "<html>hi", Check::Registry, Code::NotARegistry, Verdict::Inconclusive),
        (200, &[], "hello there", Check::Registry, Code::NotARegistry, Verdict::Inconclusive),
        (404, &[], "<html>", Check::Registry, Code::NotARegistry, Verdict::Fail),
        (401, &[], "", Check::Challenge, Code::NoChallenge, Verdict::Inconclusive),
        (401, &[("WWW-Authenticate", "Negotiate")], "", Check::Challenge, Code::NoChallenge, Verdict::Inconclusive),
        (403, &[], FIREWALL, Check::Registry, Code::Denied, Verdict::Fail),
        (403, &[HTML], "<h1>blocked", Check::Registry, Code::Denied, Verdict::Inconclusive),
        (429, &[("Retry-After", "17")], "", Check::Registry, Code::RateLimited, Verdict::Inconclusive),
        (500, &[], "", Check::Registry, Code::ServerError, Verdict::Inconclusive),
        (503, &[], "<html>", Check::Registry, Code::ServerError, Verdict::Inconclusive),
        (302, &[ELSEWHERE], "", Check::Registry, Code::Redirected, Verdict::Inconclusive),
        (302, &[("Location", "::::")], "", Check::Registry, Code::Redirected, Verdict::Inconclusive),
        (418, &[], "", Check::Registry, Code::NotARegistry, Verdict::Fail),
    ];
    for (status, headers, body, check, code, verdict) in cases {
        let peer = Peer::start(move |_| reply(status, headers, body)).await;
        let report = climb(&peer.server()).await;
        assert_eq!(end(&report), (check, code, verdict), "{status} {headers:?} {body}");
        let last = report.steps.last().unwrap();
        assert!(!last.detail.contains('<') && !last.remedy.is_empty(), "{last:?}");
        assert!(peer.seen().iter().all(|s| s.authorization().is_none()), "nothing was sent");
    }
}

#[tokio::test]
async fn a_firewall_s_own_words_and_a_waiting_time_are_shown() {
    let peer = Peer::start(move |_| reply(403, &[], FIREWALL)).await;
    let report = climb(&peer.server()).await;
    let last = report.steps.last().unwrap();
    assert!(last.detail.contains("client with IP '1.2.3.4'") && last.remedy.contains("network rules"), "{last:?}");
    let peer = Peer::start(|_| reply(429, &[("Retry-After", "17")], "")).await;
    assert!(climb(&peer.server()).await.steps.last().unwrap().remedy.contains("17 s"));
}

#[tokio::test]
async fn an_unsafe_token_server_is_sent_nothing() {
    for realm in ["http://auth.example/token", "https://169.254.169.254/token", "http://10.0.0.1/token", "gopher://x/"]
    {
        let peer = Peer::start(move |_| {
            let ask = format!("Bearer realm=\"{realm}\",service=\"s\"");
            reply(401, &[("WWW-Authenticate", &ask)], "")
        })
        .await;
        let report = climb(&peer.server()).await;
        assert_eq!(end(&report), (Check::Realm, Code::UnsafeRealm, Verdict::Inconclusive), "{realm}");
        assert_eq!(peer.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_is_never_sent_the_login() {
    let elsewhere = Peer::start(|_| reply(200, &[API], r#"{"token":"tok-1"}"#)).await;
    let to = format!("http://{}/token", elsewhere.addr);
    let location = to.clone();
    let realm = token_registry(move |_| reply(307, &[("Location", &location)], "")).await;
    let report = climb(&realm.server()).await;
    assert_eq!(end(&report), (Check::Login, Code::Redirected, Verdict::Inconclusive));
    let location = to.clone();
    let basic = Peer::start(move |seen| match seen.authorization() {
        None => reply(401, &[BASIC], ""),
        Some(_) => reply(302, &[("Location", &location)], ""),
    })
    .await;
    let report = climb(&basic.server()).await;
    assert_eq!(end(&report), (Check::Login, Code::Redirected, Verdict::Inconclusive));
    assert!(report.steps.last().unwrap().detail.contains(&elsewhere.server()));
    assert_eq!(elsewhere.seen().len(), 0);
}

#[tokio::test]
async fn a_redirect_within_the_same_origin_is_followed_but_not_for_ever() {
    let peer = Peer::start(|seen| match seen.target.as_str() {
        "/v2/" => reply(308, &[("Location", "/base/v2/")], ""),
        _ => basic_registry(seen),
    })
    .await;
    assert_eq!(climb(&peer.server()).await.verdict, Verdict::Pass);
    let around = Peer::start(|_| reply(302, &[("Location", "/v2/")], "")).await;
    assert_eq!(end(&climb(&around.server()).await).1, Code::Redirected);
    assert_eq!(around.seen().len(), 10, "as often as Go's client follows");
}

#[tokio::test]
async fn a_body_without_end_is_cut_and_the_status_still_counts() {
    let peer =
        Peer::start(|_| Reply::Endless(b"HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n".to_vec()))
            .await;
    assert_eq!(end(&climb(&peer.server()).await), (Check::Login, Code::BadCredentials, Verdict::Fail));
}

#[tokio::test]
async fn a_header_without_end_is_no_proper_http() {
    let peer = Peer::start(|_| Reply::Endless(b"HTTP/1.1 200 X\r\nX: ".to_vec())).await;
    assert_eq!(end(&climb(&peer.server()).await), (Check::Registry, Code::ServerError, Verdict::Inconclusive));
}

#[tokio::test]
async fn a_server_that_says_nothing_times_out() {
    let limits = Limits { request: Duration::from_millis(150), ..Limits::default() };
    let peer = Peer::start(|_| Reply::Silence).await;
    let report = climb_with(&trial(&peer.server()), limits).await;
    assert_eq!(end(&report), (Check::Connection, Code::Timeout, Verdict::Inconclusive));
}

#[tokio::test]
async fn nothing_listening_cannot_be_told() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let report = climb(&gone.to_string()).await;
    assert_eq!(end(&report), (Check::Connection, Code::Refused, Verdict::Inconclusive));
    assert!(report.steps.last().unwrap().detail.contains("nothing listens"));
}

/// A server that answers the first bytes of every connection with these.
async fn raw(answer: &'static [u8]) -> std::net::SocketAddr {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = [0; 4096];
            if matches!(stream.read(&mut hello).await, Ok(1..)) {
                let _ = stream.write_all(answer).await;
            }
        }
    });
    addr
}

#[tokio::test]
async fn a_server_that_agrees_on_no_encryption_says_nothing_of_the_password() {
    // RFC 8446 §6: the alert “handshake failure”.
    let addr = raw(&[0x15, 3, 3, 0, 2, 2, 40]).await;
    assert_eq!(end(&climb(&addr.to_string()).await), (Check::Tls, Code::TlsFailed, Verdict::Inconclusive));
}

/// Name servers that know no name.
pub(super) struct Nobody;

impl reqwest::dns::Resolve for Nobody {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async { Err("nobody knows this name".into()) })
    }
}

#[tokio::test]
async fn a_name_that_cannot_be_resolved_says_so() {
    let client = Client::with_names(Limits::default(), std::sync::Arc::new(Nobody));
    let report = climb_by(&client, &trial("no-such-host.invalid"), With::Native).await;
    assert_eq!(end(&report), (Check::Name, Code::Dns, Verdict::Inconclusive));
}

#[tokio::test]
async fn a_server_no_pull_looks_up_fails_before_anything_is_sent() {
    for (server, check, code, mend) in [
        ("index.docker.io", Check::Lookup, Code::DeadKey, "https://index.docker.io/v1/"),
        ("registry-1.docker.io", Check::Lookup, Code::DeadKey, "https://index.docker.io/v1/"),
        ("nonsense", Check::Lookup, Code::DeadKey, "full host name"),
        ("https://nonsense/v2/", Check::Lookup, Code::DeadKey, "full host name"),
        ("", Check::Server, Code::BadServer, "host name"),
        (" GHCR.io\n", Check::Server, Code::BadServer, "use ghcr.io"),
        ("me:pw@ghcr.io", Check::Server, Code::BadServer, "host name"),
    ] {
        let report = climb(server).await;
        assert_eq!(end(&report), (check, code, Verdict::Fail), "{server}");
        assert!(report.steps.last().unwrap().remedy.contains(mend), "{report:?}");
    }
}

#[tokio::test]
async fn a_temporary_key_of_aws_can_never_work_and_is_not_sent() {
    let mut trial = trial("123456789012.dkr.ecr.us-east-1.amazonaws.com");
    trial.user = "ASIAIOSFODNN7EXAMPLE".into();
    let report = climb_with(&trial, Limits::default()).await;
    assert_eq!(end(&report), (Check::Exchange, Code::TemporaryKey, Verdict::Fail));
    assert_eq!(report.steps.len(), 3);
}

#[tokio::test]
async fn a_web_site_behind_a_password_is_no_registry_that_accepts_it() {
    let peer = Peer::start(|seen| match seen.authorization() {
        Some(_) => reply(200, &[HTML], "<html>welcome"),
        None => reply(401, &[BASIC], ""),
    })
    .await;
    assert_eq!(end(&climb(&peer.server()).await), (Check::Login, Code::NotARegistry, Verdict::Inconclusive));
}

#[tokio::test]
async fn in_the_demo_a_registry_of_this_machine_answers_for_all_others() {
    let peer = Peer::start(basic_registry).await;
    let client = Client::for_demo(Limits::default(), peer.addr);
    for server in ["acme.azurecr.io", "https://index.docker.io/v1/", "10.0.0.1"] {
        let report = climb_by(&client, &trial(server), With::Both).await;
        assert_eq!(report.verdict, Verdict::Pass, "{report:?}");
        assert!(report.steps.iter().any(|s| s.check == Check::Connection && s.detail.contains("stands in")));
    }
    assert_eq!(peer.seen().len(), 6);
}

#[tokio::test]
async fn empty_values_are_not_sent() {
    let peer = Peer::start(basic_registry).await;
    let mut trial = trial(&peer.server());
    trial.password = Sensitive::new("");
    let report = climb_with(&trial, Limits::default()).await;
    assert_eq!(end(&report), (Check::Login, Code::BadCredentials, Verdict::Inconclusive));
    assert_eq!(peer.seen().len(), 0);
}

#[tokio::test]
async fn a_password_is_sent_exactly_as_it_is() {
    for password in ["with\nline end\n", " spaces ", "ümläut", "a:b:c"] {
        let expected = format!("ann:{password}");
        let peer = Peer::start(move |seen| match seen.authorization() {
            Some(_) if pair(seen) == expected => reply(200, &[API], ""),
            _ => reply(401, &[BASIC], ""),
        })
        .await;
        let mut trial = trial(&peer.server());
        trial.password = Sensitive::new(password);
        assert_eq!(climb_with(&trial, Limits::default()).await.verdict, Verdict::Pass, "{password:?}");
    }
}

#[tokio::test]
async fn both_without_docker_is_native_and_says_so() {
    let peer = Peer::start(basic_registry).await;
    let client = Client::new(Limits::default());
    let report = climb_by(&client, &trial(&peer.server()), With::Both).await;
    assert_eq!(report.verdict, Verdict::Pass);
    assert_eq!((end(&report).0, end(&report).1), (Check::Docker, Code::DockerUnavailable));
    assert_eq!(report.decisive().unwrap().check, Check::Login);
    let report = climb_by(&client, &trial(&peer.server()), With::Docker).await;
    assert_eq!(end(&report), (Check::Docker, Code::DockerUnavailable, Verdict::Inconclusive));
}
