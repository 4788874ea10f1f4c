//! pullkey's own files: in a folder only the user can access, readable by the user only.
//!
//! Anything others could have put there while the folder was open to them is not trusted: links and other users' files
//! are refused, and permissions that are too wide are narrowed.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::{FileError, read, system};

/// Creates the folder if needed and restricts it to the user. The path may be a link to the folder.
pub fn private_folder(folder: &Path) -> Result<(), FileError> {
    system::make_folder(folder)?;
    let about = std::fs::metadata(folder)?;
    if !about.is_dir() {
        return Err(FileError::NotRegular("not a folder"));
    }
    system::narrow_folder(folder, &about)
}

/// Opens for reading and appending, and creates the file if needed.
pub fn append(path: &Path) -> Result<File, FileError> {
    own(system::open_own(path, true)?)
}

/// Opens a file, terminal or other device that the user named for line-by-line output, and creates it if needed. Only
/// the user can read the file.
pub fn sink(path: &Path) -> Result<File, FileError> {
    let file = system::open_sink(path)?;
    let about = file.metadata()?;
    if about.is_file() {
        system::narrow(&file)?;
        return Ok(file);
    }
    if system::is_terminal_like(&about) { Ok(file) } else { read::regular(&about).map(|()| file) }
}

/// The content of one of pullkey's own files, if it has at most `limit` bytes.
pub fn bytes_of_own(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let file = system::open_own(path, false)?;
    read::regular(&file.metadata()?)?;
    if !system::is_ours(&file.metadata()?) {
        return Err(FileError::NotOurs);
    }
    // On a read-only disk the permissions stay as they are, and the file is read anyway.
    let _ = system::narrow(&file);
    read::whole(file, limit)
}

/// Replaces a file atomically: readers see the old or the new content, never a part. The new content is on disk when
/// this returns.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = path.parent().ok_or(FileError::Missing)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|fault| fault.error)?;
    Ok(())
}

/// Sets the modification time of one of pullkey's own files. Does not create a missing file.
pub fn touch(path: &Path, when: SystemTime) -> Result<(), FileError> {
    let file = system::open_to_touch(path)?;
    read::regular(&file.metadata()?)?;
    Ok(file.set_modified(when)?)
}

fn own(file: File) -> Result<File, FileError> {
    let about = file.metadata()?;
    read::regular(&about)?;
    if !system::is_ours(&about) {
        return Err(FileError::NotOurs);
    }
    system::narrow(&file)?;
    Ok(file)
}
