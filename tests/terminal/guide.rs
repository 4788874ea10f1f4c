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
    terminal.wait_for("token from GH_TOKEN");
    terminal.wait_for("acme, organization");
    terminal.wait_for("acme/api, this repository");
    terminal
}

/// Moves the selection of a list without gaps to the line that holds this text.
pub(crate) fn choose(terminal: &mut Terminal, text: &str) {
    let row = |shown: &str, mark: &dyn Fn(&str) -> bool| shown.lines().position(mark);
    let wanted = |line: &str| line.split('│').next().is_some_and(|list| list.contains(text));
    terminal.wait_until("the list is there", |output| {
        let shown = output.text();
        row(&shown, &|line| line.contains('▌')).is_some() && row(&shown, &wanted).is_some()
    });
    let shown = terminal.text();
    let (at, to) = (row(&shown, &|line| line.contains('▌')).unwrap(), row(&shown, &wanted).unwrap());
    let keys = if to > at { "j".repeat(to - at) } else { "k".repeat(at - to) };
    terminal.send(&keys);
    terminal.wait_until(&format!("“{text}” is chosen"), |output| {
        output.text().lines().any(|line| line.contains('▌') && wanted(line))
    });
}

/// To the next field: the cursor is seen to move before anything else is typed.
pub(crate) fn next_field(terminal: &mut Terminal) {
    to_another_field(terminal, "\t");
}

/// To another field by a key.
pub(crate) fn to_another_field(terminal: &mut Terminal, key: &str) {
    let before = terminal.output().screen().cursor_position().0;
    terminal.send(key);
    terminal.wait_until("another field has the cursor", |output| output.screen().cursor_position().0 != before);
}

/// From the list to the form of the wizard.
pub(crate) fn to_the_form(terminal: &mut Terminal, values: Values, place: &str) {
    terminal.press("n", "Which registry do codespaces pull from?");
    choose(terminal, values.registry);
    terminal.press("\r", "Where should the three secrets live?");
    choose(terminal, place);
    terminal.press("\r", "▸ Credentials");
}

/// Types the values; the first empty field has the focus.
pub(crate) fn fill(terminal: &mut Terminal, values: Values) {
    let fields = [values.server, values.user, values.password].into_iter().filter(|value| !value.is_empty());
    for (at, value) in fields.enumerate() {
        if at > 0 {
            next_field(terminal);
        }
        terminal.paste(value);
        // Lines under a field come and go with what is typed; the next key must not meet a screen that still moves.
        terminal.settle(Duration::from_millis(60));
    }
}

/// From the password of the filled form to the step *Test*: Enter leads over the last field, which may stay empty.
pub(crate) fn to_the_test(terminal: &mut Terminal) {
    to_another_field(terminal, "\r");
    terminal.press("\r", "▸ Access");
    terminal.press("\r", "▸ Test");
}

/// The arrow to the button that does what is asked.
pub(crate) const RIGHT: &str = "\x1b[C";

/// Presses the button `label` of the question that is open, and waits for what it brings.
pub(crate) fn agree(terminal: &mut Terminal, label: &str, expected: &str) {
    terminal.press(RIGHT, &format!("[ {label} ]"));
    terminal.press("\r", expected);
}

/// Leaves the program and fails if it fails.
pub(crate) fn leave(terminal: &mut Terminal) {
    terminal.send("q");
    assert!(terminal.wait().success(), "{}", terminal.text());
}
