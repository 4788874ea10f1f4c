//! The record of expiry dates on disk: one file per API host, beside the journal. Only the user can read it.
//!
//! Two pullkeys may write at once: each reads the file under a lock, adds its entries, and replaces the file with a new
//! one. A file that is not a valid record is reported and never overwritten.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::Env;
use super::limits::lock_patience;
use super::paths::Paths;
use crate::domain::{Problem, Record};
use crate::files::{self, FileError, Patience};

/// More bytes than a full record has; a larger file is not a record.
const LARGEST: u64 = 64 << 20;

/// The record of one API in a folder that may not exist yet.
#[derive(Clone, Debug)]
pub struct Endings {
    folder: PathBuf,
    host: String,
    patience: Patience,
}

/// Why a record could not be used.
enum Fault {
    /// The file, its lock or its folder could not be used.
    File(PathBuf, FileError),
    /// The file is something else.
    NoRecord,
}

/// Adds the path to a file error.
fn at(path: &Path) -> impl FnOnce(FileError) -> Fault {
    |fault| Fault::File(path.to_owned(), fault)
}

impl Endings {
    pub fn at(folder: impl Into<PathBuf>, host: &str) -> Self {
        Self { folder: folder.into(), host: file_name(host), patience: lock_patience() }
    }

    /// How long to wait for another pullkey.
    #[must_use]
    pub fn waiting(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// The record in the user's state folder; `None` if the environment names none.
    pub fn of(env: &Env, host: &str) -> Option<Self> {
        Paths::of(env).state.map(|state| Self::at(state.join("endings"), host))
    }

    /// The whole record; empty if there is no file yet.
    pub fn read(&self) -> Result<Record, Problem> {
        self.load().map_err(|fault| self.problem("read", &fault))
    }

    /// Changes the record and returns the new one; it is on disk when this returns.
    pub fn change(&self, change: impl Fn(&mut Record)) -> Result<Record, Problem> {
        self.replace(change).map_err(|fault| self.problem("written", &fault))
    }

    fn load(&self) -> Result<Record, Fault> {
        let path = self.file();
        let bytes = match files::bytes_of_own(&path, LARGEST) {
            Ok(bytes) => bytes,
            Err(FileError::Missing) => return Ok(Record::default()),
            Err(fault) => return Err(at(&path)(fault)),
        };
        std::str::from_utf8(&bytes).ok().and_then(Record::of_text).ok_or(Fault::NoRecord)
    }

    fn replace(&self, change: impl Fn(&mut Record)) -> Result<Record, Fault> {
        let mut alone = Record::default();
        change(&mut alone);
        if alone.is_empty() && std::fs::symlink_metadata(self.file()).is_err() {
            // Users who never enter an expiry date have no file.
            return Ok(alone);
        }
        files::private_folder(&self.folder).map_err(at(&self.folder))?;
        let lock = self.folder.join(format!("{}.lock", self.host));
        let _lock = files::lock(&lock, &self.patience).map_err(at(&lock))?;
        let before = self.load()?;
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            files::replace(&self.file(), after.to_text().as_bytes()).map_err(at(&self.file()))?;
        }
        Ok(after)
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.host))
    }

    fn problem(&self, verb: &str, fault: &Fault) -> Problem {
        let shown = |path: &Path| crate::domain::untrusted::clean(&path.to_string_lossy());
        let what = format!("the record of expiry dates could not be {verb}");
        match fault {
            Fault::File(path, fault) => Problem::new(what, format!("{}: {fault}", shown(path)), fault.fix()),
            Fault::NoRecord => Problem::new(
                what,
                format!("{} is not a record of expiry dates", shown(&self.file())),
                "fix the file or move it away; until then it is not overwritten and no expiry is saved",
            ),
        }
    }
}

/// A host as a file name that no other host has.
fn file_name(host: &str) -> String {
    let mut name = String::new();
    for byte in host.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' => name.push(char::from(byte)),
            // Writing to a String cannot fail.
            _ => drop(write!(name, "%{byte:02x}")),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;
    use std::{fs, thread};

    use super::*;

    fn entry(name: &str) -> String {
        let fields = r#""prefix": "ACR", "ends": "never", "said_by": "person", "written": "2026-01-01T00:00:00Z""#;
        format!(r#"{{"scope": "repository", "name": "{name}", {fields}}}"#)
    }

    fn put(record: &mut Record, name: &str) {
        let mut text = record.to_text();
        let at = text.find('[').unwrap() + 1;
        let comma = if record.is_empty() { "" } else { "," };
        text.insert_str(at, &format!("{}{comma}", entry(name)));
        *record = Record::of_text(&text).unwrap();
    }

    #[test]
    fn each_host_has_a_file_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let of = |host| Endings::at(dir.path().join("a"), host);
        assert_eq!(of("api.github.com").read(), Ok(Record::default()));
        of("127.0.0.1:8080").change(|record| put(record, "acme/api")).unwrap();
        assert!(of("127.0.0.1:8081").read().unwrap().is_empty() && !of("127.0.0.1:8080").read().unwrap().is_empty());
        assert_eq!(of("../../x").file().parent(), of("y").file().parent(), "no host leaves the folder");
    }

    #[test]
    fn nothing_said_makes_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let endings = Endings::at(dir.path().join("a"), "h");
        endings.change(|_| {}).unwrap();
        assert!(!dir.path().join("a").exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let endings = Endings::at(dir.path().join("a"), "h");
        endings.change(|record| put(record, "acme/api")).unwrap();
        endings.change(|record| put(record, "acme/web")).unwrap();
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(endings.folder.clone()), mode(endings.file())), (0o700, 0o600));
        let names: Vec<_> = fs::read_dir(&endings.folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "nothing half written is left: {names:?}");
    }

    #[test]
    fn two_at_once_do_not_lose_each_others_entries() {
        let dir = tempfile::tempdir().unwrap();
        let endings = Endings::at(dir.path(), "h");
        thread::scope(|scope| {
            for n in 0..4 {
                let endings = &endings;
                scope.spawn(move || {
                    for m in 0..10 {
                        endings.change(|record| put(record, &format!("acme/r{n}-{m}"))).unwrap();
                    }
                });
            }
        });
        let text = endings.read().unwrap().to_text();
        assert_eq!(text.matches("acme/r").count(), 40);
    }

    #[test]
    fn what_is_no_record_is_named_and_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let endings = Endings::at(dir.path(), "h");
        for broken in ["{\"entries\": [{\"scope\"", "", "[]"] {
            fs::write(endings.file(), broken).unwrap();
            let read = endings.read().unwrap_err();
            assert!(read.why.contains("h.json") && read.hint.contains("not overwritten"), "{read:?}");
            assert!(endings.change(|record| put(record, "acme/api")).is_err());
            assert_eq!(fs::read_to_string(endings.file()).unwrap(), broken);
        }
    }

    #[test]
    fn a_place_that_cannot_be_written_is_said() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        let endings = Endings::at(dir.path().join("file"), "h");
        assert!(endings.change(|record| put(record, "acme/api")).unwrap_err().what.contains("expiry dates"));
    }

    #[test]
    fn one_that_somebody_else_keeps_locked_is_named_and_not_waited_for_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let endings = Endings::at(dir.path(), "h").waiting(Patience::of(Duration::from_millis(20)));
        let path = dir.path().join("h.lock");
        let held = files::try_lock(&path).unwrap();
        let problem = endings.change(|record| put(record, "acme/api")).unwrap_err();
        assert!(problem.why.contains("h.lock"), "{problem:?}");
        drop(held);
        assert!(endings.change(|record| put(record, "acme/api")).is_ok());
    }
}
