//! Saving: what is written, in which order, and what is reported for every fault at every position.

use std::cmp::Ordering;

use super::{Stage, acme, api, draft, name, selected, words};
use crate::domain::change::DraftAccess;
use crate::domain::{Draft, Member, Saved, Scope, Sensitive, Shape, WriteOutcome};
use crate::sandbox::{FaultKind, Options, Scale};
use crate::work::save;

const ORDER: [Member; 3] = Member::WRITE_ORDER;

async fn saved(stage: &Stage, draft: &Draft) -> Saved {
    let mut parts = Vec::new();
    let saved = save(&stage.gh, &crate::local::Held::nothing(), draft, &mut |report| parts.push(report)).await.unwrap();
    assert_eq!(parts, saved.members, "progress adds up to the report");
    saved
}

fn holds(stage: &Stage, scope: &str, draft: &Draft, members: &[Member]) {
    for member in Member::all() {
        let wanted = members.contains(&member).then(|| draft.values.get(member).expose().to_owned());
        assert_eq!(stage.value(scope, &name(member)), wanted, "{member:?}");
    }
}

#[tokio::test]
async fn a_new_credential_is_written_server_last_at_every_scope() {
    for (scope, key) in [(Scope::User, "user"), (api(), "repo:acme/api"), (acme(), "org:acme")] {
        let stage = Stage::plain().await;
        let access = if scope == api() { DraftAccess::Repository } else { selected(vec![stage.repo("acme/api")]) };
        let draft = draft(scope, access);
        let saved = saved(&stage, &draft).await;
        assert_eq!(words(&saved.members), ORDER.map(|m| (m, "created")));
        holds(&stage, key, &draft, &ORDER);
        let puts = stage.lines("PUT");
        assert!(puts[0].ends_with("_USER") && puts[1].ends_with("_PASSWORD") && puts[2].ends_with("_SERVER"));
        let now = saved.now.unwrap();
        let credential = now.credential(&draft.prefix).unwrap();
        assert!(credential.is_complete() && credential.access().is_some() && !credential.access_differs());
        if key != "repo:acme/api" {
            let secret = stage.world().secret(key, &name(Member::Server)).unwrap();
            assert_eq!(secret.repository_names(), ["acme/api"]);
        }
    }
}

#[tokio::test]
async fn a_token_that_is_refused_in_the_middle_is_not_sent_again() {
    let stage = Stage::plain().await;
    stage.strike(&name(ORDER[1]), FaultKind::Unauthorized);
    let draft = draft(acme(), selected(vec![stage.repo("acme/web")]));
    let first = saved(&stage, &draft).await;
    let outcomes: Vec<_> = words(&first.members).into_iter().map(|(_, word)| word).collect();
    assert_eq!(outcomes, ["created", "failed", "not tried"]);
    assert!(first.now.is_none(), "reading back would have sent it again");
    let sent = stage.world().requests().len();
    assert!(save(&stage.gh, &crate::local::Held::nothing(), &draft, &mut |_| {}).await.is_err());
    assert_eq!(stage.world().requests().len(), sent, "nothing is sent until another token is chosen");
}

#[tokio::test]
async fn a_member_that_fails_without_effect_is_reported_and_the_rest_can_be_retried() {
    for kind in [
        FaultKind::Status(500),
        FaultKind::DropBefore,
        FaultKind::Forbidden,
        FaultKind::Html(502),
        FaultKind::Html(200),
        FaultKind::Status(404),
        FaultKind::Redirect("http://127.0.0.1:1/elsewhere".to_owned()),
    ] {
        for (at, member) in ORDER.into_iter().enumerate() {
            let stage = Stage::plain().await;
            stage.strike(&name(member), kind.clone());
            let mut draft = draft(acme(), selected(vec![stage.repo("acme/web")]));
            let first = saved(&stage, &draft).await;
            let expected: Vec<_> = ORDER
                .into_iter()
                .enumerate()
                .map(|(n, m)| {
                    (
                        m,
                        match n.cmp(&at) {
                            Ordering::Less => "created",
                            Ordering::Equal => "failed",
                            Ordering::Greater => "not tried",
                        },
                    )
                })
                .collect();
            assert_eq!(words(&first.members), expected, "{kind:?} at {member:?}");
            assert!(!first.is_whole() && first.now.is_some());
            holds(&stage, "org:acme", &draft, &ORDER[..at]);
            stage.world().clear_faults();
            draft.members = first.rest();
            let second = saved(&stage, &draft).await;
            assert!(second.is_whole() && second.members.len() == 3 - at, "{kind:?} at {member:?}");
            holds(&stage, "org:acme", &draft, &ORDER);
            assert!(second.now.unwrap().credential(&draft.prefix).unwrap().is_complete());
        }
    }
}

#[tokio::test]
async fn an_effect_whose_answer_was_lost_is_found_by_reading_back() {
    for kind in [FaultKind::DropAfter, FaultKind::TruncatedJson] {
        for member in ORDER {
            let stage = Stage::plain().await;
            stage.strike(&name(member), kind.clone());
            let draft = draft(Scope::User, selected(vec![stage.repo("octocat/dotfiles")]));
            let saved = saved(&stage, &draft).await;
            assert_eq!(words(&saved.members), ORDER.map(|m| (m, "created")), "{kind:?} at {member:?}");
            holds(&stage, "user", &draft, &ORDER);
        }
    }
}

#[tokio::test]
async fn an_update_whose_answer_was_lost_is_told_from_one_that_never_happened() {
    for (kind, word) in
        [(FaultKind::DropAfter, "updated"), (FaultKind::DropBefore, "failed"), (FaultKind::Status(500), "failed")]
    {
        for member in ORDER {
            let stage = Stage::demo().await;
            let before = stage.value("org:acme", &name(member));
            stage.strike(&name(member), kind.clone());
            let mut draft = draft(acme(), DraftAccess::Keep);
            draft.members = vec![member];
            let saved = saved(&stage, &draft).await;
            assert_eq!(words(&saved.members), [(member, word)], "{kind:?}");
            let wanted = if word == "updated" { Some(draft.values.get(member).expose().to_owned()) } else { before };
            assert_eq!(stage.value("org:acme", &name(member)), wanted);
        }
    }
}

#[tokio::test]
async fn a_write_within_the_second_of_another_stays_unknown_if_its_answer_is_lost() {
    let stage = Stage::plain().await;
    stage.world().put_secret("user", &name(Member::User), "old", "selected", &[]);
    stage.strike("_USER", FaultKind::DropBefore);
    let saved = saved(&stage, &draft(Scope::User, DraftAccess::Keep)).await;
    // If the second turned between the two, the time stamps are conclusive; it must not be reported as written, though.
    assert!(["unknown", "failed"].contains(&saved.members[0].outcome.word()), "{saved:?}");
    assert_eq!(words(&saved.members)[1..], [(Member::Password, "not tried"), (Member::Server, "not tried")]);
}

#[tokio::test]
async fn what_cannot_be_read_back_is_unknown_and_said_so() {
    let stage = Stage::plain().await;
    stage.strike("_PASSWORD", FaultKind::DropAfter);
    stage.fault("GET:_PASSWORD:1+:500");
    stage.fault("GET:secrets?per_page:2+:500");
    let draft = draft(api(), DraftAccess::Repository);
    let saved = saved(&stage, &draft).await;
    assert_eq!(saved.now, None);
    assert_eq!(
        words(&saved.members),
        [(Member::User, "created"), (Member::Password, "unknown"), (Member::Server, "not tried")]
    );
    let WriteOutcome::Unknown(problem) = &saved.members[1].outcome else { panic!() };
    assert!(problem.what.contains("could not confirm") && problem.hint.contains("that is safe"), "{problem:?}");
    assert_eq!(saved.rest(), [Member::Password, Member::Server]);
}

#[tokio::test]
async fn a_key_that_was_rotated_is_fetched_anew_once() {
    for member in ORDER {
        let stage = Stage::plain().await;
        stage.fault(&format!("PUT:{}:1:bad-key", name(member)));
        let draft = draft(api(), DraftAccess::Repository);
        let saved = saved(&stage, &draft).await;
        assert_eq!(words(&saved.members), ORDER.map(|m| (m, "created")), "{member:?}");
        holds(&stage, "repo:acme/api", &draft, &ORDER);
        assert_eq!(stage.lines("GET").iter().filter(|l| l.ends_with("/public-key")).count(), 2);
        assert_eq!(stage.lines("PUT").len(), 4);
    }
}

#[tokio::test]
async fn a_key_that_rotates_for_ever_is_given_up() {
    let stage = Stage::plain().await;
    stage.strike("_USER", FaultKind::BadKey);
    let saved = saved(&stage, &draft(api(), DraftAccess::Repository)).await;
    assert_eq!(words(&saved.members)[0], (Member::User, "failed"));
    assert_eq!(stage.lines("PUT").len(), 2);
}

/// Whatever is checked beforehand leaves the scope unchanged.
async fn refused(stage: &Stage, draft: &Draft) -> crate::domain::Problem {
    let mut parts = 0;
    let problem = save(&stage.gh, &crate::local::Held::nothing(), draft, &mut |_| parts += 1).await.unwrap_err();
    assert_eq!((parts, stage.lines("PUT")), (0, Vec::new()), "{problem:?}");
    assert!(problem.why.contains("this attempt wrote nothing"), "{problem:?}");
    problem
}

#[tokio::test]
async fn a_missing_right_is_found_before_anything_is_written() {
    let stage = Stage::plain().await;
    stage.world().set_scopes(vec!["repo".to_owned()]);
    let problem = refused(&stage, &draft(acme(), DraftAccess::Keep)).await;
    assert!(problem.why.contains("`admin:org`"), "{problem:?}");
    let problem = refused(&stage, &draft(Scope::User, DraftAccess::Keep)).await;
    assert!(problem.why.contains("`codespace:secrets`"), "{problem:?}");
}

#[tokio::test]
async fn a_key_that_cannot_be_had_stops_it_before_anything_is_written() {
    let stage = Stage::plain().await;
    stage.fault("GET:public-key:1+:403");
    refused(&stage, &draft(api(), DraftAccess::Repository)).await;
}

#[tokio::test]
async fn the_limit_of_a_hundred_counts_new_names_only() {
    let stage = Stage::of(Options { scale: Scale { secrets: 98, ..Scale::default() }, ..Options::default() }).await;
    let mut draft = draft(Scope::User, DraftAccess::Keep);
    let problem = refused(&stage, &draft).await;
    assert!(problem.why.contains("98") && problem.why.contains("100"), "{problem:?}");
    draft.members = vec![Member::User, Member::Password];
    assert!(saved(&stage, &draft).await.is_whole());
    assert!(saved(&stage, &draft).await.is_whole(), "overwriting needs no room");
}

#[tokio::test]
async fn values_that_github_would_refuse_are_found_before() {
    let stage = Stage::plain().await;
    let mut draft = draft(api(), DraftAccess::Repository);
    draft.values.password = Sensitive::new("x".repeat(48 * 1024 + 1));
    let problem = refused(&stage, &draft).await;
    assert!(problem.why.contains("49153"), "{problem:?}");
    draft.values.password = Sensitive::new("");
    refused(&stage, &draft).await;
    draft.values.password = Sensitive::new("x".repeat(48 * 1024));
    assert!(saved(&stage, &draft).await.is_whole());
    holds(&stage, "repo:acme/api", &draft, &ORDER);
}

#[tokio::test]
async fn a_repository_that_was_renamed_is_still_written() {
    let stage = Stage::plain().await;
    stage.world().rename_repository("acme/api", "core");
    let draft = draft(api(), DraftAccess::Repository);
    let saved = save(&stage.gh, &crate::local::Held::nothing(), &draft, &mut |_| {}).await.unwrap();
    assert!(saved.is_whole(), "{saved:?}");
    assert_eq!(stage.value("repo:acme/core", &name(Member::Server)).as_deref(), Some("acme.azurecr.io"));
}

#[tokio::test]
async fn what_the_closing_list_settles_stops_nobody() {
    for (kind, words_of) in [
        (FaultKind::DropAfter, ["created", "created", "created"]),
        (FaultKind::DropBefore, ["created", "failed", "not tried"]),
    ] {
        let stage = Stage::plain().await;
        stage.strike("_PASSWORD", kind.clone());
        stage.fault("GET:_PASSWORD:1+:500");
        let mut parts = Vec::new();
        let draft = draft(api(), DraftAccess::Repository);
        let saved =
            save(&stage.gh, &crate::local::Held::nothing(), &draft, &mut |part| parts.push(part)).await.unwrap();
        let told: Vec<_> = saved.members.iter().map(|report| report.outcome.word()).collect();
        assert_eq!(told, words_of, "{kind:?}");
        assert_eq!(words(&parts)[1], (Member::Password, "unknown"), "reported for as long as it is unknown");
        for report in &saved.members {
            let is_there = stage.value("repo:acme/api", &report.name).is_some();
            assert_eq!(is_there, report.outcome.is_done(), "{kind:?}");
            assert_eq!(parts.iter().rfind(|part| part.member == report.member), Some(report));
        }
    }
}

/// A single token under its own name.
fn token(scope: Scope, access: DraftAccess) -> Draft {
    let draft = draft(scope, access);
    Draft { prefix: super::prefix("NPM_TOKEN"), shape: Shape::Single, members: vec![Member::Password], ..draft }
}

#[tokio::test]
async fn a_secret_by_itself_is_written_under_its_own_name_and_nothing_else_is() {
    for (scope, key) in [(Scope::User, "user"), (api(), "repo:acme/api"), (acme(), "org:acme")] {
        let stage = Stage::plain().await;
        let access = if scope == api() { DraftAccess::Repository } else { selected(vec![stage.repo("acme/api")]) };
        let draft = token(scope, access);
        let saved = saved(&stage, &draft).await;
        assert_eq!(words(&saved.members), [(Member::Password, "created")]);
        assert_eq!((saved.members[0].name.as_str(), stage.lines("PUT").len()), ("NPM_TOKEN", 1));
        assert_eq!(stage.value(key, "NPM_TOKEN").as_deref(), Some(draft.values.password.expose()));
        let held = saved.now.as_ref().and_then(|now| now.held(Shape::Single, &draft.prefix));
        assert!(held.is_some_and(|held| held.access().is_some_and(crate::domain::Access::is_whole)), "{key}");
    }
}

#[tokio::test]
async fn a_secret_by_itself_keeps_who_gets_it_and_a_lost_answer_is_read_back() {
    let stage = Stage::plain().await;
    stage.world().put_secret("user", "NPM_TOKEN", "old", "selected", &["acme/api", "acme/web"]);
    stage.world().put_secret("org:acme", "NPM_TOKEN", "old", "private", &[]);
    for (scope, key) in [(Scope::User, "user"), (acme(), "org:acme")] {
        let draft = token(scope, DraftAccess::Keep);
        assert_eq!(words(&saved(&stage, &draft).await.members), [(Member::Password, "updated")]);
        assert_eq!(stage.value(key, "NPM_TOKEN").as_deref(), Some(draft.values.password.expose()));
    }
    let kept = stage.world().secret("user", "NPM_TOKEN").unwrap();
    assert_eq!(kept.repository_names().len(), 2);
    assert_eq!(stage.world().secret("org:acme", "NPM_TOKEN").unwrap().visibility.as_deref(), Some("private"));
    let stage = Stage::plain().await;
    stage.strike("NPM_TOKEN", FaultKind::DropAfter);
    let report = saved(&stage, &token(api(), DraftAccess::Repository)).await;
    assert_eq!(words(&report.members), [(Member::Password, "created")]);
    let stage = Stage::plain().await;
    stage.strike("NPM_TOKEN", FaultKind::Forbidden);
    let report = saved(&stage, &token(api(), DraftAccess::Repository)).await;
    assert_eq!(words(&report.members), [(Member::Password, "failed")]);
}

#[tokio::test]
async fn a_secret_by_itself_needs_room_for_one() {
    let stage = Stage::plain().await;
    for number in 0..99 {
        stage.world().put_secret("repo:acme/api", &format!("X{number}"), "x", "selected", &[]);
    }
    assert!(saved(&stage, &token(api(), DraftAccess::Repository)).await.is_whole());
    assert!(
        save(&stage.gh, &crate::local::Held::nothing(), &draft(api(), DraftAccess::Repository), &mut |_| {})
            .await
            .is_err()
    );
}
