//! Where this machine may have values: docker's configuration, AWS profiles, the environment, a file.
//!
//! Looking reads files and runs nothing. Importing reads one source, and runs the program that keeps a password only
//! for the login that was named. It never repeats a line of a file: an invalid line is reported by its number.

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
use crate::domain::{Problem, Untrusted};
use crate::files::{self, FileError};

/// No file of this kind is larger, and nothing larger is read.
const LARGEST: u64 = 1024 * 1024;

/// Why a source could not be read, or has no values.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SourceFault {
    #[error("{} does not exist", .0.shown())]
    Missing(Untrusted),
    #[error("{} cannot be read: {why}", .path.shown())]
    Unreadable { path: Untrusted, why: String },
    #[error("{} line {line} is not valid: {why}", .path.shown())]
    Broken { path: Untrusted, line: usize, why: String },
    /// Another program's output, which can be imported as a file.
    #[error("{why}")]
    Misplaced { why: String, path: Untrusted },
    #[error("it no longer exists")]
    Gone,
    #[error("{0}")]
    Unusable(String),
    #[error("{} {why}", .program.shown())]
    Helper { program: Untrusted, why: String },
}

impl SourceFault {
    pub fn problem(&self, what: impl Into<String>) -> Problem {
        if let Self::Misplaced { path, .. } = self {
            let hint = format!("import it from there: --from file:{}", path.shown());
            return Problem::new(what, self.to_string(), hint);
        }
        let hint = match self {
            Self::Missing(_) => {
                "docker and AWS create theirs at the first login; name another source, or enter the values"
            }
            Self::Misplaced { .. } | Self::Unreadable { .. } => "name an existing file that you can read",
            Self::Broken { .. } => "correct that line, or enter the values yourself",
            Self::Gone => "check again what there is",
            Self::Unusable(_) => "name another source, or enter the values yourself",
            Self::Helper { .. } => "check that `docker pull` gets this login, or enter the values yourself",
        };
        Problem::new(what, self.to_string(), hint)
    }
}

/// Every login that can be imported, and which sources could not be read. `dir` is where to look for a `.env`.
pub fn look(env: &Env, dir: &Path) -> Found {
    let mut found = Found::default();
    let mut add = |what: &str, looked: Result<Vec<Offered>, SourceFault>| {
        found.looked.push(format!("{what}: {}", came(&looked)));
        match looked {
            Ok(offers) => found.offers.extend(offers),
            Err(SourceFault::Missing(_)) => {}
            Err(fault) => found.broken.push(fault.problem(format!("{what} could not be searched"))),
        }
    };
    add("docker's configuration", docker::offers(env));
    if let Some(why) = docker::variable_fault(env) {
        add(docker::VARIABLE, Err(SourceFault::Unusable(why)));
    }
    add("podman's auth.json", docker::podman::offers(env));
    add("AWS_ACCESS_KEY_ID", Ok(aws::in_environment(env).into_iter().collect()));
    add("AWS's credentials", aws::offers(env));
    add("the environment", Ok(triples::offers(env)));
    add(".env", file::offers(".env", dir));
    found
}

/// What was found there.
fn came(looked: &Result<Vec<Offered>, SourceFault>) -> String {
    match looked {
        Ok(offers) => match offers.len() {
            0 => "nothing".to_owned(),
            1 => "one login".to_owned(),
            count => format!("{count} logins"),
        },
        Err(SourceFault::Missing(path)) => format!("{} does not exist", path.shown()),
        Err(_) => "not readable".to_owned(),
    }
}

/// The logins of one kind of source.
pub mod of {
    use super::{Env, Offered, Path, SourceFault, aws, docker, file, triples};

    pub fn docker(env: &Env) -> Result<Vec<Offered>, SourceFault> {
        docker::offers(env)
    }

    /// The login docker would ask its store for, although no source lists it.
    pub fn docker_unlisted(env: &Env, name: &str) -> Option<Offered> {
        docker::unlisted(env, name)
    }

    pub fn podman(env: &Env) -> Result<Vec<Offered>, SourceFault> {
        docker::podman::offers(env)
    }

    /// The access key in the environment.
    pub fn aws_variables(env: &Env) -> Option<Offered> {
        aws::in_environment(env)
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

/// The profile AWS's own tools use if none is named.
pub fn aws_profile(env: &Env) -> String {
    env.filled("AWS_PROFILE").unwrap_or("default").to_owned()
}

/// The values of one source. Only docker's may run a program, which gets its own variables and no member of any
/// credential.
pub async fn take(env: &Env, dir: &Path, source: &Source) -> Result<Taken, SourceFault> {
    match source {
        Source::Docker { key } => docker::take(env, key).await,
        Source::Podman { path, key } => docker::podman::take(env, path, key).await,
        Source::Aws { profile } => aws::take(env, profile),
        Source::AwsVariables => aws::take_variables(env),
        Source::Output { path, key, .. } => file::take_output(path.raw(), dir, key),
        Source::Env { prefix } => triples::take(triples::in_environment(env), source, prefix),
        Source::File { path, prefix } => triples::take(file::read(path.raw(), dir)?, source, prefix),
    }
}

/// A file's whole text, in one allocation that is wiped, without the byte order mark that some editors add.
fn text_of(path: &Path) -> Result<Zeroizing<String>, SourceFault> {
    let text = files::text(path, LARGEST).map_err(|fault| unread(path, &fault))?;
    match text.strip_prefix('\u{feff}') {
        Some(text) => Ok(Zeroizing::new(text.to_owned())),
        None => Ok(text),
    }
}

/// A whole file as it is.
fn bytes_of(path: &Path) -> Result<Zeroizing<Vec<u8>>, SourceFault> {
    files::bytes(path, LARGEST).map_err(|fault| unread(path, &fault))
}

fn unread(path: &Path, fault: &FileError) -> SourceFault {
    let shown = Untrusted::new(path.to_string_lossy());
    match fault {
        FileError::Missing => SourceFault::Missing(shown),
        fault => SourceFault::Unreadable { path: shown, why: fault.to_string() }, // each has its own reason
    }
}

/// JSON; an invalid file is reported by its line. serde's own messages may quote a value, so they are not repeated.
fn json_of<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, SourceFault> {
    serde_json::from_str(text).map_err(|fault| {
        let why = match fault.classify() {
            serde_json::error::Category::Eof => "it ends too early",
            serde_json::error::Category::Data => "a value has the wrong type",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not JSON",
        };
        SourceFault::Broken { path: Untrusted::new(path.to_string_lossy()), line: fault.line(), why: why.to_owned() }
    })
}

#[cfg(test)]
mod tests;
