//! A dotenv or JSON file of one's own, with three entries under one prefix or several such triples.
//!
//! A `$` is a `$`: passwords have them (Harbor's robots do in their names), and what a shell would put in its place is
//! nobody's password.

use std::path::{Path, PathBuf};

use super::{SourceFault, json_of, text_of, triples};
use crate::domain::Foreign;
use crate::domain::source::{Offered, Source, Triple};

/// Stands for `$` while a library reads the file that would replace it by a variable. Private Use, so in no text.
const DOLLAR: char = '\u{f8d0}';
/// Stands for `\$`, which means a `$` or, between single quotes, both characters.
const ESCAPED: char = '\u{f8d1}';

pub(super) fn offers(path: &str, dir: &Path) -> Result<Vec<Offered>, SourceFault> {
    let triples = read(path, dir)?.into_iter();
    let source = |triple: &Triple| Source::File { path: Foreign::new(path), prefix: triple.prefix.clone() };
    Ok(triples.map(|triple| triple.offered(source(&triple))).collect())
}

pub(super) fn read(path: &str, dir: &Path) -> Result<Vec<Triple>, SourceFault> {
    let path: PathBuf = dir.join(path);
    let text = text_of(&path)?;
    if text.trim_start().starts_with('{') {
        let entries: std::collections::BTreeMap<String, serde_json::Value> = json_of(&path, &text)?;
        let texts = entries.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
        return Ok(triples::gather(texts));
    }
    dotenv(&path, &text)
}

fn dotenv(path: &Path, text: &str) -> Result<Vec<Triple>, SourceFault> {
    let broken = |at: usize, why| {
        let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        SourceFault::Broken { path: Foreign::new(path.to_string_lossy()), line, why }
    };
    if let Some(at) = text.find([DOLLAR, ESCAPED]) {
        return Err(broken(at, "it has a character that no value has"));
    }
    let guarded = zeroize::Zeroizing::new(
        text.replace("\\$", ESCAPED.encode_utf8(&mut [0; 4])).replace('$', DOLLAR.encode_utf8(&mut [0; 4])),
    );
    let line_of = |piece: &str| {
        let at = guarded.find(piece.trim_end()).unwrap_or_default();
        guarded.get(..at).unwrap_or_default().matches('\n').count() + 1
    };
    let mut pairs = Vec::new();
    for entry in dotenvy::from_read_iter(guarded.as_bytes()) {
        match entry {
            Ok((name, value)) if value.contains(ESCAPED) && crate::domain::names::split(&name).is_some() => {
                let line = line_of(&name);
                let why = "write a value that has \\$ between single quotes and without the backslash";
                return Err(SourceFault::Broken { path: Foreign::new(path.to_string_lossy()), line, why });
            }
            Ok((name, value)) => {
                let value = zeroize::Zeroizing::new(value);
                pairs.push((name, zeroize::Zeroizing::new(value.replace(DOLLAR, "$"))));
            }
            Err(fault) => {
                let piece = match &fault {
                    dotenvy::Error::LineParse(piece, _) => zeroize::Zeroizing::new(piece.clone()),
                    _ => zeroize::Zeroizing::default(), // reads memory, so nothing else fails
                };
                let line = line_of(&piece);
                let why = "it is neither NAME=value nor a comment";
                return Err(SourceFault::Broken { path: Foreign::new(path.to_string_lossy()), line, why });
            }
        }
    }
    Ok(triples::gather(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
}
