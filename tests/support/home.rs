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

    /// Where pullkey's configuration lies.
    pub(crate) fn config(&self) -> PathBuf {
        self.path().join(if cfg!(windows) { "roaming/pullkey" } else { ".config/pullkey" })
    }

    /// Where it keeps what has to survive a run.
    pub(crate) fn state(&self) -> PathBuf {
        self.path().join(if cfg!(windows) { "local/pullkey/state" } else { ".local/state/pullkey" })
    }

    /// Where it keeps GitHub's answers.
    pub(crate) fn cache(&self) -> PathBuf {
        self.path().join(if cfg!(windows) { "local/pullkey/cache" } else { ".cache/pullkey" })
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
        if !cfg!(target_os = "linux") {
            // Elsewhere the keyring is there without a session bus: it would be that of the person who runs the tests.
            env.insert("PULLKEY_KEYRING".to_owned(), "off".to_owned());
        }
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
