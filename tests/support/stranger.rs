//! A typist who is a stranger: what he does next. He has something in mind, mostly, and slips: he types values into the
//! wrong field or one field too far, presses Enter everywhere, tries again, bursts like a password manager, pastes,
//! wants to leave in the middle and makes the terminal tiny.
//!
//! It stands here, and not beside the walks over the state machine, for those over the whole program.

use std::collections::VecDeque;

/// What is typed where it does not belong; no secret, and full of letters that are keys.
const TEXTS: [&str; 10] = [
    "mycompany.azurecr.io",
    "sw-pull",
    "quay.io/acme/app:1",
    "acme/api",
    "d",
    "Restart",
    "w",
    "tomorrow",
    "ACR wader",
    "in 90 days",
];

/// Keys that mean something where no field is.
const KEYS: [&str; 22] =
    ["n", "t", "a", "r", "d", "s", "w", "u", "m", "4", "R", "Z", "1", "5", "j", "G", "A", "/", "v", "?", "x", "p"];

/// Keys that lead about in a form, or edit.
const EDITS: [&str; 10] =
    ["up", "down", "down", "shift-tab", "left", "backspace", "backspace", "backspace", "ctrl-u", "space"];

const SIZES: [(u16, u16); 5] = [(30, 8), (40, 10), (80, 24), (120, 40), (200, 60)];

/// What he has in mind, key by key; `TEXT`, `SERVER`, `PASSWORD`, `REVEAL` and `WAIT` stand for what they say.
const PLANS: [&[&str]; 18] = [
    &["d", "right", "enter", WAIT, "enter"],
    &["space", "down", "space", "down", "d", "right", "enter", WAIT, "right", "enter", WAIT, "enter"],
    &[
        "a", WAIT, "down", "space", "down", "space", "enter", "right", "enter", WAIT, "enter", "u", "right", "enter",
        WAIT,
    ],
    &["a", WAIT, "v", "enter", "right", "enter", WAIT, "enter", "u", "right", "enter", WAIT],
    &["space", "down", "space", "a", WAIT, "space", "down", "space", "enter", "right", "enter", WAIT, "enter"],
    &["G", "up", "m", "right", "enter", WAIT, "right", "enter", WAIT, "enter"],
    &["u", "right", "enter", WAIT, "enter"],
    &["r", REVEAL, "enter", "enter", "s", "right", "enter", WAIT],
    &["r", PASSWORD, "enter", "enter", "s", "right", "enter", WAIT, "right", "enter", WAIT, "enter"],
    &["r", PASSWORD, "enter", TEXT, "enter", "s", "w", "right", "enter", WAIT, "enter"],
    &[
        "r",
        PASSWORD,
        "shift-tab",
        "shift-tab",
        SERVER,
        "enter",
        TEXT,
        "enter",
        "enter",
        "enter",
        "s",
        "right",
        "enter",
        WAIT,
    ],
    &[
        "r",
        PASSWORD,
        "shift-tab",
        "shift-tab",
        SERVER,
        "enter",
        "enter",
        TEXT,
        "enter",
        TEXT,
        "enter",
        "enter",
        "s",
        WAIT,
    ],
    &[
        "n", "enter", "enter", SERVER, "tab", TEXT, "tab", PASSWORD, "enter", "enter", "enter", "s", "right", "enter",
        WAIT,
    ],
    &[
        "n", "enter", "down", "enter", SERVER, "enter", TEXT, "enter", PASSWORD, "enter", "enter", "enter", "s", "tab",
        TEXT,
    ],
    &[
        "n",
        "enter",
        "enter",
        SERVER,
        "enter",
        TEXT,
        "enter",
        PASSWORD,
        "enter",
        "enter",
        "enter",
        "s",
        "tab",
        TEXT,
        "enter",
        "backspace",
        "backspace",
        "backspace",
        "enter",
        "esc",
        "right",
        "enter",
        WAIT,
    ],
    &[
        "n", "down", "enter", "enter", TEXT, "enter", TEXT, "tab", PASSWORD, "enter", WAIT, "enter", "enter", "enter",
        "s",
    ],
    &["4", WAIT, "down", "R", "right", "enter", WAIT, WAIT, "4", "x", "down", "x", "down", "Z", "right", "enter", WAIT],
    &["t", SERVER, "tab", TEXT, "tab", PASSWORD, "enter", "enter", WAIT, "w", "enter", "enter", "right", "enter", WAIT],
];

const TEXT: &str = "a text";
const SERVER: &str = "a server";
const PASSWORD: &str = "the password";
const REVEAL: &str = "a look at what is typed";
const WAIT: &str = "a while";

/// One thing he does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Presses one key.
    Press(&'static str),
    /// Types a text, with or without a rest after each letter.
    Type {
        text: &'static str,
        slowly: bool,
    },
    /// Lets a password manager type a user, Tab, a password and Enter in one go.
    Manage(&'static str),
    /// Pastes a text; without brackets it ends with Enter, as terminals send it.
    Paste {
        text: &'static str,
        in_brackets: bool,
    },
    /// Gives the password, if one is asked for.
    Password,
    /// Looks at what is typed as a password, empties the field and pastes another.
    Reveal,
    Resize(u16, u16),
    /// Waits for what runs.
    Wait,
}

/// Numbers that look random and are the same for a seed.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or_default() % sides
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())]
    }
}

/// How many steps a test shall walk: `PULLKEY_STEPS`, or so many.
pub(crate) fn steps(otherwise: usize) -> usize {
    std::env::var("PULLKEY_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(otherwise)
}

#[derive(Clone, Debug)]
pub(crate) struct Stranger {
    pub(crate) dice: Dice,
    plan: VecDeque<&'static str>,
}

impl Stranger {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { dice: Dice::new(seed), plan: VecDeque::new() }
    }

    pub(crate) fn next(&mut self) -> Doing {
        let slips = self.dice.roll(20) == 0;
        if !slips && let Some(next) = self.plan.pop_front() {
            return match next {
                TEXT => Doing::Type { text: self.dice.one_of(&TEXTS), slowly: false },
                SERVER => Doing::Type { text: TEXTS[0], slowly: false },
                PASSWORD => Doing::Password,
                REVEAL => Doing::Reveal,
                WAIT => Doing::Wait,
                key => Doing::Press(key),
            };
        }
        if !slips && self.dice.roll(8) > 0 {
            self.plan = ["esc", "esc", "esc", "1", "1"].into();
            self.plan.extend(std::iter::repeat_n("down", self.dice.roll(6)));
            self.plan.extend(self.dice.one_of(&PLANS));
        }
        self.anything()
    }

    fn anything(&mut self) -> Doing {
        let text = self.dice.one_of(&TEXTS);
        match self.dice.roll(28) {
            0..=3 => Doing::Type { text, slowly: false },
            4 => Doing::Type { text, slowly: true },
            5 => Doing::Manage(text),
            6 => Doing::Paste { text, in_brackets: true },
            7 => Doing::Paste { text, in_brackets: false },
            8 => Doing::Password,
            9 => Doing::Reveal,
            10..=13 => Doing::Press("enter"),
            14 => Doing::Press("tab"),
            15 => Doing::Press("esc"),
            16..=18 => Doing::Press(self.dice.one_of(&EDITS)),
            19..=22 => Doing::Press(self.dice.one_of(&KEYS)),
            23 => Doing::Press("right"),
            24 => Doing::Press(self.dice.one_of(&["q", "ctrl-c"])),
            25 => {
                let (columns, rows) = self.dice.one_of(&SIZES);
                Doing::Resize(columns, rows)
            }
            _ => Doing::Wait,
        }
    }
}
