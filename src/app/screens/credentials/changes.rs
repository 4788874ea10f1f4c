//! Marks credentials and opens the screens that change them. Nothing here writes: each of them asks first.

use super::rows::Row;
use super::state::State;
use crate::app::action::Action;
use crate::app::context::{Context, Navigation};
use crate::app::history::Done;
use crate::app::notices::Tone;
use crate::app::screens::{Screen, access, confirm, wizard};
use crate::app::world::World;
use crate::domain::{Credential, Prefix, Scope};

pub(super) const OWN_REPOSITORY: &str = "a repository's own credential is for that repository only";

impl State {
    /// The selected credential, with its scope.
    pub(super) fn here(&self, world: &World) -> Option<(Scope, Credential)> {
        match self.selected(world)? {
            Row::Credential(scope, prefix) => {
                let credential = world.listing(&scope)?.credential(&prefix)?.clone();
                Some((scope, credential))
            }
            _ => None, // only credential rows have one
        }
    }

    /// The marked credentials that still exist.
    pub fn marked(&self, world: &World) -> Vec<(Scope, Credential)> {
        let there = |(scope, prefix): &(Scope, Prefix)| {
            Some((scope.clone(), world.listing(scope)?.credential(prefix)?.clone()))
        };
        self.marked.iter().filter_map(there).collect()
    }

    pub fn is_marked(&self, scope: &Scope, prefix: &Prefix) -> bool {
        !self.marked.is_empty() && self.marked.contains(&(scope.clone(), prefix.clone()))
    }

    /// What a change applies to: the marked credentials, else the selected one.
    fn targets(&self, world: &World) -> Vec<(Scope, Credential)> {
        let marked = self.marked(world);
        if marked.is_empty() { self.here(world).into_iter().collect() } else { marked }
    }

    pub(super) fn mark(&mut self, action: Action, world: &World) {
        let ids: Vec<(Scope, Prefix)> = if action == Action::Toggle {
            self.here(world).map(|(scope, credential)| (scope, credential.prefix)).into_iter().collect()
        } else {
            let of_row = |row| match row {
                Row::Credential(scope, prefix) => Some((scope, prefix)),
                _ => None, // only credentials are marked
            };
            self.rows(world).into_iter().filter_map(of_row).collect()
        };
        let all = ids.iter().all(|id| self.marked.contains(id));
        for id in ids {
            if all {
                self.marked.remove(&id);
            } else {
                self.marked.insert(id);
            }
        }
    }

    /// Opens the screen for a change; all of them ask before they write.
    pub(super) fn change(&self, action: Action, cx: &mut Context<'_>) -> Navigation {
        let mut targets = self.targets(cx.world);
        let screen = match action {
            Action::Delete if !targets.is_empty() => confirm::ask_to_delete(&targets),
            Action::Access => {
                let all = targets.len();
                targets.retain(|(scope, _)| !matches!(scope, Scope::Repository(_)));
                if targets.len() < all {
                    let text = format!("{} left out: {OWN_REPOSITORY}", all - targets.len());
                    cx.note(Tone::Info, text);
                }
                Screen::Access(Box::new(access::State::of_many(targets, cx)))
            }
            Action::Mend => match self.here(cx.world).map(|(scope, c)| confirm::ask_to_repair(&scope, &c)) {
                Some(Ok(screen)) => screen,
                Some(Err(_)) | None => return Navigation::Stay, // not offered there
            },
            Action::Undo => match cx.world.undoable().and_then(Done::before).cloned() {
                Some(before) => confirm::ask_to_undo(&before, cx.world),
                None => return Navigation::Stay, // not offered then
            },
            Action::Rotate => match self.here(cx.world) {
                Some((scope, credential)) => Screen::Wizard(Box::new(wizard::State::rotating(scope, &credential, cx))),
                None => return Navigation::Stay, // not offered there
            },
            _ => return Navigation::Stay, // no change
        };
        Navigation::Push(screen)
    }
}
