//! Whether a codespace needs a secret for a package of GitHub's own registries, and what a token that was given as
//! such a registry's password may do.
//!
//! Nothing is written. Whatever cannot be read makes the answer «cannot be told» and never a failure of the whole. A
//! token that was given goes to the configured API and nowhere else, is kept nowhere, and does not come back.

use futures_util::join;

use crate::domain::seamless::{Facts, Holder, Outlook, Sight, judge, registry_of};
use crate::domain::token::{PastedToken, Right, TokenKind};
use crate::domain::{Mend, PackageRef, Problem, RepoName, Repository, Roster, Seamless, SecretNeed, Sensitive, Site};
use crate::github::{AccountKind, Client, GithubError, Settings};

use super::problems::{connection_problem, explain, sight, unread};

/// What is known about seamless access of a repository's codespaces to a package.
pub async fn seamless(gh: &Client, package: &PackageRef, repository: &RepoName) -> Seamless {
    let ground = Ground::read(gh, package.site(), package.owner(), repository).await;
    let (holder, sight) = match ground.holder {
        Ok(holder) => (Some(holder), look(gh, package, holder).await),
        Err(NoHolder::Nobody) => (None, Sight::NoOwner),
        Err(NoHolder::Unread(problem)) => (None, Sight::Unread(problem)),
    };
    let package = package.clone();
    judge(Facts { package, holder, sight, asked: repository.clone(), repository: ground.repository })
}

/// The same for all packages of the repository's owner at one registry that the token's user may see: first what is
/// the repository's own.
pub async fn seamless_packages(gh: &Client, host: &str, repository: &RepoName) -> Result<Roster<Outlook>, Problem> {
    let Some((kind, site)) = registry_of(host) else {
        let host = crate::domain::foreign::clean(host);
        return Err(Problem::new(
            "no packages were listed",
            format!("{host} is not a GitHub registry"),
            "check the server",
        ));
    };
    if let Some(problem) = other_site(&gh.api_host(), &site) {
        return Err(problem);
    }
    let facts = super::repository(gh, repository).await?;
    // Where it is now, if it was given away.
    let owner = facts.full_name.raw().split('/').next().unwrap_or_default().to_owned();
    let what = || format!("the packages of {} could not be listed", crate::domain::foreign::clean(&owner));
    let holder = match holder(gh, &site, &owner).await {
        Ok(holder) => holder,
        Err(NoHolder::Unread(problem)) => return Err(problem),
        Err(NoHolder::Nobody) => return Err(Problem::new(what(), "there is no such account", "check the name")),
    };
    let (packages, lacking) = gh.packages(&owner, holder, kind).await.map_err(|fault| unread(what(), &fault))?;
    let mut list: Vec<Outlook> = packages
        .into_iter()
        .filter_map(|seen| {
            let package = PackageRef::of(kind, &site, &owner, seen.name.raw()).ok()?;
            let (asked, holder, sight) = (repository.clone(), Some(holder), Sight::Seen(seen));
            let told = judge(Facts { package, holder, sight, asked, repository: Ok(facts.clone()) });
            Some(Outlook { package: told.package, verdict: told.verdict })
        })
        .collect();
    list.sort_by_cached_key(|one| (rank(one.verdict), one.package.to_string()));
    let part = || format!("the packages of {} could not all be listed", crate::domain::foreign::clean(&owner));
    Ok(Roster { list, lacking: lacking.map(|fault| explain(part(), &fault, None)) })
}

/// What is likely free is the repository's own.
const fn rank(verdict: SecretNeed) -> u8 {
    match verdict {
        SecretNeed::LikelyNone => 0,
        SecretNeed::None => 1,
        SecretNeed::Needed => 2,
        SecretNeed::CannotTell => 3,
    }
}

async fn look(gh: &Client, package: &PackageRef, holder: Holder) -> Sight {
    match gh.package(package, holder).await {
        Ok(seen) => Sight::Seen(seen),
        Err(fault) => sight(package, &fault),
    }
}

/// What has to be known before packages can be asked for.
struct Ground {
    holder: Result<Holder, NoHolder>,
    repository: Result<Repository, Problem>,
}

/// Why it is not known whose an owner's packages are.
enum NoHolder {
    Nobody,
    Unread(Problem),
}

impl Ground {
    async fn read(gh: &Client, site: &str, owner: &str, repository: &RepoName) -> Self {
        if let Some(problem) = other_site(&gh.api_host(), site) {
            return Self { holder: Err(NoHolder::Unread(problem.clone())), repository: Err(problem) };
        }
        let repository = super::repository(gh, repository);
        let (holder, repository) = join!(holder(gh, site, owner), repository);
        Self { holder, repository }
    }
}

/// One's own packages are on a path of their own, which alone shows one's private ones for sure.
async fn holder(gh: &Client, site: &str, owner: &str) -> Result<Holder, NoHolder> {
    let (me, account) = join!(gh.user(), gh.account(owner));
    if me.is_ok_and(|me| me.login.raw().eq_ignore_ascii_case(owner)) {
        return Ok(Holder::Me);
    }
    match account {
        Ok(AccountKind::Organization) => Ok(Holder::Organization),
        Ok(AccountKind::User) => Ok(Holder::User),
        Err(GithubError::NotFound(_)) => Err(NoHolder::Nobody),
        Err(fault) => Err(NoHolder::Unread(unread(format!("the account {owner} on {site} could not be read"), &fault))),
    }
}

/// Why GitHub told nothing of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PastedFault {
    /// The registry is not GitHub's, or the text is no token of GitHub's.
    NotSent(Problem),
    /// It is for another GitHub than the one pullkey works with, and was not sent.
    Elsewhere(Problem),
    /// GitHub does not take it, or no longer.
    Refused(Problem),
    /// GitHub could not be asked.
    Unread(Problem),
}

/// Asks the configured API whose this token is and what it may do. `registry` is the host it was given for: a token is
/// not shown to another GitHub than its own, nor one that is none of GitHub's to any.
pub async fn pasted_token(settings: &Settings, registry: &str, token: Sensitive) -> Result<PastedToken, PastedFault> {
    let what = "the token's permissions are unknown";
    let not_sent = |why: String, hint: &str| Problem::new(what, format!("{why}, so it was not sent"), hint);
    let Some((_, site)) = registry_of(registry) else {
        let registry = crate::domain::foreign::clean(registry);
        let problem = not_sent(format!("{registry} is not a GitHub registry"), "try the login instead");
        return Err(PastedFault::NotSent(problem));
    };
    // Nothing of it on the disk, and its budget is not that of the token pullkey works with.
    let own = Settings { token: Some(token), cache: None, listener: None, read_only: true, ..settings.clone() };
    let gh = Client::new(own).map_err(|fault| match fault {
        GithubError::BadToken(why) => {
            PastedFault::NotSent(not_sent(format!("it cannot be a token: {why}"), "paste it again"))
        }
        other => PastedFault::Unread(connection_problem(&other)),
    })?;
    if gh.token_kind() == TokenKind::Unknown {
        let problem = not_sent("it does not look like a GitHub token".to_owned(), "a classic token starts with ghp_");
        return Err(PastedFault::NotSent(problem));
    }
    if let Some(problem) = other_site(&gh.api_host(), &site) {
        return Err(PastedFault::Elsewhere(not_sent(problem.why, &problem.hint)));
    }
    let me = gh.user().await.map_err(|fault| {
        let problem = explain(what, &fault, None);
        match fault {
            // It is not the token pullkey works with: signing in would not mend it.
            GithubError::Unauthorized(_) => {
                let page = format!("https://{site}/settings/tokens/new?scopes=read:packages");
                let hint = format!("create a new one at {page} and paste all of it");
                PastedFault::Refused(Problem::new(problem.what, problem.why, hint).mended_by(Mend::Open(page)))
            }
            // Every other failure is not the token's.
            _ => PastedFault::Unread(problem),
        }
    })?;
    let kind = gh.token_kind();
    let scopes = me.scopes.filter(|list| !list.is_empty() || kind.has_scopes());
    let reads_packages = Right::ReadPackages.allowed(kind, scopes.as_deref());
    Ok(PastedToken { login: me.login, kind, scopes, reads_packages, expires: me.expires })
}

/// Whether the API that is spoken to has nothing to say about a web site, and what to do then.
fn other_site(api_host: &str, site: &str) -> Option<Problem> {
    (Site::of_api(api_host).host() != site).then(|| {
        let api = format!("https://api.{site}");
        Problem::new(
            "GitHub was not contacted",
            format!("it belongs to {site}, but pullkey is using {api_host}"),
            format!("set PULLKEY_API_URL={api}, and GH_TOKEN to a token from {site}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_speaks_for_its_own_web_site_only() {
        assert!(other_site("api.github.com", "github.com").is_none());
        assert!(other_site("api.octo.ghe.com", "octo.ghe.com").is_none());
        assert!(other_site("127.0.0.1:4000", "github.com").is_none());
        assert!(other_site("[::1]:4000", "github.com").is_none());
        for (api, site) in [
            ("api.github.com", "octo.ghe.com"),
            ("api.octo.ghe.com", "github.com"),
            ("127.0.0.1:4000", "octo.ghe.com"),
            ("ghes.example", "github.com"),
        ] {
            assert!(other_site(api, site).is_some_and(|problem| problem.hint.contains(site)), "{api} {site}");
        }
    }
}
