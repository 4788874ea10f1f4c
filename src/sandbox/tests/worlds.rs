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
    let scale = Scale { repos: 250, org_repos: 12, secrets: 7, ..Scale::default() };
    let peer = Peer::new(Options { world: WorldKind::Empty, scale, ..Options::default() }).await;
    assert_eq!(peer.get("/orgs/acme/repos?per_page=100").await.json().as_array().unwrap().len(), 12);
    assert_eq!(peer.get(USER).await.json()["total_count"], 7);
    let last = peer.get("/user/repos?per_page=100").await.link("last").unwrap();
    assert!(last.ends_with("page=3"), "{last}");
}

#[tokio::test]
async fn secrets_are_granted_to_as_many_repositories_as_asked() {
    let scale = Scale {
        org_repos: 350,
        secrets: 100,
        org_secrets: 100,
        repo_secrets: 100,
        selected: Some("0-350".parse().unwrap()),
        ..Scale::default()
    };
    let peer = Peer::new(Options { world: WorldKind::Empty, scale, ..Options::default() }).await;
    let world = peer.world();
    for scope in ["user", "org:acme"] {
        let counts: Vec<_> = world.secrets(scope).iter().map(|one| one.repositories.len()).collect();
        assert_eq!((counts.len(), counts[0], counts[99]), (100, 0, 350), "{scope}");
        assert!(counts.is_sorted());
    }
    assert_eq!(world.secrets("repo:acme/service-0001").len(), 100);
    let last = format!("{ACME}/GENERATED_0100/repositories?per_page=100&page=4");
    let page = peer.get(&last).await.json();
    assert_eq!((&page["total_count"], page["repositories"].as_array().unwrap().len()), (&json!(350), 50));
    for bad in ["", "x", "3-2", "1-2-3"] {
        assert!(bad.parse::<Selected>().is_err(), "{bad}");
    }
}

#[tokio::test]
async fn ten_thousand_repositories_with_a_credential_each_are_made_in_no_time() {
    let begun = std::time::Instant::now();
    let scale = Scale { repos: 10_000, each: true, ..Scale::default() };
    let peer = Peer::new(Options { world: WorldKind::Empty, scale, ..Options::default() }).await;
    let taken = begun.elapsed();
    assert!(taken.as_secs() < 5, "{taken:?}");
    let secrets = peer.get("/repos/octocat/repo-10000/codespaces/secrets").await.json();
    assert_eq!(secrets["total_count"], 3);
    let last = peer.get("/user/repos?per_page=100").await.link("last").unwrap();
    assert!(last.ends_with("page=100"), "{last}");
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

#[tokio::test]
async fn the_demo_world_shows_credentials_in_every_state() {
    let peer = Peer::new(Options { world: WorldKind::Demo, ..Options::default() }).await;
    let world = peer.world();
    assert_eq!(peer.get("/user/repos?per_page=100").await.json().as_array().unwrap().len(), 42);
    assert_eq!(
        names(&json!({"orgs": peer.get("/user/orgs").await.json()}), "orgs", "login"),
        ["acme", "globex", "initech"]
    );
    let member =
        |scope: &str, prefix: &str, member: &str| world.secret(scope, &format!("{prefix}_CONTAINER_REGISTRY_{member}"));
    let reach = |scope: &str, prefix: &str| {
        ["SERVER", "USER", "PASSWORD"].map(|name| member(scope, prefix, name).map(|one| one.repositories.len()))
    };
    assert_eq!(reach("user", "ACR"), [Some(3); 3]);
    assert_eq!(reach("user", "ECR"), [Some(3), Some(3), None]);
    assert_eq!(reach("user", "QUAY"), [Some(0); 3]);
    assert_eq!(reach("repo:acme/api", "HUB"), [Some(0); 3]);
    assert_eq!(reach("org:acme", "ACR"), [Some(22); 3]);
    assert_eq!(reach("org:acme", "GHCR"), [Some(6), Some(6), Some(4)]);
    let age = |secret: Option<SecretView>| (chrono::Utc::now() - secret.unwrap().updated_at).num_days();
    assert_eq!(age(member("user", "ACR", "PASSWORD")), 12);
    assert_eq!(age(member("repo:acme/api", "HUB", "PASSWORD")), 214);
    assert!(age(member("org:acme", "ACR", "PASSWORD")) > 3 * 365);
    let visibility = |secret: Option<SecretView>| secret.unwrap().visibility.unwrap();
    assert_eq!(visibility(member("org:globex", "DOCKERHUB", "SERVER")), "all");
    assert_eq!(visibility(member("org:globex", "LEGACY", "SERVER")), "private");
    assert!(world.secrets("org:acme").iter().chain(&world.secrets("user")).all(|one| one.created_at <= one.updated_at));
    assert_eq!(peer.get("/orgs/initech/codespaces/secrets").await.status, 403);
}
