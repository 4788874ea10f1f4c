//! Registries and blob hosts at the limits of what they may do.

use super::content::{asked_without_login, blob_host, pull, sent_to, with_blobs, with_manifest};
use super::handshake::API;
use super::peer::{Seen, packed_reply, reply};
use super::shelf::{IMAGE, INDEX, LAYER, blob_reply, config, digest, image, index, manifest_reply};
use crate::domain::{Code, Outcome};

/// An index with one entry of any form.
fn index_with(line: &str) -> String {
    format!(r#"{{"schemaVersion":2,"manifests":[{line}]}}"#)
}

#[tokio::test]
async fn an_index_within_an_index_leads_to_the_image() {
    let amd64 = config("linux/amd64");
    let inner = index(&[(&image(&amd64), "linux/amd64")]);
    let of_inner = |text: &str| {
        let (digest, size) = (digest(text), text.len());
        index_with(&format!(r#"{{"mediaType":"{INDEX}","digest":"{digest}","size":{size}}}"#))
    };
    let outer = of_inner(&inner);
    let (deeper, deepest) = (of_inner(&outer), of_inner(&of_inner(&outer)));
    for (whole, code) in [(&outer, Code::Ok), (&deeper, Code::Ok), (&deepest, Code::BadManifest)] {
        let known = [whole.clone(), deeper.clone(), outer.clone(), inner.clone(), image(&amd64)];
        let (amd64, whole) = (amd64.clone(), whole.clone());
        let step = pull(move |seen| {
            if let Some(blob) = blob_reply(seen, &amd64) {
                return blob;
            }
            let named = known.iter().find(|text| seen.target.ends_with(&digest(text))).unwrap_or(&whole);
            manifest_reply(if named.contains("\"config\"") { IMAGE } else { INDEX }, named)
        })
        .await;
        assert_eq!(step.code, code, "{step:?}");
    }
}

#[tokio::test]
async fn members_that_are_null_are_as_good_as_none() {
    let amd64 = config("linux/amd64");
    let plain = image(&amd64);
    let (digest_of, size) = (digest(&plain), plain.len());
    let line = format!(
        r#"{{"mediaType":null,"digest":"{digest_of}","size":{size},"annotations":null,
            "platform":{{"os":"linux","architecture":"amd64","variant":null,"os.features":null}}}}"#
    );
    let listed = index_with(&line).replacen('{', r#"{"mediaType":null,"#, 1);
    let step = pull(move |seen| {
        let of_image = seen.target.ends_with(&digest(&plain));
        let manifest = || if of_image { manifest_reply(IMAGE, &plain) } else { manifest_reply(INDEX, &listed) };
        blob_reply(seen, &amd64).unwrap_or_else(manifest)
    })
    .await;
    assert_eq!(step.code, Code::Ok, "{step:?}");
}

#[tokio::test]
async fn a_host_of_blobs_that_knows_no_ranges_is_asked_for_the_whole() {
    let (host, url) = blob_host(|seen| {
        let path = seen.target.split('?').next().unwrap().to_owned();
        if seen.headers.contains_key("range") {
            return reply(416, &[], "");
        }
        blob_reply(&Seen { target: path, ..seen.clone() }, &config("linux/amd64")).unwrap()
    })
    .await;
    let step = with_blobs(sent_to(&url)).await;
    assert_eq!((step.code, step.outcome), (Code::Ok, Outcome::Pass), "{step:?}");
    assert!(asked_without_login(&host) && host.seen().len() == 3);
    let amd64 = config("linux/amd64");
    let itself = with_blobs(move |seen| {
        if seen.headers.contains_key("range") { reply(416, &[API], "") } else { blob_reply(seen, &amd64).unwrap() }
    })
    .await;
    assert_eq!(itself.code, Code::Ok, "{itself:?}");
}

#[tokio::test]
async fn a_layer_of_no_bytes_can_be_pulled() {
    let amd64 = config("linux/amd64");
    let empty = image(&amd64).replace(&digest(LAYER), &digest("")).replace("\"size\":7}]", "\"size\":0}]");
    assert!(empty.contains("\"size\":0}]"));
    let step = pull(move |seen| match (seen.target.ends_with(&digest("")), seen.headers.contains_key("range")) {
        (true, true) => reply(416, &[API], ""),
        (true, false) => reply(200, &[API], ""),
        (false, _) => blob_reply(seen, &amd64).unwrap_or_else(|| manifest_reply(IMAGE, &empty)),
    })
    .await;
    assert_eq!(step.code, Code::Ok, "{step:?}");
}

#[tokio::test]
async fn every_redirect_to_a_host_of_blobs_goes_without_the_login() {
    for status in [301, 302, 303, 307, 308] {
        let (host, url) = blob_host(|seen| {
            let path = seen.target.split('?').next().unwrap().to_owned();
            blob_reply(&Seen { target: path, ..seen.clone() }, &config("linux/amd64")).unwrap()
        })
        .await;
        let place = url.clone();
        let step = with_blobs(move |seen| {
            let to = format!("{place}{}?X-Amz-Security-Token=abc", seen.target);
            reply(status, &[API, ("Location", &to)], "")
        })
        .await;
        assert_eq!(step.code, Code::Ok, "{status} {step:?}");
        assert!(asked_without_login(&host), "{status}");
        // From that host back to the registry, and in a circle between two hosts.
        let back = with_blobs(move |seen| reply(status, &[("Location", &format!("..{}", seen.target))], "")).await;
        assert_ne!(back.outcome, Outcome::Pass, "{status}");
    }
    let (first, one) =
        blob_host(|seen| reply(302, &[("Location", &format!("//{}/x", seen.headers["host"]))], "")).await;
    let around = with_blobs(sent_to(&one)).await;
    assert_eq!((around.code, around.outcome), (Code::BlobUnreachable, Outcome::Inconclusive));
    assert!(asked_without_login(&first));
}

#[tokio::test]
async fn a_host_of_blobs_that_asks_for_a_login_gets_none() {
    for challenge in ["Basic realm=x", "Bearer realm=\"http://127.0.0.1:9/token\"", "Negotiate"] {
        let (host, url) = blob_host(move |_| reply(401, &[("WWW-Authenticate", challenge)], "")).await;
        let step = with_blobs(sent_to(&url)).await;
        assert_eq!((step.code, step.outcome), (Code::BlobRefused, Outcome::Fail), "{step:?}");
        assert!(asked_without_login(&host));
    }
}

#[tokio::test]
async fn a_layer_named_by_another_algorithm_is_checked_as_well() {
    let amd64 = config("linux/amd64");
    let manifest = image(&amd64).replace("sha256:", "sha999:");
    let step = with_manifest(IMAGE, manifest).await;
    assert_eq!((step.code, step.outcome), (Code::BadManifest, Outcome::Fail), "{step:?}");
}

#[tokio::test]
async fn a_manifest_that_was_compressed_on_its_way_is_read() {
    let amd64 = config("linux/amd64");
    let plain = image(&amd64);
    let step = pull(move |seen| {
        blob_reply(seen, &amd64).unwrap_or_else(|| {
            let named = digest(&plain);
            packed_reply(&[API, ("Content-Type", IMAGE), ("Docker-Content-Digest", &named)], &plain)
        })
    })
    .await;
    assert_eq!(step.code, Code::Ok, "{step:?}");
}
