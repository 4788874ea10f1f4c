//! One secret for a package registry: tested and written, with the line that uses it.

use super::*;

const ADDRESS: &str = "https://registry.npmjs.org/";

impl Desk {
    fn npm(&self) -> String {
        format!("http://{}/api/npm/", self.registry(RegistryKind::Basic))
    }

    /// Runs `set` with the token that the sandbox knows, and these flags.
    fn set_npm(&self, flags: &str) -> Ran {
        let line = format!("set NPM_TOKEN {flags} --preset npm --server {} --password-stdin", self.npm());
        self.feed(&line, &format!("{PASSWORD}\n"))
    }

    fn token(&self, scope: &str) -> Option<String> {
        self.world().secret(scope, "NPM_TOKEN").map(|secret| secret.value)
    }
}

#[test]
fn each_verdict_of_a_token_has_its_exit_code() {
    let desk = Desk::new();
    let line = format!("test --preset npm --server {} --password-stdin", desk.npm());
    let text = desk.feed(&line, PASSWORD).ends(0).stdout;
    assert!(text.contains("belongs to puller") && text.contains("name one with --package"), "{text}");
    let text = desk.feed(&line, "wrong").ends(1).stdout;
    assert!(text.contains("refused this token") && text.contains("$ npm whoami"), "{text}");
    let document = desk.feed(&format!("{line} --package @sandbox/app --json"), PASSWORD).ends(0).json();
    assert_eq!(document["steps"].as_array().unwrap().iter().filter(|step| step["step"] == "package").count(), 1);
    let document = desk.feed(&format!("{line} --package @sandbox/none --json"), PASSWORD).ends(1).json();
    assert!(document["steps"].to_string().contains("package_not_found"), "{document}");
    let text = desk.feed(&format!("{line} --package open-tool"), PASSWORD).ends(0).stdout;
    assert!(text.contains("by anyone") && text.contains("no private package was tested"), "{text}");
    let plain = "test --preset npm --server http://registry.example/ --password-stdin --json";
    let document = desk.feed(plain, PASSWORD).ends(1).json();
    assert!(document["steps"].to_string().contains("bad_address"), "{document}");
    assert!(desk.world().requests().iter().all(|request| request.door != "api"));
}

#[test]
fn a_token_that_works_is_written_at_every_scope_and_its_line_is_told() {
    let desk = Desk::new();
    for (flags, scope) in [
        ("--user --repos acme/api", "user"),
        ("--repo acme/api", "repo:acme/api"),
        ("--org acme --visibility private", "org:acme"),
    ] {
        let ran = desk.set_npm(flags).ends(0);
        assert_eq!(desk.token(scope).as_deref(), Some(PASSWORD), "{scope}");
        let line = format!("//{}/api/npm/:_authToken=${{NPM_TOKEN}}", desk.registry(RegistryKind::Basic));
        assert!(ran.stdout.contains(&line) && ran.stdout.contains("pullkey restart"), "{ran:?}");
        assert!(!ran.stdout.contains(PASSWORD) && !ran.stderr.contains(PASSWORD));
    }
    let granted = desk.world().secret("user", "NPM_TOKEN").unwrap();
    assert_eq!(granted.repository_names(), ["acme/api"]);
    let listed = desk.run("list --user --json").ends(0).json();
    assert!(listed["scopes"][0]["credentials"].as_array().unwrap().is_empty(), "{listed}");
}

#[test]
fn what_exists_is_overwritten_only_with_yes_and_keeps_who_gets_it() {
    let desk = Desk::new();
    assert!(desk.world().put_secret("user", "NPM_TOKEN", "old", "selected", &["acme/api", "acme/web"]));
    let problem = desk.set_npm("--user --json").ends(2).problem();
    assert!(problem["why"].as_str().unwrap().contains("already exists"), "{problem}");
    assert_eq!(desk.token("user").as_deref(), Some("old"));
    let document = desk.set_npm("--user --yes --json").ends(0).json();
    assert_eq!((&document["prefix"], &document["secret"]), (&Value::Null, &"NPM_TOKEN".into()));
    assert_eq!(document["use"]["file"], ".npmrc");
    assert_eq!(document["members"]["password"]["outcome"], "updated", "{document}");
    assert_eq!(document["members"]["server"], Value::Null);
    let mut kept: Vec<_> =
        desk.world().secret("user", "NPM_TOKEN").unwrap().repository_names().into_iter().map(str::to_owned).collect();
    kept.sort();
    assert_eq!(kept, ["acme/api", "acme/web"]);
}

#[test]
fn a_token_that_is_refused_or_cannot_be_told_is_not_written() {
    let desk = Desk::new();
    let line = format!("set NPM_TOKEN --repo acme/api --preset npm --server {} --password-stdin", desk.npm());
    let ran = desk.feed(&line, "wrong").ends(1);
    assert!(ran.stderr.contains("nothing was written"), "{ran:?}");
    desk.feed(&format!("{line} --package @sandbox/none"), PASSWORD).ends(1);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = line.replace(&desk.npm(), &format!("http://127.0.0.1:{port}/"));
    let ran = desk.feed(&nobody, PASSWORD).ends(3);
    assert!(ran.stderr.contains("inconclusive"), "{ran:?}");
    assert_eq!((desk.token("repo:acme/api"), desk.count(&http::Method::PUT)), (None, 0));
    let line = format!("set NPM_TOKEN --repo acme/api --preset npm --server {ADDRESS} --password-stdin --no-test");
    desk.feed(&line, &format!("npm_{}", "a".repeat(36))).ends(0);
    assert!(desk.token("repo:acme/api").is_some());
}

#[test]
fn a_dry_run_says_what_would_be_written_and_writes_nothing() {
    let desk = Desk::new();
    let ran = desk.set_npm("--user --repos acme/api --dry-run").ends(0);
    assert!(ran.stdout.contains("+ acme/api") && ran.stdout.contains(":_authToken=${NPM_TOKEN}"), "{ran:?}");
    assert_eq!(desk.token("user"), None);
    let ran = desk.set_npm("--user").ends(0);
    assert!(ran.stderr.contains("write it again with --repos"), "{ran:?}");
}

#[test]
fn a_write_that_fails_is_told_and_is_no_success() {
    let desk = Desk::failing(&[("NPM_TOKEN", FaultKind::Forbidden)]);
    let document = desk.set_npm("--repo acme/api --json").ends(3).json();
    assert_eq!(document["members"]["password"]["outcome"], "failed", "{document}");
    let desk = Desk::failing(&[("NPM_TOKEN", FaultKind::DropAfter)]);
    let document = desk.set_npm("--repo acme/api --json").ends(0).json();
    assert_eq!(document["members"]["password"]["outcome"], "created", "read back, not guessed: {document}");
}

#[test]
fn flags_of_images_and_of_packages_are_kept_apart() {
    let desk = Desk::new();
    let set = format!("set NPM_TOKEN --repo acme/api --preset npm --server {ADDRESS} --password-stdin");
    let test = format!("test --preset npm --server {ADDRESS} --password-stdin");
    let acr = "--preset acr --server a.azurecr.io --username u --password-stdin";
    for (line, says) in [
        (format!("{set} --username ann"), "no user"),
        (format!("{set} --image ghcr.io/a/b:1"), "holds packages"),
        (format!("{set} --store"), "--store stores"),
        (format!("{set} --expires never"), "expiry is saved for"),
        (format!("{set} --repo acme/web"), "one place at a time"),
        (set.replace("--password-stdin", "--from env"), "--from finds"),
        (format!("{test} --username ann"), "no user"),
        (format!("{test} --image ghcr.io/a/b:1"), "holds packages"),
        (format!("{test} --with docker"), "docker pulls images"),
        ("test --preset npm --password-stdin".to_owned(), "missing: --server"),
        (format!("test {acr} --package @a/b"), "this preset is for images"),
        (format!("test {} --package @a/b", acr.replace("--preset acr ", "")), "--preset"),
        (format!("set ACR --user {acr} --package @a/b"), "this preset is for images"),
        (format!("set NPM_TOKEN --repo acme/api --server {ADDRESS} --password-stdin"), "add --preset npm"),
        (set.replace(ADDRESS, "https://www.npmjs.com/"), "npm's web site"),
        (set.replace("NPM_TOKEN", "GITHUB_TOKEN"), "GITHUB_"),
    ] {
        let ran = desk.feed(&line, "npm_x").ends(2);
        assert!(ran.stderr.contains(says), "{line}: {ran:?}");
    }
    let pasted = "//registry.npmjs.org/:_authToken=npm_x";
    assert!(desk.feed(&set, pasted).ends(2).stderr.contains("whole line of .npmrc"));
    assert!(desk.world().requests().is_empty());
}
