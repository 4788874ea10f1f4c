//! The state behind all doors, and the handle with which a test looks at it and changes it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::Method;

use super::fault::{Fault, Faults};
use super::people::{Account, Org, Permission, Repo, Role};
use super::registry::Tokens;
use super::vault::{Reach, Scope, Secret, Vault};
use super::{Options, WorldKind};

/// A cheap handle on the world of a sandbox; clones share it.
#[derive(Debug, Clone)]
pub struct World(Arc<Mutex<State>>);

#[derive(Debug)]
pub(super) struct State {
    pub(super) settings: Settings,
    pub(super) me: Account,
    pub(super) orgs: Vec<Org>,
    pub(super) repos: Vec<Repo>,
    pub(super) vaults: BTreeMap<Scope, Vault>,
    pub(super) faults: Faults,
    pub(super) log: Log,
    /// Tokens the Bearer registry gave out.
    pub(super) tokens: Tokens,
}

/// What can be turned while the sandbox runs.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) token: String,
    pub(super) scopes: Vec<String>,
    pub(super) latency: Duration,
    pub(super) public_url: Option<String>,
    /// Whether a PUT without `encrypted_value` changes the access of an existing secret. GitHub's schema says yes.
    pub(super) accepts_access_only: bool,
    /// Requests counted against the hourly limit.
    pub(super) used: u32,
}

/// A secret with its unsealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretView {
    pub name: String,
    /// Bytes that are no UTF-8 are replaced.
    pub value: String,
    /// `all`, `private` or `selected`; `None` for a repository's secret.
    pub visibility: Option<String>,
    /// Ids and full names of the selected repositories, by id.
    pub repositories: Vec<(u64, String)>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl SecretView {
    /// The full names of the selected repositories, sorted.
    pub fn repository_names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.repositories.iter().map(|(_, name)| name.as_str()).collect();
        names.sort_unstable();
        names
    }
}

/// A request as it arrived, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestView {
    /// `api`, `basic`, `bearer` or `open`.
    pub door: &'static str,
    pub method: Method,
    /// With the query.
    pub path: String,
    /// The scheme of the `Authorization` header, if there was one; never what follows it.
    pub authorization: Option<String>,
    /// `user-agent`, `accept`, `x-github-api-version`, `content-type` and `host`, each as often as it was sent.
    pub headers: Vec<(String, String)>,
    /// `None` while it is being answered, and for good when the connection was cut.
    pub status: Option<u16>,
}

impl RequestView {
    /// The first header of that name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `PUT /user/codespaces/secrets/A`, without the query.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path.split('?').next().unwrap_or_default())
    }
}

/// A sandbox that runs for days logs the beginning only.
const MOST_LOGGED: usize = 20_000;

/// Requests by serial number, which stays the same when earlier ones are forgotten.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: Vec<RequestView>,
    forgotten: usize,
}

impl Log {
    pub(super) fn arrived(&mut self, request: RequestView) -> usize {
        if self.entries.len() == MOST_LOGGED {
            return usize::MAX;
        }
        self.entries.push(request);
        self.forgotten + self.entries.len() - 1
    }

    pub(super) fn answered(&mut self, serial: usize, status: u16) {
        let place = serial.checked_sub(self.forgotten);
        if let Some(request) = place.and_then(|place| self.entries.get_mut(place)) {
            request.status = Some(status);
        }
    }

    /// How many there have been.
    pub(super) fn count(&self) -> usize {
        self.forgotten + self.entries.len()
    }

    fn forget(&mut self) {
        self.forgotten = self.count();
        self.entries.clear();
    }
}

impl World {
    pub(super) fn new(options: Options) -> Self {
        let settings = Settings {
            token: options.token,
            scopes: options.scopes,
            latency: options.latency,
            public_url: options.public_url,
            accepts_access_only: true,
            used: 0,
        };
        let mut state = State {
            settings,
            me: Account { id: 583_231, login: "octocat".to_owned() },
            orgs: Vec::new(),
            repos: Vec::new(),
            vaults: BTreeMap::new(),
            faults: Faults::new(options.faults),
            log: Log::default(),
            tokens: Tokens::default(),
        };
        match options.world {
            WorldKind::Empty => {}
            WorldKind::Plain => super::plain::furnish(&mut state, options.hostile),
            WorldKind::Demo => super::demo::furnish(&mut state),
        }
        super::scale::furnish(&mut state, options.scale);
        Self(Arc::new(Mutex::new(state)))
    }

    /// The lock is never held over an `await`.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A secret of `user`, `repo:acme/api` or `org:acme`; names are compared without case.
    pub fn secret(&self, scope: &str, name: &str) -> Option<SecretView> {
        self.with(|state| {
            let scope = state.scope(scope)?;
            let (name, secret) = state.vaults.get(&scope)?.get(name)?;
            Some(state.view(scope, name, secret))
        })
    }

    /// All secrets of a scope, by name.
    pub fn secrets(&self, scope: &str) -> Vec<SecretView> {
        self.with(|state| {
            let Some(scope) = state.scope(scope) else { return Vec::new() };
            let secrets = state.vaults.get(&scope).map(|vault| &vault.secrets);
            secrets.into_iter().flatten().map(|(name, secret)| state.view(scope, name.clone(), secret)).collect()
        })
    }

    /// Every request so far in the order of arrival, on all doors.
    pub fn requests(&self) -> Vec<RequestView> {
        self.with(|state| state.log.entries.clone())
    }

    pub fn forget_requests(&self) {
        self.with(|state| state.log.forget());
    }

    /// Gives the scope a new key pair, so that whatever was sealed before is refused.
    pub fn rotate_key(&self, scope: &str) {
        self.with(|state| {
            if let Some(scope) = state.scope(scope) {
                state.vault(scope).rotate();
            }
        });
    }

    pub fn add_fault(&self, fault: Fault) {
        self.with(|state| state.faults.add(fault));
    }

    pub fn clear_faults(&self) {
        self.with(|state| state.faults = Faults::default());
    }

    pub fn set_token(&self, token: &str) {
        self.with(|state| token.clone_into(&mut state.settings.token));
    }

    pub fn set_scopes(&self, scopes: Vec<String>) {
        self.with(|state| state.settings.scopes = scopes);
    }

    pub fn set_latency(&self, latency: Duration) {
        self.with(|state| state.settings.latency = latency);
    }

    /// Whether a PUT without a value may change the access of an existing secret; it may at first.
    pub fn accept_access_only(&self, accept: bool) {
        self.with(|state| state.settings.accepts_access_only = accept);
    }

    /// Writes a secret past all rules but the scope's. `visibility` is ignored for `repo:`; unknown repositories are
    /// left out. False when there is no such scope.
    pub fn put_secret(&self, scope: &str, name: &str, value: &str, visibility: &str, repositories: &[&str]) -> bool {
        self.with(|state| {
            let Some(scope) = state.scope(scope) else { return false };
            let reach = Reach::parse(visibility).unwrap_or(Reach::Selected);
            let ids = repositories.iter().filter_map(|name| state.repo(name)).map(|repo| repo.id).collect();
            state.plant(scope, name, Secret::new(value.as_bytes().to_vec(), reach, ids));
            true
        })
    }

    pub fn remove_secret(&self, scope: &str, name: &str) -> bool {
        self.with(|state| {
            let Some(scope) = state.scope(scope) else { return false };
            state.vault(scope).secrets.remove(&name.to_ascii_uppercase()).is_some()
        })
    }

    pub fn repository_id(&self, full_name: &str) -> Option<u64> {
        self.with(|state| state.repo(full_name).map(|repo| repo.id))
    }

    /// The old name answers with a redirect afterwards.
    pub fn rename_repository(&self, full_name: &str, name: &str) -> bool {
        self.with(|state| {
            let Some(repo) = state.repos.iter_mut().find(|repo| repo.is(full_name)) else { return false };
            repo.former.push(repo.full_name());
            name.clone_into(&mut repo.name);
            true
        })
    }

    /// Makes one an administrator of a repository, or takes all but pushing away.
    pub fn set_repository_admin(&self, full_name: &str, is_admin: bool) -> bool {
        self.with(|state| {
            let Some(repo) = state.repos.iter_mut().find(|repo| repo.is(full_name)) else { return false };
            repo.permission = if is_admin { Permission::Admin } else { Permission::Push };
            true
        })
    }

    /// Makes one an owner of an organization, or a plain member.
    pub fn set_org_owner(&self, login: &str, is_owner: bool) -> bool {
        self.with(|state| {
            let Some(org) = state.orgs.iter_mut().find(|org| org.login.eq_ignore_ascii_case(login)) else {
                return false;
            };
            org.role = if is_owner { Role::Owner } else { Role::Member };
            true
        })
    }
}

impl State {
    /// `user`, `repo:acme/api` or `org:acme`.
    fn scope(&self, text: &str) -> Option<Scope> {
        match text.split_once(':') {
            None if text == "user" => Some(Scope::User),
            Some(("repo", full_name)) => self.repo(full_name).map(|repo| Scope::Repo(repo.id)),
            Some(("org", login)) => self.org(login).map(|org| Scope::Org(org.id)),
            None | Some(_) => None,
        }
    }

    pub(super) fn repo(&self, full_name: &str) -> Option<&Repo> {
        self.repos.iter().find(|repo| repo.is(full_name))
    }

    pub(super) fn repo_by_id(&self, id: u64) -> Option<&Repo> {
        self.repos.iter().find(|repo| repo.id == id)
    }

    pub(super) fn org(&self, login: &str) -> Option<&Org> {
        self.orgs.iter().find(|org| org.login.eq_ignore_ascii_case(login))
    }

    /// Every scope has its key pair from the first look on.
    pub(super) fn vault(&mut self, scope: Scope) -> &mut Vault {
        self.vaults.entry(scope).or_insert_with(Vault::new)
    }

    pub(super) fn plant(&mut self, scope: Scope, name: &str, secret: Secret) {
        self.vault(scope).secrets.insert(name.to_ascii_uppercase(), secret);
    }

    /// Personal tokens of the new kind and those of apps carry no scopes.
    pub(super) fn is_scoped(&self) -> bool {
        !["github_pat_", "ghu_", "ghs_"].iter().any(|kind| self.settings.token.starts_with(kind))
    }

    /// Whether the token has one of the scopes; a wider one includes the narrower.
    pub(super) fn has_scope(&self, wanted: &[&str]) -> bool {
        const WIDER: [(&str, &[&str]); 3] = [
            ("admin:org", &["write:org", "read:org"]),
            ("write:org", &["read:org"]),
            ("codespace", &["codespace:secrets"]),
        ];
        let covers = |held: &str, scope: &str| {
            held == scope || WIDER.iter().any(|(wide, narrow)| *wide == held && narrow.contains(&scope))
        };
        !self.is_scoped() || wanted.iter().any(|scope| self.settings.scopes.iter().any(|held| covers(held, scope)))
    }

    fn view(&self, scope: Scope, name: String, secret: &Secret) -> SecretView {
        let full_name = |id| self.repo_by_id(id).map(|repo| (id, repo.full_name()));
        SecretView {
            name,
            value: String::from_utf8_lossy(&secret.value).into_owned(),
            visibility: match scope {
                Scope::User | Scope::Org(_) => Some(secret.reach.word().to_owned()),
                Scope::Repo(_) => None,
            },
            repositories: secret.repositories.iter().filter_map(|&id| full_name(id)).collect(),
            created_at: secret.created,
            updated_at: secret.updated,
        }
    }
}
