//! What a test and a write came to: steps, members, problems.

use serde_json::{Map, Value, json};

use super::VERSION;
use super::list::state_access;
use super::list_json::{access_json, scope_names};
use crate::domain::{Credential, Member, MemberReport, Outcome, Prefix, Problem, Saved, Scope, Step, TestReport};

/// `{what, why, hint}`, as everywhere.
pub fn problem_json(problem: &Problem) -> Value {
    json!({ "what": problem.what, "why": problem.why, "hint": problem.hint })
}

/// `pullkey test --json`.
pub fn test_json(report: &TestReport) -> Value {
    let steps: Vec<_> = report.steps.iter().map(step_json).collect();
    json!({ "version": VERSION, "verdict": report.verdict.as_str(), "steps": steps })
}

fn step_json(step: &Step) -> Value {
    json!({
        "step": step.rung.as_str(),
        "code": step.code.as_str(),
        "outcome": step.outcome.as_str(),
        "detail": step.detail,
        "remedy": step.remedy,
    })
}

/// A test's steps for people, one or two lines each; the words tell the outcomes apart without colour.
pub fn steps(report: &TestReport) -> String {
    let mut out = String::new();
    for step in &report.steps {
        let mark = match step.outcome {
            Outcome::Pass => "pass",
            Outcome::Fail => "FAIL",
            Outcome::Inconclusive => "????",
            Outcome::Skipped => "skip",
        };
        out.push_str(&format!("  {mark}  {:<10}  {}\n", step.rung.as_str(), step.detail));
        if !step.remedy.is_empty() && step.outcome != Outcome::Pass {
            out.push_str(&format!("        hint: {}\n", step.remedy));
        }
    }
    out.push_str(&format!("verdict: {}\n", report.verdict.as_str()));
    out
}

/// A finished write, with what belongs into its report.
#[derive(Debug)]
pub struct Written<'a> {
    pub scope: &'a Scope,
    pub prefix: &'a Prefix,
    pub saved: &'a Saved,
    /// The login test before it, if one was made.
    pub test: Option<&'a TestReport>,
    /// What else should be known, such as «granted to nobody».
    pub notes: &'a [String],
    /// Nothing was written: `--dry-run`.
    pub dry_run: bool,
}

impl Written<'_> {
    fn now(&self) -> Option<&Credential> {
        self.saved.now.as_ref()?.credential(self.prefix)
    }
}

/// `set|access|delete --json`.
pub fn written_json(written: &Written<'_>) -> Value {
    let (kind, name) = scope_names(written.scope);
    let members: Map<_, _> =
        Member::all().map(|member| (member.word().to_owned(), Value::from(member_json(written, member)))).collect();
    json!({
        "version": VERSION,
        "scope": kind,
        "name": name,
        "prefix": written.prefix.as_str(),
        "dry_run": written.dry_run,
        "done": written.saved.is_whole() && !written.dry_run,
        "members": members,
        "test": written.test.map(test_json),
        "notes": written.notes,
    })
}

fn member_json(written: &Written<'_>, member: Member) -> Option<Value> {
    let report = written.saved.members.iter().find(|m| m.member == member)?;
    let now = written.now().and_then(|c| c.members.get(member).as_ref());
    Some(json!({
        "name": report.name,
        "outcome": outcome_word(report),
        "problem": report.outcome.problem().map(problem_json),
        "access": now.and_then(|state| state.access.as_ref()).map(access_json),
    }))
}

/// The outcome as programs read it: `not tried` with an underscore.
fn outcome_word(report: &MemberReport) -> String {
    report.outcome.word().replace(' ', "_")
}

/// A write's report for people.
pub fn written(written: &Written<'_>) -> String {
    let width = written.saved.members.iter().map(|m| m.name.len()).max().unwrap_or(0);
    let mut out = format!("{}\n", written.scope);
    for report in &written.saved.members {
        let now = written.now().map(|c| c.members.get(report.member).as_ref());
        let access = match now {
            Some(state @ Some(_)) => format!("  ({})", state_access(state)),
            Some(None) | None => String::new(),
        };
        out.push_str(&format!("  {:<width$}  {}{access}\n", report.name, report.outcome.word()));
        if let Some(problem) = report.outcome.problem() {
            out.push_str(&format!("    {}: {}\n    hint: {}\n", problem.what, problem.why, problem.hint));
        }
    }
    out
}
