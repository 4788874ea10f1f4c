use chrono::TimeDelta;

use super::*;

const MINE: &str = "/user/codespaces";

async fn demo() -> Peer {
    Peer::new(Options { world: WorldKind::Demo, ..Options::default() }).await
}

#[tokio::test]
async fn the_demo_has_a_codespace_in_every_condition() {
    let peer = demo().await;
    let list = peer.get(MINE).await.json();
    assert_eq!(list["total_count"], 5);
    let states = names(&list, "codespaces", "state");
    assert_eq!(states, ["Available", "Available", "Available", "Shutdown", "Failed"]);
    let dirty = &list["codespaces"][2];
    assert_eq!(dirty["git_status"]["has_uncommitted_changes"], true);
    let changed = |name: &str| peer.world().secret("user", name).unwrap().updated_at;
    let password = changed("ACR_CONTAINER_REGISTRY_PASSWORD");
    let started = |name: &str| peer.world().codespace(name).unwrap().started;
    assert!(started("bookish-space-pancake-q5pv") < password && started("fluffy-disco-x7q4vr9w") > password);
}

#[tokio::test]
async fn ones_own_are_listed_by_repository_and_in_pages() {
    let peer = demo().await;
    let id = peer.world().repository_id("acme/api").unwrap();
    assert_eq!(peer.get(&format!("{MINE}?repository_id={id}")).await.json()["total_count"], 1);
    assert_eq!(peer.get(&format!("{MINE}?repository_id=x")).await.status, 422);
    assert_eq!(peer.get("/repos/acme/api/codespaces").await.json()["total_count"], 1);
    for number in 0..40 {
        assert!(peer.world().add_codespace(CodespaceDraft::new(&format!("many-{number}"), "acme/web")));
    }
    let page = peer.get(MINE).await;
    assert_eq!(page.json()["codespaces"].as_array().unwrap().len(), 30);
    assert!(page.link("next").unwrap().ends_with("page=2"));
    assert!(!peer.world().add_codespace(CodespaceDraft::new("nowhere", "acme/nothing")));
}

#[tokio::test]
async fn a_codespace_is_stopped_and_started_and_its_start_is_remembered() {
    let peer = demo().await;
    let name = "bookish-space-pancake-q5pv";
    let before = peer.world().codespace(name).unwrap().started;
    let post = |verb: &str| format!("{MINE}/{name}/{verb}");
    assert_eq!(peer.send("POST", &post("start"), &Value::Null).await.status, 409);
    let stopping = peer.send("POST", &post("stop"), &Value::Null).await;
    assert_eq!((stopping.status, &stopping.json()["state"]), (200, &json!("ShuttingDown")));
    assert_eq!(peer.send("POST", &post("start"), &Value::Null).await.status, 409);
    assert!(peer.world().set_codespace_state(name, "Shutdown"));
    let starting = peer.send("POST", &post("start"), &Value::Null).await;
    assert_eq!((starting.status, &starting.json()["state"]), (200, &json!("Queued")));
    peer.world().set_codespace_state(name, "Available");
    assert!(peer.world().codespace(name).unwrap().started - before > TimeDelta::days(1));
    assert_eq!(peer.get(&format!("{MINE}/nothing")).await.status, 404);
}

#[tokio::test]
async fn in_a_hurry_a_stop_takes_an_instant() {
    let peer = Peer::new(Options { world: WorldKind::Demo, hurry: 3600, ..Options::default() }).await;
    let url = format!("{MINE}/bookish-space-pancake-q5pv");
    peer.send("POST", &format!("{url}/stop"), &Value::Null).await;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|last| last != "Shutdown") {
        seen.push(peer.get(&url).await.json()["state"].as_str().unwrap().to_owned());
        assert!(seen.len() < 1000);
    }
}

#[tokio::test]
async fn a_start_can_be_refused_for_money_or_while_something_is_pending() {
    let peer = demo().await;
    let url = format!("{MINE}/crispy-lamp-9g6x/start");
    peer.world().add_fault("POST:/start:1:402".parse().unwrap());
    let unpaid = peer.send("POST", &url, &Value::Null).await;
    assert_eq!(unpaid.status, 402);
    assert!(unpaid.message().contains("spending limit"));
    let draft = CodespaceDraft { pending: true, state: "Shutdown".into(), ..CodespaceDraft::new("busy", "acme/api") };
    peer.world().add_codespace(draft);
    assert_eq!(peer.send("POST", &format!("{MINE}/busy/start"), &Value::Null).await.status, 409);
    assert_eq!(peer.send("POST", &url, &Value::Null).await.status, 200);
}

#[tokio::test]
async fn an_owner_sees_the_members_codespaces_and_may_stop_but_not_start_them() {
    let peer = demo().await;
    let list = peer.get("/orgs/acme/codespaces").await.json();
    assert_eq!(list["total_count"], 5 + 2 - 1, "one is not in acme");
    let one = "/orgs/acme/members/hubot/codespaces";
    assert_eq!(peer.get(one).await.json()["total_count"], 1);
    let stop = peer.send("POST", &format!("{one}/literate-waffle-77rj/stop"), &Value::Null).await;
    assert_eq!((stop.status, &stop.json()["state"]), (200, &json!("ShuttingDown")));
    assert_eq!(peer.send("POST", &format!("{one}/literate-waffle-77rj/start"), &Value::Null).await.status, 404);
    assert_eq!(peer.get(&format!("{MINE}/literate-waffle-77rj")).await.status, 404);
    assert_eq!(peer.get("/orgs/initech/codespaces").await.status, 403);
    peer.world().set_scopes(vec!["repo".to_owned(), "codespace:secrets".to_owned()]);
    assert_eq!(peer.get("/orgs/acme/codespaces").await.status, 404);
    let refused = peer.get(MINE).await;
    assert_eq!((refused.status, refused.header("x-accepted-oauth-scopes")), (403, Some("codespace")));
}
