//! Several writes, one after another, each with its own line. A failed write does not stop the others; a retry repeats
//! only what is not done.

use super::context::Context;
use super::protocol::{JobId, Outcome, Part};
use super::writing::{Change, Writing};
use crate::domain::{Mend, Renamed};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    items: Vec<Item>,
}

/// One write of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Not started yet.
    Waiting(Change),
    /// To be retried.
    Again(Writing),
    Begun(Writing),
}

impl Item {
    pub const fn change(&self) -> &Change {
        match self {
            Self::Waiting(change) => change,
            Self::Again(writing) | Self::Begun(writing) => writing.change(),
        }
    }

    pub const fn writing(&self) -> Option<&Writing> {
        match self {
            Self::Waiting(_) => None,
            Self::Again(writing) | Self::Begun(writing) => Some(writing),
        }
    }

    fn is_due(&self) -> bool {
        matches!(self, Self::Waiting(_) | Self::Again(_))
    }
}

impl Series {
    pub fn start(changes: Vec<Change>, cx: &mut Context<'_>) -> Self {
        let mut series = Self { items: changes.into_iter().map(Item::Waiting).collect() };
        series.go_on(cx);
        series
    }

    pub fn renamed(&mut self, renamed: &Renamed) {
        for item in &mut self.items {
            match item {
                Item::Waiting(change) => change.renamed(renamed),
                Item::Again(writing) | Item::Begun(writing) => writing.renamed(renamed),
            }
        }
    }

    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The write, if there is only one.
    pub fn only(&self) -> Option<&Writing> {
        self.items.first().filter(|_| self.items.len() == 1).and_then(Item::writing)
    }

    fn current(&mut self) -> Option<&mut Writing> {
        self.items.iter_mut().find_map(|item| match item {
            Item::Begun(writing) if writing.is_running() => Some(writing),
            Item::Waiting(_) | Item::Again(_) | Item::Begun(_) => None,
        })
    }

    /// Starts the next write unless one is running.
    fn go_on(&mut self, cx: &mut Context<'_>) {
        if self.current().is_some() {
            return;
        }
        if let Some(item) = self.items.iter_mut().find(|item| item.is_due()) {
            let writing = match item {
                Item::Waiting(change) => Writing::start(change.clone(), cx),
                Item::Again(writing) | Item::Begun(writing) => {
                    writing.retry(cx);
                    writing.clone()
                }
            };
            *item = Item::Begun(writing);
        }
    }

    pub fn is_running(&self) -> bool {
        self.items.iter().any(|item| item.is_due() || item.writing().is_some_and(Writing::is_running))
    }

    /// Whether every write ended with every member as wanted.
    pub fn is_whole(&self) -> bool {
        self.items.iter().all(|item| matches!(item, Item::Begun(writing) if writing.is_whole()))
    }

    /// Whether something is left to retry.
    pub fn has_rest(&self) -> bool {
        !self.is_running() && self.items.iter().filter_map(Item::writing).any(Writing::has_rest)
    }

    /// How many writes were not started.
    pub fn waiting(&self) -> usize {
        self.items.iter().filter(|item| item.is_due()).count()
    }

    /// What someone else changed before the only write could.
    pub fn overtaken(&self) -> Option<&[String]> {
        self.only().and_then(Writing::overtaken)
    }

    /// The fix for the first problem.
    pub fn remedy(&self) -> Option<&Mend> {
        self.items.iter().filter_map(Item::writing).find_map(Writing::remedy)
    }

    pub fn is_mine(&self, id: JobId) -> bool {
        self.items.iter().filter_map(Item::writing).any(|writing| writing.is_mine(id))
    }

    pub fn part(&mut self, part: Part) {
        if let Some(writing) = self.current() {
            writing.part(part);
        }
    }

    pub fn finished(&mut self, outcome: Outcome, cx: &mut Context<'_>) {
        if let Some(writing) = self.current() {
            writing.finished(outcome, cx);
        }
        self.go_on(cx);
    }

    /// Retries what is left.
    pub fn retry(&mut self, cx: &mut Context<'_>) {
        for item in &mut self.items {
            if let Item::Begun(writing) = item
                && writing.has_rest()
            {
                *item = Item::Again(writing.clone());
            }
        }
        self.go_on(cx);
    }
}
