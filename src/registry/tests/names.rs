//! Hosts as docker compares them, and names of this machine, with name servers that lead elsewhere.

use std::sync::{Arc, Mutex};

use super::handshake::{API, BASIC, climb_by, pair, tools, trial};
use super::peer::{Peer, Reply, Seen, reply};
use crate::domain::verdict::{Check, With};
use crate::domain::{Code, Holds, Outcome, Sensitive, TestReport, Verdict};
use crate::registry::{Client, Limits, Surroundings, Test, Tools};

/// Name servers that lead every name to another machine, and record the lookups.
#[derive(Clone, Debug, Default)]
struct Elsewhere(Arc<Mutex<Vec<String>>>);

impl reqwest::dns::Resolve for Elsewhere {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        self.0.lock().unwrap().push(name.as_str().to_owned());
        Box::pin(async { Err("it leads to another machine".into()) })
    }
}

impl Elsewhere {
    fn client(&self) -> Client {
        Client::with_names(Limits::default(), Arc::new(self.clone()))
    }

    fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Every way to name this machine's IPv4 address.
const HERE: [&str; 9] = [
    "foo.localhost",
    "LOCALHOST",
    "A.b.LocalHost",
    "localhost",
    "127.1",
    "0x7f000001",
    "2130706433",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",
];

fn basic(seen: &Seen) -> Reply {
    match seen.authorization() {
        Some(_) if pair(seen) == "ann:right-password" => reply(200, &[API], "{}"),
        _ => reply(401, &[API, BASIC], "{}"),
    }
}

#[tokio::test]
async fn a_registry_on_this_machine_is_met_there_under_every_name_and_no_name_server_is_asked() {
    let (names, peer) = (Elsewhere::default(), Peer::start(basic).await);
    // Windows connects IPv6 to IPv6 only, and nothing to the unspecified address.
    let hosts = if cfg!(windows) { &HERE[..7] } else { &HERE[..] };
    for host in hosts {
        let server = format!("{host}:{}", peer.addr.port());
        let report = climb_by(&names.client(), &trial(&server), With::Native).await;
        assert_eq!((report.verdict, report.is_here_only()), (Verdict::Pass, true), "{server} {report:?}");
    }
    assert_eq!(names.asked(), Vec::<String>::new());
    assert_eq!(peer.seen().len(), 2 * hosts.len());
}

#[tokio::test]
async fn a_name_of_elsewhere_is_asked_for_so_that_this_would_be_noticed() {
    let names = Elsewhere::default();
    let report = climb_by(&names.client(), &trial("localhost.example:5000"), With::Native).await;
    assert_eq!(report.verdict, Verdict::Inconclusive);
    assert_eq!(names.asked(), ["localhost.example"]);
}

#[tokio::test]
async fn a_token_server_on_this_machine_is_met_there() {
    let names = Elsewhere::default();
    let tokens = Peer::start(|_| reply(200, &[], r#"{"token":"tok-1"}"#)).await;
    for host in ["auth.localhost", "localhost"] {
        let realm = format!("http://{host}:{}/token", tokens.addr.port());
        let peer = Peer::start(move |seen| match seen.authorization() {
            Some("Bearer tok-1") => reply(200, &[API], "{}"),
            _ => reply(401, &[API, ("WWW-Authenticate", &format!("Bearer realm=\"{realm}\""))], "{}"),
        })
        .await;
        let report = climb_by(&names.client(), &trial(&peer.server()), With::Native).await;
        assert_eq!(report.verdict, Verdict::Pass, "{host} {report:?}");
    }
    assert_eq!((names.asked().len(), tokens.seen().len()), (0, 2));
}

#[tokio::test]
async fn an_npm_registry_and_an_endpoint_of_aws_on_this_machine_are_met_there() {
    let names = Elsewhere::default();
    let npm = Peer::start(|seen| match seen.authorization() {
        Some(_) => reply(200, &[], r#"{"username":"ann"}"#),
        None => reply(401, &[], "{}"),
    })
    .await;
    let mut trial = trial(&format!("http://npm.localhost:{}/", npm.addr.port()));
    trial.holds = Holds::Packages;
    let report = climb_by(&names.client(), &trial, With::Native).await;
    assert_eq!(report.verdict, Verdict::Pass, "{report:?}");
    let aws = Peer::start(|_| reply(500, &[], "")).await;
    let registry = Peer::start(basic).await;
    let surroundings = Surroundings {
        ecr_endpoint: format!("http://aws.localhost:{}/", aws.addr.port()).parse().ok(),
        stand_in: Some(registry.addr),
        ..Surroundings::default()
    };
    let mut trial = super::handshake::trial("123456789012.dkr.ecr.eu-west-1.amazonaws.com");
    (trial.user, trial.password) = ("AKIAIOSFODNN7EXAMPLE".into(), Sensitive::new("right-password"));
    climb_by(&names.client().within(surroundings), &trial, With::Native).await;
    assert_eq!((names.asked().len(), aws.seen().len()), (0, 1));
}

async fn with_a_docker_that_cannot_start(server: &str) -> TestReport {
    let tools = Tools { docker: Some("/nonexistent/docker".into()), ..tools() };
    let (client, trial) = (Elsewhere::default().client(), trial(server));
    let now = "2026-11-27T12:00:00Z".parse().unwrap();
    let test = Test { client: &client, trial: &trial, with: With::Both, tools: &tools, issuer: None, now };
    test.run(&mut |_| {}).await
}

#[tokio::test]
async fn docker_is_not_asked_where_it_would_look_for_this_machine_elsewhere() {
    let peer = Peer::start(basic).await;
    let said = async |host: &str, port: u16| {
        let report = with_a_docker_that_cannot_start(&format!("{host}:{port}")).await;
        let step = report.steps.iter().find(|step| step.check == Check::Docker).cloned().unwrap();
        assert_eq!((report.verdict, step.code), (Verdict::Pass, Code::DockerUnavailable), "{host}");
        step.outcome
    };
    for (host, outcome) in [
        ("127.0.0.1", Outcome::Inconclusive), // it was started, in vain
        ("localhost", Outcome::Inconclusive),
        ("foo.localhost", Outcome::Skipped),
        ("LOCALHOST", Outcome::Skipped),
        ("127.1", Outcome::Skipped),
        ("0.0.0.0", Outcome::Skipped),
    ] {
        assert_eq!(said(host, peer.addr.port()).await, outcome, "{host}");
    }
    let tokens = Peer::start(|_| reply(200, &[], r#"{"token":"tok-1"}"#)).await;
    let realm = format!("http://auth.localhost:{}/token", tokens.addr.port());
    let bearer = Peer::start(move |seen| match seen.authorization() {
        Some("Bearer tok-1") => reply(200, &[API], "{}"),
        _ => reply(401, &[API, ("WWW-Authenticate", &format!("Bearer realm=\"{realm}\""))], "{}"),
    })
    .await;
    assert_eq!(said("127.0.0.1", bearer.addr.port()).await, Outcome::Skipped, "its token server is the same");
}

#[tokio::test]
async fn a_server_with_capitals_works_for_images_of_the_same_letters_and_is_advised_against() {
    let peer = Peer::start(basic).await;
    let port = peer.addr.port();
    for (server, image, code) in [
        ("localhost", "localhost", None),
        ("LOCALHOST", "LOCALHOST", None),
        ("localhost", "LocalHost", Some(Code::OtherRegistry)),
        ("LOCALHOST", "localhost", Some(Code::OtherRegistry)),
        ("LOCALHOST", "LocalHost", Some(Code::OtherRegistry)),
    ] {
        let mut trial = trial(&format!("{server}:{port}"));
        trial.images = vec![format!("{image}:{port}/team/app:1")];
        let report = climb_by(&Elsewhere::default().client(), &trial, With::Native).await;
        let step = |check| report.steps.iter().find(|step| step.check == check).unwrap();
        let (lookup, pull) = (step(Check::Lookup), step(Check::Pull));
        assert_eq!((lookup.code, lookup.outcome), (Code::Ok, Outcome::Pass), "{server}");
        assert_eq!(lookup.remedy.contains("lower case"), server == "LOCALHOST", "{server}: {}", lookup.remedy);
        let is_other = pull.code == Code::OtherRegistry;
        assert_eq!(is_other, code.is_some(), "{server} {image} {pull:?}");
        if is_other {
            assert_eq!((pull.outcome, report.verdict), (Outcome::Fail, Verdict::Fail));
            let both = [format!("{image}:{port}"), format!("{server}:{port}")];
            assert!(both.iter().all(|host| pull.detail.contains(host)), "{}", pull.detail);
            assert!(pull.remedy.contains(&format!("localhost:{port}")), "{}", pull.remedy);
        }
    }
}

#[tokio::test]
async fn a_server_with_a_default_port_says_that_only_images_with_the_port_find_it() {
    let client = Elsewhere::default().client();
    for (server, remedy) in [("r.example:443", "use r.example as"), ("r.example:80", "use r.example as")] {
        let report = climb_by(&client, &trial(server), With::Native).await;
        let lookup = report.steps.iter().find(|step| step.check == Check::Lookup).unwrap();
        assert_eq!(lookup.outcome, Outcome::Pass);
        assert!(lookup.detail.contains(&format!("{server}/")) && lookup.remedy.contains(remedy), "{lookup:?}");
    }
}
