//! How a command ends: exit codes, and the failure of a whole command.

use std::process::ExitCode;

use crate::domain::untrusted::clean;
use crate::domain::{Problem, TestReport};

/// Exit codes. They are part of the command line's contract and never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    Fine = 0,
    /// A login was refused, or a secret is needed.
    Refused = 1,
    /// Usage or configuration; nothing was attempted.
    Usage = 2,
    /// External failure: network, permissions, rate limit, an unconfirmed write, an inconclusive test.
    World = 3,
    /// A bug in pullkey.
    Bug = 70,
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A whole command that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub exit: Exit,
    pub problem: Box<Problem>,
    /// The login test that prevented it.
    pub test: Option<TestReport>,
}

impl Failure {
    pub fn new(exit: Exit, problem: Problem) -> Self {
        Self { exit, problem: Box::new(problem), test: None }
    }

    pub fn usage(what: impl Into<String>, why: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Exit::Usage, Problem::new(what, why, hint))
    }

    pub fn world(problem: Problem) -> Self {
        Self::new(Exit::World, problem)
    }

    /// The system refused what every command needs.
    pub fn no_runtime(fault: &std::io::Error) -> Self {
        let hint = "check the limits of this shell: `ulimit -a`";
        Self::world(Problem::new("pullkey could not start", fault.to_string(), hint))
    }

    /// Certificates, tokens and expiry dates cannot be judged with a clock that is before all of them.
    pub fn no_time() -> Self {
        let why = "this machine's clock is before 1970, so no certificate and no date can be checked";
        Self::usage("pullkey could not start", why, "set the clock and try again")
    }

    /// Invalid arguments. The first paragraph of clap's text names them; the rest is usage.
    pub fn unparsed(fault: &clap::Error) -> Self {
        let arguments = std::env::args_os();
        let text = super::without_secrets(fault, arguments).unwrap_or_else(|| fault.to_string());
        let first = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
        let words: Vec<_> = first.split_whitespace().collect();
        Self::usage("invalid arguments", clean(&words.join(" ")), "see `pullkey help`")
    }

    pub(super) fn interrupted(what: &str, why: &str) -> Self {
        Self::new(Exit::Interrupted, Problem::new(what, why, ""))
    }
}
