//! Whether a password may be sent to the place a challenge names: it has to be an address that docker would use as
//! well, read the same way by both, and a safe one.
//!
//! Sources: Go 1.24 `net/url` (`Parse`), with which docker reads a realm, and the URL Standard, with which this program
//! does. An address whose host the two read differently is rejected. Also go-containerregistry's `validateRealmURL`.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use url::{Host, Url};

use super::safe::{Unsafe, judge};

/// Why nothing is sent to a realm, in words that follow its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RealmFault {
    /// Docker cannot use it either.
    Unreadable(&'static str),
    Unsafe(&'static str),
}

/// The token server's address, or why no password goes there.
pub(super) fn safe_realm(registry: &Url, realm: &[u8]) -> Result<Url, RealmFault> {
    let url = address(realm)?;
    match judge(registry, &url) {
        Ok(()) => Ok(url),
        Err(why @ Unsafe::NoHost) => Err(RealmFault::Unreadable(why.words())),
        Err(why) => Err(RealmFault::Unsafe(why.words())),
    }
}

/// What docker and this program both read as the same address. Docker reads the query itself, see [`query`].
fn address(realm: &[u8]) -> Result<Url, RealmFault> {
    use RealmFault::Unreadable;
    if realm.iter().any(u8::is_ascii_control) {
        return Err(Unreadable("contains a control character"));
    }
    let end = realm.iter().position(|byte| *byte == b'#').unwrap_or(realm.len());
    let (rest, fragment) = realm.split_at(end);
    let end = rest.iter().position(|byte| *byte == b'?').unwrap_or(rest.len());
    let (rest, query) = rest.split_at(end);
    let Some(colon) = rest.iter().position(|byte| *byte == b':') else { return Err(Unreadable(RELATIVE)) };
    let (scheme, rest) = rest.split_at(colon);
    let is_scheme = scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
    if !is_scheme {
        return Err(Unreadable(RELATIVE));
    }
    let Some(rest) = rest.strip_prefix(b"://") else { return Err(Unreadable("has no host name")) };
    let slash = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(slash);
    if authority.contains(&b'@') {
        return Err(RealmFault::Unsafe(Unsafe::UserInfo.words()));
    }
    if has_zone(authority) {
        return Err(RealmFault::Unsafe(Unsafe::Private.words()));
    }
    if has_escaped_letter(authority) {
        return Err(RealmFault::Unsafe("has an escaped host, which clients read differently"));
    }
    let bad_escape = |text: &[u8]| {
        let is_hex = |at: usize| text.get(at).is_some_and(u8::is_ascii_hexdigit);
        (0..text.len()).any(|at| text[at] == b'%' && !(is_hex(at + 1) && is_hex(at + 2)))
    };
    if bad_escape(path) || bad_escape(fragment) {
        return Err(Unreadable("contains a percent sign that escapes nothing"));
    }
    if is_dotted(path) {
        // A server may use it unchanged; the URL Standard resolves it first.
        return Err(RealmFault::Unsafe("has dots in its path, which clients read differently"));
    }
    if is_read_differently(authority) {
        return Err(RealmFault::Unsafe("has a host that clients read differently"));
    }
    let scheme = String::from_utf8_lossy(scheme).to_ascii_lowercase();
    let host = host(authority)?;
    let text = format!("{scheme}://{host}{}{}", escaped(path), escaped(query));
    let url = Url::parse(&text).map_err(|_| Unreadable("is not an address"))?;
    if is_same_host(&url, &host) { Ok(url) } else { Err(Unreadable("has an invalid host")) }
}

/// Whether the host is an IPv6 address with a zone (`[fe80::1%25eth0]`), which Go accepts and the URL Standard does
/// not.
fn has_zone(authority: &[u8]) -> bool {
    authority.starts_with(b"[") && authority.windows(3).any(|part| part == b"%25")
}

/// What Go accepts and the URL Standard does not: a port without a host (this machine, for Go), brackets around
/// something other than an IPv6 address, and letters of other scripts that are read as the digits and dots of an IPv4
/// address.
fn is_read_differently(authority: &[u8]) -> bool {
    let text = String::from_utf8_lossy(authority);
    let name = text.rsplit_once(':').map_or(&*text, |(name, _)| name);
    let is_port_alone = text.len() > 1 && text.starts_with(':');
    let is_odd_bracket = text
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .is_some_and(|(inside, _)| inside.parse::<Ipv4Addr>().is_ok());
    let is_number = || matches!(Host::parse(name), Ok(Host::Ipv4(_)));
    is_port_alone || is_odd_bracket || (!name.is_ascii() && is_number())
}

/// Whether the host has an escaped byte beyond ASCII, the only kind of escape that Go decodes there.
fn has_escaped_letter(authority: &[u8]) -> bool {
    authority
        .windows(3)
        .any(|part| part[0] == b'%' && b"89abcdefABCDEF".contains(&part[1]) && part[2].is_ascii_hexdigit())
}

const RELATIVE: &str = "is not a full address: it must begin with https://";

/// The host and port as written, if Go accepts them.
fn host(authority: &[u8]) -> Result<String, RealmFault> {
    let fault = RealmFault::Unreadable("has an invalid host");
    let Ok(text) = std::str::from_utf8(authority) else { return Err(fault) };
    let after = text.rfind(']').map_or(0, |at| at + 1);
    let port = text[after..].rfind(':').map(|at| &text[after + at + 1..]);
    if !port.unwrap_or_default().bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RealmFault::Unreadable("has an invalid port"));
    }
    let name = &text[..text.len() - port.map_or(0, |port| port.len() + 1)];
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c) || !c.is_ascii();
    let is_good = match name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inside) => inside.chars().all(|c| c.is_ascii_hexdigit() || c == ':' || c == '.'),
        None => !name.is_empty() && name.chars().all(is_plain),
    };
    if is_good { Ok(text.to_owned()) } else { Err(fault) }
}

/// Whether the host was read as written: `127.1` is a number to the URL Standard and a name to Go.
fn is_same_host(url: &Url, host: &str) -> bool {
    let name = host.rsplit_once(':').filter(|(name, _)| !name.starts_with('[') || name.ends_with(']'));
    let name = name.map_or(host, |(name, _)| name);
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.to_string() == name,
        Some(Host::Domain(found)) => !name.is_ascii() || found.eq_ignore_ascii_case(name),
        Some(Host::Ipv6(_)) => true,
        None => false,
    }
}

/// Whether a part of a path is one or two dots, escaped or not.
fn is_dotted(path: &[u8]) -> bool {
    let path = String::from_utf8_lossy(path).to_ascii_lowercase().replace("%2e", ".");
    path.split(['/', '\\']).any(|part| part == "." || part == "..")
}

/// Escapes, as Go does in requests, what the URL Standard would read differently or cut off.
fn escaped(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text {
        match byte {
            b' ' | b'\\' | 0x80.. => {
                let _ = write!(out, "%{byte:02X}"); // writing to a string cannot fail
            }
            byte => out.push(char::from(*byte)),
        }
    }
    out
}

/// The parameters of a realm's own query that Go's `Query()` keeps: those without a semicolon and with complete
/// escapes.
pub(super) fn query(realm: &Url) -> Vec<(String, String)> {
    let text = realm.query().unwrap_or_default();
    let whole = |part: &&str| {
        let bytes = part.as_bytes();
        let is_hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
        !part.contains(';') && (0..bytes.len()).all(|at| bytes[at] != b'%' || (is_hex(at + 1) && is_hex(at + 2)))
    };
    let kept: Vec<&str> = text.split('&').filter(|part| !part.is_empty()).filter(whole).collect();
    url::form_urlencoded::parse(kept.join("&").as_bytes()).into_owned().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn judged(registry: &str, realm: &str) -> Result<String, RealmFault> {
        safe_realm(&Url::parse(registry).unwrap(), realm.as_bytes()).map(|url| url.to_string())
    }

    #[test]
    fn an_address_docker_cannot_ask_is_told_from_one_that_is_not_safe() {
        let far = "https://ghcr.io/v2/";
        for realm in [
            "/token",
            "token",
            "https",
            "//auth.example/token",
            "https:auth.example/token",
            "https:/auth.example/token",
            "https:///token",
            "https://",
            ":80/token",
            "https://:/token",
            " https://auth.example/",
            "https://auth.example:x/token",
            "https://auth.example:99999/",
            "https://auth.example/%zz",
            "https://auth.example/#%",
            "https://a b.example/",
            "https://127.1/token",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://0x7f000001/",
            "https://127.0.0.1./",
            "https://10.1/",
            "https://auth%2eexample/token",
            "https://[::1/token",
            "https://auth.example/\u{7f}",
            "https://auth.exa\tmple/",
            "1https://auth.example/",
            "https://<auth>/",
        ] {
            assert!(matches!(judged(far, realm), Err(RealmFault::Unreadable(_))), "{realm}: {:?}", judged(far, realm));
        }
        for realm in [
            "http://ghcr.io/token",
            "https://127.0.0.1/token",
            "https://localhost/token",
            "https://169.254.169.254/x",
            "https://[::1]/token",
            "https://[::ffff:10.0.0.1]/token",
            "https://192.168.1.1/token",
            "https://100.64.0.1/token",
            "https://0.1.2.3/token",
            "https://[fd00::1]/token",
            "https://[fe80::1]/token",
            "https://[fe80::1%25eth0]/token",
            "https://１２７.０.０.１/",
            "https://127。0。0。1:8443/",
            "https://[127.0.0.1]/token",
            "https://:8443/token",
            "https://[64:ff9b::a00:1]/token",
            "https://[2002:c0a8:101::]/token",
            "https://LOCALHOST./token",
            "https://auth.localhost/token",
            "https://b%C3%BCcher.example/token",
            "https://me:pw@auth.example/token",
            "https://me@auth.example/",
            "ftp://auth.example/token",
            "https://auth.example\\@evil.example/",
            "gopher://x/",
            "https://auth.example/a/../token",
            "https://auth.example/%2E%2e/token",
        ] {
            assert!(matches!(judged(far, realm), Err(RealmFault::Unsafe(_))), "{realm}: {:?}", judged(far, realm));
        }
    }

    #[test]
    fn a_safe_address_is_asked_as_docker_asks_it() {
        let far = "https://ghcr.io/v2/";
        for (realm, asked) in [
            ("HTTPS://Auth.Example/Token", "https://auth.example/Token"),
            ("https://auth.example", "https://auth.example/"),
            ("https://auth.example:/t", "https://auth.example/t"),
            ("https://auth.example:8443/t?a=b", "https://auth.example:8443/t?a=b"),
            ("https://auth.example/a b\\c ", "https://auth.example/a%20b%5Cc%20"),
            ("https://auth.example/t#part", "https://auth.example/t"),
            ("https://bücher.example/t", "https://xn--bcher-kva.example/t"),
            ("https://auth.example/é", "https://auth.example/%C3%A9"),
        ] {
            assert_eq!(judged(far, realm).as_deref(), Ok(asked), "{realm}");
        }
        let url = safe_realm(&Url::parse(far).unwrap(), b"https://auth.example/\xe9").unwrap();
        assert_eq!(url.path(), "/%E9");
    }

    #[test]
    fn of_a_realm_s_own_query_what_go_reads_is_kept() {
        let url = |query: &str| Url::parse(&format!("https://auth.example/t?{query}")).unwrap();
        let pairs = |query: &str| super::query(&url(query));
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs("a=b&c=%41+x&&d"), [pair("a", "b"), pair("c", "A x"), pair("d", "")]);
        assert_eq!(pairs("a;b=c&d=%zz&e=f"), [pair("e", "f")]);
        assert_eq!(pairs(""), []);
    }
}
