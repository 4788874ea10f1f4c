//! The type of a GitHub token, as far as its text shows it, and where it came from.

use chrono::{DateTime, Utc};

use super::{Problem, Sensitive, Site, Untrusted};

/// Where a token was found, in the order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenSource {
    GhToken,
    GithubToken,
    Keyring,
    Gh,
    /// The `GITHUB_TOKEN` set by Codespaces itself: it can access the codespace's own repository but no secrets.
    Codespace,
    /// The demo world's own.
    Demo,
    /// Entered by hand or through the device flow, and not stored anywhere.
    Given,
}

impl TokenSource {
    /// Its name in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::GhToken => "GH_TOKEN",
            Self::GithubToken => "GITHUB_TOKEN",
            Self::Keyring => "keyring",
            Self::Gh => "gh",
            Self::Codespace => "codespace",
            Self::Demo => "demo",
            Self::Given => "given",
        }
    }

    /// Its name in the header.
    pub const fn word(self) -> &'static str {
        match self {
            Self::GhToken => "GH_TOKEN",
            Self::GithubToken => "GITHUB_TOKEN",
            Self::Keyring => "the keyring",
            Self::Gh => "gh",
            Self::Codespace => "this codespace",
            Self::Demo => "the demo",
            Self::Given => "this run",
        }
    }

    /// Whether it came from the environment: only then is `GITHUB_API_URL` trusted.
    pub const fn is_environment(self) -> bool {
        matches!(self, Self::GhToken | Self::GithubToken | Self::Codespace)
    }
}

/// The type of a token, by its prefix. Source: GitHub Docs, “About authentication to GitHub”, token formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumIter)]
pub enum TokenKind {
    Classic,
    FineGrained,
    OAuth,
    AppUser,
    Installation,
    #[default]
    Unknown,
}

impl TokenKind {
    pub fn of(token: &str) -> Self {
        let table = [
            ("github_pat_", Self::FineGrained),
            ("ghp_", Self::Classic),
            ("gho_", Self::OAuth),
            ("ghu_", Self::AppUser),
            ("ghs_", Self::Installation),
        ];
        table.into_iter().find(|(head, _)| token.starts_with(head)).map_or(Self::Unknown, |(_, kind)| kind)
    }

    /// Whether tokens of this type have scopes; the others have permissions.
    pub const fn has_scopes(self) -> bool {
        match self {
            Self::Classic | Self::OAuth => true,
            Self::FineGrained | Self::AppUser | Self::Installation | Self::Unknown => false,
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Classic => "classic token",
            Self::FineGrained => "fine-grained token",
            Self::OAuth => "OAuth token",
            Self::AppUser => "app user token",
            Self::Installation => "installation token",
            Self::Unknown => "token of an unknown kind",
        }
    }
}

/// The identity of a token, according to GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub login: Untrusted,
    pub kind: TokenKind,
    pub source: TokenSource,
    /// From `X-OAuth-Scopes`; `None` for tokens that have permissions instead.
    pub scopes: Option<Vec<String>>,
    /// The API's host, such as `api.github.com` or `127.0.0.1:4000`.
    pub host: String,
    /// The remaining hourly request budget, and its size.
    pub budget: Option<(u64, u64)>,
    /// From `GitHub-Authentication-Token-Expiration`, if GitHub sends it.
    pub expires: Option<DateTime<Utc>>,
}

impl Identity {
    /// Whether the token has a classic scope, or one that includes it; `None` if scopes do not show it.
    pub fn has_scope(&self, wanted: &str) -> Option<bool> {
        self.scopes.as_ref().map(|scopes| super::rights::covers(scopes, wanted))
    }

    /// What the token can do here, one answer for each right.
    pub fn rights(&self) -> Vec<(Right, Allowed)> {
        use strum::IntoEnumIterator as _;
        let allowed = |right: Right| {
            if self.source == TokenSource::Codespace {
                right.allowed_injected()
            } else {
                right.allowed(self.kind, self.scopes.as_deref())
            }
        };
        Right::iter().map(|right| (right, allowed(right))).collect()
    }

    /// The web site for the API.
    pub fn site(&self) -> Site {
        Site::of_api(&self.host)
    }

    /// Whether the API is GitHub's own, including data residency, and not another host's.
    pub fn is_github(&self) -> bool {
        self.site().is_github()
    }
}

/// An organization the user belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub org: super::OrgName,
    /// Owners can manage the organization's secrets.
    pub owner: bool,
}

/// What you may want to do here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, strum::EnumIter)]
pub enum Right {
    UserSecrets,
    RepositorySecrets,
    OrganizationSecrets,
    RestartCodespaces,
    ReadPackages,
}

/// Whether a token can do it, as far as its type and scopes show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    Yes,
    /// With the least token that can.
    No(String),
    /// GitHub does not say before you try; with the least token that can.
    Unknown(String),
}

/// One token that was found, or that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenReport {
    pub source: TokenSource,
    pub kind: TokenKind,
    /// Whether this is the token pullkey uses.
    pub used: bool,
    pub identity: Result<Identity, Problem>,
    pub rights: Vec<(Right, Allowed)>,
    /// A note, such as “injected by Codespaces, too weak for secrets”.
    pub note: Option<String>,
}

impl TokenReport {
    /// Whether its source could not be read at all.
    pub fn is_unread(&self) -> bool {
        self.identity.is_err() && self.kind == TokenKind::Unknown
    }
}

/// What GitHub says about a token that was entered as a registry's password. It does not contain the token itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastedToken {
    pub login: Untrusted,
    pub kind: TokenKind,
    /// From `X-OAuth-Scopes`; `None` for tokens that have permissions instead.
    pub scopes: Option<Vec<String>>,
    /// Whether it can pull packages, as far as its type and scopes show.
    pub reads_packages: Allowed,
    /// From `GitHub-Authentication-Token-Expiration`; `None` if GitHub did not send it.
    pub expires: Option<DateTime<Utc>>,
}

/// The token to use from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenChoice {
    /// The token from this source.
    Of(TokenSource),
    Given {
        token: Sensitive,
        /// Whether to store it in the system keyring.
        keep: bool,
    },
}

/// What you need to sign in with GitHub's device flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCode {
    /// The code to enter on the page, such as `WDJB-MJHT`.
    pub user_code: Untrusted,
    pub page: Untrusted,
    pub expires: DateTime<Utc>,
}
