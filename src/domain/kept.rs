//! Values that are kept for testing a credential again: what was written or tested once, and as of when.

use chrono::{DateTime, Utc};

use super::{Credential, Prefix, Scope, Trial};

/// What one entry of the keyring holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub trial: Trial,
    /// When GitHub's password was last written, as it was known when these were kept.
    pub updated_at: Option<DateTime<Utc>>,
}

/// Whether what is kept can still be what GitHub has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    Unchanged,
    /// The password was written since.
    Changed(DateTime<Utc>),
    /// The password is no longer there.
    Gone,
}

impl Kept {
    /// What `now` has become of the credential on GitHub since.
    pub fn since(&self, now: Option<&Credential>) -> Since {
        match now.and_then(Credential::password_updated_at) {
            None => Since::Gone,
            Some(at) if Some(at) == self.updated_at => Since::Unchanged,
            Some(at) => Since::Changed(at),
        }
    }
}

impl Since {
    /// What a reader of a test should know of it; nothing where nothing changed.
    pub fn note(self) -> Option<String> {
        match self {
            Self::Unchanged => None,
            Self::Changed(at) => Some(format!(
                "changed on GitHub since (on {}), so the kept values may be old",
                at.format("%Y-%m-%d at %H:%M UTC")
            )),
            Self::Gone => Some("the password is no longer on GitHub, so the kept values may be old".to_owned()),
        }
    }
}

/// Which entry: a credential at a scope of a host. Names do not tell letters' cases apart, as on GitHub.
pub fn entry(host: &str, scope: &Scope, prefix: &Prefix) -> String {
    let place = match scope {
        Scope::User => "user".to_owned(),
        Scope::Repository(name) => format!("repo/{name}").to_lowercase(),
        Scope::Organization(name) => format!("org/{name}").to_lowercase(),
    };
    format!("{host}/{place}/{prefix}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::{Foreign, MemberState, RepoName};

    #[test]
    fn each_credential_has_an_entry_of_its_own() {
        let prefix = Prefix::parse("ACR").unwrap();
        let repo = |name: &str| Scope::Repository(RepoName::parse(name).unwrap());
        assert_eq!(entry("github.com", &Scope::User, &prefix), "github.com/user/ACR");
        assert_eq!(entry("github.com", &repo("Acme/API"), &prefix), "github.com/repo/acme/api/ACR");
    }

    #[test]
    fn a_password_that_was_written_since_is_told() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let trial = Trial {
            server: "ghcr.io".to_owned(),
            user: "u".into(),
            password: "p".into(),
            images: Vec::new(),
            holds: crate::domain::Holds::Images,
        };
        let kept = Kept { trial, updated_at: Some(at(5)) };
        let mut now = Credential::new(Prefix::parse("ACR").unwrap());
        assert_eq!(kept.since(Some(&now)), Since::Gone);
        for (seconds, since) in [(5, Since::Unchanged), (6, Since::Changed(at(6)))] {
            let name = Foreign::new("X").shown();
            now.members.password = Some(MemberState { name, created_at: at(0), updated_at: at(seconds), access: None });
            assert_eq!(kept.since(Some(&now)), since);
        }
        assert!(Since::Changed(at(6)).note().unwrap().contains("changed on GitHub since"));
        assert_eq!(Since::Unchanged.note(), None);
    }
}
