//! What is read when, and what happens to responses that arrive late, in parts, twice or unexpectedly.

use super::world::{self, acme, api, globex, here, org};
use super::*;
use crate::app::protocol::Pointer;
use crate::app::remote::Remote;
use crate::app::repositories::Rows;
use crate::domain::traffic::{Budget, Resource, Traffic};
use crate::domain::{Progress, RepoName, Repository, RepositoryPage, Roster};

fn scopes_of(effects: &[Effect]) -> Vec<Scope> {
    let scope = |effect: &Effect| match effect {
        Effect::Start { job: Job::LoadScope(scope), .. } => Some(scope.clone()),
        _ => None,
    };
    effects.iter().filter_map(scope).collect()
}

#[test]
fn all_scopes_named_at_the_start_are_read_at_the_same_time() {
    let start = Start { organizations: vec![org("acme"), org("globex")], ..here() };
    let driver = Driver::start(start);
    assert_eq!(scopes_of(&driver.asked), [Scope::User, api(), acme(), globex()]);
    assert!(driver.live.values().any(|job| *job == Job::SignIn));
    assert!(driver.live.values().all(|job| *job != Job::Memberships), "organizations were named");
}

#[test]
fn without_named_organizations_those_of_the_memberships_are_read() {
    let mut driver = Driver::start(here());
    assert_eq!(scopes_of(&driver.asked), [Scope::User, api()]);
    let id = driver.running(|job| *job == Job::Memberships);
    let effects = driver.finish(id, world::answer(&Job::Memberships).unwrap());
    assert_eq!(scopes_of(&effects), [acme(), globex()]);
}

#[test]
fn the_first_frame_names_what_it_waits_for_before_any_answer() {
    let driver = Driver::start(here());
    driver.says("looking up your account").says("You").says("acme/api, this repository").says("waiting for GitHub");
    driver.says("loading your organizations");
}

#[test]
fn rows_appear_as_they_arrive() {
    let mut driver = Driver::start(here());
    let id = driver.reading(&api());
    let mut half = world::listing(&api());
    half.other_secrets.clear();
    half.complete = false;
    driver.part(id, Part::Listing(half));
    driver.says("DOCKERHUB").is_silent_about("2 other secrets");
    driver.finish(id, Outcome::Listing(Ok(world::listing(&api()))));
    driver.says("2 other secrets");
}

#[test]
fn the_selection_stays_on_its_item_while_others_arrive_above_it() {
    let mut driver = Driver::start(here());
    let (mine, theirs) = (driver.reading(&Scope::User), driver.reading(&api()));
    driver.finish(theirs, Outcome::Listing(Ok(world::listing(&api()))));
    driver.keys("down down enter");
    driver.says("secrets of the repository acme/api");
    driver.press("esc");
    driver.finish(mine, Outcome::Listing(Ok(world::listing(&Scope::User))));
    let rows = driver.sight();
    let selected: Vec<&str> = rows.lines().filter(|line| line.starts_with('▌')).collect();
    assert!(selected.len() == 1 && selected[0].contains("DOCKERHUB"), "{rows}");
}

#[test]
fn a_stale_answer_is_ignored() {
    let mut driver = Driver::start(here());
    let old = driver.reading(&api());
    let effects = driver.press("f5");
    assert!(effects.contains(&Effect::Cancel(old)));
    driver.send(Msg::Part { id: old, part: Part::Listing(world::listing(&acme())) });
    driver.send(Msg::Finished { id: old, outcome: Outcome::Listing(Ok(world::listing(&acme()))) });
    assert!(driver.app.world.listing(&api()).is_none());
    let new = driver.reading(&api());
    driver.finish(new, Outcome::Listing(Ok(world::listing(&api()))));
    assert_eq!(driver.app.world.listing(&api()), Some(&world::listing(&api())));
}

#[test]
fn reading_again_aborts_every_read_of_the_same_value() {
    let mut driver = Driver::start(here());
    for _ in 0..3 {
        driver.press("f5");
    }
    let mut jobs: Vec<String> = driver.live.values().map(|job| format!("{job:?}")).collect();
    let all = jobs.len();
    jobs.sort();
    jobs.dedup();
    assert_eq!(jobs.len(), all, "{jobs:#?}");
}

#[test]
fn what_was_read_stays_visible_while_it_is_read_again_and_when_that_fails() {
    let mut driver = Driver::ready();
    driver.press("f5");
    driver.says("DOCKERHUB");
    let id = driver.reading(&api());
    driver.finish(id, Outcome::Listing(Err(world::no_network())));
    driver.says("DOCKERHUB").says("api.github.com was not found");
}

#[test]
fn a_scope_that_cannot_be_read_says_why_and_what_to_do() {
    let mut driver = Driver::ready();
    driver.press("G");
    driver.says("the secrets of globex could not be read").says("the token lacks the scope admin:org");
    driver.says("run the command y copies, then F5");
    assert_eq!(driver.press("y"), [Effect::Copy("gh auth refresh -h github.com -s admin:org".to_owned())]);
}

#[test]
fn without_a_network_every_part_says_so_in_words() {
    let mut driver = Driver::start(here());
    while let Some((id, job)) = driver.live.iter().next().map(|(id, job)| (*id, job.clone())) {
        let problem = world::no_network();
        let outcome = match job {
            Job::SignIn => Outcome::SignIn(Err(problem)),
            Job::Memberships => Outcome::Memberships(Err(problem)),
            Job::LoadScope(_) => Outcome::Listing(Err(problem)),
            Job::Repositories(_) => Outcome::Repositories(Err(problem)),
            Job::Repository(_) => Outcome::Repository(Err(problem)),
            Job::Endings => Outcome::Endings(Ok(None)),
            other => panic!("{other:?}"),
        };
        driver.finish(id, outcome);
    }
    driver.says("GitHub could not be reached").says("unreadable: the name api.github.com was not found");
    driver.says("could not list organizations");
    assert!(!driver.app.is_waiting());
}

#[test]
fn the_spinner_turns_only_while_something_waits() {
    let mut driver = Driver::start(here());
    assert!(driver.timers.contains(&Timer::Spin));
    driver.answer_everything();
    driver.timers.clear();
    let effects = driver.send(Msg::Timer(Timer::Spin));
    assert_eq!(effects, [], "nothing waits any more");
    let effects = driver.press("f5");
    assert!(effects.iter().any(|e| matches!(e, Effect::After { timer: Timer::Spin, .. })));
}

#[test]
fn the_demo_says_at_the_start_and_in_every_frame_that_nothing_leaves_this_machine() {
    let start = Start { demo: Some("this is a demo; look around".to_owned()), ..here() };
    let mut driver = Driver::start(start);
    driver.says("this is a demo; look around").says("demo: nothing leaves this machine");
    driver.answer_everything();
    driver.expire_notices();
    driver.says("this is a demo; look around");
    for keys in ["n", "enter", "enter", "1", "t", "1", "?"] {
        driver.press(keys);
        for (width, height) in [(40, 10), (80, 24), (200, 50), (39, 9), (24, 5)] {
            let frame = driver.frame(width, height).split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(frame.contains("demo: nothing leaves this machine"), "{keys} {width}x{height}\n{frame}");
        }
    }
    assert!(driver.asked.iter().all(|effect| !matches!(effect, Effect::OpenUrl(_))));
}

#[test]
fn the_budget_and_another_host_stand_in_the_header() {
    let mut driver = Driver::ready();
    driver.says("4,812 of 5,000 left").says("github.com · token from gh (repo, codespace, admin:org)");
    let told = |name: &str, remaining| {
        let resource = Resource::parse(name).unwrap();
        Msg::Traffic(Traffic::Budget(Budget { resource, remaining, limit: 5000, reset: None }))
    };
    driver.send(told("core", 12));
    driver.says("12 of 5,000 left");
    driver.send(told("codespaces", 4_000));
    driver.says("12 of 5,000 left").is_silent_about("codespaces:");
    driver.send(told("codespaces", 7));
    driver.says("codespaces: 7 of 5,000 left");
    driver.press("f5");
    let id = driver.running(|job| *job == Job::SignIn);
    let mut elsewhere = world::identity(&["repo"]);
    elsewhere.host = "127.0.0.1:4000".to_owned();
    driver.finish(id, Outcome::SignIn(Ok(elsewhere)));
    driver.says("not GitHub: 127.0.0.1:4000");
    driver.press("o");
    assert!(driver.notice().contains("web pages are unknown"), "{}", driver.notice());
}

#[test]
fn repositories_are_asked_for_once_and_again_only_after_a_failure() {
    let mut driver = Driver::ready();
    driver.press("a");
    let id = driver.running(|job| *job == Job::Repositories(None));
    driver.finish(id, Outcome::Repositories(Err(world::no_network())));
    assert!(matches!(driver.app.world.catalogue(None), Some(Remote::Failed { .. })));
    driver.says("the name api.github.com was not found");
    driver.keys("esc a");
    let id = driver.running(|job| *job == Job::Repositories(None));
    assert!(driver.press("f5").contains(&Effect::Cancel(id)), "F5 reads them again");
    driver.answer_everything();
    driver.keys("esc a");
    assert!(driver.live.is_empty(), "they are known now");
}

#[test]
fn a_clone_of_several_repositories_shows_them_all_and_guesses_none() {
    let fork = RepoName::parse("octocat/api").unwrap();
    let start = Start { repositories: vec![RepoName::parse("acme/api").unwrap(), fork.clone()], ..Start::default() };
    let driver = Driver::start(start);
    assert_eq!(scopes_of(&driver.asked), [Scope::User, api(), Scope::Repository(fork)]);
    assert_eq!(driver.app.world.here, None);
    driver.says("choose one with --repo");
}

#[test]
fn foreign_names_are_shown_harmless() {
    let mut driver = Driver::start(here());
    let id = driver.reading(&api());
    let mut hostile = world::listing(&api());
    hostile.other_secrets[0].name = "EVIL\u{1b}[2J\u{202e}NAME".into();
    driver.finish(id, Outcome::Listing(Ok(hostile)));
    driver.press("G");
    driver.send(Msg::Pointer(Pointer::ScrollUp));
    for (width, height) in [(40, 10), (80, 24), (200, 50)] {
        let frame = driver.frame(width, height);
        assert!(!frame.contains(['\u{1b}', '\u{202e}']), "{frame}");
    }
}

#[test]
fn a_scope_that_is_being_read_says_how_far_it_got_and_nothing_of_totals_nobody_told() {
    let mut driver = Driver::start(here());
    let id = driver.reading(&api());
    driver.says("waiting for GitHub");
    for (far, words) in [
        (Progress::Pages { read: 2, all: 5 }, "2 of 5 pages"),
        (Progress::Entries { read: 200, all: 1450 }, "200 of 1,450"),
        (Progress::SoFar(200), "200 so far"),
        (Progress::Accesses { read: 3, all: 9 }, "access of 3 of 9 secrets"),
    ] {
        driver.part(id, Part::Progress(far));
        driver.says(&format!("⠋ {words}"));
    }
    driver.is_silent_about("200 so far");
    driver.press("f5");
    driver.is_silent_about("access of 3 of 9");
    driver.send(Msg::Part { id, part: Part::Progress(Progress::Pages { read: 4, all: 5 }) });
    driver.is_silent_about("4 of 5 pages");
    driver.answer_everything();
    driver.is_silent_about("pages");
}

#[test]
fn the_list_to_choose_from_says_how_far_it_got() {
    let mut driver = Driver::ready();
    driver.press("p");
    let id = driver.running(|job| matches!(job, Job::Repositories(_)));
    driver.part(id, Part::Repositories(world::page(0, 2)));
    driver.part(id, Part::Progress(Progress::SoFar(2)));
    driver.says("2 repositories so far").is_silent_about("so far,");
    driver.part(id, Part::Progress(Progress::Pages { read: 2, all: 3 }));
    driver.part(id, Part::Repositories(world::page(2, 2)));
    driver.says("4 repositories so far, 2 of 3 pages");
}

#[test]
fn pages_add_up_in_their_order_and_one_that_does_not_follow_is_left_to_the_end() {
    let mut driver = Driver::ready();
    driver.press("a");
    let id = driver.running(|job| matches!(job, Job::Repositories(_)));
    let known = |driver: &Driver| driver.app.world.catalogue(None).unwrap().value().map(|c| c.repositories.len());
    for (page, count) in
        [(world::page(0, 2), 2), (world::page(2, 3), 5), (world::page(2, 3), 5), (world::page(0, 1), 1)]
    {
        driver.part(id, Part::Repositories(page));
        assert_eq!(known(&driver), Some(count));
    }
    driver.answer_everything();
    assert_eq!(known(&driver), Some(6));
}

#[test]
fn another_page_of_repositories_costs_its_own_rows_and_no_others() {
    let mut driver = Driver::ready();
    driver.press("p");
    let id = driver.running(|job| matches!(job, Job::Repositories(_)));
    let one =
        |id: u64| Repository { id, full_name: format!("acme/r{id:05}").as_str().into(), ..world::repository("x/y") };
    let rows = |driver: &Driver| driver.app.world.catalogue(None).unwrap().value().unwrap().repositories.clone();
    let (mut sent, mut before) = (0, Rows::default());
    for page in 0..50 {
        let list: Vec<Repository> = (page * 100..page * 100 + 100).map(|id| one(id + 1_000)).collect();
        sent += list.len();
        driver.part(id, Part::Repositories(RepositoryPage { before: usize::try_from(page * 100).unwrap(), list }));
        let now = rows(&driver);
        assert_eq!(now.shared_with(&before), before.len(), "page {page} copied those before it");
        before = now;
    }
    assert_eq!((sent, before.len()), (5_000, 5_000), "each row once");
    driver.says("5000 repositories so far");
}

#[test]
fn leaving_the_screen_that_chooses_aborts_the_reading_unless_another_still_waits() {
    let mut driver = Driver::ready();
    driver.press("a");
    let id = driver.running(|job| *job == Job::Repositories(None));
    driver.press("?");
    assert!(driver.live.contains_key(&id), "help stands over it and takes nothing away");
    driver.press("esc");
    assert!(driver.press("esc").contains(&Effect::Cancel(id)));
    assert_eq!(driver.app.world.catalogue(None), None, "half a list is no list");
    driver.press("p");
    let id = driver.running(|job| *job == Job::Repositories(None));
    assert!(driver.keys("esc esc").contains(&Effect::Cancel(id)));
    driver.press("a");
    driver.answer_everything();
    driver.keys("esc p");
    assert!(driver.live.is_empty(), "what was read whole stays");
}

#[test]
fn every_screen_with_a_list_says_what_is_left_out_of_it_and_where_to_authorize() {
    let page = "https://github.com/orgs/acme/sso";
    let has_page = |driver: &Driver, (width, height): (u16, u16), screen: &str| {
        let frame = driver.frame(width, height);
        // However it is wrapped.
        let text: String = frame.split_whitespace().collect();
        assert!(text.contains(page), "{screen} at {width}x{height}:\n{frame}");
    };
    for size in [(40, 10), (80, 24), (200, 50)] {
        // The secrets of a scope: its row, and the detail of it.
        let mut driver = Driver::start(world::here());
        let id = driver.reading(&Scope::User);
        let listing = crate::domain::ScopeListing {
            lacking: Some(super::fixtures::left_out()),
            complete: true,
            ..Default::default()
        };
        driver.finish(id, Outcome::Listing(Ok(listing)));
        driver.answer_everything();
        driver.says("incomplete: ");
        driver.keys("home enter");
        if size.1 < 20 {
            driver.press("G"); // its last lines
        }
        has_page(&driver, size, "credentials");
        // The codespaces.
        let mut driver = Driver::ready();
        driver.press("4");
        let id = driver.running(|job| matches!(job, Job::Codespaces(_)));
        let list = super::spaces::mine();
        driver.finish(id, Outcome::Codespaces(Ok(Roster { list, lacking: Some(super::fixtures::left_out()) })));
        driver.answer_everything();
        has_page(&driver, size, "codespaces");
        // Choosing repositories, to look at and to grant to.
        for (key, screen) in [("p", "pick"), ("a", "access")] {
            let mut driver = Driver::ready();
            driver.press(key);
            let id = driver.running(|job| matches!(job, Job::Repositories(None)));
            let list = world::catalogue(None);
            let lacking = Some(super::fixtures::left_out());
            driver.finish(id, Outcome::Repositories(Ok(Roster { list, lacking })));
            driver.says("incomplete list");
            if size.1 >= 20 {
                has_page(&driver, size, screen);
            }
        }
    }
}
