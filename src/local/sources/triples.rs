//! Three values under one prefix, as a codespace has them in its environment and files have them in theirs.

use std::collections::BTreeMap;

use super::SourceFault;
use crate::domain::names::split;
use crate::domain::source::{Offered, Source, Taken, Triple};
use crate::domain::{Foreign, Member, Prefix, Sensitive};
use crate::local::Env;

/// What of names and values belongs to a triple, by prefix. A name that is no member is passed over.
pub(super) fn gather<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Triple> {
    let mut triples: BTreeMap<Prefix, Triple> = BTreeMap::new();
    for (name, value) in pairs {
        let Some((prefix, member)) = split(name) else { continue };
        let triple = triples.entry(prefix.clone()).or_insert_with(|| Triple::new(prefix));
        match member {
            Member::Server => triple.server = Some(Foreign::new(value)),
            Member::User => triple.user = Some(Foreign::new(value)),
            Member::Password => triple.password = Some(Sensitive::from(value)),
        }
    }
    triples.into_values().collect()
}

/// Every triple of the environment; a value that is no text counts as not there.
pub fn in_environment(env: &Env) -> Vec<Triple> {
    gather(env.members().map(|(name, value)| (name, value.unwrap_or_default())))
}

pub(super) fn offers(env: &Env) -> Vec<Offered> {
    let triples = in_environment(env).into_iter();
    triples.map(|triple| triple.offered(Source::Env { prefix: triple.prefix.clone() })).collect()
}

pub(super) fn take(triples: Vec<Triple>, source: &Source, prefix: &Prefix) -> Result<Taken, SourceFault> {
    let triple = triples.into_iter().find(|triple| triple.prefix == *prefix).ok_or(SourceFault::Gone)?;
    let missing = triple.missing();
    match (triple.server, triple.user, triple.password) {
        (Some(server), Some(user), Some(password)) if missing.is_empty() => Ok(Taken {
            source: source.clone(),
            server: Some(server.raw().to_owned()),
            user: Sensitive::from(user.raw()),
            password,
        }),
        _ => Err(SourceFault::Unusable(format!("{} is missing", missing.join(" and ")))), // one at least
    }
}
