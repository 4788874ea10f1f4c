//! What a GitHub token is, as far as its looks tell, and where it came from.

use chrono::{DateTime, Utc};

use super::{Foreign, Problem, Sensitive, Site};

/// Where a token was found, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenSource {
    GhToken,
    GithubToken,
    Keyring,
    Gh,
    /// What Codespaces itself puts into `GITHUB_TOKEN`: it reaches the codespace's own repository and no secrets.
    Codespace,
    /// The demo world's own.
    Demo,
    /// Given by hand or by the device flow, and not kept anywhere.
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

    /// How the header names it.
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

    /// Whether it came from the environment: only then `GITHUB_API_URL` is believed.
    pub const fn is_environment(self) -> bool {
        matches!(self, Self::GhToken | Self::GithubToken | Self::Codespace)
    }
}

/// The kind of a token by its prefix. Source: GitHub Docs, «About authentication to GitHub», token formats.
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

    /// Whether tokens of this kind carry scopes; the others have permissions.
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

/// Who a token is, as GitHub answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub login: Foreign,
    pub kind: TokenKind,
    pub source: TokenSource,
    /// From `X-OAuth-Scopes`; `None` for tokens that have permissions instead.
    pub scopes: Option<Vec<String>>,
    /// The API's host, such as `api.github.com` or `127.0.0.1:4000`.
    pub host: String,
    /// What is left of the hourly request budget, and its size.
    pub budget: Option<(u64, u64)>,
    /// From `GitHub-Authentication-Token-Expiration`, where GitHub sends it.
    pub expires: Option<DateTime<Utc>>,
}

impl Identity {
    /// Whether the token carries a classic scope, or one that brings it; `None` where scopes do not tell.
    pub fn has_scope(&self, wanted: &str) -> Option<bool> {
        self.scopes.as_ref().map(|scopes| super::rights::covers(scopes, wanted))
    }

    /// What the token may do here, one answer for each question.
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

    /// The web site that goes with the API.
    pub fn site(&self) -> Site {
        Site::of_api(&self.host)
    }

    /// Whether the API is GitHub's own, data residency included, and not another host's.
    pub fn is_github(&self) -> bool {
        self.site().is_github()
    }
}

/// An organization the user belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub org: super::OrgName,
    /// Owners may manage the organization's secrets.
    pub owner: bool,
}

/// What somebody may want to do here, one question each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, strum::EnumIter)]
pub enum Right {
    UserSecrets,
    RepositorySecrets,
    OrganizationSecrets,
    RestartCodespaces,
    ReadPackages,
}

/// The answer to one such question, as far as a token's looks and scopes tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    Yes,
    /// And what the least token for it is.
    No(String),
    /// GitHub does not tell before one tries; and what the least token for it is.
    Unknown(String),
}

/// One token that was found, or that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenReport {
    pub source: TokenSource,
    pub kind: TokenKind,
    /// Whether this is the one pullkey works with.
    pub used: bool,
    pub identity: Result<Identity, Problem>,
    pub rights: Vec<(Right, Allowed)>,
    /// What else there is to say, such as «injected by Codespaces, too weak for secrets».
    pub note: Option<String>,
}

impl TokenReport {
    /// Whether the place it may be in could not be read at all.
    pub fn is_unread(&self) -> bool {
        self.identity.is_err() && self.kind == TokenKind::Unknown
    }
}

/// What GitHub says of a token that was given as a registry's password. The token itself is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastedToken {
    pub login: Foreign,
    pub kind: TokenKind,
    /// From `X-OAuth-Scopes`; `None` for tokens that have permissions instead.
    pub scopes: Option<Vec<String>>,
    /// Whether it may pull packages, as far as its kind and its scopes tell.
    pub reads_packages: Allowed,
    /// From `GitHub-Authentication-Token-Expiration`; `None` where GitHub told no end.
    pub expires: Option<DateTime<Utc>>,
}

/// Which token to work with from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenChoice {
    /// The one that stands there.
    Of(TokenSource),
    Given {
        token: Sensitive,
        /// Whether it shall be kept in the system's keyring.
        keep: bool,
    },
}

/// What one does to sign in with GitHub's device flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCode {
    /// To be typed on the page, such as `WDJB-MJHT`.
    pub user_code: Foreign,
    pub page: Foreign,
    pub expires: DateTime<Utc>,
}
