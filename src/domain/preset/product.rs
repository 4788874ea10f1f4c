//! Registry products beyond those with a preset, and the formats of well-known secrets: two tables in `assets`.
//!
//! Both are guesses for display and for lints; nothing is ever sent anywhere because of them.

use std::sync::LazyLock;

use serde::Deserialize;

use super::grammar::Pattern;
use crate::domain::lint::Severity;
use crate::domain::{Member, Prefix};

pub(super) const PRODUCTS: &str = include_str!("../../../assets/products.toml");
pub(super) const TOKENS: &str = include_str!("../../../assets/tokens.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProducts {
    product: Vec<RawProduct>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProduct {
    name: String,
    words: Vec<String>,
    #[serde(default)]
    heads: Vec<String>,
    hosts: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTokens {
    token: Vec<RawToken>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawToken {
    name: String,
    head: String,
    whole: Option<String>,
    member: RawMember,
    product: Option<String>,
    #[serde(default = "good")]
    elsewhere: Severity,
    note: Option<TokenNote>,
    #[serde(default)]
    shape_only: bool,
}

const fn good() -> Severity {
    Severity::Good
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawMember {
    User,
    Password,
}

struct Product {
    name: String,
    words: Vec<String>,
    heads: Vec<String>,
    hosts: Option<Pattern>,
}

/// The format of one kind of well-known secret, and where it belongs.
#[derive(Clone, Debug)]
pub struct Token {
    /// With an article, such as “a Docker personal access token”.
    pub name: String,
    /// The pattern that identifies it.
    pub head: Pattern,
    /// The pattern of a complete one.
    pub whole: Option<Pattern>,
    /// The field it belongs in.
    pub member: Member,
    /// The product that issues it; `None` if no image registry accepts it.
    pub product: Option<String>,
    /// Its severity at an unknown host.
    pub elsewhere: Severity,
    /// A finding even at its own product.
    pub note: Option<TokenNote>,
    /// Whether it is only listed to be masked: then nothing is reported about where it belongs.
    shape_only: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenNote {
    pub severity: Severity,
    pub text: String,
}

pub(super) type ReadFault = String;

fn read_products(text: &str) -> Result<Vec<Product>, ReadFault> {
    let raw: RawProducts = toml::from_str(text).map_err(|fault| fault.to_string())?;
    raw.product
        .into_iter()
        .map(|raw| {
            let hosts = raw.hosts.as_deref().map(Pattern::own);
            Ok(Product { name: raw.name, words: raw.words, heads: raw.heads, hosts })
        })
        .collect()
}

pub(super) fn read_tokens(text: &str) -> Result<Vec<Token>, ReadFault> {
    let raw: RawTokens = toml::from_str(text).map_err(|fault| fault.to_string())?;
    raw.token
        .into_iter()
        .map(|raw| {
            Ok(Token {
                name: raw.name,
                head: Pattern::own(&raw.head),
                whole: raw.whole.as_deref().map(Pattern::own),
                member: match raw.member {
                    RawMember::User => Member::User,
                    RawMember::Password => Member::Password,
                },
                product: raw.product,
                elsewhere: raw.elsewhere,
                note: raw.note,
                shape_only: raw.shape_only,
            })
        })
        .collect()
}

static PRODUCT_TABLE: LazyLock<Vec<Product>> = LazyLock::new(|| read_products(PRODUCTS).unwrap_or_default());
static TOKEN_TABLE: LazyLock<Vec<Token>> = LazyLock::new(|| read_tokens(TOKENS).unwrap_or_default());

/// The formats of well-known secrets.
pub fn tokens() -> &'static [Token] {
    &TOKEN_TABLE
}

/// The well-known secret a text begins like, among those with a known place.
pub fn token_of(text: &str) -> Option<&'static Token> {
    tokens().iter().find(|token| !token.shape_only && token.head.is_match(text))
}

/// A well-known secret within a text, among those that cannot be mistaken: it was typed after something else.
pub fn token_inside(text: &str) -> Option<&'static Token> {
    /// At least this much of it is required.
    const FEWEST: usize = 20;
    let is_in = |token: &&Token| {
        let head = token.head.beginning();
        token.head.is_signed()
            && text.match_indices(head).any(|(at, _)| text.len() - at >= FEWEST && token.head.is_match(&text[at..]))
    };
    tokens().iter().filter(|token| token.member == Member::Password).find(is_in)
}

/// A guess which product a credential is for, from the words of its prefix: `ACR_TEAM` is “Azure”.
pub fn product_of_prefix(prefix: &Prefix) -> Option<&'static str> {
    let words: Vec<&str> = prefix.as_str().split('_').filter(|word| !word.is_empty()).collect();
    let find = |is: &dyn Fn(&Product, &str) -> bool| {
        words.iter().find_map(|word| PRODUCT_TABLE.iter().find(|product| is(product, word)))
    };
    let product = find(&|product, word| product.words.iter().any(|w| w == word))
        .or_else(|| find(&|product, word| product.words.iter().any(|w| is_numbered(word, w))))
        .or_else(|| find(&|product, word| product.heads.iter().any(|head| word.starts_with(head.as_str()))))?;
    Some(product.name.as_str())
}

/// `ACR2` is `ACR`.
fn is_numbered(word: &str, name: &str) -> bool {
    word.strip_prefix(name).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// The product of a bare, lower-case host, by its short name.
pub fn product_of_host(host: &str) -> Option<&'static str> {
    product_by_host(host).map(|product| product.name.as_str())
}

fn product_by_host(host: &str) -> Option<&'static Product> {
    PRODUCT_TABLE.iter().find(|product| product.hosts.as_ref().is_some_and(|hosts| hosts.is_match(host)))
}

/// The word a new credential's prefix begins with if its host belongs to a known product.
pub(super) fn prefix_word_of_host(host: &str) -> Option<&'static str> {
    product_by_host(host)?.words.first().map(String::as_str)
}

#[cfg(test)]
pub(super) fn table_faults() -> Vec<String> {
    let unsound = PRODUCT_TABLE
        .iter()
        .filter_map(|product| product.hosts.as_ref())
        .chain(TOKEN_TABLE.iter().flat_map(|token| [Some(&token.head), token.whole.as_ref()].into_iter().flatten()))
        .filter(|pattern| !pattern.is_sound())
        .map(|pattern| format!("{pattern:?}"));
    let unread = [read_products(PRODUCTS).err(), read_tokens(TOKENS).err()];
    unread.into_iter().flatten().chain(unsound).collect()
}

#[cfg(test)]
pub(super) fn product_names() -> Vec<&'static str> {
    PRODUCT_TABLE.iter().map(|product| product.name.as_str()).collect()
}
