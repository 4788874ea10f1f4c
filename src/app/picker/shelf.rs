//! The repositories to choose from, prepared once for matching, and which of them match.
//!
//! It shares the catalogue with the world and copies no rows. A filter that only grew searches the previous matches; an
//! unchanged catalogue is not examined again.

use std::collections::HashMap;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use crate::app::repositories::Rows;
use crate::domain::{Repository, Untrusted};

#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    stock: Rows,
    /// The names of the stock as displayed and in lower case, in its order.
    names: Arc<Vec<String>>,
    /// The position of a repository in the stock, by its id.
    places: Arc<HashMap<u64, u32>>,
    search: Search,
    /// Matching positions in the stock, in its order; `None` without a search, which matches all of them.
    hits: Option<Vec<u32>>,
}

/// What to search for: exact text, or a name with `*` or `?`. No fuzzy matching, because “all that match” may be
/// granted a secret.
#[derive(Clone, Debug, Default)]
enum Search {
    #[default]
    Everything,
    /// In lower case.
    Text(String),
    /// `None` if it is not a valid pattern.
    Glob { wanted: String, matcher: Option<GlobMatcher> },
}

/// Names are ASCII, so lower case has as many characters as the name.
fn folded(name: &Untrusted) -> String {
    name.shown().to_ascii_lowercase()
}

impl Shelf {
    /// Takes another catalogue; returns whether it changed. One that only grew costs only its new rows.
    pub(super) fn stock(&mut self, known: Option<&Rows>) -> bool {
        let Some(known) = known else { return false };
        let mut kept = self.stock.shared_with(known);
        if kept == self.stock.len() && kept == known.len() {
            return false;
        }
        if kept < self.stock.len() {
            (kept, self.names, self.places) = (0, Arc::default(), Arc::default());
        }
        self.stock = known.clone();
        Arc::make_mut(&mut self.names).extend(known.from(kept).map(|r| folded(&r.full_name)));
        let place = |(at, r): (usize, &Repository)| Some((r.id, u32::try_from(at).ok()?));
        Arc::make_mut(&mut self.places).extend((kept..).zip(known.from(kept)).filter_map(place));
        self.hits = self.search.hits(&self.names, None);
        true
    }

    /// Sets the search; the same search again costs nothing.
    pub(super) fn look_for(&mut self, wanted: &str) {
        let wanted = wanted.trim().to_ascii_lowercase();
        if wanted == self.search.wanted() {
            return;
        }
        let narrows = self.search.is_narrowed_by(&wanted);
        self.search = Search::new(wanted);
        let among = self.hits.take().filter(|_| narrows);
        self.hits = self.search.hits(&self.names, among);
    }

    pub(super) fn len(&self) -> usize {
        self.hits.as_ref().map_or(self.stock.len(), Vec::len)
    }

    pub(super) fn has(&self, id: u64) -> bool {
        self.places.contains_key(&id)
    }

    pub(super) fn get(&self, id: u64) -> Option<&Repository> {
        self.stock.get(*self.places.get(&id)? as usize)
    }

    /// The matching repository at `index`.
    pub(super) fn hit(&self, index: usize) -> Option<&Repository> {
        let place = match &self.hits {
            Some(hits) => *hits.get(index)? as usize,
            None => index,
        };
        self.stock.get(place)
    }

    pub(super) fn is_match(&self, name: &Untrusted) -> bool {
        self.search.is_match(&folded(name))
    }

    /// Which characters of a name match the search; of a pattern, its literal parts.
    pub(super) fn found_in(&self, name: &str) -> Vec<u32> {
        let name = name.to_ascii_lowercase();
        let mut found = Vec::new();
        match &self.search {
            Search::Everything => {}
            Search::Text(wanted) => mark(&name, wanted, 0, &mut found),
            Search::Glob { .. } if !self.search.is_match(&name) => {}
            Search::Glob { wanted, .. } => {
                let mut from = 0;
                for part in wanted.split(['*', '?']).filter(|part| !part.is_empty()) {
                    mark(&name, part, from, &mut found);
                    from = found.last().map_or(from, |last| *last as usize + 1);
                }
            }
        }
        found
    }
}

/// Adds the characters of the first `part` at or after character `from`.
fn mark(name: &str, part: &str, from: usize, found: &mut Vec<u32>) {
    let start = name.char_indices().nth(from).map_or(name.len(), |(at, _)| at);
    let Some(at) = name.get(start..).and_then(|rest| rest.find(part)) else { return };
    let first = name.get(..start + at).map_or(0, |before| before.chars().count());
    found.extend((first..first + part.chars().count()).filter_map(|at| u32::try_from(at).ok()));
}

impl Search {
    /// `wanted` is in lower case.
    fn new(wanted: String) -> Self {
        if wanted.is_empty() {
            return Self::Everything;
        }
        if !wanted.contains(['*', '?']) {
            return Self::Text(wanted);
        }
        // Without an owner, the pattern is for the name.
        let glob = if wanted.contains('/') { wanted.clone() } else { format!("*/{wanted}") };
        let glob = GlobBuilder::new(&glob).case_insensitive(true).literal_separator(true).build();
        Self::Glob { wanted, matcher: glob.ok().map(|glob| glob.compile_matcher()) }
    }

    fn wanted(&self) -> &str {
        match self {
            Self::Everything => "",
            Self::Text(wanted) | Self::Glob { wanted, .. } => wanted,
        }
    }

    /// Whether everything that matches `next` also matches this, so that only those have to be searched.
    fn is_narrowed_by(&self, next: &str) -> bool {
        matches!(self, Self::Text(wanted) if !next.contains(['*', '?']) && next.contains(wanted.as_str()))
    }

    fn is_match(&self, name: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Text(wanted) => name.contains(wanted.as_str()),
            Self::Glob { matcher, .. } => matcher.as_ref().is_some_and(|matcher| matcher.is_match(name)),
        }
    }

    /// The matches in list order; searches `among`, else everything.
    fn hits(&self, names: &[String], among: Option<Vec<u32>>) -> Option<Vec<u32>> {
        if matches!(self, Self::Everything) {
            return None;
        }
        let is_match = |at: &u32| names.get(*at as usize).is_some_and(|name| self.is_match(name));
        Some(match among {
            Some(places) => places.into_iter().filter(is_match).collect(),
            None => (0..u32::try_from(names.len()).unwrap_or(u32::MAX)).filter(is_match).collect(),
        })
    }
}
