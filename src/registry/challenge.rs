//! What a registry asks for in `WWW-Authenticate`, and whether the place it names may be sent a password.
//!
//! Source: RFC 9110 §11.6.1, the Distribution project's «Token Authentication Specification», and the rules of
//! go-containerregistry's `validateRealmURL`.

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use url::{Host, Url};

use super::client::is_loopback;
use crate::domain::Foreign;
use crate::domain::server::is_local_address;

/// How the registry wants to be logged in to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    Bearer {
        realm: Foreign,
        service: Option<String>,
    },
    /// Only schemes no docker speaks.
    Unknown(Foreign),
    /// A 401 that asks for nothing.
    None,
}

impl Challenge {
    /// The best of all challenges: the header may come several times, and one value may hold several. Bearer goes
    /// before Basic, as docker and go-containerregistry have it. A value that does not parse is passed over.
    pub(super) fn find(headers: &HeaderMap) -> Self {
        let mut basic = false;
        let mut unknown = None;
        for value in headers.get_all(WWW_AUTHENTICATE) {
            let Ok(value) = value.to_str() else { continue };
            let Ok(challenges) = http_auth::parse_challenges(value) else {
                unknown.get_or_insert_with(|| Foreign::new(value.chars().take(60).collect::<String>()));
                continue;
            };
            for challenge in challenges {
                let field = |name: &str| {
                    let found = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                    found.map(|(_, value)| value.to_unescaped()).filter(|value| !value.is_empty())
                };
                if challenge.scheme.eq_ignore_ascii_case("basic") {
                    basic = true;
                } else if let (true, Some(realm)) = (challenge.scheme.eq_ignore_ascii_case("bearer"), field("realm")) {
                    return Self::Bearer { realm: realm.into(), service: field("service") };
                } else {
                    unknown.get_or_insert_with(|| Foreign::new(challenge.scheme));
                }
            }
        }
        match (basic, unknown) {
            (true, _) => Self::Basic,
            (false, Some(scheme)) => Self::Unknown(scheme),
            (false, None) => Self::None,
        }
    }
}

/// The token server's address, or why no password goes there, in words that fit after its host.
pub(super) fn safe_realm(registry: &Url, realm: &str) -> Result<Url, String> {
    let url = Url::parse(realm).map_err(|_| "is no address".to_owned())?;
    let same_host = url.host() == registry.host();
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user name in its address".to_owned());
    }
    match (url.scheme(), is_loopback(registry) && is_loopback(&url)) {
        ("https", _) | ("http", true) => {}
        ("http", false) => return Err("is plain http, where anyone on the way reads the password".to_owned()),
        (_, _) => return Err("is not an https address".to_owned()),
    }
    let local = match url.host() {
        None => return Err("has no host name".to_owned()),
        Some(Host::Ipv4(ip)) => is_local_address(ip.into()),
        Some(Host::Ipv6(ip)) => is_local_address(ip.into()),
        Some(Host::Domain(_)) => is_loopback(&url),
    };
    if local && !same_host && !(is_loopback(registry) && is_loopback(&url)) {
        return Err("is an address inside a private network that the registry has no business naming".to_owned());
    }
    Ok(url)
}
