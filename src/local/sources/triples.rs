//! Three values under one prefix, as a codespace has them in its environment and as files have them.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::SourceFault;
use crate::domain::names::split;
use crate::domain::near::near_misses;
use crate::domain::source::{Offered, Source, Taken, Triple};
use crate::domain::{Member, Prefix, Sensitive, Untrusted};
use crate::local::Env;

/// A name with its value, or with what is wrong with it.
pub(super) struct Entry {
    pub name: String,
    pub value: Result<Zeroizing<String>, String>,
}

/// The names and values that belong to a credential, by prefix. Other names are ignored.
pub(super) fn gather(entries: impl IntoIterator<Item = Entry>) -> Vec<Triple> {
    let mut triples: BTreeMap<Prefix, Triple> = BTreeMap::new();
    let mut others = Vec::new();
    for Entry { name, value } in entries {
        let Some((prefix, member)) = split(&name) else {
            others.push(name);
            continue;
        };
        let triple = triples.entry(prefix.clone()).or_insert_with(|| Triple::new(prefix));
        let value = match value {
            Ok(value) => value,
            Err(flaw) => {
                triple.flaw = Some(flaw);
                continue;
            }
        };
        match member {
            Member::Server => triple.server = Some(Untrusted::new(value.as_str())),
            Member::User => triple.user = Some(Untrusted::new(value.as_str())),
            Member::Password => triple.password = Some(Sensitive::from(value.as_str())),
        }
    }
    connected(triples, &others)
}

/// The credentials, each with the names that were meant for what it lacks. If a prefix has no credential, an empty one
/// is added, so that the names are reported.
fn connected(mut triples: BTreeMap<Prefix, Triple>, others: &[String]) -> Vec<Triple> {
    let present: Vec<_> = triples.values().map(Triple::present).collect();
    for near in near_misses(others.iter().map(String::as_str), &present) {
        for prefix in near.prefixes.clone() {
            let triple = triples.entry(prefix.clone()).or_insert_with(|| Triple::new(prefix));
            triple.near.push(near.clone());
        }
    }
    triples.into_values().collect()
}

/// Every credential in the environment; a value that is not text counts as missing.
pub fn in_environment(env: &Env) -> Vec<Triple> {
    let entry = |(name, value): (&str, Option<&str>)| Entry {
        name: name.to_owned(),
        value: Ok(Zeroizing::new(value.unwrap_or_default().to_owned())),
    };
    gather(env.members().chain(env.near_names().map(|name| (name, None))).map(entry))
}

pub(super) fn offers(env: &Env) -> Vec<Offered> {
    let triples = in_environment(env).into_iter();
    triples.map(|triple| triple.offered(Source::Env { prefix: triple.prefix.clone() })).collect()
}

pub(super) fn take(triples: Vec<Triple>, source: &Source, prefix: &Prefix) -> Result<Taken, SourceFault> {
    let triple = triples.into_iter().find(|triple| triple.prefix == *prefix).ok_or(SourceFault::Gone)?;
    triple.taken(source.clone()).map_err(SourceFault::Unusable)
}
