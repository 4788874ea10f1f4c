//! What a docker run needs on systems without process groups, with weaker guarantees: cancelling a run kills the
//! watcher, and docker stops at its own deadline.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

pub(super) fn is_executable(file: &Path) -> bool {
    file.is_file()
}

pub(super) fn make_private(builder: &mut tempfile::Builder<'_, '_>, inside: &Path) -> io::Result<TempDir> {
    builder.tempdir_in(inside)
}

/// A copy, not a link: a second name of a running program cannot be removed before the program ends, and neither can
/// its folder.
pub(super) fn link(to: &Path, at: &Path) -> io::Result<()> {
    std::fs::copy(to, at).map(drop)
}

pub(super) fn is_own_folder(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// No run takes nearly this long: its deadlines are seconds.
const LONGEST_RUN: Duration = Duration::from_secs(60 * 60);

/// There is no way here to see whether a process still runs, so this goes by the folder's age. A folder of unknown age
/// counts as new.
pub(super) fn is_abandoned(folder: &Path, _owner: u32) -> bool {
    let changed = std::fs::symlink_metadata(folder).and_then(|meta| meta.modified());
    changed.ok().and_then(|at| SystemTime::now().duration_since(at).ok()).is_some_and(|age| age > LONGEST_RUN)
}

pub(super) fn kill(_pid: u32) {}

pub(super) fn end_own_group() {}

pub(super) fn forbid_core_dumps() {}
