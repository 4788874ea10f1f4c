//! Decides which repositories get a written credential, from the flags and from what exists. Pure.

use super::Failure;
use crate::domain::change::DraftAccess;
use crate::domain::{Access, Credential, Prefix, RepoRef, Scope, Visibility};

/// The wish given with flags; `repositories` is `None` without `--repos`.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) repositories: Option<Vec<RepoRef>>,
    pub(super) visibility: Option<Visibility>,
}

/// Refuses flags that make no sense for this scope, before any request.
pub(super) fn check(scope: &Scope, has_repos: bool, visibility: Option<Visibility>) -> Result<(), Failure> {
    let what = "these flags cannot be used together";
    match (scope, visibility) {
        (Scope::Repository(_), None) if !has_repos => Ok(()),
        (Scope::Repository(_), _) => Err(Failure::usage(
            what,
            "a repository's own secrets go to that repository only",
            "leave out --repos and --visibility, or use --user or --org",
        )),
        (Scope::User, Some(Visibility::All | Visibility::Private)) => Err(Failure::usage(
            what,
            "your own secrets can only go to selected repositories",
            "leave out --visibility and name them with --repos, or use --org",
        )),
        (Scope::Organization(_), Some(Visibility::All | Visibility::Private)) if has_repos => Err(Failure::usage(
            what,
            "repositories can be named only if the visibility is selected",
            "use --visibility selected, or leave out --repos",
        )),
        (Scope::User | Scope::Organization(_), _) => Ok(()),
    }
}

/// The access to write, and a note about it.
pub(super) fn decide(
    scope: &Scope,
    prefix: &Prefix,
    existing: Option<&Credential>,
    wish: Wish,
) -> Result<(DraftAccess, Option<String>), Failure> {
    let selected = |repositories: Vec<RepoRef>| {
        let note = repositories.is_empty().then(|| nobody(scope, prefix));
        (DraftAccess::Set { visibility: Visibility::Selected, repositories }, note)
    };
    let org = match (scope, wish.visibility) {
        (Scope::Repository(_), _) => return Ok((DraftAccess::Repository, None)),
        (Scope::Organization(_), Some(visibility @ (Visibility::All | Visibility::Private))) => {
            return Ok((DraftAccess::Set { visibility, repositories: Vec::new() }, None));
        }
        (Scope::Organization(org), None | Some(Visibility::Selected)) => Some(org),
        (Scope::User, _) => None,
    };
    let was_selected = existing.is_some_and(is_selected);
    let is_selected = org.is_none() || was_selected || wish.visibility.is_some();
    let is_kept = if wish.visibility.is_some() { was_selected } else { existing.is_some() };
    match (wish.repositories, org) {
        (None, _) if is_kept => Ok((DraftAccess::Keep, None)),
        (repositories, _) if is_selected => Ok(selected(repositories.unwrap_or_default())),
        (_, None) => Ok(selected(Vec::new())),
        (_, Some(org)) => Err(Failure::usage(
            "unclear which repositories get it",
            format!("{org} has no {prefix} for selected repositories yet; pullkey opens nothing to all by default"),
            "add --visibility selected with --repos, or --visibility private, or --visibility all",
        )),
    }
}

fn is_selected(credential: &Credential) -> bool {
    let known = credential.members.iter().filter_map(|(_, state)| state.as_ref()?.access.as_ref());
    known.count() > 0
        && credential
            .members
            .iter()
            .all(|(_, state)| state.as_ref().is_none_or(|state| matches!(state.access, Some(Access::Selected(_)))))
}

fn nobody(scope: &Scope, prefix: &Prefix) -> String {
    let flag = match scope {
        Scope::Organization(org) => format!("--org {org}"),
        Scope::User | Scope::Repository(_) => "--user".to_owned(),
    };
    format!("no repository gets it yet; add some with `pullkey access {prefix} {flag} --add OWNER/NAME`")
}
