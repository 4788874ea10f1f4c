//! What speaks for and against writing at a scope: the facts of the wizard's «Where».

use futures_util::join;

use crate::domain::{Problem, RepoName, Right, Scope, WhereFacts};
use crate::github::{Client, GithubError, Listed, RepoRecord, SecretRecord};

use super::problems::{explain, needs_admin, reading};

/// Learns what is cheap to learn: a handful of requests, whatever the number of repositories.
///
/// A missing right is an answer and no failure; `Err` is only for a token GitHub does not accept.
pub async fn forecast(gh: &Client, scope: &Scope, repo: Option<&RepoName>) -> Result<WhereFacts, Problem> {
    let asked = match scope {
        Scope::Repository(own) => Some(own),
        Scope::User | Scope::Organization(_) => repo,
    };
    let repository = async {
        match asked {
            Some(name) => gh.repository(name).await.map(RepoRecord::into_repository).ok(),
            None => None,
        }
    };
    let count = |public| async move {
        match scope {
            Scope::User => gh.count_repositories(None, public).await.ok(),
            Scope::Organization(org) => gh.count_repositories(Some(org), public).await.ok(),
            Scope::Repository(_) => None,
        }
    };
    let mut ignore = |_: &[SecretRecord]| {};
    let secrets = gh.secrets(scope, &mut ignore);
    let (repository, all, public, secrets) = join!(repository, count(false), count(true), secrets);
    if let Err(refused @ GithubError::Unauthorized(_)) = &secrets {
        return Err(explain(reading(scope), refused, Some(scope)));
    }
    let right = right(scope, repository.as_ref().map(|r| r.admin), secrets.as_ref());
    let (repositories, public) = match scope {
        Scope::Repository(_) => (Some(1), repository.as_ref().map(|r| usize::from(r.visibility == "public"))),
        Scope::User | Scope::Organization(_) => (all, public),
    };
    let secrets = secrets.ok().map(|list| list.count());
    Ok(WhereFacts { scope: scope.clone(), repositories, public, secrets, right, repository })
}

fn right(scope: &Scope, admin: Option<bool>, secrets: Result<&Listed<SecretRecord>, &GithubError>) -> Right {
    match (scope, secrets) {
        (Scope::Repository(repo), Ok(_)) if admin == Some(false) => Right::No(needs_admin(repo)),
        (_, Ok(_)) => Right::Yes,
        (_, Err(refused @ (GithubError::Forbidden(_) | GithubError::NotFound(_)))) => {
            Right::No(explain(reading(scope), refused, Some(scope)))
        }
        (_, Err(other)) => Right::Unknown(explain(reading(scope), other, Some(scope))),
    }
}
