//! The stranger of `tests/support/stranger.rs` at the state machine: seeded walks with the responses of a world. Every
//! write is compared with the very question that was on the screen: which credential, which scope, which repositories,
//! which members. Typed text is in the field it was typed into and in no other; a form is left by Enter only in its
//! last field and never by Backspace; whatever takes text is visible.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;

use ratatui::style::Modifier;

use super::deeds::{deeds, kind};
use super::fixtures;
use super::in_view::is_invited;
use super::question::{Agreed, Question};
use super::stranger::{Doing, Stranger, steps};
use super::world::{self, tested};
use super::*;
use crate::app::form::{Form, Slot};
use crate::app::screens::login_test::Focus;
use crate::app::screens::wizard::Stage;
use crate::app::{Leaving, Room};
use crate::domain::{Member, Verdict};

/// The steps of all walks together; `PULLKEY_STEPS` sets more.
const STEPS: usize = 3_000;
/// In this many steps, every kind is written often.
const ENOUGH: usize = 20_000;
/// The steps of one walk; the next one starts over.
const WALK: usize = 300;
/// The seed of the first walk; each walk adds its number. A failure prints the seed of its walk.
const SEED: u64 = 0x5eed_0002;
/// This many writes have to be reached then, and a twentieth of them of each kind.
const WRITES: usize = 150;

/// The size at which every question fits.
const LARGE: (u16, u16) = (112, 60);

struct Walk {
    seed: u64,
    stranger: Stranger,
    driver: Driver,
    /// Whether the screen is too small for anything.
    is_tiny: bool,
    agreed: Agreed,
    writes: BTreeMap<&'static str, usize>,
    /// What was done, for the report of a failure.
    done: Vec<String>,
}

/// The form on the screen in which you are typing or could type.
fn form_of(screen: &Screen) -> Option<&Form> {
    match screen {
        Screen::LoginTest(state) => (state.focus == Focus::Form).then_some(&state.form),
        Screen::Wizard(state) => match state.stage() {
            Stage::Values(plan) => Some(&plan.form),
            Stage::Registry | Stage::Where { .. } | Stage::Access(_) | Stage::Test(_) | Stage::Review(_) => None,
        },
        _ => None, // no form
    }
}

/// What a person who types sees of a form: the focus, and the text of each field.
#[derive(Clone, Debug, PartialEq)]
struct Standing {
    focus: Slot,
    values: Vec<(Slot, Sensitive)>,
    /// What pressing Enter here would request.
    mends: bool,
}

impl Walk {
    fn start(seed: u64) -> Self {
        let driver = if seed.is_multiple_of(5) { fixtures::bare() } else { Driver::ready() };
        let (agreed, writes, done) = (Agreed::default(), BTreeMap::new(), Vec::new());
        Self { seed, stranger: Stranger::new(seed), driver, is_tiny: false, agreed, writes, done }
    }

    fn fail(&self, why: &str) -> ! {
        let last = &self.done[self.done.len().saturating_sub(25)..];
        panic!("seed {:#x}, step {}: {why}\nafter {last:?}\n{}", self.seed, self.done.len(), self.driver.sight());
    }

    fn standing(&self) -> Option<Standing> {
        let app = &self.driver.app;
        let form = form_of(app.top()).filter(|_| app.room == Room::Enough && app.available_actions().typing)?;
        let values = form.slots().into_iter().filter_map(|slot| Some((slot, form.field(slot)?.value()))).collect();
        Some(Standing { focus: form.focus, values, mends: form.mend().is_some() })
    }

    fn place(&self) -> (usize, String, Option<String>) {
        let step = match self.driver.app.top() {
            Screen::Wizard(state) => Some(format!("{:?}", state.step())),
            _ => None, // one step
        };
        (self.driver.app.stack().len(), self.driver.title(), step)
    }

    /// One key, with everything that holds for every key.
    fn press(&mut self, name: &str) {
        let question = (name == "enter").then(|| Question::armed(&self.driver.frame(LARGE.0, LARGE.1))).flatten();
        let (place, standing, title) = (self.place(), self.standing(), self.driver.title());
        let (was_unsaved, notice, ends) = (self.is_unsaved(), self.driver.notice(), self.refused_end());
        let was_typing = self.driver.app.available_actions().typing;
        let is_seen = question.is_some();
        // Writes begin only here, so the previous state has to be known only then.
        let before = is_seen.then(|| self.driver.app.clone());
        if let Some(question) = question {
            self.agreed.to(question);
        }
        for effect in self.driver.press(name) {
            if let Effect::Start { job, .. } = effect
                && job.is_write()
            {
                let Some(before) = &before else { self.fail(&format!("“{name}” alone begins {job:?}")) };
                *self.writes.entry(kind(&job, &title)).or_default() += 1;
                self.is_named(before, &job);
            }
        }
        if let Some(standing) = standing {
            self.typed(name, &standing);
        }
        if name == "backspace" && !was_typing && self.place() != place && place.1 != "Quit" {
            self.fail(&format!("Backspace led from {place:?} to {:?}", self.place()));
        }
        if name == "enter" && ends && !self.driver.app.available_actions().typing {
            self.fail("Enter left a field whose text is not understood");
        }
        self.keeps(name, was_unsaved, (&notice, &title));
    }

    fn is_named(&mut self, before: &App, job: &Job) {
        for deed in deeds(before, job) {
            if let Err(why) = self.agreed.take(&deed) {
                self.fail(&why);
            }
        }
    }

    /// Whether the question for the password's expiry contains text that is not understood, and has the focus.
    fn refused_end(&self) -> bool {
        let Screen::Wizard(state) = self.driver.app.top() else { return false };
        let Stage::Review(review) = state.stage() else { return false };
        review.plan.ends.is_focused() && review.plan.unreadable_end(noon()).is_some()
    }

    /// A key in a form edits the focused field or moves around, and changes no other field.
    fn typed(&self, name: &str, before: &Standing) {
        let Some(after) = self.standing() else {
            let is_last = before.values.last().is_some_and(|(slot, _)| *slot == before.focus);
            if name == "enter" && !is_last {
                self.fail(&format!("Enter in {:?}, which is not the last field, left the form", before.focus));
            }
            return;
        };
        let value = |standing: &Standing, slot: Slot| {
            standing.values.iter().find(|(at, _)| *at == slot).map(|(_, value)| value.clone())
        };
        let is_text = name.chars().count() == 1 || name == "space";
        let empty = || Sensitive::new("");
        let old = value(before, before.focus).unwrap_or_else(empty);
        let now = value(&after, before.focus).unwrap_or_else(empty);
        if is_text && now.len() != old.len() + name.replace("space", " ").len() {
            self.fail(&format!("“{name}” was typed into {:?} and is not there", before.focus));
        }
        let edits = is_text || ["backspace", "ctrl-u"].contains(&name) || before.mends && name == "enter";
        if !edits && now != old && before.focus != Slot::Prefix {
            self.fail(&format!("“{name}” changed {:?}", before.focus));
        }
        for (slot, held) in before.values.iter().filter(|(slot, _)| *slot != before.focus && *slot != Slot::Prefix) {
            let is_same = value(&after, *slot).is_none_or(|now| now == *held);
            if !is_same && !before.mends {
                self.fail(&format!("“{name}” in {:?} changed {slot:?}", before.focus));
            }
        }
        let slots: Vec<Slot> = after.values.iter().map(|(slot, _)| *slot).collect();
        let at = slots.iter().position(|slot| *slot == before.focus);
        let next = at.and_then(|at| slots.get(at + 1));
        if name == "enter" && next.is_some() && next != Some(&after.focus) && !before.mends {
            self.fail(&format!("Enter led from {:?} to {:?}", before.focus, after.focus));
        }
    }

    /// Typed text is lost only after a warning, or by deleting it.
    fn keeps(&self, name: &str, was_unsaved: bool, (notice, title): (&str, &str)) {
        let has_left = self.driver.app.leaving() == Leaving::Now;
        let may_go = notice.contains("not saved") || title == "Quit" || self.driver.app.running_writes() > 0;
        if has_left && was_unsaved && title != "Quit" {
            self.fail(&format!("“{name}” left pullkey with what was typed, unasked"));
        }
        if was_unsaved && !self.is_unsaved() && !may_go && !has_left && !["backspace", "ctrl-u"].contains(&name) {
            self.fail(&format!("“{name}” lost what was typed, unasked; it said {notice:?}"));
        }
    }

    /// Whether leaving would lose something in a form.
    fn is_unsaved(&self) -> bool {
        let is_form = |screen: &&Screen| matches!(screen, Screen::LoginTest(_) | Screen::Wizard(_));
        self.driver.app.stack().iter().filter(is_form).any(Screen::is_unsaved)
    }

    /// Whatever takes text has its cursor in a visible field, at every size with room for it.
    fn is_in_view(&self) {
        let app = &self.driver.app;
        if app.room != Room::Enough || !app.available_actions().typing || matches!(app.top(), Screen::Quit(_)) {
            return;
        }
        for (columns, rows) in [(40, 10), (80, 24)] {
            let (buffer, cursor) = self.driver.buffer(columns, rows, &look());
            let is_field = |at: Position| buffer[at].modifier.contains(Modifier::UNDERLINED);
            if !cursor.is_some_and(is_field) && !is_invited(&self.driver, (columns, rows)) {
                self.fail(&format!("what takes text is not seen at {columns}×{rows}"));
            }
        }
    }

    fn hides(&self) {
        let frame = self.driver.sight();
        if frame.contains(CANARY) || self.driver.notice().contains(CANARY) {
            self.fail("the password is to be seen");
        }
    }

    /// The text in every field of every screen.
    fn all_fields(&self) -> Vec<Sensitive> {
        let mut app = self.driver.app.clone();
        app.stack.iter_mut().flat_map(Screen::fields).map(|field| field.value()).collect()
    }

    fn type_text(&mut self, text: &str) {
        self.is_in_view();
        let before = self.is_tiny.then(|| self.all_fields());
        for c in text.chars() {
            let name = match c {
                ' ' => "space".to_owned(),
                '\t' => "tab".to_owned(),
                '\r' => "enter".to_owned(),
                c => c.to_string(),
            };
            self.press(&name);
        }
        if before.is_some_and(|before| before != self.all_fields()) {
            self.fail("a field was typed into while nothing had room on the screen");
        }
    }

    fn is_at_password(&self) -> bool {
        self.standing().is_some_and(|standing| standing.focus == Slot::Member(Member::Password))
    }

    fn give_password(&mut self) {
        if self.is_at_password() {
            self.press("ctrl-u");
            self.type_text(CANARY);
            self.hides();
        }
    }

    /// Revealed text is gone with the key that empties the field, and what follows is masked.
    fn reveal(&mut self) {
        self.give_password();
        if !self.is_at_password() {
            return;
        }
        self.press("f2");
        for key in ["ctrl-u", "K"] {
            self.press(key);
            self.hides();
        }
        self.press("backspace");
        self.press("f2");
        self.driver.paste(CANARY);
        self.hides();
    }

    fn step(&mut self) {
        let doing = self.stranger.next();
        self.done.push(format!("{doing:?}"));
        match doing {
            Doing::Press(key) => self.press(key),
            Doing::Type { text, slowly: _ } => self.type_text(text),
            Doing::Manage(text) => self.type_text(&format!("{text}\tsw-pull\r")),
            Doing::Paste { text, in_brackets } => {
                let end = if in_brackets { "" } else { "\n" };
                let was_unsaved = self.is_unsaved();
                let effects = self.driver.paste(&format!("{text}{end}"));
                if was_unsaved && !self.is_unsaved() && self.driver.app.running_writes() == 0 {
                    self.fail("a paste lost what was typed");
                }
                if effects.iter().any(|effect| matches!(effect, Effect::Start { job, .. } if job.is_write())) {
                    self.fail("a paste writes");
                }
            }
            Doing::Password => self.give_password(),
            Doing::Reveal => self.reveal(),
            Doing::Resize(columns, rows) => {
                self.is_tiny = columns < 40;
                self.driver.look_at(columns, rows);
            }
            Doing::Wait => self.answer(),
        }
    }

    /// The world answers requests; jobs that go on by themselves were named in an earlier question.
    fn answer(&mut self) {
        self.driver.answer_everything();
        let Some((id, job)) = self.driver.live.iter().next().map(|(id, job)| (*id, job.clone())) else { return };
        let pick = self.stranger.dice.roll(12);
        let outcome = match &job {
            Job::Test { .. } => Outcome::Tested(tested([Verdict::Pass, Verdict::Fail][pick % 2])),
            Job::ChangeCodespaces(changes) => {
                Outcome::CodespacesChanged(changes.iter().map(|change| spaces::step(change, 3)).collect())
            }
            Job::SignOut => Outcome::SignedOut(Ok(true)),
            write if write.is_write() => {
                let outcome = |member: Member| match (write, pick) {
                    (_, 0) => WriteOutcome::Failed(world::no_network()),
                    (_, 1..=3) if member as usize == pick - 1 => WriteOutcome::Failed(world::no_network()),
                    (Job::Delete { .. }, _) => WriteOutcome::Deleted,
                    _ => WriteOutcome::Updated,
                };
                world::ended(write, Ok(world::saved(write, outcome)))
            }
            _ => return, // a local job
        };
        let before = self.driver.app.leaving();
        let effects = self.driver.finish(id, outcome);
        if before == Leaving::No && self.driver.app.leaving() != Leaving::No {
            self.fail("pullkey is left at the end of a job, though nobody waits for that");
        }
        for effect in effects {
            if let Effect::Start { job, .. } = effect
                && job.is_write()
            {
                let now = self.driver.app.clone();
                self.is_named(&now, &job);
            }
        }
    }
}

/// Walks to its end, or to a failure.
fn walk(seed: u64, steps: usize) -> (usize, BTreeMap<&'static str, usize>) {
    let mut walk = Walk::start(seed);
    for step in 1..=steps {
        walk.step();
        if walk.driver.app.leaving() == Leaving::Now {
            return (step, walk.writes);
        }
    }
    (steps, walk.writes)
}

#[test]
fn whatever_a_stranger_types_only_what_its_question_names_is_written_and_nothing_typed_is_lost() {
    let wanted = steps(STEPS);
    let (mut steps, mut number, mut wrong) = (0, 0, 0);
    let mut writes: BTreeMap<&str, usize> = BTreeMap::new();
    while steps < wanted {
        // A failed walk reports why and does not stop the others.
        let found = std::panic::catch_unwind(|| walk(SEED + number, WALK.min(wanted - steps)));
        wrong += usize::from(found.is_err());
        let (walked, wrote) = found.unwrap_or((WALK, BTreeMap::new()));
        steps += walked;
        for (kind, times) in wrote {
            *writes.entry(kind).or_default() += times;
        }
        number += 1;
    }
    println!("{steps} steps in {number} walks wrote {writes:?}");
    assert_eq!(wrong, 0, "of {number} walks so many went wrong");
    assert!(!writes.is_empty(), "nothing was written");
    if wanted < ENOUGH {
        return;
    }
    assert!(writes.values().sum::<usize>() >= WRITES, "{writes:?}");
    for kind in ["save", "rotate", "access", "undo", "delete", "codespaces"] {
        assert!(writes.get(kind).is_some_and(|times| *times >= WRITES / 20), "too little of “{kind}”: {writes:?}");
    }
}
