//! `pullkey list --reaching`: which secrets a codespace of one repository gets, as text and as JSON.

use serde_json::{Value, json};

use super::list::{line, unreadable};
use super::list_json::scope_names;
use super::{VERSION, problem_json};
use crate::domain::{Member, Problem, Reach, Reached, Reaches, Repository, Scope};

/// One line for each credential and secret, grouped by scope. `problems` are the scopes that could not be read.
pub fn reach(repository: &Repository, lines: &[Reach], problems: &[(Scope, Problem)]) -> String {
    let mut out = String::new();
    line(&mut out, &format!("secrets that reach {} ({})", repository.full_name.shown(), repository.visibility));
    let width = lines.iter().map(|reach| subject(reach).chars().count()).max().unwrap_or(0);
    let mut scope = None;
    for reach in lines {
        if scope != Some(&reach.scope) {
            scope = Some(&reach.scope);
            line(&mut out, &format!("\n{}", reach.scope));
        }
        if let (Reached::Rest, Some((_, problem))) =
            (&reach.what, problems.iter().find(|(unread, _)| *unread == reach.scope))
        {
            line(&mut out, &format!("  unknown  {}", subject(reach)));
            unreadable(&mut out, problem);
        } else {
            line(&mut out, &format!("  {:<7}  {:<width$}  {}", reach.reaches.word(), subject(reach), reach.why));
        }
    }
    if lines.is_empty() {
        line(&mut out, "\nno secrets");
    }
    out
}

fn subject(reach: &Reach) -> String {
    match &reach.what {
        Reached::Credential { prefix, .. } => prefix.to_string(),
        Reached::Secret(name) => name.shown(),
        Reached::Rest => "whatever else it holds".to_owned(),
    }
}

/// `complete` says whether every scope could be read. Unknown items are listed, not left out.
pub fn reach_json(repository: &Repository, lines: &[Reach], problems: &[(Scope, Problem)]) -> Value {
    let all: Vec<_> = lines.iter().map(|reach| one(reach, problems)).collect();
    json!({
        "version": VERSION,
        "repository": {
            "id": repository.id,
            "full_name": repository.full_name.raw(),
            "visibility": repository.visibility,
        },
        "complete": lines.iter().all(|reach| reach.what != Reached::Rest),
        "reaching": all,
    })
}

fn one(reach: &Reach, problems: &[(Scope, Problem)]) -> Value {
    let (kind, name) = scope_names(&reach.scope);
    let (what, prefix, secret, members) = match &reach.what {
        Reached::Credential { prefix, members } => {
            let told = Member::all().map(|m| (m.word().to_owned(), json!(members.get(m).map(Reaches::word))));
            ("credential", Some(prefix.as_str()), None, Value::Object(told.collect()))
        }
        Reached::Secret(name) => ("secret", None, Some(name.raw()), Value::Null),
        Reached::Rest => ("rest", None, None, Value::Null),
    };
    let is_rest = reach.what == Reached::Rest;
    let problem = problems.iter().find(|(scope, _)| is_rest && *scope == reach.scope);
    json!({
        "scope": kind,
        "name": name,
        "what": what,
        "prefix": prefix,
        "secret": secret,
        "members": members,
        "reaches": reach.reaches.word(),
        "why": reach.why,
        "problem": problem.map(|(_, problem)| problem_json(problem)),
    })
}
