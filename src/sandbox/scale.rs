//! Worlds as large as one likes: generated repositories and secrets on top of what is there.

use std::collections::BTreeSet;

use super::Scale;
use super::people::{Org, Permission, RepoVisibility, Role};
use super::vault::{Reach, Scope, Secret};
use super::world::State;

const FIRST_OWN: u64 = 1_000_000;
const FIRST_OF_ORG: u64 = 2_000_000;

/// `octocat/repo-0001` and on, `acme/service-0001` and on, `GENERATED_0001` and on.
pub(super) fn furnish(state: &mut State, scale: Scale) {
    let me = state.me.login.clone();
    for number in 1..=scale.repos {
        add(state, FIRST_OWN, number, &format!("{me}/repo-{number:04}"));
    }
    if scale.org_repos > 0 && state.orgs.is_empty() {
        state.orgs.push(Org { id: 1001, login: "acme".to_owned(), role: Role::Owner });
    }
    if let Some(org) = state.orgs.first().map(|org| org.login.clone()) {
        for number in 1..=scale.org_repos {
            add(state, FIRST_OF_ORG, number, &format!("{org}/service-{number:04}"));
        }
    }
    let first: BTreeSet<u64> = state.repos.first().map(|repo| repo.id).into_iter().collect();
    for number in 1..=scale.secrets {
        let secret = Secret::new(b"generated".to_vec(), Reach::Selected, first.clone());
        state.plant(Scope::User, &format!("GENERATED_{number:04}"), secret);
    }
}

/// Every third one is public.
fn add(state: &mut State, first: u64, number: usize, full_name: &str) {
    let visibility = if number.is_multiple_of(3) { RepoVisibility::Public } else { RepoVisibility::Private };
    let id = first + u64::try_from(number).unwrap_or_default();
    super::plain::add(state, id, full_name, visibility, Permission::Admin, "");
}
