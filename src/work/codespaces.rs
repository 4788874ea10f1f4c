//! The codespaces: which there are, and stopping and starting them.

use crate::domain::codespace::Stage;
use crate::domain::{Codespace, CodespaceChange, CodespaceList, CodespaceName, CodespaceStep, Problem};
use crate::github::Client;

/// Lists codespaces; `part` hears of the growing list. Says whether these are all.
pub async fn codespaces(
    _gh: &Client,
    _which: &CodespaceList,
    _part: &mut (dyn FnMut(Vec<Codespace>) + Send),
) -> Result<(Vec<Codespace>, bool), Problem> {
    Err(unfinished())
}

/// Stops and starts codespaces, one after the other; `part` hears of each stage.
pub async fn change_codespaces(
    _gh: &Client,
    changes: &[CodespaceChange],
    _part: &mut (dyn FnMut(CodespaceStep) + Send),
) -> Vec<CodespaceStep> {
    not_tried(changes, &unfinished())
}

/// The report of changes that were not even begun.
pub fn not_tried(changes: &[CodespaceChange], problem: &Problem) -> Vec<CodespaceStep> {
    let step =
        |change: &CodespaceChange| CodespaceStep { name: name(change).clone(), stage: Stage::Failed(problem.clone()) };
    changes.iter().map(step).collect()
}

const fn name(change: &CodespaceChange) -> &CodespaceName {
    match change {
        CodespaceChange::Restart(name)
        | CodespaceChange::Stop(name)
        | CodespaceChange::Start(name)
        | CodespaceChange::StopMember { name, .. } => name,
    }
}

fn unfinished() -> Problem {
    Problem::new("the codespaces could not be read", "this version does not do it yet", "use `gh codespace list`")
}
