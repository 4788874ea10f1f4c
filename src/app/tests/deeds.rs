//! What a job does, secret by secret and codespace by codespace: what a question has to have named before.

use std::collections::BTreeSet;

use super::question::{Deed, Reach};
use super::world;
use super::*;
use crate::domain::change::{AccessGoal, DraftAccess};
use crate::domain::{Access, CodespaceChange, CodespaceName, Member, Visibility};

fn reach(access: &Access) -> Option<Reach> {
    Some(match access {
        Access::All => Reach::All,
        Access::Private => Reach::Private,
        Access::Repository => Reach::Own,
        Access::Selected(list) => Reach::Selected(list.repositories.iter().map(|r| r.full_name.shown()).collect()),
        Access::Other(_) => return None,
    })
}

fn wanted(visibility: Visibility, repositories: &[crate::domain::RepoRef]) -> Reach {
    match visibility {
        Visibility::All => Reach::All,
        Visibility::Private => Reach::Private,
        Visibility::Selected => Reach::Selected(repositories.iter().map(|r| r.full_name.shown()).collect()),
    }
}

/// The access of each member of a credential, according to the lists.
fn held(app: &App, scope: &Scope, name: &str) -> Option<Reach> {
    let listing = app.world.listing(scope)?;
    let members = listing.credentials.iter().flat_map(|credential| Member::all().map(|m| credential.members.get(m)));
    let single = listing.other_secrets.iter().map(|other| &other.state);
    let state = members.flatten().chain(single).find(|state| state.name == name)?;
    reach(state.access.as_ref()?)
}

fn turned(name: &CodespaceName) -> (String, String) {
    let all = spaces::mine().into_iter().chain(spaces::list(&crate::domain::CodespaceList::Org(world::org("acme"))));
    let found = all.into_iter().find(|codespace| codespace.name == *name).unwrap();
    (found.shown(), found.repository_shown())
}

/// What a job does to each secret and codespace.
pub(super) fn deeds(app: &App, job: &Job) -> Vec<Deed> {
    match job {
        Job::Save(draft) => {
            let kept = || Member::all().find_map(|m| held(app, &draft.scope, &draft.secret_name(m)));
            let deed = |member: &Member| {
                let secret = draft.secret_name(*member);
                let before = held(app, &draft.scope, &secret);
                let after = match &draft.access {
                    DraftAccess::Repository => Reach::Own,
                    DraftAccess::Keep => before.clone().or_else(kept).unwrap_or(Reach::Selected([].into())),
                    DraftAccess::Set { visibility, repositories } => wanted(*visibility, repositories),
                };
                Deed::Write { secret, scope: draft.scope.to_string(), before, after }
            };
            draft.members.iter().map(deed).collect()
        }
        Job::ChangeAccess(change) => {
            let after = |before: &Reach| match (&change.goal, before) {
                (AccessGoal::Alike { visibility, repositories }, _) => wanted(*visibility, repositories),
                (AccessGoal::Touched { add, remove }, Reach::Selected(held)) => {
                    let name = |r: &crate::domain::RepoRef| r.full_name.shown();
                    let lost: BTreeSet<String> = remove.iter().map(name).collect();
                    Reach::Selected(
                        held.iter().cloned().chain(add.iter().map(name)).filter(|n| !lost.contains(n)).collect(),
                    )
                }
                (AccessGoal::Touched { .. }, _) => before.clone(),
            };
            let seen =
                change.seen.iter().flatten().filter_map(|seen| Some((seen.member, reach(seen.access.as_ref()?)?)));
            let deed = |(member, before): (Member, Reach)| {
                let secret = change.prefix.secret_name(member);
                let after = after(&before);
                let is_done = held(app, &change.scope, &secret).as_ref() == Some(&after);
                (!is_done).then(|| Deed::Grant { secret, scope: change.scope.to_string(), before, after })
            };
            seen.filter_map(deed).collect()
        }
        Job::RestoreAccess(then) => {
            let deed = |seen: &crate::domain::change::Seen| {
                let secret = then.prefix.secret_name(seen.member);
                let (before, after) = (held(app, &then.scope, &secret)?, reach(seen.access.as_ref()?)?);
                (before != after).then(|| Deed::Grant { secret, scope: then.scope.to_string(), before, after })
            };
            then.members.iter().filter_map(deed).collect()
        }
        Job::Delete { scope, prefix, .. } => {
            let there = Member::all().map(|m| prefix.secret_name(m)).filter(|name| held(app, scope, name).is_some());
            there.map(|secret| Deed::Delete { secret, scope: scope.to_string() }).collect()
        }
        Job::ChangeCodespaces(changes) => changes.iter().flat_map(turns).collect(),
        _ => Vec::new(), // no write
    }
}

fn turns(change: &CodespaceChange) -> Vec<Deed> {
    let (codespace, repository) = turned(change.name());
    let stop = Deed::Stop { codespace: codespace.clone(), repository: repository.clone() };
    let start = Deed::Start { codespace, repository };
    match change {
        CodespaceChange::Restart(_) => vec![stop, start],
        CodespaceChange::Stop(_) | CodespaceChange::StopMember { .. } => vec![stop],
        CodespaceChange::Start(_) => vec![start],
    }
}

pub(super) fn kind(job: &Job, title: &str) -> &'static str {
    match job {
        Job::Save(_) if title.starts_with("Rotate") => "rotate",
        Job::Save(_) => "save",
        Job::ChangeAccess(_) => "access",
        Job::RestoreAccess(_) => "undo",
        Job::Delete { .. } => "delete",
        _ => "codespaces",
    }
}
