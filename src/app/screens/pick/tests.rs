//! The chosen repository is read, selected in the list, and becomes the current one.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::app::protocol::{Effect, Job, Outcome};
use crate::app::tests::{Driver, world};
use crate::domain::{RepoName, Scope};

fn web() -> RepoName {
    RepoName::parse("acme/web").unwrap()
}

/// On the list of repositories, loaded.
fn at_the_list() -> Driver {
    let mut driver = Driver::ready();
    driver.press("p");
    driver.answer_everything();
    driver
}

#[test]
fn one_types_a_part_of_the_name_and_looks_at_it() {
    let mut driver = at_the_list();
    driver.type_text("me/web").press("enter");
    assert_eq!(driver.title(), "Credentials");
    assert_eq!(driver.app.world.here, Some(web()));
    let id = driver.reading(&Scope::Repository(web()));
    driver.says("acme/web");
    assert!(driver.live.values().any(|job| *job == Job::Repository(web())));
    driver.finish(id, Outcome::Listing(Ok(crate::domain::ScopeListing::default())));
    driver.answer_everything();
    driver.keys("n enter");
    driver.says("acme/web");
}

#[test]
fn one_that_is_in_the_list_already_is_not_read_again() {
    let mut driver = at_the_list();
    driver.type_text("acme/api");
    driver.says("in the list");
    let effects = driver.press("enter");
    assert!(
        !effects.iter().any(|effect| matches!(effect, Effect::Start { job: Job::LoadScope(_), .. })),
        "{effects:?}"
    );
    let scopes = &driver.app.world.scopes;
    assert_eq!(scopes.iter().filter(|(scope, _)| matches!(scope, Scope::Repository(_))).count(), 1);
}

#[test]
fn the_list_is_read_once_and_its_failure_is_told_with_a_way_out() {
    let mut driver = Driver::ready();
    driver.press("p");
    driver.says("so far");
    let id = driver.running(|job| matches!(job, Job::Repositories(None)));
    driver.finish(id, Outcome::Repositories(Err(world::no_network())));
    driver.says(&world::no_network().what).says(&world::no_network().hint);
    driver.press("f5");
    driver.answer_everything();
    driver.says("acme/web");
    driver.keys("esc esc p");
    assert!(driver.live.is_empty());
}

#[test]
fn escape_leaves_the_field_then_empties_it_then_leaves() {
    let mut driver = at_the_list();
    driver.type_text("zebra");
    driver.says("no repository matches");
    driver.press("enter");
    assert!(driver.notice().contains("no repository matches"), "{}", driver.notice());
    driver.keys("esc esc");
    driver.says("acme/web");
    driver.press("esc");
    assert_eq!(driver.title(), "Credentials");
}
