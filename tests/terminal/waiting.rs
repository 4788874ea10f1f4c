//! What stands on the screen while the world is slow, silent or hostile.

use std::path::Path;
use std::time::Duration;

use pullkey::sandbox::Options;

use crate::support::home::Home;
use crate::support::pty::Terminal;
use crate::support::world::{PROGRAM, Scene};

const SIZE: (u16, u16) = (100, 30);

fn open(scene: &Scene, home: &Home) -> Terminal {
    Terminal::start(Path::new(PROGRAM), &[], &scene.env(home), home.path(), SIZE)
}

/// Whether the sandbox has sent an answer yet.
fn is_answered(scene: &Scene) -> bool {
    scene.world().requests().iter().any(|request| request.status.is_some())
}

#[test]
fn the_first_frame_is_complete_before_the_first_answer_and_keys_work_meanwhile() {
    // The issue asks for five seconds; more only makes sure that a busy machine is not what fails.
    let scene = Scene::new(Options { latency: Duration::from_secs(25), ..Options::default() });
    let home = Home::new();
    let mut terminal = open(&scene, &home);
    terminal.wait_until("a frame with its header, what it waits for, and its footer", |output| {
        let text = output.text();
        let footer = text.lines().nth(usize::from(SIZE.1) - 1).unwrap_or_default().to_owned();
        text.lines().next().is_some_and(|line| line.contains("pullkey"))
            && text.contains("waiting for GitHub")
            && footer.contains("help")
    });
    let frame = terminal.text();
    terminal.press("?", "Help: Credentials");
    terminal.send("\x1b");
    terminal.wait_gone("Help: Credentials");
    assert!(!is_answered(&scene), "an answer came first; the frame was:\n{frame}");
    terminal.send("q");
    assert!(terminal.wait().success());
    assert!(!is_answered(&scene), "leaving waited for an answer");
}

#[test]
fn what_nobody_answers_is_said_in_words() {
    let home = Home::new();
    let mut env = home.env();
    // Nothing listens there: the port was free a moment ago and is closed again.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    env.insert("PULLKEY_API_URL".to_owned(), format!("http://127.0.0.1:{port}"));
    env.insert("GH_TOKEN".to_owned(), "ghp_sandboxSandboxSandboxSandboxSandbox0".to_owned());
    let mut terminal = Terminal::start(Path::new(PROGRAM), &[], &env, home.path(), SIZE);
    terminal.wait_until("the screen says that nobody answers", |output| {
        let text = output.text();
        ["refused", "cannot be reached", "nothing listens"].iter().any(|word| text.contains(word))
    });
    terminal.send("q");
    assert!(terminal.wait().success());
}

#[test]
fn names_from_a_server_cannot_speak_to_the_terminal() {
    let scene = Scene::new(Options { hostile: true, ..Options::default() });
    let home = Home::new();
    let mut terminal = open(&scene, &home);
    terminal.wait_for("acme");
    terminal.settle(Duration::from_millis(500));
    // Through every row, and a folded part if there is one, so that each name is drawn.
    for _ in 0..12 {
        terminal.send("\r");
        terminal.settle(Duration::from_millis(50));
        terminal.send("\x1b");
        terminal.send("j");
        terminal.settle(Duration::from_millis(50));
    }
    {
        let output = terminal.output();
        let text = String::from_utf8_lossy(&output.bytes);
        for hostile in ["\x1b]0;owned", "\x1b[31mred", "EVIL\x1b", "\u{202e}", "\u{2028}", "\u{9b}31m"] {
            assert!(!text.contains(hostile), "{hostile:?} reached the terminal");
        }
    }
    terminal.send("q");
    assert!(terminal.wait().success());
}
