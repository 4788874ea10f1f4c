//! What a secret looks like: the one place that decides it, for fields, records, messages and arguments alike.
//!
//! It goes by shapes: the beginnings of well-known tokens (`assets/tokens.toml`), private keys, service accounts' keys,
//! addresses with a password in them, and long mixtures of characters that no name has. It refuses to guess where a
//! shape is shared with what is public: a UUID, a digest in an image's name, a name with dashes.

use std::borrow::Cow;

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
    if has_password(text) {
        return Some("an address with a password".into());
    }
    if let Some(name) = token_name(text) {
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
    let is_end =
        |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'' | '`' | '«' | '»' | '<' | '>' | '(' | ')');
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
    while let Some(at) = rest.find("-----BEGIN ") {
        shown.push_str(&rest[..at]);
        shown.push_str(MARK);
        let end = rest[at..].find("-----END ").map(|end| at + end + 9);
        let after = end.and_then(|end| rest[end..].find("-----").map(|tail| end + tail + 5));
        rest = after.map_or("", |after| &rest[after..]);
    }
    shown.push_str(rest);
    shown.into()
}

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

fn is_key(text: &str) -> bool {
    let is_armour = text.contains("-----BEGIN ") || text.contains("-----BEGIN\u{a0}");
    is_armour && text.contains("KEY") || text.contains("\"private_key\"") || text.contains("b3BlbnNzaC1rZXktdjE")
}

/// `scheme://user:password@host`, also without the scheme.
fn has_password(text: &str) -> bool {
    // After a scheme a password may hold what ends the host elsewhere.
    let authority = match text.split_once("://") {
        Some((_, rest)) => rest,
        None => text.split(['/', '?', '#']).next().unwrap_or_default(),
    };
    let Some((info, host)) = authority.rsplit_once('@') else { return false };
    // `repository:tag@sha256:…` is an image.
    let is_digest = host.starts_with("sha256:") || host.starts_with("sha512:");
    !is_digest && info.split_once(':').is_some_and(|(_, password)| password.len() >= 4)
}

/// A long word in which letters of both cases and digits are mixed as chance mixes them, or that is nothing but
/// hexadecimal of a length that tokens have (40, 64). No digest's `sha256:` is before it: a whole word is looked at.
fn is_mixture(word: &str) -> bool {
    let length = word.len();
    if length >= 40 && matches!(length, 40 | 64) && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return true;
    }
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-');
    if length < 32 || !word.bytes().all(is_part) {
        return false;
    }
    let count = |is: fn(&u8) -> bool| word.bytes().filter(is).count();
    let class = |b: u8| (b.is_ascii_uppercase(), b.is_ascii_lowercase(), b.is_ascii_digit());
    let changes = word.as_bytes().windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
    let signs = word.bytes().filter(|b| !b.is_ascii_alphanumeric()).count();
    // Names change from one kind to another about once a word, and have a sign between two words.
    count(u8::is_ascii_uppercase) >= 3
        && count(u8::is_ascii_lowercase) >= 3
        && count(u8::is_ascii_digit) >= 1
        && signs <= length / 8
        && changes >= length * 3 / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made up; each has the shape of what its name says.
    pub(crate) fn samples() -> Vec<(&'static str, String)> {
        let hex = |n: usize| "0123456789abcdef".chars().cycle().take(n).collect::<String>();
        let mixed = |n: usize| "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8".chars().cycle().take(n).collect::<String>();
        vec![
            ("GitHub classic", format!("ghp_{}", mixed(36))),
            ("GitHub fine-grained", format!("github_pat_{}", mixed(82))),
            ("GitHub installation", format!("ghs_123456_eyJ{}.eyJ{}.{}", mixed(60), mixed(300), mixed(120))),
            ("Docker", format!("dckr_pat_{}", mixed(27))),
            ("GitLab", format!("glpat-{}", mixed(20))),
            ("GitLab runner", format!("glrt-{}", mixed(20))),
            ("DigitalOcean", format!("dop_v1_{}", hex(64))),
            ("DigitalOcean OAuth", format!("doo_v1_{}", hex(64))),
            ("DigitalOcean refresh", format!("dor_v1_{}", hex(64))),
            ("Heroku", format!("HRKU-AA{}", mixed(58))),
            ("Quay", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".chars().cycle().take(64).collect()),
            ("Harbor", mixed(32)),
            ("IBM", mixed(44)),
            ("AWS secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
            ("Hetzner", mixed(64)),
            ("Linode", hex(64)),
            ("Cloudsmith", hex(40)),
            ("Fly.io", format!("fm2_{}", mixed(200))),
            ("Fly.io with its scheme", format!("FlyV1 fm2_{}", mixed(200))),
            ("Render", format!("rnd_{}", mixed(28))),
            ("Supabase", format!("sbp_{}", hex(40))),
            ("Bitbucket", format!("ATBB{}", mixed(32))),
            ("Atlassian", format!("ATCTT3xFfGF0{}=1A2B3C4D", mixed(180))),
            ("npm", format!("npm_{}", mixed(36))),
            ("PyPI", format!("pypi-AgEIcHlwaS5vcmc{}", mixed(120))),
            ("ACR", format!("{}+ACRA{}", mixed(42), mixed(5))),
            ("Azure storage", format!("{}+ASt{}Q==", mixed(76), mixed(5))),
            ("Google", format!("ya29.{}", mixed(120))),
            ("JWT", format!("eyJ{}.eyJ{}.{}", mixed(30), mixed(90), mixed(43))),
            ("PEM", format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", mixed(64))),
            ("OpenSSH", format!("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE{}", mixed(50))),
            (
                "JSON key",
                format!(r#"{{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\n{}"}}"#, mixed(64)),
            ),
        ]
    }

    #[test]
    fn what_well_known_secrets_look_like_is_known_wherever_they_stand() {
        for (name, secret) in samples() {
            assert!(looks_secret(&secret).is_some(), "{name}");
            assert!(looks_secret(&format!(" {secret}\n")).is_some(), "{name} with white space around it");
            assert!(holds_secret(&format!("https://user:{secret}@registry.example.com/")), "{name} in an address");
        }
        assert!(holds_secret("octocatghp_aB3dE5gH7jK9mN1pQ2sT4vW6yZ8aB3dE5gH7j"), "typed behind something else");
        assert!(holds_secret("acme.azurecr.io/app ghp_aB3dE5gH7jK9mN1pQ2sT4vW6yZ8aB3dE5gH7j"));
    }

    #[test]
    fn names_hosts_images_and_identifiers_are_no_secrets() {
        for text in [
            "",
            "octocat",
            "_json_key_base64",
            "00000000-0000-0000-0000-000000000000",
            "5f3c1a9e-8b7d-4c2f-9a1e-0d6b5c4f3e2a",
            "AKIAIOSFODNN7EXAMPLE",
            "robot$project+puller",
            "acme+robot",
            "oidc/tenancy/oracleidentitycloudservice/jdoe@example.com",
            "gitlab+deploy-token-1234567",
            "mycompany.azurecr.io",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            "https://index.docker.io/v1/",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/platform/Services/Backend1:v12.3.4-rc1",
            "ghcr.io/acme/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "ghcr.io/acme/app:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "ghcr.io/acme/app:sha-0123456789abcdef0123456789abcdef01234567",
            "MY_COMPANY_REGISTRY_FOR_EVERYTHING_2026",
            "My-Very-Long-Repository-Name-For-Production-2026",
            "2026-12-31",
            "acme/d*",
        ] {
            assert_eq!(looks_secret(text), None, "{text}");
        }
    }

    #[test]
    fn a_sentence_loses_the_secret_in_it_and_nothing_else() {
        for (name, secret) in samples() {
            if matches!(name, "Harbor" | "IBM" | "AWS secret" | "Hetzner" | "Linode" | "Cloudsmith") {
                continue; // no telling beginning: a sentence may hold digests and names like these
            }
            let shown = masked(&format!("there is no preset «{secret}», look at --preset"));
            assert!(shown.starts_with("there is no preset «") && shown.contains(MARK), "{name}: {shown}");
            let tail = &secret[secret.len() - 8..];
            assert!(!shown.contains(tail), "{name}: {shown}");
        }
        let url = masked("https://oauth2:glpat-aB3dE5gH7jK9mN1pQ2sT@gitlab.example.com/x");
        assert_eq!(url, "https://oauth2:•••@gitlab.example.com/x");
        for text in
            ["does not begin as GitHub's tokens do (ghp_, github_pat_, gho_, ghu_, ghs_)", "a  b\n\tc «d», (e)", ""]
        {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn a_user_that_is_the_password_or_looks_like_a_token_is_a_secret() {
        let is = |user: &str, password: &str| is_secret_user(&user.into(), &password.into());
        assert!(is("hunter2", "hunter2") && is("hunter2 ", "hunter2") && is("x-hunter2hunter2", "hunter2hunter2"));
        assert!(is("dop_v1_0123456789abcdef", "other"));
        assert!(!is("octocat", "hunter2") && !is("", "") && !is("octocat", "") && !is("pull-me", "pull"));
    }
}
