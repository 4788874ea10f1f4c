#![allow(clippy::unwrap_used, clippy::format_collect, clippy::format_push_string)]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

const SECRET: &str = "K9+canary/of:the=mine%2026~tweet";

fn redactor(secret: &str) -> Redactor {
    Redactor::of([&Sensitive::new(secret)])
}

fn hex(text: &str, between: &str, upper: bool) -> String {
    let digits = |b: u8| if upper { format!("{b:02X}") } else { format!("{b:02x}") };
    text.bytes().map(digits).collect::<Vec<_>>().join(between)
}

fn percent(text: &str, which: impl Fn(usize, char) -> bool, upper: bool) -> String {
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        if which(at, c) {
            for b in c.encode_utf8(&mut [0; 4]).bytes() {
                out += &if upper { format!("%{b:02X}") } else { format!("%{b:02x}") };
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn special(_: usize, c: char) -> bool {
    !c.is_ascii_alphanumeric()
}

/// Every form in which somebody may give a secret back, each with its name.
fn echoes(secret: &str) -> Vec<(&'static str, String)> {
    let pair = format!("puller:{secret}");
    let json = |text: &str| text.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect::<String>();
    vec![
        ("as it was", secret.to_owned()),
        ("upper case", secret.to_ascii_uppercase()),
        ("lower case", secret.to_ascii_lowercase()),
        ("reversed", secret.chars().rev().collect()),
        ("base64", STANDARD.encode(secret)),
        ("base64 of a pair", STANDARD.encode(&pair)),
        ("base64 shifted by one", STANDARD.encode(format!("x{secret}y"))),
        ("base64 shifted by two", STANDARD.encode(format!("xx{secret}yyy"))),
        ("base64url", URL_SAFE_NO_PAD.encode(&pair)),
        ("base64 in lower case", STANDARD.encode(&pair).to_ascii_lowercase()),
        ("base64 of base64", STANDARD.encode(STANDARD.encode(&pair))),
        (
            "base64 wrapped",
            STANDARD.encode(&pair).as_bytes().chunks(7).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n "),
        ),
        ("base64 of percent", STANDARD.encode(percent(secret, special, true))),
        ("percent of base64", percent(&STANDARD.encode(&pair), special, true)),
        ("hex", hex(secret, "", false)),
        ("hex in upper case", hex(secret, "", true)),
        ("hex with colons", hex(secret, ":", true)),
        ("hex with blanks", hex(secret, " ", false)),
        ("hex as in C", hex(secret, ", 0x", false)),
        ("hex after a digit", format!("a{}", hex(secret, "", false))),
        ("percent", percent(secret, special, true)),
        ("percent in lower case", percent(secret, special, false)),
        ("percent of all", percent(secret, |_, _| true, true)),
        ("percent of every third", percent(secret, |at, c| at % 3 == 0 || c == '%', true)),
        ("percent twice", percent(&percent(secret, special, true), special, true)),
        ("JSON", serde_json::to_string(secret).unwrap()),
        ("JSON by number", json(secret)),
        ("percent of JSON", percent(&json(secret), special, true)),
        ("HTML by number", secret.chars().map(|c| format!("&#{};", u32::from(c))).collect()),
        ("HTML by hex", secret.chars().map(|c| format!("&#x{:x};", u32::from(c))).collect()),
        ("HTML by name", secret.replace('&', "&amp;").replace('+', "&plus;").replace('=', "&equals;")),
        ("split by a line break", format!("{}\n   {}", &secret[..secret.len() / 2], &secret[secret.len() / 2..])),
        ("split by invisible characters", secret.chars().map(|c| format!("{c}\u{200b}")).collect()),
        ("base64 of UTF-16", STANDARD.encode(secret.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())),
        ("hex of UTF-16", secret.encode_utf16().map(|unit| format!("{unit:04x}")).collect()),
        ("with zeros between", secret.chars().map(|c| format!("{c}\0")).collect()),
        ("JavaScript's escape", secret.chars().map(|c| format!("%u{:04x}", u32::from(c))).collect()),
        ("octal", secret.bytes().map(|b| format!("\\{b:03o}")).collect()),
        ("HTML without semicolons", secret.chars().map(|c| format!("&#{}", u32::from(c))).collect()),
        ("HTML with zeros", secret.chars().map(|c| format!("&#00000{};", u32::from(c))).collect()),
        ("JSON twice", serde_json::to_string(&json(secret)).unwrap()),
        ("HTML of JSON", json(secret).replace('\\', "&bsol;")),
        ("base64 of hex", STANDARD.encode(hex(secret, "", false))),
        (
            "quoted-printable, wrapped",
            secret
                .as_bytes()
                .chunks(5)
                .map(|part| String::from_utf8_lossy(part).replace('=', "=3D"))
                .collect::<Vec<_>>()
                .join("=\r\n"),
        ),
        ("base32", base32(secret.as_bytes())),
        ("base32 of a pair", base32(pair.as_bytes())),
        ("base32 in lower case", base32(format!("xyz{secret}").as_bytes()).to_lowercase()),
        ("numbers, as Go prints them", format!("{:?}", secret.as_bytes()).replace(',', "")),
        ("numbers, as JavaScript prints them", format!("{:?}", secret.as_bytes())),
        ("moved by thirteen", thirteen(secret)),
        ("blanks between", secret.chars().map(|c| format!("{c} ")).collect()),
    ]
}

/// RFC 4648, by way of a text of bits.
fn base32(bytes: &[u8]) -> String {
    let mut bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    while !bits.len().is_multiple_of(5) {
        bits.push('0');
    }
    let letter = |five: &[u8]| {
        let value = usize::from_str_radix(std::str::from_utf8(five).unwrap(), 2).unwrap();
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[value])
    };
    bits.as_bytes().chunks(5).map(letter).collect()
}

fn thirteen(text: &str) -> String {
    let turn = |c: char, first: u8| char::from(first + (c as u8 - first + 13) % 26);
    text.chars()
        .map(|c| match c {
            'a'..='z' => turn(c, b'a'),
            'A'..='Z' => turn(c, b'A'),
            other => other,
        })
        .collect()
}

/// What stays of the secret when all that is no letter and no digit is taken out, in any case.
fn traces(shown: &str, secret: &str) -> bool {
    let bare = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let (shown, secret) = (bare(shown), bare(secret));
    secret.len() >= 6 && secret.as_bytes().windows(6).any(|part| shown.contains(&String::from_utf8_lossy(part)[..]))
}

#[test]
fn no_form_in_which_a_secret_comes_back_is_shown() {
    for secret in
        [SECRET, "dop_v1_0123456789abcdef0123456789abcdef", "correct horse & battery", "pässwörd-\u{1f511}-0815"]
    {
        if !secret.is_ascii() {
            continue; // the helper that splits in the middle needs ASCII; the property covers the rest
        }
        for (name, echo) in echoes(secret) {
            for text in [echo.clone(), format!("error: {echo}; try again"), format!("{{\"d\":\"{echo}\"}}")] {
                let shown = redactor(secret).hide(&text);
                assert!(shown.contains(MARK), "{name} of {secret}: {shown}");
                assert!(!traces(&shown, secret), "{name} of {secret}: {shown}");
                assert!(!shown.contains(&echo), "{name} of {secret}: {shown}");
            }
        }
    }
}

#[test]
fn digits_before_it_do_not_hide_a_secret_in_hexadecimal() {
    let secret = "!0!0a!aa";
    for before in ["aA0 a", "aA0 ", "0", "f00 ba ", "0x"] {
        let shown = redactor(secret).hide(&format!("{before}{}", hex(secret, "", false)));
        assert!(shown.contains(MARK) && !shown.contains("3021"), "{before}: {shown}");
    }
}

#[test]
fn what_is_around_a_secret_stays() {
    let shown = redactor(SECRET).hide(&format!("unauthorized: {SECRET} is not the password of «ann»"));
    assert_eq!(shown, "unauthorized: ••• is not the password of «ann»");
    let basic = STANDARD.encode(format!("ann:{SECRET}"));
    assert_eq!(redactor(SECRET).hide(&format!("got Basic {basic}, not Bearer")), "got Basic •••, not Bearer");
}

#[test]
fn ordinary_words_stay_whatever_the_password_is() {
    let texts = [
        "unauthorized: authentication required",
        "denied: requested access to the resource is denied",
        "no basic auth credentials",
        "toomanyrequests: You have reached your pull rate limit. https://www.docker.com/increase-rate-limit",
        "sha256:3c8f2b9f0e6d1a7c5b4e3d2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b",
        "eyJlcnJvcnMiOlt7ImNvZGUiOiJERU5JRUQifV19",
    ];
    for secret in ["", "a", "abc", "0000", "Tr0ub4dor&3", SECRET, "AKIAIOSFODNN7EXAMPLE"] {
        for text in texts {
            assert_eq!(redactor(secret).hide(text), text, "{secret}");
        }
    }
}

#[test]
fn a_short_password_is_hidden_as_a_word_only() {
    let short = redactor("pull");
    assert_eq!(short.hide("user ann, password pull: denied"), "user ann, password •••: denied");
    assert_eq!(short.hide("pulling pullers, pu ll"), "pulling pullers, pu ll");
    assert_eq!(short.hide(&format!("Basic {}", STANDARD.encode("ann:pull"))), "Basic •••");
    assert_eq!(redactor("abc").hide("abc"), "abc", "fewer than four characters cannot be told from text");
}

#[test]
fn a_sentence_of_our_own_keeps_its_words() {
    let word = redactor("password");
    assert_eq!(word.hide("password"), MARK);
    assert_eq!(word.sweep("127.0.0.1 refuses user or password"), "127.0.0.1 refuses user or password");
    assert_eq!(redactor(SECRET).sweep(&format!("wait until {SECRET}")), "wait until •••");
}

#[test]
fn a_beginning_or_an_end_is_hidden_and_a_tokens_public_head_is_not() {
    let token = "github_pat_11ABCDEFG0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567";
    let redactor = redactor(token);
    assert_eq!(redactor.hide("tokens that begin with github_pat_ are"), "tokens that begin with github_pat_ are");
    assert_eq!(redactor.hide(&format!("token {}… is bad", &token[..20])), "token •••… is bad");
    assert_eq!(redactor.hide(&format!("token …{} is bad", &token[token.len() - 9..])), "token …••• is bad");
    assert_eq!(redactor.hide(&format!("part {}, no more", &token[30..45])), "part •••, no more");
}

#[test]
fn of_a_service_accounts_key_the_key_is_hidden_and_the_project_is_shown() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
    let pem = format!("-----BEGIN PRIVATE KEY-----\\n{body}\\n-----END PRIVATE KEY-----\\n");
    let json = format!(r#"{{"type": "service_account", "project_id": "our-project-123456", "private_key": "{pem}"}}"#);
    for secret in [json.clone(), STANDARD.encode(&json)] {
        let redactor = redactor(&secret);
        let denied = "permission denied on our-project-123456 for -----BEGIN PRIVATE KEY-----";
        assert_eq!(redactor.hide(denied), denied);
        assert!(!redactor.hide(&format!("bad key {body}")).contains(&body[10..]));
        assert!(!redactor.hide(&format!("you sent {json}")).contains(&body[10..]));
        assert!(
            !redactor.hide(&format!("you sent {}", STANDARD.encode(&json))).contains(&STANDARD.encode(&json)[40..])
        );
    }
}

#[test]
fn a_long_text_is_read_up_to_a_bound_and_the_rest_is_not_shown() {
    let text = format!("{}{SECRET}", "x".repeat(MOST - 4));
    let shown = redactor(SECRET).hide(&text);
    assert!(shown.len() < MOST + 8 && !shown.contains("K9+ca"), "{}", shown.len());
    // As hostile as it gets: everything can be decoded in every way.
    for piece in ["%25", "\\u0026", "&amp;", "41", "QUFB", "%5Cu0026amp%3B"] {
        let text = piece.repeat(MOST / piece.len());
        let _ = redactor(SECRET).hide(&text);
    }
}

#[test]
fn a_message_is_shortened_after_the_secret_is_hidden() {
    let shown = redactor("0123456789").show(&Untrusted::new(format!("{}0123456789", "x".repeat(295))));
    assert!(!shown.contains("0123") && shown.chars().count() <= 301, "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_random_secret_survives_any_form(secret in "[!-~]{8,40}", before in "[ -~]{0,9}", after in "[ -~]{0,9}") {
        // Letters only may be any word; what decodes by itself is another text.
        prop_assume!(secret.trim().len() >= 8);
        for (name, echo) in echoes(&secret) {
            let shown = redactor(&secret).hide(&format!("{before} {echo} {after}"));
            prop_assert!(shown.contains(MARK), "{name} of {secret}: {shown}");
            prop_assert!(!shown.contains(&echo), "{name} of {secret}: {shown}");
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic(secret in "\\PC{0,40}", text in "\\PC{0,200}") {
        let redactor = redactor(&secret);
        let shown = redactor.hide(&text);
        prop_assert!(redactor.hide(&shown).len() <= shown.len() + MARK.len());
    }
}

#[test]
fn names_that_are_shorter_than_every_secret_are_left_alone_unless_a_part_of_one_stands_in_them() {
    let secret = Sensitive::new("ghp_aB3dE5gH7jK9mN1pQ2sT4vW6yZ8aB3dE5gH7j");
    let redactor = Redactor::of([&secret]);
    for name in ["acme/api", "public", "", "octo-org/hello-world.github.io", "%61cme", "YWNtZS9hcGk="] {
        assert_eq!(redactor.hide(name), name);
    }
    for part in ["x-aB3dE5gH7jK9mN1p", "AB3DE5GH7JK9MN1P", "ghp_aB3dE5gH7jK9", "yZ8aB3dE5gH7j"] {
        assert!(redactor.hide(part).contains(MARK), "{part}");
    }
    // A secret that is a word is looked for in every name.
    assert_eq!(Redactor::of([&secret, &Sensitive::new("acme")]).hide("acme/api"), format!("{MARK}/api"));
}
