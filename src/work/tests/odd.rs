//! A GitHub with undocumented behavior: lists that are too short, updates that lose a list, portals that accept
//! everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{acme, client, draft, words};
use crate::domain::change::AccessOutcome;
use crate::domain::change::DraftAccess;
use crate::domain::{AccessChange, AccessGoal, Member, Scope, Visibility};
use crate::github::tests::stub::{Reply, Stub, json, whole};
use crate::work::{change_access, save};

const KEY: &str = r#"{"key_id":"1","key":"+0yzT3SpKLeRIzM8HmPZkQYCRM2piv/uFMM5jG0xVXQ="}"#;
const DATE: &str = "date: Thu, 01 Jan 2026 00:00:00 GMT\r\n";

fn secrets() -> String {
    let at = "2025-01-01T00:00:00Z";
    let one = |suffix| {
        let name = format!("ACR_CONTAINER_REGISTRY_{suffix}");
        serde_json::json!({"name": name, "created_at": at, "updated_at": at, "visibility": "selected"}).to_string()
    };
    format!(r#"{{"total_count":3,"secrets":[{},{},{}]}}"#, one("PASSWORD"), one("SERVER"), one("USER"))
}

fn list(total: usize, ids: &[u64]) -> Reply {
    let items: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":{id},"full_name":"acme/r{id}"}}"#)).collect();
    json(200, "", &format!(r#"{{"total_count":{total},"repositories":[{}]}}"#, items.join(",")))
}

/// Answers reads of lists and keys; the test answers the rest.
fn read(request: &str) -> Option<Reply> {
    let line = request.lines().next().unwrap_or_default();
    if line.starts_with("GET") && line.contains("/public-key") {
        return Some(json(200, "", KEY));
    }
    (line.starts_with("GET") && line.contains("/secrets?")).then(|| json(200, DATE, &secrets()))
}

fn puts(stub: &Stub) -> Vec<String> {
    stub.seen().into_iter().filter(|request| request.starts_with("PUT")).collect()
}

#[tokio::test]
async fn a_list_that_comes_short_is_never_written_back() {
    let stub = Stub::start(|_, request| read(request).unwrap_or_else(|| list(31, &[1, 2]))).await;
    let gh = client(&stub.url, "ghp_x".into());
    let problem =
        save(&gh, &crate::local::Held::nothing(), &draft(acme(), DraftAccess::Keep), &mut |_| {}).await.unwrap_err();
    assert!(
        problem.why.contains("did not list all") && problem.why.contains("this attempt wrote nothing"),
        "{problem:?}"
    );
    assert_eq!(puts(&stub), Vec::<String>::new());
}

#[tokio::test]
async fn a_list_that_an_update_lost_is_given_back() {
    let lost = Arc::new(AtomicBool::new(false));
    let stub = Stub::start(move |_, request| {
        read(request).unwrap_or_else(|| match request.split(' ').nth(1).unwrap_or_default() {
            path if request.starts_with("PUT") && path.ends_with("_PASSWORD/repositories") => {
                lost.store(false, Ordering::SeqCst);
                whole(204, "", "")
            }
            _ if request.starts_with("PUT") => {
                lost.store(true, Ordering::SeqCst);
                whole(204, "", "")
            }
            path if path.contains("_PASSWORD/") && lost.load(Ordering::SeqCst) => list(0, &[]),
            _ => list(2, &[1, 2]),
        })
    })
    .await;
    let gh = client(&stub.url, "ghp_x".into());
    let mut draft = draft(Scope::User, DraftAccess::Keep);
    draft.members = vec![Member::Password];
    let saved = save(&gh, &crate::local::Held::nothing(), &draft, &mut |_| {}).await.unwrap();
    assert_eq!(words(&saved.members), [(Member::Password, "updated")]);
    let puts = puts(&stub);
    assert!(!puts[0].contains("selected_repository_ids"), "kept by leaving the list out");
    assert!(puts[1].ends_with(r#"{"selected_repository_ids":[1,2]}"#), "{}", puts[1]);
    assert!(!saved.now.unwrap().credential(&draft.prefix).unwrap().access_differs());
}

#[tokio::test]
async fn an_access_that_did_not_take_is_not_called_done() {
    let stub = Stub::start(|_, request| {
        read(request).unwrap_or_else(|| if request.starts_with("PUT") { whole(204, "", "") } else { list(1, &[1]) })
    })
    .await;
    let gh = client(&stub.url, "ghp_x".into());
    let repositories = vec![crate::domain::RepoRef { id: 2, full_name: "acme/r2".into() }];
    let visibility = Visibility::Selected;
    let change = AccessChange {
        scope: acme(),
        prefix: super::prefix("ACR"),
        goal: AccessGoal::Alike { visibility, repositories: repositories.clone() },
        seen: None,
    };
    let AccessOutcome::Done { saved: changed, .. } =
        change_access(&gh, &crate::local::Held::nothing(), &change, &mut |_| {}).await.unwrap()
    else {
        panic!("nothing is stale")
    };
    assert!(changed.members.iter().all(|m| m.outcome.word() == "failed"), "{changed:?}");
    let access = DraftAccess::Set { visibility, repositories };
    let saved = save(&gh, &crate::local::Held::nothing(), &draft(acme(), access), &mut |_| {}).await.unwrap();
    assert!(saved.members.iter().all(|m| m.outcome.word() == "failed"), "{saved:?}");
}

#[tokio::test]
async fn a_portal_that_says_yes_to_everything_has_written_nothing() {
    let stub = Stub::start(|_, request| {
        let one = secrets();
        let one = one.split_once('[').unwrap().1.split_once(",{").unwrap().0.to_owned();
        read(request).unwrap_or_else(|| match request.split(' ').nth(1).unwrap_or_default() {
            _ if request.starts_with("PUT") => whole(200, "content-type: text/html\r\n", "<html>welcome"),
            path if path.contains("/repositories") => list(1, &[1]),
            _ => json(200, "", &one),
        })
    })
    .await;
    let gh = client(&stub.url, "ghp_x".into());
    let mut draft = draft(Scope::User, DraftAccess::Keep);
    draft.members = vec![Member::Password];
    let saved = save(&gh, &crate::local::Held::nothing(), &draft, &mut |_| {}).await.unwrap();
    assert_eq!(words(&saved.members), [(Member::Password, "failed")]);
}
