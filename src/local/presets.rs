//! A user's own presets: the files `presets/*.toml` in the configuration folder.
//!
//! This module only reads them; `domain::preset` checks their contents. A file that cannot be read is returned with the
//! reason and never skipped.

use std::path::Path;

use super::{Env, Paths};
use crate::domain::preset;
use crate::files::{self, FileError};

/// Pullkey's own presets have 3 to 12 KB.
const LONGEST: u64 = 256 * 1024;

/// Every file of the folder, by name; none without a folder.
pub fn files(env: &Env) -> Vec<preset::File> {
    let Some(folder) = Paths::of(env).config.map(|folder| folder.join("presets")) else { return Vec::new() };
    let mut paths = match files::list(&folder) {
        Ok(paths) => paths,
        Err(FileError::Missing) if !folder.is_file() => return Vec::new(),
        Err(fault) => return vec![file(&folder, Err(fault.to_string()))],
    };
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.iter().map(|path| file(path, read(path))).collect()
}

fn file(path: &Path, text: Result<String, String>) -> preset::File {
    preset::File { path: path.to_string_lossy().into_owned(), text }
}

fn read(path: &Path) -> Result<String, String> {
    files::text(path, LONGEST).map(|text| text.to_string()).map_err(|fault| fault.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    #[test]
    fn files_of_the_folder_are_read_by_name_and_unreadable_ones_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let env = Env::of([("PULLKEY_CONFIG_DIR", folder.path().to_str().unwrap())]);
        assert_eq!(files(&env), []);
        let presets = folder.path().join("presets");
        fs::create_dir_all(presets.join("folder.toml")).unwrap();
        fs::write(presets.join("b.toml"), "id").unwrap();
        fs::write(presets.join("a.toml"), [0xff, 0xfe]).unwrap();
        fs::write(presets.join("notes.txt"), "x").unwrap();
        fs::write(presets.join("huge.toml"), "#".repeat(300_000)).unwrap();
        let found = files(&env);
        let told: Vec<_> = found
            .iter()
            .map(|file| (file.path.rsplit(std::path::MAIN_SEPARATOR).next().unwrap(), file.text.is_ok()))
            .collect();
        let expected = [("a.toml", false), ("b.toml", true), ("folder.toml", false), ("huge.toml", false)];
        assert_eq!(told, expected);
        assert_eq!(found[1].text.as_deref(), Ok("id"));
        fs::remove_dir_all(&presets).unwrap();
        fs::write(&presets, "a file").unwrap();
        assert!(files(&env)[0].text.is_err());
    }

    #[test]
    fn without_a_folder_for_configuration_there_are_none() {
        assert_eq!(files(&Env::of([("HOME", "nowhere")])), []);
    }
}
