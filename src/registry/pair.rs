//! What is really sent: a user and a password, those that were typed or those an exchange gave, and every form in which
//! they may come back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use super::said::Hush;
use crate::domain::{Sensitive, Trial};

/// User and password as a registry gets them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub user: Sensitive,
    pub password: Sensitive,
}

impl Pair {
    pub(super) fn of(trial: &Trial) -> Self {
        Self { user: trial.user.clone(), password: trial.password.clone() }
    }

    /// The header `Authorization: Basic`. Nothing if it cannot be sent.
    pub(super) fn basic(&self) -> Option<HeaderValue> {
        sensitive(&Zeroizing::new(format!("Basic {}", self.encoded().as_str())))
    }

    /// The header `Authorization: Bearer` with the password as a token. Nothing if it cannot be sent.
    pub(super) fn bearer(&self) -> Option<HeaderValue> {
        sensitive(&Zeroizing::new(format!("Bearer {}", self.password.expose())))
    }

    fn encoded(&self) -> Zeroizing<String> {
        let pair = Zeroizing::new(format!("{}:{}", self.user.expose(), self.password.expose()));
        Zeroizing::new(STANDARD.encode(pair.as_bytes()))
    }

    /// What must not be shown of an answer.
    pub(super) fn hush(&self) -> Hush {
        Hush::new(self.forms())
    }

    /// Every form in which a server may echo what it was sent.
    pub(super) fn forms(&self) -> Vec<Sensitive> {
        let password = self.password.expose();
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        vec![
            self.password.clone(),
            Sensitive::new(self.encoded().as_str()),
            Sensitive::new(STANDARD.encode(password)),
            Sensitive::new(encode(password)),
            Sensitive::new(password.trim()),
        ]
    }
}

/// A header's value that is never shown. Letters outside ASCII go as they are, as docker sends them.
pub(super) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The text without one form of the secret.
pub(super) fn hide(text: &str, form: &Sensitive) -> String {
    text.replace(form.expose(), "•••")
}
