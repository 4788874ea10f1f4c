//! The letter that quits, and texts that begin with it.

use super::world;
use super::*;
use crate::app::Leaving;
use crate::app::protocol::Pointer;

/// Screens without a focused field, and the keys that lead to them.
const FIELDLESS: [&str; 7] = ["1", "4", "5", "enter", "S", "n", "d"];

/// Texts that begin with it: an address, a password, the way a password manager fills in a form.
const TEXTS: [&str; 5] = ["quay.io\r", "qq7-x", "q\tq\r", "q w", "quay.io\tpuller\tZq7-canary-9wK\r"];

fn key_of(c: char) -> &'static str {
    match c {
        '\r' => "enter",
        '\t' => "tab",
        _ => "space",
    }
}

fn type_all(driver: &mut Driver, text: &str) {
    for c in text.chars() {
        if "\r\t ".contains(c) {
            driver.press(key_of(c));
        } else {
            driver.type_text(&c.to_string());
        }
    }
}

#[test]
fn the_letter_by_itself_leaves_once_nothing_follows_it() {
    for keys in ["q", "q q", "q q q q q"] {
        let mut driver = Driver::ready();
        assert!(!driver.keys(keys).contains(&Effect::Quit));
        assert_eq!(driver.app.leaving(), Leaving::No);
        assert_eq!(driver.quiet(), [Effect::Quit], "{keys}");
    }
}

#[test]
fn a_text_that_begins_with_it_ends_nothing_and_does_nothing_at_all() {
    for place in FIELDLESS {
        for text in TEXTS {
            let mut driver = Driver::ready();
            driver.press(place);
            driver.answer_everything();
            let (title, asked) = (driver.title(), driver.asked.len());
            type_all(&mut driver, text);
            assert_eq!((driver.title(), driver.app.leaving()), (title, Leaving::No), "{text} at {place}");
            let begun = driver.asked.iter().skip(asked).filter(|effect| !matches!(effect, Effect::After { .. }));
            assert_eq!(begun.count(), 0, "{text} at {place}");
            assert!(driver.notice().contains("no field here"), "{text} at {place}: {}", driver.notice());
            assert!(driver.quiet().is_empty(), "nothing ends later: {text} at {place}");
            driver.press("?");
            let is_help = driver.title().starts_with("Help");
            assert!(is_help, "keys act again after a quiet moment: {text} at {place}, {}", driver.title());
        }
    }
}

#[test]
fn keys_that_no_text_holds_call_it_off_and_act() {
    for key in ["down", "esc", "f1", "f5", "right"] {
        let mut driver = Driver::ready();
        driver.keys(&format!("q {key}"));
        assert!(!driver.quiet().contains(&Effect::Quit), "{key}");
        assert_eq!(driver.app.leaving(), Leaving::No, "{key}");
    }
    let mut driver = Driver::ready();
    driver.keys("q f1");
    assert!(driver.title().starts_with("Help"));
}

#[test]
fn a_paste_or_a_click_calls_it_off() {
    for msg in [Msg::Paste("uay.io".into()), Msg::Pointer(Pointer::Row(1)), Msg::Pointer(Pointer::ScrollDown)] {
        let mut driver = Driver::ready();
        driver.press("q");
        driver.send(msg.clone());
        assert!(!driver.quiet().contains(&Effect::Quit), "{msg:?}");
    }
}

#[test]
fn control_c_and_signals_wait_for_nothing() {
    for keys in ["ctrl-c", "q ctrl-c", "q u ctrl-c"] {
        assert!(Driver::ready().keys(keys).contains(&Effect::Quit), "{keys}");
    }
    let mut driver = Driver::ready();
    driver.press("q");
    assert!(driver.send(Msg::Interrupt).contains(&Effect::Quit));
}

#[test]
fn in_a_field_it_is_a_letter() {
    let mut driver = Driver::ready();
    driver.press("/");
    driver.type_text("quay");
    driver.says("quay");
    assert!(driver.quiet().is_empty());
}

#[test]
fn what_begins_within_the_moment_is_asked_about() {
    let mut driver = Driver::ready();
    driver.keys("d right enter");
    let id = driver.writing();
    driver.press("esc");
    let saved = world::saved(&driver.last_write(), |_| WriteOutcome::Deleted);
    driver.finish(id, Outcome::Saved(Ok(saved)));
    driver.press("q");
    driver.app.running_jobs.running.push((JobId(999), Some(write())));
    assert!(!driver.quiet().contains(&Effect::Quit));
    assert_eq!(driver.title(), "Quit");
}

fn write() -> crate::app::context::Write {
    crate::app::context::Write {
        scope: None,
        kind: crate::app::history::Kind::Other,
        restores: None,
        change: None,
        doing: "restarting".to_owned(),
        done: "restarted".to_owned(),
    }
}
