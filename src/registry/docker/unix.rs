//! What a docker run needs on Unix: private folders, links, and a way to end the watcher's process group.

use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::process::{Pid, Resource, Rlimit, Signal};
use tempfile::TempDir;

pub(super) fn is_executable(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

pub(super) fn make_private(builder: &mut tempfile::Builder<'_, '_>, inside: &Path) -> io::Result<TempDir> {
    builder.permissions(std::fs::Permissions::from_mode(0o700)).tempdir_in(inside)
}

pub(super) fn link(to: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

/// A folder, not a link to one, that belongs to this user.
pub(super) fn is_own_folder(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir() && meta.uid() == rustix::process::geteuid().as_raw())
}

/// Whether the folder's owner is no longer running. “Not permitted” means that it is running.
pub(super) fn is_abandoned(_folder: &Path, owner: u32) -> bool {
    let Some(pid) = process(owner) else { return true };
    matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

pub(super) fn kill(pid: u32) {
    if let Some(pid) = process(pid) {
        let _ = rustix::process::kill_process(pid, Signal::KILL);
    }
}

/// Kills the process group that this process leads, itself included. A process that does not lead a group leaves the
/// others alone.
pub(super) fn end_own_group() {
    let own = rustix::process::getpid();
    if rustix::process::getpgrp() == own {
        let _ = rustix::process::kill_process_group(own, Signal::KILL);
    }
}

pub(super) fn forbid_core_dumps() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    let _ = rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

fn process(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}
