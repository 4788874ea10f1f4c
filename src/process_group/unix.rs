//! Unix process groups.

use rustix::process::{Pid, Signal};

/// Makes the child lead a process group.
pub(crate) fn own_group(command: &mut tokio::process::Command) {
    command.process_group(0);
}

/// A child that leads a process group. Dropping the value before the child has exited kills the whole group.
#[derive(Debug)]
pub(crate) struct Group(Option<Pid>);

impl Group {
    pub(crate) fn of(pid: Option<u32>) -> Self {
        Self(pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)))
    }

    /// The child has been waited for, so its process id may belong to another process now.
    pub(crate) fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0 {
            let _ = rustix::process::kill_process_group(pid, Signal::KILL);
        }
    }
}
