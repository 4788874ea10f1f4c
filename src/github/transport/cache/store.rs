//! The files of the cache: one for each answer, named by a salted hash, readable by their owner only.
//!
//! A file is written beside its place and then renamed, so that another process sees either the old or the new one in
//! full. The first line is the hash of the rest: a damaged entry counts as missing. If there are too many, the entry
//! confirmed longest ago is removed first. Only files with names that the cache itself makes are ever removed.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use crypto_box::aead::OsRng;
use crypto_box::aead::rand_core::RngCore as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::trail::TRAIL;
use crate::files::{self, FileError};

/// Below the cache folder, so that everything in it is the cache's own.
const FOLDER: &str = "github";
const SALT: &str = "salt";
const TEMPORARY: &str = "new-";
pub(super) const MARKER: &str = "run-";
/// The prefixes of the cache's other files, besides the answers and the salt.
const OWN: [&str; 3] = [TEMPORARY, MARKER, TRAIL];

/// The most entries, bytes in all, and bytes of one entry. This has room for an organization of ten thousand
/// repositories.
const MOST: (usize, u64, usize) = (25_000, 256 << 20, 4 << 20);
/// The limit of one file: its body and what precedes it.
const LARGEST: u64 = MOST.2 as u64 + (1 << 20);
/// The folder is cleaned up after this many new entries, so the limits may be exceeded by as many.
const SWEEP: usize = 500;
/// After this time, a temporary file is one that a dead process never renamed.
const ABANDONED: Duration = Duration::from_secs(3_600);

/// One stored answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) etag: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
    /// When GitHub last confirmed that it is still valid.
    pub(super) validated: SystemTime,
}

/// What precedes the body, as one line.
#[derive(Serialize, Deserialize)]
struct Head<'a> {
    url: std::borrow::Cow<'a, str>,
    etag: std::borrow::Cow<'a, str>,
    headers: std::borrow::Cow<'a, [(String, String)]>,
}

pub(super) struct Store {
    folder: PathBuf,
    salt: [u8; 32],
    written: AtomicUsize,
}

impl Store {
    /// The store below a cache folder, created if it is missing. `None` if it cannot be restricted to its owner.
    pub(super) fn open(cache: &Path) -> Option<Self> {
        let folder = cache.join(FOLDER);
        files::private_folder(&folder).ok()?;
        let salt = salt(&folder).ok()?;
        Some(Self { folder, salt, written: AtomicUsize::new(0) })
    }

    pub(super) const fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    /// The name of an entry: it does not reveal what it was made from.
    pub(super) fn key(&self, account: &[u8], parts: &[&[u8]]) -> String {
        let mut hash = Sha256::new_with_prefix(self.salt);
        for part in [account].iter().chain(parts) {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        hex(&hash.finalize())
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(super) fn read(&self, key: &str, url: &str) -> Option<Entry> {
        let path = self.path(key);
        let validated = fs::metadata(&path).ok()?.modified().ok()?;
        let mut bytes = files::bytes_of_own(&path, LARGEST).ok()?;
        let bytes = Bytes::from(std::mem::take(&mut *bytes));
        let entry = parse(&bytes, url, validated);
        if entry.is_none() {
            self.forget(key);
        }
        entry
    }

    /// Stores an entry, if it is not too large. A disk error is not a failure.
    pub(super) fn write(&self, key: &str, url: &str, entry: &Entry) {
        if entry.body.len() > MOST.2 {
            return self.forget(key);
        }
        if self.try_write(key, url, entry).is_err() {
            return self.forget(key);
        }
        if self.written.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP) {
            self.sweep(MOST.0, MOST.1);
        }
    }

    fn try_write(&self, key: &str, url: &str, entry: &Entry) -> io::Result<()> {
        let head = Head { url: url.into(), etag: (&entry.etag).into(), headers: entry.headers.as_slice().into() };
        let head = serde_json::to_vec(&head)?;
        let mut hash = Sha256::new_with_prefix(&head);
        hash.update(b"\n");
        hash.update(&entry.body);
        self.place(key, entry.validated, &[hex(&hash.finalize()).as_bytes(), b"\n", &head, b"\n", &entry.body])
    }

    /// Writes a file beside its place and renames it.
    pub(super) fn place(&self, name: &str, modified: SystemTime, parts: &[&[u8]]) -> io::Result<()> {
        // Readable by its owner only, like all our files.
        let mut file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(&self.folder)?;
        for part in parts {
            file.write_all(part)?;
        }
        file.as_file().set_modified(modified)?;
        file.persist(self.path(name)).map(drop).map_err(|fault| fault.error)
    }

    /// GitHub says that an entry is still valid.
    pub(super) fn confirm(&self, key: &str, when: SystemTime) {
        // If this fails, the entry only looks older than it is.
        let _ = files::touch(&self.path(key), when);
    }

    pub(super) fn forget(&self, name: &str) {
        let _ = fs::remove_file(self.path(name));
    }

    /// Removes what was confirmed longest ago, until a tenth of the room is free.
    fn sweep(&self, most: usize, bytes: u64) {
        let mut entries = Vec::new();
        let mut size = 0;
        for (path, name, about) in plain_files(&self.folder) {
            let Ok(modified) = about.modified() else { continue };
            let is_old = modified.elapsed().is_ok_and(|age| age > ABANDONED);
            if OWN.iter().any(|own| name.starts_with(own)) && is_old {
                let _ = fs::remove_file(path);
            } else if is_key(&name) {
                size += about.len();
                entries.push((modified, about.len(), path));
            }
        }
        if entries.len() <= most && size <= bytes {
            return;
        }
        entries.sort_unstable();
        let mut left = entries.len();
        for (_, length, path) in entries {
            if left <= most / 10 * 9 && size <= bytes / 10 * 9 {
                break;
            }
            let _ = fs::remove_file(path);
            left -= 1;
            size = size.saturating_sub(length);
        }
    }
}

/// Removes everything the cache ever wrote below a cache folder, and returns how many answers that were. A missing
/// folder holds none. Anything else in it is left alone.
pub fn erase(cache: &Path) -> io::Result<usize> {
    let folder = cache.join(FOLDER);
    let mut answers = 0;
    for (path, name, _) in plain_files(&folder) {
        let is_answer = is_key(&name);
        if is_answer || name == SALT || OWN.iter().any(|own| name.starts_with(own)) {
            match fs::remove_file(path) {
                Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
                Ok(()) | Err(_) => answers += usize::from(is_answer),
            }
        }
    }
    // This fails if there is something else in it.
    let _ = fs::remove_dir(folder);
    Ok(answers)
}

/// How many answers are below a cache folder, and their bytes.
pub fn cached(cache: &Path) -> (usize, u64) {
    let answers = plain_files(&cache.join(FOLDER)).filter(|(_, name, _)| is_key(name));
    answers.fold((0, 0), |(count, bytes), (_, _, about)| (count + 1, bytes + about.len()))
}

/// The plain files of a folder: path, name and metadata.
fn plain_files(folder: &Path) -> impl Iterator<Item = (PathBuf, String, fs::Metadata)> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().filter_map(|entry| {
        let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some((entry.path(), entry.file_name().into_string().ok()?, about))
    })
}

fn parse(bytes: &Bytes, url: &str, validated: SystemTime) -> Option<Entry> {
    let mut lines = bytes.splitn(3, |byte| *byte == b'\n');
    let (sum, head, body) = (lines.next()?, lines.next()?, lines.next()?);
    let rest = &bytes[sum.len() + 1..];
    if hex(&Sha256::digest(rest)).as_bytes() != sum {
        return None;
    }
    let head: Head<'_> = serde_json::from_slice(head).ok()?;
    (head.url == url).then(|| Entry {
        etag: head.etag.into_owned(),
        headers: head.headers.into_owned(),
        body: bytes.slice_ref(body),
        validated,
    })
}

/// Random bytes so that the names of entries reveal nothing to others. The first process creates them.
fn salt(folder: &Path) -> io::Result<[u8; 32]> {
    let path = folder.join(SALT);
    let read = || match files::bytes_of_own(&path, 32) {
        Ok(bytes) => <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| io::ErrorKind::InvalidData.into()),
        Err(FileError::Missing) => Err(io::ErrorKind::NotFound.into()),
        Err(FileError::TooLarge(_) | FileError::Link) => Err(io::ErrorKind::InvalidData.into()),
        Err(fault) => Err(io::Error::other(fault)), // anything but a file is left to the user
    };
    match read() {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
        // A damaged salt is replaced, and the entries named by it are never found again.
        Err(fault) if fault.kind() == io::ErrorKind::InvalidData => fs::remove_file(&path)?,
        known => return known,
    }
    let mut salt = [0; 32];
    OsRng.fill_bytes(&mut salt);
    let mut file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)?;
    file.write_all(&salt)?;
    match file.persist_noclobber(&path) {
        Ok(_) => Ok(salt),
        // Another process was faster.
        Err(_) => read(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn is_key(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn entry(body: &'static str, validated: SystemTime) -> Entry {
        let headers = vec![("link".to_owned(), "<x>; rel=\"next\"".to_owned())];
        Entry { etag: "W/\"1\"".to_owned(), headers, body: Bytes::from_static(body.as_bytes()), validated }
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
    }

    #[test]
    fn what_was_written_is_read_back_and_damage_is_no_entry() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap();
        let key = store.key(b"me", &[b"https://x/user"]);
        let kept = entry("{\"a\":\n1}", at(0));
        store.write(&key, "https://x/user", &kept);
        assert_eq!(store.read(&key, "https://x/user").unwrap(), kept);
        assert_eq!(store.read(&store.key(b"you", &[b"https://x/user"]), "https://x/user"), None);
        store.confirm(&key, at(60));
        assert_eq!(store.read(&key, "https://x/user").unwrap().validated, at(60));
        let whole = fs::read(store.path(&key)).unwrap();
        for damaged in [&whole[..whole.len() - 1], b"", b"\n\n", &whole[1..]] {
            fs::write(store.path(&key), damaged).unwrap();
            assert_eq!(store.read(&key, "https://x/user"), None);
        }
        // Two processes share the salt, and so the names.
        assert_eq!(Store::open(home.path()).unwrap().key(b"me", &[b"https://x/user"]), key);
    }

    #[test]
    fn what_was_confirmed_longest_ago_goes_first() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap();
        let keys: Vec<_> = (0..20_u8).map(|n| store.key(b"me", &[&[n]])).collect();
        for (n, key) in keys.iter().enumerate() {
            store.write(key, "u", &entry("{}", at(n as u64)));
        }
        store.confirm(&keys[0], at(100));
        store.sweep(10, u64::MAX);
        let left: Vec<_> = (0..20).filter(|n| store.read(&keys[*n], "u").is_some()).collect();
        assert_eq!(left, [0, 12, 13, 14, 15, 16, 17, 18, 19]);
    }

    #[test]
    fn erasing_takes_the_caches_own_files_only() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(erase(home.path()).unwrap(), 0);
        let store = Store::open(home.path()).unwrap();
        store.write(&store.key(b"me", &[]), "u", &entry("{}", at(0)));
        fs::write(home.path().join("mine"), "x").unwrap();
        fs::write(store.path("notes.txt"), "x").unwrap();
        assert_eq!(erase(home.path()).unwrap(), 1);
        assert!(home.path().join("mine").exists() && store.path("notes.txt").exists());
        fs::remove_file(store.path("notes.txt")).unwrap();
        erase(home.path()).unwrap();
        assert!(!home.path().join(FOLDER).exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(FOLDER);
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let store = Store::open(home.path()).unwrap();
        store.write(&store.key(b"me", &[]), "u", &entry("{}", at(0)));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        let files: Vec<_> = plain_files(&folder).collect();
        assert_eq!(files.len(), 2);
        assert!(files.iter().all(|(path, _, _)| mode(path) == 0o600));
    }
}
