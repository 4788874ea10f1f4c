//! Interrupts: a read stops at once, a write is finished and reported.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::*;

/// Waits until the API has received such a request, with a generous deadline and without sleeping.
fn seen(desk: &Desk, method: &http::Method) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while desk.count(method) == 0 {
        assert!(Instant::now() < deadline, "no {method} came");
        std::thread::yield_now();
    }
}

fn tell(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

#[test]
fn a_read_that_is_interrupted_ends_with_130() {
    let desk = Desk::new();
    desk.fault(http::Method::GET, "/user/codespaces/secrets", FaultKind::Slow(Duration::from_secs(60)));
    let child = desk.command("list --user --json").spawn().unwrap();
    seen(&desk, &http::Method::GET);
    tell(&child, Signal::INT);
    finish(child, "").ends(130).problem();
}

#[test]
fn a_write_that_is_interrupted_is_finished_and_reported() {
    for signal in [Signal::INT, Signal::TERM] {
        let desk = Desk::new();
        desk.fault(http::Method::PUT, "_USER", FaultKind::Slow(Duration::from_millis(500)));
        let line = "set ACR --user --preset other --server r.example --username u --password-env P --no-test --json";
        let child = desk.command(line).env("P", PASSWORD).spawn().unwrap();
        seen(&desk, &http::Method::PUT);
        tell(&child, signal);
        let ran = finish(child, "").ends(130);
        assert_eq!(ran.json()["done"], true, "{ran:?}");
        assert_eq!(desk.values("user", "ACR")[0].as_deref(), Some("r.example"));
    }
}
