//! The plain world: small enough to remember, with one of each kind that a test needs. No secrets.

use chrono::{Duration, Utc};

use super::people::{Org, Permission, Repo, RepoVisibility, Role};
use super::world::State;

/// `octocat` owns `acme`, is a member of `initech`, and has nothing to do with `umbrella`.
///
/// `hostile` adds names and descriptions with escape sequences and bidi controls.
pub(super) fn furnish(state: &mut State, hostile: bool) {
    state.orgs = vec![
        Org::new(1001, "acme", Role::Owner),
        Org::new(1002, "initech", Role::Member),
        Org::new(1003, "umbrella", Role::Outsider),
    ];
    let private = RepoVisibility::Private;
    let public = RepoVisibility::Public;
    let rows = [
        (101, "octocat/hello-codespaces", public, Permission::Admin, "My first codespace"),
        (102, "octocat/dotfiles", private, Permission::Admin, ""),
        (201, "acme/api", private, Permission::Admin, "The service behind everything"),
        (202, "acme/web", private, Permission::Admin, "What customers see"),
        (203, "acme/infra", RepoVisibility::Internal, Permission::Admin, "Terraform and tears"),
        (204, "acme/site", public, Permission::Admin, "acme.example"),
        (205, "acme/attic", private, Permission::Admin, "Kept for the auditors"),
        (301, "initech/tps-reports", private, Permission::Push, "Did you get the memo?"),
        (302, "initech/handbook", private, Permission::Pull, ""),
        (401, "monalisa/shared-notes", private, Permission::Push, "Collaborators welcome"),
    ];
    for (id, full_name, visibility, permission, description) in rows {
        add(state, id, full_name, visibility, permission, description);
    }
    if let Some(attic) = state.repos.by_name_mut("acme/attic") {
        attic.archived = true;
    }
    for (full_name, topics) in
        [("acme/api", &["backend", "course-2026"][..]), ("acme/web", &["course-2026"]), ("acme/infra", &["ops"])]
    {
        if let Some(repo) = state.repos.by_name_mut(full_name) {
            repo.topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
        }
    }
    if hostile {
        make_hostile(state);
    }
}

/// Text a client must show safely: a title change, a cleared screen, reversed text, a line break.
fn make_hostile(state: &mut State) {
    let description = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}gnp.exe\u{2028}\r\nsecond line \u{9b}31m";
    add(state, 901, "octocat/\u{1b}[31mred\u{202e}der", RepoVisibility::Public, Permission::Admin, description);
    if let Some(web) = state.repos.by_name_mut("acme/web") {
        description.clone_into(&mut web.description);
    }
    let secret = super::vault::Secret::new(
        b"x".to_vec(),
        super::vault::Reach::Selected,
        std::collections::BTreeSet::from([101, 901]),
    );
    state.plant(super::vault::Scope::User(state.me.id), "EVIL\u{1b}[2J\u{202e}NAME", secret);
}

/// Repositories with lower ids have the more recent pushes.
pub(super) fn add(
    state: &mut State,
    id: u64,
    full_name: &str,
    visibility: RepoVisibility,
    permission: Permission,
    description: &str,
) {
    let (owner, name) = full_name.split_once('/').unwrap_or((full_name, ""));
    let age = Duration::hours(i64::try_from(id % 100_000).unwrap_or_default() * 7);
    state.repos.push(Repo {
        id,
        owner: owner.to_owned(),
        name: name.to_owned(),
        visibility,
        archived: false,
        permission,
        description: description.to_owned(),
        topics: Vec::new(),
        pushed_at: Utc::now() - age,
    });
}
