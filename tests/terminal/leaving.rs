//! However pullkey ends, the terminal is as it was; and when the terminal ends, so does pullkey.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::home::Home;
use crate::support::process;
use crate::support::pty::{PATIENCE, Terminal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_pullkey");

/// A shell that notes the terminal's settings, runs the demo, says how that ended, and notes them again. Without a
/// shell the kernel itself would put the settings back, since the session would be over.
const AROUND: &str =
    r#"stty -g >"$HOME/before"; "$0" --demo; echo "[left with $?]"; stty -g >"$HOME/after"; echo ok; read x"#;

fn around(script: &str, home: &Home) -> Terminal {
    let terminal = Terminal::start(Path::new("/bin/sh"), &["-c", script, PROGRAM], &home.env(), home.path(), (100, 30));
    terminal
        .wait_until("the demo is open", |output| output.screen().alternate_screen() && output.text().contains("acme"));
    terminal
}

/// The process of pullkey itself below the shell.
fn demo_pid(terminal: &Terminal) -> u32 {
    let wanted = Path::new(PROGRAM).canonicalize().unwrap();
    process::family(terminal.pid())
        .into_iter()
        .find(|pid| process::executable(*pid).is_some_and(|path| path == wanted))
        .expect("pullkey runs")
}

fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process id");
    kill_process(pid, signal).expect("the process takes signals");
}

const ALONE: &str = "PULLKEY_TEST_ALONE";

/// Whether this process runs one test and no other.
pub(super) fn is_alone() -> bool {
    std::env::var_os(ALONE).is_some()
}

/// Runs one test in a process of its own.
pub(super) fn run_alone(name: &str) {
    let program = std::env::current_exe().expect("this program");
    let output = std::process::Command::new(program)
        .args(["--exact", name, "--test-threads", "1"])
        .env(ALONE, "1")
        .output()
        .expect("it runs once more");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// Fails unless the screen and the settings are what a shell expects.
pub(super) fn assert_as_it_was(terminal: &Terminal, home: &Home) {
    terminal.wait_for("ok");
    assert_modes_are_plain(terminal);
    let settings = |name: &str| std::fs::read_to_string(home.path().join(name)).expect("stty spoke");
    assert_eq!(settings("before"), settings("after"), "the line discipline differs");
}

pub(super) fn assert_modes_are_plain(terminal: &Terminal) {
    let output = terminal.output();
    let screen = output.screen();
    assert!(!screen.alternate_screen(), "the alternate screen is still on");
    assert!(!screen.hide_cursor(), "the cursor is hidden");
    assert!(!screen.bracketed_paste(), "bracketed paste is still on");
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is still taken");
    assert!(!screen.application_cursor() && !screen.application_keypad(), "keys are still changed");
}

#[test]
fn quitting_leaves_the_terminal_as_it_was() {
    let home = Home::new();
    let mut terminal = around(AROUND, &home);
    terminal.press("q", "[left with 0]");
    assert_as_it_was(&terminal, &home);
}

#[test]
fn signals_leave_the_terminal_as_it_was() {
    for sent in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let home = Home::new();
        let terminal = around(AROUND, &home);
        signal(demo_pid(&terminal), sent);
        terminal.wait_for("[left with ");
        assert_as_it_was(&terminal, &home);
    }
}

#[test]
fn suspending_gives_the_terminal_back_and_takes_it_again() {
    let home = Home::new();
    let script = r#"set -m; stty -g >"$HOME/before"; "$0" --demo; stty -g >"$HOME/asleep"; echo "[stopped]"; read x; fg
        echo "[left with $?]"; stty -g >"$HOME/after"; echo ok; read x"#;
    let mut terminal = around(script, &home);
    terminal.press("\x1a", "[stopped]");
    assert_modes_are_plain(&terminal);
    let read = |name: &str| std::fs::read_to_string(home.path().join(name)).expect("stty spoke");
    assert_eq!(read("before"), read("asleep"), "the line discipline differs while asleep");
    assert_eq!(process::stat(demo_pid(&terminal)).expect("it is there").state, 'T');
    terminal.send("\r");
    terminal
        .wait_until("the demo is back", |output| output.screen().alternate_screen() && output.text().contains("acme"));
    terminal.press("q", "[left with 0]");
    assert_as_it_was(&terminal, &home);
}

#[test]
fn without_its_terminal_the_process_is_gone_within_five_seconds_and_never_spins() {
    // A child that another test starts at the wrong moment would inherit our side of the terminal and keep it open.
    if !is_alone() {
        return run_alone(
            "terminal::leaving::without_its_terminal_the_process_is_gone_within_five_seconds_and_never_spins",
        );
    }
    for hangup_is_ignored in [false, true] {
        let home = Home::new();
        let script = if hangup_is_ignored { r#"trap '' HUP; "$0" --demo; read x"# } else { r#""$0" --demo; read x"# };
        let mut terminal = around(script, &home);
        terminal.settle(Duration::from_millis(500));
        let pid = demo_pid(&terminal);
        let before = process::stat(pid).expect("it is there").ticks;
        terminal.close();
        let closed = Instant::now();
        let mut ticks = before;
        while process::is_alive(pid) {
            ticks = process::stat(pid).map_or(ticks, |stat| stat.ticks);
            assert!(closed.elapsed() < PATIENCE, "it stays without a terminal, having used {} ticks", ticks - before);
            std::thread::park_timeout(Duration::from_millis(20));
        }
        assert!(closed.elapsed() < Duration::from_secs(5), "it took {:?} to leave", closed.elapsed());
        assert!(ticks - before <= 50, "it used {} ticks of 10 ms on its way out", ticks - before);
    }
}

#[test]
fn a_killed_tmux_session_takes_pullkey_with_it() {
    let Some(tmux) = crate::peers::peer("tmux") else { return };
    let home = Home::new();
    let socket = home.path().join("tmux");
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(&tmux)
            .args(["-f", "/dev/null", "-S"])
            .arg(&socket)
            .args(arguments)
            .env_clear()
            .envs(home.env())
            .output()
            .expect("tmux runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    run(&["new-session", "-d", "-s", "test", "-x", "100", "-y", "30", &format!("'{PROGRAM}' --demo")]);
    let deadline = Instant::now() + PATIENCE;
    while !run(&["capture-pane", "-p", "-t", "test"]).contains("acme") {
        assert!(Instant::now() < deadline, "nothing is shown in tmux");
        std::thread::park_timeout(Duration::from_millis(50));
    }
    let wanted = Path::new(PROGRAM).canonicalize().unwrap();
    let pid = process::inhabitants(&home.path().to_string_lossy())
        .into_iter()
        .find(|pid| process::executable(*pid).is_some_and(|path| path == wanted))
        .expect("pullkey runs in tmux");
    run(&["kill-session", "-t", "test"]);
    let killed = Instant::now();
    while process::is_alive(pid) {
        assert!(killed.elapsed() < Duration::from_secs(5), "it outlives its session");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_keeps_what_it_carries_to_itself() {
    const NAME: &str = "terminal::leaving::a_panic_gives_the_terminal_back_and_keeps_what_it_carries_to_itself";
    if is_alone() {
        // This process plays pullkey: the terminal is taken as the screens take it, then something breaks.
        pullkey::runtime::terminal::install_panic_hook();
        let _screen = pullkey::runtime::terminal::Screen::enter(true).expect("a terminal");
        panic!("the password was {}", super::secrets::CANARY);
    }
    let home = Home::new();
    let mut env = home.env();
    env.insert(ALONE.to_owned(), "1".to_owned());
    env.insert("RUST_BACKTRACE".to_owned(), "full".to_owned());
    let program = std::env::current_exe().expect("this program");
    let script = format!(
        r#"stty -g >"$HOME/before"; "$0" --exact {NAME} --nocapture; echo "[left with $?]"
        stty -g >"$HOME/after"; echo ok; read x"#
    );
    let arguments = ["-c", &script, &program.to_string_lossy()];
    let terminal = Terminal::start(Path::new("/bin/sh"), &arguments, &env, home.path(), (100, 30));
    terminal.wait_for("[left with 70]");
    assert_as_it_was(&terminal, &home);
    let shown = terminal.text();
    assert!(shown.contains("this is a bug in pullkey"), "{shown}");
    let output = terminal.output();
    assert!(output.bytes.windows(8).any(|bytes| bytes == b"\x1b[?1049h"), "the alternate screen was never taken");
    let said = String::from_utf8_lossy(&output.bytes);
    assert!(!said.contains(super::secrets::CANARY), "the panic told the password");
}

/// A shell that reads one line after pullkey has ended, and shows what it got.
const READER: &str = r#"stty -g >"$HOME/before"; "$0" --demo; echo "[left with $?]"; stty -g >"$HOME/after"; echo ok
    read x; echo "[shell got $x]"; read x"#;

#[test]
fn what_is_typed_behind_the_end_of_pullkey_reaches_no_shell() {
    for ending in ["\x03", "\x03more of a secret\r", "\x1b[200~a\rb\x1b[201~\x03sec\tret\r\rwhoami\r"] {
        let home = Home::new();
        let mut terminal = around(READER, &home);
        terminal.send(ending);
        terminal.wait_for("[left with 0]");
        assert_as_it_was(&terminal, &home);
        terminal.press("mine\r", "[shell got mine]");
    }
}

#[test]
fn a_text_that_begins_with_the_letter_that_quits_is_no_reason_to_leave() {
    let home = Home::new();
    let mut terminal = around(READER, &home);
    // At once, which is a paste where brackets are not confirmed, and letter by letter with a frame between them.
    terminal.send("quay.io\rpuller\thunter2\r");
    terminal.wait_for("no text field here");
    for c in "quay.io".chars() {
        let before = terminal.output().bytes.len();
        terminal.send(&c.to_string());
        if c != 'q' {
            terminal.wait_until("it answers", |output| output.bytes.len() > before);
        }
    }
    terminal.wait_for("no field here for it");
    terminal.settle(Duration::from_millis(400));
    assert!(terminal.output().screen().alternate_screen(), "it has left");
    terminal.press("q", "[left with 0]");
    terminal.press("mine\r", "[shell got mine]");
}
