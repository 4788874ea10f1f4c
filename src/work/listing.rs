//! What a scope holds: names first, then the access of each credential's members, many at once.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::domain::{Access, Far, Growing, MemberState, Problem, Scope, ScopeListing, names};
use crate::github::{Client, GithubError, Grown, Listed, SecretRecord};

use super::problems::{explain, reading};

/// Reads a scope. `part` hears of the listing as it grows: first the names as the pages come in (access `None` where it
/// has to be read), then with each access that has arrived.
///
/// A list of repositories that cannot be read stands as `Selected`, empty and incomplete: it never looks clean. The
/// repositories of secrets that belong to no credential are not read; their access stays `None` unless the listing
/// tells.
pub async fn load_scope(
    gh: &Client,
    scope: &Scope,
    part: &mut (dyn FnMut(Growing<ScopeListing>) + Send),
) -> Result<ScopeListing, Problem> {
    read(gh, scope, Depth::Credentials, part).await.map_err(|e| explain(reading(scope), &e, Some(scope)))
}

/// The same with the repositories of those secrets too that belong to no credential: a request more for each.
pub async fn load_every_secret(gh: &Client, scope: &Scope) -> Result<ScopeListing, Problem> {
    read(gh, scope, Depth::Everything, &mut |_| {}).await.map_err(|e| explain(reading(scope), &e, Some(scope)))
}

/// Of which secrets the repositories are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    Credentials,
    Everything,
}

pub(super) async fn read(
    gh: &Client,
    scope: &Scope,
    depth: Depth,
    part: &mut (dyn FnMut(Growing<ScopeListing>) + Send),
) -> Result<ScopeListing, GithubError> {
    let mut grown = |grown: Grown<'_, SecretRecord>| {
        let value = listing(scope, grown.all.iter().cloned(), false, &BTreeMap::new());
        part(Growing { value, far: grown.far });
    };
    let secrets = gh.secrets(scope, &mut grown).await?;
    fill(gh, scope, &secrets, depth, part).await
}

/// Reads the access of those members whose access the listing does not tell.
async fn fill(
    gh: &Client,
    scope: &Scope,
    secrets: &Listed<SecretRecord>,
    depth: Depth,
    part: &mut (dyn FnMut(Growing<ScopeListing>) + Send),
) -> Result<ScopeListing, GithubError> {
    let mut known = BTreeMap::new();
    let made =
        |known: &BTreeMap<String, Access>| listing(scope, secrets.items.iter().cloned(), secrets.is_complete(), known);
    let wanted: Vec<_> = secrets
        .items
        .iter()
        .filter(|s| s.plain_access(scope).is_none())
        .filter(|s| depth == Depth::Everything || names::split(&s.name).is_some())
        .map(|s| s.name.clone())
        .collect();
    let all = wanted.len();
    // How many are really in flight is the client's pace; here it only has to be enough.
    let mut reads = stream::iter(wanted)
        .map(|name| async move {
            let access = gh.selected(scope, &name).await;
            (name, access)
        })
        .buffer_unordered(32);
    while let Some((name, access)) = reads.next().await {
        let access = match access {
            Ok(list) => list.access(),
            Err(refused @ GithubError::Unauthorized(_)) => return Err(refused),
            Err(_) => Access::selected(Vec::new(), false),
        };
        known.insert(name, access);
        part(Growing { value: made(&known), far: Some(Far::Accesses { read: known.len(), all }) });
    }
    Ok(made(&known))
}

fn listing(
    scope: &Scope,
    records: impl Iterator<Item = SecretRecord>,
    complete: bool,
    known: &BTreeMap<String, Access>,
) -> ScopeListing {
    let states = records.map(|record| {
        let mut state: MemberState = record.into_state(scope);
        state.access = state.access.or_else(|| known.get(&state.name).cloned());
        state
    });
    ScopeListing::group(states, complete)
}
