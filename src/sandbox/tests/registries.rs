use sha2::{Digest as _, Sha256};

use super::*;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

async fn ask(address: &str, target: &str, authorization: &str) -> Answer {
    let headers = [("Authorization", authorization), ("Accept", MANIFEST)];
    let headers = if authorization.is_empty() { &headers[1..] } else { &headers[..] };
    raw(address, "GET", target, headers, "").await.unwrap()
}

#[tokio::test]
async fn the_open_registry_asks_nobody_and_holds_an_image_that_adds_up() {
    let peer = Peer::plain().await;
    let open = peer.sandbox.registry(RegistryKind::Open);
    let root = ask(&open, "/v2/", "").await;
    assert_eq!((root.status, root.header("docker-distribution-api-version")), (200, Some("registry/2.0")));
    let manifest = ask(&open, "/v2/team/app/manifests/1", "").await;
    let digest = manifest.header("docker-content-digest").unwrap().to_owned();
    assert_eq!(manifest.header("content-type"), Some(MANIFEST));
    assert_eq!(digest, format!("sha256:{:x}", Sha256::digest(&manifest.body)));
    assert_eq!(ask(&open, &format!("/v2/team/app/manifests/{digest}"), "").await.body, manifest.body);
    let json = manifest.json();
    for part in [&json["config"], &json["layers"][0]] {
        let blob = ask(&open, &format!("/v2/team/app/blobs/{}", part["digest"].as_str().unwrap()), "").await;
        assert_eq!(Some(blob.body.len() as u64), part["size"].as_u64());
        assert_eq!(part["digest"], format!("sha256:{:x}", Sha256::digest(&blob.body)));
    }
    let listed = ask(&open, "/v2/team/app/tags/list", "").await.json();
    assert_eq!((&listed["name"], &listed["tags"][0]), (&json!("team/app"), &json!("1")));
}

#[tokio::test]
async fn the_storage_gives_blobs_by_signed_addresses_and_takes_no_login() {
    let peer = Peer::plain().await;
    let open = peer.sandbox.registry(RegistryKind::Open);
    let config = async |tag: &str| {
        let manifest = ask(&open, &format!("/v2/team/app/manifests/{tag}"), "").await.json();
        let digest = manifest["config"]["digest"].as_str().unwrap().to_owned();
        let sent = ask(&open, &format!("/v2/team/app/blobs/{digest}"), "").await;
        assert_eq!(sent.status, 307, "{tag}");
        let to = sent.header("location").unwrap().strip_prefix("http://").unwrap().to_owned();
        let (host, path) = to.split_once('/').unwrap();
        (host.to_owned(), format!("/{path}"), digest)
    };
    let (host, path, digest) = config("stored").await;
    assert_ne!(host, open);
    let blob = ask(&host, &path, "").await;
    assert_eq!((blob.status, format!("sha256:{:x}", Sha256::digest(&blob.body))), (200, digest));
    assert_eq!(ask(&host, &path, &basic("puller", "pull-me-please")).await.status, 400);
    assert_eq!(ask(&host, path.split('?').next().unwrap(), "").await.status, 403);
    for (tag, status) in [("refused", 403), ("gone", 404)] {
        let (host, path, _) = config(tag).await;
        assert_eq!(ask(&host, &path, "").await.status, status, "{tag}");
    }
    let (host, path, digest) = config("spoiled").await;
    let spoiled = ask(&host, &path, "").await;
    assert_eq!(spoiled.status, 200);
    assert_ne!(format!("sha256:{:x}", Sha256::digest(&spoiled.body)), digest);
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_registrys_words() {
    let peer = Peer::plain().await;
    let open = peer.sandbox.registry(RegistryKind::Open);
    let code = |answer: &Answer| answer.json()["errors"][0]["code"].as_str().unwrap().to_owned();
    assert_eq!(code(&ask(&open, "/v2/team/app/manifests/2", "").await), "MANIFEST_UNKNOWN");
    assert_eq!(code(&ask(&open, "/v2/team/other/manifests/1", "").await), "NAME_UNKNOWN");
    assert_eq!(code(&ask(&open, "/v2/team/app/blobs/sha256:00", "").await), "BLOB_UNKNOWN");
    let any = raw(&open, "GET", "/v2/team/app/manifests/1", &[("Accept", "*/*")], "").await.unwrap();
    assert_eq!((any.status, code(&any).as_str()), (404, "MANIFEST_UNKNOWN"));
    let listed = [("Accept", "application/json, application/vnd.oci.image.manifest.v1+json;q=0.5")];
    assert_eq!(raw(&open, "GET", "/v2/team/app/manifests/1", &listed, "").await.unwrap().status, 200);
    let head = raw(&open, "HEAD", "/v2/team/app/manifests/1", &[("Accept", MANIFEST)], "").await.unwrap();
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert!(head.header("content-length").unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(raw(&open, "PUT", "/v2/team/app/manifests/3", &[], "{}").await.unwrap().status, 405);
}

#[tokio::test]
async fn basic_knows_two_users_of_whom_one_may_pull() {
    let peer = Peer::plain().await;
    let address = peer.sandbox.registry(RegistryKind::Basic);
    let anonymous = ask(&address, "/v2/", "").await;
    assert_eq!((anonymous.status, anonymous.header("www-authenticate")), (401, Some("Basic realm=\"sandbox\"")));
    assert_eq!(ask(&address, "/v2/", &basic("puller", "wrong")).await.status, 401);
    assert_eq!(ask(&address, "/v2/", &basic("nobody", "pull-me-please")).await.status, 401);
    assert_eq!(ask(&address, "/v2/", &basic("puller", "pull-me-please")).await.status, 200);
    assert_eq!(ask(&address, "/v2/", &basic("nopull", "pull-me-please")).await.status, 200);
    let manifest = "/v2/team/app/manifests/1";
    assert_eq!(ask(&address, manifest, &basic("puller", "pull-me-please")).await.status, 200);
    let denied = ask(&address, manifest, &basic("nopull", "pull-me-please")).await;
    assert_eq!((denied.status, denied.json()["errors"][0]["code"].as_str()), (403, Some("DENIED")));
}

#[tokio::test]
async fn bearer_leads_to_its_token_server_and_tokens_keep_to_their_scope() {
    let peer = Peer::plain().await;
    let address = peer.sandbox.registry(RegistryKind::Bearer);
    let challenge = ask(&address, "/v2/", "").await;
    let expected = format!("Bearer realm=\"http://{address}/token\",service=\"sandbox\"");
    assert_eq!((challenge.status, challenge.header("www-authenticate")), (401, Some(expected.as_str())));
    assert_eq!(ask(&address, "/v2/", &basic("puller", "pull-me-please")).await.status, 401);
    let login = "/token?service=sandbox&account=puller&client_id=test";
    assert_eq!(ask(&address, login, "").await.status, 401);
    assert_eq!(ask(&address, login, &basic("puller", "wrong")).await.status, 401);
    let token = async |user: &str, target: &str| {
        let answer = ask(&address, target, &basic(user, "pull-me-please")).await.json();
        assert_eq!(answer["token"], answer["access_token"]);
        assert_eq!(answer["expires_in"], 300);
        format!("Bearer {}", answer["token"].as_str().unwrap())
    };
    let plain = token("puller", login).await;
    assert_eq!(ask(&address, "/v2/", &plain).await.status, 200);
    let manifest = "/v2/team/app/manifests/1";
    let narrow = ask(&address, manifest, &plain).await;
    assert_eq!(narrow.status, 401);
    let challenge = narrow.header("www-authenticate").unwrap();
    assert!(challenge.ends_with(",scope=\"repository:team/app:pull\",error=\"insufficient_scope\""), "{challenge}");
    let scoped = format!("{login}&scope=repository:team/app:pull");
    let pull = token("puller", &scoped).await;
    assert_eq!(ask(&address, manifest, &pull).await.status, 200);
    assert_eq!(ask(&address, "/v2/team/other/manifests/1", &pull).await.status, 401);
    let weak = token("nopull", &scoped).await;
    assert_eq!(ask(&address, "/v2/", &weak).await.status, 200);
    assert_eq!(ask(&address, manifest, &weak).await.status, 401);
    let forged = ask(&address, "/v2/", "Bearer forged").await;
    assert!(forged.header("www-authenticate").unwrap().ends_with("error=\"invalid_token\""));
    assert_eq!(raw(&address, "POST", "/token", &[], "grant_type=password").await.unwrap().status, 405);
}

#[tokio::test]
async fn faults_and_the_log_cover_the_registries() {
    let faults = vec!["GET:/v2/:1:429".parse().unwrap()];
    let peer = Peer::new(Options { faults, ..Options::default() }).await;
    let address = peer.sandbox.registry(RegistryKind::Basic);
    assert_eq!(ask(&address, "/v2/", "").await.status, 429);
    assert_eq!(ask(&address, "/v2/", "").await.status, 401);
    assert_eq!(peer.world().requests()[0].door, "basic");
}

#[tokio::test]
async fn packages_of_npm_are_for_the_token_that_is_known() {
    let peer = Peer::plain().await;
    let at = peer.sandbox.registry(RegistryKind::Basic);
    let token = "Bearer pull-me-please".to_owned();
    for (target, authorization, status) in [
        ("/-/whoami", "", 401),
        ("/-/whoami", "Bearer wrong", 401),
        ("/api/npm/-/whoami", &token, 200),
        ("/@sandbox%2fapp", "", 404),
        ("/@sandbox%2fapp", &token, 200),
        ("/@sandbox%2fother", &token, 404),
        ("/open-tool", "", 200),
    ] {
        assert_eq!(ask(&at, target, authorization).await.status, status, "{target} {authorization}");
    }
    assert_eq!(ask(&at, "/-/whoami", &token).await.json(), json!({"username": "puller"}));
}

#[tokio::test]
async fn the_bearer_registry_plays_every_odd_answer_it_is_told_to() {
    let peer = Peer::plain().await;
    let address = peer.sandbox.registry(RegistryKind::Bearer);
    let login = basic("puller", "pull-me-please");
    let set = |json: serde_json::Value| peer.sandbox.world().set_manner(serde_json::from_value(json).unwrap());
    set(json!({
        "challenge": ["Basic realm=\"é", "Bearer realm=\"{base}/token\""],
        "token": { "status": 201, "body": { "token": "{token}", "expires_in": "3600" }, "type": "text/html" },
        "pages": { "/login": { "status": 404, "headers": { "X-Odd": "{base}" }, "body": "gone" } },
    }));
    let first = ask(&address, "/v2/", "").await;
    assert_eq!((first.status, first.header("www-authenticate").is_some()), (401, true));
    let token = ask(&address, "/token?service=x", &login).await;
    assert_eq!((token.status, token.header("content-type")), (201, Some("text/html")));
    assert_eq!(token.json()["expires_in"], "3600");
    let token = format!("Bearer {}", token.json()["token"].as_str().unwrap());
    assert_eq!(ask(&address, "/v2/", &token).await.status, 200);
    assert_eq!(ask(&address, "/v2/", &login).await.status, 200);
    assert_eq!(ask(&address, "/v2/", &basic("puller", "wrong")).await.status, 401);
    assert_eq!(ask(&address, "/token", &basic("puller", "wrong")).await.status, 401);
    let page = ask(&address, "/login", "").await;
    assert_eq!(
        (page.status, page.header("x-odd"), page.body.as_str()),
        (404, Some(&*format!("http://{address}")), "gone")
    );
    set(json!({ "first": { "status": 302, "headers": { "Location": "https://idp.example/authorize" } } }));
    let first = ask(&address, "/v2/", "").await;
    assert_eq!((first.status, first.header("location")), (302, Some("https://idp.example/authorize")));
    // From another process, and back to normal.
    let api = peer.sandbox.api_url().trim_start_matches("http://").to_owned();
    let told = |body: &'static str| {
        let api = api.clone();
        async move { raw(&api, "POST", "/_sandbox/manner", &[], body).await.unwrap().status }
    };
    assert_eq!(told(r#"{"challenge":[]}"#).await, 204);
    assert_eq!(ask(&address, "/v2/", "").await.header("www-authenticate"), None);
    assert_eq!((told(r#"{"chalenge":[]}"#).await, told("").await), (422, 204));
    assert!(ask(&address, "/v2/", "").await.header("www-authenticate").unwrap().contains("service=\"sandbox\""));
}
