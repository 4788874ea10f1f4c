//! Two lanes: what the system asks passes everything that was typed, however much of that waits.

use std::collections::VecDeque;
use std::io;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Input;
use crate::runtime::os;

/// With more keys waiting Ctrl-C takes them away with it, as a terminal's own line does (termios(3), `NOFLSH`): nobody
/// typed that far ahead.
const TYPED_AHEAD: usize = 256;

/// Where the readers send what they find.
#[derive(Clone, Debug)]
pub struct Lanes {
    urgent: UnboundedSender<Input>,
    typed: UnboundedSender<Input>,
}

impl Lanes {
    /// `false` once nobody listens.
    pub fn send(&self, input: Input) -> bool {
        if input.is_urgent() { self.urgent.send(input) } else { self.typed.send(input) }.is_ok()
    }
}

/// The inputs; dropping them ends the reader and the signal listener.
#[derive(Debug)]
pub struct Inputs {
    urgent: UnboundedReceiver<Input>,
    typed: UnboundedReceiver<Input>,
    /// What has come of the typed lane, and what was put back.
    waiting: VecDeque<Input>,
    sources: os::Sources,
}

impl Inputs {
    /// Starts to listen. Within a tokio runtime only; from now on the signals no longer end the process by themselves.
    pub fn listen() -> io::Result<Self> {
        let (urgent, urgent_receive) = unbounded_channel();
        let (typed, typed_receive) = unbounded_channel();
        let sources = os::Sources::start(Lanes { urgent, typed })?;
        Ok(Self { urgent: urgent_receive, typed: typed_receive, waiting: VecDeque::new(), sources })
    }

    /// Waits for the next input; what the system asks comes first.
    pub async fn next(&mut self) -> Input {
        if let Some(input) = self.try_next() {
            return input;
        }
        self.arrival().await
    }

    /// The next input, if one waits.
    pub fn try_next(&mut self) -> Option<Input> {
        if let Ok(input) = self.urgent.try_recv() {
            return Some(input);
        }
        self.gather();
        self.waiting.pop_front()
    }

    /// How many times more the same key waits behind it; they are taken away.
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

    /// Stops reading the terminal, so that a child can: when it returns, no key is taken any more. Signals still come.
    /// `false` if this system's reader cannot be stopped; then nothing happened.
    pub fn pause(&mut self) -> bool {
        self.sources.pause()
    }

    /// Reads the terminal again. Requests to stop or to end that were meant for the child are forgotten.
    pub async fn resume(&mut self) -> io::Result<()> {
        self.sources.settled().await;
        while let Ok(input) = self.urgent.try_recv() {
            self.put_back(input);
        }
        self.gather();
        self.waiting.retain(|input| !input.is_for_child());
        self.sources.resume()
    }

    /// The next input that did not wait already; for the time of a pause.
    pub async fn arrival(&mut self) -> Input {
        tokio::select! {
            biased;
            input = self.urgent.recv() => input,
            input = self.typed.recv() => input,
        }
        .unwrap_or(Input::Gone)
    }

    /// Lets an input come once more.
    pub fn put_back(&mut self, input: Input) {
        if input.is_urgent() {
            self.waiting.push_front(input);
        } else {
            self.waiting.push_back(input);
        }
    }
}

/// Takes away ways there and back: of three runs of opposite keys the second and as much of the others, where it is the
/// shortest. Wherever the first one led, to an end or not, the third leads past the place where the second began.
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

/// The same input several times.
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
            _ => return false, // every other key of crossterm's open list has no way back
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

    /// Where the keys lead on a list of so many lines.
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
