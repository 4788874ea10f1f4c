use super::*;

fn all(server: &str) -> [Option<String>; 3] {
    [Some(server.to_owned()), Some("puller".to_owned()), Some(PASSWORD.to_owned())]
}

#[test]
fn a_login_that_works_is_written_at_every_scope() {
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Bearer);
    for (flags, scope) in [
        ("ACR --user --repos octocat/hello-codespaces,acme/api", "user"),
        ("acr --repo acme/api", "repo:acme/api"),
        ("ACR --org acme --visibility selected --repos acme/api,ACME/Web", "org:acme"),
    ] {
        let document = desk.set(&format!("{flags} --json")).ends(0).json();
        assert_eq!((&document["version"], &document["prefix"]), (&1.into(), &"ACR".into()));
        assert_eq!((&document["done"], &document["test"]["verdict"]), (&true.into(), &"pass".into()));
        for member in ["server", "user", "password"] {
            assert_eq!(document["members"][member]["outcome"], "created", "{document}");
        }
        assert_eq!(desk.values(scope, "ACR"), all(&server), "{scope}");
    }
    assert_eq!(desk.granted("user", "ACR"), ["acme/api", "octocat/hello-codespaces"]);
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/api", "acme/web"]);
}

#[test]
fn a_new_user_credential_without_repositories_grants_nobody_and_says_so() {
    let desk = Desk::new();
    let ran = desk.set("ACR --user").ends(0);
    assert!(ran.stderr.contains("no repository gets it yet"), "{ran:?}");
    assert!(desk.granted("user", "ACR").is_empty());
    let document = desk.set("ECR --user --json").ends(0).json();
    assert!(document["notes"].to_string().contains("no repository gets it yet"), "{document}");
}

#[test]
fn a_new_organization_credential_needs_a_visibility() {
    let desk = Desk::new();
    let problem = desk.set("ACR --org acme --json").ends(2).problem();
    assert!(problem["hint"].as_str().unwrap().contains("--visibility"), "{problem}");
    assert_eq!(desk.values("org:acme", "ACR"), [None, None, None]);
    desk.set("ACR --org acme --visibility private").ends(0);
    let secret = desk.world().secret("org:acme", "ACR_CONTAINER_REGISTRY_USER").unwrap();
    assert_eq!(secret.visibility.as_deref(), Some("private"));
}

#[test]
fn a_refused_login_writes_nothing_and_is_one() {
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Basic);
    let line = format!("set ACR --user --preset other --server {server} --username puller --password-stdin --json");
    let ran = desk.feed(&line, "wrong\n").ends(1);
    ran.problem();
    assert_eq!(ran.json()["test"]["verdict"], "fail");
    assert_eq!(desk.count(&http::Method::PUT), 0);
    desk.feed(&format!("{line} --yes"), "wrong\n").ends(1);
    assert_eq!(desk.count(&http::Method::PUT), 0);
    desk.feed(&format!("{line} --no-test"), "wrong\n").ends(0);
    assert_eq!(desk.values("user", "ACR")[2].as_deref(), Some("wrong"));
}

#[test]
fn an_inconclusive_login_is_written_only_with_yes() {
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Open);
    let line = format!("set ACR --user --preset other --server {server} --username puller --password-stdin");
    let ran = desk.feed(&line, PASSWORD).ends(3);
    assert!(ran.stderr.contains("--yes"), "{ran:?}");
    assert_eq!(desk.count(&http::Method::PUT), 0);
    desk.feed(&format!("{line} --yes"), PASSWORD).ends(0);
    assert_eq!(desk.values("user", "ACR"), all(&server));
}

#[test]
fn overwriting_needs_yes_and_keeps_the_access() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &["acme/api"]);
    desk.plant("org:acme", "ACR", "private", &[]);
    desk.plant("org:acme", "HUB", "selected", &["acme/web", "acme/api"]);
    for flags in ["ACR --user", "ACR --org acme", "HUB --org acme"] {
        let ran = desk.set(flags).ends(2);
        assert!(ran.stderr.contains("--yes") && ran.stderr.contains("overwritten"), "{ran:?}");
    }
    assert_eq!(desk.count(&http::Method::PUT), 0);
    let document = desk.set("ACR --user --yes --json").ends(0).json();
    assert_eq!(document["members"]["password"]["outcome"], "updated");
    assert_eq!(desk.granted("user", "ACR"), ["acme/api"]);
    desk.set("ACR --org acme --yes").ends(0);
    desk.set("HUB --org acme --yes").ends(0);
    let visibility = |name: &str| desk.world().secret("org:acme", name).unwrap().visibility.unwrap();
    assert_eq!(visibility("ACR_CONTAINER_REGISTRY_SERVER"), "private");
    assert_eq!(visibility("HUB_CONTAINER_REGISTRY_SERVER"), "selected");
    assert_eq!(desk.granted("org:acme", "HUB"), ["acme/api", "acme/web"]);
    desk.set("HUB --org acme --yes --repos acme/site").ends(0);
    assert_eq!(desk.granted("org:acme", "HUB"), ["acme/site"]);
}

#[test]
fn a_write_that_fails_halfway_is_three_and_told_member_by_member() {
    for (path, kind, outcomes) in [
        ("_USER", FaultKind::Status(500), ["failed", "not_tried", "not_tried"]),
        ("_PASSWORD", FaultKind::Forbidden, ["created", "failed", "not_tried"]),
        ("_SERVER", FaultKind::DropBefore, ["created", "created", "failed"]),
        ("_SERVER", FaultKind::DropAfter, ["created", "created", "created"]),
        ("_PASSWORD", FaultKind::BadKey, ["created", "created", "created"]),
    ] {
        let desk = Desk::failing(&[(path, kind.clone())]);
        let is_whole = outcomes.iter().all(|outcome| *outcome == "created");
        let document = desk.set("ACR --user --json").ends(if is_whole { 0 } else { 3 }).json();
        let told =
            ["user", "password", "server"].map(|m| document["members"][m]["outcome"].as_str().unwrap().to_owned());
        assert_eq!(told, outcomes, "{path} {kind:?}: {document}");
        assert_eq!(document["done"], is_whole);
        let [server, user, password] = desk.values("user", "ACR").map(|value| value.is_some());
        assert_eq!([user, password, server], outcomes.map(|outcome| outcome == "created"), "{path} {kind:?}");
    }
}

#[test]
fn values_that_cannot_work_are_refused_before_anything_is_sent() {
    let desk = Desk::new();
    for (flags, stdin, word) in [
        ("--preset acr --server mycompany --username u --password-stdin", "p", "server"),
        ("--preset other --server r.example --username u --password-stdin", "", "password"),
        ("--preset other --server r.example --username u --password-stdin", "p \n", "password"),
        ("--preset other --server r.example --username u --password-stdin", "p\n\n", "password"),
        ("--preset other --server r.example --username u --password-env UNSET", "", "password"),
        ("--preset other --server r.example --username u --password-file /nonexistent", "", "password"),
        (
            "--preset ecr-token --server 123456789012.dkr.ecr.eu-west-1.amazonaws.com --username me --password-stdin",
            "p",
            "user",
        ),
    ] {
        let problem = desk.feed(&format!("set ACR --user --json {flags}"), stdin).ends(2).problem();
        assert!(problem["what"].as_str().unwrap().contains(word), "{flags}: {problem}");
    }
    let huge = "x".repeat(48 * 1024 + 1);
    desk.feed("set ACR --user --preset other --server r.example --username u --password-stdin --no-test", &huge)
        .ends(2);
    assert!(desk.world().requests().is_empty());
}

#[test]
fn docker_hubs_server_is_written_as_pulls_look_it_up() {
    let desk = Desk::new();
    let line = "set HUB --user --preset dockerhub --server docker.io --username octocat --password-stdin --no-test";
    let ran = desk.feed(line, "dckr_pat_abcdefghijklmnopqrstuvwxyz0").ends(0);
    assert!(ran.stderr.contains("https://index.docker.io/v1/"), "{ran:?}");
    assert_eq!(desk.values("user", "HUB")[0].as_deref(), Some("https://index.docker.io/v1/"));
}

#[test]
fn flags_that_do_not_fit_the_scope_are_usage() {
    let desk = Desk::new();
    for flags in [
        "ACR --repo acme/api --repos acme/web",
        "ACR --user --visibility all",
        "ACR --org acme --visibility all --repos acme/api",
        "ACR --org acme --visibility selected --repos octocat/dotfiles",
    ] {
        desk.set(flags).ends(2);
    }
    desk.set("ACR --user --repos acme/nosuch").ends(3);
    desk.set("ACR --repo initech/tps-reports").ends(3);
    assert_eq!(desk.count(&http::Method::PUT), 0);
}
