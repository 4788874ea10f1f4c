//! Finds tokens: `GH_TOKEN`, `GITHUB_TOKEN`, the keyring, `gh auth token`, in this order.
//!
//! A token is for one host and is sent nowhere else: the keyring and `gh` are asked for exactly the host in use, and
//! only if no variable has a usable token. The token that Codespaces sets as `GITHUB_TOKEN` is not usable: it cannot
//! access secrets, so it is the last resort.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::child::{self, Call, Ended};
use super::vault::{self, Vault, VaultFault};
use super::{Address, Env};
use crate::domain::token::{TokenKind, TokenSource};
use crate::domain::{Mend, Problem, Sensitive, Site};
use crate::process_group::Child;

/// How long the keyring and `gh` may take, each.
const DEADLINE: Duration = Duration::from_secs(3);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundToken {
    pub token: Sensitive,
    pub source: TokenSource,
}

/// Why there is no usable token.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TokenFault {
    #[error("there is no token for {host}")]
    None { host: String },
    #[error("the token in {} {}", .origin.word(), .flaw.words())]
    Flawed { origin: TokenSource, flaw: Flaw },
    #[error("there is no token in {}", .origin.word())]
    NotThere { origin: TokenSource, site: Site },
    #[error(transparent)]
    Vault(#[from] VaultFault),
    #[error("gh did not answer in time")]
    SlowGh { site: Site },
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
            Self::LineEnd => "ends with a line break, as text read from a file often does",
            Self::Space => "starts or ends with white space",
            Self::Character => "contains a character that no token has",
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
                format!("{why}: neither GH_TOKEN nor GITHUB_TOKEN is set, and the keyring and gh have none"),
                if host.contains(':') {
                    "set GH_TOKEN".to_owned()
                } else {
                    format!(
                        "run `gh auth login --hostname {host} --scopes codespace,read:org,repo`, or set GH_TOKEN; \
                         organization secrets also need the scope admin:org"
                    )
                },
            )
            .mended_by(Mend::SignIn),
            TokenFault::Flawed { origin, flaw } => Self::new(
                "the token cannot be used",
                why,
                match (origin, flaw) {
                    (TokenSource::GhToken | TokenSource::GithubToken, Flaw::LineEnd | Flaw::Space) => {
                        let name = origin.word();
                        format!("set {name} without it, for example {name}=\"$(cat FILE)\", which drops line breaks")
                    }
                    _ => "set the token there again, exactly as GitHub showed it".to_owned(),
                },
            )
            .mended_by(Mend::SignIn),
            TokenFault::NotThere { origin, site } => {
                Self::new("this token cannot be used", why, put_there(origin, &site))
            }
            TokenFault::Vault(fault) => fault.problem("the keyring could not be read"),
            TokenFault::SlowGh { site } => Self::new(
                "could not get a token from gh",
                why,
                format!("check that `{}` works in a terminal: it may be waiting for the keyring", site.token()),
            ),
        }
    }
}

/// What to do so that there is a token.
fn put_there(origin: TokenSource, site: &Site) -> String {
    let what = match origin {
        TokenSource::GhToken => "set GH_TOKEN",
        TokenSource::GithubToken => "set GITHUB_TOKEN",
        TokenSource::Codespace => "use pullkey in a codespace",
        TokenSource::Keyring => "run `pullkey auth login`",
        TokenSource::Gh => return format!("run `{}`", site.login()),
        TokenSource::Demo | TokenSource::Given => "enter one",
    };
    what.to_owned()
}

/// Where to search.
#[derive(Clone, Debug)]
pub struct Places {
    pub env: Env,
    pub address: Address,
    pub vault: Arc<dyn Vault>,
}

/// All sources, in the order they are tried.
const ORDER: [TokenSource; 5] =
    [TokenSource::GhToken, TokenSource::GithubToken, TokenSource::Keyring, TokenSource::Gh, TokenSource::Codespace];

impl Places {
    /// Tries each source in turn and returns the first usable token.
    pub async fn find(&self) -> Result<FoundToken, TokenFault> {
        for source in ORDER {
            match self.one(source).await {
                Ok(found) => return Ok(found),
                Err(fault @ TokenFault::Flawed { .. }) => return Err(fault),
                Err(fault) => tracing::debug!(%fault, "passed over"),
            }
        }
        Err(TokenFault::None { host: self.address.host.clone() })
    }

    /// Looks in every source, and reports all but those that simply have none.
    pub async fn all(&self) -> Vec<(TokenSource, Result<FoundToken, TokenFault>)> {
        let looks = ORDER.map(|source| async move { (source, self.one(source).await) });
        let mut looks = futures_util::future::join_all(looks).await;
        looks.retain(|(_, found)| !matches!(found, Err(TokenFault::NotThere { .. })));
        looks
    }

    /// Looks in one source.
    pub async fn one(&self, source: TokenSource) -> Result<FoundToken, TokenFault> {
        let none = TokenFault::NotThere { origin: source, site: self.address.site() };
        match source {
            TokenSource::GhToken | TokenSource::GithubToken => {
                let text = self.env.filled(source.word()).filter(|text| self.injected() != Some(text)).ok_or(none)?;
                checked(text, source)
            }
            TokenSource::Codespace => checked(self.injected().ok_or(none)?, source),
            TokenSource::Keyring => {
                let held = vault::read(Arc::clone(&self.vault), self.address.host.clone(), DEADLINE).await?;
                let token = held.filter(|token| !token.is_empty()).ok_or(none)?;
                Ok(FoundToken { token, source })
            }
            TokenSource::Gh => self.ask_gh().await?.unwrap_or(Err(none)),
            TokenSource::Demo | TokenSource::Given => Err(none),
        }
    }

    /// The token every codespace has: for the codespace's own repository, never for secrets. Source: GitHub Docs,
    /// “Security in GitHub Codespaces”, authentication.
    fn injected(&self) -> Option<&str> {
        let in_codespace = self.env.filled("CODESPACES").is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
        let text = self.env.filled("GITHUB_TOKEN").filter(|_| in_codespace)?;
        matches!(TokenKind::of(text), TokenKind::AppUser | TokenKind::Installation).then_some(text)
    }

    async fn ask_gh(&self) -> Result<Option<Result<FoundToken, TokenFault>>, TokenFault> {
        let Some(host) = self.address.gh_host() else { return Ok(None) };
        let call = Call {
            program: "gh",
            args: &["auth", "token", "--hostname", host],
            kind: Child::Gh,
            env: &self.env,
            dir: None,
            input: b"",
            deadline: DEADLINE,
        };
        match child::run(call).await {
            Ended::Fine(text) => {
                let line = text.trim_end_matches(['\n', '\r']);
                Ok((!line.trim().is_empty()).then(|| checked(line, TokenSource::Gh)))
            }
            Ended::Failed(_) => Ok(None),
            Ended::TooSlow => Err(TokenFault::SlowGh { site: self.address.site() }),
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
    use crate::local::vault::tests::Shelf;

    fn places(pairs: &[(&str, &str)], vault: Shelf) -> Places {
        let env = Env::of(pairs.iter().copied());
        let address = Address::find(&env).unwrap();
        Places { env, address, vault: Arc::new(vault) }
    }

    async fn look(pairs: &[(&str, &str)], vault: Shelf) -> Result<FoundToken, TokenFault> {
        places(pairs, vault).find().await
    }

    fn none() -> Shelf {
        Shelf::default()
    }

    fn found(token: &str, source: TokenSource) -> FoundToken {
        FoundToken { token: token.into(), source }
    }

    #[tokio::test]
    async fn the_environment_comes_first_and_blank_values_are_passed_over() {
        let seen = look(&[("GH_TOKEN", "a"), ("GITHUB_TOKEN", "b")], none()).await.unwrap();
        assert_eq!(seen, found("a", TokenSource::GhToken));
        let seen = look(&[("GH_TOKEN", " \n"), ("GITHUB_TOKEN", "b")], none()).await.unwrap();
        assert_eq!(seen, found("b", TokenSource::GithubToken));
    }

    #[tokio::test]
    async fn a_keyring_entry_of_another_host_is_not_used() {
        let seen = look(&[], Shelf::with("github.com", "k")).await.unwrap();
        assert_eq!(seen, found("k", TokenSource::Keyring));
        let elsewhere = look(&[("PULLKEY_API_URL", "http://127.0.0.1:9")], Shelf::with("github.com", "k")).await;
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

    #[tokio::test]
    async fn the_keyring_is_not_asked_while_a_variable_holds_a_token() {
        let slow = || Shelf::failing(VaultFault::Slow);
        let seen = look(&[("GITHUB_TOKEN", "b")], slow()).await.unwrap();
        assert_eq!(seen, found("b", TokenSource::GithubToken));
        let all = places(&[("GITHUB_TOKEN", "b"), ("PULLKEY_API_URL", "http://127.0.0.1:9")], slow()).all().await;
        assert_eq!(all.len(), 2, "asked for all, it tells of the keyring too: {all:?}");
        assert_eq!(all[1], (TokenSource::Keyring, Err(TokenFault::Vault(VaultFault::Slow))));
    }

    #[tokio::test]
    async fn the_token_a_codespace_gives_itself_is_the_last_resort() {
        let here = [("CODESPACES", "true"), ("GITHUB_TOKEN", "ghu_own"), ("PULLKEY_API_URL", "http://127.0.0.1:9")];
        let seen = look(&here, none()).await.unwrap();
        assert_eq!(seen, found("ghu_own", TokenSource::Codespace));
        let seen = look(&here, Shelf::with("127.0.0.1:9", "ghp_kept")).await.unwrap();
        assert_eq!(seen, found("ghp_kept", TokenSource::Keyring));
        let mut both = here.to_vec();
        both.push(("GH_TOKEN", "ghp_mine"));
        assert_eq!(look(&both, none()).await.unwrap(), found("ghp_mine", TokenSource::GhToken));
        // Under another name it is still the same token; a different token there is the user's own.
        both.pop();
        both.push(("GH_TOKEN", "ghu_own"));
        assert_eq!(look(&both, none()).await.unwrap().source, TokenSource::Codespace);
        let own = [("CODESPACES", "true"), ("GITHUB_TOKEN", "ghp_mine")];
        assert_eq!(look(&own, none()).await.unwrap().source, TokenSource::GithubToken);
        let elsewhere = look(&[("GITHUB_TOKEN", "ghu_own")], none()).await.unwrap();
        assert_eq!(elsewhere.source, TokenSource::GithubToken, "this is not a codespace");
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
            let seen = look(&[("PATH", path), ("GH_TOKEN", " ")], none()).await.unwrap();
            assert_eq!(seen, found("gho_x", TokenSource::Gh));
            let other = look(&[("PATH", path), ("PULLKEY_API_URL", "https://api.acme.ghe.com")], none()).await;
            assert_eq!(other, Err(TokenFault::None { host: "acme.ghe.com".into() }));
        }

        #[tokio::test]
        async fn a_gh_that_fails_or_says_nothing_is_no_token() {
            for script in ["exit 1", "echo", "echo no oauth token >&2; exit 1"] {
                let dir = fake_gh(script);
                let seen = look(&[("PATH", dir.path().to_str().unwrap())], none()).await;
                assert_eq!(seen, Err(TokenFault::None { host: "github.com".into() }), "{script}");
            }
        }
    }
}
