#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::app::protocol::{Effect, Job, Outcome, Part};
use crate::app::screens::wizard::Step;
use crate::app::tests::fixtures;
use crate::app::tests::world::{Climb, climbed, prefix, tested, type_image, type_login};
use crate::app::tests::{CANARY, Driver};
use crate::domain::change::DraftAccess;
use crate::domain::verdict::{Trial, With};
use crate::domain::{Members, Scope, Verdict};

pub(super) fn trial() -> Trial {
    Trial {
        server: "mycompany.azurecr.io".to_owned(),
        user: "ci-pull".into(),
        password: CANARY.into(),
        images: Vec::new(),
        holds: crate::domain::Holds::Images,
    }
}

/// A finished test of ACR's values with this verdict.
pub(super) fn ended(verdict: Verdict) -> Driver {
    let mut driver = Driver::ready();
    driver.press("t");
    driver.answer_everything();
    type_login(&mut driver);
    driver.keys("enter enter");
    let id = driver.testing();
    driver.finish(id, Outcome::Tested(tested(verdict)));
    driver
}

#[test]
fn exactly_the_typed_values_are_tested_once() {
    let mut driver = Driver::ready();
    driver.press("t");
    assert_eq!(driver.title(), "Test ACR");
    driver.says("GitHub never returns values");
    driver.answer_everything();
    type_login(&mut driver);
    driver.keys("enter enter");
    let id = driver.testing();
    assert_eq!(driver.live[&id], Job::Test { trial: trial(), with: With::Both });
    for key in ["enter", "b", "w"] {
        driver.press(key);
    }
    assert_eq!(driver.live.len(), 1, "a running test is not started twice");
}

#[test]
fn the_steps_appear_as_they_are_climbed() {
    let mut driver = Driver::ready();
    driver.press("t");
    type_login(&mut driver);
    driver.keys("enter enter");
    let id = driver.testing();
    driver.says("waiting for the registry");
    driver.part(id, Part::Step(tested(Verdict::Pass).steps[0].clone()));
    driver.says("a login server of Azure Container Registry").is_silent_about("accepted with a token");
    driver.finish(id, Outcome::Tested(tested(Verdict::Pass)));
    driver.says("accepted with a token").says("pass: the registry asked for this password and accepted it");
}

#[test]
fn after_a_pass_w_goes_to_review_with_exactly_the_tested_values() {
    let mut driver = ended(Verdict::Pass);
    driver.press("w");
    assert_eq!(driver.step(), Step::Review);
    driver.says("ACR exists here: overwriting loses its values").says("pass:");
    assert!(!driver.has_written());
    driver.keys("right enter");
    let Job::Save(draft) = driver.last_write() else { panic!() };
    assert_eq!((draft.scope, draft.prefix), (Scope::User, prefix("ACR")));
    let Trial { server, user, password, .. } = trial();
    assert_eq!(draft.values, Members { server: server.into(), user, password });
    assert_eq!(draft.access, DraftAccess::Keep);
}

#[test]
fn after_a_pass_of_something_new_w_asks_where_and_keeps_the_proof() {
    let mut driver = Driver::ready();
    driver.keys("G t");
    assert_eq!(driver.title(), "Test a login");
    type_login(&mut driver);
    driver.keys("enter enter");
    let id = driver.testing();
    driver.finish(id, Outcome::Tested(tested(Verdict::Pass)));
    driver.press("w");
    assert_eq!(driver.step(), Step::Where);
    driver.says("recommended");
    driver.keys("enter enter enter");
    assert_eq!(driver.step(), Step::Test);
    driver.says("pass:");
    driver.keys("enter right enter");
    let Job::Save(draft) = driver.last_write() else { panic!() };
    assert_eq!(draft.values.password, CANARY.into());
    assert_eq!(draft.prefix, prefix("ACR"));
}

#[test]
fn what_did_not_pass_is_not_written_and_the_reason_is_said() {
    let mut driver = ended(Verdict::Inconclusive);
    driver.press("w");
    assert!(driver.notice().contains("not proven"), "{}", driver.notice());
    assert!(driver.title().starts_with("Test"), "{}", driver.title());
    let mut driver = ended(Verdict::Fail);
    driver.says("Type or paste another password: it replaces this one.");
    driver.press("w");
    assert!(driver.title().starts_with("Test"), "{}", driver.title());
    driver.says("if they pass, w writes exactly those").is_silent_about("fail:");
}

#[test]
fn the_three_verdicts_are_three_sentences() {
    ended(Verdict::Pass).says("pass: the registry asked for this password and accepted it");
    ended(Verdict::Fail).says("fail: the registry refused these values");
    ended(Verdict::Inconclusive).says("inconclusive: the test could not tell");
}

#[test]
fn values_changed_after_a_pass_cannot_be_written_unproven() {
    let mut driver = ended(Verdict::Pass);
    driver.keys("esc").clear();
    driver.press("up");
    driver.type_text("x").keys("enter enter");
    driver.press("w");
    assert!(driver.notice().contains("nothing has passed yet"), "{}", driver.notice());
    assert!(!driver.has_written());
}

#[test]
fn escape_stops_a_running_test_and_then_leads_back_to_the_fields() {
    let mut driver = Driver::ready();
    driver.press("t");
    type_login(&mut driver);
    driver.keys("enter enter");
    let id = driver.testing();
    assert!(driver.press("esc").contains(&Effect::Cancel(id)));
    driver.says("Stopped: nothing is known about these values");
    driver.press("esc");
    driver.says("mycompany.azurecr.io").is_silent_about(CANARY);
    driver.press("esc");
    driver.says("what you typed is not saved; esc again discards it");
    driver.press("esc");
    assert_eq!(driver.title(), "Credentials");
}

#[test]
fn the_remedy_is_copied_and_never_the_password() {
    climbs(Climb::Denied).says("y copies the command");
    let mut driver = ended(Verdict::Fail);
    let effects = driver.press("f4");
    let [Effect::Copy(text)] = &effects[..] else { panic!("{effects:?}") };
    assert!(text.contains("az acr token credential generate") && !text.contains(CANARY));
    let mut driver = ended(Verdict::Pass);
    driver.press("y");
    assert!(driver.notice().contains("no fix"), "{}", driver.notice());
}

#[test]
fn a_paste_with_a_line_end_does_not_start_the_test() {
    let mut driver = Driver::ready();
    driver.press("t");
    driver.answer_everything();
    driver.paste("mycompany.azurecr.io\r\n");
    assert!(driver.live.is_empty());
    driver.press("tab");
    driver.paste("ci-pull");
    driver.press("tab");
    driver.paste(&format!("{CANARY}\n"));
    assert!(driver.live.is_empty());
    driver.is_silent_about(CANARY);
}

#[test]
fn a_paste_that_is_too_long_is_refused_whole_with_the_reason() {
    let mut driver = Driver::ready();
    driver.press("t");
    type_login(&mut driver);
    driver.paste(&"x".repeat(70_000));
    assert!(driver.notice().contains("nothing was inserted"), "{}", driver.notice());
    driver.keys("enter enter");
    let id = driver.testing();
    assert_eq!(driver.live[&id], Job::Test { trial: trial(), with: With::Both });
}

#[test]
fn empty_fields_are_named_and_nothing_is_tested() {
    let mut driver = Driver::ready();
    driver.keys("t enter enter enter enter");
    driver.answer_everything();
    assert!(driver.live.is_empty());
    driver.says("the server");
}

#[test]
fn the_focused_fields_command_is_copied_here_too() {
    let mut driver = Driver::ready();
    driver.press("t");
    driver.type_text("mycompany.azurecr.io").keys("tab tab");
    let effects = driver.press("f4");
    let is_it =
        |e: &Effect| matches!(e, Effect::Copy(text) if text.starts_with("az acr token create --registry mycompany"));
    assert!(effects.iter().any(is_it), "{effects:?}");
}

/// A finished test with an image.
fn climbs(climb: Climb) -> Driver {
    fixtures::climbed(climb)
}

#[test]
fn an_image_that_is_typed_is_tried_and_is_no_part_of_what_is_saved() {
    let mut driver = Driver::ready();
    driver.press("t");
    type_image(&mut driver);
    driver.type_text(", mycompany.azurecr.io/team/web:2").press("enter");
    let id = driver.testing();
    let Job::Test { trial, .. } = &driver.live[&id] else { panic!() };
    assert_eq!(trial.images, ["mycompany.azurecr.io/team/app:1", "mycompany.azurecr.io/team/web:2"]);
    driver.finish(id, Outcome::Tested(climbed(Climb::Pulled)));
    driver.says("accepted it, and team/app:1 and team/web:2 can be pulled").is_silent_about("no image was tested");
    driver.press("w");
    assert_eq!(driver.step(), Step::Review);
    driver.says("team/web:2 can be pulled").says("codespaces use other addresses");
    driver.keys("right enter");
    let Job::Save(draft) = driver.last_write() else { panic!() };
    assert_eq!(draft.values.server, "mycompany.azurecr.io".into());
    assert_eq!(draft.members.len(), 3);
}

#[test]
fn what_cannot_be_an_image_is_not_tried_and_the_mend_is_one_key_away() {
    let mut driver = Driver::ready();
    driver.press("t");
    type_login(&mut driver);
    driver.press("tab");
    driver.type_text("docker pull mycompany.azurecr.io/team/app:1").press("enter");
    assert!(!driver.live.values().any(|job| matches!(job, Job::Test { .. })));
    driver.press("enter");
    let id = driver.testing();
    let Job::Test { trial, .. } = &driver.live[&id] else { panic!() };
    assert_eq!(trial.images, ["mycompany.azurecr.io/team/app:1"]);
}

#[test]
fn an_image_of_another_registry_is_named_and_does_not_block() {
    let mut driver = Driver::ready();
    driver.press("t");
    type_login(&mut driver);
    driver.press("tab");
    driver.type_text("ghcr.io/acme/base:2");
    driver.says("is at ghcr.io: pulling it does not use this credential");
    driver.press("enter");
    driver.testing();
}

#[test]
fn i_asks_for_another_image_and_the_values_stay() {
    let mut driver = ended(Verdict::Pass);
    driver.says("no image was tested").says("i adds one");
    driver.press("i");
    driver.type_text("mycompany.azurecr.io/team/app:1").press("enter");
    let id = driver.testing();
    let Job::Test { trial: tried, .. } = &driver.live[&id] else { panic!() };
    assert_eq!(*tried, Trial { images: vec!["mycompany.azurecr.io/team/app:1".to_owned()], ..trial() });
    driver.press("i");
    assert!(driver.notice().contains("esc stops it"), "{}", driver.notice());
}

#[test]
fn y_copies_the_command_of_the_step_that_decided() {
    let mut driver = climbs(Climb::Denied);
    driver.says("y copies the command").says("fail: the login is accepted, but has no permission to pull the image");
    let effects = driver.press("y");
    let [Effect::Copy(text)] = &effects[..] else { panic!("{effects:?}") };
    assert!(text.starts_with("az acr scope-map update"), "{text}");
    driver.press("w");
    assert!(driver.notice().contains("i changes or clears it"), "{}", driver.notice());
}

#[test]
fn a_pass_from_this_machine_only_is_never_sold_as_more() {
    let driver = climbs(Climb::HereOnly);
    driver.says("pass, from this machine only: the registry asked").is_silent_about("pass: ");
}

#[test]
fn on_a_low_terminal_plain_passes_are_folded_and_counted_and_nothing_else_is() {
    let frame = climbs(Climb::Pulled).frame(80, 24);
    for seen in ["6 passed: name, connection, TLS", "accepted with a token", "team/app:1 can be pulled (", "pass: "] {
        assert!(frame.contains(seen), "{seen}: {frame}");
    }
    assert!(!frame.contains("takes connections"), "{frame}");
    let frame = climbs(Climb::Noted).frame(80, 24);
    for seen in ["2 passed: name, connection", "the certificate expires in 3 days", "3 passed: registry"] {
        assert!(frame.contains(seen), "{seen}: {frame}");
    }
    let frame = climbs(Climb::Pulled).frame(120, 40);
    assert!(frame.contains("takes connections") && !frame.contains(" passed: "), "{frame}");
}

#[test]
fn an_image_alone_is_not_lost_without_asking() {
    let mut driver = Driver::ready();
    driver.keys("t shift-tab");
    driver.type_text("ghcr.io/acme/base:2").press("esc");
    assert!(driver.notice().contains("esc again"), "{}", driver.notice());
}
