//! The private folder in which docker runs: its configuration, home and helper. Never a password.

use std::io;
use std::path::{Path, PathBuf};

use super::{CREDENTIAL_HELPERS, CREDS_STORE, HELPER_NAME, Tools, system};

/// The folder's name: this prefix, the owner's process id, and something random.
const PREFIX: &str = "pullkey-docker-";

/// The folder; dropping the value removes it.
#[derive(Debug)]
pub(super) struct Room(PathBuf);

impl Room {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        clear(&self.0);
    }
}

/// Removes one of our folders, and nothing else whatever the argument. A process that was just killed may still create
/// a file in it, so this retries.
pub(super) fn clear(room: &Path) {
    if room.file_name().and_then(|name| name.to_str()).and_then(owner).is_none() {
        return;
    }
    for _ in 0..50 {
        if std::fs::remove_dir_all(room).is_ok() || !room.exists() {
            return;
        }
        std::thread::yield_now();
    }
}

/// Creates the folder, for this user alone. It is removed when the value is dropped, or by the next [`sweep`].
pub(super) fn furnish(tools: &Tools) -> io::Result<Room> {
    let mut builder = tempfile::Builder::new();
    let prefix = format!("{PREFIX}{}-", std::process::id());
    let room = Room(system::make_private(builder.prefix(&prefix), &tools.temp)?.keep());
    std::fs::write(room.path().join("config.json"), CREDS_STORE)?;
    // The folder is also the home of the program that runs in it.
    let containers = room.path().join(".config/containers");
    std::fs::create_dir_all(&containers)?;
    std::fs::write(containers.join("registries.conf"), CREDENTIAL_HELPERS)?;
    system::link(&tools.helper, &room.path().join(format!("{HELPER_NAME}{}", std::env::consts::EXE_SUFFIX)))?;
    Ok(room)
}

/// Removes the folders of this user's earlier runs that were killed together with their watcher.
pub fn sweep(temp: &Path) {
    let Ok(entries) = std::fs::read_dir(temp) else { return };
    let abandoned: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            let pid = path.file_name().and_then(|name| name.to_str()).and_then(owner);
            pid.is_some_and(|pid| system::is_abandoned(path, pid))
        })
        .filter(|path| system::is_own_folder(path))
        .collect();
    for path in abandoned {
        clear(&path);
    }
}

fn owner(name: &str) -> Option<u32> {
    name.strip_prefix(PREFIX)?.split('-').next()?.parse().ok()
}
