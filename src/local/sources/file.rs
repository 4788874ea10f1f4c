//! A dotenv or JSON file of your own, with the three values of one prefix or several such credentials; or what another
//! program printed about a login, saved in a file.
//!
//! Only the members of credentials are checked, each on its own; everything else in the file is ignored.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::docker::{self, Pair};
use super::triples::Entry;
use super::{SourceFault, dotenv, json_of, text_of, triples};
use crate::domain::output::{self, Kind, Output};
use crate::domain::source::{Offered, Source, Taken, Triple};
use crate::domain::{Server, Untrusted};

pub(super) fn offers(path: &str, dir: &Path) -> Result<Vec<Offered>, SourceFault> {
    if let Some(stored) = stored(path, dir)? {
        return Ok(stored.iter().map(|one| one.offered(path)).collect());
    }
    let triples = read(path, dir)?.into_iter();
    let source = |triple: &Triple| Source::File { path: Untrusted::new(path), prefix: triple.prefix.clone() };
    Ok(triples.map(|triple| triple.offered(source(&triple))).collect())
}

/// A login in what another program printed or wrote.
struct Stored {
    kind: Kind,
    key: String,
    login: Result<Pair, String>,
}

impl Stored {
    fn offered(&self, path: &str) -> Offered {
        let key = Untrusted::new(self.key.as_str());
        let source = Source::Output { path: Untrusted::new(path), key: key.clone(), kind: self.kind };
        let server = Server::parse(&self.key).ok().map(|server| Untrusted::new(server.canonical()));
        let offer = Offered { server, ..Offered::new(source) };
        match &self.login {
            Ok(pair) => Offered { user: Some(Untrusted::new(pair.user_text())), ..offer },
            Err(why) => offer.refused(why.clone()),
        }
    }
}

/// The logins of a file that is a program's output; `None` for every other file.
fn stored(path: &str, dir: &Path) -> Result<Option<Vec<Stored>>, SourceFault> {
    let path: PathBuf = dir.join(path);
    let text = text_of(&path)?;
    let (kind, configuration) = match output::recognize(&text) {
        Some(Output::Logins(kind, logins)) => {
            let stored = |login: output::Login| Stored {
                kind,
                key: login.server.unwrap_or_default(),
                login: Ok(Pair { user: login.user, password: login.password }),
            };
            return Ok(Some(logins.into_iter().map(stored).collect()));
        }
        Some(Output::Configuration(kind, text)) => (kind, text),
        None => return Ok(None),
    };
    let logins = docker::logins_of(&configuration, &path)?;
    Ok(Some(logins.into_iter().map(|(key, login)| Stored { kind, key, login }).collect()))
}

pub(super) fn take_output(path: &str, dir: &Path, key: &Untrusted) -> Result<Taken, SourceFault> {
    let mut stored = stored(path, dir)?.unwrap_or_default().into_iter();
    let one = stored.find(|one| one.key == key.raw()).ok_or(SourceFault::Gone)?;
    let Offered { source, server, .. } = one.offered(path);
    let Pair { user, password } = one.login.map_err(SourceFault::Unusable)?;
    Ok(Taken { source, server: server.map(|server| server.raw().to_owned()), user, password })
}

pub(super) fn read(path: &str, dir: &Path) -> Result<Vec<Triple>, SourceFault> {
    let path: PathBuf = dir.join(path);
    let text = text_of(&path)?;
    match text.trim_start().get(..1) {
        Some("{") => json(&path, &text),
        // A dotenv line may begin like this, and is ignored.
        Some("[") if serde_json::from_str::<Vec<serde::de::IgnoredAny>>(&text).is_ok() => {
            let why = "it is a JSON list, not an object of names and values";
            Err(SourceFault::Broken { path: Untrusted::new(path.to_string_lossy()), line: 1, why: why.to_owned() })
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
            Value::Number(_) => Err(format!("{name} is a number: put it in double quotes")),
            Value::Bool(_) => Err(format!("{name} is true or false: put it in double quotes")),
            Value::Array(_) | Value::Object(_) => Err(format!("{name} is not a string")),
        };
        Entry { name, value }
    })))
}
