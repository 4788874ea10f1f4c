//! What there is to choose from, prepared once for matching, and which of it matches.
//!
//! It shares the catalogue with the world and copies no row. A filter that only grew is looked for among what matched
//! before; a catalogue that did not change is not looked at again.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str, Utf32String};

use crate::app::repositories::Rows;
use crate::domain::{Foreign, Repository};

#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    stock: Rows,
    /// The names of the stock as they are shown, in its order.
    names: Arc<Vec<Utf32String>>,
    /// Where in the stock a repository is, by its id.
    places: Arc<HashMap<u64, u32>>,
    search: Search,
    /// Places in the stock, best first; `None` where nothing is looked for, which is the whole stock in its order.
    hits: Option<Vec<u32>>,
}

/// What is looked for.
#[derive(Clone, Debug, Default)]
enum Search {
    #[default]
    Everything,
    Fuzzy {
        wanted: String,
        pattern: Pattern,
    },
    /// A name with `*` or `?`; `None` where it is no pattern.
    Glob {
        wanted: String,
        matcher: Option<GlobMatcher>,
    },
}

thread_local! {
    /// A matcher has some hundred kilobytes of its own: one is enough.
    static MATCHER: RefCell<Matcher> = RefCell::new(Matcher::new(Config::DEFAULT.match_paths()));
}

impl Shelf {
    /// Takes another catalogue; says whether it was one. One that only grew costs what it grew by.
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
        Arc::make_mut(&mut self.names).extend(known.from(kept).map(|r| Utf32String::from(r.full_name.shown())));
        let place = |(at, r): (usize, &Repository)| Some((r.id, u32::try_from(at).ok()?));
        Arc::make_mut(&mut self.places).extend((kept..).zip(known.from(kept)).filter_map(place));
        self.hits = self.search.hits(&self.names, None);
        true
    }

    /// Takes what is looked for; the same again costs nothing.
    pub(super) fn look_for(&mut self, wanted: &str) {
        let wanted = wanted.trim();
        if wanted == self.search.wanted() {
            return;
        }
        let narrows = self.search.is_narrowed_by(wanted);
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

    /// The repository that matches best but for `index` others.
    pub(super) fn hit(&self, index: usize) -> Option<&Repository> {
        let place = match &self.hits {
            Some(hits) => *hits.get(index)? as usize,
            None => index,
        };
        self.stock.get(place)
    }

    pub(super) fn is_match(&self, name: &Foreign) -> bool {
        match &self.search {
            Search::Everything => true,
            Search::Fuzzy { pattern, .. } => {
                let name = Utf32String::from(name.shown());
                MATCHER.with_borrow_mut(|matcher| pattern.score(name.slice(..), matcher).is_some())
            }
            Search::Glob { matcher, .. } => matcher.as_ref().is_some_and(|m| m.is_match(name.shown())),
        }
    }

    pub(super) fn found_in(&self, name: &str) -> Vec<u32> {
        let mut found = Vec::new();
        if let Search::Fuzzy { pattern, .. } = &self.search {
            let mut buffer = Vec::new();
            MATCHER.with_borrow_mut(|matcher| {
                pattern.indices(Utf32Str::new(name, &mut buffer), matcher, &mut found);
            });
            found.sort_unstable();
            found.dedup();
        }
        found
    }
}

impl Search {
    fn new(wanted: &str) -> Self {
        if wanted.is_empty() {
            return Self::Everything;
        }
        let owned = wanted.to_owned();
        if wanted.contains(['*', '?']) {
            // Without an owner it is the name that is meant.
            let glob = if wanted.contains('/') { owned.clone() } else { format!("*/{wanted}") };
            let glob = GlobBuilder::new(&glob).case_insensitive(true).literal_separator(true).build();
            return Self::Glob { wanted: owned, matcher: glob.ok().map(|glob| glob.compile_matcher()) };
        }
        let pattern = Pattern::parse(wanted, CaseMatching::Ignore, Normalization::Smart);
        Self::Fuzzy { wanted: owned, pattern }
    }

    fn wanted(&self) -> &str {
        match self {
            Self::Everything => "",
            Self::Fuzzy { wanted, .. } | Self::Glob { wanted, .. } => wanted,
        }
    }

    /// Whether all that matches `next` matches this as well, so that it has to be looked for only there.
    fn is_narrowed_by(&self, next: &str) -> bool {
        // The marks with which the matcher's patterns say «not», «begins», «ends» and «as it is».
        let is_plain = !next.contains(['!', '^', '$', '\'', '\\', '*', '?']);
        matches!(self, Self::Fuzzy { wanted, .. } if is_plain && next.starts_with(wanted.as_str()))
    }

    /// What matches, best first and then in the order of the list; `among` is where to look, else everywhere.
    fn hits(&self, names: &[Utf32String], among: Option<Vec<u32>>) -> Option<Vec<u32>> {
        let everything = || 0..u32::try_from(names.len()).unwrap_or(u32::MAX);
        match self {
            Self::Everything => None,
            Self::Fuzzy { pattern, .. } => MATCHER.with_borrow_mut(|matcher| {
                let mut score = |at: u32| {
                    let name = names.get(at as usize)?;
                    pattern.score(name.slice(..), matcher).map(|score| (Reverse(score), at))
                };
                let mut found: Vec<(Reverse<u32>, u32)> = match among {
                    Some(places) => places.into_iter().filter_map(&mut score).collect(),
                    None => everything().filter_map(&mut score).collect(),
                };
                found.sort_unstable();
                Some(found.into_iter().map(|(_, at)| at).collect())
            }),
            Self::Glob { matcher, .. } => {
                let is_match = |at: &u32| {
                    let name = names.get(*at as usize).map(ToString::to_string);
                    name.is_some_and(|name| matcher.as_ref().is_some_and(|m| m.is_match(name)))
                };
                Some(everything().filter(is_match).collect())
            }
        }
    }
}
