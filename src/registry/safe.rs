//! Where a registry may send us: one rule for every other place it names, token servers as well as blob hosts.
//!
//! Source: go-containerregistry's `validateRealmURL`.

use url::{Host, Url};

use super::client::is_loopback;
use crate::domain::server::is_local_address;

/// Why a place is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsafe {
    UserInfo,
    Plain,
    Scheme,
    NoHost,
    Private,
}

impl Unsafe {
    /// In words that follow the host's name.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::UserInfo => "has a user name in its address",
            Self::Plain => "is plain http, which anyone on the way can read",
            Self::Scheme => "is not an https address",
            Self::NoHost => "has no host name",
            Self::Private => "is in a private network that this registry has no reason to name",
        }
    }
}

/// Whether a registry may send us to a place: over https, and to this machine or into a private network only if the
/// registry is there itself.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_registry_leads_nowhere_inside_a_private_network_unless_it_is_there_itself() {
        let judged = |registry: &str, to: &str| judge(&Url::parse(registry).unwrap(), &Url::parse(to).unwrap());
        let far = "https://ghcr.io/v2/";
        for (to, why) in [
            ("https://me:pw@blobs.example/", Unsafe::UserInfo),
            ("https://me@blobs.example/", Unsafe::UserInfo),
            ("http://blobs.example/", Unsafe::Plain),
            ("http://127.0.0.1/", Unsafe::Plain),
            ("ftp://blobs.example/", Unsafe::Scheme),
            ("file:///etc/passwd", Unsafe::Scheme),
            ("data:text/plain,x", Unsafe::Scheme),
            ("https://10.1/", Unsafe::Private),
            ("https://0xa9fea9fe/", Unsafe::Private),
            ("https://169.254.169.254/latest/", Unsafe::Private),
            ("https://0x7f.1/", Unsafe::Private),
            ("https://blobs.localhost/", Unsafe::Private),
            ("https://[::ffff:a9fe:a9fe]/", Unsafe::Private),
            ("https://[64:ff9b::a9fe:a9fe]/", Unsafe::Private),
            ("https://[2002:7f00:1::]/", Unsafe::Private),
            ("https://[::10.0.0.1]/", Unsafe::Private),
            ("https://100.100.100.200/", Unsafe::Private),
        ] {
            assert_eq!(judged(far, to), Err(why), "{to}");
        }
        for (registry, to) in [
            (far, "https://blobs.example:8443/x"),
            (far, "https://8.8.8.8/"),
            (far, "https://[2001:db8:1::1]/"),
            ("https://10.0.0.1/v2/", "https://10.0.0.1:8443/"),
            ("http://127.0.0.1:5000/v2/", "http://localhost:9000/"),
        ] {
            assert_eq!(judged(registry, to), Ok(()), "{registry} {to}");
        }
        assert_eq!(judged("https://10.0.0.1/v2/", "https://10.0.0.2/"), Err(Unsafe::Private));
    }
}
