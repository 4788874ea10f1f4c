//! Resolves `OWNER/NAME`, patterns, topics and files to repository ids, which GitHub stores.

use std::io::{self, IsTerminal};
use std::path::Path;

use zeroize::Zeroizing;

use super::Failure;
use super::args::PasswordArgs;
use super::session::Session;
use super::write_args::ChoiceArgs;
use crate::domain::{OrgName, RepoRef, Repository, Scope, Wanted};
use crate::files::{self, FileError};
use crate::github::Client;
use crate::work::{self, Choice};

/// The largest file of names, in bytes: ten thousand repositories fit.
const LARGEST: u64 = 4 << 20;

/// The repositories found, and whether each was named individually.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) repositories: Vec<Repository>,
    pub(super) is_by_name: bool,
}

impl Found {
    pub(super) fn refs(&self) -> Vec<RepoRef> {
        let one = |r: &Repository| RepoRef { id: r.id, full_name: r.full_name.clone() };
        self.repositories.iter().map(one).collect()
    }

    /// A note about them.
    pub(super) fn note(&self) -> Option<String> {
        let archived: Vec<_> = self.repositories.iter().filter(|r| r.archived).map(|r| r.full_name.shown()).collect();
        (!archived.is_empty()).then(|| format!("archived, so read-only: {}", archived.join(", ")))
    }

    /// The number of repositories, then their names, one per line.
    pub(super) fn listing(&self) -> String {
        let mut out = count(self.repositories.len());
        for repository in &self.repositories {
            out.push_str("\n  ");
            out.push_str(&repository.full_name.shown());
        }
        out
    }
}

pub(super) fn count(repositories: usize) -> String {
    if repositories == 1 { "1 repository".to_owned() } else { format!("{repositories} repositories") }
}

/// The repositories given with flags, and those in the file.
pub(super) async fn choice(
    wanted: &[Wanted],
    more: &ChoiceArgs,
    password: Option<&PasswordArgs>,
    session: &Session,
) -> Result<Choice, Failure> {
    let mut wanted = wanted.to_vec();
    if let Some(path) = &more.repos_file {
        let is_taken = password.is_some_and(|password| password.stdin);
        wanted.extend(read(path, is_taken, session).await?);
    }
    let choice = Choice { wanted, topics: more.topics.clone() };
    if choice.is_empty() && !more.is_empty() {
        return Err(Failure::usage(
            "no repository given",
            "the file contains none",
            "put one name or pattern on each line",
        ));
    }
    Ok(choice)
}

/// Looks them up. Fails if one cannot be found, or if a pattern matches nothing.
pub(super) async fn resolve(gh: &Client, scope: &Scope, choice: &Choice) -> Result<Found, Failure> {
    let org = org_of(scope);
    if let Some((org, other)) = org.and_then(|org| Some((org, choice.foreign_to(org)?))) {
        return Err(Failure::usage(
            format!("{other} cannot get it"),
            format!("it is not a repository of {org}, and an organization's secrets go only to its own repositories"),
            "leave it out, or use --user",
        ));
    }
    let repositories = work::choose(gh, org, choice).await.map_err(Failure::world)?;
    Ok(Found { repositories, is_by_name: choice.is_by_name() })
}

const fn org_of(scope: &Scope) -> Option<&OrgName> {
    match scope {
        Scope::Organization(org) => Some(org),
        Scope::User | Scope::Repository(_) => None,
    }
}

async fn read(path: &Path, is_stdin_taken: bool, session: &Session) -> Result<Vec<Wanted>, Failure> {
    let shown = crate::domain::untrusted::clean(&path.to_string_lossy());
    let refuse = |why: String| {
        let hint = "--repos-file needs a file with one repository or pattern per line";
        Failure::usage("the list of repositories could not be read", why, hint)
    };
    let is_stdin = path.as_os_str() == "-";
    if is_stdin && is_stdin_taken {
        return Err(refuse("standard input cannot be both the password and the list".to_owned()));
    }
    if is_stdin && io::stdin().is_terminal() {
        return Err(refuse("standard input is a terminal".to_owned()));
    }
    let path = path.to_owned();
    let read =
        session.read_apart(move || if is_stdin { files::bounded(io::stdin().lock(), LARGEST) } else { of(&path) });
    let text = read.await?.and_then(|bytes| String::from_utf8(bytes.to_vec()).map_err(|_| FileError::NotText));
    let text = text.map_err(|fault| refuse(format!("{shown}: {fault}")))?;
    Wanted::read_lines(&text).map_err(|(line, fault)| refuse(format!("{shown}, line {line}: {fault}")))
}

fn of(path: &Path) -> Result<Zeroizing<Vec<u8>>, FileError> {
    match files::inherited(path) {
        Some(file) => files::bounded(file?, LARGEST),
        None => files::bytes(path, LARGEST),
    }
}
