//! What a registry answers in place of a challenge, and what follows a login.

use serde_json::json;

use super::{A_PAGE, BEARER, Case, NEVER_ASKED};

pub(super) fn all() -> Vec<Case> {
    let sent = |to: &str| json!({ "status": 302, "headers": { "Location": to } });
    let asks = json!({ "status": 401, "headers": { "WWW-Authenticate": "Basic" } });
    let asks_in_a_page = json!({
        "status": 401, "headers": { "WWW-Authenticate": "Basic" }, "type": "text/html", "body": "<html>",
    });
    let page = json!({ "type": "text/html", "body": "<html><form><input type=\"password\">" });
    vec![
        (json!({ "first": { "body": {} } }), Some(NEVER_ASKED)),
        (json!({ "first": page }), Some(NEVER_ASKED)),
        (
            json!({ "first": { "status": 302, "headers": { "Location": "/login" } }, "pages": { "/login": page } }),
            Some(NEVER_ASKED),
        ),
        (json!({ "first": { "status": 302, "headers": { "Location": "http://{other}/v2/" } } }), Some(NEVER_ASKED)),
        (
            json!({ "first": { "status": 302, "headers": { "Location": "http://{other}/authorize?client_id=x" } } }),
            None,
        ),
        (json!({ "first": { "status": 302 } }), None),
        (json!({ "first": sent("/v2/ping"), "pages": { "/v2/ping": asks } }), None),
        (json!({ "first": { "status": 302, "headers": { "Location": "/v2/" } } }), None),
        (json!({ "first": { "status": 401, "type": "text/html", "body": "<html>" } }), None),
        (json!({ "first": { "status": 403, "headers": { "WWW-Authenticate": "Basic" } } }), None),
        (json!({ "first": { "status": 404, "type": "text/html", "body": "<html>" } }), None),
        (json!({ "first": { "status": 503 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": page }), Some(A_PAGE)),
        (json!({ "challenge": [BEARER], "welcome": page }), Some(A_PAGE)),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 201 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 204 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 401 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 403 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 500 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": sent("/home"), "pages": { "/home": { "body": {} } } }), None),
        (json!({ "challenge": ["Basic"], "welcome": sent("/home"), "pages": { "/home": { "status": 401 } } }), None),
        (json!({ "first": asks_in_a_page }), None),
        (json!({ "first": { "status": 401, "headers": { "Proxy-Authenticate": "Basic" } } }), None),
        (json!({ "first": { "status": 407, "headers": { "Proxy-Authenticate": "Basic" } } }), None),
        (json!({ "first": { "status": 407, "headers": { "WWW-Authenticate": "Basic" } } }), None),
        (json!({ "first": { "status": 400 } }), None),
        (json!({ "first": { "status": 402 } }), None),
        (json!({ "first": { "status": 418 } }), None),
        (json!({ "first": { "status": 429, "headers": { "Retry-After": "0" } } }), None),
        (json!({ "first": { "status": 204 } }), None),
        (json!({ "first": { "status": 206, "body": {} } }), None),
        (json!({ "first": { "status": 202, "body": {} } }), None),
        (json!({ "first": { "status": 304 } }), None),
        (json!({ "first": { "status": 300, "headers": { "Location": "/v2/x" } } }), None),
        (json!({ "first": sent("//{host}/v2/ask"), "pages": { "/v2/ask": asks } }), None),
        (json!({ "first": sent("?again"), "challenge": ["Basic"] }), None),
        (json!({ "first": sent("#part") }), None),
        (json!({ "first": sent("/v2") , "pages": { "/v2": asks } }), None),
        (json!({ "first": sent("http://{host}/v2/x/v2/"), "pages": { "/v2/x/v2/": asks } }), None),
        (json!({ "first": sent("/other/v2/"), "pages": { "/other/v2/": asks } }), None),
        (json!({ "first": sent("https://[::1/") }), None),
        (json!({ "first": sent("/v2/\u{e9}"), "pages": { "/v2/\u{e9}": asks } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 206, "body": {} } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 202, "body": {} } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 304 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 404 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 429 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "body": "no json at all" } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "body": "", "type": "" } }), None),
        (
            json!({ "challenge": ["Basic"], "welcome": { "body": {}, "headers": { "WWW-Authenticate": "Basic" } } }),
            None,
        ),
        (json!({ "challenge": ["Basic"], "welcome": { "body": "{}", "is_packed": true } }), None),
        (json!({ "challenge": ["Basic"], "welcome": sent("/v2/") }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 302 } }), None),
        (
            json!({ "challenge": [BEARER], "welcome": { "status": 401, "headers": { "WWW-Authenticate": "Basic" } } }),
            None,
        ),
    ]
}
