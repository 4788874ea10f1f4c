//! The registry's address as it stands in the SERVER secret: what docker makes of it, and what a pull looks up.
//!
//! It never resolves a name and never corrects the text silently: [`Server::canonical`] says what it should be.
//! Source of the key rules: docker/cli `cli/command/registry/login.go` and `cli/config/credentials/file_store.go`,
//! moby `registry/config.go`.

use std::net::IpAddr;

use thiserror::Error;

use super::EcrHost;

/// The one text under which Docker Hub's credential is found, as GitHub's and Docker's documentation write it.
pub const HUB_KEY: &str = "https://index.docker.io/v1/";
/// The host that answers for Docker Hub's images.
pub const HUB_API_HOST: &str = "registry-1.docker.io";

const HUB_NAMES: [&str; 14] = [
    "docker.io",
    "index.docker.io",
    "registry.docker.io",
    "registry-1.docker.io",
    "auth.docker.io",
    "www.docker.io",
    "hub.docker.io",
    "docker.com",
    "index.docker.com",
    "registry.docker.com",
    "auth.docker.com",
    "www.docker.com",
    "hub.docker.com",
    "registry.hub.docker.com",
];

/// A server text that can be one: scheme, host and path as typed, and the host in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    typed: String,
    /// `host[:port]` in the case it was typed in.
    typed_host: String,
    /// `host[:port]` in lower case.
    host: String,
    /// The host without port and brackets, in lower case.
    name: String,
}

/// Why a text cannot be a server, in words that fit after «this server».
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ServerFault {
    #[error("is empty: a registry's host name is needed, such as example.azurecr.io")]
    Empty,
    #[error("has white space at an end, which docker refuses: remove it")]
    SurroundingSpace,
    #[error("contains white space: a host name has none")]
    InnerSpace,
    #[error("contains a control character: type it again instead of pasting it")]
    Control,
    #[error("begins with a scheme other than https: write the bare host name")]
    Scheme,
    #[error("contains a user name (the part before @): it belongs into the user")]
    UserInfo,
    #[error("contains ? or #: write the bare host name")]
    Query,
    #[error("has no host name")]
    NoHost,
    #[error("contains characters no host name has: letters, digits, dots and dashes are allowed")]
    BadCharacter,
    #[error("is an IPv6 address without brackets: write [address] or [address]:port")]
    Brackets,
    #[error("has a bad port: a number from 1 to 65535 is needed after the colon")]
    BadPort,
}

impl Server {
    /// Parses what was typed or stored, without trimming it: a space is a fault, as it is for docker.
    pub fn parse(text: &str) -> Result<Self, ServerFault> {
        if text.trim().is_empty() {
            return Err(ServerFault::Empty);
        }
        if text.trim() != text {
            return Err(ServerFault::SurroundingSpace);
        }
        if text.chars().any(super::foreign::is_hostile) {
            return Err(ServerFault::Control);
        }
        if text.chars().any(char::is_whitespace) {
            return Err(ServerFault::InnerSpace);
        }
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) if scheme.contains('/') => text,
            Some(_) => return Err(ServerFault::Scheme),
            None => text,
        };
        if rest.contains(['?', '#']) {
            return Err(ServerFault::Query);
        }
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return Err(ServerFault::UserInfo);
        }
        let name = host_name(authority)?;
        Ok(Self {
            typed: text.to_owned(),
            typed_host: authority.to_owned(),
            host: authority.to_ascii_lowercase(),
            name: name.to_ascii_lowercase(),
        })
    }

    /// `host[:port]` in lower case, otherwise as typed.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host in lower case, without port and brackets.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `host[:port]` to be contacted: Docker Hub's names all mean `registry-1.docker.io`, as they do for docker.
    pub fn api_host(&self) -> &str {
        if self.is_hub() { HUB_API_HOST } else { &self.host }
    }

    /// What the SERVER secret should hold: the bare host in lower case, or Docker Hub's one working text.
    pub fn canonical(&self) -> String {
        if self.is_hub() { HUB_KEY.to_owned() } else { self.host.clone() }
    }

    /// Whether the text already is what it should be.
    pub fn is_canonical(&self) -> bool {
        self.typed == self.canonical()
    }

    /// The key under which `docker login` stores a credential for this text.
    pub fn stored_key(&self) -> String {
        if self.typed == HUB_KEY || self.typed == "docker.io" { HUB_KEY.to_owned() } else { self.typed_host.clone() }
    }

    /// The key under which a pull from this registry looks for a credential.
    pub fn lookup_key(&self) -> String {
        self.canonical()
    }

    /// Whether a pull finds the credential that `docker login` stores for this text.
    pub fn is_found_by_pulls(&self) -> bool {
        self.stored_key() == self.lookup_key()
    }

    /// Whether this is one of Docker Hub's names, right or wrong.
    pub fn is_hub(&self) -> bool {
        HUB_NAMES.contains(&self.name.as_str())
    }

    /// Whether the host is this machine itself: 127.0.0.0/8, `::1`, `localhost` or a name below it (RFC 6761).
    pub fn is_loopback(&self) -> bool {
        self.ip().map_or_else(|| self.name == "localhost" || self.name.ends_with(".localhost"), |ip| ip.is_loopback())
    }

    /// Whether it is a number or this machine's own name, and so the host of no product.
    pub fn is_nameless(&self) -> bool {
        self.ip().is_some() || self.is_loopback()
    }

    /// Whether a codespace cannot reach it by this name: RFC 1918 and other local addresses, `.local` and other names
    /// that exist only in one network, single labels, and loopback.
    pub fn is_private_host(&self) -> bool {
        match self.ip() {
            Some(ip) => is_local_address(ip),
            None => {
                !self.name.contains('.')
                    || [".local", ".localhost", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa"]
                        .iter()
                        .any(|end| self.name.ends_with(end))
            }
        }
    }

    /// The address, if the host is written as one.
    pub fn ip(&self) -> Option<IpAddr> {
        self.name.parse().ok()
    }

    /// The parts of an Amazon ECR (private) registry's host, or nothing for every other registry.
    pub fn ecr(&self) -> Option<EcrHost> {
        EcrHost::parse(&self.host)
    }
}

/// Whether an address is reachable only from the machine or the network it is in.
pub fn is_local_address(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let shared = ip.octets()[0] == 100 && (64..128).contains(&ip.octets()[1]); // RFC 6598
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified() || shared
        }
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(mapped) => is_local_address(IpAddr::V4(mapped)),
            None => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local(),
        },
    }
}

/// The host without port and brackets, once it is known to be one.
fn host_name(authority: &str) -> Result<&str, ServerFault> {
    if let Some(inner) = authority.strip_prefix('[') {
        let (address, after) = inner.split_once(']').ok_or(ServerFault::Brackets)?;
        address.parse::<std::net::Ipv6Addr>().map_err(|_| ServerFault::BadCharacter)?;
        return match after.strip_prefix(':') {
            Some(port) => check_port(port).map(|()| address),
            None if after.is_empty() => Ok(address),
            None => Err(ServerFault::BadPort),
        };
    }
    let (name, port) = match authority.split_once(':') {
        Some((_, port)) if port.contains(':') => return Err(ServerFault::Brackets),
        Some((name, port)) => (name, Some(port)),
        None => (authority, None),
    };
    if let Some(port) = port {
        check_port(port)?;
    }
    if name.is_empty() {
        return Err(ServerFault::NoHost);
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Err(ServerFault::BadCharacter);
    }
    Ok(name)
}

fn check_port(port: &str) -> Result<(), ServerFault> {
    let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    match port.parse::<u16>() {
        Ok(1..) if digits => Ok(()),
        Ok(_) | Err(_) => Err(ServerFault::BadPort),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn server(text: &str) -> Server {
        Server::parse(text).unwrap()
    }

    #[test]
    fn docker_hub_spellings_are_stored_and_found_as_measured_with_docker_28() {
        for (text, stored, found) in [
            ("docker.io", HUB_KEY, true),
            ("https://index.docker.io/v1/", HUB_KEY, true),
            ("https://index.docker.io/v1", "index.docker.io", false),
            ("index.docker.io", "index.docker.io", false),
            ("https://index.docker.io/v2/", "index.docker.io", false),
            ("https://docker.io", "docker.io", false),
            ("registry-1.docker.io", "registry-1.docker.io", false),
            ("https://registry-1.docker.io/v2/", "registry-1.docker.io", false),
            ("registry.hub.docker.com", "registry.hub.docker.com", false),
            ("hub.docker.com", "hub.docker.com", false),
            ("https://hub.docker.com/r/org/app", "hub.docker.com", false),
        ] {
            let server = server(text);
            assert_eq!((server.stored_key().as_str(), server.is_found_by_pulls()), (stored, found), "{text}");
            assert!(server.is_hub(), "{text}");
            assert_eq!(server.api_host(), HUB_API_HOST, "{text}");
            assert_eq!(server.canonical(), HUB_KEY, "{text}");
        }
    }

    #[test]
    fn other_registries_are_found_unless_their_case_differs() {
        for (text, found) in [
            ("acme.azurecr.io", true),
            ("https://acme.azurecr.io", true),
            ("https://acme.azurecr.io/", true),
            ("acme.azurecr.io/team", true),
            ("ACME.azurecr.io", false),
            ("GHCR.IO", false),
            ("127.0.0.1:5000", true),
        ] {
            let server = server(text);
            assert_eq!(server.is_found_by_pulls(), found, "{text}");
            assert!(!server.is_hub(), "{text}");
            assert_eq!(server.api_host(), server.host(), "{text}");
        }
        assert_eq!(server("GHCR.IO").stored_key(), "GHCR.IO");
        assert_eq!(server("GHCR.IO").lookup_key(), "ghcr.io");
        assert!(server("ghcr.io").is_canonical() && !server("https://ghcr.io").is_canonical());
    }

    #[test]
    fn ipv6_literals_need_brackets_and_may_have_a_port() {
        let local = server("[::1]:5000");
        assert_eq!((local.host(), local.name()), ("[::1]:5000", "::1"));
        assert!(local.is_loopback() && local.is_private_host());
        assert!(server("https://[2001:db8::1]/").ip().is_some());
        assert_eq!(Server::parse("::1"), Err(ServerFault::Brackets));
        assert_eq!(Server::parse("[::1"), Err(ServerFault::Brackets));
        assert_eq!(Server::parse("[::1]5000"), Err(ServerFault::BadPort));
        assert_eq!(Server::parse("[nonsense]"), Err(ServerFault::BadCharacter));
    }

    #[test]
    fn a_text_that_cannot_be_a_server_is_refused_with_its_reason() {
        for (text, fault) in [
            ("", ServerFault::Empty),
            ("  ", ServerFault::Empty),
            (" ghcr.io", ServerFault::SurroundingSpace),
            ("ghcr.io\n", ServerFault::SurroundingSpace),
            ("ghcr .io", ServerFault::InnerSpace),
            ("gh\x1b[2Jcr.io", ServerFault::Control),
            ("gh\u{202e}cr.io", ServerFault::Control),
            ("ftp://ghcr.io", ServerFault::Scheme),
            ("me:pw@ghcr.io", ServerFault::UserInfo),
            ("https://me@ghcr.io/", ServerFault::UserInfo),
            ("ghcr.io?x=1", ServerFault::Query),
            ("ghcr.io/#x", ServerFault::Query),
            ("https://", ServerFault::NoHost),
            ("/v2/", ServerFault::NoHost),
            (":5000", ServerFault::NoHost),
            ("ghcr.io:", ServerFault::BadPort),
            ("ghcr.io:0", ServerFault::BadPort),
            ("ghcr.io:+80", ServerFault::BadPort),
            ("ghcr.io:65536", ServerFault::BadPort),
            ("my_registry.example", ServerFault::BadCharacter),
            ("gh..cr.io", ServerFault::BadCharacter),
            ("-x.example", ServerFault::BadCharacter),
            ("régistre.example", ServerFault::BadCharacter),
        ] {
            assert_eq!(Server::parse(text), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn hosts_a_codespace_cannot_reach_are_known() {
        for text in
            ["10.1.2.3", "192.168.0.9:5000", "172.16.0.1", "169.254.1.1", "registry", "harbor.local", "localhost"]
        {
            assert!(server(text).is_private_host(), "{text}");
        }
        for text in ["ghcr.io", "172.32.0.1", "8.8.8.8", "docker.io", "[2001:db8::1]"] {
            assert!(!server(text).is_private_host(), "{text}");
        }
        assert!(server("x.localhost:1").is_loopback() && server("127.9.9.9").is_loopback());
        assert!(!server("localhost.example").is_loopback());
    }
}
