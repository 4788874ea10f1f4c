//! The state machine: messages in, effects out. No I/O, no clock, no terminal; drawing lives in the `view` files.

pub mod action;
pub mod buttons;
mod clock;
mod concerned;
pub mod context;
pub mod draw;
pub mod endings;
pub mod filter;
pub mod form;
pub mod header;
mod held;
pub mod history;
pub mod keymap;
pub mod ladder;
mod leaving;
pub mod local_job;
mod lone;
pub mod mending;
pub mod notices;
pub mod picker;
pub mod protocol;
mod reaching;
pub mod remote;
mod renaming;
pub mod repositories;
pub mod screens;
pub mod scroll;
pub mod seamless;
pub mod series;
pub mod spaces;
#[cfg(test)]
pub(crate) mod tests;
mod unsaved;
pub mod words;
pub mod world;
pub mod writing;

use chrono::{DateTime, TimeDelta, Utc};

use self::action::{Action, AvailableAction, EVERYWHERE};
use self::buttons::{is_of_text, stand_in};
use self::context::{AvailableActions, Navigation};
pub use self::context::{Context, RunningJobs};
use self::draw::SMALLEST;
pub use self::draw::{Canvas, Look};
use self::keymap::{KeyPress, Keymap};
pub use self::leaving::Leaving;
use self::lone::Lone;
use self::notices::{Notices, Tone};
use self::protocol::{Effect, JobId, Msg, Outcome, Part, Pointer};
use self::screens::Screen;
use self::unsaved::{How, UnsavedChanges};
use self::world::{Start, World};
use self::writing::report_orphan;
use crate::domain::ScopeKind;
use crate::domain::traffic::Pause;
use crate::ui::{Memory, mask_twins};

/// The whole program as a value.
#[derive(Clone, Debug)]
pub struct App {
    pub world: World,
    /// Never empty; the last is the visible one, the first is the list of credentials.
    stack: Vec<Screen>,
    pub notices: Notices,
    running_jobs: RunningJobs,
    /// The wall time of the last message.
    pub now: DateTime<Utc>,
    pub spin: usize,
    spinning: bool,
    /// Whether the countdown of a wait is ticking.
    counting: bool,
    is_left: bool,
    room: Room,
    /// The action that was just refused because it would lose what was typed; repeating it confirms.
    unsaved: Option<UnsavedChanges>,
    /// The letter that quits, while it may still be the beginning of text.
    lone: Lone,
}

/// What the last frame had room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    Enough,
    /// Only for the message that says so: keys type nothing into fields that are not visible.
    TooSmall,
}

/// Shorter waits are not shown.
const NOTICEABLE: TimeDelta = TimeDelta::seconds(1);

impl App {
    /// The program at its start, and its first requests.
    pub fn new(start: Start, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        let mut app = Self {
            world: World::new(start),
            stack: vec![Screen::Credentials(screens::credentials::State::default())],
            notices: Notices::default(),
            running_jobs: RunningJobs::default(),
            now,
            spin: 0,
            spinning: false,
            counting: false,
            is_left: false,
            room: Room::Enough,
            unsaved: None,
            lone: Lone::default(),
        };
        let mut effects = Vec::new();
        app.with_cx(&mut effects, |_, cx| {
            cx.load_everything();
            if let Some(greeting) = cx.world.greeting.clone() {
                cx.greet(greeting);
            }
            let several = cx.world.scopes.iter().any(|(scope, _)| scope.kind() == ScopeKind::Repository);
            if several && cx.world.here.is_none() {
                cx.greet("this clone has several GitHub remotes; choose one with --repo");
            }
        });
        app.keep_spinning(&mut effects);
        (app, effects)
    }

    /// Handles one message and returns what has to be done. `now` is the wall time.
    pub fn update(&mut self, now: DateTime<Utc>, msg: Msg) -> Vec<Effect> {
        self.now = now;
        let mut effects = Vec::new();
        let is_typed = matches!(msg, Msg::Key(_) | Msg::Paste(_));
        if matches!(msg, Msg::Paste(_) | Msg::Pointer(_) | Msg::Interrupt) {
            self.lone = Lone::Nothing;
            self.stay_after_all();
        }
        match msg {
            Msg::Key(key) => self.key(key, &mut effects),
            Msg::Paste(_) if self.room == Room::TooSmall => {}
            Msg::Paste(text) if matches!(self.top(), Screen::Quit(_)) => self.paste_in_question(&text, &mut effects),
            Msg::Paste(text) => {
                if let Some(screen) = self.stack.last_mut() {
                    screen.disarm();
                }
                let flow = self.with_cx(&mut effects, |screen, cx| screen.paste(&text, cx));
                self.follow(flow, &mut effects);
            }
            Msg::Pointer(pointer) => self.pointer(pointer, &mut effects),
            Msg::Timer(timer) => self.timer(timer, &mut effects),
            Msg::Part { id, part } => self.part(id, part, &mut effects),
            Msg::Finished { id, outcome } => self.finished(id, outcome, &mut effects),
            Msg::Traffic(traffic) => self.world.traffic(traffic),
            Msg::Returned(result) => self.returned(result, &mut effects),
            Msg::Told(told) => self.with_cx(&mut effects, |_, cx| match told {
                Ok(text) => cx.note(Tone::Good, text),
                Err(problem) => cx.note(Tone::Warn, format!("{}: {}; {}", problem.what, problem.why, problem.hint)),
            }),
            Msg::NoShell => self.with_cx(&mut effects, |_, cx| {
                cx.note(Tone::Info, "cannot suspend: no shell is waiting that could resume pullkey");
            }),
            Msg::Interrupt => self.interrupted(&mut effects),
        }
        for screen in &mut self.stack {
            screen.learn(&self.world);
        }
        if is_typed {
            mask_twins(self.stack.iter_mut().flat_map(Screen::fields).collect());
        }
        self.tell_ends(&mut effects);
        self.drop_unwanted(&mut effects);
        self.keep_spinning(&mut effects);
        self.keep_counting(&mut effects);
        effects
    }

    /// The visible screen.
    pub fn top(&self) -> &Screen {
        // The stack is never empty; the first screen only satisfies the compiler.
        self.stack.last().unwrap_or(&self.stack[0])
    }

    /// The screens from home to the visible one, for the line of tabs.
    pub fn stack(&self) -> &[Screen] {
        &self.stack
    }

    pub fn running_writes(&self) -> usize {
        self.running_jobs.writes()
    }

    /// What the visible screen knows and offers.
    pub fn available_actions(&self) -> AvailableActions {
        let mut available_actions = self.top().available_actions(&self.world, self.now);
        if matches!(self.top(), Screen::Quit(_)) {
            return available_actions;
        }
        for action in EVERYWHERE {
            if self.world.unavailable.contains(&action) {
                continue;
            }
            if !available_actions.offers.iter().any(|offer| offer.action == action) {
                let (tab, own) = header::open_tab(&self.stack);
                let there = header::TABS[tab].0 == action && self.stack.len() == own
                    || action == Action::SignIn && matches!(self.top(), Screen::SignIn(_));
                available_actions
                    .offers
                    .push(AvailableAction::new(action).unless(there.then_some("you are already there")));
            }
        }
        let idle = self.pause().is_none().then_some("nothing is waiting for GitHub's limits");
        available_actions.offers.push(AvailableAction::new(Action::StopWaiting).unless(idle));
        if self.offers_restart() && !available_actions.typing {
            available_actions.offers.push(AvailableAction::called(Action::Restart, "restart codespaces"));
        }
        self.guard(&mut available_actions);
        available_actions
    }

    /// Whether codespaces started before the last write, and the visible screen is not about them.
    fn offers_restart(&self) -> bool {
        !self.world.spaces.affected.is_empty()
            && !self.world.spaces.is_running()
            && !matches!(self.top(), Screen::Codespaces(_) | Screen::Help(_))
    }

    /// What the transport waits for, if worth showing: a very short wait would only flicker.
    pub fn pause(&self) -> Option<&Pause> {
        let pause = self.world.pause.as_ref()?;
        (self.counting || pause.until.signed_duration_since(self.now) >= NOTICEABLE).then_some(pause)
    }

    fn with_cx<T>(&mut self, effects: &mut Vec<Effect>, f: impl FnOnce(&mut Screen, &mut Context<'_>) -> T) -> T {
        self.at(self.stack.len() - 1, effects, f)
    }

    fn key(&mut self, key: KeyPress, effects: &mut Vec<Effect>) {
        self.notices.seen();
        let how = How { after: self.stay_after_all(), by_letter: key.character().is_some() };
        if self.is_more_of_text(key, effects) {
            return;
        }
        if matches!(self.top(), Screen::Quit(_)) {
            return self.key_in_question(key, effects);
        }
        if self.room == Room::TooSmall {
            return self.key_unseen(key, effects);
        }
        let available_actions = self.available_actions();
        let action = Keymap::shipped().action(key);
        if is_of_text(key, action)
            && let Some(screen) = self.stack.last_mut()
        {
            screen.disarm();
        }
        let is_text = available_actions.typing && self.with_cx(effects, |screen, cx| screen.text_key(key, cx));
        if is_text {
            return;
        }
        match action {
            Some(Action::Quit) => self.key_to_leave(key, effects),
            Some(action) => self.act(action, how, &available_actions, effects),
            None => self.with_cx(effects, |_, cx| {
                let help = Keymap::shipped().key(Action::Help, available_actions.typing).unwrap_or_default();
                let name = key.character().map_or("this key".to_owned(), |c| format!("“{c}”"));
                cx.note(Tone::Info, format!("{name} does nothing; {help} shows every key"));
            }),
        }
    }

    fn act(&mut self, action: Action, how: How, available_actions: &AvailableActions, effects: &mut Vec<Effect>) {
        let action = stand_in(action, &available_actions.offers);
        let offer = available_actions.offers.iter().find(|offer| offer.action == action);
        let refusal = match offer {
            Some(AvailableAction { disabled_reason: Some(reason), label, .. }) => Some(format!("{label}: {reason}")),
            Some(_) => None,
            None => {
                Some(format!("“{}” does nothing here; {} shows every key", action.label(), help_key(available_actions)))
            }
        };
        if let Some(text) = refusal {
            self.with_cx(effects, |_, cx| cx.note(Tone::Info, text));
            return;
        }
        match action {
            Action::Quit => self.leave(effects),
            Action::StopWaiting => {
                effects.push(Effect::StopWaiting);
                self.with_cx(effects, |_, cx| cx.note(Tone::Info, "stopped waiting; pending requests were not sent"));
            }
            Action::Suspend => effects.push(Effect::Suspend),
            Action::Help if !matches!(self.top(), Screen::Help(_)) => {
                let help = screens::help::State::of(self.top().title(), available_actions);
                self.stack.push(Screen::Help(help));
            }
            Action::Home => self.part_with(Navigation::Home, (action, how), effects),
            Action::Codespaces | Action::Activity => {
                let screen = if action == Action::Codespaces {
                    Screen::Codespaces(Box::default())
                } else {
                    Screen::Activity(screens::activity::State::default())
                };
                self.part_with(Navigation::Tab(screen), (action, how), effects);
            }
            Action::Restart if self.offers_restart() => {
                let state = screens::codespaces::State::ask_for_affected(&self.world);
                self.part_with(Navigation::Tab(Screen::Codespaces(Box::new(state))), (action, how), effects);
            }
            // Returns to it from its help: a second one would read every token again.
            Action::SignIn if self.stack.iter().any(|screen| matches!(screen, Screen::SignIn(_))) => {
                while !matches!(self.top(), Screen::SignIn(_)) {
                    self.close(effects);
                }
            }
            Action::SignIn => {
                let state = self.with_cx(effects, |_, cx| screens::sign_in::State::open(cx));
                self.stack.push(Screen::SignIn(Box::new(state)));
            }
            _ => {
                // every other action belongs to the screen
                let before = self.top().at_line(&self.world);
                let flow = self.with_cx(effects, |screen, cx| screen.act(action, cx));
                if before.is_some() && matches!(flow, Navigation::Stay) && self.top().at_line(&self.world) == before {
                    self.say_edge(action, effects);
                }
                self.part_with(flow, (action, how), effects);
            }
        }
    }

    /// Shows why a moving key had no effect.
    fn say_edge(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let text = match action {
            Action::Up | Action::Top | Action::PageUp => "there is nothing further up",
            Action::Down | Action::Bottom | Action::PageDown => "there is nothing further down",
            _ => return, // does not move
        };
        self.with_cx(effects, |_, cx| cx.note(Tone::Info, text));
    }

    /// Records whether the last frame had enough room and how far texts can scroll, so that no position past the end is
    /// kept.
    pub fn drawn(&mut self, memory: &Memory) {
        let (columns, rows) = memory.size();
        let is_small = columns < SMALLEST.0 || rows < SMALLEST.1;
        self.room = if is_small { Room::TooSmall } else { Room::Enough };
        if let Some(screen) = self.stack.last_mut() {
            screen.drawn(memory);
        }
    }

    /// A key while there is no room for a screen: it quits or does nothing.
    fn key_unseen(&mut self, key: KeyPress, effects: &mut Vec<Effect>) {
        match Keymap::shipped().action(key) {
            Some(Action::Quit) => self.key_to_leave(key, effects),
            Some(Action::Suspend) => effects.push(Effect::Suspend),
            _ => {} // it can be typed again when something is visible
        }
    }

    fn pointer(&mut self, pointer: Pointer, effects: &mut Vec<Effect>) {
        if self.room == Room::TooSmall || matches!(self.top(), Screen::Quit(_)) {
            return;
        }
        let available_actions = self.available_actions();
        match pointer {
            Pointer::Row(row) => {
                let flow = self.with_cx(effects, |screen, cx| screen.point(row, cx));
                self.follow(flow, effects);
            }
            Pointer::Act(action) => self.act(action, How::default(), &available_actions, effects),
            Pointer::ScrollUp | Pointer::ScrollDown => {
                let action = if pointer == Pointer::ScrollUp { Action::Up } else { Action::Down };
                if available_actions.offers.iter().any(|offer| offer.action == action) {
                    self.act(action, How::default(), &available_actions, effects);
                }
            }
        }
    }

    fn part(&mut self, id: JobId, part: Part, effects: &mut Vec<Effect>) {
        if let Part::Renamed(renamed) = &part {
            return self.renamed(renamed, effects);
        }
        if let Part::Unkept(problem) = &part {
            let text = format!("{}: {}; {}", problem.what, problem.why, problem.hint);
            return self.with_cx(effects, |_, cx| cx.note(Tone::Warn, text));
        }
        self.world.part(id, &part);
        if let Some(at) = self.owner(id) {
            self.at(at, effects, |screen, cx| screen.part(id, part, cx));
        }
    }

    fn finished(&mut self, id: JobId, outcome: Outcome, effects: &mut Vec<Effect>) {
        let Some(write) = self.running_jobs.end(id) else { return };
        if let Some(write) = &write {
            self.world.remember(self.now, write, &outcome);
            self.world.keep_ends(self.now, write, &outcome);
            self.with_cx(effects, |_, cx| {
                cx.after_write(id, write, &outcome);
                cx.keep_written(write, &outcome);
            });
        }
        let used = matches!(outcome, Outcome::TokenUsed { .. }).then(|| outcome.clone());
        match self.owner(id) {
            Some(at) => self.at(at, effects, |screen, cx| screen.finished(id, outcome, cx)),
            None => self.with_cx(effects, |_, cx| match write {
                Some(write) => report_orphan(&write, &outcome, cx),
                None => cx.settle(id, &outcome),
            }),
        }
        self.hand_over(effects);
        if let Some(outcome) = used {
            self.token_used(&outcome, effects);
        }
        self.after_change(effects);
    }

    /// The screen that waits for this job, if it is still open.
    fn owner(&self, id: JobId) -> Option<usize> {
        self.stack.iter().position(|screen| screen.waits_for(id))
    }

    fn at<T>(&mut self, at: usize, effects: &mut Vec<Effect>, f: impl FnOnce(&mut Screen, &mut Context<'_>) -> T) -> T {
        let mut cx = Context {
            now: self.now,
            world: &mut self.world,
            notices: &mut self.notices,
            effects,
            running_jobs: &mut self.running_jobs,
        };
        f(&mut self.stack[at], &mut cx)
    }

    fn follow(&mut self, flow: Navigation, effects: &mut Vec<Effect>) {
        match flow {
            Navigation::Stay => {}
            Navigation::Close => self.close(effects),
            Navigation::Home => {
                while self.stack.len() > 1 {
                    self.close(effects);
                }
            }
            Navigation::Tab(screen) => {
                while self.stack.len() > 1 {
                    self.close(effects);
                }
                self.stack.push(screen);
                self.with_cx(effects, Screen::opened);
            }
            Navigation::Push(screen) => self.stack.push(screen),
            Navigation::Replace(screen) => {
                self.close(effects);
                self.stack.push(screen);
            }
        }
    }

    /// Closes the top screen: its reads are aborted, its writes go on. Home stays open.
    fn close(&mut self, effects: &mut Vec<Effect>) {
        if self.stack.len() > 1 {
            self.with_cx(effects, Screen::close);
            self.stack.pop();
            if let (Screen::Credentials(home), Some((scope, prefix))) = (&mut self.stack[0], self.world.latest.take()) {
                home.select(scope, prefix);
            }
            if let (Screen::Credentials(home), Some(scope)) = (&mut self.stack[0], self.world.arrival.take()) {
                home.select_scope(scope);
            }
        }
    }
}

fn help_key(available_actions: &AvailableActions) -> String {
    Keymap::shipped().key(Action::Help, available_actions.typing).unwrap_or_default()
}
