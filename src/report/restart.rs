//! `pullkey restart`: what each codespace needed, and the result. A restart never claims that the image was pulled.
//!
//! Writing to a `String` cannot fail.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::VERSION;
use super::list_json::scope_names;
use super::outcome::problem_json;
use crate::domain::codespace::{Stage, State};
use crate::domain::freshness::{need, rebuild_command};
use crate::domain::{Codespace, CodespaceChange, Freshness, OrgName, Problem, Site};

/// The codespaces of a report.
#[derive(Clone, Copy, Debug)]
pub struct Restarts<'a> {
    /// The organization whose members own the codespaces; `None` for your own.
    pub org: Option<&'a OrgName>,
    pub lines: &'a [Restart],
    /// Why not all codespaces could be listed, if that is so.
    pub lacking: Option<&'a Problem>,
    /// The website that belongs to the API in use, for the commands shown.
    pub site: &'a Site,
}

/// One codespace of the report.
#[derive(Clone, Debug)]
pub struct Restart {
    /// Its state before anything was done.
    pub codespace: Codespace,
    pub freshness: Freshness,
    /// The planned change, if any.
    pub planned: Option<CodespaceChange>,
    /// The last stage reached; `None` if nothing was attempted.
    pub stage: Option<Stage>,
    /// Its state afterwards; `None` if it was not read.
    pub after: Option<State>,
}

impl Restart {
    /// The outcome for programs; `None` if nothing was planned.
    const fn outcome(&self) -> Option<&'static str> {
        match (&self.stage, &self.planned) {
            (Some(stage), _) => Some(stage.word()),
            (None, Some(_)) => Some("not_tried"),
            (None, None) => None,
        }
    }

    pub fn is_done(&self) -> bool {
        let is_as_wanted = |change: &CodespaceChange| self.stage.as_ref().is_some_and(|stage| change.is_done_by(stage));
        self.planned.as_ref().is_none_or(is_as_wanted)
    }
}

/// `pullkey restart --json`.
pub fn restart_json(restarts: &Restarts<'_>) -> Value {
    json!({
        "version": VERSION,
        "organization": restarts.org.map(OrgName::as_str),
        "complete": restarts.lacking.is_none(),
        "problem": restarts.lacking.map(problem_json),
        "done": restarts.lines.iter().all(Restart::is_done),
        "codespaces": restarts.lines.iter().map(|line| one_json(line, restarts.site)).collect::<Vec<_>>(),
    })
}

fn one_json(line: &Restart, site: &Site) -> Value {
    let codespace = &line.codespace;
    let (word, since, why) = match &line.freshness {
        Freshness::Fresh => ("fresh", None, None),
        Freshness::Stale(since) => ("stale", Some(since), None),
        Freshness::NotRunning => ("not_running", None, None),
        Freshness::Unknown(why) => ("unknown", None, Some(why)),
    };
    let since = since.map(|since| {
        let (scope, name) = scope_names(&since.scope);
        json!({ "secret": since.secret, "scope": scope, "name": name, "at": since.at })
    });
    json!({
        "name": codespace.name.as_str(),
        "display_name": codespace.display_name.as_ref().map(crate::domain::Untrusted::raw),
        "owner": codespace.owner.raw(),
        "repository": codespace.repository.as_ref().map(|r| r.reference.full_name.raw()),
        "state_before": codespace.state.word(),
        "state_after": line.after.as_ref().map(State::word),
        "started_at": codespace.started_at,
        "freshness": word,
        "since": since,
        "why_unknown": why,
        "uncommitted": codespace.git.uncommitted,
        "unpushed": codespace.git.unpushed,
        "planned": line.planned.is_some(),
        "outcome": line.outcome(),
        "problem": line.stage.as_ref().and_then(Stage::problem).map(problem_json),
        "rebuild": rebuild_command(codespace, site),
    })
}

/// The same as text, with remarks under each codespace.
pub fn restart_table(restarts: &Restarts<'_>, now: DateTime<Utc>) -> String {
    let is_members = restarts.org.is_some();
    let head = ["CODESPACE", "OWNER", "REPOSITORY", "STATE", "STARTED", "NEEDS", "RESULT"].map(str::to_owned);
    let rows: Vec<[String; 7]> = restarts.lines.iter().map(|line| row(line, now)).collect();
    let widths: [usize; 7] = std::array::from_fn(|at| {
        std::iter::once(&head).chain(&rows).map(|row| row[at].width()).max().unwrap_or_default()
    });
    let mut out = String::new();
    let columns = |row: &[String; 7]| {
        let mut text = String::new();
        // Your own codespaces need no owner column.
        for (_, (cell, width)) in row.iter().zip(widths).enumerate().filter(|(at, _)| is_members || *at != OWNER) {
            let pad = width.saturating_sub(cell.width()) + 2;
            let _ = write!(text, "{cell}{:pad$}", "");
        }
        text.trim_end().to_owned()
    };
    let _ = writeln!(out, "{}", columns(&head));
    for (line, row) in restarts.lines.iter().zip(&rows) {
        let _ = writeln!(out, "{}", columns(row));
        for text in remarks(line, restarts.site) {
            let _ = writeln!(out, "  {text}");
        }
    }
    out
}

/// The index of the owner column.
const OWNER: usize = 1;

fn row(line: &Restart, now: DateTime<Utc>) -> [String; 7] {
    let codespace = &line.codespace;
    let state = match &line.after {
        Some(after) if *after != codespace.state => format!("{}, now {}", codespace.state.word(), after.word()),
        Some(_) | None => codespace.state.word(),
    };
    let started = codespace.started_at.map_or_else(|| "unknown".to_owned(), |at| ago(now, at));
    [
        codespace.name.to_string(),
        codespace.owner.shown(),
        codespace.repository_shown(),
        state,
        started,
        need(codespace, &line.freshness).word().to_owned(),
        line.outcome().unwrap_or("-").replace('_', " "),
    ]
}

fn remarks(line: &Restart, site: &Site) -> Vec<String> {
    let mut remarks = Vec::new();
    match &line.freshness {
        Freshness::Stale(since) => remarks.push(format!("started before {} of {}", since.secret, since.scope)),
        Freshness::Unknown(why) => remarks.push(format!("may lack the newest secrets: {why}")),
        Freshness::Fresh | Freshness::NotRunning => {}
    }
    match line.codespace.git.work() {
        Some(work) => remarks.push(format!("has {work} changes; stopping keeps files but ends running processes")),
        None if line.planned.is_some() && line.codespace.git.is_untold() => {
            remarks.push("may have unpushed changes; GitHub does not report them".to_owned());
        }
        None => {}
    }
    match line.stage.as_ref() {
        Some(Stage::Failed(problem) | Stage::Unknown(problem)) => {
            remarks.push(format!("! {}: {}", problem.what, problem.why));
            remarks.push(format!("  hint: {}", problem.hint));
        }
        Some(Stage::Running) => remarks.push(format!(
            "has its new variables; if its image could not be pulled, rebuild it: {}",
            rebuild_command(&line.codespace, site)
        )),
        Some(Stage::Stopped) => {
            remarks.push("only its owner can start it again; it then gets its new variables".to_owned());
        }
        Some(Stage::Stopping | Stage::Starting) | None => {}
    }
    remarks
}

/// How long ago, in the largest unit that is not zero.
fn ago(now: DateTime<Utc>, then: DateTime<Utc>) -> String {
    let passed = now.signed_duration_since(then);
    let (count, unit) = match (passed.num_minutes(), passed.num_hours()) {
        // If this clock is a little behind GitHub's, the age is negative.
        (..=0, _) => return "just now".to_owned(),
        (minutes @ 1..=59, _) => (minutes, "minute"),
        (_, hours @ 1..=47) => (hours, "hour"),
        _ => (passed.num_days(), "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}
