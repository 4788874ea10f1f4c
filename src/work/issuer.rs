//! What GitHub says about one of its own tokens used as a registry's password: whose it is, what it can do, when it
//! expires.
//!
//! GitHub's registry accepts a login with a token that cannot pull anything, and refuses only the pull; the API knows
//! at once. It is asked about no other password, and only about tokens of its own GitHub.

use chrono::{DateTime, Utc};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::seamless::{PastedFault, pasted_token};
use crate::domain::token::{Allowed, PastedToken, Right};
use crate::domain::untrusted::clean;
use crate::domain::verdict::Check;
use crate::domain::{Code, Outcome, Server, Step, Trial};
use crate::github::Settings;
use crate::registry;

/// GitHub as the issuer of the password under test.
#[derive(Debug)]
pub(super) struct Github<'a> {
    /// How to reach the API; the password under test replaces the token.
    pub settings: &'a Settings,
    pub trial: &'a Trial,
    pub now: DateTime<Utc>,
}

impl registry::Issuer for Github<'_> {
    fn tell(&self, is_pulled: bool) -> BoxFuture<'_, Vec<Step>> {
        async move {
            let Ok(server) = Server::parse(&self.trial.server) else { return Vec::new() };
            match pasted_token(self.settings, server.name(), self.trial.password.clone()).await {
                Ok(token) => self.known(&token, is_pulled),
                Err(PastedFault::NotSent(_)) => Vec::new(),
                Err(PastedFault::Elsewhere(problem) | PastedFault::Unread(problem)) => {
                    vec![untold(problem.why, problem.hint)]
                }
                Err(PastedFault::Refused(problem)) => {
                    vec![refused(Code::BadCredentials, format!("GitHub: {}", problem.why), problem.hint, is_pulled)]
                }
            }
        }
        .boxed()
    }
}

impl Github<'_> {
    fn known(&self, token: &PastedToken, is_pulled: bool) -> Vec<Step> {
        let whose = format!("it is the {} of {}", token.kind.word(), token.login.shown());
        let scopes = token.scopes.as_deref().map(scopes_words);
        let rights = match (&token.reads_packages, scopes) {
            (Allowed::Yes, Some(scopes)) => {
                told(Code::Ok, Outcome::Pass, format!("{whose}, {scopes}"), self.notes(token))
            }
            (Allowed::No(least), Some(scopes)) => {
                let remedy = format!("pulling needs {least}: edit the token on GitHub, or create a new one");
                refused(Code::NoScope, format!("{whose}, {scopes}"), remedy, is_pulled)
            }
            (Allowed::No(least), None) => {
                refused(Code::NoScope, whose, format!("GitHub's registry needs {least}"), is_pulled)
            }
            (Allowed::Yes | Allowed::Unknown(_), _) => {
                untold(format!("{whose}, but GitHub does not say what it can read"), "to find out, name an image")
            }
        };
        let end = token.expires.map(|at| registry::end(at, self.now, "GitHub says of this token"));
        [rights].into_iter().chain(end).collect()
    }

    /// What works and could be better.
    fn notes(&self, token: &PastedToken) -> String {
        let is_more = |scope: &&String| *scope != Right::ReadPackages.scope();
        let more: Vec<String> = token.scopes.iter().flatten().filter(is_more).map(|scope| clean(scope)).collect();
        let mut notes = Vec::new();
        if !self.trial.user.eq_ignore_ascii_case(token.login.raw()) {
            notes.push(format!("enter {} as the user: the token is theirs", token.login.shown()));
        }
        if !more.is_empty() {
            notes.push(format!("a token with only read:packages would do, and could not leak {}", more.join(", ")));
        }
        notes.join("; ")
    }
}

fn scopes_words(scopes: &[String]) -> String {
    match scopes {
        [] => "without scopes".to_owned(),
        [one] => format!("with the scope {}", clean(one)),
        many => format!("with the scopes {}", many.iter().map(|scope| clean(scope)).collect::<Vec<_>>().join(", ")),
    }
}

/// What speaks against the token. If it was seen to pull, the pull is the better proof.
fn refused(code: Code, detail: String, remedy: String, is_pulled: bool) -> Step {
    if is_pulled {
        return untold(format!("{detail}, but it pulled the image"), remedy);
    }
    told(code, Outcome::Fail, detail, remedy)
}

fn untold(detail: String, remedy: impl Into<String>) -> Step {
    told(Code::ScopesUnknown, Outcome::Skipped, detail, remedy)
}

fn told(code: Code, outcome: Outcome, detail: String, remedy: impl Into<String>) -> Step {
    Step { check: Check::Issuer, code, outcome, detail, remedy: remedy.into(), command: None }
}
