//! Deleting a credential: SERVER first, so that no half of it is looked up meanwhile.

use crate::domain::{Member, MemberReport, Prefix, Problem, Saved, Scope, WriteOutcome};
use crate::github::Client;

use super::listing::load_scope;
use super::problems::{explain, reading};
use super::settle::{secrets, settle_deletion};

/// Deletes the members a credential has. `part` hears of each as it is decided.
///
/// `Err` means that nothing was deleted; after a member that failed the remaining ones are not tried.
pub async fn delete(
    gh: &Client,
    scope: &Scope,
    prefix: &Prefix,
    part: &mut (dyn FnMut(MemberReport) + Send),
) -> Result<Saved, Problem> {
    let existing = secrets(gh, scope).await.map_err(|e| explain(reading(scope), &e, Some(scope)))?;
    let order = Member::WRITE_ORDER.into_iter().rev();
    let there: Vec<_> =
        order.filter_map(|member| Some((member, existing.find(&prefix.secret_name(member))?.name.clone()))).collect();
    if there.is_empty() {
        return Err(Problem::new(
            format!("{prefix} cannot be deleted"),
            "there is no such credential here",
            "reload the list; names are those before _CONTAINER_REGISTRY_",
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
    if let Some(credential) = now.as_ref().and_then(|now| now.credential(prefix)) {
        for report in reports.iter_mut().filter(|r| r.outcome.is_done()) {
            if credential.members.get(report.member).is_some() {
                report.outcome = WriteOutcome::Failed(still_there(&report.name));
                part(report.clone());
            }
        }
    }
    Ok(Saved { members: reports, now })
}

async fn remove(gh: &Client, scope: &Scope, name: &str) -> WriteOutcome {
    match gh.delete_secret(scope, name).await {
        Ok(()) => WriteOutcome::Deleted,
        Err(failure) if failure.may_have_happened() => settle_deletion(gh, scope, name, &failure).await,
        Err(failure) => WriteOutcome::Failed(explain(format!("{name} could not be deleted"), &failure, Some(scope))),
    }
}

/// GitHub says 404 to a deletion that the token has no right to, as it does for a secret that is not there.
fn still_there(name: &str) -> Problem {
    Problem::new(
        format!("{name} could not be deleted"),
        "GitHub still lists it: the token may read it but not delete it, or somebody has written it anew",
        "check the token's rights, and try again",
    )
}
