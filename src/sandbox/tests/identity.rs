use super::*;

fn list(answer: &Answer, field: &str) -> Vec<String> {
    answer.json().as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn one_is_octocat_and_belongs_to_two_organizations() {
    let peer = Peer::plain().await;
    assert_eq!(peer.get("/user").await.json()["login"], "octocat");
    assert_eq!(list(&peer.get("/user/orgs").await, "login"), ["acme", "initech"]);
    let memberships = peer.get("/user/memberships/orgs?state=active").await.json();
    let roles: Vec<_> = memberships.as_array().unwrap().iter().map(|one| one["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["admin", "member"]);
    assert_eq!(memberships[0]["organization"]["login"], "acme");
    assert_eq!(peer.get("/user/memberships/orgs/initech").await.json()["role"], "member");
    assert_eq!(peer.get("/user/memberships/orgs/umbrella").await.status, 404);
    assert_eq!(peer.get("/orgs/umbrella").await.status, 200);
    peer.world().set_scopes(vec!["repo".to_owned()]);
    assert_eq!(peer.get("/user/orgs").await.status, 403);
    assert_eq!(peer.get("/user/memberships/orgs").await.status, 403);
}

#[tokio::test]
async fn ones_repositories_tell_rights_and_visibility() {
    let peer = Peer::plain().await;
    let repos = peer.get("/user/repos?per_page=100").await;
    assert_eq!(repos.json().as_array().unwrap().len(), 10);
    let api = peer.get("/repos/Acme/API").await.json();
    assert_eq!((api["id"].as_u64(), api["full_name"].as_str()), (Some(201), Some("acme/api")));
    assert_eq!((api["private"].as_bool(), api["visibility"].as_str()), (Some(true), Some("private")));
    assert_eq!(api["permissions"]["admin"], true);
    assert_eq!(api["owner"]["type"], "Organization");
    let handbook = peer.get("/repos/initech/handbook").await.json();
    assert_eq!(
        (handbook["permissions"]["pull"].as_bool(), handbook["permissions"]["push"].as_bool()),
        (Some(true), Some(false))
    );
    assert_eq!(peer.get("/repos/acme/attic").await.json()["archived"], true);
    assert_eq!(list(&peer.get("/user/repos?affiliation=owner").await, "name"), ["dotfiles", "hello-codespaces"]);
    assert_eq!(list(&peer.get("/user/repos?affiliation=collaborator").await, "name"), ["shared-notes"]);
    assert_eq!(list(&peer.get("/user/repos?visibility=public").await, "name"), ["site", "hello-codespaces"]);
    assert_eq!(peer.get("/user/repos?type=all&visibility=public").await.status, 422);
}

#[tokio::test]
async fn without_the_scope_repo_only_public_repositories_exist() {
    let peer = Peer::plain().await;
    peer.world().set_scopes(vec!["codespace".to_owned()]);
    assert_eq!(list(&peer.get("/user/repos").await, "name"), ["site", "hello-codespaces"]);
    assert_eq!(peer.get("/repos/acme/api").await.status, 404);
}

#[tokio::test]
async fn an_organizations_repositories_are_linked_by_its_id() {
    let scale = Scale { org_repos: 60, ..Scale::default() };
    let peer = Peer::new(Options { scale, ..Options::default() }).await;
    let first = peer.get("/orgs/acme/repos").await;
    let next = first.link("next").unwrap();
    assert_eq!(next, format!("{}/organizations/1001/repos?page=2", peer.sandbox.api_url()));
    let second = peer.get(next.strip_prefix(&peer.sandbox.api_url()).unwrap()).await;
    assert_eq!(second.json().as_array().unwrap().len(), 30);
    assert_eq!(list(&peer.get("/orgs/umbrella/repos").await, "name"), [""; 0]);
    assert_eq!(peer.get("/orgs/nobody/repos").await.status, 404);
}

#[tokio::test]
async fn a_renamed_repository_sends_readers_on_and_writers_too() {
    let peer = Peer::plain().await;
    assert!(peer.world().rename_repository("acme/api", "core"));
    let old = peer.get("/repos/acme/api").await;
    let target = format!("{}/repositories/201", peer.sandbox.api_url());
    assert_eq!((old.status, old.header("location")), (301, Some(target.as_str())));
    assert_eq!(peer.get("/repositories/201").await.json()["full_name"], "acme/core");
    let put = peer.send("PUT", &format!("{API}/A"), &json!({})).await;
    let target = format!("{target}/codespaces/secrets/A");
    assert_eq!((put.status, put.header("location")), (307, Some(target.as_str())));
    assert_eq!(peer.put("/repositories/201/codespaces/secrets", "A", "x", &json!({})).await.status, 201);
    assert!(peer.world().secret("repo:acme/core", "A").is_some());
}

#[tokio::test]
async fn every_path_of_a_renamed_or_moved_repository_leads_on_with_its_query() {
    let peer = Peer::plain().await;
    let base = peer.sandbox.api_url();
    assert!(peer.world().rename_repository("acme/api", "core"));
    let old = peer.get(&format!("{API}?per_page=100&page=2")).await;
    let target = format!("{base}/repositories/201/codespaces/secrets?per_page=100&page=2");
    assert_eq!((old.status, old.header("location")), (301, Some(target.as_str())));
    assert_eq!(peer.get("/repos/acme/api/codespaces").await.status, 301);
    assert!(peer.world().transfer_repository("acme/core", "octocat"));
    for former in ["/repos/acme/api", "/repos/ACME/core"] {
        assert_eq!(peer.get(former).await.header("location"), Some(format!("{base}/repositories/201").as_str()));
    }
    assert_eq!(peer.get("/repositories/201").await.json()["owner"]["login"], "octocat");
    // A new repository takes over the old name.
    assert!(peer.world().rename_repository("acme/web", "api"));
    assert_eq!(peer.get("/repos/acme/api").await.json()["id"], 202);
    assert!(peer.world().remove_repository("acme/api"));
    assert_eq!(peer.get("/repositories/202").await.status, 404);
    assert_eq!(peer.get("/repos/acme/infra").await.json()["id"], 203);
}

#[tokio::test]
async fn repositories_tell_their_topics() {
    let peer = Peer::plain().await;
    assert_eq!(peer.get("/repos/acme/api").await.json()["topics"], json!(["backend", "course-2026"]));
    assert!(peer.world().set_topics("acme/site", &["www"]));
    let all = peer.get("/orgs/acme/repos?per_page=100").await.json();
    let site = all.as_array().unwrap().iter().find(|repo| repo["name"] == "site").unwrap().clone();
    assert_eq!(site["topics"], json!(["www"]));
}

#[tokio::test]
async fn the_api_tells_about_itself() {
    let peer = Peer::plain().await;
    assert_eq!(peer.get("/versions").await.json(), json!(["2022-11-28", "2026-03-10"]));
    assert!(peer.get("/").await.json()["current_user_url"].is_string());
    assert!(peer.get("/meta").await.json()["domains"].is_object());
    let limit = peer.get("/rate_limit").await.json();
    assert_eq!(limit["resources"]["core"]["used"], limit["rate"]["used"]);
    assert_eq!(limit, peer.get("/rate_limit").await.json());
}

#[tokio::test]
async fn the_query_of_gh_for_repository_ids_is_answered() {
    let peer = Peer::plain().await;
    let query = "query MapRepositoryNames {\n repo_000: repository(owner: \"acme\", name: \"api\") { databaseId }\n \
                 repo_001: repository(owner: \"acme\", name: \"gone\") { databaseId }\n}";
    let answer = peer.send("POST", "/graphql", &json!({"query": query, "variables": null})).await;
    assert_eq!(answer.json()["data"], json!({"repo_000": {"databaseId": 201}, "repo_001": null}));
    assert_eq!(answer.json()["errors"][0]["type"], "NOT_FOUND");
    let viewer = peer.send("POST", "/api/graphql", &json!({"query": "query{viewer{login}}"})).await;
    assert_eq!(viewer.json()["data"]["viewer"]["login"], "octocat");
    let other = peer.send("POST", "/graphql", &json!({"query": "{ rateLimit { cost } }"})).await;
    assert!(other.json()["errors"].is_array());
}
