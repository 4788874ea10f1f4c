//! `pullkey list --all`: thousands of repositories, each formatted as it arrives; only text is kept.
//!
//! Text output only counts repositories without secrets; JSON names all repositories.

use std::fmt::Write;

use serde_json::{Value, json};

use super::list::{block, line, unreadable};
use super::list_json::listing_json;
use super::{Ends, VERSION, json, problem_json};
use crate::domain::number::grouped;
use crate::domain::{Problem, RepoName, Scope, ScopeKind, ScopeListing, Tally, Untrusted};

/// Text for one repository; empty if it has no secrets.
pub fn found(name: &Untrusted, listing: &ScopeListing, ends: Ends<'_>) -> String {
    let mut out = String::new();
    if listing.count() > 0 || !listing.is_whole() {
        line(&mut out, &format!("repository {}", name.shown()));
        block(&mut out, listing, scope_of(name).as_ref(), ends);
        out.push('\n');
    }
    out
}

/// `None` if the name cannot be a GitHub repository.
fn scope_of(name: &Untrusted) -> Option<Scope> {
    RepoName::parse(name.raw()).ok().map(Scope::Repository)
}

/// Text for the repositories that could not be read, grouped by reason.
pub fn left_out(problems: &[(Problem, Vec<String>)]) -> String {
    let mut out = String::new();
    for (problem, names) in problems {
        let what = format!("{} could not be read", count(names.len()));
        unreadable(&mut out, &Problem { what, ..problem.clone() });
        for name in names {
            line(&mut out, &format!("    {name}"));
        }
        out.push('\n');
    }
    out
}

/// The last lines of the text output.
pub fn tally(tally: &Tally) -> String {
    let mut out = String::new();
    if let Some(problem) = &tally.unlisted {
        let why = format!("{}; there may be more repositories than these", problem.why);
        unreadable(&mut out, &Problem { why, ..problem.clone() });
        out.push('\n');
    }
    line(&mut out, &tally_words(tally));
    if tally.skipped > 0 {
        line(&mut out, &format!("{} skipped: you do not administer them", count(tally.skipped)));
    }
    out
}

/// “10,000 repositories: 12 with a credential, 9,988 without secrets”.
fn tally_words(tally: &Tally) -> String {
    let mut out = format!("{}:", count(tally.repositories));
    let unread = tally.repositories.saturating_sub(tally.done());
    let parts = [
        (tally.with_credentials, "with a credential"),
        (tally.with_others, "with other secrets only"),
        (tally.empty, "without secrets"),
        (tally.unreadable, "could not be read"),
        (unread, "not read"),
    ];
    let mut is_first = true;
    for (number, words) in parts.into_iter().filter(|(number, _)| *number > 0) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{} {} {words}", if is_first { "" } else { "," }, grouped(number));
        is_first = false;
    }
    if is_first {
        out.push_str(" none");
    }
    out
}

fn count(repositories: usize) -> String {
    format!("{} {}", grouped(repositories), if repositories == 1 { "repository" } else { "repositories" })
}

/// The document of `list --all --json`: the scopes as in `list --json`, and a count of each kind.
#[derive(Clone, Debug, Default)]
pub struct Gathering {
    scopes: String,
}

impl Gathering {
    pub fn add(&mut self, name: &Untrusted, listing: &Result<ScopeListing, Problem>, ends: Ends<'_>) {
        let names = (ScopeKind::Repository.word(), Some(name.raw()));
        let scope = listing_json(names, listing, scope_of(name).as_ref(), ends);
        self.scopes.push_str(if self.scopes.is_empty() { "    " } else { ",\n    " });
        self.scopes.push_str(&indented(&scope));
    }

    /// The document, in pieces to write one after the other, because it may be large.
    pub fn document(self, tally: &Tally) -> [String; 3] {
        let head = format!("{{\n  \"version\": {VERSION},\n  \"scopes\": [\n");
        let counts = json!({
            "total": tally.repositories,
            "with_credentials": tally.with_credentials,
            "with_other_secrets_only": tally.with_others,
            "without_secrets": tally.empty,
            "unreadable": tally.unreadable,
            "not_administered": tally.skipped,
            "complete": tally.is_whole(),
            "problem": tally.unlisted.as_ref().map(problem_json),
        });
        let tail = format!("\n  ],\n  \"repositories\": {}\n}}\n", indented(&counts));
        [head, self.scopes, tail]
    }
}

/// Line breaks in JSON occur only between tokens; inside a string they are escaped.
fn indented(value: &Value) -> String {
    json::render(value).trim_end().replace('\n', "\n    ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::Record;

    #[test]
    fn pieces_make_one_document_whatever_they_hold() {
        let problem = Problem::new("not read", "a\nb", "c");
        for names in [vec![], vec!["acme/a"], vec!["acme/a", "acme/\u{1b}\n]"]] {
            let mut gathering = Gathering::default();
            let mut tally = Tally { repositories: names.len(), ..Tally::default() };
            for name in &names {
                let listing = Err(problem.clone());
                tally.count(&listing);
                let ends = Ends { record: &Record::default(), now: chrono::DateTime::UNIX_EPOCH };
                gathering.add(&Untrusted::new(*name), &listing, ends);
            }
            let text = gathering.document(&tally).concat();
            let document: Value = serde_json::from_str(&text).unwrap();
            let told: Vec<_> = document["scopes"].as_array().unwrap().iter().map(|scope| &scope["name"]).collect();
            assert_eq!(told, names);
            assert_eq!(document["repositories"]["complete"], names.is_empty());
            assert!(!text.contains('\u{1b}'));
        }
    }

    #[test]
    fn the_tally_adds_up_in_words() {
        let tally =
            Tally { repositories: 10_000, with_credentials: 12, empty: 9_000, unreadable: 1, ..Tally::default() };
        let words = tally_words(&tally);
        let wanted = "10,000 repositories: 12 with a credential, 9,000 without secrets, 1 could not be read, 987 not \
                      read";
        assert_eq!(words, wanted);
        assert_eq!(tally_words(&Tally::default()), "0 repositories: none");
    }
}
