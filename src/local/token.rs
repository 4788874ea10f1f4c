//! Finds the token: `GH_TOKEN`, `GITHUB_TOKEN`, the keyring, `gh auth token`, in this order.
//!
//! A token is for one host and goes nowhere else: keyring and `gh` are asked for the very host that is spoken to.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::child::{self, Call, Ended};
use super::vault::{self, Vault};
use super::{Address, Env};
use crate::domain::token::TokenSource;
use crate::domain::{Problem, Sensitive};

/// How long keyring and `gh` may take, each.
const DEADLINE: Duration = Duration::from_secs(3);

/// What `gh` needs to find its own configuration and keyring, and nothing else: no token of ours.
const GH_VARS: [&str; 15] = [
    "APPDATA",
    "ComSpec",
    "DBUS_SESSION_BUS_ADDRESS",
    "GH_CONFIG_DIR",
    "HOME",
    "LOCALAPPDATA",
    "PATH",
    "PATHEXT",
    "SystemRoot",
    "TEMP",
    "TMP",
    "TMPDIR",
    "USERPROFILE",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundToken {
    pub token: Sensitive,
    pub source: TokenSource,
}

/// Why there is no token to use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TokenFault {
    #[error("there is no token for {host}")]
    None { host: String },
    #[error("the token in {} {}", .origin.word(), .flaw.words())]
    Flawed { origin: TokenSource, flaw: Flaw },
}

/// What is wrong with a token's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    LineEnd,
    Space,
    Character,
}

impl Flaw {
    const fn words(self) -> &'static str {
        match self {
            Self::LineEnd => "ends with a line end, as text read from a file often does",
            Self::Space => "has white space at one of its ends",
            Self::Character => "has a character in it that no token has",
        }
    }

    fn of(token: &str) -> Option<Self> {
        let flaw = if token.ends_with(['\n', '\r']) {
            Self::LineEnd
        } else if token.trim() != token {
            Self::Space
        } else if !token.chars().all(|c| c.is_ascii_graphic()) {
            Self::Character
        } else {
            return None;
        };
        Some(flaw)
    }
}

impl From<TokenFault> for Problem {
    fn from(fault: TokenFault) -> Self {
        let why = fault.to_string();
        match fault {
            TokenFault::None { host } => Self::new(
                "not signed in to GitHub",
                format!("{why}: neither GH_TOKEN nor GITHUB_TOKEN is set, and keyring and gh have none"),
                if host.contains(':') {
                    "set GH_TOKEN".to_owned()
                } else {
                    format!(
                        "run `gh auth login --hostname {host} --scopes codespace,read:org,repo`, or set GH_TOKEN; \
                         organizations' secrets need the scope admin:org too"
                    )
                },
            ),
            TokenFault::Flawed { origin, flaw } => Self::new(
                "the token cannot be used",
                why,
                match (origin, flaw) {
                    (TokenSource::GhToken | TokenSource::GithubToken, Flaw::LineEnd | Flaw::Space) => {
                        let name = origin.word();
                        format!("set {name} without it, for instance {name}=\"$(cat FILE)\", which drops line ends")
                    }
                    _ => "put the token there once more, exactly as GitHub showed it".to_owned(),
                },
            ),
        }
    }
}

/// Looks in each place in turn and takes the first token there is.
pub async fn find(env: &Env, address: &Address, vault: Arc<dyn Vault>) -> Result<FoundToken, TokenFault> {
    for (name, source) in [("GH_TOKEN", TokenSource::GhToken), ("GITHUB_TOKEN", TokenSource::GithubToken)] {
        if let Some(text) = env.filled(name) {
            return checked(text, source);
        }
    }
    match vault::read(vault, address.host.clone(), DEADLINE).await {
        Ok(Some(token)) if !token.is_empty() => return Ok(FoundToken { token, source: TokenSource::Keyring }),
        Ok(_) => {}
        Err(fault) => tracing::debug!(%fault, "keyring passed over"),
    }
    // gh refuses host names with a port.
    if !address.host.contains(':')
        && let Some(found) = ask_gh(env, &address.host).await
    {
        return found;
    }
    Err(TokenFault::None { host: address.host.clone() })
}

async fn ask_gh(env: &Env, host: &str) -> Option<Result<FoundToken, TokenFault>> {
    let call = Call {
        program: "gh",
        args: &["auth", "token", "--hostname", host],
        vars: env.only(&GH_VARS).collect(),
        dir: None,
        deadline: DEADLINE,
    };
    match child::run(call).await {
        Ended::Fine(text) => {
            let line = text.trim_end_matches(['\n', '\r']);
            (!line.trim().is_empty()).then(|| checked(line, TokenSource::Gh))
        }
        Ended::Refused => None,
        Ended::TooSlow => {
            tracing::debug!("gh auth token did not answer in time");
            None
        }
    }
}

fn checked(text: &str, source: TokenSource) -> Result<FoundToken, TokenFault> {
    match Flaw::of(text) {
        Some(flaw) => Err(TokenFault::Flawed { origin: source, flaw }),
        None => Ok(FoundToken { token: Sensitive::from(text), source }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::local::vault::VaultFault;

    #[derive(Debug)]
    struct Holds(&'static str, &'static str);

    impl Vault for Holds {
        fn read(&self, host: &str) -> Result<Option<Sensitive>, VaultFault> {
            Ok((host == self.0).then(|| Sensitive::from(self.1)))
        }
    }

    async fn look(pairs: &[(&str, &str)], vault: Holds) -> Result<FoundToken, TokenFault> {
        let env = Env::of(pairs.iter().copied());
        find(&env, &Address::find(&env).unwrap(), Arc::new(vault)).await
    }

    fn none() -> Holds {
        Holds("", "")
    }

    #[tokio::test]
    async fn the_environment_comes_first_and_blank_values_are_passed_over() {
        let found = look(&[("GH_TOKEN", "a"), ("GITHUB_TOKEN", "b")], none()).await.unwrap();
        assert_eq!(found, FoundToken { token: "a".into(), source: TokenSource::GhToken });
        let found = look(&[("GH_TOKEN", " \n"), ("GITHUB_TOKEN", "b")], none()).await.unwrap();
        assert_eq!(found, FoundToken { token: "b".into(), source: TokenSource::GithubToken });
    }

    #[tokio::test]
    async fn a_keyring_entry_of_another_host_is_not_used() {
        let found = look(&[], Holds("github.com", "k")).await.unwrap();
        assert_eq!(found, FoundToken { token: "k".into(), source: TokenSource::Keyring });
        let elsewhere = look(&[("PULLKEY_API_URL", "http://127.0.0.1:9")], Holds("github.com", "k")).await;
        assert_eq!(elsewhere, Err(TokenFault::None { host: "127.0.0.1:9".into() }));
    }

    #[tokio::test]
    async fn a_token_with_a_line_end_is_refused_with_a_hint() {
        for (text, flaw) in
            [("t\n", Flaw::LineEnd), ("t\r\n", Flaw::LineEnd), (" t", Flaw::Space), ("t\u{e9}", Flaw::Character)]
        {
            let fault = look(&[("GH_TOKEN", text)], none()).await.unwrap_err();
            assert_eq!(fault, TokenFault::Flawed { origin: TokenSource::GhToken, flaw });
            let problem = Problem::from(fault);
            assert!(problem.why.contains("GH_TOKEN") && !problem.hint.is_empty(), "{problem:?}");
        }
    }

    #[cfg(unix)]
    mod with_a_gh {
        use std::os::unix::fs::PermissionsExt;

        use super::*;

        fn fake_gh(script: &str) -> tempfile::TempDir {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("gh");
            std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
            dir
        }

        #[tokio::test]
        async fn gh_is_asked_for_the_very_host_and_sees_no_token_of_ours() {
            let dir = fake_gh(
                r#"[ -z "$GITHUB_TOKEN$GH_TOKEN" ] && [ "$*" = "auth token --hostname github.com" ] && echo gho_x"#,
            );
            let path = dir.path().to_str().unwrap();
            let found = look(&[("PATH", path), ("GH_TOKEN", " ")], none()).await.unwrap();
            assert_eq!(found, FoundToken { token: "gho_x".into(), source: TokenSource::Gh });
            let other = look(&[("PATH", path), ("PULLKEY_API_URL", "https://api.acme.ghe.com")], none()).await;
            assert_eq!(other, Err(TokenFault::None { host: "acme.ghe.com".into() }));
        }

        #[tokio::test]
        async fn a_gh_that_fails_or_says_nothing_is_no_token() {
            for script in ["exit 1", "echo", "echo no oauth token >&2; exit 1"] {
                let dir = fake_gh(script);
                let found = look(&[("PATH", dir.path().to_str().unwrap())], none()).await;
                assert_eq!(found, Err(TokenFault::None { host: "github.com".into() }), "{script}");
            }
        }
    }
}
