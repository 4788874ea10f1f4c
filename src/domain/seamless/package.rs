//! A package at one of GitHub's own registries, by the name used to pull it.
//!
//! It supports the registries with granular permissions, because only those have seamless access, and explains why the
//! others do not. Sources: GitHub Docs, “About permissions for GitHub Packages” (which registries), “Working with the
//! npm registry” and its siblings (hosts, also of GHE.com).

use std::fmt;

use thiserror::Error;

use crate::domain::OrgName;

/// The registries with granular permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::EnumIter)]
pub enum PackageKind {
    Container,
    Npm,
    Nuget,
    Rubygems,
}

/// The type of owner, which decides the package's path in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The account of the token itself.
    Me,
    User,
    Organization,
}

/// A package's full name without a version: access rules belong to the package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageRef {
    kind: PackageKind,
    /// The registry's host, such as `ghcr.io`.
    host: String,
    /// The web site it belongs to: `github.com`, or `SUBDOMAIN.ghe.com`.
    site: String,
    owner: String,
    /// May contain slashes, as in `team/base`.
    name: String,
}

/// Why a text is not a package with seamless access, to follow “this package”.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PackageFault {
    #[error(
        "is not at a GitHub registry: seamless access is for ghcr.io and for npm, nuget and rubygems.pkg.github.com"
    )]
    Elsewhere,
    #[error("is at the old Docker registry, which has no seamless access: it was replaced by ghcr.io")]
    OldDocker,
    #[error("is at the Maven registry, whose packages belong to one repository and have no seamless access")]
    Maven,
    #[error("names no package: write it as {0}")]
    NoName(&'static str),
    #[error("has an owner that is not a valid GitHub account name")]
    Owner,
    #[error("has upper-case letters, which image names cannot have: write it in lower case")]
    Case,
    #[error("contains a variable: write its value instead")]
    Variable,
    #[error("has a character not allowed in package names")]
    Character,
}

impl PackageKind {
    /// GitHub's `package_type`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Npm => "npm",
            Self::Nuget => "nuget",
            Self::Rubygems => "rubygems",
        }
    }

    /// GitHub's name for the registry.
    pub const fn registry(self) -> &'static str {
        match self {
            Self::Container => "Container registry",
            Self::Npm => "npm registry",
            Self::Nuget => "NuGet registry",
            Self::Rubygems => "RubyGems registry",
        }
    }

    const fn example(self) -> &'static str {
        match self {
            Self::Container => "ghcr.io/OWNER/NAME",
            Self::Npm => "npm.pkg.github.com/@OWNER/NAME",
            Self::Nuget => "nuget.pkg.github.com/OWNER/NAME",
            Self::Rubygems => "rubygems.pkg.github.com/OWNER/NAME",
        }
    }

    /// The registry's host name below `ghe.com`.
    const fn label(self) -> &'static str {
        match self {
            Self::Container => "containers",
            Self::Npm => "npm",
            Self::Nuget => "nuget",
            Self::Rubygems => "rubygems",
        }
    }
}

/// The registry at a host, with its web site; `None` for every host without seamless access.
pub fn registry_of(host: &str) -> Option<(PackageKind, String)> {
    use strum::IntoEnumIterator as _;
    let host = host.to_ascii_lowercase();
    if host == "ghcr.io" {
        return Some((PackageKind::Container, "github.com".to_owned()));
    }
    let (label, rest) = host.split_once('.')?;
    let kind = PackageKind::iter().find(|kind| kind.label() == label)?;
    if rest == "pkg.github.com" && kind != PackageKind::Container {
        return Some((kind, "github.com".to_owned()));
    }
    let subdomain = rest.strip_suffix(".ghe.com")?;
    let is_one_label = !subdomain.is_empty() && subdomain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_one_label.then(|| (kind, rest.to_owned()))
}

impl PackageRef {
    /// Parses what you write to pull it: an image with tag and digest, or a package after its registry's host.
    pub fn parse(text: &str) -> Result<Self, PackageFault> {
        let text = text.trim();
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        if text.contains("${") {
            return Err(PackageFault::Variable);
        }
        let (host, path) = text.split_once('/').unwrap_or((text, ""));
        let Some((kind, site)) = registry_of(host) else {
            return Err(match host.to_ascii_lowercase().as_str() {
                "docker.pkg.github.com" => PackageFault::OldDocker,
                "maven.pkg.github.com" => PackageFault::Maven,
                _ => PackageFault::Elsewhere,
            });
        };
        let path = path.trim_end_matches('/');
        let path = if kind == PackageKind::Npm { path.strip_prefix('@').unwrap_or(path) } else { path };
        let (owner, name) = path.split_once('/').ok_or(PackageFault::NoName(kind.example()))?;
        let name = name.split('@').next().unwrap_or_default();
        // Only the last part can have a tag, and a port can only come before the path.
        let name = if kind == PackageKind::Container { name.split(':').next().unwrap_or_default() } else { name };
        // The address of NuGet's feed, not a package.
        if name.is_empty() || (kind == PackageKind::Nuget && name == "index.json") {
            return Err(PackageFault::NoName(kind.example()));
        }
        Self::of(kind, &site, owner, name)
    }

    /// From its parts, as in a listing from GitHub.
    pub fn of(kind: PackageKind, site: &str, owner: &str, name: &str) -> Result<Self, PackageFault> {
        if OrgName::parse(owner).is_err() {
            return Err(PackageFault::Owner);
        }
        let is_fine = |part: &str| {
            let of_names = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '~');
            !part.is_empty() && part != "." && part != ".." && part.chars().all(of_names)
        };
        if !name.split('/').all(is_fine) {
            return Err(PackageFault::Character);
        }
        let has_capitals = |text: &str| text.chars().any(|c| c.is_ascii_uppercase());
        if kind == PackageKind::Container && has_capitals(name) {
            return Err(PackageFault::Case);
        }
        let host = match (kind, site) {
            (PackageKind::Container, "github.com") => "ghcr.io".to_owned(),
            (_, "github.com") => format!("{}.pkg.github.com", kind.label()),
            (_, site) => format!("{}.{site}", kind.label()),
        };
        let owner = if kind == PackageKind::Container { owner.to_ascii_lowercase() } else { owner.to_owned() };
        Ok(Self { kind, host, site: site.to_owned(), owner, name: name.to_owned() })
    }

    pub const fn kind(&self) -> PackageKind {
        self.kind
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn site(&self) -> &str {
        &self.site
    }

    pub fn owner(&self) -> &str {
        &self.owner
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the account with this login is the owner.
    pub fn is_of(&self, login: &str) -> bool {
        self.owner.eq_ignore_ascii_case(login)
    }

    /// Its path in the API, by segments; a name with slashes is one segment.
    pub fn path(&self, holder: Holder) -> Vec<&str> {
        let mut path = match holder {
            Holder::Me => vec!["user"],
            Holder::User => vec!["users", &self.owner],
            Holder::Organization => vec!["orgs", &self.owner],
        };
        path.extend(["packages", self.kind.id(), &self.name]);
        path
    }

    /// The same in readable form: `GET /orgs/acme/packages/container/team%2Fbase`.
    pub fn request(&self, holder: Holder) -> String {
        let path: Vec<_> = self.path(holder).iter().map(|part| part.replace('/', "%2F")).collect();
        format!("GET /{}", path.join("/"))
    }

    /// The page where access is managed.
    pub fn settings_page(&self, holder: Holder) -> String {
        let owners = match holder {
            Holder::Me | Holder::User => "users",
            Holder::Organization => "orgs",
        };
        let name = self.name.replace('/', "%2F");
        format!("https://{}/{owners}/{}/packages/{}/{name}/settings", self.site, self.owner, self.kind.id())
    }
}

impl fmt::Display for PackageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.kind == PackageKind::Npm { "@" } else { "" };
        write!(f, "{}/{at}{}/{}", self.host, self.owner, self.name)
    }
}
