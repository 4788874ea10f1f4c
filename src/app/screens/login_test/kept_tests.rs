//! Values stored for re-testing: recalled, stored, forgotten, and what the screen says about them.
#![allow(clippy::unwrap_used)]

use super::tests::{ended, trial};
use crate::app::keymap::Keymap;
use crate::app::local_job::{LocalJob, LocalOutcome};
use crate::app::protocol::{Effect, Job, JobId, Outcome};
use crate::app::tests::world::{self, here, prefix, tested};
use crate::app::tests::{CANARY, Driver};
use crate::app::world::Start;
use crate::domain::kept::Origin;
use crate::domain::verdict::{Trial, With};
use crate::domain::{Kept, Problem, Scope, Verdict};

/// A login test of ACR whose recall has not finished.
fn recalling() -> (Driver, JobId) {
    let mut driver = Driver::ready();
    assert!(!driver.asked.iter().any(|effect| matches!(effect, Effect::Start { job: Job::Local(_), .. })));
    driver.press("t");
    let id = driver.running(|job| matches!(job, Job::Local(LocalJob::Recall { .. })));
    (driver, id)
}

fn recalled(kept: Result<Option<Kept>, Problem>) -> Driver {
    let (mut driver, id) = recalling();
    driver.finish(id, Outcome::Local(LocalOutcome::Recalled(kept)));
    driver
}

/// What was written, as of the current state on GitHub.
fn kept() -> Kept {
    Kept::written(trial(), Some(&world::listing(&Scope::User)), &prefix("ACR"))
}

fn ends(driver: &mut Driver, brought: LocalOutcome) {
    let id = driver.running(|job| matches!(job, Job::Local(_)));
    driver.finish(id, Outcome::Local(brought));
}

/// The running local job.
fn local_job(driver: &Driver) -> LocalJob {
    let id = driver.running(|job| matches!(job, Job::Local(_)));
    let Job::Local(local_job) = driver.live[&id].clone() else { panic!() };
    local_job
}

#[test]
fn the_keyring_is_asked_when_a_credential_is_tested_and_fills_the_fields() {
    let mut driver = recalled(Ok(Some(kept())));
    driver.says("values are stored in the keyring.").is_silent_about("since").is_silent_about(CANARY);
    driver.press("enter");
    let id = driver.testing();
    assert_eq!(driver.live[&id], Job::Test { trial: trial(), with: With::Both });
    recalled(Ok(None)).says("Nothing is stored for re-testing");
    let problem = Problem::new("what is kept could not be read", "the keyring is locked", "unlock it");
    recalled(Err(problem)).says("the keyring is locked");
    let mut other = Driver::ready();
    other.keys("G t");
    assert!(other.live.is_empty(), "what is about no credential asks for none");
}

#[test]
fn what_changed_since_is_named_and_what_is_not_known_is_not_called_changed() {
    let mut older = kept();
    older.as_of.as_mut().unwrap().server = Some(chrono::DateTime::UNIX_EPOCH);
    recalled(Ok(Some(older))).says("changed on GitHub since (the server was written on");
    let driver = recalled(Ok(Some(Kept { as_of: None, ..kept() })));
    driver.says("unknown whether it has changed on GitHub since").is_silent_about("may be outdated");
    let driver = recalled(Ok(Some(Kept { origin: Origin::Tested, ..kept() })));
    driver.says("stored after a test; GitHub may have other values");
}

#[test]
fn what_one_has_typed_meanwhile_is_not_overwritten_by_what_is_kept() {
    let (mut driver, id) = recalling();
    driver.type_text("typed.example");
    driver.finish(id, Outcome::Local(LocalOutcome::Recalled(Ok(Some(kept())))));
    driver.says("typed.example").is_silent_about("ci-pull").is_silent_about("These values are");
    driver.says("The keyring stores other values");
}

#[test]
fn kept_values_that_one_edits_are_no_longer_the_kept_ones() {
    let mut driver = recalled(Ok(Some(kept())));
    driver.says("These values are stored");
    driver.press("up");
    driver.type_text("x");
    driver.says("The keyring stores other values").is_silent_about("These values are");
    driver.press("backspace");
    driver.says("These values are stored");
}

#[test]
fn what_is_kept_is_not_called_unsaved_and_what_was_edited_is() {
    let mut driver = recalled(Ok(Some(kept())));
    driver.press("esc");
    assert_eq!(driver.title(), "Credentials");
    let mut driver = recalled(Ok(Some(kept())));
    driver.type_text("x").press("esc");
    assert!(driver.notice().contains("esc again"), "{}", driver.notice());
    let mut driver = ended(Verdict::Pass);
    driver.press("f8");
    ends(&mut driver, LocalOutcome::Kept(Ok(())));
    driver.keys("esc esc");
    assert_eq!(driver.title(), "Credentials");
}

#[test]
fn after_a_pass_one_key_keeps_the_values_and_the_same_forgets_them() {
    let mut driver = ended(Verdict::Fail);
    driver.press("f8");
    driver.says("nothing has passed yet");
    let mut driver = ended(Verdict::Pass);
    driver.says("store for re-testing");
    driver.press("f8");
    let LocalJob::Keep { scope, kept, .. } = local_job(&driver) else { panic!() };
    assert_eq!((scope, kept.trial, kept.origin), (Scope::User, trial(), Origin::Tested));
    assert!(kept.as_of.is_some_and(|times| times.password.is_some()), "as of what GitHub has now");
    ends(&mut driver, LocalOutcome::Kept(Ok(())));
    driver.says("stored in the system keyring only").says("forget stored values");
    driver.press("f8");
    assert!(matches!(local_job(&driver), LocalJob::Forget { .. }));
    ends(&mut driver, LocalOutcome::Forgotten(Ok(true)));
    driver.says("removed the stored values from the keyring").says("store for re-testing");
}

#[test]
fn what_is_kept_can_be_forgotten_whatever_became_of_it() {
    // Beside the fields, even if they contain what nobody would test.
    let mut driver = recalled(Ok(Some(kept())));
    driver.type_text(" x ");
    let key = Keymap::shipped().key(crate::app::action::Action::Keep, true).unwrap();
    driver.press(&key);
    assert!(matches!(local_job(&driver), LocalJob::Forget { .. }));
    ends(&mut driver, LocalOutcome::Forgotten(Ok(true)));
    driver.says("Nothing is stored for re-testing");
    driver.press(&key);
    assert!(driver.live.is_empty());
    // After a refusal and after an inconclusive test.
    for verdict in [Verdict::Fail, Verdict::Inconclusive] {
        let mut driver = recalled(Ok(Some(kept())));
        driver.press("enter");
        let id = driver.testing();
        driver.finish(id, Outcome::Tested(tested(verdict)));
        driver.says("forget stored values");
        driver.press("f8");
        assert!(matches!(local_job(&driver), LocalJob::Forget { .. }));
    }
}

#[test]
fn other_values_that_passed_take_the_place_of_the_kept_ones() {
    let other = Trial { password: "another".into(), ..trial() };
    let mut driver = recalled(Ok(Some(Kept { trial: other, ..kept() })));
    driver.keys("up ctrl-u");
    driver.paste(CANARY);
    driver.keys("enter enter");
    let id = driver.testing();
    driver.finish(id, Outcome::Tested(tested(Verdict::Pass)));
    driver.says("store these instead");
    driver.press("f8");
    let LocalJob::Keep { kept, .. } = local_job(&driver) else { panic!() };
    assert_eq!(kept.trial, trial());
    ends(&mut driver, LocalOutcome::Kept(Ok(())));
    driver.says("forget stored values");
}

#[test]
fn kept_values_that_are_written_then_are_known_to_be_githubs() {
    let written = |kept_values: Kept| {
        let mut driver = recalled(Ok(Some(kept_values)));
        driver.press("enter");
        let id = driver.testing();
        driver.finish(id, Outcome::Tested(tested(Verdict::Pass)));
        driver.keys("w right enter");
        driver.write_succeeds();
        driver
    };
    let driver = written(Kept { origin: Origin::Tested, as_of: None, ..kept() });
    let LocalJob::Keep { scope, prefix: of, kept: now } = local_job(&driver) else { panic!() };
    assert_eq!((scope, of, now.trial, now.origin), (Scope::User, prefix("ACR"), trial(), Origin::Written));
    assert!(now.as_of.is_some_and(|times| Some(times) != kept().as_of), "as of what was read back");
    let mut driver = ended(Verdict::Pass);
    driver.keys("w right enter");
    driver.write_succeeds();
    let is_keep = |effect: &Effect| matches!(effect, Effect::Start { job: Job::Local(LocalJob::Keep { .. }), .. });
    assert!(!driver.asked.iter().any(is_keep), "what nobody kept is not kept by a write");
}

#[test]
fn a_kept_server_of_another_product_than_the_prefix_hints_at_can_be_tested() {
    let trial = Trial { server: "registry.example.com".to_owned(), ..trial() };
    let mut driver = recalled(Ok(Some(Kept { trial: trial.clone(), ..kept() })));
    driver.press("enter");
    let id = driver.testing();
    assert_eq!(driver.live[&id], Job::Test { trial, with: With::Both });
}

#[test]
fn where_there_is_no_room_beside_the_fields_a_few_words_say_what_is_kept() {
    let says = |driver: &Driver, words: &str| {
        for (width, height) in [(40, 10), (60, 15)] {
            let frame = driver.frame(width, height);
            assert!(frame.contains(words), "{words}: {frame}");
        }
    };
    let mut driver = recalled(Ok(Some(kept())));
    says(&driver, "stored in the keyring");
    driver.press("up");
    driver.type_text("x");
    says(&driver, "other values are stored");
    let mut older = kept();
    older.as_of.as_mut().unwrap().user = None;
    says(&recalled(Ok(Some(older))), "stored; changed on GitHub since");
    says(&recalling().0, "looking in the keyring");
    let problem = Problem::new("what is kept could not be read", "the keyring is locked", "unlock it");
    says(&recalled(Err(problem)), "the keyring could not be read");
}

#[test]
fn the_demo_promises_to_keep_nothing() {
    let mut driver = Driver::start(Start { demo: Some("the demo".to_owned()), ..here() });
    driver.answer_everything();
    driver.press("t");
    let problem = Problem::new("nothing is kept for re-testing", "the demo uses no keyring", "leave the demo");
    let refused = local_job(&driver).refused(problem);
    ends(&mut driver, refused);
    driver.says("Nothing is kept for re-testing: the demo uses no keyring").is_silent_about("one key stores");
    crate::app::tests::world::type_login(&mut driver);
    driver.keys("enter enter");
    let id = driver.testing();
    driver.finish(id, Outcome::Tested(tested(Verdict::Pass)));
    driver.press("f8");
    assert!(driver.notice().contains("the demo uses no keyring"), "{}", driver.notice());
    assert!(driver.live.is_empty());
}

#[test]
fn a_failure_to_keep_is_told_even_if_the_screen_is_gone() {
    let mut driver = ended(Verdict::Pass);
    driver.press("f8");
    let id = driver.running(|job| matches!(job, Job::Local(LocalJob::Keep { .. })));
    driver.keys("esc esc esc");
    assert_eq!(driver.title(), "Credentials");
    let problem = Problem::new("the values were not stored for re-testing", "the keyring is locked", "unlock it");
    driver.finish(id, Outcome::Local(LocalOutcome::Kept(Err(problem))));
    assert!(driver.notice().contains("the keyring is locked"), "{}", driver.notice());
}
