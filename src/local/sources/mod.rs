//! Where values may stand on this machine: docker's configuration, AWS's profiles, the environment, a file.
//!
//! Looking reads files and runs nothing. Taking reads one place, and runs the program that keeps its password only for
//! the login that was named. It refuses to repeat a line of a file: a broken one is told by its number.

mod aws;
mod docker;
mod dotenv;
mod file;
mod triples;

use std::path::Path;

use thiserror::Error;
use zeroize::Zeroizing;

pub use self::docker::{DockerLogin, docker_login};
pub use self::triples::in_environment;
use super::Env;
use crate::domain::source::{Found, Offered, Source, Taken};
use crate::domain::{Foreign, Problem};
use crate::files::{self, FileError};

/// No file of this kind is larger, and nothing larger is read.
const LARGEST: u64 = 1024 * 1024;

/// Why a place could not be read, or gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SourceFault {
    #[error("{} is not there", .0.shown())]
    Missing(Foreign),
    #[error("{} cannot be read: {why}", .path.shown())]
    Unreadable { path: Foreign, why: String },
    #[error("{} line {line} cannot be understood: {why}", .path.shown())]
    Broken { path: Foreign, line: usize, why: &'static str },
    #[error("it is no longer there")]
    Gone,
    #[error("{0}")]
    Unusable(String),
    #[error("{} {why}", .program.shown())]
    Helper { program: Foreign, why: String },
}

impl SourceFault {
    pub fn problem(&self, what: impl Into<String>) -> Problem {
        let hint = match self {
            Self::Missing(_) => {
                "docker and AWS write theirs at the first login; name another place, or give the values"
            }
            Self::Unreadable { .. } => "name a file that is there and that you may read",
            Self::Broken { .. } => "correct that line, or give the values by themselves",
            Self::Gone => "look again for what there is",
            Self::Unusable(_) => "name another place, or give the values by themselves",
            Self::Helper { .. } => "see whether `docker pull` gets this login, or give the values by themselves",
        };
        Problem::new(what, self.to_string(), hint)
    }
}

/// What there is to take from, and which places could not be read. `dir` is where a `.env` is looked for.
pub fn look(env: &Env, dir: &Path) -> Found {
    let mut found = Found::default();
    let mut add = |what: &str, looked: Result<Vec<Offered>, SourceFault>| match looked {
        Ok(offers) => found.offers.extend(offers),
        Err(SourceFault::Missing(_)) => {}
        Err(fault) => found.broken.push(fault.problem(format!("{what} was not looked through"))),
    };
    add("docker's configuration", docker::offers(env));
    add("AWS's credentials", aws::offers(env));
    add("the environment", Ok(triples::offers(env)));
    add(".env", file::offers(".env", dir));
    found
}

/// The logins of one kind of place.
pub mod of {
    use super::{Env, Offered, Path, SourceFault, aws, docker, file, triples};

    pub fn docker(env: &Env) -> Result<Vec<Offered>, SourceFault> {
        docker::offers(env)
    }

    pub fn aws(env: &Env) -> Result<Vec<Offered>, SourceFault> {
        aws::offers(env)
    }

    pub fn environment(env: &Env) -> Vec<Offered> {
        triples::offers(env)
    }

    pub fn file(path: &str, dir: &Path) -> Result<Vec<Offered>, SourceFault> {
        file::offers(path, dir)
    }
}

/// The profile AWS's own tools take where none is named.
pub fn aws_profile(env: &Env) -> String {
    env.filled("AWS_PROFILE").unwrap_or("default").to_owned()
}

/// The values of one place. Only docker's may run a program, which gets its own variables and no member of any
/// credential.
pub async fn take(env: &Env, dir: &Path, source: &Source) -> Result<Taken, SourceFault> {
    match source {
        Source::Docker { key } => docker::take(env, key).await,
        Source::Aws { profile } => aws::take(env, profile),
        Source::Env { prefix } => triples::take(triples::in_environment(env), source, prefix),
        Source::File { path, prefix } => triples::take(file::read(path.raw(), dir)?, source, prefix),
    }
}

/// A file's whole text, in one allocation that is wiped.
fn text_of(path: &Path) -> Result<Zeroizing<String>, SourceFault> {
    let shown = || Foreign::new(path.to_string_lossy());
    let text = files::text(path, LARGEST).map_err(|fault| match fault {
        FileError::Missing => SourceFault::Missing(shown()),
        fault => SourceFault::Unreadable { path: shown(), why: fault.to_string() }, // each says itself why
    })?;
    match text.strip_prefix('\u{feff}') {
        Some(text) => Ok(Zeroizing::new(text.to_owned())),
        None => Ok(text),
    }
}

/// JSON, told by its line where it is none. serde's own words may quote a value, so they are not repeated.
fn json_of<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, SourceFault> {
    serde_json::from_str(text).map_err(|fault| {
        let why = match fault.classify() {
            serde_json::error::Category::Eof => "it ends too early",
            serde_json::error::Category::Data => "a value is of another kind than it should be",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is no JSON",
        };
        SourceFault::Broken { path: Foreign::new(path.to_string_lossy()), line: fault.line(), why }
    })
}

#[cfg(test)]
mod tests;
