//! Deletes a credential, SERVER first, so that no half of it is used meanwhile.

use crate::domain::{Member, MemberReport, Prefix, Problem, Saved, Scope, ScopeListing, WriteOutcome};
use crate::github::Client;
use crate::local::Held;

use super::listing::load_scope;
use super::problems::{explain, reading};
use super::settle::{secrets, settle_deletion};

/// Deletes the members a credential has. `part` receives the outcome of each.
///
/// `Err` means that nothing was deleted; after a member that failed, the remaining ones are not tried.
pub async fn delete(
    gh: &Client,
    _held: &Held,
    scope: &Scope,
    prefix: &Prefix,
    part: &mut (dyn FnMut(MemberReport) + Send),
) -> Result<Saved, Problem> {
    let existing = secrets(gh, scope, prefix).await.map_err(|e| explain(reading(scope), &e, Some(scope)))?;
    let order = Member::WRITE_ORDER.into_iter().rev();
    let there: Vec<_> =
        order.filter_map(|member| Some((member, existing.find(&prefix.secret_name(member))?.name.clone()))).collect();
    if there.is_empty() {
        return Err(Problem::new(
            format!("{prefix} cannot be deleted"),
            "there is no such credential here",
            "reload the list; a name is the part before _CONTAINER_REGISTRY_",
        ));
    }
    let mut reports: Vec<MemberReport> = Vec::new();
    for (member, name) in there {
        let is_stopped = reports.iter().any(|r| !r.outcome.is_done());
        let outcome = if is_stopped { WriteOutcome::NotTried } else { remove(gh, scope, &name).await };
        let report = MemberReport { member, name, outcome };
        part(report.clone());
        reports.push(report);
    }
    let now = load_scope(gh, scope, &mut |_| {}).await.ok();
    if let Some(now) = &now {
        for report in &mut reports {
            if let Some(outcome) = corrected(report, now, prefix) {
                report.outcome = outcome;
                part(report.clone());
            }
        }
    }
    Ok(Saved { members: reports, now })
}

/// How the list read at the end corrects the report.
fn corrected(report: &MemberReport, now: &ScopeListing, prefix: &Prefix) -> Option<WriteOutcome> {
    let is_listed = now.credential(prefix).is_some_and(|credential| credential.members.get(report.member).is_some());
    match &report.outcome {
        WriteOutcome::Unknown(_) if !is_listed && now.complete => Some(WriteOutcome::Deleted),
        WriteOutcome::Unknown(problem) if is_listed => {
            let what = format!("{} could not be deleted", report.name);
            Some(WriteOutcome::Failed(Problem { what, ..problem.clone() }))
        }
        outcome if outcome.is_done() && is_listed => Some(WriteOutcome::Failed(still_there(&report.name))),
        // Failed and not tried stay as they are; so does what the list confirms or cannot tell.
        _ => None,
    }
}

async fn remove(gh: &Client, scope: &Scope, name: &str) -> WriteOutcome {
    match gh.delete_secret(scope, name).await {
        Ok(()) => WriteOutcome::Deleted,
        Err(failure) if failure.may_have_happened() => settle_deletion(gh, scope, name, &failure).await,
        Err(failure) => WriteOutcome::Failed(explain(format!("{name} could not be deleted"), &failure, Some(scope))),
    }
}

/// GitHub answers 404 to a deletion without permission, just as for a secret that does not exist.
fn still_there(name: &str) -> Problem {
    Problem::new(
        format!("{name} could not be deleted"),
        "GitHub still lists it: the token can read but not delete it, or someone has written it again",
        "check the token's permissions, and try again",
    )
}
