//! While `gh` has the terminal: Ctrl-Z, another size, and the end of the terminal leave what one expects.

use std::path::Path;
use std::time::{Duration, Instant};

use pullkey::sandbox::Options;

use super::guide;
use super::leaving::{assert_as_it_was, assert_modes_are_plain, is_alone, run_alone};
use super::refresh::{PARTIAL, StubGh, with_scopes};
use super::secrets::Stage;
use crate::support::process;
use crate::support::pty::{PATIENCE, Terminal};
use crate::support::world::PROGRAM;

/// A `gh` that does this once it was answered, and a token that lacks a right.
fn stub(refresh: &str) -> StubGh {
    let stage = Stage::new(Options::default());
    with_scopes(&stage, &PARTIAL);
    StubGh::new(stage, refresh)
}

/// From the list to the question of `gh`, by way of the wizard's second step.
fn lend(terminal: &mut Terminal) {
    terminal.press("n", "Which registry do codespaces pull from?");
    terminal.press("\r", "Where should the three secrets live?");
    guide::choose(terminal, "acme, organization");
    terminal.wait_for("lacks the scope");
    terminal.press("m", "stub gh asks: go on?");
    assert_modes_are_plain(terminal);
}

/// pullkey below a shell that does this around it.
fn below(gh: &StubGh, script: &str) -> Terminal {
    let (env, home) = (gh.env(), gh.stage.home.path());
    let terminal = Terminal::start(Path::new("/bin/sh"), &["-c", script, PROGRAM], &env, home, guide::SIZE);
    terminal.wait_for("token from gh");
    terminal.wait_for("acme, organization");
    terminal
}

#[test]
fn ctrl_z_stops_gh_and_pullkey_together_and_both_go_on_where_they_were() {
    let gh = stub("exit 1");
    let script = r#"set -m; /bin/stty -g >"$HOME/before"; "$0" --repo acme/api; /bin/stty -g >"$HOME/asleep"
        echo "[stopped]"; read x; fg; echo "[left with $?]"; /bin/stty -g >"$HOME/after"; echo ok; read x"#;
    let mut terminal = below(&gh, script);
    lend(&mut terminal);
    terminal.press("\x1a", "[stopped]");
    assert_modes_are_plain(&terminal);
    let read = |name: &str| std::fs::read_to_string(gh.stage.home.path().join(name)).expect("stty spoke");
    assert_eq!(read("before"), read("asleep"), "the line discipline differs while asleep");
    let family = process::family(terminal.pid());
    let job = || family.iter().skip(1).filter_map(|pid| process::stat(*pid));
    assert_eq!(job().map(|stat| stat.state).collect::<String>(), "TT", "pullkey and gh are stopped");
    terminal.send("\r");
    let woken = Instant::now();
    while job().any(|stat| stat.state == 'T') {
        assert!(woken.elapsed() < PATIENCE, "they stay asleep:\n{}", terminal.text());
        std::thread::park_timeout(Duration::from_millis(20));
    }
    assert!(!terminal.output().screen().alternate_screen(), "gh still has the terminal");
    terminal.press("\r", "it exited with code 1");
    terminal.wait_for("▸ Where");
    assert!(terminal.output().screen().alternate_screen());
    terminal.press("\x1b", "Which registry do codespaces pull from?");
    terminal.press("\x1b", "S U P");
    terminal.press("q", "[left with 0]");
    assert_as_it_was(&terminal, &gh.stage.home);
}

#[test]
fn a_terminal_that_changes_its_size_meanwhile_is_drawn_in_its_new_one() {
    let gh = stub("exit 1");
    let mut terminal = gh.open();
    lend(&mut terminal);
    for (times, columns, rows) in [(2, 80, 24), (3, 140, 45)] {
        terminal.resize(columns, rows);
        terminal.press("\r", "it exited with code 1");
        terminal.wait_for("▸ Where");
        terminal.wait_until("the footer is in the last line", |output| {
            output.text().lines().nth(usize::from(rows) - 1).is_some_and(|line| line.contains("help"))
        });
        // What the gh before asked stands on the shell's screen still.
        terminal.press("m", &format!("stub gh asks: go on? ({times})"));
    }
}

#[test]
fn without_the_terminal_gh_and_pullkey_are_gone_within_five_seconds() {
    // A child that another test starts at the wrong moment would inherit our side of the terminal and keep it open.
    if !is_alone() {
        return run_alone("terminal::lent::without_the_terminal_gh_and_pullkey_are_gone_within_five_seconds");
    }
    // This gh never looks at its terminal again, as one that waits for a browser: nobody opens that pipe.
    let waits = r#"mkfifo "$0.pipe"; echo waiting; read never <"$0.pipe""#;
    for hangup_is_ignored in [false, true] {
        let gh = stub(waits);
        let script = if hangup_is_ignored { r#"trap '' HUP; "$0"; read x"# } else { r#""$0"; read x"# };
        let mut terminal = below(&gh, script);
        lend(&mut terminal);
        terminal.press("\r", "waiting");
        let family = process::family(terminal.pid());
        assert!(family.len() >= 3, "a shell, pullkey and gh: {family:?}");
        terminal.close();
        let closed = Instant::now();
        while let Some(pid) = family.iter().find(|pid| process::is_alive(**pid)) {
            assert!(closed.elapsed() < PATIENCE, "{:?} stays without a terminal", process::executable(*pid));
            std::thread::park_timeout(Duration::from_millis(20));
        }
        assert!(closed.elapsed() < Duration::from_secs(5), "it took {:?} to leave", closed.elapsed());
    }
}
