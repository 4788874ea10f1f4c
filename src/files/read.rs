//! Reading: only regular files, completely, with a size limit, into memory that is wiped.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{FileError, system};

/// Opens a regular file. Links are followed, because people link their configuration. Anything else is refused
/// immediately, without waiting for the other end of a pipe.
pub fn open(path: &Path) -> Result<File, FileError> {
    // Checked before opening, because opening a device can have an effect, and again once it is open.
    regular(&std::fs::metadata(path)?)?;
    let file = system::open_without_waiting(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

/// The complete file, if it has at most `limit` bytes.
pub fn bytes(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    whole(open(path)?, limit)
}

/// The same as UTF-8 text.
pub fn text(path: &Path, limit: u64) -> Result<Zeroizing<String>, FileError> {
    text_of(bytes(path, limit)?)
}

/// The paths of a folder's entries, sorted.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let entries = std::fs::read_dir(folder)?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.sort();
    Ok(paths)
}

/// For a path that stands for something already open, such as a shell's `<(command)`: the pipe that the shell
/// connected. It is read like standard input, so the reader has to listen for signals meanwhile.
pub fn inherited(path: &Path) -> Option<std::io::Result<File>> {
    let is_descriptor = ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.parent() == Some(Path::new(folder)));
    (cfg!(unix) && (is_descriptor || path == Path::new("/dev/stdin"))).then(|| File::open(path))
}

/// Everything that arrives, if it is at most `limit` bytes.
pub fn bounded(source: impl Read, limit: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    gather(source, limit, limit)
}

/// One allocation of the file's size plus one byte, which shows if there is more.
pub(super) fn whole(file: File, limit: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let length = file.metadata()?.len();
    if length > limit {
        return Err(FileError::TooLarge(limit));
    }
    gather(file, limit, length)
}

/// If a file grows beyond `expected` meanwhile, its content moves to another allocation, and its beginning is wiped
/// only in the last one.
fn gather(source: impl Read, limit: u64, expected: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    // Room for one more byte, and for the probe of `read_to_end`.
    let room = usize::try_from(expected.saturating_add(64)).unwrap_or(usize::MAX);
    let mut bytes = Zeroizing::new(Vec::new());
    bytes.try_reserve_exact(room).map_err(|_| FileError::TooLarge(limit))?;
    source.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(FileError::TooLarge(limit));
    }
    Ok(bytes)
}

pub(super) fn text_of(mut bytes: Zeroizing<Vec<u8>>) -> Result<Zeroizing<String>, FileError> {
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(fault) => {
            drop(Zeroizing::new(fault.into_bytes()));
            Err(FileError::NotText)
        }
    }
}

/// Refuses everything that is not a regular file, and names its type.
pub(super) fn regular(about: &std::fs::Metadata) -> Result<(), FileError> {
    if about.is_file() {
        return Ok(());
    }
    Err(FileError::NotRegular(if about.is_dir() { "a folder" } else { system::kind(about.file_type()) }))
}
