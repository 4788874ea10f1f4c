//! Restarting: each stage is reported, errors are reported as they are, and no request is repeated blindly.

use std::time::Duration;

use chrono::TimeDelta;

use super::{Stage as Scene, name};
use crate::domain::codespace::{Codespace, CodespaceChange, CodespaceName, CodespaceStep, Stage};
use crate::domain::{CodespaceList, Freshness, Member, Mend, OrgName, RepoName, Sensitive};
use crate::github::{Client, Limits, Polls, Settings};
use crate::sandbox::{CodespaceDraft, FaultKind, Options};
use crate::work::{Whose, change_codespaces, codespaces, standings};

const NAME: &str = "fluffy-disco";

/// A sandbox in a hurry with one running codespace of acme/api.
async fn scene(draft: CodespaceDraft) -> Scene {
    let scene = Scene::of(Options { hurry: 1_000, ..Options::default() }).await;
    assert!(scene.world().add_codespace(draft));
    scene
}

fn running() -> CodespaceDraft {
    CodespaceDraft { started_ago: TimeDelta::days(2), ..CodespaceDraft::new(NAME, "acme/api") }
}

fn code_name(text: &str) -> CodespaceName {
    CodespaceName::parse(text).unwrap()
}

fn restart() -> Vec<CodespaceChange> {
    vec![CodespaceChange::Restart(code_name(NAME))]
}

/// The words of all reported stages, and the last stage of the only codespace.
async fn carry_out(scene: &Scene, changes: &[CodespaceChange]) -> (Vec<&'static str>, Stage) {
    let mut words = Vec::new();
    let mut tell = |step: CodespaceStep| words.push(step.stage.word());
    let mut ends = change_codespaces(&scene.gh, changes, &mut tell).await;
    let last = ends.remove(0);
    (words, last.stage)
}

fn state(scene: &Scene) -> String {
    scene.world().codespace(NAME).unwrap().state
}

fn posts(scene: &Scene) -> Vec<String> {
    let lines = scene.lines("POST");
    lines.iter().filter_map(|line| line.rsplit('/').next().map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_restart_stops_starts_and_tells_each_stage() {
    let scene = scene(running()).await;
    let before = scene.world().codespace(NAME).unwrap().started;
    let (words, last) = carry_out(&scene, &restart()).await;
    assert_eq!(words, ["stopping", "stopped", "starting", "running"]);
    assert_eq!((last, state(&scene).as_str()), (Stage::Running, "Available"));
    assert!(scene.world().codespace(NAME).unwrap().started > before);
    assert_eq!(posts(&scene), ["stop", "start"]);
}

#[tokio::test]
async fn one_that_is_stopped_is_only_started_and_one_that_runs_needs_no_start() {
    let scene = scene(CodespaceDraft { state: "Shutdown".to_owned(), ..running() }).await;
    let (words, last) = carry_out(&scene, &restart()).await;
    assert_eq!((words, last), (vec!["starting", "running"], Stage::Running));
    assert_eq!(posts(&scene), ["start"]);
    let (_, last) = carry_out(&scene, &[CodespaceChange::Start(code_name(NAME))]).await;
    assert_eq!((last, posts(&scene).len()), (Stage::Running, 1));
}

#[tokio::test]
async fn stopping_ends_with_stopped() {
    let scene = scene(running()).await;
    let (words, last) = carry_out(&scene, &[CodespaceChange::Stop(code_name(NAME))]).await;
    assert_eq!((words, last), (vec!["stopping", "stopped"], Stage::Stopped));
    assert_eq!(state(&scene), "Shutdown");
}

#[tokio::test]
async fn an_owner_stops_a_members_codespace() {
    let scene = scene(CodespaceDraft { owner: Some("hubot".to_owned()), ..running() }).await;
    let org = OrgName::parse("acme").unwrap();
    let all = codespaces(&scene.gh, &CodespaceList::Org(org.clone()), &mut |_| {}).await.unwrap();
    assert!(all.is_whole() && all.list.len() == 1 && all.list[0].owner.raw() == "hubot");
    let change = CodespaceChange::StopMember { org, member: "hubot".into(), name: code_name(NAME) };
    let (words, last) = carry_out(&scene, &[change]).await;
    assert_eq!((words, last), (vec!["stopping", "stopped"], Stage::Stopped));
    assert!(scene.lines("POST")[0].contains("/orgs/acme/members/hubot/codespaces/fluffy-disco/stop"));
}

#[tokio::test]
async fn a_stop_that_is_refused_says_what_of_codespaces_it_is() {
    let org = OrgName::parse("acme").unwrap();
    for (status, words) in [
        ("402", "spending limit"),
        ("403", "GitHub refused it"),
        ("404", "you are not an owner"),
        ("409", "another operation on it"),
    ] {
        let scene = scene(CodespaceDraft { owner: Some("hubot".to_owned()), ..running() }).await;
        scene.fault(&format!("POST:/stop:1:{status}"));
        let (org, name) = (org.clone(), code_name(NAME));
        let (_, last) = carry_out(&scene, &[CodespaceChange::StopMember { org, member: "hubot".into(), name }]).await;
        let Stage::Failed(problem) = &last else { panic!("{status}: {last:?}") };
        assert!(problem.why.contains(words) && !problem.why.contains("secret"), "{status}: {problem:?}");
        assert_eq!(state(&scene), "Available", "{status}");
    }
}

#[tokio::test]
async fn a_members_own_secrets_are_never_read_and_never_count_as_read() {
    let scene = scene(CodespaceDraft { owner: Some("hubot".to_owned()), ..running() }).await;
    let which = CodespaceList::Org(OrgName::parse("acme").unwrap());
    let all = codespaces(&scene.gh, &which, &mut |_| {}).await.unwrap().list;
    let told = standings(&scene.gh, &all, Whose::Members).await;
    assert!(matches!(&told[0].freshness, Freshness::Unknown(why) if why.contains("hubot's own secrets")), "{told:?}");
    assert!(told[0].told && scene.lines("GET").iter().all(|line| !line.contains("/user/codespaces/secrets")));
    scene.world().add_fault(crate::sandbox::Fault::always("/repos/acme/api/codespaces/secrets", FaultKind::Forbidden));
    assert!(!standings(&scene.gh, &all, Whose::Members).await[0].told);
    assert!(scene.world().put_secret("org:acme", &name(Member::Server), "x", "all", &[]));
    assert!(matches!(standings(&scene.gh, &all, Whose::Members).await[0].freshness, Freshness::Stale(_)));
}

#[tokio::test]
async fn ones_own_codespace_among_those_of_members_is_judged_by_ones_own_secrets_too() {
    let scene = scene(running()).await;
    let of_hubot = CodespaceDraft { owner: Some("hubot".to_owned()), name: "of-hubot".to_owned(), ..running() };
    assert!(scene.world().add_codespace(of_hubot));
    assert!(scene.world().put_secret("user", &name(Member::Password), "x", "selected", &["acme/api"]));
    let which = CodespaceList::Org(OrgName::parse("acme").unwrap());
    let all = codespaces(&scene.gh, &which, &mut |_| {}).await.unwrap().list;
    let told = standings(&scene.gh, &all, Whose::Members).await;
    let own = all.iter().position(|codespace| codespace.name == code_name(NAME)).unwrap();
    assert!(matches!(told[own].freshness, Freshness::Stale(_)) && told[own].told, "{told:?}");
    assert!(matches!(told[1 - own].freshness, Freshness::Unknown(_)) && told[1 - own].told, "{told:?}");
}

#[tokio::test]
async fn a_drop_at_any_request_is_settled_by_looking() {
    for (request, kind, wanted, posted) in [
        ("POST:/stop:1", "drop-before", "failed", "Available"),
        ("POST:/stop:1", "drop-after", "running", "Available"),
        ("POST:/stop:1", "500", "failed", "Available"),
        ("POST:/stop:1", "html", "failed", "Available"),
        ("POST:/stop:1", "truncated", "running", "Available"),
        ("POST:/start:1", "drop-before", "failed", "Shutdown"),
        ("POST:/start:1", "drop-after", "running", "Available"),
        ("POST:/start:1", "502", "failed", "Shutdown"),
        ("GET:/user/codespaces/:2", "drop-before", "running", "Available"),
        ("GET:/user/codespaces/:3", "500", "running", "Available"),
        ("GET:/user/codespaces/:2", "truncated", "running", "Available"),
    ] {
        let scene = scene(running()).await;
        scene.fault(&format!("{request}:{kind}"));
        let (_, last) = carry_out(&scene, &restart()).await;
        assert_eq!((last.word(), state(&scene).as_str()), (wanted, posted), "{request} {kind}: {last:?}");
        let starts = posts(&scene).iter().filter(|word| *word == "start").count();
        assert!(starts <= 1, "{request} {kind}: a start was repeated blindly");
        if let Some(problem) = last.problem() {
            assert!(!problem.what.is_empty() && !problem.why.is_empty() && !problem.hint.is_empty());
        }
    }
}

#[tokio::test]
async fn where_the_state_cannot_be_read_any_more_it_is_unknown() {
    let scene = scene(running()).await;
    scene.fault("GET:/user/codespaces/:2+:unauthorized");
    let (_, last) = carry_out(&scene, &restart()).await;
    assert!(matches!(&last, Stage::Unknown(problem) if problem.what.contains("could not confirm")), "{last:?}");
}

#[tokio::test]
async fn a_spending_limit_is_told_in_words_and_it_stays_stopped() {
    let scene = scene(running()).await;
    scene.fault("POST:/start:1:402");
    let (words, last) = carry_out(&scene, &restart()).await;
    let Stage::Failed(problem) = &last else { panic!("{last:?}") };
    assert!(problem.what.contains("is stopped, and could not be started"), "{problem:?}");
    assert!(problem.why.contains("spending limit") && problem.hint.contains("billing"), "{problem:?}");
    assert_eq!((words.last(), state(&scene).as_str()), (Some(&"failed"), "Shutdown"));
}

#[tokio::test]
async fn after_a_conflict_the_state_is_looked_at() {
    // Refused once although it is stopped: GitHub said that it did not begin, so the request is repeated.
    let once = scene(running()).await;
    once.fault("POST:/start:1:409");
    let (_, last) = carry_out(&once, &restart()).await;
    assert_eq!((last, state(&once).as_str()), (Stage::Running, "Available"));
    // Refused every time.
    let ever = scene(running()).await;
    ever.fault("POST:/start:1+:409");
    let (_, last) = carry_out(&ever, &restart()).await;
    let Stage::Failed(problem) = &last else { panic!("{last:?}") };
    assert!(problem.why.contains("another operation on it"), "{problem:?}");
    assert!(problem.mend == Some(Mend::Retry) && posts(&ever).len() <= 4, "{:?}", posts(&ever));
}

#[tokio::test]
async fn what_cannot_end_well_is_not_begun() {
    let drafts = [
        CodespaceDraft { pending: true, ..running() },
        CodespaceDraft { state: "Rebuilding".to_owned(), ..running() },
        CodespaceDraft { state: "Failed".to_owned(), ..running() },
        CodespaceDraft { state: "Archived".to_owned(), ..running() },
    ];
    for draft in drafts {
        let scene = scene(draft.clone()).await;
        let (words, last) = carry_out(&scene, &restart()).await;
        assert!(matches!(last, Stage::Failed(_)) && words == ["failed"], "{draft:?}: {last:?}");
        assert!(posts(&scene).is_empty(), "{draft:?}");
    }
}

#[tokio::test]
async fn one_that_fails_while_it_starts_is_told_so() {
    let scene = scene(CodespaceDraft { fails: true, ..running() }).await;
    let (_, last) = carry_out(&scene, &restart()).await;
    let Stage::Failed(problem) = &last else { panic!("{last:?}") };
    assert!(problem.why.contains("has failed") && problem.hint.contains("gh codespace rebuild"), "{problem:?}");
}

#[tokio::test]
async fn one_that_never_gets_ready_ends_at_the_deadline_as_unknown() {
    let mut scene = Scene::of(Options::default()).await; // at the real GitHub's pace
    assert!(scene.world().add_codespace(running()));
    let polls =
        Polls { first: Duration::from_millis(1), most: Duration::from_millis(5), deadline: Duration::from_millis(40) };
    let limits = Limits { polls, ..Limits::hurried(10_000) };
    let token = Sensitive::new(scene.sandbox.token());
    let url = url::Url::parse(&scene.sandbox.api_url()).unwrap();
    scene.gh = Client::new(Settings { limits, ..Settings::new(url, Some(token)) }).unwrap();
    let (words, last) = carry_out(&scene, &restart()).await;
    assert_eq!(words, ["stopping", "unknown"]);
    let Stage::Unknown(problem) = &last else { panic!("{last:?}") };
    assert!(problem.what.contains("could not confirm that fluffy-disco did stop"), "{problem:?}");
    assert_eq!(state(&scene), "ShuttingDown");
}

#[tokio::test]
async fn several_go_one_after_the_other_and_one_that_fails_stops_no_other() {
    let scene = scene(running()).await;
    assert!(scene.world().add_codespace(CodespaceDraft { name: "broken".to_owned(), pending: true, ..running() }));
    let changes = ["broken", NAME].map(|text| CodespaceChange::Restart(code_name(text)));
    let ends = change_codespaces(&scene.gh, &changes, &mut |_| {}).await;
    assert_eq!(ends.iter().map(|step| step.stage.word()).collect::<Vec<_>>(), ["failed", "running"]);
}

#[tokio::test]
async fn a_codespace_that_is_not_there_is_told_with_every_reason() {
    let scene = Scene::plain().await;
    let (_, last) = carry_out(&scene, &restart()).await;
    let problem = last.problem().unwrap();
    assert!(problem.why.contains("does not say which"), "{problem:?}");
}

#[tokio::test]
async fn a_missing_scope_names_the_one_that_is_needed() {
    let scene = Scene::of(Options { scopes: vec!["repo".to_owned()], ..Options::default() }).await;
    let problem = codespaces(&scene.gh, &CodespaceList::Mine, &mut |_| {}).await.unwrap_err();
    assert!(problem.why.contains("lacks the scope `codespace`"), "{problem:?}");
    assert!(matches!(&problem.mend, Some(Mend::Gain(need)) if need.scopes == ["codespace"]), "{problem:?}");
}

#[tokio::test]
async fn the_list_is_whole_or_says_that_it_is_not() {
    let scene = scene(running()).await;
    for n in 0..120 {
        assert!(scene.world().add_codespace(CodespaceDraft { name: format!("more-{n}"), ..running() }));
    }
    assert!(scene.world().add_codespace(CodespaceDraft::new("elsewhere", "acme/web")));
    let mut parts = Vec::new();
    let all = codespaces(&scene.gh, &CodespaceList::Mine, &mut |list| parts.push(list.value.len())).await.unwrap();
    assert_eq!((all.list.len(), all.is_whole(), parts), (122, true, vec![100, 122]));
    let here = CodespaceList::MineIn(RepoName::parse("ACME/api").unwrap());
    let all = codespaces(&scene.gh, &here, &mut |_| {}).await.unwrap();
    assert_eq!((all.list.len(), all.is_whole()), (121, true));
    scene.fault("GET:page=2:1+:500");
    let all = codespaces(&scene.gh, &CodespaceList::Mine, &mut |_| {}).await.unwrap();
    assert_eq!((all.list.len(), all.is_whole()), (100, false));
    scene.world().add_fault("GET:/user/codespaces?:1:short-list".parse().unwrap());
    assert!(!codespaces(&scene.gh, &CodespaceList::Mine, &mut |_| {}).await.unwrap().is_whole());
}

async fn standing(scene: &Scene) -> (Codespace, Freshness) {
    let all = codespaces(&scene.gh, &CodespaceList::Mine, &mut |_| {}).await.unwrap().list;
    let told = standings(&scene.gh, &all, Whose::Mine).await;
    (all[0].clone(), told[0].freshness.clone())
}

#[tokio::test]
async fn it_is_stale_until_it_was_restarted_and_never_fresh_where_something_could_not_be_read() {
    let scene = scene(running()).await;
    assert_eq!(standing(&scene).await.1, Freshness::Fresh);
    assert!(scene.world().put_secret("user", &name(Member::Password), "x", "selected", &["acme/web"]));
    assert_eq!(standing(&scene).await.1, Freshness::Fresh);
    assert!(scene.world().put_secret("org:acme", &name(Member::Server), "x", "all", &[]));
    let (_, told) = standing(&scene).await;
    assert!(matches!(told, Freshness::Stale(since) if since.secret == name(Member::Server)));
    let (_, last) = carry_out(&scene, &restart()).await;
    assert_eq!((last, standing(&scene).await.1), (Stage::Running, Freshness::Fresh));
    scene.world().add_fault(crate::sandbox::Fault::always("/repos/acme/api/codespaces/secrets", FaultKind::Forbidden));
    assert!(matches!(standing(&scene).await.1, Freshness::Unknown(why) if why.contains("acme/api")));
}
