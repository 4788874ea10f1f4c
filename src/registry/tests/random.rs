//! Almost valid texts, by the thousand: everything that reads outside input accepts them without a panic.
//!
//! A test run tries a few hundred of each. `PULLKEY_FUZZ_SECONDS=60 cargo test --lib random -- --nocapture` continues
//! for a minute in all and prints how many it tried; `.ci/run` does that.

use std::io::Write as _;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use url::Url;

use super::super::challenge::Challenge;
use super::super::realm::safe_realm;
use super::super::said::message;
use crate::domain::lint::{ecr_token_expiry, jwt_expiry};
use crate::domain::{Image, Members, Sensitive, Server, lint, preset};

/// The number of targets that share the time.
const TARGETS: u32 = 6;

/// One of the seeds with some of its characters removed, doubled, or replaced by significant ones.
fn almost(seeds: Vec<String>) -> impl Strategy<Value = String> {
    let telling = prop::sample::select(
        " \t\n\r\0\"'\\,;:=/@#?%&+-_.$*[](){}<>~|!^\u{feff}\u{202e}ÿ\u{1f511}aZ09".chars().collect::<Vec<_>>(),
    );
    let change = (any::<prop::sample::Index>(), 0..5_u8, prop_oneof![telling, any::<char>()]);
    (prop::sample::select(seeds), prop::collection::vec(change, 0..8)).prop_map(|(seed, changes)| {
        let mut chars: Vec<char> = seed.chars().collect();
        for (index, kind, c) in changes {
            if chars.is_empty() {
                chars.push(c);
            }
            let at = index.index(chars.len());
            match kind {
                0 => drop(chars.remove(at)),
                1 => chars.insert(at, c),
                2 => chars[at] = c,
                3 => {
                    let tail = chars[at..].to_vec();
                    chars.extend(tail.into_iter().take(200));
                }
                _ => chars.truncate(at),
            }
        }
        chars.into_iter().collect()
    })
}

/// Tries the target a few hundred times, or for its share of the requested time.
fn try_all(name: &str, seeds: &[&str], target: impl Fn(&str)) {
    let seconds = std::env::var("PULLKEY_FUZZ_SECONDS").ok().and_then(|text| text.parse::<u32>().ok());
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let strategy = almost(seeds.iter().map(|&seed| seed.to_owned()).collect());
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds.into()) / TARGETS);
    let mut tried = 0_u64;
    loop {
        let outcome = TestRunner::new(config.clone()).run(&strategy, |text| {
            target(&text);
            Ok(())
        });
        outcome.unwrap_or_else(|fault| panic!("{name}: {fault}"));
        tried += u64::from(config.cases);
        if until.is_none_or(|until| Instant::now() >= until) {
            break;
        }
    }
    // Written past the test runner's capture: the number of tries is the result.
    let _ = writeln!(std::io::stderr(), "{name}: {tried} texts tried, no panic");
}

#[test]
fn random_challenges_are_taken_apart_or_passed_over() {
    let registry = Url::parse("https://registry.example/v2/").unwrap();
    let seeds = [
        r#"Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull""#,
        r#"Basic realm="a \"quoted\" one", Bearer realm="http://10.0.0.1/t""#,
        r"Digest username=x, nonce=y, Negotiate",
        "Bearer realm=https://unquoted.example/token",
    ];
    try_all("WWW-Authenticate", &seeds, |text| {
        let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) else { return };
        let mut headers = HeaderMap::new();
        headers.append(WWW_AUTHENTICATE, value);
        let Challenge::Login { bearers, .. } = Challenge::find(&headers) else { return };
        for bearer in bearers {
            if let Ok(url) = safe_realm(&registry, &bearer.realm) {
                assert_eq!(url.scheme(), "https", "a password would go to {url}");
            }
        }
    });
}

#[test]
fn random_images_are_images_or_refused() {
    let digest = format!("ghcr.io/acme/app@sha256:{}", "0".repeat(64));
    let seeds = ["ghcr.io/acme/tools:2", "alpine", "127.0.0.1:5000/team/app:1", "[::1]:5000/a/b__c-d.e:v1", &digest];
    try_all("image references", &seeds, |text| {
        if let Ok(image) = Image::parse(text) {
            assert_eq!(Image::parse(&image.to_string()), Ok(image));
        }
    });
}

#[test]
fn random_servers_are_servers_or_refused() {
    let seeds = [
        "https://index.docker.io/v1/",
        "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
        "[2001:db8::1]:5000",
        "mycompany-e7ggejfuhzhgedc8.azurecr.io",
        "europe-west1-docker.pkg.dev/project/repository",
    ];
    try_all("server strings", &seeds, |text| {
        if let Ok(server) = Server::parse(text) {
            let canonical = server.canonical();
            assert!(Server::parse(&canonical).is_ok_and(|again| again.is_canonical()), "{text:?} {canonical:?}");
            let _ = (server.ecr(), server.is_private_host(), preset::recognize(text));
        }
    });
}

#[test]
fn random_files_are_presets_or_refused_with_their_line() {
    let whole = vec![
        include_str!("../../../assets/presets/acr.toml"),
        include_str!("../../../assets/presets/ghcr.toml"),
        include_str!("../../../assets/presets/npm.toml"),
    ];
    // Whole files, and their beginnings alone, where a change is more likely to matter.
    let heads: Vec<&str> = whole.iter().map(|text| text.split("[server]").next().unwrap_or_default()).collect();
    try_all("preset files", &[whole, heads].concat(), |text| {
        if let Err(fault) = preset::parse("x.toml", text) {
            assert!(fault.line >= 1 && fault.line <= text.lines().count() + 1, "{fault}");
        }
    });
}

#[test]
fn random_tokens_tell_their_end_or_nothing() {
    let json = r#"{"payload":"x","datakey":"y","version":"2","type":"DATA_KEY","expiration":1795824000}"#;
    let token = STANDARD.encode(json);
    let jwt = format!("eyJhbGciOiJub25lIn0.{}.x", URL_SAFE_NO_PAD.encode(r#"{"exp":1795824000.5}"#));
    let undecoded = STANDARD.encode(format!("AWS:{token}"));
    let key = r#"{"type":"service_account","client_email":"a@b","private_key":"-----BEGIN PRIVATE KEY-----\nx\n"}"#;
    let presets = preset::presets();
    try_all("tokens and passwords", &[&token, &jwt, &undecoded, json, key], |text| {
        let password = Sensitive::new(text);
        let _ = (ecr_token_expiry(&password), jwt_expiry(&password));
        let members = Members { server: "ghcr.io".into(), user: "AWS".into(), password };
        let preset = &presets[text.len() % presets.len()];
        for finding in lint::check(preset, &members) {
            assert!(text.chars().count() < 12 || !finding.text.contains(text), "a finding shows the password");
        }
    });
}

#[test]
fn random_answers_are_shown_clean_or_not_at_all() {
    let seeds = [
        r#"{"errors":[{"code":"DENIED","message":"no","detail":{"x":1}}]}"#,
        r#"{"details":"incorrect username or password"}"#,
        "<html><title>no</title>",
        "plain words\n",
    ];
    try_all("answers", &seeds, |text| {
        if let Some(message) = message(&HeaderMap::new(), text.as_bytes()) {
            assert!(!message.shown().contains(crate::domain::untrusted::is_hostile), "{text:?}");
        }
    });
}
