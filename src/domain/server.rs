//! The registry's address in the SERVER secret: how docker interprets it, and what a pull looks up.
//!
//! It never resolves a name and never corrects the text silently: [`Server::canonical`] returns what it should be.
//! Source of the key rules: docker/cli `cli/command/registry/login.go` and `cli/config/credentials/file_store.go`, moby
//! `registry/config.go`.

use std::net::IpAddr;

use thiserror::Error;
use url::Host;

use super::EcrHost;
pub use super::this_machine::is_local_address;
use super::this_machine::{host_of_name, is_here, is_here_for_go};

/// The only text under which Docker Hub's credential is found, as written in GitHub's and Docker's documentation.
pub const HUB_KEY: &str = "https://index.docker.io/v1/";
/// The host that serves Docker Hub's images.
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

/// A valid server: scheme, host and path as typed, and the host in lower case.
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

/// Why a text is not a valid server, to follow “this server”.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ServerFault {
    #[error("is empty: enter a registry's host name, such as example.azurecr.io")]
    Empty,
    #[error("has white space at one end, which docker rejects: remove it")]
    SurroundingSpace,
    #[error("contains white space, which a host name cannot have")]
    InnerSpace,
    #[error("contains a control character: type it instead of pasting it")]
    Control,
    #[error("begins with a scheme other than https: write the bare host name")]
    Scheme,
    #[error("contains a user name (the part before @), which belongs in the user field")]
    UserInfo,
    #[error("contains ? or #: write the bare host name")]
    Query,
    #[error("is missing the host name")]
    NoHost,
    #[error("contains characters a host name cannot have: use letters, digits, dots and dashes")]
    BadCharacter,
    #[error("is an IPv6 address without brackets: write [address] or [address]:port")]
    Brackets,
    #[error("has an invalid port: write a number from 1 to 65535 after the colon")]
    BadPort,
}

impl Server {
    /// Parses what was typed or stored, without trimming: a space is an error, as it is for docker.
    pub fn parse(text: &str) -> Result<Self, ServerFault> {
        if text.trim().is_empty() {
            return Err(ServerFault::Empty);
        }
        if text.trim() != text {
            return Err(ServerFault::SurroundingSpace);
        }
        if text.chars().any(super::untrusted::is_hostile) {
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

    /// `host[:port]` to connect to: all names of Docker Hub mean `registry-1.docker.io`, as they do for docker.
    pub fn api_host(&self) -> &str {
        if self.is_hub() { HUB_API_HOST } else { &self.host }
    }

    /// What the SERVER secret should contain: the bare host in lower case, or Docker Hub's one working text.
    pub fn canonical(&self) -> String {
        if self.is_hub() {
            return HUB_KEY.to_owned();
        }
        let bare = self.registry();
        if is_registry(bare) { bare.to_owned() } else { self.host.clone() }
    }

    /// Whether the text is already canonical.
    pub fn is_canonical(&self) -> bool {
        self.typed == self.canonical()
    }

    /// The registry that answers there, regardless of spelling: the host in lower case, and the port if it is not 443.
    pub(super) fn registry(&self) -> &str {
        self.host.strip_suffix(":443").unwrap_or(&self.host)
    }

    /// The key under which `docker login` stores a credential for this text.
    pub fn stored_key(&self) -> String {
        if self.typed == HUB_KEY || self.typed == "docker.io" { HUB_KEY.to_owned() } else { self.typed_host.clone() }
    }

    /// The key under which the pull of an image looks up a credential, if the image names the registry like this text.
    /// docker compares keys exactly.
    pub fn lookup_key(&self) -> String {
        if self.is_hub() { HUB_KEY.to_owned() } else { self.typed_host.clone() }
    }

    /// Whether there is a way to write an image so that its pull finds the credential that `docker login` stores for
    /// this text.
    pub fn is_found_by_pulls(&self) -> bool {
        !self.is_namespace() && self.stored_key() == self.lookup_key()
    }

    /// Whether an image that begins with this text is on Docker Hub, in the namespace of that name: a first part
    /// without a dot, a colon or an upper-case letter is not a registry, except for `localhost`.
    pub fn is_namespace(&self) -> bool {
        !is_registry(&self.typed_host)
    }

    /// Why images must be written in an unusual way to find the credential; `None` for most servers.
    pub fn oddity(&self) -> Option<Oddity> {
        if self.is_hub() || self.is_namespace() {
            return None;
        }
        if self.typed_host != self.host {
            return Some(Oddity::UpperCase);
        }
        let bare = |port| self.host.strip_suffix(port).is_some_and(is_registry);
        (bare(":443") || bare(":80")).then_some(Oddity::DefaultPort)
    }

    /// The host in lower case without its port.
    pub fn without_port(&self) -> &str {
        match self.host.rsplit_once(':') {
            Some((bare, port)) if port.bytes().all(|b| b.is_ascii_digit()) => bare,
            Some(_) | None => &self.host,
        }
    }

    /// Whether this is a name of Docker Hub, correct or not.
    pub fn is_hub(&self) -> bool {
        HUB_NAMES.contains(&self.name.as_str())
    }

    /// Whether the host is this machine, by the rule of [`super::this_machine`].
    pub fn is_loopback(&self) -> bool {
        host_of_name(&self.name).is_some_and(|host| is_here(&host))
    }

    /// Whether docker also connects to this machine, without using a name server or a proxy.
    pub fn is_loopback_for_docker(&self) -> bool {
        self.typed_host.get(..self.without_port().len()).is_some_and(is_here_for_go)
    }

    /// Whether it is an IP address or this machine's own name, and so not the host of a product.
    pub fn is_nameless(&self) -> bool {
        self.ip().is_some() || self.is_loopback()
    }

    /// Whether a codespace cannot reach it by this name: RFC 1918 and other local addresses, `.local` and other names
    /// that only exist in one network, single labels, and loopback.
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

    /// The IP address, if the host is one, in any form.
    pub fn ip(&self) -> Option<IpAddr> {
        match host_of_name(&self.name)? {
            Host::Ipv4(ip) => Some(ip.into()),
            Host::Ipv6(ip) => Some(ip.into()),
            Host::Domain(_) => None,
        }
    }

    /// The parts of the host of a private Amazon ECR registry; `None` for every other registry.
    pub fn ecr(&self) -> Option<EcrHost> {
        EcrHost::parse(&self.host)
    }
}

/// What is unusual about a server that still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// Only images written with the same upper-case letters match.
    UpperCase,
    /// Only images written with `:443` or `:80` match.
    DefaultPort,
}

/// Whether docker reads the first part of an image as a registry, and not as a namespace on Docker Hub. Source: the
/// distribution project's `reference` package, `splitDockerDomain`.
pub(super) fn is_registry(first: &str) -> bool {
    first == "localhost" || first.contains(['.', ':']) || first.contains(|c: char| c.is_ascii_uppercase())
}

/// The host without port and brackets, if it is valid.
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
    fn every_other_registry_is_found_by_images_that_are_written_alike() {
        for (text, found) in [
            ("acme.azurecr.io", true),
            ("https://acme.azurecr.io", true),
            ("https://acme.azurecr.io/", true),
            ("acme.azurecr.io/team", true),
            ("ACME.azurecr.io", true),
            ("GHCR.IO", true),
            ("127.0.0.1:5000", true),
            ("nonsense:5000", true),
            ("localhost", true),
            ("Nonsense", true),
            ("nonsense", false),
            ("https://nonsense/v2/", false),
        ] {
            let server = server(text);
            assert_eq!(server.is_found_by_pulls(), found, "{text}");
            assert!(!server.is_hub(), "{text}");
            assert_eq!(server.api_host(), server.host(), "{text}");
        }
        assert_eq!(server("GHCR.IO").stored_key(), "GHCR.IO");
        assert_eq!(server("GHCR.IO").lookup_key(), "GHCR.IO", "docker compares letter by letter");
        assert_eq!(server("GHCR.IO").canonical(), "ghcr.io");
        assert!(server("ghcr.io").is_canonical() && !server("https://ghcr.io").is_canonical());
    }

    #[test]
    fn a_server_that_only_images_of_the_same_spelling_find_says_so() {
        for (text, oddity, canonical) in [
            ("ghcr.io", None, "ghcr.io"),
            ("GHCR.io", Some(Oddity::UpperCase), "ghcr.io"),
            ("r.example:443", Some(Oddity::DefaultPort), "r.example"),
            ("R.example:443", Some(Oddity::UpperCase), "r.example"),
            ("r.example:80", Some(Oddity::DefaultPort), "r.example:80"),
            ("localhost:443", Some(Oddity::DefaultPort), "localhost"),
            ("r.example:8443", None, "r.example:8443"),
            // Without its port, docker would read it as a namespace on Docker Hub.
            ("harbor:443", None, "harbor:443"),
            ("docker.io:443", None, HUB_KEY),
            ("nonsense", None, "nonsense"),
        ] {
            let server = server(text);
            assert_eq!((server.oddity(), server.canonical().as_str()), (oddity, canonical), "{text}");
        }
    }

    #[test]
    fn docker_goes_to_this_machine_under_few_names_only() {
        for text in ["localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000", "https://[::1]"] {
            assert!(server(text).is_loopback() && server(text).is_loopback_for_docker(), "{text}");
        }
        for text in ["LOCALHOST:5000", "foo.localhost", "127.1:5000", "0x7f000001", "0.0.0.0:5000", "[::]:1"] {
            assert!(server(text).is_loopback() && !server(text).is_loopback_for_docker(), "{text}");
        }
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
