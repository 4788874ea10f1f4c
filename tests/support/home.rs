//! A home directory for one test, and the environment that goes with it: nothing of the person who runs the tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A temporary home with its own folder for temporary files. Gone with the test.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("pullkey-test-").tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("tmp")).expect("a folder within it");
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn temp(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    /// The whole environment of a program under test: what any shell has, and no more.
    pub(crate) fn env(&self) -> BTreeMap<String, String> {
        let path = |path: PathBuf| path.to_string_lossy().into_owned();
        let mut env = BTreeMap::from([
            ("HOME".to_owned(), path(self.path().to_owned())),
            ("TMPDIR".to_owned(), path(self.temp())),
            ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
            ("TERM".to_owned(), "xterm-256color".to_owned()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
        ]);
        if cfg!(windows) {
            // The places that Windows has for what HOME and TMPDIR are elsewhere, and what nothing starts without.
            let own = [("USERPROFILE", "."), ("APPDATA", "roaming"), ("LOCALAPPDATA", "local"), ("TEMP", "tmp")];
            env.extend(own.map(|(name, below)| (name.to_owned(), path(self.path().join(below)))));
            env.insert("TMP".to_owned(), path(self.temp()));
            for name in ["SystemRoot", "PATHEXT"] {
                env.extend(std::env::var(name).ok().map(|value| (name.to_owned(), value)));
            }
        }
        env
    }

    /// Every file below, sorted.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            // A folder may vanish while it is read: the program under test is at work.
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for entry in entries.flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                    Ok(kind) if kind.is_file() => found.push(entry.path()),
                    Ok(_) | Err(_) => {}
                }
            }
        }
        found.sort();
        found
    }
}
