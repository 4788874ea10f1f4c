//! What is known about one registry product: the fields, their values, and where to get them.
//!
//! Everything specific is data in `assets/presets/*.toml`; this module reads it and contains no product names.

mod any;
mod grammar;
mod obtain;
#[cfg(test)]
mod obtain_tests;
mod parse;
mod product;
mod raw;
mod shelf;
mod single;
#[cfg(test)]
mod tests;
mod which;
#[cfg(test)]
mod which_tests;

use super::{Member, Prefix, Server};

pub use any::{AnyPreset, any_preset, any_presets};
pub use grammar::{Content, Otherwise, Pattern, Rule, RuleMend, Signs};
pub use obtain::{Obtain, Remedy, RemedyRow};
pub use parse::{Entry, PresetFault, parse, read};
pub use product::{Token, TokenNote, product_of_host, product_of_prefix, token_inside, token_of, tokens};
pub use shelf::{File, add_files, embedded_ids, faults, preset, presets, single, singles};
pub use single::{Single, Use, single_of};
pub use which::{
    Recognized, Sign, recognize, recognize_login, recognize_surely, recognize_trial, which, which_any, which_single,
};

/// One registry product, or one way to log in to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The value for `--preset`.
    pub id: String,
    /// The product's full name, such as “Azure Container Registry”.
    pub label: String,
    /// A short name for lists, such as “Azure”.
    pub short: String,
    pub summary: String,
    /// The default prefix for the first credential of this kind.
    pub prefix: Prefix,
    pub server: Field,
    pub user: Field,
    pub password: Field,
    /// The steps to a credential with the least permissions, with placeholders; [`Preset::steps`] fills them.
    pub obtain: Vec<Obtain>,
    /// The page where the steps begin, always https.
    pub obtain_url: Option<String>,
    /// The page that explains it, always https.
    pub docs_url: String,
    /// The usual lifetime of the password.
    pub life: Option<String>,
    /// The bare hosts of this product; `None` for “other”.
    pub(crate) hosts: Option<Pattern>,
    /// Finds the distinctive part of a host (`part`), for a second credential's prefix and for Azure's admin user, and
    /// other parts used in the steps.
    pub(crate) telling: Option<Pattern>,
    /// Finds the parts of a repository used in the steps, such as its project.
    pub(crate) parts: Option<Pattern>,
    /// The repository of the examples.
    pub(crate) repository: String,
    pub(crate) signs: Signs,
    pub(crate) remedies: Vec<RemedyRow>,
    /// Whether it is a user's own preset and not one of pullkey's.
    pub own: bool,
}

/// One of the three values of a preset: its name, its format, and its common mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub label: String,
    pub example: String,
    pub help: String,
    /// The only valid value; it is filled in.
    pub fixed: Option<String>,
    /// What the value must contain.
    pub content: Option<Content>,
    /// Values people actually type; the first match decides.
    pub(crate) wrong: Vec<Rule>,
    /// Correct values, only checked if nothing was wrong.
    pub(crate) right: Vec<Rule>,
    /// The finding for every other value.
    pub(crate) otherwise: Option<Otherwise>,
}

/// The bare, lower-case host in a server text, ignoring what is around it.
pub(crate) fn host_of(server: &str) -> Option<String> {
    let text = server.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest).trim_start_matches('/');
    let text = text.split(['/', '?', '#']).next().unwrap_or_default();
    let text = text.rsplit('@').next().unwrap_or_default().trim_end_matches('.');
    Server::parse(text).ok().map(|server| server.host().to_owned())
}

impl Preset {
    pub const fn field(&self, member: Member) -> &Field {
        match member {
            Member::Server => &self.server,
            Member::User => &self.user,
            Member::Password => &self.password,
        }
    }

    /// Whether a bare, lower-case host belongs to this product.
    pub fn is_host(&self, host: &str) -> bool {
        self.hosts.as_ref().is_some_and(|hosts| hosts.is_match(host))
    }

    /// The part of the host that distinguishes registries of this product, such as a name or region.
    pub(crate) fn telling_part(&self, server: &str) -> Option<String> {
        let host = host_of(server)?;
        self.telling.as_ref()?.part(&host)
    }

    /// The addresses that may be opened in a browser for this preset.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        let pages = self.obtain.iter().filter_map(|step| step.page.as_deref());
        // A page on a typed host is only shown.
        let known = pages.filter(|page| !page.split('/').take(3).any(|part| part.contains('{')));
        [Some(self.docs_url.as_str()), self.obtain_url.as_deref()].into_iter().flatten().chain(known)
    }

    /// A prefix that is not in use: the product's own, else with a distinctive suffix, else with a number.
    pub fn suggest_prefix(&self, server: &str, taken: &[Prefix]) -> Prefix {
        let first = self.first_prefix(server);
        let is_free = |prefix: &Prefix| !taken.contains(prefix);
        if is_free(&first) {
            return first;
        }
        let is_new = |part: &String| !part.is_empty() && *part != first.as_str();
        let telling = self.telling_part(server).map(|part| prefix_word(&part)).filter(is_new);
        let base = match telling.and_then(|part| Prefix::parse(&format!("{first}_{part}")).ok()) {
            Some(base) if is_free(&base) => return base,
            Some(base) => base,
            None => first,
        };
        let numbered = (2..=taken.len() + 2).filter_map(|n| Prefix::parse(&format!("{base}_{n}")).ok());
        numbered.into_iter().find(is_free).unwrap_or(base)
    }

    /// The preset's own prefix, or for “other” the word of the product the server belongs to.
    fn first_prefix(&self, server: &str) -> Prefix {
        if self.hosts.is_some() {
            return self.prefix.clone();
        }
        let known = host_of(server).and_then(|host| product::prefix_word_of_host(&host));
        known.and_then(|word| Prefix::parse(word).ok()).unwrap_or_else(|| self.prefix.clone())
    }
}

/// Upper case, letters and digits only, at most 40 of them.
fn prefix_word(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).take(40).collect::<String>().to_ascii_uppercase()
}
