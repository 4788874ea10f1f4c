//! What went wrong, in the words of the person who has to fix it.

use serde::Serialize;

/// A failure as both screens and command line show it: what happened, why, and what to do.
///
/// All texts are clean: the words of a server have been through `Untrusted::shown` before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What happened, such as “could not read the organization's secrets”.
    pub what: String,
    /// Why, as far as known.
    pub why: String,
    /// What to do about it.
    pub hint: String,
    /// What one key can do about it on the current screen.
    #[serde(skip)]
    pub mend: Option<Mend>,
}

/// A fix that the program can carry out itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mend {
    /// Trying again may work.
    Retry,
    /// Copy this command to the clipboard.
    Copy(String),
    /// Open this page in the browser, such as the one that authorizes a token for single sign-on.
    Open(String),
    /// Choose another token, or enter one.
    SignIn,
    /// The token lacks a permission: `gh` refreshes its own token, other tokens need a page or a variable.
    Gain(Need),
}

/// The permissions a token lacks for a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Classic scopes, all of which have to be added; the narrowest that suffice.
    pub scopes: Vec<String>,
    /// Fine-grained permissions in the words of GitHub's page, such as “Codespaces user secrets: read and write”.
    pub permissions: Vec<String>,
}

impl Problem {
    pub fn new(what: impl Into<String>, why: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), hint: hint.into(), mend: None }
    }

    #[must_use]
    pub fn mended_by(mut self, mend: Mend) -> Self {
        self.mend = Some(mend);
        self
    }
}
