//! When passwords expire: what the list shows, and the question at *Review*.

use super::world::{self, api, here, prefix, type_values};
use super::*;
use crate::app::notices::Tone;
use crate::app::screens::wizard::Step;
use crate::domain::{Draft, End, Member, Record};
use chrono::Duration;

/// An entry for a password that was set `set` days ago and expires in `ends` days.
fn entry(scope: &str, name: Option<&str>, word: &str, (set, ends): (i64, i64)) -> String {
    let day = |days: i64| (noon() + Duration::days(days)).format("%Y-%m-%d").to_string();
    let name = name.map_or("null".to_owned(), |name| format!("{name:?}"));
    let at = (noon() - Duration::days(set)).to_rfc3339();
    format!(
        r#"{{"scope": "{scope}", "name": {name}, "prefix": "{word}", 
        "server": "mycompany.azurecr.io", "user": "ci-pull",
        "ends": "{}", "said_by": "person", "written": "{at}", "updated_at": "{at}"}}"#,
        day(ends)
    )
}

pub fn record(entries: &[String]) -> Record {
    Record::of_text(&format!("{{\"entries\": [{}]}}", entries.join(","))).unwrap()
}

fn kept(entries: &[String]) -> Driver {
    let mut driver = Driver::start(here());
    let id = driver.running(|job| *job == Job::Endings);
    driver.finish(id, Outcome::Endings(Ok(Some(record(entries)))));
    driver.answer_everything();
    driver
}

fn ended() -> Driver {
    kept(&[
        entry("user", None, "ACR", (12, -3)),
        entry("repository", Some("acme/api"), "DOCKERHUB", (214, 6)),
        entry("organization", Some("acme"), "ACR", (1100, 25)),
        entry("organization", Some("acme"), "GHCR", (39, -100)),
    ])
}

/// At *Review* of a new credential of your own.
fn review(password: &str) -> Driver {
    let mut driver = fixtures::bare();
    driver.keys("n enter g enter");
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", password);
    driver.keys("enter enter enter s");
    assert_eq!(driver.step(), Step::Review, "{}", driver.sight());
    driver
}

pub fn all() -> Vec<(&'static str, Driver)> {
    let answered = |text: &str, keys: &str| {
        let mut driver = review(CANARY);
        driver.press("tab");
        driver.type_text(text);
        if !keys.is_empty() {
            driver.keys(keys);
        }
        driver
    };
    let mut detail = ended();
    detail.press("enter");
    let jwt = "e30.eyJleHAiOjE3NzI1MDAwMDB9.x";
    vec![
        ("ends_credentials", ended()),
        ("ends_credentials_detail", detail),
        ("ends_review_asked", answered("", "")),
        ("ends_review_understood", answered("in 90 days", "")),
        ("ends_review_not_understood", answered("next spring", "enter")),
        ("ends_review_told", review(jwt)),
    ]
}

fn draft(driver: &Driver) -> Draft {
    match driver.last_write() {
        Job::Save(draft) => draft,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_list_says_what_ended_first_and_never_by_colour_alone() {
    let driver = ended();
    driver.says("password ● set 12 days ago, expired 3 days ago").says("✗ the password expired 3 days ago");
    let sight = flat(&driver.sight());
    let at = |words: &str| sight.find(words).unwrap_or_else(|| panic!("{words}\n{sight}"));
    assert!(at("the password expired 3 days ago") < at("server ●"));
    driver.says("entered by you on 2026-02-17, for ci-pull at mycompany.azurecr.io");
    let wide = driver.frame(200, 40);
    for words in ["expired 3 d !", "6 d left !", "25 d left !"] {
        assert!(wide.contains(words), "{words}\n{wide}");
    }
    let (small, _) = driver.drawn(40, 10, &ascii());
    assert!(small.contains("expired 3 d !") || small.contains("expired 3 days"), "{small}");
}

#[test]
fn a_password_that_somebody_else_set_since_has_no_end() {
    let mut driver = ended();
    driver.press("G");
    driver.press("up");
    driver.says("set by somebody else since");
    assert!(!driver.frame(200, 40).contains("100 days ago"));
}

#[test]
fn what_has_ended_is_told_once_when_everything_is_read() {
    let mut driver = Driver::start(here());
    let entries = [entry("user", None, "ACR", (12, -3)), entry("repository", Some("acme/api"), "DOCKERHUB", (214, 1))];
    let id = driver.running(|job| *job == Job::Endings);
    driver.finish(id, Outcome::Endings(Ok(Some(record(&entries)))));
    assert_eq!(driver.notice(), "", "it is not known yet whether these passwords are still there");
    driver.answer_everything();
    assert!(driver.notice().starts_with("ACR in your own secrets expired 3 days ago"), "{}", driver.notice());
    assert_eq!(driver.app.notices.newest().unwrap().tone, Tone::Warn);
    driver.expire_notices();
    driver.press("f5");
    driver.answer_everything();
    assert!(!driver.notice().contains("expired"), "{}", driver.notice());
    assert_eq!(kept(&[entry("user", None, "ACR", (12, 2))]).notice(), "", "two days are told in the list only");
}

#[test]
fn a_record_that_cannot_be_read_is_named_and_everything_else_goes_on() {
    let mut driver = Driver::start(here());
    let id = driver.running(|job| *job == Job::Endings);
    let problem =
        Problem::new("the record of expiry dates could not be read", "/state/h.json is not a record", "fix it");
    driver.finish(id, Outcome::Endings(Err(problem)));
    assert!(driver.notice().contains("h.json is not a record; fix it"), "{}", driver.notice());
    driver.answer_everything();
    driver.says("ACR Azure");
}

#[test]
fn the_question_takes_text_and_its_button_writes_only_outside_of_it() {
    let mut driver = review(CANARY);
    driver.says("When does this password expire?").says("tab sets it");
    driver.press("tab");
    driver.type_text("2 w");
    driver.says("expires in 14 days").is_silent_about("saved");
    assert!(!driver.has_written());
    driver.press("enter");
    assert_eq!(driver.step(), Step::Review, "enter leaves the field and no more");
    driver.says("2026-03-15, expires in 14 days");
    driver.press("enter");
    assert!(driver.notice().contains("then enter writes"), "{}", driver.notice());
    driver.keys("right enter");
    assert_eq!(draft(&driver).ends, Some(End::On("2026-03-15".parse().unwrap())));
}

#[test]
fn what_is_left_open_says_nothing() {
    let mut driver = review(CANARY);
    driver.keys("tab esc right enter");
    assert_eq!(draft(&driver).ends, None);
}

#[test]
fn an_end_that_is_not_understood_blocks_with_the_reason_and_is_kept() {
    let mut driver = review(CANARY);
    driver.press("tab");
    driver.type_text("next spring").press("esc");
    driver.keys("right enter");
    assert!(!driver.has_written());
    assert!(driver.notice().contains("not understood: write it as 2027-05-14"), "{}", driver.notice());
    driver.keys("esc s");
    driver.says("not understood");
    driver.press("tab");
    driver.press("ctrl-u");
    driver.paste("never\n");
    driver.keys("enter right enter");
    assert_eq!(draft(&driver).ends, Some(End::Never));
}

#[test]
fn enter_on_an_end_that_is_not_understood_stays_in_its_field_and_backspace_never_leaves_it() {
    let mut driver = review(CANARY);
    driver.press("tab");
    driver.type_text("tomorrow").press("enter");
    assert!(driver.notice().contains("not understood"), "{}", driver.notice());
    driver.says("tomorrow");
    for _ in 0..20 {
        driver.press("backspace");
    }
    assert_eq!(driver.step(), Step::Review);
    driver.type_text("1 day").press("enter");
    driver.says("expires tomorrow");
    driver.keys("backspace backspace");
    assert_eq!(driver.step(), Step::Review);
    assert_eq!(driver.wizard().plan().unwrap().form.values().password, CANARY.into());
}

#[test]
fn where_the_value_tells_its_end_nothing_is_asked() {
    let mut driver = review("e30.eyJleHAiOjE3NzI1MDAwMDB9.x");
    driver.says("expiry from the password: 2026-03-03").is_silent_about("When does this");
    driver.press("tab");
    assert!(driver.notice().contains("contains its expiry"), "{}", driver.notice());
    driver.keys("right enter");
    driver.write_succeeds();
    let listing = driver.app.world.listing(&Scope::User).unwrap();
    let credential = listing.credential(&prefix("ACR")).unwrap().clone();
    let told = driver.app.world.told(&Scope::User, &credential, noon()).unwrap();
    assert_eq!(told.entry.end.date(), Some("2026-03-03".parse().unwrap()));
}

#[test]
fn the_list_follows_what_is_written_and_deleted() {
    let mut driver = review(CANARY);
    driver.press("tab");
    driver.type_text("1 day").press("enter");
    driver.keys("right enter");
    driver.write_succeeds();
    driver.press("enter");
    driver.says("expires tomorrow");
    driver.keys("d right enter");
    let report = world::saved(&driver.last_write(), |_| WriteOutcome::Deleted);
    driver.write_ends(Ok(report));
    assert!(driver.app.world.endings.record.is_empty());
}

#[test]
fn a_save_that_failed_keeps_no_end_and_an_undo_of_access_leaves_it() {
    let mut driver = review(CANARY);
    driver.press("tab");
    driver.type_text("never").press("enter");
    driver.keys("right enter");
    let report = world::saved(&driver.last_write(), |member| match member {
        Member::User => WriteOutcome::Created,
        Member::Password => WriteOutcome::Failed(world::no_network()),
        Member::Server => WriteOutcome::NotTried,
    });
    driver.write_ends(Ok(report));
    assert!(driver.app.world.endings.record.is_empty());
    let mut driver = ended();
    driver.keys("a");
    driver.answer_everything();
    driver.keys("down space enter right enter");
    driver.write_succeeds();
    driver.keys("enter u right enter");
    driver.write_succeeds();
    driver.press("enter");
    driver.says("expired 3 days ago");
}

#[test]
fn what_could_not_be_kept_is_told() {
    let mut driver = review(CANARY);
    driver.keys("right enter");
    let id = driver.writing();
    let problem = Problem::new("the record of expiry dates could not be written", "/state/h.json: full", "make room");
    driver.part(id, Part::Unkept(problem));
    assert!(driver.notice().contains("full"), "{}", driver.notice());
    driver.write_succeeds();
    assert!(driver.app.world.scope(&api()).is_some());
}
