use super::*;

fn furnished(peer: &Peer) {
    let world = peer.world();
    assert!(world.put_package("container", "acme/api", "private", Some("acme/api")));
    assert!(world.put_package("container", "acme/team/base", "internal", None));
    assert!(world.put_package("container", "initech/tools", "private", None));
    assert!(world.put_package("npm", "octocat/ui", "private", None));
    assert!(world.put_package("container", "hubot/open", "public", None));
    assert!(!world.put_package("container", "acme/x", "private", Some("acme/nosuch")));
}

#[tokio::test]
async fn a_package_tells_its_visibility_and_the_repository_it_is_linked_to() {
    let peer = Peer::plain().await;
    furnished(&peer);
    let api = peer.get("/orgs/acme/packages/container/api").await.json();
    assert_eq!((api["visibility"].as_str(), api["repository"]["id"].as_u64()), (Some("private"), Some(201)));
    assert_eq!(
        (api["owner"]["type"].as_str(), api["package_type"].as_str()),
        (Some("Organization"), Some("container"))
    );
    let base = peer.get("/orgs/Acme/packages/container/team%2Fbase").await.json();
    assert_eq!((base["visibility"].as_str(), base.get("repository")), (Some("internal"), None));
    assert_eq!(peer.get("/user/packages/npm/ui").await.json()["name"], "ui");
    assert_eq!(peer.get("/users/octocat/packages/npm/ui").await.status, 200);
    assert_eq!(peer.get("/users/hubot/packages/container/open").await.json()["visibility"], "public");
}

#[tokio::test]
async fn what_one_may_not_see_is_not_there() {
    let peer = Peer::plain().await;
    furnished(&peer);
    for path in [
        "/orgs/initech/packages/container/tools",
        "/orgs/acme/packages/container/nosuch",
        "/orgs/acme/packages/npm/api",
        "/users/acme/packages/container/api",
        "/orgs/octocat/packages/npm/ui",
        "/orgs/acme/packages/container/team/base",
    ] {
        assert_eq!(peer.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn packages_are_for_classic_tokens_with_the_scope() {
    let peer = Peer::plain().await;
    furnished(&peer);
    peer.world().set_scopes(vec!["repo".to_owned(), "write:packages".to_owned()]);
    assert_eq!(peer.get("/orgs/acme/packages/container/api").await.status, 200);
    peer.world().set_scopes(vec!["repo".to_owned()]);
    let refused = peer.get("/orgs/acme/packages/container/api").await;
    assert_eq!((refused.status, refused.header("x-accepted-oauth-scopes")), (403, Some("read:packages")));
    assert_eq!(refused.message(), "You need at least read:packages scope to get a package.");
    assert!(peer.get("/user/packages?package_type=container").await.message().ends_with("to list packages."));
}

#[tokio::test]
async fn a_listing_wants_a_type_and_can_be_narrowed() {
    let peer = Peer::plain().await;
    furnished(&peer);
    let listed = |answer: Answer| -> Vec<String> {
        answer.json().as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(peer.get("/orgs/acme/packages").await.status, 400);
    assert_eq!(listed(peer.get("/orgs/acme/packages?package_type=container").await), ["api", "team/base"]);
    let internal = peer.get("/orgs/acme/packages?package_type=container&visibility=internal").await;
    assert_eq!(listed(internal), ["team/base"]);
    assert_eq!(listed(peer.get("/user/packages?package_type=npm").await), ["ui"]);
    let first = peer.get("/orgs/acme/packages?package_type=container&per_page=1").await;
    assert!(first.link("next").unwrap().contains("/organizations/1001/packages?"), "{:?}", first.link("next"));
}

#[tokio::test]
async fn a_transferred_repository_loses_its_packages_and_a_renamed_one_keeps_them() {
    let peer = Peer::plain().await;
    furnished(&peer);
    peer.world().rename_repository("acme/api", "service");
    let api = peer.get("/orgs/acme/packages/container/api").await.json();
    assert_eq!(api["repository"]["full_name"], "acme/service");
    peer.world().transfer_repository("acme/service", "octocat");
    assert_eq!(peer.get("/orgs/acme/packages/container/api").await.json().get("repository"), None);
}

#[tokio::test]
async fn an_account_says_whether_it_is_an_organization() {
    let peer = Peer::plain().await;
    assert_eq!(peer.get("/users/Acme").await.json()["type"], "Organization");
    assert_eq!(peer.get("/users/octocat").await.json()["type"], "User");
    assert_eq!(peer.get("/users/nosuch").await.status, 404);
}
