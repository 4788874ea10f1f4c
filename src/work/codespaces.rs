//! The codespaces: which ones exist, and whether each has the secrets it should have.
//!
//! `restart` stops and starts them.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::domain::freshness::{Read, freshness, is_same, scopes};
use crate::domain::problem::Need;
use crate::domain::{
    Codespace, CodespaceList, Freshness, Mend, Partial, Problem, Roster, Scope, ScopeListing, Untrusted,
};
use crate::github::{Client, GithubError};

use super::listing::load_scope;
use super::problems::{explain, own_remedy, said, short};

/// Lists codespaces; `part` receives the growing list.
pub async fn codespaces(
    gh: &Client,
    which: &CodespaceList,
    part: &mut (dyn FnMut(Partial<Vec<Codespace>>) + Send),
) -> Result<Roster<Codespace>, Problem> {
    match gh.codespaces(which, part).await {
        Ok((list, failure)) => {
            let what = || match which {
                CodespaceList::Mine => "your codespaces could not all be listed".to_owned(),
                CodespaceList::MineIn(name) => format!("your codespaces of {name} could not all be listed"),
                CodespaceList::Org(org) => format!("the codespaces of {org}'s members could not all be listed"),
            };
            let lacking = match failure {
                Some(failure) => Some(refused(what(), &failure, whose(which))),
                None => (!list.is_complete()).then(|| short(what())),
            };
            Ok(Roster { list: list.items, lacking })
        }
        Err(failure) => Err(unread(which, &failure)),
    }
}

const fn whose(which: &CodespaceList) -> Whose {
    match which {
        CodespaceList::Mine | CodespaceList::MineIn(_) => Whose::Mine,
        CodespaceList::Org(_) => Whose::Members,
    }
}

/// How up to date a codespace is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub freshness: Freshness,
    /// Whether everything readable was read. A member's own secrets never can be.
    pub told: bool,
}

/// How up to date each codespace is. Reads every relevant scope once.
pub async fn standings(gh: &Client, codespaces: &[Codespace], whose: Whose) -> Vec<Standing> {
    // An organization's list may include your own codespaces. If your account is unknown, none counts as yours.
    let me = match whose {
        Whose::Members if !codespaces.is_empty() => gh.user().await.ok().map(|me| me.login),
        Whose::Members | Whose::Mine => None,
    };
    let is_me = |login: &Untrusted| me.as_ref().is_some_and(|me| me.raw().eq_ignore_ascii_case(login.raw()));
    let is_mine = |codespace: &Codespace| whose == Whose::Mine || is_me(&codespace.owner);
    let mut wanted: Vec<Scope> = Vec::new();
    for codespace in codespaces {
        for scope in scopes(codespace).into_iter().filter(|scope| *scope != Scope::User || is_mine(codespace)) {
            if !wanted.iter().any(|known| is_same(known, &scope)) {
                wanted.push(scope);
            }
        }
    }
    let reads = stream::iter(wanted).map(|scope| async move {
        let listing = load_scope(gh, &scope, &mut |_| {}).await;
        (scope, listing)
    });
    let read: BTreeMap<Scope, Result<ScopeListing, Problem>> = reads.buffer_unordered(8).collect().await;
    let read: Vec<Read<'_>> = read
        .iter()
        .map(|(scope, listing)| (scope.clone(), listing.as_ref().map_err(|problem| problem.why.as_str())))
        .collect();
    let nothing = ScopeListing { complete: true, ..ScopeListing::default() };
    let mut beside_own: Vec<Read<'_>> = read.iter().filter(|(scope, _)| *scope != Scope::User).cloned().collect();
    beside_own.push((Scope::User, Ok(&nothing)));
    let standing = |codespace: &Codespace| {
        let is_mine = is_mine(codespace);
        let readable = if is_mine { &read } else { &beside_own };
        Standing {
            freshness: freshness(codespace, is_mine, &read, &[]),
            told: !matches!(freshness(codespace, true, readable, &[]), Freshness::Unknown(_)),
        }
    };
    codespaces.iter().map(standing).collect()
}

fn unread(which: &CodespaceList, failure: &GithubError) -> Problem {
    let what = match which {
        CodespaceList::Mine => "your codespaces could not be listed".to_owned(),
        CodespaceList::MineIn(name) => format!("your codespaces of {name} could not be listed"),
        CodespaceList::Org(org) => format!("the codespaces of {org}'s members could not be listed"),
    };
    refused(what, failure, whose(which))
}

/// Whose codespaces they are: the permissions differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Mine,
    /// Those of an organization's members, for its owners.
    Members,
}

impl Whose {
    /// What a token needs. Source: GitHub Docs, “REST API endpoints for Codespaces”, and for organizations.
    fn need(self) -> Need {
        let (scope, permissions): (&str, &[&str]) = match self {
            Self::Mine => ("codespace", &["Codespaces: read", "Codespaces lifecycle admin: read and write"]),
            Self::Members => ("admin:org", &["Organization codespaces: read and write"]),
        };
        Need { scopes: vec![scope.to_owned()], permissions: permissions.iter().map(|&p| p.to_owned()).collect() }
    }
}

/// Explains an error of a call about codespaces; what is not about permissions is explained as everywhere else.
pub(super) fn refused(what: String, failure: &GithubError, whose: Whose) -> Problem {
    if let GithubError::Conflict(refusal) = failure {
        let why = format!("GitHub is running another operation on it{}", said(refusal));
        return Problem::new(what, why, "wait until it finishes, and try again").mended_by(Mend::Retry);
    }
    let (GithubError::Forbidden(refusal) | GithubError::NotFound(refusal)) = failure else {
        return explain(what, failure, None);
    };
    if refusal.sso.is_some() {
        return explain(what, failure, None);
    }
    if let Some(problem) = own_remedy(&what, refusal) {
        return problem;
    }
    let need = whose.need();
    let scope = need.scopes.join(", ");
    let lacks = refusal.scopes.as_ref().is_some_and(|has| !has.is_empty() && !has.contains(&scope));
    let permissions = need.permissions.join("”, “");
    let needs = format!("it needs the scope `{scope}`, or the permissions “{permissions}”");
    if lacks {
        let has = refusal.scopes.as_deref().unwrap_or_default().join(", ");
        let why = format!("the token lacks the scope `{scope}` (it has: {})", crate::domain::untrusted::clean(&has));
        let hint = format!("run `{}` for gh's token; {needs}", refusal.site.refresh(&need.scopes));
        return Problem::new(what, why, hint).mended_by(Mend::Gain(need));
    }
    let (why, hint) = match (failure, whose) {
        (GithubError::NotFound(_), Whose::Mine) => (
            "either there is no such codespace, or the token lacks permission: GitHub does not say which".to_owned(),
            format!("`{}` shows the names; {needs}", refusal.site.gh("codespace list")),
        ),
        (GithubError::NotFound(_), Whose::Members) => (
            "either there is no such organization or codespace, or you are not an owner, or its plan has no \
             Codespaces: GitHub does not say which"
                .to_owned(),
            format!("only owners can do this; {needs}"),
        ),
        (_, Whose::Mine) => (
            format!("GitHub refused it{}", said(refusal)),
            format!(
                "{needs}; also check that Codespaces is available to you at {}",
                refusal.site.place("settings/codespaces")
            ),
        ),
        (_, Whose::Members) => {
            (format!("GitHub refused it{}", said(refusal)), format!("only owners can do this; {needs}"))
        }
    };
    Problem::new(what, why, hint).mended_by(Mend::Gain(need))
}
