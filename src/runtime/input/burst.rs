//! Pastes without brackets: keys no hand types that fast are one paste, so that Enter among them submits nothing.
//!
//! The rule is pure and knows no time; the reader tells it what arrived without a pause.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use zeroize::Zeroizing;

use super::decode::Decoded;
use super::{Input, is_text};
use crate::domain::Sensitive;

/// As many keys at once, with a line end among them, are a paste.
const WITH_LINE_END: usize = 3;
/// As many at once without one, unless they are all the same: a held key on a slow line.
const WITHOUT_LINE_END: usize = 16;

/// Turns what was read in one go into inputs: runs of text that are too fast for a hand become one paste.
pub fn gather(events: Vec<Decoded>) -> Vec<Input> {
    let mut inputs = Vec::with_capacity(events.len());
    let mut run = Vec::new();
    for event in events {
        match event {
            Decoded::Key(key) if text_of(&key).is_some() => run.push(key),
            other => {
                end(&mut run, &mut inputs);
                inputs.push(match other {
                    Decoded::Key(key) => Input::Key(key),
                    Decoded::Mouse(mouse) => Input::Mouse(mouse),
                    Decoded::Paste(text) => Input::Paste(text),
                });
            }
        }
    }
    end(&mut run, &mut inputs);
    inputs
}

/// Whether what was read so far ends in a run of text that may be the start of a paste, so that its rest is worth a
/// short wait.
pub fn goes_on(events: &[Decoded]) -> bool {
    let run = events.iter().rev().take_while(|event| matches!(event, Decoded::Key(key) if text_of(key).is_some()));
    run.take(WITH_LINE_END).count() == WITH_LINE_END
}

fn end(run: &mut Vec<KeyEvent>, inputs: &mut Vec<Input>) {
    if is_paste(run) {
        let mut text = Zeroizing::new(String::with_capacity(run.len() * 4));
        text.extend(run.iter().filter_map(text_of));
        inputs.push(Input::Paste(Sensitive::new(std::mem::take(&mut *text))));
        run.clear();
    } else {
        inputs.extend(run.drain(..).map(Input::Key));
    }
}

fn is_paste(run: &[KeyEvent]) -> bool {
    if run.iter().all(|key| Some(key.code) == run.first().map(|first| first.code)) {
        return false;
    }
    let has_line_end = run.iter().any(|key| text_of(key) == Some('\n'));
    run.len() >= if has_line_end { WITH_LINE_END } else { WITHOUT_LINE_END }
}

/// The character a key stands for in a paste. In raw mode a line feed arrives as Ctrl-J.
fn text_of(key: &KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char('j') if key.modifiers == KeyModifiers::CONTROL => Some('\n'),
        KeyCode::Char(c) => is_text(key).then_some(c),
        KeyCode::Enter if key.modifiers.is_empty() => Some('\n'),
        KeyCode::Tab if key.modifiers.is_empty() => Some('\t'),
        // All other keys write nothing.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::input::decode::Decoder;

    fn gathered(bytes: &str) -> Vec<Input> {
        gather(decoded(bytes))
    }

    fn decoded(bytes: &str) -> Vec<Decoded> {
        let mut events = Vec::new();
        let mut decoder = Decoder::default();
        decoder.feed(bytes.as_bytes(), &mut events);
        decoder.flush(&mut events);
        events
    }

    fn key(code: KeyCode) -> Input {
        Input::Key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn paste(text: &str) -> Input {
        Input::Paste(text.into())
    }

    #[test]
    fn a_key_at_a_time_stays_a_key() {
        assert_eq!(gathered("a"), [key(KeyCode::Char('a'))]);
        assert_eq!(gathered("\r"), [key(KeyCode::Enter)]);
        assert_eq!(gathered("y\r"), [key(KeyCode::Char('y')), key(KeyCode::Enter)]);
    }

    #[test]
    fn enter_arriving_with_other_keys_is_part_of_a_paste() {
        assert_eq!(gathered("ab\r"), [paste("ab\n")]);
        assert_eq!(gathered("\rab"), [paste("\nab")]);
        assert_eq!(gathered("token\nmore\tx\n"), [paste("token\nmore\tx\n")]);
    }

    #[test]
    fn a_few_fast_keys_without_enter_stay_keys() {
        assert_eq!(gathered("jjk").len(), 3);
        assert_eq!(gathered("fifteen letters").len(), 15);
        assert_eq!(gathered("sixteen letters!"), [paste("sixteen letters!")]);
    }

    #[test]
    fn a_held_key_on_a_slow_line_is_no_paste() {
        assert_eq!(gathered(&"j".repeat(60)).len(), 60);
        assert_eq!(gathered("\r\r\r\r").len(), 4);
    }

    #[test]
    fn keys_that_write_nothing_divide_a_burst() {
        let inputs = gathered("ab\r\x1b[Acd\r");
        assert_eq!(inputs, [paste("ab\n"), key(KeyCode::Up), paste("cd\n")]);
    }

    #[test]
    fn a_paste_in_brackets_is_left_alone() {
        assert_eq!(gathered("\x1b[200~x\ry\x1b[201~"), [paste("x\ry")]);
        assert_eq!(gathered("\x1b[200~x\x1b[201~\r"), [paste("x"), key(KeyCode::Enter)]);
    }

    #[test]
    fn only_what_may_become_a_paste_is_waited_for() {
        assert!(!goes_on(&decoded("ab")));
        assert!(goes_on(&decoded("abc")));
        assert!(!goes_on(&decoded("abc\x1b[A")));
        assert!(goes_on(&decoded("\x1b[Aabc")));
    }
}
