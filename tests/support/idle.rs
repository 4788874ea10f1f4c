//! When a program in a pseudo terminal has done what it was told, by what Linux tells of its threads.

use std::time::{Duration, Instant};

use super::process::{is_alive, thread, threads};
use super::pty::{Output, PATIENCE, Terminal, reader_of};

/// The thread of pullkey that reads the terminal.
const INPUT_THREAD: &str = "terminal input";
/// Each thread is looked at by itself, so one may have woken another that was looked at before: nothing moves when
/// nothing did so many times.
const LOOKS: usize = 3;
/// Between two looks.
const PAUSE: Duration = Duration::from_micros(200);
/// The kernel hands over in this time what a program has written.
const UNDER_WAY: Duration = Duration::from_millis(2);

/// Sends keys and waits until the program has read them and done with them what it does at once.
pub(crate) fn send_through(terminal: &mut Terminal, keys: &str) {
    terminal.send(keys);
    wait_idle(terminal, |_| true);
}

/// Waits until the program has read all that was sent, every thread of it sleeps, and something holds of what it wrote.
pub(crate) fn wait_idle(terminal: &Terminal, condition: impl Fn(&Output) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    let (me, pid) = (std::process::id(), terminal.pid());
    let reader = threads(me).into_iter().find(|thread| thread.name == reader_of(pid));
    let is_reader_idle =
        || reader.as_ref().and_then(|reader| thread(me, reader.id)).is_none_or(|reader| reader.state == 'S');
    let mut looks = 0;
    while looks < LOOKS {
        let threads = threads(pid);
        let has_read = threads
            .iter()
            .find(|thread| thread.name == INPUT_THREAD)
            .is_some_and(|input| input.read >= terminal.sent());
        let is_idle = has_read && threads.iter().all(|thread| thread.state == 'S') && is_reader_idle();
        looks = if is_idle && condition(&terminal.output()) { looks + 1 } else { 0 };
        if !is_alive(pid) || terminal.is_closed() {
            return;
        }
        assert!(Instant::now() < deadline, "the program never rests:\n{}", terminal.text());
        std::thread::park_timeout(PAUSE);
    }
    terminal.settle(UNDER_WAY);
}
