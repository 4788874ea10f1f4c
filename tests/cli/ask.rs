//! On a terminal pullkey asks, and Enter alone changes nothing.

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::support::pty::Terminal;

pub(super) fn start(desk: &Desk, line: &str) -> Terminal {
    let mut env = desk.scene.env(&desk.home);
    env.insert("PATH".to_owned(), desk.home.path().to_string_lossy().into_owned());
    env.insert("CANARY".to_owned(), PASSWORD.to_owned());
    env.insert("PULLKEY_HURRY".to_owned(), "100".to_owned());
    let arguments: Vec<_> = line.split_whitespace().collect();
    Terminal::start(Path::new(PROGRAM), &arguments, &env, desk.home.path(), (100, 30))
}

pub(super) fn code(terminal: &mut Terminal) -> u32 {
    terminal.wait_within(Duration::from_secs(30)).expect("it ends").exit_code()
}

#[test]
fn enter_alone_deletes_nothing_and_yes_deletes() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &[]);
    let mut terminal = start(&desk, "delete ACR --user");
    terminal.wait_for("[y/N]");
    terminal.send("\r");
    assert_eq!(code(&mut terminal), 2);
    assert!(desk.values("user", "ACR")[0].is_some());
    let mut terminal = start(&desk, "delete ACR --user");
    terminal.wait_for("[y/N]");
    terminal.send("y\r");
    assert_eq!(code(&mut terminal), 0);
    assert_eq!(desk.values("user", "ACR"), [None, None, None]);
}

#[test]
fn what_was_typed_before_the_question_does_not_answer_it() {
    let desk = Desk::of(Options { latency: Duration::from_millis(300), ..Options::default() });
    desk.plant("user", "ACR", "selected", &[]);
    let mut terminal = start(&desk, "delete ACR --user");
    terminal.send("y\r");
    terminal.wait_for("[y/N]");
    terminal.send("n\r");
    assert_eq!(code(&mut terminal), 2);
    assert!(desk.values("user", "ACR")[0].is_some());
}

#[test]
fn overwriting_and_opening_are_asked_for() {
    let desk = Desk::new();
    desk.plant("org:acme", "ACR", "selected", &["acme/api"]);
    let server = desk.registry(RegistryKind::Basic);
    let set = format!("set ACR --org acme --preset other --server {server} --username puller --password-env CANARY");
    let mut terminal = start(&desk, &set);
    terminal.wait_for("overwritten");
    terminal.send("n\r");
    assert_eq!(code(&mut terminal), 2);
    let mut terminal = start(&desk, "access ACR --org acme --visibility all");
    terminal.wait_for("[y/N]");
    assert!(terminal.text().contains("before  1 repository"), "{}", terminal.text());
    terminal.send("\r");
    assert_eq!(code(&mut terminal), 2);
    assert_eq!(desk.count(&http::Method::PUT), 0);
    let mut terminal = start(&desk, &set);
    terminal.wait_for("overwritten");
    terminal.send("yes\r");
    assert_eq!(code(&mut terminal), 0);
    assert_eq!(desk.values("org:acme", "ACR")[0].as_deref(), Some(server.as_str()));
}

#[test]
fn a_question_is_ended_by_ctrl_c() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &[]);
    let mut terminal = start(&desk, "delete ACR --user");
    terminal.wait_for("[y/N]");
    terminal.send("\x03");
    assert_eq!(code(&mut terminal), 130);
    assert_eq!(desk.count(&http::Method::DELETE), 0);
}

#[test]
fn a_password_is_never_read_from_the_terminal_itself() {
    let desk = Desk::new();
    let mut terminal = start(&desk, "test --server r.example --username u --password-stdin");
    terminal.wait_for("standard input is a terminal");
    assert_eq!(code(&mut terminal), 2);
}

#[test]
fn what_a_pattern_found_is_shown_before_it_is_written() {
    let desk = Desk::new();
    desk.plant("org:acme", "ACR", "selected", &["acme/web"]);
    let mut terminal = start(&desk, "access ACR --org acme --add acme/*");
    terminal.wait_for("[y/N]");
    assert!(terminal.text().contains("+ acme/attic"), "{}", terminal.text());
    terminal.send("\r");
    assert_eq!(code(&mut terminal), 2);
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/web"]);
    let set = "set ACR --repo acme/* --preset other --server r.example --username u --password-env CANARY --no-test";
    let mut terminal = start(&desk, set);
    terminal.wait_for("[y/N]");
    assert!(terminal.text().contains("ACR in 5 repositories"), "{}", terminal.text());
    terminal.send("n\r");
    assert_eq!(code(&mut terminal), 2);
    assert_eq!(desk.count(&http::Method::PUT), 0);
}

#[test]
fn an_untested_rotation_is_asked_for() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &["acme/api"]);
    let mut terminal = start(&desk, "rotate ACR --user --password-env CANARY");
    terminal.wait_for("[y/N]");
    assert!(terminal.text().contains("cannot be tested"), "{}", terminal.text());
    terminal.send("\r");
    assert_eq!(code(&mut terminal), 2);
    assert_eq!(desk.values("user", "ACR")[2].as_deref(), Some("old-password"));
}
