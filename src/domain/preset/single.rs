//! A product that needs only one secret, an npm registry's token, instead of a credential with three members.
//!
//! It contains the secret's name, its value, and the line of a file that uses it. Testing and writing is done
//! elsewhere.

use super::grammar::Pattern;
use super::obtain::{self, Holes, Obtain, Remedy, RemedyRow};
use super::{Field, host_of, singles};
use crate::domain::Prefix;

/// What is known about one such product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Single {
    pub id: String,
    pub label: String,
    /// A short name for lists, such as “npm”.
    pub short: String,
    pub summary: String,
    pub use_of: Use,
    /// The registry's address.
    pub server: Field,
    pub password: Field,
    pub obtain: Vec<Obtain>,
    pub docs_url: String,
    pub life: Option<String>,
    pub(crate) hosts: Option<Pattern>,
    pub(crate) remedies: Vec<RemedyRow>,
}

/// How the secret is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The secret's name, such as `NPM_TOKEN`.
    pub secret: String,
    /// The same, as written.
    pub name: Prefix,
    /// The file that uses it, such as `.npmrc`.
    pub file: String,
    /// The line in it, with `{address}` for the registry's host and path.
    pub(super) line: String,
}

impl Single {
    /// The line for the file, with the secret's usual name; `None` while the address is invalid.
    pub fn line(&self, server: &str) -> Option<String> {
        Some(obtain::fill(&self.use_of.line, &holes(server)?))
    }

    /// The same for a secret of another name.
    pub fn line_of(&self, server: &str, name: &Prefix) -> Option<String> {
        let usual = format!("${{{}}}", self.use_of.secret);
        Some(self.line(server)?.replace(&usual, &format!("${{{name}}}")))
    }

    /// A name that is not in use: the usual one, else with a number.
    pub(super) fn suggest_name(&self, taken: &[Prefix]) -> Prefix {
        let names = std::iter::once(self.use_of.secret.clone())
            .chain((2..=taken.len() + 2).map(|n| format!("{}_{n}", self.use_of.secret)));
        let mut names = names.filter_map(|name| Prefix::parse(&name).ok());
        let usual = self.use_of.name.clone();
        names.find(|name| !taken.contains(name)).unwrap_or(usual)
    }

    /// The steps to the secret, for this address or the example's.
    pub fn steps(&self, server: &str) -> Vec<Obtain> {
        let found = holes(server).or_else(|| holes(&self.server.example)).unwrap_or_default();
        self.obtain.iter().map(|step| step.filled(&found)).collect()
    }

    pub fn remedy(&self, code: &str, server: &str) -> Option<Remedy> {
        let row = obtain::row_of(&self.remedies, code, server)?;
        let found = holes(server).or_else(|| holes(&self.server.example)).unwrap_or_default();
        let fill = |text: &String| obtain::fill(text, &found);
        Some(Remedy { text: fill(&row.text), command: row.command.as_ref().map(fill) })
    }

    /// Whether a bare, lower-case host belongs to this product.
    pub fn is_host(&self, host: &str) -> bool {
        self.hosts.as_ref().is_some_and(|hosts| hosts.is_match(host))
    }
}

/// The product of an address: the one that knows its host, else the first, which also covers self-hosted registries.
pub fn single_of(address: &str) -> Option<&'static Single> {
    let host = host_of(address);
    let is_its = |single: &&Single| host.as_ref().is_some_and(|host| single.is_host(host));
    singles().iter().find(is_its).or_else(|| singles().first())
}

/// The placeholder values of a product with one secret; `None` while the address is invalid.
pub(super) fn holes(server: &str) -> Option<Holes> {
    let host = host_of(server)?;
    let address = address(server, &host)?;
    let registry = format!("https://{address}");
    Some(vec![("host".to_owned(), host), ("address".to_owned(), address), ("registry".to_owned(), registry)])
}

/// Host and path with a trailing slash, as npm looks up a registry.
fn address(server: &str, host: &str) -> Option<String> {
    let text = server.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let path = text.split_once('/').map_or("", |(_, path)| path).trim_end_matches('/');
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '@');
    if !path.chars().all(is_plain) {
        return None;
    }
    Some(if path.is_empty() { format!("{host}/") } else { format!("{host}/{path}/") })
}
