//! Whatever is typed is visible: at every size, on every screen, in every field. A key without effect says so.

use std::collections::BTreeSet;

use ratatui::style::Modifier;

use super::everywhere::{TOKEN, TRACE, WAYS};
use super::*;

const SIZES: [(u16, u16); 3] = [(40, 10), (80, 24), (200, 50)];

/// What is left of the cursor, if the cursor is in a visible field.
fn left_of_cursor(driver: &Driver, (columns, rows): (u16, u16)) -> Option<String> {
    let (buffer, cursor) = driver.buffer(columns, rows, &look());
    let cursor = cursor?;
    let is_field = |x: u16| buffer[(x, cursor.y)].modifier.contains(Modifier::UNDERLINED);
    is_field(cursor.x).then(|| (0..cursor.x).filter(|x| is_field(*x)).map(|x| buffer[(x, cursor.y)].symbol()).collect())
}

/// After a rejection the first key opens the field of the rejected value; until then an invitation is in its place.
pub(super) fn is_invited(driver: &Driver, (columns, rows): (u16, u16)) -> bool {
    driver.frame(columns, rows).contains("Type or paste another")
}

/// The field that takes text has the cursor, and shows what was typed last.
fn assert_seen(driver: &Driver, sizes: &[(u16, u16)], last: &str, when: &str) {
    for &size in sizes {
        let found = left_of_cursor(driver, size);
        let is_seen = found
            .as_ref()
            .is_some_and(|text| text.ends_with(last) || text.ends_with(&"•".repeat(last.chars().count())));
        let says = driver.notice();
        assert!(
            is_seen || last.is_empty() && is_invited(driver, size),
            "{when} at {size:?}: {found:?} left of the cursor, {says:?}\n{}",
            driver.frame(size.0, size.1)
        );
    }
}

#[test]
fn whatever_is_typed_in_any_field_of_any_screen_is_in_view() {
    let mut seen = BTreeSet::new();
    for (name, start) in fixtures::all() {
        for way in WAYS {
            let mut driver = start.clone();
            if !way.is_empty() {
                driver.keys(way);
            }
            let available_actions = driver.app.available_actions();
            if !available_actions.typing || matches!(driver.app.top(), Screen::Quit(_)) {
                continue;
            }
            seen.insert(driver.title());
            assert_seen(&driver, &SIZES, "", &format!("{name}, {way}"));
            driver.type_text("xyz");
            assert_seen(&driver, &SIZES[..2], "xyz", &format!("{name}, {way}"));
            // Progress more than fits.
            driver.type_text(&"long-and-".repeat(30));
            assert_seen(&driver, &SIZES[..1], "-and-", &format!("{name}, {way}, much"));
            driver.press("backspace");
            assert_seen(&driver, &SIZES[..1], "-and", &format!("{name}, {way}, one less"));
        }
    }
    assert!(seen.len() >= 8, "{seen:?}");
}

#[test]
fn the_field_for_the_end_shows_all_of_what_is_typed_and_masks_a_secret() {
    let (_, start) = super::ends::all().into_iter().find(|(name, _)| *name == "ends_review_asked").unwrap();
    for text in ["2027-01-31", "next spring", "in 90 days"] {
        let mut driver = start.clone();
        driver.type_text(text);
        for (columns, rows) in SIZES {
            let frame = driver.frame(columns, rows);
            assert!(frame.contains(text), "{text} at {columns}×{rows}:\n{frame}");
            assert_eq!(left_of_cursor(&driver, (columns, rows)).as_deref(), Some(text));
        }
    }
    for (secret, trace) in [(TOKEN, TRACE), (CANARY, CANARY)] {
        for pastes in [true, false] {
            let mut driver = start.clone();
            if pastes {
                driver.paste(secret);
            } else {
                driver.type_text(secret);
            }
            for key in ["left", "enter", "tab"] {
                for (columns, rows) in SIZES {
                    let frame = driver.frame(columns, rows);
                    assert!(!frame.contains(trace), "{columns}×{rows}:\n{frame}");
                }
                assert!(!driver.notice().contains(trace), "{}", driver.notice());
                driver.press(key);
            }
        }
    }
}
