//! Changing which repositories a credential reaches: all its members alike, never with their values.

use futures_util::future::try_join_all;

use crate::domain::change::{AccessBefore, AccessOutcome, Seen, Stale};
use crate::domain::{
    Access, AccessChange, Member, MemberReport, Prefix, Problem, Saved, Scope, Visibility, WriteOutcome,
};
use crate::github::{Client, GithubError, Listed, SecretRecord, Written};

use super::listing::load_scope;
use super::problems::{explain, reading, said};
use super::save::wanted;
use super::settle::{current_access, grant, secrets, settle_access};

/// One existing member and what shall become of it.
struct Step<'a> {
    member: Member,
    record: &'a SecretRecord,
    before: Access,
}

/// Gives every existing member of a credential the same access. `part` hears of each as it is decided.
///
/// What holds is read afresh first. `Err` means that nothing was changed; after a member that failed the remaining ones
/// are not tried.
pub async fn change_access(
    gh: &Client,
    change: &AccessChange,
    part: &mut (dyn FnMut(MemberReport) + Send),
) -> Result<AccessOutcome, Problem> {
    let scope = &change.scope;
    check(change)?;
    let existing = secrets(gh, scope).await.map_err(|e| explain(reading(scope), &e, Some(scope)))?;
    let steps = plan(gh, change, &existing).await?;
    let goal = wanted(change.visibility, &change.repositories);
    let mut reports: Vec<MemberReport> = Vec::new();
    for step in &steps {
        let is_stopped = reports.iter().any(|r| !r.outcome.is_done());
        let outcome = if is_stopped { WriteOutcome::NotTried } else { apply(gh, scope, step, &goal).await };
        let report = MemberReport { member: step.member, name: step.record.name.clone(), outcome };
        part(report.clone());
        reports.push(report);
    }
    let now = load_scope(gh, scope, &mut |_| {}).await.ok();
    if let Some(credential) = now.as_ref().and_then(|now| now.credential(&change.prefix)) {
        for report in reports.iter_mut().filter(|r| r.outcome.is_done()) {
            let access = credential.members.get(report.member).as_ref().and_then(|state| state.access.as_ref());
            if access.is_some_and(|access| is_known(access) && !access.is_same(&goal)) {
                report.outcome = WriteOutcome::Failed(unlike(&report.name));
                part(report.clone());
            }
        }
    }
    let members = steps.iter().map(|step| Seen {
        member: step.member,
        updated_at: step.record.updated_at,
        access: Some(step.before.clone()),
    });
    let before = AccessBefore { scope: scope.clone(), prefix: change.prefix.clone(), members: members.collect() };
    Ok(AccessOutcome::Done { saved: Saved { members: reports, now }, before })
}

/// Gives every member back the access it had before a change.
pub async fn restore_access(
    _gh: &Client,
    before: &AccessBefore,
    _part: &mut (dyn FnMut(MemberReport) + Send),
) -> Result<AccessOutcome, Problem> {
    Err(Problem::new(
        format!("the access of {} was not taken back", before.prefix),
        "this version does not do it yet",
        "set the access again",
    ))
}

/// Why a change that was planned on something older was not made.
pub fn stale_problem(prefix: &Prefix, stale: &Stale) -> Problem {
    Problem::new(
        format!("the access of {prefix} was not changed"),
        format!("somebody else changed it meanwhile: {}", stale.differences.join("; ")),
        "look at what holds now, and decide again",
    )
}

fn check(change: &AccessChange) -> Result<(), Problem> {
    let what = || format!("the access of {} cannot be changed", change.prefix);
    match (&change.scope, change.visibility) {
        (Scope::Repository(repo), _) => Err(Problem::new(
            what(),
            format!("a secret of the repository {repo} reaches that repository and no other"),
            "for several repositories keep the credential among your own secrets or at an organization",
        )),
        (Scope::User, Visibility::All | Visibility::Private) => Err(Problem::new(
            what(),
            "a secret of your own reaches selected repositories only",
            "select repositories, or keep the credential at an organization",
        )),
        (Scope::User, Visibility::Selected) | (Scope::Organization(_), _) => Ok(()),
    }
}

async fn plan<'a>(
    gh: &Client,
    change: &AccessChange,
    existing: &'a Listed<SecretRecord>,
) -> Result<Vec<Step<'a>>, Problem> {
    let scope = &change.scope;
    let reads = Member::WRITE_ORDER.into_iter().filter_map(|member| {
        let record = existing.find(&change.prefix.secret_name(member))?;
        Some(async move { current_access(gh, scope, record).await.map(|before| Step { member, record, before }) })
    });
    let what = format!("the present access of {} could not be read", change.prefix);
    let steps = try_join_all(reads).await.map_err(|e| explain(what, &e, Some(scope)))?;
    if steps.is_empty() {
        return Err(Problem::new(
            format!("the access of {} cannot be changed", change.prefix),
            "there is no such credential here any more",
            "reload the list; names are those before _CONTAINER_REGISTRY_",
        ));
    }
    Ok(steps)
}

async fn apply(gh: &Client, scope: &Scope, step: &Step<'_>, goal: &Access) -> WriteOutcome {
    if is_known(&step.before) && step.before.is_same(goal) {
        return WriteOutcome::Unchanged;
    }
    let name = &step.record.name;
    let is_exchange = matches!((goal, &step.before), (Access::Selected(_), Access::Selected(_)));
    let done = match (goal, &step.before) {
        // A list that is exchanged for another has a call of its own, which leaves the secret alone.
        (Access::Selected(list), Access::Selected(_)) => {
            let ids: Vec<_> = list.repositories.iter().map(|r| r.id).collect();
            gh.set_selected(scope, name, &ids).await.map(|()| Written::Updated)
        }
        (goal, _) => match grant(scope, goal) {
            Some(grant) => gh.put_grant(scope, name, &grant).await,
            None => return WriteOutcome::Failed(unlike(name)),
        },
    };
    let what = || format!("the access of {name} could not be changed");
    match done {
        Ok(Written::Updated) => WriteOutcome::Updated,
        Ok(Written::Created) => WriteOutcome::Failed(Problem::new(
            what(),
            "somebody deleted it meanwhile, and now it is there without a value",
            "write the credential again",
        )),
        Err(GithubError::Unprocessable(refusal)) if !is_exchange => WriteOutcome::Failed(Problem::new(
            what(),
            format!(
                "GitHub refuses a change of visibility without the value, which cannot be read back{}",
                said(&refusal)
            ),
            "write the credential again, with the new access",
        )),
        Err(failure) if failure.may_have_happened() => {
            settle_access(gh, scope, name, (&step.before, goal), &failure).await
        }
        Err(failure) => WriteOutcome::Failed(explain(what(), &failure, Some(scope))),
    }
}

fn is_known(access: &Access) -> bool {
    !matches!(access, Access::Selected(list) if !list.complete)
}

fn unlike(name: &str) -> Problem {
    Problem::new(
        format!("{name} reaches other repositories than it should"),
        "GitHub shows another access than was asked for; somebody may have changed it at the same time",
        "look at what holds now, and set the access again",
    )
}
