//! The secrets of every repository: all that the user administers, or all of an organization.
//!
//! Nothing is collected: each repository is passed on as it is read, in the order of the names, and then forgotten. A
//! repository that refuses is reported as such and never as empty. A broken connection to GitHub ends the whole run;
//! what was read until then needs no request when the same run is resumed (see [`crate::github::Run`]).

use std::ops::ControlFlow;

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::domain::{OrgName, Problem, RepoName, Scope, ScopeListing, Tally, Untrusted};
use crate::github::{Client, GithubError, Grown, RepoRecord, Run};

use super::identity::is_answered;
use super::listing;
use super::problems::{explain, reading};
use super::spread::is_its_own;

/// What is reported while it runs.
#[derive(Clone, Copy, Debug)]
pub enum Look<'a> {
    /// This many repositories are known so far.
    Listed(usize),
    /// All repositories are known; this many will be read.
    Begun(usize),
    Read(&'a Untrusted, &'a Result<ScopeListing, Problem>),
}

/// One repository's answer, and whether asking again may give another.
struct Answer {
    name: Untrusted,
    listing: Result<ScopeListing, Problem>,
    is_passing: bool,
}

/// Reads them, many at once. Without an organization these are the repositories the user administers, because nobody
/// else can read a repository's secrets. `gh` is used for what the run must not take from disk.
///
/// Source: GitHub's REST description, “List repository secrets” for Codespaces.
///
/// Returns `Err` if GitHub can no longer be reached. If `part` breaks, the result is what was read until then.
pub async fn inventory(
    gh: &Client,
    run: &Run,
    orgs: &[OrgName],
    part: &mut (dyn FnMut(Look<'_>) -> ControlFlow<()> + Send),
) -> Result<Tally, Problem> {
    let mut tally = Tally::default();
    let names = names(run.client(), orgs, &mut tally, part).await?;
    tally.repositories = names.len();
    if part(Look::Begun(names.len())).is_break() {
        return Ok(tally);
    }
    // The client limits how many requests are really in flight. In order, so that two runs can be compared.
    let mut reads = stream::iter(names).map(|name| one(gh, run.client(), name)).buffered(32);
    while let Some(answer) = reads.next().await {
        let Answer { name, listing, is_passing } = answer?;
        tally.count(&listing);
        tally.passing += usize::from(is_passing);
        if part(Look::Read(&name, &listing)).is_break() {
            break;
        }
    }
    Ok(tally)
}

/// The names in order, without duplicates.
async fn names(
    reader: &Client,
    orgs: &[OrgName],
    tally: &mut Tally,
    part: &mut (dyn FnMut(Look<'_>) -> ControlFlow<()> + Send),
) -> Result<Vec<Untrusted>, Problem> {
    let sources: Vec<_> = if orgs.is_empty() { vec![None] } else { orgs.iter().map(Some).collect() };
    let mut found: Vec<(u64, Untrusted)> = Vec::new();
    for org in sources {
        let what = org.map_or_else(
            || "your repositories could not be listed".to_owned(),
            |org| format!("the repositories of {org} could not be listed"),
        );
        let before = found.len();
        // Whether to continue is checked before the reading begins, which is soon enough.
        let mut grown = |grown: Grown<'_, RepoRecord>| {
            let _ = part(Look::Listed(before + grown.all.len()));
        };
        let (records, failure) =
            reader.repositories(org, &mut grown).await.map_err(|failure| explain(what.clone(), &failure, None))?;
        tally.unlisted = tally.unlisted.take().or_else(|| failure.map(|failure| explain(what, &failure, None)));
        for record in records {
            // All of an organization's repositories are tried: a token may have a permission that the list does not
            // show.
            if org.is_some() || record.permissions.as_ref().is_none_or(|rights| rights.admin) {
                found.push((record.id, record.full_name));
            } else {
                tally.skipped += 1;
            }
        }
    }
    found.sort_unstable_by_key(|(id, _)| *id);
    found.dedup_by_key(|(id, _)| *id);
    found.sort_by_cached_key(|(_, name)| name.raw().to_ascii_lowercase());
    Ok(found.into_iter().map(|(_, name)| name).collect())
}

async fn one(gh: &Client, reader: &Client, name: Untrusted) -> Result<Answer, Problem> {
    let scope = match RepoName::parse(name.raw()) {
        Ok(repo) => Scope::Repository(repo),
        Err(fault) => {
            let what = format!("the Codespaces secrets of {} could not be read", name.shown());
            let listing = Err(Problem::new(what, fault.to_string(), "report this as a bug"));
            return Ok(Answer { name, listing, is_passing: false });
        }
    };
    let failure = match listing::read(reader, &scope, listing::Depth::Credentials, &mut |_| {}).await {
        Ok(listing) => return Ok(Answer { name, listing: Ok(listing), is_passing: false }),
        Err(failure) => failure,
    };
    let problem = explain(reading(&scope), &failure, Some(&scope));
    let is_passing = !is_its_own(&failure);
    // If not even “who am I” is answered, this repository is not the cause.
    if is_passing && (is_for_all(&failure) || !is_answered(gh).await) {
        return Err(problem);
    }
    Ok(Answer { name, listing: Err(problem), is_passing })
}

/// Errors that every further request would meet too.
const fn is_for_all(failure: &GithubError) -> bool {
    matches!(failure, GithubError::Unauthorized(_) | GithubError::RateLimited(_))
}
