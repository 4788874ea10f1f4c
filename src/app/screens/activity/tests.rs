//! Requests are counted, found, copied and always visible; a selection stays on its item.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use crate::app::protocol::{Effect, Msg, Outcome};
use crate::app::tests::fixtures::at_codespaces;
use crate::app::tests::spaces::code_name;
use crate::app::tests::world::no_network;
use crate::app::tests::{Driver, noon};
use crate::domain::CodespaceStep;
use crate::domain::Untrusted;
use crate::domain::codespace::Stage;
use crate::domain::traffic::{Announced, Cost, Exchange, Resource, Traffic};

pub fn exchange(path: &str, status: Option<u16>, primary: u32, points: u32) -> Exchange {
    Exchange {
        at: noon(),
        method: "GET",
        path: path.to_owned(),
        status,
        cost: Cost { primary, points },
        resource: Resource::parse("core"),
        ending: None,
        took: Duration::from_millis(87),
    }
}

fn told(exchanges: impl IntoIterator<Item = Exchange>) -> Driver {
    let mut driver = Driver::ready();
    for one in exchanges {
        driver.send(Msg::Traffic(Traffic::Exchange(one)));
    }
    driver.press("5");
    driver
}

#[test]
fn every_request_is_there_newest_first_with_what_it_cost() {
    let driver = told([
        exchange("/user", Some(200), 1, 1),
        exchange("/user/codespaces/secrets", Some(304), 0, 1),
        exchange("/orgs/acme/codespaces/secrets", Some(200), 0, 0),
        exchange("/repos/acme/api", None, 1, 1),
    ]);
    let frame = driver.frame(100, 24);
    let line = |words: &str| frame.lines().position(|line| line.contains(words)).unwrap_or_else(|| panic!("{frame}"));
    assert!(line("/repos/acme/api") < line("/user/codespaces/secrets"), "{frame}");
    for words in ["no answer", "not modified", "from disk", "200 ok", "4 · 3 points · 2 of the budget"] {
        line(words);
    }
}

#[test]
fn each_request_is_booked_on_the_hour_it_counts_on() {
    let on = |path: &str, name: &str| Exchange { resource: Resource::parse(name), ..exchange(path, Some(200), 1, 1) };
    let mut driver = told([on("/user", "core"), on("/a", "codespaces"), on("/b", "codespaces")]);
    driver.says("3 · 3 points · 2 of codespaces · 1 of core");
    driver.press("y");
    let is_booked = |text: &str| text.contains("1 of the budget of codespaces");
    assert!(matches!(driver.asked.last(), Some(Effect::Copy(text)) if is_booked(text)));
    driver.press("enter");
    driver.says("1 of the hourly budget of codespaces");
}

#[test]
fn what_github_announces_of_its_end_is_shown() {
    let ending =
        Announced { deprecation: Some(Untrusted::new("@1772323200")), sunset: Some("Wed, 15 Mar 2028".into()) };
    let one = Exchange { ending: Some(Box::new(ending)), ..exchange("/user", Some(200), 1, 1) };
    let mut driver = told([one]);
    driver.says("this API version ends Wed, 15 Mar 2028");
    driver.press("enter");
    driver.says("@1772323200").says("Wed, 15 Mar 2028");
}

#[test]
fn a_selection_stays_on_its_request_while_others_arrive() {
    let mut driver = told((0..50).map(|n| exchange(&format!("/repos/acme/r{n:02}"), Some(200), 1, 1)));
    driver.keys("down down y");
    assert!(
        matches!(driver.asked.last(), Some(Effect::Copy(text)) if text.contains("/r47:")),
        "{:?}",
        driver.asked.last()
    );
    for n in 50..60 {
        driver.send(Msg::Traffic(Traffic::Exchange(exchange(&format!("/repos/acme/r{n:02}"), Some(200), 1, 1))));
    }
    driver.press("y");
    assert!(matches!(driver.asked.last(), Some(Effect::Copy(text)) if text.contains("/r47:")));
    assert!(driver.frame(80, 24).contains("/r47"));
}

#[test]
fn more_requests_than_are_remembered_are_still_counted() {
    let mut driver = told((0..1_500).map(|n| exchange(&format!("/r{n:04}"), Some(200), 1, 1)));
    driver.says("1,500 · 1,500 points");
    assert!(driver.frame(80, 24).contains("/r1499"));
    driver.press("G");
    assert!(driver.frame(80, 24).contains("/r0500"), "{}", driver.frame(80, 24));
}

#[test]
fn a_long_path_is_cut_in_the_middle_and_whole_in_the_detail() {
    let path =
        "/orgs/acme-with-a-long-name/codespaces/secrets/ACR_CONTAINER_REGISTRY_PASSWORD/repositories?per_page=100";
    let mut driver = told([exchange(path, Some(200), 1, 1)]);
    let frame = driver.frame(80, 24);
    assert!(frame.contains("/orgs/acme") && frame.contains("repositories  200") && frame.contains('…'), "{frame}");
    driver.press("enter");
    let detail: String = driver.frame(80, 24).split_whitespace().collect();
    assert!(detail.contains(path), "{detail}");
}

#[test]
fn the_filter_finds_by_path_method_and_answer() {
    let mut driver = told([exchange("/user", Some(200), 1, 1), exchange("/repos/acme/api", Some(404), 1, 1)]);
    driver.press("/");
    driver.type_text("404");
    driver.says("/repos/acme/api").is_silent_about("/user");
    driver.keys("esc /");
    driver.type_text("zebra");
    driver.says("no match; esc shows all");
    driver.keys("esc esc");
    assert_eq!(driver.title(), "Credentials");
}

#[test]
fn a_change_is_listed_with_what_came_back_and_taken_back_from_there() {
    let mut driver = crate::app::tests::access::changed();
    driver.press("5");
    driver.says("Changes 1").says("the access of ACR in your own secrets is changed").says("press u to undo it");
    driver.keys("u right enter");
    driver.write_succeeds();
    driver.keys("enter 5");
    driver.says("Changes 2").says("this was an undo itself");
    driver.press("u");
    assert!(driver.notice().contains("an undo itself"), "{}", driver.notice());
}

fn restarting() -> Driver {
    let mut driver = at_codespaces();
    driver.keys("G up R right enter");
    driver
}

#[test]
fn a_restart_is_listed_as_one_and_never_as_a_pull_and_cannot_be_taken_back() {
    let mut driver = restarting();
    let id = driver.writing();
    let step = CodespaceStep { name: code_name("super-yodel-4jw7"), stage: Stage::Running };
    driver.finish(id, Outcome::CodespacesChanged(vec![step]));
    driver.answer_everything();
    driver.press("5");
    driver.says("Changes 1").says("done super-yodel-4jw7 is restarted").is_silent_about("pulled");
    driver.says("✓ super-yodel-4jw7: restarted with its new variables; its image was not checked");
    driver.says("cannot be undone: stopping a codespace ended what ran in it");
    driver.press("u");
    assert!(driver.notice().contains("ended what ran in it"), "{}", driver.notice());
    assert!(!driver.says("Changes 1").app.world.changes.iter().any(|done| done.before().is_some()));
}

#[test]
fn a_restart_that_failed_or_was_cut_off_says_how_far_it_got() {
    for (stage, words) in [
        (Some(Stage::Failed(no_network())), "✗ super-yodel-4jw7: failed: GitHub could not be reached"),
        (Some(Stage::Unknown(no_network())), "✗ super-yodel-4jw7: unknown: GitHub could not be reached"),
        (Some(Stage::Stopped), "✗ super-yodel-4jw7: stopped"),
        (None, "✗ super-yodel-4jw7: not tried"),
    ] {
        let mut driver = restarting();
        let id = driver.writing();
        let steps = stage.map(|stage| CodespaceStep { name: code_name("super-yodel-4jw7"), stage });
        driver.finish(id, Outcome::CodespacesChanged(steps.into_iter().collect()));
        driver.answer_everything();
        driver.press("5");
        driver.says("partial restarting super-yodel-4jw7").says(words).is_silent_about("is restarted");
    }
}
