//! The members of credentials in a dotenv file.
//!
//! A shell, docker compose, godotenv, and the dotenv of Node and of Python agree on plain values, on what stands
//! between single quotes, and on some of what stands between double quotes. That is read; a value on which they
//! disagree is refused with its line and the reason, as a password that is nearly right locks people out:
//!
//! * a `$` with a name after it is a variable for a shell and compose, and a `$` for Node;
//! * a `#` begins a comment for Node wherever it stands, for the others after a blank only;
//! * a backslash between double quotes is kept by Node, and undone in different ways by each of the others; between
//!   single quotes Python undoes two of them;
//! * `;`, `&`, `|`, `<`, `>` and brackets end the value for a shell;
//! * a line that goes on in the next one is cut by all of them, each in its way.
//!
//! Sources: POSIX §2 (Shell Command Language), compose-go `dotenv/`, joho/godotenv `parser.go`, motdotla/dotenv
//! `lib/main.js`, theskumar/python-dotenv `parser.py`.
//!
//! It is written here because the library for it puts variables in the place of a `$`, and refuses a whole file for one
//! line that has nothing to do with us.

use zeroize::Zeroizing;

use super::triples::Entry;
use crate::domain::names::split;
use crate::domain::near::is_candidate;

/// Every entry whose name is a member's; nothing else is looked at.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut number = 1;
    while !rest.is_empty() {
        let line = rest.split_inclusive('\n').next().unwrap_or(rest);
        let (name, after) = name_of(line);
        let raw =
            after.trim_start_matches([' ', '\t']).strip_prefix('=').map(|raw| raw.trim_start_matches([' ', '\t']));
        // A quoted value may go on over the next lines.
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

/// A name that stands there twice: most programs take the last, and nobody means both.
fn once(found: &[Entry], entry: Entry, number: usize) -> Entry {
    let Entry { name, value } = entry;
    let is_other = |before: &&Entry| before.name.eq_ignore_ascii_case(&name);
    let value = match found.iter().rfind(is_other) {
        Some(before) if before.value.is_err() => Err(before.value.clone().err().unwrap_or_default()),
        Some(before) if before.value != value => {
            Err(format!("{name} in line {number} stands there a second time with another value: keep one of them"))
        }
        Some(_) | None => value,
    };
    Entry { name, value }
}

/// The name a line begins with, after `export`, and what follows it.
fn name_of(line: &str) -> (&str, &str) {
    let line = line.trim_start();
    let line = match line.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start_matches([' ', '\t']),
        Some(_) | None => line,
    };
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(line.len());
    line.split_at_checked(end).unwrap_or((line, ""))
}

/// Where the quote that a value begins with is closed; `None` if it begins with none, or ends in it.
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

const SINGLE: &str = ": put the value between single quotes";

fn value_of(raw: &str, after: &str) -> Result<Zeroizing<String>, String> {
    let Some(quote) = raw.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let value = plain(raw)?;
        return if goes_on(&value, after) {
            Err("goes on in the next line, which programs cut off: make one line of it".to_owned())
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
    let differs = match quote {
        '\'' if inner.contains("\\\\") || inner.contains("\\'") => {
            "has a backslash that programs undo or keep between single quotes"
        }
        '"' if inner.contains('\\') => "has a backslash, which programs read differently between double quotes",
        '"' if inner.contains('`') => "has a `, which runs a command in a shell",
        '"' if has_variable(inner) => "has a $, in whose place some programs put a variable",
        _ => return Ok(Zeroizing::new(inner.to_owned())),
    };
    let advice = if quote == '"' && !inner.contains('\'') { SINGLE } else { "" };
    Err(format!("{differs}{advice}"))
}

/// Whether a shell, or a library that does as a shell does, puts something in the place of a `$`.
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
        // What ends in padding is no name with an empty value, if it is long enough for none.
        value == "none" || (name.len() >= 16 && matches!(value, "" | "=") && split(name).is_none())
    };
    opens || value.starts_with("-----") || (!value.is_empty() && is_rest && !next.contains(char::is_whitespace))
}

fn plain(raw: &str) -> Result<Zeroizing<String>, String> {
    if raw.starts_with('#') {
        return Err("begins with #, which is a comment for some programs only: put the value between quotes".to_owned());
    }
    let is_comment = |(at, _): &(usize, &str)| raw.get(..*at).is_some_and(|b| b.ends_with([' ', '\t']));
    let end = raw.match_indices('#').find(is_comment).map_or(raw.len(), |(at, _)| at);
    let value = raw.get(..end).unwrap_or_default().trim();
    // A placeholder is told as what it is.
    let is_bracketed = value.starts_with('<') && !value.starts_with("<<") && value.ends_with('>');
    let differs = if value.starts_with("-----BEGIN") {
        return Err("is only the first line of a key: put the whole between single quotes".to_owned());
    } else if value.ends_with('\\') {
        return Err(
            "ends in a backslash and goes on in the next line for some programs: make one line of it".to_owned()
        );
    } else if value.contains(char::is_whitespace) {
        "has a blank within its value"
    } else if value.contains(['"', '\'', '`', '\\']) {
        "has a quote or a backslash, which programs read differently"
    } else if value.contains([';', '&', '|', '(', ')']) || (value.contains(['<', '>']) && !is_bracketed) {
        "has a sign that ends the value in a shell, such as ; or &"
    } else if value.contains('#') {
        "has a #, with which a comment begins for some programs"
    } else if value.starts_with('~') {
        "begins with ~, in whose place a shell puts a folder"
    } else if has_variable(value) {
        "has a $, in whose place some programs put a variable"
    } else {
        return Ok(Zeroizing::new(value.to_owned()));
    };
    Err(format!("{differs}{SINGLE}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What a file with this value for a password gives.
    fn read(value: &str) -> Result<String, String> {
        let mut found = entries(&format!("A_CONTAINER_REGISTRY_PASSWORD={value}\n"));
        assert!(!found.is_empty(), "{value}");
        found.remove(0).value.map(|value| value.to_string())
    }

    #[test]
    fn a_value_comes_out_as_every_program_reads_it() {
        for (written, value) in [
            ("p", "p"),
            ("", ""),
            (" p  ", "p"),
            ("p\t# x", "p"),
            ("p$", "p$"),
            ("50%^{a}~*", "50%^{a}~*"),
            ("'a$b${C}$(d)'", "a$b${C}$(d)"),
            ("'p#w'", "p#w"),
            ("\"p#w;\"", "p#w;"),
            ("'a\\$b'", "a\\$b"),
            ("'a\"b' # x", "a\"b"),
            ("\"two words # no comment\"", "two words # no comment"),
            ("'two\nlines'", "two\nlines"),
            ("k=v==", "k=v=="),
        ] {
            assert_eq!(read(written).as_deref(), Ok(value), "{written}");
        }
    }

    #[test]
    fn a_value_that_programs_read_differently_is_refused_with_its_reason_and_its_line() {
        for (written, why) in [
            ("two s3cret words", "a blank"),
            ("it's3cret", "a quote or a backslash"),
            ("s3\\cret", "a quote or a backslash"),
            ("'s3cret", "not closed"),
            ("\"s3cret\\\"", "not closed"),
            ("'s3'cret", "after its closing quote"),
            ("{", "goes on in the next line"),
            ("{\n  \"private_key\": \"s3cret\"\n}", "goes on in the next line"),
            ("-----BEGIN PRIVATE KEY-----\ns3cret", "first line of a key"),
            ("s3cret\\\nmore", "ends in a backslash"),
            ("s3cretaaaaaaaaaaaaaaaaaaaaaaa\ncretbbbbbbbbbbbbbbbbbb==", "goes on in the next line"),
            ("s3cret;", "ends the value in a shell"),
            ("s3cret&x", "ends the value in a shell"),
            ("<<EOF\ns3cret\nEOF", "ends the value in a shell"),
            ("s3#cret", "a comment begins for some"),
            ("#s3cret", "begins with #"),
            ("s3$cret", "put a variable"),
            ("${s3cret}", "put a variable"),
            ("\"s3$cret\"", "put a variable"),
            ("\"s3`cret`\"", "runs a command"),
            ("\"s3\\ncret\"", "between double quotes"),
            ("\"s3\\\"cret\"", "between double quotes"),
            ("'s3\\\\cret'", "between single quotes"),
            ("~s3cret", "puts a folder"),
            ("'s3cret'#x", "after its closing quote"),
            ("\"s3\\tcret\"", "between double quotes"),
        ] {
            let told = read(written).unwrap_err();
            assert!(told.starts_with("A_CONTAINER_REGISTRY_PASSWORD in line 1 ") && told.contains(why), "{told}");
            assert!(!told.contains("cret"), "{told}");
        }
    }

    #[test]
    fn what_is_no_member_is_passed_over_and_lines_are_counted() {
        let text = "\u{20}\nGREETING=hello world\nMY-KEY=1\r\nnonsense\nIT=it's\n\
                    KEY='a\nA_CONTAINER_REGISTRY_USER=x\nb'\n\
                    [a]\n  export  A_CONTAINER_REGISTRY_SERVER = a.example\r\nA_CONTAINER_REGISTRY_PASSWORD s3cret\n\
                    # B_CONTAINER_REGISTRY_USER=c\nOPEN=\"x\nA_CONTAINER_REGISTRY_USER=u";
        let found = entries(text);
        let names: Vec<_> = found.iter().map(|entry| entry.name.rsplit('_').next().unwrap()).collect();
        assert_eq!(names, ["SERVER", "PASSWORD", "USER"]);
        assert_eq!(found[0].value.as_ref().unwrap().as_str(), "a.example");
        assert_eq!(found[1].value.as_ref().unwrap_err(), "A_CONTAINER_REGISTRY_PASSWORD in line 11 is not NAME=value");
        assert_eq!(found[2].value.as_ref().unwrap().as_str(), "u");
    }

    #[test]
    fn a_name_that_stands_there_twice_counts_where_both_are_alike() {
        let of = |text: &str| entries(text).pop().unwrap().value.map(|value| value.to_string());
        let name = "A_CONTAINER_REGISTRY_PASSWORD";
        assert_eq!(of(&format!("{name}=s\nexport {name}='s'\n")).as_deref(), Ok("s"));
        let twice = of(&format!("{name}=s3cret\n\n{name}=0ther\n")).unwrap_err();
        assert!(twice.contains("line 3 stands there a second time") && !twice.contains("cret"), "{twice}");
        assert!(of(&format!("{name}=s3#cret\n{name}=fine\n")).unwrap_err().contains("line 1"));
    }
}
