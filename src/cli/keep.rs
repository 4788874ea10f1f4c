//! `--store`: stores written values for later tests, and reports the result together with the write.

use super::session::Session;
use super::{Exit, Failure};
use crate::domain::{Kept, Prefix, Problem, Saved, Scope, Trial};

/// The result of storing the values.
#[derive(Debug)]
pub(super) enum Keeping {
    NotAsked,
    Done,
    /// Nothing was stored, or it is unknown whether it was.
    Failed(Problem),
}

impl Keeping {
    pub(super) fn note(&self) -> Option<String> {
        match self {
            Self::NotAsked => None,
            Self::Done => Some("the values are stored in the system keyring for `pullkey test`".to_owned()),
            Self::Failed(problem) => Some(format!("{}: {}; {}", problem.what, problem.why, problem.hint)),
        }
    }

    /// A successful write still exits with 3 if storing the values was requested and failed.
    pub(super) const fn exit(&self, exit: Exit) -> Exit {
        match (self, exit) {
            (Self::Failed(_), Exit::Fine) => Exit::World,
            (Self::NotAsked | Self::Done | Self::Failed(_), exit) => exit,
        }
    }
}

/// Refuses values that cannot be stored, before anything is written.
pub(super) fn check(keep: bool, is_whole: bool) -> Result<(), Failure> {
    if keep && !is_whole {
        return Err(Failure::usage(
            "the values cannot be stored",
            "all three are needed, and GitHub does not return those that you do not give",
            "give --server and --username as well, or leave out --store",
        ));
    }
    Ok(())
}

/// Stores the values if all were written, with the time that GitHub reports for the write.
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

/// Removes the stored values of a deleted credential. Without a keyring there are none.
pub(super) async fn forget_deleted(session: &Session, scope: &Scope, prefix: &Prefix) -> Option<String> {
    let entrance = session.entrance().ok()?;
    match entrance.keeper().forget_deleted(scope, prefix).await {
        Ok(true) => Some("its values were removed from the system keyring too".to_owned()),
        Ok(false) => None,
        Err(problem) => Some(format!("{}: {}; {}", problem.what, problem.why, problem.hint)),
    }
}
