//! Child processes on a leash: each gets the variables of its kind and no others, and ends with what it started.
//!
//! Every program that pullkey starts is started through here. Each leads a group of its own, and the group is killed as
//! a whole where its run is given up. A child that ended by itself leaves its own children alone: they may be there to
//! stay, as an agent is.

mod environment;

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "other.rs"]
mod system;

use std::ffi::{OsStr, OsString};

pub use self::environment::Child;
pub(crate) use self::system::{Group, own_group};

/// A command with the environment of its kind; `variable` gives a variable by its name.
pub(crate) fn command(
    child: Child,
    program: impl AsRef<OsStr>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> std::process::Command {
    let mut command = std::process::Command::new(program);
    confine(child, &mut command, variable);
    command
}

/// Gives a command that somebody else made the environment of its kind.
pub(crate) fn confine(child: Child, command: &mut std::process::Command, variable: impl Fn(&str) -> Option<OsString>) {
    command.env_clear();
    command.envs(child.variables().filter_map(|name| Some((name, variable(name)?))));
}
