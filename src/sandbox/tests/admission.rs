use super::*;

async fn as_token(peer: &Peer, scheme: &str, token: &str, target: &str) -> Answer {
    let authorization = format!("{scheme} {token}");
    let headers = [("Authorization", authorization.as_str()), ("User-Agent", "peer")];
    raw(&peer.sandbox.addr().to_string(), "GET", target, &headers, "").await.unwrap()
}

#[tokio::test]
async fn only_the_token_is_let_in() {
    let peer = Peer::plain().await;
    let token = peer.sandbox.token().to_owned();
    assert_eq!(token.len(), 40);
    assert_eq!(as_token(&peer, "Bearer", &token, "/user").await.status, 200);
    assert_eq!(as_token(&peer, "token", &token, "/user").await.status, 200);
    let wrong = as_token(&peer, "Bearer", "ghp_wrong", "/user").await;
    assert_eq!((wrong.status, wrong.message().as_str()), (401, "Bad credentials"));
    assert_eq!(wrong.header("x-oauth-scopes"), None);
    let address = peer.sandbox.addr().to_string();
    let nobody = raw(&address, "GET", "/user", &[("User-Agent", "peer")], "").await.unwrap();
    assert_eq!(nobody.status, 401);
    let open = raw(&address, "GET", "/versions", &[("User-Agent", "peer")], "").await.unwrap();
    assert_eq!(open.status, 200);
}

#[tokio::test]
async fn a_request_needs_a_user_agent_and_a_known_version() {
    let peer = Peer::plain().await;
    let address = peer.sandbox.addr().to_string();
    let authorization = format!("Bearer {}", peer.sandbox.token());
    let anonymous = [("Authorization", authorization.as_str())];
    assert_eq!(raw(&address, "GET", "/user", &anonymous, "").await.unwrap().status, 403);
    for (version, status) in [("2022-11-28", 200), ("2026-03-10", 200), ("2019-01-01", 400)] {
        let headers = [anonymous[0], ("User-Agent", "peer"), ("X-GitHub-Api-Version", version)];
        assert_eq!(raw(&address, "GET", "/user", &headers, "").await.unwrap().status, status, "{version}");
    }
}

#[tokio::test]
async fn every_answer_tells_the_scopes_and_the_limit() {
    let peer = Peer::plain().await;
    let first = peer.get(USER).await;
    assert_eq!(first.header("x-oauth-scopes"), Some("repo, codespace, admin:org, read:packages"));
    assert_eq!(first.header("x-accepted-oauth-scopes"), Some("codespace, codespace:secrets"));
    assert_eq!(first.header("x-ratelimit-limit"), Some("5000"));
    assert_eq!(first.header("x-ratelimit-resource"), Some("codespaces"));
    let left = |answer: &Answer| answer.header("x-ratelimit-remaining").unwrap().parse::<u32>().unwrap();
    assert_eq!(left(&peer.get(USER).await), left(&first) - 1);
    let second = peer.get("/nothing").await;
    assert_eq!((second.header("x-ratelimit-resource"), left(&second)), (Some("core"), left(&first)));
    assert!(second.header("x-github-request-id").is_some() && second.header("x-github-media-type").is_some());
}

#[tokio::test]
async fn a_missing_scope_is_a_403_for_the_user_and_a_404_elsewhere() {
    let peer = Peer::plain().await;
    peer.world().set_scopes(vec!["read:org".to_owned()]);
    let user = peer.get(USER).await;
    assert_eq!(user.status, 403);
    assert!(user.message().contains("codespace:secrets"));
    assert_eq!(user.header("x-accepted-oauth-scopes"), Some("codespace, codespace:secrets"));
    let repo = peer.get(API).await;
    assert_eq!((repo.status, repo.header("x-accepted-oauth-scopes")), (404, Some("repo")));
    let org = peer.get(ACME).await;
    assert_eq!((org.status, org.header("x-accepted-oauth-scopes")), (404, Some("admin:org")));
    peer.world().set_scopes(vec!["codespace:secrets".to_owned()]);
    assert_eq!(peer.get(USER).await.status, 200);
}

#[tokio::test]
async fn repository_secrets_need_an_administrator_and_an_unarchived_repository() {
    let peer = Peer::plain().await;
    let pushing = peer.get("/repos/initech/tps-reports/codespaces/secrets").await;
    assert_eq!((pushing.status, pushing.message().as_str()), (403, "Must have admin rights to Repository."));
    assert_eq!(peer.get("/repos/acme/nothing/codespaces/secrets").await.status, 404);
    let attic = "/repos/acme/attic/codespaces/secrets";
    assert_eq!(peer.get(attic).await.status, 200);
    assert_eq!(peer.put(attic, "A", "x", &json!({})).await.status, 403);
    assert!(peer.world().set_repository_admin("acme/api", false));
    assert_eq!(peer.get(API).await.status, 403);
}

#[tokio::test]
async fn organization_secrets_need_an_owner() {
    let peer = Peer::plain().await;
    assert_eq!(peer.get(ACME).await.status, 200);
    assert_eq!(peer.get("/orgs/initech/codespaces/secrets").await.status, 403);
    assert_eq!(peer.get("/orgs/umbrella/codespaces/secrets").await.status, 404);
    assert!(peer.world().set_org_owner("acme", false));
    assert_eq!(peer.get(ACME).await.status, 403);
}

#[tokio::test]
async fn a_token_without_scopes_is_told_none_and_sees_no_organizations() {
    let options = Options { token: "github_pat_sandbox".to_owned(), ..Options::default() };
    let peer = Peer::new(options).await;
    let user = peer.get("/user").await;
    assert_eq!((user.status, user.header("x-oauth-scopes")), (200, None));
    assert_eq!(peer.get("/user/orgs").await.json(), json!([]));
    let secrets = peer.get(USER).await;
    assert_eq!(secrets.status, 200);
    assert_eq!(secrets.header("x-accepted-github-permissions"), Some("codespaces_user_secrets=read"));
    assert_eq!(secrets.header("x-accepted-oauth-scopes"), None);
}

#[tokio::test]
async fn paths_are_taken_literally_but_for_their_escapes() {
    let peer = Peer::plain().await;
    let unknown = peer.get("/user/codespaces/secrets/").await;
    assert_eq!((unknown.status, unknown.json()["status"].as_str()), (404, Some("404")));
    assert_eq!(unknown.message(), "Not Found");
    assert_eq!(peer.get("/repos/%61cme/api").await.status, 200);
    assert_eq!(peer.get("/repos/acme%2Fapi").await.status, 404);
    assert_eq!(peer.get("//user").await.status, 404);
    assert_eq!(peer.send("POST", USER, &json!({})).await.status, 404);
}

#[tokio::test]
async fn a_proxys_client_may_name_the_host_in_the_target() {
    let peer = Peer::plain().await;
    let authorization = format!("token {}", peer.sandbox.token());
    let headers = [("Authorization", authorization.as_str()), ("User-Agent", "gh"), ("Host", "api.github.localhost")];
    peer.put(USER, "A", "x", &json!({})).await;
    let target = format!("http://api.github.localhost{USER}/A");
    let answer = raw(&peer.sandbox.addr().to_string(), "GET", &target, &headers, "").await.unwrap();
    assert_eq!(answer.status, 200);
    let expected = format!("http://api.github.localhost{USER}/A/repositories");
    assert_eq!(answer.json()["selected_repositories_url"], expected);
}

#[tokio::test]
async fn links_start_with_the_public_url_when_one_is_given() {
    let public_url = Some("https://sandbox.example/".to_owned());
    let scale = Scale { secrets: 40, ..Scale::default() };
    let peer = Peer::new(Options { scale, public_url, ..Options::default() }).await;
    let next = peer.get(USER).await.link("next").unwrap();
    assert_eq!(next, format!("https://sandbox.example{USER}?page=2"));
}
