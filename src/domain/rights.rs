//! What a token can do, and the least token that can do it: one table for the sign-in screen, the command line and
//! problems.
//!
//! Sources: GitHub Docs, “Scopes for OAuth apps” (which scope includes which), “Permissions required for fine-grained
//! personal access tokens” (the permissions and their names), “About permissions for GitHub Packages”. It never says
//! yes if only GitHub can know: roles and permissions only show when you try.

use super::problem::Need;
use super::token::{Allowed, Right, TokenKind};

/// Scopes that include others.
const BRINGS: [(&str, &[&str]); 15] = [
    ("repo", &["repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events"]),
    ("admin:org", &["write:org"]),
    ("write:org", &["read:org"]),
    ("codespace", &["codespace:secrets"]),
    ("write:packages", &["read:packages"]),
    ("user", &["read:user", "user:email", "user:follow"]),
    ("project", &["read:project"]),
    ("admin:repo_hook", &["write:repo_hook"]),
    ("write:repo_hook", &["read:repo_hook"]),
    ("admin:public_key", &["write:public_key"]),
    ("write:public_key", &["read:public_key"]),
    ("admin:gpg_key", &["write:gpg_key"]),
    ("write:gpg_key", &["read:gpg_key"]),
    ("write:discussion", &["read:discussion"]),
    ("admin:ssh_signing_key", &["write:ssh_signing_key"]),
];

/// Permission names in the API, and on GitHub's page for a new token.
const PERMISSIONS: [(&str, &str); 12] = [
    ("codespaces_user_secrets", "Codespaces user secrets"),
    ("codespaces_secrets", "Codespaces secrets"),
    ("organization_codespaces_secrets", "Organization codespaces secrets"),
    ("codespaces", "Codespaces"),
    ("codespaces_lifecycle_admin", "Codespaces lifecycle admin"),
    ("codespaces_metadata", "Codespaces metadata"),
    ("organization_codespaces", "Organization codespaces"),
    ("organization_codespaces_settings", "Organization codespaces settings"),
    ("metadata", "Metadata"),
    ("contents", "Contents"),
    ("members", "Members"),
    ("packages", "Packages"),
];

/// Whether the scopes include `wanted`, directly or through another scope.
pub fn covers<S: AsRef<str>>(scopes: &[S], wanted: &str) -> bool {
    scopes.iter().any(|scope| brings(scope.as_ref(), wanted))
}

fn brings(scope: &str, wanted: &str) -> bool {
    scope == wanted
        || BRINGS.iter().any(|(whole, parts)| *whole == scope && parts.iter().any(|part| brings(part, wanted)))
}

/// A permission in the API's spelling, such as `codespaces_secrets=write`, in the words of GitHub's page.
pub fn permission_words(name: &str, level: &str) -> String {
    let known = PERMISSIONS.iter().find(|(api, _)| *api == name).map(|(_, words)| (*words).to_owned());
    let name = known.unwrap_or_else(|| {
        let mut words = super::untrusted::clean(name).replace('_', " ");
        if let Some(first) = words.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        words
    });
    let level = match level {
        "write" => "read and write".to_owned(),
        other => super::untrusted::clean(other),
    };
    format!("{name}: {level}")
}

impl Right {
    /// In words: “read and write your own secrets”.
    pub const fn words(self) -> &'static str {
        match self {
            Self::UserSecrets => "read and write your own secrets",
            Self::RepositorySecrets => "read and write repositories' secrets",
            Self::OrganizationSecrets => "read and write organizations' secrets",
            Self::RestartCodespaces => "restart your codespaces",
            Self::ReadPackages => "read packages",
        }
    }

    /// Its name in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::UserSecrets => "user_secrets",
            Self::RepositorySecrets => "repository_secrets",
            Self::OrganizationSecrets => "organization_secrets",
            Self::RestartCodespaces => "restart_codespaces",
            Self::ReadPackages => "read_packages",
        }
    }

    /// The narrowest classic scope that allows it.
    pub const fn scope(self) -> &'static str {
        match self {
            Self::UserSecrets => "codespace:secrets",
            Self::RepositorySecrets => "repo",
            Self::OrganizationSecrets => "admin:org",
            Self::RestartCodespaces => "codespace",
            Self::ReadPackages => "read:packages",
        }
    }

    /// The permissions that allow it, in the words of GitHub's page; empty if no permission does.
    pub const fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::UserSecrets => &["Codespaces user secrets: read and write"],
            Self::RepositorySecrets => &["Codespaces secrets: read and write"],
            Self::OrganizationSecrets => &["Organization codespaces secrets: read and write"],
            Self::RestartCodespaces => &["Codespaces: read", "Codespaces lifecycle admin: read and write"],
            Self::ReadPackages => &[],
        }
    }

    /// What a token needs for it.
    pub fn need(self) -> Need {
        Need {
            scopes: vec![self.scope().to_owned()],
            permissions: self.permissions().iter().map(|p| (*p).to_owned()).collect(),
        }
    }

    /// The least token of that kind, such as “a classic token with the scope `repo`”.
    pub fn least(self, kind: TokenKind) -> String {
        let scope = self.scope();
        let boxes = self.need().boxes();
        match (kind, self) {
            (TokenKind::Classic | TokenKind::OAuth, _) | (TokenKind::Unknown, Self::ReadPackages) => {
                format!("the scope `{scope}`")
            }
            (TokenKind::FineGrained | TokenKind::AppUser, Self::ReadPackages) => {
                format!("a classic token with the scope `{scope}`: no other kind works")
            }
            (TokenKind::FineGrained, _) => format!("the permission {boxes}"),
            (TokenKind::Installation, Self::ReadPackages) => {
                format!("a classic token with the scope `{scope}`")
            }
            (TokenKind::AppUser | TokenKind::Installation | TokenKind::Unknown, _) => {
                format!("a classic token with the scope `{scope}`, or a fine-grained one with {boxes}")
            }
        }
    }

    /// Whether a token can do it, as far as its kind and scopes show.
    pub fn allowed(self, kind: TokenKind, scopes: Option<&[String]>) -> Allowed {
        if let Some(scopes) = scopes {
            let least = if kind.has_scopes() { kind } else { TokenKind::Classic };
            return if covers(scopes, self.scope()) { Allowed::Yes } else { Allowed::No(self.least(least)) };
        }
        let least = self.least(kind);
        match (kind, self) {
            (TokenKind::FineGrained | TokenKind::AppUser, Self::ReadPackages)
            // An installation is not a user: it has no secrets and no codespaces of its own.
            | (TokenKind::Installation, Self::UserSecrets | Self::RestartCodespaces) => Allowed::No(least),
            (
                TokenKind::Classic
                | TokenKind::OAuth
                | TokenKind::FineGrained
                | TokenKind::AppUser
                | TokenKind::Installation
                | TokenKind::Unknown,
                _,
            ) => Allowed::Unknown(least),
        }
    }

    /// What the token that Codespaces injects into a codespace can do: it is for the codespace's own repository.
    pub fn allowed_injected(self) -> Allowed {
        let least = self.least(TokenKind::Unknown);
        match self {
            Self::UserSecrets | Self::RepositorySecrets | Self::OrganizationSecrets | Self::RestartCodespaces => {
                Allowed::No(least)
            }
            Self::ReadPackages => Allowed::Unknown(least),
        }
    }
}

impl Need {
    /// The permissions in one sentence: “A: read” and “B: read and write”.
    pub fn boxes(&self) -> String {
        let quoted: Vec<String> = self.permissions.iter().map(|p| format!("“{p}”")).collect();
        quoted.join(" and ")
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    fn may(kind: TokenKind, scopes: Option<&[&str]>) -> Vec<&'static str> {
        let scopes = scopes.map(|list| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
        Right::iter()
            .map(|right| match right.allowed(kind, scopes.as_deref()) {
                Allowed::Yes => "yes",
                Allowed::No(least) => {
                    assert!(least.contains('`'), "{least}");
                    "no"
                }
                Allowed::Unknown(least) => {
                    assert!(!least.is_empty());
                    "unknown"
                }
            })
            .collect()
    }

    #[test]
    fn a_scope_brings_what_lies_within_it_and_nothing_else() {
        assert!(covers(&["admin:org"], "read:org") && covers(&["admin:org"], "write:org"));
        assert!(covers(&["codespace"], "codespace:secrets") && !covers(&["codespace:secrets"], "codespace"));
        assert!(covers(&["repo"], "public_repo") && !covers(&["public_repo"], "repo"));
        assert!(!covers(&["delete:packages"], "read:packages") && !covers(&["read:org"], "admin:org"));
    }

    #[test]
    fn scopes_tell_and_permissions_do_not() {
        let classic = TokenKind::Classic;
        assert_eq!(may(classic, Some(&["repo", "admin:org", "codespace", "write:packages"])), ["yes"; 5]);
        assert_eq!(may(classic, Some(&["repo", "read:org", "gist"])), ["no", "yes", "no", "no", "no"]);
        assert_eq!(may(classic, Some(&["codespace:secrets"])), ["yes", "no", "no", "no", "no"]);
        assert_eq!(may(classic, None), ["unknown"; 5]);
        let fine = may(TokenKind::FineGrained, None);
        assert_eq!(fine, ["unknown", "unknown", "unknown", "unknown", "no"], "packages know no permission");
        assert_eq!(may(TokenKind::Installation, None), ["no", "unknown", "unknown", "no", "unknown"]);
    }

    #[test]
    fn permissions_are_told_in_the_words_of_githubs_page() {
        assert_eq!(permission_words("codespaces_secrets", "write"), "Codespaces secrets: read and write");
        assert_eq!(permission_words("team_discussions", "read"), "Team discussions: read");
        assert_eq!(permission_words("évil\u{1b}", "x\u{7}").chars().find(|c| c.is_control()), None);
        assert_eq!(Right::RestartCodespaces.need().permissions.len(), 2);
    }
}
