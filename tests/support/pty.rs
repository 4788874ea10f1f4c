//! The program in a pseudo terminal: keys go in, a screen comes out. Waits for conditions, never for a time.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long a condition may take to come true: far longer than it ever should, for a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A question of the program's, and what a terminal answers.
struct Question {
    asked: &'static [u8],
    answer: &'static [u8],
    /// Whether every terminal knows it.
    is_old: bool,
}

/// DA1 (xterm's ctlseqs), and DECRQM 2004: whether pastes come in brackets.
const QUESTIONS: [Question; 2] = [
    Question { asked: b"\x1b[c", answer: b"\x1b[?62;22c", is_old: true },
    Question { asked: b"\x1b[?2004$p", answer: b"\x1b[?2004;1$y", is_old: false },
];
/// The longest of them.
const LONGEST: usize = 9;

/// Which of the program's questions the terminal answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    Nothing,
    /// Who it is, as every terminal does, and nothing of brackets.
    Who,
    /// Also that it knows brackets around pastes.
    All,
}

/// What goes into the terminal.
struct Keys {
    writer: Option<Box<dyn std::io::Write + Send>>,
    /// How many bytes were sent.
    sent: u64,
}

impl Keys {
    fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let writer = self.writer.as_mut().ok_or(std::io::ErrorKind::NotConnected)?;
        writer.write_all(bytes)?;
        writer.flush()?;
        self.sent += bytes.len() as u64;
        Ok(())
    }
}

/// What the terminal got so far.
pub(crate) struct Output {
    parser: vt100::Parser,
    answers: Answers,
    /// As many bytes were looked through for questions.
    answered: usize,
    /// Every byte written to it.
    pub(crate) bytes: Vec<u8>,
    /// The text of every frame in which one of the watched words stood.
    pub(crate) caught: Vec<String>,
    watched: Vec<String>,
    closed: bool,
    /// Set to let the reader go, with its hold on the terminal.
    let_go: bool,
}

impl Output {
    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// The screen's text, line by line, without the spaces at the ends.
    pub(crate) fn text(&self) -> String {
        let (_, columns) = self.screen().size();
        self.screen().rows(0, columns.get()).map(|row| row.trim_end().to_owned() + "\n").collect()
    }

    /// The answers that are due.
    fn due(&mut self) -> Vec<u8> {
        let mut due = Vec::new();
        while let Some((at, question)) = self.next_question() {
            self.answered += at + question.asked.len();
            if self.answers == Answers::All || self.answers == Answers::Who && question.is_old {
                due.extend_from_slice(question.answer);
            }
        }
        // The last one may have come in part.
        self.answered = self.answered.max(self.bytes.len().saturating_sub(LONGEST - 1));
        due
    }

    fn next_question(&self) -> Option<(usize, &'static Question)> {
        let rest = &self.bytes[self.answered..];
        let at = |asked: &[u8]| rest.windows(asked.len()).position(|window| window == asked);
        QUESTIONS.iter().filter_map(|question| Some((at(question.asked)?, question))).min_by_key(|(at, _)| *at)
    }
}

type Shared = Arc<(Mutex<Output>, Condvar)>;

/// A program running in a pseudo terminal of its own session. Killed when dropped.
pub(crate) struct Terminal {
    shared: Shared,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Arc<Mutex<Keys>>,
    child: Box<dyn Child + Send + Sync>,
    pid: u32,
}

fn nonzero(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN)
}

const fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    /// Starts `program` with exactly this environment.
    pub(crate) fn start(
        program: &Path,
        arguments: &[&str],
        env: &BTreeMap<String, String>,
        folder: &Path,
        (columns, rows): (u16, u16),
    ) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a pseudo terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        for (name, value) in env {
            command.env(name, value);
        }
        command.cwd(folder);
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let pid = child.process_id().expect("it has an id");
        let output = Output {
            parser: vt100::Parser::new(nonzero(rows), nonzero(columns), 0),
            answers: Answers::Nothing,
            answered: 0,
            bytes: Vec::new(),
            caught: Vec::new(),
            watched: Vec::new(),
            closed: false,
            let_go: false,
        };
        let shared: Shared = Arc::new((Mutex::new(output), Condvar::new()));
        // Else the terminal would stay open on our side after the program's end.
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().expect("its output");
        let writer = pair.master.take_writer().expect("its input");
        let keys = Arc::new(Mutex::new(Keys { writer: Some(writer), sent: 0 }));
        let reads = {
            let (shared, keys) = (Arc::clone(&shared), Arc::clone(&keys));
            move || read_all(reader, &shared, &keys)
        };
        std::thread::Builder::new().name(reader_of(pid)).spawn(reads).expect("a thread");
        Self { shared, master: Some(pair.master), keys, child, pid }
    }

    /// From now on the terminal answers, also what was asked before.
    pub(crate) fn answer(&self, answers: Answers) {
        let mut output = self.output();
        output.answers = answers;
        output.answered = 0;
        let due = output.due();
        drop(output);
        self.send_all(&due);
    }

    /// How many bytes went into it.
    pub(crate) fn sent(&self) -> u64 {
        self.keys.lock().expect("nobody fails with the keys").sent
    }

    fn send_all(&self, bytes: &[u8]) {
        self.keys.lock().expect("nobody fails with the keys").send(bytes).expect("the terminal takes keys");
    }

    pub(crate) const fn pid(&self) -> u32 {
        self.pid
    }

    pub(crate) fn output(&self) -> MutexGuard<'_, Output> {
        self.shared.0.lock().expect("the reader lives")
    }

    /// Whether nobody has the terminal open any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.output().closed
    }

    /// The screen's text now.
    pub(crate) fn text(&self) -> String {
        self.output().text()
    }

    /// From now on every frame that shows one of these words is kept in [`Output::caught`].
    pub(crate) fn watch_for(&self, words: &[&str]) {
        self.output().watched = words.iter().map(|&word| word.to_owned()).collect();
    }

    /// Sends keys as a terminal does: `\r` is Enter, `\x1b` Esc, `\t` Tab.
    pub(crate) fn send(&mut self, keys: &str) {
        self.send_bytes(keys.as_bytes());
    }

    /// Sends what a terminal sends that is no text.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.send_all(bytes);
    }

    /// Pastes a text as a terminal with bracketed paste does.
    pub(crate) fn paste(&mut self, text: &str) {
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Sends keys and waits for what they shall bring.
    pub(crate) fn press(&mut self, keys: &str, expected: &str) {
        self.send(keys);
        self.wait_for(expected);
    }

    /// Waits until the screen shows this text.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("the screen shows “{text}”"), |output| output.text().contains(text));
    }

    /// Waits until the screen shows this text no more.
    pub(crate) fn wait_gone(&self, text: &str) {
        self.wait_until(&format!("the screen no longer shows “{text}”"), |output| !output.text().contains(text));
    }

    /// Waits until a condition holds; fails with the last screen if it never does.
    pub(crate) fn wait_until(&self, what: &str, condition: impl Fn(&Output) -> bool) {
        assert!(self.comes_true(PATIENCE, &condition), "waited in vain until {what}:\n{}", self.text());
    }

    /// Whether a condition comes true within a time.
    pub(crate) fn comes_true(&self, within: Duration, condition: impl Fn(&Output) -> bool) -> bool {
        let deadline = Instant::now() + within;
        let mut output = self.output();
        loop {
            if condition(&output) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || output.closed {
                return condition(&output);
            }
            output = self.shared.1.wait_timeout(output, left).expect("the reader lives").0;
        }
    }

    /// Waits until nothing was written for a while: the only way to know that a screen is finished.
    pub(crate) fn settle(&self, quiet: Duration) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let seen = self.output().bytes.len();
            if !self.comes_true(quiet, |output| output.bytes.len() != seen) {
                return;
            }
            assert!(Instant::now() < deadline, "the screen never rests:\n{}", self.text());
        }
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.output().parser.set_size(nonzero(rows), nonzero(columns));
        self.master().resize(size(columns, rows)).expect("the terminal takes its size");
    }

    /// The line discipline's settings, to be compared before and after.
    #[cfg(unix)]
    pub(crate) fn settings(&self) -> String {
        format!("{:?}", self.master().get_termios())
    }

    /// Waits for the end of the program.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.wait_within(PATIENCE).unwrap_or_else(|| panic!("the program does not end:\n{}", self.text()))
    }

    pub(crate) fn wait_within(&mut self, within: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait().expect("the program can be waited for") {
                // What it wrote last may still be on its way.
                self.comes_true(Duration::from_secs(5), |output| output.closed);
                return Some(status);
            }
            if Instant::now() > deadline {
                return None;
            }
            // There is no condition to wait on for the end of a process; this is only how often one looks.
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    /// Takes the terminal away, as closing its window does. The program can still be waited for.
    pub(crate) fn close(&mut self) {
        self.output().let_go = true;
        // The reader holds the terminal open and sits in a read: something has to be written for it to leave. Screens
        // answer to another size, and where there are none the terminal itself echoes.
        let (rows, columns) = self.output().screen().size();
        self.resize(columns.get() - 1, rows.get());
        self.send(" ");
        self.wait_until("the reader lets go", |output| output.closed);
        self.keys.lock().expect("nobody fails with the keys").writer = None;
        self.master = None;
    }

    fn master(&self) -> &(dyn MasterPty + Send) {
        self.master.as_deref().expect("the terminal is open")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// What the thread is called that reads what a process writes.
pub(crate) fn reader_of(pid: u32) -> String {
    format!("pty {pid}")
}

fn read_all(mut reader: Box<dyn std::io::Read + Send>, shared: &Shared, keys: &Mutex<Keys>) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = reader.read(&mut buffer).unwrap_or(0);
        let mut output = shared.0.lock().expect("nobody fails with the lock held");
        if read == 0 || output.let_go {
            output.closed = true;
            drop(reader);
            shared.1.notify_all();
            return;
        }
        output.bytes.extend_from_slice(&buffer[..read]);
        output.parser.process(&buffer[..read]);
        if output.answers != Answers::Nothing {
            let due = output.due();
            // A program that has ended needs no answer.
            let _ = keys.lock().expect("nobody fails with the keys").send(&due);
        }
        if !output.watched.is_empty() {
            let text = output.text();
            if output.watched.iter().any(|word| text.contains(word.as_str())) {
                output.caught.push(text);
            }
        }
        shared.1.notify_all();
    }
}

#[test]
fn the_driver_sees_what_a_shell_writes() {
    let home = super::home::Home::new();
    let script = "printf 'a\\033[3;5Hb'; read x; printf \"got $x\"";
    let mut terminal = Terminal::start(Path::new("/bin/sh"), &["-c", script], &home.env(), home.path(), (20, 4));
    terminal.wait_for("b");
    assert_eq!(terminal.text(), "a\n\n    b\n\n");
    terminal.watch_for(&["got"]);
    terminal.press("yes\r", "got yes");
    assert!(terminal.wait().success());
    assert_eq!(terminal.output().caught.len(), 1);
}
