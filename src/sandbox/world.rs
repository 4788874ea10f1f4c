//! The state behind all addresses, and the handle with which a test inspects it. What a test can change is in `levers`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use http::Method;

use super::codespaces::{Codespace, CodespaceView};
use super::counts::Counts;
use super::device::Flows;
use super::fault::Faults;
use super::limits::Limits;
use super::packages::Package;
use super::passes::{Pass, PassKind, Passes};
use super::people::{Account, Org, Repo, Repos};
use super::registry::{Manner, Tokens};
use super::vault::{Scope, Secret, Vault};
use super::{Options, WorldKind};

/// A cheap handle to the world of a sandbox; clones share it.
#[derive(Debug, Clone)]
pub struct World(Arc<Mutex<State>>);

#[derive(Debug)]
pub(super) struct State {
    pub(super) settings: Settings,
    /// The world's user; tokens may belong to others.
    pub(super) me: Account,
    pub(super) passes: Passes,
    pub(super) limits: Limits,
    pub(super) counts: Counts,
    pub(super) flows: Flows,
    pub(super) orgs: Vec<Org>,
    pub(super) repos: Repos,
    pub(super) codespaces: Vec<Codespace>,
    pub(super) packages: Vec<Package>,
    pub(super) vaults: BTreeMap<Scope, Vault>,
    /// The `key_id` of all public keys. As recorded, it is the same for all owners, although their keys differ.
    pub(super) key_generation: String,
    pub(super) faults: Faults,
    pub(super) log: Log,
    /// Tokens issued by the Bearer registry.
    pub(super) tokens: Tokens,
    /// How the Bearer registry answers, if in an unusual way.
    pub(super) manner: Option<Manner>,
}

/// What can be changed while the sandbox runs.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) latency: Duration,
    pub(super) public_url: Option<String>,
    /// Whether a PUT without `encrypted_value` changes the access of an existing secret. According to GitHub's schema
    /// it does.
    pub(super) accepts_access_only: bool,
    /// The values of `Deprecation` and `Sunset`, if announced.
    pub(super) sunset: Option<(String, String)>,
    /// How far GitHub's clock is ahead of this machine's.
    pub(super) ahead: TimeDelta,
}

/// A secret with its decrypted value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretView {
    pub name: String,
    /// Bytes that are not UTF-8 are replaced.
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

/// A request as it arrived, and its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestView {
    /// `api`, `basic`, `bearer` or `open`.
    pub door: &'static str,
    pub method: Method,
    /// Including the query.
    pub path: String,
    /// The scheme of the `Authorization` header, if there was one; never what follows it.
    pub authorization: Option<String>,
    /// `user-agent`, `accept`, `accept-encoding`, `x-github-api-version`, `content-type`, `content-length`, `host` and
    /// `if-none-match`, each as often as it was sent.
    pub headers: Vec<(String, String)>,
    /// `None` while it is being answered, and permanently if the connection was cut.
    pub status: Option<u16>,
}

impl RequestView {
    /// The first header with this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `PUT /user/codespaces/secrets/A`, without the query.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path.split('?').next().unwrap_or_default())
    }
}

/// A sandbox that runs for days logs only the beginning.
const MOST_LOGGED: usize = 20_000;

/// Requests by serial number, which stays the same when earlier ones are discarded.
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

    /// How many requests there have been.
    pub(super) fn count(&self) -> usize {
        self.forgotten + self.entries.len()
    }

    pub(super) fn forget(&mut self) {
        self.forgotten = self.count();
        self.entries.clear();
    }
}

impl World {
    pub(super) fn new(options: Options) -> Self {
        let settings = Settings {
            latency: options.latency,
            public_url: options.public_url,
            accepts_access_only: true,
            sunset: None,
            ahead: TimeDelta::zero(),
        };
        let me = Account::of("octocat");
        let mut state = State {
            settings,
            passes: Passes::new(Pass::new(&options.token, options.scopes, me.clone())),
            me,
            limits: Limits::new(options.enforce, options.limit, options.hurry),
            counts: Counts::default(),
            flows: Flows::default(),
            orgs: Vec::new(),
            repos: Repos::default(),
            codespaces: Vec::new(),
            packages: Vec::new(),
            vaults: BTreeMap::new(),
            key_generation: super::vault::new_generation(),
            faults: Faults::new(options.faults),
            log: Log::default(),
            tokens: Tokens::default(),
            manner: None,
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

    /// Every request so far in the order of arrival, at all addresses.
    pub fn requests(&self) -> Vec<RequestView> {
        self.with(|state| state.log.entries.clone())
    }

    pub fn repository_id(&self, full_name: &str) -> Option<u64> {
        self.with(|state| state.repo(full_name).map(|repo| repo.id))
    }

    pub fn codespace(&self, name: &str) -> Option<CodespaceView> {
        self.with(|state| state.codespace_view(name))
    }

    /// How many requests a limit refused, not counting those refused by a fault.
    pub fn limit_answers(&self) -> u64 {
        self.with(|state| state.counts.limit_answers())
    }

    /// Points of the secondary limit so far: 1 for a read, 5 for a write.
    pub fn points(&self) -> u64 {
        self.with(|state| state.counts.total_points())
    }

    /// Requests that cost budget: all except 304, `/rate_limit` and those refused by a limit.
    pub fn budget_spent(&self) -> u64 {
        self.with(|state| state.counts.budget_spent())
    }

    /// The highest number of concurrent requests.
    pub fn peak_concurrency(&self) -> usize {
        self.with(|state| state.counts.peak_at_once())
    }

    /// The user codes of device flows waiting for approval or denial.
    pub fn device_codes(&self) -> Vec<String> {
        self.with(|state| state.flows.waiting())
    }
}

impl State {
    /// GitHub's clock, in whole seconds as used for the timestamps of secrets and responses.
    pub(super) fn now(&self) -> DateTime<Utc> {
        (Utc::now() + self.settings.ahead).trunc_subsecs(0)
    }

    /// `user`, `user:hubot`, `repo:acme/api` or `org:acme`.
    pub(super) fn scope(&self, text: &str) -> Option<Scope> {
        match text.split_once(':') {
            None if text == "user" => Some(Scope::User(self.me.id)),
            Some(("user", login)) => Some(Scope::User(Account::of(login).id)),
            Some(("repo", full_name)) => self.repo(full_name).map(|repo| Scope::Repo(repo.id)),
            Some(("org", login)) => self.org(login).map(|org| Scope::Org(org.id)),
            None | Some(_) => None,
        }
    }

    pub(super) fn repo(&self, full_name: &str) -> Option<&Repo> {
        self.repos.by_name(full_name)
    }

    pub(super) fn repo_by_id(&self, id: u64) -> Option<&Repo> {
        self.repos.by_id(id)
    }

    pub(super) fn org(&self, login: &str) -> Option<&Org> {
        self.orgs.iter().find(|org| org.login.eq_ignore_ascii_case(login))
    }

    /// Every scope has its key pair from first use on.
    pub(super) fn vault(&mut self, scope: Scope) -> &mut Vault {
        let vault = self.vaults.entry(scope).or_insert_with(Vault::new);
        vault.keep_up(&self.key_generation);
        vault
    }

    pub(super) fn plant(&mut self, scope: Scope, name: &str, secret: Secret) {
        self.vault(scope).secrets.insert(name.to_ascii_uppercase(), secret);
    }

    /// The account of the request being answered.
    pub(super) fn account(&self) -> &Account {
        &self.passes.bearer().account
    }

    /// Fine-grained personal tokens and app tokens have no scopes.
    pub(super) fn is_scoped(&self) -> bool {
        self.passes.bearer().kind() == PassKind::Scoped
    }

    /// Whether the token has one of the scopes; a wider one includes the narrower.
    pub(super) fn has_scope(&self, wanted: &[&str]) -> bool {
        self.passes.bearer().has_scope(wanted)
    }

    /// Whether the token first has to be authorized for that owner's single sign-on.
    pub(super) fn is_behind_sso(&self, owner: &str) -> bool {
        self.org(owner).is_some_and(|org| org.sso)
    }

    pub(super) fn view(&self, scope: Scope, name: String, secret: &Secret) -> SecretView {
        let full_name = |id| self.repo_by_id(id).map(|repo| (id, repo.full_name()));
        SecretView {
            name,
            value: String::from_utf8_lossy(&secret.value).into_owned(),
            visibility: match scope {
                Scope::User(_) | Scope::Org(_) => Some(secret.reach.word().to_owned()),
                Scope::Repo(_) => None,
            },
            repositories: secret.repositories.iter().filter_map(|&id| full_name(id)).collect(),
            created_at: secret.created,
            updated_at: secret.updated,
        }
    }
}
