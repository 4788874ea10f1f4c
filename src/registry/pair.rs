//! What is really sent: a user and a password, either as typed or from an exchange.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::domain::secret_shape::is_secret_user;
use crate::domain::{Redactor, Sensitive, Trial};

/// User and password as sent to a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub user: Sensitive,
    pub password: Sensitive,
}

impl Pair {
    pub(super) fn of(trial: &Trial) -> Self {
        Self { user: trial.user.clone(), password: trial.password.clone() }
    }

    /// The header `Authorization: Basic`. `None` if it cannot be sent.
    pub(super) fn basic(&self) -> Option<HeaderValue> {
        sensitive(&Zeroizing::new(format!("Basic {}", self.encoded().as_str())))
    }

    /// The header `Authorization: Bearer` with the password as a token. `None` if it cannot be sent.
    pub(super) fn bearer(&self) -> Option<HeaderValue> {
        sensitive(&Zeroizing::new(format!("Bearer {}", self.password.expose())))
    }

    fn encoded(&self) -> Zeroizing<String> {
        let pair = Zeroizing::new(format!("{}:{}", self.user.expose(), self.password.expose()));
        Zeroizing::new(STANDARD.encode(pair.as_bytes()))
    }

    /// Removes from an answer what must not be shown: the password, and a user that is a secret as well.
    pub(super) fn redactor(&self) -> Redactor {
        let user = self.has_secret_user().then_some(&self.user);
        Redactor::of([Some(&self.password), user].into_iter().flatten())
    }

    /// Whether the user is a secret as well: some registries want a token as both.
    pub(super) fn has_secret_user(&self) -> bool {
        is_secret_user(&self.user, &self.password)
    }
}

/// A header value that is never shown. Letters outside ASCII are sent unchanged, as docker does.
pub(super) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).ok()?;
    value.set_sensitive(true);
    Some(value)
}
