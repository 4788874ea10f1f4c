//! The name of an image as written in a Dockerfile, parsed as docker does: registry, repository, tag, digest.
//!
//! It makes no requests and only looks at the name. Grammar: the distribution project's `reference` package.

use std::fmt;

use thiserror::Error;

use super::server::{HUB_KEY, is_registry};
use super::{Digest, Server};

/// The longest name, registry included (distribution, `NameTotalLengthMax`).
const LONGEST: usize = 255;

/// An image's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// `host[:port]` in the case it was written in; `docker.io` if there was none.
    host: String,
    /// `team/app`; Docker Hub's official images are below `library/`.
    repository: String,
    /// `latest` if there was neither tag nor digest.
    tag: Option<String>,
    digest: Option<String>,
}

/// Why a text is not an image name. Each follows “this image”.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ImageFault {
    #[error("is empty")]
    Empty,
    #[error("contains white space")]
    Space,
    #[error("begins with a scheme such as https://: leave it out")]
    Scheme,
    #[error("contains a variable: write its value instead")]
    Variable,
    #[error("has upper-case letters in its repository, which docker rejects")]
    UpperCase,
    #[error("has no repository after the registry")]
    NoRepository,
    #[error("has a registry that is not a valid host")]
    Host,
    #[error("has a character not allowed in repository names")]
    Repository,
    #[error("has an invalid tag: up to 128 letters, digits, dots, hyphens and underscores")]
    Tag,
    #[error("has an invalid digest: write sha256: and 64 hexadecimal digits, for instance")]
    Digest,
    #[error("is longer than 255 characters")]
    Long,
    #[error("is an image id, not an image name")]
    Id,
}

impl Image {
    /// Parses a name, ignoring white space around it.
    pub fn parse(text: &str) -> Result<Self, ImageFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ImageFault::Empty);
        }
        if text.contains(char::is_whitespace) {
            return Err(ImageFault::Space);
        }
        if text.contains("://") {
            return Err(ImageFault::Scheme);
        }
        if text.len() == 64 && text.bytes().all(is_hex) {
            return Err(ImageFault::Id);
        }
        if text.contains(['$', '{', '}']) {
            return Err(ImageFault::Variable);
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        if digest.is_some_and(|digest| Digest::parse(digest).is_none()) {
            return Err(ImageFault::Digest);
        }
        let (name, tag) = split_tag(rest);
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(ImageFault::Tag);
        }
        let (host, repository) = split_host(name)?;
        if host.len() + 1 + repository.len() > LONGEST {
            return Err(ImageFault::Long);
        }
        let tag = tag.or(digest.is_none().then_some("latest"));
        Ok(Self { host, repository, tag: tag.map(str::to_owned), digest: digest.map(str::to_owned) })
    }

    /// `host[:port]` as written, because docker compares it exactly; `docker.io` for Docker Hub.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The digest its manifest must have, if one was written.
    pub fn digest(&self) -> Option<Digest> {
        self.digest.as_deref().and_then(Digest::parse)
    }

    /// The reference to request its manifest by: the digest, else the tag.
    pub fn reference(&self) -> &str {
        self.digest.as_deref().or(self.tag.as_deref()).unwrap_or_default()
    }

    /// The key under which docker looks up the credential to pull it. Source: docker/cli `cli/command/registry.go`.
    pub fn lookup_key(&self) -> &str {
        if self.is_hub() { HUB_KEY } else { &self.host }
    }

    /// Whether pulling it uses the credential stored for this server, which docker looks up by exact match.
    pub fn finds(&self, server: &Server) -> bool {
        self.is_at(server) && self.lookup_key() == server.stored_key()
    }

    /// Whether it is at this registry, regardless of how the two are written.
    pub fn is_at(&self, server: &Server) -> bool {
        if self.is_hub() || server.is_hub() {
            return self.is_hub() && server.is_hub();
        }
        Server::parse(&self.host).is_ok_and(|own| own.registry() == server.registry())
    }

    fn is_hub(&self) -> bool {
        matches!(self.host.as_str(), "docker.io" | "index.docker.io")
    }

    /// The name without the registry, as the registry uses it: `team/app:1`.
    pub fn short(&self) -> String {
        let part =
            |mark: char, part: &Option<String>| part.as_ref().map(|part| format!("{mark}{part}")).unwrap_or_default();
        format!("{}{}{}", self.repository, part(':', &self.tag), part('@', &self.digest))
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.short())
    }
}

/// A colon after the last slash begins a tag; one before it belongs to a port.
fn split_tag(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        Some(_) | None => (text, None),
    }
}

/// The first part is a registry if it cannot be a repository's.
fn split_host(name: &str) -> Result<(String, String), ImageFault> {
    let (host, repository) = match name.split_once('/') {
        Some((first, rest)) if is_registry(first) => (first.to_owned(), rest.to_owned()),
        None if name.contains([':', '[']) => return Err(ImageFault::NoRepository),
        Some(_) | None => ("docker.io".to_owned(), name.to_owned()),
    };
    if Server::parse(&host).is_err() {
        return Err(ImageFault::Host);
    }
    if repository.is_empty() {
        return Err(ImageFault::NoRepository);
    }
    if repository.to_ascii_lowercase() != repository {
        return Err(ImageFault::UpperCase);
    }
    if !repository.split('/').all(is_component) {
        return Err(ImageFault::Repository);
    }
    let is_hub = matches!(host.as_str(), "docker.io" | "index.docker.io");
    let is_official = is_hub && !repository.contains('/');
    Ok((host, if is_official { format!("library/{repository}") } else { repository }))
}

/// Letters and digits, with one dot, one or two underscores, or any number of hyphens between them.
fn is_component(part: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut between = String::new();
    for c in part.chars() {
        if is_word(c) {
            let fits = matches!(between.as_str(), "" | "." | "_" | "__") || between.chars().all(|c| c == '-');
            if !fits {
                return false;
            }
            between.clear();
        } else {
            between.push(c);
        }
    }
    part.starts_with(is_word) && between.is_empty()
}

fn is_tag(tag: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.starts_with(is_word) && tag.len() <= 128 && tag.chars().all(|c| is_word(c) || c == '.' || c == '-')
}

const fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn a_name_is_taken_apart_as_docker_does() {
        for (text, host, repository, reference) in [
            ("alpine", "docker.io", "library/alpine", "latest"),
            ("alpine:3.20", "docker.io", "library/alpine", "3.20"),
            ("acme/app", "docker.io", "acme/app", "latest"),
            ("docker.io/alpine", "docker.io", "library/alpine", "latest"),
            ("index.docker.io/acme/app:1", "index.docker.io", "acme/app", "1"),
            ("ghcr.io/acme/tools:2", "ghcr.io", "acme/tools", "2"),
            ("GHCR.io/acme/tools:2", "GHCR.io", "acme/tools", "2"),
            // An upper-case letter makes it a registry, because repositories have none.
            ("Acme/app", "Acme", "app", "latest"),
            ("localhost/app", "localhost", "app", "latest"),
            ("127.0.0.1:5000/team/app:1", "127.0.0.1:5000", "team/app", "1"),
            ("[::1]:5000/app", "[::1]:5000", "app", "latest"),
            ("r.example:5000/a/b/c", "r.example:5000", "a/b/c", "latest"),
            (" r.example/a__b/c-d.e:v1 ", "r.example", "a__b/c-d.e", "v1"),
        ] {
            let image = Image::parse(text).unwrap();
            assert_eq!((image.host(), image.repository(), image.reference()), (host, repository, reference), "{text}");
        }
        let pinned = Image::parse(&format!("r.example/app:1@{DIGEST}")).unwrap();
        assert_eq!(pinned.reference(), DIGEST);
        assert_eq!(pinned.to_string(), format!("r.example/app:1@{DIGEST}"));
        assert_eq!(Image::parse("ghcr.io/acme/tools").unwrap().to_string(), "ghcr.io/acme/tools:latest");
    }

    #[test]
    fn a_text_that_is_no_image_is_refused_with_its_reason() {
        for (text, fault) in [
            (" ", ImageFault::Empty),
            ("a b", ImageFault::Space),
            ("https://ghcr.io/a/b", ImageFault::Scheme),
            ("${BASE}/app:1", ImageFault::Variable),
            ("ghcr.io/Acme/app", ImageFault::UpperCase),
            ("Alpine", ImageFault::UpperCase),
            ("ghcr.io/", ImageFault::NoRepository),
            ("a..b.io/x", ImageFault::Host),
            ("r.example/a//b", ImageFault::Repository),
            ("r.example/a..b", ImageFault::Repository),
            ("r.example/a___b", ImageFault::Repository),
            ("r.example/-a", ImageFault::Repository),
            ("r.example/a-", ImageFault::Repository),
            ("r.example/a;rm", ImageFault::Repository),
            ("r.example/a:", ImageFault::Tag),
            ("r.example/a:-x", ImageFault::Tag),
            ("r.example/a@sha256:short", ImageFault::Digest),
            ("r.example/a@", ImageFault::Digest),
            ("r.example/a@md5:0123456789abcdef0123456789abcdef", ImageFault::Digest),
            ("r.example/a@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", ImageFault::Digest),
            ("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", ImageFault::Id),
            ("ghcr.io./a/b", ImageFault::Host),
        ] {
            assert_eq!(Image::parse(text), Err(fault), "{text:?}");
        }
        assert_eq!(Image::parse(&format!("r.example/{}", "a".repeat(250))), Err(ImageFault::Long));
        assert_eq!(Image::parse(&format!("a:{}", "x".repeat(129))), Err(ImageFault::Tag));
    }

    #[test]
    fn an_image_uses_the_credential_that_is_stored_under_the_very_same_letters() {
        for (image, server, is_at, finds) in [
            ("acme/app", "https://index.docker.io/v1/", true, true),
            ("docker.io/acme/app", "docker.io", true, true),
            ("index.docker.io/acme/app", "docker.io", true, true),
            ("acme/app", "index.docker.io", true, false),
            ("registry-1.docker.io/acme/app", "https://index.docker.io/v1/", false, false),
            ("DOCKER.IO/acme/app", "https://index.docker.io/v1/", false, false),
            ("ghcr.io/acme/app", "ghcr.io", true, true),
            ("ghcr.io/acme/app", "https://ghcr.io", true, true),
            ("ghcr.io/acme/app", "ghcr.io/acme", true, true),
            ("ghcr.io/acme/app", "https://index.docker.io/v1/", false, false),
            ("GHCR.io/acme/app", "ghcr.io", true, false),
            ("ghcr.io/acme/app", "GHCR.io", true, false),
            ("GHCR.io/acme/app", "GHCR.io", true, true),
            ("GHCR.io/acme/app", "ghcr.IO", true, false),
            ("r.example:5000/app", "r.example", false, false),
            ("r.example:5000/app", "r.example:5000", true, true),
            ("r.example/app", "r.example:443", true, false),
            ("r.example:443/app", "r.example:443", true, true),
            ("r.example:443/app", "r.example", true, false),
            ("r.example:80/app", "r.example", false, false),
            ("nonsense/app", "nonsense", false, false),
            ("Nonsense/app", "Nonsense", true, true),
        ] {
            let (image, server) = (Image::parse(image).unwrap(), Server::parse(server).unwrap());
            assert_eq!((image.is_at(&server), image.finds(&server)), (is_at, finds), "{image} {server:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_is_taken_reads_back_the_same(text in "\\PC{0,80}") {
            if let Ok(image) = Image::parse(&text) {
                prop_assert_eq!(Image::parse(&image.to_string()), Ok(image));
            }
        }

        #[test]
        fn names_that_almost_are_images_read_back_the_same(
            text in "[a-zA-Z0-9.:/_@-]{0,40}(:[a-zA-Z0-9._-]{0,10})?(@sha256:[0-9a-f]{30,70})?"
        ) {
            if let Ok(image) = Image::parse(&text) {
                prop_assert_eq!(Image::parse(&image.to_string()), Ok(image));
            }
        }
    }
}
