//! Imported values: from docker and its helpers, AWS, the environment, a file.

use super::*;

const DOTENV: &str = "# ours\nOTHER_CONTAINER_REGISTRY_SERVER=other.example\n";

/// Docker's configuration with one login.
fn docker_config(server: &str) -> String {
    // puller:0ther
    format!(r#"{{"auths": {{"{server}": {{"auth": "cHVsbGVyOjB0aGVy"}}}}}}"#)
}

impl Desk {
    fn file(&self, name: &str, text: &str) {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Writes docker's configuration with this login, and one more.
    fn docker_login(&self, server: &str) {
        use base64::Engine as _;
        let auth = base64::engine::general_purpose::STANDARD.encode(format!("puller:{PASSWORD}"));
        let text = format!(r#"{{"auths": {{"{server}": {{"auth": "{auth}"}}, "quay.io": {{"auth": "eDp5"}}}}}}"#);
        self.file(".docker/config.json", &text);
    }
}

#[test]
fn dockers_own_login_is_tested_and_written() {
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Basic);
    desk.docker_login(&server);
    let ran = desk.run(&format!("test --from docker:{server}")).ends(0);
    assert!(ran.stdout.contains("verdict: pass"), "{ran:?}");
    assert!(ran.stderr.contains("the values come from docker's login for"), "{ran:?}");
    desk.run(&format!("set TEAM --repo acme/api --preset other --from docker:{server} --yes")).ends(0);
    let values = desk.values("repo:acme/api", "TEAM");
    assert_eq!(values, [Some(server.clone()), Some("puller".to_owned()), Some(PASSWORD.to_owned())]);
    let several = desk.run("test --from docker --json").ends(2).problem();
    assert!(several["hint"].as_str().unwrap().contains("docker:quay.io"), "{several}");
    let none = desk.run("test --from docker:nosuch.example --json").ends(2).problem();
    assert!(none["why"].as_str().unwrap().contains("no such login"), "{none}");
    let over = desk.run(&format!("test --from docker:{server} --username nobody")).ends(1);
    assert!(over.stderr.contains("--username is used in place"), "{over:?}");
}

#[cfg(unix)]
#[test]
fn a_helper_of_dockers_is_run_only_for_the_login_that_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Bearer);
    desk.file(".docker/config.json", &format!(r#"{{"auths": {{"{server}": {{}}}}, "credsStore": "fake"}}"#));
    let answer = format!(r#"{{"ServerURL":"{server}","Username":"puller","Secret":"{PASSWORD}"}}"#);
    let marker = desk.home.path().join("ran");
    let script = format!("#!/bin/sh\n: > {}\nprintf '%s' '{answer}'\n", marker.display());
    desk.file("docker-credential-fake", &script);
    let helper = desk.home.path().join("docker-credential-fake");
    std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).unwrap();
    let problem = desk.run("test --from docker --json").ends(2).problem();
    assert!(problem["why"].as_str().unwrap().contains("docker-credential-fake would have to be run"), "{problem}");
    assert!(!marker.exists(), "it was run without consent");
    desk.run(&format!("test --from docker:{server}")).ends(0);
    assert!(marker.exists());
}

#[test]
fn an_aws_profile_gives_user_and_password_and_a_session_is_refused() {
    let desk = Desk::new();
    let text = format!(
        "[default]\naws_access_key_id = puller\naws_secret_access_key = {PASSWORD}\n\
         [session]\naws_access_key_id = ASIAX\naws_secret_access_key = y\naws_session_token = z\n"
    );
    desk.file(".aws/credentials", &text);
    let server = desk.registry(RegistryKind::Basic);
    desk.run(&format!("test --from aws --server {server}")).ends(0);
    let lacking = desk.run("test --from aws --json").ends(2).problem();
    assert!(lacking["hint"].as_str().unwrap().contains("--server"), "{lacking}");
    let session = desk.run("test --from aws:session --json").ends(2).problem();
    assert!(session["why"].as_str().unwrap().contains("session token"), "{session}");
    let lines = desk.run("set E --user --preset ecr --from aws --json").ends(2).problem();
    assert!(lines["why"].as_str().unwrap().contains("--server is missing"), "{lines}");
}

#[test]
fn a_triple_of_the_environment_or_of_a_file_is_the_one_of_the_prefix() {
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Basic);
    let names = |prefix: &str| ["SERVER", "USER", "PASSWORD"].map(|m| format!("{prefix}_CONTAINER_REGISTRY_{m}"));
    let values = [server.as_str(), "puller", PASSWORD];
    let env: Vec<_> = names("TEAM").into_iter().zip(values).collect();
    let env: Vec<_> = env.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    desk.run_with("set TEAM --repo acme/api --preset other --from env --yes", &env).ends(0);
    assert_eq!(desk.values("repo:acme/api", "TEAM")[2].as_deref(), Some(PASSWORD));
    desk.run_with("test --from env:TEAM", &env).ends(0);
    let lines: String =
        names("TEAM").iter().zip(values).map(|(name, value)| format!("{name}={value}\n")).collect::<Vec<_>>().concat();
    desk.file("ours.env", &format!("{DOTENV}{lines}"));
    desk.run("test --from file:ours.env TEAM").ends(0);
    desk.run(&format!("set TEAM --repo acme/web --preset other --from file:ours.env --yes --server {server}")).ends(0);
    let half = desk.run("test --from file:ours.env OTHER --json").ends(2).problem();
    assert!(half["why"].as_str().unwrap().contains("OTHER_CONTAINER_REGISTRY_PASSWORD are missing"), "{half}");
    desk.file("broken.env", "A=1\nTEAM_CONTAINER_REGISTRY_PASSWORD=a b\n");
    let broken = desk.run("test --from file:broken.env --json").ends(2).problem();
    assert!(broken["why"].as_str().unwrap().contains("PASSWORD in line 2 contains white space"), "{broken}");
}

#[test]
fn a_login_for_something_else_is_never_sent_or_written_because_it_is_the_only_one() {
    let desk = Desk::new();
    let (mine, other) = (desk.registry(RegistryKind::Basic), desk.registry(RegistryKind::Bearer));
    desk.file(".docker/config.json", &docker_config(&mine));
    let asked = || desk.world().requests().iter().filter(|request| request.door != "api").count();
    let before = asked();
    let refused = desk.run(&format!("test --from docker --server {other} --json")).ends(2).problem();
    assert!(refused["why"].as_str().unwrap().contains(&format!("no login for {other}")), "{refused}");
    assert_eq!(asked(), before, "nothing was sent");
    let named = desk.run(&format!("test --from docker:{mine} --server {other} --with native"));
    assert!(named.stderr.contains(&format!("--server {other} is used in place of {mine}")), "{named:?}");
    let ghcr: Vec<_> = ["SERVER", "USER", "PASSWORD"].map(|m| format!("GHCR_CONTAINER_REGISTRY_{m}")).into();
    let ghcr: Vec<_> = ghcr.iter().map(String::as_str).zip([mine.as_str(), "puller", PASSWORD]).collect();
    let absent = desk.run_with("test ACR --from env --json", &ghcr).ends(2).problem();
    assert!(absent["why"].as_str().unwrap().contains("no values for ACR"), "{absent}");
    assert!(absent["hint"].as_str().unwrap().contains("env:GHCR"), "{absent}");
}

#[test]
fn rotating_from_a_place_writes_its_password_and_nothing_that_was_not_said() {
    let desk = Desk::new();
    let mine = desk.registry(RegistryKind::Basic);
    desk.set("TEAM --repo acme/api").ends(0);
    let there = desk.values("repo:acme/api", "TEAM");
    desk.file(".docker/config.json", &docker_config(&mine));
    let line = "rotate TEAM --repo acme/api --yes";
    let unnamed = desk.run(&format!("{line} --from docker --json")).ends(2).problem();
    assert!(unnamed["hint"].as_str().unwrap().contains(&format!("--from docker:{mine}")), "{unnamed}");
    let triple: Vec<_> = ["SERVER", "USER", "PASSWORD"].map(|m| format!("GHCR_CONTAINER_REGISTRY_{m}")).into();
    let triple: Vec<_> = triple.iter().map(String::as_str).zip([mine.as_str(), "other", "0ther"]).collect();
    desk.run_with(&format!("{line} --from env --json"), &triple).ends(2);
    assert_eq!(desk.values("repo:acme/api", "TEAM"), there, "nothing was written");
    let ran = desk.run(&format!("{line} --from docker:{mine}")).ends(0);
    assert!(ran.stderr.contains("only the password is imported from docker's login for"), "{ran:?}");
    let [server, user, password] = desk.values("repo:acme/api", "TEAM");
    assert_eq!([&server, &user], [&there[0], &there[1]]);
    assert_eq!(password.as_deref(), Some("0ther"));
}

#[test]
fn every_credential_of_the_environment_is_tested_and_the_worst_decides() {
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Basic);
    let good = [
        ("TEAM_CONTAINER_REGISTRY_SERVER", server.as_str()),
        ("TEAM_CONTAINER_REGISTRY_USER", "puller"),
        ("TEAM_CONTAINER_REGISTRY_PASSWORD", PASSWORD),
        ("CODESPACES", "true"),
    ];
    desk.docker_login(&server);
    let document = desk.run_with("test --env --with native --json", &good).ends(0).json();
    assert_eq!(document["codespace"], true);
    assert_eq!(document["tests"][0]["prefix"], "TEAM");
    assert_eq!(document["tests"][0]["verdict"], "pass");
    assert!(document["tests"][0]["notes"].to_string().contains("with the same user and password"), "{document}");
    assert_eq!(document["tests"][0]["docker"], "same");
    let half = [("HALF_CONTAINER_REGISTRY_SERVER", "ghcr.io")];
    let both: Vec<_> = good.into_iter().chain(half).collect();
    let text = desk.run_with("test --env --with native", &both).ends(1).stdout;
    assert!(text.contains("HALF_CONTAINER_REGISTRY_USER and HALF_CONTAINER_REGISTRY_PASSWORD are missing"), "{text}");
    assert!(text.find("HALF").unwrap() < text.find("\nTEAM").unwrap() && text.contains("verdict: pass"), "{text}");
    desk.run_with("test --env TEAM --with native", &both).ends(0);
    std::fs::remove_file(desk.home.path().join(".docker/config.json")).unwrap();
    let text = desk.run_with("test --env --with native", &good).ends(0).stdout;
    assert!(text.contains("between onCreateCommand and postCreateCommand") && text.contains("restart"), "{text}");
    let nothing = desk.run_with("test --env --json", &[("CODESPACES", "true")]).ends(3).problem();
    assert!(nothing["hint"].as_str().unwrap().contains("stop and start"), "{nothing}");
    desk.run_with("test --env NONE --json", &good).ends(3).problem();
    assert!(desk.world().requests().iter().all(|request| request.door != "api"), "GitHub is not needed");
}

/// The variables of one credential.
fn variables<'a>(prefix: &str, values: [&'a str; 3]) -> Vec<(String, &'a str)> {
    let names = ["SERVER", "USER", "PASSWORD"].map(|member| format!("{prefix}_CONTAINER_REGISTRY_{member}"));
    names.into_iter().zip(values).collect()
}

#[test]
fn a_restart_is_what_is_missing_where_docker_has_an_older_password() {
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Basic);
    let env = variables("TEAM", [&server, "puller", PASSWORD]);
    let env: Vec<_> = env.iter().map(|(name, value)| (name.as_str(), *value)).chain([("CODESPACES", "true")]).collect();
    let tested = |entry: &str| {
        desk.file(".docker/config.json", &format!(r#"{{"auths": {{"{server}": {entry}}}}}"#));
        let document = desk.run_with("test --env --with native --json", &env).ends(0).json();
        let one = &document["tests"][0];
        (one["docker"].as_str().unwrap().to_owned(), one["notes"].to_string())
    };
    // puller:OLDpw
    let (word, note) = tested(r#"{"auth": "cHVsbGVyOk9MRHB3"}"#);
    assert_eq!(word, "other_password");
    assert!(note.contains("with another password") && note.contains("restart (stop and start)"), "{note}");
    assert!(!note.contains("OLDpw") && !note.contains(PASSWORD), "{note}");
    // other:x
    let (word, note) = tested(r#"{"auth": "b3RoZXI6eA=="}"#);
    assert!(word == "other_user" && note.contains("another user"), "{note}");
    for (entry, word, says) in [
        (r#"{"auth": "MDAwMDo=", "identitytoken": "t"}"#, "identity_token", "an identity token"),
        (r#"{"auth": "%%%"}"#, "undecodable", "no login can be read"),
    ] {
        let (told, note) = tested(entry);
        assert_eq!(told, word);
        assert!(note.contains(says) && !note.contains("restart") && !note.contains("no login under"), "{note}");
    }
    let (word, note) = tested("{}");
    assert!(word == "none" && note.contains("restart"), "{note}");
}

#[test]
fn an_image_is_tried_with_the_credentials_of_its_registry_alone() {
    let desk = Desk::new();
    let (server, other) = (desk.registry(RegistryKind::Basic), desk.registry(RegistryKind::Bearer));
    let both =
        [variables("ONE", [&server, "puller", PASSWORD]), variables("TWO", [&other, "puller", PASSWORD])].concat();
    let env: Vec<_> = both.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let image = format!("{server}/team/app:1");
    let document = desk.run_with(&format!("test --env --with native --json --image {image}"), &env).ends(0).json();
    let of = |index: usize| document["tests"][index]["steps"].to_string();
    assert!(of(0).contains("team/app:1") && !of(1).contains("team/app:1"), "{document}");
    assert_eq!(document["images_of_no_credential"], serde_json::json!([]));
    let line = format!("test --env --with native --image {image} --image stray.example/team/app:1");
    let text = desk.run_with(&line, &env).ends(1).stdout;
    assert!(text.contains("it is at stray.example, and no credential above is for that registry"), "{text}");
    let document = desk.run_with(&format!("{line} --json"), &env).ends(1).json();
    assert_eq!(document["images_of_no_credential"], serde_json::json!(["stray.example/team/app:1"]));
    assert_eq!(document["tests"][0]["verdict"], "pass");
    let before = desk.world().requests().len();
    let problem = desk.run_with("test --env --json --image Team/App", &env).ends(2).problem();
    assert!(problem["why"].as_str().unwrap().contains("this image has upper-case"), "{problem}");
    assert_eq!(desk.world().requests().len(), before, "nothing was tested");
}

#[test]
fn without_a_keyring_keeping_forgetting_and_testing_say_so() {
    let desk = Desk::new();
    let why = if cfg!(target_os = "linux") { "no session bus" } else { "PULLKEY_KEYRING" };
    let ran = desk.set("TEAM --repo acme/api --store").ends(3);
    assert!(ran.stderr.contains("not stored for re-testing") && ran.stderr.contains(why), "{ran:?}");
    assert_eq!(desk.values("repo:acme/api", "TEAM")[2].as_deref(), Some(PASSWORD), "it was written all the same");
    for line in ["forget TEAM --repo acme/api", "test TEAM --repo acme/api"] {
        let problem = desk.run(&format!("{line} --json")).ends(3).problem();
        assert!(problem["why"].as_str().unwrap().contains(why), "{problem}");
    }
    let off = desk.run_with("forget TEAM --repo acme/api --json", &[("PULLKEY_KEYRING", "off")]).ends(3).problem();
    assert!(off["why"].as_str().unwrap().contains("PULLKEY_KEYRING"), "{off}");
    let usage = desk.feed("rotate TEAM --repo acme/api --password-stdin --no-test --store", PASSWORD).ends(2);
    assert!(usage.stderr.contains("--server and --username"), "{usage:?}");
    desk.run("delete TEAM --repo acme/api --yes").ends(0);
    desk.set("TEAM --repo acme/* --store").ends(2);
    for line in ["test", "test TEAM", "test --server ghcr.io"] {
        assert!(desk.run(line).ends(2).stderr.contains("there is nothing to test yet"), "{line}");
    }
}

#[test]
fn values_are_judged_without_a_preset() {
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Basic);
    let line = format!("test --server {server} --username puller --password-stdin --with native");
    for (password, says) in [("good\r", "carriage return"), ("p \n", "white space at one end")] {
        let problem = desk.feed(&format!("{line} --json"), password).ends(2).problem();
        assert!(problem["why"].as_str().unwrap().contains(says), "{problem}");
    }
    for (password, says) in [
        ("“abc123456”", "quotation marks"),
        ("<PAT>", "placeholder"),
        ("Bearer abc", "header word"),
        ("puller:abc", "user and a colon"),
        ("ghp_****", "masked copy"),
    ] {
        let notes = desk.feed(&format!("{line} --json"), password).ends(1).json()["notes"].to_string();
        assert!(notes.contains(says), "{password}: {notes}");
    }
    let env = variables("TEAM", [&server, "puller", "“abc123456”"]);
    let env: Vec<_> = env.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let document = desk.run_with("test --env --with native --json", &env).ends(1).json();
    assert!(document["tests"][0]["notes"].to_string().contains("quotation marks"), "{document}");
    let lines = [format!("SERVER = {server}"), "USER = acr-user-here".to_owned(), "PASSWORD = <PAT>".to_owned()];
    desk.file("docs.env", &lines.map(|line| format!("A_CONTAINER_REGISTRY_{line}\n")).concat());
    let ran = desk.run("test --from file:docs.env --with native").ends(1);
    assert!(ran.stderr.contains("the user looks like a placeholder"), "{ran:?}");
}

#[test]
fn a_variable_that_is_nearly_a_members_is_named_where_its_credential_lacks_it() {
    let desk = Desk::new();
    let env = [
        ("TEAM_CONTAINER_REGISTRY_SERVER", "a.example"),
        ("TEAM_CONTAINER_REGISTRY_USRE", "puller"),
        ("TEAM_CONTAINER_REGISTRY_PASSWORD", "x"),
    ];
    let document = desk.run_with("test --env --json", &env).ends(1).json();
    let near = &document["tests"][0]["near_misses"][0];
    assert_eq!(near["meant"], serde_json::json!(["TEAM_CONTAINER_REGISTRY_USER"]), "{document}");
    let problem = desk.run_with("test --from env --json", &env).ends(2).problem();
    assert!(problem["why"].as_str().unwrap().contains("named TEAM_CONTAINER_REGISTRY_USRE"), "{problem}");
    desk.file(
        "near.env",
        "T_CONTAINER_REGISTRY_SERVER=a.example\nT_CONTAINER_REGISTRY_USERNAME=u\nT_CONTAINER_REGISTRY_PASSWORD=p4ss\n",
    );
    let problem = desk.run("test --from file:near.env --json").ends(2).problem();
    assert!(
        problem["why"].as_str().unwrap().contains("T_CONTAINER_REGISTRY_USERNAME: codespaces only read"),
        "{problem}"
    );
}
