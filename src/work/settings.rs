//! What the environment says about the client for GitHub: how fast, and where answers are kept.
//!
//! Who one is, and whether only reads are allowed, is decided elsewhere and put in by the caller.

use url::{Host, Url};

use crate::domain::Sensitive;
use crate::github::{Limits, Settings};
use crate::local::{Env, Paths};

/// The settings of a client on this machine.
///
/// `PULLKEY_HURRY=N` divides everything GitHub measures in time by N, for a sandbox whose windows are as much shorter.
/// It counts on loopback only: against GitHub itself it would be nothing but impolite.
pub fn settings(env: &Env, api_url: Url, token: Option<Sensitive>) -> Settings {
    let hurry = env.filled("PULLKEY_HURRY").and_then(|text| text.trim().parse().ok());
    let limits = match hurry {
        Some(n) if is_loopback(&api_url) => Limits::hurried(n),
        Some(_) | None => Limits::default(),
    };
    Settings { limits, cache: Paths::of(env).cache, ..Settings::new(api_url, token) }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_this_machine_can_be_hurried() {
        let env = Env::of([("PULLKEY_HURRY", "60")]);
        let limits = |url: &str| settings(&env, Url::parse(url).unwrap(), None).limits;
        assert_eq!(limits("https://api.github.com"), Limits::default());
        assert_eq!(limits("http://127.0.0.1:4000"), Limits::hurried(60));
        assert_eq!(limits("http://api.github.localhost"), Limits::hurried(60));
        let env = Env::of([("PULLKEY_HURRY", "-1")]);
        let limits = settings(&env, Url::parse("http://127.0.0.1").unwrap(), None).limits;
        assert_eq!(limits, Limits::default());
    }
}
