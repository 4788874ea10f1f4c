//! How the screens express what they know: ages, access, scopes. One wording for each, used everywhere.

use chrono::{DateTime, Utc};

use super::world::World;
use crate::domain::ending::Standing;
use crate::domain::{Access, Credential, Member, MemberState, Progress, Scope, ScopeListing, Untrusted};

/// A password older than this many days is marked as old; most registry tokens expire within six months or a year.
pub const OLD: i64 = 180;

/// How long ago, in whole days or years: “today”, “12 days”, “3 years”.
pub fn age(now: DateTime<Utc>, then: DateTime<Utc>) -> String {
    match now.signed_duration_since(then).num_days() {
        ..=0 => "today".to_owned(),
        1 => "1 day".to_owned(),
        days @ 2..=729 => format!("{days} days"),
        days => format!("{} years", days / 365),
    }
}

/// How long ago, to the minute: “just now”, “5 minutes ago”, “3 hours ago”, then as [`age`].
pub fn ago(now: DateTime<Utc>, then: DateTime<Utc>) -> String {
    let passed = now.signed_duration_since(then);
    let plural = |n: i64, unit: &str| format!("{n} {unit}{} ago", if n == 1 { "" } else { "s" });
    match (passed.num_minutes(), passed.num_hours()) {
        (..=0, _) => "just now".to_owned(),
        (minutes @ 1..=59, _) => plural(minutes, "minute"),
        (_, hours @ 1..=47) => plural(hours, "hour"),
        _ => format!("{} ago", age(now, then)),
    }
}

/// The same as a clause: “set today”, “set 12 days ago”.
pub fn set_ago(now: DateTime<Utc>, state: &MemberState) -> String {
    match age(now, state.updated_at).as_str() {
        "today" => "set today".to_owned(),
        age => format!("set {age} ago"),
    }
}

pub fn is_old(now: DateTime<Utc>, then: DateTime<Utc>) -> bool {
    now.signed_duration_since(then).num_days() > OLD
}

/// What to show during a read: how far it got, if known.
pub fn waiting(far: Option<Progress>) -> String {
    far.map_or_else(|| "waiting for GitHub".to_owned(), Progress::words)
}

/// Who gets a credential, short enough for a list.
pub fn access(credential: &Credential) -> String {
    if credential.access_differs() {
        return "differs !".to_owned();
    }
    credential.access().map_or_else(|| "reading".to_owned(), one_access)
}

pub fn one_access(access: &Access) -> String {
    match access {
        Access::All => "all".to_owned(),
        Access::Private => "private".to_owned(),
        Access::Repository => "this repository".to_owned(),
        Access::Other(word) => word.shown(),
        Access::Selected(selected) => match (selected.repositories.len(), selected.complete) {
            (0, true) => "none !".to_owned(),
            (1, true) => "1 repository".to_owned(),
            (n, true) => format!("{n} repositories"),
            (n, false) => format!("{n} or more ?"),
        },
    }
}

/// The password column: the expiry if known and if it fits, else its age, or that there is no password.
pub fn password(credential: &Credential, ends: Option<Standing>, now: DateTime<Utc>, room: usize) -> String {
    let ends = ends.filter(|ends| *ends != Standing::Never).and_then(|ends| ends.brief(room));
    if let Some(ends) = ends {
        return ends;
    }
    match credential.password_updated_at() {
        None => "missing !".to_owned(),
        Some(then) if is_old(now, then) => format!("{} !", age(now, then)),
        Some(then) => age(now, then),
    }
}

/// A scope as a heading.
pub fn heading(scope: &Scope, world: &World) -> String {
    match scope {
        Scope::User => world
            .identity
            .value()
            .map_or_else(|| "You".to_owned(), |identity| format!("You, {}", identity.login.shown())),
        Scope::Repository(name) if world.here.as_ref() == Some(name) => format!("{name}, this repository"),
        Scope::Repository(name) => format!("{name}, repository"),
        Scope::Organization(name) => {
            let mine = world.memberships.value().and_then(|all| all.iter().find(|mine| mine.org == *name));
            let role = mine.map_or("", |mine| if mine.owner { " (owner)" } else { " (member)" });
            format!("{name}, organization{role}")
        }
    }
}

/// Whose secrets they are: “your own secrets (octocat)”.
pub fn whose(scope: &Scope, world: &World) -> String {
    match scope {
        Scope::User => {
            let login = world.identity.value().map(|identity| identity.login.shown());
            login.map_or_else(|| "your own secrets".to_owned(), |login| format!("your own secrets ({login})"))
        }
        Scope::Repository(name) => format!("secrets of the repository {name}"),
        Scope::Organization(name) => format!("secrets of the organization {name}"),
    }
}

/// What you should know about a credential, most important first.
pub fn remarks(scope: &Scope, credential: &Credential, world: &World, now: DateTime<Utc>) -> Vec<(bool, String)> {
    let mut remarks = Vec::new();
    let mut warn = |text: String| remarks.push((true, text));
    let told = world.told(scope, credential, now);
    let missing: Vec<&str> = credential.missing().map(Member::suffix).collect();
    if !missing.is_empty() {
        warn(format!("incomplete: {} missing, so no codespace uses it", missing.join(" and ")));
    }
    for near in world.listing(scope).map(ScopeListing::near_misses).unwrap_or_default() {
        if near.prefixes.contains(&credential.prefix) {
            warn(Untrusted::new(format!("{}; {}", near.words(), near.fix())).shown());
        }
    }
    if credential.access_differs() {
        warn("its members have different access: where one is missing, the pull is anonymous".to_owned());
    }
    match credential.access() {
        Some(access) if access.is_nobody() => warn("granted to no repository: nobody can use it".to_owned()),
        Some(Access::All) => warn("everyone with write access to any repository can read the password".to_owned()),
        _ => {} // nothing to say about the others
    }
    let ends = told.and_then(|told| told.standing);
    if ends.is_none() && credential.password_updated_at().is_some_and(|then| is_old(now, then)) {
        warn(format!("password unchanged for more than {OLD} days"));
    }
    for (other, remote) in &world.scopes {
        let also = other != scope && remote.value().is_some_and(|l| l.credential(&credential.prefix).is_some());
        if let Some(clash) = clash(scope, other).filter(|_| also) {
            warn(format!("also defined in {other}{clash}"));
        }
    }
    if let Some(told) = told {
        remarks.push((false, told.outdated().unwrap_or_else(|| told.origin())));
    }
    if *scope == Scope::User {
        remarks.push((false, "prebuilds never get your own secrets".to_owned()));
    }
    remarks
}

/// What it means that both scopes have the same prefix; `None` if no codespace ever gets both. Source: GitHub Docs,
/// “Managing development environment secrets for your repository or organization”, precedence: the lowest level wins,
/// shown for repository and organization. The rank of your own secrets is not documented.
fn clash(scope: &Scope, other: &Scope) -> Option<&'static str> {
    match (scope, other) {
        (Scope::User, Scope::Repository(_) | Scope::Organization(_))
        | (Scope::Repository(_) | Scope::Organization(_), Scope::User) => Some("; GitHub does not say which one wins"),
        (Scope::Repository(repo), Scope::Organization(org)) => {
            repo.owner().eq_ignore_ascii_case(org.as_str()).then_some(", which this one overrides")
        }
        (Scope::Organization(org), Scope::Repository(repo)) => {
            repo.owner().eq_ignore_ascii_case(org.as_str()).then_some(", which overrides this one there")
        }
        (Scope::User, Scope::User)
        | (Scope::Repository(_), Scope::Repository(_))
        | (Scope::Organization(_), Scope::Organization(_)) => None,
    }
}

/// Which repositories an access includes, each by its name.
pub fn spelled(access: &Access) -> String {
    match access {
        Access::All => "all repositories of the organization, public ones too".to_owned(),
        Access::Private => "private repositories (GitHub does not say whether internal ones count)".to_owned(),
        Access::Repository => "this repository only".to_owned(),
        Access::Other(word) => format!("unknown visibility: {}", word.shown()),
        Access::Selected(selected) => {
            let names: Vec<String> = selected.repositories.iter().map(|r| r.full_name.shown()).collect();
            match (names.is_empty(), selected.complete) {
                (true, true) => "no repository".to_owned(),
                (_, true) => names.join(", "),
                (_, false) => format!("{} and more: GitHub did not send the whole list", names.join(", ")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::{OrgName, RepoName};

    #[test]
    fn only_scopes_that_meet_in_a_codespace_clash_and_the_documented_winner_is_named() {
        let org = |name| Scope::Organization(OrgName::parse(name).unwrap());
        let api = Scope::Repository(RepoName::parse("acme/api").unwrap());
        let web = Scope::Repository(RepoName::parse("acme/web").unwrap());
        assert!(clash(&Scope::User, &api).unwrap().contains("does not say"));
        assert!(clash(&org("acme"), &Scope::User).unwrap().contains("does not say"));
        assert!(clash(&api, &org("Acme")).unwrap().contains("this one overrides"));
        assert!(clash(&org("acme"), &api).unwrap().contains("overrides this one"));
        for (one, other) in [(&api, &web), (&org("acme"), &org("globex")), (&org("globex"), &api)] {
            assert_eq!(clash(one, other), None, "{one} {other}");
        }
    }
}
