#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::app::protocol::{Effect, Job, Outcome, Part};
use crate::app::tests::Driver;
use crate::app::tests::fixtures::at_codespaces;
use crate::app::tests::spaces::{code_name, codespace, mine};
use crate::app::tests::world::no_network;
use crate::app::world::Start;
use crate::domain::codespace::{CodespaceStep, Stage, State};
use crate::domain::{CodespaceChange, CodespaceList, Roster};

fn step(name: &str, stage: Stage) -> CodespaceStep {
    CodespaceStep { name: code_name(name), stage }
}

/// On the codespaces screen, with this list.
fn with_list(list: Vec<crate::domain::Codespace>) -> Driver {
    let mut driver = Driver::ready();
    driver.press("4");
    let id = driver.running(|job| matches!(job, Job::Codespaces(_)));
    driver.finish(id, Outcome::Codespaces(Ok(Roster::whole(list))));
    driver.answer_everything();
    driver
}

#[test]
fn each_says_what_it_needs() {
    let driver = at_codespaces();
    driver.says("restart !").says("next start").says("rebuild !").says("nothing");
    let mut driver = at_codespaces();
    driver.keys("G up");
    driver.says("ECR_CONTAINER_REGISTRY_SERVER of your own secrets was written or granted 3 days ago");
    driver.says("new variables: stop it and start it again").says("gh codespace rebuild -c super-yodel-4jw7");
    driver.says("API does not say");
}

#[test]
fn a_restart_asks_first_and_warns_of_work() {
    let mut driver = at_codespaces();
    driver.keys("G up R");
    driver.says("Restart super yodel?").says("has uncommitted and unpushed changes");
    driver.says("stopping keeps files but ends running processes").says("[ Cancel ]");
    driver.press("enter");
    assert!(!driver.has_written());
    driver.keys("R right enter");
    let wanted = Job::ChangeCodespaces(vec![CodespaceChange::Restart(code_name("super-yodel-4jw7"))]);
    assert_eq!(driver.last_write(), wanted);
    assert_eq!(driver.app.running_writes(), 1);
}

#[test]
fn stages_are_told_while_they_are_reached_and_results_stay() {
    let mut driver = at_codespaces();
    driver.keys("G up R right enter");
    let id = driver.writing();
    for (stage, word) in [(Stage::Stopping, "stopping"), (Stage::Stopped, "stopped"), (Stage::Starting, "starting")] {
        driver.part(id, Part::Codespace(step("super-yodel-4jw7", stage)));
        driver.says(word).is_silent_about("new variables: stop it");
    }
    driver.press("R");
    assert!(driver.notice().contains("still running"), "{}", driver.notice());
    driver.finish(id, Outcome::CodespacesChanged(vec![step("super-yodel-4jw7", Stage::Running)]));
    assert!(driver.notice().contains("super-yodel-4jw7 is restarted"), "{}", driver.notice());
    assert!(driver.live.values().any(|job| *job == Job::Codespaces(CodespaceList::Mine)), "the list is read again");
    driver.answer_everything();
    driver.says("its image was not checked").is_silent_about("pulled an image");
}

#[test]
fn a_failure_says_what_why_and_what_to_do() {
    let mut driver = at_codespaces();
    driver.keys("G up R right enter");
    let id = driver.writing();
    driver.finish(id, Outcome::CodespacesChanged(vec![step("super-yodel-4jw7", Stage::Unknown(no_network()))]));
    driver.answer_everything();
    driver.says("unknown !").says("GitHub could not be reached").says("check the network, then F5");
}

#[test]
fn marked_ones_go_together_and_those_that_cannot_are_named() {
    let mut driver = at_codespaces();
    driver.keys("g space space space space R");
    driver
        .says("Restart 2 codespaces?")
        .says("left out: crispy lamp is not running")
        .says("left out: ominous cod has failed");
    driver.keys("right enter");
    let Job::ChangeCodespaces(changes) = driver.last_write() else { panic!() };
    assert_eq!(changes.len(), 2);
}

#[test]
fn one_that_does_not_run_says_that_its_next_start_has_them() {
    let mut driver = at_codespaces();
    driver.keys("g R");
    assert!(driver.notice().contains("its next start gets the new variables"), "{}", driver.notice());
    driver.press("Z");
    assert!(driver.notice().contains("is not running"), "{}", driver.notice());
}

#[test]
fn a_members_codespace_can_be_stopped_and_not_started() {
    let mut driver = at_codespaces();
    driver.press("tab");
    driver.answer_everything();
    driver.says("[members of acme]").says("literate waffle").says("hubot's own secrets cannot be read");
    driver.press("down");
    driver.says("its variables are newer than every registry secret it sees"); // the user's own is among them
    driver.press("up");
    driver.press("R");
    assert!(driver.notice().contains("only its owner"), "{}", driver.notice());
    driver.press("Z");
    driver.says("only their owners can start them again");
    driver.keys("right enter");
    let Job::ChangeCodespaces(changes) = driver.last_write() else { panic!() };
    assert!(matches!(&changes[..], [CodespaceChange::StopMember { member, .. }] if member.raw() == "hubot"));
    driver.press("tab");
    driver.answer_everything();
    driver.says("[yours]");
}

#[test]
fn leaving_aborts_its_reads_and_lets_the_write_go_on() {
    let mut driver = Driver::ready();
    driver.press("4");
    assert_eq!(driver.live.len(), 1);
    driver.press("esc");
    assert!(driver.live.is_empty(), "{:?}", driver.live);
    let mut driver = at_codespaces();
    driver.keys("G up R right enter esc");
    assert_eq!((driver.title().as_str(), driver.app.running_writes()), ("Credentials", 1));
    let id = driver.writing();
    driver.finish(id, Outcome::CodespacesChanged(vec![step("super-yodel-4jw7", Stage::Running)]));
    assert!(driver.notice().contains("is restarted"), "{}", driver.notice());
    assert!(driver.live.is_empty(), "nobody looks, so nothing is read again");
}

#[test]
fn a_run_under_way_is_seen_by_who_comes_back() {
    let mut driver = at_codespaces();
    driver.keys("G up R right enter");
    let id = driver.writing();
    driver.keys("esc 4");
    driver.answer_everything();
    driver.part(id, Part::Codespace(step("super-yodel-4jw7", Stage::Starting)));
    driver.says("starting");
}

#[test]
fn a_repositorys_own_secrets_are_read_beside_the_list_of_credentials() {
    let mut elsewhere = codespace("curly-train-1", "curly train", 2);
    if let Some(repository) = &mut elsewhere.repository {
        repository.reference.full_name = "acme/web".into();
    }
    let mut driver = with_list(vec![elsewhere]);
    driver.says("nothing");
    driver.press("1");
    driver.is_silent_about("acme/web, repository");
}

#[test]
fn what_could_not_be_read_never_looks_fresh() {
    let mut driver = Driver::start(Start::default());
    driver.answer_everything();
    driver.press("4");
    let id = driver.running(|job| matches!(job, Job::Codespaces(_)));
    driver.finish(id, Outcome::Codespaces(Ok(Roster::whole(mine()))));
    driver.says("reading");
    while let Some(id) = driver.live.iter().find(|(_, job)| matches!(job, Job::LoadScope(_))).map(|(id, _)| *id) {
        driver.finish(id, Outcome::Listing(Err(no_network())));
    }
    driver.keys("g down");
    driver.says("unknown ?").says("the name api.github.com was not found");
}

#[test]
fn y_copies_the_command_that_rebuilds_and_o_opens_its_page() {
    let mut driver = at_codespaces();
    driver.keys("g down");
    let effects = driver.press("y");
    assert!(effects.contains(&Effect::Copy("gh codespace rebuild -c fluffy-disco-x7q".to_owned())), "{effects:?}");
    let effects = driver.press("o");
    assert!(effects.contains(&Effect::OpenUrl("https://fluffy-disco-x7q.github.dev".to_owned())), "{effects:?}");
}

#[test]
fn after_a_save_those_that_started_before_it_are_offered_with_one_key() {
    let mut driver = crate::app::tests::fixtures::offered();
    driver.says("2 codespaces of acme/api started before this").says("R restarts");
    driver.press("R");
    driver.says("Restart 2 codespaces?").says("super yodel").is_silent_about("crispy lamp");
    driver.keys("right enter");
    let Job::ChangeCodespaces(changes) = driver.last_write() else { panic!() };
    assert_eq!(changes.len(), 2);
    let id = driver.writing();
    let steps = changes.iter().map(|c| CodespaceStep { name: c.name().clone(), stage: Stage::Running }).collect();
    driver.finish(id, Outcome::CodespacesChanged(steps));
    driver.answer_everything();
    driver.press("1");
    driver.press("R");
    assert!(driver.notice().contains("does nothing here"), "{}", driver.notice());
}

#[test]
fn a_busy_one_says_so() {
    let mut busy = codespace("a", "busy bee", 2);
    busy.state = State::Rebuilding;
    let mut driver = with_list(vec![busy]);
    driver.says("waiting");
    driver.press("Z");
    assert!(driver.notice().contains("is being rebuilt"), "{}", driver.notice());
}

#[test]
fn after_a_removal_those_that_keep_it_are_named_and_nobody_is_told_to_restart() {
    let mut driver = Driver::ready();
    driver.press("a");
    driver.answer_everything();
    driver.press("/");
    driver.type_text("dotfiles").keys("enter space enter right enter");
    driver.write_succeeds();
    driver.answer_everything();
    let notice = driver.notice();
    assert!(notice.contains("bookish pancake (a codespace of octocat/dotfiles) keeps it until it stops"), "{notice}");
    assert!(!notice.contains("R restarts") && !notice.contains("super yodel"), "{notice}");
}

/// The user's own ACR: its access changed with these keys, then the change undone.
fn taken_back(filter: &str) -> (Driver, [String; 2]) {
    let mut driver = Driver::ready();
    driver.press("a");
    driver.answer_everything();
    driver.press("/");
    driver.type_text(filter).keys("enter space enter right enter");
    driver.write_succeeds();
    driver.answer_everything();
    let first = driver.notice();
    driver.keys("enter u right enter");
    driver.write_succeeds();
    driver.answer_everything();
    let second = driver.notice();
    (driver, [first, second])
}

#[test]
fn a_removal_that_is_taken_back_tells_whom_it_was_taken_from_that_nothing_is_missing() {
    let (mut driver, [removed, undone]) = taken_back("dotfiles");
    assert!(removed.contains("bookish pancake (a codespace of octocat/dotfiles) keeps it"), "{removed}");
    assert!(undone.contains("bookish pancake (a codespace of octocat/dotfiles) has it already"), "{undone}");
    assert!(!undone.contains("R restarts") && !undone.contains("super yodel"), "{undone}");
    driver.keys("1 R");
    assert!(driver.notice().contains("does nothing here"), "{}", driver.notice());
}

#[test]
fn an_addition_that_is_taken_back_concerns_nobody_who_never_had_it() {
    let mut of_web = codespace("shiny-train-1", "shiny train", 20);
    if let Some(repository) = &mut of_web.repository {
        repository.reference = crate::app::tests::world::reference("acme/infra");
    }
    let mut driver = Driver::ready();
    driver.press("a");
    driver.answer_everything();
    driver.press("/");
    driver.type_text("infra").keys("enter space enter right enter");
    let listed = |driver: &mut Driver| {
        let id = driver.running(|job| matches!(job, Job::Codespaces(CodespaceList::Mine)));
        driver.finish(id, Outcome::Codespaces(Ok(Roster::whole(vec![of_web.clone()]))));
        driver.answer_everything();
    };
    driver.write_succeeds();
    listed(&mut driver);
    let added = driver.notice();
    assert!(added.contains("shiny train (a codespace of acme/infra) started before this"), "{added}");
    driver.expire_notices();
    driver.keys("enter u right enter");
    driver.write_succeeds();
    driver.expire_notices();
    listed(&mut driver);
    assert!(!driver.notice().contains("shiny train"), "it never had it: {}", driver.notice());
    driver.keys("1 R");
    assert!(driver.notice().contains("does nothing here"), "and needs no restart: {}", driver.notice());
}
