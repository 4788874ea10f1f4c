//! The table of looks, row by row: what must be said, and a neighbour of which it must not be said.
#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta};

use super::Severity::{Block, Good, Info, Warn};
use super::*;

const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROBOT: &str = "ABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGH";
const GAR: &str = "europe-west1-docker.pkg.dev";
const HUB: &str = "https://index.docker.io/v1/";
const JWT: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.x";

/// Preset, server, user, password; and what is said about USER or PASSWORD, which is told by the member's word.
type Row<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, Severity, &'a str);

fn said(row: &Row<'_>) -> Vec<Finding> {
    let (id, server, user, password, word, ..) = *row;
    let values = Members { server: server.into(), user: user.into(), password: password.into() };
    let found = check_to_continue(preset::preset(id).unwrap(), &values);
    found.into_iter().filter(|finding| finding.member.word() == word).collect()
}

#[track_caller]
fn each_says(rows: &[Row<'_>]) {
    for row in rows {
        let found = said(row);
        let is_it = |f: &Finding| f.severity == row.5 && f.text.contains(row.6);
        assert!(found.iter().any(is_it), "{row:?}: {found:?}");
    }
}

/// Nothing of this severity with this text is said.
#[track_caller]
fn each_is_silent(rows: &[Row<'_>]) {
    for row in rows {
        let found = said(row);
        let is_it = |f: &Finding| f.severity <= row.5 && f.text.contains(row.6);
        assert!(!found.iter().any(is_it), "{row:?}: {found:?}");
    }
}

#[test]
fn amazons_keys_and_tokens() {
    let token = "eyJwYXlsb2FkIjoiZXhhbXBsZSIsInZlcnNpb24iOiIyIn0=";
    let key = "AKIAIOSFODNN7EXAMPLE";
    each_says(&[
        ("ecr", ECR, key, SECRET, "user", Good, "access key id"),
        ("ecr", ECR, key, SECRET, "password", Good, "secret access key"),
        ("ecr", ECR, "ASIAIOSFODNN7EXAMPLE", SECRET, "user", Block, "temporary key"),
        ("ecr", ECR, "AWS", SECRET, "user", Block, "access key id"),
        ("ecr-token", ECR, "AWS", SECRET, "user", Block, "secret access key"),
        ("ecr-token", ECR, "AWS", token, "password", Info, "12 hours"),
        ("ecr-token", ECR, "AWS", "QVdTOmV5SndZWGxz", "password", Block, "still encoded"),
        ("ecr", ECR, key, "QVdTOmV5SndZWGxz", "password", Block, "12-hour token"),
        ("ecr", ECR, SECRET, key, "user", Block, "swapped"),
        ("ecr", ECR, "AROAIOSFODNN7EXAMPLE", SECRET, "user", Block, "not of an access key"),
        ("ecr-public", "public.ecr.aws", "AWS", token, "password", Info, "12 hours"),
        ("other", "registry.example.com", "u", token, "password", Block, "Amazon only"),
    ]);
    each_is_silent(&[
        ("ecr", ECR, key, SECRET, "user", Warn, ""),
        ("ecr", ECR, "AKIAIOSFODNN7EXAMPL1", SECRET, "user", Block, ""),
        ("ecr", ECR, key, "wJalrXUtnFEMI", "password", Block, ""),
        ("ecr-token", ECR, "AWS", token, "user", Warn, ""),
        ("ecr-token", ECR, "AWS", token, "password", Warn, ""),
        ("ecr-public", "public.ecr.aws", "AWS", token, "password", Warn, ""),
    ]);
}

#[test]
fn azures_passwords_and_secrets() {
    let server = "mycompany.azurecr.io";
    let token = format!("{}+ACRDabcde", "a".repeat(42));
    let entra = "abc8Q~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let guid = "0f8fad5b-d9cb-469f-a165-70867728950e";
    each_says(&[
        ("acr", server, "ci-pull", &token, "password", Good, "Azure Container Registry"),
        ("acr", server, guid, entra, "password", Good, "Entra"),
        ("acr", server, guid, entra, "user", Info, "application id"),
        ("acr", server, "ci-pull", entra, "user", Warn, "GUID"),
        ("acr", server, "00000000-0000-0000-0000-000000000000", JWT, "user", Warn, "3 hours"),
        ("acr", server, "mycompany", &token, "user", Warn, "admin user"),
        ("acr", server, &token, "ci-pull", "user", Block, "belongs in the password"),
    ]);
    each_is_silent(&[
        ("acr", server, "ci-pull", "an-older-kind", "password", Info, ""),
        ("acr", server, "ci-pull", &token, "user", Info, ""),
        ("acr", server, "mycompany2", &token, "user", Warn, "admin"),
    ]);
}

#[test]
fn docker_hubs_github_and_gitlabs_tokens() {
    let oat = format!("dckr_oat_{}", "a".repeat(32));
    let pat = format!("dckr_pat_{}", "a".repeat(27));
    let ghp = format!("ghp_{}", "a".repeat(36));
    let ghs = format!("ghs_123_eyJ{}.x.y", "a".repeat(400));
    let fine = format!("github_pat_{}", "a".repeat(82));
    let lab = "registry.gitlab.com";
    let routable = format!("glpat-{}.01.1a2b3c4", "a".repeat(30));
    each_says(&[
        ("dockerhub", HUB, "octocat", &pat, "password", Good, "personal access token"),
        ("dockerhub", HUB, "acme", &oat, "user", Info, "organization's name"),
        ("dockerhub", HUB, "octocat", "hunter2", "password", Warn, "account's password"),
        ("dockerhub", HUB, "me@example.com", &pat, "user", Warn, "e-mail"),
        ("ghcr", "ghcr.io", "octocat", &ghp, "password", Good, "classic GitHub token"),
        ("ghcr", "ghcr.io", "octocat", &fine, "password", Block, "classic tokens only"),
        ("ghcr", "ghcr.io", "octocat", &ghs, "password", Warn, "session or an app"),
        ("ghcr", "ghcr.io", "octocat", "gho_abc", "password", Warn, "session or an app"),
        ("ghcr", "ghcr.io", "octocat", "ghp_short", "password", Warn, "unusual length"),
        ("ghcr", "ghcr.io", "me@example.com", &ghp, "user", Warn, "e-mail"),
        ("ghcr", "ghcr.io", "octocat", &pat, "password", Block, "Docker Hub"),
        ("ghcr", "ghcr.io", &ghp, "octocat", "user", Block, "belongs in the password"),
        ("gitlab", lab, "gitlab+deploy-token-1", "gldt-aaaaaaaaaaaaaaaaaaaa", "password", Good, "deploy token"),
        ("gitlab", lab, "gitlab+deploy-token-1", "gldt-aaaaaaaaaaaaaaaaaaaa", "user", Good, "deploy token"),
        ("gitlab", lab, "bot", "glpat-aaaaaaaaaaaaaaaaaaaa", "password", Good, "access token"),
        ("gitlab", lab, "gitlab-ci-token", "glcbt-1_abc", "user", Block, "job"),
        ("gitlab", lab, "bot", "glcbt-1_abc", "password", Block, "job"),
        ("gitlab", lab, "gitlab+deploy-token-1", "glpat-aaaaaaaaaaaaaaaaaaaa", "user", Warn, "access token"),
        ("gitlab", "gitlab.example.com:5050", "bot", "glpat-aaaaaaaaaaaaaaaaaaaa", "password", Good, "GitLab"),
    ]);
    each_is_silent(&[
        ("dockerhub", HUB, "octocat", &pat, "user", Info, ""),
        ("dockerhub", HUB, "octocat", &pat, "password", Warn, ""),
        ("ghcr", "ghcr.io", "octocat", &ghs, "password", Warn, "length"),
        ("ghcr", "ghcr.io", "octocat", &ghp, "user", Warn, ""),
        ("gitlab", lab, "bot", &routable, "password", Warn, ""),
        ("gitlab", lab, "bot", "an-older-deploy-token", "password", Warn, ""),
        ("gitlab", lab, "gitlab+deploy-token-1", "an-older-deploy-token", "user", Warn, ""),
    ]);
}

#[test]
fn quays_jfrogs_harbors_and_plain_registries() {
    let reference = format!("cmVmd{}", "a".repeat(59));
    let key = format!("AKCp{}", "a".repeat(69));
    let (quay, jfrog, harbor) = ("quay.io", "acme.jfrog.io", "harbor.example.com");
    each_says(&[
        ("quay", quay, "acme+ci", ROBOT, "user", Good, "robot account"),
        ("quay", quay, "acme+ci", ROBOT, "password", Good, "robot account's password"),
        ("quay", quay, ROBOT, "acme+ci", "user", Block, "swapped"),
        ("quay", quay, "me@example.com", "x", "user", Warn, "e-mail"),
        ("quay", quay, "$oauthtoken", "x", "user", Warn, "robot account"),
        ("quay", quay, "ci", ROBOT, "user", Warn, "missing the organization"),
        ("jfrog", jfrog, "ci", &reference, "password", Good, "reference token"),
        ("jfrog", jfrog, "ci", &key, "password", Warn, "API key"),
        ("jfrog", jfrog, "ci", JWT, "password", Info, "the one it was created for"),
        ("jfrog", jfrog, &reference, "ci", "user", Block, "belongs in the password"),
        ("harbor", harbor, "robot+ci", "x", "user", Warn, "dollar"),
        ("harbor", harbor, "robot", "x", "user", Warn, "dollar"),
        ("harbor", harbor, "robot$$team+ci", "x", "user", Warn, "dollar"),
        ("harbor", harbor, "robot\\$team+ci", "x", "user", Warn, "backslash"),
        ("harbor", harbor, "robot$team+ci", "x", "user", Good, "robot account"),
        ("harbor", harbor, "me@example.com", "x", "user", Warn, "e-mail"),
        ("harbor", harbor, "robot$team+ci", JWT, "password", Info, "old-style"),
        ("distribution", "registry.example.com", "ci", "$2y$05$abcdefghijklmnopqrstuv", "password", Block, "hash"),
        ("other", "registry.example.com", "ci", JWT, "password", Info, "JSON Web Token"),
        (
            "other",
            "registry.example.com",
            "ci",
            &format!("npm_{}", "a".repeat(36)),
            "password",
            Block,
            "no image registry",
        ),
    ]);
    each_is_silent(&[
        ("quay", quay, "acme", "hunter2hunter2", "user", Warn, ""),
        ("quay", quay, "acme+ci", "hunter2hunter2", "password", Warn, ""),
        ("jfrog", jfrog, "ci", &reference, "user", Warn, ""),
        ("harbor", harbor, "robot$ci", "x", "user", Warn, ""),
        ("harbor", harbor, "robotics", "x", "user", Warn, ""),
        ("distribution", "registry.example.com", "ci", "$2 for a coffee", "password", Block, ""),
        ("other", "registry.example.com", "ci", "eyJ.not.one", "password", Good, "JSON Web Token"),
        ("other", "registry.example.com", "ci", "npm_short", "password", Block, ""),
    ]);
}

fn google_key() -> String {
    let pem = r"-----BEGIN PRIVATE KEY-----\nMIIx\n-----END PRIVATE KEY-----\n";
    let head = r#"{"type": "service_account", "client_email": "ci@p.iam.gserviceaccount.com""#;
    format!(r#"{head}, "private_key": "{pem}"}}"#)
}

#[test]
fn googles_users_and_keys() {
    let key = google_key();
    let base64 = STANDARD.encode(&key);
    let wrapped = format!("{}\n{}", &base64[..76], &base64[76..]);
    let unfolded = key.replace("\\n", "\n");
    let flat = key.replace("\\n", "");
    let doubled = key.replace("\\n", "\\\\n");
    let person = key.replace("service_account", "authorized_user");
    let headless = key.replace("private_key", "private_kex");
    let (flat64, cut) = (STANDARD.encode(&flat), &key[..60]);
    let b64 = "_json_key_base64";
    each_says(&[
        ("gar", GAR, "_json_key", &key, "password", Good, "service account's key"),
        ("gar", GAR, b64, &base64, "password", Good, "service account's key"),
        ("gar", GAR, b64, &base64, "user", Good, "base64"),
        ("gar", GAR, b64, &wrapped, "password", Warn, "line breaks in its base64"),
        ("gar", GAR, "_json_key", &unfolded, "password", Warn, "real line breaks inside private_key"),
        ("gar", GAR, "_json_key", &flat, "password", Warn, "without its line breaks"),
        ("gar", GAR, b64, &flat64, "password", Warn, "without its line breaks"),
        ("gar", GAR, "_json_key", &doubled, "password", Warn, "once too often"),
        ("gar", GAR, "_json_key", &person, "password", Warn, "not a service account's key"),
        ("gar", GAR, "_json_key", &headless, "password", Warn, "missing private_key"),
        ("gar", GAR, "_json_key", cut, "password", Warn, "not valid JSON"),
        ("gar", GAR, b64, "hunter2", "password", Warn, "neither"),
        ("gar", GAR, b64, &STANDARD.encode("hunter2"), "password", Warn, "something other"),
        ("gar", GAR, "_json_key", &base64, "user", Block, "in base64"),
        ("gar", GAR, b64, &key, "user", Block, "plain JSON"),
        ("gar", GAR, &key, "_json_key", "user", Block, "swapped"),
        ("gar", GAR, "json_key", &key, "user", Block, "misspelled"),
        ("gar", GAR, "oauth2accesstoken", "ya29.abc", "user", Warn, "1 hour"),
        ("gar", GAR, "oauth2accesstoken", "ya29.abc", "password", Warn, "an hour"),
        ("gar", GAR, "ci@p.iam.gserviceaccount.com", &key, "user", Warn, "address"),
        ("gar", GAR, "me", &key, "user", Warn, "not a user Google accepts"),
        ("gar", GAR, "_json_key", "-----BEGIN PRIVATE KEY-----", "password", Block, "only the private key"),
    ]);
    each_is_silent(&[
        ("gar", GAR, "_json_key", &key, "user", Warn, ""),
        ("gar", GAR, "_json_key", &key, "password", Warn, ""),
        ("gar", GAR, b64, &base64, "password", Warn, ""),
        ("gar", GAR, b64, &wrapped, "password", Block, ""),
        ("other", "registry.example.com", "ci", "{\"type\": 1}", "password", Warn, ""),
    ]);
}

#[test]
fn servers_of_every_product() {
    let row = |id, server, severity, piece| (id, server, "", "", "server", severity, piece);
    each_says(&[
        row("ghcr", "ghcr.io", Good, "container registry"),
        row("ghcr", "containers.acme.ghe.com", Good, "container registry"),
        row("ghcr", "acme.ghe.com", Block, "containers.SUBDOMAIN"),
        row("ghcr", "docker.pkg.github.com", Block, "old registry"),
        row("ghcr", "npm.pkg.github.com", Block, "other packages"),
        row("ghcr", "ghcr.com", Block, "ghcr.io"),
        row("gar", GAR, Good, "Google registry"),
        row("gar", "eu.gcr.io", Good, "Google registry"),
        row("gar", "europe-west1-npm.pkg.dev/p/r", Block, "docker repositories"),
        row("gar", "projects/p/locations/europe-west1/repositories/r", Block, "resource name"),
        row("gar", "artifactregistry.googleapis.com", Block, "API"),
        row("gitlab", "registry.gitlab.com", Good, "GitLab"),
        row("gitlab", "gitlab.com", Block, "web site"),
        row("quay", "quay.io", Good, "Quay"),
        row("quay", "cdn01.quay.io", Block, "quay.io"),
        row("jfrog", "acme.jfrog.io", Good, "JFrog"),
        row("jfrog", "acme.jfrog.io/artifactory", Warn, "path"),
        row("jfrog", "jfrog.com", Block, "web site"),
        row("harbor", "https://harbor.example.com/harbor/projects/1", Warn, "Harbor page"),
        row("ecr-public", "public.ecr.aws", Info, "no login"),
        row("ecr-public", "gallery.ecr.aws/nginx", Block, "web site"),
        row("distribution", "registry.local:5000", Warn, "cannot reach"),
        row("distribution", "http://registry.example.com:5000", Warn, "requires https"),
    ]);
    each_is_silent(&[
        row("gitlab", "registry.example.com", Good, ""),
        row("gitlab", "gitlab.example.com:5050", Good, ""),
        row("quay", "quay.example.com", Good, ""),
        row("jfrog", "docker.acme.example", Good, ""),
        row("harbor", "harbor.example.com", Good, ""),
        row("distribution", "registry.example.com", Good, ""),
    ]);
}

#[test]
fn npms_one_secret_is_checked_with_its_address() {
    let npm = preset::single("npm").unwrap();
    let own = format!("npm_{}", "a".repeat(36));
    let home = "https://registry.npmjs.org/";
    let says = |address: &str, token: &str, word: &str, severity: Severity, piece: &str| {
        let found = check_single(npm, address, &token.into());
        let is_it = |f: &&Finding| f.member.word() == word && f.severity == severity && f.text.contains(piece);
        found.iter().find(is_it).cloned().unwrap_or_else(|| panic!("{address} {token} {piece}: {found:?}"))
    };
    says(home, &own, "password", Good, "npm token");
    says(home, &own, "server", Good, "can look up");
    says(home, "npm_short", "password", Warn, "unusual length");
    says(home, "0f8fad5b-d9cb-469f-a165-70867728950e", "password", Warn, "old-style");
    says(home, "dckr_pat_x", "password", Block, "credential for images");
    says(home, &format!("//registry.npmjs.org/:_authToken={own}"), "password", Block, "whole line");
    says(home, &format!("{own}\n"), "password", Block, "line break");
    says("https://npm.pkg.github.com/", &own, "password", Block, "npmjs token");
    says("https://npm.pkg.github.com/", "ghp_x", "password", Info, "other than npmjs");
    for (address, severity, better) in [
        ("https://www.npmjs.com/package/x", Block, home),
        ("registry.npmjs.org", Block, home),
        ("http://registry.npmjs.org", Warn, home),
        ("https://registry.npmjs.org", Warn, home),
        ("acme.jfrog.io/artifactory/api/npm/r", Block, "https://acme.jfrog.io/artifactory/api/npm/r/"),
    ] {
        let finding = says(address, "", "server", severity, "");
        assert_eq!(finding.mend.unwrap().change, MendChange::Replace(better.to_owned()), "{address}");
    }
    says("nonsense", "", "server", Warn, "does not begin with https://");
    assert_eq!(check_single(npm, "", &"".into()), []);
    assert!(check_single(npm, &own, &own.as_str().into()).iter().all(|finding| finding.mend.is_none()));
}

#[test]
fn a_password_that_says_when_it_ends_is_held_against_the_time() {
    let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    let jwt = |end: DateTime<chrono::Utc>| {
        let claims = URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{}}}", end.timestamp()));
        Sensitive::new(format!("{}.{claims}.x", URL_SAFE_NO_PAD.encode("{}")))
    };
    let ecr = |end: DateTime<chrono::Utc>| {
        Sensitive::new(STANDARD.encode(format!("{{\"payload\":\"x\",\"expiration\":{}}}", end.timestamp())))
    };
    for (password, severity, text) in [
        (jwt(now - TimeDelta::minutes(5)), Warn, "expired 5 min ago"),
        (jwt(now), Warn, "expired 0 min ago"),
        (ecr(now + TimeDelta::minutes(700)), Warn, "expires in 11 h 40 min"),
        (jwt(now + TimeDelta::hours(26)), Warn, "expires in 1 day 2 h"),
        (jwt(now + TimeDelta::days(90)), Info, "expires on 2026-04-01"),
    ] {
        let finding = check_end(&password, now).unwrap();
        assert!(finding.severity == severity && finding.text.contains(text), "{finding:?}");
    }
    assert_eq!(check_end(&"hunter2".into(), now), None);
}
