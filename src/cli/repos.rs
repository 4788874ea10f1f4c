//! From `OWNER/NAME` to the repository's id, which is what GitHub keeps.

use futures_util::future::try_join_all;

use super::Failure;
use crate::domain::{RepoName, RepoRef, Scope};
use crate::github::Client;
use crate::work;

/// Looks all of them up at once; the first that cannot be found ends it. Doubles count once.
pub(super) async fn resolve(gh: &Client, scope: &Scope, names: &[RepoName]) -> Result<Vec<RepoRef>, Failure> {
    if let Scope::Organization(org) = scope
        && let Some(other) = names.iter().find(|name| !name.owner().eq_ignore_ascii_case(org.as_str()))
    {
        return Err(Failure::usage(
            format!("{other} cannot get it"),
            format!("it is no repository of {org}, and an organization's secrets reach its own repositories only"),
            "leave it out, or use --user",
        ));
    }
    let found = try_join_all(names.iter().map(|name| work::repository(gh, name))).await.map_err(Failure::world)?;
    let mut refs: Vec<RepoRef> = Vec::new();
    for repository in found {
        if !refs.iter().any(|known| known.id == repository.id) {
            refs.push(RepoRef { id: repository.id, full_name: repository.full_name });
        }
    }
    Ok(refs)
}
