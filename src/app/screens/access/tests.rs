#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::app::protocol::Job;
use crate::app::tests::Driver;
use crate::app::tests::world::{acme, listing, prefix, reference};
use crate::domain::change::Seen;
use crate::domain::{AccessChange, AccessGoal, Member, Scope, Visibility, WriteOutcome};

/// The access screen of the user's own ACR, with every repository read.
fn mine() -> Driver {
    let mut driver = Driver::ready();
    driver.press("a");
    driver.answer_everything();
    driver
}

/// The access screen of a credential of the organization acme.
fn theirs(word: &str) -> Driver {
    let mut driver = Driver::ready();
    let is_there = |driver: &Driver| {
        let sight = driver.sight();
        sight.lines().any(|line| line.starts_with('▌') && line.contains(word))
            && sight.contains("secrets of the organization acme")
    };
    for _ in 0..20 {
        if is_there(&driver) {
            break;
        }
        driver.press("down");
    }
    assert!(is_there(&driver), "{}", driver.sight());
    driver.press("a");
    driver.answer_everything();
    driver
}

/// What the list showed for a credential.
fn seen(scope: &Scope, word: &str) -> Option<Vec<Seen>> {
    listing(scope).credential(&prefix(word)).map(Seen::of)
}

fn change(driver: &Driver) -> AccessChange {
    match driver.last_write() {
        Job::ChangeAccess(change) => change,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_holds_is_chosen_and_nothing_would_change() {
    let mut driver = mine();
    driver.says("3 chosen").says("No change yet").says("[✓] acme/web").says("[ ] acme/infra");
    driver.press("enter");
    assert!(driver.notice().contains("nothing would change"), "{}", driver.notice());
}

#[test]
fn the_change_is_shown_before_it_is_made_and_made_for_the_whole_list() {
    let mut driver = mine();
    driver.keys("down space down space");
    driver.says("- acme/web").says("+ acme/infra").says("then 3 repositories");
    driver.press("enter");
    driver.says("Change access of ACR?").says("+ acme/infra").says("- acme/web").says("values stay as they are");
    assert!(!driver.has_written());
    driver.keys("right enter");
    let expected = AccessChange {
        scope: Scope::User,
        prefix: prefix("ACR"),
        seen: seen(&Scope::User, "ACR"),
        goal: AccessGoal::Alike {
            visibility: Visibility::Selected,
            repositories: ["acme/api", "acme/infra", "octocat/dotfiles"].map(reference).to_vec(),
        },
    };
    assert_eq!(change(&driver), expected);
    driver.write_succeeds();
    driver.says("the access of ACR in your own secrets is changed");
    driver.press("enter");
    assert_eq!(driver.title(), "Credentials");
}

#[test]
fn enter_alone_changes_no_access() {
    let mut driver = mine();
    driver.keys("down space");
    for _ in 0..10 {
        driver.press("enter");
    }
    assert!(!driver.has_written());
}

#[test]
fn ones_own_secrets_have_no_visibility_to_change() {
    let mut driver = mine();
    driver.press("v");
    assert!(driver.notice().contains("selected repositories only"), "{}", driver.notice());
}

#[test]
fn a_wider_visibility_is_shown_and_asked_for() {
    let mut driver = theirs("GHCR");
    driver.says("its members differ");
    driver.keys("v v");
    driver.says("(●) all").says("all repositories, public ones too");
    driver.keys("enter right enter");
    let expected = AccessChange {
        scope: acme(),
        prefix: prefix("GHCR"),
        goal: AccessGoal::Alike { visibility: Visibility::All, repositories: Vec::new() },
        seen: seen(&acme(), "GHCR"),
    };
    assert_eq!(change(&driver), expected);
}

#[test]
fn with_all_there_is_nothing_to_choose_and_the_keys_say_so() {
    let mut driver = theirs("ACR");
    driver.says("nothing to choose");
    driver.press("space");
    assert!(driver.notice().contains("v changes it"), "{}", driver.notice());
}

#[test]
fn secrets_that_differ_keep_what_is_not_touched() {
    let mut driver = theirs("GHCR");
    driver.says("its members differ").says("[✓] acme/api").says("[-] acme/web").says("[ ] acme/docs");
    driver.press("enter");
    assert!(driver.notice().contains("nothing changed yet"), "{}", driver.notice());
    driver.press("/");
    driver.type_text("docs");
    driver.keys("enter space enter");
    driver.says("Change access of GHCR?").says("+ acme/docs").is_silent_about("acme/web").is_silent_about("acme/api");
    driver.keys("right enter");
    let touched = AccessGoal::Touched { add: vec![reference("acme/docs")], remove: Vec::new() };
    assert_eq!(change(&driver).goal, touched);
    driver.write_succeeds();
    let reaches = |member: Member| {
        let listing = driver.app.world.listing(&acme()).unwrap();
        let state = listing.credential(&prefix("GHCR")).unwrap().members.get(member).clone().unwrap();
        crate::app::words::spelled(&state.access.unwrap())
    };
    assert_eq!(reaches(Member::Password), "acme/api, acme/docs");
    assert_eq!(reaches(Member::Server), "acme/api, acme/web, acme/docs");
}

#[test]
fn a_box_of_some_is_filled_then_emptied_then_left_as_it_was() {
    let mut driver = theirs("GHCR");
    driver.press("/");
    driver.type_text("acme/web");
    driver.press("enter");
    for sign in ["[✓] acme/web", "[ ] acme/web", "[-] acme/web"] {
        driver.press("space");
        driver.says(sign);
    }
    driver.press("enter");
    assert!(driver.notice().contains("nothing changed yet"), "{}", driver.notice());
}

#[test]
fn the_filter_narrows_the_list_and_space_is_text_in_it() {
    let mut driver = mine();
    driver.press("/");
    driver.type_text("dot v");
    assert!(driver.notice().is_empty());
    driver.press("ctrl-u");
    driver.type_text("infra");
    driver.says("acme/infra").is_silent_about("octocat/blog");
    driver.keys("enter space");
    driver.says("4 chosen");
    driver.press("esc");
    driver.says("octocat/blog");
}

#[test]
fn all_that_match_are_chosen_at_once_and_the_others_stay() {
    let mut driver = mine();
    driver.press("/");
    driver.type_text("acme");
    driver.keys("enter A");
    driver.says("5 chosen");
    driver.press("A");
    driver.says("1 chosen");
}

#[test]
fn a_change_that_fails_keeps_the_truth_and_is_done_again() {
    let mut driver = mine();
    driver.keys("down space enter right enter");
    let job = driver.last_write();
    let problem = crate::app::tests::world::no_network();
    let saved = crate::app::tests::world::saved(&job, |member| match member {
        crate::domain::Member::User => WriteOutcome::Updated,
        _ => WriteOutcome::Unknown(problem.clone()),
    });
    driver.write_ends(Ok(saved));
    driver.says("ACR_CONTAINER_REGISTRY_SERVER: unknown").says("ACR_CONTAINER_REGISTRY_USER: updated");
    driver.keys("right enter");
    assert_eq!(driver.last_write(), job);
}

#[test]
fn leaving_a_choice_that_was_not_written_asks_first() {
    let mut driver = mine();
    driver.press("esc");
    assert_eq!(driver.title(), "Credentials", "nothing was chosen");
    driver.press("a");
    driver.keys("down space esc");
    assert!(driver.notice().contains("esc again discards it"), "{}", driver.notice());
    driver.keys("space esc");
    assert_eq!(driver.title(), "Credentials", "what holds was chosen again");
}

#[test]
fn somebody_else_was_faster_and_nothing_chosen_is_lost() {
    let mut driver = crate::app::tests::access::overtaken();
    driver.says("nothing was changed: someone else changed ACR meanwhile").says("was for 3 repositories");
    driver.press("enter");
    driver.says("[✓] acme/docs").says("- acme/web").says("+ acme/infra").says("[ ] acme/web");
    driver.keys("enter right enter");
    let names = ["acme/api", "acme/infra", "acme/docs", "octocat/dotfiles"].map(reference).to_vec();
    let again = change(&driver);
    assert_eq!(again.goal, AccessGoal::Alike { visibility: Visibility::Selected, repositories: names });
    let now = crate::app::tests::access::by_somebody_else();
    assert_eq!(again.seen, now.credential(&prefix("ACR")).map(Seen::of), "what was looked at this time");
}

#[test]
fn leaving_what_somebody_else_changed_keeps_the_fresh_list() {
    let mut driver = crate::app::tests::access::overtaken();
    driver.press("esc");
    assert_eq!(driver.title(), "Credentials");
    driver.says("4 repositories");
}

#[test]
fn a_pattern_chooses_all_it_matches_and_the_change_names_them() {
    let mut driver = mine();
    driver.press("/");
    driver.type_text("acme/*");
    driver.keys("enter A");
    driver.says("5 chosen");
    driver.press("enter");
    driver.says("+ acme/infra").says("+ acme/docs");
}

#[test]
fn only_what_is_chosen_is_listed_on_demand() {
    let mut driver = mine();
    driver.press("tab");
    driver.says("only the 3 chosen").is_silent_about("acme/infra");
    driver.press("esc");
    driver.says("acme/infra");
}

#[test]
fn a_credential_that_was_deleted_meanwhile_is_not_changed() {
    let mut driver = mine();
    driver.keys("down space");
    driver.app.world.scopes[0].1 = crate::app::remote::Remote::Ready(crate::domain::ScopeListing::default());
    driver.press("down");
    driver.says("it was deleted meanwhile");
    driver.press("enter");
    assert!(driver.notice().contains("was deleted from your own secrets meanwhile"), "{}", driver.notice());
}

#[test]
fn nothing_is_pasted_into_a_filter_that_is_not_there() {
    let mut driver = Driver::ready();
    driver.press("G");
    driver.keys("up up a");
    driver.answer_everything();
    driver.paste("web");
    assert!(driver.notice().contains("no text field here"), "{}\n{}", driver.notice(), driver.sight());
    driver.press("v");
    assert!(!driver.app.available_actions().typing, "no key is text there");
}

#[test]
fn a_filter_that_is_masked_matches_nothing_and_all_that_match_are_none() {
    let token = "dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let mut driver = mine();
    driver.press("/");
    driver.paste(token);
    driver.press("enter");
    driver.is_silent_about("acme/infra").is_silent_about("acme/web");
    driver.press("A");
    assert!(driver.notice().contains("no repository is in the list"), "{}", driver.notice());
    driver.keys("esc enter");
    assert!(driver.notice().contains("nothing would change"), "{}", driver.notice());
    let mut driver = Driver::ready();
    driver.press("/");
    driver.paste(token);
    driver.keys("enter A");
    assert!(driver.notice().contains("no credentials in the list"), "{}", driver.notice());
    driver.is_silent_about("marked:");
}
