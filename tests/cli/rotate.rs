//! Rotation: new values are written, and the access stays as it was.

use pullkey::sandbox::Scale;

use super::*;

#[test]
fn a_new_password_keeps_every_visibility_and_every_list() {
    let desk = Desk::of(Options { scale: Scale { org_repos: 101, ..Scale::default() }, ..Options::default() });
    let many: Vec<String> = (1..=101).map(|n| format!("acme/service-{n:04}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (flags, scope, visibility, names) in [
        ("--user", "user", "selected", &many[..0]),
        ("--user", "user", "selected", &many[..1]),
        ("--user", "user", "selected", &many[..]),
        ("--org acme", "org:acme", "all", &[]),
        ("--org acme", "org:acme", "private", &[]),
        ("--org acme", "org:acme", "selected", &[]),
        ("--org acme", "org:acme", "selected", &many[..]),
        ("--repo acme/api", "repo:acme/api", "selected", &[]),
    ] {
        desk.plant(scope, "ACR", visibility, names);
        let line = format!("rotate ACR {flags} --password-stdin --no-test --json");
        let document = desk.feed(&line, PASSWORD).ends(0).json();
        assert_eq!(document["members"]["password"]["outcome"], "updated", "{document}");
        assert!(document["members"]["server"].is_null() && document["members"]["user"].is_null(), "{document}");
        let [server, user, password] = desk.values(scope, "ACR");
        assert_eq!(
            (server.as_deref(), user.as_deref(), password.as_deref()),
            (Some("old.example"), Some("old-user"), Some(PASSWORD))
        );
        for member in ["SERVER", "USER", "PASSWORD"] {
            let secret = desk.world().secret(scope, &format!("ACR_CONTAINER_REGISTRY_{member}")).unwrap();
            assert_eq!(secret.repository_names(), names, "{flags} {visibility}");
            let wanted = (!scope.starts_with("repo")).then_some(visibility);
            assert_eq!(secret.visibility.as_deref(), wanted);
        }
    }
}

#[test]
fn what_can_be_tested_is_tested_first() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &["acme/api"]);
    let server = desk.registry(RegistryKind::Bearer);
    let line = format!("rotate ACR --user --server {server} --username puller --password-stdin --json");
    let ran = desk.feed(&line, "wrong").ends(1);
    assert_eq!(ran.json()["test"]["verdict"], "fail");
    assert_eq!(desk.count(&http::Method::PUT), 0);
    let document = desk.feed(&line, PASSWORD).ends(0).json();
    assert_eq!((&document["done"], &document["test"]["verdict"]), (&true.into(), &"pass".into()));
    assert_eq!(desk.values("user", "ACR")[0].as_deref(), Some(server.as_str()));
    assert_eq!(desk.granted("user", "ACR"), ["acme/api"]);
}

#[test]
fn what_cannot_be_tested_needs_a_yes_and_says_why() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &["acme/api"]);
    for (flags, words) in [
        ("", "the stored server and user"),
        ("--username puller", "the stored server (give"),
        ("--server ghcr.io", "the stored user (give"),
    ] {
        let ran = desk.feed(&format!("rotate ACR --user --password-stdin {flags}"), PASSWORD).ends(2);
        assert!(ran.stderr.contains(words) && ran.stderr.contains("--yes"), "{ran:?}");
    }
    assert_eq!(desk.count(&http::Method::PUT), 0);
    desk.feed("rotate ACR --user --password-stdin --yes", PASSWORD).ends(0);
    assert_eq!(desk.values("user", "ACR")[2].as_deref(), Some(PASSWORD));
}

#[test]
fn a_credential_that_is_not_there_is_not_made() {
    let desk = Desk::new();
    for flags in ["--user", "--org acme", "--repo acme/api"] {
        let problem = desk.feed(&format!("rotate ACR {flags} --password-stdin --json"), PASSWORD).ends(3).problem();
        assert!(problem["what"].as_str().unwrap().contains("no credential ACR"), "{problem}");
    }
    assert_eq!(desk.count(&http::Method::PUT), 0);
}

#[test]
fn members_that_differ_are_told_and_stay_so() {
    let desk = Desk::new();
    desk.plant("org:acme", "ACR", "selected", &["acme/api"]);
    let name = "ACR_CONTAINER_REGISTRY_SERVER";
    assert!(desk.world().put_secret("org:acme", name, "old.example", "selected", &["acme/api", "acme/web"]));
    let ran = desk.feed("rotate ACR --org acme --password-stdin --no-test", PASSWORD).ends(0);
    assert!(ran.stderr.contains("server 2 repositories"), "{ran:?}");
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/api"]);
    assert_eq!(desk.world().secret("org:acme", name).unwrap().repositories.len(), 2);
}

#[test]
fn values_that_cannot_work_are_refused_before_anything_is_sent() {
    let desk = Desk::new();
    for (flags, stdin) in [("", ""), ("", "p \n"), ("--server https://", PASSWORD)] {
        desk.feed(&format!("rotate ACR --user --password-stdin --json {flags}"), stdin).ends(2).problem();
    }
    assert!(desk.world().requests().is_empty());
}
