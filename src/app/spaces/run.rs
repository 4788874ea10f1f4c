//! Stopping and starting codespaces: how far each one got, and the result in words.

use crate::app::protocol::JobId;
use crate::domain::codespace::Stage;
use crate::domain::{CodespaceChange, CodespaceName, CodespaceStep};

/// Codespaces being stopped and started, and how far each got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: JobId,
    pub running: bool,
    pub changes: Vec<CodespaceChange>,
    pub steps: Vec<CodespaceStep>,
}

impl Run {
    pub fn stage(&self, name: &CodespaceName) -> Option<&Stage> {
        self.steps.iter().find(|step| step.name == *name).map(|step| &step.stage)
    }

    pub fn change(&self, name: &CodespaceName) -> Option<&CodespaceChange> {
        self.changes.iter().find(|change| change.name() == name)
    }

    pub(super) fn put(&mut self, step: CodespaceStep) {
        match self.steps.iter_mut().find(|known| known.name == step.name) {
            Some(known) => *known = step,
            None => self.steps.push(step),
        }
    }

    /// The result in one sentence, and whether everything is as wanted.
    pub fn summary(&self) -> (bool, String) {
        let is_done = |change: &&CodespaceChange| self.stage(change.name()).is_some_and(|s| change.is_done_by(s));
        let done = self.changes.iter().filter(is_done).count();
        let all = self.changes.len();
        let verb = match self.changes.first() {
            Some(CodespaceChange::Restart(_)) | None => "restarted",
            Some(CodespaceChange::Stop(_) | CodespaceChange::StopMember { .. }) => "stopped",
            Some(CodespaceChange::Start(_)) => "started",
        };
        let first = self.changes.iter().find(|change| !is_done(change));
        let Some(first) = first else {
            let text = match self.changes.as_slice() {
                [one] => format!("{} is {verb}", one.name()),
                _ => format!("{all} codespaces are {verb}"),
            };
            return (true, text);
        };
        let why = self.stage(first.name()).and_then(Stage::problem).map_or_else(
            || format!("{} was not tried", first.name()),
            |problem| format!("{}: {}", problem.what, problem.why),
        );
        (false, if all == 1 { why } else { format!("{done} of {all} codespaces are {verb}; {why}") })
    }
}

/// Words for the running writes, while no screen shows them.
pub fn doing(changes: &[CodespaceChange]) -> String {
    match changes {
        [one] => format!("{} {}", one.doing(), one.name()),
        _ => format!("{} {} codespaces", changes.first().map_or("restarting", CodespaceChange::doing), changes.len()),
    }
}
