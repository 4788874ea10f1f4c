//! The cache of GitHub's answers, and how waits for rate limits are shown.

use super::*;

#[test]
fn the_cache_is_told_of_and_cleared() {
    let desk = Desk::new();
    assert_eq!(desk.run("cache --json").ends(0).json()["answers"], 0);
    desk.run("list --user --json").ends(0);
    let kept = desk.run("cache --json").ends(0).json();
    assert!(kept["answers"].as_u64().unwrap() > 0, "{kept}");
    // The second request is answered with 304 Not Modified.
    desk.run("list --user --json").ends(0);
    assert!(desk.world().requests().iter().any(|request| request.status == Some(304)));
    let cleared = desk.run("cache --clear --json").ends(0).json();
    assert_eq!((&cleared["answers"], &cleared["cleared"]), (&kept["answers"], &true.into()));
    assert_eq!(desk.run("cache --json").ends(0).json()["answers"], 0);
    assert_eq!(desk.home.files(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_renamed_repository_is_listed_under_its_new_name() {
    let desk = Desk::new();
    desk.world().rename_repository("acme/api", "core");
    let list = desk.run("list --repo acme/api --json").ends(0).json();
    assert_eq!(list["scopes"][0]["name"], "acme/core", "{list}");
}

#[test]
fn a_limit_is_waited_for_and_the_wait_is_told_beside_the_result() {
    let desk = Desk::new();
    desk.world().set_hurry(60);
    desk.world().add_fault(Fault::nth(1, FaultKind::SecondaryLimit));
    let run = desk.run_with("list --user --json", &[("PULLKEY_HURRY", "60")]).ends(0);
    assert!(run.stderr.contains("waiting 1 s: GitHub wants fewer requests at once"), "{}", run.stderr);
    run.json();
}
