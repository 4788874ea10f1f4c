//! Two lanes: requests from the system overtake everything that was typed, however much is waiting.

use std::collections::VecDeque;
use std::io;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Input;
use crate::runtime::os;

/// If more keys than this are waiting, Ctrl-C discards them, as a terminal's line discipline does (termios(3),
/// `NOFLSH`): no one types that far ahead.
const TYPED_AHEAD: usize = 256;

/// Where the readers send their input.
#[derive(Clone, Debug)]
pub struct Lanes {
    urgent: UnboundedSender<Input>,
    typed: UnboundedSender<Input>,
}

impl Lanes {
    /// `false` once the receiver is gone.
    pub fn send(&self, input: Input) -> bool {
        if input.is_urgent() { self.urgent.send(input) } else { self.typed.send(input) }.is_ok()
    }
}

/// The inputs; dropping them stops the reader and the signal listener.
#[derive(Debug)]
pub struct Inputs {
    urgent: UnboundedReceiver<Input>,
    typed: UnboundedReceiver<Input>,
    /// What has arrived in the typed lane, and what was put back.
    waiting: VecDeque<Input>,
    sources: os::Sources,
}

impl Inputs {
    /// Starts listening. Must be called within a tokio runtime. From then on, signals no longer end the process by
    /// themselves.
    pub fn listen() -> io::Result<Self> {
        let (urgent, urgent_receive) = unbounded_channel();
        let (typed, typed_receive) = unbounded_channel();
        let sources = os::Sources::start(Lanes { urgent, typed })?;
        Ok(Self { urgent: urgent_receive, typed: typed_receive, waiting: VecDeque::new(), sources })
    }

    /// Waits for the next input; requests from the system come first.
    pub async fn next(&mut self) -> Input {
        if let Some(input) = self.try_next() {
            return input;
        }
        self.arrival().await
    }

    /// The next input, if one is waiting.
    pub fn try_next(&mut self) -> Option<Input> {
        if let Ok(input) = self.urgent.try_recv() {
            return Some(input);
        }
        self.gather();
        self.waiting.pop_front()
    }

    /// Removes the repetitions of the same key that wait right behind it, and returns how many there were.
    pub fn repeats(&mut self, key: KeyEvent) -> usize {
        let same = self.waiting.iter().take_while(|input| **input == Input::Key(key)).count();
        self.waiting.drain(..same).count()
    }

    fn gather(&mut self) {
        let had = self.waiting.len();
        let control_c = Input::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
        while let Ok(input) = self.typed.try_recv() {
            if input == control_c && self.waiting.len() > TYPED_AHEAD {
                self.waiting.clear();
            }
            self.waiting.push_back(input);
        }
        if self.waiting.len() > had.max(TYPED_AHEAD) {
            shorten(&mut self.waiting);
        }
    }

    /// Stops reading the terminal so that a child process can: once this returns, no more keys are consumed. Signals
    /// still arrive. Returns `false`, without any effect, if this system's reader cannot be stopped.
    pub fn pause(&mut self) -> bool {
        self.sources.pause()
    }

    /// Reads the terminal again. Requests to stop or exit that were meant for the child are discarded.
    pub async fn resume(&mut self) -> io::Result<()> {
        self.sources.settled().await;
        while let Ok(input) = self.urgent.try_recv() {
            self.put_back(input);
        }
        self.gather();
        self.waiting.retain(|input| !input.is_for_child());
        self.sources.resume()
    }

    /// The next input that was not already waiting; for use during a pause.
    pub async fn arrival(&mut self) -> Input {
        tokio::select! {
            biased;
            input = self.urgent.recv() => input,
            input = self.typed.recv() => input,
        }
        .unwrap_or(Input::Gone)
    }

    /// Puts an input back so that it comes again.
    pub fn put_back(&mut self, input: Input) {
        if input.is_urgent() {
            self.waiting.push_front(input);
        } else {
            self.waiting.push_back(input);
        }
    }
}

/// Removes movements back and forth: of three runs of opposite keys, the second one and the same number from the
/// others, if the second is the shortest. Wherever the first run leads, whether or not it reaches an end, the third
/// leads past the place where the second began.
fn shorten(waiting: &mut VecDeque<Input>) {
    let mut short: Vec<Run> = Vec::new();
    for input in waiting.drain(..) {
        match short.last_mut() {
            Some(run) if run.is_key() && run.input == input => run.times += 1,
            Some(_) | None => short.push(Run { input, times: 1 }),
        }
        while let [.., first, second, third] = short.as_mut_slice()
            && first.input == third.input
            && second.is_opposite_of(first)
            && second.times <= first.times.min(third.times)
        {
            first.times += third.times - second.times;
            short.truncate(short.len() - 2);
        }
    }
    waiting.extend(short.into_iter().flat_map(|run| std::iter::repeat_n(run.input, run.times)));
}

/// The same input repeated.
struct Run {
    input: Input,
    times: usize,
}

impl Run {
    const fn is_key(&self) -> bool {
        matches!(self.input, Input::Key(_))
    }

    fn is_opposite_of(&self, other: &Self) -> bool {
        let (Input::Key(one), Input::Key(other)) = (&self.input, &other.input) else { return false };
        let opposite = match one.code {
            KeyCode::Up => KeyCode::Down,
            KeyCode::Down => KeyCode::Up,
            KeyCode::PageUp => KeyCode::PageDown,
            KeyCode::PageDown => KeyCode::PageUp,
            _ => return false, // no other key of crossterm's open list has an opposite
        };
        other.code == opposite && one.modifiers == other.modifiers
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(text: &str) -> VecDeque<Input> {
        let code = |c| match c {
            'u' => KeyCode::Up,
            'd' => KeyCode::Down,
            c => KeyCode::Char(c),
        };
        text.chars().map(|c| Input::Key(KeyEvent::new(code(c), KeyModifiers::NONE))).collect()
    }

    /// Where the keys lead in a list with this many lines.
    fn walk(waiting: &VecDeque<Input>, from: usize, lines: usize) -> usize {
        waiting.iter().fold(from, |at, input| match input {
            Input::Key(key) if key.code == KeyCode::Up => at.saturating_sub(1),
            Input::Key(key) if key.code == KeyCode::Down => (at + 1).min(lines - 1),
            _ => at,
        })
    }

    #[test]
    fn ways_there_and_back_are_not_walked() {
        for (long, short) in [("dududu", "du"), ("ddduuuddd", "ddd"), ("ddxuu", "ddxuu"), ("xyxyx", "xyxyx"), ("", "")]
        {
            let mut waiting = keys(long);
            shorten(&mut waiting);
            assert!(waiting == keys(short), "{long}");
        }
        let mut waiting = keys(&"dddddduuuu".repeat(10_000));
        shorten(&mut waiting);
        assert!(waiting.len() < 30_000);
    }

    proptest! {
        #[test]
        fn a_shorter_way_leads_to_the_same_line(text in "[udx]{0,60}", lines in 1usize..12, from in 0usize..12) {
            let mut waiting = keys(&text);
            let from = from.min(lines - 1);
            let end = walk(&waiting, from, lines);
            shorten(&mut waiting);
            prop_assert_eq!(walk(&waiting, from, lines), end);
        }
    }
}
