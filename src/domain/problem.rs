//! What went wrong, in the words of the person who has to do something about it.

use serde::Serialize;

/// A failure as screens and command line show it alike: what happened, why, and what to do.
///
/// All texts are clean: whatever a server said has been through `Foreign::shown` before it came here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What happened, such as «the organization's secrets could not be read».
    pub what: String,
    /// Why, as far as is known.
    pub why: String,
    /// What to do about it.
    pub hint: String,
    /// What one key can do about it from where one is.
    #[serde(skip)]
    pub mend: Option<Mend>,
}

/// A remedy the program itself can carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mend {
    /// The same again may work.
    Retry,
    /// Put this command on the clipboard.
    Copy(String),
    /// Open this page in the browser, such as the one that authorizes a token for single sign-on.
    Open(String),
    /// Choose another token, or give one.
    SignIn,
    /// The token lacks a right: `gh` refreshes its own, the others need a page or a variable.
    Gain(Need),
}

/// What a token lacks for a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Classic scopes, all of which have to be added; the narrowest that do.
    pub scopes: Vec<String>,
    /// Fine-grained permissions in the words of GitHub's page, such as «Codespaces user secrets: read and write».
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
