//! Every screen in every state worth a look, each reached only by keys and responses.

use super::world::{self, Climb, acme, api, org, prefix, reference, tested, type_login, type_values};
use super::*;
use crate::domain::codespace::{CodespaceStep, Stage};
use crate::domain::preset::any_presets;
use crate::domain::traffic::{Cost, Exchange, Pause, PauseReason, Traffic};
use crate::domain::{Access, Member, Progress, Roster, ScopeListing, Verdict, Visibility};

const HUB_TOKEN: &str = "dckr_pat_aBcDeFgHiJkLmNoPqRsTuVwXyZ0";

/// Names and states, in the order of a walk through the program.
pub fn all() -> Vec<(&'static str, Driver)> {
    let mut all = credentials();
    all.extend(wizard_begins());
    all.extend(wizard_values());
    all.extend(wizard_access());
    all.extend(wizard_ends());
    all.extend(wizard_npm());
    all.extend(changes());
    all.extend(login_tests());
    all.extend(frames());
    all.extend(codespaces());
    all.extend(activity());
    all.extend(picks());
    all.extend(super::filling::all());
    all.extend(super::access::all());
    all.extend(super::signing::all());
    all.extend(super::ends::all());
    for (_, driver) in &mut all {
        super::filling::answer_recall(driver);
        driver.expire_notices();
    }
    all
}

fn with(mut driver: Driver, keys: &str) -> Driver {
    driver.keys(keys);
    driver
}

/// Read, and empty.
pub fn bare() -> Driver {
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

fn offline() -> Driver {
    let mut driver = Driver::start(world::here());
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
    driver
}

fn filtered(text: &str) -> Driver {
    let mut driver = with(Driver::ready(), "/");
    driver.type_text(text);
    driver
}

/// Scopes that are loading, with different progress.
fn how_far() -> Driver {
    let mut driver = Driver::start(world::here());
    for (scope, far) in
        [(Scope::User, Progress::Accesses { read: 3, all: 9 }), (api(), Progress::Pages { read: 2, all: 5 })]
    {
        let id = driver.reading(&scope);
        driver.part(id, Part::Progress(far));
    }
    driver.press("G");
    driver
}

fn credentials() -> Vec<(&'static str, Driver)> {
    vec![
        ("credentials_first_frame", Driver::start(world::here())),
        ("credentials_how_far", how_far()),
        ("credentials", Driver::ready()),
        ("credentials_detail", with(Driver::ready(), "enter")),
        ("credentials_differing", with(Driver::ready(), "G up")),
        ("credentials_other_secrets", with(Driver::ready(), "down down down down enter")),
        ("credentials_one_other_secret", with(Driver::ready(), "down down down down enter down")),
        ("credentials_reach", with(Driver::ready(), "down down")),
        ("credentials_reach_open", with(Driver::ready(), "down down enter")),
        ("credentials_not_readable", with(Driver::ready(), "G")),
        ("credentials_not_readable_why", with(Driver::ready(), "G enter")),
        ("credentials_empty", bare()),
        ("credentials_offline", offline()),
        ("credentials_filter", filtered("docker")),
        ("credentials_filter_finds_nothing", with(filtered("zebra"), "enter")),
    ]
}

/// In the fields of the preset and at the scope with these positions in their lists.
fn values(mut driver: Driver, preset: usize, place: usize) -> Driver {
    driver.press("n");
    (0..preset).for_each(|_| drop(driver.press("down")));
    driver.keys("enter g");
    (0..place).for_each(|_| drop(driver.press("down")));
    driver.press("enter");
    driver
}

/// The position of the preset for every other registry.
fn other() -> usize {
    any_presets().len() - 1
}

fn wizard_begins() -> Vec<(&'static str, Driver)> {
    let mut found = with(Driver::ready(), "n");
    found.paste("ghcr.io/acme/app:1");
    vec![
        ("wizard_registry_found", found),
        ("wizard_registry", with(Driver::ready(), "n")),
        ("wizard_registry_other", with(Driver::ready(), "n G")),
        ("wizard_where", with(Driver::ready(), "n enter")),
        ("wizard_where_a_right_is_missing", with(Driver::ready(), "n enter G")),
    ]
}

fn wizard_values() -> Vec<(&'static str, Driver)> {
    let mut blocked = values(bare(), 1, 1);
    blocked.keys("shift-tab ctrl-u");
    blocked.type_text("index.docker.io");
    let mut warned = values(bare(), 1, 1);
    warned.type_text("Octocat@example.com").press("tab");
    warned.type_text("hunter2").press("up");
    let mut filled = values(Driver::ready(), 2, 0);
    type_values(&mut filled, "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "AKIAIOSFODNN7EXAMPLE", CANARY);
    let mut prefix = values(Driver::ready(), 0, 0);
    prefix.keys("shift-tab ctrl-u");
    prefix.type_text("acr");
    let mut token = values(bare(), 1, 1);
    token.type_text("octocat").press("tab");
    token.type_text(HUB_TOKEN);
    let mut waiting = values(Driver::ready(), other(), 1);
    waiting.type_text("ghcr.io").press("tab");
    vec![
        ("wizard_values_seamless", answered(waiting.clone())),
        ("wizard_values_seamless_waits", waiting),
        ("wizard_values_elsewhere", with(values(Driver::ready(), 6, 0), "tab tab")),
        ("wizard_values_empty", values(Driver::ready(), 0, 0)),
        ("wizard_values_blocked", blocked),
        ("wizard_values_warned", warned),
        ("wizard_values_good", token),
        ("wizard_values_filled", filled),
        ("wizard_values_prefix_taken", prefix),
        ("wizard_values_nothing_typed", with(values(Driver::ready(), other(), 0), "enter enter enter enter")),
    ]
}

fn azure(driver: Driver, place: usize) -> Driver {
    let mut driver = values(driver, 0, place);
    type_values(&mut driver, "mycompany.azurecr.io", "ci-pull", CANARY);
    driver.keys("enter enter");
    driver
}

fn answered(mut driver: Driver) -> Driver {
    driver.answer_everything();
    driver
}

fn wizard_access() -> Vec<(&'static str, Driver)> {
    let mut picked = answered(azure(bare(), 0));
    picked.press("/");
    picked.type_text("web");
    vec![
        ("wizard_access_waits", azure(bare(), 0)),
        ("wizard_access_user", answered(azure(bare(), 0))),
        ("wizard_access_repository", azure(bare(), 1)),
        ("wizard_access_organization", answered(azure(bare(), 2))),
        ("wizard_access_private", with(answered(azure(bare(), 2)), "v")),
        ("wizard_access_nobody", with(answered(azure(bare(), 0)), "space")),
        ("wizard_access_filter", picked),
    ]
}

fn tried(mut driver: Driver, verdict: Verdict) -> Driver {
    let id = driver.testing();
    driver.finish(id, Outcome::Tested(tested(verdict)));
    driver
}

/// A save of ACR that failed at the second member.
pub fn failed_save() -> Driver {
    let mut driver = with(azure(bare(), 1), "enter s right enter");
    let report = world::saved(&driver.last_write(), |member| match member {
        Member::User => WriteOutcome::Created,
        Member::Password => WriteOutcome::Failed(Problem::new(
            "the password could not be written",
            "GitHub answered 500",
            "try the rest again; nothing that was typed is lost",
        )),
        Member::Server => WriteOutcome::NotTried,
    });
    driver.write_ends(Ok(report));
    driver
}

fn wizard_ends() -> Vec<(&'static str, Driver)> {
    let test = || with(azure(bare(), 1), "enter");
    let mut overwriting = values(Driver::ready(), 0, 0);
    overwriting.keys("shift-tab ctrl-u");
    overwriting.type_text("ACR").press("tab");
    type_values(&mut overwriting, "mycompany.azurecr.io", "ci-pull", CANARY);
    let overwriting = with(answered(with(overwriting, "enter enter")), "enter s");
    let mut writing = with(test(), "s right enter");
    let report = world::saved(&writing.last_write(), |_| WriteOutcome::Created);
    let id = writing.writing();
    writing.part(id, Part::Member(report.members[0].clone()));
    let mut written = with(test(), "s right enter");
    written.write_succeeds();
    vec![
        ("wizard_test", test()),
        ("wizard_test_fails", tried(with(test(), "enter"), Verdict::Fail)),
        ("wizard_test_passes", tried(with(test(), "enter"), Verdict::Pass)),
        ("wizard_review", with(tried(with(test(), "enter"), Verdict::Pass), "enter")),
        ("wizard_review_here_only", with(reviewed(test(), Climb::HereOnly), "enter")),
        ("wizard_test_may_not_pull", reviewed(test(), Climb::Denied)),
        ("wizard_review_unproven", with(test(), "s")),
        ("wizard_review_overwrites", overwriting),
        ("wizard_review_writes", writing),
        ("wizard_review_failed", failed_save()),
        ("wizard_review_done", written),
    ]
}

/// One secret for a registry of packages, step by step.
fn wizard_npm() -> Vec<(&'static str, Driver)> {
    let npm = any_presets().iter().position(|preset| preset.id() == "npm").unwrap_or_default();
    let typed = |place: usize| {
        let mut driver = values(bare(), npm, place);
        driver.type_text("https://npm.acme.example/").press("tab");
        driver.type_text(CANARY).press("tab");
        driver.type_text("@acme/tools");
        driver
    };
    let to_test = || with(answered(with(typed(1), "enter")), "enter");
    let passed = || {
        let mut driver = with(to_test(), "enter");
        let id = driver.testing();
        driver.finish(id, Outcome::Tested(world::npm_tested()));
        driver
    };
    let mut written = with(passed(), "enter right enter");
    written.write_succeeds();
    vec![
        ("wizard_npm_registry", with(Driver::ready(), "n G up")),
        ("wizard_npm_where", with(Driver::ready(), "n G up enter")),
        ("wizard_npm_values", values(bare(), npm, 1)),
        ("wizard_npm_values_typed", typed(1)),
        ("wizard_npm_access", answered(with(typed(0), "enter"))),
        ("wizard_npm_test", to_test()),
        ("wizard_npm_test_passes", passed()),
        ("wizard_npm_review", with(passed(), "enter")),
        ("wizard_npm_review_done", written),
    ]
}

/// At the wizard's test, with an image and this result.
fn reviewed(mut driver: Driver, climb: Climb) -> Driver {
    driver.press("i");
    driver.type_text("mycompany.azurecr.io/team/app:1").press("enter");
    let id = driver.testing();
    driver.finish(id, Outcome::Tested(world::climbed(climb)));
    driver
}

fn changes() -> Vec<(&'static str, Driver)> {
    let mine = || answered(with(Driver::ready(), "a"));
    let mut half = with(Driver::ready(), "d right enter");
    let report = world::saved(&half.last_write(), |member| match member {
        Member::Password => WriteOutcome::Unknown(world::no_network()),
        Member::Server | Member::User => WriteOutcome::Deleted,
    });
    half.write_ends(Ok(report));
    let mut gone = with(Driver::ready(), "d right enter");
    let report = world::saved(&gone.last_write(), |_| WriteOutcome::Deleted);
    gone.write_ends(Ok(report));
    vec![
        ("access", mine()),
        ("access_waits", with(Driver::ready(), "a")),
        ("access_changed", with(mine(), "down space down space")),
        ("access_differing", answered(with(Driver::ready(), "G up a"))),
        ("access_all", with(answered(with(Driver::ready(), "G up a")), "v v")),
        ("confirm_access", with(mine(), "down space down space enter")),
        ("confirm_delete", with(Driver::ready(), "d")),
        ("confirm_delete_chosen", with(Driver::ready(), "d right")),
        ("confirm_deletes", with(Driver::ready(), "d right enter")),
        ("confirm_half_deleted", half),
        ("confirm_deleted", gone),
    ]
}

fn login_tests() -> Vec<(&'static str, Driver)> {
    let typed = || {
        let mut driver = with(Driver::ready(), "t");
        type_login(&mut driver);
        driver
    };
    let climbing = || with(typed(), "enter enter");
    let mut halfway = climbing();
    let id = halfway.testing();
    for step in tested(Verdict::Pass).steps.into_iter().take(2) {
        halfway.part(id, Part::Step(step));
    }
    vec![
        ("login_test_empty", with(Driver::ready(), "t")),
        ("login_test_new", with(Driver::ready(), "G t")),
        ("login_test_typed", typed()),
        ("login_test_climbs", halfway),
        ("login_test_passes", tried(climbing(), Verdict::Pass)),
        ("login_test_fails", tried(climbing(), Verdict::Fail)),
        ("login_test_cannot_tell", tried(climbing(), Verdict::Inconclusive)),
        ("login_test_stopped", with(climbing(), "esc")),
        ("login_test_image", with_image("mycompany.azurecr.io/team/app:1")),
        ("login_test_image_elsewhere", with_image("team/app:1, ghcr.io/acme/base:2")),
        ("login_test_image_blocked", with_image("https://mycompany.azurecr.io/team/app")),
        ("login_test_pulls", climbed(Climb::Pulled)),
        ("login_test_may_not_pull", climbed(Climb::Denied)),
        ("login_test_exchanges", climbed(Climb::Exchanged)),
        ("login_test_here_only", climbed(Climb::HereOnly)),
        ("login_test_notes", climbed(Climb::Noted)),
        ("login_test_kept", super::filling::with_kept()),
    ]
}

/// A login test with this text in its image field.
fn with_image(images: &str) -> Driver {
    let mut driver = with(Driver::ready(), "t");
    type_login(&mut driver);
    driver.press("tab");
    driver.type_text(images);
    driver
}

/// A login test with an image and this result.
pub fn climbed(climb: Climb) -> Driver {
    let mut driver = with(with_image("mycompany.azurecr.io/team/app:1"), "enter");
    let id = driver.testing();
    driver.finish(id, Outcome::Tested(world::climbed(climb)));
    driver
}

/// On the Codespaces screen, with everything read.
pub fn at_codespaces() -> Driver {
    answered(with(Driver::ready(), "4"))
}

/// Reads end like this, all others as usual.
fn codespaces_end(end: impl Fn() -> Outcome) -> Driver {
    let mut driver = with(Driver::ready(), "4");
    let id = driver.running(|job| matches!(job, Job::Codespaces(_)));
    driver.finish(id, end());
    answered(driver)
}

/// An organization's part of some list is missing.
pub fn left_out() -> Problem {
    let page = "https://github.com/orgs/acme/sso?authorization_request=A5ANDB0X";
    Problem::new(
        "your codespaces could not all be listed",
        "the organization with ID 21 uses single sign-on and this token is not authorized for it, so GitHub left out \
         what is in it",
        format!("authorize the token at {page} within the hour, then try again"),
    )
    .mended_by(crate::domain::Mend::Open(page.to_owned()))
}

fn codespaces() -> Vec<(&'static str, Driver)> {
    let no_right = || {
        let need = crate::domain::problem::Need { scopes: vec!["codespace".to_owned()], permissions: Vec::new() };
        let problem = Problem::new(
            "your codespaces could not be listed",
            "the token lacks the scope `codespace` (it has: repo)",
            "run `gh auth refresh -h github.com -s codespace` for gh's token",
        );
        Outcome::Codespaces(Err(problem.mended_by(crate::domain::Mend::Gain(need))))
    };
    let stage = |name: &str, stage: Stage| CodespaceStep { name: spaces::code_name(name), stage };
    let restarting = || {
        let mut driver = with(at_codespaces(), "G up space space R right enter");
        let id = driver.writing();
        driver.part(id, Part::Codespace(stage("super-yodel-4jw7", Stage::Stopping)));
        driver
    };
    let mut failed = restarting();
    let id = failed.writing();
    let problem = Problem::new(
        "super-yodel-4jw7 is stopped, and could not be started",
        "the account's spending limit does not allow it, or a payment method is missing",
        "look at github.com/settings/billing",
    );
    let steps = vec![stage("super-yodel-4jw7", Stage::Failed(problem)), stage("bookish-pancake-q5", Stage::Running)];
    failed.finish(id, Outcome::CodespacesChanged(steps));
    vec![
        ("codespaces", at_codespaces()),
        ("codespaces_wait", with(Driver::ready(), "4")),
        ("codespaces_stale", with(at_codespaces(), "G up")),
        ("codespaces_detail", with(at_codespaces(), "G up enter")),
        ("codespaces_stopped", with(at_codespaces(), "enter")),
        ("codespaces_failed_one", with(at_codespaces(), "down down enter")),
        ("codespaces_none", codespaces_end(|| Outcome::Codespaces(Ok(Roster::whole(Vec::new()))))),
        (
            "codespaces_incomplete",
            codespaces_end(|| Outcome::Codespaces(Ok(Roster { list: spaces::mine(), lacking: Some(left_out()) }))),
        ),
        ("codespaces_no_right", codespaces_end(no_right)),
        ("codespaces_of_members", answered(with(at_codespaces(), "tab"))),
        ("codespaces_marked", with(at_codespaces(), "G up space")),
        ("codespaces_ask", with(at_codespaces(), "G up R")),
        ("codespaces_ask_chosen", with(at_codespaces(), "G up R right")),
        ("codespaces_restarting", restarting()),
        ("codespaces_half_restarted", with(answered(failed), "up")),
        ("codespaces_offered", offered()),
    ]
}

/// A credential was saved after codespaces had started.
pub fn offered() -> Driver {
    let mut driver = with(azure(bare(), 1), "enter s right enter");
    driver.write_succeeds();
    answered(driver)
}

fn frames() -> Vec<(&'static str, Driver)> {
    let mut demo = Driver::start(Start { demo: Some("the demo".to_owned()), ..world::here() });
    demo.answer_everything();
    vec![
        ("help", with(Driver::ready(), "?")),
        ("help_of_a_form", with(Driver::ready(), "t f1")),
        ("demo", demo),
        ("leaving", with(Driver::ready(), "d right enter q")),
        ("leaving_when_done", with(Driver::ready(), "d right enter q right enter")),
        ("leaving_typed", {
            let mut typed = with(Driver::ready(), "t");
            typed.type_text("typed.example").press("ctrl-c");
            typed
        }),
    ]
}

/// A day's requests, as the transport reports them.
pub fn exchanges() -> Vec<Exchange> {
    let one = |second: u32, method, path: &str, status, cost: (u32, u32)| Exchange {
        at: noon() - chrono::Duration::seconds(i64::from(60 - second)),
        method,
        path: path.to_owned(),
        status,
        cost: Cost { primary: cost.0, points: cost.1 },
        resource: None,
        ending: None,
        took: std::time::Duration::from_millis(u64::from(80 + second * 7)),
    };
    let repositories = "/orgs/acme/codespaces/secrets/ACR_CONTAINER_REGISTRY_PASSWORD/repositories?per_page=100";
    vec![
        one(1, "GET", "/user", Some(200), (1, 1)),
        one(1, "GET", "/user/codespaces/secrets?per_page=100", Some(304), (0, 1)),
        one(2, "GET", "/orgs/acme/codespaces/secrets?per_page=100", Some(200), (1, 1)),
        one(2, "GET", repositories, Some(200), (0, 0)),
        one(3, "GET", "/orgs/globex/codespaces/secrets?per_page=100", Some(403), (1, 1)),
        one(9, "PUT", "/user/codespaces/secrets/ACR_CONTAINER_REGISTRY_PASSWORD", Some(204), (1, 5)),
        one(12, "GET", "/user/codespaces/secrets?per_page=100", None, (1, 1)),
        one(13, "GET", "/user/codespaces/secrets?per_page=100", Some(502), (1, 1)),
    ]
}

fn activity() -> Vec<(&'static str, Driver)> {
    let busy = || {
        let mut driver = Driver::ready();
        for exchange in exchanges() {
            driver.send(Msg::Traffic(Traffic::Exchange(exchange)));
        }
        with(driver, "5")
    };
    let mut waits = busy();
    let pause = Pause { until: noon() + chrono::Duration::seconds(42), reason: PauseReason::Secondary };
    waits.send(Msg::Traffic(Traffic::Paused(pause)));
    let mut filtered = with(busy(), "/");
    filtered.type_text("acme");
    let mut restarts = with(at_codespaces(), "G up space down space R right enter");
    let (id, job) = (restarts.writing(), restarts.last_write());
    let Job::ChangeCodespaces(changes) = job else { panic!("{job:?}") };
    let step = |(at, change)| spaces::step(change, at + 3);
    restarts.finish(id, Outcome::CodespacesChanged(changes.iter().enumerate().map(step).collect()));
    let restarts = with(answered(restarts), "5");
    vec![
        ("activity", busy()),
        ("activity_empty", with(Driver::ready(), "5")),
        ("activity_detail", with(busy(), "down down enter")),
        ("activity_filter", filtered),
        ("activity_waits", waits),
        ("activity_restarts", restarts),
    ]
}

fn picks() -> Vec<(&'static str, Driver)> {
    let at_the_list = || {
        let mut driver = with(Driver::ready(), "p");
        driver.answer_everything();
        driver
    };
    let mut found = at_the_list();
    found.type_text("me/web");
    let mut nothing = at_the_list();
    nothing.type_text("zebra");
    let mut failed = with(Driver::ready(), "p");
    let id = failed.running(|job| matches!(job, Job::Repositories(None)));
    failed.finish(id, Outcome::Repositories(Err(world::no_network())));
    vec![
        ("pick_waits", with(Driver::ready(), "p")),
        ("pick", with(at_the_list(), "esc")),
        ("pick_typed", found),
        ("pick_finds_nothing", nothing),
        ("pick_failed", with(failed, "esc")),
    ]
}

/// A list of your own secrets with one credential for each kind of access, in this order.
pub fn kinds_of_access() -> (Driver, Vec<&'static str>) {
    let many = Access::selected((1..=3).map(|_| reference("acme/api")).collect(), false);
    let kinds = vec![
        ("AA", Access::All),
        ("BB", Access::Private),
        ("CC", world::selected(&[])),
        ("DD", world::selected(&["acme/api"])),
        ("EE", world::selected(&["acme/api", "acme/web"])),
        ("FF", many),
        ("GG", Access::Repository),
        ("HH", Access::Other("cluster".into())),
    ];
    let secrets = kinds.iter().flat_map(|(word, access)| world::triple(word, 12, access));
    let mut driver = Driver::start(Start { organizations: vec![org("acme")], ..Start::default() });
    let id = driver.reading(&Scope::User);
    driver.finish(id, Outcome::Listing(Ok(ScopeListing::group(secrets, true))));
    let _ = (acme(), api(), prefix("ACR"), Visibility::All);
    (driver, kinds.into_iter().map(|(word, _)| word).collect())
}
