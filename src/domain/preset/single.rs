//! A product that needs one secret only, an npm registry's token: no credential of three members.
//!
//! It says what the secret is called, what goes into it, and the line of a file that uses it. Trying and writing it is
//! not done here.

use super::grammar::Pattern;
use super::obtain::{self, Holes, Obtain, Remedy, RemedyRow};
use super::{Field, host_of, singles};
use crate::domain::Prefix;

/// What is known about one such product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Single {
    pub id: String,
    pub label: String,
    /// A word for lists, such as «npm».
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
    /// The same, as it is written.
    pub name: Prefix,
    /// The file that takes it, such as `.npmrc`.
    pub file: String,
    /// The line in it, with `{address}` for the registry's host and path.
    pub(super) line: String,
}

impl Single {
    /// The line for the file, with the secret's usual name; `None` while the address is none.
    pub fn line(&self, server: &str) -> Option<String> {
        Some(obtain::fill(&self.use_of.line, &holes(server)?))
    }

    /// The same for a secret of another name.
    pub fn line_of(&self, server: &str, name: &Prefix) -> Option<String> {
        let usual = format!("${{{}}}", self.use_of.secret);
        Some(self.line(server)?.replace(&usual, &format!("${{{name}}}")))
    }

    /// A name that is not taken: the usual one, else with a number.
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

    /// Whether a bare, lower-case host is this product's.
    pub fn is_host(&self, host: &str) -> bool {
        self.hosts.as_ref().is_some_and(|hosts| hosts.is_match(host))
    }
}

/// The product an address belongs to: the one that knows its host, else the first, which stands for registries of
/// one's own too.
pub fn single_of(address: &str) -> Option<&'static Single> {
    let host = host_of(address);
    let is_its = |single: &&Single| host.as_ref().is_some_and(|host| single.is_host(host));
    singles().iter().find(is_its).or_else(|| singles().first())
}

/// What fills the holes of a product with one secret; `None` while the address is none.
pub(super) fn holes(server: &str) -> Option<Holes> {
    let host = host_of(server)?;
    let address = address(server, &host)?;
    let registry = format!("https://{address}");
    Some(vec![("host".to_owned(), host), ("address".to_owned(), address), ("registry".to_owned(), registry)])
}

/// Host and path with a slash at the end, as npm looks a registry up.
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
