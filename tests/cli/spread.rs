//! The same credential in many repositories: the plan, the outcome for each, and resuming an interrupted run.

use super::*;

const REST: &str = "--preset other --server r.example --username u --password-env P --no-test";

impl Desk {
    /// Runs `set` without a login test and without the usual pause between writes.
    fn spread(&self, flags: &str) -> Ran {
        self.run_with(&format!("set ACR {flags} {REST}"), &[("P", PASSWORD), ("PULLKEY_HURRY", "10000")])
    }

    fn has(&self, repository: &str) -> bool {
        self.values(&format!("repo:{repository}"), "ACR").iter().all(Option::is_some)
    }
}

fn outcomes(document: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = document["repositories"].as_array().unwrap();
    all.iter().map(|one| (text(&one["full_name"]), text(&one["outcome"]))).collect()
}

fn words(document: &Value) -> Vec<String> {
    outcomes(document).into_iter().map(|(_, outcome)| outcome).collect()
}

#[test]
fn names_patterns_and_topics_become_each_repositorys_own_secrets() {
    let desk = Desk::new();
    let document = desk.spread("--repo octocat/dotfiles --repo acme/w* --topic ops --json").ends(0).json();
    let all = ["octocat/dotfiles", "acme/infra", "acme/web"];
    assert_eq!(outcomes(&document), all.map(|name| (name.to_owned(), "written".to_owned())));
    assert_eq!((&document["done"], &document["counts"]["written"]), (&true.into(), &3.into()));
    assert!(all.into_iter().all(|name| desk.has(name)) && !desk.has("acme/api"));
    let ran = desk.spread("--repo octocat/hello-codespaces --repo acme/api").ends(0);
    assert!(ran.stderr.contains("1 of 2  octocat/hello-codespaces  written"), "{ran:?}");
    assert!(ran.stdout.contains("ACR: 2 written"), "{ran:?}");
}

#[test]
fn a_dry_run_shows_the_plan_and_writes_nothing() {
    let desk = Desk::new();
    desk.plant("repo:acme/api", "ACR", "selected", &[]);
    let document = desk.spread("--repo acme/* --dry-run --json").ends(0).json();
    assert_eq!(words(&document), ["not_tried"; 5]);
    assert!(document["notes"].to_string().contains("acme/attic"), "archived repositories are noted: {document}");
    assert_eq!(document["done"], false);
    assert_eq!(
        (&document["repositories"][0]["before"], &document["repositories"][1]["before"]),
        (&"exists".into(), &"new".into())
    );
    assert_eq!(desk.count(&http::Method::PUT), 0);
}

#[test]
fn overwriting_needs_yes() {
    let desk = Desk::new();
    desk.plant("repo:acme/api", "ACR", "selected", &[]);
    let ran = desk.spread("--repo acme/api --repo acme/web").ends(2);
    assert!(ran.stderr.contains("overwritten in 1 of them") && ran.stderr.contains("--yes"), "{ran:?}");
    assert_eq!(desk.count(&http::Method::PUT), 0);
    desk.spread("--repo acme/api --repo acme/web --yes").ends(0);
    assert!(desk.has("acme/web"));
}

#[test]
fn one_that_refuses_is_told_and_the_others_are_written() {
    let desk = Desk::new();
    let flags = "--repo acme/api --repo initech/handbook --repo acme/web";
    let document = desk.spread(&format!("{flags} --json")).ends(3).json();
    assert_eq!(words(&document), ["written", "failed", "written"]);
    assert!(!document["repositories"][1]["problem"]["why"].as_str().unwrap().is_empty());
    assert_eq!((&document["done"], &document["counts"]["failed"]), (&false.into(), &1.into()));
    let puts = desk.count(&http::Method::PUT);
    let document = desk.spread(&format!("{flags} --json")).ends(3).json();
    assert_eq!(words(&document), ["kept", "failed", "kept"], "the same command tries what is left");
    assert_eq!(desk.count(&http::Method::PUT), puts);
    let document = desk.spread(&format!("{flags} --no-resume --yes --json")).ends(3).json();
    assert_eq!(words(&document), ["written", "failed", "written"]);
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_is_gone_on_with_and_what_changed_is_asked_about() {
    use std::time::{Duration, Instant};

    let desk = Desk::new();
    let flags = "--repo acme/api --repo acme/web --repo acme/infra";
    desk.world().add_fault(Fault {
        method: Some(http::Method::PUT),
        ..Fault::always("acme/infra", FaultKind::Slow(Duration::from_secs(60)))
    });
    let line = format!("set ACR {flags} {REST} --json");
    let mut child = desk.command(&line).env("P", PASSWORD).env("PULLKEY_HURRY", "10000").spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let reached = |desk: &Desk| {
        desk.world().requests().iter().any(|r| r.method == http::Method::PUT && r.path.contains("acme/infra"))
    };
    while !reached(&desk) {
        assert!(Instant::now() < deadline, "the third repository was not reached");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    desk.world().clear_faults();
    desk.world().remove_secret("repo:acme/web", "ACR_CONTAINER_REGISTRY_USER");
    let dry = desk.spread(&format!("{flags} --dry-run --json")).ends(0).json();
    assert_eq!(words(&dry), ["kept", "not_tried", "not_tried"]);
    let ran = desk.spread(flags).ends(2);
    assert!(ran.stderr.contains("changed since"), "{ran:?}");
    let document = desk.spread(&format!("{flags} --yes --json")).ends(0).json();
    assert_eq!(words(&document), ["kept", "written", "written"]);
    assert!(["acme/api", "acme/web", "acme/infra"].into_iter().all(|name| desk.has(name)));
    let again = desk.spread(&format!("{flags} --yes --json")).ends(0).json();
    assert_eq!(words(&again), ["written"; 3], "a finished run is not resumed");
    for file in desk.home.files() {
        let text = std::fs::read(&file).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains(PASSWORD), "{}", file.display());
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_after_the_repository_that_is_being_written() {
    use std::time::{Duration, Instant};

    use rustix::process::{Pid, Signal, kill_process};

    let desk = Desk::new();
    desk.fault(http::Method::PUT, "acme/api", FaultKind::Slow(Duration::from_millis(700)));
    let line = format!("set ACR --repo acme/api --repo acme/web {REST} --json");
    let child = desk.command(&line).env("P", PASSWORD).env("PULLKEY_HURRY", "10000").spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while desk.count(&http::Method::PUT) == 0 {
        assert!(Instant::now() < deadline, "nothing was written");
        std::thread::yield_now();
    }
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), Signal::INT).unwrap();
    let document = finish(child, "").ends(130).json();
    assert_eq!(words(&document), ["written", "not_tried"]);
    assert!(desk.has("acme/api") && !desk.has("acme/web"));
    let document = desk.spread("--repo acme/api --repo acme/web --json").ends(0).json();
    assert_eq!(words(&document), ["kept", "written"]);
}

#[test]
fn flags_that_make_no_sense_for_many_are_usage() {
    let desk = Desk::new();
    for flags in ["--repo", "--repo acme/api --repo acme/web --repos acme/x", "--repo acme/* --visibility all"] {
        desk.spread(&format!("{flags} --json")).ends(2).problem();
    }
    desk.spread("--repo acme/nosuch-* --json").ends(3).problem();
    desk.spread("--repo acme/** --json").ends(2).problem();
    assert_eq!(desk.count(&http::Method::PUT), 0);
}

#[test]
fn a_pattern_may_stand_where_repositories_get_it() {
    let desk = Desk::new();
    desk.spread("--org acme --visibility selected --repos acme/w*,acme/api").ends(0);
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/api", "acme/web"]);
    desk.spread("--org acme --repos --topic ops --yes").ends(0);
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/infra"]);
    let document = desk.spread("--user --topic course-2026 --dry-run --json").ends(0).json();
    assert_eq!(document["after"]["repositories"].as_array().unwrap().len(), 2, "{document}");
    assert_eq!(desk.values("user", "ACR"), [None, None, None]);
}
