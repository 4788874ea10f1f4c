//! Results of a test and of a write: checks, members, problems. Writing to a `String` cannot fail.

use std::borrow::Cow;
use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::VERSION;
use super::list::{access_words, state_access};
use super::list_json::{access_json, scope_names};
use crate::domain::{
    Access, Credential, Member, MemberReport, Outcome, Prefix, Problem, RepoRef, Saved, Scope, Shape, Step, TestReport,
};

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
        "step": step.check.as_str(),
        "code": step.code.as_str(),
        "outcome": step.outcome.as_str(),
        "detail": step.detail,
        "remedy": step.remedy,
        "command": step.command,
    })
}

/// Text for a test: a few lines for each check, and the verdict. The words distinguish the results without colour.
/// `images` are those that were tested.
pub fn steps(report: &TestReport, images: &[String]) -> String {
    let mut out = String::new();
    for step in &report.steps {
        let mark = match step.outcome {
            Outcome::Pass => "pass",
            Outcome::Fail => "FAIL",
            Outcome::Inconclusive => "????",
            Outcome::Skipped => "skip",
        };
        let _ = writeln!(out, "  {mark}  {:<11}  {}", step.check.as_str(), step.detail);
        if !step.remedy.is_empty() {
            let _ = writeln!(
                out,
                "        {}: {}",
                if step.outcome == Outcome::Pass { "note" } else { "hint" },
                step.remedy
            );
        }
        if let Some(command) = &step.command {
            let _ = writeln!(out, "        $ {command}");
        }
    }
    let _ = write!(out, "verdict: {}\n  {}\n", report.heading(), report.sentence(images));
    if let Some(open) = report.left_open() {
        let flag = if report.is_of_packages() { "--package" } else { "--image" };
        let _ = writeln!(out, "  {open}; name one with {flag}");
    }
    out
}

/// A finished write, with everything its report contains.
#[derive(Debug)]
pub struct Written<'a> {
    pub scope: &'a Scope,
    pub prefix: &'a Prefix,
    pub saved: &'a Saved,
    /// The login test before the write, if there was one.
    pub test: Option<&'a TestReport>,
    /// Notes, such as “granted to nobody”.
    pub notes: &'a [String],
    /// The change of access, if the write was one.
    pub change: Option<Change<'a>>,
    /// Nothing was written: `--dry-run`.
    pub dry_run: bool,
    /// Set for a secret that is not part of a credential: the line that uses it.
    pub single: Option<&'a UseLine>,
}

/// The line of a file that uses a secret. It contains the name, not the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseLine {
    pub file: String,
    pub line: String,
}

/// GitHub gives a codespace its variables when it starts.
const LATER: &str = "a running codespace gets it when it restarts: `pullkey restart NAME`";

/// The access before and after a change. `before` is `None` if the members differ or the access of one is unknown.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    pub before: Option<&'a Access>,
    pub after: &'a Access,
}

impl<'a> Written<'a> {
    pub const fn of(scope: &'a Scope, prefix: &'a Prefix, saved: &'a Saved) -> Self {
        Self { scope, prefix, saved, test: None, notes: &[], change: None, dry_run: false, single: None }
    }

    const fn shape(&self) -> Shape {
        if self.single.is_some() { Shape::Single } else { Shape::Credential }
    }

    fn now(&self) -> Option<Cow<'_, Credential>> {
        self.saved.now.as_ref()?.held(self.shape(), self.prefix)
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
        "prefix": written.single.is_none().then(|| written.prefix.as_str()),
        "secret": written.single.map(|_| written.prefix.as_str()),
        "use": written.single.map(|it| json!({ "file": it.file, "line": it.line })),
        "dry_run": written.dry_run,
        "done": written.saved.is_whole() && !written.dry_run,
        "members": members,
        "before": written.change.and_then(|change| change.before).map(access_json),
        "after": written.change.map(|change| access_json(change.after)),
        "test": written.test.map(test_json),
        "notes": written.notes,
    })
}

fn member_json(written: &Written<'_>, member: Member) -> Option<Value> {
    let report = written.saved.members.iter().find(|m| m.member == member)?;
    let now = written.now();
    let now = now.as_ref().and_then(|c| c.members.get(member).as_ref());
    Some(json!({
        "name": report.name,
        "outcome": outcome_word(report),
        "problem": report.outcome.problem().map(problem_json),
        "access": now.and_then(|state| state.access.as_ref()).map(access_json),
    }))
}

/// The outcome for programs: with an underscore, as in `not_tried`.
fn outcome_word(report: &MemberReport) -> String {
    report.outcome.word().replace(' ', "_")
}

/// Text for a write.
pub fn written(written: &Written<'_>) -> String {
    let width = written.saved.members.iter().map(|m| m.name.len()).max().unwrap_or(0);
    let mut out = format!("{}: {}\n", written.scope, written.prefix);
    if let Some(it) = &written.change {
        out.push_str(&change(it));
    }
    if let Some(test) = written.test {
        let _ = writeln!(out, "  tested  {}: {}", test.heading(), test.sentence(&[]));
    }
    if written.dry_run {
        out.push_str("nothing was changed (--dry-run)\n");
    }
    for report in &written.saved.members {
        let now = written.now();
        let now = now.as_ref().map(|c| c.members.get(report.member).as_ref());
        let access = match now {
            Some(state @ Some(_)) => format!("  ({})", state_access(state)),
            Some(None) | None => String::new(),
        };
        let _ = writeln!(out, "  {:<width$}  {}{access}", report.name, report.outcome.word());
        if let Some(problem) = report.outcome.problem() {
            let _ = write!(out, "    {}: {}\n    hint: {}\n", problem.what, problem.why, problem.hint);
        }
    }
    if let Some(UseLine { file, line }) = written.single {
        let _ = write!(out, "add this line to {file}; it can be committed:\n  {line}\n{LATER}\n");
    }
    out
}

/// Before and after, and each repository that is added or removed.
pub fn change(change: &Change<'_>) -> String {
    let before = change.before.map_or_else(|| "not the same for all members".to_owned(), access_words);
    let mut out = format!("  before  {before}\n  after   {}\n", access_words(change.after));
    let (old, new) = (change.before.map_or(&[][..], repositories), repositories(change.after));
    // If the members had no common list before, there is nothing to compare with: the complete new list is shown.
    for (mark, here, there) in [('+', new, old), ('-', old, new)] {
        for repository in here.iter().filter(|r| !there.iter().any(|t| t.id == r.id)) {
            let _ = writeln!(out, "  {mark} {}", repository.full_name.shown());
        }
    }
    out
}

fn repositories(access: &Access) -> &[RepoRef] {
    match access {
        Access::Selected(selected) => &selected.repositories,
        Access::All | Access::Private | Access::Repository | Access::Other(_) => &[],
    }
}
