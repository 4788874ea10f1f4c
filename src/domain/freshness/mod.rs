//! Whether a codespace started before a registry secret it should get was written, and what it needs.
//!
//! A codespace gets its variables when it starts. Source: GitHub Docs, “Managing your account-specific secrets for
//! GitHub Codespaces”, using secrets. What cannot be known is reported as unknown and never looks fresh: an unreadable
//! scope, an incomplete list. Only members of registry credentials count.

use chrono::{DateTime, Utc};

use super::change::AccessBefore;
use super::codespace::{Codespace, CodespaceName, CodespaceRepo, Phase};
use super::reach::{Reaches, by_access};
use super::{Access, Member, OrgName, Prefix, Repository, Scope, ScopeListing, Site};

/// How a codespace's last start relates to the secrets it should get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It started after the newest of them, according to GitHub's timestamps.
    Fresh,
    /// It is running, and started before this secret was written or granted.
    Stale(Since),
    /// It is not running: it gets everything at its next start.
    NotRunning,
    /// Unknown, with the reason.
    Unknown(String),
}

/// The newest secret a codespace does not have yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// As GitHub names it, such as `ACR_CONTAINER_REGISTRY_PASSWORD`.
    pub secret: String,
    pub scope: Scope,
    /// When it was written or granted to the repository.
    pub at: DateTime<Utc>,
}

/// A scope with its listing, or why there is none.
pub type Read<'a> = (Scope, Result<&'a ScopeListing, &'a str>);

/// A change of access made in this session. GitHub may leave a secret's timestamp unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    pub at: DateTime<Utc>,
    pub before: AccessBefore,
}

/// The scopes whose secrets a codespace can get.
pub fn scopes(codespace: &Codespace) -> Vec<Scope> {
    let Some(repository) = &codespace.repository else { return Vec::new() };
    let mut scopes = vec![Scope::User];
    if let Some(name) = repository.name() {
        // If GitHub does not say who owns the repository, the owner may be an organization.
        let has_organization = repository.of_organization.unwrap_or(true);
        let org = OrgName::parse(name.owner()).ok().filter(|_| has_organization);
        scopes.push(Scope::Repository(name));
        scopes.extend(org.map(Scope::Organization));
    }
    scopes
}

/// What a change of access means for a running codespace; unknown cases are ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// It now has access to a secret that it did not get when it started: it needs a restart.
    pub gains: bool,
    /// It again has access to a secret that it got when it started and then lost: it still has the value.
    pub has: bool,
    /// It lost access to a secret that it got when it started: it keeps the value until it stops.
    pub loses: bool,
}

/// What a change of access means for one codespace. `granted` are the changes of this session including this one,
/// oldest first.
pub fn turned(change: &AccessBefore, codespace: &Codespace, granted: &[Granted]) -> Turn {
    let Some(repository) = &codespace.repository else { return Turn::default() };
    let left = change.left.as_deref().unwrap_or_default();
    let mut turn = Turn::default();
    for seen in &change.members {
        let now = left.iter().find(|now| now.member == seen.member).and_then(|now| now.access.as_ref());
        let reach = |access| reaches(&change.scope, access, repository);
        let of = (&change.scope, &change.prefix, seen.member);
        let got = codespace.started_at.and_then(|started| got_at_start(granted, of, repository, started));
        match (reach(seen.access.as_ref()), reach(now)) {
            (Some(false), Some(true)) if got == Some(true) => turn.has = true,
            (Some(false), Some(true)) => turn.gains = true,
            (Some(true), Some(false)) => turn.loses |= got != Some(false),
            _ => {} // unchanged or unknown
        }
    }
    turn
}

/// Whether a repository had access to a secret when a codespace started, according to the changes of this session since
/// then; `None` if there were none.
fn got_at_start(
    granted: &[Granted],
    (scope, prefix, member): (&Scope, &Prefix, Member),
    repository: &CodespaceRepo,
    started: DateTime<Utc>,
) -> Option<bool> {
    let mine = |g: &&Granted| is_same(&g.before.scope, scope) && g.before.prefix == *prefix;
    let first = granted.iter().filter(mine).find(|g| g.at > started)?;
    let seen = first.before.members.iter().find(|seen| seen.member == member)?;
    reaches(scope, seen.access.as_ref(), repository)
}

/// Whether a codespace's repository gets a secret of this scope and access; `None` if unknown.
fn reaches(scope: &Scope, access: Option<&Access>, repository: &CodespaceRepo) -> Option<bool> {
    let known = Repository {
        id: repository.reference.id,
        full_name: repository.reference.full_name.clone(),
        visibility: repository.visibility.clone().unwrap_or_default(),
        archived: false,
        admin: false,
        push: false,
    };
    match by_access(scope, access, &known).0 {
        Reaches::Yes => Some(true),
        Reaches::No => Some(false),
        Reaches::Unknown => None,
    }
}

/// How a codespace's last start relates to the secrets of the scopes that were read. `mine` is whether it belongs to
/// the token's user: the user secrets of others cannot be read. `granted` are the changes of access of this session,
/// oldest first.
pub fn freshness(codespace: &Codespace, mine: bool, read: &[Read<'_>], granted: &[Granted]) -> Freshness {
    match codespace.state.phase() {
        Phase::Stopped | Phase::Gone | Phase::Broken => return Freshness::NotRunning,
        Phase::Running | Phase::Stopping | Phase::Starting | Phase::Busy | Phase::Unclear => {}
    }
    let Some(repository) = &codespace.repository else {
        return Freshness::Unknown("its repository is not published yet; until then it gets no secrets".to_owned());
    };
    let Some(started) = codespace.started_at else {
        return Freshness::Unknown("GitHub does not say when it started".to_owned());
    };
    let mut newest: Option<Since> = None;
    let mut gap = None;
    for scope in scopes(codespace) {
        if scope == Scope::User && !mine {
            gap = Some(format!("{}'s own secrets cannot be read", codespace.owner.shown()));
            continue;
        }
        let listing = match read.iter().find(|(known, _)| is_same(known, &scope)) {
            Some((_, Ok(listing))) => listing,
            Some((_, Err(why))) => {
                gap = Some(format!("could not read {scope}: {why}"));
                continue;
            }
            None => {
                gap = Some(format!("{scope} was not read"));
                continue;
            }
        };
        let held = look(listing, &scope, repository, started, granted);
        if held.newest.as_ref().is_some_and(|one| newest.as_ref().is_none_or(|other| one.at > other.at)) {
            newest = held.newest;
        }
        gap = held.gap.or(gap);
    }
    match (newest, gap) {
        (Some(since), _) => Freshness::Stale(since),
        (None, Some(why)) => Freshness::Unknown(why),
        (None, None) => Freshness::Fresh,
    }
}

struct Held {
    /// The newest secret that it certainly gets and that is newer than its start.
    newest: Option<Since>,
    gap: Option<String>,
}

fn look(
    listing: &ScopeListing,
    scope: &Scope,
    repository: &CodespaceRepo,
    started: DateTime<Utc>,
    granted: &[Granted],
) -> Held {
    let mut held = Held { newest: None, gap: None };
    if !listing.complete {
        held.gap = Some(format!("the list of {scope} is incomplete"));
    }
    for credential in &listing.credentials {
        for (member, state) in credential.members.iter() {
            let Some(state) = state else { continue };
            let of = (scope, &credential.prefix, member);
            let has_it = got_at_start(granted, of, repository, started) == Some(true);
            let grant = if has_it { None } else { newly_granted(granted, of, repository) };
            let at = grant.map_or(state.updated_at, |at| at.max(state.updated_at));
            if at <= started {
                continue;
            }
            match reaches(scope, state.access.as_ref(), repository) {
                Some(true) if held.newest.as_ref().is_none_or(|known| at > known.at) => {
                    held.newest = Some(Since { secret: state.name.clone(), scope: scope.clone(), at });
                }
                Some(_) => {}
                None => held.gap = Some(format!("unknown whether it gets {}", state.name)),
            }
        }
    }
    held
}

/// When a change of access in this session gave the secret to a repository that did not have it before.
fn newly_granted(
    granted: &[Granted],
    (scope, prefix, member): (&Scope, &Prefix, Member),
    repository: &CodespaceRepo,
) -> Option<DateTime<Utc>> {
    let mine = granted.iter().filter(|g| is_same(&g.before.scope, scope) && g.before.prefix == *prefix);
    mine.filter(|g| {
        let seen = g.before.members.iter().find(|seen| seen.member == member);
        seen.is_some_and(|seen| reaches(scope, seen.access.as_ref(), repository) == Some(false))
    })
    .map(|g| g.at)
    .max()
}

/// GitHub's names are not case-sensitive.
pub fn is_same(one: &Scope, other: &Scope) -> bool {
    match (one, other) {
        (Scope::User, Scope::User) => true,
        (Scope::Repository(a), Scope::Repository(b)) => a.is_same(&b.full()),
        (Scope::Organization(a), Scope::Organization(b)) => a.as_str().eq_ignore_ascii_case(b.as_str()),
        (Scope::User | Scope::Repository(_) | Scope::Organization(_), _) => false,
    }
}

/// What a codespace needs to have its registry credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Nothing,
    /// Stop and start: it is running without the newest variables.
    Restart,
    /// Nothing now: it gets them at its next start.
    NextStart,
    /// An operation is in progress.
    Wait,
    /// It has failed: look at its log, rebuild it.
    Rebuild,
    /// Unknown.
    Unclear,
}

impl Need {
    /// For a narrow column.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Restart => "restart !",
            Self::NextStart => "next start",
            Self::Wait => "waiting",
            Self::Rebuild => "rebuild !",
            Self::Unclear => "unknown ?",
        }
    }
}

/// What a codespace needs, as far as GitHub shows it.
pub const fn need(codespace: &Codespace, freshness: &Freshness) -> Need {
    if codespace.pending {
        return Need::Wait;
    }
    match (codespace.state.phase(), freshness) {
        (Phase::Broken, _) => Need::Rebuild,
        (Phase::Stopped, _) => Need::NextStart,
        (Phase::Starting | Phase::Stopping | Phase::Busy, _) => Need::Wait,
        (Phase::Running, Freshness::Fresh) => Need::Nothing,
        (Phase::Running, Freshness::Stale(_)) => Need::Restart,
        (Phase::Running, Freshness::NotRunning | Freshness::Unknown(_)) | (Phase::Gone | Phase::Unclear, _) => {
            Need::Unclear
        }
    }
}

/// The command that rebuilds a codespace's container: GitHub's REST API has no such call.
pub fn rebuild_command(codespace: &Codespace, site: &Site) -> String {
    site.gh(&format!("codespace rebuild -c {}", codespace.name))
}

/// The command that shows its creation log.
pub fn logs_command(name: &CodespaceName, site: &Site) -> String {
    site.gh(&format!("codespace logs -c {name}"))
}

/// What to do, most urgent first, one sentence each; and what cannot be known. Source: GitHub Docs, “Rebuilding the
/// container in a codespace”, “Managing prebuilds”, and `gh codespace rebuild`.
pub fn advice(codespace: &Codespace, freshness: &Freshness, site: &Site) -> Vec<String> {
    let mut advice = Vec::new();
    match need(codespace, freshness) {
        Need::Restart => advice.push("new variables: stop it and start it again".to_owned()),
        Need::NextStart => advice.push("not running: it gets the new variables at its next start".to_owned()),
        Need::Wait => advice.push(format!("it {}: wait until it is done", codespace.state.sentence())),
        Need::Rebuild => advice.push(format!("it has failed: `{}` shows why", logs_command(&codespace.name, site))),
        Need::Nothing => advice.push("its variables are newer than every registry secret it sees".to_owned()),
        Need::Unclear => {
            if let Freshness::Unknown(why) = freshness {
                advice.push(format!("unknown whether its variables are up to date: {why}"));
            }
        }
    }
    advice.push(format!(
        "GitHub's API does not say whether its image could be pulled; if it runs in a recovery container, rebuild \
         it: `{}`, or “Codespaces: Rebuild Container” inside it",
        rebuild_command(codespace, site)
    ));
    if codespace.prebuild == Some(true) {
        let place = codespace.repository_name().map_or_else(
            || "the repository's settings".to_owned(),
            |name| site.place(&format!("{name}/settings/codespaces")),
        );
        advice.push(format!(
            "it was created from a prebuild, which never gets your own secrets; if that failed, run it again at {place}"
        ));
    }
    advice
}

#[cfg(test)]
mod tests;
