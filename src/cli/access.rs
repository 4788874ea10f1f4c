//! `pullkey access`: who gets a credential, changed for all its members alike. Values are never needed.

use super::args::AccessArgs;
use super::session::{Session, note};
use super::{Exit, Failure, repos, set};
use crate::domain::change::AccessOutcome;
use crate::domain::{
    Access, AccessChange, Credential, MemberState, Prefix, Problem, RepoRef, Saved, Scope, Visibility,
};
use crate::report::{self, Change, Written};
use crate::work;

pub(super) async fn run(args: &AccessArgs, session: &Session) -> Result<Exit, Failure> {
    let scope = args.scope.scope();
    check(args, &scope)?;
    let gh = session.github().await?;
    let (credential, wish) = session
        .interrupt
        .read(async {
            let listing = work::load_scope(&gh, &scope, &mut |_| {}).await.map_err(Failure::world)?;
            let credential = listing.credential(&args.prefix).cloned().ok_or_else(|| absent(&args.prefix, &scope))?;
            let add = repos::resolve(&gh, &scope, &args.add).await?;
            let remove = known(&credential, &args.remove);
            Ok::<_, Failure>((credential, Wish { add, remove, visibility: args.visibility }))
        })
        .await??;
    let plan = plan(&credential, &scope, wish)?;
    let change = Change { before: plan.before.as_ref(), after: &plan.after };
    if args.dry_run {
        let nothing = Saved { members: Vec::new(), now: None };
        let written = Written {
            notes: &plan.notes,
            change: Some(change),
            dry_run: true,
            ..Written::of(&scope, &args.prefix, &nothing)
        };
        session.notes(&plan.notes);
        session.show(|| report::written_json(&written), || report::written(&written))?;
        return Ok(Exit::Fine);
    }
    if let Some(what) = &plan.consent {
        if session.can_ask() && !args.yes {
            note(report::change(&change).trim_end());
        }
        session.consent(args.yes, what).await?;
    }
    let wanted = AccessChange {
        scope: scope.clone(),
        prefix: args.prefix.clone(),
        visibility: plan.visibility,
        repositories: plan.repositories.clone(),
        seen: None,
    };
    let (saved, was_interrupted) = session.interrupt.write(work::change_access(&gh, &wanted, &mut |_| {})).await?;
    let saved = match saved.map_err(Failure::world)? {
        AccessOutcome::Done { saved, .. } => saved,
        AccessOutcome::Stale(stale) => return Err(Failure::world(work::stale_problem(&args.prefix, &stale))),
    };
    let written = Written { notes: &plan.notes, change: Some(change), ..Written::of(&scope, &args.prefix, &saved) };
    session.notes(&plan.notes);
    session.show(|| report::written_json(&written), || report::written(&written))?;
    Ok(set::exit_of(&saved, was_interrupted))
}

fn check(args: &AccessArgs, scope: &Scope) -> Result<(), Failure> {
    let names_some = !args.add.is_empty() || !args.remove.is_empty();
    let what = "these flags do not fit together";
    match (scope, args.visibility) {
        (_, None) if !names_some => Err(Failure::usage(
            "what shall change is not said",
            "none of --add, --remove and --visibility is given",
            "name repositories with --add or --remove, or say --visibility for an organization",
        )),
        (Scope::User, Some(Visibility::All | Visibility::Private)) => Err(Failure::usage(
            what,
            "your own secrets reach selected repositories only",
            "leave out --visibility, or use --org",
        )),
        (_, Some(Visibility::All | Visibility::Private)) if names_some => Err(Failure::usage(
            what,
            "single repositories can be added and removed only where the visibility is selected",
            "use --visibility selected, or leave out --add and --remove",
        )),
        (Scope::User | Scope::Repository(_) | Scope::Organization(_), _) => Ok(()),
    }
}

fn absent(prefix: &Prefix, scope: &Scope) -> Failure {
    Failure::world(Problem::new(
        format!("there is no credential {prefix}"),
        format!("{scope}: no secret has a name such as {prefix}_CONTAINER_REGISTRY_SERVER"),
        "`pullkey list` shows what there is",
    ))
}

/// What shall change; `remove` holds what was found among the present repositories, and the names that were not.
#[derive(Debug)]
struct Wish {
    add: Vec<RepoRef>,
    remove: (Vec<RepoRef>, Vec<String>),
    visibility: Option<Visibility>,
}

/// What will hold afterwards, and what has to be said before.
#[derive(Debug)]
struct Plan {
    visibility: Visibility,
    repositories: Vec<RepoRef>,
    /// `None` where the members differ or one is not known.
    before: Option<Access>,
    after: Access,
    /// What needs a yes.
    consent: Option<String>,
    notes: Vec<String>,
}

fn states(credential: &Credential) -> impl Iterator<Item = &MemberState> {
    credential.members.iter().filter_map(|(_, state)| state.as_ref())
}

/// All repositories that any member is granted to, each once.
fn granted(credential: &Credential) -> Vec<RepoRef> {
    let mut all: Vec<RepoRef> = Vec::new();
    for state in states(credential) {
        if let Some(Access::Selected(selected)) = &state.access {
            for repository in &selected.repositories {
                if !all.iter().any(|known| known.id == repository.id) {
                    all.push(repository.clone());
                }
            }
        }
    }
    all
}

/// Repositories are removed by the names the list has: one that was deleted or hidden meanwhile can be removed too.
fn known(credential: &Credential, names: &[crate::domain::RepoName]) -> (Vec<RepoRef>, Vec<String>) {
    let present = granted(credential);
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for name in names {
        match present.iter().find(|repository| name.is_same(repository.full_name.raw())) {
            Some(repository) => found.push(repository.clone()),
            None => missing.push(name.full()),
        }
    }
    (found, missing)
}

fn plan(credential: &Credential, scope: &Scope, wish: Wish) -> Result<Plan, Failure> {
    let prefix = &credential.prefix;
    let before = credential.access().cloned();
    let is_selected = states(credential).all(|state| matches!(state.access, Some(Access::Selected(_))));
    let visibility = match wish.visibility {
        Some(visibility) => visibility,
        None if is_selected => Visibility::Selected,
        None => {
            return Err(Failure::usage(
                "single repositories cannot be added or removed",
                format!("{prefix} is not for selected repositories ({scope})"),
                "add --visibility selected: then only the repositories of --add get it",
            ));
        }
    };
    let mut notes: Vec<_> = wish.remove.1.iter().map(|name| format!("{name} did not have it")).collect();
    let (repositories, after) = match visibility {
        Visibility::All => (Vec::new(), Access::All),
        Visibility::Private => (Vec::new(), Access::Private),
        Visibility::Selected => {
            if states(credential).any(|s| matches!(&s.access, Some(Access::Selected(list)) if !list.complete)) {
                return Err(Failure::world(Problem::new(
                    format!("the present repositories of {prefix} are not all known"),
                    "GitHub did not send the whole list, and writing an incomplete one would take the rest away",
                    "try again",
                )));
            }
            let mut list = granted(credential);
            list.retain(|r| !wish.remove.0.iter().any(|gone| gone.id == r.id));
            list.extend(wish.add.into_iter().filter(|new| !credential_has(credential, new)));
            (list.clone(), Access::selected(list, true))
        }
    };
    if after.is_nobody() {
        notes.push("no repository will get it".to_owned());
    }
    let consent = consent(credential, before.as_ref(), &after);
    Ok(Plan { visibility, repositories, before, after, consent, notes })
}

fn credential_has(credential: &Credential, repository: &RepoRef) -> bool {
    granted(credential).iter().any(|known| known.id == repository.id)
}

/// What nobody may do by accident: opening it to repositories that are not named, and guessing where members differ.
fn consent(credential: &Credential, before: Option<&Access>, after: &Access) -> Option<String> {
    let prefix = &credential.prefix;
    let is_wider = |wide: &Access| !matches!(before, Some(now) if now == wide || *now == Access::All);
    match after {
        Access::Selected(_) if before.is_none() => Some(format!(
            "the members of {prefix} reach different repositories; all of them would get what any has now"
        )),
        Access::All if is_wider(after) => {
            Some(format!("{prefix} would be opened to all repositories of the organization"))
        }
        Access::Private if is_wider(after) => {
            Some(format!("{prefix} would be opened to all private repositories of the organization"))
        }
        Access::All | Access::Private | Access::Selected(_) | Access::Repository | Access::Other(_) => None,
    }
}

#[cfg(test)]
mod tests;
