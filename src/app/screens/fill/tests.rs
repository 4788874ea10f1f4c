//! Searching shows no password, importing is a yes to one line, and imported values arrive masked in the fields.
#![allow(clippy::unwrap_used)]

use crate::app::Look;
use crate::app::local_job::{LocalJob, LocalOutcome};
use crate::app::protocol::{Job, Outcome};
use crate::app::screens::Screen;
use crate::app::tests::filling::{at_the_places, found, taken};
use crate::app::tests::{CANARY, Driver, look, world};
use crate::domain::Problem;
use crate::domain::source::{Source, Taken};
use crate::ui::Glyphs;

fn taking(driver: &Driver) -> crate::app::protocol::JobId {
    driver.running(|job| matches!(job, Job::Local(LocalJob::Take(_))))
}

#[test]
fn every_place_is_named_with_server_and_user_and_what_cannot_be_used_comes_last() {
    let driver = at_the_places();
    assert_eq!(driver.title(), "Import from");
    driver.says("docker's login for https://index.docker.io/v1/").says("as octocat").says("AKIAIOSFODNN7EXAMPLE");
    driver.says("runs docker-credential-pass").says("single sign-on").says(".env line 3");
    let Screen::Fill(state) = driver.app.top() else { panic!() };
    assert!(state.offers().last().unwrap().refused.is_some());
}

#[test]
fn only_the_chosen_line_is_taken_and_its_values_stand_masked_in_the_fields() {
    let mut driver = at_the_places();
    assert!(!driver.live.values().any(|job| matches!(job, Job::Local(LocalJob::Take(_)))), "looking takes nothing");
    driver.keys("down down down enter");
    let id = taking(&driver);
    let Job::Local(LocalJob::Take(source)) = &driver.live[&id] else { panic!() };
    assert_eq!(*source, taken().source);
    driver.finish(id, Outcome::Local(LocalOutcome::Taken(Ok(taken()))));
    assert_eq!(driver.title(), "Test ACR");
    driver
        .says("imported from the variables of ACR")
        .says("mycompany.azurecr.io")
        .says("ci-pull")
        .is_silent_about(CANARY);
    driver.press("enter");
    let id = driver.testing();
    let Job::Test { trial, .. } = &driver.live[&id] else { panic!() };
    assert_eq!((trial.server.as_str(), trial.password.clone()), ("mycompany.azurecr.io", CANARY.into()));
}

#[test]
fn a_helper_is_run_only_by_enter_on_its_own_line_and_its_failure_is_told() {
    let mut driver = at_the_places();
    driver.press("down");
    driver.says("run it and import").says("runs when you choose this line");
    driver.press("enter");
    let id = taking(&driver);
    assert_eq!(driver.live[&id], Job::Local(LocalJob::Take(Source::Docker { key: "ghcr.io".into() })));
    let problem = Problem::new("the values could not be imported", "docker-credential-pass is not on the PATH", "x");
    driver.finish(id, Outcome::Local(LocalOutcome::Taken(Err(problem))));
    driver.says("docker-credential-pass is not on the PATH");
    driver.keys("enter esc esc");
    assert_eq!(driver.title(), "Test ACR");
    assert!(driver.live.is_empty(), "what one gives up is stopped");
}

#[test]
fn what_went_wrong_is_said_of_its_own_line_and_what_is_taken_keeps_its_name() {
    let mut driver = at_the_places();
    driver.keys("down enter");
    let id = taking(&driver);
    driver.press("down");
    driver.says("importing docker's login for ghcr.io").is_silent_about("importing the AWS profile");
    driver.press("up");
    let problem = Problem::new("the values could not be imported", "docker-credential-pass is not on the PATH", "x");
    driver.finish(id, Outcome::Local(LocalOutcome::Taken(Err(problem))));
    driver.says("is not on the PATH");
    driver.press("down");
    driver.is_silent_about("is not on the PATH");
}

#[test]
fn what_was_typed_is_replaced_by_its_own_key_and_not_by_enter() {
    let mut driver = Driver::ready();
    driver.keys("t");
    driver.answer_everything();
    driver.type_text("quay.io");
    driver.press("tab");
    driver.type_text("me");
    driver.press("f7");
    driver.answer_everything();
    driver.keys("down down down enter");
    driver.says("this would replace the server and the user you typed; f does that");
    assert!(driver.live.is_empty(), "enter alone overwrites nothing");
    driver.press("esc");
    driver.says("quay.io");
    driver.press("f7");
    driver.answer_everything();
    driver.keys("down down down");
    driver.says("replaces the server and the user you typed");
    driver.press("f");
    let id = taking(&driver);
    driver.finish(id, Outcome::Local(LocalOutcome::Taken(Ok(taken()))));
    driver.says("mycompany.azurecr.io").is_silent_about("quay.io");
}

#[test]
fn our_own_marks_are_plain_where_a_terminal_has_nothing_else() {
    let plain = Look { glyphs: Glyphs::ascii(), ..look() };
    let mut driver = Driver::ready();
    driver.keys("t");
    driver.answer_everything();
    for size in [(120, 40), (40, 10)] {
        let text = driver.drawn(size.0, size.1, &plain).0;
        assert!(text.is_ascii(), "{text}");
        let mut there = at_the_places();
        there.press("down");
        let problem = Problem::new("not read", "it says «token»…", "x → y");
        there.press("enter");
        there.finish(taking(&there), Outcome::Local(LocalOutcome::Taken(Err(problem))));
        let text = there.drawn(size.0, size.1, &plain).0;
        assert!(text.is_ascii() && (size.0 < 80 || text.contains("\"token\".")), "{text}");
    }
}

#[test]
fn a_long_list_says_where_one_is() {
    let mut driver = at_the_places();
    let Screen::Fill(state) = driver.app.top() else { panic!() };
    assert_eq!(state.offers().len(), 5);
    let small = |driver: &mut Driver| driver.look_at(40, 10).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(small(&mut driver).contains("1 of 5"), "{}", small(&mut driver));
    driver.press("down");
    let text = small(&mut driver);
    assert!(text.contains("docker-credential-pass stores it") && text.contains("you choose this line"), "{text}");
}

#[test]
fn what_cannot_be_used_is_not_taken_and_says_why() {
    let mut driver = at_the_places();
    driver.keys("G enter");
    driver.says("single sign-on");
    assert!(driver.live.is_empty());
}

#[test]
fn the_wizards_fields_are_filled_too_and_f_is_a_letter_while_typing() {
    let mut driver = Driver::ready();
    driver.keys("n enter enter");
    driver.type_text("f");
    assert_ne!(driver.title(), "Import from", "f is text here");
    driver.press("backspace");
    driver.press("f7");
    driver.answer_everything();
    driver.keys("down down down enter");
    let id = taking(&driver);
    driver.finish(id, Outcome::Local(LocalOutcome::Taken(Ok(taken()))));
    assert_eq!(driver.title(), "New credential");
    driver.says("mycompany.azurecr.io").is_silent_about(CANARY);
}

#[test]
fn the_wizard_takes_the_product_of_what_it_is_filled_with_and_says_so() {
    let mut driver = Driver::ready();
    driver.keys("n enter enter f7");
    driver.answer_everything();
    driver.press("enter");
    let hub = Taken {
        source: Source::Docker { key: "https://index.docker.io/v1/".into() },
        server: Some("https://index.docker.io/v1/".to_owned()),
        ..taken()
    };
    driver.finish(taking(&driver), Outcome::Local(LocalOutcome::Taken(Ok(hub))));
    driver.says("now set up as Docker Hub");
    driver.press("f7");
    driver.answer_everything();
    driver.keys("down down f");
    let aws = Taken { source: Source::Aws { profile: "default".into() }, server: None, ..taken() };
    driver.finish(taking(&driver), Outcome::Local(LocalOutcome::Taken(Ok(aws))));
    driver.says("a key for Amazon ECR, but this is set up as Docker Hub");
}

#[test]
fn where_nothing_was_looked_for_nothing_is_said_to_be_missing() {
    let mut driver = Driver::ready();
    driver.keys("t f7");
    let id = driver.running(|job| matches!(job, Job::Local(LocalJob::Look)));
    let problem = Problem::new("this machine was not searched", "the demo reads nothing of yours", "leave the demo");
    driver.finish(id, Outcome::Local(LocalJob::Look.refused(problem)));
    driver.says("the demo reads nothing of yours").is_silent_about("Nothing was found");
}

#[test]
fn an_answer_for_a_screen_that_is_gone_fills_nothing() {
    let mut driver = Driver::ready();
    driver.keys("t f7");
    let id = driver.running(|job| matches!(job, Job::Local(LocalJob::Look)));
    driver.press("esc");
    driver.app.update(
        crate::app::tests::noon(),
        crate::app::protocol::Msg::Finished { id, outcome: Outcome::Local(LocalOutcome::Found(Ok(found()))) },
    );
    assert_eq!(driver.title(), "Test ACR");
    assert!(world::answer(&Job::SignOut).is_none());
}
