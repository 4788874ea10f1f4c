use super::*;

#[tokio::test]
async fn a_value_is_unsealed_and_the_name_upper_cased() {
    let peer = Peer::plain().await;
    let answer = peer.put(USER, "acr_container_registry_user", "püller", &json!({})).await;
    assert_eq!((answer.status, answer.body.as_str()), (201, "{}"));
    let secret = peer.world().secret("user", "acr_CONTAINER_registry_user").unwrap();
    assert_eq!((secret.name.as_str(), secret.value.as_str()), ("ACR_CONTAINER_REGISTRY_USER", "püller"));
    let again = peer.put(USER, "ACR_CONTAINER_REGISTRY_USER", "other", &json!({})).await;
    assert_eq!((again.status, again.body.as_str()), (204, ""));
    assert_eq!(peer.world().secret("user", "ACR_CONTAINER_REGISTRY_USER").unwrap().value, "other");
}

#[tokio::test]
async fn each_scope_has_its_own_key_and_all_have_one_id() {
    let peer = Peer::plain().await;
    let (mut keys, mut ids) = (Vec::new(), Vec::new());
    for scope in [USER, API, "/repos/acme/web/codespaces/secrets", ACME] {
        let key = peer.get(&format!("{scope}/public-key")).await.json();
        keys.push(key["key"].to_string());
        ids.push(key["key_id"].to_string());
        assert_eq!(key["key"].as_str().unwrap().len(), 44);
    }
    keys.sort();
    keys.dedup();
    ids.dedup();
    assert_eq!((keys.len(), ids.len()), (4, 1), "the id names a generation");
    assert_eq!(peer.put(API, "A", "1", &json!({})).await.status, 201);
    assert_eq!(peer.put(ACME, "A", "2", &json!({"visibility": "all"})).await.status, 201);
    assert_eq!(peer.world().secret("repo:acme/api", "A").unwrap().value, "1");
    assert_eq!(peer.world().secret("org:acme", "A").unwrap().value, "2");
    assert_eq!(peer.world().secret("user", "A"), None);
}

#[tokio::test]
async fn a_box_sealed_for_another_key_is_refused() {
    let peer = Peer::plain().await;
    let own = peer.get(&format!("{USER}/public-key")).await.json();
    let other = peer.get(&format!("{API}/public-key")).await.json();
    let wrong_id = json!({ "key_id": "1", "encrypted_value": seal(&own, b"x") });
    let wrong_box = json!({ "key_id": own["key_id"], "encrypted_value": seal(&other, b"x") });
    let no_base64 = json!({ "key_id": own["key_id"], "encrypted_value": "not base64!" });
    let unpadded = json!({ "key_id": own["key_id"], "encrypted_value": seal(&own, b"x").trim_end_matches('=') });
    for body in [wrong_id, wrong_box, no_base64, unpadded] {
        let answer = peer.send("PUT", &format!("{USER}/A"), &body).await;
        assert_eq!(answer.status, 422, "{body}");
        assert_eq!(answer.json()["status"], "422");
        assert!(answer.message().contains("key_id") || answer.message().contains("base64"), "{}", answer.message());
    }
    assert_eq!(peer.world().secret("user", "A"), None);
}

#[tokio::test]
async fn a_rotated_key_refuses_what_was_sealed_before() {
    let peer = Peer::plain().await;
    let body = peer.sealed(USER, b"x", &json!({})).await;
    peer.world().rotate_key("user");
    assert_eq!(peer.send("PUT", &format!("{USER}/A"), &body).await.status, 422);
    assert_eq!(peer.put(USER, "A", "x", &json!({})).await.status, 201);
}

#[tokio::test]
async fn forty_eight_kilobytes_fit_and_one_byte_more_does_not() {
    let peer = Peer::plain().await;
    let most = "x".repeat(48 * 1024);
    assert_eq!(peer.put(USER, "A", &most, &json!({})).await.status, 201);
    assert_eq!(peer.put(USER, "B", &format!("{most}x"), &json!({})).await.status, 422);
}

#[tokio::test]
async fn names_follow_githubs_rules() {
    let peer = Peer::plain().await;
    for bad in ["1A", "GITHUB_A", "github_a", "A-B", "A%20B", "%C3%9C", "A%2FB"] {
        assert_eq!(peer.put(USER, bad, "x", &json!({})).await.status, 422, "{bad}");
    }
    for good in ["_A", "A1", "GITHUBA", "a_b"] {
        assert_eq!(peer.put(USER, good, "x", &json!({})).await.status, 201, "{good}");
    }
}

#[tokio::test]
async fn the_hundred_and_first_secret_is_refused_and_old_ones_can_still_be_written() {
    let peer = Peer::plain().await;
    for number in 0..100 {
        assert!(peer.world().put_secret("org:acme", &format!("N{number}"), "x", "all", &[]));
    }
    let all = json!({"visibility": "all"});
    assert_eq!(peer.put(ACME, "ONE_MORE", "x", &all).await.status, 422);
    assert_eq!(peer.put(ACME, "N7", "y", &all).await.status, 204);
    assert_eq!(peer.put(USER, "ONE_MORE", "x", &json!({})).await.status, 201);
}

#[tokio::test]
async fn reading_back_tells_everything_but_the_value() {
    let peer = Peer::plain().await;
    peer.put(USER, "A", "canary", &json!({})).await;
    peer.put(API, "A", "canary", &json!({})).await;
    peer.put(ACME, "A", "canary", &json!({"visibility": "private"})).await;
    let user = peer.get(&format!("{USER}/a")).await;
    assert!(!user.body.contains("canary"));
    let user = user.json();
    assert_eq!(user["visibility"], "selected");
    assert!(user["created_at"].as_str().unwrap().ends_with(".000+00:00"));
    assert_eq!(user["selected_repositories_url"], format!("{}{USER}/A/repositories", peer.sandbox.api_url()));
    let repo = peer.get(&format!("{API}/A")).await.json();
    assert_eq!(repo.as_object().unwrap().len(), 3);
    assert!(repo["created_at"].as_str().unwrap().ends_with('Z'));
    let org = peer.get(&format!("{ACME}/A")).await.json();
    assert_eq!((org["visibility"].as_str(), org.get("selected_repositories_url")), (Some("private"), None));
    assert_eq!(peer.get(&format!("{USER}/B")).await.status, 404);
}

#[tokio::test]
async fn deleting_answers_204_and_the_second_time_404() {
    let peer = Peer::plain().await;
    for (scope, more) in [(USER, json!({})), (API, json!({})), (ACME, json!({"visibility": "all"}))] {
        peer.put(scope, "A", "x", &more).await;
        let target = format!("{scope}/a");
        assert_eq!(peer.send("DELETE", &target, &Value::Null).await.status, 204);
        assert_eq!(peer.send("DELETE", &target, &Value::Null).await.status, 404);
    }
}

#[tokio::test]
async fn pages_default_to_thirty_and_are_capped_at_a_hundred() {
    let peer = Peer::new(Options { scale: Scale { secrets: 130, ..Scale::default() }, ..Options::default() }).await;
    let first = peer.get(USER).await;
    assert_eq!(first.json()["total_count"], 130);
    assert_eq!(first.json()["secrets"].as_array().unwrap().len(), 30);
    let capped = peer.get(&format!("{USER}?per_page=500")).await;
    assert_eq!(capped.json()["secrets"].as_array().unwrap().len(), 100);
    let next = capped.link("next").unwrap();
    assert_eq!(next, format!("{}{USER}?per_page=500&page=2", peer.sandbox.api_url()));
    assert_eq!((capped.link("prev"), capped.link("last").unwrap()), (None, next.clone()));
    let second = peer.get(next.strip_prefix(&peer.sandbox.api_url()).unwrap()).await;
    assert_eq!(second.json()["secrets"].as_array().unwrap().len(), 30);
    assert_eq!(second.link("next"), None);
    assert!(second.link("prev").is_some() && second.link("first").is_some());
    for nonsense in ["per_page=0", "per_page=abc", "page=0"] {
        assert_eq!(peer.get(&format!("{USER}?{nonsense}")).await.json()["secrets"].as_array().unwrap().len(), 30);
    }
    assert_eq!(peer.get(&format!("{USER}?page=99")).await.json()["secrets"], json!([]));
}

#[tokio::test]
async fn one_page_has_no_link() {
    let peer = Peer::plain().await;
    let answer = peer.get(USER).await;
    assert_eq!((answer.header("link"), answer.json()), (None, json!({"total_count": 0, "secrets": []})));
}

#[tokio::test]
async fn bodies_that_are_no_json_or_lack_a_field_are_refused() {
    let peer = Peer::plain().await;
    let broken = peer.maybe("PUT", &format!("{USER}/A"), "{\"key_id\":").await.unwrap();
    assert_eq!((broken.status, broken.message().as_str()), (400, "Problems parsing JSON"));
    for scope in [USER, API, ACME] {
        assert_eq!(peer.send("PUT", &format!("{scope}/A"), &Value::Null).await.status, 422, "{scope}");
    }
    let mut no_id = peer.sealed(API, b"x", &json!({})).await;
    no_id.as_object_mut().unwrap().remove("key_id");
    assert_eq!(peer.send("PUT", &format!("{API}/A"), &no_id).await.status, 422);
    let mut number = peer.sealed(USER, b"x", &json!({})).await;
    number["key_id"] = json!(12);
    assert_eq!(peer.send("PUT", &format!("{USER}/A"), &number).await.status, 422);
}
