//! Pastes without brackets: keys that arrive faster than hands can type are one paste, so that an Enter among them
//! submits nothing.
//!
//! If the terminal reports that it brackets pastes, keys are keys, however fast they arrive: a password manager types
//! “user Tab password Enter” in one go. Until it reports that, pastes are guessed, because a key held back for a moment
//! costs little compared with a secret spilled across fields. Pure: the time is a parameter.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use zeroize::Zeroizing;

use super::decode::{Answer, Decoded};
use super::{Input, is_text};
use crate::domain::Sensitive;

/// A run of this many keys with a line break among them is a paste.
const WITH_LINE_END: usize = 3;
/// A run of this many without one is a paste, unless all are the same: then it is a held key on a slow line.
const WITHOUT_LINE_END: usize = 16;
/// A hand takes longer between two keys, except occasionally for a pair. Keyboards repeat a held key every 30 ms.
const HANDS: Duration = Duration::from_millis(25);
/// How long the next part of a paste may take: lines and blocks arrive with pauses between them.
const REST: Duration = Duration::from_millis(120);
/// A longer run is passed on unchanged, so that endless input does not pile up.
const LONGEST: usize = 1 << 20;

/// Holds keys back until it is clear whether they were typed.
#[derive(Default)]
pub struct Bursts {
    has_brackets: bool,
    /// A paste was cut short, and its rest may arrive as keys.
    is_owed_a_rest: bool,
    /// The keys since the last pause.
    run: Vec<KeyEvent>,
    /// What arrived before that pause, faster than a hand types.
    held: Vec<KeyEvent>,
    last: Option<Instant>,
}

impl Bursts {
    /// Takes what the terminal sent and passes on what is decided.
    pub fn take(&mut self, event: Decoded, now: Instant, inputs: &mut Vec<Input>) {
        self.settle(now, inputs);
        match event {
            Decoded::Key(key) if self.is_guessing() && text_of(&key).is_some() => {
                self.run.push(key);
                self.last = Some(now);
                if self.run.len() >= LONGEST {
                    self.end(inputs);
                }
            }
            Decoded::Answer(Answer::Brackets(has_brackets)) => {
                self.has_brackets = has_brackets;
                self.end(inputs);
            }
            other => {
                self.end(inputs);
                inputs.push(match other {
                    Decoded::Key(key) => Input::Key(key),
                    Decoded::Mouse(mouse) => Input::Mouse(mouse),
                    Decoded::Paste(text) => Input::Paste(text),
                    Decoded::Answer(_) => Input::Answered,
                });
            }
        }
    }

    /// Sets whether the rest of a paste that was ended early may arrive as keys.
    pub const fn expect_rest(&mut self, expected: bool) {
        self.is_owed_a_rest = expected;
    }

    /// When [`Bursts::settle`] has something to decide, unless more arrives.
    pub fn deadline(&self) -> Option<Instant> {
        let last = self.last?;
        match (self.run.is_empty(), self.held.is_empty()) {
            (false, _) => Some(last + HANDS),
            (true, false) => Some(last + REST),
            (true, true) => None,
        }
    }

    /// Passes on the keys that nothing followed.
    pub fn settle(&mut self, now: Instant, inputs: &mut Vec<Input>) {
        let Some(last) = self.last else { return };
        if !self.run.is_empty() && now >= last + HANDS {
            // The next keys belong to the same burst if they arrived as fast, or if it is already clear.
            if self.run.len() < 2 && !is_paste(&self.held) {
                end(&mut self.held, inputs);
            }
            self.held.append(&mut self.run);
            // A single or held key was typed: it need not wait any longer.
            if is_one_key(&self.held) {
                end(&mut self.held, inputs);
            }
        }
        if self.run.is_empty() && now >= last + REST {
            end(&mut self.held, inputs);
        }
    }

    /// Passes on everything.
    pub fn end(&mut self, inputs: &mut Vec<Input>) {
        self.held.append(&mut self.run);
        end(&mut self.held, inputs);
    }

    const fn is_guessing(&self) -> bool {
        !self.has_brackets || self.is_owed_a_rest
    }
}

impl std::fmt::Debug for Bursts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bursts(guessing: {}, holding: {})", self.is_guessing(), self.run.len() + self.held.len())
    }
}

fn end(keys: &mut Vec<KeyEvent>, inputs: &mut Vec<Input>) {
    if is_paste(keys) {
        let mut text = Zeroizing::new(String::with_capacity(keys.len() * 4));
        text.extend(keys.iter().filter_map(text_of));
        inputs.push(Input::Paste(Sensitive::new(std::mem::take(&mut *text))));
        keys.clear();
    } else {
        inputs.extend(keys.drain(..).map(Input::Key));
    }
}

fn is_one_key(keys: &[KeyEvent]) -> bool {
    keys.iter().all(|key| Some(key.code) == keys.first().map(|first| first.code))
}

fn is_paste(keys: &[KeyEvent]) -> bool {
    let has_line_end = keys.iter().any(|key| text_of(key) == Some('\n'));
    !is_one_key(keys) && keys.len() >= if has_line_end { WITH_LINE_END } else { WITHOUT_LINE_END }
}

/// The character that a key stands for in a paste. In raw mode, a line feed arrives as Ctrl-J.
fn text_of(key: &KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char('j') if key.modifiers == KeyModifiers::CONTROL => Some('\n'),
        KeyCode::Char(c) => is_text(key).then_some(c),
        KeyCode::Enter if key.modifiers.is_empty() => Some('\n'),
        KeyCode::Tab if key.modifiers.is_empty() => Some('\t'),
        // All other keys produce no text.
        _ => None,
    }
}

#[cfg(test)]
#[path = "burst_tests.rs"]
mod tests;
