//! The calls, one method each. Source: GitHub's REST description, version 2022-11-28.
//!
//! Selected repositories are always read to the last page: octocrab's own calls stop silently after the first thirty.

use http::{Method, StatusCode};
use serde::Serialize;
use url::Url;

use crate::domain::token::Membership;
use crate::domain::{OrgName, RepoName, Scope};

use super::auth::token_expiry;
use super::error::scopes;
use super::limit::server_time;
use super::models::{
    Grant, Grown, Listed, Me, MembershipRecord, PublicKey, Put, PutSecret, RepoRecord, RepositoriesPage, SecretRecord,
    SecretsPage, UserRecord, Written,
};
use super::{Client, GithubError};

const PER_PAGE: (&str, &str) = ("per_page", "100");

#[derive(Serialize)]
struct Ids<'a> {
    selected_repository_ids: &'a [u64],
}

/// The codespaces secrets of a scope.
impl Client {
    /// All secrets of a scope; `part` receives the growing list.
    pub async fn secrets(
        &self,
        scope: &Scope,
        part: &mut (dyn FnMut(Grown<'_, SecretRecord>) + Send),
    ) -> Result<Listed<SecretRecord>, GithubError> {
        let first = self.secrets_url(scope, &[], &[PER_PAGE]);
        let mut list = self.all(first, |p: SecretsPage| (p.total_count, p.secrets), part).await.map_err(|(e, _)| e)?;
        list.items.sort_by(|a, b| a.name.cmp(&b.name));
        list.items.dedup_by(|a, b| a.name == b.name);
        Ok(list)
    }

    /// One secret; `None` if there is none of this name (or no permission to see it).
    pub async fn secret(&self, scope: &Scope, name: &str) -> Result<Option<SecretRecord>, GithubError> {
        match self.get::<SecretRecord>(&self.secrets_url(scope, &[name], &[])).await {
            Ok((secret, _)) => Ok(Some(secret)),
            Err(GithubError::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// The key to seal values of this scope with. It may change at any time: never store it.
    pub async fn public_key(&self, scope: &Scope) -> Result<PublicKey, GithubError> {
        self.get(&self.secrets_url(scope, &["public-key"], &[])).await.map(|(key, _)| key)
    }

    /// Creates or overwrites a secret.
    pub async fn put_secret(
        &self,
        scope: &Scope,
        name: &str,
        sealed: (&PublicKey, &str),
        grant: &Grant,
    ) -> Result<Put, GithubError> {
        let (key, value) = sealed;
        let body = PutSecret { encrypted_value: Some(value), key_id: Some(&key.key_id), grant };
        self.put_named(scope, name, &body).await
    }

    /// Changes who gets an organization's secret without touching its value: `encrypted_value` is not required there.
    pub async fn put_grant(&self, scope: &Scope, name: &str, grant: &Grant) -> Result<Written, GithubError> {
        let body = PutSecret { encrypted_value: None, key_id: None, grant };
        self.put_named(scope, name, &body).await.map(|put| put.written)
    }

    /// Deletes a secret. A missing secret counts as deleted, so that a repeated call succeeds.
    pub async fn delete_secret(&self, scope: &Scope, name: &str) -> Result<(), GithubError> {
        match self.remove(self.secrets_url(scope, &[name], &[])).await {
            Err(GithubError::Redirected { to }) => {
                let scope = self.moved_to(scope).await.ok_or(GithubError::Redirected { to })?;
                self.remove(self.secrets_url(&scope, &[name], &[])).await
            }
            done => done,
        }
    }

    /// The repositories a secret is selected for, all pages.
    pub async fn selected(&self, scope: &Scope, name: &str) -> Result<Listed<RepoRecord>, GithubError> {
        let first = self.secrets_url(scope, &[name, "repositories"], &[PER_PAGE]);
        let page = |p: RepositoriesPage| (p.total_count, p.repositories);
        let mut list = self.all(first, page, &mut |_| {}).await.map_err(|(e, _)| e)?;
        list.items.sort_by_key(|r| r.id);
        list.items.dedup_by_key(|r| r.id);
        list.items.sort_by_cached_key(|r| r.full_name.raw().to_ascii_lowercase());
        Ok(list)
    }

    /// Replaces the list of selected repositories.
    pub async fn set_selected(&self, scope: &Scope, name: &str, ids: &[u64]) -> Result<(), GithubError> {
        let body = Ids { selected_repository_ids: ids };
        self.put(self.secrets_url(scope, &[name, "repositories"], &[]), Some(&body)).await.map(|_| ())
    }

    pub async fn add_selected(&self, scope: &Scope, name: &str, id: u64) -> Result<(), GithubError> {
        let url = self.secrets_url(scope, &[name, "repositories", &id.to_string()], &[]);
        self.put(url, None::<&()>).await.map(|_| ())
    }

    pub async fn remove_selected(&self, scope: &Scope, name: &str, id: u64) -> Result<(), GithubError> {
        self.remove(self.secrets_url(scope, &[name, "repositories", &id.to_string()], &[])).await
    }

    /// Writes a secret. A renamed repository may answer with a redirect, which no write may follow; nothing was written
    /// then, so the write goes to the new name.
    async fn put_named(&self, scope: &Scope, name: &str, body: &PutSecret<'_>) -> Result<Put, GithubError> {
        match self.put(self.secrets_url(scope, &[name], &[]), Some(body)).await {
            Err(GithubError::Redirected { to }) => {
                let scope = self.moved_to(scope).await.ok_or(GithubError::Redirected { to })?;
                self.put(self.secrets_url(&scope, &[name], &[]), Some(body)).await
            }
            done => done,
        }
    }

    /// Where a repository is now, if it was renamed or transferred: reads follow the redirect and so find out.
    pub async fn moved_to(&self, scope: &Scope) -> Option<Scope> {
        let Scope::Repository(old) = scope else { return None };
        let new = RepoName::parse(self.repository(old).await.ok()?.full_name.raw()).ok()?;
        (new != *old).then_some(Scope::Repository(new))
    }

    async fn put(&self, url: Url, body: Option<&(impl Serialize + Sync)>) -> Result<Put, GithubError> {
        let answer = self.send(Method::PUT, &url, body).await?;
        let put = |written| Put { written, server_time: server_time(answer.headers()) };
        match answer.status() {
            StatusCode::CREATED => Ok(put(Written::Created)),
            StatusCode::NO_CONTENT => Ok(put(Written::Updated)),
            // Another success status is not GitHub's: a captive portal answers 200 to everything.
            other => Err(GithubError::Unexpected { status: other.as_u16(), request: format!("PUT {}", url.path()) }),
        }
    }

    async fn remove(&self, url: Url) -> Result<(), GithubError> {
        match self.send(Method::DELETE, &url, None::<&()>).await {
            Ok(answer) if answer.status() == StatusCode::NO_CONTENT => Ok(()),
            Ok(answer) => Err(GithubError::Unexpected {
                status: answer.status().as_u16(),
                request: format!("DELETE {}", url.path()),
            }),
            Err(GithubError::NotFound(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    fn secrets_url(&self, scope: &Scope, tail: &[&str], query: &[(&str, &str)]) -> Url {
        let mut path = match scope {
            Scope::User => vec!["user"],
            Scope::Repository(repo) => vec!["repos", repo.owner(), repo.name()],
            Scope::Organization(org) => vec!["orgs", org.as_str()],
        };
        path.extend(["codespaces", "secrets"]);
        path.extend(tail);
        self.url(&path, query)
    }
}

/// The user, and the repositories.
impl Client {
    /// The token's user, and what the answer's headers say about the token. A “not modified” would not say that, so
    /// this is always requested in full.
    pub async fn user(&self) -> Result<Me, GithubError> {
        let (user, answer) = self.get_afresh::<UserRecord>(&self.url(&["user"], &[])).await?;
        let headers = answer.headers();
        // Headers are not JSON, so they pass the redactor here.
        let scopes = scopes(headers).map(|scopes| scopes.iter().map(|scope| self.hidden(scope)).collect());
        Ok(Me { login: user.login, scopes, expires: token_expiry(headers) })
    }

    /// The organizations the user is an active member of. Names that are invalid in a path are left out. If some are
    /// missing, the error that says so is returned too.
    pub async fn memberships(&self) -> Result<(Vec<Membership>, Option<GithubError>), GithubError> {
        let first = self.url(&["user", "memberships", "orgs"], &[("state", "active"), PER_PAGE]);
        let list = self.all(first, |p: Vec<MembershipRecord>| (None, p), &mut |_| {}).await.map_err(|(e, _)| e)?;
        let active = list.items.into_iter().filter(|m| m.state.as_deref().is_none_or(|s| s == "active"));
        let known = active.filter_map(|m| {
            let owner = m.role.as_deref() == Some("admin");
            OrgName::parse(&m.organization.login).ok().map(|org| Membership { org, owner })
        });
        Ok((known.collect(), self.partial(&list.unshown).await))
    }

    /// The repositories the user can access, or an organization's. If a later page fails, the pages before it are
    /// returned together with the failure; so is an incomplete list.
    pub async fn repositories(
        &self,
        org: Option<&OrgName>,
        part: &mut (dyn FnMut(Grown<'_, RepoRecord>) + Send),
    ) -> Result<(Vec<RepoRecord>, Option<GithubError>), GithubError> {
        let first = self.repositories_url(org, &[PER_PAGE]);
        match self.all(first, |p: Vec<RepoRecord>| (None, p), part).await {
            Ok(list) => Ok((list.items, self.partial(&list.unshown).await)),
            Err((failure, some)) if some.is_empty() => Err(failure),
            Err((failure, some)) => Ok((some, Some(failure))),
        }
    }

    pub async fn repository(&self, name: &RepoName) -> Result<RepoRecord, GithubError> {
        self.get(&self.url(&["repos", name.owner(), name.name()], &[])).await.map(|(repo, _)| repo)
    }

    fn repositories_url(&self, org: Option<&OrgName>, query: &[(&str, &str)]) -> Url {
        match org {
            Some(org) => self.url(&["orgs", org.as_str(), "repos"], query),
            None => self.url(&["user", "repos"], query),
        }
    }
}
