//! What a secret looks like: the one place that decides it, for fields, records, messages and arguments.
//!
//! It goes by format: the beginnings of well-known tokens (`assets/tokens.toml`), the surroundings of a secret
//! (`around`: armor, an address, the line that assigns it, the command that uses it), and long mixtures of characters
//! that do not occur in names (`mixture`). It does not guess if public values have the same format: a UUID, a digest in
//! an image's name, a name with dashes or capitalized words.

mod around;
mod mixture;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use around::{around, is_key};
pub use around::{is_assignment, is_pair_in_base64};
use mixture::is_mixture;

use super::preset::{token_inside, tokens};
use super::redactor::MARK;
use super::{Member, Sensitive};

/// A longer text in a field for a name is considered a secret without being checked.
pub const LONG: usize = 1024;
/// A shorter piece of a sentence is ignored: it may be a prefix mentioned in a text, such as `github_pat_`.
const PIECE: usize = 16;

/// What a text as a whole looks like, with an article, such as “a classic GitHub token”; `None` if it is not a secret.
pub fn looks_secret(text: &str) -> Option<Cow<'static, str>> {
    let text = text.trim();
    if text.len() > LONG {
        return Some(if is_key(text) { "a private key" } else { "too long for a name" }.into());
    }
    if is_key(text) {
        return Some("a private key".into());
    }
    if let Some(name) = token_name(text) {
        return Some(name.into());
    }
    if let Some(name) = around(text) {
        return Some(name.into());
    }
    let words = || text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'' | '`'));
    let found = words().chain(words().flat_map(pieces)).find_map(token_name);
    let found = found.or_else(|| token_inside(text).map(|token| token.name.as_str()));
    found.map(Cow::from).or_else(|| words().any(is_mixture).then(|| "a key or a password".into()))
}

/// Whether a part of the text is a well-known secret.
pub fn holds_secret(text: &str) -> bool {
    looks_secret(text).is_some()
}

/// Whether a user is a secret too: it is the password, contains it, or looks like one.
pub fn is_secret_user(user: &Sensitive, password: &Sensitive) -> bool {
    is_twin(user, password) || holds_secret(user.expose())
}

/// Whether a text in another field reveals the password: it is the password or contains it.
pub fn is_twin(text: &Sensitive, password: &Sensitive) -> bool {
    gives_away(text.expose(), password.expose())
}

/// The same for plain texts.
pub fn gives_away(text: &str, password: &str) -> bool {
    let (text, password) = (text.trim(), password.trim());
    if password.is_empty() || text.len() < password.len() {
        return false;
    }
    let is_long = || password.chars().nth(super::redactor::SHORT.saturating_sub(1)).is_some();
    text == password || (is_long() && text.contains(password))
}

/// A sentence with everything masked that looks like a well-known secret. For all messages, whoever wrote them.
#[must_use]
pub fn masked(text: &str) -> String {
    let text = without_keys(text);
    let mut shown = String::with_capacity(text.len());
    let is_end = |c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'' | '`' | '“' | '”' | '«' | '»' | '<' | '>' | '(' | ')')
    };
    for word in text.split_inclusive(is_end) {
        let bare = word.trim_end_matches(is_end);
        let (bare, rest) = (bare, &word[bare.len()..]);
        let inner = bare.trim_end_matches(['.', ':', '!', '?', '…']);
        if inner.len() < PIECE {
            shown.push_str(bare);
        } else if token_name(inner).is_some() {
            shown.push_str(MARK);
            shown.push_str(&bare[inner.len()..]);
        } else {
            masked_pieces(bare, &mut shown);
        }
        shown.push_str(rest);
    }
    shown
}

fn masked_pieces(word: &str, shown: &mut String) {
    for piece in word.split_inclusive(is_between) {
        let bare = piece.trim_end_matches(is_between);
        let is_secret = bare.len() >= PIECE && token_name(bare.trim_end_matches('.')).is_some();
        shown.push_str(if is_secret { MARK } else { bare });
        shown.push_str(&piece[bare.len()..]);
    }
}

/// The text without armored keys, each up to its end or the end of the text.
fn without_keys(text: &str) -> Cow<'_, str> {
    if !is_key(text) {
        return text.into();
    }
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = ARMOUR.iter().filter_map(|head| rest.find(head)).min() {
        shown.push_str(&rest[..at]);
        shown.push_str(MARK);
        let end = rest[at..].find("-- END ").or_else(|| rest[at..].find("--END ")).map(|end| at + end + 7);
        let after = end.and_then(|end| {
            let tail = rest[end..].find("--")?;
            Some(rest[end + tail..].trim_start_matches('-'))
        });
        rest = after.unwrap_or_default();
    }
    shown.push_str(rest);
    shown.into()
}

/// What a key's file begins with.
const ARMOUR: [&str; 3] = ["-----BEGIN ", "---- BEGIN ", "PuTTY-User-Key-File-"];

/// The name of the token whose beginning a text has.
fn token_name(text: &str) -> Option<&'static str> {
    // Every pattern begins with a letter or a digit and needs at least a few characters.
    if text.len() < 4 || !text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '~' | '.')) {
        return None;
    }
    let found = tokens().iter().find(|token| token.member == Member::Password && token.head.is_match(text));
    found.map(|token| token.name.as_str())
}

/// The separators between the parts of an address or an assignment.
fn is_between(c: char) -> bool {
    matches!(c, ':' | '@' | '/' | '=' | '&' | '?' | '|' | '{' | '}' | '[' | ']' | '\\')
}

fn pieces(word: &str) -> impl Iterator<Item = &str> {
    word.split(is_between).filter(|piece| piece.len() >= PIECE)
}
