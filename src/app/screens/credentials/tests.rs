#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::app::protocol::{Effect, Job, Outcome, Part};
use crate::app::tests::Driver;
use crate::app::tests::access::{changed, many, marked};
use crate::app::tests::world::{
    acme, answer, here, listing, no_network, org, prefix, reference, saved, secret, selected, triple,
};
use crate::app::world::Start;
use crate::domain::change::{AccessOutcome, Seen, Stale};
use crate::domain::{
    Access, AccessChange, AccessGoal, Member, Mend, Problem, Scope, ScopeListing, Visibility, WriteOutcome,
};

fn changes(driver: &Driver) -> Vec<AccessChange> {
    let change = |effect: &Effect| match effect {
        Effect::Start { job: Job::ChangeAccess(change), .. } => Some(change.clone()),
        _ => None,
    };
    driver.asked.iter().filter_map(change).collect()
}

#[test]
fn marks_are_set_taken_back_and_first_to_go() {
    let mut driver = Driver::ready();
    driver.press("space");
    driver.says("1 marked").says("✓ACR");
    driver.press("space");
    driver.is_silent_about("marked:");
    driver.press("A");
    driver.says("5 marked");
    driver.press("/");
    driver.type_text("ghcr").press("enter");
    driver.press("esc");
    driver.is_silent_about("marked:").says("filter");
    driver.press("A");
    driver.says("1 marked");
}

/// A change of access that adds one repository, agreed to on the basis of what was listed.
fn adds(scope: Scope, word: &str, name: &str) -> AccessChange {
    AccessChange {
        seen: listing(&scope).credential(&prefix(word)).map(Seen::of),
        scope,
        prefix: prefix(word),
        goal: AccessGoal::Touched { add: vec![reference(name)], remove: Vec::new() },
    }
}

#[test]
fn several_start_untouched_and_only_what_is_touched_changes_on_each() {
    let mut driver = marked();
    driver.press("a");
    driver.answer_everything();
    driver.says("[✓] acme/api").says("[-] acme/web").says("[ ] acme/docs").says("0 touched").says("stays as it is");
    driver.press("enter");
    assert!(driver.notice().contains("nothing changed yet"), "{}", driver.notice());
    let mut driver = many();
    driver.says("4 repositories: +1 -0").says("2 repositories: +1 -0").says("+1 -0 on each secret, the rest stays");
    driver.press("enter");
    driver.says("Change access of 3 credentials?").says("ACR in your own secrets: + acme/docs");
    driver.says("GHCR in organization acme: + acme/docs").is_silent_about("- acme");
    driver.keys("right enter");
    let wanted = [adds(Scope::User, "ACR", "acme/docs"), adds(Scope::User, "ECR", "acme/docs")];
    assert_eq!(changes(&driver), &wanted[..1], "the first, and only the first");
    driver.says("waiting: changing the access of ECR");
    driver.write_succeeds();
    driver.write_succeeds();
    driver.write_succeeds();
    let theirs = adds(acme(), "GHCR", "acme/docs");
    assert_eq!(changes(&driver), [&wanted[..], &[theirs]].concat());
    driver.says("all 3 done");
    assert_eq!(driver.app.world.changes.iter().filter(|done| done.before().is_some()).count(), 3, "each its own undo");
}

#[test]
fn what_is_for_all_repositories_is_left_out_and_said_before_anything_is_touched() {
    let mut driver = marked();
    driver.press("up");
    assert!(driver.sight().lines().any(|line| line.starts_with('▌') && line.contains("ACR")), "{}", driver.sight());
    driver.keys("space a");
    driver.answer_everything();
    driver.says("1 of 4 left out: ACR").says("it is for all repositories; change it on its own");
    let (narrow, _) = driver.drawn(40, 10, &crate::app::tests::look());
    assert!(narrow.contains("1 of 4 left out: ACR"), "{narrow}");
    driver.says("[✓] acme/api");
    driver.press("/");
    driver.type_text("docs");
    driver.keys("enter space enter");
    driver.says("Change access of 3 credentials?").says("ACR in organization acme: left out");
}

#[test]
fn where_nothing_can_be_touched_together_the_screen_says_so_and_writes_nothing() {
    let mut driver = Driver::ready();
    driver.app.world.scopes.retain(|(scope, _)| *scope == acme());
    let mut listing = listing(&acme());
    listing.credentials.retain(|credential| credential.prefix == prefix("ACR"));
    let mut twin = listing.credentials[0].clone();
    twin.prefix = prefix("HUB");
    listing.credentials.push(twin);
    driver.app.world.scopes[0].1 = crate::app::remote::Remote::Ready(listing);
    driver.keys("A a");
    driver.answer_everything();
    driver.says("2 of 2 left out: ACR, HUB");
    driver.keys("space enter");
    assert!(driver.notice().contains("change each one separately"), "{}", driver.notice());
    assert!(!driver.has_written());
}

#[test]
fn one_that_fails_keeps_the_others_going_and_its_button_does_the_rest_only() {
    let mut driver = many();
    driver.keys("enter right enter");
    let report = saved(&driver.last_write(), |_| WriteOutcome::Failed(no_network()));
    driver.write_ends(Ok(report));
    driver.write_succeeds();
    driver.write_succeeds();
    driver.says("not finished").says("ACR_CONTAINER_REGISTRY_USER: failed");
    driver.keys("right enter");
    assert_eq!(changes(&driver).len(), 4);
    assert_eq!(changes(&driver)[3], changes(&driver)[0]);
    driver.write_succeeds();
    driver.says("all 3 done");
}

#[test]
fn leaving_a_series_asks_and_says_what_was_not_begun() {
    let mut driver = many();
    driver.keys("enter right enter esc");
    assert!(driver.notice().contains("esc again"), "{}", driver.notice());
    driver.press("esc");
    assert!(driver.notice().contains("2 of 3 were not started"), "{}", driver.notice());
    assert_eq!((driver.title().as_str(), driver.app.running_writes()), ("Credentials", 1));
}

#[test]
fn a_repositorys_own_credential_is_left_out_and_said() {
    let mut driver = marked();
    driver.keys("up up up");
    driver.press("space");
    driver.press("a");
    assert!(driver.notice().contains("1 left out: a repository's own credential"), "{}", driver.notice());
    assert_eq!(driver.title(), "Access of 3 credentials");
}

#[test]
fn marked_credentials_are_deleted_together_after_asking() {
    let mut driver = marked();
    driver.press("d");
    driver.says("Delete 3 credentials?").says("deletes ECR from your own secrets: SERVER, USER");
    driver.keys("enter d right enter");
    while driver.app.running_writes() > 0 {
        let report = saved(&driver.last_write(), |_| WriteOutcome::Deleted);
        driver.write_ends(Ok(report));
    }
    driver.says("all 3 done");
    driver.press("enter");
    driver.is_silent_about("marked:");
}

#[test]
fn members_that_differ_are_granted_alike_with_two_keys() {
    let mut driver = Driver::ready();
    driver.keys("G up m");
    driver.says("as most of them have: acme/api, acme/web").says("PASSWORD now reaches acme/api");
    assert!(!driver.has_written());
    driver.keys("right enter");
    let change = changes(&driver).remove(0);
    let AccessGoal::Alike { visibility: Visibility::Selected, repositories } = change.goal else { panic!() };
    assert_eq!(repositories.len(), 2);
    assert_eq!(change.seen, listing(&acme()).credential(&prefix("GHCR")).map(Seen::of));
}

#[test]
fn where_nothing_may_be_written_nothing_that_leads_to_a_write_opens() {
    let mut driver = Driver::ready();
    driver.app.world.read_only = true;
    driver.keys("G up");
    for key in ["m", "a", "r", "d", "u"] {
        driver.press(key);
        assert!(driver.notice().contains("read only"), "{key}: {}", driver.notice());
        assert_eq!(driver.title(), "Credentials", "{key}");
    }
}

#[test]
fn where_members_agree_there_is_nothing_to_repair() {
    let mut driver = Driver::ready();
    driver.press("m");
    assert!(driver.notice().contains("its members are granted alike"), "{}", driver.notice());
}

#[test]
fn the_last_change_of_access_is_taken_back_and_only_once() {
    let mut driver = Driver::ready();
    driver.press("u");
    assert!(driver.notice().contains("no access has changed yet"), "{}", driver.notice());
    let mut driver = changed();
    driver.press("u");
    driver.says("again acme/api, acme/web, octocat/dotfiles; now it is acme/api, acme/infra, octocat/dotfiles");
    driver.keys("right enter");
    let Job::RestoreAccess(before) = driver.last_write() else { panic!("{:?}", driver.last_write()) };
    let held = selected(&["acme/api", "acme/web", "octocat/dotfiles"]);
    assert!(before.members.iter().all(|seen| seen.access == Some(held.clone())));
    driver.write_succeeds();
    driver.says("the access of ACR in your own secrets is restored");
    driver.keys("enter u");
    assert!(driver.notice().contains("an undo itself"), "{}", driver.notice());
}

#[test]
fn an_undo_somebody_else_was_faster_than_changes_nothing_and_says_so() {
    let mut driver = changed();
    driver.keys("u right enter");
    let id = driver.writing();
    let stale = Stale { now: listing(&Scope::User), differences: vec!["the user is for nobody".to_owned()] };
    driver.finish(id, Outcome::AccessChanged(Ok(AccessOutcome::Stale(stale))));
    driver.says("nothing was changed: someone else changed ACR meanwhile").says("the user is for nobody");
    driver.press("enter");
    assert_eq!(driver.title(), "Credentials");
}

#[test]
fn what_is_not_a_change_of_access_says_why_it_stays() {
    let mut driver = Driver::ready();
    driver.keys("d right enter");
    let report = saved(&driver.last_write(), |_| WriteOutcome::Deleted);
    driver.write_ends(Ok(report));
    driver.keys("enter u");
    assert!(driver.notice().contains("GitHub never returns a value"), "{}", driver.notice());
}

#[test]
fn reading_again_forgets_the_lists_to_choose_from() {
    let mut driver = Driver::ready();
    driver.press("a");
    driver.answer_everything();
    driver.keys("esc f5 a");
    let id = driver.running(|job| matches!(job, Job::Repositories(_)));
    driver.finish(id, answer(&Job::Repositories(None)).unwrap());
    driver.says("6 of 6 repositories");
}

#[test]
fn what_could_not_be_searched_is_not_taken_for_no_match() {
    let mut driver = Driver::ready();
    driver.press("/");
    driver.type_text("zebra");
    driver.says("unreadable, not searched: the token lacks the scope");
}

/// In the clone of acme/api, with everything answered except what `waits` picks.
fn told_but(waits: impl Fn(&Job) -> bool) -> Driver {
    let mut driver = Driver::start(here());
    while let Some((id, outcome)) =
        driver.live.iter().filter(|(_, job)| !waits(job)).find_map(|(id, job)| Some((*id, answer(job)?)))
    {
        driver.finish(id, outcome);
    }
    driver.press("g");
    while !driver.sight().lines().any(|line| line.starts_with("▌acme/api")) {
        driver.press("down");
    }
    driver
}

#[test]
fn a_repositorys_heading_tells_what_reaches_it_in_the_words_of_the_command_line() {
    let mut driver = told_but(|_| false);
    driver.says("what reaches acme/api (private)").says("● yes ACR: the repository is selected");
    driver.says("● yes NPM_TOKEN: it belongs to this repository");
    driver.says("organization acme ● yes ACR: it is for all repositories of the organization");
    driver.is_silent_about("organization globex ");
    driver.press("enter");
    assert!(driver.frame(40, 10).contains("acme/api, this repository"), "{}", driver.frame(40, 10));
    driver.look_at(40, 10);
    driver.press("G");
    driver.look_at(40, 10);
    assert!(driver.frame(40, 10).contains("GHCR"), "{}", driver.frame(40, 10));
    driver.press("esc");
    assert_eq!(driver.title(), "Credentials");
}

#[test]
fn what_does_not_reach_a_repository_is_a_no_with_its_why() {
    let mut driver = Driver::ready();
    let mut narrow = listing(&acme());
    for member in Member::all() {
        if let Some(state) = narrow.credentials[1].members.get_mut(member) {
            state.access = Some(selected(&["acme/web"]));
        }
    }
    driver.press("f5");
    let id = driver.reading(&acme());
    driver.finish(id, Outcome::Listing(Ok(narrow)));
    driver.answer_everything();
    driver.keys("g down down");
    driver.says("○ no GHCR: the repository is not selected");
}

#[test]
fn a_scope_that_is_still_being_read_or_could_not_be_is_unknown_with_its_why() {
    let mut driver = told_but(|job| *job == Job::LoadScope(acme()));
    driver.says("organization acme ? unknown whatever else it holds: still loading");
    let id = driver.reading(&acme());
    driver.finish(id, Outcome::Listing(Err(no_network())));
    driver.says("? unknown whatever else it holds: the name api.github.com was not found");
    driver.press("f5");
    let id = driver.reading(&acme());
    driver.finish(id, Outcome::Listing(Ok(listing(&acme()))));
    driver.says("● yes ACR: it is for all repositories of the organization");
    driver.press("f5");
    let id = driver.reading(&acme());
    driver.finish(id, Outcome::Listing(Err(no_network())));
    driver.says("? unknown whatever else it holds: the name api.github.com was not found");
}

#[test]
fn repositories_of_a_secret_that_are_still_being_read_are_not_taken_for_unreadable() {
    let mut driver = told_but(|job| *job == Job::LoadScope(Scope::User));
    let mut growing = listing(&Scope::User);
    for member in Member::all() {
        if let Some(state) = growing.credentials[0].members.get_mut(member) {
            state.access = None;
        }
    }
    let id = driver.reading(&Scope::User);
    driver.part(id, Part::Listing(growing));
    driver.says("? unknown ACR: still loading").says("● yes ECR");
}

#[test]
fn where_it_is_not_known_what_a_repository_is_nothing_is_said_to_reach_it() {
    let is_facts = |job: &Job| matches!(job, Job::Repository(_));
    let mut driver = told_but(is_facts);
    driver.says("what reaches it is unknown").says("loading the repository").is_silent_about("● yes");
    let id = driver.running(is_facts);
    driver.finish(id, Outcome::Repository(Err(no_network())));
    driver.says("what reaches it is unknown").says("the name api.github.com was not found").is_silent_about("● yes");
}

#[test]
fn the_page_that_github_names_in_a_refusal_is_opened() {
    let page = "https://github.com/settings/personal-access-tokens/1";
    let mut driver = Driver::start(Start { organizations: vec![org("acme")], ..here() });
    let id = driver.reading(&acme());
    let problem = Problem::new("x", "GitHub refuses it", "open it").mended_by(Mend::Open(page.to_owned()));
    driver.finish(id, Outcome::Listing(Err(problem)));
    driver.press("G");
    assert_eq!(driver.press("o"), [Effect::OpenUrl(page.to_owned())]);
}

#[test]
fn a_name_that_is_nearly_a_members_is_told_in_the_list_and_beside_its_credential() {
    let mut driver = told_but(|job| *job == Job::LoadScope(acme()));
    let mut secrets = triple("ACR", 3, &Access::All);
    secrets.retain(|state| !state.name.ends_with("_USER"));
    secrets.push(secret("ACR_CONTAINER_REGISTRY_USRE", 3, Access::All));
    let id = driver.reading(&acme());
    driver.finish(id, Outcome::Listing(Ok(ScopeListing::group(secrets, true))));
    driver.answer_everything();
    let seen = driver.frame(200, 50);
    assert!(seen.contains("1 other secret") && seen.contains("named ACR_CONTAINER_REGISTRY_USRE"), "{seen}");
    let world = &driver.app.world;
    let there = world.listing(&acme()).and_then(|listing| listing.credential(&prefix("ACR"))).unwrap();
    let remarks = crate::app::words::remarks(&acme(), there, world, crate::app::tests::noon());
    let near = "named ACR_CONTAINER_REGISTRY_USRE: codespaces only read ACR_CONTAINER_REGISTRY_USER";
    assert!(remarks.iter().any(|(warns, text)| *warns && text.contains(near)), "{remarks:?}");
}

#[test]
fn the_filter_is_in_sight_before_anything_is_typed_into_it() {
    let mut driver = Driver::ready();
    driver.keys("enter /");
    driver.type_text("hub");
    for (columns, rows) in [(40, 10), (80, 24), (200, 50)] {
        let frame = driver.frame(columns, rows);
        let is_filter = |line: &str| line.contains("filter") && line.contains("hub");
        assert!(frame.lines().any(is_filter), "{frame}");
    }
}
