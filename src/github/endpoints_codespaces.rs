//! The calls about codespaces, one method each. Source: GitHub's REST description, version 2022-11-28.
//!
//! Stopping and starting only begin here; the caller polls the progress. Nothing is retried.

use http::Method;
use url::Url;

use crate::domain::{Codespace, CodespaceList, CodespaceName, OrgName, Partial, Untrusted};

use super::models::{Grown, Listed};
use super::models_codespaces::{CodespaceRecord, CodespacesPage};
use super::{Client, GithubError};

const PER_PAGE: (&str, &str) = ("per_page", "100");

impl Client {
    /// Lists codespaces; `part` receives the growing list. If a later page fails, the pages before it are returned
    /// together with the failure. Codespaces with a name that is invalid in a path are left out, so there are fewer
    /// than the total.
    pub async fn codespaces(
        &self,
        which: &CodespaceList,
        part: &mut (dyn FnMut(Partial<Vec<Codespace>>) + Send),
    ) -> Result<(Listed<Codespace>, Option<GithubError>), GithubError> {
        let first = match which {
            CodespaceList::Mine => self.url(&["user", "codespaces"], &[PER_PAGE]),
            CodespaceList::MineIn(name) => {
                let id = self.repository(name).await?.id.to_string();
                self.url(&["user", "codespaces"], &[PER_PAGE, ("repository_id", &id)])
            }
            CodespaceList::Org(org) => self.url(&["orgs", org.as_str(), "codespaces"], &[PER_PAGE]),
        };
        self.listed(first, part).await
    }

    /// The codespaces of one member, in the repositories of an organization; for its owners.
    pub async fn member_codespaces(&self, org: &OrgName, member: &Untrusted) -> Result<Listed<Codespace>, GithubError> {
        let first = self.url(&["orgs", org.as_str(), "members", member.raw(), "codespaces"], &[PER_PAGE]);
        match self.listed(first, &mut |_| {}).await? {
            (list, None) => Ok(list),
            (_, Some(failure)) => Err(failure),
        }
    }

    pub async fn codespace(&self, name: &CodespaceName) -> Result<Codespace, GithubError> {
        let url = self.codespace_url(name, &[]);
        let (record, _) = self.get::<CodespaceRecord>(&url).await?;
        record
            .into_codespace()
            .ok_or_else(|| GithubError::Unexpected { status: 200, request: format!("GET {}", url.path()) })
    }

    /// Asks GitHub to start it, which takes a while. “Not modified” means that there is nothing to do.
    ///
    /// Errors besides the usual ones: [`GithubError::Payment`], and [`GithubError::Conflict`] if another operation is
    /// under way.
    pub async fn start_codespace(&self, name: &CodespaceName) -> Result<(), GithubError> {
        match self.post(&self.codespace_url(name, &["start"])).await {
            Err(GithubError::Unexpected { status: 304, .. }) => Ok(()),
            answered => answered,
        }
    }

    /// Asks GitHub to stop it, which takes a while.
    pub async fn stop_codespace(&self, name: &CodespaceName) -> Result<(), GithubError> {
        self.post(&self.codespace_url(name, &["stop"])).await
    }

    /// The same for a member's codespace, by an owner. Nobody can start one for somebody else.
    pub async fn stop_member_codespace(
        &self,
        org: &OrgName,
        member: &Untrusted,
        name: &CodespaceName,
    ) -> Result<(), GithubError> {
        let path = ["orgs", org.as_str(), "members", member.raw(), "codespaces", name.as_str(), "stop"];
        self.post(&self.url(&path, &[])).await
    }

    async fn post(&self, url: &Url) -> Result<(), GithubError> {
        self.send(Method::POST, url, None::<&()>).await.map(|_| ())
    }

    async fn listed(
        &self,
        first: Url,
        part: &mut (dyn FnMut(Partial<Vec<Codespace>>) + Send),
    ) -> Result<(Listed<Codespace>, Option<GithubError>), GithubError> {
        let page = |p: CodespacesPage| (p.total_count, p.codespaces);
        let mut grown = |grown: Grown<'_, CodespaceRecord>| {
            part(Partial { value: sorted(grown.all.to_vec()), far: grown.far });
        };
        match self.all(first, page, &mut grown).await {
            Ok(Listed { items, total, server_time, unshown }) => {
                let (total, lacking) = (total.or(Some(items.len())), self.partial(&unshown).await);
                Ok((Listed { items: sorted(items), total, server_time, unshown }, lacking))
            }
            Err((failure, some)) if some.is_empty() => Err(failure),
            Err((failure, some)) => {
                let items = sorted(some);
                Ok((Listed { items, total: None, server_time: None, unshown: Vec::new() }, Some(failure)))
            }
        }
    }

    fn codespace_url(&self, name: &CodespaceName, tail: &[&str]) -> Url {
        let mut path = vec!["user", "codespaces", name.as_str()];
        path.extend(tail);
        self.url(&path, &[])
    }
}

/// By repository and name, each once.
fn sorted(records: Vec<CodespaceRecord>) -> Vec<Codespace> {
    let mut list: Vec<Codespace> = records.into_iter().filter_map(CodespaceRecord::into_codespace).collect();
    list.sort_by(|a, b| a.name.cmp(&b.name));
    list.dedup_by(|a, b| a.name == b.name);
    list.sort_by_cached_key(|c| (c.repository_shown().to_ascii_lowercase(), c.shown().to_ascii_lowercase()));
    list
}
