//! Carries out local jobs. The demo reads nothing of the user's and stores nothing.

use std::path::PathBuf;

use super::session::Session;
use crate::app::local_job::{LocalJob, LocalOutcome};
use crate::domain::{Prefix, Problem, Saved, Scope};
use crate::work::{self, Keeper};

impl Session {
    pub(super) async fn run(&self, local_job: LocalJob) -> LocalOutcome {
        let dir = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let Some(keeper) = self.keeper() else { return local_job.refused(nothing_of_yours(&local_job)) };
        match local_job {
            LocalJob::Look => LocalOutcome::Found(Ok(work::look_for_sources(&self.env, &dir))),
            LocalJob::Take(source) => LocalOutcome::Taken(work::take(&self.env, &dir, &source).await),
            LocalJob::Recall { scope, prefix } => LocalOutcome::Recalled(keeper.recall(&scope, &prefix).await),
            LocalJob::Keep { scope, prefix, kept } => LocalOutcome::Kept(keeper.keep(&scope, &prefix, &kept).await),
            LocalJob::Forget { scope, prefix } => LocalOutcome::Forgotten(keeper.forget(&scope, &prefix).await),
        }
    }

    /// Forgets the stored values of a deleted credential. Returns the problem if that failed.
    pub(super) async fn forget_deleted(
        &self,
        scope: &Scope,
        prefix: &Prefix,
        deleted: &Result<Saved, Problem>,
    ) -> Option<Problem> {
        let is_gone = deleted.as_ref().is_ok_and(Saved::is_whole);
        self.keeper().filter(|_| is_gone)?.forget_deleted(scope, prefix).await.err()
    }

    fn keeper(&self) -> Option<Keeper> {
        self.entrance.as_ref().map(work::Entrance::keeper)
    }
}

fn nothing_of_yours(local_job: &LocalJob) -> Problem {
    let (what, why) = match local_job {
        LocalJob::Look | LocalJob::Take(_) => ("this machine was not searched", "the demo reads nothing of yours"),
        LocalJob::Recall { .. } | LocalJob::Keep { .. } | LocalJob::Forget { .. } => {
            ("no values are stored for re-testing", "the demo uses no keyring")
        }
    };
    Problem::new(what, why, "leave the demo and start pullkey to use what is on this machine")
}
