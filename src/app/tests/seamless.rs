//! Beside the fields it is told whether a secret is needed at all.

use super::*;
use crate::domain::Roster;
use crate::domain::preset::presets;

fn asked(driver: &Driver) -> Vec<Job> {
    driver.live.values().filter(|job| matches!(job, Job::Seamless { .. })).cloned().collect()
}

fn is_about(job: &Job, host: &str, repository: &str) -> bool {
    *job == Job::Seamless { host: host.to_owned(), repository: world::repo(repository) }
}

/// At *Credentials* of «another registry» for the n-th place, with the server typed.
fn typed(mut driver: Driver, place: usize, server: &str) -> Driver {
    driver.keys("n G enter g");
    for _ in 0..place {
        driver.press("down");
    }
    driver.press("enter");
    assert_eq!(presets().last().map(|preset| preset.id.as_str()), Some("other"));
    driver.type_text(server);
    driver
}

#[test]
fn a_registry_of_githubs_is_asked_about_once_and_others_never() {
    let mut driver = typed(Driver::ready(), 1, "ghcr.io");
    assert!(matches!(asked(&driver).as_slice(), [job] if is_about(job, "ghcr.io", "acme/api")), "{:?}", driver.live);
    driver.keys("tab");
    driver.type_text("octocat").press("tab");
    assert_eq!(asked(&driver).len(), 1);
    driver.answer_everything();
    driver.says("acme/api: likely no secret needed").says("acme/devcontainers/base: no secret needed");
    driver.says("acme/open: no secret needed").says("and 2 more");
    driver.type_text("x");
    assert!(asked(&driver).is_empty(), "it is known");
    assert!(asked(&typed(Driver::ready(), 1, "mycompany.azurecr.io")).is_empty());
    assert!(asked(&typed(Driver::ready(), 1, "notghcr.io")).is_empty());
}

#[test]
fn for_ones_own_secrets_the_repository_one_started_in_counts() {
    let driver = typed(Driver::ready(), 0, "ghcr.io");
    assert!(matches!(asked(&driver).as_slice(), [job] if is_about(job, "ghcr.io", "acme/api")));
    let mut nowhere = Driver::start(Start::default());
    nowhere.answer_everything();
    assert!(asked(&typed(nowhere, 0, "ghcr.io")).is_empty(), "without a repository there is nothing to ask");
}

#[test]
fn what_cannot_be_told_is_said_with_its_remedy_and_stops_nobody() {
    let mut driver = typed(Driver::ready(), 1, "ghcr.io");
    let id = driver.running(|job| matches!(job, Job::Seamless { .. }));
    let problem = Problem::new("x", "the token lacks the scope `read:packages`", "tick the scope");
    driver.finish(id, Outcome::Seamless(Err(problem)));
    driver.says("cannot tell").says("lacks the scope").says("tick the scope");
    driver.press("tab");
    driver.type_text("octocat").press("tab");
    driver.type_text("ghp_x").keys("enter enter");
    assert_ne!(driver.step(), crate::app::screens::wizard::Step::Credentials, "{}", driver.sight());
    assert!(asked(&driver).is_empty(), "a refusal is not asked for again with every key");
}

#[test]
fn at_the_test_one_line_sums_it_up() {
    let mut driver = typed(Driver::ready(), 1, "ghcr.io");
    driver.answer_everything();
    driver.press("tab");
    driver.type_text("octocat").press("tab");
    driver.type_text("ghp_x").keys("enter enter enter");
    assert_eq!(driver.step(), crate::app::screens::wizard::Step::Test, "{}", driver.sight());
    driver.says("3 of 5 packages of acme at ghcr.io need no secret in codespaces of acme/api, or likely none");
}

#[test]
fn an_answer_nobody_waits_for_is_ignored() {
    let mut driver = typed(Driver::ready(), 1, "ghcr.io");
    driver.answer_everything();
    let id = JobId(999_999);
    driver.send(Msg::Finished { id, outcome: Outcome::Seamless(Ok(Roster::whole(Vec::new()))) });
    driver.says("acme/api: likely no secret needed");
}

#[test]
fn after_a_right_was_gained_it_is_asked_again() {
    let mut driver = typed(Driver::ready(), 1, "ghcr.io");
    let id = driver.running(|job| matches!(job, Job::Seamless { .. }));
    driver.finish(id, Outcome::Seamless(Err(Problem::new("x", "the token lacks the scope", "tick it"))));
    driver.press("tab");
    assert!(asked(&driver).is_empty());
    driver.send(Msg::Returned(Ok(())));
    driver.answer_everything();
    driver.press("tab");
    assert_eq!(asked(&driver).len(), 1);
    driver.answer_everything();
    driver.says("acme/api: likely no secret needed");
}
