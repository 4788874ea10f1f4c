//! Makes `screenshots/*.svg`: `cargo run --example screenshots [NAME]...`. Starts the real program in a pseudo terminal
//! on its demo world, presses keys, waits for what they bring, and draws the screen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, dead_code)]

#[path = "support/home.rs"]
mod home;
#[path = "support/pty.rs"]
mod pty;
#[path = "pictures/svg.rs"]
mod svg;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use home::Home;
use pty::Terminal;
use svg::Ground;

/// One picture: its file, the terminal's size, and the keys, each with the text they bring.
struct Picture {
    name: &'static str,
    size: (u16, u16),
    steps: &'static [(&'static str, &'static str)],
}

const MAIN: (u16, u16) = (100, 30);
/// Looks like a token of Azure Container Registry and is none.
const TOKEN: &str = "exampleexampleexampleexampleexampleexampleEX+ACRDexampl";

/// Shift and Tab.
const BACK_TAB: &str = "\x1b[Z";
const DOWN: &str = "j";
/// The arrow to the button that does what is asked.
const RIGHT: &str = "\x1b[C";

const PICTURES: &[Picture] = &[
    Picture { name: "credentials", size: MAIN, steps: &[] },
    Picture { name: "wizard-registry", size: MAIN, steps: &[("n", "Which registry")] },
    Picture { name: "wizard-where", size: MAIN, steps: &[("n", "Which registry"), ("\r", "Where should")] },
    Picture {
        name: "wizard-credentials",
        size: MAIN,
        steps: &[
            ("n", "Which registry"),
            (DOWN, "Docker Hub"),
            ("\r", "Where should"),
            ("\r", "Prefix"),
            ("octocat", "octocat"),
            ("\t", ""),
            ("dckr_pat_0123456789abcdefghijklmnopq", "••••"),
            (BACK_TAB, ""),
            (BACK_TAB, ""),
            ("\x15", ""),
            ("index.docker.io", "index.docker.io"),
        ],
    },
    Picture {
        name: "wizard-access",
        size: MAIN,
        steps: &[
            ("n", "Which registry"),
            ("\r", "Where should"),
            (DOWN, "acme, organization"),
            ("\r", "Prefix"),
            ("mycompany.azurecr.io", "mycompany.azurecr.io"),
            ("\t", ""),
            ("codespaces-pull", "codespaces-pull"),
            ("\t", ""),
            ("{token}", "••••"),
            ("\r", ""),
            ("\r", "visibility"),
            (DOWN, ""),
            (" ", "2 chosen"),
            (DOWN, ""),
            (DOWN, ""),
            (" ", "3 chosen"),
        ],
    },
    Picture { name: "test", size: MAIN, steps: TEST },
    Picture {
        name: "wizard-review",
        size: MAIN,
        steps: &[
            ("n", "Which registry"),
            ("\r", "Where should"),
            ("\r", "Prefix"),
            ("mycompany.azurecr.io", "mycompany.azurecr.io"),
            ("\t", ""),
            ("puller", "puller"),
            ("\t", ""),
            ("pull-me-please", "••••"),
            ("\r", ""),
            ("\r", "▸ Access"),
            ("\r", "▸ Test"),
            ("\r", "pass:"),
            ("\r", "Nothing has been sent"),
        ],
    },
    Picture { name: "access", size: MAIN, steps: ACCESS },
    Picture { name: "confirm", size: MAIN, steps: &[("j", ""), ("j", ""), ("d", "Delete QUAY")] },
    Picture { name: "codespaces", size: MAIN, steps: &[("4", "bookish")] },
    Picture { name: "activity", size: MAIN, steps: ACTIVITY },
    Picture { name: "sign-in", size: MAIN, steps: &[("S", "Sign in")] },
    Picture { name: LIGHT, size: MAIN, steps: &[("4", "bookish"), ("\t", "literate")] },
    Picture { name: "help", size: MAIN, steps: &[("?", "Help")] },
    Picture { name: "small", size: (40, 10), steps: &[] },
    Picture { name: "medium", size: (80, 24), steps: &[] },
    Picture { name: "wide", size: (200, 50), steps: &[] },
];

/// The picture in the theme for a light background.
const LIGHT: &str = "light";

/// A change of access that was written, and what GitHub was asked for it.
const ACTIVITY: &[(&str, &str)] = &[
    ("a", "filter"),
    (DOWN, ""),
    (DOWN, ""),
    (" ", "4 chosen"),
    ("\r", "Cancel"),
    (RIGHT, "[ Change access ]"),
    ("\r", "is changed"),
    ("\r", "S U P"),
    ("5", "/user/codespaces"),
];

/// A login that passes, and an image that can be pulled: the demo plays every registry.
const TEST: &[(&str, &str)] = &[
    ("t", "Test ACR"),
    ("mycompany.azurecr.io", "mycompany.azurecr.io"),
    ("\t", ""),
    ("puller", "puller"),
    ("\t", ""),
    ("pull-me-please", "••••"),
    ("\t", "Image"),
    ("mycompany.azurecr.io/team/app:1", "tries to pull it"),
    ("\r", "pass:"),
];

/// A credential that loses one repository and gets two more.
const ACCESS: &[(&str, &str)] =
    &[("a", "filter"), (" ", "2 chosen"), (DOWN, ""), (DOWN, ""), (" ", "3 chosen"), (DOWN, ""), (" ", "4 chosen")];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let program = build();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    std::fs::create_dir_all(&folder).expect("the folder of the pictures");
    for picture in PICTURES.iter().filter(|p| wanted.is_empty() || wanted.iter().any(|name| name == p.name)) {
        let svg = take(&program, picture);
        let file = folder.join(format!("{}.svg", picture.name));
        std::fs::write(&file, svg).expect("the picture is written");
        println!("screenshots/{}.svg", picture.name);
    }
}

/// Builds the program as it is now; says where it is.
fn build() -> PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let built = Command::new(cargo).args(["build", "--quiet", "--bin", "pullkey"]).status().expect("cargo runs");
    assert!(built.success(), "pullkey does not build");
    let this = std::env::current_exe().expect("this program's place");
    let profile = this.parent().and_then(Path::parent).expect("target/PROFILE/examples");
    profile.join("pullkey")
}

fn take(program: &Path, picture: &Picture) -> String {
    let home = Home::new();
    let mut env = home.env();
    env.insert("COLORTERM".to_owned(), "truecolor".to_owned());
    let is_light = picture.name == LIGHT;
    if is_light {
        env.insert("PULLKEY_THEME".to_owned(), "light".to_owned());
    }
    let mut terminal = Terminal::start(program, &["--demo"], &env, home.path(), picture.size);
    terminal.wait_for("acme");
    for (keys, text) in picture.steps {
        terminal.settle(Duration::from_millis(250));
        terminal.press(&keys.replace("{token}", TOKEN), text);
    }
    terminal.settle(Duration::from_millis(800));
    let output = terminal.output();
    let (title, ground) = if is_light {
        ("PULLKEY_THEME=light pullkey --demo", Ground::Light)
    } else {
        ("pullkey --demo", Ground::Either)
    };
    svg::draw(output.screen(), title, ground)
}
