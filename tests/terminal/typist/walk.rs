//! One walk: what the stranger does at the terminal, and what has to hold after each of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use pullkey::sandbox::RegistryKind;

use super::super::secrets::CANARY;
use super::sight::Sight;
use super::vault::{Vault, What, Written, scope_words, written};
use crate::support::home::Home;
use crate::support::idle::{send_through, wait_idle};
use crate::support::pty::{Answers, Terminal};
use crate::support::question::{Agreed, Deed, Question};
use crate::support::stranger::{Doing, Stranger};
use crate::support::world::{PROGRAM, Scene};

/// One walk of so many is on a terminal that says nothing of brackets, where quick keys are held back.
pub(super) const GUESSING: u64 = 13;
/// For so long quick keys are held back at most where nothing is known of brackets.
const HELD_BACK: Duration = Duration::from_millis(150);
/// How long what is running gets in one step.
const WHILE: Duration = Duration::from_millis(25);
/// Divides the times of GitHub's codespaces and limits.
pub(super) const HURRY: u32 = 200;
/// How long a key's frame may take on a busy machine.
const FRAME: Duration = Duration::from_secs(5);

/// Has the shape of a token, so that it is masked wherever it is typed.
const TOKEN: &str = "dop_v1_0123456789abcdef0123456789abcdefCANARYtoken";
const TRACE: &str = "CANARYtoken";
/// The size at which every question and every form has room.
const LARGE: (u16, u16) = (112, 60);
/// The size at which nothing has room.
const TINY: (u16, u16) = (30, 8);
/// The size at which it begins.
const FIRST: (u16, u16) = (120, 40);

pub(super) struct Walk<'s> {
    seed: u64,
    scene: &'s Scene,
    home: &'s Home,
    stranger: Stranger,
    terminal: Terminal,
    size: (u16, u16),
    /// What was seen before the terminal became too small for anything.
    unseen: Option<Sight>,
    stayed_tiny: bool,
    agreed: Agreed,
    vault: Vault,
    /// How many requests were looked at.
    seen: usize,
    writes: BTreeMap<&'static str, usize>,
    /// What was done, for a failure.
    done: Vec<String>,
}

fn bytes_of(key: &str) -> &str {
    match key {
        "enter" => "\r",
        "tab" => "\t",
        "shift-tab" => "\x1b[Z",
        "esc" => "\x1b[27u",
        "up" => "\x1b[A",
        "down" => "\x1b[B",
        "right" => "\x1b[C",
        "left" => "\x1b[D",
        "backspace" => "\x7f",
        "ctrl-u" => "\x15",
        "ctrl-c" => "\x03",
        "f2" => "\x1bOQ",
        "space" => " ",
        other => other,
    }
}

impl<'s> Walk<'s> {
    pub(super) fn start(seed: u64, scene: &'s Scene, home: &'s Home) -> Self {
        let terminal = open(scene, home, seed);
        Self {
            seed,
            scene,
            home,
            stranger: Stranger::new(seed),
            terminal,
            size: FIRST,
            unseen: None,
            stayed_tiny: false,
            agreed: Agreed::default(),
            vault: Vault::of(scene),
            seen: 0,
            writes: BTreeMap::new(),
            done: Vec::new(),
        }
    }

    pub(super) fn fail(&self, why: &str) -> ! {
        let last = self.done.len().saturating_sub(12);
        panic!(
            "seed {:#x}, step {}: {why}\nafter {:#?}\n{}",
            self.seed,
            self.done.len(),
            &self.done[last..],
            self.terminal.text()
        );
    }

    /// Begins where one begins, in the same world.
    pub(super) fn start_again(&mut self) {
        self.terminal = open(self.scene, self.home, self.seed);
        (self.size, self.unseen) = (FIRST, None);
    }

    /// How many bytes were shown.
    pub(super) fn shown(&self) -> usize {
        self.terminal.output().bytes.len()
    }

    /// How often something of each kind reached GitHub.
    pub(super) fn into_writes(self) -> BTreeMap<&'static str, usize> {
        self.writes
    }

    fn is_roomy(&self) -> bool {
        self.size.0 >= 80
    }

    /// Sends bytes and waits for what they bring.
    fn send(&mut self, bytes: &str) {
        if !self.is_running() {
            return;
        }
        send_through(&mut self.terminal, bytes);
        if self.seed.is_multiple_of(GUESSING) {
            self.terminal.settle(HELD_BACK);
        }
    }

    fn resize(&mut self, size: (u16, u16)) {
        if self.size != size && self.is_running() {
            if self.is_roomy() && size == TINY {
                self.unseen = Some(self.sight());
            }
            self.size = size;
            let before = self.terminal.output().bytes.len();
            self.terminal.resize(size.0, size.1);
            wait_idle(&self.terminal, |output| output.bytes.len() > before);
            let unseen = if size == TINY { None } else { self.unseen.take() };
            if let Some(before) = unseen.filter(|before| self.is_roomy() && before.focus.is_some()) {
                let after = self.sight();
                let is_same = |label: &String| before.fields.get(label) == after.fields.get(label);
                let label = before.focus.as_ref().filter(|label| after.fields.contains_key(*label) && !is_same(label));
                if let Some(label) = label.filter(|_| before.place == after.place && self.stayed_tiny) {
                    self.fail(&format!("“{label}” was typed into while it was not seen"));
                }
            }
            self.stayed_tiny = size == TINY;
        }
    }

    /// Before Enter: what a question with an armed button says, all of it.
    fn agree(&mut self) {
        if Question::armed(&self.terminal.text()).is_some() {
            let size = self.size;
            self.resize(LARGE);
            let question = Question::armed(&self.terminal.text());
            if let Some(question) = question {
                self.agreed.to(question);
            }
            self.resize(size);
        }
    }

    fn sight(&self) -> Sight {
        Sight::of(&self.terminal.output())
    }

    /// One thing he does; says whether pullkey may have ended by it.
    pub(super) fn step(&mut self) -> bool {
        let doing = self.stranger.next();
        self.done.push(format!("{doing:?}"));
        match doing {
            Doing::Press(key) => return self.press(key),
            Doing::Type { text, slowly } => return self.type_text(text, slowly),
            Doing::Manage(text) => {
                self.agree();
                self.send(&format!("{text}\tsw-pull\r"));
                return text.contains('q');
            }
            Doing::Paste { text, in_brackets: true } => self.paste(text),
            Doing::Paste { text, in_brackets: false } => {
                self.agree();
                self.send(&format!("{text}\r"));
                return text.contains('q');
            }
            Doing::Password => self.give_password(),
            Doing::Reveal => self.reveal(),
            Doing::Resize(columns, rows) => self.resize((columns, rows)),
            Doing::Wait => self.terminal.settle(WHILE),
        }
        false
    }

    fn press(&mut self, key: &'static str) -> bool {
        if key == "enter" {
            self.agree();
        }
        let before = self.sight();
        self.send(bytes_of(key));
        let is_running = self.is_running();
        if !is_running && key == "ctrl-c" && before.fields.values().any(|value| value.starts_with('•')) {
            self.fail("Control-C lost a password that was typed, unasked");
        }
        if self.is_roomy() && is_running {
            self.after_key(key, &before);
        }
        ["q", "ctrl-c", "enter"].contains(&key)
    }

    pub(super) fn is_running(&mut self) -> bool {
        // Who gives the screen back is about to end.
        let is_leaving = !self.terminal.output().screen().alternate_screen();
        self.terminal.wait_within(if is_leaving { FRAME } else { Duration::ZERO }).is_none()
    }

    /// What holds of a single key in a form.
    fn after_key(&self, key: &str, before: &Sight) {
        let after = self.sight();
        if key == "backspace" && before.focus.is_none() && before.place != after.place {
            self.fail(&format!("Backspace led from “{}” to “{}”", before.place, after.place));
        }
        let is_left = key == "enter" && before.is_form() && before.focus.is_some() && !after.is_form();
        if is_left && before.last != before.focus {
            self.fail(&format!("Enter in “{:?}”, which is not the last field, left the form", before.focus));
        }
        if key == "/"
            && before.focus.is_none()
            && after.focus.is_none()
            && before.text != after.text
            && !after.says_something()
        {
            self.fail("the filter takes text and is not seen");
        }
        let is_refused = before.text.contains("When does this password expire?") && before.text.contains('✗');
        if key == "enter" && before.fields.len() == 1 && is_refused && after.focus != before.focus {
            self.fail("Enter left a field whose text is not understood");
        }
        if before.is_form() && before.place == after.place && !before.is_invited() {
            self.others_stay(before, &after);
        }
    }

    /// Fields without the focus keep what they hold; a proposed name follows, and what equals the password is masked.
    fn others_stay(&self, before: &Sight, after: &Sight) {
        for (label, value) in &before.fields {
            let is_own = Some(label) == before.focus.as_ref() || ["Prefix", "Secret"].contains(&label.as_str());
            let Some(now) = after.fields.get(label).filter(|_| !is_own) else { continue };
            let masked = |text: &str| text.chars().all(|c| c == '•');
            let is_same =
                now == value || now.chars().count() == value.chars().count() && (masked(now) || masked(value));
            // A value that is longer than its field shows its end while one is there.
            let is_scrolled = now.chars().count().max(value.chars().count()) > 24;
            if !is_same && !is_scrolled {
                self.fail(&format!("“{label}” held “{value}” and holds “{now}” without having been typed into"));
            }
        }
    }

    /// Types a text wherever one is. In a field it is seen.
    fn type_text(&mut self, text: &'static str, slowly: bool) -> bool {
        let before = self.sight();
        if slowly {
            for c in text.chars() {
                self.send(c.encode_utf8(&mut [0; 4]));
            }
        } else {
            self.send(text);
        }
        let is_field = before.focus.is_some() && self.is_roomy();
        if is_field && self.is_running() {
            let end: String = text.chars().rev().take(10).collect::<Vec<_>>().into_iter().rev().collect();
            let is_seen = |sight: &Sight| {
                let masked = "•".repeat(end.chars().count());
                sight.before_cursor.ends_with(&end) || sight.before_cursor.ends_with(&masked)
            };
            if !self.terminal.comes_true(FRAME, |output| is_seen(&Sight::of(output))) {
                self.fail(&format!("“{text}” was typed into “{:?}” and is not seen", before.focus));
            }
            if before.is_form() {
                self.others_stay(&before, &self.sight());
            }
        }
        !is_field && text.contains('q')
    }

    fn paste(&mut self, text: &'static str) {
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
        self.send(&format!("\x1b[200~{}\x1b[201~", if text.len() > 8 { TOKEN } else { text }));
    }

    /// The password goes where what is typed is masked, and nowhere else.
    fn give_password(&mut self) {
        if self.sight().focus.is_none() || !self.is_roomy() {
            return;
        }
        self.send("\x15");
        self.send("K");
        if self.sight().before_cursor.ends_with('•') {
            self.send(&CANARY[1..]);
        } else {
            self.send("\x7f");
        }
    }

    /// What was looked at is gone with the key that empties the field, and what comes after it is masked.
    fn reveal(&mut self) {
        let size = self.size;
        self.resize(LARGE);
        self.give_password();
        if self.sight().before_cursor.ends_with('•') && self.is_running() {
            self.terminal.watch_for(&[TRACE]);
            self.send(bytes_of("f2"));
            if !self.terminal.comes_true(FRAME, |output| output.text().contains(CANARY)) {
                self.fail("what was typed as a password is not to be seen when it is asked for");
            }
            self.send("\x15");
            if !self.terminal.comes_true(FRAME, |output| !output.text().contains(CANARY)) {
                self.fail("what was looked at stays");
            }
            self.terminal.watch_for(&[CANARY, TRACE]);
            self.send(&format!("\x1b[200~{CANARY}\x1b[201~"));
        }
        self.resize(size);
    }

    /// Every write so far was named by a question that was agreed to, and no password is to be seen.
    pub(super) fn check(&mut self) {
        let requests = self.scene.world().requests();
        let fresh: Vec<Written> = requests[self.seen.min(requests.len())..].iter().filter_map(written).collect();
        self.seen = requests.len();
        for written in fresh {
            *self.writes.entry(written.kind).or_default() += 1;
            match written.what {
                What::Codespace(name) => self.named(&[self.turn(&name, written.kind == "start")]),
                What::Secret { scope, name } if !self.agreed.mentions(&name, &scope_words(&scope)) => {
                    let last = self.agreed.last();
                    self.fail(&format!(
                        "{} {name} in {scope}, of which no question spoke; the last one:\n{last}",
                        written.kind
                    ));
                }
                What::Secret { .. } => {} // what became of it is compared below
            }
        }
        let now = Vault::of(self.scene);
        for deeds in now.since(&self.vault) {
            self.named(&deeds);
        }
        self.vault = now;
        let caught = self.terminal.output().caught.first().cloned();
        if let Some(frame) = caught {
            self.fail(&format!("a password stands in a visible cell:\n{frame}"));
        }
    }

    fn turn(&self, name: &str, starts: bool) -> Deed {
        let codespace = name.rsplit_once('-').map_or(name, |(display, _)| display).replace('-', " ");
        let repository = self.scene.world().codespace(name).map(|it| it.repository).unwrap_or_default();
        if starts { Deed::Start { codespace, repository } } else { Deed::Stop { codespace, repository } }
    }

    /// What was done has to be one of these, named by a question.
    fn named(&mut self, deeds: &[Deed]) {
        let found: Vec<String> = deeds.iter().map_while(|deed| self.agreed.take(deed).err()).collect();
        if found.len() == deeds.len() {
            self.fail(&found.join("\n"));
        }
    }
}

fn open(scene: &Scene, home: &Home, seed: u64) -> Terminal {
    let mut env = scene.env(home);
    // No registry but the sandbox's is asked, and no program of this machine.
    env.insert("PULLKEY_REGISTRY_STAND_IN".to_owned(), scene.registry(RegistryKind::Basic));
    env.insert("PATH".to_owned(), home.path().join("bin").to_string_lossy().into_owned());
    env.insert("PULLKEY_HURRY".to_owned(), HURRY.to_string());
    let arguments = ["--repo", "acme/api"];
    let terminal = Terminal::start(Path::new(PROGRAM), &arguments, &env, home.path(), FIRST);
    terminal.wait_for("acme/api, this repository");
    terminal.answer(if seed.is_multiple_of(GUESSING) { Answers::Who } else { Answers::All });
    terminal.watch_for(&[CANARY, TRACE]);
    terminal
}
