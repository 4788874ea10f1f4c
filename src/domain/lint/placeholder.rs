//! Texts that stand for a value and are none: of a documentation, a template, a script that found nothing, a log that
//! hides what it shows.

use super::wrapping::bracketed;
use crate::domain::Member;
use crate::domain::secret_shape::holds_secret;

/// Words that templates put in the place of a password.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "pat",
    "accesstoken",
    "personalaccesstoken",
    "apikey",
    "credential",
    "credentials",
];

/// Words that nobody has as a user or a password.
const EMPTY: &[&str] = &[
    "changeme",
    "changeit",
    "changethis",
    "replaceme",
    "replacethis",
    "fillmein",
    "fillin",
    "todo",
    "fixme",
    "tbd",
    "placeholder",
    "redacted",
    "masked",
    "hidden",
    "null",
    "none",
    "nil",
    "undefined",
    "nan",
    "omitted",
    "secrethere",
    "notset",
    "unset",
    "insertme",
    "example",
    "dummy",
    "na",
    "notavailable",
    "notapplicable",
    "notused",
    "unknown",
    "objectobject",
    "seeabove",
    "sameasabove",
];

/// What may follow “your” or “my” in a template.
const NOUNS: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "secret",
    "token",
    "pat",
    "key",
    "username",
    "user",
    "name",
    "login",
    "account",
    "credential",
    "credentials",
    "id",
    "server",
    "registry",
    "host",
];

/// Whether a text stands for a value. Rows of stars and bullets, names in brackets, variables of shells, of Windows
/// and of templates, “changeme” and the like.
pub(super) fn is_placeholder(member: Member, text: &str) -> bool {
    is_reference(text)
        || is_kept_elsewhere(text)
        || is_in_brackets(text)
        || is_row(text)
        || is_masked(text)
        || is_word(member, text)
}

/// `$TOKEN`, `${TOKEN}`, `$(cat token)`, `${{ secrets.TOKEN }}`, `{{ token }}`, `%TOKEN%`, `$env:TOKEN`,
/// `secrets.TOKEN`, `process.env.TOKEN`, `#{token}#`, `@@token@@`, `__TOKEN__`.
fn is_reference(text: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let is_any_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let between = |head: &str, tail: &str| text.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail));
    let after = |head: &str| text.strip_prefix(head).is_some_and(is_any_name);
    between("${", "}").is_some()
        || between("$(", ")").is_some()
        || between("{{", "}}").is_some()
        || between("#{", "}#").is_some_and(is_any_name)
        || between("@@", "@@").is_some_and(is_any_name)
        || between("__", "__").is_some_and(is_name)
        || between("%", "%").is_some_and(is_name)
        || text.strip_prefix('$').is_some_and(is_name)
        || ["$env:", "secrets.", "env.", "process.env.", "var."].into_iter().any(after)
}

/// The address of where a value is kept, in place of it: of password managers, of the clouds' stores of secrets, and
/// what SOPS and Jasypt put in its place.
pub(super) fn is_kept_elsewhere(text: &str) -> bool {
    const HEADS: [&str; 17] = [
        "op://",
        "bws://",
        "vault://",
        "vault:",
        "keyvault://",
        "azurekeyvault://",
        "akv://",
        "awssm://",
        "ssm://",
        "gcp-sm://",
        "sm://",
        "ref+",
        "arn:aws:secretsmanager:",
        "arn:aws:ssm:",
        "@microsoft.keyvault(",
        "enc[",
        "enc(",
    ];
    let lower = text.to_ascii_lowercase();
    HEADS.iter().any(|head| lower.len() > head.len() && lower.starts_with(head))
        || (lower.starts_with("projects/") && lower.contains("/secrets/"))
}

/// `<token>` and `[token]`, but not what has the looks of a token itself.
fn is_in_brackets(text: &str) -> bool {
    let is_plain = |inner: &str| !inner.is_empty() && !inner.contains(['<', '>', '[', ']']) && !is_value(inner);
    let square = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    bracketed(text).is_some_and(is_plain)
        || square.is_some_and(|inner| is_plain(inner) && inner.chars().all(|c| c.is_alphabetic() || " _-".contains(c)))
}

/// Whether what stands in brackets is a value, and the brackets only came along: a known token, or a long word of
/// letters and digits.
pub(super) fn is_value(inner: &str) -> bool {
    let is_dense = inner.len() >= 16
        && !inner.contains(char::is_whitespace)
        && inner.contains(|c: char| c.is_ascii_digit())
        && inner.contains(|c: char| c.is_ascii_alphabetic());
    holds_secret(inner) || is_dense
}

/// `****`, `•••`, `xxxx`, `....`.
fn is_row(text: &str) -> bool {
    text.chars().count() >= 3
        && ['*', '•', 'x', 'X', '.', '…', '●', '_', '-'].iter().any(|c| text.chars().all(|d| d == *c))
}

/// `ghp_****`, `dckr_pat_xxxxxxxx`, `abcd••••`: what a log or a page shows of a value.
pub(super) fn is_masked(text: &str) -> bool {
    let head = text.trim_end_matches(['x', 'X']);
    let row = text.len() - head.len();
    text.contains("***")
        || text.contains(['•', '●', '∙', '█', '▒', '…'])
        || row >= 6
        || (row >= 4 && head.ends_with(['_', '-', '.']))
}

fn is_word(member: Member, text: &str) -> bool {
    let lower = text.to_lowercase();
    let bare: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    let parts: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let noun = |word: &str| NOUNS.iter().any(|noun| word.ends_with(noun));
    let is_yours = ["your", "enteryour", "insertyour", "putyour", "pasteyour", "my"]
        .iter()
        .any(|head| bare.strip_prefix(head).is_some_and(|rest| rest.len() <= 24 && noun(rest)))
        && bare.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_here = parts.len() >= 2 && parts.last() == Some(&"here");
    let is_password = member == Member::Password;
    let is_noun = is_password && WORDS.contains(&bare.as_str());
    EMPTY.contains(&bare.as_str()) || is_noun || is_here || (is_yours && (is_password || bare.starts_with("your")))
}

/// Whether a text is the name of a variable that would hold the value: `ACR_CONTAINER_REGISTRY_PASSWORD`, `NPM_TOKEN`.
pub(super) fn is_variables_name(text: &str) -> bool {
    let ends = ["PASSWORD", "TOKEN", "SECRET", "KEY", "PAT", "USER", "USERNAME", "PASS", "PWD", "SERVER", "PASSWD"];
    let is_name = text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let last = text.rsplit('_').next().unwrap_or_default();
    is_name && text.contains('_') && !text.starts_with('_') && ends.contains(&last)
}
