//! The members of credentials in a dotenv file.
//!
//! Shells and the many libraries agree on plain values, on single quotes, and on some of what stands between double
//! quotes. That is read; a value on which they disagree is refused with the reason, as a password that is nearly right
//! locks people out. A `$` is a `$`: passwords have them (Harbor's robots do in their names), and what a shell would
//! put in its place is nobody's password.
//!
//! It is written here because the library for it puts variables in the place of a `$`, and refuses a whole file for one
//! line that has nothing to do with us.

use zeroize::Zeroizing;

use super::triples::Entry;
use crate::domain::names::split;

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
            let value = raw.ok_or("is not NAME=value").and_then(value_of);
            let value = value.map_err(|why| format!("{name} in line {number} {why}"));
            found.push(Entry { name: name.to_owned(), value });
        }
        let (read, left) = rest.split_at_checked(length).unwrap_or((rest, ""));
        number += read.matches('\n').count();
        rest = left;
    }
    found
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

fn value_of(raw: &str) -> Result<Zeroizing<String>, &'static str> {
    let Some(quote) = raw.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return plain(raw) };
    let end = closing(raw).ok_or("has a quote that is not closed")?;
    let (inner, after) = (raw.get(1..end).unwrap_or_default(), raw.get(end + 1..).unwrap_or_default());
    let is_comment = after.starts_with([' ', '\t']) && after.trim_start().starts_with('#');
    if !after.trim().is_empty() && !is_comment {
        return Err("has something after its closing quote");
    }
    if quote == '\'' { Ok(Zeroizing::new(inner.to_owned())) } else { unescaped(inner) }
}

fn plain(raw: &str) -> Result<Zeroizing<String>, &'static str> {
    let is_comment = |(at, _): &(usize, &str)| *at == 0 || raw.get(..*at).is_some_and(|b| b.ends_with([' ', '\t']));
    let end = raw.match_indices('#').find(is_comment).map_or(raw.len(), |(at, _)| at);
    let value = raw.get(..end).unwrap_or_default().trim();
    if value.contains(char::is_whitespace) {
        return Err("has a blank within its value: put the value between single quotes");
    }
    if value.contains(['"', '\'', '`', '\\']) {
        return Err("has a quote or a backslash, which programs read differently: put the value between single quotes");
    }
    Ok(Zeroizing::new(value.to_owned()))
}

fn unescaped(inner: &str) -> Result<Zeroizing<String>, &'static str> {
    let mut value = Zeroizing::new(String::with_capacity(inner.len()));
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        value.push(match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some(c @ ('"' | '\\' | '$' | '`'))) => c,
            ('\\', Some('n')) => '\n',
            ('\\', _) => {
                return Err(
                    "has a backslash, which programs read differently between double quotes: use single quotes",
                );
            }
            (c, _) => c,
        });
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What a file with this value for a password gives.
    fn read(value: &str) -> Result<String, String> {
        let mut found = entries(&format!("A_CONTAINER_REGISTRY_PASSWORD={value}\n"));
        assert_eq!(found.len(), 1, "{value}");
        found.remove(0).value.map(|value| value.to_string())
    }

    #[test]
    fn a_value_comes_out_as_every_program_reads_it() {
        for (written, value) in [
            ("p", "p"),
            ("", ""),
            (" p  ", "p"),
            ("p\t# x", "p"),
            ("p#w", "p#w"),
            ("# all comment", ""),
            ("a$b${C}$(d)", "a$b${C}$(d)"),
            ("\"a$b\"", "a$b"),
            ("'a\\$b'", "a\\$b"),
            ("'a\\\\b\"' # x", "a\\\\b\""),
            ("\"a\\$b\\\"\\\\\"  ", "a$b\"\\"),
            ("\"a\\nb\"", "a\nb"),
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
            ("s3cret\\$", "a quote or a backslash"),
            ("'s3cret", "not closed"),
            ("\"s3cret\\\"", "not closed"),
            ("'s3'cret", "after its closing quote"),
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
}
