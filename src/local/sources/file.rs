//! A dotenv or JSON file of one's own, with three entries under one prefix or several such triples.
//!
//! Only entries of a triple are judged, each for itself; whatever else stands in the file is passed over.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::triples::Entry;
use super::{SourceFault, dotenv, json_of, text_of, triples};
use crate::domain::Foreign;
use crate::domain::source::{Offered, Source, Triple};

pub(super) fn offers(path: &str, dir: &Path) -> Result<Vec<Offered>, SourceFault> {
    let triples = read(path, dir)?.into_iter();
    let source = |triple: &Triple| Source::File { path: Foreign::new(path), prefix: triple.prefix.clone() };
    Ok(triples.map(|triple| triple.offered(source(&triple))).collect())
}

pub(super) fn read(path: &str, dir: &Path) -> Result<Vec<Triple>, SourceFault> {
    let path: PathBuf = dir.join(path);
    let text = text_of(&path)?;
    match text.trim_start().get(..1) {
        Some("{") => json(&path, &text),
        // A line of dotenv may begin like this, and is passed over.
        Some("[") if serde_json::from_str::<Vec<serde::de::IgnoredAny>>(&text).is_ok() => {
            let why = "it is a JSON list, where an object of names and values is needed";
            Err(SourceFault::Broken { path: Foreign::new(path.to_string_lossy()), line: 1, why })
        }
        Some(_) | None => Ok(triples::gather(dotenv::entries(&text))),
    }
}

fn json(path: &Path, text: &str) -> Result<Vec<Triple>, SourceFault> {
    use serde_json::Value;
    let entries: std::collections::BTreeMap<String, Value> = json_of(path, text)?;
    Ok(triples::gather(entries.into_iter().map(|(name, value)| {
        let value = match value {
            Value::String(text) => Ok(Zeroizing::new(text)),
            Value::Null => Ok(Zeroizing::default()),
            Value::Number(_) => Err(format!("{name} is a number: put it between double quotes")),
            Value::Bool(_) => Err(format!("{name} is true or false: put it between double quotes")),
            Value::Array(_) | Value::Object(_) => Err(format!("{name} is no text")),
        };
        Entry { name, value }
    })))
}
