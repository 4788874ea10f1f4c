//! What a test can change while the sandbox runs: keys, tokens, permissions, repositories, codespaces, limits, faults.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::codespaces::CodespaceDraft;
use super::fault::{Fault, Faults};
use super::limits::Resource;
use super::passes::Pass;
use super::people::{Account, Permission, Role};
use super::registry::Manner;
use super::vault::{Reach, Secret};
use super::world::World;

impl World {
    /// Makes the Bearer registry answer in this unusual way, or normally again.
    pub fn set_manner(&self, manner: Option<Manner>) {
        self.with(|state| state.manner = manner);
    }

    pub fn forget_requests(&self) {
        self.with(|state| state.log.forget());
    }

    /// Replaces all keys, so that everything sealed before is refused. A key generation applies to all owners. Without
    /// such a scope, nothing happens.
    pub fn rotate_key(&self, scope: &str) {
        self.with(|state| {
            if state.scope(scope).is_some() {
                state.key_generation = super::vault::new_generation();
            }
        });
    }

    pub fn add_fault(&self, fault: Fault) {
        self.with(|state| state.faults.add(fault));
    }

    pub fn clear_faults(&self) {
        self.with(|state| state.faults = Faults::default());
    }

    /// Renames the token the sandbox was started with.
    pub fn set_token(&self, token: &str) {
        self.with(|state| state.passes.rename_first(token));
    }

    /// The scopes of the token the sandbox was started with.
    pub fn set_scopes(&self, scopes: Vec<String>) {
        self.with(|state| state.passes.first_mut().scopes = scopes);
    }

    /// Adds or changes an accepted token. For `github_pat_`, `ghu_` and `ghs_` the scopes are permissions such as
    /// `codespaces_user_secrets=read`; without any in that form such a token may do everything. A `login` of `None` is
    /// the world's own user. From `expires` on the token is rejected; before, responses state that time.
    pub fn add_token(&self, token: &str, scopes: &[&str], login: Option<&str>, expires: Option<DateTime<Utc>>) {
        self.with(|state| {
            let account = login.map_or_else(|| state.me.clone(), Account::of);
            let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            let mut pass = Pass::new(token, scopes, account);
            pass.expires = expires;
            state.passes.add(pass);
        });
    }

    /// What `gh auth refresh -s` does. `false` if there is no such token.
    pub fn set_scopes_of(&self, token: &str, scopes: &[&str]) -> bool {
        self.with(|state| {
            let Some(pass) = state.passes.named_mut(token) else { return false };
            pass.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            true
        })
    }

    /// From now on the token is rejected with 401.
    pub fn revoke_token(&self, token: &str) -> bool {
        self.with(|state| state.passes.revoke(token))
    }

    /// Approves a device flow; `None` grants the requested scopes. `false` if no such code is waiting.
    pub fn approve_device(&self, user_code: &str, scopes: Option<&[&str]>) -> bool {
        let scopes = scopes.map(|scopes| scopes.iter().map(|scope| (*scope).to_owned()).collect());
        self.with(|state| state.flows.approve(user_code, scopes))
    }

    pub fn deny_device(&self, user_code: &str) -> bool {
        self.with(|state| state.flows.deny(user_code))
    }

    pub fn expire_device(&self, user_code: &str) -> bool {
        self.with(|state| state.flows.expire(user_code))
    }

    /// Whether the device flow is disabled for the app.
    pub fn disable_device_flow(&self, is_disabled: bool) {
        self.with(|state| state.flows.is_disabled = is_disabled);
    }

    /// Whether limits are enforced or only counted.
    pub fn enforce_limits(&self, enforce: bool) {
        self.with(|state| state.limits.enforce = enforce);
    }

    /// Requests per hour for the tokens of one user.
    pub fn set_limit(&self, limit: u32) {
        self.with(|state| state.limits.limit = limit);
    }

    /// The same for one resource, such as `core` or `codespaces`. `false` if there is no such resource.
    pub fn set_limit_of(&self, resource: &str, limit: u32) -> bool {
        let Some(on) = Resource::parse(resource) else { return false };
        self.with(|state| state.limits.set_limit(on, limit));
        true
    }

    /// Sets how much of the current hour's `core` budget the world's own user has used.
    pub fn set_used(&self, used: u32) {
        self.set_used_of(Resource::Core.word(), used);
    }

    /// The same for one resource. `false` if there is no such resource.
    pub fn set_used_of(&self, resource: &str, used: u32) -> bool {
        let Some(on) = Resource::parse(resource) else { return false };
        self.with(|state| state.limits.set_used(state.me.id, on, used, Utc::now()));
        true
    }

    /// Puts an organization on the Free plan, which has no organization secrets, or on another plan.
    pub fn set_free(&self, login: &str, is_free: bool) -> bool {
        self.with(|state| {
            let org = state.orgs.iter_mut().find(|org| org.login.eq_ignore_ascii_case(login));
            org.map(|org| org.is_free = is_free).is_some()
        })
    }

    /// Adds to every response since when the API version is deprecated (an HTTP date) and when it is removed.
    pub fn announce_sunset(&self, deprecated: &str, sunset: &str) {
        self.with(|state| state.settings.sunset = Some((deprecated.to_owned(), sunset.to_owned())));
    }

    /// Divides all windows from now on, and restarts them.
    pub fn set_hurry(&self, hurry: u32) {
        self.with(|state| state.limits.set_hurry(hurry));
    }

    /// Resets all counts, but not the windows of the limits.
    pub fn reset_counters(&self) {
        self.with(|state| state.counts = super::counts::Counts::default());
    }

    /// Whether tokens have to be authorized for an organization's single sign-on.
    pub fn set_sso(&self, login: &str, is_required: bool) -> bool {
        self.with(|state| {
            let org = state.orgs.iter_mut().find(|org| org.login.eq_ignore_ascii_case(login));
            org.map(|org| org.sso = is_required).is_some()
        })
    }

    /// Replaces one of the same name. `false` if there is no such repository.
    pub fn add_codespace(&self, draft: CodespaceDraft) -> bool {
        self.with(|state| state.furnish_codespace(draft))
    }

    /// Puts a codespace into a lasting state, such as `Available`.
    pub fn set_codespace_state(&self, name: &str, state_word: &str) -> bool {
        self.with(|state| {
            let one = state.codespaces.iter_mut().find(|one| one.name == name);
            one.map(|one| one.set_state(state_word)).is_some()
        })
    }

    pub fn remove_codespace(&self, name: &str) -> bool {
        self.with(|state| {
            let before = state.codespaces.len();
            state.codespaces.retain(|one| one.name != name);
            state.codespaces.len() < before
        })
    }

    /// A package such as `acme/tools`, of GitHub's `package_type`. Replaces one of the same name. `false` if the
    /// repository it is linked to does not exist.
    pub fn put_package(&self, kind: &str, path: &str, visibility: &str, linked: Option<&str>) -> bool {
        self.with(|state| state.furnish_package(kind, path, visibility, linked))
    }

    pub fn set_topics(&self, full_name: &str, topics: &[&str]) -> bool {
        self.with(|state| {
            let repo = state.repos.by_name_mut(full_name);
            repo.map(|repo| repo.topics = topics.iter().map(|topic| (*topic).to_owned()).collect()).is_some()
        })
    }

    pub fn set_latency(&self, latency: Duration) {
        self.with(|state| state.settings.latency = latency);
    }

    /// Whether a PUT without a value may change the access of an existing secret; initially it may.
    pub fn accept_access_only(&self, accept: bool) {
        self.with(|state| state.settings.accepts_access_only = accept);
    }

    /// Writes a secret, ignoring all rules except the scope's. `visibility` is ignored for `repo:`; unknown
    /// repositories are left out. `false` if there is no such scope.
    pub fn put_secret(&self, scope: &str, name: &str, value: &str, visibility: &str, repositories: &[&str]) -> bool {
        self.with(|state| {
            let Some(scope) = state.scope(scope) else { return false };
            let reach = Reach::parse(visibility).unwrap_or(Reach::Selected);
            let ids = repositories.iter().filter_map(|name| state.repo(name)).map(|repo| repo.id).collect();
            state.plant(scope, name, Secret::new(value.as_bytes().to_vec(), reach, ids));
            true
        })
    }

    /// Advances GitHub's clock by this many seconds, for its timestamps and the `Date` of its responses.
    pub fn advance(&self, seconds: i64) {
        self.with(|state| state.settings.ahead += TimeDelta::seconds(seconds));
    }

    /// Writes a secret as someone else would: new value, new timestamp, same access. `false` if there is no such scope.
    pub fn write_from_elsewhere(&self, scope: &str, name: &str, value: &str) -> bool {
        self.write_from_elsewhere_after(0, scope, name, value)
    }

    /// The same after advancing GitHub's clock by this many seconds, with nothing in between.
    pub fn write_from_elsewhere_after(&self, seconds: i64, scope: &str, name: &str, value: &str) -> bool {
        self.with(|state| {
            state.settings.ahead += TimeDelta::seconds(seconds);
            let (Some(scope), now) = (state.scope(scope), state.now()) else { return false };
            let name = name.to_ascii_uppercase();
            let new = || Secret::new(Vec::new(), Reach::Selected, BTreeSet::new());
            let secret = state.vault(scope).secrets.entry(name).or_insert_with(|| Secret { created: now, ..new() });
            secret.value = value.as_bytes().to_vec();
            secret.updated = now;
            true
        })
    }

    pub fn remove_secret(&self, scope: &str, name: &str) -> bool {
        self.with(|state| {
            let Some(scope) = state.scope(scope) else { return false };
            state.vault(scope).secrets.remove(&name.to_ascii_uppercase()).is_some()
        })
    }

    /// Afterwards the old name answers with a redirect.
    pub fn rename_repository(&self, full_name: &str, name: &str) -> bool {
        self.with(|state| state.repos.rename(full_name, None, name))
    }

    /// Like a rename, but to another owner. Packages stay where they are and lose their link (docs: “About permissions
    /// for GitHub Packages”, about repository transfers).
    pub fn transfer_repository(&self, full_name: &str, owner: &str) -> bool {
        self.with(|state| {
            let Some(repo) = state.repo(full_name) else { return false };
            let (id, name) = (repo.id, repo.name.clone());
            for package in state.packages.iter_mut().filter(|package| package.repository == Some(id)) {
                package.repository = None;
            }
            state.repos.rename(full_name, Some(owner), &name)
        })
    }

    /// Secrets granted to it stay granted to an id without a repository.
    pub fn remove_repository(&self, full_name: &str) -> bool {
        self.with(|state| state.repos.remove(full_name))
    }

    /// Makes the user an administrator of a repository, or limits the user to pushing.
    pub fn set_repository_admin(&self, full_name: &str, is_admin: bool) -> bool {
        self.with(|state| {
            let Some(repo) = state.repos.by_name_mut(full_name) else { return false };
            repo.permission = if is_admin { Permission::Admin } else { Permission::Push };
            true
        })
    }

    /// Makes the user an owner of an organization, or a plain member.
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
