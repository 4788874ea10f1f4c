//! ECR's exchange against an API and a registry that answer what a test specifies. AWS's own vectors and a real
//! stand-in show that the signature is right, not these tests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::handshake::{API, BASIC, climb_by, pair, trial};
use super::peer::{Peer, Reply, reply};
use crate::domain::verdict::{Check, With};
use crate::domain::{Code, Outcome, Sensitive, TestReport, Verdict};
use crate::registry::{Client, Limits, Surroundings};

const SERVER: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// A registry that accepts only the user `AWS` with the token.
async fn registry() -> Peer {
    Peer::start(|seen| match seen.authorization() {
        Some(_) if pair(seen) == "AWS:the-token" => reply(200, &[API], ""),
        Some(_) => reply(400, &[API], ""),
        None => reply(401, &[API, BASIC], ""),
    })
    .await
}

async fn climb(api: &Peer, registry: &Peer) -> TestReport {
    climb_at(api.addr, registry).await
}

async fn climb_at(api: std::net::SocketAddr, registry: &Peer) -> TestReport {
    let surroundings = Surroundings {
        ecr_endpoint: Some(format!("http://{api}/").parse().unwrap()),
        stand_in: Some(registry.addr),
        ..Surroundings::default()
    };
    let mut trial = trial(SERVER);
    trial.user = "AKIAIOSFODNN7EXAMPLE".into();
    trial.password = Sensitive::new(SECRET);
    let report = climb_by(&Client::new(Limits::default()).within(surroundings), &trial, With::Native).await;
    assert!(!format!("{report:?}").contains(SECRET) && !format!("{report:?}").contains("the-token"));
    report
}

fn given(account: &str, token: &str) -> Reply {
    let encoded = STANDARD.encode(format!("AWS:{token}"));
    // 2026-11-28 00:00:00 UTC, twelve hours after the test's time.
    let body = format!(
        r#"{{"authorizationData":[{{"authorizationToken":"{encoded}","expiresAt":1795824000.0,
           "proxyEndpoint":"https://{account}.dkr.ecr.eu-west-1.amazonaws.com"}}]}}"#
    );
    reply(200, &[], &body)
}

#[tokio::test]
async fn a_key_pair_is_exchanged_once_and_the_token_logs_in() {
    let (api, registry) = (Peer::start(|_| given("123456789012", "the-token")).await, registry().await);
    let report = climb(&api, &registry).await;
    assert_eq!(report.verdict, Verdict::Pass, "{report:#?}");
    let exchange = report.steps.iter().find(|step| step.check == Check::Exchange).unwrap();
    assert!(exchange.detail.contains("expires on 2026-11-28 at 00:00 UTC (12 h 0 min)"), "{}", exchange.detail);
    assert_eq!(exchange.remedy, "");
    let asked = api.seen();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].method.as_str(), asked[0].body.as_str()), ("POST", "{}"));
    assert_eq!(asked[0].headers["x-amz-target"], "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
    let signed = asked[0].authorization().unwrap();
    assert!(signed.starts_with("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261127/eu-west-1/ecr/aws4_request"));
    assert!(!signed.contains(SECRET) && asked[0].headers["x-amz-date"] == "20261127T120000Z");
    let users: Vec<_> = registry.seen().iter().filter(|s| s.authorization().is_some()).map(pair).collect();
    assert_eq!(users, ["AWS:the-token"], "the key pair itself never reaches the registry");
}

#[tokio::test]
async fn another_account_s_key_is_noted() {
    let (api, registry) = (Peer::start(|_| given("210987654321", "the-token")).await, registry().await);
    let report = climb(&api, &registry).await;
    let exchange = report.steps.iter().find(|step| step.check == Check::Exchange).unwrap();
    assert!(report.verdict == Verdict::Pass && exchange.remedy.contains("210987654321"), "{exchange:?}");
}

#[tokio::test]
async fn a_token_the_registry_does_not_take_is_refused_there() {
    let (api, registry) = (Peer::start(|_| given("123456789012", "other")).await, registry().await);
    let report = climb(&api, &registry).await;
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(report.decisive().map(|step| (step.check, step.code)), Some((Check::Login, Code::Denied)));
}

#[tokio::test]
async fn every_refusal_of_aws_has_a_code_of_its_own() {
    let json = |kind: &str, message: &str| format!(r#"{{"__type":"{kind}","message":"{message}"}}"#);
    let xml =
        |kind: &str| format!("<ErrorResponse><Error><Code>{kind}</Code><Message>no</Message></Error></ErrorResponse>");
    for (status, body, code, outcome) in [
        (400, json("UnrecognizedClientException", "bad"), Code::AwsUnknownKey, Outcome::Fail),
        (403, xml("InvalidClientTokenId"), Code::AwsUnknownKey, Outcome::Fail),
        (400, json("InvalidSignatureException", "does not match"), Code::AwsWrongSecret, Outcome::Fail),
        (403, xml("SignatureDoesNotMatch"), Code::AwsWrongSecret, Outcome::Fail),
        (400, json("com.x#AccessDeniedException", "not authorized"), Code::AwsNoPermission, Outcome::Fail),
        (403, xml("AccessDenied"), Code::AwsNoPermission, Outcome::Fail),
        (
            400,
            json("InvalidSignatureException", "Signature expired: 2026 is now earlier than"),
            Code::AwsClock,
            Outcome::Inconclusive,
        ),
        (400, json("RequestExpired", "x"), Code::AwsClock, Outcome::Inconclusive),
        (400, json("ExpiredTokenException", "x"), Code::TemporaryKey, Outcome::Fail),
        (400, json("ThrottlingException", "Rate exceeded"), Code::ServerError, Outcome::Inconclusive),
        (500, "oops".to_owned(), Code::ServerError, Outcome::Inconclusive),
        (429, String::new(), Code::RateLimited, Outcome::Inconclusive),
        (404, "<html>".to_owned(), Code::AwsEndpoint, Outcome::Inconclusive),
        (200, "{}".to_owned(), Code::AwsEndpoint, Outcome::Inconclusive),
    ] {
        let answer = body.clone();
        let api = Peer::start(move |_| reply(status, &[], &answer)).await;
        let registry = registry().await;
        let report = climb(&api, &registry).await;
        let last = report.steps.last().unwrap();
        assert_eq!((last.check, last.code, last.outcome), (Check::Exchange, code, outcome), "{body}");
        assert!(!last.remedy.is_empty() && api.seen().len() == 1, "{last:?}");
        assert!(registry.seen().iter().all(|seen| seen.authorization().is_none()), "nothing was sent");
    }
}

#[tokio::test]
async fn a_skewed_clock_is_told_from_a_wrong_secret_by_the_other_side_s_date() {
    for (date, code) in [
        ("Fri, 27 Nov 2026 12:04:00 GMT", Code::AwsWrongSecret),
        ("Fri, 27 Nov 2026 12:20:00 GMT", Code::AwsClock),
        ("Fri, 27 Nov 2026 09:00:00 GMT", Code::AwsClock),
    ] {
        let api =
            Peer::start(move |_| reply(400, &[("Date", date)], r#"{"__type":"InvalidSignatureException"}"#)).await;
        let report = climb(&api, &registry().await).await;
        assert_eq!(report.steps.last().unwrap().code, code, "{date}");
    }
}

#[tokio::test]
async fn an_api_that_is_not_there_says_nothing_of_the_key() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let report = climb_at(gone, &registry().await).await;
    assert_eq!(report.verdict, Verdict::Inconclusive, "{report:?}");
    assert_eq!(report.steps.last().map(|step| (step.check, step.code)), Some((Check::Exchange, Code::Refused)));
}
