//! Worlds of any size: repositories and secrets generated in addition to the existing ones. The same numbers always
//! produce the same world, in well under a second.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

use super::people::{Org, Permission, RepoVisibility, Role};
use super::vault::{Reach, Scope, Secret};
use super::world::State;

const FIRST_OWN: u64 = 1_000_000;
const FIRST_OF_ORG: u64 = 2_000_000;
/// 2026-01-01T00:00:00Z.
const EPOCH: i64 = 1_767_225_600;

/// How much is generated in addition to the world's own content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scale {
    /// Additional repositories of the user.
    pub repos: usize,
    /// Additional repositories of the first organization.
    pub org_repos: usize,
    /// Additional user secrets.
    pub secrets: usize,
    /// Additional secrets of the first organization, with the visibility `selected`.
    pub org_secrets: usize,
    /// Additional secrets of the first repository of the first organization, or of the user's first.
    pub repo_secrets: usize,
    /// The number of repositories the generated secrets are granted to; 1 by default.
    pub selected: Option<Selected>,
    /// Every generated repository gets its own credential: three secrets.
    pub each: bool,
}

/// The least and most repositories, spread evenly over the secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selected {
    pub least: usize,
    pub most: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("use a number such as 30, or a range such as 0-350")]
pub struct SelectedSyntax;

impl FromStr for Selected {
    type Err = SelectedSyntax;

    fn from_str(text: &str) -> Result<Self, SelectedSyntax> {
        let (least, most) = text.split_once('-').unwrap_or((text, text));
        let number = |text: &str| text.trim().parse::<usize>().map_err(|_| SelectedSyntax);
        let (least, most) = (number(least)?, number(most)?);
        if least <= most { Ok(Self { least, most }) } else { Err(SelectedSyntax) }
    }
}

impl Selected {
    /// For the secret at `place` of `all`, counted from 0.
    fn at(self, place: usize, all: usize) -> usize {
        self.least + (self.most - self.least) * place / all.saturating_sub(1).max(1)
    }
}

/// `octocat/repo-0001` and following, `acme/service-0001` and following, `GENERATED_0001` and following.
pub(super) fn furnish(state: &mut State, scale: Scale) {
    let me = state.me.login.clone();
    for number in 1..=scale.repos {
        add(state, FIRST_OWN, number, &format!("{me}/repo-{number:04}"), scale.each);
    }
    if scale.org_repos + scale.org_secrets > 0 && state.orgs.is_empty() {
        state.orgs.push(Org::new(1001, "acme", Role::Owner));
    }
    let org = state.orgs.first().map(|org| (org.id, org.login.clone()));
    if let Some((_, login)) = &org {
        for number in 1..=scale.org_repos {
            add(state, FIRST_OF_ORG, number, &format!("{login}/service-{number:04}"), scale.each);
        }
    }
    let ids = |keep: &dyn Fn(&str) -> bool| -> Vec<u64> {
        state.repos.iter().filter(|repo| keep(&repo.owner)).map(|repo| repo.id).collect()
    };
    let all = ids(&|_| true);
    let of_org = org.as_ref().map(|(_, login)| ids(&|owner| owner == login)).unwrap_or_default();
    let home = of_org.first().or(all.first()).copied();
    generate(state, Scope::User(state.me.id), scale.secrets, &all, scale.selected);
    if let Some((id, _)) = org {
        generate(state, Scope::Org(id), scale.org_secrets, &of_org, scale.selected);
    }
    if let Some(home) = home {
        generate(state, Scope::Repo(home), scale.repo_secrets, &[], None);
    }
}

fn generate(state: &mut State, scope: Scope, count: usize, repos: &[u64], selected: Option<Selected>) {
    let selected = selected.unwrap_or(Selected { least: 1, most: 1 });
    for number in 1..=count {
        let wanted = selected.at(number - 1, count).min(repos.len());
        // Not always the same ones: each secret starts a little further along.
        let ids = repos.iter().cycle().skip(if wanted > 1 { number * 7 } else { 0 }).take(wanted);
        let secret = secret("generated", number, ids.copied().collect());
        state.plant(scope, &format!("GENERATED_{number:04}"), secret);
    }
}

/// Every third one is public.
fn add(state: &mut State, first: u64, number: usize, full_name: &str, with_credential: bool) {
    let visibility = if number.is_multiple_of(3) { RepoVisibility::Public } else { RepoVisibility::Private };
    let id = first + u64::try_from(number).unwrap_or_default();
    super::plain::add(state, id, full_name, visibility, Permission::Admin, "");
    if let Some(repo) = state.repos.by_name_mut(full_name) {
        repo.topics = vec![format!("batch-{}", number % 10)];
    }
    if with_credential {
        for (member, value) in [("SERVER", "ghcr.io"), ("USER", "puller"), ("PASSWORD", "not-a-password")] {
            let secret = secret(value, number, BTreeSet::new());
            state.plant(Scope::Repo(id), &format!("GHCR_CONTAINER_REGISTRY_{member}"), secret);
        }
    }
}

fn secret(value: &str, number: usize, repositories: BTreeSet<u64>) -> Secret {
    let minutes = TimeDelta::minutes(i64::try_from(number).unwrap_or_default());
    let at = DateTime::<Utc>::from_timestamp(EPOCH, 0).unwrap_or_default() + minutes;
    Secret { created: at, updated: at, ..Secret::new(value.as_bytes().to_vec(), Reach::Selected, repositories) }
}
