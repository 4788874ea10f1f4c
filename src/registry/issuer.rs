//! Whoever made a password, where it can be asked what the password may. Who that is, and how it is asked, is not known
//! here.

use std::fmt::Debug;

use futures_util::future::BoxFuture;

use crate::domain::Step;

/// Asked once a test, after the login and the pulls, and only where the way to the registry was clear.
pub trait Issuer: Debug + Sync {
    /// Steps of the rungs `Issuer` and `Expiry`; none where it has nothing to say. `is_pulled` says whether this
    /// login was proven to pull an image that not anyone can, which no word of an issuer outweighs.
    fn tell(&self, is_pulled: bool) -> BoxFuture<'_, Vec<Step>>;
}
