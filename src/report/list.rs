//! `pullkey list` as text: one block per scope. A scope that could not be read shows why, and never looks empty.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use unicode_width::UnicodeWidthStr;

use super::Ends;
use crate::domain::{
    Access, Credential, Inventory, Member, MemberState, Problem, Scope, ScopeListing, Untrusted, preset,
};

const HEAD: [&str; 8] = ["PREFIX", "REGISTRY", "SERVER", "USER", "PASSWORD", "ACCESS", "PASSWORD SET", "EXPIRES"];

/// All scopes, each with its credentials and its other secrets.
pub fn table(inventory: &Inventory, ends: Ends<'_>) -> String {
    let mut out = String::new();
    for (scope, listing) in &inventory.scopes {
        if !out.is_empty() {
            out.push('\n');
        }
        line(&mut out, &scope.to_string());
        match listing {
            Ok(listing) => block(&mut out, listing, Some(scope), ends),
            Err(problem) => unreadable(&mut out, problem),
        }
    }
    if let Some(problem) = &inventory.unlisted {
        line(&mut out, "\nyour organizations");
        unreadable(&mut out, problem);
    }
    out
}

pub(super) fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}", text.trim_end());
}

pub(super) fn unreadable(out: &mut String, problem: &Problem) {
    line(out, &format!("  ! {}: {}", problem.what, problem.why));
    if !problem.hint.is_empty() {
        line(out, &format!("    hint: {}", problem.hint));
    }
}

pub(super) fn block(out: &mut String, listing: &ScopeListing, scope: Option<&Scope>, ends: Ends<'_>) {
    if listing.credentials.is_empty() {
        line(out, "  no registry credential");
    } else {
        let rows: Vec<_> = listing.credentials.iter().map(|c| row(c, scope, ends)).collect();
        columns(out, &rows);
    }
    for near in listing.near_misses() {
        line(out, &format!("  ! {}", Untrusted::new(near.words()).shown()));
        line(out, &format!("    hint: {}", Untrusted::new(near.fix()).shown()));
    }
    if !listing.other_secrets.is_empty() {
        let names: Vec<_> = listing.other_secrets.iter().map(|s| s.name.shown()).collect();
        line(out, &format!("  other secrets: {}", names.join(", ")));
    }
    if let Some(problem) = &listing.lacking {
        unreadable(out, problem);
    } else if !listing.complete {
        line(out, "  ! GitHub sent an incomplete list: there may be more");
    }
}

fn columns(out: &mut String, rows: &[[String; 8]]) {
    let width = |at: usize| rows.iter().map(|row| row[at].width()).max().unwrap_or(0).max(HEAD[at].len());
    let widths: [usize; 8] = std::array::from_fn(width);
    let mut head = HEAD.map(str::to_owned);
    if rows.iter().all(|row| row[7].is_empty()) {
        head[7].clear();
    }
    for row in std::iter::once(&head).chain(rows) {
        let mut text = String::from(" ");
        for (cell, width) in row.iter().zip(widths) {
            let pad = width.saturating_sub(cell.width()) + 1;
            let _ = write!(text, " {cell}{:pad$}", "");
        }
        line(out, &text);
    }
}

fn row(credential: &Credential, scope: Option<&Scope>, ends: Ends<'_>) -> [String; 8] {
    let mark = |member: Member| {
        let word = match credential.members.get(member) {
            None => "missing",
            Some(_) if credential.is_odd_one(member) => "differs",
            Some(_) => "yes",
        };
        word.to_owned()
    };
    let age = credential.password_updated_at().map_or_else(|| "-".to_owned(), |at| age(ends.now, at));
    let access = access_of(credential);
    let product = preset::product_of_prefix(&credential.prefix).unwrap_or("-").to_owned();
    [
        credential.prefix.to_string(),
        product,
        mark(Member::Server),
        mark(Member::User),
        mark(Member::Password),
        access,
        age,
        ends.words(scope, credential),
    ]
}

fn access_of(credential: &Credential) -> String {
    if let Some(access) = credential.access() {
        return access_words(access);
    }
    if !credential.access_differs() {
        return "unknown".to_owned();
    }
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (member, state) in credential.members.iter().filter(|(_, state)| state.is_some()) {
        let words = state_access(state.as_ref());
        match groups.iter_mut().find(|(known, _)| *known == words) {
            Some((_, members)) => members.push(member.word()),
            None => groups.push((words, vec![member.word()])),
        }
    }
    let each = groups.into_iter().map(|(words, members)| format!("{} {words}", members.join("+")));
    each.collect::<Vec<_>>().join(", ")
}

/// An access in a few words, such as “3 repositories”.
pub(super) fn access_words(access: &Access) -> String {
    access.words()
}

/// How long ago, in the largest unit that is not zero.
fn age(now: DateTime<Utc>, then: DateTime<Utc>) -> String {
    let days = (now - then).num_days();
    let (count, unit) = match days {
        // If this clock is a little behind GitHub's, the age is negative.
        ..1 => return "today".to_owned(),
        1..60 => (days, "day"),
        60..730 => (days / 30, "month"),
        _ => (days / 365, "year"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// The access of one secret; “unknown” if it was not read.
pub(super) fn state_access(state: Option<&MemberState>) -> String {
    state.and_then(|s| s.access.as_ref()).map_or_else(|| "unknown".to_owned(), access_words)
}
