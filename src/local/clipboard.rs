//! Copies a name, a command or a link to the clipboard. Never a secret: no function accepts one.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Env;

/// Terminals drop longer sequences; names, commands and links are far shorter. Source: xterm's limit for OSC 52.
const OSC52_BOUND: usize = 74_000;

/// How a text got there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// On the system's clipboard.
    System,
    /// The terminal has to do it: write these bytes to it (OSC 52). We cannot know whether it does.
    Terminal(String),
    /// Too long to be passed on.
    TooLong,
}

/// The clipboard. It must live as long as the copied text should be available: on X11 the copying program serves it.
#[derive(Default)]
pub struct Clipboard {
    system: Option<arboard::Clipboard>,
    remote: bool,
}

impl Clipboard {
    /// Over ssh, the machine's own clipboard is not the user's: only the terminal's counts then.
    pub fn of(env: &Env) -> Self {
        let remote = env.filled("SSH_TTY").or(env.filled("SSH_CONNECTION")).is_some();
        let unix = cfg!(all(unix, not(target_os = "macos")));
        let headless = unix && env.filled("DISPLAY").or(env.filled("WAYLAND_DISPLAY")).is_none();
        Self { system: None, remote: remote || headless }
    }

    pub fn copy(&mut self, text: &str) -> Copied {
        if !self.remote {
            if self.system.is_none() {
                self.system = arboard::Clipboard::new().ok();
            }
            if let Some(system) = &mut self.system
                && system.set_text(text).is_ok()
            {
                return Copied::System;
            }
        }
        if text.len() > OSC52_BOUND {
            return Copied::TooLong;
        }
        Copied::Terminal(format!("\x1b]52;c;{}\x07", STANDARD.encode(text)))
    }
}

impl fmt::Debug for Clipboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clipboard").field("remote", &self.remote).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_ssh_the_terminal_is_asked() {
        let mut clipboard = Clipboard::of(&Env::of([("SSH_TTY", "/dev/pts/1"), ("DISPLAY", ":0")]));
        assert_eq!(clipboard.copy("ACR"), Copied::Terminal("\x1b]52;c;QUNS\x07".into()));
        assert_eq!(clipboard.copy(&"x".repeat(80_000)), Copied::TooLong);
    }
}
