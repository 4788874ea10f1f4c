//! Every key of every screen and state: everything in the footer has an effect, every other key answers, and labels
//! that differ in meaning differ in text.

use std::collections::BTreeSet;

use super::fixtures;
use super::*;
use crate::app::action::Action;
use crate::app::keymap::Keymap;
use crate::domain::verdict::Outcome as How;
use crate::domain::{Member, ScopeListing, Verdict};

/// The effect of a key: another frame, or another effect than the timer of a notice.
fn does_something(driver: &Driver, name: &str) -> bool {
    let mut driver = driver.clone();
    let before = driver.look_at(120, 40);
    let effects = driver.press(name);
    let after = driver.look_at(120, 40);
    // Quitting becomes visible only after a moment without typing.
    let leaves = |effect: &Effect| matches!(effect, Effect::After { timer: Timer::Quiet(_), .. });
    before != after || effects.iter().any(|effect| leaves(effect) || !matches!(effect, Effect::After { .. }))
}

#[test]
fn every_key_of_every_footer_does_something() {
    for (state, driver) in fixtures::all() {
        for hint in draw::hints(&driver.app) {
            assert!(does_something(&driver, &hint.key), "{state}: {} {}\n{}", hint.key, hint.label, driver.sight());
        }
    }
}

#[test]
fn every_key_of_every_footer_is_what_the_keymap_says() {
    for (state, driver) in fixtures::all() {
        for hint in draw::hints(&driver.app) {
            assert_eq!(Keymap::shipped().action(KeyPress(key(&hint.key))), Some(hint.action), "{state}: {}", hint.key);
        }
    }
}

#[test]
fn every_printable_key_does_something_or_says_why_not() {
    for (state, driver) in fixtures::all() {
        for c in ' '..='~' {
            let name = if c == ' ' { "space".to_owned() } else { c.to_string() };
            assert!(does_something(&driver, &name), "{state}: “{c}” is mute\n{}", driver.sight());
        }
    }
}

#[test]
fn every_other_bound_key_does_something_or_says_why_not() {
    for (state, driver) in fixtures::all() {
        // Editing keys at the end of an empty field have nothing to do and show no message.
        let typing = driver.app.available_actions().typing;
        let actions = <Action as strum::IntoEnumIterator>::iter();
        for name in actions.flat_map(|action| Keymap::shipped().keys(action)) {
            let edits = typing && matches!(name.as_str(), "left" | "right" | "home" | "end" | "backspace");
            assert!(edits || does_something(&driver, &name), "{state}: “{name}” is mute\n{}", driver.sight());
        }
    }
}

#[test]
fn a_key_with_a_reason_not_to_says_its_label_and_the_reason() {
    for (state, driver) in fixtures::all() {
        let available_actions = driver.app.available_actions();
        for offer in available_actions.offers.iter().filter(|offer| offer.disabled_reason.is_some()) {
            let Some(name) = Keymap::shipped().key(offer.action, available_actions.typing) else { continue };
            let mut driver = driver.clone();
            driver.press(&name);
            let notice = format!("{}: {}", offer.label, offer.disabled_reason.clone().unwrap());
            assert_eq!(driver.notice(), notice, "{state}");
            assert!(driver.look_at(200, 50).contains(&notice), "{state}");
        }
    }
}

#[test]
fn enter_alone_never_deletes_changes_access_or_writes() {
    for (state, driver) in fixtures::all() {
        let mut driver = driver;
        let chosen = ["confirm_delete_chosen", "codespaces_ask_chosen"].contains(&state);
        let asked = driver.asked.len();
        for _ in 0..12 {
            driver.press("enter");
            if let Some((id, _)) = driver.live.iter().find(|(_, job)| matches!(job, Job::Test { .. })) {
                let id = *id;
                driver.finish(id, Outcome::Tested(world::tested(Verdict::Pass)));
            }
            driver.answer_everything();
        }
        let writes = driver.asked[asked..].iter().filter(|e| matches!(e, Effect::Start { job, .. } if job.is_write()));
        assert_eq!(writes.count(), usize::from(chosen), "{state}");
    }
}

#[test]
fn help_names_every_key_of_the_footer() {
    for (state, driver) in fixtures::all() {
        if state.starts_with("help") {
            continue;
        }
        let hints = draw::hints(&driver.app);
        let mut driver = driver;
        driver.press("f1");
        let page = driver.frame(160, 60);
        for hint in hints {
            assert!(page.contains(&hint.key), "{state}: {}\n{page}", hint.key);
        }
    }
}

fn looks() -> [Look; 2] {
    let bare = Theme::bare();
    [Glyphs::unicode(), Glyphs::ascii()].map(|glyphs| Look { theme: bare.clone(), glyphs })
}

/// The row of the list that begins with this name.
fn row_of<'s>(sight: &'s str, name: &str) -> &'s str {
    let is_mine = |line: &&str| line.trim_start_matches(['▌', '>', ' ']).starts_with(name);
    sight.lines().find(is_mine).unwrap_or_else(|| panic!("no row {name}\n{sight}"))
}

/// All words differ from each other.
fn differ(words: &[String]) {
    assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len(), "{words:#?}");
    assert!(words.iter().all(|word| !word.trim().is_empty()), "{words:#?}");
}

#[test]
fn without_colours_any_two_kinds_of_access_differ() {
    let (driver, words) = fixtures::kinds_of_access();
    for look in looks() {
        let (sight, _) = driver.drawn(160, 40, &look);
        let rows = words.iter().map(|word| {
            let row = row_of(&sight, word);
            row.split(word).nth(1).unwrap().split(['│', '|']).next().unwrap().to_owned()
        });
        differ(&rows.collect::<Vec<_>>());
        let mut details = driver.clone();
        let mut texts = Vec::new();
        for _ in &words {
            let (sight, _) = details.drawn(160, 40, &look);
            let at = sight.lines().position(|line| line.contains("access ")).unwrap();
            texts.push(sight.lines().skip(at).take(2).map(|l| l.split(['│', '|']).nth(1).unwrap_or(l)).collect());
            details.press("down");
        }
        differ(&texts);
    }
}

#[test]
fn without_colours_any_two_member_marks_differ() {
    let mut secrets = world::triple("AA", 12, &world::selected(&["acme/api", "acme/web"]));
    secrets[2].access = Some(world::selected(&["acme/api"]));
    let mut half = world::triple("BB", 12, &world::selected(&["acme/api"]));
    half[1].access = None;
    half.remove(2);
    secrets.extend(half);
    let mut driver = Driver::start(Start::default());
    let id = driver.reading(&Scope::User);
    driver.finish(id, Outcome::Listing(Ok(ScopeListing::group(secrets, true))));
    for look in looks() {
        let (sight, _) = driver.drawn(160, 40, &look);
        let marks = |word: &str| -> Vec<String> {
            let row = row_of(&sight, word);
            row.split(word).nth(1).unwrap().split_whitespace().take(3).map(str::to_owned).collect()
        };
        let (whole, half) = (marks("AA"), marks("BB"));
        differ(&[whole[0].clone(), whole[2].clone(), half[1].clone(), half[2].clone()]);
        let words = ["access differs", "access unknown", "missing"];
        let mut below = driver.clone();
        below.press("down");
        let both = format!("{sight}{}", below.drawn(160, 40, &look).0);
        assert!(words.iter().all(|word| both.contains(word)), "{both}");
    }
}

#[test]
fn without_colours_any_two_outcomes_of_a_step_and_verdicts_differ() {
    let outcomes = [How::Pass, How::Fail, How::Inconclusive, How::Skipped];
    for look in looks() {
        let lines = outcomes.map(|outcome| {
            let mut driver = Driver::ready();
            driver.press("t");
            world::type_login(&mut driver);
            driver.keys("enter enter");
            let id = driver.testing();
            let step = crate::domain::Step { outcome, ..world::tested(Verdict::Pass).steps[0].clone() };
            driver.part(id, Part::Step(step));
            let (sight, _) = driver.drawn(120, 40, &look);
            sight.lines().find(|line| line.contains("a login server of")).unwrap().to_owned()
        });
        differ(&lines);
        let marks = lines.map(|line| line.split_whitespace().next().unwrap().to_owned());
        differ(&marks);
        let verdicts = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive].map(|verdict| {
            let mut driver = Driver::ready();
            driver.press("t");
            world::type_login(&mut driver);
            driver.keys("enter enter");
            let id = driver.testing();
            driver.finish(id, Outcome::Tested(crate::domain::TestReport { verdict, steps: Vec::new() }));
            driver.drawn(120, 40, &look).0
        });
        differ(&verdicts);
    }
}

#[test]
fn without_colours_any_two_outcomes_of_a_write_differ() {
    let problem = world::no_network();
    let outcomes = [
        WriteOutcome::Created,
        WriteOutcome::Updated,
        WriteOutcome::Unchanged,
        WriteOutcome::Deleted,
        WriteOutcome::Failed(problem.clone()),
        WriteOutcome::Unknown(problem.clone()),
        WriteOutcome::ChangedElsewhere(problem),
        WriteOutcome::NotTried,
    ];
    for look in looks() {
        let lines: Vec<String> = outcomes
            .iter()
            .map(|outcome| {
                let mut driver = Driver::ready();
                driver.keys("d right enter");
                let id = driver.writing();
                let name = "ACR_CONTAINER_REGISTRY_USER".to_owned();
                let report = crate::domain::MemberReport { member: Member::User, name, outcome: outcome.clone() };
                driver.part(id, Part::Member(report));
                let (sight, _) = driver.drawn(120, 40, &look);
                sight.lines().find(|line| line.contains("REGISTRY_USER:")).unwrap().to_owned()
            })
            .collect();
        differ(&lines);
    }
}
