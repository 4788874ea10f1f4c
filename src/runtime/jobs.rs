//! Carries out the jobs of the state machine: one arm per job, each calling `work/`.

use chrono::Utc;
use tokio::sync::mpsc::UnboundedSender;

use super::noting;
use super::session::Session;
use crate::app::protocol::{Job, JobId, Msg, Outcome, Part};
use crate::domain::change::{AccessBefore, AccessOutcome, Seen, Stale};
use crate::domain::{AccessChange, Draft, Partial, Prefix, Problem, Scope, Shape};
use crate::github::Client;
use crate::local::Held;
use crate::work;

/// Where a job's progress goes, and under which id.
#[derive(Clone, Debug)]
pub struct Reporter {
    pub id: JobId,
    pub send: UnboundedSender<Msg>,
}

impl Reporter {
    /// Reports a part of growing data, and how far the reading got.
    fn grown<T>(&self, growing: Partial<T>, part: impl FnOnce(T) -> Part) {
        if let Some(far) = growing.far {
            self.part(Part::Progress(far));
        }
        self.part(part(growing.value));
    }

    fn unkept(&self, noted: Result<(), Problem>) {
        if let Err(problem) = noted {
            self.part(Part::Unkept(problem));
        }
    }

    /// Reports something besides the outcome.
    fn tell(&self, problem: Option<Problem>) {
        if let Some(problem) = problem {
            let _ = self.send.send(Msg::Told(Err(problem)));
        }
    }

    fn part(&self, part: Part) {
        // Sending fails only while the program exits.
        let _ = self.send.send(Msg::Part { id: self.id, part });
    }
}

/// Carries out a job and returns its outcome. If its repository was renamed, that is reported before the outcome.
pub async fn perform(job: Job, session: Session, report: Reporter) -> Outcome {
    let name = job.repository().cloned();
    let outcome = carry_out(job, &session, &report).await;
    if let Some(name) = name
        && let Ok((gh, _)) = session.github().await
        && let Some(renamed) = work::followed(&gh, &name).await
    {
        report.unkept(noting::renamed(&session, &renamed));
        report.part(Part::Renamed(renamed));
    }
    outcome
}

async fn carry_out(job: Job, session: &Session, report: &Reporter) -> Outcome {
    match job {
        Job::SignIn => Outcome::SignIn(match session.github().await {
            Ok((gh, source)) => work::identity(&gh, source).await,
            Err(problem) => Err(problem),
        }),
        Job::Memberships => Outcome::Memberships(match session.github().await {
            Ok((gh, _)) => match work::memberships(&gh).await {
                Ok((list, Some(lacking))) => {
                    report.part(Part::Memberships(list));
                    Err(lacking)
                }
                Ok((list, None)) => Ok(list),
                Err(problem) => Err(problem),
            },
            Err(problem) => Err(problem),
        }),
        Job::LoadScope(scope) => Outcome::Listing(match session.github().await {
            Ok((gh, _)) => work::load_scope(&gh, &scope, &mut |it| report.grown(it, Part::Listing)).await,
            Err(problem) => Err(problem),
        }),
        Job::Endings => Outcome::Endings(session.endings().map(|endings| endings.read()).transpose()),
        Job::Repositories(org) => Outcome::Repositories(match session.github().await {
            Ok((gh, _)) => {
                let mut part = |it| report.grown(it, Part::Repositories);
                work::repositories(&gh, org.as_ref(), &mut part).await
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
        Job::Save(draft) => save(&draft, session, report).await.unwrap_or_else(|problem| Outcome::Saved(Err(problem))),
        Job::Delete { scope, prefix, seen } => {
            let deleted = delete((&scope, &prefix), seen.as_deref(), session, report).await;
            deleted.unwrap_or_else(|problem| Outcome::Saved(Err(problem)))
        }
        Job::ChangeAccess(change) => Outcome::AccessChanged(change_access(&change, session, report).await),
        Job::RestoreAccess(before) => Outcome::AccessChanged(restore_access(&before, session, report).await),
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
        Job::Local(local_job) => Outcome::Local(session.run(local_job).await),
        Job::Tokens => Outcome::Tokens(session.tokens().await),
        Job::UseToken(choice) => session.use_token(choice).await,
        Job::SignOut => Outcome::SignedOut(session.sign_out().await),
        Job::Device { keep } => session.device(keep, &mut |code| report.part(Part::Device(code))).await,
    }
}

/// Keeps other processes on this machine from writing the credential until the value is dropped.
async fn hold(session: &Session, report: &Reporter, (scope, name): (&Scope, &Prefix)) -> Result<Held, Problem> {
    let held = session.locks().take(scope, name).await?;
    report.tell(held.unguarded.clone());
    Ok(held)
}

/// Whether someone changed what was confirmed, checked while no other process on this machine can.
async fn overtaken(
    (gh, held): (&Client, &Held),
    (scope, shape, name): (&Scope, Shape, &Prefix),
    seen: Option<&[Seen]>,
) -> Result<Option<Stale>, Problem> {
    match seen {
        Some(seen) => work::overtaken(gh, held, scope, (shape, name), seen).await,
        None => Ok(None),
    }
}

async fn save(draft: &Draft, session: &Session, report: &Reporter) -> Result<Outcome, Problem> {
    let (gh, _) = session.github().await?;
    let held = hold(session, report, (&draft.scope, &draft.prefix)).await?;
    let place = (&draft.scope, draft.shape, &draft.prefix);
    if let Some(stale) = overtaken((&gh, &held), place, draft.seen.as_deref()).await? {
        return Ok(Outcome::Overtaken(stale));
    }
    let saved = work::save(&gh, &held, draft, &mut |one| report.part(Part::Member(one))).await;
    report.unkept(noting::saved(session, draft, &saved));
    Ok(Outcome::Saved(saved))
}

async fn delete(
    (scope, prefix): (&Scope, &Prefix),
    seen: Option<&[Seen]>,
    session: &Session,
    report: &Reporter,
) -> Result<Outcome, Problem> {
    let (gh, _) = session.github().await?;
    let held = hold(session, report, (scope, prefix)).await?;
    if let Some(stale) = overtaken((&gh, &held), (scope, Shape::Credential, prefix), seen).await? {
        return Ok(Outcome::Overtaken(stale));
    }
    let deleted = work::delete(&gh, &held, scope, prefix, &mut |one| report.part(Part::Member(one))).await;
    report.unkept(noting::deleted(session, scope, prefix, &deleted));
    report.tell(session.forget_deleted(scope, prefix, &deleted).await);
    Ok(Outcome::Saved(deleted))
}

async fn change_access(change: &AccessChange, session: &Session, report: &Reporter) -> Result<AccessOutcome, Problem> {
    let (gh, _) = session.github().await?;
    let held = hold(session, report, (&change.scope, &change.prefix)).await?;
    let outcome = work::change_access(&gh, &held, change, &mut |one| report.part(Part::Member(one))).await;
    noting::changed(session, &gh, &outcome);
    report.unkept(noting::regranted(session, &outcome));
    outcome
}

async fn restore_access(before: &AccessBefore, session: &Session, report: &Reporter) -> Result<AccessOutcome, Problem> {
    let (gh, _) = session.github().await?;
    let held = hold(session, report, (&before.scope, &before.prefix)).await?;
    let outcome = work::restore_access(&gh, &held, before, &mut |one| report.part(Part::Member(one))).await;
    noting::restored(session, &gh, before, &outcome);
    report.unkept(noting::regranted(session, &outcome));
    outcome
}
