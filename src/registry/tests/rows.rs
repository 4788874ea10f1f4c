//! What other testers get wrong, row by row: situations in which docker, podman and skopeo report success for a
//! password that nothing asked for, blame the password for something else, or drop the registry's own reason.

use std::time::Duration;

use super::handshake::{API, BASIC, climb_by, trial};
use super::peer::{Peer, Reply, reply};
use crate::domain::verdict::{Check, With};
use crate::domain::{Code, Step, TestReport, Verdict};
use crate::registry::{Client, Limits};

async fn climb(server: &str) -> TestReport {
    climb_by(&Client::new(Limits::default()), &trial(server), With::Native).await
}

fn decisive(report: &TestReport) -> &Step {
    report.decisive().unwrap()
}

/// A registry whose token server, at `/token` of the same host, gives this answer.
async fn with_tokens(status: u16, body: &'static str) -> Peer {
    Peer::start(move |seen| {
        let ask = format!("Bearer realm=\"http://{}/token\",service=\"s\"", seen.headers["host"]);
        if seen.target.starts_with("/token") {
            return reply(status, &[], body);
        }
        reply(401, &[API, ("WWW-Authenticate", &ask)], "")
    })
    .await
}

#[tokio::test]
async fn a_registry_s_reason_for_a_refusal_is_shown_and_not_thrown_away() {
    let two_factor = r#"{"details":"unauthorized: two-factor login is on, use a personal access token"}"#;
    for (status, body, code, says) in [
        (401, two_factor, Code::BadCredentials, "use a personal access token"),
        (
            429,
            r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down, Ann"}]}"#,
            Code::RateLimited,
            "slow down, Ann",
        ),
        (403, r#"{"errors":[{"code":"DENIED","message":"no such project"}]}"#, Code::Denied, "no such project"),
    ] {
        let peer = with_tokens(status, body).await;
        let report = climb(&peer.server()).await;
        let step = decisive(&report);
        assert_eq!(step.code, code);
        assert!(step.detail.contains(says), "{}", step.detail);
        let tries = peer.seen().iter().filter(|seen| seen.authorization().is_some()).count();
        assert_eq!(tries, 1, "{code:?}: one attempt, never two");
    }
}

#[tokio::test]
async fn a_token_server_that_cannot_be_reached_is_named_and_not_the_registry() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let peer = Peer::start(move |_| {
        let ask = format!("Bearer realm=\"http://{gone}/token\",service=\"s\"");
        reply(401, &[API, ("WWW-Authenticate", &ask)], "")
    })
    .await;
    let report = climb(&peer.server()).await;
    let step = decisive(&report);
    assert_eq!((step.check, step.code, report.verdict), (Check::Login, Code::Refused, Verdict::Inconclusive));
    assert!(step.detail.contains(&gone.to_string()) && !step.detail.contains(&peer.server()), "{}", step.detail);
}

#[tokio::test]
async fn a_registry_that_is_busy_is_asked_once_and_said_how_long_to_wait() {
    let peer = Peer::start(|_| reply(429, &[("Retry-After", "60")], "busy")).await;
    let report = climb(&peer.server()).await;
    assert_eq!(peer.seen().len(), 1);
    assert!(decisive(&report).remedy.contains("60 s"), "{report:?}");
}

#[tokio::test]
async fn a_firewall_s_message_with_the_address_and_the_page_is_kept() {
    let says = "client with IP '203.0.113.7' is not allowed access, refer https://aka.ms/acr/firewall to grant access";
    let body = format!(r#"{{"errors":[{{"code":"DENIED","message":"{says}"}}]}}"#);
    let peer = Peer::start(move |_| reply(403, &[API], &body)).await;
    let report = climb(&peer.server()).await;
    let step = decisive(&report);
    assert!(step.detail.contains("203.0.113.7") && step.detail.contains("aka.ms/acr/firewall"), "{}", step.detail);
    assert!(step.remedy.contains("network rules") && step.remedy.contains("codespace"), "{}", step.remedy);
}

#[tokio::test]
async fn every_spelling_of_docker_hub_gets_its_verdict_and_its_mend() {
    let hub = Peer::start(|seen| match seen.authorization() {
        Some(_) => reply(200, &[API], ""),
        None => reply(401, &[API, BASIC], ""),
    })
    .await;
    let client = Client::for_demo(Limits::default(), hub.addr);
    for (server, works) in [
        ("https://index.docker.io/v1/", true),
        ("docker.io", true),
        ("index.docker.io", false),
        ("https://index.docker.io/v1", false),
        ("https://index.docker.io/v2/", false),
        ("https://docker.io", false),
        ("registry-1.docker.io", false),
        ("https://registry-1.docker.io/v2/", false),
        ("registry.hub.docker.com", false),
        ("hub.docker.com", false),
        ("https://hub.docker.com/r/acme/app", false),
    ] {
        let report = climb_by(&client, &trial(server), With::Native).await;
        if works {
            assert_eq!(report.verdict, Verdict::Pass, "{server}");
            let mends = report.steps[0].remedy.contains("https://index.docker.io/v1/");
            assert_eq!(mends, server != "https://index.docker.io/v1/", "{server}: {:?}", report.steps[0]);
            continue;
        }
        let step = decisive(&report);
        assert_eq!((step.check, step.code, report.verdict), (Check::Lookup, Code::DeadKey, Verdict::Fail), "{server}");
        assert!(step.remedy.contains("use https://index.docker.io/v1/"), "{server}: {}", step.remedy);
    }
    let asked = hub.seen().len();
    assert_eq!(asked, 4, "only what pulls find was tried, with one probe and one login each");
}

#[tokio::test]
async fn a_header_of_ten_megabytes_and_a_slow_drip_are_cut_off_and_get_no_password() {
    let head = || {
        let mut head = b"HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm=\"x\"\r\nX-Long: ".to_vec();
        head.resize(head.len() + 10 * 1024 * 1024, b'a');
        head.extend_from_slice(b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        head
    };
    let long = Peer::start(move |_| Reply::Bytes(head())).await;
    let report = climb(&long.server()).await;
    assert_eq!((decisive(&report).check, report.verdict), (Check::Registry, Verdict::Inconclusive), "{report:?}");
    assert!(long.seen().iter().all(|seen| seen.authorization().is_none()));
    // The headers never end: a byte now and then keeps the connection busy, but the deadline still applies.
    let drip = Peer::start(|_| Reply::Drip(b"HTTP/1.1 401 X\r\nX: ".to_vec())).await;
    let limits = Limits { request: Duration::from_millis(300), ..Limits::default() };
    let report = climb_by(&Client::new(limits), &trial(&drip.server()), With::Native).await;
    assert_eq!((decisive(&report).code, report.verdict), (Code::Timeout, Verdict::Inconclusive));
    assert!(drip.seen().iter().all(|seen| seen.authorization().is_none()));
}

#[tokio::test]
async fn a_token_server_that_cannot_be_reached_is_what_the_next_step_is_about() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let peer = Peer::start(move |_| {
        let ask = format!("Bearer realm=\"http://{gone}/token\",service=\"s\"");
        reply(401, &[API, ("WWW-Authenticate", &ask)], "")
    })
    .await;
    let report = climb(&peer.server()).await;
    let step = decisive(&report);
    assert!(step.remedy.contains(&gone.to_string()) && step.remedy.contains("the registry answers"), "{}", step.remedy);
}

#[tokio::test]
async fn a_page_on_which_people_sign_in_is_called_that_wherever_it_stands() {
    const HTML: (&str, &str) = ("Content-Type", "text/html");
    const PROXY: (&str, &str) = ("Location", "https://idp.example/authorize?client_id=x");
    const MOVED: (&str, &str) = ("Location", "https://registry.example/v2/");
    const ELSEWHERE: (&str, &str) = ("Location", "https://www.example/");
    const FORM: &str = "<html><form><input type=\"password\">";
    // At the registry: redirected to another host, redirected to a page of its own, answered with the page.
    let away = Peer::start(|_| reply(302, &[PROXY, HTML], "<a href=x>Found</a>")).await;
    let own = Peer::start(|seen| match seen.target.as_str() {
        "/v2/" => reply(302, &[("Location", "/oauth2/start")], ""),
        _ => reply(200, &[HTML], "<html>hello"),
    })
    .await;
    let page = Peer::start(|_| reply(200, &[HTML], FORM)).await;
    for (peer, code) in [(&away, Code::Redirected), (&own, Code::NotARegistry), (&page, Code::NotARegistry)] {
        let report = climb(&peer.server()).await;
        let step = decisive(&report);
        assert_eq!((step.code, report.verdict), (code, Verdict::Inconclusive));
        assert!(step.detail.contains("sign-in page") && step.remedy.contains("sign-in"), "{step:?}");
        assert!(peer.seen().iter().all(|seen| seen.authorization().is_none()));
    }
    assert!(decisive(&climb(&away.server()).await).detail.contains("idp.example"));
    // A registry that moved is named, and so is any other place.
    for (to, says) in [(MOVED, "use registry.example as the server"), (ELSEWHERE, "use the host")] {
        let peer = Peer::start(move |_| reply(301, &[to], "")).await;
        let report = climb(&peer.server()).await;
        assert!(decisive(&report).remedy.starts_with(says), "{report:?}");
    }
    // At the token server: the page itself, and a redirect to it.
    for (status, header, body, code) in
        [(200, HTML, FORM, Code::BadToken), (200, HTML, "<html>", Code::BadToken), (302, PROXY, "", Code::Redirected)]
    {
        let peer = Peer::start(move |seen| {
            let ask = format!("Bearer realm=\"http://{}/token\"", seen.headers["host"]);
            if seen.target.starts_with("/token") {
                return reply(status, &[header], body);
            }
            reply(401, &[API, ("WWW-Authenticate", &ask)], "")
        })
        .await;
        let report = climb(&peer.server()).await;
        let step = decisive(&report);
        assert_eq!((step.check, step.code, report.verdict), (Check::Login, code, Verdict::Inconclusive), "{step:?}");
        assert!(step.detail.contains("page"), "{step:?}");
    }
}

#[tokio::test]
async fn an_answer_docker_cannot_decode_says_what_it_stumbles_over_and_shows_no_token() {
    for (body, says) in [
        (r#"{"token":"s3cr3t","expires_in":"3600"}"#, "a text in the field `expires_in`"),
        (r#"{"token":"s3cr3t","issued_at":17}"#, "a number in the field `issued_at`"),
        (r#"{"token":["s3cr3t"]}"#, "a list in the field `token`"),
        (r#"["s3cr3t"]"#, "a list where a JSON object is required"),
        (r#"{"token":"s3cr3t""#, "truncated"),
        ("", "is empty"),
        (r#"{"id_token":"s3cr3t"}"#, "contains no token"),
    ] {
        let peer = with_tokens(200, body).await;
        let report = climb(&peer.server()).await;
        let step = decisive(&report);
        assert_eq!((step.check, step.code, report.verdict), (Check::Login, Code::BadToken, Verdict::Fail), "{body}");
        assert!(step.detail.contains("Docker cannot read") && step.detail.contains(says), "{}", step.detail);
        assert!(!format!("{report:?}").contains("s3cr3t"));
        assert!(report.sentence(&[]).contains("docker cannot read"));
    }
}

#[tokio::test]
async fn a_login_refused_by_a_token_server_is_not_looked_for_in_a_file_of_the_registry() {
    let tokens = with_tokens(401, r#"{"details":"no"}"#).await;
    let report = climb(&tokens.server()).await;
    let step = decisive(&report);
    assert_eq!((step.code, step.command.as_deref()), (Code::BadCredentials, None));
    assert!(step.remedy.contains("token server"), "{}", step.remedy);
    let basic = Peer::start(|_| reply(401, &[API, BASIC], "")).await;
    let report = climb(&basic.server()).await;
    assert!(decisive(&report).command.as_ref().is_some_and(|command| command.starts_with("htpasswd")));
}
