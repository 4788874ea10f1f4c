#![allow(clippy::unwrap_used, clippy::expect_used)]
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle as Thread;
use std::time::Duration;

use portable_pty::{MasterPty, PtySize, native_pty_system};
use rustix::fs::OFlags;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use super::*;
use crate::domain::Sensitive;

/// A reader on one end of a real pseudo terminal.
struct Pty {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    inputs: Receiver<Input>,
    reader: Thread<()>,
    stop: PipeWriter,
}

/// The test fails instead of hanging.
const LONG: Duration = Duration::from_secs(20);

impl Pty {
    fn open() -> Self {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let tty: File = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(i32::try_from(OFlags::NOCTTY.bits()).unwrap())
            .open(pair.master.tty_name().unwrap())
            .unwrap();
        drop(pair.slave);
        let mut modes = tcgetattr(&tty).unwrap();
        modes.make_raw();
        tcsetattr(&tty, OptionalActions::Now, &modes).unwrap();
        let (wake, stop) = io::pipe().unwrap();
        let (send, inputs) = channel();
        let reader = thread::spawn(move || read(&tty, &wake, |input| send.send(input).is_ok()));
        let keyboard = pair.master.take_writer().unwrap();
        Self { master: pair.master, keyboard, inputs, reader, stop }
    }

    fn type_in(&mut self, bytes: &[u8]) {
        self.keyboard.write_all(bytes).unwrap();
        self.keyboard.flush().unwrap();
    }

    fn next(&self) -> Input {
        self.inputs.recv_timeout(LONG).unwrap()
    }
}

fn key(code: KeyCode) -> Input {
    Input::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

#[test]
fn keys_arrive_as_they_are_typed() {
    let mut pty = Pty::open();
    pty.type_in(b"n");
    assert!(pty.next() == key(KeyCode::Char('n')));
    pty.type_in(b"\x1b");
    assert!(pty.next() == key(KeyCode::Esc));
    pty.type_in(b"\x1b[B");
    assert!(pty.next() == key(KeyCode::Down));
    pty.type_in(b"\x1a");
    assert!(pty.next() == Input::Suspend);
}

#[test]
fn a_long_paste_with_and_without_brackets_is_one_input() {
    let text = "secret\n".repeat(300);
    let mut pty = Pty::open();
    pty.type_in(text.replace('\n', "\r").as_bytes());
    assert!(pty.next() == Input::Paste(Sensitive::new(text.clone())));
    pty.type_in(format!("\x1b[200~{text}\x1b[201~").as_bytes());
    assert!(pty.next() == Input::Paste(Sensitive::new(text)));
}

#[test]
fn what_the_terminal_answers_is_no_key_and_turns_the_guessing_off() {
    let mut pty = Pty::open();
    pty.type_in(b"\x1b[?2004;1$y\x1b[?62;22cab\r");
    assert!(pty.next() == Input::Answered);
    for code in [KeyCode::Char('a'), KeyCode::Char('b'), KeyCode::Enter] {
        assert!(pty.next() == key(code));
    }
}

#[test]
fn a_paste_that_stalls_is_handed_on() {
    let mut pty = Pty::open();
    pty.type_in(b"\x1b[200~abc");
    assert!(pty.next() == Input::Paste(Sensitive::new("abc")));
    pty.type_in(b"\x03");
    assert!(pty.next() == Input::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
}

/// Closes the other end and returns what was reported until the reader ended. portable-pty's writer types an end of
/// file when dropped, which may or may not arrive before.
fn last_words(pty: Pty) -> Vec<Input> {
    drop((pty.master, pty.keyboard));
    pty.reader.join().unwrap();
    let is_typed = |input: &Input| matches!(input, Input::Key(_));
    pty.inputs.into_iter().skip_while(is_typed).collect()
}

#[test]
fn the_reader_says_once_that_the_terminal_is_gone_and_ends() {
    assert!(last_words(Pty::open()) == [Input::Gone]);
}

#[test]
fn a_terminal_that_goes_in_the_middle_of_a_paste_or_sequence_is_gone_too() {
    for beginning in ["\x1b[200~hun", "\x1b[1;"] {
        let mut pty = Pty::open();
        pty.type_in(beginning.as_bytes());
        assert!(last_words(pty) == [Input::Gone], "{beginning:?}");
    }
}

#[test]
fn the_reader_ends_when_it_is_told_to() {
    let pty = Pty::open();
    drop(pty.stop);
    pty.reader.join().unwrap();
    assert!(pty.inputs.recv().is_err(), "nothing was said");
}
