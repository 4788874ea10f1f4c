#![allow(clippy::unwrap_used)]

use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::domain::source::Source;
use crate::domain::{Prefix, Sensitive, Server};

/// A home directory with these files.
fn home(files: &[(&str, &str)]) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    home
}

fn env(home: &TempDir, more: &[(&str, &str)]) -> Env {
    let own = [("HOME", home.path().to_str().unwrap()), ("PATH", home.path().to_str().unwrap())];
    Env::of(own.into_iter().chain(more.iter().copied()))
}

/// A helper on the home directory's own PATH that has one login and records its input.
#[cfg(unix)]
fn helper(home: &TempDir, name: &str, answer: &str) {
    let folder = home.path().display();
    let script =
        format!("read -r key\necho \"$1 $key\" > {folder}/asked\nexport -p > {folder}/given\nprintf '%s' '{answer}'");
    helper_script(home, name, &script);
}

#[cfg(unix)]
fn helper_script(home: &TempDir, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = home.path().join(format!("docker-credential-{name}"));
    std::fs::write(&path, format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

const CONFIG: &str = r#"{
  "auths": {
    "ghcr.io": {"auth": "b2N0b2NhdDpzM2NyZXQ="},
    "index.docker.io": {"auth": "d3Jvbmc6d3Jvbmc="},
    "https://index.docker.io/v1/": {"auth": "aHVidXNlcjpodWItc2VjcmV0"},
    "https://index.docker.io/v1/access-token": {"auth": "eDp5"},
    "acme.azurecr.io": {"auth": "MDAwMDo=", "identitytoken": "t0ken"},
    "quay.io": {},
    "broken.example": {"auth": "%%%"},
    "bad\u001b[2J host": {"auth": "eDp5"}
  },
  "credHelpers": {"eu.gcr.io": "gcloud", "evil.example": "../x"}
}"#;

fn of<'a>(offers: &'a [Offered], key: &str) -> &'a Offered {
    let is_it = |offer: &&Offered| matches!(&offer.source, Source::Docker { key: k } if k.raw() == key);
    offers.iter().find(is_it).unwrap()
}

#[tokio::test]
async fn dockers_configuration_tells_servers_and_users_and_its_logins_are_taken() {
    let home = home(&[(".docker/config.json", CONFIG)]);
    let env = env(&home, &[]);
    let offers = of::docker(&env).unwrap();
    assert_eq!(of(&offers, "ghcr.io").contents(), "as octocat");
    let hub = of(&offers, "https://index.docker.io/v1/");
    assert_eq!(hub.contents(), "as hubuser");
    assert_eq!(offers.iter().filter(|offer| offer.server == hub.server).count(), 1, "the Hub stands there once");
    assert!(of(&offers, "acme.azurecr.io").contents().contains("identity token"));
    assert!(of(&offers, "quay.io").contents().contains("not logged in"));
    assert_eq!(of(&offers, "eu.gcr.io").contents(), "runs docker-credential-gcloud to get it");
    assert!(of(&offers, "evil.example").refused.is_some());
    for offer in &offers {
        let line = offer.line();
        assert!(!line.chars().any(crate::domain::untrusted::is_hostile), "{line}");
        assert!(!line.contains("s3cret") && !format!("{offer:?}").contains("s3cret"), "{line}");
    }
    let taken = take(&env, home.path(), &of(&offers, "ghcr.io").source).await.unwrap();
    assert_eq!((taken.user, taken.password), (Sensitive::from("octocat"), Sensitive::from("s3cret")));
    assert!(take(&env, home.path(), &of(&offers, "acme.azurecr.io").source).await.is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn a_helper_runs_only_when_its_login_is_taken_and_gets_no_password_of_ours() {
    let home = home(&[("config/config.json", r#"{"auths": {"ghcr.io": {}}, "credsStore": "fake"}"#)]);
    let config = home.path().join("config");
    let member = "ACR_CONTAINER_REGISTRY_PASSWORD";
    let env = env(&home, &[("DOCKER_CONFIG", config.to_str().unwrap()), (member, "c4nary"), ("GH_TOKEN", "c4nary")]);
    helper(&home, "fake", r#"{"ServerURL":"ghcr.io","Username":"octocat","Secret":"s3cret"}"#);
    let offers = of::docker(&env).unwrap();
    assert_eq!(offers[0].helper, Some("docker-credential-fake".into()));
    assert_eq!(
        docker_login(&env, &Server::parse("ghcr.io").unwrap(), (&"octocat".into(), &"s3cret".into())),
        DockerLogin::Helper("docker-credential-fake".into())
    );
    assert!(!home.path().join("asked").exists(), "looking runs nothing");
    let taken = take(&env, home.path(), &offers[0].source).await.unwrap();
    assert_eq!((taken.server.as_deref(), taken.password), (Some("ghcr.io"), Sensitive::from("s3cret")));
    assert_eq!(std::fs::read_to_string(home.path().join("asked")).unwrap(), "get ghcr.io\n");
    let given = std::fs::read_to_string(home.path().join("given")).unwrap();
    assert!(given.contains("DOCKER_CONFIG") && !given.contains("c4nary"), "{given}");
    for (answer, says) in [
        (r#"{"Username":"<token>","Secret":"s3cret"}"#, "identity token"),
        ("credentials s3cret not found", "did not answer with JSON"),
        (r#"{"Username":"","Secret":"s3cret"}"#, "without a user or a password"),
    ] {
        helper(&home, "fake", answer);
        let fault = take(&env, home.path(), &offers[0].source).await.unwrap_err();
        assert!(fault.to_string().contains(says) && !fault.to_string().contains("s3cret"), "{fault}");
    }
    for (script, says) in [
        ("echo 'credentials not found in native keychain'; exit 1", "code 1: credentials not found in native keychain"),
        ("echo 'pass: s3cret of x9y8 is locked.' >&2; exit 2", "code 2: pass: (...) of (...) is locked."),
        ("printf s3cret; exit 1", "refused with exit code 1 and printed nothing that can be shown"),
        ("yes s3cret", "answered more than any login needs"),
        ("kill -9 $$", "ended by a signal"),
    ] {
        helper_script(&home, "fake", script);
        let fault = take(&env, home.path(), &offers[0].source).await.unwrap_err().to_string();
        assert!(fault.contains(says) && !fault.contains("s3cret"), "{fault}");
    }
    std::fs::remove_file(home.path().join("docker-credential-fake")).unwrap();
    let fault = take(&env, home.path(), &offers[0].source).await.unwrap_err();
    assert!(fault.to_string().contains("docker-credential-fake is not on the PATH"), "{fault}");
}

const CREDENTIALS: &str = "\
# mine
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalr/K7#MDENG+b;xRfi=
[session]
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = x
aws_session_token = y
[role]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = default
[empty]
";

#[tokio::test]
async fn aws_profiles_with_a_long_lived_key_are_taken_and_the_others_refused_with_the_reason() {
    let config = "[profile sso]\nsso_start_url = https://x\n[profile plain]\nregion = eu-west-1\n";
    let home = home(&[(".aws/credentials", CREDENTIALS), (".aws/config", config)]);
    let env = env(&home, &[]);
    let offers = of::aws(&env).unwrap();
    let lines: Vec<_> = offers.iter().map(Offered::line).collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert_eq!(lines[0], "the AWS profile default: no server, as AKIAIOSFODNN7EXAMPLE");
    for (at, name, says) in [
        (1, "empty", "no access key"),
        (2, "role", "role"),
        (3, "session", "session token"),
        (4, "sso", "single sign-on"),
    ] {
        assert!(lines[at].contains(name) && lines[at].contains(says), "{lines:?}");
    }
    let taken = take(&env, home.path(), &offers[0].source).await.unwrap();
    assert_eq!(taken.server, None);
    assert_eq!(taken.password, Sensitive::from("wJalr/K7#MDENG+b;xRfi="), "a value contains no comments");
    let session = Source::Aws { profile: "session".into() };
    assert!(take(&env, home.path(), &session).await.unwrap_err().to_string().contains("session token"));
    assert_eq!(aws_profile(&env), "default");
    assert_eq!(aws_profile(&Env::of([("AWS_PROFILE", "ci")])), "ci");
}

/// The lines of all profiles of these two files.
fn aws_lines(credentials: Option<&str>, config: Option<&str>) -> Vec<String> {
    let home = home(&[]);
    let (one, two) = (home.path().join("some/credentials"), home.path().join("other"));
    std::fs::create_dir(home.path().join("some")).unwrap();
    for (path, text) in [(&one, credentials), (&two, config)] {
        if let Some(text) = text {
            std::fs::write(path, text).unwrap();
        }
    }
    let names = [("AWS_SHARED_CREDENTIALS_FILE", "~/some/credentials"), ("AWS_CONFIG_FILE", two.to_str().unwrap())];
    of::aws(&env(&home, &names)).unwrap().iter().map(Offered::line).collect()
}

#[test]
fn keys_that_end_are_refused_however_they_are_written() {
    let key = "aws_access_key_id = AKIAX\naws_secret_access_key = s3cret\n";
    for (text, says) in [
        (format!("[a]\n{key}aws_security_token = t\n"), "session token"),
        (format!("[a]\n{key}AWS_SESSION_TOKEN = t\n"), "session token"),
        (format!("[DEFAULT]\naws_session_token: t\n[a]\n{key}"), "session token"),
        (format!("[a]\n{}", key.replace("AKIA", "ASIA")), "starts with ASIA"),
        (format!("[a]\n{key}AWS_SECRET_ACCESS_KEY = other\n"), "is set twice"),
    ] {
        let lines = aws_lines(Some(&text), None);
        assert!(lines.len() == 1 && lines[0].contains(says), "{lines:?}");
    }
}

#[tokio::test]
async fn what_is_nested_or_goes_on_is_never_taken_for_a_key_of_the_profile() {
    let nested = "[a]\naws_access_key_id = AKIAX\ns3 =\n  aws_secret_access_key = inner\n";
    assert!(aws_lines(Some(nested), None)[0].contains("no access key"), "it has none of its own");
    let indented = "[a]\naws_access_key_id = AKIAX\n  aws_secret_access_key = s3cret\n";
    assert!(aws_lines(Some(indented), None)[0].contains("no access key"));
    let goes_on = "[a]\naws_access_key_id = AKIAX\naws_secret_access_key = s3cret\n  more\n";
    assert!(aws_lines(Some(goes_on), None)[0].contains("spans several lines"));
    let text = "[ spaced name ]\n AWS_Access_Key_ID: AKIAX\n s3 =\n   aws_secret_access_key = inner\n\
                \n aws_secret_access_key: outer:=\n";
    let home = home(&[(".aws/credentials", text)]);
    let env = env(&home, &[]);
    let source = Source::Aws { profile: "spaced name".into() };
    assert_eq!(take(&env, home.path(), &source).await.unwrap().password, Sensitive::from("outer:="));
}

#[test]
fn keys_of_the_configuration_count_where_the_credentials_file_has_none() {
    let key = |id: &str| format!("aws_access_key_id = {id}\naws_secret_access_key = s\n");
    let config = format!(
        "[default]\n{}[profile ci]\n{}[profile 'two words']\n{}[other]\n{}[sso-session x]\nsso_start_url = u\n",
        key("AKIA1"),
        key("AKIA2"),
        key("AKIA3"),
        key("AKIA4"),
    );
    let lines = aws_lines(Some(&format!("[ci]\n{}", key("AKIA5"))), Some(&config));
    let told: Vec<_> = lines.iter().map(|line| line.rsplit(' ').next().unwrap()).collect();
    assert_eq!(told, ["AKIA5", "AKIA1", "AKIA3"], "{lines:?}");
    assert_eq!(aws_lines(None, Some(&config)).len(), 3);
    assert_eq!(aws_lines(Some(&format!("[ci]\n{}", key("AKIA5"))), Some("[half\n")).len(), 1);
}

#[test]
fn a_broken_file_is_told_by_its_line_and_never_by_its_words() {
    let broken_ini = "[default]\naws_access_key_id = s3cret\n[half s3cret\n";
    let files = [
        (".docker/config.json", "{\n \"auths\": {\"ghcr.io\": {\"auth\": \"s3cret\",,}}}"),
        (".aws/credentials", broken_ini),
        ("x.json", "{\"A\": \"b\"\n\n \"s3cret\"}"),
        (".env", "[{\"ACR_CONTAINER_REGISTRY_PASSWORD\": \"s3cret\"}]"),
    ];
    let home = home(&files);
    let env = env(&home, &[]);
    let file = |name| of::file(name, home.path());
    for (looked, name, line) in [
        (of::docker(&env), "config.json", 2),
        (of::aws(&env), "credentials", 3),
        (file("x.json"), "x.json", 3),
        (file(".env"), ".env", 1),
    ] {
        let text = looked.unwrap_err().to_string();
        assert!(text.contains(name) && text.contains(&format!("line {line} ")), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
    let found = look(&env, home.path());
    assert_eq!((found.offers.len(), found.broken.len()), (0, 3));
}

#[tokio::test]
async fn a_file_may_hold_several_triples_and_a_dollar_stays_one() {
    let text = "export ACR_CONTAINER_REGISTRY_SERVER=acme.azurecr.io\nACR_CONTAINER_REGISTRY_USER='robot$HOME' # x\n\
                GREETING=hello world\nMY-KEY=1 \n\
                ACR_CONTAINER_REGISTRY_PASSWORD='p\\$w d#1'\nGHCR_CONTAINER_REGISTRY_SERVER=ghcr.io\nOTHER=\\$x\n\
                HARBOR_CONTAINER_REGISTRY_SERVER=h.example\nHARBOR_CONTAINER_REGISTRY_PASSWORD=two s3cret words\n";
    let json = r#"{"GHCR_CONTAINER_REGISTRY_SERVER": "ghcr.io", "GHCR_CONTAINER_REGISTRY_USER": "u",
                   "GHCR_CONTAINER_REGISTRY_PASSWORD": "p\n$", "N": 1, "ACR_CONTAINER_REGISTRY_USER": 12,
                   "ACR_CONTAINER_REGISTRY_SERVER": null}"#;
    let home = home(&[("a.env", text), ("b.json", json)]);
    let env = env(&home, &[]);
    let offers = of::file("a.env", home.path()).unwrap();
    assert_eq!(offers[0].line(), "ACR in a.env: acme.azurecr.io, as robot$HOME");
    let missing = "GHCR_CONTAINER_REGISTRY_USER and GHCR_CONTAINER_REGISTRY_PASSWORD are missing";
    assert!(offers[1].line().contains(missing), "{}", offers[1].line());
    let flawed = offers[2].line();
    assert!(flawed.contains("HARBOR_CONTAINER_REGISTRY_PASSWORD in line 9 contains white space"), "{flawed}");
    assert!(!flawed.contains("s3cret"), "{flawed}");
    assert!(take(&env, home.path(), &offers[2].source).await.unwrap_err().to_string().contains("line 9"));
    let taken = take(&env, home.path(), &offers[0].source).await.unwrap();
    assert_eq!(taken.password, Sensitive::from("p\\$w d#1"));
    let prefix = Prefix::parse("GHCR").unwrap();
    let source = Source::File { path: "b.json".into(), prefix };
    assert_eq!(take(&env, home.path(), &source).await.unwrap().password, Sensitive::from("p\n$"));
    let number = of::file("b.json", home.path()).unwrap()[0].line();
    assert!(number.contains("ACR_CONTAINER_REGISTRY_USER is a number: put it in double quotes"), "{number}");
    assert!(of::file("none.env", home.path()).unwrap_err().to_string().contains("does not exist"));
    assert!(of::file(".", Path::new("/")).unwrap_err().to_string().contains("not a regular file"));
}

#[tokio::test]
async fn the_environment_gives_each_triple_and_names_what_a_half_one_lacks() {
    let env = Env::of([
        ("ACR_CONTAINER_REGISTRY_SERVER", "acme.azurecr.io"),
        ("ACR_CONTAINER_REGISTRY_USER", "u"),
        ("ACR_CONTAINER_REGISTRY_PASSWORD", "s3cret"),
        ("HALF_CONTAINER_REGISTRY_SERVER", "ghcr.io"),
        ("HALF_CONTAINER_REGISTRY_USER", ""),
        ("OTHER", "x"),
    ]);
    let triples = in_environment(&env);
    assert_eq!(triples.len(), 2);
    assert!(triples[0].missing().is_empty());
    assert_eq!(triples[1].missing(), ["HALF_CONTAINER_REGISTRY_USER", "HALF_CONTAINER_REGISTRY_PASSWORD"]);
    assert!(!format!("{triples:?}").contains("s3cret"));
    let source = Source::Env { prefix: triples[0].prefix.clone() };
    assert_eq!(take(&env, Path::new("/"), &source).await.unwrap().password, Sensitive::from("s3cret"));
}

#[tokio::test]
async fn a_key_of_old_is_found_by_its_host_as_docker_finds_it() {
    let config = r#"{"auths": {
        "http://127.0.0.1:44985/v2/": {"auth": "b2xkOnMzY3JldA=="}, "https://Ghcr.io": {"auth": "eDp5"},
        "ghcr.io/team": {"auth": "b2N0b2NhdDpzM2NyZXQ="}, "https://[::1]:5000/v2/": {"auth": "b2xkOnMzY3JldA=="},
        "https://index.docker.io": {"auth": "eDp5"}, "null.example": null}, "credHelpers": null, "credsStore": null}"#;
    let home = home(&[(".docker/config.json", config)]);
    let env = env(&home, &[]);
    let login =
        |text: &str, user: &str| docker_login(&env, &Server::parse(text).unwrap(), (&user.into(), &"s3cret".into()));
    assert_eq!(login("127.0.0.1:44985", "old"), DockerLogin::Same);
    assert_eq!(login("ghcr.io", "octocat"), DockerLogin::Same, "in this case, and not in the other");
    assert_eq!(login("[::1]:5000", "old"), DockerLogin::Same);
    assert_eq!(login("docker.io", "x"), DockerLogin::None, "the Hub is looked up under its address");
    let offers = of::docker(&env).unwrap();
    assert_eq!(of(&offers, "ghcr.io/team").contents(), "ghcr.io, as octocat", "the one that is found");
    assert!(of(&offers, "null.example").contents().contains("not logged in"));
    let source = of(&offers, "http://127.0.0.1:44985/v2/").source.clone();
    assert_eq!(take(&env, home.path(), &source).await.unwrap().server.as_deref(), Some("127.0.0.1:44985"));
    std::fs::write(home.path().join(".docker/config.json"), r#"{"auths": null}"#).unwrap();
    assert_eq!(of::docker(&env).unwrap(), []);
}

#[test]
fn docker_is_compared_with_the_key_that_pulls_look_up() {
    let sound = CONFIG.replace(r#""broken.example": {"auth": "%%%"},"#, "");
    assert_ne!(sound, CONFIG);
    let home = home(&[(".docker/config.json", &sound)]);
    let login = |text: &str, user: &str, password: &str| {
        docker_login(&env(&home, &[]), &Server::parse(text).unwrap(), (&user.into(), &password.into()))
    };
    assert_eq!(login("docker.io", "hubuser", "hub-secret"), DockerLogin::Same);
    assert_eq!(login("ghcr.io", "octocat", "s3cret"), DockerLogin::Same);
    assert_eq!(login("ghcr.io", "octocat", "newer"), DockerLogin::OtherPassword);
    assert_eq!(login("ghcr.io", "hubot", "s3cret"), DockerLogin::OtherUser);
    assert_eq!(login("quay.io", "u", "p"), DockerLogin::None);
    assert_eq!(login("acme.azurecr.io", "u", "p"), DockerLogin::IdentityToken);
    std::fs::write(home.path().join(".docker/config.json"), CONFIG).unwrap();
    assert_eq!(login("broken.example", "u", "p"), DockerLogin::Undecodable);
    assert_eq!(login("quay.io", "u", "p"), DockerLogin::None);
    let by_chance = login("ghcr.io", "octocat", "s3cret");
    assert!(matches!(&by_chance, DockerLogin::Unreadable(why) if why.contains("broken.example")), "{by_chance:?}");
    let nowhere = Env::of([("HOME", "/nonexistent")]);
    let found = docker_login(&nowhere, &Server::parse("x.io").unwrap(), (&"u".into(), &"p".into()));
    assert_eq!(found, DockerLogin::NoFile);
}

/// The only line about a server in this configuration.
fn line_of(config: &str, key: &str) -> String {
    let home = home(&[(".docker/config.json", config)]);
    of(&of::docker(&env(&home, &[])).unwrap(), key).line()
}

#[test]
fn an_auth_that_cannot_be_decoded_says_so_and_why() {
    for (auth, why) in [
        ("dT pw", "white space"),
        ("dTpwdw", "is cut off, or lacks the ="),
        ("dTr__vs=", "URL-safe"),
        ("dT*w", "a character that is not base64"),
        ("dXA=", "not a user and a password"),
        ("OnA=", "no user before its colon"),
        ("dTr/", "not UTF-8 text"),
    ] {
        let line = line_of(&format!(r#"{{"auths": {{"a.example": {{"auth": "{auth}"}}}}}}"#), "a.example");
        assert!(line.contains("the auth of a.example cannot be decoded: ") && line.contains(why), "{auth}: {line}");
        assert!(!line.contains("not logged in"), "{line}");
    }
}

#[test]
fn a_value_of_another_kind_leaves_docker_without_the_logins_of_the_file_and_is_named() {
    let pair = r#""auths": {"a.example": {"auth": "dTpw"}}"#;
    for field in [r#""psFormat": 5"#, r#""plugins": {"a": {"b": true}}"#, r#""proxies": {"default": {"noProxy": []}}"#]
    {
        let line = line_of(&format!("{{{field}, {pair}}}"), "a.example");
        assert!(line.contains("docker reads no login from this file") && line.contains("but docker needs"), "{line}");
    }
    let helped = line_of(&format!(r#"{{"psFormat": 5, "credsStore": "x", {pair}}}"#), "a.example");
    assert!(helped.contains("runs docker-credential-x"), "a helper is asked all the same: {helped}");
    let unknown = line_of(&format!(r#"{{"unknown": 5, "experimental": "enabled", {pair}}}"#), "a.example");
    assert!(unknown.ends_with("as u"), "{unknown}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_store_is_asked_for_a_login_that_is_named_though_no_place_lists_it() {
    let home = home(&[(".docker/config.json", r#"{"CREDSSTORE": "fake"}"#)]);
    helper(&home, "fake", r#"{"username":"u","Secret":"old","SECRET":"p"} and more"#);
    let offer = of::docker_unlisted(&env(&home, &[]), "a.example").unwrap();
    let taken = take(&env(&home, &[]), home.path(), &offer.source).await.unwrap();
    assert_eq!((taken.user, taken.password), (Sensitive::from("u"), Sensitive::from("p")));
    let none = home_env_without_store();
    assert_eq!(of::docker_unlisted(&none.1, "a.example"), None);
}

#[cfg(unix)]
fn home_env_without_store() -> (TempDir, Env) {
    let home = home(&[(".docker/config.json", r#"{"auths": {"b.example": {}}}"#)]);
    let env = env(&home, &[]);
    (home, env)
}

#[tokio::test]
async fn the_variable_of_docker_goes_before_its_file_and_is_taken_whole_or_not_at_all() {
    // in the file: x:y
    let home = home(&[(".docker/config.json", r#"{"auths": {"a.example": {"auth": "eDp5"}}}"#)]);
    let with = |text: &str| env(&home, &[("DOCKER_AUTH_CONFIG", text)]);
    let user = |text: &str| of(&of::docker(&with(text)).unwrap(), "a.example").shown_user().unwrap();
    assert_eq!(user(r#"{"auths": {"a.example": {"auth": "dTpw"}}}"#), "u");
    for text in [
        "",
        "x",
        "[]",
        r#"{"auths": {"a.example": {"auth": "dTpw", "email": "x"}}}"#,
        r#"{"auths": {"a.example": {"auth": "dTpw"}}, "credsStore": "x"}"#,
        r#"{"auths": {"a.example": {"auth": "dTpw"}, "b.example": {}}}"#,
        r#"{"auths": {"a.example": {"auth": "dTpw"}}} {}"#,
        r#"{"auths": {"a.example": {"auth": "dTpw"}, "b.example": {"auth": "%"}}}"#,
    ] {
        assert_eq!(user(text), "x", "{text}");
        let problem = look(&with(text), home.path()).broken.into_iter().find(|p| p.what.contains("DOCKER_AUTH_CONFIG"));
        assert_eq!(problem.is_some(), !text.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn podmans_logins_are_read_where_podman_reads_them() {
    // u:p, x:y
    let auths = r#"{"auths": {"quay.io/team": {"auth": "dTpw"}, "b.example": {"auth": "dTpw", "password": 5}}}"#;
    let home = home(&[
        ("run/containers/auth.json", auths),
        (
            ".config/containers/auth.json",
            r#"{"auths": {"quay.io/team": {"auth": "eDp5"}, "c.example": {"auth": "%"}}}"#,
        ),
        ("named.json", r#"{"credHelpers": {"d.example": "fake"}, "psFormat": 5}"#),
        ("trailing.json", "{} x"),
    ]);
    let at = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let runtime = at("run");
    let with = |more: &[(&str, &str)]| env(&home, &[&[("XDG_RUNTIME_DIR", runtime.as_str())], more].concat());
    std::fs::write(at("run/containers/auth.json"), auths.replace(r#", "password": 5"#, "")).unwrap();
    let offers = of::podman(&with(&[])).unwrap();
    let lines: Vec<_> = offers.iter().map(Offered::line).collect();
    assert_eq!(lines[1], "podman's login for quay.io/team: quay.io, as u", "the first place counts");
    assert!(lines.iter().any(|line| line.contains("the auth of c.example cannot be decoded")), "{lines:?}");
    let taken = take(&with(&[]), home.path(), &offers[1].source).await.unwrap();
    assert_eq!((taken.server.as_deref(), taken.password), (Some("quay.io"), Sensitive::from("p")));
    let named = of::podman(&with(&[("REGISTRY_AUTH_FILE", &at("named.json"))])).unwrap();
    assert_eq!((named.len(), named[0].helper.clone()), (1, Some("docker-credential-fake".into())));
    let broken = of::podman(&with(&[("REGISTRY_AUTH_FILE", &at("trailing.json"))])).unwrap_err().to_string();
    assert!(broken.contains("podman reads nothing from it"), "{broken}");
    let missing = of::podman(&with(&[("REGISTRY_AUTH_FILE", &at("none.json"))])).unwrap_err();
    assert!(matches!(missing, SourceFault::Missing(_)), "{missing}");
    let looked = look(&with(&[]), home.path()).looked;
    assert!(looked.iter().any(|line| line == "podman's auth.json: 3 logins"), "{looked:?}");
    assert!(looked.iter().any(|line| line.starts_with("docker's configuration: ") && line.ends_with("does not exist")));
}

#[tokio::test]
async fn an_access_key_in_the_environment_is_taken_and_a_temporary_one_refused_with_the_reason() {
    let key = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "s3cret")];
    let env = Env::of(key);
    assert_eq!(of::aws_variables(&env).unwrap().shown_user().as_deref(), Some("AKIAIOSFODNN7EXAMPLE"));
    let taken = take(&env, Path::new("/"), &Source::AwsVariables).await.unwrap();
    assert_eq!((taken.server, taken.password), (None, Sensitive::from("s3cret")));
    for (name, value, why) in [
        ("AWS_SESSION_TOKEN", "t", "expires within hours"),
        ("AWS_SECURITY_TOKEN", "t", "expires within hours"),
        ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE", "expires within hours"),
        ("AWS_SECRET_ACCESS_KEY", "", "AWS_SECRET_ACCESS_KEY is not set"),
        ("AWS_ACCESS_KEY_ID", "", "AWS_ACCESS_KEY_ID is not set"),
    ] {
        let env = Env::of(key.into_iter().chain([(name, value)]));
        let refused = of::aws_variables(&env).unwrap().refused.unwrap();
        assert!(refused.contains(why) && !refused.contains("s3cret"), "{name}: {refused}");
        assert!(take(&env, Path::new("/"), &Source::AwsVariables).await.is_err(), "{name}");
    }
    assert_eq!(of::aws_variables(&Env::of([("HOME", "/")])), None);
}

#[tokio::test]
async fn what_a_program_printed_about_a_login_is_recognized_as_a_file_and_as_a_misplaced_configuration() {
    let azure = r#"{"accessToken": "t0ken", "loginServer": "myreg.azurecr.io"}"#;
    // u:p
    let configuration = r#"{"auths": {"registry.digitalocean.com": {"auth": "dTpw"}, "b.example": {"auth": "%"}}}"#;
    let home = home(&[
        ("azure.json", azure),
        ("docker.json", configuration),
        ("google.txt", "ya29.abc\n"),
        ("line.sh", "docker login -u u -p 'p w' ghcr.io\n"),
        (".docker/config.json", azure),
    ]);
    let env = env(&home, &[]);
    let offers = |name: &str| of::file(name, home.path()).unwrap();
    let line = offers("azure.json")[0].line();
    assert!(line.contains("myreg.azurecr.io") && line.contains("00000000-0000-0000-0000-000000000000"), "{line}");
    assert!(line.contains("expires about 3 hours") && line.contains("az acr login"), "{line}");
    let taken = take(&env, home.path(), &offers("azure.json")[0].source).await.unwrap();
    assert_eq!((taken.server.as_deref(), taken.password), (Some("myreg.azurecr.io"), Sensitive::from("t0ken")));
    let several = offers("docker.json");
    assert!(several[0].refused.as_ref().is_some_and(|why| why.contains("cannot be decoded")), "{several:?}");
    assert_eq!(take(&env, home.path(), &several[1].source).await.unwrap().user, Sensitive::from("u"));
    assert_eq!(offers("google.txt")[0].server, None);
    assert_eq!(take(&env, home.path(), &offers("line.sh")[0].source).await.unwrap().password, Sensitive::from("p w"));
    let misplaced = of::docker(&env).unwrap_err().problem("x");
    assert!(misplaced.why.contains("az acr login --expose-token"), "{misplaced:?}");
    assert!(misplaced.hint.contains("--from file:"), "{misplaced:?}");
}
