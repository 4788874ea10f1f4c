//! What a pull fetches after the manifest: variants, invalid manifests, and blobs on other hosts.

use std::sync::{Arc, Mutex};

use super::handshake::{API, BASIC, climb_by, pair, trial};
use super::peer::{Peer, Reply, Seen, reply};
use super::shelf::{CONFIG, IMAGE, INDEX, LAYER, blob_reply, config, digest, image, image_of, index, manifest_reply};
use crate::domain::verdict::{Check, With};
use crate::domain::{Code, Outcome, Step, TestReport, Verdict};
use crate::registry::{Client, Limits};

const FOREIGN: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";

fn login(seen: &Seen) -> Option<Reply> {
    let is_in = seen.authorization().is_some() && pair(seen) == "ann:right-password";
    match seen.target.as_str() {
        _ if !is_in => Some(reply(401, &[API, BASIC], "")),
        "/v2/" => Some(reply(200, &[API], "{}")),
        _ => None,
    }
}

async fn report(image: &str, limits: Limits, answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> TestReport {
    let peer = Peer::start(move |seen| login(seen).unwrap_or_else(|| answer(seen))).await;
    let mut trial = trial(&peer.server());
    trial.images = vec![format!("{}/team/app{image}", peer.server())];
    climb_by(&Client::new(limits), &trial, With::Native).await
}

/// The step of the pull of `team/app:1`, with these answers of the registry after the login.
pub(super) async fn pull(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Step {
    let report = report(":1", Limits::default(), answer).await;
    let step = report.steps.into_iter().find(|step| step.check == Check::Pull).unwrap();
    let verdict = match step.outcome {
        Outcome::Pass => Verdict::Pass,
        Outcome::Fail => Verdict::Fail,
        Outcome::Inconclusive | Outcome::Skipped => Verdict::Inconclusive,
    };
    assert_eq!(report.verdict, verdict);
    assert!(step.outcome == Outcome::Pass || !step.remedy.is_empty(), "{step:?}");
    step
}

/// An image whose blobs are answered by another host.
pub(super) async fn with_blobs(blob: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Step {
    let manifest = image(&config("linux/amd64"));
    pull(move |seen| if seen.target.contains("/blobs/") { blob(seen) } else { manifest_reply(IMAGE, &manifest) }).await
}

/// An image for which only the answer for its manifest matters.
pub(super) async fn with_manifest(kind: &'static str, manifest: String) -> Step {
    let config = config("linux/amd64");
    pull(move |seen| blob_reply(seen, &config).unwrap_or_else(|| manifest_reply(kind, &manifest))).await
}

pub(super) fn sent_to(host: &str) -> impl Fn(&Seen) -> Reply + Send + Sync + use<> {
    let host = host.to_owned();
    move |seen| reply(307, &[("Location", &format!("{host}{}?signed=yes", seen.target))], "")
}

/// A blob host that must never get a login.
pub(super) async fn blob_host(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Peer, String) {
    let peer = Peer::start(answer).await;
    let url = format!("http://{}", peer.addr);
    (peer, url)
}

pub(super) fn asked_without_login(peer: &Peer) -> bool {
    !peer.seen().is_empty() && peer.seen().iter().all(|seen| !seen.headers.contains_key("authorization"))
}

#[tokio::test]
async fn of_an_index_the_variant_for_linux_amd64_is_fetched_down_to_its_blobs() {
    let platforms = ["linux/arm64", "unknown/unknown", "linux/amd64", "windows/amd64"];
    let images = platforms.map(|platform| image(&config(platform)));
    let lines: Vec<(&str, &str)> = images.iter().map(String::as_str).zip(platforms).collect();
    let whole = index(&lines);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    let step = pull(move |seen| {
        log.lock().unwrap().push(seen.target.clone());
        if let Some(reply) = blob_reply(seen, &config("linux/amd64")) {
            return reply;
        }
        match images.iter().find(|image| seen.target.ends_with(&digest(image))) {
            Some(image) => manifest_reply(IMAGE, image),
            None if seen.target.ends_with("/1") => manifest_reply(INDEX, &whole),
            None => reply(404, &[API], ""),
        }
    })
    .await;
    assert_eq!((step.code, step.outcome), (Code::Ok, Outcome::Pass), "{step:?}");
    assert!(step.detail.contains("linux/amd64"), "{}", step.detail);
    let amd64 = digest(&image(&config("linux/amd64")));
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked[1], format!("/v2/team/app/manifests/{amd64}"));
    assert_eq!(asked[2], format!("/v2/team/app/blobs/{}", digest(&config("linux/amd64"))));
    assert_eq!(asked[3], format!("/v2/team/app/blobs/{}", digest(LAYER)));
}

#[tokio::test]
async fn what_is_built_for_something_else_only_says_for_what_and_how_to_build_it() {
    let arm = image(&config("linux/arm64"));
    let listed = index(&[(&arm, "linux/arm64"), (&arm, "unknown/unknown")]);
    let by_index = with_manifest(INDEX, listed).await;
    let alone = pull(move |seen| {
        blob_reply(seen, &config("linux/arm64"))
            .unwrap_or_else(|| manifest_reply(IMAGE, &image(&config("linux/arm64"))))
    })
    .await;
    for step in [by_index, alone] {
        assert_eq!((step.code, step.outcome), (Code::WrongPlatform, Outcome::Fail));
        assert!(step.detail.contains("built for linux/arm64 only"), "{}", step.detail);
        assert!(step.remedy.contains("--platform linux/amd64"), "{}", step.remedy);
    }
    let both = index(&[(&arm, "linux/arm64"), (&arm, "windows/amd64"), (&arm, "linux/s390x")]);
    let step = with_manifest(INDEX, both).await;
    assert!(step.detail.contains("linux/arm64, windows/amd64 and linux/s390x only"), "{}", step.detail);
    assert_eq!(with_manifest(INDEX, index(&[])).await.code, Code::WrongPlatform);
}

#[tokio::test]
async fn an_index_that_names_what_is_gone_is_no_image_that_can_be_pulled() {
    let amd64 = image(&config("linux/amd64"));
    let listed = index(&[(&amd64, "linux/amd64")]);
    let step = pull(
        move |seen| {
            if seen.target.ends_with("/1") { manifest_reply(INDEX, &listed) } else { reply(404, &[API], "") }
        },
    )
    .await;
    assert_eq!((step.code, step.outcome), (Code::BlobMissing, Outcome::Fail));
}

#[tokio::test]
async fn blobs_of_another_host_are_fetched_without_the_login() {
    let (host, url) = blob_host(|seen| {
        let path = seen.target.split('?').next().unwrap().to_owned();
        let seen = Seen { target: path, ..seen.clone() };
        blob_reply(&seen, &config("linux/amd64")).unwrap()
    })
    .await;
    let step = with_blobs(sent_to(&url)).await;
    assert_eq!((step.code, step.outcome), (Code::Ok, Outcome::Pass), "{step:?}");
    assert!(step.detail.contains(&host.server()), "{}", step.detail);
    assert!(asked_without_login(&host) && host.seen().len() == 2);
    assert_eq!(host.seen()[1].headers.get("range").map(String::as_str), Some("bytes=0-0"));
}

#[tokio::test]
async fn a_host_of_blobs_that_refuses_lacks_or_spoils_them_has_a_code_for_each() {
    let denied = "<Error><Code>AccessDenied</Code></Error>";
    for (status, body, code, outcome) in [
        (403, denied, Code::BlobRefused, Outcome::Fail),
        (401, "", Code::BlobRefused, Outcome::Fail),
        (400, "", Code::BlobRefused, Outcome::Fail),
        (404, "", Code::BlobMissing, Outcome::Fail),
        (410, "", Code::BlobMissing, Outcome::Fail),
        (200, "something else", Code::BlobMismatch, Outcome::Fail),
        (200, "", Code::BlobMismatch, Outcome::Fail),
        (429, "", Code::RateLimited, Outcome::Inconclusive),
        (503, "", Code::ServerError, Outcome::Inconclusive),
        (418, "", Code::ServerError, Outcome::Inconclusive),
    ] {
        let (host, url) = blob_host(move |_| reply(status, &[], body)).await;
        let step = with_blobs(sent_to(&url)).await;
        assert_eq!((step.code, step.outcome), (code, outcome), "{status} {step:?}");
        assert!(step.detail.contains(&host.server()), "{}", step.detail);
        assert_eq!(step.detail.contains(": AccessDenied"), body == denied, "{}", step.detail);
        assert!(asked_without_login(&host));
    }
}

#[tokio::test]
async fn a_registry_that_refuses_lacks_or_spoils_its_own_blobs_has_the_same_codes() {
    for (status, body, code) in [
        (403, "", Code::BlobRefused),
        (401, "", Code::BlobRefused),
        (404, "", Code::BlobMissing),
        (200, "x", Code::BlobMismatch),
    ] {
        let step = with_blobs(move |_| reply(status, &[API], body)).await;
        assert_eq!((step.code, step.outcome), (code, Outcome::Fail), "{status} {step:?}");
    }
    // As long as the right one.
    let other = config("linux/amd64").replace("linux", "lunix");
    assert_eq!(with_blobs(move |_| reply(200, &[API], &other)).await.code, Code::BlobMismatch);
    let longer = format!("{} ", config("linux/amd64"));
    assert_eq!(with_blobs(move |_| reply(200, &[API], &longer)).await.code, Code::BlobMismatch);
}

#[tokio::test]
async fn a_layer_that_is_refused_is_noticed_though_the_configuration_is_given() {
    let amd64 = config("linux/amd64");
    let of_layer = |status: u16, body: &'static str| {
        let amd64 = amd64.clone();
        with_blobs(move |seen| {
            let is_config = seen.target.ends_with(&digest(&amd64));
            if is_config { reply(200, &[API], &amd64) } else { reply(status, &[API], body) }
        })
    };
    assert_eq!(of_layer(403, "").await.code, Code::BlobRefused);
    assert_eq!(of_layer(404, "").await.code, Code::BlobMissing);
    assert_eq!(of_layer(200, "of another length").await.code, Code::BlobMismatch);
    assert_eq!(of_layer(200, LAYER).await.code, Code::Ok);
}

#[tokio::test]
async fn a_layer_that_may_not_be_handed_on_and_is_not_there_says_so() {
    let amd64 = config("linux/amd64");
    let manifest = image_of(&amd64, CONFIG, FOREIGN);
    let step = pull(move |seen| match (seen.target.contains("/blobs/"), seen.target.ends_with(&digest(&amd64))) {
        (_, true) => reply(200, &[API], &amd64),
        (true, false) => reply(404, &[API], ""),
        (false, false) => manifest_reply(IMAGE, &manifest),
    })
    .await;
    assert_eq!((step.code, step.outcome), (Code::ForeignLayer, Outcome::Fail));
}

#[tokio::test]
async fn a_host_of_blobs_that_is_not_there_cannot_be_told() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let step = with_blobs(sent_to(&format!("http://{gone}"))).await;
    assert_eq!((step.code, step.outcome), (Code::BlobUnreachable, Outcome::Inconclusive));
    assert!(step.detail.contains(&gone.to_string()), "{}", step.detail);
    let around = with_blobs(|seen| reply(302, &[("Location", &seen.target)], "")).await;
    assert_eq!((around.code, around.outcome), (Code::BlobUnreachable, Outcome::Inconclusive));
    let nowhere = with_blobs(|_| reply(307, &[], "")).await;
    assert_eq!((nowhere.code, nowhere.outcome), (Code::BlobUnreachable, Outcome::Inconclusive));
}

#[tokio::test]
async fn a_host_of_blobs_that_is_not_safe_is_not_asked() {
    for host in ["http://blobs.example", "https://10.0.0.1", "https://me:pw@blobs.example", "ftp://blobs.example"] {
        let step = with_blobs(sent_to(host)).await;
        assert_eq!((step.code, step.outcome), (Code::UnsafeBlobHost, Outcome::Inconclusive), "{host} {step:?}");
    }
}

#[tokio::test]
async fn a_manifest_that_is_not_the_one_that_was_named_is_refused() {
    let amd64 = image(&config("linux/amd64"));
    let other = digest("another manifest");
    let by_digest = amd64.clone();
    let answered = report(&format!("@{other}"), Limits::default(), move |_| {
        reply(200, &[API, ("Content-Type", IMAGE)], &by_digest)
    })
    .await;
    let step = answered.steps.iter().find(|step| step.check == Check::Pull).unwrap();
    assert_eq!((step.code, step.outcome), (Code::ManifestMismatch, Outcome::Fail));
    let called = other.clone();
    let step = pull(move |_| {
        reply(200, &[API, ("Content-Type", IMAGE), ("Docker-Content-Digest", &called)], &image(&config("linux/amd64")))
    })
    .await;
    assert_eq!(step.code, Code::ManifestMismatch);
    let step = pull(|_| {
        let headers = [API, ("Content-Type", IMAGE), ("Docker-Content-Digest", "nonsense")];
        reply(200, &headers, &image(&config("linux/amd64")))
    })
    .await;
    assert_eq!(step.code, Code::ManifestMismatch);
    let listed = index(&[(&amd64, "linux/amd64")]);
    let step = pull(move |seen| {
        if seen.target.ends_with("/1") {
            manifest_reply(INDEX, &listed)
        } else {
            reply(200, &[API, ("Content-Type", IMAGE)], &image(&config("linux/386")))
        }
    })
    .await;
    assert_eq!(step.code, Code::ManifestMismatch);
}

#[tokio::test]
async fn what_docker_does_not_read_as_an_image_has_a_code_of_its_own() {
    let old = r#"{"schemaVersion":1,"name":"team/app","tag":"1","fsLayers":[],"history":[]}"#;
    let amd64 = config("linux/amd64");
    for (kind, manifest, code) in [
        ("application/vnd.docker.distribution.manifest.v1+prettyjws", old.to_owned(), Code::OldManifest),
        ("application/json", old.to_owned(), Code::OldManifest),
        ("text/html", "<html>sign in".to_owned(), Code::BadManifest),
        (IMAGE, "{".to_owned(), Code::BadManifest),
        (INDEX, image(&amd64), Code::BadManifest),
        (IMAGE, image_of(&amd64, "application/vnd.devcontainers", CONFIG), Code::NotAnImage),
    ] {
        let step = with_manifest(kind, manifest).await;
        assert_eq!((step.code, step.outcome), (code, Outcome::Fail), "{kind} {step:?}");
    }
    let broken = "no configuration".to_owned();
    let manifest = image(&broken);
    let step = pull(move |seen| blob_reply(seen, &broken).unwrap_or_else(|| manifest_reply(IMAGE, &manifest))).await;
    assert_eq!((step.code, step.outcome), (Code::BadManifest, Outcome::Fail));
}

#[tokio::test]
async fn a_manifest_without_end_is_cut_off() {
    let limits = Limits { manifest: 1000, ..Limits::default() };
    let answered = report(":1", limits, |_| {
        Reply::Endless(format!("HTTP/1.1 200 X\r\nContent-Type: {IMAGE}\r\n\r\n").into_bytes())
    })
    .await;
    let step = answered.steps.iter().find(|step| step.check == Check::Pull).unwrap();
    assert_eq!((step.code, step.outcome), (Code::ServerError, Outcome::Inconclusive));
}
