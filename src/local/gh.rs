//! `gh auth refresh` on the user's own terminal: the command, its environment variables, and how its end is reported.
//! It never touches the token: `gh` keeps it, and pullkey asks `gh` for it afterwards.

use std::process::ExitStatus;

use thiserror::Error;
use tokio::process::Command;

use super::Env;
use crate::domain::{Mend, Problem};
use crate::process_group::{self, Child};

/// The `gh` command that adds scopes to its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    host: String,
    scopes: Vec<String>,
}

impl Refresh {
    /// `None` if a scope is not spelled like GitHub's scopes: it becomes part of a command line.
    pub fn new(host: &str, scopes: &[String]) -> Option<Self> {
        let is_scope = |scope: &String| {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-');
            scope.starts_with(|c: char| c.is_ascii_alphabetic()) && scope.chars().all(plain)
        };
        let is_fine = !scopes.is_empty() && scopes.iter().all(is_scope) && !host.starts_with('-');
        is_fine.then(|| Self { host: host.to_owned(), scopes: scopes.to_vec() })
    }

    /// The command with the terminal's input and output, and without a token in its environment.
    pub fn command(&self, env: &Env) -> Command {
        let mut command = process_group::command(Child::GhOnTerminal, "gh", |name| env.for_child(name));
        command.args(["auth", "refresh", "-h", &self.host, "-s", &self.scopes.join(",")]);
        let mut command = Command::from(command);
        command.kill_on_drop(true);
        command
    }

    /// The command as you would type it.
    pub fn words(&self) -> String {
        format!("gh auth refresh -h {} -s {}", self.host, self.scopes.join(","))
    }

    /// How it ended.
    pub fn ended(&self, status: ExitStatus) -> Result<(), Problem> {
        if status.success() {
            return Ok(());
        }
        let fault = match status.code() {
            // gh's own exit code for a cancelled command (`gh help exit-codes`), and a shell's for an interrupt.
            Some(2 | 130) | None => GhFault::Interrupted,
            Some(code) => GhFault::Failed(code),
        };
        Err(self.problem(&fault))
    }

    pub fn problem(&self, fault: &GhFault) -> Problem {
        let words = self.words();
        let hint = match fault {
            GhFault::Missing => "install it from https://cli.github.com, or sign in with another token".to_owned(),
            GhFault::NotStarted(_) | GhFault::NoTerminal => format!("run `{words}` in another terminal, then reload"),
            GhFault::Interrupted => "nothing was lost; the same key runs it again".to_owned(),
            GhFault::Failed(_) => {
                format!("its output is on the terminal behind this screen; or run `{words}` in another one")
            }
        };
        let mut problem = Problem::new("gh did not change its token", fault.to_string(), hint);
        if matches!(fault, GhFault::Missing) {
            problem = problem.mended_by(Mend::SignIn);
        }
        problem
    }
}

/// Why `gh` did not do it.
#[derive(Debug, Error)]
pub enum GhFault {
    #[error("gh is not on the PATH")]
    Missing,
    #[error("it could not be started: {0}")]
    NotStarted(std::io::Error),
    #[error("the terminal cannot be shared with it on this system")]
    NoTerminal,
    #[error("it was interrupted before it finished")]
    Interrupted,
    #[error("it exited with code {0}")]
    Failed(i32),
}

impl From<std::io::Error> for GhFault {
    fn from(fault: std::io::Error) -> Self {
        if fault.kind() == std::io::ErrorKind::NotFound { Self::Missing } else { Self::NotStarted(fault) }
    }
}

/// Why `gh` is not used at all: it does not know this host.
pub fn no_host() -> Problem {
    Problem::new(
        "gh was not run",
        "gh's token is for GitHub's own hosts, and gh does not know this API",
        "use a token that has the permission, or set GH_TOKEN to one",
    )
    .mended_by(Mend::SignIn)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn scopes(list: &[&str]) -> Vec<String> {
        list.iter().map(|s| (*s).to_owned()).collect()
    }

    #[test]
    fn gh_gets_the_scopes_and_no_token() {
        let refresh = Refresh::new("github.com", &scopes(&["admin:org", "codespace:secrets"])).unwrap();
        assert_eq!(refresh.words(), "gh auth refresh -h github.com -s admin:org,codespace:secrets");
        let env = Env::of([("GH_TOKEN", "ghp_x"), ("GITHUB_TOKEN", "ghp_y"), ("HOME", "/h"), ("PULLKEY_LOG", "l")]);
        let command = refresh.command(&env);
        let names: Vec<_> = command.as_std().get_envs().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(names, ["HOME"]);
    }

    #[test]
    fn what_is_no_scope_reaches_no_command_line() {
        for list in [&[][..], &["-h"], &["a b"], &["a,b"], &["repo", "$(x)"], &[""]] {
            assert_eq!(Refresh::new("github.com", &scopes(list)), None, "{list:?}");
        }
    }

    #[test]
    fn each_end_is_told_in_its_own_words() {
        let refresh = Refresh::new("github.com", &scopes(&["repo"])).unwrap();
        let missing = GhFault::from(std::io::Error::from(std::io::ErrorKind::NotFound));
        let problem = refresh.problem(&missing);
        assert!(problem.why.contains("gh is not on the PATH") && problem.mend == Some(Mend::SignIn));
        assert!(refresh.problem(&GhFault::Failed(1)).why.contains("code 1"));
    }
}
