//! What environment and configuration say about the GitHub client: its pace, where responses are cached, and whether it
//! is read-only. Which token it uses is decided elsewhere.

use url::Url;

use crate::domain::this_machine::is_url_here;
use crate::github::{Limits, Settings};
use crate::local::{Config, Env, Paths};

/// The settings of a client on this machine.
///
/// `PULLKEY_HURRY=N` divides every time limit of GitHub's by N, for a sandbox whose windows are that much shorter. It
/// applies to loopback only: against GitHub itself it would only be impolite.
pub fn settings(env: &Env, config: &Config, api_url: Url) -> Settings {
    let hurry = env.filled("PULLKEY_HURRY").and_then(|text| text.trim().parse().ok());
    let limits = match hurry {
        Some(n) if is_url_here(&api_url) => Limits::hurried(n),
        Some(_) | None => Limits::default(),
    };
    let read_only = config.read_only.is_some();
    Settings { limits, read_only, cache: Paths::of(env).cache, ..Settings::new(api_url, None) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_this_machine_can_be_hurried() {
        let env = Env::of([("PULLKEY_HURRY", "60")]);
        let limits = |url: &str| settings(&env, &Config::default(), Url::parse(url).unwrap()).limits;
        assert_eq!(limits("https://api.github.com"), Limits::default());
        assert_eq!(limits("http://127.0.0.1:4000"), Limits::hurried(60));
        assert_eq!(limits("http://api.github.localhost"), Limits::hurried(60));
        let env = Env::of([("PULLKEY_HURRY", "-1")]);
        let limits = settings(&env, &Config::default(), Url::parse("http://127.0.0.1").unwrap()).limits;
        assert_eq!(limits, Limits::default());
    }
}
