use pullkey::sandbox::{FaultKind, Options, WorldKind};

use super::*;

fn desk() -> Desk {
    Desk::of(Options { world: WorldKind::Demo, ..Options::default() })
}

#[test]
fn each_verdict_has_its_exit_code() {
    let desk = desk();
    desk.world().set_scopes(["repo", "read:packages"].map(str::to_owned).to_vec());
    for (line, code, verdict) in [
        ("ghcr.io/octocat/espresso-timer --repo acme/api", 0, "none"),
        ("ghcr.io/acme/devcontainers/base:2 --repo acme/api", 0, "none"),
        ("ghcr.io/acme/api:latest --repo acme/api", 0, "likely_none"),
        ("ghcr.io/acme/ml-tools --repo acme/api", 1, "needed"),
        ("ghcr.io/acme/devcontainers/base --repo acme/docs", 1, "needed"),
        ("ghcr.io/acme/nosuch --repo acme/api", 3, "cannot_tell"),
    ] {
        let document = desk.run(&format!("seamless {line} --json")).ends(code).json();
        assert_eq!((&document["version"], &document["verdict"]), (&1.into(), &verdict.into()), "{line}");
        assert!(!document["why"].as_str().unwrap().ends_with('.') && document["evidence"].is_array(), "{document}");
    }
}

#[test]
fn people_read_what_is_known_what_is_not_and_what_to_do() {
    let ran = desk().run("seamless ghcr.io/acme/api:1 --repo acme/api").ends(0);
    let expected = "\
ghcr.io/acme/api in codespaces of acme/api
  likely no secret needed: it belongs to acme/api, whose codespaces can pull it while “Inherit access from source \
                    repository” is checked

evidence
  its visibility: private
      (GET /orgs/acme/packages/container/api)
  linked to: acme/api
      (GET /orgs/acme/packages/container/api)
  acme/api is private
      (GET /repos/acme/api)
  inheriting is on by default for packages published by Actions, and off for those pushed with a token
      (GitHub Docs, “Allowing your codespace to access a private registry”)

to check on the package's settings page
  whether “Inherit access from source repository” is checked
  whether “Manage Codespaces access” lists acme/api
      https://github.com/orgs/acme/packages/container/api/settings

what to do
  1. on its settings page, check “Inherit access from source repository”, or add acme/api under “Manage \
                    Codespaces access”
      https://github.com/orgs/acme/packages/container/api/settings
  2. otherwise a credential: `pullkey set GHCR --repo acme/api` with the server ghcr.io, a login, and a classic token \
                    with the scope `read:packages` (no other kind works)
      https://github.com/settings/tokens/new?scopes=read:packages

to publish it
  1. from Actions with GITHUB_TOKEN and `permissions: packages: write`: it is then linked to the repository and \
                    inherits its access
  2. otherwise from a codespace with a classic token with `write:packages`: seamless access can only pull
      https://github.com/settings/tokens/new?scopes=write:packages
";
    assert_eq!(ran.stdout, expected);
}

#[test]
fn a_token_without_the_scope_is_told_how_to_get_it() {
    let desk = desk();
    desk.world().set_scopes(vec!["repo".to_owned()]);
    let document = desk.run("seamless ghcr.io/acme/api --repo acme/api --json").ends(3).json();
    assert_eq!(document["why"], "the token lacks the scope `read:packages` (it has: repo)");
    assert!(document["steps"][0]["what"].as_str().unwrap().contains("gh auth refresh -h github.com -s read:packages"));
}

#[test]
fn a_fault_of_githubs_is_told_and_ends_with_3() {
    let desk = desk();
    desk.world().add_fault(Fault::always("/packages/", FaultKind::Status(500)));
    let ran = desk.run("seamless ghcr.io/acme/api --repo acme/api").ends(3);
    assert!(
        ran.stdout.contains("cannot tell: ghcr.io/acme/api could not be read: GitHub is having problems"),
        "{ran:?}"
    );
}

#[test]
fn what_is_no_package_of_githubs_is_usage() {
    let desk = desk();
    for (package, words) in [
        ("mycompany.azurecr.io/dev/base", "not at a GitHub registry"),
        ("docker.pkg.github.com/acme/api/base", "replaced by ghcr.io"),
        ("ghcr.io", "names no package"),
        ("ghcr.io/acme/Base", "lower case"),
    ] {
        let ran = desk.run(&format!("seamless {package} --repo acme/api")).ends(2);
        assert!(ran.stderr.contains(words), "{package}: {ran:?}");
    }
    let ran = desk.run("seamless ghcr.io/acme/api").ends(2);
    assert!(ran.stderr.contains("not a clone of a GitHub repository") && ran.stderr.contains("--repo"), "{ran:?}");
    assert!(desk.world().requests().is_empty());
}
