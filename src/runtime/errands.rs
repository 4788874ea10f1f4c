//! Errands on this machine, carried out. The demo looks at nothing of the user's and keeps nothing.

use std::path::PathBuf;

use super::session::Session;
use crate::app::errand::{Brought, Errand};
use crate::domain::{Prefix, Problem, Saved, Scope};
use crate::work::{self, Keeper};

impl Session {
    pub(super) async fn run(&self, errand: Errand) -> Brought {
        let dir = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let keeper = self.keeper();
        match errand {
            Errand::Look if keeper.is_none() => Brought::Found(work::no_sources()),
            Errand::Look => Brought::Found(work::look_for_sources(&self.env, &dir)),
            Errand::Take(_) if keeper.is_none() => Brought::Taken(Err(nothing_of_yours())),
            Errand::Take(source) => Brought::Taken(work::take(&self.env, &dir, &source).await),
            Errand::Recall { scope, prefix } => Brought::Recalled(match keeper {
                Some(keeper) => keeper.recall(&scope, &prefix).await,
                None => Ok(None),
            }),
            Errand::Keep { scope, prefix, kept } => Brought::Kept(match keeper {
                Some(keeper) => keeper.keep(&scope, &prefix, &kept).await,
                None => Err(nothing_of_yours()),
            }),
            Errand::Forget { scope, prefix } => Brought::Forgotten(match keeper {
                Some(keeper) => keeper.forget(&scope, &prefix).await,
                None => Ok(false),
            }),
        }
    }

    /// Values of a credential that was deleted are of no use any more; says what stood in the way.
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

fn nothing_of_yours() -> Problem {
    Problem::new(
        "nothing was kept or taken",
        "the demo uses neither your keyring nor your files",
        "leave the demo and start pullkey to use them",
    )
}
