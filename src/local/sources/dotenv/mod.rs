//! The members of credentials in a dotenv file.
//!
//! A shell, docker compose, godotenv, and the dotenv of Node and of Python agree on plain values, on the contents of
//! single quotes, and on some of the contents of double quotes. Those are accepted. A value on which they disagree is
//! refused with its line and the reason, because a password that is nearly right locks people out:
//!
//! * a `$` before a name is a variable for a shell and compose, and a `$` for Node; a `${` is a variable for Python
//!   even in single quotes;
//! * a `#` starts a comment anywhere for Node, only after white space for the others, and for compose not after a tab;
//! * a backslash in double quotes is kept by Node, and removed in different ways by each of the others; in single
//!   quotes Python removes two of them;
//! * `;`, `&`, `|`, `<`, `>` and brackets end the value for a shell;
//! * a line that continues on the next one is cut by all of them, each in its own way.
//!
//! Sources: POSIX §2 (Shell Command Language), compose-go `dotenv/`, joho/godotenv `parser.go`, motdotla/dotenv
//! `lib/main.js`, theskumar/python-dotenv `parser.py`. `tests/data/dotenv.json` contains what each of them makes of 312
//! texts, and `tests/data/README.md` says how it was made. `docker run --env-file` and systemd have grammars of their
//! own, which keep quotation marks or join lines: they are not considered. Neither is a program that stops at a line
//! instead of reading another value, as a shell does at `NAME = value`, nor the carriage return of Windows, which a
//! shell keeps at the end of a value and which belongs to none.
//!
//! No library is used: the available crate expands a `$`, and refuses a whole file for one line that does not concern
//! us.

use zeroize::Zeroizing;

use super::triples::Entry;
use crate::domain::names::split;
use crate::domain::near::is_candidate;

/// Every entry whose name is a member's; others are ignored.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut number = 1;
    while !rest.is_empty() {
        let line = rest.split_inclusive('\n').next().unwrap_or(rest);
        let (name, after) = name_of(line);
        let raw =
            after.trim_start_matches([' ', '\t']).strip_prefix('=').map(|raw| raw.trim_start_matches([' ', '\t']));
        // A quoted value may continue over the next lines.
        let at = raw.map_or(line.len(), |raw| line.len() - raw.len());
        let raw_and_on = rest.get(at..).unwrap_or_default();
        let closed = raw.and_then(|_| closing(raw_and_on));
        let length = closed.map_or(line.len(), |end| {
            let end = at + end;
            rest.get(end..).and_then(|after| after.find('\n')).map_or(rest.len(), |more| end + more + 1)
        });
        if split(name).is_some() {
            let raw = raw.map(|_| rest.get(at..length).unwrap_or_default().trim_end_matches(['\n', '\r']));
            let after = rest.get(length..).unwrap_or_default();
            let value = raw.ok_or_else(|| "is not NAME=value".to_owned()).and_then(|raw| value_of(raw, after));
            let value = value.map_err(|why| format!("{name} in line {number} {why}"));
            found.push(once(&found, Entry { name: name.to_owned(), value }, number));
        } else if is_candidate(name) {
            found.push(Entry { name: name.to_owned(), value: Ok(Zeroizing::default()) });
        }
        let (read, left) = rest.split_at_checked(length).unwrap_or((rest, ""));
        number += read.matches('\n').count();
        rest = left;
    }
    found
}

/// A name that is set twice: most programs take the last, and nobody means both.
fn once(found: &[Entry], entry: Entry, number: usize) -> Entry {
    let Entry { name, value } = entry;
    let is_other = |before: &&Entry| before.name.eq_ignore_ascii_case(&name);
    let value = match found.iter().rfind(is_other) {
        Some(before) if before.value.is_err() => Err(before.value.clone().err().unwrap_or_default()),
        Some(before) if before.value != value => {
            Err(format!("{name} in line {number} is set a second time with another value: keep one of them"))
        }
        Some(_) | None => value,
    };
    Entry { name, value }
}

/// The name at the beginning of a line, after `export`, and what follows it.
fn name_of(line: &str) -> (&str, &str) {
    let line = line.trim_start();
    let line = match line.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start_matches([' ', '\t']),
        Some(_) | None => line,
    };
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(line.len());
    line.split_at_checked(end).unwrap_or((line, ""))
}

/// Where the opening quote of a value is closed; `None` if there is no quote, or it is never closed.
fn closing(raw: &str) -> Option<usize> {
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped = false;
    for (at, c) in raw.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            c if c == quote => return Some(at),
            _ => {} // part of the value
        }
    }
    None
}

const SINGLE: &str = ": put the value in single quotes";
const NUL: &str = "contains a NUL, which a shell drops: type the value again";

fn value_of(raw: &str, after: &str) -> Result<Zeroizing<String>, String> {
    let Some(quote) = raw.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let value = plain(raw)?;
        return if goes_on(&value, after) {
            Err("continues on the next line, which programs cut off: make it one line".to_owned())
        } else {
            Ok(value)
        };
    };
    let end = closing(raw).ok_or_else(|| "has a quote that is not closed".to_owned())?;
    let (inner, after) = (raw.get(1..end).unwrap_or_default(), raw.get(end + 1..).unwrap_or_default());
    let is_comment = after.starts_with([' ', '\t']) && after.trim_start().starts_with('#');
    if !after.trim().is_empty() && !is_comment {
        return Err("has something after its closing quote".to_owned());
    }
    if inner.contains('\0') {
        return Err(NUL.to_owned());
    }
    let differs = match quote {
        _ if inner.contains('\r') => "contains Windows line breaks, which some programs change",
        '\'' if inner.contains("${") => "has ${, which Python expands even in single quotes",
        '\'' if inner.contains("\\\\") || inner.contains("\\'") => {
            "has a backslash, which programs read differently in single quotes"
        }
        '"' if inner.contains('\\') => "has a backslash, which programs read differently in double quotes",
        '"' if inner.contains('`') => "has a `, which runs a command in a shell",
        '"' if has_variable(inner) => "has a $, which some programs expand",
        _ => return Ok(Zeroizing::new(inner.to_owned())),
    };
    let can_be_single = quote == '"' && !inner.contains(['\'', '\r']) && !inner.contains("${");
    let advice = if can_be_single { SINGLE } else { "" };
    Err(format!("{differs}{advice}"))
}

/// Whether a shell, or a library that works like one, expands a `$`.
fn has_variable(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_{($?!@*#-".contains(c);
    text.match_indices('$').any(|(at, _)| text.get(at + 1..).is_some_and(|rest| rest.starts_with(is_name)))
}

/// Whether a plain value is only the first line of something longer.
fn goes_on(value: &str, after: &str) -> bool {
    let opens = value.starts_with(['{', '[']) && !value.ends_with(['}', ']']);
    let next = after.lines().next().unwrap_or_default().trim();
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_');
    let is_rest = next.len() >= 4 && next.chars().all(is_base64) && {
        let (name, value) = next.split_once('=').unwrap_or((next, "none"));
        // A long text that ends in padding is base64, and not a name with an empty value.
        value == "none" || (name.len() >= 16 && matches!(value, "" | "=") && split(name).is_none())
    };
    opens || value.starts_with("-----") || (!value.is_empty() && is_rest && !next.contains(char::is_whitespace))
}

fn plain(raw: &str) -> Result<Zeroizing<String>, String> {
    if raw.starts_with('#') {
        return Err("starts with #, which only some programs take for a comment: put the value in quotes".to_owned());
    }
    // docker compose has no comment after a tab.
    let is_comment = |(at, _): &(usize, &str)| raw.get(..*at).is_some_and(|b| b.ends_with(' '));
    let end = raw.match_indices('#').find(is_comment).map_or(raw.len(), |(at, _)| at);
    let value = raw.get(..end).unwrap_or_default().trim_matches([' ', '\t', '\r', '\n']);
    // A placeholder is reported as a placeholder elsewhere.
    let is_bracketed = value.starts_with('<') && !value.starts_with("<<") && value.ends_with('>');
    let differs = if value.starts_with("-----BEGIN") {
        return Err("is only the first line of a key: put the whole key in single quotes".to_owned());
    } else if value.ends_with('\\') {
        return Err("ends in a backslash, which continues the line for some programs: make it one line".to_owned());
    } else if value.contains('\0') {
        return Err(NUL.to_owned());
    } else if value.contains(|c: char| c.is_whitespace() || c == '\u{feff}') {
        "contains white space or an invisible character"
    } else if value.contains(['"', '\'', '`', '\\']) {
        "has a quote or a backslash, which programs read differently"
    } else if value.contains([';', '&', '|', '(', ')']) || (value.contains(['<', '>']) && !is_bracketed) {
        "has a character that ends the value in a shell, such as ; or &"
    } else if value.contains('#') {
        "has a #, which starts a comment for some programs"
    } else if value.starts_with('~') {
        "starts with ~, which a shell expands to a folder"
    } else if has_variable(value) {
        "has a $, which some programs expand"
    } else {
        return Ok(Zeroizing::new(value.to_owned()));
    };
    // In single quotes Python would still expand it.
    Err(format!("{differs}{}", if value.contains("${") { "" } else { SINGLE }))
}

#[cfg(test)]
mod tests;
