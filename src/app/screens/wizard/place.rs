//! What the step *Where* shows for each place: who can read the password there, whether prebuilds
//! and new repositories get it, which permission is missing, and which place is recommended and why.
//!
//! Sources: GitHub Docs, “Allowing your codespace to access a private registry”, “Managing development environment
//! secrets for your repository or organization”, “Configuring prebuilds”.

use crate::app::remote::Remote;
use crate::app::world::World;
use crate::domain::problem::Need;
use crate::domain::{Mend, OrgName, RepoName, Scope};

/// One place to write to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub scope: Scope,
    /// Who can read the password.
    pub readers: String,
    pub prebuilds: String,
    pub new_repositories: String,
    /// The missing permission and what to do; `None` if none is known to be missing.
    pub missing: Option<String>,
    /// What the fix key does about it.
    pub mend: Option<Mend>,
    /// Why this place is recommended; at most one place has a reason.
    pub recommended: Option<String>,
}

/// All places to choose from, in the order of the list of credentials.
pub fn places(world: &World) -> Vec<Place> {
    let mut places: Vec<Place> = world.scopes.iter().map(|(scope, _)| place(scope, world)).collect();
    if let Some((at, reason)) = recommendation(&places, world) {
        places[at].recommended = Some(reason);
    }
    places
}

fn place(scope: &Scope, world: &World) -> Place {
    let (readers, prebuilds, new_repositories) = match scope {
        Scope::User => (
            "only you, in codespaces of the repositories you choose".to_owned(),
            "no: prebuilds never get your own secrets".to_owned(),
            "no: add each new repository yourself".to_owned(),
        ),
        Scope::Repository(name) => (
            format!("everyone with write access to {name}, in their own codespaces"),
            "yes".to_owned(),
            format!("no: it is for {name} only"),
        ),
        Scope::Organization(org) => (
            format!("everyone with write access to {}, in their own codespaces", how_many(org, world)),
            "yes".to_owned(),
            "yes with visibility all or private; no with selected".to_owned(),
        ),
    };
    let (missing, mend) = missing(scope, world).map_or((None, None), |(text, mend)| (Some(text), mend));
    Place { scope: scope.clone(), readers, prebuilds, new_repositories, missing, mend, recommended: None }
}

fn how_many(org: &OrgName, world: &World) -> String {
    match world.catalogue(Some(org)) {
        Some(Remote::Ready(catalogue)) if catalogue.lacking.is_none() => {
            format!("the ones you choose of {org}'s {} repositories", catalogue.repositories.len())
        }
        _ => format!("the repositories you choose in {org}"), // not read, or incomplete
    }
}

/// The permission missing for writing there, as far as it is known before trying.
fn missing(scope: &Scope, world: &World) -> Option<(String, Option<Mend>)> {
    let identity = world.identity.value();
    let lacks = |any_of: &[&str]| {
        let scopes = identity.and_then(|i| i.scopes.as_ref())?;
        let need = Need { scopes: vec![any_of[0].to_owned()], permissions: Vec::new() };
        (!scopes.iter().any(|s| any_of.contains(&s.as_str())))
            .then(|| (format!("the token lacks the scope {}; m fixes it", any_of[0]), Some(Mend::Gain(need))))
    };
    let by_scope = match scope {
        Scope::User => lacks(&["codespace:secrets", "codespace"]),
        Scope::Repository(_) => lacks(&["repo"]),
        Scope::Organization(_) => lacks(&["admin:org"]),
    };
    by_scope.or_else(|| by_role(scope, world).map(|text| (text, None))).or_else(|| {
        let problem = world.scope(scope)?.problem()?;
        Some((format!("{}: {}", problem.why, problem.hint), problem.mend.clone()))
    })
}

fn by_role(scope: &Scope, world: &World) -> Option<String> {
    match scope {
        Scope::User => None,
        Scope::Repository(name) => {
            let facts = world.facts(name)?.value()?;
            (!facts.admin).then(|| format!("you are not an admin of {name}: ask one"))
        }
        Scope::Organization(org) => {
            let member = world.memberships.value()?.iter().find(|m| m.org == *org)?;
            (!member.owner).then(|| format!("you are a member of {org}, not an owner: ask an owner"))
        }
    }
}

/// The recommended place and why. A repository's secrets reach prebuilds and the fewest people; without permission for
/// them, the user's own secrets need nobody's help; without a repository they are the narrowest place to write to.
fn recommendation(places: &[Place], world: &World) -> Option<(usize, String)> {
    let writable =
        |wanted: &dyn Fn(&Scope) -> bool| places.iter().position(|p| p.missing.is_none() && wanted(&p.scope));
    let here: Option<&RepoName> = world.here.as_ref();
    if let Some(name) = here
        && let Some(at) = writable(&|scope| matches!(scope, Scope::Repository(n) if n == name))
    {
        return Some((at, format!("prebuilds get it, and nobody outside {name} can read it")));
    }
    if let Some(at) = writable(&|scope| *scope == Scope::User) {
        let reason = match here {
            Some(name) => {
                format!("you cannot write to {name}; this needs no help, but prebuilds do not get it")
            }
            None => "only you can read it; run pullkey in a clone to set up one repository for everyone".to_owned(),
        };
        return Some((at, reason));
    }
    let at = writable(&|scope| matches!(scope, Scope::Organization(_)))?;
    Some((at, "it is the only place you can write to".to_owned()))
}
