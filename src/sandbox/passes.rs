//! The accepted tokens: their user, what they may do, and when they expire. Independent of paths.

use chrono::{DateTime, Utc};

use super::people::Account;

#[derive(Debug, Clone)]
pub(super) struct Pass {
    token: String,
    /// Scopes of a classic or OAuth token. For the other kinds, permissions such as `codespaces_secrets=write`; without
    /// any in that form such a token may do everything.
    pub(super) scopes: Vec<String>,
    pub(super) account: Account,
    pub(super) expires: Option<DateTime<Utc>>,
}

/// The kind of a token by its prefix (docs: “About authentication to GitHub”, token formats).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PassKind {
    /// Classic and OAuth tokens.
    Scoped,
    FineGrained,
    AppUser,
    Installation,
}

impl Pass {
    pub(super) fn new(token: &str, scopes: Vec<String>, account: Account) -> Self {
        Self { token: token.to_owned(), scopes, account, expires: None }
    }

    pub(super) fn kind(&self) -> PassKind {
        let kinds =
            [("github_pat_", PassKind::FineGrained), ("ghu_", PassKind::AppUser), ("ghs_", PassKind::Installation)];
        kinds.iter().find(|(head, _)| self.token.starts_with(head)).map_or(PassKind::Scoped, |(_, kind)| *kind)
    }

    /// `None` if it has no permissions by name.
    fn permissions(&self) -> Option<Vec<(&str, &str)>> {
        let named: Vec<_> = self.scopes.iter().filter_map(|scope| scope.split_once('=')).collect();
        (!named.is_empty()).then_some(named)
    }

    /// Whether the token has one of the scopes, or a wider one that includes it. Tokens without scopes have all.
    pub(super) fn has_scope(&self, wanted: &[&str]) -> bool {
        const WIDER: [(&str, &[&str]); 4] = [
            ("admin:org", &["write:org", "read:org"]),
            ("write:org", &["read:org"]),
            ("codespace", &["codespace:secrets"]),
            ("write:packages", &["read:packages"]),
        ];
        let covers = |held: &str, scope: &str| {
            held == scope || WIDER.iter().any(|(wide, narrow)| *wide == held && narrow.contains(&scope))
        };
        self.kind() != PassKind::Scoped || wanted.iter().any(|scope| self.scopes.iter().any(|held| covers(held, scope)))
    }

    /// Whether the permissions satisfy `a=read,b=write; c=read`, where a comma means “and” and a semicolon “or”.
    pub(super) fn is_permitted(&self, needed: &str) -> bool {
        let Some(held) = self.permissions() else { return true };
        let level = |word: &str| ["read", "write", "admin"].iter().position(|known| *known == word);
        let has = |one: &str| {
            let Some((name, least)) = one.trim().split_once('=') else { return true };
            // Every token may read a repository's metadata.
            one.trim() == "metadata=read" || held.iter().any(|(has, at)| *has == name && level(at) >= level(least))
        };
        needed.split(';').any(|way| way.split(',').all(has))
    }

    pub(super) fn message_for_refusal(&self) -> &'static str {
        match self.kind() {
            PassKind::Scoped | PassKind::FineGrained => "Resource not accessible by personal access token",
            PassKind::AppUser | PassKind::Installation => "Resource not accessible by integration",
        }
    }
}

/// All tokens, and the one of the request being answered.
#[derive(Debug)]
pub(super) struct Passes {
    first: Pass,
    others: Vec<Pass>,
    bearer: Option<usize>,
}

impl Passes {
    pub(super) fn new(first: Pass) -> Self {
        Self { first, others: Vec::new(), bearer: None }
    }

    /// The token the sandbox was started with.
    pub(super) fn first_mut(&mut self) -> &mut Pass {
        &mut self.first
    }

    pub(super) fn rename_first(&mut self, token: &str) {
        token.clone_into(&mut self.first.token);
    }

    /// Replaces an existing token.
    pub(super) fn add(&mut self, pass: Pass) {
        match self.named_mut(&pass.token.clone()) {
            Some(old) => *old = pass,
            None => self.others.push(pass),
        }
    }

    /// `false` if there was no such token among the added ones.
    pub(super) fn revoke(&mut self, token: &str) -> bool {
        let before = self.others.len();
        self.others.retain(|pass| pass.token != token);
        if self.first.token == token {
            self.first.expires = Some(DateTime::UNIX_EPOCH);
            return true;
        }
        self.others.len() < before
    }

    pub(super) fn named_mut(&mut self, token: &str) -> Option<&mut Pass> {
        if self.first.token == token {
            return Some(&mut self.first);
        }
        self.others.iter_mut().find(|pass| pass.token == token)
    }

    /// Remembers the token of the request. `false` if it is unknown or has expired.
    pub(super) fn show(&mut self, token: Option<&str>) -> bool {
        let Some(token) = token else {
            self.bearer = None;
            return false;
        };
        let place = if self.first.token == token {
            Some(0)
        } else {
            self.others.iter().position(|pass| pass.token == token).map(|place| place + 1)
        };
        self.bearer = place;
        let has_ended = self.bearer().expires.is_some_and(|end| end <= Utc::now());
        place.is_some() && !has_ended
    }

    /// The token of the request being answered.
    pub(super) fn bearer(&self) -> &Pass {
        match self.bearer {
            None | Some(0) => &self.first,
            Some(place) => self.others.get(place - 1).unwrap_or(&self.first),
        }
    }
}
