//! The same credential in many repositories: the plan, and the result for each. Writing to a `String` cannot fail.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::VERSION;
use super::outcome::{problem_json, test_json};
use crate::domain::spread::{Placed, Placement, Standing};
use crate::domain::{Prefix, RepoRef, TestReport};

/// A run over many repositories, with everything its report contains.
#[derive(Debug)]
pub struct Spread<'a> {
    pub prefix: &'a Prefix,
    pub placed: &'a [Placed],
    /// The state of each before the run, in the same order.
    pub standings: &'a [(&'a RepoRef, &'a Standing)],
    pub test: Option<&'a TestReport>,
    pub notes: &'a [String],
    pub dry_run: bool,
}

const WORDS: [&str; 5] = ["written", "kept", "failed", "unknown", "not tried"];

impl Spread<'_> {
    fn counts(&self) -> impl Iterator<Item = (&'static str, usize)> {
        WORDS.into_iter().map(|word| (word, self.placed.iter().filter(|one| one.placement.word() == word).count()))
    }
}

/// The number of repositories, and what would be done with each.
pub fn spread_plan(prefix: &Prefix, standings: &[(&RepoRef, &Standing)]) -> String {
    let noun = if standings.len() == 1 { "repository" } else { "repositories" };
    let mut out = format!("{prefix} in {} {noun}\n", standings.len());
    let width = standings.iter().map(|(repository, _)| repository.full_name.shown().chars().count()).max().unwrap_or(0);
    for (repository, standing) in standings {
        let word = match standing {
            Standing::New => "new",
            Standing::Exists => "would be overwritten",
            Standing::Kept => "already written, skipped",
            Standing::Changed => "changed since it was written, would be overwritten",
            Standing::Refused(problem) => &format!("cannot be written: {}", problem.why),
        };
        let _ = writeln!(out, "  {:<width$}  {word}", repository.full_name.shown());
    }
    out
}

/// The table at the end, as text.
pub fn spread(spread: &Spread<'_>) -> String {
    if spread.dry_run {
        return format!("{}nothing was changed (--dry-run)\n", spread_plan(spread.prefix, spread.standings));
    }
    let names: Vec<_> = spread.placed.iter().map(|one| one.repository.full_name.shown()).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for (one, name) in spread.placed.iter().zip(&names) {
        let _ = writeln!(out, "  {name:<width$}  {}", one.placement.word());
        if let Some(problem) = one.placement.problem() {
            let _ = writeln!(out, "    {}: {}", problem.what, problem.why);
            if !problem.hint.is_empty() {
                let _ = writeln!(out, "    hint: {}", problem.hint);
            }
        }
    }
    let counts: Vec<_> = spread.counts().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{n} {word}")).collect();
    let _ = writeln!(
        out,
        "{}: {}",
        spread.prefix,
        if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") }
    );
    out
}

/// `pullkey set --json` for many repositories.
pub fn spread_json(spread: &Spread<'_>) -> Value {
    let counts: Map<_, _> = spread.counts().map(|(word, n)| (word.replace(' ', "_"), json!(n))).collect();
    json!({
        "version": VERSION,
        "prefix": spread.prefix.as_str(),
        "dry_run": spread.dry_run,
        "done": !spread.dry_run && spread.placed.iter().all(|one| one.placement.is_done()),
        "repositories": spread.placed.iter().zip(spread.standings).map(placed_json).collect::<Vec<_>>(),
        "counts": counts,
        "test": spread.test.map(test_json),
        "notes": spread.notes,
    })
}

fn placed_json((placed, (_, standing)): (&Placed, &(&RepoRef, &Standing))) -> Value {
    let members: Map<_, _> = match &placed.placement {
        Placement::Tried(saved) => saved
            .members
            .iter()
            .map(|report| {
                let outcome = report.outcome.word().replace(' ', "_");
                (report.member.word().to_owned(), json!({ "name": report.name, "outcome": outcome }))
            })
            .collect(),
        Placement::Kept | Placement::Refused(_) | Placement::NotTried => Map::new(),
    };
    json!({
        "id": placed.repository.id,
        "full_name": placed.repository.full_name.raw(),
        "before": standing.word(),
        "outcome": placed.placement.word().replace(' ', "_"),
        "problem": placed.placement.problem().map(problem_json),
        "members": members,
    })
}
