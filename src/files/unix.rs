//! File operations on Unix: opening without waiting and without following links, owners, permissions.

use std::fs::{DirBuilder, File, FileType, Metadata, OpenOptions, Permissions};
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::Path;

use rustix::fs::OFlags;

use super::FileError;

/// Do not wait for the other end of a pipe, and do not make a terminal ours.
const AT_ONCE: OFlags = OFlags::NONBLOCK.union(OFlags::NOCTTY);

pub(super) fn open_without_waiting(path: &Path) -> Result<File, FileError> {
    Ok(OpenOptions::new().read(true).custom_flags(bits(AT_ONCE)).open(path)?)
}

/// Does not follow links: in our own folders, only we create files.
pub(super) fn open_own(path: &Path, is_made: bool) -> Result<File, FileError> {
    let mut options = OpenOptions::new();
    options.read(true).append(is_made).create(is_made).mode(0o600).custom_flags(bits(AT_ONCE.union(OFlags::NOFOLLOW)));
    options.open(path).map_err(|fault| match fault.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
        // FreeBSD returns EMLINK.
        Some(rustix::io::Errno::LOOP | rustix::io::Errno::MLINK) => FileError::Link,
        Some(rustix::io::Errno::ISDIR) => FileError::NotRegular("a folder"),
        // A pipe without a reader, or a socket.
        Some(rustix::io::Errno::NXIO) => FileError::NotRegular("a pipe or a socket"),
        _ => fault.into(),
    })
}

/// The owner of a file may set its times even without write permission.
pub(super) fn open_to_touch(path: &Path) -> Result<File, FileError> {
    open_own(path, false)
}

pub(super) fn open_sink(path: &Path) -> Result<File, FileError> {
    // Opening a pipe would block until it has a reader.
    if let Ok(about) = std::fs::metadata(path)
        && (about.file_type().is_fifo() || about.file_type().is_socket())
    {
        return Err(FileError::NotRegular(kind(about.file_type())));
    }
    let mut options = OpenOptions::new();
    Ok(options.append(true).create(true).mode(0o600).custom_flags(bits(OFlags::NOCTTY)).open(path)?)
}

/// A terminal, or `/dev/null`.
pub(super) fn is_terminal_like(about: &Metadata) -> bool {
    about.file_type().is_char_device()
}

pub(super) fn make_folder(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

pub(super) fn narrow_folder(folder: &Path, about: &Metadata) -> Result<(), FileError> {
    if !is_ours(about) {
        return Err(FileError::NotOurs);
    }
    if about.permissions().mode() & 0o077 != 0 {
        std::fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Restricts reading and writing to the user.
pub(super) fn narrow(file: &File) -> Result<(), FileError> {
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// Root may use the files of the user it acts for.
pub(super) fn is_ours(about: &Metadata) -> bool {
    let me = rustix::process::geteuid();
    me.is_root() || about.uid() == me.as_raw()
}

pub(super) fn kind(kind: FileType) -> &'static str {
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

fn bits(flags: OFlags) -> i32 {
    flags.bits().cast_signed()
}
