//! A repository was renamed: everything known about it moves to the new name, and nothing typed is lost.

use super::world::{acme, api, here, listing, prefix, repo, selected};
use super::*;
use crate::domain::{Access, Renamed};

fn to_core() -> Renamed {
    Renamed { from: repo("acme/api"), to: repo("acme/core"), id: 1 }
}

fn core() -> Scope {
    Scope::Repository(repo("acme/core"))
}

/// F5 reveals that it was renamed.
fn renamed(mut driver: Driver) -> Driver {
    driver.press("f5");
    let id = driver.reading(&api());
    driver.part(id, Part::Renamed(to_core()));
    driver
}

#[test]
fn rows_heading_and_facts_stand_under_the_new_name_and_a_notice_says_so() {
    let mut driver = renamed(Driver::ready());
    assert!(driver.notice().contains("acme/api is now called acme/core"), "{}", driver.notice());
    driver.says("acme/core, this repository").is_silent_about("acme/api, this repository");
    assert_eq!(driver.app.world.scope(&api()), None);
    let (id, facts) = (driver.reading(&api()), driver.running(|job| matches!(job, Job::Repository(_))));
    driver.finish(id, Outcome::Listing(Ok(listing(&core()))));
    let mut now = world::repository("acme/api");
    now.full_name = "acme/core".into();
    driver.finish(facts, Outcome::Repository(Ok(now)));
    driver.answer_everything();
    assert_eq!(driver.app.world.listing(&core()), Some(&listing(&core())), "what was under way ends there");
    driver.keys("g down down");
    driver.says("what reaches acme/core (private)").says("● yes DOCKERHUB: it belongs to this repository");
    driver.expire_notices();
    driver.press("f5");
    driver.reading(&core());
    driver.expire_notices();
    driver.is_silent_about("acme/api, ");
}

#[test]
fn lists_of_selected_repositories_and_those_to_choose_from_follow_by_id() {
    let mut driver = Driver::ready();
    driver.press("a");
    driver.answer_everything();
    let id = driver.app.world.catalogue(None).unwrap().value().unwrap().repositories.get(0).unwrap().id;
    assert_eq!(id, 1);
    driver.press("esc");
    let mut driver = renamed(driver);
    let of = |driver: &Driver| {
        let listing = driver.app.world.listing(&Scope::User).unwrap();
        let state = listing.credential(&prefix("ECR")).unwrap().members.server.clone().unwrap();
        state.access.unwrap()
    };
    let Access::Selected(list) = of(&driver) else { panic!() };
    assert_eq!(list.repositories[0].full_name.raw(), "acme/core");
    assert_ne!(of(&driver), selected(&["acme/api"]));
    driver.answer_everything();
}

#[test]
fn nothing_typed_is_lost_and_it_is_written_to_the_new_name() {
    let mut driver = Driver::ready();
    driver.keys("n enter g down enter");
    let typed = driver.wizard().plan().map(|plan| plan.scope.clone());
    assert_eq!(typed, Some(api()));
    driver.type_text("mycompany.azurecr.io");
    driver.send(Msg::Part { id: JobId(0), part: Part::Renamed(to_core()) });
    let plan = driver.wizard().plan().unwrap();
    assert_eq!(plan.scope, core());
    assert_eq!(plan.form.trial().server, "mycompany.azurecr.io");
}

#[test]
fn a_write_under_way_reports_to_the_new_name() {
    let mut driver = Driver::ready();
    driver.keys("down down down d right enter");
    let id = driver.writing();
    let saved = world::saved(&driver.last_write(), |_| WriteOutcome::Deleted);
    driver.part(id, Part::Renamed(to_core()));
    driver.finish(id, Outcome::Saved(Ok(saved)));
    driver.press("enter");
    let names: Vec<String> = driver.app.world.scopes.iter().map(|(scope, _)| scope.to_string()).collect();
    assert!(names.contains(&core().to_string()) && !names.contains(&api().to_string()), "{names:?}");
}

#[test]
fn where_the_new_name_is_listed_already_there_is_one_of_it() {
    let start = Start { repositories: vec![repo("acme/core")], ..here() };
    let mut driver = Driver::start(start);
    let id = driver.reading(&api());
    let effects = driver.part(id, Part::Renamed(to_core()));
    assert!(effects.contains(&Effect::Cancel(id)), "{effects:?}");
    driver.answer_everything();
    let count = driver.app.world.scopes.iter().filter(|(scope, _)| *scope == core()).count();
    assert_eq!((count, driver.app.world.here.clone()), (1, Some(repo("acme/core"))));
    assert!(driver.app.world.scope(&acme()).is_some());
}

#[test]
fn the_same_told_twice_is_told_once() {
    let mut driver = renamed(Driver::ready());
    driver.expire_notices();
    let id = driver.running(|job| matches!(job, Job::Repository(_)));
    driver.part(id, Part::Renamed(to_core()));
    assert_eq!(driver.notice(), "");
}
