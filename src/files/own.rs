//! Files of pullkey's own: in a folder that only the user may look into, readable by the user alone.
//!
//! What others could have put there while the folder stood open is not trusted: links and what belongs to somebody else
//! are refused, permissions that are too wide are narrowed.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::{FileError, read, system};

/// Makes the folder if need be, and keeps it to the user. The folder itself may be reached by a link.
pub fn private_folder(folder: &Path) -> Result<(), FileError> {
    system::make_folder(folder)?;
    let about = std::fs::metadata(folder)?;
    if !about.is_dir() {
        return Err(FileError::NotRegular("not a folder"));
    }
    system::narrow_folder(folder, &about)
}

/// Opens for reading and appending, made if need be.
pub fn append(path: &Path) -> Result<File, FileError> {
    own(system::open_own(path, true)?)
}

/// Opens what the user named to be written to line by line, made if need be: a file, or a terminal or another device.
/// Nobody but the user may read the file.
pub fn sink(path: &Path) -> Result<File, FileError> {
    let file = system::open_sink(path)?;
    let about = file.metadata()?;
    if about.is_file() {
        system::narrow(&file)?;
        return Ok(file);
    }
    if system::is_terminal_like(&about) { Ok(file) } else { read::regular(&about).map(|()| file) }
}

/// The whole of a file of pullkey's own, if it has no more than `limit` bytes.
pub fn bytes_of_own(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let file = system::open_own(path, false)?;
    read::regular(&file.metadata()?)?;
    if !system::is_ours(&file.metadata()?) {
        return Err(FileError::NotOurs);
    }
    // On a disk that is read-only it stays as it is, and is read all the same.
    let _ = system::narrow(&file);
    read::whole(file, limit)
}

/// Puts a new file in the place of an old one: whoever reads sees the one or the other, whole. It is on the disk when
/// this returns.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = path.parent().ok_or(FileError::Missing)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|fault| fault.error)?;
    Ok(())
}

/// Says that a file of pullkey's own was changed then. One that is not there is not made.
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
