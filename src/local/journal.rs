//! The journal on disk: what can be undone, and which runs did not end. Lines of JSON, appended and flushed to the disk
//! one by one, so that a crash loses at most the line that was being written.
//!
//! Only the user may read it, it is bounded, and no value of a secret is ever in it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Env;
use super::paths::Paths;
use crate::domain::Problem;
use crate::domain::journal::{Entry, LARGEST, shortened};

/// A journal in a folder that need not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    folder: PathBuf,
}

impl Journal {
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The one in the user's folder for state; `None` where the environment names none.
    pub fn of(env: &Env) -> Option<Self> {
        Paths::of(env).state.map(Self::at)
    }

    /// All entries, oldest first. Lines that are none are left out: the last one may have been cut off by a crash.
    pub fn read(&self) -> Result<Vec<Entry>, Problem> {
        let text = match fs::read(self.file()) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => String::new(),
            Err(fault) => return Err(self.problem("read", &fault)),
        };
        Ok(text.lines().filter_map(Entry::of_line).collect())
    }

    /// Appends one entry; it is on the disk when this returns.
    pub fn add(&self, entry: &Entry) -> Result<(), Problem> {
        self.append(&entry.to_line()).map_err(|fault| self.problem("written", &fault))
    }

    fn append(&self, line: &str) -> io::Result<()> {
        make_private(&self.folder)?;
        // Two pullkeys may write at once. Where a file system has no locks, appending is all the care there is.
        let lock = open(&self.folder.join("journal.lock"))?;
        let _ = lock.lock();
        let mut file = open(&self.file())?;
        let mut text = String::with_capacity(line.len() + 2);
        if !ends_with_a_line(&mut file)? {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        if usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX) > LARGEST { self.shorten() } else { Ok(()) }
    }

    /// Into a new file that takes the old one's place: whoever reads sees the one or the other.
    fn shorten(&self) -> io::Result<()> {
        let text = fs::read(self.file())?;
        let path = self.folder.join("journal.new");
        match fs::remove_file(&path) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
            Ok(()) | Err(_) => {}
        }
        let mut file = open(&path)?;
        file.write_all(shortened(&String::from_utf8_lossy(&text)).as_bytes())?;
        file.sync_all()?;
        fs::rename(path, self.file())
    }

    fn file(&self) -> PathBuf {
        self.folder.join("journal.jsonl")
    }

    fn problem(&self, verb: &str, fault: &io::Error) -> Problem {
        let path = crate::domain::foreign::clean(&self.file().to_string_lossy());
        Problem::new(
            format!("the journal could not be {verb}"),
            format!("{path}: {fault}"),
            "look at the folder and its rights; without a journal nothing can be undone or gone on with later",
        )
    }
}

/// An id for an entry, unlike any other of this user.
pub fn fresh_id() -> String {
    format!("{:x}-{:x}", chrono::Utc::now().timestamp_micros(), std::process::id())
}

fn ends_with_a_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// A folder that only the user may look into, made if need be.
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// For reading and appending, made if need be; nobody but the user may read it.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn closed(id: &str) -> Entry {
        Entry::Closed { id: id.to_owned() }
    }

    #[test]
    fn entries_come_back_in_their_order_and_a_torn_line_harms_none() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::at(dir.path().join("a/b"));
        assert_eq!(journal.read(), Ok(Vec::new()));
        journal.add(&closed("1")).unwrap();
        let mut file = OpenOptions::new().append(true).open(journal.file()).unwrap();
        file.write_all(br#"{"kind":"clos"#).unwrap();
        journal.add(&closed("2")).unwrap();
        assert_eq!(journal.read(), Ok(vec![closed("1"), closed("2")]));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::at(dir.path().join("state"));
        journal.add(&closed("1")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&journal.folder), mode(&journal.file())), (0o700, 0o600));
    }

    #[test]
    fn it_never_grows_without_bound() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::at(dir.path());
        for n in 0..12 {
            journal.add(&closed(&format!("{n}{}", "x".repeat(1 << 20)))).unwrap();
        }
        assert!(fs::metadata(journal.file()).unwrap().len() <= LARGEST as u64);
        let Some(Entry::Closed { id }) = journal.read().unwrap().pop() else { panic!() };
        assert!(id.starts_with("11x"));
    }

    #[test]
    fn a_place_that_cannot_be_written_is_said() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        let journal = Journal::at(dir.path().join("file"));
        assert!(journal.add(&closed("1")).unwrap_err().what.contains("journal"));
    }
}
