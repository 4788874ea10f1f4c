//! A stale edit is caught, a second attempt does the rest, and undoing restores exactly.

use super::{ORDER, Stage, acme, name, prefix, words};
use crate::domain::change::{AccessBefore, AccessOutcome, Seen, Stale};
use crate::domain::{Access, AccessChange, AccessGoal, Member, RepoRef, Saved, Scope, Visibility};
use crate::sandbox::FaultKind;
use crate::work::{change_access, load_scope, restore_access};

const SCOPES: [&str; 2] = ["user", "org:acme"];

/// A visibility and the names of repositories.
type List = (&'static str, &'static [&'static str]);

fn scope(key: &str) -> Scope {
    if key == "user" { Scope::User } else { acme() }
}

fn plant(stage: &Stage, key: &str, lists: [List; 3]) {
    for (member, (visibility, names)) in ORDER.into_iter().zip(lists) {
        assert!(stage.world().put_secret(key, &name(member), "kept", visibility, names));
    }
}

fn reach(stage: &Stage, key: &str) -> Vec<String> {
    let of = |member: Member| {
        let secret = stage.world().secret(key, &name(member))?;
        assert_eq!(secret.value, "kept");
        Some(format!("{} {}", secret.visibility.unwrap_or_default(), secret.repositories.len()))
    };
    ORDER.into_iter().map(|member| of(member).unwrap_or_default()).collect()
}

async fn seen(stage: &Stage, key: &str) -> Vec<Seen> {
    let listing = load_scope(&stage.gh, &scope(key), &mut |_| {}).await.unwrap();
    Seen::of(listing.credential(&prefix("ACR")).unwrap())
}

fn to(stage: &Stage, key: &str, names: &[&str], seen: Option<Vec<Seen>>) -> AccessChange {
    let repositories: Vec<RepoRef> = names.iter().map(|name| stage.repo(name)).collect();
    let goal = AccessGoal::Alike { visibility: Visibility::Selected, repositories };
    AccessChange { scope: scope(key), prefix: prefix("ACR"), goal, seen }
}

fn done(outcome: AccessOutcome) -> (Saved, AccessBefore) {
    match outcome {
        AccessOutcome::Done { saved, before } => (saved, before),
        AccessOutcome::Stale(stale) => panic!("{stale:?}"),
    }
}

fn stale(outcome: AccessOutcome) -> Stale {
    match outcome {
        AccessOutcome::Stale(stale) => stale,
        AccessOutcome::Done { saved, .. } => panic!("{saved:?}"),
    }
}

#[tokio::test]
async fn what_somebody_else_changed_is_not_overwritten() {
    for key in SCOPES {
        let stage = Stage::plain().await;
        let same: List = ("selected", &["acme/api"]);
        plant(&stage, key, [same, same, same]);
        let change = to(&stage, key, &["acme/infra"], Some(seen(&stage, key).await));
        stage.world().put_secret(key, &name(Member::Password), "kept", "selected", &["acme/api", "acme/web"]);
        let told = stale(change_access(&stage.gh, &crate::local::Held::nothing(), &change, &mut |_| {}).await.unwrap());
        assert!(told.differences[0].contains("password") && told.differences[0].contains('2'), "{told:?}");
        assert!(told.now.credential(&prefix("ACR")).is_some());
        stage.world().remove_secret(key, &name(Member::Server));
        let told = stale(change_access(&stage.gh, &crate::local::Held::nothing(), &change, &mut |_| {}).await.unwrap());
        assert!(told.differences.iter().any(|text| text == "the server is gone"), "{told:?}");
        assert!(stage.lines("PUT").is_empty());
        let anyway = AccessChange { seen: None, ..change };
        assert!(
            done(change_access(&stage.gh, &crate::local::Held::nothing(), &anyway, &mut |_| {}).await.unwrap())
                .0
                .is_whole()
        );
    }
}

#[tokio::test]
async fn the_same_change_again_does_only_the_rest() {
    for key in SCOPES {
        let stage = Stage::plain().await;
        let same: List = ("selected", &["acme/api"]);
        plant(&stage, key, [same, same, same]);
        let change = to(&stage, key, &["acme/web"], Some(seen(&stage, key).await));
        stage.strike("_PASSWORD", FaultKind::Status(500));
        let (first, before) =
            done(change_access(&stage.gh, &crate::local::Held::nothing(), &change, &mut |_| {}).await.unwrap());
        assert_eq!(words(&first.members).map_words(), ["updated", "failed", "not tried"]);
        stage.world().clear_faults();
        let (second, later) =
            done(change_access(&stage.gh, &crate::local::Held::nothing(), &change, &mut |_| {}).await.unwrap());
        assert_eq!(words(&second.members).map_words(), ["unchanged", "updated", "updated"]);
        let whole = before.followed_by(later);
        assert!(whole.is_change());
        let (undone, _) =
            done(restore_access(&stage.gh, &crate::local::Held::nothing(), &whole, &mut |_| {}).await.unwrap());
        assert!(undone.is_whole());
        assert_eq!(reach(&stage, key), ["selected 1", "selected 1", "selected 1"]);
        let api = stage.repo("acme/api").id;
        assert_eq!(stage.world().secret(key, &name(Member::Server)).unwrap().repositories[0].0, api);
    }
}

trait MapWords {
    fn map_words(&self) -> Vec<&'static str>;
}

impl MapWords for Vec<(Member, &'static str)> {
    fn map_words(&self) -> Vec<&'static str> {
        self.iter().map(|(_, word)| *word).collect()
    }
}

#[tokio::test]
async fn undoing_gives_every_member_back_exactly_what_it_had() {
    let lists: [(&str, [List; 3]); 3] = [
        ("user", [("selected", &["acme/api"]), ("selected", &[]), ("selected", &["acme/api", "acme/web"])]),
        ("org:acme", [("all", &[]), ("private", &[]), ("selected", &["acme/api", "acme/web"])]),
        ("org:acme", [("private", &[]), ("private", &[]), ("private", &[])]),
    ];
    for (key, list) in lists {
        let stage = Stage::plain().await;
        plant(&stage, key, list);
        let before = reach(&stage, key);
        let change = to(&stage, key, &["acme/infra"], None);
        let (_, noted) =
            done(change_access(&stage.gh, &crate::local::Held::nothing(), &change, &mut |_| {}).await.unwrap());
        assert_eq!(reach(&stage, key), ["selected 1", "selected 1", "selected 1"]);
        let (undone, redo) =
            done(restore_access(&stage.gh, &crate::local::Held::nothing(), &noted, &mut |_| {}).await.unwrap());
        assert!(undone.is_whole());
        assert_eq!(reach(&stage, key), before);
        let (_, _) = done(restore_access(&stage.gh, &crate::local::Held::nothing(), &redo, &mut |_| {}).await.unwrap());
        assert_eq!(reach(&stage, key), ["selected 1", "selected 1", "selected 1"], "what was undone can be done again");
    }
}

#[tokio::test]
async fn undoing_is_stale_where_somebody_came_in_between() {
    for key in SCOPES {
        let stage = Stage::plain().await;
        let same: List = ("selected", &["acme/api"]);
        plant(&stage, key, [same, same, same]);
        let change = to(&stage, key, &["acme/web"], None);
        let (_, noted) =
            done(change_access(&stage.gh, &crate::local::Held::nothing(), &change, &mut |_| {}).await.unwrap());
        stage.world().put_secret(key, &name(Member::User), "kept", "selected", &["acme/infra"]);
        let told = stale(restore_access(&stage.gh, &crate::local::Held::nothing(), &noted, &mut |_| {}).await.unwrap());
        assert!(told.differences[0].contains("user"), "{told:?}");
        stage.world().put_secret(key, &name(Member::User), "kept", "selected", &["acme/web"]);
        stage.world().remove_secret(key, &name(Member::Server));
        let told = stale(restore_access(&stage.gh, &crate::local::Held::nothing(), &noted, &mut |_| {}).await.unwrap());
        assert_eq!(told.differences, ["the server is gone"]);
        let unknown = AccessBefore { left: None, ..noted.clone() };
        let told =
            stale(restore_access(&stage.gh, &crate::local::Held::nothing(), &unknown, &mut |_| {}).await.unwrap());
        assert!(told.differences.contains(&"the server is gone".to_owned()), "{told:?}");
    }
}

#[tokio::test]
async fn a_value_that_was_rotated_since_does_not_stand_in_the_way_of_undoing() {
    let stage = Stage::plain().await;
    let same: List = ("selected", &["acme/api"]);
    plant(&stage, "user", [same, same, same]);
    let change = to(&stage, "user", &["acme/web"], None);
    let (_, mut noted) =
        done(change_access(&stage.gh, &crate::local::Held::nothing(), &change, &mut |_| {}).await.unwrap());
    for seen in noted.left.iter_mut().flatten() {
        seen.updated_at = chrono::DateTime::UNIX_EPOCH;
    }
    assert!(
        done(restore_access(&stage.gh, &crate::local::Held::nothing(), &noted, &mut |_| {}).await.unwrap())
            .0
            .is_whole()
    );
}

#[tokio::test]
async fn a_list_that_was_not_whole_is_never_written_back() {
    let stage = Stage::plain().await;
    let same: List = ("selected", &["acme/api"]);
    plant(&stage, "user", [same, same, same]);
    let mut members = seen(&stage, "user").await;
    members[0].access = Some(Access::selected(Vec::new(), false));
    let before = AccessBefore { scope: Scope::User, prefix: prefix("ACR"), members, left: None };
    restore_access(&stage.gh, &crate::local::Held::nothing(), &before, &mut |_| {}).await.unwrap_err();
    assert!(stage.lines("PUT").is_empty());
}

#[tokio::test]
async fn a_visibility_that_changed_under_the_hand_is_read_again_and_said() {
    let stage = Stage::plain().await;
    let same: List = ("selected", &["acme/api"]);
    plant(&stage, "org:acme", [same, same, same]);
    let change = to(&stage, "org:acme", &["acme/web"], None);
    let spec = crate::sandbox::Fault::always("_USER/repositories", FaultKind::Status(409));
    stage.world().add_fault(crate::sandbox::Fault { method: Some(http::Method::PUT), ..spec });
    let (saved, _) =
        done(change_access(&stage.gh, &crate::local::Held::nothing(), &change, &mut |_| {}).await.unwrap());
    let problem = saved.members[0].outcome.problem().unwrap();
    assert!(problem.why.contains("now it is for 1 repository"), "{problem:?}");
}
