//! `pullkey seamless`: the evidence with its sources, what only the settings page shows, and the next steps.

use serde_json::{Value, json};

use super::VERSION;
use super::list::line;
use crate::domain::Seamless;
use crate::domain::seamless::NextStep;

pub fn seamless(told: &Seamless) -> String {
    let mut out = String::new();
    line(&mut out, &format!("{} in codespaces of {}", told.package, told.repository));
    line(&mut out, &format!("  {}: {}", told.verdict.word(), told.why));
    line(&mut out, "\nevidence");
    for fact in &told.evidence {
        line(&mut out, &format!("  {}\n      ({})", fact.what, fact.source));
    }
    if !told.untold.is_empty() {
        line(&mut out, "\nto check on the package's settings page");
        for text in &told.untold {
            line(&mut out, &format!("  {text}"));
        }
        if let Some(page) = &told.settings {
            line(&mut out, &format!("      {page}"));
        }
    }
    numbered(&mut out, "what to do", &told.steps);
    numbered(&mut out, "to publish it", &told.publishing());
    out
}

fn numbered(out: &mut String, head: &str, steps: &[NextStep]) {
    if steps.is_empty() {
        return;
    }
    line(out, &format!("\n{head}"));
    for (number, step) in (1..).zip(steps) {
        line(out, &format!("  {number}. {}", step.what));
        if let Some(page) = &step.page {
            line(out, &format!("      {page}"));
        }
    }
}

pub fn seamless_json(told: &Seamless) -> Value {
    let steps = |steps: &[NextStep]| -> Vec<Value> {
        steps.iter().map(|step| json!({ "what": step.what, "page": step.page })).collect()
    };
    json!({
        "version": VERSION,
        "package": told.package.to_string(),
        "package_type": told.package.kind().id(),
        "repository": told.repository.full(),
        "verdict": told.verdict.id(),
        "why": told.why,
        "evidence": told.evidence.iter().map(|e| json!({ "what": e.what, "source": e.source })).collect::<Vec<_>>(),
        "untold": told.untold,
        "settings_page": told.settings,
        "steps": steps(&told.steps),
        "publishing": steps(&told.publishing()),
    })
}
