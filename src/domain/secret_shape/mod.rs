//! What a secret looks like: the one place that decides it, for fields, records, messages and arguments alike.
//!
//! It goes by shapes: the beginnings of well-known tokens (`assets/tokens.toml`), what stands around a secret
//! (`around`: armour, an address, the line that assigns it, the command that takes it), and long mixtures of
//! characters that no name has (`mixture`). It refuses to guess where a shape is shared with what is public: a UUID, a
//! digest in an image's name, a name with dashes or in capital words.

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

/// A text longer than this in a field for a name is taken for a secret without being looked at.
pub const LONG: usize = 1024;
/// A piece of a sentence that is shorter is left alone: it may be a beginning that a text names, such as `github_pat_`.
const PIECE: usize = 16;

/// What the whole of a text looks like, with its article, such as «a classic GitHub token»; `None` for no secret.
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

/// Whether a user is a secret as well: where it is the password, holds it, or looks like one.
pub fn is_secret_user(user: &Sensitive, password: &Sensitive) -> bool {
    is_twin(user, password) || holds_secret(user.expose())
}

/// Whether a text that stands where no password belongs gives the password away: it is it, or has it as a part.
pub fn is_twin(text: &Sensitive, password: &Sensitive) -> bool {
    gives_away(text.expose(), password.expose())
}

/// The same of texts in the clear.
pub fn gives_away(text: &str, password: &str) -> bool {
    let (text, password) = (text.trim(), password.trim());
    if password.is_empty() || text.len() < password.len() {
        return false;
    }
    let is_long = || password.chars().nth(super::redactor::SHORT.saturating_sub(1)).is_some();
    text == password || (is_long() && text.contains(password))
}

/// A sentence without what looks like a well-known secret in it. For everything that is said, whoever wrote it.
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

/// The text without the armoured keys in it, each up to its end, or up to the text's.
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
    // Every pattern begins with a letter or a digit and asks for more than a few.
    if text.len() < 4 || !text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '~' | '.')) {
        return None;
    }
    let found = tokens().iter().find(|token| token.member == Member::Password && token.head.is_match(text));
    found.map(|token| token.name.as_str())
}

/// What stands between the parts of an address or an assignment.
fn is_between(c: char) -> bool {
    matches!(c, ':' | '@' | '/' | '=' | '&' | '?' | '|' | '{' | '}' | '[' | ']' | '\\')
}

fn pieces(word: &str) -> impl Iterator<Item = &str> {
    word.split(is_between).filter(|piece| piece.len() >= PIECE)
}
