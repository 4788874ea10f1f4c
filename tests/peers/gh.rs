//! GitHub's own `gh` and pullkey on one sandbox: each sees what the other wrote.

use std::path::PathBuf;

use pullkey::sandbox::Options;
use serde_json::Value;

use super::peer;
use crate::support::home::Home;
use crate::support::world::{Scene, run};

pub(super) struct Both {
    scene: Scene,
    home: Home,
    gh: PathBuf,
}

impl Both {
    fn new() -> Option<Self> {
        Self::on(Options::default())
    }

    pub(super) fn on(options: Options) -> Option<Self> {
        let gh = peer("gh")?;
        Some(Self { scene: Scene::new(options), home: Home::new(), gh })
    }

    pub(super) fn gh(&self, arguments: &[&str]) -> String {
        let output = run(&self.gh, arguments, &self.scene.gh_env(&self.home), &self.home);
        assert!(output.status.success(), "gh {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn pullkey(&self, arguments: &[&str]) -> String {
        let output = self.scene.pullkey(&self.home, arguments, &[("REGISTRY_PASSWORD", "s3cret value")]);
        assert!(
            output.status.success(),
            "pullkey {arguments:?}: {} {}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Writes a credential with pullkey.
    fn set(&self, prefix: &str, scope: &[&str]) {
        let mut arguments = vec!["set", prefix];
        arguments.extend(scope);
        arguments.extend(["--preset", "acr", "--server", "mycompany.azurecr.io", "--username", "ci-pull"]);
        arguments.extend(["--password-env", "REGISTRY_PASSWORD", "--no-test", "--yes"]);
        self.pullkey(&arguments);
    }

    /// pullkey's list of one scope.
    pub(super) fn listed(&self, scope: &[&str]) -> Value {
        let mut arguments = vec!["list", "--json"];
        arguments.extend(scope);
        let mut listing: Value = serde_json::from_str(&self.pullkey(&arguments)).expect("JSON");
        listing["scopes"][0].take()
    }
}

fn members(prefix: &str) -> [String; 3] {
    ["SERVER", "USER", "PASSWORD"].map(|part| format!("{prefix}_CONTAINER_REGISTRY_{part}"))
}

#[test]
fn gh_lists_what_pullkey_wrote() {
    let Some(both) = Both::new() else { return };
    both.set("ACR", &["--user", "--repos", "acme/api,acme/web"]);
    both.set("TEAM", &["--repo", "acme/api"]);
    both.set("SHARED", &["--org", "acme", "--visibility", "selected", "--repos", "acme/infra"]);
    for (scope, prefix, reach) in [
        (vec!["--user"], "ACR", None),
        (vec!["--repo", "acme/api"], "TEAM", None),
        (vec!["--org", "acme"], "SHARED", Some("SELECTED")),
    ] {
        let mut arguments = vec!["secret", "list", "--app", "codespaces"];
        arguments.extend(&scope);
        let listed = both.gh(&arguments);
        for name in members(prefix) {
            let line =
                listed.lines().find(|line| line.starts_with(&name)).unwrap_or_else(|| panic!("{name}: {listed}"));
            assert!(reach.is_none_or(|reach| line.contains(reach)), "{line}");
        }
    }
}

#[test]
fn pullkey_lists_what_gh_wrote() {
    let Some(both) = Both::new() else { return };
    for name in members("QUAY") {
        both.gh(&["secret", "set", &name, "--app", "codespaces", "--user", "--body", "v", "--repos", "acme/api"]);
        both.gh(&["secret", "set", &name, "--app", "codespaces", "--repo", "acme/web", "--body", "v"]);
        let org = ["--org", "acme", "--visibility", "selected", "--repos", "acme/api,acme/infra", "--body", "v"];
        both.gh(&[&["secret", "set", &name, "--app", "codespaces"][..], &org].concat());
    }
    for (scope, kind, reach) in [
        (vec!["--user"], "selected", vec!["acme/api"]),
        (vec!["--repo", "acme/web"], "repository", vec![]),
        (vec!["--org", "acme"], "selected", vec!["acme/api", "acme/infra"]),
    ] {
        let listing = both.listed(&scope);
        let credential = &listing["credentials"][0];
        assert_eq!(credential["prefix"], "QUAY", "{listing}");
        assert_eq!(credential["complete"], true, "{listing}");
        for member in ["server", "user", "password"] {
            let access = &credential["members"][member]["access"];
            assert_eq!(access["kind"], kind, "{listing}");
            if !reach.is_empty() {
                let mut names: Vec<&str> =
                    access["repositories"].as_array().unwrap().iter().filter_map(|r| r["full_name"].as_str()).collect();
                names.sort_unstable();
                assert_eq!(names, reach);
            }
        }
    }
}

#[test]
fn pullkey_keeps_what_gh_granted_and_gh_deletes_what_pullkey_wrote() {
    let Some(both) = Both::new() else { return };
    let world = both.scene.world();
    for name in members("ACR") {
        both.gh(&["secret", "set", &name, "--app", "codespaces", "--user", "--body", "old", "--repos", "acme/api"]);
    }
    both.set("ACR", &["--user"]);
    for name in members("ACR") {
        let secret = world.secret("user", &name).expect("it is there");
        assert_ne!(secret.value, "old");
        assert_eq!(secret.repository_names(), ["acme/api"]);
        both.gh(&["secret", "remove", &name, "--app", "codespaces", "--user"]);
    }
    assert!(both.listed(&["--user"])["credentials"].as_array().unwrap().is_empty());
}
