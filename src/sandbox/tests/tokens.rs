use chrono::TimeZone as _;

use super::*;

async fn as_token(peer: &Peer, token: &str, target: &str) -> Answer {
    let authorization = format!("Bearer {token}");
    let headers = [("Authorization", authorization.as_str()), ("User-Agent", "peer")];
    raw(&peer.sandbox.addr().to_string(), "GET", target, &headers, "").await.unwrap()
}

async fn post_form(peer: &Peer, path: &str, form: &str, accept: &str) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    let headers = [("User-Agent", "peer"), ("Content-Type", kind), ("Accept", accept)];
    raw(&peer.sandbox.addr().to_string(), "POST", path, &headers, form).await.unwrap()
}

#[tokio::test]
async fn each_token_has_its_own_scopes_user_and_end() {
    let peer = Peer::plain().await;
    let end = chrono::Utc.with_ymd_and_hms(2099, 5, 6, 7, 8, 9).unwrap();
    peer.world().add_token("gho_gh", &["repo", "read:org", "gist"], None, None);
    peer.world().add_token("ghp_hubot", &["codespace"], Some("hubot"), Some(end));
    assert_eq!(as_token(&peer, "gho_gh", USER).await.status, 403);
    assert!(peer.world().set_scopes_of("gho_gh", &["repo", "codespace"]));
    assert_eq!(as_token(&peer, "gho_gh", USER).await.status, 200);
    let hubot = as_token(&peer, "ghp_hubot", "/user").await;
    assert_eq!(hubot.json()["login"], "hubot");
    let mut told = Vec::new();
    for _ in 0..3 {
        let hubot = as_token(&peer, "ghp_hubot", "/user").await;
        told.push(hubot.header("github-authentication-token-expiration").unwrap().to_owned());
    }
    told.sort();
    let forms = ["2099-05-06 00:08:09 -0700", "2099-05-06 07:08:09 UTC", "2099-05-06 08:08:09 +0100"];
    assert_eq!(told, forms, "the three forms that were recorded");
    assert!(peer.world().put_secret("user:hubot", "HERS", "x", "selected", &[]));
    assert_eq!(as_token(&peer, "ghp_hubot", USER).await.json()["total_count"], 1);
    assert_eq!(peer.get(USER).await.json()["total_count"], 0);
    assert!(peer.world().revoke_token("ghp_hubot"));
    assert_eq!(as_token(&peer, "ghp_hubot", "/user").await.status, 401);
    peer.world().add_token("ghp_old", &["repo"], None, Some(chrono::DateTime::UNIX_EPOCH));
    assert_eq!(as_token(&peer, "ghp_old", "/user").await.status, 401);
    assert!(!peer.world().set_scopes_of("ghp_nobody", &[]));
}

#[tokio::test]
async fn tokens_of_one_user_share_the_budget_and_those_of_another_do_not() {
    let peer = Peer::plain().await;
    peer.world().add_token("gho_mine", &["repo"], None, None);
    peer.world().add_token("gho_hers", &["repo"], Some("hubot"), None);
    let used = |answer: &Answer| answer.header("x-ratelimit-used").unwrap().to_owned();
    peer.get("/user").await;
    assert_eq!(used(&as_token(&peer, "gho_mine", "/user").await), "2");
    assert_eq!(used(&as_token(&peer, "gho_hers", "/user").await), "1");
}

#[tokio::test]
async fn a_token_with_permissions_may_do_what_they_say() {
    let peer = Peer::plain().await;
    let world = peer.world();
    world.add_token("github_pat_x", &["codespaces_user_secrets=read", "codespaces=read"], None, None);
    let user = as_token(&peer, "github_pat_x", USER).await;
    assert_eq!(user.status, 200);
    assert_eq!(user.header("x-accepted-github-permissions"), Some("codespaces_user_secrets=read"));
    assert_eq!(user.header("x-oauth-scopes"), None);
    assert_eq!(as_token(&peer, "github_pat_x", "/user/codespaces").await.status, 200);
    let repo = as_token(&peer, "github_pat_x", API).await;
    assert_eq!((repo.status, repo.message().as_str()), (403, "Resource not accessible by personal access token"));
    assert_eq!(repo.header("x-accepted-github-permissions"), Some("codespaces_secrets=write"));
    assert_eq!(as_token(&peer, "github_pat_x", "/repos/acme/api").await.status, 200);
}

#[tokio::test]
async fn the_token_a_codespace_injects_is_no_user_and_no_good() {
    let peer = Peer::plain().await;
    peer.world().add_token("ghs_codespace", &[], None, None);
    peer.world().add_token("ghu_codespace", &["contents=write"], None, None);
    for token in ["ghs_codespace", "ghu_codespace"] {
        let refused = as_token(&peer, token, USER).await;
        assert_eq!((refused.status, refused.message().as_str()), (403, "Resource not accessible by integration"));
    }
    assert_eq!(as_token(&peer, "ghs_codespace", "/user").await.status, 403);
    assert_eq!(as_token(&peer, "ghu_codespace", "/user").await.status, 200);
}

#[tokio::test]
async fn single_sign_on_hides_an_organization_and_says_so() {
    let peer = Peer::new(Options { world: WorldKind::Demo, ..Options::default() }).await;
    assert!(peer.world().set_sso("acme", true));
    for path in ["/orgs/acme/codespaces/secrets", "/repos/acme/api", "/repos/acme/api/codespaces/secrets"] {
        let refused = peer.get(path).await;
        assert_eq!(refused.status, 403, "{path}");
        let sso = refused.header("x-github-sso").unwrap();
        assert!(sso.starts_with("required; url=https://github.com/orgs/acme/sso?authorization_request="), "{sso}");
    }
    for path in ["/user/repos?per_page=100", "/user/orgs", "/user/memberships/orgs", "/user/codespaces"] {
        let part = peer.get(path).await;
        assert_eq!(part.status, 200);
        assert_eq!(part.header("x-github-sso"), Some("partial-results; organizations=9919"), "{path}");
        assert!(!part.body.contains("\"full_name\":\"acme/"), "{path}");
    }
    peer.world().set_sso("acme", false);
    assert_eq!(peer.get("/user/orgs").await.header("x-github-sso"), None);
}

#[tokio::test]
async fn the_device_flow_waits_slows_down_and_hands_out_a_token() {
    let peer = Peer::plain().await;
    let accept = "application/json";
    let begun = post_form(&peer, "/login/device/code", "client_id=abc&scope=repo+codespace", accept).await.json();
    assert_eq!((&begun["expires_in"], &begun["interval"]), (&json!(900), &json!(5)));
    let (device, user) = (begun["device_code"].as_str().unwrap(), begun["user_code"].as_str().unwrap());
    assert_eq!((device.len(), user.len()), (40, 9));
    let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";
    let form = format!("client_id=abc&device_code={device}&grant_type={grant}");
    let poll = || post_form(&peer, "/login/oauth/access_token", &form, accept);
    assert_eq!(poll().await.json()["error"], "authorization_pending");
    let slow = poll().await.json();
    assert_eq!((&slow["error"], &slow["interval"]), (&json!("slow_down"), &json!(10)));
    assert_eq!(peer.world().device_codes(), [user.to_owned()]);
    assert!(peer.world().approve_device(user, Some(&["repo"])));
    peer.world().set_hurry(3600);
    peer.world().with(|state| state.flows.forget_polls());
    let granted = poll().await.json();
    assert_eq!((&granted["token_type"], &granted["scope"]), (&json!("bearer"), &json!("repo")));
    let token = granted["access_token"].as_str().unwrap();
    assert!(token.starts_with("gho_") && token.len() == 40);
    assert_eq!(as_token(&peer, token, "/user").await.header("x-oauth-scopes"), Some("repo"));
    peer.world().with(|state| state.flows.forget_polls());
    assert_eq!(poll().await.json()["error"], "incorrect_device_code");
}

#[tokio::test]
async fn the_device_flow_can_be_denied_end_or_be_switched_off() {
    let peer = Peer::plain().await;
    let accept = "application/json";
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    for (verdict, expected) in [("deny", "access_denied"), ("expire", "expired_token")] {
        let begun = post_form(&peer, "/login/device/code", "client_id=abc&scope=repo", accept).await.json();
        let user = begun["user_code"].as_str().unwrap();
        assert!(if verdict == "deny" { peer.world().deny_device(user) } else { peer.world().expire_device(user) });
        let device = begun["device_code"].as_str().unwrap();
        let form = format!("client_id=abc&device_code={device}&grant_type={grant}");
        let answer = post_form(&peer, "/login/oauth/access_token", &form, accept).await;
        assert_eq!((answer.status, &answer.json()["error"]), (200, &json!(expected)));
    }
    let plain = post_form(&peer, "/login/device/code", "client_id=abc", "*/*").await;
    assert!(plain.header("content-type").unwrap().starts_with("application/x-www-form-urlencoded"));
    assert!(plain.body.contains("user_code=") && plain.body.contains("&interval=5"), "{}", plain.body);
    assert_eq!(post_form(&peer, "/login/device/code", "scope=repo", accept).await.status, 404);
    peer.world().disable_device_flow(true);
    let off = post_form(&peer, "/login/device/code", "client_id=abc", accept).await.json();
    assert_eq!(off["error"], "device_flow_disabled");
}
