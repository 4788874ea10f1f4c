//! Listing every repository's secrets, resuming an interrupted listing, and the secrets that one repository gets.

use pullkey::sandbox::{Options, Scale, WorldKind};

use super::*;

fn large(org_repos: usize) -> Desk {
    Desk::of(Options { scale: Scale { org_repos, each: true, ..Scale::default() }, ..Options::default() })
}

impl Desk {
    /// The time in which a listing can be resumed is shortened by the same factor.
    fn hurried(&self, line: &str) -> Ran {
        self.run_with(line, &[("PULLKEY_HURRY", "100")])
    }

    fn broken(&self, path: &str, nth: usize, times: usize, kind: FaultKind) {
        let method = Some(http::Method::GET);
        self.world().add_fault(Fault { method, path_contains: path.to_owned(), nth, times, kind });
    }
}

/// Name and readability of each scope.
fn scopes(document: &Value) -> Vec<(String, bool)> {
    let all = document["scopes"].as_array().unwrap();
    all.iter().map(|one| (one["name"].as_str().unwrap().to_owned(), one["readable"].as_bool().unwrap())).collect()
}

#[test]
fn every_repository_one_administers_is_told_and_the_others_are_counted() {
    let desk = Desk::new();
    desk.plant("repo:acme/api", "ACR", "selected", &[]);
    let document = desk.hurried("list --all --json").ends(0).json();
    let all = scopes(&document);
    assert!(all.is_sorted() && all.iter().any(|(name, _)| name == "octocat/dotfiles"), "{all:?}");
    assert!(all.iter().all(|(name, is_readable)| *is_readable && !name.starts_with("initech/")), "{all:?}");
    let counts = &document["repositories"];
    assert_eq!((&counts["total"], &counts["with_credentials"]), (&all.len().into(), &1.into()), "{counts}");
    assert_eq!(counts["complete"], true);
    let api = document["scopes"].as_array().unwrap().iter().find(|scope| scope["name"] == "acme/api").unwrap();
    assert_eq!((&api["credentials"][0]["prefix"], &api["scope"]), (&"ACR".into(), &"repository".into()));
    let text = desk.hurried("list --all").ends(0).stdout;
    assert!(text.contains("repository acme/api\n") && !text.contains("repository acme/web"), "{text}");
    assert!(text.contains(" repositories: 1 with a credential, "), "{text}");
}

#[test]
fn one_that_cannot_be_read_is_named_and_the_next_run_asks_only_for_it() {
    let desk = Desk::new();
    desk.plant("repo:acme/web", "ACR", "selected", &[]);
    desk.broken("/repos/acme/web/codespaces", 1, 3, FaultKind::Status(500));
    let ran = desk.hurried("list --all --org acme").ends(3);
    assert!(ran.stdout.contains("! 1 repository could not be read: "), "{ran:?}");
    assert!(ran.stdout.contains("\n    acme/web\n") && ran.stdout.contains("1 could not be read\n"), "{ran:?}");
    assert!(ran.stderr.contains("to read only what could not be read"), "{ran:?}");
    desk.world().forget_requests();
    let ran = desk.hurried("list --all --org acme --json").ends(0);
    assert!(ran.stderr.contains("resuming an interrupted listing"), "{ran:?}");
    assert_eq!(ran.json()["repositories"]["with_credentials"], 1);
    let asked = desk.world().requests();
    assert_eq!(asked.iter().filter(|request| request.path.contains("/codespaces/secrets")).count(), 1, "{asked:?}");
}

#[test]
fn a_refusal_is_not_asked_for_again_and_never_looks_empty() {
    let desk = Desk::new();
    let document = desk.hurried("list --all --org initech --json").ends(3).json();
    let all = scopes(&document);
    assert!(!all.is_empty() && all.iter().all(|(_, is_readable)| !is_readable), "{all:?}");
    let counts = &document["repositories"];
    assert_eq!((&counts["unreadable"], &counts["complete"]), (&all.len().into(), &false.into()));
    let ran = desk.hurried("list --all --org initech").ends(3);
    assert!(!ran.stderr.contains("resuming"), "{ran:?}");
    assert!(all.iter().all(|(name, _)| ran.stdout.contains(&format!("\n    {name}\n"))), "{ran:?}");
    assert_eq!(ran.stdout.matches("hint: ").count(), 1, "a shared reason is shown once: {ran:?}");
}

#[test]
fn a_list_of_repositories_that_breaks_off_is_told() {
    let desk = large(150);
    desk.broken("page=2", 1, 99, FaultKind::Status(500));
    let ran = desk.hurried("list --all --org acme").ends(3);
    assert!(ran.stdout.contains("there may be more repositories than these"), "{ran:?}");
    let document = desk.hurried("list --all --org acme --json").ends(3).json();
    assert_eq!(document["repositories"]["complete"], false);
    assert!(document["repositories"]["problem"]["why"].is_string());
}

#[test]
fn a_way_that_breaks_in_the_middle_is_gone_on_with() {
    let desk = large(120);
    desk.broken("acme/", 60, 9_999, FaultKind::DropBefore);
    desk.broken("/user", 1, 9_999, FaultKind::DropBefore);
    let problem = desk.hurried("list --all --org acme --json").ends(3).problem();
    assert!(problem["why"].as_str().unwrap().contains(" repositories were read"), "{problem}");
    assert!(problem["hint"].as_str().unwrap().contains("again to resume"), "{problem}");
    desk.world().clear_faults();
    desk.world().forget_requests();
    let document = desk.hurried("list --all --org acme --json").ends(0).json();
    assert!(document["repositories"]["with_credentials"].as_u64().unwrap() >= 120);
    let asked = desk.count(&http::Method::GET);
    assert!(asked < 100, "what was read is not requested again: {asked}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_in_the_middle_says_where_it_stands_and_the_next_run_goes_on_from_there() {
    let desk = large(120);
    let slow = |millis| FaultKind::Slow(std::time::Duration::from_millis(millis));
    // Slow enough that progress is shown; then nothing is answered any more.
    desk.broken("/codespaces/secrets", 10, 5, slow(400));
    desk.broken("/codespaces/secrets", 60, 9_999, slow(60_000));
    let mut terminal = ask::start(&desk, "list --all --org acme");
    let settings = terminal.settings();
    terminal.wait_until("it is in the middle", |output| {
        output.text().contains(" of 1") && desk.count(&http::Method::GET) > 60
    });
    terminal.send("\x03");
    assert_eq!(ask::code(&mut terminal), 130);
    let text = terminal.text();
    assert!(text.contains(" repositories were read") && text.contains("again to resume"), "{text}");
    assert!(!text.contains("ctrl-c stops"), "the progress line is erased: {text}");
    assert_eq!(terminal.settings(), settings);
    desk.world().clear_faults();
    desk.world().forget_requests();
    let ran = desk.hurried("list --all --org acme --json").ends(0);
    assert!(ran.stderr.contains("resuming an interrupted listing"), "{ran:?}");
    let asked = desk.count(&http::Method::GET);
    assert!(asked < 100, "what was read is not requested again: {asked}");
}

#[test]
fn flags_that_do_not_fit_together_are_usage() {
    let desk = Desk::new();
    for flags in ["--all --user", "--all --repo acme/api", "--all --reaching acme/api", "--reaching a/b --org acme"] {
        desk.run(&format!("list {flags} --json")).ends(2).problem();
    }
}

#[test]
fn what_reaches_a_repository_is_told_with_its_reason() {
    let desk = Desk::new();
    desk.plant("user", "MINE", "selected", &["acme/web"]);
    desk.plant("org:acme", "ALL", "all", &[]);
    desk.plant("org:acme", "SOME", "selected", &["acme/api"]);
    desk.plant("repo:acme/api", "OWN", "", &[]);
    let document = desk.run("list --reaching ACME/api --json").ends(0).json();
    let told = |prefix: &str| {
        let all = document["reaching"].as_array().unwrap();
        all.iter().find(|one| one["prefix"] == prefix).unwrap_or_else(|| panic!("{prefix}: {document}")).clone()
    };
    assert_eq!(document["repository"]["full_name"], "acme/api");
    for (prefix, scope, reaches) in [
        ("MINE", "user", "no"),
        ("ALL", "organization", "yes"),
        ("SOME", "organization", "yes"),
        ("OWN", "repository", "yes"),
    ] {
        let one = told(prefix);
        assert_eq!((&one["scope"], &one["reaches"]), (&scope.into(), &reaches.into()), "{one}");
        assert_eq!(one["members"]["password"], reaches);
    }
    assert_eq!(document["complete"], true);
    let text = desk.run("list --reaching acme/api").ends(0).stdout;
    assert!(text.contains("  no       MINE  the repository is not selected"), "{text}");
}

#[test]
fn what_cannot_be_read_is_unknown() {
    let desk = Desk::of(Options { world: WorldKind::Demo, ..Options::default() });
    let document = desk.run("list --reaching initech/handbook --json").ends(3).json();
    let rest: Vec<_> =
        document["reaching"].as_array().unwrap().iter().filter(|one| one["what"] == "rest").cloned().collect();
    assert!(rest.iter().any(|one| one["scope"] == "organization" && one["reaches"] == "unknown"), "{document}");
    assert!(rest.iter().all(|one| one["problem"]["hint"].is_string()), "{document}");
    assert_eq!(document["complete"], false);
    let text = desk.run("list --reaching initech/handbook").ends(3).stdout;
    assert!(text.contains("  unknown  whatever else it holds\n  ! "), "{text}");
    desk.run("list --reaching acme/nosuch --json").ends(3).problem();
}
