//! Walks through the screens as a person does: looks, presses a key, looks again.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::support::home::Home;
use crate::support::pty::Terminal;
use crate::support::world::PROGRAM;

pub(crate) const SIZE: (u16, u16) = (120, 40);

/// What is typed into the wizard.
#[derive(Clone, Copy)]
pub(crate) struct Values {
    /// The preset as the list names it.
    pub(crate) registry: &'static str,
    /// Empty where the preset fills it in.
    pub(crate) server: &'static str,
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
}

pub(crate) fn open(home: &Home, env: &BTreeMap<String, String>) -> Terminal {
    let terminal = Terminal::start(Path::new(PROGRAM), &["--repo", "acme/api"], env, home.path(), SIZE);
    terminal.wait_for("acme, organization");
    terminal.wait_for("acme/api, this repository");
    terminal
}

/// Moves the selection of a list to the line that holds this text.
pub(crate) fn choose(terminal: &mut Terminal, text: &str) {
    let is_chosen = |shown: &str| shown.lines().any(|line| line.contains('▌') && line.contains(text));
    let down = "the cursor moves";
    terminal.send("g");
    for _ in 0..60 {
        if terminal.comes_true(Duration::from_millis(200), |output| is_chosen(&output.text())) {
            return;
        }
        let before = terminal.text();
        terminal.send("j");
        terminal.wait_until(down, |output| output.text() != before);
    }
    panic!("«{text}» cannot be chosen:\n{}", terminal.text());
}

/// From the list to the form of the wizard.
pub(crate) fn to_the_form(terminal: &mut Terminal, values: Values, place: &str) {
    terminal.press("n", "Which registry shall your codespaces pull from?");
    choose(terminal, values.registry);
    terminal.press("\r", "Where shall the three secrets live?");
    choose(terminal, place);
    terminal.press("\r", "Prefix");
}

/// Types the values; the first empty field has the focus.
pub(crate) fn fill(terminal: &mut Terminal, values: Values) {
    let fields = [values.server, values.user, values.password].into_iter().filter(|value| !value.is_empty());
    for (at, value) in fields.enumerate() {
        if at > 0 {
            terminal.send("\t");
        }
        terminal.paste(value);
    }
}

/// From the filled form to the step *Test*.
pub(crate) fn to_the_test(terminal: &mut Terminal) {
    terminal.press("\r", "can print the password");
    terminal.press("\r", "Nothing is tested yet");
}

/// Leaves the program and fails if it fails.
pub(crate) fn leave(terminal: &mut Terminal) {
    terminal.send("q");
    assert!(terminal.wait().success(), "{}", terminal.text());
}
