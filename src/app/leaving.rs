//! Quitting the program. If nothing is running and nothing was typed, it quits at once; otherwise it asks, and any key
//! but the question's own cancels. A signal is an order: it waits only for running changes, and no key cancels it.

use super::action::Action;
use super::keymap::{KeyPress, Keymap};
use super::notices::Tone;
use super::protocol::Effect;
use super::screens::quit::{self, Answer, Phase};
use super::screens::{Screen, help};
use super::{App, Room};
use crate::domain::Sensitive;

/// Whether the program is about to quit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaving {
    No,
    /// Waits for running changes, then quits.
    AfterWrites,
    Now,
}

impl App {
    pub fn leaving(&self) -> Leaving {
        let is_waiting = self.quitting().is_some_and(|state| state.phase != Phase::Asking);
        match (self.is_left, is_waiting) {
            (true, _) => Leaving::Now,
            (false, true) => Leaving::AfterWrites,
            (false, false) => Leaving::No,
        }
    }

    fn quitting(&self) -> Option<&quit::State> {
        self.stack.iter().find_map(|screen| match screen {
            Screen::Quit(state) => Some(state),
            _ => None, // every other screen
        })
    }

    fn quitting_mut(&mut self) -> Option<&mut quit::State> {
        self.stack.iter_mut().find_map(|screen| match screen {
            Screen::Quit(state) => Some(state),
            _ => None, // every other screen
        })
    }

    /// A key requests to quit. If that would happen at once, a letter waits a moment for further text.
    pub(super) fn key_to_leave(&mut self, key: KeyPress, effects: &mut Vec<Effect>) {
        if key.character().is_some() && !self.has_reason_to_stay() {
            self.leave_if_alone(effects);
        } else {
            self.leave(effects);
        }
    }

    /// Whether quitting at once would lose or abandon something.
    fn has_reason_to_stay(&self) -> bool {
        !self.running_jobs.doing().is_empty() || self.stack.iter().any(Screen::is_unsaved)
    }

    /// Quits, or asks first.
    pub(super) fn leave(&mut self, effects: &mut Vec<Effect>) {
        let is_unsaved = self.stack.iter().any(Screen::is_unsaved);
        let running = self.running_jobs.doing();
        if running.is_empty() && !is_unsaved {
            self.leave_now(effects);
        } else if self.quitting().is_none() {
            self.stack.push(Screen::Quit(quit::State::new(running, is_unsaved)));
        }
    }

    /// A signal orders to quit; a second one abandons what is running.
    pub(super) fn interrupted(&mut self, effects: &mut Vec<Effect>) {
        let running = self.running_jobs.doing();
        if running.is_empty() || self.quitting().is_some_and(|state| state.phase == Phase::Ordered) {
            return self.leave_now(effects);
        }
        match self.quitting_mut() {
            Some(state) => state.turn(Phase::Ordered),
            None => self.stack.push(Screen::Quit(quit::State::ordered(running))),
        }
    }

    fn leave_now(&mut self, effects: &mut Vec<Effect>) {
        self.is_left = true;
        effects.push(Effect::Quit);
    }

    /// A key while the question is open.
    pub(super) fn key_in_question(&mut self, key: KeyPress, effects: &mut Vec<Effect>) {
        let action = Keymap::shipped().action(key);
        let is_plain = key.character().is_some();
        let Some(state) = self.quitting_mut() else { return };
        match (action, state.phase) {
            // Typed text may contain a q, but never Ctrl-C.
            (Some(Action::Quit), _) if is_plain => {
                let text = "a question is open: right, then enter quits; so does ctrl-c";
                self.with_cx(effects, |_, cx| cx.note(Tone::Info, text));
            }
            (Some(Action::Quit), Phase::Asking) if state.is_running() => state.turn(Phase::Waiting),
            (Some(Action::Quit), _) => self.leave_now(effects),
            (Some(action @ (Action::Right | Action::Left)), _) => {
                let many = state.labels().len();
                let before = state.buttons;
                state.buttons.act(action, many);
                if state.buttons == before {
                    self.with_cx(effects, |_, cx| cx.note(Tone::Info, "there is no button on that side"));
                }
            }
            (Some(Action::Activate), _) => match state.answer() {
                Answer::Stay => {
                    self.call_off(effects);
                }
                Answer::WhenDone => state.turn(Phase::Waiting),
                Answer::Now => self.leave_now(effects),
            },
            (Some(Action::Help), _) if !is_plain => {
                let available_actions = self.available_actions();
                let help = help::State::of(self.top().title(), &available_actions);
                self.stack.push(Screen::Help(help));
            }
            (Some(Action::Suspend), _) => effects.push(Effect::Suspend),
            _ => {
                // Any other key types into the field it would have reached without the question.
                if self.call_off(effects) && is_plain && self.room == Room::Enough && self.available_actions().typing {
                    self.with_cx(effects, |screen, cx| screen.text_key(key, cx));
                }
            }
        }
    }

    /// A paste while the question is open goes into the field below it.
    pub(super) fn paste_in_question(&mut self, text: &Sensitive, effects: &mut Vec<Effect>) {
        if self.call_off(effects) && self.available_actions().typing {
            let flow = self.with_cx(effects, |screen, cx| screen.paste(text, cx));
            self.follow(flow, effects);
        }
    }

    /// Closes the question unless a signal ordered to quit; returns whether it is closed.
    fn call_off(&mut self, effects: &mut Vec<Effect>) -> bool {
        if self.quitting().is_some_and(|state| state.phase == Phase::Ordered) {
            let text = "quitting on a signal; ctrl-c abandons what is still running";
            self.with_cx(effects, |_, cx| cx.note(Tone::Warn, text));
            return false;
        }
        self.stack.retain(|screen| !matches!(screen, Screen::Quit(_)));
        self.with_cx(effects, |_, cx| cx.note(Tone::Info, "pullkey stays open"));
        true
    }

    /// A change has ended: quits if you were waiting for the last one, and closes a question that has no reason any
    /// more.
    pub(super) fn after_change(&mut self, effects: &mut Vec<Effect>) {
        let running = self.running_jobs.doing();
        let is_done = running.is_empty();
        let Some(state) = self.quitting_mut() else { return };
        state.running = running;
        match (is_done, state.phase) {
            (true, Phase::Waiting | Phase::Ordered) => self.leave_now(effects),
            (true, Phase::Asking) if !state.is_unsaved => {
                self.stack.retain(|screen| !matches!(screen, Screen::Quit(_)));
                self.with_cx(effects, |_, cx| cx.note(Tone::Info, "nothing is running; pullkey stays open, q quits"));
            }
            (true, Phase::Asking) => state.buttons.disarm(),
            (false, _) => {}
        }
    }
}
