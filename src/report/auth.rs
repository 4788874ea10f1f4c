//! The tokens found, as text and as JSON. The output never contains a part of a token.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{VERSION, problem_json};
use crate::domain::token::{Allowed, Identity, TokenReport};

/// One paragraph for each token.
pub fn tokens(reports: &[TokenReport], host: &str, now: DateTime<Utc>) -> String {
    let mut text = format!("{host}\n");
    for report in reports {
        let used = if report.used { ", in use" } else { "" };
        let _ = write!(text, "\n{}{used}: ", report.source.word());
        match &report.identity {
            Ok(identity) => {
                let _ = writeln!(text, "{} of {}", report.kind.word(), identity.login.shown());
                if let Some(scopes) = &identity.scopes {
                    let scopes = if scopes.is_empty() { "none".to_owned() } else { scopes.join(", ") };
                    let _ = writeln!(text, "  scopes   {scopes}");
                }
                if let Some(line) = expiry(identity, now) {
                    let _ = writeln!(text, "  expires  {line}");
                }
                for (right, allowed) in &report.rights {
                    let answer = match allowed {
                        Allowed::Yes => "yes".to_owned(),
                        Allowed::No(least) => format!("no: needs {least}"),
                        Allowed::Unknown(least) => format!("unknown until tried: needs {least}"),
                    };
                    let _ = writeln!(text, "  {:<38} {answer}", right.words());
                }
            }
            Err(problem) => {
                let _ = writeln!(text, "{}: {}", problem.what, problem.why);
                let _ = writeln!(text, "  hint: {}", problem.hint);
            }
        }
        if let Some(note) = &report.note {
            let _ = writeln!(text, "  note: {note}");
        }
    }
    if reports.is_empty() {
        text.push_str("\nno token found in GH_TOKEN, GITHUB_TOKEN, the keyring or gh\n");
        text.push_str("hint: run `pullkey auth login`\n");
    }
    text
}

fn expiry(identity: &Identity, now: DateTime<Utc>) -> Option<String> {
    let at = identity.expires?;
    let days = (at - now).num_days();
    let day = at.format("%Y-%m-%d");
    Some(match days {
        ..0 => format!("{day}, expired"),
        0 => format!("{day}, within a day"),
        1 => format!("{day}, in 1 day"),
        _ => format!("{day}, in {days} days"),
    })
}

pub fn tokens_json(reports: &[TokenReport], host: &str) -> Value {
    let tokens: Vec<Value> = reports.iter().map(token_json).collect();
    json!({ "version": VERSION, "host": host, "tokens": tokens })
}

fn token_json(report: &TokenReport) -> Value {
    let identity = report.identity.as_ref().ok();
    let rights: serde_json::Map<String, Value> = report
        .rights
        .iter()
        .map(|(right, allowed)| {
            let (word, least) = match allowed {
                Allowed::Yes => ("yes", None),
                Allowed::No(least) => ("no", Some(least)),
                Allowed::Unknown(least) => ("unknown", Some(least)),
            };
            (right.id().to_owned(), json!({ "allowed": word, "needs": least }))
        })
        .collect();
    json!({
        "source": report.source.word(),
        "kind": report.kind.word(),
        "used": report.used,
        "login": identity.map(|i| i.login.raw()),
        "scopes": identity.and_then(|i| i.scopes.as_ref()),
        "expires": identity.and_then(|i| i.expires).map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        "rights": rights,
        "note": report.note,
        "problem": report.identity.as_ref().err().map(problem_json),
    })
}
