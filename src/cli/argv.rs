//! Secrets among the arguments, such as a token in place of a name. Other programs can already see them; pullkey warns
//! about that and does not repeat them.

use std::borrow::Cow;
use std::ffi::OsString;
use std::sync::OnceLock;

use crate::domain::redactor::MARK;
use crate::domain::secret_shape::{looks_secret, masked};

/// The secrets among this process's arguments.
static OWN: OnceLock<Vec<String>> = OnceLock::new();

/// Warns about every argument that looks like a secret, and says what to do.
pub fn warn_of_secrets(arguments: impl Iterator<Item = OsString>) {
    let found = secrets(arguments);
    let _only_once = OWN.set(found.iter().map(|(secret, _)| secret.clone()).collect());
    for (_, name) in found {
        super::say(&format!(
            "the command line contains what looks like {name}: other programs can read it there, and your shell may \
             store it; revoke it, create a new one, and pass that with --password-stdin, --password-env or \
             --password-file"
        ));
    }
}

/// A text for output, with everything masked that looks like a secret, in the text or among the arguments.
pub(super) fn hidden(text: &str) -> String {
    let own = OWN.get().map(Vec::as_slice).unwrap_or_default();
    let text = own.iter().fold(Cow::from(text), |text, secret| {
        if text.contains(secret.as_str()) { text.replace(secret.as_str(), MARK).into() } else { text }
    });
    masked(&text)
}

/// clap's message without the secrets in it; `None` if there are none.
pub fn without_secrets(fault: &clap::Error, arguments: impl Iterator<Item = OsString>) -> Option<String> {
    let found = secrets(arguments);
    if found.is_empty() {
        return None;
    }
    let text = found.iter().fold(fault.to_string(), |text, (secret, _)| text.replace(secret.as_str(), MARK));
    Some(text.trim_end().to_owned())
}

/// Every argument, or value after `=`, that looks like a secret, and what it looks like.
fn secrets(arguments: impl Iterator<Item = OsString>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for argument in arguments.skip(1) {
        let text = argument.to_string_lossy();
        let value = match text.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => value,
            Some(_) | None => &text,
        };
        if let Some(name) = looks_secret(value) {
            found.push((value.to_owned(), name.into_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    const TOKEN: &str = "dop_v1_0123456789abcdef0123456789abcdef";

    fn arguments(list: &[&str]) -> impl Iterator<Item = OsString> {
        list.iter().map(OsString::from).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn a_token_among_the_arguments_is_known_and_not_repeated() {
        let flag = format!("--username={TOKEN}");
        assert_eq!(secrets(arguments(&["pullkey", "test", &flag])).len(), 1);
        assert_eq!(secrets(arguments(&["pullkey", "test", "--username", "octocat"])), []);
        for list in [vec!["pullkey", "list", "--repo", TOKEN], vec!["pullkey", TOKEN], vec!["pullkey", "list", &flag]] {
            let fault = Cli::try_parse_from(&list).unwrap_err();
            let shown = without_secrets(&fault, arguments(&list)).unwrap();
            assert!(!shown.contains("dop_v1_01"), "{shown}");
        }
    }
}
