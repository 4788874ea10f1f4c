//! Settings for all runs: `config.toml` in the configuration folder.
//!
//! It contains no token and no secret's value: such a key is refused like any unknown one. A file that cannot be
//! understood is never skipped, because it may be what forbids writing.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use super::{Env, Paths};
use crate::domain::Problem;
use crate::domain::untrusted::clean;
use crate::files::{self, FileError};

/// More than two lines with comments need, in bytes.
const LARGEST: u64 = 64 << 10;

/// What applies to this run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// What forbids writing, if anything does.
    pub read_only: Option<ReadOnly>,
    /// The client ID of the OAuth app for the device flow; there is none unless you configured one.
    pub client_id: Option<String>,
}

/// What forbids writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadOnly {
    Flag,
    Variable,
    File(PathBuf),
}

impl ReadOnly {
    /// As a statement: “--read-only is given”.
    pub fn words(&self) -> String {
        match self {
            Self::Flag => "--read-only is given".to_owned(),
            Self::Variable => "PULLKEY_READ_ONLY is set".to_owned(),
            Self::File(path) => format!("{} sets read_only", shown(path)),
        }
    }

    /// Why a command that writes does not even start.
    pub fn problem(&self) -> Problem {
        let hint = match self {
            Self::Flag => "drop --read-only",
            Self::Variable => "unset PULLKEY_READ_ONLY",
            Self::File(_) => "remove `read_only` from that file, or set it to false",
        };
        Problem::new("nothing was written", format!("this run is read-only: {}", self.words()), hint)
    }
}

#[derive(Debug, Error)]
pub enum ConfigFault {
    #[error("{}: {fault}", shown(.path))]
    Unreadable { path: PathBuf, fault: FileError },
    #[error("{}, line {line}: {reason}", shown(.path))]
    Broken { path: PathBuf, line: usize, reason: String },
    #[error("PULLKEY_READ_ONLY is “{}”, which is neither yes nor no", clean(.0))]
    Variable(String),
}

impl From<ConfigFault> for Problem {
    fn from(fault: ConfigFault) -> Self {
        let hint = match &fault {
            ConfigFault::Unreadable { .. } => "make it a text file that you can read, or move it away",
            ConfigFault::Broken { .. } => {
                "correct that line; valid keys are `read_only = true` and `client_id = \"…\"`"
            }
            ConfigFault::Variable(_) => "set it to 1 or 0, or unset it",
        };
        Self::new("the configuration cannot be used", fault.to_string(), hint)
    }
}

/// The file as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    read_only: Option<bool>,
    client_id: Option<String>,
}

impl Config {
    /// The flag overrides the variable, and the variable the file; `PULLKEY_READ_ONLY=0` overrides the file too.
    pub fn load(env: &Env, flag: bool) -> Result<Self, ConfigFault> {
        let path = Paths::of(env).config.map(|folder| folder.join("config.toml"));
        let written = match &path {
            Some(path) => read(path)?,
            None => Written::default(),
        };
        let variable = env.filled("PULLKEY_READ_ONLY").map(is_set).transpose()?;
        let by_file = || path.filter(|_| written.read_only == Some(true)).map(ReadOnly::File);
        let read_only = match (flag, variable) {
            (true, _) => Some(ReadOnly::Flag),
            (false, Some(true)) => Some(ReadOnly::Variable),
            (false, Some(false)) => None,
            (false, None) => by_file(),
        };
        let client_id = env.filled("PULLKEY_CLIENT_ID").map(|id| id.trim().to_owned()).or(written.client_id);
        Ok(Self { read_only, client_id })
    }
}

fn is_set(text: &str) -> Result<bool, ConfigFault> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        // An unknown word must not allow what it was meant to forbid.
        _ => Err(ConfigFault::Variable(text.to_owned())),
    }
}

fn read(path: &Path) -> Result<Written, ConfigFault> {
    let text = match files::text(path, LARGEST) {
        Ok(text) => text,
        Err(FileError::Missing) => return Ok(Written::default()),
        Err(fault) => return Err(ConfigFault::Unreadable { path: path.to_owned(), fault }),
    };
    toml::from_str(&text).map_err(|fault| {
        let at = fault.span().map_or(0, |span| span.start).min(text.len());
        let line = 1 + text.get(..at).unwrap_or_default().matches('\n').count();
        ConfigFault::Broken { path: path.to_owned(), line, reason: clean(&fault.message().replace('\n', " ")) }
    })
}

fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn load(text: Option<&str>, variable: &str, flag: bool) -> Result<Config, ConfigFault> {
        let folder = tempfile::tempdir().unwrap();
        if let Some(text) = text {
            std::fs::write(folder.path().join("config.toml"), text).unwrap();
        }
        let env = [("PULLKEY_CONFIG_DIR", folder.path().to_str().unwrap()), ("PULLKEY_READ_ONLY", variable)];
        Config::load(&Env::of(env), flag)
    }

    #[test]
    fn nothing_said_forbids_nothing() {
        assert_eq!(load(None, "", false).unwrap(), Config::default());
        assert_eq!(load(Some("read_only = false\n"), "", false).unwrap(), Config::default());
    }

    #[test]
    fn the_flag_comes_before_the_variable_and_that_before_the_file() {
        let file = Some("client_id = \"Iv1.abc\"\nread_only = true\n");
        let held = load(file, "", false).unwrap();
        assert!(matches!(held.read_only, Some(ReadOnly::File(_))) && held.client_id.as_deref() == Some("Iv1.abc"));
        assert_eq!(load(file, "0", false).unwrap().read_only, None);
        assert_eq!(load(file, "yes", false).unwrap().read_only, Some(ReadOnly::Variable));
        assert_eq!(load(file, "0", true).unwrap().read_only, Some(ReadOnly::Flag));
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line() {
        for (text, line) in [("read_only = maybe", 1), ("\n\ntoken = \"x\"", 3), ("read_only = 1", 1), ("=", 1)] {
            match load(Some(text), "", false).unwrap_err() {
                ConfigFault::Broken { line: at, reason, .. } => assert!(at == line && !reason.is_empty(), "{text}"),
                other => panic!("{text}: {other}"),
            }
        }
        let problem = Problem::from(load(None, "perhaps", false).unwrap_err());
        assert!(problem.why.contains("perhaps") && !problem.hint.is_empty());
    }
}
