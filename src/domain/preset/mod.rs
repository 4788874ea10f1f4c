//! What is known about one registry product: the fields, what goes into them, and where to get it.
//!
//! Everything particular is data in `assets/presets/*.toml`; this module reads it and refuses to know a product by
//! name.

mod grammar;
mod parse;
mod product;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use super::{Member, Prefix, Server};

pub use grammar::{Otherwise, Pattern, Rule, RuleMend};
pub use parse::{PresetFault, parse};
pub use product::{Token, TokenNote, looks_like_a_secret, product_of_host, product_of_prefix, tokens};

/// One registry product, or one way to log in to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// What `--preset` takes.
    pub id: String,
    /// The product's whole name, such as «Azure Container Registry».
    pub label: String,
    /// A word for lists, such as «Azure».
    pub short: String,
    pub summary: String,
    /// What the first credential of this kind is called.
    pub prefix: Prefix,
    pub server: Field,
    pub user: Field,
    pub password: Field,
    /// The steps to a credential with the least rights. Those that begin with `$ ` are commands.
    pub obtain: Vec<String>,
    /// Where the steps begin, always https.
    pub obtain_url: Option<String>,
    /// The page that explains it, always https.
    pub docs_url: String,
    /// The usual life of the password.
    pub life: Option<String>,
    /// Which bare hosts are this product's; `None` for «other».
    pub(crate) hosts: Option<Pattern>,
    /// Finds the telling part of a host (`part`), for a second credential's prefix and for Azure's admin user, and
    /// what else the steps speak of.
    pub(crate) telling: Option<Pattern>,
}

/// One of the three values of a preset: what it is called, how it looks, and how it goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub label: String,
    pub example: String,
    pub help: String,
    /// The only value that works; it is filled in.
    pub fixed: Option<String>,
    /// Values people really type; the first that matches speaks.
    pub(crate) wrong: Vec<Rule>,
    /// What is as it should be, asked only when nothing was wrong.
    pub(crate) right: Vec<Rule>,
    /// What is said of every other value.
    pub(crate) otherwise: Option<Otherwise>,
}

/// The files of `assets/presets`, in the order in which they are offered.
pub(crate) const FILES: [(&str, &str); 5] = [
    ("acr.toml", include_str!("../../../assets/presets/acr.toml")),
    ("dockerhub.toml", include_str!("../../../assets/presets/dockerhub.toml")),
    ("ecr.toml", include_str!("../../../assets/presets/ecr.toml")),
    ("ecr-token.toml", include_str!("../../../assets/presets/ecr-token.toml")),
    ("other.toml", include_str!("../../../assets/presets/other.toml")),
];

static PRESETS: LazyLock<Vec<Preset>> =
    LazyLock::new(|| FILES.iter().filter_map(|(file, text)| parse(file, text).ok()).collect());

/// All presets, in the order in which they are offered; «other» comes last.
pub fn presets() -> &'static [Preset] {
    &PRESETS
}

/// The preset with this id.
pub fn preset(id: &str) -> Option<&'static Preset> {
    presets().iter().find(|preset| preset.id == id)
}

/// Which product a server belongs to, however its host is spelled; `None` if it is none with a preset of its own.
pub fn recognize(server: &str) -> Option<&'static Preset> {
    let host = host_of(server)?;
    presets().iter().find(|preset| preset.is_host(&host))
}

/// The bare, lower-case host of a server text, however it is wrapped.
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

    /// Whether a bare, lower-case host is this product's.
    pub fn is_host(&self, host: &str) -> bool {
        self.hosts.as_ref().is_some_and(|hosts| hosts.is_match(host))
    }

    /// The part of the host that tells one registry of this product from another, such as its name or region.
    pub(crate) fn telling_part(&self, server: &str) -> Option<String> {
        let host = host_of(server)?;
        self.telling.as_ref()?.part(&host)
    }

    /// [`Preset::obtain`] with the example's registry, account and region replaced by those of the server, where it
    /// names them. What is filled in is part of a checked host, so it cannot end a shell's word.
    pub fn steps(&self, server: &str) -> Vec<String> {
        let parts = |server: &str| Some(self.telling.as_ref()?.parts(&host_of(server)?));
        let (Some(examples), Some(typed)) = (parts(&self.server.example), parts(server)) else {
            return self.obtain.clone();
        };
        let fill = |step: &String| {
            examples.iter().fold(step.clone(), |step, (name, example)| match typed.iter().find(|(n, _)| n == name) {
                Some((_, value)) if step.starts_with("$ ") => step.replace(example.as_str(), value),
                Some(_) | None => step,
            })
        };
        self.obtain.iter().map(fill).collect()
    }

    /// The addresses a browser may be sent to for this preset.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        [Some(self.docs_url.as_str()), self.obtain_url.as_deref()].into_iter().flatten()
    }

    /// A prefix that is not taken: the product's own, else with a telling suffix, else with a number.
    pub fn suggest_prefix(&self, server: &str, taken: &[Prefix]) -> Prefix {
        let first = self.first_prefix(server);
        let is_free = |prefix: &Prefix| !taken.contains(prefix);
        if is_free(&first) {
            return first;
        }
        let telling = self.telling_part(server).map(|part| prefix_word(&part)).filter(|part| !part.is_empty());
        let base = match telling.and_then(|part| Prefix::parse(&format!("{first}_{part}")).ok()) {
            Some(base) if is_free(&base) => return base,
            Some(base) => base,
            None => first,
        };
        let numbered = (2..=taken.len() + 2).filter_map(|n| Prefix::parse(&format!("{base}_{n}")).ok());
        numbered.into_iter().find(is_free).unwrap_or(base)
    }

    /// The preset's own prefix, or for «other» the word of the product the server is known to be.
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
