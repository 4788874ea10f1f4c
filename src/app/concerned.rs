//! Which codespaces a write affects: those that lack what was written until they restart, and those that keep what was
//! removed until they stop. Secrets that a codespace lacks for other reasons do not count.

use super::context::Context;
use super::notices::Tone;
use super::remote::Remote;
use super::world::World;
use crate::domain::codespace::Phase;
use crate::domain::freshness::{Turn, is_same, turned};
use crate::domain::{Codespace, CodespaceList, CodespaceName, Freshness};

/// Running codespaces, by what the last write means for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concerned {
    /// They get it with a restart.
    gaining: Vec<CodespaceName>,
    /// They have it although it was removed for a while.
    having: Vec<CodespaceName>,
    /// They keep what was removed.
    keeping: Vec<CodespaceName>,
}

impl Concerned {
    /// The codespace was stopped or restarted.
    pub fn forget(&mut self, name: &CodespaceName) {
        for list in [&mut self.gaining, &mut self.having, &mut self.keeping] {
            list.retain(|known| known != name);
        }
    }
}

impl World {
    /// The message about the codespaces the last write affects; `None` if it affects none.
    pub fn affected_words(&self) -> Option<String> {
        let Concerned { gaining, having, keeping } = &self.spaces.concerned;
        let gaining = self.some_of(gaining).map(|(count, who)| match count {
            1 => format!("{who} started before this and does not have it yet: R restarts"),
            _ => format!("{who} started before this and do not have it yet: R restarts"),
        });
        let having = self.some_of(having).map(|(count, who)| match count {
            1 => format!("{who} has it already and needs no restart"),
            _ => format!("{who} have it already and need no restart"),
        });
        let keeping = self.some_of(keeping).map(|(count, who)| match count {
            1 => format!("{who} keeps it until it stops"),
            _ => format!("{who} keep it until they stop"),
        });
        let words: Vec<String> = gaining.into_iter().chain(having).chain(keeping).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// How many of these exist, and how to name them.
    fn some_of(&self, names: &[CodespaceName]) -> Option<(usize, String)> {
        let all = self.spaces.list(&CodespaceList::Mine)?.value()?;
        let these: Vec<&Codespace> = all.codespaces.iter().filter(|c| names.contains(&c.name)).collect();
        let of = these.first()?.repository_shown();
        Some(match these.as_slice() {
            [one] => (1, format!("{} (a codespace of {of})", one.shown())),
            many if many.iter().all(|c| c.repository_shown() == of) => {
                (many.len(), format!("{} codespaces of {of}", many.len()))
            }
            many => (many.len(), format!("{} codespaces", many.len())),
        })
    }
}

impl Context<'_> {
    /// Shows which codespaces the write affects, and remembers which ones need a restart.
    pub(super) fn offer_restart(&mut self) {
        let Some((scope, change)) = self.world.spaces.wanted.take() else { return };
        let all = self.world.spaces.list(&CodespaceList::Mine).and_then(Remote::value);
        let running = || {
            let all = all.into_iter().flat_map(|listed| &listed.codespaces);
            all.filter(|codespace| codespace.state.phase() == Phase::Running)
        };
        let granted = self.world.granted();
        let turn = |codespace: &Codespace| match &change {
            Some(change) => turned(change, codespace, &granted),
            None => Turn { gains: true, ..Turn::default() }, // values were written, for all codespaces that get them
        };
        let stale = |codespace: &Codespace| match self.world.freshness(&CodespaceList::Mine, codespace) {
            Freshness::Stale(since) => Some(since.scope),
            Freshness::Fresh | Freshness::NotRunning | Freshness::Unknown(_) => None,
        };
        let names = |is: &dyn Fn(&Codespace) -> bool| -> Vec<CodespaceName> {
            running().filter(|codespace| is(codespace)).map(|codespace| codespace.name.clone()).collect()
        };
        let concerned = Concerned {
            gaining: names(&|c| turn(c).gains && stale(c).is_some_and(|of| is_same(&of, &scope))),
            having: names(&|c| turn(c).has && !turn(c).gains),
            keeping: names(&|c| turn(c).loses),
        };
        let still_stale = names(&|c| stale(c).is_some());
        let spaces = &mut self.world.spaces;
        if change.is_none() || !concerned.gaining.is_empty() {
            spaces.affected.clone_from(&concerned.gaining);
        } else {
            spaces.affected.retain(|name| still_stale.contains(name));
        }
        spaces.concerned = concerned;
        if let Some(words) = self.world.affected_words() {
            self.note(Tone::Warn, words);
        }
    }
}
