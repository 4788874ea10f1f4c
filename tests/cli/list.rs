use pullkey::sandbox::{FaultKind, Options, WorldKind};

use super::*;

#[test]
fn without_flags_everything_that_can_be_reached_is_listed() {
    let desk = Desk::of(Options { world: WorldKind::Demo, ..Options::default() });
    let document = desk.run("list --json").ends(0).json();
    assert_eq!(document["version"], 1);
    let scopes = document["scopes"].as_array().unwrap();
    assert_eq!(scopes[0]["scope"], "user");
    let initech = scopes.iter().find(|scope| scope["name"] == "initech").unwrap();
    assert_eq!((&initech["readable"], &initech["scope"]), (&false.into(), &"organization".into()));
    assert!(initech["problem"]["hint"].is_string());
    let acr = &scopes[0]["credentials"][0];
    assert_eq!((&acr["prefix"], &acr["complete"]), (&"ACR".into(), &true.into()));
    assert_eq!(acr["members"]["server"]["access"]["kind"], "selected");
    assert_eq!(acr["members"]["server"]["access"]["complete"], true);
    assert!(acr["members"]["server"]["access"]["repositories"][0]["id"].is_u64());
    let ecr = &scopes[0]["credentials"][1];
    assert_eq!((&ecr["complete"], &ecr["members"]["password"]), (&false.into(), &Value::Null));
    let text = desk.run("list").ends(0).stdout;
    assert!(text.contains("organization globex") && text.contains("all repositories"), "{text}");
}

#[test]
fn a_named_scope_that_cannot_be_read_is_three_and_never_looks_empty() {
    let desk = Desk::new();
    let document = desk.run("list --user --org initech --repo acme/api --json").ends(3).json();
    let readable: Vec<_> = document["scopes"].as_array().unwrap().iter().map(|scope| &scope["readable"]).collect();
    assert_eq!(readable, [true, true, false]);
    assert_eq!(document["scopes"][1]["name"], "acme/api");
    let text = desk.run("list --org initech").ends(3).stdout;
    assert!(text.contains('!') && text.contains("hint:"), "{text}");
    desk.run("list --org acme --org acme").ends(0);
}

#[test]
fn more_than_one_page_is_read() {
    let desk = Desk::of(Options {
        scale: pullkey::sandbox::Scale { secrets: 60, ..Default::default() },
        ..Options::default()
    });
    for repository in 0..3 {
        let name = format!("X{repository}_CONTAINER_REGISTRY_USER");
        assert!(desk.world().put_secret("user", &name, "u", "selected", &["octocat/hello-codespaces"]));
    }
    let document = desk.run("list --user --json").ends(0).json();
    let scope = &document["scopes"][0];
    let count = scope["other_secrets"].as_array().unwrap().len() + scope["credentials"].as_array().unwrap().len();
    assert!(count >= 23 && scope["complete"] == true, "{scope}");
}

#[test]
fn hostile_names_reach_no_terminal_and_survive_in_json() {
    let desk = Desk::of(Options { hostile: true, ..Options::default() });
    let ran = desk.run("list --user --json").ends(0);
    let name = ran.json()["scopes"][0]["other_secrets"][0]["name"].clone();
    assert_eq!(name, "EVIL\u{1b}[2J\u{202e}NAME");
    // `finish` has checked both outputs for hostile characters.
    assert!(desk.run("list --user").ends(0).stdout.contains("EVIL"));
}

#[test]
fn strange_answers_are_told_in_words() {
    for kind in [FaultKind::Html(200), FaultKind::Html(502), FaultKind::TruncatedJson, FaultKind::Status(500)] {
        let desk = Desk::new();
        desk.world().add_fault(Fault {
            method: None,
            path_contains: "/user/codespaces/secrets".to_owned(),
            nth: 1,
            times: 99,
            kind: kind.clone(),
        });
        let document = desk.run("list --user --json").ends(3).json();
        let problem = &document["scopes"][0]["problem"];
        assert!(problem["what"].is_string() && problem["why"].is_string(), "{kind:?}: {document}");
    }
}

#[test]
fn a_refused_token_fails_the_whole_listing() {
    let desk = Desk::new();
    desk.run_with("list --json", &[("GH_TOKEN", "ghp_wrong")]).ends(3).problem();
    desk.run_with("list --user --json", &[("GH_TOKEN", "ghp_wrong")]).ends(3);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let desk = Desk::new();
    let mut child = desk.command("list --user --json").spawn().unwrap();
    drop(child.stdout.take());
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_told() {
    let desk = Desk::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let child = desk.command("list --user").stdout(full).spawn().unwrap();
    let ran = finish(child, "").ends(3);
    assert!(ran.stderr.contains("could not be written"), "{ran:?}");
}

#[test]
fn what_github_says_to_do_stands_whole_in_json_and_for_people() {
    let desk = Desk::new();
    let message = "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's \
                   lifetime is greater than 366 days. Please adjust your token's lifetime at the following URL: \
                   https://github.com/settings/personal-access-tokens/1234567";
    let kind = FaultKind::Says(403, message.to_owned());
    desk.world().add_fault(pullkey::sandbox::Fault::always("/orgs/acme/codespaces/secrets", kind));
    let document = desk.run("list --org acme --json").ends(3).json();
    let problem = &document["scopes"][0]["problem"];
    assert!(problem["why"].as_str().unwrap().contains(message), "{problem}");
    let text = desk.run("list --org acme").ends(3).stdout;
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("personal-access-tokens/1234567"), "{text}");
}

#[test]
fn a_name_that_is_nearly_a_members_stands_beside_its_credential_with_the_fix() {
    let desk = Desk::new();
    for name in
        ["TEAM_CONTAINER_REGISTRY_SERVER", "TEAM_CONTAINER_REGISTRY_PASSWORD", "TEAM_CONTAINER_REGISTRY_USERNAME"]
    {
        assert!(desk.world().put_secret("repo:acme/api", name, "x", "", &[]), "{name}");
    }
    let ran = desk.run("list --repo acme/api").ends(0);
    let named = "named TEAM_CONTAINER_REGISTRY_USERNAME: codespaces only read TEAM_CONTAINER_REGISTRY_USER";
    assert!(
        ran.stdout.contains(named) && ran.stdout.contains("then delete TEAM_CONTAINER_REGISTRY_USERNAME"),
        "{ran:?}"
    );
    let near = &desk.run("list --repo acme/api --json").ends(0).json()["scopes"][0]["near_misses"][0];
    assert_eq!((&near["code"], &near["member"]), (&"near_miss".into(), &"user".into()), "{near}");
    assert_eq!(near["meant"], serde_json::json!(["TEAM_CONTAINER_REGISTRY_USER"]));
    let ran = desk.set("TEAM --repo acme/api --yes").ends(0);
    assert!(ran.stderr.contains("named TEAM_CONTAINER_REGISTRY_USERNAME"), "{ran:?}");
}
