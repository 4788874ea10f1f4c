//! `--keep`: what becomes of values that one wants to test again, told beside the write that succeeded.

use super::session::Session;
use super::{Exit, Failure};
use crate::domain::{Kept, Prefix, Problem, Saved, Scope, Trial};

/// What came of keeping.
#[derive(Debug)]
pub(super) enum Keeping {
    NotAsked,
    Done,
    /// Nothing is kept, or it is not known.
    Failed(Problem),
}

impl Keeping {
    pub(super) fn note(&self) -> Option<String> {
        match self {
            Self::NotAsked => None,
            Self::Done => Some("the values are kept in the system's keyring for `pullkey test`".to_owned()),
            Self::Failed(problem) => Some(format!("{}: {}; {}", problem.what, problem.why, problem.hint)),
        }
    }

    /// A write that succeeded is no longer fine if what was asked beside it was not done.
    pub(super) const fn exit(&self, exit: Exit) -> Exit {
        match (self, exit) {
            (Self::Failed(_), Exit::Fine) => Exit::World,
            (Self::NotAsked | Self::Done | Self::Failed(_), exit) => exit,
        }
    }
}

/// Refuses what cannot be kept, before anything is written.
pub(super) fn check(keep: bool, is_whole: bool) -> Result<(), Failure> {
    if keep && !is_whole {
        return Err(Failure::usage(
            "the values cannot be kept",
            "all three are needed, and GitHub does not give back those that stay",
            "give --server and --username as well, or leave out --keep",
        ));
    }
    Ok(())
}

/// Keeps what was written whole, as of the time GitHub says it was.
pub(super) async fn after_write(
    keep: bool,
    session: &Session,
    (scope, prefix): (&Scope, &Prefix),
    (saved, trial): (&Saved, Option<&Trial>),
) -> Keeping {
    let Some(trial) = trial.filter(|_| keep && saved.is_whole()) else { return Keeping::NotAsked };
    let kept = Kept::written(trial.clone(), saved.now.as_ref(), prefix);
    let entrance = match session.entrance() {
        Ok(entrance) => entrance,
        Err(failure) => return Keeping::Failed(*failure.problem),
    };
    match entrance.keeper().keep(scope, prefix, &kept).await {
        Ok(()) => Keeping::Done,
        Err(problem) => Keeping::Failed(problem),
    }
}

/// Values of a credential that was deleted are of no use any more. A keyring that is not there holds none.
pub(super) async fn forget_deleted(session: &Session, scope: &Scope, prefix: &Prefix) -> Option<String> {
    let entrance = session.entrance().ok()?;
    match entrance.keeper().forget_deleted(scope, prefix).await {
        Ok(true) => Some("its values are out of the system's keyring too".to_owned()),
        Ok(false) => None,
        Err(problem) => Some(format!("{}: {}; {}", problem.what, problem.why, problem.hint)),
    }
}
