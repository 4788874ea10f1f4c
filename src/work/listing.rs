//! What a scope contains: names first, then the access of each credential's members, many at once.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::domain::{Access, MemberState, Partial, Prefix, Problem, Progress, Scope, ScopeListing, Shape, names};
use crate::github::{Client, GithubError, Grown, Listed, SecretRecord};

use super::problems::{explain, of_member, reading, short, subject};

/// Reads a scope. `part` receives the growing listing: first the names page by page (access `None` where it has to be
/// read), then again with each access that arrives.
///
/// A list of repositories that cannot be read is `Selected`, empty and incomplete, so that it never looks clean. The
/// repositories of secrets that belong to no credential are not read; their access stays `None` unless the listing
/// contains it.
pub async fn load_scope(
    gh: &Client,
    scope: &Scope,
    part: &mut (dyn FnMut(Partial<ScopeListing>) + Send),
) -> Result<ScopeListing, Problem> {
    told(gh, scope, read(gh, scope, Depth::Credentials, part).await).await
}

/// The same including the repositories of secrets that belong to no credential: one more request for each.
pub async fn load_every_secret(gh: &Client, scope: &Scope) -> Result<ScopeListing, Problem> {
    told(gh, scope, read(gh, scope, Depth::Everything, &mut |_| {}).await).await
}

/// [`load_scope`] for what is about to be written, or was: if it is a single secret, its access is read as well.
pub async fn load_for(gh: &Client, scope: &Scope, (shape, name): (Shape, &Prefix)) -> Result<ScopeListing, Problem> {
    let depth = match shape {
        Shape::Credential => Depth::Credentials,
        Shape::Single => Depth::Also(name),
    };
    told(gh, scope, read(gh, scope, depth, &mut |_| {}).await).await
}

/// GitHub answers alike if there is no such organization, if you may not read its secrets, and if its plan has none.
/// The list of memberships tells these apart, so it is read before you have to guess.
async fn told(gh: &Client, scope: &Scope, listing: Result<ScopeListing, GithubError>) -> Result<ScopeListing, Problem> {
    let failure = match listing {
        Ok(listing) => return Ok(listing),
        Err(failure) => failure,
    };
    if let (Scope::Organization(org), GithubError::NotFound(_) | GithubError::Forbidden(_)) = (scope, &failure)
        && let Ok((memberships, _)) = gh.memberships().await
        && let Some(membership) = memberships.iter().find(|membership| membership.org == *org)
        && let Some(problem) = of_member(&failure, membership)
    {
        return Err(problem);
    }
    Err(explain(reading(scope), &failure, Some(scope)))
}

/// The secrets whose repositories are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth<'a> {
    Credentials,
    /// Those of the credentials, and this one.
    Also(&'a Prefix),
    Everything,
}

impl Depth<'_> {
    fn reads(self, name: &str) -> bool {
        match self {
            Self::Credentials => names::split(name).is_some(),
            Self::Also(also) => names::split(name).is_some() || also.as_str().eq_ignore_ascii_case(name),
            Self::Everything => true,
        }
    }
}

pub(super) async fn read(
    gh: &Client,
    scope: &Scope,
    depth: Depth<'_>,
    part: &mut (dyn FnMut(Partial<ScopeListing>) + Send),
) -> Result<ScopeListing, GithubError> {
    let mut grown = |grown: Grown<'_, SecretRecord>| {
        let value = listing(scope, grown.all.iter().cloned(), false, &BTreeMap::new());
        part(Partial { value, far: grown.far });
    };
    let secrets = gh.secrets(scope, &mut grown).await?;
    fill(gh, scope, &secrets, depth, part).await
}

/// Reads the access of the members whose access the listing does not contain.
async fn fill(
    gh: &Client,
    scope: &Scope,
    secrets: &Listed<SecretRecord>,
    depth: Depth<'_>,
    part: &mut (dyn FnMut(Partial<ScopeListing>) + Send),
) -> Result<ScopeListing, GithubError> {
    let mut known = BTreeMap::new();
    let mut left_out = LeftOut::of(secrets);
    let made =
        |known: &BTreeMap<String, Access>| listing(scope, secrets.items.iter().cloned(), secrets.is_complete(), known);
    let wanted: Vec<_> = secrets
        .items
        .iter()
        .filter(|s| s.plain_access(scope).is_none())
        .filter(|s| depth.reads(&s.name))
        .map(|s| s.name.clone())
        .collect();
    let all = wanted.len();
    // The client limits how many requests are really in flight; this only has to be enough.
    let mut reads = stream::iter(wanted)
        .map(|name| async move {
            let access = gh.selected(scope, &name).await;
            (name, access)
        })
        .buffer_unordered(32);
    while let Some((name, access)) = reads.next().await {
        let access = match access {
            Ok(list) => {
                left_out.add(&list);
                list.access()
            }
            Err(refused @ GithubError::Unauthorized(_)) => return Err(refused),
            Err(_) => Access::selected(Vec::new(), false),
        };
        known.insert(name, access);
        part(Partial { value: made(&known), far: Some(Progress::Accesses { read: known.len(), all }) });
    }
    Ok(ScopeListing { lacking: left_out.told(gh, scope).await, ..made(&known) })
}

/// What GitHub left out of the lists that make up a scope.
struct LeftOut {
    organizations: Vec<u64>,
    is_short: bool,
}

impl LeftOut {
    fn of<T>(list: &Listed<T>) -> Self {
        Self { organizations: list.unshown.clone(), is_short: !list.is_complete() }
    }

    fn add<T>(&mut self, list: &Listed<T>) {
        self.organizations.extend(&list.unshown);
        self.is_short |= !list.is_complete();
    }

    /// Naming the organizations says more than that something is missing.
    async fn told(mut self, gh: &Client, scope: &Scope) -> Option<Problem> {
        let what = format!("{} could not all be read", subject(scope));
        self.organizations.sort_unstable();
        self.organizations.dedup();
        match gh.partial(&self.organizations).await {
            Some(partial) => Some(explain(what, &partial, Some(scope))),
            None => self.is_short.then(|| short(what)),
        }
    }
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
