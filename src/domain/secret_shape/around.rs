//! Secrets that are recognized by their surroundings.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::domain::output::{self, Output};

/// A shorter value is ignored: `token=x` means nothing.
const FEWEST: usize = 4;

/// What surrounds a secret in this text, if anything.
pub(super) fn around(text: &str) -> Option<&'static str> {
    if has_password(text) {
        return Some("an address with a password");
    }
    if has_secret_parameter(text) {
        return Some("an address or a line containing a secret");
    }
    if is_header(text) {
        return Some("a login header");
    }
    if is_pair_in_base64(text) {
        return Some("user and password in base64");
    }
    let is_login = |output| match output {
        Output::Logins(_, logins) => !logins.is_empty(),
        Output::Configuration(_, _) => true,
    };
    output::recognize(text).is_some_and(is_login).then_some("a command or an output containing a login")
}

/// A private key: armored (PEM, `OpenSSH`, PGP, ssh.com's four dashes, with any white space), in the files of `PuTTY`
/// and of Google service accounts, or the beginning of `OpenSSH`'s own format.
pub(super) fn is_key(text: &str) -> bool {
    let is_armour = text.contains("---BEGIN ") || text.contains("-- BEGIN ") || text.contains("--BEGIN\u{a0}");
    let is_public = text.contains("PUBLIC KEY") && !text.contains("PRIVATE");
    is_armour && text.contains("KEY") && !is_public
        || text.contains("\"private_key\"")
        || text.contains("b3BlbnNzaC1rZXktdjE")
        || text.contains("PuTTY-User-Key-File-")
}

/// `scheme://user:password@host`, also without the scheme.
fn has_password(text: &str) -> bool {
    // After a scheme, a password may contain characters that end the host elsewhere.
    let authority = match text.split_once("://") {
        Some((_, rest)) => rest,
        None => text.split(['/', '?', '#']).next().unwrap_or_default(),
    };
    let Some((info, host)) = authority.rsplit_once('@') else { return false };
    // `repository:tag@sha256:…` is an image.
    let is_digest = ["sha256:", "sha384:", "sha512:"].iter().any(|name| host.starts_with(name));
    !is_digest && info.split_once(':').is_some_and(|(_, password)| password.len() >= FEWEST)
}

/// `…?sig=…`, `AccountKey=…;`, `export NPM_TOKEN=…`, `"password": "…"`: a name that ends like the name of a secret, and
/// a value that is not a placeholder.
fn has_secret_parameter(text: &str) -> bool {
    text.match_indices(['=', ':']).any(|(at, sign)| {
        // `acme/token:latest` is an image.
        let is_apart = |c: char| c.is_whitespace() || matches!(c, '"' | '\'');
        if sign == ":" && !text[at + 1..].starts_with(is_apart) && !text[..at].ends_with(['"', '\'']) {
            return false;
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let before = text[..at].trim_end_matches([' ', '\t']).trim_end_matches(['"', '\'']);
        let start =
            before.rfind(|c| !is_name(c)).map_or(0, |at| before[at..].chars().next().map_or(0, |c| at + c.len_utf8()));
        let value = text[at + 1..].trim_start_matches([' ', '\t']).trim_start_matches(['"', '\'']);
        let end =
            value.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '&' | ';' | ',')).unwrap_or(value.len());
        is_secrets_name(&before[start..]) && is_value(&value[..end])
    })
}

/// Whether a text begins with a secret's own name: `TOKEN=…`, `export X_PASSWORD=…`, `$env:PAT = …`, `"password": "…"`.
pub fn is_assignment(text: &str) -> bool {
    let heads = ["export ", "set ", "setx ", "$env:", "declare -x ", "readonly ", "env ", "-e ", "--env "];
    let begins = |head: &&str| text.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head));
    let text = heads.iter().find(|head| begins(head)).map_or(text, |head| &text[head.len()..]);
    let text = text.trim_start_matches(['"', '\'', '{', ' ']);
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(text.len());
    let after = text[end..].trim_start_matches(['"', '\'', ' ', '\t']);
    is_secrets_name(&text[..end]) && after.len() > 1 && after.starts_with(['=', ':'])
}

/// The names of secrets in storage addresses (`sig`), connection strings and variable files.
fn is_secrets_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase().replace('-', "_");
    let last = lower.rsplit(['_', '.']).next().unwrap_or_default();
    matches!(last, "sig" | "signature" | "pwd" | "passwd" | "secret" | "token" | "authtoken" | "pat")
        || [
            "password",
            "passphrase",
            "accountkey",
            "accesskey",
            "access_key",
            "secret_key",
            "secretkey",
            "apikey",
            "api_key",
        ]
        .iter()
        .any(|end| lower.ends_with(end))
}

/// Whether this is an actual value: not a variable, a file, or a placeholder in brackets.
fn is_value(value: &str) -> bool {
    value.len() >= FEWEST && !value.starts_with(['$', '<', '{', '%', '/', '.', '*'])
}

/// `Basic dTpw…`, `Bearer eyJ…`, with or without the header's name.
fn is_header(text: &str) -> bool {
    let begins = |text: &str, head: &str| text.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head));
    let names = ["authorization:", "proxy-authorization:", "x-registry-auth:", "x-jfrog-art-api:", "private-token:"];
    if let Some(name) = names.iter().find(|name| begins(text, name)) {
        return text.len() >= name.len() + FEWEST;
    }
    let schemes = ["basic ", "bearer "];
    let rest = schemes.iter().find(|scheme| begins(text, scheme)).map(|scheme| text[scheme.len()..].trim());
    // “Basic plan” is not one.
    rest.is_some_and(|rest| rest.len() >= 16 && !rest.contains(char::is_whitespace))
}

/// `user:password` as in docker's configuration and in a login header.
pub fn is_pair_in_base64(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    if bare.len() < 12 || bare.contains(|c: char| !(c.is_ascii_alphanumeric() || "+/-_".contains(c))) {
        return false;
    }
    [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD].iter().any(|engine| {
        let Ok(bytes) = engine.decode(bare).map(Zeroizing::new) else { return false };
        let Some((user, password)) = std::str::from_utf8(&bytes).ok().and_then(|pair| pair.split_once(':')) else {
            return false;
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || "._-+@$|/_~".contains(c);
        let is_plain = |c: char| c.is_ascii_graphic() || c == ' ';
        !user.is_empty() && user.chars().all(is_name) && password.len() >= FEWEST && password.chars().all(is_plain)
    })
}
