//! Pulling an image from registries that allow it, forbid it, lack it and hide it; by Basic and by Bearer.

use futures_util::future::BoxFuture;

use super::handshake::{API, BASIC, climb_by, pair, tools, trial};
use super::peer::{Peer, Reply, Seen, reply};
use super::shelf::{IMAGE, blob_reply, config, image, manifest_reply};
use crate::domain::verdict::{Check, With};
use crate::domain::{Code, Outcome, Step, TestReport, Verdict};
use crate::registry::{Client, Issuer, Limits, Test};

const UNKNOWN: &str = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#;
const DENIED: &str = r#"{"errors":[{"code":"DENIED","message":"requested access is denied"}]}"#;

async fn climb(server: &str, images: &[&str]) -> TestReport {
    let mut trial = trial(server);
    trial.images = images.iter().map(|image| image.replace("HOST", server)).collect();
    climb_by(&Client::new(Limits::default()), &trial, With::Native).await
}

fn pulls(report: &TestReport) -> Vec<&Step> {
    report.steps.iter().filter(|step| step.check == Check::Pull).collect()
}

/// `team/app:1` may be pulled, `team/other:1` may not, `open/tool:1` by anybody; there is nothing else.
fn shelf(seen: &Seen, user: Option<&str>) -> Reply {
    let amd64 = config("linux/amd64");
    if let (Some(blob), true) = (blob_reply(seen, &amd64), user.is_some() || seen.target.starts_with("/v2/open/")) {
        return blob;
    }
    let accept = seen.headers.get("accept").map(String::as_str).unwrap_or_default();
    let is_manifest = accept.contains("oci.image.index") && accept.contains("docker.distribution.manifest.v2");
    assert!(is_manifest || seen.target.contains("/blobs/"), "{accept}");
    match (seen.target.as_str(), user) {
        ("/v2/open/tool/manifests/1", _) | ("/v2/team/app/manifests/1", Some("ann")) => {
            manifest_reply(IMAGE, &image(&amd64))
        }
        ("/v2/team/other/manifests/1", Some("ann")) => reply(403, &[API], DENIED),
        (_, Some(_)) => reply(404, &[API], UNKNOWN),
        (_, None) => reply(401, &[API, BASIC], ""),
    }
}

fn basic(seen: &Seen) -> Reply {
    let user = seen.authorization().and_then(|_| (pair(seen) == "ann:right-password").then_some("ann"));
    match (seen.target.as_str(), user) {
        ("/v2/", Some(_)) => reply(200, &[API], "{}"),
        ("/v2/", None) => reply(401, &[API, BASIC], ""),
        (_, user) => shelf(seen, user),
    }
}

/// Tokens named after what they are for, so that a wrong one is noticed.
fn bearer(seen: &Seen) -> Reply {
    let host = &seen.headers["host"];
    let ask = |more: &str| {
        let ask = format!("Bearer realm=\"http://{host}/token\",service=\"s\"{more}");
        reply(401, &[API, ("WWW-Authenticate", &ask)], "")
    };
    if let Some(query) = seen.target.strip_prefix("/token?") {
        let who = seen.authorization().map_or("nobody", |_| "ann");
        let scope = query.split('&').find_map(|part| part.strip_prefix("scope=")).unwrap_or("login");
        return reply(200, &[], &format!(r#"{{"token":"{who}-{}"}}"#, scope.replace("%3A", ":").replace("%2F", "/")));
    }
    let Some(token) = seen.authorization().and_then(|value| value.strip_prefix("Bearer ")) else { return ask("") };
    let rest = seen.target.strip_prefix("/v2/").unwrap_or_default();
    let repository = rest.split_once("/manifests/").or(rest.split_once("/blobs/")).map(|(repository, _)| repository);
    match repository {
        None => reply(200, &[API], ""),
        Some(repository) if token == format!("ann-repository:{repository}:pull") => match repository {
            "team/other" => ask(",error=\"insufficient_scope\""),
            _ => shelf(seen, Some("ann")),
        },
        Some("open/tool") if token == "nobody-repository:open/tool:pull" => shelf(seen, None),
        Some(_) => ask(",error=\"insufficient_scope\""),
    }
}

#[tokio::test]
async fn what_may_be_pulled_may_not_and_is_not_there_each_have_a_code() {
    for peer in [Peer::start(basic).await, Peer::start(bearer).await] {
        for (image, code, outcome, says) in [
            ("HOST/team/app:1", Code::Ok, Outcome::Pass, "team/app:1 can be pulled (sha256:"),
            ("HOST/open/tool:1", Code::Ok, Outcome::Pass, "open/tool:1 can be pulled"),
            ("HOST/team/other:1", Code::PullDenied, Outcome::Fail, "this user may not pull it"),
            ("HOST/team/app:2", Code::ImageNotFound, Outcome::Fail, "manifest unknown"),
            ("HOST/no/such:1", Code::ImageNotFound, Outcome::Fail, "not found, or hidden"),
            ("ghcr.io/team/app:1", Code::OtherRegistry, Outcome::Fail, "is at ghcr.io"),
            ("HOST/Team/app", Code::BadImage, Outcome::Fail, "upper-case"),
        ] {
            let report = climb(&peer.server(), &[image]).await;
            let pulls = pulls(&report);
            assert_eq!(pulls.len(), 1, "{image}");
            assert_eq!((pulls[0].code, pulls[0].outcome), (code, outcome), "{image} {report:?}");
            assert!(pulls[0].detail.contains(says), "{}", pulls[0].detail);
            assert_eq!(pulls[0].remedy.contains("anyone can pull it"), image.contains("open"), "{image}");
            let verdict = if outcome == Outcome::Pass { Verdict::Pass } else { Verdict::Fail };
            assert_eq!(report.verdict, verdict, "{image}");
            assert_eq!(report.decisive().unwrap().check, Check::Pull);
        }
    }
}

#[tokio::test]
async fn each_image_has_a_step_of_its_own_and_each_repository_a_token_of_its_own() {
    let peer = Peer::start(bearer).await;
    let report = climb(&peer.server(), &["HOST/team/app:1", "HOST/team/other:1"]).await;
    assert_eq!(pulls(&report).iter().map(|step| step.code).collect::<Vec<_>>(), [Code::Ok, Code::PullDenied]);
    assert!(report.is_pulled() && report.verdict == Verdict::Fail);
    let scopes: Vec<String> =
        peer.seen().iter().filter_map(|s| s.target.split("scope=").nth(1).map(str::to_owned)).collect();
    assert!(scopes.iter().any(|scope| scope.starts_with("repository%3Ateam%2Fother%3Apull")), "{scopes:?}");
}

#[tokio::test]
async fn nothing_is_pulled_with_a_login_that_was_refused() {
    let peer = Peer::start(|_| reply(401, &[API, BASIC], "")).await;
    let report = climb(&peer.server(), &["HOST/team/app:1"]).await;
    assert_eq!((pulls(&report).len(), report.verdict), (0, Verdict::Fail));
    assert!(peer.seen().iter().all(|seen| seen.target == "/v2/"));
}

#[tokio::test]
async fn a_registry_that_lets_anyone_in_may_still_ask_at_the_image() {
    let peer = Peer::start(|seen| if seen.target == "/v2/" { reply(200, &[API], "{}") } else { basic(seen) }).await;
    let report = climb(&peer.server(), &["HOST/team/app:1", "HOST/open/tool:1", "HOST/team/other:1"]).await;
    let codes: Vec<_> = pulls(&report).iter().map(|step| step.code).collect();
    assert_eq!(codes, [Code::Ok, Code::Ok, Code::PullDenied]);
    let open = climb(&peer.server(), &["HOST/open/tool:1"]).await;
    assert_eq!(open.verdict, Verdict::Inconclusive, "the password was still not checked");
}

#[tokio::test]
async fn a_token_server_that_gives_no_token_for_a_repository_denies_its_pull() {
    let peer = Peer::start(|seen| {
        if seen.target.contains("scope=") {
            let denied = r#"{"errors":[{"code":"DENIED","message":"Permission \"downloadArtifacts\" denied"}]}"#;
            return reply(403, &[], denied);
        }
        bearer(seen)
    })
    .await;
    let report = climb(&peer.server(), &["HOST/team/app:1"]).await;
    let step = pulls(&report)[0];
    assert_eq!((step.code, step.outcome), (Code::PullDenied, Outcome::Fail));
    assert!(step.detail.contains("downloadArtifacts"), "{}", step.detail);
}

#[tokio::test]
async fn a_registry_that_is_unwell_at_the_image_denies_nothing() {
    for (status, code) in [(429, Code::RateLimited), (500, Code::ServerError), (418, Code::ServerError)] {
        let peer = Peer::start(move |seen| match seen.target.as_str() {
            "/v2/" => basic(seen),
            _ => reply(status, &[], ""),
        })
        .await;
        let report = climb(&peer.server(), &["HOST/team/app:1"]).await;
        assert_eq!((pulls(&report)[0].code, report.verdict), (code, Verdict::Inconclusive));
    }
}

#[tokio::test]
async fn a_redirect_at_the_image_is_never_sent_the_password() {
    let elsewhere = Peer::start(|_| reply(200, &[API], "")).await;
    let to = format!("http://{}/x", elsewhere.addr);
    let peer = Peer::start(move |seen| match seen.target.as_str() {
        "/v2/" => basic(seen),
        _ => reply(307, &[("Location", &to)], ""),
    })
    .await;
    let report = climb(&peer.server(), &["HOST/team/app:1"]).await;
    assert_eq!((pulls(&report)[0].code, report.verdict), (Code::Redirected, Verdict::Inconclusive));
    assert_eq!(elsewhere.seen().len(), 0);
}

#[tokio::test]
async fn a_token_server_on_another_host_over_http_gets_nothing_at_the_image_either() {
    let peer = Peer::start(|seen| match seen.target.as_str() {
        "/v2/" => reply(200, &[API], "{}"),
        _ => reply(401, &[("WWW-Authenticate", "Bearer realm=\"http://auth.example/token\"")], ""),
    })
    .await;
    let report = climb(&peer.server(), &["HOST/team/app:1"]).await;
    assert_eq!(pulls(&report)[0].code, Code::UnsafeRealm);
    assert!(peer.seen().iter().all(|seen| seen.authorization().is_none()));
}

#[tokio::test]
async fn docker_hub_tells_how_many_pulls_are_left() {
    let limits = [("Content-Type", IMAGE), ("RateLimit-Limit", "100;w=21600"), ("RateLimit-Remaining", "76;w=21600")];
    let peer = Peer::start(move |seen| match seen.target.as_str() {
        "/v2/team/app/manifests/1" => reply(200, &limits, &image(&config("linux/amd64"))),
        _ => basic(seen),
    })
    .await;
    let report = climb(&peer.server(), &["HOST/team/app:1"]).await;
    assert!(pulls(&report)[0].detail.contains("76 of 100 pulls left"), "{report:?}");
}

/// An issuer that only records whether a pull proved the login.
#[derive(Debug, Default)]
struct Asked(std::sync::Mutex<Vec<bool>>);

impl Issuer for Asked {
    fn tell(&self, is_pulled: bool) -> BoxFuture<'_, Vec<Step>> {
        self.0.lock().unwrap().push(is_pulled);
        Box::pin(async { Vec::new() })
    }
}

#[tokio::test]
async fn an_image_that_anyone_can_pull_proves_nothing_of_the_password_to_whoever_made_it() {
    for peer in [Peer::start(basic).await, Peer::start(bearer).await] {
        for (image, is_pulled) in [("HOST/team/app:1", true), ("HOST/open/tool:1", false), ("HOST/team/other:1", false)]
        {
            let mut trial = trial(&peer.server());
            trial.images = vec![image.replace("HOST", &peer.server())];
            let (client, tools, issuer) = (Client::new(Limits::default()), tools(), Asked::default());
            let now = "2026-11-27T12:00:00Z".parse().unwrap();
            let test =
                Test { client: &client, trial: &trial, with: With::Native, tools: &tools, issuer: Some(&issuer), now };
            test.run(&mut |_| {}).await;
            assert_eq!(*issuer.0.lock().unwrap(), [is_pulled], "{image}");
        }
    }
}
