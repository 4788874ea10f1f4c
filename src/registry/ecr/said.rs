//! The answer of Amazon's API: a token, or an error in JSON or XML.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::domain::{Sensitive, Untrusted};
use crate::registry::client::Answer;
use crate::registry::pair::Pair;

/// The result of `GetAuthorizationToken`.
pub(super) struct Token {
    /// `AWS` and the token.
    pub pair: Pair,
    pub ends: Option<DateTime<Utc>>,
    /// The account whose registry the token is for, by `proxyEndpoint`.
    pub account: Option<String>,
}

/// The token in a 200 answer; `None` if there is none.
pub(super) fn token(body: &[u8]) -> Option<Token> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let data = json.pointer("/authorizationData/0")?;
    let encoded = data.get("authorizationToken")?.as_str()?;
    let decoded = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let (user, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let ends = data.get("expiresAt").and_then(Value::as_f64).filter(|ends| ends.is_finite() && ends.abs() < 1e12);
    // A whole second within the range of a clock; the cast can only lose the fraction.
    #[allow(clippy::cast_possible_truncation)]
    let ends = ends.and_then(|ends| DateTime::from_timestamp(ends as i64, 0));
    let endpoint = data.get("proxyEndpoint").and_then(Value::as_str).unwrap_or_default();
    let account: String = endpoint.trim_start_matches("https://").chars().take_while(char::is_ascii_digit).collect();
    Some(Token {
        pair: Pair { user: user.into(), password: Sensitive::new(password) },
        ends,
        account: (account.len() == 12).then_some(account),
    })
}

/// An error's type, without its namespace, and its message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub kind: String,
    pub message: Option<Untrusted>,
}

/// JSON as AWS writes it, or XML as older services and stand-ins do.
pub(super) fn fault(answer: &Answer) -> Fault {
    let header = answer.headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let (kind, message) = in_json(&answer.body).unwrap_or_else(|| in_xml(&answer.body));
    let kind = header.map(str::to_owned).or(kind).unwrap_or_default();
    // `com.amazonaws.ecr#AccessDeniedException`, or `AccessDeniedException:http://…` in the header.
    let kind = kind.rsplit('#').next().unwrap_or_default().split(':').next().unwrap_or_default().trim().to_owned();
    Fault { kind, message: message.filter(|text| !text.trim().is_empty()).map(Untrusted::new) }
}

fn in_json(body: &[u8]) -> Option<(Option<String>, Option<String>)> {
    let json: Value = serde_json::from_slice(body.trim_ascii()).ok()?;
    let text = |names: &[&str]| names.iter().find_map(|name| json.get(name)?.as_str().map(str::to_owned));
    Some((text(&["__type", "code"]), text(&["message", "Message"])))
}

/// `<Code>` and `<Message>`, anywhere in the document.
fn in_xml(body: &[u8]) -> (Option<String>, Option<String>) {
    let mut reader = Reader::from_reader(body);
    let (mut kind, mut message) = (None, None);
    let mut within = String::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => tag.local_name().as_ref().clone_into(&mut within),
            Ok(Event::Text(text)) => {
                let into = match within.as_str() {
                    "Code" => &mut kind,
                    "Message" => &mut message,
                    _ => continue, // any other element
                };
                into.get_or_insert_with(String::new).push_str(text.as_ref());
            }
            Ok(Event::End(_)) => within.clear(),
            Ok(Event::Eof) | Err(_) => return (kind, message),
            Ok(_) => {} // declarations, comments and the like
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn answer(body: &str) -> Answer {
        Answer {
            status: 400,
            path: String::new(),
            headers: reqwest::header::HeaderMap::new(),
            body: body.as_bytes().to_vec(),
            is_whole: true,
            shown: None,
            address: None,
            certificate: None,
        }
    }

    #[test]
    fn an_error_is_read_in_json_and_in_xml() {
        for (body, kind, message) in [
            (r#"{"__type":"UnrecognizedClientException","message":"bad id"}"#, "UnrecognizedClientException", "bad id"),
            (r#"{"__type":"com.amazonaws.ecr#AccessDeniedException","Message":"no"}"#, "AccessDeniedException", "no"),
            (
                "<?xml version=\"1.0\"?><ErrorResponse><Errors><Error><Code>SignatureDoesNotMatch</Code>\
                 <Message>The request &amp; more</Message></Error></Errors></ErrorResponse>",
                "SignatureDoesNotMatch",
                "The request ",
            ),
            ("<Code>AccessDenied</Code><Message>", "AccessDenied", ""),
        ] {
            let fault = fault(&answer(body));
            let said = fault.message.as_ref().map_or("", |text| text.raw());
            assert!(fault.kind == kind && said.starts_with(message), "{body}: {fault:?}");
        }
        for nonsense in ["", "<", "<a><b>", "nonsense", "[]", "\u{0}<Code"] {
            assert_eq!(fault(&answer(nonsense)).message, None, "{nonsense:?}");
        }
    }

    #[test]
    fn a_token_is_taken_apart_and_half_a_one_is_none() {
        let encoded = STANDARD.encode("AWS:the-token");
        let body = format!(
            r#"{{"authorizationData":[{{"authorizationToken":"{encoded}","expiresAt":1.7e9,
               "proxyEndpoint":"https://123456789012.dkr.ecr.us-east-1.amazonaws.com"}}]}}"#
        );
        let token = token(body.as_bytes()).unwrap();
        assert_eq!((token.pair.user, token.pair.password), ("AWS".into(), Sensitive::new("the-token")));
        assert_eq!(token.account.as_deref(), Some("123456789012"));
        assert_eq!(token.ends.unwrap().timestamp(), 1_700_000_000);
        for half in ["", "{}", r#"{"authorizationData":[]}"#, r#"{"authorizationData":[{"authorizationToken":"%"}]}"#] {
            assert!(super::token(half.as_bytes()).is_none(), "{half}");
        }
    }
}
