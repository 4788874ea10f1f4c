//! Rotation: new values, while the access stays exactly as it was, for every visibility and any length of the list.

use super::{ORDER, Stage, absent_everywhere, acme, api, name, prefix, words};
use crate::domain::{Member, Members, Scope};
use crate::sandbox::{FaultKind, Options, Scale};
use crate::work::{Rotation, rotate};

fn password(scope: Scope) -> Rotation {
    Rotation {
        scope,
        prefix: prefix("ACR"),
        values: Members { server: None, user: None, password: Some("new".into()) },
    }
}

/// The access of each member, by visibility and IDs.
fn reach(stage: &Stage, key: &str) -> Vec<(Option<String>, Vec<u64>)> {
    let of = |member: Member| {
        let secret = stage.world().secret(key, &name(member)).unwrap();
        let mut ids: Vec<_> = secret.repositories.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        (secret.visibility, ids)
    };
    ORDER.into_iter().map(of).collect()
}

async fn large() -> (Stage, Vec<String>) {
    let scale = Scale { org_repos: 101, ..Scale::default() };
    let stage = Stage::of(Options { scale, ..Options::default() }).await;
    let names = (1..=101).map(|n| format!("acme/service-{n:04}")).collect();
    (stage, names)
}

#[tokio::test]
async fn every_visibility_and_every_list_is_kept_exactly() {
    let (stage, names) = large().await;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for (scope, key, visibility, count) in [
        (Scope::User, "user", "selected", 0),
        (Scope::User, "user", "selected", 1),
        (Scope::User, "user", "selected", 101),
        (acme(), "org:acme", "all", 0),
        (acme(), "org:acme", "private", 0),
        (acme(), "org:acme", "selected", 0),
        (acme(), "org:acme", "selected", 101),
        (api(), "repo:acme/api", "selected", 0),
    ] {
        for member in ORDER {
            assert!(stage.world().put_secret(key, &name(member), "old", visibility, &names[..count]));
        }
        let before = reach(&stage, key);
        let saved =
            rotate(&stage.gh, &crate::local::Held::nothing(), &password(scope.clone()), &mut |_| {}).await.unwrap();
        assert_eq!(words(&saved.members), [(Member::Password, "updated")], "{key} {visibility} {count}");
        assert_eq!(reach(&stage, key), before, "{key} {visibility} {count}");
        let values = ORDER.map(|member| stage.value(key, &name(member)).unwrap());
        assert_eq!(values, ["old", "new", "old"], "the others keep their values");
    }
}

#[tokio::test]
async fn members_that_differ_stay_different() {
    for (scope, key) in [(Scope::User, "user"), (acme(), "org:acme")] {
        let stage = Stage::plain().await;
        for (member, names) in
            [(Member::User, &["acme/api"][..]), (Member::Password, &["acme/web", "acme/api"]), (Member::Server, &[])]
        {
            assert!(stage.world().put_secret(key, &name(member), "old", "selected", names));
        }
        let before = reach(&stage, key);
        let values = Members { server: Some("s".into()), user: Some("u".into()), password: Some("p".into()) };
        let rotation = Rotation { values, ..password(scope) };
        let saved = rotate(&stage.gh, &crate::local::Held::nothing(), &rotation, &mut |_| {}).await.unwrap();
        assert!(saved.is_whole() && saved.members.len() == 3);
        assert_eq!(reach(&stage, key), before);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_made() {
    let stage = Stage::plain().await;
    for scope in [Scope::User, acme(), api()] {
        let problem =
            rotate(&stage.gh, &crate::local::Held::nothing(), &password(scope), &mut |_| {}).await.unwrap_err();
        assert!(problem.what.contains("no credential ACR"), "{problem:?}");
    }
    assert!(absent_everywhere(&stage) && stage.lines("PUT").is_empty());
}

#[tokio::test]
async fn faults_at_the_write_never_cost_a_repository() {
    for kind in [FaultKind::DropAfter, FaultKind::DropBefore, FaultKind::Status(502), FaultKind::BadKey] {
        for (scope, key) in [(Scope::User, "user"), (acme(), "org:acme")] {
            let stage = Stage::plain().await;
            for member in ORDER {
                stage.world().put_secret(key, &name(member), "old", "selected", &["acme/api", "acme/web"]);
            }
            let before = reach(&stage, key);
            stage.strike("_PASSWORD", kind.clone());
            let _ = rotate(&stage.gh, &crate::local::Held::nothing(), &password(scope), &mut |_| {}).await.unwrap();
            assert_eq!(reach(&stage, key), before, "{kind:?}");
        }
    }
}
