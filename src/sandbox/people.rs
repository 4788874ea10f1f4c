//! The people and things of the world: accounts, organizations, repositories, and the user's permissions on them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) id: u64,
    pub(super) login: String,
}

impl Account {
    /// The same login is always the same account.
    pub(super) fn of(login: &str) -> Self {
        if login.eq_ignore_ascii_case("octocat") {
            return Self { id: 583_231, login: "octocat".to_owned() };
        }
        // FNV-1a, reduced to the size of an account id.
        let id = login
            .to_ascii_lowercase()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
            % 90_000_000;
        Self { id: id + 10_000_000, login: login.to_owned() }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Org {
    pub(super) id: u64,
    pub(super) login: String,
    pub(super) role: Role,
    /// Whether tokens still have to be authorized for its single sign-on.
    pub(super) sso: bool,
    /// Whether it is on the Free plan, which has no organization secrets.
    pub(super) is_free: bool,
}

impl Org {
    pub(super) fn new(id: u64, login: &str, role: Role) -> Self {
        Self { id, login: login.to_owned(), role, sso: false, is_free: false }
    }
}

/// The role of the token's user in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Owner,
    Member,
    Outsider,
}

impl Role {
    /// The word that memberships use.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Owner => "admin",
            Self::Member | Self::Outsider => "member",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Repo {
    pub(super) id: u64,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) visibility: RepoVisibility,
    pub(super) archived: bool,
    pub(super) permission: Permission,
    pub(super) description: String,
    pub(super) topics: Vec<String>,
    pub(super) pushed_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RepoVisibility {
    Public,
    Private,
    Internal,
}

impl RepoVisibility {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Internal => "internal",
        }
    }
}

/// What the token's user may do in a repository; each level includes those before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Permission {
    Pull,
    Triage,
    Push,
    Maintain,
    Admin,
}

impl Repo {
    pub(super) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    pub(super) fn is_public(&self) -> bool {
        self.visibility == RepoVisibility::Public
    }
}

/// Repositories by name, by former name and by id, each found in one lookup: 10,000 of them are not unusual.
#[derive(Debug, Default)]
pub(super) struct Repos {
    all: Vec<Repo>,
    /// Full names in lower case, with their index.
    names: HashMap<String, usize>,
    /// Former names, which answer with a redirect.
    former: HashMap<String, usize>,
    ids: HashMap<u64, usize>,
}

impl Repos {
    pub(super) fn push(&mut self, repo: Repo) {
        let place = self.all.len();
        self.names.insert(repo.full_name().to_ascii_lowercase(), place);
        self.ids.insert(repo.id, place);
        self.all.push(repo);
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Repo> {
        self.all.iter()
    }

    /// Everything except names and ids may be changed.
    pub(super) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Repo> {
        self.all.iter_mut()
    }

    pub(super) fn by_name(&self, full_name: &str) -> Option<&Repo> {
        self.names.get(&full_name.to_ascii_lowercase()).map(|&place| &self.all[place])
    }

    /// Everything except its name and id may be changed.
    pub(super) fn by_name_mut(&mut self, full_name: &str) -> Option<&mut Repo> {
        self.names.get(&full_name.to_ascii_lowercase()).map(|&place| &mut self.all[place])
    }

    pub(super) fn by_id(&self, id: u64) -> Option<&Repo> {
        self.ids.get(&id).map(|&place| &self.all[place])
    }

    /// The repository that once had this name, unless another one has it now.
    pub(super) fn by_former_name(&self, full_name: &str) -> Option<&Repo> {
        let key = full_name.to_ascii_lowercase();
        if self.names.contains_key(&key) {
            return None;
        }
        self.former.get(&key).map(|&place| &self.all[place])
    }

    /// `owner` also moves it to another owner. `false` if there is no repository of that name.
    pub(super) fn rename(&mut self, full_name: &str, owner: Option<&str>, name: &str) -> bool {
        let Some(place) = self.names.remove(&full_name.to_ascii_lowercase()) else { return false };
        self.former.insert(full_name.to_ascii_lowercase(), place);
        let repo = &mut self.all[place];
        if let Some(owner) = owner {
            owner.clone_into(&mut repo.owner);
        }
        name.clone_into(&mut repo.name);
        self.names.insert(repo.full_name().to_ascii_lowercase(), place);
        true
    }

    /// Removes a repository from the world; its id stays unknown from then on.
    pub(super) fn remove(&mut self, full_name: &str) -> bool {
        let Some(place) = self.names.remove(&full_name.to_ascii_lowercase()) else { return false };
        self.all.remove(place);
        self.former.retain(|_, at| *at != place);
        for at in self.names.values_mut().chain(self.former.values_mut()) {
            if *at > place {
                *at -= 1;
            }
        }
        self.ids = self.all.iter().enumerate().map(|(at, repo)| (repo.id, at)).collect();
        true
    }
}
