#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::app::protocol::Job;
use crate::app::tests::Driver;
use crate::app::tests::world::{listing, no_network, prefix, saved};
use crate::domain::change::Seen;
use crate::domain::{Member, Scope, WriteOutcome};

fn asking() -> Driver {
    let mut driver = Driver::ready();
    driver.press("d");
    driver
}

#[test]
fn it_says_what_will_be_gone_and_that_it_cannot_be_undone() {
    let driver = asking();
    driver.says("Delete ACR?").says("deletes ACR_CONTAINER_REGISTRY_PASSWORD").says("from your own secrets");
    driver.says("this cannot be undone").says("[ Cancel ]");
}

#[test]
fn enter_alone_cancels() {
    let mut driver = asking();
    driver.press("enter");
    assert_eq!(driver.title(), "Credentials");
    for _ in 0..10 {
        driver.keys("d enter");
    }
    assert!(!driver.has_written());
}

#[test]
fn the_other_choice_and_enter_do_it() {
    for keys in ["right enter", "right right enter", "right left right enter", "right f1 esc enter"] {
        let mut driver = asking();
        driver.keys(keys);
        let seen = listing(&Scope::User).credential(&prefix("ACR")).map(Seen::of);
        assert_eq!(driver.last_write(), Job::Delete { scope: Scope::User, prefix: prefix("ACR"), seen }, "{keys}");
        driver.says("deleting ACR from your own secrets");
    }
}

#[test]
fn the_button_that_deletes_stands_whole_on_the_smallest_screen() {
    let mut driver = Driver::ready();
    driver.keys("space down space d right");
    let frame = driver.frame(40, 10);
    assert!(frame.contains("[ Delete 2 credentials ]"), "{frame}");
}

#[test]
fn every_question_about_access_says_in_which_scope() {
    let mut repair = Driver::ready();
    repair.keys("G up m");
    repair.says("Give all members of GHCR the same access?").says("all secrets of GHCR in organization acme");
    // Undoing that gives each member what it had, and these differ.
    repair.keys("right enter");
    repair.write_succeeds();
    repair.keys("enter u");
    repair.says("Undo the access change of GHCR?").says("the secrets of GHCR in organization acme");
}

#[test]
fn only_what_is_there_is_named() {
    let mut driver = Driver::ready();
    driver.keys("down d");
    driver.says("Delete ECR?").is_silent_about("ECR_CONTAINER_REGISTRY_PASSWORD");
}

#[test]
fn when_it_is_done_the_list_shows_it() {
    let mut driver = asking();
    driver.keys("right enter");
    let report = saved(&driver.last_write(), |_| WriteOutcome::Deleted);
    driver.write_ends(Ok(report));
    driver.says("ACR is deleted from your own secrets").says("ACR_CONTAINER_REGISTRY_USER: deleted");
    driver.press("esc");
    assert_eq!(driver.title(), "Credentials");
    assert!(driver.app.world.listing(&Scope::User).unwrap().credential(&prefix("ACR")).is_none());
}

#[test]
fn a_half_done_deletion_says_which_half_and_e_does_the_rest() {
    let mut driver = asking();
    driver.keys("right enter");
    let report = saved(&driver.last_write(), |member| match member {
        Member::Password => WriteOutcome::Failed(no_network()),
        Member::Server | Member::User => WriteOutcome::Deleted,
    });
    driver.write_ends(Ok(report));
    driver.says("ACR_CONTAINER_REGISTRY_PASSWORD: failed").says("ACR_CONTAINER_REGISTRY_USER: deleted");
    driver.says("not finished").says("check the network, then F5");
    driver.keys("right enter");
    assert_eq!(driver.app.running_writes(), 1);
}

#[test]
fn while_it_runs_it_can_be_left_but_not_stopped() {
    let mut driver = asking();
    driver.keys("right enter");
    driver.press("enter");
    assert!(driver.notice().contains("still being written"), "{}", driver.notice());
    driver.press("esc");
    assert_eq!((driver.title().as_str(), driver.app.running_writes()), ("Credentials", 1));
}
