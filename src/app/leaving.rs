//! Leaving the program. With nothing under way and nothing typed it is left at once; else a question stands over the
//! screen, which any key but its own calls off. A signal is an order: it waits for running changes and for nothing
//! else, and no key calls it off.

use super::action::Action;
use super::keymap::{KeyPress, Keymap};
use super::notices::Tone;
use super::protocol::Effect;
use super::screens::quit::{self, Answer, Phase};
use super::screens::{Screen, help};
use super::{App, Room};
use crate::domain::Sensitive;

/// Whether the program is on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaving {
    No,
    /// Running changes are awaited, and then it is left.
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

    /// A key asks to leave. Where that would be at once, a letter waits a moment for what else is typed.
    pub(super) fn key_to_leave(&mut self, key: KeyPress, effects: &mut Vec<Effect>) {
        if key.character().is_some() && !self.has_reason_to_stay() {
            self.leave_if_alone(effects);
        } else {
            self.leave(effects);
        }
    }

    /// Whether something would be lost, or given up, by leaving at once.
    fn has_reason_to_stay(&self) -> bool {
        !self.flights.doing().is_empty() || self.stack.iter().any(Screen::is_unsaved)
    }

    /// Leaves, or asks whether to.
    pub(super) fn leave(&mut self, effects: &mut Vec<Effect>) {
        let is_unsaved = self.stack.iter().any(Screen::is_unsaved);
        let running = self.flights.doing();
        if running.is_empty() && !is_unsaved {
            self.leave_now(effects);
        } else if self.quitting().is_none() {
            self.stack.push(Screen::Quit(quit::State::new(running, is_unsaved)));
        }
    }

    /// A signal orders to leave; the second one gives up what runs.
    pub(super) fn interrupted(&mut self, effects: &mut Vec<Effect>) {
        let running = self.flights.doing();
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
            // Typed text holds a q, and control-c it never holds.
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
                let facade = self.facade();
                let help = help::State::of(self.top().title(), &facade);
                self.stack.push(Screen::Help(help));
            }
            (Some(Action::Suspend), _) => effects.push(Effect::Suspend),
            _ => {
                // Any other key: what it types goes where it would have gone without the question.
                if self.call_off(effects) && is_plain && self.room == Room::Enough && self.facade().typing {
                    self.with_cx(effects, |screen, cx| screen.text_key(key, cx));
                }
            }
        }
    }

    /// A paste while the question is open goes into the field under it.
    pub(super) fn paste_in_question(&mut self, text: &Sensitive, effects: &mut Vec<Effect>) {
        if self.call_off(effects) && self.facade().typing {
            let flow = self.with_cx(effects, |screen, cx| screen.paste(text, cx));
            self.follow(flow, effects);
        }
    }

    /// Closes the question; an order stays. Says whether it is closed.
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

    /// A change has ended: who waited for the last one leaves, and a question that has lost its reason closes.
    pub(super) fn after_change(&mut self, effects: &mut Vec<Effect>) {
        let running = self.flights.doing();
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
