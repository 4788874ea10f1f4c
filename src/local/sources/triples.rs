//! Three values under one prefix, as a codespace has them in its environment and files have them in theirs.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::SourceFault;
use crate::domain::names::split;
use crate::domain::source::{Offered, Source, Taken, Triple};
use crate::domain::{Foreign, Member, Prefix, Sensitive};
use crate::local::Env;

/// A name with its value, or with what is wrong with it.
pub(super) struct Entry {
    pub name: String,
    pub value: Result<Zeroizing<String>, String>,
}

/// What of names and values belongs to a triple, by prefix. A name that is no member is passed over.
pub(super) fn gather(entries: impl IntoIterator<Item = Entry>) -> Vec<Triple> {
    let mut triples: BTreeMap<Prefix, Triple> = BTreeMap::new();
    for Entry { name, value } in entries {
        let Some((prefix, member)) = split(&name) else { continue };
        let triple = triples.entry(prefix.clone()).or_insert_with(|| Triple::new(prefix));
        let value = match value {
            Ok(value) => value,
            Err(flaw) => {
                triple.flaw = Some(flaw);
                continue;
            }
        };
        match member {
            Member::Server => triple.server = Some(Foreign::new(value.as_str())),
            Member::User => triple.user = Some(Foreign::new(value.as_str())),
            Member::Password => triple.password = Some(Sensitive::from(value.as_str())),
        }
    }
    triples.into_values().collect()
}

/// Every triple of the environment; a value that is no text counts as not there.
pub fn in_environment(env: &Env) -> Vec<Triple> {
    gather(env.members().map(|(name, value)| Entry {
        name: name.to_owned(),
        value: Ok(Zeroizing::new(value.unwrap_or_default().to_owned())),
    }))
}

pub(super) fn offers(env: &Env) -> Vec<Offered> {
    let triples = in_environment(env).into_iter();
    triples.map(|triple| triple.offered(Source::Env { prefix: triple.prefix.clone() })).collect()
}

pub(super) fn take(triples: Vec<Triple>, source: &Source, prefix: &Prefix) -> Result<Taken, SourceFault> {
    let triple = triples.into_iter().find(|triple| triple.prefix == *prefix).ok_or(SourceFault::Gone)?;
    triple.taken(source.clone()).map_err(SourceFault::Unusable)
}
