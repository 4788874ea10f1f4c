//! Child processes: each receives only the variables of its kind, and is killed together with everything it started.
//!
//! Every program that pullkey starts is started through here. Each leads its own process group, and if its run is
//! abandoned, the whole group is killed. If a child exits by itself, its own children keep running, because they may be
//! meant to stay, like an agent.

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

/// A command with the environment for its kind; `variable` returns a variable's value by name.
pub(crate) fn command(
    child: Child,
    program: impl AsRef<OsStr>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> std::process::Command {
    let mut command = std::process::Command::new(program);
    confine(child, &mut command, variable);
    command
}

/// Gives a command that was created elsewhere the environment for its kind.
pub(crate) fn confine(child: Child, command: &mut std::process::Command, variable: impl Fn(&str) -> Option<OsString>) {
    command.env_clear();
    command.envs(child.variables().filter_map(|name| Some((name, variable(name)?))));
}
