//! The status line on standard error: what a command is waiting for.
//!
//! On a terminal it counts down in place; elsewhere each wait is printed once, on a line of its own. Nothing goes to
//! standard output.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::Utc;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::domain::traffic::{Pause, PauseReason, Traffic};
use crate::github::Listener;

use super::session::note;

/// Whether the line is on the terminal now.
static SHOWN: AtomicBool = AtomicBool::new(false);

/// Rewrites the line, cut to the terminal's width.
pub(super) fn show(text: &str) {
    SHOWN.store(true, Ordering::SeqCst);
    let text: String = text.chars().take(width().saturating_sub(1)).collect();
    let mut out = io::stderr().lock();
    // If nobody can read it, there is nothing left to do.
    let _ = write!(out, "\r\x1b[2K{text}").and_then(|()| out.flush());
}

/// Whether the line is shown; any other output erases it.
pub(super) fn is_shown() -> bool {
    SHOWN.load(Ordering::SeqCst)
}

/// Erases the line, before other output.
pub(super) fn clear() {
    if SHOWN.swap(false, Ordering::SeqCst) {
        let mut out = io::stderr().lock();
        let _ = write!(out, "\r\x1b[2K").and_then(|()| out.flush());
    }
}

/// A listener that shows a client's waits.
pub(super) fn listener() -> Listener {
    let (send, receive) = unbounded_channel();
    if io::stderr().is_terminal() {
        tokio::spawn(count_down(receive));
    } else {
        tokio::spawn(tell_once(receive));
    }
    Listener::new(move |traffic| {
        let told = match traffic {
            Traffic::Paused(pause) => Some(pause),
            Traffic::Resumed => None,
            Traffic::Exchange(_) | Traffic::Budget(_) => return,
        };
        // This fails only when the program is exiting.
        let _ = send.send(told);
    })
}

async fn count_down(mut told: UnboundedReceiver<Option<Pause>>) {
    let mut pause: Option<Pause> = None;
    loop {
        let next = match pause {
            None => told.recv().await,
            Some(pause) => {
                show(&format!("{}; ctrl-c stops", words(pause)));
                match tokio::time::timeout(Duration::from_secs(1), told.recv()).await {
                    Ok(next) => next,
                    Err(_) => continue,
                }
            }
        };
        let Some(next) = next else { return clear() };
        if next.is_none() {
            clear();
        }
        pause = next;
    }
}

/// Waits that only keep the pace are printed once: a long run has many of them.
async fn tell_once(mut told: UnboundedReceiver<Option<Pause>>) {
    let mut known: Vec<PauseReason> = Vec::new();
    while let Some(pause) = told.recv().await {
        let Some(pause) = pause else { continue };
        let is_pace = matches!(pause.reason, PauseReason::Pace | PauseReason::Spacing);
        if !(is_pace && known.contains(&pause.reason)) {
            note(&format!("pullkey: {}", words(pause)));
        }
        known.push(pause.reason);
        known.dedup();
    }
}

/// “waiting 42 s: GitHub wants fewer requests at once”.
fn words(pause: Pause) -> String {
    let left = (pause.until - Utc::now()).num_milliseconds().max(0);
    let seconds = (left + 999) / 1_000;
    let length = match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    };
    format!("waiting {length}: {}", pause.reason.words())
}

#[cfg(unix)]
fn width() -> usize {
    rustix::termios::tcgetwinsize(io::stderr())
        .ok()
        .map(|size| usize::from(size.ws_col))
        .filter(|w| *w > 0)
        .unwrap_or(80)
}

#[cfg(not(unix))]
fn width() -> usize {
    80
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_wait_is_told_with_its_length_and_reason() {
        let pause = |seconds, reason| Pause { until: Utc::now() + TimeDelta::seconds(seconds), reason };
        assert_eq!(words(pause(42, PauseReason::Secondary)), "waiting 42 s: GitHub wants fewer requests at once");
        let hour = words(pause(3_599, PauseReason::Primary));
        assert_eq!(hour, "waiting 59 min 59 s: the hourly budget is used up");
        assert!(words(pause(-5, PauseReason::Pace)).starts_with("waiting 0 s: "));
    }
}
