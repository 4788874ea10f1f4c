//! The repositories that can be given access to a credential.

use crate::domain::{OrgName, Partial, Problem, Renamed, RepoName, Repository, RepositoryPage, Roster, Scope};
use crate::github::{Client, Grown, RepoRecord};

use super::problems::explain;

/// All repositories the user can access, or an organization's. `part` receives only what each page adds, so that the
/// cost grows with the number of rows.
///
/// If a later page cannot be read, the result is what came before it, with the reason.
pub async fn repositories(
    gh: &Client,
    org: Option<&OrgName>,
    part: &mut (dyn FnMut(Partial<RepositoryPage>) + Send),
) -> Result<Roster<Repository>, Problem> {
    let what = org.map_or_else(
        || "your repositories could not be listed".to_owned(),
        |org| format!("the repositories of {org} could not be listed"),
    );
    let mut grown = |grown: Grown<'_, RepoRecord>| {
        let list = grown.fresh().iter().cloned().map(RepoRecord::into_repository).collect();
        part(Partial { value: RepositoryPage { before: grown.before, list }, far: grown.far });
    };
    let (records, failure) = gh.repositories(org, &mut grown).await.map_err(|e| explain(what, &e, None))?;
    let part = || {
        org.map_or_else(
            || "your repositories could not all be listed".to_owned(),
            |org| format!("the repositories of {org} could not all be listed"),
        )
    };
    Ok(Roster { list: sorted(records), lacking: failure.map(|failure| explain(part(), &failure, None)) })
}

/// One repository, as the token sees it.
pub async fn repository(gh: &Client, name: &RepoName) -> Result<Repository, Problem> {
    let what = format!("the repository {name} could not be read");
    gh.repository(name).await.map(RepoRecord::into_repository).map_err(|e| explain(what, &e, None))
}

/// The scope under its current name, if reading it showed that the repository was renamed or transferred.
pub async fn renamed(gh: &Client, scope: &Scope) -> Option<Scope> {
    let Scope::Repository(name) = scope else { return None };
    followed(gh, name).await.map(|renamed| Scope::Repository(renamed.to))
}

/// The same for a repository's name, with its ID, so that what is known about it can be moved to the new name.
pub async fn followed(gh: &Client, name: &RepoName) -> Option<Renamed> {
    if !gh.has_moved(name) {
        return None;
    }
    let now = gh.repository(name).await.ok()?;
    let to = RepoName::parse(now.full_name.raw()).ok()?;
    (to != *name).then(|| Renamed { from: name.clone(), to, id: now.id })
}

fn sorted(records: Vec<RepoRecord>) -> Vec<Repository> {
    let mut list: Vec<_> = records.into_iter().map(RepoRecord::into_repository).collect();
    list.sort_by_key(|r| r.id);
    list.dedup_by_key(|r| r.id);
    list.sort_by_cached_key(|r| r.full_name.raw().to_ascii_lowercase());
    list
}
