//! Choosing repositories: a filter over a list, and the chosen repositories by id.
//!
//! It keeps which rows match, so that a key examines each name once and a frame only the visible rows. It never copies
//! the list.

mod shelf;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::shelf::Shelf;
use super::action::{Action, AvailableAction};
use super::context::{AvailableActions, Context};
use super::filter::wanted;
use super::form::{field_key, say_refusal};
use super::keymap::KeyPress;
use super::notices::Tone;
use super::remote::Remote;
use super::repositories::Catalogue;
use crate::domain::touch::{Held, Touch};
use crate::domain::{Renamed, RepoRef, Sensitive};
use crate::ui::{TextField, TrailingLineEnd};

/// One row: a repository, and whether it is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub repository: RepoRef,
    pub chosen: bool,
    /// Whether only some of several credentials have it.
    pub partly: bool,
    /// GitHub's visibility; empty if the repository was not among those read.
    pub visibility: String,
    pub archived: bool,
}

#[derive(Clone, Debug)]
pub struct Picker {
    pub filter: TextField,
    /// Whether the filter has the focus.
    pub filtering: bool,
    pub cursor: usize,
    pub chosen: BTreeMap<u64, RepoRef>,
    /// What was changed, when choosing for several credentials. `chosen` then holds what any of them would have.
    pub touch: Option<Touch>,
    /// Whether only chosen repositories are listed.
    pub only_chosen: bool,
    /// The repository the cursor was placed on: the cursor stays on it while others arrive.
    held: Option<u64>,
    shelf: Shelf,
    /// Rows that are not on the shelf, or all of them if only chosen ones are listed.
    apart: Vec<RepoRef>,
}

impl Default for Picker {
    fn default() -> Self {
        Self {
            filter: TextField::plain(""),
            filtering: false,
            cursor: 0,
            chosen: BTreeMap::new(),
            touch: None,
            only_chosen: false,
            held: None,
            shelf: Shelf::default(),
            apart: Vec::new(),
        }
    }
}

impl Picker {
    pub fn with(chosen: impl IntoIterator<Item = RepoRef>) -> Self {
        let mut picker = Self { chosen: chosen.into_iter().map(|r| (r.id, r)).collect(), ..Self::default() };
        picker.learn(None);
        picker
    }

    /// For several credentials, without changes.
    pub fn touching(touch: Touch) -> Self {
        let mut picker = Self { chosen: touch.marked(), touch: Some(touch), ..Self::default() };
        picker.learn(None);
        picker
    }

    /// Takes newly read repositories, and what was typed and chosen since. Called after every message; almost free if
    /// nothing changed.
    pub fn learn(&mut self, catalogue: Option<&Remote<Catalogue>>) {
        let known = catalogue.and_then(Remote::value).map(|catalogue| &catalogue.repositories);
        let has_grown = self.shelf.stock(known);
        self.shelf.look_for(wanted(&self.filter));
        let is_apart = |r: &&RepoRef| (self.only_chosen || !self.shelf.has(r.id)) && self.shelf.is_match(&r.full_name);
        self.apart = self.chosen.values().filter(is_apart).cloned().collect();
        if has_grown && let Some(held) = self.held {
            self.cursor = self.place_of(held).unwrap_or(self.cursor);
        }
    }

    /// How many rows match.
    pub fn len(&self) -> usize {
        self.apart.len() + if self.only_chosen { 0 } else { self.shelf.len() }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One of the matching rows: first the chosen ones that were not read, then the catalogue in its order.
    pub fn row(&self, index: usize) -> Option<Row> {
        let apart = self.apart.get(index);
        let known = match apart {
            Some(apart) => self.shelf.get(apart.id),
            None if self.only_chosen => None,
            None => self.shelf.hit(index - self.apart.len()),
        };
        let Some(known) = known else {
            let stranger = |repository: RepoRef| {
                let partly = self.is_partly(repository.id);
                Row { repository, chosen: true, partly, visibility: String::new(), archived: false }
            };
            return apart.cloned().map(stranger);
        };
        Some(Row {
            repository: RepoRef { id: known.id, full_name: known.full_name.clone() },
            chosen: self.chosen.contains_key(&known.id),
            partly: self.is_partly(known.id),
            visibility: known.visibility.clone(),
            archived: known.archived,
        })
    }

    fn is_partly(&self, id: u64) -> bool {
        self.touch.as_ref().is_some_and(|touch| touch.mark(id) == Held::Some)
    }

    pub fn rows(&self) -> impl Iterator<Item = Row> {
        (0..self.len()).filter_map(|index| self.row(index))
    }

    fn id_at(&self, index: usize) -> Option<u64> {
        match self.apart.get(index) {
            Some(apart) => Some(apart.id),
            None if self.only_chosen => None,
            None => self.shelf.hit(index - self.apart.len()).map(|known| known.id),
        }
    }

    fn place_of(&self, id: u64) -> Option<usize> {
        (0..self.len()).find(|index| self.id_at(*index) == Some(id))
    }

    /// The row under the cursor.
    pub fn selected(&self) -> usize {
        self.cursor.min(self.len().saturating_sub(1))
    }

    /// Which characters of a name match the filter, counted from the first.
    pub fn found_in(&self, name: &str) -> Vec<u32> {
        self.shelf.found_in(name)
    }

    pub fn chosen(&self) -> Vec<RepoRef> {
        self.chosen.values().cloned().collect()
    }

    /// A repository was renamed; it stays chosen.
    pub fn renamed(&mut self, renamed: &Renamed) {
        self.chosen.values_mut().for_each(|chosen| renamed.reference(chosen));
        if let Some(touch) = &mut self.touch {
            touch.renamed(renamed);
        }
    }

    pub fn choose(&mut self, repository: RepoRef) {
        self.chosen.insert(repository.id, repository);
    }

    fn toggle(&mut self, row: Row) {
        if let Some(touch) = &mut self.touch {
            touch.toggle(row.repository);
            self.chosen = touch.marked();
            return;
        }
        if self.chosen.remove(&row.repository.id).is_none() {
            self.choose(row.repository);
        }
    }

    /// Chooses all that match, or clears them if all are chosen; the others stay as they are.
    fn toggle_all(&mut self) {
        if self.touch.is_some() {
            return self.touch_all();
        }
        let ids: Vec<u64> = (0..self.len()).filter_map(|index| self.id_at(index)).collect();
        if ids.iter().all(|id| self.chosen.contains_key(id)) {
            for id in ids {
                self.chosen.remove(&id);
            }
            return;
        }
        for known in ids.into_iter().filter_map(|id| self.shelf.get(id)) {
            let repository = || RepoRef { id: known.id, full_name: known.full_name.clone() };
            self.chosen.entry(known.id).or_insert_with(repository);
        }
    }

    /// Adds all that match to every credential, or removes them from every one if all of them have all.
    fn touch_all(&mut self) {
        let rows: Vec<RepoRef> = self.rows().map(|row| row.repository).collect();
        let Some(touch) = &mut self.touch else { return };
        let wanted = !rows.iter().all(|repository| touch.mark(repository.id) == Held::All);
        for repository in rows {
            touch.set(repository, Some(wanted));
        }
        self.chosen = touch.marked();
    }

    /// Handles the list's own actions; returns whether it was one.
    pub fn act(&mut self, action: Action) -> bool {
        let last = self.len().saturating_sub(1);
        self.cursor = self.cursor.min(last);
        match action {
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::PageUp => self.cursor = self.cursor.saturating_sub(10),
            Action::PageDown => self.cursor = (self.cursor + 10).min(last),
            Action::Top => self.cursor = 0,
            Action::Bottom => self.cursor = last,
            Action::Toggle => {
                if let Some(row) = self.row(self.cursor) {
                    self.toggle(row);
                }
            }
            Action::SelectAll => self.toggle_all(),
            Action::Next | Action::Previous => {
                self.only_chosen = !self.only_chosen;
                self.cursor = 0;
            }
            Action::Filter => self.filtering = true,
            _ => return false, // not an action of a list
        }
        self.held = self.id_at(self.cursor);
        true
    }

    /// A click on a row.
    pub fn point(&mut self, row: usize) {
        self.cursor = row.min(self.len().saturating_sub(1));
        self.act(Action::Toggle);
    }

    /// Leaves the filter, or clears it if it was left already; returns whether there was something to leave.
    pub fn back(&mut self) -> bool {
        if self.filtering {
            self.filtering = false;
            return true;
        }
        let had_text = !self.filter.is_empty();
        self.filter = TextField::plain("");
        had_text || std::mem::take(&mut self.only_chosen)
    }

    pub fn text_key(&mut self, key: KeyPress, cx: &mut Context<'_>) -> bool {
        let Some(key) = field_key(key).filter(|_| self.filtering) else { return false };
        say_refusal(self.filter.key(key), cx);
        self.return_to_top();
        true
    }

    /// Pastes into the filter, which must be visible: with a `listless` reason it is not.
    pub fn paste(&mut self, text: &Sensitive, listless: Option<&'static str>, cx: &mut Context<'_>) {
        if let Some(why) = listless {
            return cx.note(Tone::Info, format!("there is no text field here to paste into: {why}"));
        }
        self.filtering = true;
        say_refusal(self.filter.paste(text, TrailingLineEnd::DropOne), cx);
        self.return_to_top();
    }

    const fn return_to_top(&mut self) {
        (self.cursor, self.held) = (0, None);
    }

    /// What the list offers: choosing one, choosing all that match, listing only the chosen ones.
    pub fn offers(&self, listless: Option<&'static str>) -> [AvailableAction; 5] {
        let none_chosen = (!self.only_chosen && self.chosen.is_empty()).then_some("nothing is chosen");
        let rowless = listless.or_else(|| self.is_empty().then_some(NO_ROWS));
        let turn = if self.only_chosen { "show all" } else { "only chosen" };
        [
            AvailableAction::new(Action::Toggle).unless(rowless),
            AvailableAction::new(Action::Filter).unless(listless),
            AvailableAction::new(Action::SelectAll).unless(rowless),
            AvailableAction::called(Action::Next, turn).unless(listless.or(none_chosen)),
            AvailableAction::called(Action::Previous, turn).unless(listless.or(none_chosen)),
        ]
    }
}

/// Why nothing can be chosen from an empty list.
const NO_ROWS: &str = "no repository is in the list";

/// What a screen offers while the list's filter has the focus.
pub fn filtering() -> AvailableActions {
    let offers = vec![
        AvailableAction::called(Action::Activate, "to the list"),
        AvailableAction::called(Action::Back, "to the list"),
        AvailableAction::new(Action::Up),
        AvailableAction::new(Action::Down),
    ];
    AvailableActions { offers, typing: true }
}
