//! A typist who is a stranger, as messages: seeded walks that type values into the wrong field and one field too far,
//! press Enter everywhere, try again after a refusal and leave in the middle. Every write that a key begins is held
//! against the very screen it was agreed to on.

use super::fixtures;
use super::world::{self, tested};
use super::*;
use crate::app::Leaving;
use crate::app::form::Form;
use crate::app::keymap::Keymap;
use crate::app::screens::wizard::Stage;
use crate::domain::Verdict;

const STEPS: usize = 12_000;
/// In one walk, which begins anew.
const WALK: usize = 300;
/// The first walk's; each walk adds its number.
const SEED: u64 = 0x5eed_0002;

const TEXTS: [&str; 9] =
    ["mycompany.azurecr.io", "sw-pull", "quay.io/acme/app:1", "acme/api", "d", "Restart", "w", "tomorrow", "ACR wader"];

const ARMED: [&str; 8] = [
    "[ Write ]",
    "[ Delete ",
    "[ Change access ]",
    "[ Take it back ]",
    "[ Grant alike ]",
    "[ Restart ]",
    "[ Stop ]",
    "[ Do the rest ]",
];

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % sides
    }

    fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.roll(texts.len())]
    }
}

struct Walk {
    seed: u64,
    dice: Dice,
    driver: Driver,
    /// The screen before the last Enter, where a button was armed on it.
    agreed: Vec<String>,
    writes: usize,
}

fn form_of(screen: &Screen) -> Option<&Form> {
    match screen {
        Screen::LoginTest(state) => Some(&state.form),
        Screen::Wizard(state) => match state.stage() {
            Stage::Registry | Stage::Where { .. } => None,
            Stage::Values(plan) | Stage::Access(plan) | Stage::Test(plan) => Some(&plan.form),
            Stage::Review(review) => Some(&review.plan.form),
        },
        _ => None, // no form
    }
}

fn forms(app: &App) -> Vec<&Form> {
    app.stack().iter().filter_map(form_of).collect()
}

impl Walk {
    fn start(seed: u64) -> Self {
        let driver = if seed.is_multiple_of(3) { fixtures::bare() } else { Driver::ready() };
        let dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        Self { seed, dice, driver, agreed: Vec::new(), writes: 0 }
    }

    fn fail(&self, why: &str) -> ! {
        panic!("seed {:#x}: {why}\n{}", self.seed, self.driver.sight());
    }

    /// One key, with what holds of every key.
    fn press(&mut self, name: &str) {
        let is_enter = name == "enter";
        let before = is_enter.then(|| self.driver.sight());
        let armed = before.filter(|sight| ARMED.iter().any(|button| sight.contains(button)));
        let (was_unsaved, notice, title) = (self.is_unsaved(), self.driver.notice(), self.driver.title());
        let typed = self.typed_into();
        let text = Keymap::shipped().action(KeyPress(key(name))).is_none() || name.len() == 1;
        self.agreed.extend(armed.clone());
        let effects = self.driver.press(name);
        for effect in effects {
            let Effect::Start { job, .. } = effect else { continue };
            if !job.is_write() {
                continue;
            }
            self.writes += 1;
            let Some(sight) = &armed else { self.fail(&format!("«{name}» alone begins {job:?}")) };
            self.is_named(&job, sight);
        }
        if let (Some(before), true) = (typed, text && name.chars().count() == 1) {
            let after = self.typed_into();
            let is_told = !self.driver.notice().is_empty();
            if after.as_ref() == Some(&before) && !is_told {
                self.fail(&format!("«{name}» was typed into a field and is not there"));
            }
        }
        let has_left = self.driver.app.leaving() == Leaving::Now;
        let may_go =
            notice.contains("not saved") || title == "Quit" || has_left || self.driver.app.running_writes() > 0;
        if was_unsaved && !self.is_unsaved() && !may_go && !["backspace", "ctrl-u"].contains(&name) {
            self.fail(&format!("«{name}» lost what was typed, unasked; it said {notice:?}"));
        }
    }

    /// Whether something stands in a form that leaving would lose.
    fn is_unsaved(&self) -> bool {
        let is_form = |screen: &&Screen| matches!(screen, Screen::LoginTest(_) | Screen::Wizard(_));
        self.driver.app.stack().iter().filter(is_form).any(Screen::is_unsaved)
    }

    /// What stands in the fields, while one of them has the focus.
    fn typed_into(&self) -> Option<Vec<Sensitive>> {
        let is_form = match self.driver.app.top() {
            Screen::LoginTest(_) => true,
            Screen::Wizard(state) => matches!(state.stage(), Stage::Values(_)),
            _ => false, // no form
        };
        if !is_form || self.driver.app.room == crate::app::Room::TooSmall || !self.driver.app.facade().typing {
            return None;
        }
        let form = forms(&self.driver.app).pop()?;
        Some(form.slots().into_iter().filter_map(|slot| Some(form.field(slot)?.value())).collect())
    }

    fn is_named(&self, job: &Job, sight: &str) {
        let names: Vec<String> = match job {
            Job::Save(draft) => vec![draft.prefix.to_string()],
            Job::ChangeAccess(change) => vec![change.prefix.to_string()],
            Job::Delete { prefix, .. } => vec![prefix.to_string()],
            Job::RestoreAccess(before) => vec![before.prefix.to_string()],
            Job::ChangeCodespaces(_) => vec!["Restart".to_owned()],
            _ => Vec::new(), // no write
        };
        if !names.iter().all(|name| sight.contains(name) || sight.contains("[ Stop ]")) {
            self.fail(&format!("{job:?} was not named on\n{sight}"));
        }
    }

    fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            let name = match c {
                ' ' => "space".to_owned(),
                '\t' => "tab".to_owned(),
                '\r' => "enter".to_owned(),
                c => c.to_string(),
            };
            self.press(&name);
        }
    }

    fn step(&mut self) {
        let text = self.dice.one_of(&TEXTS);
        match self.dice.roll(24) {
            0..=3 => self.type_text(text),
            4 => {
                let password = self.dice.one_of(&TEXTS);
                self.type_text(&format!("{text}\t{password}\r"));
            }
            5..=8 => self.press("enter"),
            9..=10 => self.press("tab"),
            11 => self.press("esc"),
            12 => {
                let key =
                    self.dice.one_of(&["up", "down", "down", "shift-tab", "left", "backspace", "ctrl-u", "space"]);
                self.press(key);
            }
            13..=16 => {
                let keys =
                    ["n", "t", "a", "r", "d", "s", "w", "u", "m", "4", "R", "1", "5", "j", "G", "A", "/", "v", "?"];
                let key = self.dice.one_of(&keys);
                self.press(key);
            }
            17..=18 => {
                self.press("right");
                if self.dice.roll(2) == 0 {
                    self.press("enter");
                }
            }
            19 => {
                let key = self.dice.one_of(&["q", "ctrl-c"]);
                self.press(key);
            }
            20 => self.type_text("\r\r\r"),
            21 => {
                let (columns, rows) = [(30, 8), (40, 10), (120, 40)][self.dice.roll(3)];
                self.driver.look_at(columns, rows);
            }
            _ => self.answer(),
        }
    }

    /// The world answers what it was asked; a write that goes on by itself was agreed to before.
    fn answer(&mut self) {
        self.driver.answer_everything();
        let Some((id, job)) = self.driver.live.iter().next().map(|(id, job)| (*id, job.clone())) else { return };
        let outcome = match &job {
            Job::Test { .. } => Outcome::Tested(tested([Verdict::Pass, Verdict::Fail][self.dice.roll(2)])),
            Job::ChangeCodespaces(changes) => {
                Outcome::CodespacesChanged(changes.iter().map(|change| spaces::step(change, 3)).collect())
            }
            Job::SignOut => Outcome::SignedOut(Ok(true)),
            write if write.is_write() => {
                let fails = self.dice.roll(3) == 0;
                let outcome = |_| if fails { WriteOutcome::Failed(world::no_network()) } else { WriteOutcome::Updated };
                world::ended(write, Ok(world::saved(write, outcome)))
            }
            _ => return, // an errand of this machine
        };
        let effects = self.driver.finish(id, outcome);
        for effect in effects {
            if let Effect::Start { job, .. } = effect
                && job.is_write()
                && self.agreed.is_empty()
            {
                self.fail(&format!("{job:?} went on by itself"));
            }
        }
    }
}

#[test]
fn whatever_a_stranger_types_only_an_armed_button_writes_and_nothing_typed_is_lost() {
    let (mut steps, mut writes, mut number) = (0, 0, 0);
    while steps < STEPS {
        let mut walk = Walk::start(SEED + number);
        number += 1;
        for _ in 0..WALK {
            steps += 1;
            walk.step();
            if walk.driver.app.leaving() == Leaving::Now {
                break;
            }
        }
        writes += walk.writes;
    }
    assert!(writes > 4, "{writes} writes in {steps} steps show too little");
}
