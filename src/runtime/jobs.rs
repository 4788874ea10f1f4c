//! One arm per job, each into `work/`: what the state machine asks for, done.

use tokio::sync::mpsc::UnboundedSender;

use super::session::Session;
use crate::app::protocol::{Job, JobId, Msg, Outcome, Part};
use crate::domain::MemberReport;
use crate::{github, work};

/// Where a job's parts go, and under which id.
#[derive(Clone, Debug)]
pub struct Reporter {
    pub id: JobId,
    pub send: UnboundedSender<Msg>,
}

impl Reporter {
    fn part(&self, part: Part) {
        // Nobody listens any more only when the program is leaving.
        let _ = self.send.send(Msg::Part { id: self.id, part });
    }
}

/// Carries a job out and says how it ended.
pub async fn perform(job: Job, session: Session, report: Reporter) -> Outcome {
    let mut member = |one: MemberReport| report.part(Part::Member(one));
    match job {
        Job::SignIn => Outcome::SignIn(match session.github().await {
            Ok((gh, source)) => counted(work::identity(&gh, source).await, &gh, &report),
            Err(problem) => Err(problem),
        }),
        Job::Memberships => Outcome::Memberships(match session.github().await {
            Ok((gh, _)) => counted(work::memberships(&gh).await, &gh, &report),
            Err(problem) => Err(problem),
        }),
        Job::LoadScope(scope) => Outcome::Listing(match session.github().await {
            Ok((gh, _)) => {
                let mut part = |listing| report.part(Part::Listing(listing));
                counted(work::load_scope(&gh, &scope, &mut part).await, &gh, &report)
            }
            Err(problem) => Err(problem),
        }),
        Job::Repositories(org) => Outcome::Repositories(match session.github().await {
            Ok((gh, _)) => {
                let mut part = |list| report.part(Part::Repositories(list));
                let found = work::repositories(&gh, org.as_ref(), &mut part).await;
                counted(found.map(|found| (found.list, found.complete)), &gh, &report)
            }
            Err(problem) => Err(problem),
        }),
        Job::Repository(name) => Outcome::Repository(match session.github().await {
            Ok((gh, _)) => counted(work::repository(&gh, &name).await, &gh, &report),
            Err(problem) => Err(problem),
        }),
        Job::Test { trial, with } => {
            let mut part = |step| report.part(Part::Step(step));
            Outcome::Tested(work::test(&session.clients(), &trial, with, &mut part).await)
        }
        Job::Save(draft) => Outcome::Saved(match session.github().await {
            Ok((gh, _)) => counted(work::save(&gh, &draft, &mut member).await, &gh, &report),
            Err(problem) => Err(problem),
        }),
        Job::ChangeAccess(change) => Outcome::Saved(match session.github().await {
            Ok((gh, _)) => counted(work::change_access(&gh, &change, &mut member).await, &gh, &report),
            Err(problem) => Err(problem),
        }),
        Job::Delete { scope, prefix } => Outcome::Saved(match session.github().await {
            Ok((gh, _)) => counted(work::delete(&gh, &scope, &prefix, &mut member).await, &gh, &report),
            Err(problem) => Err(problem),
        }),
    }
}

/// Passes a result on, after telling what is left of the request budget.
fn counted<T>(result: T, gh: &github::Client, report: &Reporter) -> T {
    if let Some((remaining, limit)) = gh.budget() {
        let _ = report.send.send(Msg::Budget { remaining, limit });
    }
    result
}
