//! The sign-in screen in every state, and the tokens it shows.

use chrono::Duration;
use strum::IntoEnumIterator as _;

use super::world::{self, acme, here};
use super::*;
use crate::app::remote::Remote;
use crate::domain::Mend;
use crate::domain::problem::Need;
use crate::domain::token::{DeviceCode, Identity, Membership, Right, TokenKind, TokenReport, TokenSource};

fn report(source: TokenSource, kind: TokenKind, scopes: Option<&[&str]>, used: bool) -> TokenReport {
    let scopes = scopes.map(|list| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
    let identity = Identity {
        kind,
        source,
        scopes: scopes.clone(),
        expires: (source == TokenSource::Keyring).then(|| noon() + Duration::days(12)),
        ..world::identity(&[])
    };
    let rights = Right::iter().map(|right| (right, right.allowed(kind, scopes.as_deref()))).collect();
    TokenReport { source, kind, used, identity: Ok(identity), rights, note: None }
}

/// One token of `gh` in use, one with permissions in the keyring, and one that GitHub rejects.
pub fn tokens() -> Vec<TokenReport> {
    let refused = TokenReport {
        identity: Err(Problem::new(
            "could not determine which account this token belongs to",
            "it does not accept the token",
            "get a new one",
        )
        .mended_by(Mend::SignIn)),
        rights: Vec::new(),
        ..report(TokenSource::GithubToken, TokenKind::Classic, None, false)
    };
    vec![
        refused,
        report(TokenSource::Keyring, TokenKind::FineGrained, None, false),
        report(TokenSource::Gh, TokenKind::OAuth, Some(&["repo", "read:org", "gist"]), true),
    ]
}

fn opened(mut driver: Driver) -> Driver {
    driver.press("S");
    let id = driver.running(|job| *job == Job::Tokens);
    driver.finish(id, Outcome::Tokens(tokens()));
    driver
}

fn lacking(source: TokenSource) -> Driver {
    let mut driver = Driver::start(Start { organizations: vec![world::org("acme")], ..here() });
    let id = driver.running(|job| *job == Job::SignIn);
    driver.finish(id, Outcome::SignIn(Ok(Identity { source, ..world::identity(&["repo", "codespace"]) })));
    let need =
        Need { scopes: vec!["admin:org".to_owned()], permissions: Right::OrganizationSecrets.need().permissions };
    let problem =
        Problem::new("the secrets of acme could not be read", "the token lacks the scope `admin:org`", "add it");
    let id = driver.reading(&acme());
    driver.finish(id, Outcome::Listing(Err(problem.mended_by(Mend::Gain(need)))));
    driver.answer_everything();
    driver.press("G");
    driver
}

#[test]
fn the_hours_of_the_token_before_are_not_shown_as_those_of_the_one_in_use() {
    let told = |name: &str, remaining| {
        let resource = crate::domain::traffic::Resource::parse(name).unwrap();
        let budget = crate::domain::traffic::Budget { resource, remaining, limit: 5_000, reset: None };
        Msg::Traffic(crate::domain::Traffic::Budget(budget))
    };
    let mut driver = Driver::ready();
    driver.send(told("core", 4_200));
    driver.send(told("codespaces", 17));
    driver.says("codespaces: 17 of 5,000 left");
    driver.press("S");
    let id = driver.running(|job| *job == Job::Tokens);
    driver.finish(id, Outcome::Tokens(tokens()));
    driver.keys("up enter");
    let id = driver.running(|job| matches!(job, Job::UseToken(_)));
    let identity = Identity { budget: Some((4_999, 5_000)), ..world::identity(&["repo"]) };
    driver.finish(id, Outcome::TokenUsed { identity: Ok(identity), kept: None });
    driver.is_silent_about("17 of 5,000").says("4,999 of 5,000 left");
}

#[test]
fn what_a_token_may_do_is_asked_each_time_the_wizard_comes_to_where() {
    let mut driver = Driver::ready();
    driver.keys("n enter");
    let id = driver.running(|job| *job == Job::SignIn);
    driver.finish(id, Outcome::SignIn(Ok(world::identity(&["repo"]))));
    driver.says("You, octocat not writable");
    driver.keys("esc enter");
    let id = driver.running(|job| *job == Job::SignIn);
    driver.finish(id, Outcome::SignIn(Ok(world::identity(&["repo", "codespace", "admin:org"]))));
    driver.is_silent_about("You, octocat not writable");
    // A scope that was removed is missing too.
    driver.keys("esc enter");
    let id = driver.running(|job| *job == Job::SignIn);
    driver.finish(id, Outcome::SignIn(Ok(world::identity(&["repo"]))));
    driver.says("You, octocat not writable");
}

fn with_device() -> Driver {
    let mut driver = opened(Driver::start(Start { has_device_flow: true, ..here() }));
    driver.keys("G enter");
    driver
}

pub fn all() -> Vec<(&'static str, Driver)> {
    let mut giving = opened(Driver::ready());
    giving.paste("ghp_0123456789abcdefghijklmnopqrstuvwxyz");
    let mut forgetting = opened(Driver::ready());
    forgetting.press("d");
    let mut device = with_device();
    let id = device.running(|job| matches!(job, Job::Device { .. }));
    let code = DeviceCode {
        user_code: "WDJB-MJHT".into(),
        page: "https://github.com/login/device".into(),
        expires: noon() + Duration::minutes(15),
    };
    device.part(id, Part::Device(code));
    let mut needed = lacking(TokenSource::GhToken);
    needed.press("m");
    let id = needed.running(|job| *job == Job::Tokens);
    needed.finish(id, Outcome::Tokens(tokens()));
    vec![
        ("sign_in", opened(Driver::ready())),
        ("sign_in_giving", giving),
        ("sign_in_forgetting", forgetting),
        ("sign_in_device", device),
        ("sign_in_needed", needed),
    ]
}

/// A row with a missing permission, and a token from there.
pub fn missing_right(source: TokenSource) -> Driver {
    lacking(source)
}

pub fn sign_in() -> Driver {
    opened(Driver::ready())
}

pub fn waiting_for_code() -> Driver {
    with_device()
}

#[test]
fn organizations_that_github_left_out_are_said_beside_those_that_came() {
    let mut driver = Driver::start(Start { organizations: Vec::new(), ..here() });
    let id = driver.running(|job| *job == Job::Memberships);
    driver.part(id, Part::Memberships(vec![Membership { org: world::org("acme"), owner: true }]));
    let problem = Problem::new("your organizations could not all be listed", "single sign-on", "authorize the token");
    driver.finish(id, Outcome::Memberships(Err(problem)));
    driver.answer_everything();
    assert!(driver.app.world.listing(&acme()).is_some(), "the one that came is read");
    driver.press("G");
    driver.says("your organizations could not all be listed");
}

/// Opens the wizard's step *Where*, and answers whatever it requests with these scopes.
fn at_where(driver: &mut Driver, scopes: &[&str]) {
    driver.app.world.identity = Remote::Ready(world::identity(scopes));
    driver.keys("n enter");
    driver.press("home");
    let id = driver.running(|job| *job == Job::SignIn);
    driver.finish(id, Outcome::SignIn(Ok(world::identity(scopes))));
    driver.answer_everything();
}

#[test]
fn scopes_ticked_while_pullkey_runs_are_seen_by_the_wizard() {
    let mut driver = Driver::ready();
    at_where(&mut driver, &["repo"]);
    driver.says("the token lacks the scope codespace:secrets");
    driver.press("esc");
    driver.keys("enter home");
    let id = driver.running(|job| *job == Job::SignIn);
    driver.finish(id, Outcome::SignIn(Ok(world::identity(&["repo", "codespace"]))));
    driver.is_silent_about("the token lacks the scope codespace:secrets");
}

#[test]
fn what_the_list_of_tokens_says_of_the_one_in_use_holds_everywhere() {
    let mut driver = Driver::ready();
    driver.press("S");
    let id = driver.running(|job| *job == Job::Tokens);
    let ticked = report(TokenSource::Gh, TokenKind::OAuth, Some(&["gist", "delete_repo"]), true);
    driver.finish(id, Outcome::Tokens(vec![ticked]));
    assert_eq!(driver.app.world.identity.value().unwrap().scopes.as_ref().unwrap(), &["gist", "delete_repo"]);
}

#[test]
fn from_its_help_one_goes_back_to_signing_in_and_nothing_is_read_twice() {
    let mut driver = Driver::ready();
    driver.keys("S ? S");
    assert_eq!(driver.title(), "Sign in");
    assert_eq!(driver.live.values().filter(|job| **job == Job::Tokens).count(), 1);
    driver.keys("esc");
    assert_eq!(driver.title(), "Credentials");
    assert!(driver.live.is_empty());
}
