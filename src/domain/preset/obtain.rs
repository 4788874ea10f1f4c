//! The steps to a credential and the fixes for a failed test: texts and commands with placeholders, filled from what
//! was typed.
//!
//! A command is only ever shown and copied, never run. A placeholder is filled with part of a checked host or image,
//! made of characters without a meaning in any shell, so it cannot end a word.

use super::grammar::Pattern;
use super::{Preset, host_of};
use crate::domain::{Member, Server};

/// One step to get a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obtain {
    pub text: String,
    /// A command for a shell, to be copied.
    pub command: Option<String>,
    /// The page to do it in a browser, always https.
    pub page: Option<String>,
    /// The permissions it gives.
    pub gives: Option<String>,
    /// The lifetime of the value.
    pub life: Option<String>,
    /// The field it is for.
    pub member: Member,
    /// The bare hosts it applies to; `None` for all.
    pub host: Option<Pattern>,
}

/// What to do about a failed test of this product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    pub text: String,
    pub command: Option<String>,
}

/// A fix as written in a preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemedyRow {
    /// The code, such as `bad_credentials`.
    pub code: String,
    /// The bare hosts it applies to; `None` for all.
    pub host: Option<Pattern>,
    pub text: String,
    pub command: Option<String>,
}

/// The values for names in braces.
pub(super) type Holes = Vec<(String, String)>;

impl Preset {
    /// [`Preset::obtain`], filled with server and repository if known, else with those of the example.
    pub fn steps(&self, server: &str, repository: Option<&str>) -> Vec<Obtain> {
        let holes = self.holes(server, repository);
        let host = host_of(server).filter(|host| self.is_host(host)).or_else(|| host_of(&self.server.example));
        let is_for = |step: &&Obtain| {
            step.host.as_ref().is_none_or(|hosts| host.as_ref().is_some_and(|host| hosts.is_match(host)))
        };
        self.obtain.iter().filter(is_for).map(|step| step.filled(&holes)).collect()
    }

    /// What to do about this code at this server, if the product has its own text for it.
    pub fn remedy(&self, code: &str, server: &str, repository: Option<&str>) -> Option<Remedy> {
        let row = row_of(&self.remedies, code, server)?;
        let holes = self.holes(server, repository);
        Some(Remedy { text: fill(&row.text, &holes), command: row.command.as_ref().map(|text| fill(text, &holes)) })
    }

    /// The placeholders and their values: from what was typed, else from the example.
    pub(super) fn holes(&self, server: &str, repository: Option<&str>) -> Holes {
        let mut holes = self.holes_of(server, repository.or(repository_of(server)));
        for (name, value) in self.holes_of(&self.server.example, Some(&self.repository)) {
            if !holes.iter().any(|(known, _)| *known == name) {
                holes.push((name, value));
            }
        }
        holes.push(("user".to_owned(), self.user.example.clone()));
        holes
    }

    fn holes_of(&self, server: &str, repository: Option<&str>) -> Holes {
        let repository = repository.filter(|text| is_repository(text));
        let mut holes = Holes::new();
        if let Some(host) = host_of(server) {
            holes.extend(self.telling.iter().flat_map(|telling| telling.parts(&host)));
            holes.extend(Server::parse(&host).ok().map(|server| ("server".to_owned(), server.canonical())));
            holes.push(("host".to_owned(), host));
        }
        if let Some(repository) = repository {
            holes.extend(self.parts.iter().flat_map(|parts| parts.parts(repository)));
            holes.push(("repository".to_owned(), repository.to_owned()));
        }
        holes.retain(|(_, value)| is_word(value));
        holes
    }
}

impl Obtain {
    pub(super) fn filled(&self, holes: &Holes) -> Self {
        let fill = |text: &Option<String>| text.as_ref().map(|text| fill(text, holes));
        Self {
            text: self::fill(&self.text, holes),
            command: fill(&self.command),
            page: fill(&self.page),
            ..self.clone()
        }
    }
}

pub(super) fn row_of<'a>(rows: &'a [RemedyRow], code: &str, server: &str) -> Option<&'a RemedyRow> {
    let host = host_of(server).unwrap_or_default();
    rows.iter().find(|row| row.code == code && row.host.as_ref().is_none_or(|pattern| pattern.is_match(&host)))
}

/// The template with each known `{name}` filled; other braces belong to the command.
pub(super) fn fill(template: &str, holes: &Holes) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let value = hole(from).and_then(|name| holes.iter().find(|(known, _)| known == name));
        if let Some((name, value)) = value {
            filled.push_str(value);
            rest = &from[name.len() + 2..];
        } else {
            filled.push('{');
            rest = &from[1..];
        }
    }
    filled.push_str(rest);
    filled
}

/// The first name in braces without a value.
pub(super) fn unfilled<'a>(template: &'a str, holes: &Holes) -> Option<&'a str> {
    let names = template.match_indices('{').filter_map(|(at, _)| hole(&template[at..]));
    names.into_iter().find(|name| !holes.iter().any(|(known, _)| known == name))
}

/// The name of a placeholder at the beginning of a text: `{repository}`.
fn hole(text: &str) -> Option<&str> {
    let name = text.strip_prefix('{')?.split_once('}')?.0;
    (!name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')).then_some(name)
}

/// The repository in a server text that is a full image name, `host/team/app:1`.
fn repository_of(server: &str) -> Option<&str> {
    let text = server.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (_, path) = text.split_once('/')?;
    let path = path.split('@').next().unwrap_or_default();
    let path = path.split(':').next().unwrap_or_default().trim_end_matches('/');
    (!matches!(path, "" | "v1" | "v2")).then_some(path)
}

/// Source: OCI distribution specification, “Pulling manifests”, `<name>`; anything it allows beyond this is not a
/// single word.
pub(super) fn is_repository(text: &str) -> bool {
    let is_part = |part: &str| {
        let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        ends(part.chars().next())
            && ends(part.chars().last())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
    };
    text.len() <= 255 && text.split('/').all(is_part)
}

/// Whether a text stays a single word in a shell, and is not an option.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':'))
}
