//! Systems without Unix permissions: Windows restricts a user's application data to that user.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::path::Path;

use super::FileError;

pub(super) fn open_without_waiting(path: &Path) -> Result<File, FileError> {
    Ok(File::open(path)?)
}

pub(super) fn open_own(path: &Path, is_made: bool) -> Result<File, FileError> {
    if std::fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink()) {
        return Err(FileError::Link);
    }
    let mut options = OpenOptions::new();
    options.read(true).append(is_made).create(is_made);
    Ok(options.open(path)?)
}

pub(super) fn open_to_touch(path: &Path) -> Result<File, FileError> {
    Ok(OpenOptions::new().append(true).open(path)?)
}

pub(super) fn open_sink(path: &Path) -> Result<File, FileError> {
    Ok(OpenOptions::new().append(true).create(true).open(path)?)
}

pub(super) const fn is_terminal_like(_about: &Metadata) -> bool {
    true
}

pub(super) fn make_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[allow(clippy::unnecessary_wraps)] // as on Unix, where it may fail
pub(super) fn narrow_folder(_folder: &Path, _about: &Metadata) -> Result<(), FileError> {
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // as on Unix, where it may fail
pub(super) fn narrow(_file: &File) -> Result<(), FileError> {
    Ok(())
}

pub(super) const fn is_ours(_about: &Metadata) -> bool {
    true
}

pub(super) const fn kind(_kind: FileType) -> &'static str {
    "a device"
}
