use super::*;

#[tokio::test]
async fn an_empty_world_has_nobody_but_the_user() {
    let peer = Peer::new(Options { world: WorldKind::Empty, ..Options::default() }).await;
    assert_eq!(peer.get("/user").await.status, 200);
    for nothing in ["/user/orgs", "/user/repos"] {
        assert_eq!(peer.get(nothing).await.json(), json!([]));
    }
    assert_eq!(peer.get(USER).await.json()["total_count"], 0);
}

#[tokio::test]
async fn a_scaled_world_is_as_large_as_asked() {
    let scale = Scale { repos: 250, org_repos: 12, secrets: 7 };
    let peer = Peer::new(Options { world: WorldKind::Empty, scale, ..Options::default() }).await;
    assert_eq!(peer.get("/orgs/acme/repos?per_page=100").await.json().as_array().unwrap().len(), 12);
    assert_eq!(peer.get(USER).await.json()["total_count"], 7);
    let last = peer.get("/user/repos?per_page=100").await.link("last").unwrap();
    assert!(last.ends_with("page=3"), "{last}");
}

#[tokio::test]
async fn a_hostile_world_sends_control_characters() {
    let peer = Peer::new(Options { hostile: true, ..Options::default() }).await;
    let names = names(&peer.get(USER).await.json(), "secrets", "name");
    assert!(names.iter().any(|name| name.contains('\u{1b}')), "{names:?}");
    let repos = peer.get("/user/repos?per_page=100").await.json();
    let hostile = |repo: &Value| repo["full_name"].as_str().unwrap().contains('\u{202e}');
    assert!(repos.as_array().unwrap().iter().any(hostile));
}
