//! The pure parts: realms, messages, transport errors.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use url::Url;

use super::super::pair::Pair;
use super::super::realm::safe_realm;
use super::super::said::message;
use crate::domain::{Sensitive, Untrusted};

#[test]
fn a_password_goes_only_to_safe_token_servers() {
    let check = |registry: &str, realm: &str| safe_realm(&Url::parse(registry).unwrap(), realm.as_bytes()).is_ok();
    for (registry, realm) in [
        ("https://ghcr.io/v2/", "https://ghcr.io/token"),
        ("https://registry-1.docker.io/v2/", "https://auth.docker.io/token"),
        ("https://10.0.0.5/v2/", "https://10.0.0.5/token"),
        ("https://10.0.0.5:5000/v2/", "https://10.0.0.5:8443/token"),
        ("http://127.0.0.1:5000/v2/", "http://127.0.0.1:5011/token"),
        ("http://localhost:5000/v2/", "http://127.0.0.1:5011/token"),
    ] {
        assert!(check(registry, realm), "{registry} {realm}");
    }
    for (registry, realm) in [
        ("https://ghcr.io/v2/", "http://ghcr.io/token"),
        ("https://ghcr.io/v2/", "https://127.0.0.1/token"),
        ("https://ghcr.io/v2/", "https://localhost/token"),
        ("https://ghcr.io/v2/", "https://169.254.169.254/latest"),
        ("https://ghcr.io/v2/", "https://[::1]/token"),
        ("https://ghcr.io/v2/", "https://[::ffff:10.0.0.1]/token"),
        ("https://ghcr.io/v2/", "https://192.168.1.1/token"),
        ("https://ghcr.io/v2/", "https://me:pw@auth.example/token"),
        ("https://ghcr.io/v2/", "ftp://auth.example/token"),
        ("https://ghcr.io/v2/", "/token"),
        ("https://ghcr.io/v2/", "nonsense"),
        ("http://127.0.0.1:5000/v2/", "http://auth.example/token"),
        ("https://127.0.0.1:5000/v2/", "https://10.1.1.1/token"),
    ] {
        assert!(!check(registry, realm), "{registry} {realm}");
    }
}

fn words(content_type: &str, body: &str) -> Option<String> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap());
    message(&headers, body.as_bytes()).map(|text| text.shown())
}

#[test]
fn the_message_is_found_whatever_shape_and_type_it_has() {
    for (body, expected) in [
        (r#"{"errors":[{"code":"DENIED","message":"denied"}]}"#, "denied"),
        (
            r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}"#,
            "authentication required",
        ),
        (r#"{"errors":[{"code":"DENIED","message":"no","detail":"ask Ann"}]}"#, "no (ask Ann)"),
        (r#"{"errors":[{"code":"TOOMANYREQUESTS"}]}"#, "TOOMANYREQUESTS"),
        (r#"{"details":"incorrect username or password"}"#, "incorrect username or password"),
        (r#"{"error":"invalid_grant","error_description":"bad token"}"#, "bad token"),
        (r#"{"message":"nope"}"#, "nope"),
        ("Unauthorized\n", "Unauthorized"),
        ("<!DOCTYPE html><p>hello", "(an HTML page)"),
        (r#"{"errors":[{"mess"#, "(broken JSON)"),
    ] {
        for content_type in ["application/json", "text/plain"] {
            assert_eq!(words(content_type, body).as_deref(), Some(expected), "{body}");
        }
    }
    assert_eq!(words("application/json", "{}"), None);
    assert_eq!(words("text/plain", " \n"), None);
}

#[test]
fn no_form_of_the_password_survives_an_echo() {
    let pair = Pair { user: "ann".into(), password: Sensitive::new("s3cret w&rd\t") };
    let redactor = pair.redactor();
    let echo = "bad login ann:s3cret w&rd\t YW5uOnMzY3JldCB3JnJkCQ== s3cret+w%26rd%09 czNjcmV0IHcmcmQJ \u{1b}[2J";
    let shown = redactor.show(&Untrusted::new(echo));
    for form in ["s3cret", "YW5uOn", "czNjcmV0", "\u{1b}"] {
        assert!(!shown.contains(form), "{form} in {shown}");
    }
    assert!(shown.starts_with("bad login ann:•••"), "{shown}");
}

#[test]
fn a_long_message_is_shortened_after_the_secret_is_hidden() {
    let pair = Pair { user: "ann".into(), password: Sensitive::new("0123456789") };
    let text = format!("{}0123456789", "x".repeat(295));
    let shown = pair.redactor().show(&Untrusted::new(text));
    assert!(!shown.contains("0123") && shown.chars().count() <= 301, "{shown}");
}
