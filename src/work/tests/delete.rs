//! Deleting: SERVER first, and reported truthfully.

use super::{Stage, name, prefix, words};
use crate::domain::{Member, Scope};
use crate::work::delete;

const ORDER: [Member; 3] = [Member::Server, Member::Password, Member::User];

async fn planted() -> Stage {
    let stage = Stage::plain().await;
    for member in Member::all() {
        stage.world().put_secret("user", &name(member), "x", "selected", &[]);
    }
    stage.world().put_secret("user", "NPM_TOKEN", "x", "selected", &[]);
    stage
}

#[tokio::test]
async fn a_credential_goes_server_first_and_nothing_else_goes() {
    let stage = planted().await;
    let mut parts = Vec::new();
    let saved = delete(&stage.gh, &crate::local::Held::nothing(), &Scope::User, &prefix("ACR"), &mut |r| parts.push(r))
        .await
        .unwrap();
    assert_eq!(words(&saved.members), ORDER.map(|m| (m, "deleted")));
    assert_eq!(parts, saved.members);
    assert!(stage.lines("DELETE")[0].ends_with("_SERVER"));
    assert_eq!(stage.world().secrets("user").len(), 1);
    assert!(saved.now.unwrap().credentials.is_empty());
    delete(&stage.gh, &crate::local::Held::nothing(), &Scope::User, &prefix("ACR"), &mut |_| {}).await.unwrap_err();
}

#[tokio::test]
async fn faults_are_settled_by_reading_back() {
    for (kind, word) in
        [("drop-after", "deleted"), ("drop-before", "failed"), ("500", "failed"), ("forbidden", "failed")]
    {
        for (at, member) in ORDER.into_iter().enumerate() {
            let stage = planted().await;
            stage.fault(&format!("DELETE:{}:1+:{kind}", name(member)));
            let saved = delete(&stage.gh, &crate::local::Held::nothing(), &Scope::User, &prefix("ACR"), &mut |_| {})
                .await
                .unwrap();
            assert_eq!(words(&saved.members)[at], (member, word), "{kind}");
            assert_eq!(stage.value("user", &name(member)).is_none(), word == "deleted");
            stage.world().clear_faults();
            if word == "failed" {
                assert!(
                    delete(&stage.gh, &crate::local::Held::nothing(), &Scope::User, &prefix("ACR"), &mut |_| {})
                        .await
                        .unwrap()
                        .is_whole()
                );
            }
            assert_eq!(stage.world().secrets("user").len(), 1);
        }
    }
}

#[tokio::test]
async fn a_deletion_that_was_hidden_behind_a_404_is_not_called_done() {
    let stage = planted().await;
    stage.fault("DELETE:_SERVER:1+:404");
    let saved =
        delete(&stage.gh, &crate::local::Held::nothing(), &Scope::User, &prefix("ACR"), &mut |_| {}).await.unwrap();
    assert_eq!(words(&saved.members)[0], (Member::Server, "failed"));
}

#[tokio::test]
async fn what_stayed_unknown_is_settled_by_the_list_that_is_read_at_the_end() {
    for (kind, word) in [("drop-after", "deleted"), ("drop-before", "failed")] {
        let stage = planted().await;
        stage.fault(&format!("DELETE:_USER:1:{kind}"));
        stage.fault(&format!("GET:/secrets/{}:1:500", name(Member::User)));
        let saved =
            delete(&stage.gh, &crate::local::Held::nothing(), &Scope::User, &prefix("ACR"), &mut |_| {}).await.unwrap();
        assert_eq!(words(&saved.members)[2], (Member::User, word), "{kind}");
    }
}

#[tokio::test]
async fn a_deletion_nobody_can_tell_of_is_not_to_be_written_again() {
    let stage = planted().await;
    stage.fault("DELETE:_USER:1:drop-after");
    stage.fault("GET:_USER:1+:500");
    stage.fault("GET:/user/codespaces/secrets:2+:500");
    let saved =
        delete(&stage.gh, &crate::local::Held::nothing(), &Scope::User, &prefix("ACR"), &mut |_| {}).await.unwrap();
    assert_eq!(words(&saved.members)[2], (Member::User, "unknown"));
    let hint = saved.members[2].outcome.problem().unwrap().hint.clone();
    assert!(hint.contains("delete it again") && !hint.contains("write"), "{hint}");
}
