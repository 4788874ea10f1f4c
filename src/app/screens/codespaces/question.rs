//! The question before codespaces are stopped or restarted: which ones, what that ends and what it keeps.

use crate::app::buttons::Buttons;
use crate::app::scroll::Scroll;
use crate::domain::codespace::Phase;
use crate::domain::{Codespace, CodespaceChange, CodespaceList};

/// A question with two choices, the harmless one in focus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub changes: Vec<CodespaceChange>,
    pub title: String,
    /// What will happen, line by line; `true` marks a warning.
    pub body: Vec<(bool, String)>,
    pub button: &'static str,
    pub buttons: Buttons,
    pub scroll: Scroll,
}

/// Why a codespace cannot be restarted now, phrased to follow its name; `None` if it can.
pub fn no_restart(which: &CodespaceList, codespace: &Codespace) -> Option<String> {
    if matches!(which, CodespaceList::Org(_)) {
        return Some("belongs to a member: only its owner can start it again; Z stops it".to_owned());
    }
    if codespace.state.phase() == Phase::Stopped {
        return Some("is not running: its next start gets the new variables".to_owned());
    }
    no_stop(codespace)
}

/// The same for stopping.
pub fn no_stop(codespace: &Codespace) -> Option<String> {
    if codespace.pending {
        return Some("is busy: GitHub is working on it".to_owned());
    }
    match codespace.state.phase() {
        Phase::Running | Phase::Unclear => None,
        Phase::Stopped => Some("is not running".to_owned()),
        Phase::Stopping | Phase::Starting | Phase::Busy | Phase::Broken | Phase::Gone => {
            Some(codespace.state.sentence())
        }
    }
}

impl Question {
    /// Asks about those that can be restarted and names those that cannot; `None` if none can.
    pub fn restart(which: &CodespaceList, codespaces: &[&Codespace]) -> Option<Self> {
        let change = |codespace: &Codespace| CodespaceChange::Restart(codespace.name.clone());
        let mut question = Self::of("Restart", "Restart", codespaces, &|c| no_restart(which, c), &change)?;
        question
            .body
            .push((false, "they get their new variables; an image that failed to pull needs a rebuild".to_owned()));
        Some(question)
    }

    pub fn stop(which: &CodespaceList, codespaces: &[&Codespace]) -> Option<Self> {
        let change = |codespace: &Codespace| match which {
            CodespaceList::Org(org) => CodespaceChange::StopMember {
                org: org.clone(),
                member: codespace.owner.clone(),
                name: codespace.name.clone(),
            },
            CodespaceList::Mine | CodespaceList::MineIn(_) => CodespaceChange::Stop(codespace.name.clone()),
        };
        let mut question = Self::of("Stop", "Stop", codespaces, &no_stop, &change)?;
        let text = match which {
            CodespaceList::Org(_) => "only their owners can start them again",
            CodespaceList::Mine | CodespaceList::MineIn(_) => "their next start gets the newest variables",
        };
        question.body.push((false, text.to_owned()));
        Some(question)
    }

    fn of(
        verb: &str,
        button: &'static str,
        codespaces: &[&Codespace],
        why_not: &dyn Fn(&Codespace) -> Option<String>,
        change: &dyn Fn(&Codespace) -> CodespaceChange,
    ) -> Option<Self> {
        let (out, kept): (Vec<&Codespace>, Vec<&Codespace>) = codespaces.iter().partition(|c| why_not(c).is_some());
        let title = match kept.as_slice() {
            [] => return None,
            [one] => format!("{verb} {}", one.shown()),
            many => format!("{verb} {} codespaces", many.len()),
        };
        let mut body = Vec::new();
        for codespace in &kept {
            body.push((false, format!("{} of {}", codespace.shown(), codespace.repository_shown())));
            if let Some(work) = codespace.git.work() {
                body.push((true, format!("{} has {work} changes", codespace.shown())));
            }
        }
        let has_work = kept.iter().any(|c| c.git.work().is_some());
        body.push((has_work, "stopping keeps files but ends running processes".to_owned()));
        for codespace in out {
            let why = why_not(codespace).unwrap_or_default();
            body.push((false, format!("left out: {} {why}", codespace.shown())));
        }
        let changes = kept.into_iter().map(change).collect();
        Some(Self { changes, title, body, button, buttons: Buttons::default(), scroll: Scroll::default() })
    }
}
