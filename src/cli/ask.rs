//! The only kind of question on the command line: yes or no. Anything but yes is no.

use std::io::{self, BufRead, Write};

use super::Failure;
use super::session::Session;
use crate::runtime::terminal::drop_typed_ahead;

impl Session {
    /// Asks on a terminal, otherwise requires `--yes`. `what` is a fragment such as “ACR would be overwritten”.
    pub(super) async fn consent(&self, yes: bool, what: &str) -> Result<(), Failure> {
        if yes {
            return Ok(());
        }
        if !self.can_ask() {
            return Err(Failure::usage("confirmation required", what, "add --yes to confirm"));
        }
        if self.is_answered_yes(what).await? {
            Ok(())
        } else {
            Err(Failure::usage("nothing was changed", "you did not answer yes", ""))
        }
    }

    /// Asks on a terminal.
    pub(super) async fn is_answered_yes(&self, what: &str) -> Result<bool, Failure> {
        self.interrupt.read(question(format!("{what}. Continue? [y/N] "))).await
    }
}

/// On a thread of its own, because reading from a terminal cannot be cancelled. Input typed before the question is
/// dropped: it does not answer it.
async fn question(text: String) -> bool {
    let (tell, told) = tokio::sync::oneshot::channel();
    let asked = std::thread::Builder::new().name("question".to_owned()).spawn(move || {
        let mut line = String::new();
        drop_typed_ahead();
        let shown = io::stderr().write_all(text.as_bytes()).and_then(|()| io::stdin().lock().read_line(&mut line));
        let _ = tell.send(shown.is_ok() && is_yes(&line));
    });
    asked.is_ok() && told.await.unwrap_or(false)
}

fn is_yes(line: &str) -> bool {
    matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    #[test]
    fn enter_alone_is_no() {
        assert!(super::is_yes("y\n") && super::is_yes("YES\r\n"));
        for line in ["", "\n", "n\n", "yep\n", "ja\n"] {
            assert!(!super::is_yes(line), "{line:?}");
        }
    }
}
