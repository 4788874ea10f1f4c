//! What came of the credentials of the environment, one after the other.

use std::fmt::Write;

use serde_json::{Value, json};

use super::VERSION;
use super::outcome::{steps, test_json};
use crate::domain::{Prefix, TestReport};

/// One credential of the environment.
#[derive(Clone, Debug)]
pub struct Tried {
    pub prefix: Prefix,
    /// The names of what is not there; then nothing was tested.
    pub missing: Vec<String>,
    pub test: Option<TestReport>,
    /// The images that were tried.
    pub images: Vec<String>,
    /// How it compares with what docker has.
    pub notes: Vec<String>,
}

/// `pullkey test --env --json`.
pub fn tried_json(tried: &[Tried], is_codespace: bool) -> Value {
    let tests: Vec<_> = tried
        .iter()
        .map(|one| {
            let mut document = one.test.as_ref().map_or_else(|| json!({ "verdict": null, "steps": [] }), test_json);
            document["prefix"] = one.prefix.as_str().into();
            document["missing"] = one.missing.clone().into();
            document["notes"] = one.notes.clone().into();
            document
        })
        .collect();
    json!({ "version": VERSION, "codespace": is_codespace, "tests": tests })
}

/// For people.
pub fn tried(tried: &[Tried], is_codespace: bool) -> String {
    let place = if is_codespace { "this codespace" } else { "this environment, which is no codespace" };
    let mut out = format!("{} of {place}\n", if tried.len() == 1 { "one credential" } else { "the credentials" });
    for one in tried {
        let _ = writeln!(out, "\n{}", one.prefix);
        if !one.missing.is_empty() {
            let _ =
                writeln!(out, "  FAIL  not whole    {} is missing, so nothing was tested", one.missing.join(" and "));
            let _ = writeln!(out, "        hint: all three have to be there and granted to this repository");
        }
        for note in &one.notes {
            let _ = writeln!(out, "  note  {note}");
        }
        if let Some(test) = &one.test {
            out.push_str(&steps(test, &one.images));
        }
    }
    out
}
