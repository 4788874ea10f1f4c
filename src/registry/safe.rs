//! Where a registry may lead: the one rule for every other place it names.
//!
//! Source: go-containerregistry's `validateRealmURL`.

use url::{Host, Url};

use super::client::is_loopback;
use crate::domain::server::is_local_address;

/// Why one does not follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsafe {
    UserInfo,
    Plain,
    Scheme,
    NoHost,
    Private,
}

impl Unsafe {
    /// In words that fit after the place's host.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::UserInfo => "has a user name in its address",
            Self::Plain => "is plain http, where anyone on the way reads along",
            Self::Scheme => "is not an https address",
            Self::NoHost => "has no host name",
            Self::Private => "is an address inside a private network that the registry has no business naming",
        }
    }
}

/// Whether a registry may lead to a place: by https, and to this machine or into a private network only where it is
/// there itself.
pub(super) fn judge(registry: &Url, to: &Url) -> Result<(), Unsafe> {
    if !to.username().is_empty() || to.password().is_some() {
        return Err(Unsafe::UserInfo);
    }
    let both_here = is_loopback(registry) && is_loopback(to);
    match (to.scheme(), both_here) {
        ("https", _) | ("http", true) => {}
        ("http", false) => return Err(Unsafe::Plain),
        (_, _) => return Err(Unsafe::Scheme),
    }
    let is_local = match to.host() {
        None => return Err(Unsafe::NoHost),
        Some(Host::Ipv4(ip)) => is_local_address(ip.into()),
        Some(Host::Ipv6(ip)) => is_local_address(ip.into()),
        Some(Host::Domain(_)) => is_loopback(to),
    };
    if is_local && to.host() != registry.host() && !both_here { Err(Unsafe::Private) } else { Ok(()) }
}
