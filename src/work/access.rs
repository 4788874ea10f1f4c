//! Changes which repositories get a credential, and undoes that, without the members' values.
//!
//! The current access is read first and compared with what was seen when the change was planned: what someone else
//! changed meanwhile is not overwritten without asking.

use futures_util::future::try_join_all;

use crate::domain::change::{AccessBefore, AccessOutcome, Seen, Stale};
use crate::domain::{
    Access, AccessChange, AccessGoal, Member, MemberReport, Prefix, Problem, RepoRef, Saved, Scope, ScopeListing,
    Visibility, WriteOutcome,
};
use crate::github::{Client, GithubError, Refusal, SecretRecord, Written};
use crate::local::Held;

use super::listing::load_scope;
use super::problems::{explain, reading, said};
use super::save::wanted;
use super::settle::{current_access, grant, secrets, settle_access};

/// One existing member: its current access and the desired one.
struct Step {
    member: Member,
    record: SecretRecord,
    before: Access,
    goal: Access,
}

/// Whose access it is.
#[derive(Clone, Copy)]
struct Of<'a> {
    gh: &'a Client,
    scope: &'a Scope,
    prefix: &'a Prefix,
}

/// What the change was planned on.
#[derive(Clone, Copy)]
struct Planned<'a> {
    seen: &'a [Seen],
    /// A value written meanwhile does not matter: undoing restores access and nothing else.
    only_access: bool,
    /// Single repositories are added and removed, so a list is required.
    needs_list: bool,
}

impl Planned<'_> {
    /// Whether this access can be changed to the desired one at all.
    const fn can_be(self, access: &Access) -> bool {
        if self.needs_list { has_list(access) } else { access.is_whole() }
    }
}

/// Changes the access of every existing member of a credential to its goal. `part` receives the outcome of each.
///
/// `Err` means that nothing was changed; after a member that failed, the remaining ones are not tried. The same change
/// can then be tried again: members that already have the desired access are left alone.
pub async fn change_access(
    gh: &Client,
    _held: &Held,
    change: &AccessChange,
    part: &mut (dyn FnMut(MemberReport) + Send),
) -> Result<AccessOutcome, Problem> {
    let of = Of { gh, scope: &change.scope, prefix: &change.prefix };
    check(change)?;
    let steps = match &change.goal {
        AccessGoal::Alike { visibility, repositories } => {
            let goal = wanted(*visibility, repositories);
            plan(of, |_, _| Some(goal.clone())).await?
        }
        AccessGoal::Touched { add, remove } => plan(of, |_, before| touched(before, add, remove)).await?,
    };
    let needs_list = matches!(change.goal, AccessGoal::Touched { .. });
    let planned = change.seen.as_deref().map(|seen| Planned { seen, only_access: false, needs_list });
    if let Some(differences) = planned.and_then(|planned| stale(&steps, planned)) {
        return Ok(AccessOutcome::Stale(Stale { now: listing(of).await?, differences }));
    }
    match steps.iter().find(|step| needs_list && !has_list(&step.before)) {
        Some(step) => Err(no_list(of, step)),
        None => carry_out(of, &steps, part).await,
    }
}

/// The list with these added and those removed. `None` if there is no complete list: the member keeps its access.
fn touched(before: &Access, add: &[RepoRef], remove: &[RepoRef]) -> Option<Access> {
    let Access::Selected(list) = before else { return None };
    let is_in = |some: &[RepoRef], r: &RepoRef| some.iter().any(|other| other.id == r.id);
    let kept = list.repositories.iter().filter(|r| !is_in(remove, r));
    let new = add.iter().filter(|r| !is_in(&list.repositories, r));
    list.complete.then(|| wanted(Visibility::Selected, &kept.chain(new).cloned().collect::<Vec<_>>()))
}

const fn has_list(access: &Access) -> bool {
    matches!(access, Access::Selected(list) if list.complete)
}

fn no_list(of: Of<'_>, step: &Step) -> Problem {
    let why = match &step.before {
        Access::Selected(_) => {
            "GitHub did not list all of its repositories, and a partial list is never written back".to_owned()
        }
        wide => format!("{} is for {}, so there is no list to add to or remove from", step.record.name, wide.words()),
    };
    let what = format!("the access of {} cannot be changed one repository at a time", of.prefix);
    Problem::new(what, why, "change its access on its own, where you can choose its visibility too")
}

/// Restores exactly the access that each member had before a change.
///
/// A member that was added or deleted since, or access that someone else changed since, is `Stale`. `Err` means that
/// nothing was changed.
pub async fn restore_access(
    gh: &Client,
    _held: &Held,
    before: &AccessBefore,
    part: &mut (dyn FnMut(MemberReport) + Send),
) -> Result<AccessOutcome, Problem> {
    let of = Of { gh, scope: &before.scope, prefix: &before.prefix };
    let goal = |member| before.members.iter().find(|seen| seen.member == member)?.access.clone();
    if let Some(unknown) = before.members.iter().find(|seen| !seen.access.as_ref().is_some_and(Access::is_whole)) {
        return Err(Problem::new(
            format!("the access of {} cannot be restored", before.prefix),
            format!("the full list of repositories of its {} was never known", unknown.member.word()),
            "set the access again",
        ));
    }
    let steps = plan(of, |member, _| goal(member)).await?;
    let left = before.left.as_deref().unwrap_or(&before.members);
    let is_there = |member| steps.iter().any(|step| step.member == member);
    let came_or_went = Member::all().any(|m| before.members.iter().any(|seen| seen.member == m) != is_there(m));
    let differences = stale(&steps, Planned { seen: left, only_access: true, needs_list: false });
    match differences.filter(|_| came_or_went || before.left.is_some()) {
        Some(differences) => Ok(AccessOutcome::Stale(Stale { now: listing(of).await?, differences })),
        None => carry_out(of, &steps, part).await,
    }
}

/// Why a change that was planned on an older state was not made.
pub fn stale_problem(prefix: &Prefix, stale: &Stale) -> Problem {
    Problem::new(
        format!("the access of {prefix} was not changed"),
        format!("someone else changed it meanwhile: {}", stale.differences.join("; ")),
        "check the current state, and decide again",
    )
}

/// Writes what does not have the desired access yet, one member after the other, and reads back.
async fn carry_out(
    of: Of<'_>,
    steps: &[Step],
    part: &mut (dyn FnMut(MemberReport) + Send),
) -> Result<AccessOutcome, Problem> {
    let mut reports: Vec<MemberReport> = Vec::new();
    for step in steps {
        let is_stopped = reports.iter().any(|r| !r.outcome.is_done());
        let outcome = if is_stopped { WriteOutcome::NotTried } else { apply(of, step).await };
        let report = MemberReport { member: step.member, name: step.record.name.clone(), outcome };
        part(report.clone());
        reports.push(report);
    }
    let now = load_scope(of.gh, of.scope, &mut |_| {}).await.ok();
    let credential = now.as_ref().and_then(|now| now.credential(of.prefix));
    for (step, report) in steps.iter().zip(&mut reports) {
        let state = credential.and_then(|credential| credential.members.get(step.member).as_ref());
        let outcome = match state {
            Some(state) => state.access.as_ref().and_then(|access| corrected(report, step, access)),
            None if now.as_ref().is_some_and(|now| now.complete) => vanished(report),
            None => None,
        };
        if let Some(outcome) = outcome {
            report.outcome = outcome;
            part(report.clone());
        }
    }
    let members = steps.iter().map(|step| Seen {
        member: step.member,
        updated_at: step.record.updated_at,
        access: Some(step.before.clone()),
    });
    let before = AccessBefore {
        scope: of.scope.clone(),
        prefix: of.prefix.clone(),
        members: members.collect(),
        left: credential.map(Seen::of),
    };
    Ok(AccessOutcome::Done { saved: Saved { members: reports, now }, before })
}

/// How the list read at the end corrects the report.
fn corrected(report: &MemberReport, step: &Step, now: &Access) -> Option<WriteOutcome> {
    let is_as_wanted = now.is_whole() && now.is_same(&step.goal);
    match &report.outcome {
        WriteOutcome::Unknown(_) if is_as_wanted => Some(WriteOutcome::Updated),
        WriteOutcome::Unknown(problem) if now.is_whole() && now.is_same(&step.before) => {
            let what = format!("the access of {} could not be changed", report.name);
            Some(WriteOutcome::Failed(Problem { what, ..problem.clone() }))
        }
        outcome if outcome.is_done() && now.is_whole() && !is_as_wanted => {
            Some(WriteOutcome::Failed(unlike(&report.name)))
        }
        // Failed and not tried stay as they are; so does what the list confirms or cannot tell.
        _ => None,
    }
}

/// The outcome of a member that a complete list no longer contains, whatever was done to it.
fn vanished(report: &MemberReport) -> Option<WriteOutcome> {
    let gone = || {
        Problem::new(
            format!("{} no longer exists", report.name),
            "GitHub does not list it after the change: someone deleted it meanwhile",
            "check what exists now, and write the credential again",
        )
    };
    match &report.outcome {
        WriteOutcome::Created | WriteOutcome::Updated | WriteOutcome::Unchanged | WriteOutcome::Unknown(_) => {
            Some(WriteOutcome::Failed(gone()))
        }
        WriteOutcome::Deleted
        | WriteOutcome::Failed(_)
        | WriteOutcome::ChangedElsewhere(_)
        | WriteOutcome::NotTried => None,
    }
}

fn check(change: &AccessChange) -> Result<(), Problem> {
    let what = || format!("the access of {} cannot be changed", change.prefix);
    let visibility = match change.goal {
        AccessGoal::Alike { visibility, .. } => visibility,
        AccessGoal::Touched { .. } => Visibility::Selected,
    };
    match (&change.scope, visibility) {
        (Scope::Repository(repo), _) => Err(Problem::new(
            what(),
            format!("a secret of the repository {repo} is for that repository only"),
            "for several repositories, put the credential in your own secrets or an organization's",
        )),
        (Scope::User, Visibility::All | Visibility::Private) => Err(Problem::new(
            what(),
            "your own secrets are for selected repositories only",
            "select repositories, or put the credential in an organization",
        )),
        (Scope::User, Visibility::Selected) | (Scope::Organization(_), _) => Ok(()),
    }
}

/// Reads the current access; a member without a goal keeps what it has.
async fn plan(of: Of<'_>, goal: impl Fn(Member, &Access) -> Option<Access>) -> Result<Vec<Step>, Problem> {
    let Of { gh, scope, prefix } = of;
    let existing = secrets(gh, scope, prefix).await.map_err(|e| explain(reading(scope), &e, Some(scope)))?;
    let reads = Member::WRITE_ORDER.into_iter().filter_map(|member| {
        let record = existing.find(&prefix.secret_name(member))?.clone();
        let goal = &goal;
        Some(async move {
            let before = current_access(gh, scope, &record).await?;
            let goal = goal(member, &before).unwrap_or_else(|| before.clone());
            Ok(Step { member, record, before, goal })
        })
    });
    let what = format!("the current access of {prefix} could not be read");
    let steps = try_join_all(reads).await.map_err(|e: GithubError| explain(what, &e, Some(scope)))?;
    if steps.is_empty() {
        return Err(Problem::new(
            format!("the access of {prefix} cannot be changed"),
            "this credential no longer exists here",
            "reload the list; a name is the part before _CONTAINER_REGISTRY_",
        ));
    }
    Ok(steps)
}

/// What differs from what was seen. Members that already have the desired access are left out: they lose nothing.
fn stale(steps: &[Step], planned: Planned<'_>) -> Option<Vec<String>> {
    let is_as_wanted = |member| {
        let step = steps.iter().find(|step| step.member == member);
        step.is_some_and(|step| planned.can_be(&step.before) && step.before.is_same(&step.goal))
    };
    let was_seen = |member| planned.seen.iter().any(|seen| seen.member == member);
    let seen: Vec<_> = planned.seen.iter().filter(|seen| !is_as_wanted(seen.member)).cloned().collect();
    let now = steps.iter().filter(|step| !(is_as_wanted(step.member) && was_seen(step.member)));
    let now: Vec<_> = now
        .map(|step| Seen { member: step.member, updated_at: step.record.updated_at, access: Some(step.before.clone()) })
        .collect();
    let differences = Seen::differences(&seen, &now, planned.only_access);
    (!differences.is_empty()).then_some(differences)
}

async fn listing(of: Of<'_>) -> Result<ScopeListing, Problem> {
    load_scope(of.gh, of.scope, &mut |_| {}).await
}

async fn apply(of: Of<'_>, step: &Step) -> WriteOutcome {
    let Of { gh, scope, .. } = of;
    let Step { record: SecretRecord { name, .. }, before, goal, .. } = step;
    if before.is_whole() && before.is_same(goal) {
        return WriteOutcome::Unchanged;
    }
    let is_exchange = matches!((goal, before), (Access::Selected(_), Access::Selected(_)));
    let done = match (goal, before) {
        // Replacing one list with another has its own call, which leaves the secret alone.
        (Access::Selected(list), Access::Selected(_)) if list.complete => {
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
            "someone deleted it meanwhile, and now it exists without a value",
            "write the credential again",
        )),
        Err(GithubError::Unprocessable(refusal)) if !is_exchange => {
            WriteOutcome::Failed(value_wanted(what(), &refusal))
        }
        Err(GithubError::Conflict(refusal)) => conflict(of, step, &refusal).await,
        Err(failure) if failure.may_have_happened() => settle_access(gh, scope, name, (before, goal), &failure).await,
        Err(failure) => WriteOutcome::Failed(explain(what(), &failure, Some(scope))),
    }
}

/// 409: the visibility is no longer `selected`. Reads the current access and reports it.
async fn conflict(of: Of<'_>, step: &Step, refusal: &Refusal) -> WriteOutcome {
    let name = &step.record.name;
    let now = match of.gh.secret(of.scope, name).await {
        Ok(Some(record)) => current_access(of.gh, of.scope, &record).await.ok(),
        Ok(None) | Err(_) => None,
    };
    let failed = GithubError::Conflict(Box::new(refusal.clone()));
    let problem = explain(format!("the access of {name} could not be changed"), &failed, Some(of.scope));
    match now {
        Some(now) if now.is_whole() && now.is_same(&step.goal) => WriteOutcome::Updated,
        Some(now) => {
            WriteOutcome::Failed(Problem { why: format!("{}; now it is for {}", problem.why, now.words()), ..problem })
        }
        None => WriteOutcome::Failed(problem),
    }
}

fn value_wanted(what: String, refusal: &Refusal) -> Problem {
    let words = said(refusal);
    Problem::new(
        what,
        format!("GitHub refuses to change the visibility without the value, which cannot be read back{words}"),
        "write the credential again, with the new access",
    )
}

fn unlike(name: &str) -> Problem {
    Problem::new(
        format!("{name} reaches the wrong repositories"),
        "GitHub shows a different access than requested; someone may have changed it at the same time",
        "check the current access, and set it again",
    )
}
