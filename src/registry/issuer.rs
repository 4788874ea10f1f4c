//! Who issued a password, if the issuer can be asked what the password may do. Who that is, and how to ask, is not
//! known here.

use std::fmt::Debug;

use futures_util::future::BoxFuture;

use crate::domain::Step;

/// Asked once per test, after the login and the pulls, and only if the registry could be reached.
pub trait Issuer: Debug + Sync {
    /// Steps of the checks `Issuer` and `Expiry`; empty if there is nothing to say. `is_pulled` says whether this login
    /// was proven to pull an image that is not public; nothing an issuer says outweighs that.
    fn tell(&self, is_pulled: bool) -> BoxFuture<'_, Vec<Step>>;
}
