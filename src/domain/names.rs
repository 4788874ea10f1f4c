//! Names of secrets: GitHub's rules, and the grammar `<PREFIX>_CONTAINER_REGISTRY_{SERVER,USER,PASSWORD}`.
//!
//! Source: GitHub Docs, “Allowing your codespace to access a private registry” and “Managing your account-specific
//! secrets for GitHub Codespaces” (naming secrets).

use std::fmt;

use strum::{EnumIter, IntoEnumIterator};
use thiserror::Error;

/// The part between the prefix and the member.
pub const INFIX: &str = "_CONTAINER_REGISTRY_";

/// One of the three secrets of a credential, in display order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter)]
pub enum Member {
    Server,
    User,
    Password,
}

impl Member {
    /// The order in which a credential is written: SERVER last, so that a partially written one is never looked up.
    pub const WRITE_ORDER: [Self; 3] = [Self::User, Self::Password, Self::Server];

    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Server => "SERVER",
            Self::User => "USER",
            Self::Password => "PASSWORD",
        }
    }

    /// Its name in running text.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::User => "user",
            Self::Password => "password",
        }
    }

    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }
}

/// Which secrets are written together, and their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Shape {
    /// The three of one prefix.
    #[default]
    Credential,
    /// A single secret with only a password and its own name, such as `NPM_TOKEN`. GitHub's rules for that name are
    /// those of a prefix, and a member's name is not allowed.
    Single,
}

impl Shape {
    /// Its members, in write order.
    pub const fn members(self) -> &'static [Member] {
        match self {
            Self::Credential => &Member::WRITE_ORDER,
            Self::Single => &[Member::Password],
        }
    }

    /// The full name of one member's secret.
    pub fn secret_name(self, name: &Prefix, member: Member) -> String {
        match self {
            Self::Credential => name.secret_name(member),
            Self::Single => name.as_str().to_owned(),
        }
    }

    /// Its name in running text.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Single => "secret",
        }
    }
}

/// The freely chosen part of a credential's name, in upper case as GitHub stores it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix(String);

/// Why a text is not a valid prefix, to follow “this prefix”.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PrefixFault {
    #[error("is empty: choose a short word for the registry, such as ACR")]
    Empty,
    #[error("starts with a digit: GitHub requires a letter or an underscore first")]
    Digit,
    #[error("starts with GITHUB_, which GitHub reserves for itself: use GHCR, for instance")]
    Github,
    #[error("has a character other than letters, digits and underscores")]
    Character,
    #[error("already contains CONTAINER_REGISTRY, which pullkey adds itself: leave it out")]
    Infix,
    #[error("is longer than 100 characters")]
    Long,
}

impl Prefix {
    /// Checks GitHub's naming rules and converts to upper case, as GitHub does.
    pub fn parse(text: &str) -> Result<Self, PrefixFault> {
        let name = text.to_ascii_uppercase();
        let first = name.chars().next().ok_or(PrefixFault::Empty)?;
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(PrefixFault::Character);
        }
        if first.is_ascii_digit() {
            return Err(PrefixFault::Digit);
        }
        if name == "GITHUB" || name.starts_with("GITHUB_") {
            return Err(PrefixFault::Github);
        }
        if name.contains("CONTAINER_REGISTRY") {
            return Err(PrefixFault::Infix);
        }
        if name.len() > 100 {
            return Err(PrefixFault::Long);
        }
        Ok(Self(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The full name of one member's secret.
    pub fn secret_name(&self, member: Member) -> String {
        format!("{}{INFIX}{}", self.0, member.suffix())
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Parses a secret's name from the right: `ACR_CONTAINER_REGISTRY_USER` is the user of `ACR`.
///
/// `None` for every other secret, and for a name whose prefix GitHub would reject.
pub fn split(secret_name: &str) -> Option<(Prefix, Member)> {
    let name = secret_name.to_ascii_uppercase();
    Member::all().find_map(|member| {
        let head = name.strip_suffix(member.suffix())?.strip_suffix(INFIX)?;
        let prefix = Prefix::parse(head).ok()?;
        Some((prefix, member))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_is_made_and_read_back() {
        let prefix = Prefix::parse("ecr_euwest1").unwrap();
        for member in Member::all() {
            let name = prefix.secret_name(member);
            assert_eq!(split(&name), Some((prefix.clone(), member)));
            assert_eq!(split(&name.to_lowercase()), Some((prefix.clone(), member)));
        }
        assert_eq!(prefix.secret_name(Member::Server), "ECR_EUWEST1_CONTAINER_REGISTRY_SERVER");
    }

    #[test]
    fn other_secrets_are_not_members() {
        for name in
            ["NPM_TOKEN", "DH_CONTAINER_REGISTRY_USRE", "_CONTAINER_REGISTRY_USER", "CONTAINER_REGISTRY_USER", ""]
        {
            assert_eq!(split(name), None, "{name}");
        }
    }

    #[test]
    fn githubs_naming_rules_are_kept() {
        for (text, fault) in [
            ("", PrefixFault::Empty),
            ("1ACR", PrefixFault::Digit),
            ("github", PrefixFault::Github),
            ("GITHUB_X", PrefixFault::Github),
            ("A-B", PrefixFault::Character),
            ("Ä", PrefixFault::Character),
            ("ACR_CONTAINER_REGISTRY", PrefixFault::Infix),
        ] {
            assert_eq!(Prefix::parse(text), Err(fault), "{text}");
        }
        assert!(Prefix::parse("GITHUBX").is_ok());
        assert!(Prefix::parse("_a1").is_ok());
    }
}
