use super::*;

/// A header line in addition to those of every request.
async fn get_with(peer: &Peer, target: &str, name: &str, value: &str) -> Answer {
    let authorization = format!("Bearer {}", peer.sandbox.token());
    let headers = [("Authorization", authorization.as_str()), ("User-Agent", "peer"), (name, value)];
    raw(&peer.sandbox.addr().to_string(), "GET", target, &headers, "").await.unwrap()
}

fn remaining(answer: &Answer) -> u32 {
    answer.header("x-ratelimit-remaining").unwrap().parse().unwrap()
}

async fn strict(limit: u32, hurry: u32) -> Peer {
    Peer::new(Options { enforce: true, limit, hurry, ..Options::default() }).await
}

#[tokio::test]
async fn what_is_known_already_costs_no_budget_and_has_no_body() {
    let peer = Peer::plain().await;
    let first = peer.get(USER).await;
    let tag = first.header("etag").unwrap().to_owned();
    let again = get_with(&peer, USER, "If-None-Match", &tag).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(again.header("etag"), Some(tag.trim_start_matches("W/")), "weak before, strong now");
    assert_eq!(remaining(&again), remaining(&first));
    assert!(again.header("date").is_some() && again.header("x-ratelimit-reset").is_some());
    assert_eq!((peer.world().points(), peer.world().budget_spent()), (2, 1));
    peer.put(USER, "A", "x", &json!({})).await;
    let changed = get_with(&peer, USER, "If-None-Match", &tag).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
}

#[tokio::test]
async fn a_304_says_nothing_about_scopes_and_leads_to_the_next_page() {
    let peer = Peer::new(Options { scale: Scale { repos: 70, ..Scale::default() }, ..Options::default() }).await;
    let page = "/user/repos?per_page=30&page=2";
    let first = peer.get(page).await;
    let tag = first.header("etag").unwrap().to_owned();
    assert!(tag.starts_with("W/"));
    peer.world().set_scopes(vec!["repo".to_owned()]);
    let again = get_with(&peer, page, "If-None-Match", &tag).await;
    assert_eq!(again.status, 304, "what the token may do is not in the tag");
    for name in ["x-oauth-scopes", "x-accepted-oauth-scopes", "x-github-media-type", "content-type"] {
        assert!(first.header(name).is_some() && again.header(name).is_none(), "{name}");
    }
    assert_eq!(again.link("next"), first.link("next"));
    assert!(again.link("next").is_some());
}

#[tokio::test]
async fn the_tag_is_a_hash_of_the_form_the_token_and_the_body() {
    use sha2::Digest as _;
    let peer = Peer::plain().await;
    let form = "application/vnd.github+json";
    let answer = get_with(&peer, "/user", "Accept", form).await;
    let hashed = format!("{form}:Bearer {}:{}", peer.sandbox.token(), answer.body);
    assert_eq!(answer.header("etag").unwrap(), format!("W/\"{:x}\"", sha2::Sha256::digest(hashed)));
}

#[tokio::test]
async fn a_tag_is_another_one_for_another_form_and_another_token() {
    let peer = Peer::plain().await;
    let plain = peer.get("/user").await.header("etag").unwrap().to_owned();
    let form = get_with(&peer, "/user", "Accept", "application/vnd.github+json").await;
    assert_ne!(form.header("etag"), Some(plain.as_str()));
    peer.world().set_token("ghp_another");
    let headers = [("Authorization", "Bearer ghp_another"), ("User-Agent", "peer"), ("If-None-Match", plain.as_str())];
    let other = raw(&peer.sandbox.addr().to_string(), "GET", "/user", &headers, "").await.unwrap();
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn a_spent_hour_is_refused_but_for_the_question_what_is_left() {
    let peer = strict(3, 1).await;
    // Whatever was used before, the third of three is the last.
    peer.world().set_used(2);
    let last = peer.get("/user").await;
    assert_eq!((last.status, remaining(&last)), (200, 0));
    let refused = peer.get("/user").await;
    assert_eq!((refused.status, remaining(&refused)), (403, 0));
    assert!(refused.message().starts_with("API rate limit exceeded for user ID 583231"));
    assert_eq!(refused.header("retry-after"), None);
    assert_eq!(peer.get("/rate_limit").await.json()["resources"]["core"]["remaining"], 0);
    assert_eq!(peer.world().limit_answers(), 1);
}

#[tokio::test]
async fn the_nine_hundred_and_first_point_of_a_minute_is_refused() {
    let peer = strict(5000, 1).await;
    peer.world().with(|state| {
        let now = std::time::Instant::now();
        for _ in 0..899 {
            state.limits.arrive(583_231, &http::Method::GET, false, now).unwrap();
            state.limits.leave();
        }
    });
    assert_eq!(peer.get("/user").await.status, 200);
    let refused = peer.get("/user").await;
    assert_eq!((refused.status, refused.header("retry-after")), (403, Some("60")));
    assert!(refused.message().contains("secondary rate limit"));
    assert!(remaining(&refused) > 0);
    let stubborn = peer.get("/user").await;
    assert_eq!((stubborn.status, stubborn.header("retry-after")), (429, Some("60")));
    assert_eq!(peer.world().limit_answers(), 2);
    peer.world().enforce_limits(false);
    assert_eq!(peer.get("/user").await.status, 200);
}

#[tokio::test]
async fn the_eighty_first_write_of_a_minute_is_refused_and_reads_with_it() {
    let peer = strict(5000, 1).await;
    for _ in 0..80 {
        assert_eq!(peer.send("PUT", &format!("{USER}/A"), &json!({ "key_id": "x" })).await.status, 422);
    }
    assert_eq!(peer.send("PUT", &format!("{USER}/A"), &json!({ "key_id": "x" })).await.status, 403);
    assert_eq!(peer.get("/user").await.status, 429);
}

#[tokio::test]
async fn more_than_a_hundred_at_once_are_too_many() {
    let peer = strict(5000, 1).await;
    let fill = |count: usize| {
        peer.world().with(|state| {
            for _ in 0..count {
                // Another user's, so that only the concurrency limit is reached.
                state.limits.arrive(7, &http::Method::GET, false, std::time::Instant::now()).unwrap();
            }
        });
    };
    fill(99);
    assert_eq!(peer.get("/user").await.status, 200);
    fill(1);
    assert_eq!(peer.get("/user").await.status, 429);
    assert_eq!(peer.world().peak_concurrency(), 101);
}

#[tokio::test]
async fn those_without_a_token_have_sixty_requests_an_hour() {
    let peer = strict(5000, 1).await;
    let address = peer.sandbox.addr().to_string();
    let headers = [("Authorization", "Bearer ghp_wrong"), ("User-Agent", "peer")];
    for _ in 0..60 {
        assert_eq!(raw(&address, "GET", "/user", &headers, "").await.unwrap().status, 401);
    }
    assert_eq!(raw(&address, "GET", "/user", &headers, "").await.unwrap().status, 403);
    assert_eq!(peer.get("/user").await.status, 200);
}

#[tokio::test]
async fn faults_can_look_like_limits_without_counting_as_such() {
    let peer = Peer::new(Options { hurry: 30, ..Options::default() }).await;
    let strike = |kind: &str| peer.world().add_fault(format!("*::1:{kind}").parse().unwrap());
    strike("secondary");
    let secondary = peer.get("/user").await;
    assert_eq!((secondary.status, secondary.header("retry-after")), (403, Some("2")));
    assert!(secondary.message().contains("secondary rate limit"));
    strike("too-many");
    assert_eq!(peer.get("/user").await.status, 429);
    strike("primary");
    let primary = peer.get("/user").await;
    assert_eq!((primary.status, remaining(&primary)), (403, 0));
    assert!(primary.header("x-ratelimit-reset").is_some());
    assert_eq!(peer.world().limit_answers(), 0);
}

#[tokio::test]
async fn a_process_outside_can_read_the_counts_and_begin_anew() {
    let peer = strict(5000, 1).await;
    peer.get("/repos/acme/api").await;
    peer.get("/repos/acme/web").await;
    peer.put(API, "A", "x", &json!({})).await;
    let state = peer.get("/_sandbox/state").await.json();
    assert_eq!(state["requests"]["GET /repos/{owner}/{repo}"]["200"], 2);
    assert_eq!(state["requests"]["PUT /repos/{owner}/{repo}/codespaces/secrets/{name}"]["201"], 1);
    assert_eq!((&state["points"], &state["primary_used"], &state["limit_answers"]), (&json!(8), &json!(4), &json!(0)));
    // The repositories on one budget, the secrets and their key on the other.
    assert_eq!(
        (&state["running"]["hour"]["used"], &state["running"]["hours"]["codespaces"]["used"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(state["running"]["minute"]["points"], 8);
    assert_eq!(peer.send("POST", "/_sandbox/reset-counters", &Value::Null).await.status, 204);
    let state = peer.get("/_sandbox/state").await.json();
    assert_eq!((&state["total"], &state["running"]["hour"]["used"]), (&json!(0), &json!(2)));
    assert_eq!(peer.world().requests().len(), 4);
}

#[tokio::test]
async fn a_sandbox_in_a_hurry_listens_on_loopback_only() {
    let listen = "0.0.0.0:0".parse().unwrap();
    let refusal = start(Options { hurry: 2, listen, ..Options::default() }).await.unwrap_err();
    assert_eq!(refusal.kind(), std::io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn secrets_of_codespaces_have_an_hour_of_their_own() {
    let peer = strict(5000, 1).await;
    let told = |answer: &Answer| {
        let header = |name: &str| answer.header(name).unwrap().to_owned();
        (header("x-ratelimit-resource"), header("x-ratelimit-remaining"))
    };
    for (path, resource, left) in [
        ("/user", "core", "4999"),
        (USER, "codespaces", "4999"),
        (API, "codespaces", "4998"),
        (ACME, "codespaces", "4997"),
        ("/organizations/1001/codespaces/secrets", "codespaces", "4996"),
        ("/repositories/201/codespaces/secrets", "codespaces", "4995"),
        ("/user/codespaces", "core", "4998"),
    ] {
        assert_eq!(told(&peer.get(path).await), (resource.to_owned(), left.to_owned()), "{path}");
    }
    assert!(peer.world().set_used_of("core", 5000) && !peer.world().set_used_of("nothing", 1));
    assert_eq!((peer.get("/user").await.status, peer.get(USER).await.status), (403, 200));
    assert!(peer.world().set_limit_of("codespaces", 7));
    assert_eq!(told(&peer.get(USER).await), ("codespaces".to_owned(), "0".to_owned()));
    assert_eq!(peer.get(USER).await.status, 403);
    assert!(peer.get("/rate_limit").await.json()["resources"].get("codespaces").is_none());
}
