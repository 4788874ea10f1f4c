//! What happens to jobs when a screen closes and when you quit: reads are aborted, writes are awaited.

use super::world::{self, acme, api, prefix};
use super::*;
use crate::app::Leaving;
use crate::domain::change::Seen;
use crate::domain::{Member, WriteOutcome};

fn deleting() -> Driver {
    let mut driver = Driver::ready();
    driver.keys("d right enter");
    let seen = world::listing(&Scope::User).credential(&prefix("ACR")).map(Seen::of);
    assert_eq!(driver.last_write(), Job::Delete { scope: Scope::User, prefix: prefix("ACR"), seen });
    driver
}

#[test]
fn a_screen_that_closes_aborts_its_reads() {
    let mut driver = Driver::ready();
    driver.press("t");
    world::type_login(&mut driver);
    driver.keys("enter enter");
    let id = driver.testing();
    assert_eq!(driver.press("1").iter().filter(|e| **e == Effect::Cancel(id)).count(), 0, "it asks first");
    driver.quiet();
    assert!(driver.press("1").contains(&Effect::Cancel(id)));
    assert_eq!(driver.title(), "Credentials");
    driver.send(Msg::Finished { id, outcome: Outcome::Tested(world::tested(crate::domain::Verdict::Pass)) });
    assert_eq!(driver.title(), "Credentials");
}

#[test]
fn a_screen_that_closes_leaves_its_write_running_and_the_end_is_told() {
    let mut driver = deleting();
    let id = driver.writing();
    let effects = driver.press("esc");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))));
    assert_eq!(driver.title(), "Credentials");
    assert!(driver.app.is_waiting());
    let saved = world::saved(&driver.last_write(), |_| WriteOutcome::Deleted);
    driver.finish(id, Outcome::Saved(Ok(saved)));
    assert!(driver.notice().contains("ACR is deleted from your own secrets"), "{}", driver.notice());
    assert!(driver.app.world.listing(&Scope::User).unwrap().credential(&prefix("ACR")).is_none(), "the list follows");
}

#[test]
fn a_write_without_a_screen_that_fails_says_which_member_is_left() {
    let mut driver = deleting();
    let id = driver.writing();
    driver.press("esc");
    let saved = world::saved(&driver.last_write(), |member| match member {
        Member::Server => WriteOutcome::Failed(world::no_network()),
        _ => WriteOutcome::Deleted,
    });
    driver.finish(id, Outcome::Saved(Ok(saved)));
    let notice = driver.notice();
    assert!(notice.contains("ACR_CONTAINER_REGISTRY_SERVER failed"), "{notice}");
    assert!(!notice.contains("ACR_CONTAINER_REGISTRY_USER"), "{notice}");
}

#[test]
fn a_write_without_a_screen_that_could_not_read_back_reads_the_scope_again() {
    let mut driver = deleting();
    let id = driver.writing();
    driver.press("esc");
    let mut saved = world::saved(&driver.last_write(), |_| WriteOutcome::Deleted);
    saved.now = None;
    driver.finish(id, Outcome::Saved(Ok(saved)));
    driver.reading(&Scope::User);
}

#[test]
fn an_answer_that_comes_twice_is_told_once() {
    let mut driver = deleting();
    let id = driver.writing();
    driver.press("esc");
    let outcome = Outcome::Saved(Err(world::no_network()));
    driver.finish(id, outcome.clone());
    driver.expire_notices();
    driver.send(Msg::Finished { id, outcome });
    assert_eq!(driver.notice(), "");
}

#[test]
fn leaving_without_a_running_write_is_at_once() {
    let mut driver = Driver::ready();
    driver.press("q");
    assert_eq!(driver.quiet(), [Effect::Quit]);
    let mut driver = Driver::start(world::here());
    assert_eq!(driver.press("ctrl-c"), [Effect::Quit], "reads do not hold it");
}

fn ends(driver: &mut Driver) -> Vec<Effect> {
    let saved = world::saved(&driver.last_write(), |_| WriteOutcome::Deleted);
    let id = driver.writing();
    driver.finish(id, Outcome::Saved(Ok(saved)))
}

#[test]
fn leaving_while_a_change_runs_asks_and_names_it() {
    let mut driver = deleting();
    assert!(!driver.press("q").contains(&Effect::Quit));
    assert_eq!((driver.title().as_str(), driver.app.leaving()), ("Quit", Leaving::No));
    driver.says("deleting ACR from your own secrets").says("[ Stay ]").says("Quit when done").says("Quit now");
    let (small, _) = driver.drawn(40, 10, &look());
    assert!(small.contains("[ Stay ]") && small.contains("Quit now"), "{small}");
}

#[test]
fn any_key_but_its_own_calls_the_question_off_and_nothing_ends_later() {
    for key in ["esc", "n", "1", "enter", "tab", "space", "x", "f5", "down"] {
        for asked in ["q", "ctrl-c", "ctrl-c ctrl-c", "q right enter"] {
            let mut driver = deleting();
            driver.keys(asked);
            driver.press(key);
            assert_eq!((driver.title() == "Quit", driver.app.leaving()), (false, Leaving::No), "{asked}, {key}");
            assert!(!ends(&mut driver).contains(&Effect::Quit), "{asked}, {key}");
            assert_ne!(driver.title(), "Quit");
        }
    }
}

#[test]
fn what_is_typed_after_the_question_reaches_the_field_under_it_letter_by_letter() {
    let mut driver = deleting();
    driver.press("esc");
    driver.keys("n enter enter");
    driver.type_text("my");
    driver.keys("ctrl-c");
    driver.type_text("company.azurecr.io");
    driver.says("mycompany.azurecr.io");
    assert!(!ends(&mut driver).contains(&Effect::Quit));
    driver.keys("ctrl-c");
    driver.paste("-pasted");
    driver.says("mycompany.azurecr.io-pasted");
}

#[test]
fn quitting_when_done_waits_for_the_change() {
    for keys in ["ctrl-c ctrl-c", "q ctrl-c", "q right enter"] {
        let mut driver = deleting();
        assert!(!driver.keys(keys).contains(&Effect::Quit), "{keys}");
        assert_eq!(driver.app.leaving(), Leaving::AfterWrites, "{keys}");
        driver.says("pullkey quits when this is done");
        assert!(ends(&mut driver).contains(&Effect::Quit), "{keys}");
        assert_eq!(driver.app.leaving(), Leaving::Now);
    }
}

#[test]
fn quitting_now_gives_up_on_the_change_and_takes_more_than_typed_letters() {
    for keys in ["q right right enter", "ctrl-c ctrl-c ctrl-c", "q right enter right enter"] {
        assert!(deleting().keys(keys).contains(&Effect::Quit), "{keys}");
    }
    assert!(!deleting().keys("q q q q enter q q").contains(&Effect::Quit));
}

#[test]
fn a_question_whose_change_has_ended_closes_and_pullkey_stays() {
    let mut driver = deleting();
    driver.press("q");
    assert!(!ends(&mut driver).contains(&Effect::Quit));
    assert_ne!(driver.title(), "Quit");
    assert_eq!(driver.app.leaving(), Leaving::No);
}

#[test]
fn typed_values_are_asked_about_before_they_are_left_behind() {
    let mut driver = Driver::ready();
    driver.press("t");
    driver.type_text("typed.example");
    assert!(!driver.press("ctrl-c").contains(&Effect::Quit));
    driver.says("What you typed is not saved");
    driver.type_text("x");
    driver.says("typed.examplex");
    assert!(driver.keys("ctrl-c ctrl-c").contains(&Effect::Quit));
}

#[test]
fn a_signal_waits_for_the_change_and_no_key_calls_it_off() {
    let mut driver = deleting();
    assert!(!driver.send(Msg::Interrupt).contains(&Effect::Quit));
    driver.keys("esc x enter right n");
    assert_eq!((driver.title().as_str(), driver.app.leaving()), ("Quit", Leaving::AfterWrites));
    driver.write_ends(Err(world::no_network()));
    assert!(driver.asked.contains(&Effect::Quit));
    let mut twice = deleting();
    twice.send(Msg::Interrupt);
    assert!(twice.send(Msg::Interrupt).contains(&Effect::Quit));
    let mut asked = deleting();
    asked.press("q");
    asked.send(Msg::Interrupt);
    assert_eq!(asked.app.leaving(), Leaving::AfterWrites, "an order turns the question");
}

#[test]
fn two_writes_are_both_awaited() {
    let mut driver = deleting();
    let first = driver.writing();
    driver.press("esc");
    driver.keys("G up up d right enter");
    assert_eq!(driver.app.running_writes(), 2, "{:?}", driver.live);
    driver.keys("q right enter");
    driver.says("deleting ACR");
    let report = |driver: &mut Driver, id: JobId| driver.finish(id, Outcome::Saved(Err(world::no_network())));
    assert!(!report(&mut driver, first).contains(&Effect::Quit));
    let second = driver.writing();
    assert!(report(&mut driver, second).contains(&Effect::Quit));
}

#[test]
fn nothing_is_typed_into_a_screen_there_is_no_room_for() {
    let mut driver = Driver::ready();
    driver.press("t");
    driver.type_text("a.azurecr.io");
    let small = driver.look_at(30, 8);
    assert!(small.contains("q quits"), "{small}");
    driver.type_text("xyz");
    driver.keys("backspace enter tab");
    driver.paste("pasted");
    assert!(!driver.press("q").contains(&Effect::Quit), "what is typed is asked about");
    let small = driver.look_at(30, 8);
    assert!(small.replace('\n', " ").contains("ctrl-c"), "{small}");
    driver.press("x");
    driver.look_at(120, 40);
    let form = driver.sight();
    assert!(form.contains("a.azurecr.io ") && !form.contains("pasted") && !form.contains("xyz"), "{form}");
    let mut idle = Driver::ready();
    idle.look_at(39, 10);
    idle.press("q");
    assert!(idle.quiet().contains(&Effect::Quit));
}

#[test]
fn suspending_is_an_effect_and_refused_with_a_reason_where_nobody_would_wake_it() {
    let mut driver = Driver::ready();
    assert_eq!(driver.press("ctrl-z"), [Effect::Suspend]);
    driver.send(Msg::NoShell);
    assert!(driver.notice().contains("no shell"), "{}", driver.notice());
}

#[test]
fn home_closes_everything_but_the_list() {
    let mut driver = Driver::ready();
    driver.keys("n enter ?");
    assert_eq!(driver.app.stack().len(), 3);
    driver.press("1");
    assert_eq!(driver.app.stack().len(), 1);
    driver.press("1");
    assert!(driver.notice().contains("you are already there"));
}

#[test]
fn a_key_that_means_nothing_says_where_the_keys_are() {
    let mut driver = Driver::ready();
    driver.press("z");
    assert_eq!(driver.notice(), "“z” does nothing; ? shows every key");
    driver.press("w");
    assert_eq!(driver.notice(), "“write” does nothing here; ? shows every key");
    driver.keys("t down down f9");
    assert_eq!(driver.notice(), "this key does nothing; f1 shows every key");
}

#[test]
fn a_filter_is_typed_kept_and_taken_away() {
    let mut driver = Driver::ready();
    driver.press("/");
    driver.type_text("docker");
    driver.says("DOCKERHUB").is_silent_about("GHCR");
    driver.press("enter");
    driver.press("t");
    driver.answer_everything();
    assert_eq!(driver.title(), "Test DOCKERHUB", "t is an action again");
    driver.keys("esc esc");
    driver.says("GHCR");
    driver.press("/");
    driver.type_text("qnd?1 ");
    assert_eq!(driver.title(), "Credentials", "keys of actions are text here");
    driver.says("qnd?1");
    driver.press("esc");
    driver.says("GHCR");
}

#[test]
fn other_secrets_unfold_and_fold() {
    let mut driver = Driver::ready();
    driver.keys("/").clear();
    driver.press("esc");
    while !driver.sight().lines().any(|line| line.starts_with('▌') && line.contains("other secrets")) {
        driver.press("down");
    }
    driver.press("enter");
    driver.says("NPM_TOKEN").says("SENTRY_DSN");
    let rows = |driver: &Driver| driver.frame(60, 30).matches("NPM_TOKEN").count();
    assert_eq!(rows(&driver), 1);
    driver.press("enter");
    assert_eq!(rows(&driver), 0);
}

#[test]
fn copying_a_credential_copies_names_only() {
    let mut driver = Driver::ready();
    let names = Member::all().map(|m| prefix("ACR").secret_name(m)).collect::<Vec<_>>().join("\n");
    assert_eq!(driver.press("y"), [Effect::Copy(names)]);
}

#[test]
fn the_browser_is_sent_to_the_page_of_the_selected_scope() {
    let mut driver = Driver::ready();
    assert_eq!(driver.press("o"), [Effect::OpenUrl("https://github.com/settings/codespaces".to_owned())]);
    driver.keys("down down");
    let url = "https://github.com/acme/api/settings/secrets/codespaces";
    assert_eq!(driver.press("o"), [Effect::OpenUrl(url.to_owned())], "{}", driver.sight());
}

#[test]
fn a_credential_of_a_repository_has_no_access_to_change_and_says_so() {
    let mut driver = Driver::ready();
    driver.keys("down down down a");
    assert_eq!(driver.title(), "Credentials");
    assert!(driver.notice().contains("is for that repository only"), "{}", driver.notice());
}

#[test]
fn what_became_of_copying_and_opening_is_told() {
    let mut driver = Driver::ready();
    driver.send(Msg::Told(Ok("copied".to_owned())));
    assert_eq!(driver.notice(), "copied");
    driver.send(Msg::Told(Err(Problem::new("no browser was opened", "none was found", "the address is x"))));
    assert_eq!(driver.notice(), "no browser was opened: none was found; the address is x");
    let _ = (acme(), api());
}
