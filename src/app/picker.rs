//! Choosing repositories: a filter over a list, and what is chosen, kept by id.

use std::collections::BTreeMap;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::action::{Action, Offer};
use super::cx::{Cx, Facade};
use super::form::{field_key, say_refusal};
use super::keymap::KeyPress;
use super::remote::Remote;
use super::world::Catalogue;
use crate::domain::{RepoRef, Repository, Sensitive};
use crate::ui::{TextField, TrailingLineEnd};

/// One row: a repository, and whether it is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub repository: RepoRef,
    pub chosen: bool,
    /// GitHub's visibility; empty where the repository is not among those that were read.
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
}

impl Default for Picker {
    fn default() -> Self {
        Self { filter: TextField::plain(""), filtering: false, cursor: 0, chosen: BTreeMap::new() }
    }
}

impl Picker {
    pub fn with(chosen: impl IntoIterator<Item = RepoRef>) -> Self {
        Self { chosen: chosen.into_iter().map(|r| (r.id, r)).collect(), ..Self::default() }
    }

    /// The rows that match the filter: chosen ones that were not read first, then the catalogue in its order, or by
    /// how well they match.
    pub fn rows(&self, catalogue: Option<&Remote<Catalogue>>) -> Vec<Row> {
        let known: &[Repository] = catalogue.and_then(Remote::value).map_or(&[], |c| &c.repositories);
        let strangers = self.chosen.values().filter(|r| !known.iter().any(|k| k.id == r.id)).map(|r| Row {
            repository: r.clone(),
            chosen: true,
            visibility: String::new(),
            archived: false,
        });
        let rows = strangers.chain(known.iter().map(|k| Row {
            repository: RepoRef { id: k.id, full_name: k.full_name.clone() },
            chosen: self.chosen.contains_key(&k.id),
            visibility: k.visibility.clone(),
            archived: k.archived,
        }));
        let wanted = self.filter.text().unwrap_or_default();
        if wanted.trim().is_empty() { rows.collect() } else { best(wanted, rows) }
    }

    pub fn chosen(&self) -> Vec<RepoRef> {
        self.chosen.values().cloned().collect()
    }

    pub fn choose(&mut self, repository: RepoRef) {
        self.chosen.insert(repository.id, repository);
    }

    fn toggle(&mut self, row: &Row) {
        if self.chosen.remove(&row.repository.id).is_none() {
            self.choose(row.repository.clone());
        }
    }

    /// The list's own actions; says whether it was one.
    pub fn act(&mut self, action: Action, catalogue: Option<&Remote<Catalogue>>) -> bool {
        let rows = self.rows(catalogue);
        let last = rows.len().saturating_sub(1);
        self.cursor = self.cursor.min(last);
        match action {
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::PageUp => self.cursor = self.cursor.saturating_sub(10),
            Action::PageDown => self.cursor = (self.cursor + 10).min(last),
            Action::Top => self.cursor = 0,
            Action::Bottom => self.cursor = last,
            Action::Toggle => {
                if let Some(row) = rows.get(self.cursor) {
                    self.toggle(row);
                }
            }
            Action::SelectAll => {
                let all = rows.iter().all(|row| row.chosen);
                for row in rows.iter().filter(|row| row.chosen == all) {
                    self.toggle(row);
                }
            }
            Action::Filter => self.filtering = true,
            _ => return false, // not an action of a list
        }
        true
    }

    /// Leaves the filter, or empties it if it was left already; says whether there was something to leave.
    pub fn back(&mut self) -> bool {
        if self.filtering {
            self.filtering = false;
            return true;
        }
        let had_text = !self.filter.is_empty();
        self.filter = TextField::plain("");
        had_text
    }

    pub fn text_key(&mut self, key: KeyPress, cx: &mut Cx<'_>) -> bool {
        let Some(key) = field_key(key).filter(|_| self.filtering) else { return false };
        say_refusal(self.filter.key(key), cx);
        self.cursor = 0;
        true
    }

    pub fn paste(&mut self, text: &Sensitive, cx: &mut Cx<'_>) {
        self.filtering = true;
        say_refusal(self.filter.paste(text, TrailingLineEnd::DropOne), cx);
        self.cursor = 0;
    }
}

/// What a screen offers while the filter of its list has the focus.
pub fn filtering() -> Facade {
    let offers = vec![
        Offer::called(Action::Activate, "to the list"),
        Offer::called(Action::Back, "to the list"),
        Offer::new(Action::Up),
        Offer::new(Action::Down),
    ];
    Facade { offers, typing: true }
}

fn best(wanted: &str, rows: impl Iterator<Item = Row>) -> Vec<Row> {
    let pattern = Pattern::parse(wanted, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT.match_paths());
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, Row)> = rows
        .filter_map(|row| {
            let text = row.repository.full_name.shown();
            pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher).map(|score| (score, row))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, row)| row).collect()
}
