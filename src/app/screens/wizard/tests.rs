#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::Step;
use crate::app::protocol::{Effect, Job, Msg, Outcome, Part, Timer};
use crate::app::tests::world::{self, acme, api, org, prefix, reference, repo, tested, type_values};
use crate::app::tests::{CANARY, Driver};
use crate::app::world::Start;
use crate::domain::change::DraftAccess;
use crate::domain::preset::{any_presets, presets};
use crate::domain::{
    Access, Draft, Holds, Member, Members, Problem, Scope, ScopeListing, Sensitive, Shape, Verdict, Visibility,
    WriteOutcome,
};

const HUB: &str = "https://index.docker.io/v1/";
const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "dckr_pat_aBcDeFgHiJkLmNoPqRsTuVwXyZ0";

/// Opens the wizard and goes to *Credentials* for this preset and place.
fn at_values(driver: &mut Driver, preset: &str, scope: &Scope) {
    driver.press("n");
    choose_preset(driver, preset);
    choose_place(driver, scope);
    assert_eq!(driver.step(), Step::Credentials, "{}", driver.notice());
}

fn choose_preset(driver: &mut Driver, preset: &str) {
    driver.press("g");
    for _ in 0..crate::domain::preset::any_presets().iter().position(|p| p.id() == preset).unwrap() {
        driver.press("down");
    }
    driver.press("enter");
}

fn choose_place(driver: &mut Driver, scope: &Scope) {
    assert_eq!(driver.step(), Step::Where);
    let at = driver.app.world.scopes.iter().position(|(s, _)| s == scope).unwrap();
    driver.press("g");
    for _ in 0..at {
        driver.press("down");
    }
    driver.press("enter");
}

fn passes(driver: &mut Driver) {
    assert_eq!(driver.step(), Step::Test);
    driver.press("enter");
    let id = driver.testing();
    driver.finish(id, Outcome::Tested(tested(Verdict::Pass)));
    driver.press("enter");
    assert_eq!(driver.step(), Step::Review);
}

fn draft(driver: &Driver) -> Draft {
    match driver.last_write() {
        Job::Save(draft) => draft,
        other => panic!("{other:?}"),
    }
}

fn values(server: &str, user: &str, password: &str) -> Members<Sensitive> {
    Members { server: server.into(), user: user.into(), password: password.into() }
}

fn set(visibility: Visibility, names: &[&str]) -> DraftAccess {
    DraftAccess::Set { visibility, repositories: names.iter().map(|n| reference(n)).collect() }
}

/// A driver whose scopes are empty.
fn bare() -> Driver {
    let mut driver = Driver::start(world::here());
    while let Some((id, job)) = driver.live.iter().next().map(|(id, job)| (*id, job.clone())) {
        let outcome = match &job {
            Job::LoadScope(_) => Outcome::Listing(Ok(ScopeListing { complete: true, ..ScopeListing::default() })),
            other => world::answer(other).unwrap(),
        };
        driver.finish(id, outcome);
    }
    driver
}

#[test]
fn azure_for_oneself_ends_in_exactly_the_right_draft() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.answer_everything();
    driver.keys("enter enter");
    assert_eq!(driver.step(), Step::Access, "{}", driver.sight());
    driver.says("[✓] acme/api");
    driver.press("enter");
    passes(&mut driver);
    driver.says("ACR_CONTAINER_REGISTRY_SERVER = mycompany.azurecr.io").says("ACR_CONTAINER_REGISTRY_USER = ci-pull");
    driver.says("Prebuilds never get it").is_silent_about(CANARY);
    driver.keys("right enter");
    let expected = Draft {
        scope: Scope::User,
        prefix: prefix("ACR"),
        shape: Shape::Credential,
        values: values("mycompany.azurecr.io", "ci-pull", CANARY),
        access: set(Visibility::Selected, &["acme/api"]),
        members: Member::WRITE_ORDER.to_vec(),
        ends: None,
        seen: Some(Vec::new()),
    };
    assert_eq!(draft(&driver), expected);
    driver.write_succeeds();
    driver.says("ACR is saved in your own secrets");
    driver.press("enter");
    assert_eq!(driver.title(), "Credentials");
    driver.says("ACR Azure");
    let reads_again = driver.live.values().any(|job| matches!(job, Job::LoadScope(_)));
    assert!(!reads_again, "the list shows it without a reload");
}

#[test]
fn docker_hub_for_a_repository_ends_in_exactly_the_right_draft() {
    let mut driver = bare();
    at_values(&mut driver, "dockerhub", &api());
    driver.type_text("octocat").press("tab");
    driver.type_text(TOKEN).keys("enter enter");
    assert_eq!(driver.step(), Step::Access, "{}", driver.sight());
    driver.says("acme/api gets it, and no other repository");
    driver.press("enter");
    passes(&mut driver);
    driver.says("Everyone with write access to acme/api can read the password");
    driver.keys("right enter");
    let expected = Draft {
        scope: api(),
        prefix: prefix("DOCKERHUB"),
        shape: Shape::Credential,
        values: values(HUB, "octocat", TOKEN),
        access: DraftAccess::Repository,
        members: Member::WRITE_ORDER.to_vec(),
        ends: None,
        seen: Some(Vec::new()),
    };
    assert_eq!(draft(&driver), expected);
}

#[test]
fn amazon_for_an_organization_ends_in_exactly_the_right_draft() {
    let mut driver = bare();
    at_values(&mut driver, "ecr", &acme());
    type_values(&mut driver, ECR, KEY_ID, KEY);
    driver.answer_everything();
    driver.keys("enter enter");
    assert_eq!(driver.step(), Step::Access, "{}", driver.sight());
    driver.keys("down space enter s");
    assert_eq!(driver.step(), Step::Review);
    driver.says("the login was not tested with these values");
    driver.keys("right enter");
    let expected = Draft {
        scope: acme(),
        prefix: prefix("ECR"),
        shape: Shape::Credential,
        values: values(ECR, KEY_ID, KEY),
        access: set(Visibility::Selected, &["acme/api", "acme/web"]),
        members: Member::WRITE_ORDER.to_vec(),
        ends: None,
        seen: Some(Vec::new()),
    };
    assert_eq!(draft(&driver), expected);
}

#[test]
fn an_organizations_visibility_is_chosen_by_a_key_of_its_own() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &acme());
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.keys("enter enter v enter s right enter");
    assert_eq!(draft(&driver).access, set(Visibility::Private, &[]));
}

#[test]
fn wrong_spellings_of_docker_hub_are_mended_by_enter() {
    for wrong in
        ["index.docker.io", "docker.io", "https://index.docker.io/v1", "hub.docker.com", "registry-1.docker.io"]
    {
        let mut driver = bare();
        at_values(&mut driver, "dockerhub", &Scope::User);
        driver.keys("shift-tab ctrl-u");
        driver.type_text(wrong);
        driver.says("enter: use https://index.docker.io/v1/");
        driver.press("enter");
        assert_eq!(driver.step(), Step::Credentials);
        driver.says("what pulls from Docker Hub look up");
        driver.type_text("octocat").press("tab");
        driver.type_text(TOKEN).keys("enter enter enter s right enter");
        assert_eq!(draft(&driver).values.server, Sensitive::new(HUB), "{wrong}");
    }
}

#[test]
fn a_second_credential_gets_a_telling_prefix_as_the_server_is_typed() {
    let mut driver = Driver::ready();
    at_values(&mut driver, "ecr", &Scope::User);
    type_values(&mut driver, ECR, KEY_ID, KEY);
    driver.keys("enter enter enter s right enter");
    assert_eq!(draft(&driver).prefix, prefix("ECR_EUWEST1"));
}

#[test]
fn a_prefix_one_typed_is_left_alone() {
    let mut driver = Driver::ready();
    at_values(&mut driver, "ecr", &Scope::User);
    driver.keys("shift-tab ctrl-u");
    driver.type_text("mine").press("tab");
    type_values(&mut driver, ECR, KEY_ID, KEY);
    driver.keys("enter enter enter s right enter");
    assert_eq!(draft(&driver).prefix, prefix("MINE"));
}

#[test]
fn back_and_forth_loses_nothing_that_was_typed_or_chosen() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &acme());
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.answer_everything();
    driver.keys("enter enter down down space enter");
    let path = ["esc", "esc", "esc", "esc", "enter", "enter", "enter", "enter"];
    let steps = [Step::Access, Step::Credentials, Step::Where, Step::Registry, Step::Where, Step::Credentials];
    for (key, step) in path.iter().zip(steps) {
        driver.press(key);
        assert_eq!(driver.step(), step);
    }
    driver.keys("enter enter s right enter");
    let written = draft(&driver);
    assert_eq!(written.values, values("mycompany.azurecr.io", "ci-pull", CANARY));
    assert_eq!(written.access, set(Visibility::Selected, &["acme/api", "acme/infra"]));
}

#[test]
fn another_registry_chosen_in_between_loses_nothing() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.keys("esc esc");
    choose_preset(&mut driver, "dockerhub");
    driver.press("enter");
    driver.says(HUB).says("DOCKERHUB");
    driver.keys("esc esc");
    choose_preset(&mut driver, "acr");
    driver.keys("enter").clear();
    driver.says("mycompany.azurecr.io");
    driver.keys("enter enter s right enter");
    let written = draft(&driver);
    assert_eq!(written.values, values("mycompany.azurecr.io", "ci-pull", CANARY));
    assert_eq!(written.prefix, prefix("ACR"));
}

#[test]
fn another_place_chosen_in_between_loses_nothing() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &acme());
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.answer_everything();
    driver.keys("enter enter down space esc esc");
    choose_place(&mut driver, &api());
    driver.press("enter");
    driver.says("acme/api gets it, and no other repository");
    driver.keys("esc esc");
    choose_place(&mut driver, &acme());
    driver.keys("enter enter s right enter");
    let written = draft(&driver);
    assert_eq!(written.scope, acme());
    assert_eq!(written.access, set(Visibility::Selected, &["acme/api", "acme/web"]));
    assert_eq!(written.values, values("mycompany.azurecr.io", "ci-pull", CANARY));
}

#[test]
fn a_missing_right_refuses_to_go_on_and_says_which() {
    let mut driver = Driver::ready();
    driver.keys("n enter G enter");
    assert_eq!(driver.step(), Step::Where);
    assert!(driver.notice().contains("globex"), "{}", driver.notice());
    driver.says("you are a member of globex, not an owner: ask an owner");
    let mut driver = Driver::start(world::here());
    let id = driver.running(|job| *job == Job::SignIn);
    driver.finish(id, Outcome::SignIn(Ok(world::identity(&["repo"]))));
    driver.answer_everything();
    driver.keys("n enter g enter");
    assert_eq!(driver.step(), Step::Where);
    assert!(driver.notice().contains("the token lacks the scope codespace"), "{}", driver.notice());
}

#[test]
fn the_repository_one_started_in_is_recommended_with_its_reason() {
    let mut driver = Driver::ready();
    driver.keys("n enter");
    driver.says("recommended: prebuilds get it, and nobody outside acme/api can read it");
    driver.press("enter");
    driver.says("Prefix").is_silent_about("Where should");
    driver.press("esc");
    driver.says("acme/api, this repository recommended");
}

#[test]
fn without_a_right_to_the_repository_ones_own_level_is_recommended() {
    let mut driver = Driver::start(world::here());
    let id = driver.running(|job| matches!(job, Job::Repository(_)));
    let mut facts = world::repository("acme/api");
    facts.admin = false;
    driver.finish(id, Outcome::Repository(Ok(facts)));
    driver.answer_everything();
    driver.keys("n enter");
    driver.says("recommended: you cannot write to acme/api; this needs no help, but prebuilds do not get it");
}

#[test]
fn outside_a_clone_ones_own_level_is_recommended() {
    let mut driver = Driver::start(Start::default());
    driver.answer_everything();
    driver.keys("n enter");
    driver.says("recommended: only you can read it");
}

#[test]
fn each_level_says_who_can_print_the_password_and_whether_prebuilds_get_it() {
    let mut driver = Driver::ready();
    driver.keys("n enter g");
    driver.says("only you, in codespaces of the repositories you choose").says("prebuilds never get your own secrets");
    driver.press("down");
    driver.says("everyone with write access to acme/api");
    driver.press("down");
    driver.answer_everything();
    driver.says("the ones you choose of acme's 4 repositories").says("yes with visibility all or private");
}

#[test]
fn the_repository_one_started_in_is_preselected_even_if_it_is_known_late() {
    let mut driver = Driver::start(world::here());
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.answer_everything();
    driver.keys("enter enter");
    driver.says("1 chosen").says("+ acme/api");
}

#[test]
fn a_repository_of_another_owner_is_not_preselected_for_an_organization() {
    let start = Start { here: Some(repo("octocat/blog")), organizations: vec![org("acme")], ..Start::default() };
    let mut driver = Driver::start(start);
    driver.answer_everything();
    at_values(&mut driver, "acr", &acme());
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.keys("enter enter");
    driver.says("0 chosen").says("no repository chosen");
}

/// At *Review*, overwriting the user's own credential ACR.
fn overwriting() -> Driver {
    let mut driver = Driver::ready();
    at_values(&mut driver, "acr", &Scope::User);
    driver.keys("shift-tab ctrl-u");
    driver.type_text("ACR").press("tab");
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.answer_everything();
    driver.keys("enter enter");
    if driver.step() == Step::Credentials {
        driver.press("enter");
    }
    assert_eq!(driver.step(), Step::Access, "{}", driver.sight());
    driver
}

#[test]
fn overwriting_is_said_and_the_access_is_kept() {
    let mut driver = overwriting();
    driver.says("3 chosen").says("this credential exists: its access stays as it is unless you change it here");
    driver.keys("enter s");
    driver.says("ACR exists here: overwriting loses its values").says("overwrites the current one");
    driver.keys("right enter");
    assert_eq!(draft(&driver).access, DraftAccess::Keep);
}

#[test]
fn overwriting_with_another_access_sets_it() {
    let mut driver = overwriting();
    driver.keys("space enter s right enter");
    assert_eq!(draft(&driver).access, set(Visibility::Selected, &["acme/web", "octocat/dotfiles"]));
}

/// The organization's list, with the access of GHCR's members changed by this function.
fn overwriting_ghcr(change: impl Fn(&mut Access)) -> Driver {
    let mut driver = Driver::start(world::here());
    let id = driver.running(|job| *job == Job::Memberships);
    driver.finish(id, world::answer(&Job::Memberships).unwrap());
    let mut listing = world::listing(&acme());
    for member in Member::all() {
        if let Some(access) = listing.credentials[1].members.get_mut(member).as_mut().and_then(|s| s.access.as_mut()) {
            change(access);
        }
    }
    let id = driver.reading(&acme());
    driver.finish(id, Outcome::Listing(Ok(listing)));
    driver.answer_everything();
    at_values(&mut driver, "other", &acme());
    driver.keys("shift-tab ctrl-u");
    driver.type_text("GHCR").press("tab");
    type_values(&mut driver, "ghcr.io", "octocat", "ghp_0123456789abcdefghijklmnopqrstuvwxyz");
    driver.answer_everything();
    driver.keys("enter enter");
    assert_eq!(driver.step(), Step::Access, "{}", driver.sight());
    driver
}

#[test]
fn overwriting_a_credential_whose_members_differ_keeps_each_members_access() {
    let mut driver = overwriting_ghcr(|_| {});
    driver.keys("enter s right enter");
    assert_eq!(draft(&driver).access, DraftAccess::Keep);
}

#[test]
fn an_access_that_came_incomplete_is_kept_and_never_written_back() {
    let mut driver = overwriting_ghcr(|access| {
        if let Access::Selected(selected) = access {
            selected.complete = false;
        }
    });
    driver.keys("space enter");
    assert_eq!(driver.step(), Step::Access);
    assert!(driver.notice().contains("incomplete"), "{}", driver.notice());
    driver.keys("space enter s right enter");
    assert_eq!(draft(&driver).access, DraftAccess::Keep);
}

/// A save on *Review* whose members end as given.
fn failing(outcome: impl Fn(Member) -> WriteOutcome) -> Driver {
    let mut driver = bare();
    at_values(&mut driver, "acr", &api());
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.keys("enter enter enter s right enter");
    let (id, job) = (driver.writing(), driver.last_write());
    let mut saved = world::saved(&job, outcome);
    for report in &saved.members {
        driver.part(id, Part::Member(report.clone()));
    }
    saved.now = saved.now.map(|now| ScopeListing {
        credentials: now.credentials.into_iter().filter(|c| c.prefix == prefix("ACR")).collect(),
        ..ScopeListing::default()
    });
    driver.finish(id, Outcome::Saved(Ok(saved)));
    driver
}

fn dropped() -> Problem {
    Problem::new("the secret could not be written", "GitHub answered 500", "try again; nothing was lost")
}

#[test]
fn a_failure_at_each_position_shows_the_truth_and_e_does_the_rest_only() {
    for (at, broken) in Member::WRITE_ORDER.into_iter().enumerate() {
        let outcome = |member: Member| {
            let mine = Member::WRITE_ORDER.iter().position(|m| *m == member).unwrap();
            match mine.cmp(&at) {
                std::cmp::Ordering::Less => WriteOutcome::Created,
                std::cmp::Ordering::Equal => WriteOutcome::Failed(dropped()),
                std::cmp::Ordering::Greater => WriteOutcome::NotTried,
            }
        };
        let mut driver = failing(outcome);
        for member in Member::all() {
            driver.says(&format!("{}: {}", prefix("ACR").secret_name(member), outcome(member).word()));
        }
        driver.says("GitHub answered 500").says("try again; nothing was lost").says("not finished");
        driver.press("enter");
        assert!(driver.notice().contains("enter does the rest"), "{}", driver.notice());
        driver.keys("right enter");
        let again = draft(&driver);
        assert_eq!(again.members, Member::WRITE_ORDER[at..], "{broken:?}");
        assert_eq!(again.values, values("mycompany.azurecr.io", "ci-pull", CANARY));
        driver.write_succeeds();
        driver.says("ACR is saved in repository acme/api").is_silent_about("failed");
    }
}

#[test]
fn an_unknown_end_is_neither_done_nor_failed_and_is_done_again() {
    let mut driver = failing(|member| match member {
        Member::Server => WriteOutcome::Unknown(dropped()),
        _ => WriteOutcome::Created,
    });
    driver.says("ACR_CONTAINER_REGISTRY_SERVER: unknown");
    driver.keys("right enter");
    assert_eq!(draft(&driver).members, [Member::Server]);
}

#[test]
fn a_check_that_refuses_writes_nothing_and_everything_is_tried_again() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &api());
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.keys("enter enter enter s right enter");
    driver.write_ends(Err(Problem::new("nothing was written", "acme/api holds 99 of 100 secrets", "delete some")));
    driver.says("acme/api holds 99 of 100 secrets").says("delete some");
    driver.keys("right enter");
    assert_eq!(draft(&driver).members, Member::WRITE_ORDER);
}

#[test]
fn after_a_failure_one_may_go_back_to_the_fields_and_nothing_typed_is_lost() {
    let mut driver = failing(|member| match member {
        Member::User => WriteOutcome::Created,
        _ => WriteOutcome::Failed(dropped()),
    });
    driver.keys("esc esc esc");
    assert_eq!(driver.step(), Step::Credentials);
    driver.says("mycompany.azurecr.io").says("ci-pull").is_silent_about(CANARY);
    driver.keys("enter enter s");
    driver.says("overwrites the current one");
    driver.keys("right enter");
    assert_eq!(draft(&driver).values, values("mycompany.azurecr.io", "ci-pull", CANARY));
    assert_eq!(draft(&driver).members, Member::WRITE_ORDER);
}

#[test]
fn while_it_is_written_the_keys_say_so_and_members_appear_as_they_are_done() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &api());
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.keys("enter enter enter s right enter");
    let (id, job) = (driver.writing(), driver.last_write());
    driver.says("writing ACR to repository acme/api");
    let saved = world::saved(&job, |_| WriteOutcome::Created);
    driver.part(id, Part::Member(saved.members[0].clone()));
    driver.says("ACR_CONTAINER_REGISTRY_USER: created").is_silent_about("ACR_CONTAINER_REGISTRY_SERVER: created");
    for key in ["right", "enter", "esc"] {
        driver.press(key);
        assert!(driver.notice().contains("it is being written"), "{key}: {}", driver.notice());
    }
    assert_eq!(driver.app.running_writes(), 1);
}

#[test]
fn enter_alone_never_writes() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    for _ in 0..12 {
        driver.press("enter");
        if let Some(id) = driver.live.iter().find(|(_, j)| matches!(j, Job::Test { .. })).map(|(id, _)| *id) {
            driver.finish(id, Outcome::Tested(tested(Verdict::Pass)));
        }
    }
    assert_eq!(driver.step(), Step::Review);
    assert!(driver.notice().contains("then enter writes"), "{}", driver.notice());
    assert!(!driver.has_written());
}

#[test]
fn a_paste_with_a_line_end_submits_nothing() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &Scope::User);
    driver.type_text("mycompany.azurecr.io").keys("tab");
    driver.type_text("ci-pull").keys("tab");
    driver.paste("secret-with-line-end\n");
    assert_eq!(driver.step(), Step::Credentials);
    driver.says("password").is_silent_about("secret-with-line-end");
    driver.keys("enter enter");
    if driver.step() == Step::Credentials {
        driver.press("enter");
    }
    driver.keys("enter s right enter");
    assert_eq!(draft(&driver).values.password, Sensitive::new("secret-with-line-end"));
}

#[test]
fn characters_that_are_action_keys_are_text_in_a_field() {
    let mut driver = bare();
    at_values(&mut driver, "other", &Scope::User);
    type_values(&mut driver, "nq.example.com", "qwk?12", "qtdnwA1?/xG");
    driver.keys("enter enter");
    assert_eq!(driver.step(), Step::Access, "{}", driver.sight());
    driver.keys("enter s right enter");
    let written = draft(&driver).values;
    assert_eq!(written.server, Sensitive::new("nq.example.com"), "{}", driver.sight());
    assert_eq!(written.password, Sensitive::new("qtdnwA1?/xG"));
}

#[test]
fn a_reveal_ends_after_its_time() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.is_silent_about(CANARY);
    let effects = driver.press("f2");
    driver.says(CANARY);
    let [Effect::After { timer: timer @ Timer::Reveal(_), delay }] = effects[..] else { panic!("{effects:?}") };
    assert_eq!(delay, std::time::Duration::from_secs(10));
    driver.send(Msg::Timer(timer));
    driver.is_silent_about(CANARY);
}

#[test]
fn a_reveal_ends_on_leaving_the_field_and_on_the_same_key_again() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    for ends in ["f2", "tab", "up", "esc", "enter"] {
        let mut driver = driver.clone();
        driver.press("ctrl-r");
        driver.says(CANARY);
        driver.press(ends);
        driver.is_silent_about(CANARY);
        if ends == "esc" {
            driver.press("enter");
            driver.is_silent_about(CANARY);
        }
    }
    driver.press("tab");
    driver.press("f2");
    assert!(driver.notice().contains("only the password is hidden"), "{}", driver.notice());
}

#[test]
fn the_timer_of_an_earlier_reveal_does_not_end_a_later_one() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    let old = driver.press("f2");
    driver.keys("f2 esc esc esc");
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.press("f2");
    let [Effect::After { timer, .. }] = old[..] else { panic!("{old:?}") };
    driver.send(Msg::Timer(timer));
    driver.says(CANARY);
}

#[test]
fn values_changed_after_a_pass_are_no_longer_proven() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.keys("enter enter enter");
    passes(&mut driver);
    driver.says("pass: the registry asked for this password and accepted it");
    driver.keys("esc esc esc");
    driver.press("up");
    driver.type_text("x").keys("enter enter enter");
    assert_eq!(driver.step(), Step::Test);
    driver.keys("s");
    driver.says("the login was not tested with these values");
}

#[test]
fn a_refused_login_cannot_be_skipped_and_an_untold_one_can() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.keys("enter enter enter enter");
    let mut untold = driver.clone();
    let id = driver.testing();
    driver.finish(id, Outcome::Tested(tested(Verdict::Fail)));
    assert_eq!(driver.press("f4").len(), 1, "the remedy is copied");
    driver.press("s");
    assert_eq!(driver.step(), Step::Credentials, "it is the first letter of another password");
    untold.finish(id, Outcome::Tested(tested(Verdict::Inconclusive)));
    untold.press("s");
    assert_eq!(untold.step(), Step::Review);
    untold.says("inconclusive");
}

#[test]
fn escape_stops_a_running_test_and_nothing_is_known() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.keys("enter enter enter enter");
    let id = driver.testing();
    assert!(driver.press("esc").contains(&Effect::Cancel(id)));
    assert_eq!(driver.step(), Step::Test);
    driver.says("Stopped: nothing is known about these values");
    driver.finish(id, Outcome::Tested(tested(Verdict::Pass)));
    driver.says("Stopped");
}

#[test]
fn a_credential_that_appears_while_one_types_is_not_overwritten_unsaid() {
    let mut driver = Driver::start(world::here());
    at_values(&mut driver, "acr", &Scope::User);
    driver.says("could not check whether it already exists");
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.answer_everything();
    driver.says("ACR_MYCOMPANY").is_silent_about("could not check whether it already exists");
    driver.keys("enter enter enter s");
    driver.is_silent_about("overwrites the current one");
    driver.keys("right enter");
    assert_eq!(draft(&driver).prefix, prefix("ACR_MYCOMPANY"));
}

#[test]
fn a_credential_that_turns_out_to_exist_at_review_is_said_and_keeps_its_access() {
    let mut driver = Driver::start(world::here());
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.keys("enter enter enter s");
    driver.is_silent_about("overwrites the current one");
    driver.answer_everything();
    driver.says("overwrites the current one").says("acme/web");
    driver.keys("right enter");
    assert_eq!(draft(&driver).access, DraftAccess::Keep);
}

#[test]
fn a_pasted_image_chooses_the_registry_and_fills_in_its_server() {
    for (text, label, server) in [
        ("ghcr.io/acme/app:1", "GitHub login", "ghcr.io"),
        ("https://MyCompany.azurecr.io/", "Token name", "mycompany.azurecr.io"),
        (&format!("{ECR}/team/app"), "Access key id", ECR),
        ("registry.example.com:5001/team/app", "User", "registry.example.com:5001"),
        ("acme/app", "Docker ID", HUB),
    ] {
        let mut driver = bare();
        driver.press("n");
        driver.paste(text);
        driver.press("enter");
        choose_place(&mut driver, &Scope::User);
        driver.says(label).says(server);
        driver.type_text("me");
        let form = &driver.wizard().plan().expect("at the fields").form;
        assert_eq!((form.values().server, form.values().user), (server.into(), "me".into()), "{text}");
    }
}

#[test]
fn a_pasted_secret_is_recognized_and_not_kept() {
    let mut driver = bare();
    driver.press("n");
    driver.paste(TOKEN);
    assert!(driver.notice().contains("a Docker personal access token"), "{}", driver.notice());
    driver.is_silent_about(TOKEN).says("Docker Hub");
    driver.press("enter");
    choose_place(&mut driver, &Scope::User);
    driver.says(HUB).is_silent_about(TOKEN);
    assert!(driver.wizard().plan().expect("at the fields").form.values().password.is_empty());
    let mut unknown = bare();
    unknown.press("n");
    unknown.paste(CANARY);
    unknown.is_silent_about(CANARY);
    assert!(unknown.notice().contains("not a known registry"), "{}", unknown.notice());
}

#[test]
fn typing_finds_a_registry_by_name_or_server_and_leaves_no_secret() {
    let mut driver = bare();
    driver.keys("n /");
    driver.type_text("harb");
    assert_eq!(driver.wizard().preset_cursor(), presets().iter().position(|p| p.id == "harbor").unwrap());
    driver.keys("ctrl-u");
    driver.type_text("quay.io/acme/app");
    assert_eq!(driver.wizard().preset_cursor(), presets().iter().position(|p| p.id == "quay").unwrap());
    driver.keys("esc esc");
    assert_eq!(driver.title(), "Credentials", "the first esc leaves the field, the second the wizard");
    driver.keys("n /");
    driver.type_text(TOKEN);
    driver.is_silent_about(&TOKEN[..12]);
    driver.keys("esc down enter");
    choose_place(&mut driver, &Scope::User);
    assert!(driver.wizard().plan().is_some());
}

#[test]
fn an_image_without_a_host_is_docker_hubs_and_what_is_not_known_stays_under_the_cursor() {
    let mut driver = bare();
    driver.keys("n /");
    driver.type_text("python:3.12").press("enter");
    assert_eq!(driver.step(), Step::Where);
    driver.press("enter");
    driver.says("DOCKERHUB");
    let mut unknown = bare();
    unknown.keys("n /");
    unknown.type_text("zebra crossing").press("enter");
    assert_eq!(unknown.step(), Step::Registry);
    assert!(unknown.notice().contains("not a known registry"), "{}", unknown.notice());
    unknown.says("zebra crossing");
}

#[test]
fn f4_copies_the_commands_of_the_focused_field_one_after_the_other() {
    let mut driver = bare();
    at_values(&mut driver, "acr", &Scope::User);
    let copied = |effects: &[Effect]| match effects.iter().find(|effect| matches!(effect, Effect::Copy(_))) {
        Some(Effect::Copy(text)) => text.clone(),
        _ => String::new(), // nothing was copied
    };
    driver.type_text("acme.azurecr.io");
    assert_eq!(copied(&driver.press("f4")), "az acr show --name acme --query loginServer --output tsv");
    driver.press("tab");
    assert_eq!(copied(&driver.press("f4")), "", "the user has no command");
    driver.press("tab");
    let first = copied(&driver.press("ctrl-y"));
    assert!(first.starts_with("az acr token create --registry acme --name codespaces-pull"), "{first}");
    assert!(driver.notice().contains("command 1 of 3"), "{}", driver.notice());
    assert!(copied(&driver.press("f4")).starts_with("az acr token credential generate"));
    driver.press("f4");
    assert_eq!(copied(&driver.press("f4")), first, "after the last the first again");
}

#[test]
fn a_password_that_has_ended_says_so_beside_its_field() {
    let mut driver = bare();
    at_values(&mut driver, "jfrog", &Scope::User);
    // {"alg":"none"} . {"exp":1} . x
    type_values(&mut driver, "acme.jfrog.io", "ci", "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.x");
    driver.says("the password expired");
}

#[test]
fn an_npm_token_or_registry_leads_to_its_preset_and_the_token_is_not_kept() {
    let mut driver = bare();
    let token = format!("npm_{}", "a".repeat(36));
    let npm = any_presets().iter().position(|preset| preset.id() == "npm").unwrap();
    driver.press("n");
    driver.paste(&token);
    assert_eq!(driver.wizard().preset_cursor(), npm);
    assert!(driver.notice().contains("it was discarded: enter it under “Token” later"), "{}", driver.notice());
    driver.is_silent_about(&token);
    driver.keys("/");
    driver.type_text(&token);
    driver.is_silent_about(&token);
    driver.keys("esc g /");
    driver.type_text("npm");
    assert_eq!(driver.wizard().preset_cursor(), npm);
    driver.keys("esc g");
    driver.paste("registry.npmjs.org");
    driver.press("enter");
    driver.says("Where should the one secret live?").says("this takes one");
    choose_place(&mut driver, &api());
    driver.says("https://registry.npmjs.org/").says("to .npmrc: //registry.npmjs.org/:_authToken=${NPM_TOKEN}");
}

/// At *Test* with an npm token for this place.
fn npm_at_test(mut driver: Driver, scope: &Scope) -> Driver {
    at_values(&mut driver, "npm", scope);
    assert_eq!(driver.title(), "New secret");
    driver.type_text("https://npm.acme.example/").press("tab");
    driver.type_text(CANARY).press("tab");
    driver.type_text("@acme/tools");
    driver.answer_everything();
    driver.press("enter");
    assert_eq!(driver.step(), Step::Access, "{}", driver.sight());
    driver.press("enter");
    driver
}

#[test]
fn an_npm_token_is_tested_and_written_as_one_secret() {
    for (scope, access) in [(Scope::User, set(Visibility::Selected, &["acme/api"])), (api(), DraftAccess::Repository)] {
        let mut driver = npm_at_test(bare(), &scope);
        driver.press("enter");
        let id = driver.testing();
        let Job::Test { trial, .. } = &driver.live[&id] else { panic!() };
        assert_eq!((trial.holds, trial.user.is_empty()), (Holds::Packages, true));
        assert_eq!(trial.images, ["@acme/tools"]);
        driver.finish(id, Outcome::Tested(world::npm_tested()));
        driver.press("enter");
        assert_eq!(driver.step(), Step::Review);
        driver.says("NPM_TOKEN = hidden, 14 bytes").says("//npm.acme.example/:_authToken=${NPM_TOKEN}");
        driver.is_silent_about("password expire?");
        assert_eq!(driver.press("y"), [Effect::Copy("//npm.acme.example/:_authToken=${NPM_TOKEN}".to_owned())]);
        driver.keys("right enter");
        let expected = Draft {
            scope,
            prefix: prefix("NPM_TOKEN"),
            shape: Shape::Single,
            values: values("https://npm.acme.example/", "", CANARY),
            access,
            members: vec![Member::Password],
            ends: None,
            seen: Some(Vec::new()),
        };
        assert_eq!(draft(&driver), expected);
        driver.write_succeeds();
        driver.says("//npm.acme.example/:_authToken=${NPM_TOKEN}");
        driver.press("enter");
        assert!(driver.notice().contains("after a restart"), "{}", driver.notice());
    }
}

#[test]
fn a_second_npm_token_gets_a_name_of_its_own_and_the_line_takes_it() {
    let mut driver = Driver::ready();
    at_values(&mut driver, "npm", &api());
    driver.says("NPM_TOKEN_2");
    driver.type_text("https://npm.acme.example/").says("${NPM_TOKEN_2}");
    driver.keys("shift-tab ctrl-u");
    driver.type_text("NPM_TOKEN").says("already exists here");
    driver.press("tab");
    driver.press("tab");
    driver.type_text(CANARY).keys("enter enter");
    driver.says("this secret exists");
    driver.keys("enter s");
    driver.says("NPM_TOKEN exists here").says("overwrites the current one").says("this token was not tested");
}

#[test]
fn docker_and_what_this_machine_keeps_are_no_help_with_npm_and_say_so() {
    let mut driver = bare();
    at_values(&mut driver, "npm", &api());
    driver.press("f7");
    assert!(driver.notice().contains("only image logins"), "{}", driver.notice());
    let mut driver = npm_at_test(bare(), &api());
    driver.says("@acme/tools").says("pullkey alone");
    driver.press("b");
    assert!(driver.notice().contains("docker cannot test packages"), "{}", driver.notice());
    let mut typed = bare();
    at_values(&mut typed, "npm", &api());
    typed.keys("tab tab");
    typed.type_text("npm install @acme/tools@1.2");
    typed.says("this is a command: enter only the package");
}

#[test]
fn what_was_typed_for_images_is_not_taken_for_packages() {
    let mut driver = bare();
    at_values(&mut driver, "other", &api());
    type_values(&mut driver, "r.example.com", "puller", CANARY);
    driver.press("tab");
    driver.type_text("r.example.com/team/app:1");
    driver.keys("esc esc");
    choose_preset(&mut driver, "npm");
    choose_place(&mut driver, &api());
    driver.is_silent_about("team/app").is_silent_about("puller");
    driver.keys("esc esc");
    choose_preset(&mut driver, "other");
    choose_place(&mut driver, &api());
    driver.says("team/app:1").says("puller");
}

#[test]
fn an_image_named_from_the_test_leads_straight_back_to_it() {
    let mut driver = Driver::ready();
    at_values(&mut driver, "acr", &Scope::User);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.answer_everything();
    driver.keys("enter enter enter");
    assert_eq!(driver.step(), Step::Test);
    driver.says("i adds one");
    driver.press("i");
    assert_eq!(driver.step(), Step::Credentials);
    driver.press("esc");
    assert_eq!(driver.step(), Step::Test, "esc goes back to where one came from");
    driver.press("i");
    driver.type_text("mycompany.azurecr.io/team/app:1").press("enter");
    assert_eq!(driver.step(), Step::Test);
    let id = driver.testing();
    let Job::Test { trial, .. } = &driver.live[&id] else { panic!() };
    assert_eq!(trial.images, ["mycompany.azurecr.io/team/app:1"]);
    driver.finish(id, Outcome::Tested(world::climbed(world::Climb::Denied)));
    driver.press("s");
    assert!(driver.notice().contains("i changes or clears it"), "{}", driver.notice());
    driver.press("i");
    driver.keys("ctrl-u enter");
    let id = driver.testing();
    driver.finish(id, Outcome::Tested(tested(Verdict::Pass)));
    driver.press("enter");
    assert_eq!(driver.step(), Step::Review);
    driver.says("no image was tested");
    driver.keys("right enter");
    let Job::Save(draft) = driver.last_write() else { panic!() };
    assert_eq!(draft.values.server, "mycompany.azurecr.io".into());
}

#[test]
fn page_keys_scroll_what_is_told_beside_a_list_and_beside_the_fields() {
    let mut driver = Driver::ready();
    driver.press("n");
    let told = driver.look_at(80, 24);
    assert!(told.contains("more lines: page down"), "{told}");
    driver.press("pagedown");
    assert_ne!(driver.look_at(80, 24), told);
    driver.press("pageup");
    assert_eq!(driver.look_at(80, 24), told);
    driver.press("pagedown");
    driver.look_at(80, 24);
    driver.keys("down up");
    assert_eq!(driver.look_at(80, 24), told, "another line is told from its beginning");
    for _ in 0..20 {
        assert_eq!(driver.notice(), "");
        driver.press("pagedown");
        if !driver.look_at(80, 24).contains("more lines") {
            break;
        }
    }
    driver.press("pagedown");
    assert_eq!(driver.notice(), "there is nothing further down");
    driver.expire_notices();
    driver.keys("enter enter");
    let told = driver.look_at(80, 18);
    driver.press("pagedown");
    assert_ne!(driver.look_at(80, 18), told, "beside the fields too");
    driver.keys("tab backtab");
    assert_eq!(driver.look_at(80, 18), told);
}
