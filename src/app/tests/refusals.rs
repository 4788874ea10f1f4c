//! After a rejection people type the second try without looking. It replaces the first one, masked if that was masked,
//! and goes nowhere else. No letter of it acts as a key.

use super::world::{self, no_network, tested, type_login};
use super::*;
use crate::app::form::Slot;
use crate::app::screens::{sign_in, wizard};
use crate::domain::{Member, Verdict};

/// Begins with a letter that leads to another field, and contains those that skip, write, copy, leave and quit.
const SECOND: &str = "i7sw11b44-Second-yq5";

/// Where the second try has to end up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// In place of the rejected value.
    Instead(Member),
    /// In a form of one field.
    InTheField,
    /// Nowhere: there is no field, and what was typed before stays.
    Nowhere,
}

fn refused(mut driver: Driver) -> Driver {
    let id = driver.testing();
    driver.finish(id, Outcome::Tested(tested(Verdict::Fail)));
    driver
}

fn with(mut driver: Driver, keys: &str) -> Driver {
    driver.keys(keys);
    driver
}

fn login_test() -> Driver {
    let mut driver = with(Driver::ready(), "G t");
    type_login(&mut driver);
    refused(with(driver, "enter enter"))
}

/// In the wizard, where the test follows the access.
fn new_credential() -> Driver {
    let mut driver = with(super::fixtures::bare(), "n enter enter");
    type_login(&mut driver);
    refused(with(driver, "enter enter enter enter"))
}

fn rotation() -> Driver {
    refused(with(super::access::rotated(true), "enter enter enter enter enter"))
}

fn token() -> Driver {
    let mut driver = super::signing::sign_in();
    driver.paste("ghp_wrong0123456789");
    driver.press("enter");
    let id = driver.running(|job| matches!(job, Job::UseToken(_)));
    driver.finish(id, Outcome::TokenUsed { identity: Err(no_network()), kept: None });
    driver
}

fn save() -> Driver {
    let mut driver = with(super::access::rotated(false), "enter enter s right enter");
    driver.write_ends(Err(no_network()));
    driver
}

fn half_a_save() -> Driver {
    let mut driver = with(super::access::rotated(false), "enter enter s right enter");
    let saved = world::saved(&driver.last_write(), |_| WriteOutcome::Failed(no_network()));
    driver.write_ends(Ok(saved));
    driver
}

fn deletion() -> Driver {
    let mut driver = with(Driver::ready(), "d right enter");
    driver.write_ends(Err(no_network()));
    driver
}

fn access() -> Driver {
    let mut driver = with(super::access::exchanged(), "enter right enter");
    driver.write_ends(Err(no_network()));
    driver
}

fn cases() -> Vec<(&'static str, Driver, Wanted)> {
    let password = Wanted::Instead(Member::Password);
    vec![
        ("a login", login_test(), password),
        ("the login of a new credential", new_credential(), password),
        ("the login of new values", rotation(), password),
        ("a token", token(), Wanted::InTheField),
        ("a write", save(), Wanted::Nowhere),
        ("half a write", half_a_save(), Wanted::Nowhere),
        ("a deletion", deletion(), Wanted::Nowhere),
        ("a change of access", access(), Wanted::Nowhere),
    ]
}

fn value(driver: &Driver, wanted: Wanted) -> Option<(Sensitive, bool)> {
    let of_form = |form: &crate::app::form::Form, member| {
        let slot = Slot::Member(member);
        let field = form.field(slot)?;
        (form.focus == slot).then(|| (field.value(), field.is_revealed()))
    };
    match (wanted, driver.app.top()) {
        (Wanted::Instead(member), Screen::LoginTest(state)) => of_form(&state.form, member),
        (Wanted::Instead(member), Screen::Wizard(state)) => match state.stage() {
            wizard::Stage::Values(plan) => of_form(&plan.form, member),
            _ => None, // no form
        },
        (Wanted::InTheField, Screen::SignIn(state)) => match &state.phase {
            sign_in::Phase::Giving(giving) => Some((giving.field.value(), giving.field.is_revealed())),
            _ => None, // no form
        },
        _ => None, // no field
    }
}

/// The text in every field of every screen.
fn values(driver: &Driver) -> Vec<Sensitive> {
    let mut app = driver.app.clone();
    let fields = app.stack.iter_mut().flat_map(Screen::fields).filter(|field| !field.is_empty());
    fields.map(|field| field.value()).collect()
}

fn is_hidden(driver: &Driver, name: &str) {
    for (width, height) in [(40, 10), (80, 24), (200, 50)] {
        let frame = driver.frame(width, height);
        assert!(!frame.contains("Second"), "{name}:\n{frame}");
    }
}

fn has_all(driver: &Driver, before: &[Sensitive]) -> bool {
    let now = values(driver);
    before.iter().all(|value| now.contains(value))
}

/// The jobs started; without a field to type into only writes, as letters are keys there.
fn begun(driver: &Driver, wanted: Wanted) -> usize {
    let is_begun = |effect: &&Effect| match effect {
        Effect::Start { job, .. } => wanted != Wanted::Nowhere || job.is_write(),
        Effect::Copy(_) => wanted != Wanted::Nowhere,
        _ => false, // a timer's, or of the terminal
    };
    driver.asked.iter().filter(is_begun).count()
}

#[test]
fn the_second_try_takes_the_place_of_what_was_refused_and_no_letter_of_it_acts() {
    for (name, start, wanted) in cases() {
        let before = values(&start);
        for pasted in [false, true] {
            let mut driver = start.clone();
            let asked = begun(&driver, wanted);
            if pasted {
                driver.paste(SECOND);
            } else {
                driver.type_text(SECOND);
            }
            is_hidden(&driver, name);
            assert_eq!(begun(&driver, wanted), asked, "{name}: a letter began something");
            match wanted {
                Wanted::Nowhere => assert!(has_all(&driver, &before), "{name}: what was typed is gone"),
                _ => assert_eq!(value(&driver, wanted), Some((SECOND.into(), false)), "{name}, pasted: {pasted}"),
            }
            assert!(driver.quiet().is_empty(), "{name}: it ends pullkey");
        }
    }
}

#[test]
fn what_was_refused_stays_until_something_else_is_typed() {
    for (name, start, wanted) in cases() {
        let before = values(&start);
        for keys in ["esc", "enter", "down", "f1 esc", "right left"] {
            if wanted == Wanted::InTheField && keys == "esc" {
                continue; // leaves the form
            }
            let mut driver = start.clone();
            driver.keys(keys);
            assert!(has_all(&driver, &before), "{name}, {keys}");
        }
    }
}
