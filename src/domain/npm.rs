//! An npm registry's address and a package's name, as npm itself accepts them.
//!
//! Nothing is corrected silently: an invalid address or name is refused with the reason. Sources: npm's documentation
//! of `.npmrc` (“Auth related configuration”: a registry is looked up by its full path) and of `package.json` (“name”).

use thiserror::Error;

use super::{Server, ServerFault};

/// The address of an npm registry: scheme, host and full path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NpmAddress {
    url: String,
    server: Server,
}

/// Why a text is not an address, to follow “this address”.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AddressFault {
    #[error("is empty: enter the registry's address, such as https://registry.npmjs.org/")]
    Empty,
    #[error("contains white space, which an address cannot have")]
    Space,
    #[error("is missing https:// at the beginning, which npm needs")]
    Scheme,
    #[error("begins with http://, so a token could be read in transit; nothing was sent")]
    Plain,
    #[error("contains a name or a password before @: only the token is needed")]
    UserInfo,
    #[error("contains {0:?}, which a registry address cannot have")]
    Character(char),
    #[error("has a host that {0}")]
    Host(ServerFault),
}

impl NpmAddress {
    /// Only https, or http to this machine; a missing trailing slash is added.
    pub fn parse(text: &str) -> Result<Self, AddressFault> {
        if text.trim().is_empty() {
            return Err(AddressFault::Empty);
        }
        if text.contains(char::is_whitespace) {
            return Err(AddressFault::Space);
        }
        let (scheme, rest) = text.split_once("://").ok_or(AddressFault::Scheme)?;
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "https" | "http") {
            return Err(AddressFault::Scheme);
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(AddressFault::UserInfo);
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '~' | '/' | '@' | '+');
        if let Some(odd) = path.chars().find(|c| !is_plain(*c)) {
            return Err(AddressFault::Character(odd));
        }
        if path.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(AddressFault::Character('.'));
        }
        let server = Server::parse(authority).map_err(AddressFault::Host)?;
        if scheme == "http" && !server.is_loopback() {
            return Err(AddressFault::Plain);
        }
        let path = path.trim_end_matches('/');
        let slash = if path.is_empty() { "" } else { "/" };
        Ok(Self { url: format!("{scheme}://{}/{path}{slash}", server.host()), server })
    }

    /// The full address, with a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Host and port, as for an image registry.
    pub const fn server(&self) -> &Server {
        &self.server
    }
}

/// The name of a package, with its scope if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageName(String);

/// Why a text is not a package name, to follow “this package”.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PackageFault {
    #[error("is empty")]
    Empty,
    #[error("contains a version: leave it out")]
    Version,
    #[error("has a slash but no scope: a scope begins with @, as in @acme/tools")]
    Scope,
    #[error("has a part that is empty, or begins with a dot or an underscore")]
    Part,
    #[error("contains {0:?}, which a package name cannot have")]
    Character(char),
    #[error("is longer than 214 characters")]
    Long,
}

impl PackageName {
    pub fn parse(text: &str) -> Result<Self, PackageFault> {
        if text.is_empty() {
            return Err(PackageFault::Empty);
        }
        if text.len() > 214 {
            return Err(PackageFault::Long);
        }
        let (scope, name) = match text.strip_prefix('@') {
            Some(rest) => rest.split_once('/').map(|(scope, name)| (Some(scope), name)).ok_or(PackageFault::Scope)?,
            None => (None, text),
        };
        if name.split_once('@').is_some_and(|(name, _)| !name.is_empty()) {
            return Err(PackageFault::Version);
        }
        if name.contains('/') {
            return Err(PackageFault::Scope);
        }
        for part in scope.into_iter().chain([name]) {
            if part.is_empty() || part.starts_with(['.', '_']) {
                return Err(PackageFault::Part);
            }
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '~');
            if let Some(odd) = part.chars().find(|c| !is_plain(*c)) {
                return Err(PackageFault::Character(odd));
            }
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as written in an address: the slash after the scope is escaped, not a part of the path.
    pub fn path(&self) -> String {
        self.0.replace('/', "%2f")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_keeps_its_path_and_ends_in_a_slash() {
        for (text, url) in [
            ("https://registry.npmjs.org/", "https://registry.npmjs.org/"),
            ("https://registry.npmjs.org", "https://registry.npmjs.org/"),
            ("HTTPS://Registry.npmjs.org", "https://registry.npmjs.org/"),
            ("https://acme.jfrog.io/artifactory/api/npm/npm", "https://acme.jfrog.io/artifactory/api/npm/npm/"),
            ("https://npm.pkg.github.com/@acme//", "https://npm.pkg.github.com/@acme/"),
            ("http://127.0.0.1:4873", "http://127.0.0.1:4873/"),
            ("http://localhost:4873/npm/", "http://localhost:4873/npm/"),
            ("http://[::1]:4873/", "http://[::1]:4873/"),
        ] {
            assert_eq!(NpmAddress::parse(text).unwrap().as_str(), url);
        }
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (text, fault) in [
            ("", AddressFault::Empty),
            ("https://a.example/ x", AddressFault::Space),
            ("registry.npmjs.org", AddressFault::Scheme),
            ("ftp://registry.npmjs.org/", AddressFault::Scheme),
            ("http://registry.npmjs.org/", AddressFault::Plain),
            ("http://10.0.0.7:4873/", AddressFault::Plain),
            ("https://ann:secret@a.example/", AddressFault::UserInfo),
            ("https://a.example/?q=1", AddressFault::Character('?')),
            ("https://a.example/#x", AddressFault::Character('#')),
            ("https://a.example/%2e%2e/", AddressFault::Character('%')),
            ("https://a.example/x/../y", AddressFault::Character('.')),
            ("https:///x", AddressFault::Host(ServerFault::Empty)),
        ] {
            assert_eq!(NpmAddress::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_package_s_name_is_one_part_of_an_address() {
        for (text, path) in [("@acme/tools", "@acme%2ftools"), ("left-pad", "left-pad"), ("@a/b.c_d~e", "@a%2fb.c_d~e")]
        {
            assert_eq!(PackageName::parse(text).unwrap().path(), path);
        }
        for (text, fault) in [
            ("", PackageFault::Empty),
            ("@acme/tools@1.2.3", PackageFault::Version),
            ("left-pad@1", PackageFault::Version),
            ("acme/tools", PackageFault::Scope),
            ("@acme", PackageFault::Scope),
            ("@acme/a/b", PackageFault::Scope),
            ("@/tools", PackageFault::Part),
            ("@acme/", PackageFault::Part),
            ("@acme/..", PackageFault::Part),
            ("@acme/a%2fb", PackageFault::Character('%')),
            ("@acme/a?b", PackageFault::Character('?')),
        ] {
            assert_eq!(PackageName::parse(text), Err(fault), "{text}");
        }
        assert_eq!(PackageName::parse(&"x".repeat(215)), Err(PackageFault::Long));
    }
}
