#![allow(clippy::unwrap_used)]

use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::domain::source::Source;
use crate::domain::{Prefix, Sensitive, Server};

/// A home with these files.
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

/// A helper on the home's own PATH that keeps one login and notes what it was given.
#[cfg(unix)]
fn helper(home: &TempDir, name: &str, answer: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = home.path().join(format!("docker-credential-{name}"));
    let folder = home.path().display();
    let script = format!(
        "#!/bin/sh\nread -r key\necho \"$1 $key\" > {folder}/asked\nexport -p > {folder}/given\n\
         printf '%s' '{answer}'\n"
    );
    std::fs::write(&path, script).unwrap();
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
        assert!(!line.chars().any(crate::domain::foreign::is_hostile), "{line}");
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
        ("credentials s3cret not found", "did not answer as helpers do"),
    ] {
        helper(&home, "fake", answer);
        let fault = take(&env, home.path(), &offers[0].source).await.unwrap_err();
        assert!(fault.to_string().contains(says) && !fault.to_string().contains("s3cret"), "{fault}");
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
    assert_eq!(taken.password, Sensitive::from("wJalr/K7#MDENG+b;xRfi="), "nothing is a comment within a value");
    let session = Source::Aws { profile: "session".into() };
    assert!(take(&env, home.path(), &session).await.unwrap_err().to_string().contains("session token"));
    assert_eq!(aws_profile(&env), "default");
    assert_eq!(aws_profile(&Env::of([("AWS_PROFILE", "ci")])), "ci");
}

#[test]
fn a_broken_file_is_told_by_its_line_and_never_by_its_words() {
    let broken_ini = "[default]\naws_access_key_id = s3cret\n[half s3cret\n";
    let files = [
        (".docker/config.json", "{\n \"auths\": {\"ghcr.io\": {\"auth\": \"s3cret\",,}}}"),
        (".aws/credentials", broken_ini),
        (".env", "# ours\nA=1\n\nACR_CONTAINER_REGISTRY_PASSWORD s3cret\n"),
        ("open.env", "A=1\nACR_CONTAINER_REGISTRY_PASSWORD='s3cret\n"),
        ("value.env", "A=1\nACR_CONTAINER_REGISTRY_PASSWORD=two s3cret words\n"),
        ("x.json", "{\"A\": \"b\"\n\n \"s3cret\"}"),
    ];
    let home = home(&files);
    let env = env(&home, &[]);
    let file = |name| of::file(name, home.path());
    for (looked, name, line) in [
        (of::docker(&env), "config.json", 2),
        (of::aws(&env), "credentials", 3),
        (file(".env"), ".env", 4),
        (file("open.env"), "open.env", 2),
        (file("value.env"), "value.env", 2),
        (file("x.json"), "x.json", 3),
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
    let text = "export ACR_CONTAINER_REGISTRY_SERVER=acme.azurecr.io\nACR_CONTAINER_REGISTRY_USER=\"robot$HOME\" # x\n\
                ACR_CONTAINER_REGISTRY_PASSWORD='p$w d#1'\nGHCR_CONTAINER_REGISTRY_SERVER=ghcr.io\nOTHER=\\$x\n";
    let json = r#"{"GHCR_CONTAINER_REGISTRY_SERVER": "ghcr.io", "GHCR_CONTAINER_REGISTRY_USER": "u",
                   "GHCR_CONTAINER_REGISTRY_PASSWORD": "p\n$", "N": 1}"#;
    let home = home(&[("a.env", text), ("b.json", json), ("c.env", "A_CONTAINER_REGISTRY_USER=x\\$y\n")]);
    let env = env(&home, &[]);
    let offers = of::file("a.env", home.path()).unwrap();
    assert_eq!(offers[0].line(), "ACR in a.env: acme.azurecr.io, as robot$HOME");
    assert!(offers[1].line().contains("GHCR_CONTAINER_REGISTRY_USER and GHCR_CONTAINER_REGISTRY_PASSWORD is missing"));
    let taken = take(&env, home.path(), &offers[0].source).await.unwrap();
    assert_eq!(taken.password, Sensitive::from("p$w d#1"));
    let prefix = Prefix::parse("GHCR").unwrap();
    let source = Source::File { path: "b.json".into(), prefix };
    assert_eq!(take(&env, home.path(), &source).await.unwrap().password, Sensitive::from("p\n$"));
    assert!(of::file("c.env", home.path()).unwrap_err().to_string().contains("without the backslash"));
    assert!(of::file("none.env", home.path()).unwrap_err().to_string().contains("is not there"));
    assert!(of::file(".", Path::new("/")).unwrap_err().to_string().contains("it is no file"));
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

#[test]
fn docker_is_compared_with_the_key_that_pulls_look_up() {
    let home = home(&[(".docker/config.json", CONFIG)]);
    let login = |text: &str, user: &str, password: &str| {
        docker_login(&env(&home, &[]), &Server::parse(text).unwrap(), (&user.into(), &password.into()))
    };
    assert_eq!(login("docker.io", "hubuser", "hub-secret"), DockerLogin::Same);
    assert_eq!(login("ghcr.io", "octocat", "s3cret"), DockerLogin::Same);
    assert_eq!(login("ghcr.io", "octocat", "newer"), DockerLogin::OtherPassword);
    assert_eq!(login("ghcr.io", "hubot", "s3cret"), DockerLogin::OtherUser);
    assert_eq!(login("quay.io", "u", "p"), DockerLogin::None);
    assert_eq!(login("acme.azurecr.io", "u", "p"), DockerLogin::IdentityToken);
    assert_eq!(login("broken.example", "u", "p"), DockerLogin::Undecodable);
    let nowhere = Env::of([("HOME", "/nonexistent")]);
    let found = docker_login(&nowhere, &Server::parse("x.io").unwrap(), (&"u".into(), &"p".into()));
    assert_eq!(found, DockerLogin::NoFile);
}
