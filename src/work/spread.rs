//! Writes the same credential to many repositories, as each one's own secrets: reads them all first, then writes one
//! after the other.
//!
//! A repository that refuses does not stop the others; a rate limit or a broken connection does. Nothing is recorded
//! here: the caller receives each repository as it is done and can record it.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::domain::change::DraftAccess;
use crate::domain::spread::{Placed, Placement, Stamps, Standing};
use crate::domain::{
    Draft, Member, Members, Prefix, Problem, RepoName, RepoRef, Scope, ScopeListing, Sensitive, Shape,
};
use crate::github::{Client, GithubError};
use crate::local::Locks;

use super::identity::is_answered;
use super::problems::{explain, reading};
use super::save::save;
use super::settle::secrets;

/// One repository of a run, and what it has under the prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub repository: RepoRef,
    pub standing: Standing,
}

/// Looks at every repository, many at once. `noted` is what an earlier, interrupted run has written; `part` receives
/// the number of repositories read so far.
///
/// Returns `Err` if GitHub cannot be reached at all; a single repository that refuses is a [`Standing::Refused`].
pub async fn survey(
    gh: &Client,
    prefix: &Prefix,
    repositories: &[RepoRef],
    noted: &BTreeMap<u64, Stamps>,
    part: &mut (dyn FnMut(usize) + Send),
) -> Result<Vec<Target>, Problem> {
    // The client limits how many requests are really in flight; this only has to be enough.
    let mut looks = stream::iter(repositories.iter().cloned().enumerate())
        .map(|(at, repository)| async move {
            let standing = standing(gh, prefix, &repository, noted.get(&repository.id)).await;
            (at, standing.map(|standing| Target { repository, standing }))
        })
        .buffer_unordered(32);
    let mut targets: BTreeMap<usize, Target> = BTreeMap::new();
    while let Some((at, target)) = looks.next().await {
        targets.insert(at, target?);
        part(targets.len());
    }
    Ok(targets.into_values().collect())
}

async fn standing(
    gh: &Client,
    prefix: &Prefix,
    repository: &RepoRef,
    noted: Option<&Stamps>,
) -> Result<Standing, Problem> {
    let scope = match scope_of(repository) {
        Ok(scope) => scope,
        Err(problem) => return Ok(Standing::Refused(problem)),
    };
    let secrets = match secrets(gh, &scope, prefix).await {
        Ok(secrets) => secrets,
        Err(failure) => {
            let problem = explain(reading(&scope), &failure, Some(&scope));
            return if is_its_own(&failure) { Ok(Standing::Refused(problem)) } else { Err(problem) };
        }
    };
    let complete = secrets.is_complete();
    let states = secrets.items.into_iter().map(|record| record.into_state(&scope));
    let listing = ScopeListing::group(states, complete);
    Ok(match (listing.credential(prefix).map(Stamps::of), noted) {
        (None, None) => Standing::New,
        (Some(_), None) => Standing::Exists,
        (Some(now), Some(then)) if now == *then => Standing::Kept,
        (Some(_) | None, Some(_)) => Standing::Changed,
    })
}

/// Whether an error concerns this repository only and says nothing about the next.
pub(super) const fn is_its_own(failure: &GithubError) -> bool {
    matches!(
        failure,
        GithubError::Forbidden(_)
            | GithubError::NotFound(_)
            | GithubError::Conflict(_)
            | GithubError::Unprocessable(_)
            | GithubError::Unexpected { .. }
    )
}

/// Writes the credential to every target that does not have it yet. `part` receives each with its position in the list
/// as it is done; `is_stopped` is checked before each.
///
/// The result has one entry per target, in order.
pub async fn spread(
    (gh, locks): (&Client, &Locks),
    credential: (&Prefix, &Members<Sensitive>),
    targets: &[Target],
    is_stopped: &(dyn Fn() -> bool + Sync),
    part: &mut (dyn FnMut(usize, &Placed) + Send),
) -> Vec<Placed> {
    let mut placed = Vec::with_capacity(targets.len());
    let mut is_over = false;
    for (at, target) in targets.iter().enumerate() {
        is_over |= is_stopped();
        let placement = match &target.standing {
            Standing::Kept => Placement::Kept,
            Standing::Refused(problem) => Placement::Refused(problem.clone()),
            Standing::New | Standing::Exists | Standing::Changed if is_over => Placement::NotTried,
            Standing::New | Standing::Exists | Standing::Changed => {
                place((gh, locks), credential, &target.repository).await
            }
        };
        let is_tried = matches!(placement, Placement::Tried(_) | Placement::Refused(_));
        let is_refused = matches!(target.standing, Standing::Refused(_));
        if is_tried && !is_refused && !placement.is_done() {
            // If not even “who am I” is answered, this repository is not the cause.
            is_over |= !is_answered(gh).await;
        }
        let one = Placed { repository: target.repository.clone(), placement };
        part(at, &one);
        placed.push(one);
    }
    placed
}

async fn place(
    (gh, locks): (&Client, &Locks),
    (prefix, values): (&Prefix, &Members<Sensitive>),
    repository: &RepoRef,
) -> Placement {
    let scope = match scope_of(repository) {
        Ok(scope) => scope,
        Err(problem) => return Placement::Refused(problem),
    };
    let draft = Draft {
        scope,
        prefix: prefix.clone(),
        shape: Shape::Credential,
        values: values.clone(),
        access: DraftAccess::Repository,
        members: Member::WRITE_ORDER.to_vec(),
        ends: None,
        seen: None,
    };
    let held = match locks.take(&draft.scope, prefix).await {
        Ok(held) => held,
        Err(problem) => return Placement::Refused(problem),
    };
    match save(gh, &held, &draft, &mut |_| {}).await {
        Ok(saved) => Placement::Tried(saved),
        Err(problem) => Placement::Refused(problem),
    }
}

fn scope_of(repository: &RepoRef) -> Result<Scope, Problem> {
    RepoName::parse(repository.full_name.raw()).map(Scope::Repository).map_err(|fault| {
        let what = format!("{} could not be written to", repository.full_name.shown());
        Problem::new(what, fault.to_string(), "report this as a bug")
    })
}
