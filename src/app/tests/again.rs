//! Someone else changed the secrets while a write waited for its turn: nothing is written, and the question is asked
//! again with the current state.

use super::access::by_somebody_else;
use super::world::{self, prefix};
use super::*;
use crate::app::screens::wizard::Stage;
use crate::domain::ScopeListing;
use crate::domain::change::{Seen, Stale};

fn overtaken_by(driver: &mut Driver, now: ScopeListing) {
    let id = driver.writing();
    let differences = vec!["the password was written on 2026-03-01 at 11:59:58 UTC".to_owned()];
    driver.finish(id, Outcome::Overtaken(Stale { now, differences }));
}

fn seen_of(job: &Job) -> Option<Vec<Seen>> {
    match job {
        Job::Save(draft) => draft.seen.clone(),
        Job::Delete { seen, .. } => seen.clone(),
        _ => panic!("{job:?}"),
    }
}

fn of(listing: &ScopeListing, word: &str) -> Option<Vec<Seen>> {
    listing.credential(&prefix(word)).map(Seen::of)
}

pub fn rotation_overtaken() -> Driver {
    let mut driver = super::access::rotated(false);
    driver.keys("enter enter s right enter");
    overtaken_by(&mut driver, by_somebody_else());
    driver
}

pub fn deletion_overtaken() -> Driver {
    let mut driver = Driver::ready();
    driver.keys("d right enter");
    overtaken_by(&mut driver, by_somebody_else());
    driver
}

fn writes(driver: &Driver) -> usize {
    driver.asked.iter().filter(|effect| matches!(effect, Effect::Start { job, .. } if job.is_write())).count()
}

#[test]
fn new_values_are_reviewed_again_and_written_on_what_was_looked_at_then() {
    let mut driver = rotation_overtaken();
    assert_eq!(seen_of(&driver.last_write()), of(&world::listing(&Scope::User), "ACR"), "as the review named it");
    driver.says("nothing was changed: someone else changed ACR meanwhile").says("11:59:58");
    driver.says("Nothing you typed is lost");
    driver.press("enter");
    driver.says("New values for ACR").says("[ Not yet ]");
    assert_eq!(writes(&driver), 1, "and nothing else yet");
    driver.keys("enter enter");
    assert_eq!(writes(&driver), 1, "enter alone writes nothing");
    driver.keys("right enter");
    assert_eq!(writes(&driver), 2);
    assert_eq!(seen_of(&driver.last_write()), of(&by_somebody_else(), "ACR"));
    let Job::Save(draft) = driver.last_write() else { panic!() };
    assert_eq!(draft.values.password, CANARY.into());
}

#[test]
fn a_new_credential_that_is_there_by_then_is_asked_about_as_one_that_overwrites() {
    let mut driver = fixtures::bare();
    driver.keys("n enter enter");
    world::type_login(&mut driver);
    driver.keys("enter enter enter s right enter");
    assert_eq!(seen_of(&driver.last_write()), Some(Vec::new()), "nothing was there");
    overtaken_by(&mut driver, world::listing(&Scope::User));
    driver.press("esc");
    assert!(matches!(driver.wizard().stage(), Stage::Review(review) if review.writing.is_none()));
    driver.says("ACR exists here: overwriting loses its values");
    driver.keys("right enter");
    assert_eq!(seen_of(&driver.last_write()), of(&world::listing(&Scope::User), "ACR"));
}

#[test]
fn a_deletion_leads_back_to_the_list_and_is_asked_again_there() {
    let mut driver = deletion_overtaken();
    driver.says("Nothing was deleted").says("11:59:58");
    driver.press("enter");
    assert_eq!((driver.title().as_str(), writes(&driver)), ("Credentials", 1));
    driver.says("4 repositories");
    driver.keys("d right enter");
    assert_eq!(seen_of(&driver.last_write()), of(&by_somebody_else(), "ACR"));
}

#[test]
fn what_was_left_is_written_on_what_was_read_back() {
    let mut driver = super::access::rotated(true);
    driver.keys("enter enter enter enter s right enter");
    let saved = world::saved(&driver.last_write(), |member| match member {
        crate::domain::Member::Server => WriteOutcome::Failed(world::no_network()),
        _ => WriteOutcome::Updated,
    });
    let now = saved.now.clone().unwrap();
    driver.write_ends(Ok(saved));
    driver.keys("right enter");
    assert_eq!(seen_of(&driver.last_write()), of(&now, "ACR"), "what we wrote ourselves is nobody else's");
}

#[test]
fn where_its_screen_is_gone_a_message_says_that_nothing_was_done() {
    let mut driver = Driver::ready();
    driver.keys("d right enter esc");
    overtaken_by(&mut driver, by_somebody_else());
    assert!(driver.notice().contains("nothing was changed, as someone else"), "{}", driver.notice());
    driver.says("4 repositories");
}
