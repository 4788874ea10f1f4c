//! The name of an image as it stands in a Dockerfile, taken apart as docker does: registry, repository, tag, digest.
//!
//! It contacts nobody, and knows no image beyond its name. Grammar: the distribution project's `reference` package.

use std::fmt;

use thiserror::Error;

use super::Server;

/// The longest name, registry included (distribution, `NameTotalLengthMax`).
const LONGEST: usize = 255;

/// An image's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// `host[:port]`; `docker.io` if none was written.
    host: String,
    /// `team/app`; Docker Hub's official images are below `library/`.
    repository: String,
    /// `latest` where neither tag nor digest was written.
    tag: Option<String>,
    digest: Option<String>,
}

/// Why a text is no image. Each fits after «this image».
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ImageFault {
    #[error("is empty")]
    Empty,
    #[error("has white space in it")]
    Space,
    #[error("begins with a scheme such as https://, which no image has")]
    Scheme,
    #[error("has a variable in it: write what it stands for")]
    Variable,
    #[error("has upper case in its repository, which docker refuses")]
    UpperCase,
    #[error("has no repository after the registry")]
    NoRepository,
    #[error("has a registry that is no host")]
    Host,
    #[error("has a character that no repository has")]
    Repository,
    #[error("has a tag that is none: up to 128 letters, digits, dots, hyphens and underscores")]
    Tag,
    #[error("has a digest that is none, such as sha256: and 64 hexadecimal digits")]
    Digest,
    #[error("is longer than 255 characters")]
    Long,
}

impl Image {
    /// Takes a name apart; white space around it is none of it.
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
        if text.contains(['$', '{', '}']) {
            return Err(ImageFault::Variable);
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        if digest.is_some_and(|digest| !is_digest(digest)) {
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

    /// `host[:port]`, lower case; `docker.io` for Docker Hub.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// What its manifest is asked for by: the digest, else the tag.
    pub fn reference(&self) -> &str {
        self.digest.as_deref().or(self.tag.as_deref()).unwrap_or_default()
    }

    /// Whether a pull of it uses the credential that is stored for this server.
    pub fn is_of(&self, server: &Server) -> bool {
        Server::parse(&self.host).is_ok_and(|own| match self.host.as_str() {
            "docker.io" | "index.docker.io" => server.is_hub(),
            _ => own.host() == server.host() && !server.is_hub(),
        })
    }

    /// The name without the registry, as the registry itself knows it: `team/app:1`.
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

/// The first part is a registry if it cannot be a repository's: with a dot or a colon, or `localhost`. (docker takes
/// one in upper case for a registry too, which no certificate was ever made for.)
fn split_host(name: &str) -> Result<(String, String), ImageFault> {
    let is_host = |part: &str| part.contains(['.', ':', '[']) || part == "localhost";
    let (host, repository) = match name.split_once('/') {
        Some((first, rest)) if is_host(first) => (first.to_ascii_lowercase(), rest.to_owned()),
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

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else { return false };
    let is_part = |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic());
    algorithm.split(['+', '.', '_', '-']).all(is_part)
        && algorithm.chars().all(|c| c.is_ascii_alphanumeric() || "+._-".contains(c))
        && hex.len() >= 32
        && hex.len() <= 512
        && hex.chars().all(|c| c.is_ascii_hexdigit())
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
            ("GHCR.io/acme/tools:2", "ghcr.io", "acme/tools", "2"),
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
        ] {
            assert_eq!(Image::parse(text), Err(fault), "{text:?}");
        }
        assert_eq!(Image::parse(&format!("r.example/{}", "a".repeat(250))), Err(ImageFault::Long));
        assert_eq!(Image::parse(&format!("a:{}", "x".repeat(129))), Err(ImageFault::Tag));
    }

    #[test]
    fn an_image_uses_the_credential_of_its_own_server_and_of_no_other() {
        for (image, server, uses) in [
            ("acme/app", "https://index.docker.io/v1/", true),
            ("docker.io/acme/app", "docker.io", true),
            ("registry-1.docker.io/acme/app", "https://index.docker.io/v1/", false),
            ("ghcr.io/acme/app", "ghcr.io", true),
            ("ghcr.io/acme/app", "https://ghcr.io", true),
            ("ghcr.io/acme/app", "https://index.docker.io/v1/", false),
            ("r.example:5000/app", "r.example", false),
            ("r.example:5000/app", "r.example:5000", true),
        ] {
            let (image, server) = (Image::parse(image).unwrap(), Server::parse(server).unwrap());
            assert_eq!(image.is_of(&server), uses, "{image} {server:?}");
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
