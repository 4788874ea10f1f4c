//! A secret typed or pasted into every field of every screen: no frame, message, or job for others shows it.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::app::form::{Form, Slot};
use crate::app::screens::wizard::Stage;
use crate::domain::Member;

/// Has the shape of a token, and a unique ending.
pub const TOKEN: &str = "dop_v1_0123456789abcdef0123456789abcdefCANARYtoken";
pub const TRACE: &str = "CANARYtoken";
/// Has no known shape.
const PLAIN: &str = "Xk-plain-canary";

/// Every field of the screens, by its file and its name there. A new field belongs into this list once the walks below
/// reach it.
const FIELDS: [(&str, &str); 10] = [
    ("filter.rs", "field"),
    ("form/mod.rs", "aside"),
    ("form/mod.rs", "image"),
    ("form/mod.rs", "other_image"),
    ("form/mod.rs", "prefix"),
    ("form/mod.rs", "values"),
    ("picker/mod.rs", "filter"),
    ("screens/sign_in/giving.rs", "field"),
    ("screens/wizard/ends.rs", "field"),
    ("screens/wizard/search.rs", "field"),
];

fn fields(folder: &Path, under: &str, found: &mut BTreeSet<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{under}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            if name != "tests" {
                fields(&entry.path(), &format!("{name}/"), found);
            }
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).unwrap();
        for line in text.lines().map(str::trim) {
            let declared = line.trim_start_matches("pub ").split_once(": ");
            if let Some((field, kind)) = declared
                && ["TextField,", "Option<TextField>,", "Members<TextField>,", "Members<Option<TextField>>,"]
                    .contains(&kind)
            {
                found.insert((name.clone(), field.to_owned()));
            }
        }
    }
}

#[test]
fn every_field_of_the_screens_is_known_to_this_test() {
    let mut found = BTreeSet::new();
    fields(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/app")), "", &mut found);
    let known: BTreeSet<_> = FIELDS.iter().map(|(file, field)| ((*file).to_owned(), (*field).to_owned())).collect();
    assert_eq!(found, known);
}

/// Nothing visible or requested contains the trace. Values go to GitHub and to registries unmasked, but their types
/// never print them.
fn assert_hidden(driver: &Driver, trace: &str, when: &str) {
    for (width, height) in [(40, 10), (120, 40)] {
        let frame = driver.frame(width, height);
        let flat: String = frame.split_whitespace().collect();
        assert!(!frame.contains(trace) && !flat.contains(trace), "{when}:\n{frame}");
    }
    assert!(!driver.notice().contains(trace), "{when}: {}", driver.notice());
    assert!(!format!("{:?}", driver.asked).contains(trace), "{when}: a job tells it");
}

fn form(app: &App) -> Option<&Form> {
    match app.top() {
        Screen::LoginTest(state) => Some(&state.form),
        Screen::Wizard(state) => match state.stage() {
            Stage::Values(plan) => Some(&plan.form),
            Stage::Registry | Stage::Where { .. } | Stage::Access(_) | Stage::Test(_) | Stage::Review(_) => None,
        },
        _ => None, // no form
    }
}

/// Opens whatever field a screen has, and moves from one to the next.
pub const WAYS: [&str; 10] = ["", "/", "tab", "tab tab", "tab tab tab", "tab tab tab tab", "shift-tab", "n", "t", "p"];

#[test]
fn a_token_in_any_field_of_any_screen_is_nowhere_to_be_seen() {
    let mut typed_into = BTreeSet::new();
    for (name, start) in fixtures::all() {
        for way in WAYS {
            let mut driver = start.clone();
            if !way.is_empty() {
                driver.keys(way);
            }
            let mut pasted = driver.clone();
            if driver.app.available_actions().typing {
                typed_into.insert((driver.title(), form(&driver.app).map(|form| format!("{:?}", form.focus))));
                driver.type_text(TOKEN);
                assert_hidden(&driver, TRACE, &format!("typed at {name}, {way}"));
                for key in ["left", "enter", "f2", "f2", "esc"] {
                    let before = driver.clone();
                    driver.press(key);
                    if key != "f2" {
                        assert_hidden(&driver, TRACE, &format!("typed at {name}, {way}, then {key}"));
                    }
                    if !driver.app.available_actions().typing {
                        driver = before;
                    }
                }
            }
            assert!(!format!("{:?}", driver.app).contains(TRACE), "typed at {name}, {way}: Debug tells it");
            pasted.paste(TOKEN);
            assert_hidden(&pasted, TRACE, &format!("pasted at {name}, {way}"));
            pasted.press("enter");
            assert_hidden(&pasted, TRACE, &format!("pasted at {name}, {way}, then enter"));
        }
    }
    assert!(typed_into.len() >= 12, "{typed_into:#?}");
    for slot in [Slot::Prefix, Slot::Image, Slot::Member(Member::Server), Slot::Member(Member::User)] {
        let wanted = Some(format!("{slot:?}"));
        assert!(typed_into.iter().any(|(_, focus)| *focus == wanted), "{slot:?} was not reached: {typed_into:#?}");
    }
}

/// The first secret in a field of any open screen.
fn typed_secret(driver: &Driver) -> Option<Sensitive> {
    let mut app = driver.app.clone();
    let fields = app.stack.iter_mut().flat_map(Screen::fields);
    fields.filter(|field| field.is_secret() && !field.is_empty()).map(|field| field.value()).next()
}

#[test]
fn a_password_that_is_typed_is_masked_in_every_other_field_of_every_screen() {
    let mut tried = 0;
    for (name, start) in fixtures::all() {
        let Some(secret) = typed_secret(&start) else { continue };
        for way in WAYS {
            let mut driver = start.clone();
            if !way.is_empty() {
                driver.keys(way);
            }
            let is_there = typed_secret(&driver).as_ref() == Some(&secret);
            if is_there && driver.app.available_actions().typing {
                tried += 1;
                for clear in ["ctrl-u", "ctrl-k"] {
                    driver.press(clear);
                }
                let text = secret.expose().to_owned();
                driver.type_text(&text);
                assert_hidden(&driver, &text, &format!("typed at {name}, {way}"));
            }
        }
    }
    assert!(tried > 20, "{tried}");
}

/// In the form, with its fields empty.
fn at_the_form() -> Driver {
    let mut driver = fixtures::bare();
    driver.press("t");
    driver
}

fn go_to(driver: &mut Driver, slot: Slot) {
    for _ in 0..8 {
        if form(&driver.app).unwrap().focus == slot {
            return;
        }
        driver.press("tab");
    }
    panic!("{slot:?} is not in the form");
}

#[test]
fn the_password_in_another_field_is_masked_there_whichever_came_first() {
    let password = Slot::Member(Member::Password);
    for slot in [Slot::Member(Member::Server), Slot::Member(Member::User), Slot::Image] {
        for order in [[slot, password], [password, slot]] {
            let mut driver = at_the_form();
            for at in order {
                go_to(&mut driver, at);
                driver.type_text(PLAIN);
            }
            assert_hidden(&driver, PLAIN, &format!("{order:?}"));
            // A masked field stays masked while the password is typed again.
            go_to(&mut driver, password);
            driver.keys("backspace backspace backspace");
            assert_hidden(&driver, "Xk-plain", &format!("{order:?}, and a part of it"));
            driver.keys("enter enter enter");
            assert_hidden(&driver, "Xk-plain", &format!("{order:?}, then enter"));
        }
    }
}

#[test]
fn a_token_as_the_user_is_tried_and_not_shown() {
    let mut driver = at_the_form();
    for (slot, text) in [
        (Slot::Member(Member::Server), "registry.digitalocean.com"),
        (Slot::Member(Member::User), TOKEN),
        (Slot::Member(Member::Password), TOKEN),
    ] {
        go_to(&mut driver, slot);
        driver.type_text(text);
    }
    driver.keys("enter enter enter enter enter");
    let users = driver.live.values().filter_map(|job| match job {
        Job::Test { trial, .. } => Some(trial.user.clone()),
        _ => None, // something else
    });
    let trials: Vec<_> = users.collect();
    assert_eq!(trials, [Sensitive::new(TOKEN)]);
    assert_hidden(&driver, TRACE, "under way");
}

#[test]
fn a_short_password_masks_no_ordinary_field() {
    let mut driver = at_the_form();
    go_to(&mut driver, Slot::Member(Member::Server));
    driver.type_text("registry.example.com");
    go_to(&mut driver, Slot::Member(Member::Password));
    driver.type_text("example");
    driver.says("registry.example.com");
}
