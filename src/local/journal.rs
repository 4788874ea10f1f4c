//! The journal on disk: what can be undone, and which runs were interrupted. Lines of JSON, each appended and flushed
//! to disk, so that a crash loses at most the line being written.
//!
//! Only the user can read it, its size is limited, and it never contains a secret's value.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Env;
use super::limits::lock_patience;
use super::paths::Paths;
use crate::domain::Problem;
use crate::domain::journal::{Entry, LARGEST, shortened};
use crate::files::{self, FileError, Patience};

/// A journal is shortened long before it has this many bytes: a larger one was not written by pullkey.
const MOST: u64 = 4 * LARGEST as u64;

/// A journal in a folder that may not exist yet.
#[derive(Clone, Debug)]
pub struct Journal {
    folder: PathBuf,
    patience: Patience,
}

impl Journal {
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), patience: lock_patience() }
    }

    /// The journal in the user's state folder; `None` if the environment names none.
    pub fn of(env: &Env) -> Option<Self> {
        Paths::of(env).state.map(Self::at)
    }

    /// How long to wait for another pullkey.
    #[must_use]
    pub fn waiting(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// All entries, oldest first. Invalid lines are skipped: a crash may have cut off the last one.
    pub fn read(&self) -> Result<Vec<Entry>, Problem> {
        let bytes = match files::bytes_of_own(&self.file(), MOST) {
            Ok(bytes) => bytes,
            Err(FileError::Missing) => return Ok(Vec::new()),
            Err(fault) => return Err(problem("read", &self.file(), &fault)),
        };
        Ok(String::from_utf8_lossy(&bytes).lines().filter_map(Entry::of_line).collect())
    }

    /// Appends one entry; it is on disk when this returns.
    pub fn add(&self, entry: &Entry) -> Result<(), Problem> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |fault: FileError| problem("written", &path, &fault)
        };
        files::private_folder(&self.folder).map_err(failed(&self.folder))?;
        // Two pullkeys may write at once.
        let lock = self.folder.join("journal.lock");
        let _lock = files::lock(&lock, &self.patience).map_err(failed(&lock))?;
        self.append(&entry.to_line()).map_err(failed(&self.file()))
    }

    fn append(&self, line: &str) -> Result<(), FileError> {
        let mut file = files::append(&self.file())?;
        if file.metadata()?.len() > MOST {
            return Err(FileError::TooLarge(MOST));
        }
        let mut text = String::with_capacity(line.len() + 2);
        if !ends_with_a_line(&mut file)? {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        let length = file.metadata()?.len();
        // Windows cannot replace an open file.
        drop(file);
        if length > LARGEST as u64 { self.shorten() } else { Ok(()) }
    }

    fn shorten(&self) -> Result<(), FileError> {
        let text = files::bytes_of_own(&self.file(), MOST + LARGEST as u64)?;
        files::replace(&self.file(), shortened(&String::from_utf8_lossy(&text)).as_bytes())
    }

    fn file(&self) -> PathBuf {
        self.folder.join("journal.jsonl")
    }
}

fn problem(verb: &str, path: &Path, fault: &FileError) -> Problem {
    let path = crate::domain::untrusted::clean(&path.to_string_lossy());
    Problem::new(
        format!("the journal could not be {verb}"),
        format!("{path}: {fault}"),
        format!("{}; without the journal, nothing can be undone or resumed later", fault.fix()),
    )
}

/// An ID for an entry, unique for this user.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs::{self, OpenOptions};
    use std::time::Duration;

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

    #[test]
    fn one_that_somebody_else_keeps_locked_is_named_and_not_waited_for_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::at(dir.path()).waiting(Patience::of(Duration::from_millis(20)));
        let path = dir.path().join("journal.lock");
        let held = files::try_lock(&path).unwrap();
        let problem = journal.add(&closed("1")).unwrap_err();
        assert!(problem.why.contains("journal.lock") && journal.read() == Ok(Vec::new()), "{problem:?}");
        drop(held);
        journal.add(&closed("1")).unwrap();
    }

    #[test]
    fn one_that_is_larger_than_any_is_neither_read_nor_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::at(dir.path());
        File::create(journal.file()).unwrap().set_len(3 << 30).unwrap();
        assert!(journal.read().is_err() && journal.add(&closed("1")).is_err());
    }
}
