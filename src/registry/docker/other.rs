//! What a run of docker needs, on systems without process groups: less is promised there. A cancelled run kills the
//! watcher, and docker ends by its own deadline.

use std::io;
use std::path::Path;

use tempfile::TempDir;

pub(super) fn is_executable(file: &Path) -> bool {
    file.is_file()
}

/// Docker's pipes are not spoken to.
pub(super) fn is_socket(_path: &Path) -> bool {
    false
}

pub(super) fn over_socket(_builder: reqwest::ClientBuilder, _path: &Path) -> Result<reqwest::ClientBuilder, String> {
    Err("a docker daemon is asked over sockets of Unix only".to_owned())
}

pub(super) fn make_private(builder: &mut tempfile::Builder<'_, '_>, inside: &Path) -> io::Result<TempDir> {
    builder.tempdir_in(inside)
}

/// A second name where the file system allows it, else a copy.
pub(super) fn link(to: &Path, at: &Path) -> io::Result<()> {
    std::fs::hard_link(to, at).or_else(|_| std::fs::copy(to, at).map(drop))
}

pub(super) fn is_own_folder(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// Nothing is known, so nothing is swept.
pub(super) fn is_running(_pid: u32) -> bool {
    true
}

pub(super) fn kill(_pid: u32) {}

pub(super) fn end_own_group() {}

pub(super) fn forbid_core_dumps() {}
