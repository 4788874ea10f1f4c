use super::*;

fn granted(peer: &Peer, scope: &str) -> Vec<String> {
    let secret = peer.world().secret(scope, "A").unwrap();
    secret.repository_names().into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_user_secret_reaches_only_what_was_selected_and_keeps_it() {
    let peer = Peer::plain().await;
    peer.put(USER, "A", "x", &json!({})).await;
    assert_eq!(granted(&peer, "user"), [""; 0]);
    peer.put(USER, "A", "y", &json!({"selected_repository_ids": [201, "202"]})).await;
    assert_eq!(granted(&peer, "user"), ["acme/api", "acme/web"]);
    peer.put(USER, "A", "z", &json!({})).await;
    assert_eq!(granted(&peer, "user"), ["acme/api", "acme/web"]);
    peer.put(USER, "A", "z", &json!({"selected_repository_ids": []})).await;
    assert_eq!(granted(&peer, "user"), [""; 0]);
    assert_eq!(peer.put(USER, "A", "z", &json!({"selected_repository_ids": [77]})).await.status, 404);
}

#[tokio::test]
async fn strings_as_ids_are_taken_in_one_place_only() {
    let peer = Peer::plain().await;
    assert_eq!(peer.put(USER, "A", "x", &json!({"selected_repository_ids": ["201"]})).await.status, 201);
    let strings = json!({"selected_repository_ids": ["201"]});
    assert_eq!(peer.send("PUT", &format!("{USER}/A/repositories"), &strings).await.status, 422);
    let org = json!({"visibility": "selected", "selected_repository_ids": ["201"]});
    let refused = peer.put(ACME, "A", "x", &org).await;
    assert_eq!(refused.status, 422);
    assert!(refused.message().contains("is not an integer"));
    assert_eq!(peer.send("PUT", &format!("{USER}/A/repositories/abc"), &Value::Null).await.status, 422);
}

#[tokio::test]
async fn repositories_are_replaced_added_and_removed() {
    let peer = Peer::plain().await;
    for (secrets, scope, more) in [(USER, "user", json!({})), (ACME, "org:acme", json!({"visibility": "selected"}))] {
        peer.put(secrets, "A", "x", &more).await;
        let list = format!("{secrets}/A/repositories");
        let two = json!({"selected_repository_ids": [201, 202]});
        assert_eq!(peer.send("PUT", &list, &two).await.status, 204);
        assert_eq!(peer.send("PUT", &format!("{list}/203"), &Value::Null).await.status, 204);
        assert_eq!(peer.send("DELETE", &format!("{list}/201"), &Value::Null).await.status, 204);
        assert_eq!(peer.send("PUT", &format!("{list}/77"), &Value::Null).await.status, 404);
        assert_eq!(granted(&peer, scope), ["acme/infra", "acme/web"]);
        let read = peer.get(&list).await.json();
        assert_eq!(read["total_count"], 2);
        assert_eq!(names(&read, "repositories", "full_name"), ["acme/web", "acme/infra"]);
        assert_eq!(peer.send("PUT", &list, &Value::Null).await.status, 422);
        let missing = format!("{secrets}/B/repositories");
        assert_eq!(peer.get(&missing).await.status, 404);
        assert_eq!(peer.send("PUT", &missing, &two).await.status, 404);
    }
}

#[tokio::test]
async fn listings_of_repositories_have_pages_too() {
    let scale = Scale { repos: 110, ..Scale::default() };
    let peer = Peer::new(Options { scale, ..Options::default() }).await;
    let ids: Vec<u64> = (1_000_001..=1_000_110).collect();
    peer.put(USER, "A", "x", &json!({"selected_repository_ids": ids})).await;
    let list = format!("{USER}/A/repositories");
    let first = peer.get(&list).await;
    assert_eq!(first.json()["total_count"], 110);
    assert_eq!(first.json()["repositories"].as_array().unwrap().len(), 30);
    assert!(first.link("next").is_some());
    let second = peer.get(&format!("{list}?per_page=100&page=2")).await.json();
    assert_eq!(second["repositories"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn an_organization_must_say_the_visibility_every_time() {
    let peer = Peer::plain().await;
    assert_eq!(peer.put(ACME, "A", "x", &json!({})).await.status, 422);
    assert_eq!(peer.put(ACME, "A", "x", &json!({"visibility": "some"})).await.status, 422);
    for visibility in ["all", "private"] {
        let more = json!({"visibility": visibility, "selected_repository_ids": [201]});
        assert_eq!(peer.put(ACME, "A", "x", &more).await.status, 422);
    }
    assert_eq!(peer.put(ACME, "A", "x", &json!({"visibility": "selected"})).await.status, 201);
    assert_eq!(granted(&peer, "org:acme"), [""; 0]);
    let more = json!({"visibility": "selected", "selected_repository_ids": [201]});
    assert_eq!(peer.put(ACME, "A", "x", &more).await.status, 204);
    assert_eq!(peer.put(ACME, "A", "x", &json!({"visibility": "selected"})).await.status, 204);
    assert_eq!(granted(&peer, "org:acme"), ["acme/api"]);
    assert_eq!(peer.put(ACME, "A", "x", &json!({"visibility": "all"})).await.status, 204);
    assert_eq!(peer.put(ACME, "A", "x", &json!({"visibility": "selected"})).await.status, 204);
    assert_eq!(granted(&peer, "org:acme"), [""; 0]);
    let foreign = json!({"visibility": "selected", "selected_repository_ids": [101]});
    assert_eq!(peer.put(ACME, "A", "x", &foreign).await.status, 422);
}

#[tokio::test]
async fn assignments_conflict_unless_the_visibility_is_selected() {
    let peer = Peer::plain().await;
    peer.put(ACME, "A", "x", &json!({"visibility": "private"})).await;
    let list = format!("{ACME}/A/repositories");
    let one = format!("{list}/201");
    assert_eq!(peer.send("PUT", &list, &json!({"selected_repository_ids": [201]})).await.status, 409);
    assert_eq!(peer.send("PUT", &one, &Value::Null).await.status, 409);
    assert_eq!(peer.send("DELETE", &one, &Value::Null).await.status, 409);
    assert_eq!(peer.get(&list).await.json()["total_count"], 0);
}

#[tokio::test]
async fn access_changes_without_the_value_where_the_schema_allows_it() {
    let peer = Peer::plain().await;
    peer.put(ACME, "A", "kept", &json!({"visibility": "all"})).await;
    let change = json!({"visibility": "selected", "selected_repository_ids": [202]});
    assert_eq!(peer.send("PUT", &format!("{ACME}/A"), &change).await.status, 204);
    let secret = peer.world().secret("org:acme", "A").unwrap();
    assert_eq!((secret.value.as_str(), secret.repository_names()), ("kept", vec!["acme/web"]));
    assert_eq!(peer.send("PUT", &format!("{ACME}/NEW"), &change).await.status, 422);
    peer.world().accept_access_only(false);
    assert_eq!(peer.send("PUT", &format!("{ACME}/A"), &change).await.status, 422);
}

#[tokio::test]
async fn a_repositorys_secret_has_no_repositories_to_assign() {
    let peer = Peer::plain().await;
    peer.put(API, "A", "x", &json!({"selected_repository_ids": [202]})).await;
    assert_eq!(peer.get(&format!("{API}/A/repositories")).await.status, 404);
    assert_eq!(peer.world().secret("repo:acme/api", "A").unwrap().visibility, None);
}
