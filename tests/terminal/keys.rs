//! Keys as terminals send them, and what terminals answer: documented keys act, and nothing else types a character.
//!
//! The sequences are those of the terminal descriptions of Debian's `ncurses-base` and `ncurses-term`, read with
//! `infocmp`, and those of the kitty protocol and of xterm's modifyOtherKeys, of which no description tells.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::support::home::Home;
use crate::support::pty::Terminal;
use crate::support::world::PROGRAM;

/// Emulators and consoles in use, with the forms of them that Debian describes. Terminals of another family, whose keys
/// begin with something else than xterm's, or say something else with the same bytes, are not among them.
const ENTRIES: [&str; 72] = [
    "xterm",
    "xterm-256color",
    "xterm-new",
    "xterm-r6",
    "xterm-color",
    "xterm-16color",
    "xterm-direct",
    "xterm-vt220",
    "kitty",
    "gnome",
    "gnome-256color",
    "vte",
    "vte-256color",
    "xfce",
    "konsole",
    "konsole-256color",
    "konsole-linux",
    "konsole-vt100",
    "konsole-vt420pc",
    "konsole-xf4x",
    "konsole-xf3x",
    "linux",
    "linux-16color",
    "linux-basic",
    "screen",
    "screen-256color",
    "screen.xterm-256color",
    "screen.linux",
    "screen.rxvt",
    "tmux",
    "tmux-256color",
    "tmux-direct",
    "rxvt",
    "rxvt-256color",
    "rxvt-unicode",
    "rxvt-unicode-256color",
    "rxvt-cygwin",
    "mrxvt",
    "aterm",
    "Eterm",
    "Eterm-256color",
    "st",
    "st-256color",
    "stterm",
    "stterm-256color",
    "alacritty",
    "mintty",
    "ms-terminal",
    "putty",
    "putty-256color",
    "putty-vt100",
    "cygwin",
    "teraterm",
    "mlterm",
    "mlterm-256color",
    "kterm",
    "terminator",
    "terminology",
    "iterm",
    "iterm2",
    "iTerm.app",
    "iTerm2.app",
    "nsterm",
    "nsterm-256color",
    "Apple_Terminal",
    "dvtm",
    "dvtm-256color",
    "hterm",
    "vscode",
    "domterm",
    "hurd",
    "dtterm",
];

/// Ways to send one key that no description tells.
type Forms = &'static [&'static [u8]];

/// At least as many have to be described here.
const AT_LEAST: usize = 64;

/// Names of keys that have a meaning in pullkey, on a list or in a field.
const DOCUMENTED: [&str; 26] = [
    "kcuu1", "kcud1", "kcub1", "kcuf1", "khome", "kend", "kpp", "knp", "kdch1", "kbs", "kcbt", "kent", "kf1", "kf2",
    "kf3", "kf4", "kf5", "kf6", "kf7", "kf8", "kf12", "kLFT3", "kRIT3", "kLFT5", "kRIT5", "kspd",
];

/// Every key of a terminal by its name, or nothing where it is not described here.
fn keys_of(entry: &str) -> Vec<(String, Vec<u8>)> {
    let Ok(output) = Command::new("infocmp").args(["-x", "-1", entry]).output() else { return Vec::new() };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |line: &str| {
        let (name, sequence) = line.trim().strip_suffix(',')?.split_once('=')?;
        name.starts_with('k').then(|| (name.to_owned(), unescaped(sequence)))
    };
    text.lines().filter_map(line).collect()
}

/// terminfo(5): `\E`, `^C`, `\NNN`, and signs that mean themselves.
fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'^' => rest.next().map_or(b'^', |c| if c == b'?' { 0x7f } else { c & 0x1f }),
            b'\\' => match rest.next() {
                Some(b'E' | b'e') => 0x1b,
                Some(b'n' | b'l') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'b') => 8,
                Some(b's') => b' ',
                Some(digit @ b'0'..=b'7') => {
                    let digits = [Some(digit), rest.next(), rest.next()];
                    digits.into_iter().flatten().fold(0, |n: u8, digit| n.wrapping_mul(8) + (digit - b'0'))
                }
                Some(other) => other,
                None => b'\\',
            },
            other => other,
        });
    }
    bytes
}

/// Names of keys by their bytes, over all entries. What begins a report of the mouse is no key.
fn described() -> BTreeMap<Vec<u8>, BTreeSet<String>> {
    let mut keys: BTreeMap<Vec<u8>, BTreeSet<String>> = BTreeMap::new();
    let mut known = 0;
    for entry in ENTRIES {
        let of_entry = keys_of(entry);
        known += usize::from(!of_entry.is_empty());
        for (name, bytes) in of_entry.into_iter().filter(|(name, _)| name != "kmous") {
            keys.entry(bytes).or_default().insert(name);
        }
    }
    let is_required = std::env::var("PULLKEY_PEERS").is_ok_and(|value| value == "required");
    if known < AT_LEAST {
        assert!(!is_required, "only {known} terminals are described here: install ncurses-term");
        println!("not tried: {} terminals of {AT_LEAST}, as ncurses-term is not installed", AT_LEAST - known);
    }
    keys
}

/// Answers that come late, of questions other programs asked.
const ANSWERS: [&[u8]; 16] = [
    b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b]11;rgb:1c1c/1c1c/1c1c\x07",
    b"\x1b]4;12;rgb:5c5c/5c5c/ffff\x1b\\",
    b"\x1b]52;c;aGVsbG8=\x1b\\",
    b"\x1bP>|XTerm(388)\x1b\\",
    b"\x1bP1+r544e=787465726d2d323536636f6c6f72\x1b\\",
    b"\x1bP0+r4d73\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b^private\x1b\\",
    b"\x1bXstring\x1b\\",
    b"\x9d11;rgb:1c1c/1c1c/1c1c\x9c",
    b"\x90>|foot(1.13)\x9c",
    b"\x9b?62;22c",
    b"\x1b[?62;22c\x1b[>41;388;0c\x1b[?2004;1$y\x1b[0n\x1b[24;80R\x1b[?7u",
    b"\x1b[I\x1b[O\x1b[8;24;80t\x1b[?997;1n",
];

/// The kitty protocol's and modifyOtherKeys' forms of keys that mean nothing here.
const MEANINGLESS: [&[u8]; 16] = [
    b"\x1b[97;1:3u",
    b"\x1b[97;9u",
    b"\x1b[97;17u",
    b"\x1b[113;3u",
    b"\x1b[57441;2u",
    b"\x1b[57358u",
    b"\x1b[57376u",
    b"\x1b[57428;1:1u",
    b"\x1b[1;1:3A",
    b"\x1b[3;1:3~",
    b"\x1b[13;1:3u",
    b"\x1b[27;7;120~",
    b"\x1b[27;3;113~",
    b"\x1b[120;7u",
    b"\x1b[109;5:3u",
    b"\x1b[32;10;20M",
];

/// The demo with the field of the registry's address open, in which `mark` stands.
pub(super) struct Field {
    pub(super) terminal: Terminal,
    _home: Home,
}

const MARK: &str = "mark";

impl Field {
    pub(super) fn open() -> Self {
        let home = Home::new();
        let mut terminal = Terminal::start(Path::new(PROGRAM), &["--demo"], &home.env(), home.path(), (100, 30));
        terminal.wait_for("acme/api");
        terminal.press("n", "Which registry do codespaces pull from?");
        terminal.press("/", "server or image");
        terminal.press("other", "Any other registry");
        terminal.press("\r", "Where should the three secrets live?");
        terminal.press("\r", "▸ Credentials");
        terminal.press(MARK, MARK);
        Self { terminal, _home: home }
    }

    /// What stands in the fields: all that follows a label.
    pub(super) fn typed(&self) -> Option<String> {
        let shown = self.terminal.text();
        if !shown.contains("▸ Credentials") {
            return None;
        }
        let labels = [" Server", " User", " Password", " Image"];
        let field = |line: &str| {
            let label = labels.iter().find(|label| line.starts_with(**label))?;
            let rest = line.split('│').next().unwrap_or_default();
            Some(rest.trim_start_matches(label).replace("optional", "").trim().to_owned())
        };
        Some(shown.lines().filter_map(field).collect::<Vec<_>>().concat())
    }
}

#[test]
fn nothing_but_characters_types_characters() {
    let documented: BTreeSet<&str> = DOCUMENTED.into_iter().collect();
    let is_meaningless = |(bytes, names): &(Vec<u8>, BTreeSet<String>)| {
        bytes.first() == Some(&0x1b) && names.iter().all(|name| !documented.contains(name.as_str()))
    };
    let keys = described().into_iter().filter(is_meaningless).map(|(bytes, _)| bytes);
    let all: Vec<Vec<u8>> = keys.chain(ANSWERS.iter().chain(&MEANINGLESS).map(|bytes| bytes.to_vec())).collect();
    let mut field = Field::open();
    assert_eq!(field.typed().as_deref(), Some(MARK), "{}", field.terminal.text());
    for bytes in &all {
        field.terminal.send_bytes(bytes);
        field.terminal.settle(Duration::from_millis(if bytes.last() == Some(&0x1b) { 80 } else { 12 }));
        let typed = field.typed();
        match typed {
            Some(typed) => assert!(MARK.contains(&typed), "{} typed “{typed}”", bytes.escape_ascii()),
            // A key that means something after all, under another name.
            None => field = Field::open(),
        }
    }
    field.terminal.press("ed", "ed");
    println!("{} sequences type nothing", all.len());
}

/// Sends a key and waits for what it does.
fn acts(terminal: &mut Terminal, bytes: &[u8], expected: &str) {
    terminal.send_bytes(bytes);
    terminal.wait_until(&format!("{} brings “{expected}”", bytes.escape_ascii()), |output| {
        output.text().contains(expected)
    });
}

/// All the ways in which a key is sent: those of the terminals, and these.
fn sent(keys: &BTreeMap<Vec<u8>, BTreeSet<String>>, name: &str, more: Forms) -> Vec<Vec<u8>> {
    let found = keys.iter().filter(|(_, names)| names.contains(name)).map(|(bytes, _)| bytes.clone());
    found.chain(more.iter().map(|bytes| bytes.to_vec())).collect()
}

/// The line with the bar.
fn bar(text: &str) -> Option<usize> {
    text.lines().position(|line| line.contains('▌'))
}

fn at_line(terminal: &Terminal) -> Option<usize> {
    bar(&terminal.text())
}

#[test]
fn documented_keys_move_on_a_list_however_a_terminal_sends_them() {
    let keys = described();
    let home = Home::new();
    let mut terminal = Terminal::start(Path::new(PROGRAM), &["--demo"], &home.env(), home.path(), (100, 30));
    terminal.wait_for("LEGACY");
    terminal.settle(Duration::from_millis(300));
    let top = at_line(&terminal).expect("a line is selected");
    let moves = |terminal: &mut Terminal, bytes: &[u8], line: &dyn Fn(usize) -> bool| {
        terminal.send_bytes(bytes);
        terminal.wait_until(&format!("{} moves the bar", bytes.escape_ascii()), |output| {
            bar(&output.text()).is_some_and(line)
        });
    };
    let pairs: [(&str, Forms, &str, Forms); 3] = [
        ("kcud1", &[b"\x1b[1;1:1B", b"\x1b[57420u", b"\x9bB", b"\x8fB"], "kcuu1", &[b"\x1b[1;1:1A", b"\x1b[57419u"]),
        ("knp", &[b"\x1b[57422u", b"\x1b[102;5u", b"\x1b[27;5;102~"], "kpp", &[b"\x1b[57421u", b"\x1b[98;5u"]),
        ("knp", &[], "khome", &[b"\x1b[57423u", b"\x1b[1;1H"]),
    ];
    for (down, more_down, up, more_up) in pairs {
        for (down, up) in sent(&keys, down, more_down)
            .iter()
            .flat_map(|down| sent(&keys, up, more_up).into_iter().map(move |up| (down.clone(), up)))
        {
            moves(&mut terminal, &down, &|line| line > top);
            moves(&mut terminal, &up, &|line| line == top);
        }
    }
}

#[test]
fn documented_keys_act_however_a_terminal_sends_them() {
    let keys = described();
    let home = Home::new();
    let mut terminal = Terminal::start(Path::new(PROGRAM), &["--demo"], &home.env(), home.path(), (100, 30));
    terminal.wait_for("LEGACY");
    terminal.settle(Duration::from_millis(300));
    let top = at_line(&terminal).expect("a line is selected");
    // On the list, a key whose action is not offered says so with its name.
    let said: [(&str, Forms, &str); 8] = [
        ("kf1", &[b"\x1b[P", b"\x1b[47;2;63u", b"\x1b[63;2u", b"\x1b[27;2;63~"], "Help: Credentials"),
        ("kf2", &[b"\x1b[Q", b"\x1b[114;5u", b"\x1b[27;5;114~"], "“reveal”"),
        ("kf3", &[b"\x1b[13;1:1~", b"\x1b[101;5u", b"\x1b[27;5;101~"], "same access:"),
        ("kf4", &[b"\x1b[S", b"\x1b[121;5u", b"\x1b[27;5;121~"], "asked the terminal to copy"),
        ("kf6", &[b"\x1b[17;1:1~"], "stop waiting:"),
        ("kf7", &[b"\x1b[18;1:2~", b"\x1b[116;5u", b"\x1b[27;5;116~"], "“import from"),
        ("kf8", &[b"\x1b[19;1:1~"], "“store for re-testing”"),
        ("kf12", &[b"\x1b[122;5u", b"\x1b[27;5;122~"], "no shell is waiting"),
    ];
    for (name, more, expected) in said {
        for bytes in sent(&keys, name, more) {
            acts(&mut terminal, &bytes, expected);
            terminal.send(if name == "kf1" { "\x1b[27u" } else { "\x1b[B" });
            terminal.wait_gone(expected);
            terminal.send("\x1b[H");
            // Ctrl-Z is heard before what was typed before it, and this key would then take its answer away.
            terminal.wait_until("the bar is at the top", |output| bar(&output.text()) == Some(top));
        }
    }
    acts(&mut terminal, b"\x1b[32;1u", "unmark all");
    terminal.send_bytes(b"\x1b[32;1u");
    terminal.wait_gone("unmark all");
    terminal.press("n", "Which registry do codespaces pull from?");
    for enter in sent(&keys, "kent", &[b"\r", b"\x1b[13u", b"\x1b[13;1:1u", b"\x1b[57414u"]) {
        acts(&mut terminal, &enter, "Where should the three secrets live?");
        acts(&mut terminal, b"\x1b", "Which registry do codespaces pull from?");
    }
}

#[test]
fn documented_keys_edit_a_field_however_a_terminal_sends_them() {
    let keys = described();
    let mut field = Field::open();
    let expect = |field: &Field, bytes: &[u8], wanted: &str| {
        let wanted_line = format!(" {wanted} ");
        field.terminal.wait_until(&format!("{} leads to “{wanted}”", bytes.escape_ascii()), |output| {
            output.text().lines().any(|line| line.starts_with(" Server") && line.contains(&wanted_line))
        });
    };
    for home in sent(&keys, "khome", &[b"\x01", b"\x1b[97;5u", b"\x1b[27;5;97~"]) {
        field.terminal.send_bytes(&[&home[..], b"a"].concat());
        expect(&field, &home, "amark");
        field.terminal.send_bytes(b"\x7f\x1b[F");
    }
    for end in sent(&keys, "kend", &[b"\x1b[57424u"]) {
        field.terminal.send_bytes(&[b"\x1b[H", &end[..], b"z"].concat());
        expect(&field, &end, "markz");
        field.terminal.send_bytes(b"\x7f");
    }
    for delete in sent(&keys, "kdch1", &[b"\x1b[57426u"]).into_iter().filter(|bytes| bytes[0] == 0x1b) {
        field.terminal.send_bytes(&[b"\x1b[H", &delete[..]].concat());
        expect(&field, &delete, "ark");
        field.terminal.send_bytes(b"m\x1b[F");
    }
    for back in sent(&keys, "kbs", &[b"\x1b[127u", b"\x1b[127;2u", b"\x1b[27;2;127~"]) {
        field.terminal.send_bytes(&back);
        expect(&field, &back, "mar");
        field.terminal.send_bytes(b"k");
        expect(&field, b"k", MARK);
    }
    let words: Vec<Vec<u8>> = ["kLFT5", "kLFT3"].iter().flat_map(|name| sent(&keys, name, &[])).collect();
    for left in words.iter().filter(|bytes| bytes[..] != *b"\x1bb") {
        field.terminal.send_bytes(&[&left[..], b"a"].concat());
        expect(&field, left, "amark");
        field.terminal.send_bytes(b"\x7f\x1b[F");
    }
    for back in sent(&keys, "kcbt", &[b"\x1b\t", b"\x1b[9;2u", b"\x1b[27;2;9~", b"\x1b[1;2Z"]) {
        let before = field.terminal.output().screen().cursor_position().0;
        field.terminal.send_bytes(&back);
        field.terminal.wait_until(&format!("{} goes to the field before", back.escape_ascii()), |output| {
            output.screen().cursor_position().0 < before
        });
        field.terminal.send("\t");
        field.terminal.wait_until("the cursor is back", |output| output.screen().cursor_position().0 == before);
    }
}
