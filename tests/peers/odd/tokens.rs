//! What token servers answer.

use serde_json::json;

use super::{BEARER, Case, OTHER_ORIGIN};

pub(super) fn all() -> Vec<Case> {
    let with = |body: &str| json!({ "challenge": [BEARER], "token": { "body": body } });
    let mut cases: Vec<Case> = [
        r#"{"token":"{token}"}"#,
        r#"{"access_token":"{token}"}"#,
        r#"{"token":"no","access_token":"{token}"}"#,
        r#"{"token":"{token}","access_token":"no"}"#,
        r#"{"token":"{token}","access_token":""}"#,
        r#"{"token":"{token}","access_token":{}}"#,
        r#"{"Token":"{token}"}"#,
        r#"{"ACCESS_TOKEN":"{token}"}"#,
        r#"{"\u0074oken":"{token}"}"#,
        r#"{"toKen":"{token}"}"#,
        r#"{"id_token":"{token}"}"#,
        r#"{"token":"no","token":"{token}"}"#,
        r#"{"token":"{token}","token":null}"#,
        r#"{"token":"{token}","TOKEN":1}"#,
        r#"{"token":["{token}"]}"#,
        r#"{"token":1}"#,
        r#"{"token":null}"#,
        r#"{"token":""}"#,
        r#"{"token":"{token}\n"}"#,
        r#"{"token":"{token} "}"#,
        r#"{"token":"é{token}"}"#,
        r#"{"token":"{token}","refresh_token":"r"}"#,
        r#"{"token":"{token}","refresh_token":1}"#,
        r#"{"token":"{token}","scope":1,"x":{"y":[1e999,"\ud800",null]}}"#,
        r#"{"token":"{token}"} and more"#,
        r#"{"token":"{token}"}{"token":1}"#,
        r#"{"token":"{token}"}}"#,
        r#"{"token":"{token}",}"#,
        r#"{"token":"{token}""#,
        r"{'token':'{token}'}",
        r#"{"token":"{token}","x":NaN}"#,
        r#"{"token":"{token}","x":01}"#,
        r#"{"token":"{token}","x":"\x"}"#,
        "{\"token\":\"{token}\",\"x\":\"a\nb\"}",
        "{\"token\":\"{token}\" /* yes */}",
        "\u{feff}{\"token\":\"{token}\"}",
        " \r\n\t{\"token\" : \"{token}\"}",
        r#"[{"token":"{token}"}]"#,
        r#""{token}""#,
        "token={token}",
        "null",
        "{}",
        "",
        " \n",
    ]
    .into_iter()
    .map(|body| (with(body), None))
    .collect();
    cases.extend(more());
    cases.extend(fields());
    cases.extend(statuses());
    cases.extend(ended());
    cases
}

/// Unlikely bodies.
fn more() -> Vec<Case> {
    let with = |body: &str| (json!({ "challenge": [BEARER], "token": { "body": body } }), None);
    let mut cases: Vec<Case> = [
        r#"{"data":{"token":"{token}"}}"#,
        r#"{"token":{"token":"{token}"}}"#,
        r#"{"token":true}"#,
        r#"{"token":"{token}","Token":""}"#,
        r#"{"TOKEN":"no","token":"{token}"}"#,
        r#"{"token":"{token}","TOKEN":"no"}"#,
        r#"{"access_token":"{token}","ACCESS_TOKEN":""}"#,
        r#"{"access_token":"no","token":"{token}","Access_Token":null}"#,
        r#"{"accessToken":"{token}"}"#,
        r#"{"access-token":"{token}"}"#,
        r#"{" token":"{token}"}"#,
        r#"{"token ":"{token}"}"#,
        r#"{"token\u0000":"{token}"}"#,
        r#"{"Authorization":"Bearer {token}"}"#,
        r#"{"token":"Bearer {token}"}"#,
        r#"{"token":"{token}","token_type":"Bearer","expires":"never"}"#,
        r#"{"token":"{token}\u0000"}"#,
        r#"{"token":"{token}\t"}"#,
        r#"{"token":"\ufeff{token}"}"#,
        r#"{"token":"{token}","x":"\ud83d\ude00\udc00"}"#,
        r#"{"token":"{token}","refresh_token":""}"#,
        r#"{"token":"{token}","refresh_token":["r"]}"#,
        r#"{"token":"{token}","Refresh_Token":false}"#,
        r#"{"token":"{token}","expires_in":"x","expires_in":60}"#,
        r#"{"token":"{token}","expires_in":60,"Expires_In":60.5}"#,
        r#"{"token":"{token}","issued_at":"x","issued_at":"2026-01-31T12:00:00Z"}"#,
        r#"{"token":"{token}","":{}}"#,
        r#"{"token":"{token}"}\u0000"#,
        r#"{"token":"{token}"}]"#,
        r#"{"token":"{token}"} // yes"#,
        "// yes",
        r#"while(1);{"token":"{token}"}"#,
        r#")]}',{"token":"{token}"}"#,
        r#"callback({"token":"{token}"})"#,
        r#"{"token":"{token}","x":+1}"#,
        r#"{"token":"{token}","x":.5}"#,
        r#"{"token":"{token}","x":1.}"#,
        r#"{"token":"{token}","x":-}"#,
        r#"{"token":"{token}","x":1e+}"#,
        r#"{"token":"{token}","x":Infinity}"#,
        r#"{"token":"{token}","x":True}"#,
        r#"{"token":"{token}","x":undefined}"#,
        r#"{token:"{token}"}"#,
        r#"{"token":"{token}" "x":1}"#,
        r#"{"token":"{token}","x":[1,]}"#,
        r#"{"token":"{token}","x":"\u12"}"#,
        r#"{"token":"{token}","x":"\'"}"#,
        r#"{,"token":"{token}"}"#,
        r#"{"token" "{token}"}"#,
        r#"{"token":"{token}"; "x":1}"#,
        "\u{c}{\"token\":\"{token}\"}",
        "\u{a0}{\"token\":\"{token}\"}",
        "\u{0}{\"token\":\"{token}\"}",
        "{\"token\":\"{token}\"}\u{0}\u{0}",
        "{\"token\":\"{token}\",\u{b}\"x\":1}",
        "{\"token\":\"{token}\",\"x\":\"\u{7f}\u{2028}\"}",
        "{\"to\u{212a}en\":\"{token}\"}",
        "{\"acce\u{17f}\u{17f}_token\":\"{token}\"}",
        "{\"tok\u{395}n\":\"{token}\"}",
        "{\"refre\u{17f}h_token\":1,\"token\":\"{token}\"}",
    ]
    .into_iter()
    .map(with)
    .collect();
    let deep =
        |levels: usize| format!("{{\"x\":{}{},\"token\":\"{{token}}\"}}", "[".repeat(levels), "]".repeat(levels));
    // Go's decoder goes down 10,000 levels.
    cases.extend([deep(9_000), deep(9_999), deep(10_000), deep(12_000)].map(|body| with(&body)));
    let large = |filler: usize| format!("{{\"x\":\"{}\",\"token\":\"{{token}}\"}}", "a".repeat(filler));
    cases.extend([large(60_000), large(70_000), large(300_000)].map(|body| with(&body)));
    cases.push(with(&format!("{{\"token\":\"{{token}}\",\"x\":{}}}", "9".repeat(5_000))));
    cases.push(with(&format!("{{\"token\":\"{{token}}\",\"expires_in\":{}}}", "9".repeat(500))));
    let token = |page: serde_json::Value| (json!({ "challenge": [BEARER], "token": page }), None);
    cases.extend([
        token(json!({ "body": "{\"token\":\"{token}\"}", "is_packed": true })),
        token(json!({ "body": "{\"token\":\"{token}\"}", "headers": { "Content-Encoding": "gzip" } })),
        token(json!({ "body": "{\"token\":\"{token}\"}", "headers": { "Content-Encoding": "identity" } })),
        token(json!({ "body": "{\"token\":\"{token}\"}", "headers": { "Content-Encoding": "br" } })),
        token(json!({ "body": "{\"token\":\"{token}\",\"x\":\"\u{ff}\u{fe}\"}", "is_latin1": true })),
        token(json!({ "body": "{\"token\":\"{token}\",\"\u{ff}\":1}", "is_latin1": true })),
        token(json!({ "body": "\u{ff}{\"token\":\"{token}\"}", "is_latin1": true })),
        token(json!({ "body": "{\"token\":\"{token}\u{ff}\"}", "is_latin1": true })),
    ]);
    for kind in ["text/plain", "application/json; charset=utf-16", "application/octet-stream", "nonsense", "image/png"]
    {
        cases.push(token(json!({ "body": "{\"token\":\"{token}\"}", "type": kind })));
    }
    cases
}

/// Tokens that had already expired when they came, and the challenge used then.
fn ended() -> Vec<Case> {
    const NOWHERE: &str = "Bearer realm=\"{base}/nowhere\"";
    let old = "{\"token\":\"{token}\",\"issued_at\":\"2001-01-01T00:00:00Z\",\"expires_in\":300}";
    let good = json!({ "body": "{\"token\":\"{token}\"}" });
    let with = |challenge: &[&str]| {
        (json!({ "challenge": challenge, "token": { "body": old }, "pages": { "/other": good } }), None)
    };
    let other = "Bearer realm=\"{base}/other\"";
    vec![
        with(&[BEARER]),
        with(&[BEARER, NOWHERE]),
        with(&[BEARER, other]),
        with(&[BEARER, other, NOWHERE]),
        with(&[BEARER, BEARER, NOWHERE]),
        with(&[other, NOWHERE]),
        with(&[BEARER, "Bearer realm=\"/relative\""]),
        with(&[BEARER, "Basic realm=x", other]),
        with(&[BEARER, "Bearer service=x"]),
    ]
}

/// The two fields that are not strings.
fn fields() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let with = |body: &str| json!({ "challenge": [BEARER], "token": { "body": body } });
    let field = |name: &str, value: &str| with(&format!("{{\"token\":\"{{token}}\",\"{name}\":{value}}}"));
    for value in [
        "3600",
        "\"3600\"",
        "3600.0",
        "3.6e3",
        "0",
        "-0",
        "-1",
        "59",
        "null",
        "true",
        "\"\"",
        "[]",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "9223372036",
        "9223372037",
        "-9223372036854775808",
        "1e2",
        "1E0",
        "-0.0",
        "00",
        "0x10",
        "60 ",
        "{}",
        "[60]",
        "false",
        "\"60\"",
    ] {
        cases.push((field("expires_in", value), None));
    }
    cases.push((field("Expires_In", "\"3600\""), None));
    cases.push((field("expire\u{17f}_in", "\"3600\""), None));
    for value in [
        "\"2026-01-31T12:00:00Z\"",
        "\"2026-01-31T12:00:00.123456789012Z\"",
        "\"2026-01-31T12:00:00,5+01:00\"",
        "\"2026-01-31T1:00:00Z\"",
        "\"2026-01-31T12:00:00+24:60\"",
        "\"0001-01-01T00:00:00Z\"",
        "\"0000-01-01T00:00:00Z\"",
        "\"2001-01-01T00:00:00Z\"",
        "null",
        "\"\"",
        "1600000000",
        "\"1600000000\"",
        "{}",
        "[]",
        "true",
        "\"2026-01-31\"",
        "\"2026-01-31 12:00:00Z\"",
        "\"2026-01-31T12:00:00\"",
        "\"2026-01-31T12:00:00z\"",
        "\"2026-02-30T12:00:00Z\"",
        "\"2024-02-29T12:00:00Z\"",
        "\"2026-01-31T24:00:00Z\"",
        "\"2026-01-31T12:00:60Z\"",
        "\"2026-01-31T12:00:00+0100\"",
        "\"2026-01-31T12:00:00+25:00\"",
        "\"2026-01-31T12:00:00Z \"",
        "\"\\u0032026-01-31T12:00:00Z\"",
        "\"2026-01-31T12:00:00.Z\"",
        "\"Sat, 31 Jan 2026 12:00:00 GMT\"",
        "\"2026-01-31T12:00:00-00:00\"",
        "\"2026-01-31T12:00:00+00\"",
        "\"2026-01-31T12:00:00 Z\"",
        "\"2026-W05-6T12:00:00Z\"",
        "\"2026-031T12:00:00Z\"",
        "\"9999-12-31T23:59:59Z\"",
        "\"10000-01-01T00:00:00Z\"",
        "\"-001-01-01T00:00:00Z\"",
        "\"2026-12-31T23:59:60Z\"",
        "\"2026-01-31T12:00Z\"",
        "\"20260131T120000Z\"",
        "\"2026-01-31T12:00:00Z\\u0000\"",
        "\"2026-01-31T12:00:00.5,5Z\"",
        "\"2026-01-31T12:00:00+01:0\"",
        "\"2026-01-31T12:00:00−01:00\"",
        "\"2026-13-01T12:00:00Z\"",
        "\"2026-00-01T12:00:00Z\"",
        "\"2023-02-29T12:00:00Z\"",
        "\"2026-04-31T12:00:00Z\"",
        "1.5",
        "\"null\"",
    ] {
        cases.push((field("issued_at", value), None));
    }
    cases
}

/// A good token with every status and type, and behind redirects.
fn statuses() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let good = json!({ "token": "{token}" });
    for status in [
        201, 202, 203, 204, 205, 206, 208, 226, 299, 300, 301, 302, 303, 304, 305, 306, 307, 308, 399, 400, 402, 407,
        410, 418, 422, 401, 403, 404, 405, 429, 500, 503,
    ] {
        cases.push((json!({ "challenge": [BEARER], "token": { "status": status, "body": good } }), None));
    }
    let moved = |to: &str| json!({ "status": 307, "headers": { "Location": to } });
    let pages = json!({ "/there": { "body": good } });
    let twice = json!({ "/a": moved("/there"), "/there": { "body": good } });
    cases.extend([
        (json!({ "challenge": [BEARER], "token": { "body": good, "type": "text/html" } }), None),
        (json!({ "challenge": [BEARER], "token": { "body": good, "type": "" } }), None),
        (json!({ "challenge": [BEARER], "token": { "body": "<html>Sign in", "type": "text/html" } }), None),
        (json!({ "challenge": [BEARER], "token": { "body": "<html>Sign in" } }), None),
        (json!({ "challenge": [BEARER], "token": { "body": good }, "is_open": true }), None),
        (json!({ "challenge": [BEARER], "token": moved("/there"), "pages": pages }), None),
        (json!({ "challenge": [BEARER], "token": moved("/token") }), None),
        (json!({ "challenge": [BEARER], "token": moved("") }), None),
        (json!({ "challenge": [BEARER], "token": moved("there"), "pages": pages }), None),
        (json!({ "challenge": [BEARER], "token": moved("./there?x=y"), "pages": pages }), None),
        (json!({ "challenge": [BEARER], "token": moved("//{host}/there"), "pages": pages }), None),
        (json!({ "challenge": [BEARER], "token": moved("http://{host}/there#part"), "pages": pages }), None),
        (json!({ "challenge": [BEARER], "token": moved("/%74here"), "pages": pages }), None),
        (json!({ "challenge": [BEARER], "token": moved("http://[/"), "pages": pages }), None),
        (json!({ "challenge": [BEARER], "token": moved("ftp://{host}/there"), "pages": pages }), None),
        (json!({ "challenge": [BEARER], "token": moved("/a"), "pages": twice }), None),
        (
            json!({ "challenge": [BEARER], "token": moved("http://localhost:{port}/there"), "pages": pages }),
            Some(OTHER_ORIGIN),
        ),
    ]);
    cases
}
