//! Whether a codespace needs a secret for a package of GitHub's own registries, and what a token entered as such a
//! registry's password is allowed to do.
//!
//! Nothing is written. Whatever cannot be read makes the answer “cannot be told”, never a failure of the whole. An
//! entered token is sent to the configured API and nowhere else, is not stored, and is not returned.

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

/// The same for all packages of the repository's owner in one registry that the token's user can see, the repository's
/// own first.
pub async fn seamless_packages(gh: &Client, host: &str, repository: &RepoName) -> Result<Roster<Outlook>, Problem> {
    let Some((kind, site)) = registry_of(host) else {
        let host = crate::domain::untrusted::clean(host);
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
    // Its current owner, if it was transferred.
    let owner = facts.full_name.raw().split('/').next().unwrap_or_default().to_owned();
    let what = || format!("the packages of {} could not be listed", crate::domain::untrusted::clean(&owner));
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
    let part = || format!("the packages of {} could not all be listed", crate::domain::untrusted::clean(&owner));
    Ok(Roster { list, lacking: lacking.map(|fault| explain(part(), &fault, None)) })
}

/// Packages that are likely free belong to the repository itself.
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

/// What must be known before packages can be requested.
struct Ground {
    holder: Result<Holder, NoHolder>,
    repository: Result<Repository, Problem>,
}

/// Why the owner of the packages is unknown.
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

/// Your own packages have a separate path, which is the only one sure to list your private ones.
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

/// Why GitHub gave no information about a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PastedFault {
    /// The registry is not GitHub's, or the text is not a GitHub token.
    NotSent(Problem),
    /// It is for another GitHub than the one pullkey is using, and was not sent.
    Elsewhere(Problem),
    /// GitHub does not accept it, or no longer does.
    Refused(Problem),
    /// GitHub could not be reached.
    Unread(Problem),
}

/// Asks the configured API whose token this is and what it can do. `registry` is the host it was entered for: a token
/// is sent only to the GitHub it belongs to, and text that is not a GitHub token is not sent at all.
pub async fn pasted_token(settings: &Settings, registry: &str, token: Sensitive) -> Result<PastedToken, PastedFault> {
    let what = "the token's permissions are unknown";
    let not_sent = |why: String, hint: &str| Problem::new(what, format!("{why}, so it was not sent"), hint);
    let Some((_, site)) = registry_of(registry) else {
        let registry = crate::domain::untrusted::clean(registry);
        let problem = not_sent(format!("{registry} is not a GitHub registry"), "try the login instead");
        return Err(PastedFault::NotSent(problem));
    };
    // Nothing is cached on disk, and its rate limit is not that of the token pullkey uses.
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
            // It is not the token pullkey uses: signing in would not fix it.
            GithubError::Unauthorized(_) => {
                let page = format!("https://{site}/settings/tokens/new?scopes=read:packages");
                let hint = format!("create a new one at {page} and paste all of it");
                PastedFault::Refused(Problem::new(problem.what, problem.why, hint).mended_by(Mend::Open(page)))
            }
            // Other errors are not caused by the token.
            _ => PastedFault::Unread(problem),
        }
    })?;
    let kind = gh.token_kind();
    let scopes = me.scopes.filter(|list| !list.is_empty() || kind.has_scopes());
    let reads_packages = Right::ReadPackages.allowed(kind, scopes.as_deref());
    Ok(PastedToken { login: me.login, kind, scopes, reads_packages, expires: me.expires })
}

/// The problem if the API in use does not serve this website, and what to do then.
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
