//! How a command ends: the exit codes, and the failure of a whole command.

use std::process::ExitCode;

use crate::domain::foreign::clean;
use crate::domain::{Problem, TestReport};

/// Exit codes; they are part of the command line's contract and never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    Fine = 0,
    /// A login that was refused, or a secret that is needed.
    Refused = 1,
    /// Usage or configuration; nothing was tried.
    Usage = 2,
    /// Network, rights, limits: something could not be read, told or written.
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
    /// The login test that stood in the way.
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

    /// The process could not even get what every command needs of the system.
    pub fn no_runtime(fault: &std::io::Error) -> Self {
        let hint = "look at the limits of this shell: `ulimit -a`";
        Self::world(Problem::new("pullkey could not start", fault.to_string(), hint))
    }

    /// Certificates, tokens and end dates mean nothing to a machine that is before all of them.
    pub fn no_time() -> Self {
        let why = "this machine's clock is before 1970, so that no certificate and no date can be judged";
        Self::usage("pullkey could not start", why, "set the clock, and try again")
    }

    /// Arguments that could not be understood. The first paragraph says which; the rest is clap's usage text.
    pub fn unparsed(fault: &clap::Error) -> Self {
        let arguments = std::env::args_os();
        let text = super::without_secrets(fault, arguments).unwrap_or_else(|| fault.to_string());
        let first = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
        let words: Vec<_> = first.split_whitespace().collect();
        Self::usage(
            "the arguments could not be understood",
            clean(&words.join(" ")),
            "`pullkey help` tells what there is",
        )
    }

    pub(super) fn interrupted(what: &str, why: &str) -> Self {
        Self::new(Exit::Interrupted, Problem::new(what, why, ""))
    }
}
