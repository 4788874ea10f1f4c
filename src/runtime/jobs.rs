//! One arm per job, each into `work/`: what the state machine asks for, done.

use chrono::Utc;
use tokio::sync::mpsc::UnboundedSender;

use super::noting;
use super::session::Session;
use crate::app::protocol::{Job, JobId, Msg, Outcome, Part};
use crate::domain::{Growing, MemberReport, Problem};
use crate::work;

/// Where a job's parts go, and under which id.
#[derive(Clone, Debug)]
pub struct Reporter {
    pub id: JobId,
    pub send: UnboundedSender<Msg>,
}

impl Reporter {
    /// A part of something that grows, and how far that got.
    fn grown<T>(&self, growing: Growing<T>, part: impl FnOnce(T) -> Part) {
        if let Some(far) = growing.far {
            self.part(Part::Far(far));
        }
        self.part(part(growing.value));
    }

    /// Something that should be known beside the outcome.
    fn tell(&self, problem: Option<Problem>) {
        if let Some(problem) = problem {
            let _ = self.send.send(Msg::Told(Err(problem)));
        }
    }

    fn part(&self, part: Part) {
        // Nobody listens any more only when the program is leaving.
        let _ = self.send.send(Msg::Part { id: self.id, part });
    }
}

/// Carries a job out and says how it ended. If its repository has another name now, that is told before the end.
pub async fn perform(job: Job, session: Session, report: Reporter) -> Outcome {
    let name = job.repository().cloned();
    let outcome = carry_out(job, &session, &report).await;
    if let Some(name) = name
        && let Ok((gh, _)) = session.github().await
        && let Some(renamed) = work::followed(&gh, &name).await
    {
        report.part(Part::Renamed(renamed));
    }
    outcome
}

async fn carry_out(job: Job, session: &Session, report: &Reporter) -> Outcome {
    let mut member = |one: MemberReport| report.part(Part::Member(one));
    match job {
        Job::SignIn => Outcome::SignIn(match session.github().await {
            Ok((gh, source)) => work::identity(&gh, source).await,
            Err(problem) => Err(problem),
        }),
        Job::Memberships => Outcome::Memberships(match session.github().await {
            Ok((gh, _)) => work::memberships(&gh).await,
            Err(problem) => Err(problem),
        }),
        Job::LoadScope(scope) => Outcome::Listing(match session.github().await {
            Ok((gh, _)) => work::load_scope(&gh, &scope, &mut |it| report.grown(it, Part::Listing)).await,
            Err(problem) => Err(problem),
        }),
        Job::Repositories(org) => Outcome::Repositories(match session.github().await {
            Ok((gh, _)) => {
                let mut part = |it| report.grown(it, Part::Repositories);
                work::repositories(&gh, org.as_ref(), &mut part).await.map(|found| (found.list, found.complete))
            }
            Err(problem) => Err(problem),
        }),
        Job::Repository(name) => Outcome::Repository(match session.github().await {
            Ok((gh, _)) => work::repository(&gh, &name).await,
            Err(problem) => Err(problem),
        }),
        Job::Test { trial, with } => {
            let mut part = |step| report.part(Part::Step(step));
            Outcome::Tested(work::test(&session.clients(), &trial, with, Utc::now(), &mut part).await)
        }
        Job::Save(draft) => Outcome::Saved(match session.github().await {
            Ok((gh, _)) => work::save(&gh, &draft, &mut member).await,
            Err(problem) => Err(problem),
        }),
        Job::ChangeAccess(change) => Outcome::AccessChanged(match session.github().await {
            Ok((gh, _)) => {
                let outcome = work::change_access(&gh, &change, &mut member).await;
                noting::changed(session, &gh, &outcome);
                outcome
            }
            Err(problem) => Err(problem),
        }),
        Job::RestoreAccess(before) => Outcome::AccessChanged(match session.github().await {
            Ok((gh, _)) => {
                let outcome = work::restore_access(&gh, &before, &mut member).await;
                noting::restored(session, &gh, &before, &outcome);
                outcome
            }
            Err(problem) => Err(problem),
        }),
        Job::Delete { scope, prefix } => Outcome::Saved(match session.github().await {
            Ok((gh, _)) => {
                let deleted = work::delete(&gh, &scope, &prefix, &mut member).await;
                report.tell(session.forget_deleted(&scope, &prefix, &deleted).await);
                deleted
            }
            Err(problem) => Err(problem),
        }),
        Job::Codespaces(which) => Outcome::Codespaces(match session.github().await {
            Ok((gh, _)) => work::codespaces(&gh, &which, &mut |it| report.grown(it, Part::Codespaces)).await,
            Err(problem) => Err(problem),
        }),
        Job::ChangeCodespaces(changes) => Outcome::CodespacesChanged(match session.github().await {
            Ok((gh, _)) => work::change_codespaces(&gh, &changes, &mut |step| report.part(Part::Codespace(step))).await,
            Err(problem) => work::not_tried(&changes, &problem),
        }),
        Job::Seamless { host, repository } => Outcome::Seamless(match session.github().await {
            Ok((gh, _)) => work::seamless_packages(&gh, &host, &repository).await,
            Err(problem) => Err(problem),
        }),
        Job::Errand(errand) => Outcome::Errand(session.run(errand).await),
        Job::Tokens => Outcome::Tokens(session.tokens().await),
        Job::UseToken(choice) => session.use_token(choice).await,
        Job::SignOut => Outcome::SignedOut(session.sign_out().await),
        Job::Device { keep } => session.device(keep, &mut |code| report.part(Part::Device(code))).await,
    }
}
