//! What a registry asks for in `WWW-Authenticate`, read as docker reads it.
//!
//! Source: docker/distribution 2.8.3, which docker is built with: `registry/client/auth/challenge/authchallenge.go`
//! (`parseValueAndParams`, `expectToken`, `expectTokenOrQuoted`) and `registry/client/auth/session.go`
//! (`endpointAuthorizer`, `fetchToken`). From each header docker reads one challenge, the first, and of that only what
//! it understands; a header that it cannot read is skipped and does not affect the others. Every Bearer challenge comes
//! before every Basic one. Where there are both, docker fetches a token and then sends user and password anyway.

use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};

use crate::domain::Untrusted;

/// Characters of a challenge that are quoted.
const LONGEST: usize = 120;

/// How the registry wants to be logged in to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// At least one of the two is present.
    Login { bearers: Vec<Bearer>, is_basic: bool },
    /// The first Bearer challenge names no token server, which makes docker give up; as received.
    NoRealm(Untrusted),
    /// Only schemes that docker has no answer to.
    Unknown(Untrusted),
    /// Docker finds no challenge in the header; as received.
    Unreadable(Untrusted),
    /// A 401 that asks for nothing.
    None,
}

/// One challenge for a token. The values are bytes, as in docker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bearer {
    /// Empty where none is named, which is possible only after the first challenge.
    pub realm: Vec<u8>,
    /// Empty where none is named.
    pub service: Vec<u8>,
}

impl Challenge {
    pub(super) fn find(headers: &HeaderMap) -> Self {
        let values: Vec<&[u8]> = headers.get_all(WWW_AUTHENTICATE).iter().map(HeaderValue::as_bytes).collect();
        Self::read(&values)
    }

    fn read(values: &[&[u8]]) -> Self {
        let mut bearers = Vec::new();
        let (mut is_basic, mut without_realm, mut unknown, mut unreadable) = (false, None, None, None);
        for value in values {
            let value = value.trim_ascii();
            match One::read(value) {
                Some(one) if one.scheme == "bearer" => match one.parameter("realm") {
                    Some(realm) if without_realm.is_none() => bearers.push(Bearer {
                        realm: realm.to_vec(),
                        service: one.parameter("service").unwrap_or_default().to_vec(),
                    }),
                    None if bearers.is_empty() => {
                        without_realm.get_or_insert(value);
                    }
                    // Docker uses it only if its token has expired by then, and fails there.
                    None => bearers.push(Bearer { realm: Vec::new(), service: Vec::new() }),
                    Some(_) => {} // docker has given up
                },
                Some(one) if one.scheme == "basic" => is_basic = true,
                Some(one) => {
                    unknown.get_or_insert(one.scheme);
                }
                None if value.is_empty() => {}
                None => {
                    unreadable.get_or_insert(value);
                }
            }
        }
        match (without_realm, unknown, unreadable) {
            (Some(value), ..) => Self::NoRealm(quoted(value)),
            (None, ..) if is_basic || !bearers.is_empty() => Self::Login { bearers, is_basic },
            (None, Some(scheme), _) => Self::Unknown(quoted(scheme.as_bytes())),
            (None, None, Some(value)) => Self::Unreadable(quoted(value)),
            (None, None, None) => Self::None,
        }
    }
}

/// The beginning of the header, for showing.
fn quoted(value: &[u8]) -> Untrusted {
    Untrusted::new(String::from_utf8_lossy(value).chars().take(LONGEST).collect::<String>())
}

/// What docker reads from one header.
struct One {
    /// In lower case.
    scheme: String,
    /// Names in lower case; of repeated ones the last counts.
    parameters: Vec<(String, Vec<u8>)>,
}

impl One {
    /// docker's `parseValueAndParams`: it stops at what it does not understand, and keeps what it has.
    fn read(header: &[u8]) -> Option<Self> {
        let (scheme, rest) = token(header);
        if scheme.is_empty() {
            return None;
        }
        let mut one = Self { scheme: lower(scheme), parameters: Vec::new() };
        let mut rest = skip_space(rest);
        loop {
            let (name, after) = token(skip_space(rest));
            let Some(after) = after.strip_prefix(b"=").filter(|_| !name.is_empty()) else { break };
            let (value, after) = token_or_quoted(after);
            if value.is_empty() {
                break;
            }
            one.parameters.push((lower(name), value));
            match skip_space(after).strip_prefix(b",") {
                Some(next) => rest = next,
                None => break,
            }
        }
        Some(one)
    }

    fn parameter(&self, name: &str) -> Option<&[u8]> {
        self.parameters.iter().rfind(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }
}

/// docker's `expectToken`: the characters that RFC 2616 allows in a token, perhaps none.
fn token(text: &[u8]) -> (&[u8], &[u8]) {
    let is_token = |byte: &u8| byte.is_ascii_graphic() && !br#""(),/:;<=>?@[]\{}"#.contains(byte);
    text.split_at(text.iter().position(|byte| !is_token(byte)).unwrap_or(text.len()))
}

/// docker's `expectTokenOrQuoted`: empty if a quotation mark is not closed.
fn token_or_quoted(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let (value, rest) = token(text);
        return (value.to_vec(), rest);
    };
    let mut value = Vec::new();
    let mut is_escaped = false;
    for (at, byte) in quoted.iter().enumerate() {
        match byte {
            _ if is_escaped => {
                is_escaped = false;
                value.push(*byte);
            }
            b'\\' => is_escaped = true,
            b'"' => return (value, &quoted[at + 1..]),
            _ => value.push(*byte),
        }
    }
    (Vec::new(), &[])
}

fn skip_space(text: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    &text[text.iter().position(|byte| !is_space(byte)).unwrap_or(text.len())..]
}

fn lower(text: &[u8]) -> String {
    String::from_utf8_lossy(text).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Challenge {
        Challenge::read(&values.iter().map(|value| value.as_bytes()).collect::<Vec<_>>())
    }

    fn bearer(realm: &str, service: &str) -> Bearer {
        Bearer { realm: realm.into(), service: service.into() }
    }

    fn token(realm: &str, service: &str) -> Challenge {
        Challenge::Login { bearers: vec![bearer(realm, service)], is_basic: false }
    }

    const BASIC: Challenge = Challenge::Login { bearers: Vec::new(), is_basic: true };

    #[test]
    fn basic_is_basic_whatever_stands_behind_it() {
        for value in [
            "Basic",
            "basic realm=/",
            "BASIC realm=Registry",
            "Basic realm=\"Закрыто\"",
            "Basic realm=\"open",
            "Basic  realm=\"x\"",
            "Basic\trealm=\"x\"",
            "Basic,realm=\"x\"",
            "Basic;charset=utf-8",
            "Basic \"x\"",
            "Basic realm = \"x\"",
            " Basic realm=\"\"",
            "Basic YWJj==",
            "Basic realm=\"x\", Bearer realm=\"https://a.example/t\"",
        ] {
            assert_eq!(read(&[value]), BASIC, "{value}");
        }
    }

    #[test]
    fn of_a_bearer_challenge_what_docker_understands_is_taken_and_the_rest_left() {
        let realm = "https://a.example/t";
        for (value, service) in [
            (r#"Bearer realm="https://a.example/t",service="s",scope="x""#, "s"),
            (r#"bearer  realm="https://a.example/t" , service="s""#, "s"),
            (r#"BEARER Realm="https://a.example/t",SERVICE=s"#, "s"),
            (r#"Bearer realm="https://a.example/t" service="s""#, ""),
            (r#"Bearer realm="https://a.example/t";service="s""#, ""),
            (r#"Bearer realm="https://a.example/t",,service="s""#, ""),
            (r#"Bearer realm="https://a.example/t", service = "s""#, ""),
            (r#"Bearer realm="https://a.example/t",service="s"#, ""),
            (r#"Bearer realm="https://a.example/t",service="",x=y"#, ""),
            (r#"Bearer realm="https://x.example/",service="s",realm="https://a.example/t""#, "s"),
            (r#"Bearer realm="https:\/\/a.example\/t",service="\s""#, "s"),
            (r#"Bearer realm="https://a.example/t",service="a\"b""#, "a\"b"),
            (r#"Bearer realm="https://a.example/t",service="s", Basic realm="x""#, "s"),
            (r#"Bearer realm="https://a.example/t" Basic realm="x""#, ""),
        ] {
            assert_eq!(read(&[value]), token(realm, service), "{value}");
        }
        assert_eq!(read(&["Bearer realm=https://a.example/t"]), token("https", ""));
    }

    #[test]
    fn one_header_that_cannot_be_read_takes_nothing_from_the_others() {
        let good = r#"Bearer realm="https://a.example/t",service="s""#;
        for bad in ["Negotiate", "\"x\"", ",", "=", "Digest realm=\"open", "", "NTLM TlRM=="] {
            assert_eq!(read(&[bad, good]), token("https://a.example/t", "s"), "{bad}");
            assert_eq!(read(&[good, bad]), token("https://a.example/t", "s"), "{bad}");
            assert_eq!(read(&[bad, "Basic realm=\"x\""]), BASIC, "{bad}");
        }
    }

    #[test]
    fn bearer_and_basic_in_two_headers_are_both_answered_whatever_their_order() {
        let (basic, good) = ("Basic realm=\"x\"", r#"Bearer realm="https://a.example/t""#);
        let both = Challenge::Login { bearers: vec![bearer("https://a.example/t", "")], is_basic: true };
        assert_eq!(read(&[basic, good]), both);
        assert_eq!(read(&[good, basic]), both);
        let second = r#"Bearer realm="https://b.example/t""#;
        let bearers = vec![bearer("https://a.example/t", ""), bearer("https://b.example/t", "")];
        assert_eq!(read(&[good, second]), Challenge::Login { bearers, is_basic: false });
    }

    #[test]
    fn a_bearer_challenge_without_a_realm_ends_it_only_where_it_comes_first() {
        let good = r#"Bearer realm="https://a.example/t""#;
        for bad in [
            "Bearer",
            "Bearer,realm=x",
            r#"Bearer service="x""#,
            r#"Bearer realm="https://a.example/t"#,
            r#"Bearer realm="""#,
        ] {
            assert_eq!(read(&[bad]), Challenge::NoRealm(bad.into()), "{bad}");
            assert_eq!(read(&[bad, good]), Challenge::NoRealm(bad.into()), "{bad}");
            assert_eq!(read(&["Basic realm=\"x\"", bad]), Challenge::NoRealm(bad.into()), "{bad}");
            let bearers = vec![bearer("https://a.example/t", ""), bearer("", "")];
            assert_eq!(read(&[good, bad]), Challenge::Login { bearers, is_basic: false }, "{bad}");
        }
    }

    #[test]
    fn what_is_no_login_of_docker_s_is_named_or_quoted_as_it_came() {
        assert_eq!(read(&["Digest realm=\"y\", nonce=\"z\""]), Challenge::Unknown("digest".into()));
        assert_eq!(read(&["\"x\" realm"]), Challenge::Unreadable("\"x\" realm".into()));
        assert_eq!(read(&["\"x\"", "Negotiate"]), Challenge::Unknown("negotiate".into()));
        assert_eq!(read(&[", Bearer realm=\"x\""]), Challenge::Unreadable(", Bearer realm=\"x\"".into()));
        assert_eq!(read(&[]), Challenge::None);
        assert_eq!(read(&["  "]), Challenge::None);
        let Challenge::Unreadable(long) = read(&[&format!("\"{}", "x".repeat(500))]) else { panic!() };
        assert_eq!(long.raw().chars().count(), LONGEST);
    }
}
