//! Plans a change of access from the flags and the present access. Pure.

use crate::cli::Failure;
use crate::domain::grant;
use crate::domain::{Access, Credential, Member, MemberState, Problem, RepoRef, Scope, Visibility, Wanted};

/// What to change. `remove` holds the present repositories that matched, and the names that matched none.
#[derive(Debug, Default)]
pub(super) struct Wish {
    pub(super) add: Vec<RepoRef>,
    pub(super) remove: (Vec<RepoRef>, Vec<String>),
    /// The complete list that replaces the present one.
    pub(super) set: Option<Vec<RepoRef>>,
    pub(super) visibility: Option<Visibility>,
}

/// The access afterwards, and what to say before the change.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) visibility: Visibility,
    pub(super) repositories: Vec<RepoRef>,
    /// `None` if the members differ or the access of one is unknown.
    pub(super) before: Option<Access>,
    pub(super) after: Access,
    /// What needs confirmation.
    pub(super) consent: Option<String>,
    pub(super) notes: Vec<String>,
}

fn states(credential: &Credential) -> impl Iterator<Item = &MemberState> {
    credential.members.iter().filter_map(|(_, state)| state.as_ref())
}

/// All repositories that get any member, each once.
pub(super) fn granted(credential: &Credential) -> Vec<RepoRef> {
    grant::before(credential).repositories
}

/// Matches by the names in the present list, so that a repository deleted or hidden in the meantime can be removed too.
pub(super) fn known(credential: &Credential, wanted: &[Wanted]) -> (Vec<RepoRef>, Vec<String>) {
    let present = granted(credential);
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for one in wanted {
        let before = found.len();
        found.extend(present.iter().filter(|repository| one.is_match(repository.full_name.raw())).cloned());
        if found.len() == before {
            missing.push(one.to_string());
        }
    }
    (found, missing)
}

pub(super) fn plan(credential: &Credential, scope: &Scope, wish: Wish) -> Result<Plan, Failure> {
    let prefix = &credential.prefix;
    let before = credential.access().cloned();
    let is_selected = states(credential).all(|state| matches!(state.access, Some(Access::Selected(_))));
    let visibility = match wish.visibility {
        Some(visibility) => visibility,
        None if is_selected || wish.set.is_some() => Visibility::Selected,
        None => {
            return Err(Failure::usage(
                "individual repositories cannot be added or removed",
                format!("the visibility of {prefix} is not selected ({scope})"),
                "add --visibility selected: then only the repositories in --add get it",
            ));
        }
    };
    let mut notes: Vec<_> = wish.remove.1.iter().map(|name| format!("{name} did not have access")).collect();
    let (repositories, after) = match (visibility, wish.set) {
        (Visibility::All, _) => (Vec::new(), Access::All),
        (Visibility::Private, _) => (Vec::new(), Access::Private),
        (Visibility::Selected, Some(list)) => (list.clone(), Access::selected(list, true)),
        (Visibility::Selected, None) => {
            if states(credential).any(|s| matches!(&s.access, Some(Access::Selected(list)) if !list.complete)) {
                return Err(Failure::world(Problem::new(
                    format!("could not read all repositories of {prefix}"),
                    "GitHub sent an incomplete list; writing it back would take access from the others",
                    "try again",
                )));
            }
            let list = grant::before(credential).changed(&wish.add, &wish.remove.0);
            (list.clone(), Access::selected(list, true))
        }
    };
    if after.is_nobody() {
        notes.push("no repository will have access".to_owned());
    }
    let consent = consent(credential, before.as_ref(), &after);
    Ok(Plan { visibility, repositories, before, after, consent, notes })
}

/// Asks before what must not happen by accident: opening it to unnamed repositories, and guessing if members differ.
fn consent(credential: &Credential, before: Option<&Access>, after: &Access) -> Option<String> {
    let prefix = &credential.prefix;
    let is_wider = |wide: &Access| !matches!(before, Some(now) if now == wide || *now == Access::All);
    match after {
        Access::Selected(_) if before.is_none() => {
            Some(format!("the members of {prefix} have different access; all would get the same"))
        }
        Access::All if is_wider(after) => {
            Some(format!("{prefix} would be opened to all repositories of the organization"))
        }
        Access::Private if is_wider(after) => {
            Some(format!("{prefix} would be opened to all private repositories of the organization"))
        }
        Access::All | Access::Private | Access::Selected(_) | Access::Repository | Access::Other(_) => None,
    }
}

/// Gives all members the access of the named one, or that of the two that agree.
pub(super) fn alike(credential: &Credential, like: Option<Member>) -> Result<Plan, Failure> {
    let prefix = &credential.prefix;
    let what = || format!("the members of {prefix} cannot be made alike");
    let wanted = match like {
        Some(member) => {
            credential.members.get(member).as_ref().and_then(|state| state.access.as_ref()).ok_or_else(|| {
                let why = format!("there is no {}, or its access could not be read", member.word());
                Failure::world(Problem::new(what(), why, "name another member with --like"))
            })?
        }
        None => credential.prevailing_access().or_else(|| credential.access()).ok_or_else(|| {
            Failure::usage(
                what(),
                format!("no two members have the same access: {}", each(credential)),
                "choose the one to follow: --like server, --like user or --like password",
            )
        })?,
    };
    let (visibility, repositories) = match wanted {
        Access::All => (Visibility::All, Vec::new()),
        Access::Private => (Visibility::Private, Vec::new()),
        Access::Selected(list) if list.complete => (Visibility::Selected, list.repositories.clone()),
        Access::Selected(_) | Access::Repository | Access::Other(_) => {
            let why = format!("the access to copy is not completely known: {}", wanted.words());
            return Err(Failure::world(Problem::new(what(), why, "try again, or set the access explicitly")));
        }
    };
    let consent = credential.access_differs().then(|| {
        format!("the members of {prefix} have different access ({}); all would get the same", each(credential))
    });
    Ok(Plan {
        visibility,
        repositories,
        before: credential.access().cloned(),
        after: wanted.clone(),
        consent,
        notes: Vec::new(),
    })
}

/// Each member with its access, such as “server 2 repositories, user nobody”.
fn each(credential: &Credential) -> String {
    let there = credential.members.iter().filter_map(|(member, state)| Some((member, state.as_ref()?)));
    let words = there.map(|(member, state)| {
        let access = state.access.as_ref().map_or_else(|| "unknown".to_owned(), Access::words);
        format!("{} {access}", member.word())
    });
    words.collect::<Vec<_>>().join(", ")
}
