//! Anything at any time: random keys, pastes, clicks, timers and signals, while random responses arrive in time, late,
//! twice, unexpectedly or not at all. Whatever happens, the program keeps working, requests nothing twice and reveals
//! no password.

use proptest::prelude::*;
use strum::IntoEnumIterator;

use super::filling;
use super::fixtures;
use super::world::{self, tested};
use super::*;
use crate::app::Leaving;
use crate::app::action::Action;
use crate::app::form::{Form, Slot};
use crate::app::keymap::Keymap;
use crate::app::local_job::LocalJob;
use crate::app::protocol::Pointer;
use crate::app::screens::wizard::Stage;
use crate::domain::change::{AccessOutcome, Stale};
use crate::domain::traffic::{Budget, Resource, Traffic};
use crate::domain::{Member, RepositoryPage, Roster, Verdict};

/// Keys that lead deep, pressed more often than the others.
const OFTEN: [&str; 35] = [
    "enter", "enter", "enter", "tab", "esc", "esc", "down", "up", "right", "right", "s", "space", "n", "d", "t", "f2",
    "f5", "f5", "a", "v", "r", "right", "1", "4", "5", "S", "4", "R", "R", "Z", "space", "space", "A", "u", "m",
];

fn any_key(pick: usize) -> String {
    let all: Vec<String> = Action::iter().flat_map(|action| Keymap::shipped().keys(action)).collect();
    all[pick % all.len()].clone()
}

/// One step of a walk: what happens, and a number to choose by.
fn step(driver: &mut Driver, kind: u8, pick: usize, old: &mut Vec<JobId>) {
    old.extend(driver.live.keys());
    match kind {
        0..=8 => drop(driver.press(OFTEN[pick % OFTEN.len()])),
        9..=10 => drop(driver.press(&any_key(pick))),
        11 => {
            let c = char::from(b' ' + u8::try_from(pick % 95).unwrap());
            driver.type_text(&c.to_string());
        }
        12 if asks_for_password(&driver.app) => drop(driver.paste(CANARY)),
        12 => drop(driver.paste(["a", "two\nlines\r\n", "mycompany.azurecr.io", "\u{1b}[2J\u{202e}", ""][pick % 5])),
        13 => {
            let pointer = [Pointer::Row(pick % 12), Pointer::ScrollUp, Pointer::ScrollDown, Pointer::Act(Action::Back)];
            drop(driver.send(Msg::Pointer(pointer[pick % 4])));
        }
        14 => {
            if !driver.timers.is_empty() {
                let timer = driver.timers.remove(pick % driver.timers.len());
                driver.send(Msg::Timer(timer));
            }
        }
        15 => drop(driver.send(Msg::Traffic(Traffic::Budget(Budget {
            resource: Resource::parse(["core", "codespaces"][pick % 2]).unwrap(),
            remaining: pick as u64,
            limit: 5000,
            reset: None,
        })))),
        16 => {
            // A response to something that ended, was aborted or never existed.
            let id = old[pick % old.len().max(1)..].first().copied().unwrap_or(JobId(pick as u64 + 10_000));
            if !driver.live.contains_key(&id) {
                driver.send(Msg::Finished { id, outcome: Outcome::Listing(Ok(world::listing(&world::acme()))) });
                driver.send(Msg::Part { id, part: Part::Step(tested(Verdict::Pass).steps[0].clone()) });
            }
        }
        _ => answer_one(driver, pick),
    }
}

fn answer_one(driver: &mut Driver, pick: usize) {
    let Some((id, job)) = driver.live.iter().nth(pick % driver.live.len().max(1)).map(|(id, job)| (*id, job.clone()))
    else {
        return;
    };
    let problem = world::no_network();
    let fails = pick.is_multiple_of(3);
    if pick.is_multiple_of(5) {
        part_of(driver, id, &job, pick);
    }
    let outcome = match &job {
        Job::Test { .. } => {
            Outcome::Tested(tested([Verdict::Pass, Verdict::Fail, Verdict::Inconclusive][pick / 3 % 3]))
        }
        Job::ChangeAccess(change) if pick.is_multiple_of(11) => {
            let stale = Stale { now: world::listing(&change.scope), differences: vec!["it differs".to_owned()] };
            Outcome::AccessChanged(Ok(AccessOutcome::Stale(stale)))
        }
        write if writes_secrets(write) && fails => world::ended(write, Err(problem)),
        write if writes_secrets(write) => {
            let mut saved = world::saved(write, |member| match (pick / 7 + member as usize) % 4 {
                0 => WriteOutcome::Failed(world::no_network()),
                1 => WriteOutcome::Unknown(world::no_network()),
                2 => WriteOutcome::NotTried,
                _ => WriteOutcome::Created,
            });
            if pick.is_multiple_of(2) {
                saved.now = None;
            }
            world::ended(write, Ok(saved))
        }
        Job::ChangeCodespaces(changes) => {
            let steps = changes.iter().skip(pick % 2).map(|change| spaces::step(change, pick / 2));
            Outcome::CodespacesChanged(steps.collect())
        }
        Job::Codespaces(_) if fails => Outcome::Codespaces(Err(problem)),
        Job::Codespaces(which) => {
            let lacking = (!pick.is_multiple_of(2)).then_some(problem);
            Outcome::Codespaces(Ok(Roster { list: spaces::list(which), lacking }))
        }
        Job::SignOut => Outcome::SignedOut(Ok(true)),
        Job::Local(local_job) => Outcome::Local(filling::brought(local_job, pick)),
        Job::SignIn if fails => Outcome::SignIn(Err(problem)),
        Job::Memberships if fails => Outcome::Memberships(Err(problem)),
        Job::LoadScope(_) if fails => Outcome::Listing(Err(problem)),
        Job::Repositories(_) if fails => Outcome::Repositories(Err(problem)),
        Job::Repository(_) if fails => Outcome::Repository(Err(problem)),
        Job::Seamless { .. } if fails => Outcome::Seamless(Err(problem)),
        read => world::answer(read).unwrap(),
    };
    driver.finish(id, outcome);
}

const fn writes_secrets(job: &Job) -> bool {
    matches!(job, Job::Save(_) | Job::ChangeAccess(_) | Job::RestoreAccess(_) | Job::Delete { .. })
}

fn part_of(driver: &mut Driver, id: JobId, job: &Job, pick: usize) {
    let part = match job {
        Job::LoadScope(scope) => Part::Listing(world::listing(scope)),
        Job::Repositories(of) => {
            Part::Repositories(RepositoryPage { before: pick % 3, list: world::catalogue(of.as_ref()) })
        }
        Job::Test { .. } => Part::Step(tested(Verdict::Pass).steps[0].clone()),
        write if writes_secrets(write) => Part::Member(world::saved(job, |_| WriteOutcome::Created).members[0].clone()),
        Job::Codespaces(which) => Part::Codespaces(spaces::list(which)),
        Job::ChangeCodespaces(changes) => match changes.first() {
            Some(change) => Part::Codespace(spaces::step(change, pick / 5)),
            None => return,
        },
        _ => return, // nothing arrives in parts
    };
    driver.part(id, part);
}

fn forms(app: &App) -> Vec<&Form> {
    app.stack()
        .iter()
        .filter_map(|screen| match screen {
            Screen::LoginTest(state) => Some(&state.form),
            Screen::Wizard(state) => match state.stage() {
                Stage::Registry | Stage::Where { .. } => None,
                Stage::Values(plan) | Stage::Access(plan) | Stage::Test(plan) => Some(&plan.form),
                Stage::Review(review) => Some(&review.plan.form),
            },
            _ => None, // no form
        })
        .collect()
}

/// Whether a paste now would go into a password field and nowhere else.
fn asks_for_password(app: &App) -> bool {
    let focus = match app.top() {
        Screen::LoginTest(state) => Some(state.form.focus),
        Screen::Wizard(state) => match state.stage() {
            Stage::Values(plan) => Some(plan.form.focus),
            _ => None,
        },
        _ => None,
    };
    focus == Some(Slot::Member(Member::Password))
}

fn is_revealed(app: &App) -> bool {
    let password = Slot::Member(Member::Password);
    forms(app).iter().any(|form| form.field(password).is_some_and(crate::ui::TextField::is_revealed))
}

fn check(driver: &Driver, size: (u16, u16)) -> Result<(), TestCaseError> {
    let app = &driver.app;
    prop_assert!(!app.stack().is_empty() && matches!(app.stack()[0], Screen::Credentials(_)));
    let mut reads: Vec<String> =
        driver.live.values().filter(|job| !job.is_write()).map(|job| format!("{job:?}")).collect();
    let all = reads.len();
    reads.sort();
    reads.dedup();
    prop_assert_eq!(reads.len(), all, "two live reads of one value: {:#?}", driver.live);
    let tests = driver.live.values().filter(|job| matches!(job, Job::Test { .. })).count();
    prop_assert!(tests <= 1, "{} logins are tested at once", tests);
    prop_assert_eq!(app.running_writes(), driver.live.values().filter(|job| job.is_write()).count());
    prop_assert_eq!(app.is_waiting(), !driver.live.is_empty());
    let frame = driver.frame(size.0, size.1);
    prop_assert!(is_revealed(app) || !frame.contains(CANARY), "{}", frame);
    prop_assert!(!format!("{app:?}{:?}", driver.asked).contains(CANARY), "Debug tells a password");
    Ok(())
}

fn writes(driver: &Driver) -> usize {
    driver.asked.iter().filter(|effect| matches!(effect, Effect::Start { job, .. } if job.is_write())).count()
}

thread_local! {
    static BEGINNINGS: Vec<Driver> = fixtures::all().into_iter().map(|(_, driver)| driver).collect();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_program_stands_and_tells_no_password(
        begin in 0usize..1000,
        steps in prop::collection::vec((0u8..22, 0usize..100_000), 1..60),
        size in (1u16..110, 1u16..45),
    ) {
        let mut driver = BEGINNINGS.with(|all| all[begin % all.len()].clone());
        let mut old = Vec::new();
        for (kind, pick) in steps {
            step(&mut driver, kind, pick, &mut old);
            check(&driver, size)?;
            if driver.app.leaving() == Leaving::Now {
                break;
            }
        }
    }

    #[test]
    fn enter_and_moving_about_write_nothing_from_anywhere(
        begin in 0usize..1000,
        keys in prop::collection::vec(prop::sample::select(vec!["enter", "down", "up", "esc", "pagedown", "g"]), 1..40),
    ) {
        let mut driver = BEGINNINGS.with(|all| all[begin % all.len()].clone());
        // If the confirming button already has the focus, Enter answers the question.
        prop_assume!(!["[ Delete ACR ]", "[ Restart ]"].iter().any(|button| driver.sight().contains(button)));
        let before = writes(&driver);
        for key in keys {
            driver.press(key);
            let test = driver.live.iter().find(|(_, job)| matches!(job, Job::Test { .. })).map(|(id, _)| *id);
            if let Some(id) = test {
                driver.finish(id, Outcome::Tested(tested(Verdict::Pass)));
            }
            driver.answer_everything();
        }
        prop_assert_eq!(before, writes(&driver));
    }

    /// What text must never do: write, remove, sign out, or change the stored values in the keyring.
    #[test]
    fn nothing_that_text_can_hold_writes_from_anywhere(
        begin in 0usize..1000,
        keys in prop::collection::vec(prop::sample::select(text_keys()), 1..80),
        pass in any::<bool>(),
    ) {
        let mut driver = BEGINNINGS.with(|all| all[begin % all.len()].clone());
        driver.press("~"); // a question whose button already has the focus is disarmed
        let before = changes(&driver);
        for key in keys {
            driver.press(&key);
            let test = driver.live.iter().find(|(_, job)| matches!(job, Job::Test { .. })).map(|(id, _)| *id);
            if let Some(id) = test {
                driver.finish(id, Outcome::Tested(tested(if pass { Verdict::Pass } else { Verdict::Inconclusive })));
            }
            driver.answer_everything();
            if driver.app.leaving() == Leaving::Now {
                break;
            }
        }
        prop_assert_eq!(before, changes(&driver));
    }
}

/// Every key that typed text can contain, Enter and Tab more often.
fn text_keys() -> Vec<String> {
    let often = ["enter", "tab", "enter", "tab", "shift-tab", "backspace", "space", "s", "w", "d", "R", "e", "a", "r"];
    let letters = ('!'..='~').map(|c| c.to_string());
    often.iter().cycle().take(60).map(|key| (*key).to_owned()).chain(letters).collect()
}

/// The jobs that change something on GitHub or in the keyring.
fn changes(driver: &Driver) -> usize {
    let is_change = |job: &Job| {
        let of_the_keyring = matches!(job, Job::Local(LocalJob::Keep { .. } | LocalJob::Forget { .. }));
        job.is_write() || of_the_keyring || *job == Job::SignOut
    };
    driver.asked.iter().filter(|effect| matches!(effect, Effect::Start { job, .. } if is_change(job))).count()
}

#[test]
fn messages_that_carry_a_password_do_not_tell_it() {
    let mut driver = fixtures::bare();
    driver.keys("n enter enter tab tab");
    let msg = Msg::Paste(CANARY.into());
    assert!(!format!("{msg:?}").contains(CANARY));
    driver.send(msg);
    for c in CANARY.chars().filter(char::is_ascii_uppercase) {
        let press = Msg::Key(KeyPress(KeyEvent::new(KeyCode::Char(c), KeyModifiers::SHIFT)));
        assert!(!format!("{press:?}").contains(&format!("'{c}'")), "{press:?}");
    }
}
