//! The whole state machine, driven like a person and a network would: keys and responses in, effects and frames out.
//!
//! Nothing here waits, reads a clock or opens a connection. [`Driver`] keeps its own record of running jobs, so that it
//! notices a second read of the same value and a response nobody waits for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod access;
pub mod again;
mod anything;
mod deeds;
mod ends;
mod everywhere;
pub mod filling;
pub mod fixtures;
mod in_view;
mod keys;
mod leaving;
mod loading;
mod lone;
mod pictures;
#[allow(dead_code, reason = "each walk uses its part")]
#[path = "../../../tests/support/question.rs"]
mod question;
mod refusals;
mod renaming;
mod seamless;
pub mod signing;
pub mod spaces;
#[path = "../../../tests/support/stranger.rs"]
mod stranger;
mod typist;
pub mod world;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeZone, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::{Backend, TestBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::keymap::KeyPress;
use super::protocol::{Effect, Job, JobId, Msg, Outcome, Part, Timer};
use super::screens::Screen;
use super::world::Start;
use super::{App, Look, draw};
use crate::domain::{Problem, Saved, Scope, Sensitive, WriteOutcome};
use crate::ui::{Glyphs, Memory, Theme};

/// A password that must never show up where it does not belong.
pub const CANARY: &str = "Zq7-canary-9wK";

pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap()
}

/// A key by the name the footer gives it.
pub fn key(name: &str) -> KeyEvent {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        let modifiers = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
        return KeyEvent::new(KeyCode::Char(c), modifiers);
    }
    match name {
        "space" => KeyEvent::new(KeyCode::Char(' '), KeyModifiers::NONE),
        "shift-tab" => KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT),
        _ => {
            let parsed = crokey::parse(name).unwrap();
            KeyEvent::new(*parsed.codes.first(), parsed.modifiers)
        }
    }
}

/// A person at the keyboard, and the world that responds.
#[derive(Clone, Debug)]
pub struct Driver {
    pub app: App,
    /// Everything that was ever requested, in order.
    pub asked: Vec<Effect>,
    /// The running jobs.
    pub live: BTreeMap<JobId, Job>,
    pub timers: Vec<Timer>,
}

impl Driver {
    pub fn start(start: Start) -> Self {
        let (app, effects) = App::new(start, noon());
        let mut driver = Self { app, asked: Vec::new(), live: BTreeMap::new(), timers: Vec::new() };
        driver.book(&effects);
        driver
    }

    /// In the clone of acme/api, with everything read.
    pub fn ready() -> Self {
        let mut driver = Self::start(world::here());
        driver.answer_everything();
        driver.expire_notices();
        driver
    }

    /// Answers every read from [`world`] until nothing is left to answer.
    pub fn answer_everything(&mut self) {
        while let Some((id, outcome)) =
            self.live.iter().find_map(|(id, job)| world::answer(job).map(|outcome| (*id, outcome)))
        {
            self.finish(id, outcome);
        }
    }

    pub fn send(&mut self, msg: Msg) -> Vec<Effect> {
        let effects = self.app.update(noon(), msg);
        self.book(&effects);
        effects
    }

    fn book(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Start { id, job } => assert!(self.live.insert(*id, job.clone()).is_none(), "an id twice"),
                Effect::Cancel(id) => {
                    let job = self.live.remove(id).expect("cancels what does not run");
                    assert!(!job.is_write(), "a write was cancelled");
                }
                Effect::After { timer, .. } => self.timers.push(*timer),
                Effect::Copy(_)
                | Effect::OpenUrl(_)
                | Effect::StopWaiting
                | Effect::RefreshGh { .. }
                | Effect::Suspend
                | Effect::Quit => {}
            }
        }
        self.asked.extend(effects.iter().cloned());
    }

    pub fn press(&mut self, name: &str) -> Vec<Effect> {
        self.send(Msg::Key(KeyPress(key(name))))
    }

    /// Presses keys one after another, their names separated by spaces.
    pub fn keys(&mut self, names: &str) -> Vec<Effect> {
        names.split(' ').flat_map(|name| self.press(name)).collect()
    }

    pub fn type_text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.send(Msg::Key(KeyPress(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))));
        }
        self
    }

    pub fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.send(Msg::Paste(Sensitive::new(text)))
    }

    pub fn finish(&mut self, id: JobId, outcome: Outcome) -> Vec<Effect> {
        self.live.remove(&id);
        self.send(Msg::Finished { id, outcome })
    }

    pub fn part(&mut self, id: JobId, part: Part) -> Vec<Effect> {
        self.send(Msg::Part { id, part })
    }

    /// The running job this selects; there must be exactly one.
    pub fn running(&self, wanted: impl Fn(&Job) -> bool) -> JobId {
        let found: Vec<JobId> = self.live.iter().filter(|(_, job)| wanted(job)).map(|(id, _)| *id).collect();
        assert_eq!(found.len(), 1, "{:?}", self.live);
        found[0]
    }

    pub fn reading(&self, scope: &Scope) -> JobId {
        self.running(|job| matches!(job, Job::LoadScope(s) if s == scope))
    }

    pub fn testing(&self) -> JobId {
        self.running(|job| matches!(job, Job::Test { .. }))
    }

    pub fn writing(&self) -> JobId {
        self.running(Job::is_write)
    }

    /// The write that was started last.
    pub fn last_write(&self) -> Job {
        let writes = self.asked.iter().rev().filter_map(|effect| match effect {
            Effect::Start { job, .. } if job.is_write() => Some(job.clone()),
            _ => None,
        });
        writes.into_iter().next().expect("nothing was written")
    }

    pub fn has_written(&self) -> bool {
        self.asked.iter().any(|effect| matches!(effect, Effect::Start { job, .. } if job.is_write()))
    }

    /// Ends the running write with everything done and the list read back.
    pub fn write_succeeds(&mut self) {
        let (id, job) = (self.writing(), self.last_write());
        let saved = world::saved(&job, |_| WriteOutcome::Created);
        self.finish(id, world::ended(&job, Ok(saved)));
    }

    pub fn write_ends(&mut self, result: Result<Saved, Problem>) {
        let (id, job) = (self.writing(), self.last_write());
        self.finish(id, world::ended(&job, result));
    }

    /// Nothing is typed for a moment.
    pub fn quiet(&mut self) -> Vec<Effect> {
        let timers = std::mem::take(&mut self.timers);
        let (quiet, others) = timers.into_iter().partition(|timer| matches!(timer, Timer::Quiet(_)));
        self.timers = others;
        quiet.into_iter().flat_map(|timer| self.send(Msg::Timer(timer))).collect()
    }

    pub fn expire_notices(&mut self) {
        for timer in std::mem::take(&mut self.timers) {
            if matches!(timer, Timer::Notice(_)) {
                self.send(Msg::Timer(timer));
            }
        }
    }

    pub fn notice(&self) -> String {
        self.app.notices.newest().map(|notice| notice.text.clone()).unwrap_or_default()
    }

    pub fn title(&self) -> String {
        self.app.top().title()
    }

    pub fn wizard(&self) -> &super::screens::wizard::State {
        match self.app.top() {
            Screen::Wizard(state) => state,
            other => panic!("not in the wizard but at {}", other.title()),
        }
    }

    pub fn step(&self) -> super::screens::wizard::Step {
        self.wizard().step()
    }

    /// The frame of a screen of this size.
    pub fn frame(&self, width: u16, height: u16) -> String {
        self.drawn(width, height, &look()).0
    }

    /// Draws the screen, so that texts know how far they scroll.
    pub fn look_at(&mut self, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut memory = Memory::default();
        terminal.draw(|frame| draw::draw(&self.app, frame, &mut memory, &look())).unwrap();
        self.app.drawn(&memory);
        let cursor = terminal.backend_mut().get_cursor_position().unwrap();
        format!("{}\n{cursor}", text_of(terminal.backend().buffer()))
    }

    /// A large screen, with room for everything.
    pub fn sight(&self) -> String {
        self.frame(120, 40)
    }

    pub fn drawn(&self, width: u16, height: u16, look: &Look) -> (String, Option<Position>) {
        let (buffer, cursor) = self.buffer(width, height, look);
        (text_of(&buffer), cursor)
    }

    pub fn buffer(&self, width: u16, height: u16, look: &Look) -> (Buffer, Option<Position>) {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut memory = Memory::default();
        terminal.draw(|frame| draw::draw(&self.app, frame, &mut memory, look)).unwrap();
        let cursor = terminal.backend().cursor_visible().then(|| terminal.backend_mut().get_cursor_position().unwrap());
        (terminal.backend().buffer().clone(), cursor)
    }

    /// Asserts that the words are on a large screen, however lines are broken.
    pub fn says(&self, words: &str) -> &Self {
        let sight = self.sight();
        assert!(flat(&sight).contains(words), "“{words}” is not on the screen:\n{sight}");
        self
    }

    pub fn is_silent_about(&self, words: &str) -> &Self {
        let sight = self.sight();
        assert!(!flat(&sight).contains(words), "“{words}” is on the screen:\n{sight}");
        self
    }
}

/// The rows of a buffer without trailing blanks.
pub fn text_of(buffer: &Buffer) -> String {
    let area = buffer.area;
    let row = |y: u16| {
        let mut text = String::new();
        let mut skip = 0;
        for x in 0..area.width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                text.push_str(symbol);
            }
            skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1).max(usize::saturating_sub(skip, 1));
        }
        text.trim_end().to_owned()
    };
    (0..area.height).map(row).collect::<Vec<_>>().join("\n")
}

/// Both columns of a screen, each as continuous text.
fn flat(sight: &str) -> String {
    let halves = |side: usize| {
        let words: Vec<&str> =
            sight.lines().filter_map(|l| l.split('│').nth(side)).flat_map(str::split_whitespace).collect();
        words.join(" ")
    };
    format!("{}\n{}", halves(0), halves(1))
}

pub fn look() -> Look {
    Look { theme: Theme::named("default").unwrap(), glyphs: Glyphs::unicode() }
}

pub fn ascii() -> Look {
    Look { theme: Theme::named("mono").unwrap(), glyphs: Glyphs::ascii() }
}
