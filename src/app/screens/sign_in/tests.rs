//! Choosing, entering and removing tokens; and that nothing else is touched.

use super::state::Phase;
use crate::app::protocol::{Effect, Job, Outcome};
use crate::app::screens::Screen;
use crate::app::tests::signing::{missing_right, sign_in, waiting_for_code};
use crate::app::tests::world::{identity, no_network};
use crate::domain::Sensitive;
use crate::domain::token::{Identity, TokenChoice, TokenSource};

#[test]
fn every_token_is_shown_with_what_it_may_do() {
    let mut driver = sign_in();
    driver.says("octocat, in use").says("read and write your own secrets: no").says("codespace:secrets");
    driver.press("up");
    driver.says("unknown until tried").says("Codespaces user secrets: read and write");
    driver.press("up");
    driver.says("does not accept the token");
}

#[test]
fn another_token_is_used_at_a_key_and_everything_is_read_again() {
    let mut driver = sign_in();
    driver.keys("up enter");
    let id = driver.running(|job| *job == Job::UseToken(TokenChoice::Of(TokenSource::Keyring)));
    let now = Identity { source: TokenSource::Keyring, ..identity(&["repo"]) };
    let effects = driver.finish(id, Outcome::TokenUsed { identity: Ok(now), kept: None });
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Start { job: Job::LoadScope(_), .. })));
    driver.says("signed in as octocat, token from the keyring");
}

#[test]
fn a_pasted_token_is_hidden_asked_about_and_kept_only_if_wanted() {
    let mut driver = sign_in();
    driver.paste("ghp_0123456789abcdefghijklmnopqrstuvwxyz");
    driver.is_silent_about("ghp_0123456789").says("keyring");
    driver.keys("tab space enter");
    let token = Sensitive::from("ghp_0123456789abcdefghijklmnopqrstuvwxyz");
    driver.running(|job| *job == Job::UseToken(TokenChoice::Given { token: token.clone(), keep: false }));
}

#[test]
fn a_token_that_is_not_accepted_changes_nothing() {
    let mut driver = sign_in();
    let before = driver.app.world.identity.clone();
    driver.keys("up enter");
    let id = driver.running(|job| matches!(job, Job::UseToken(_)));
    driver.finish(id, Outcome::TokenUsed { identity: Err(no_network()), kept: None });
    assert_eq!(driver.app.world.identity, before);
    driver.says("Which token should pullkey use?");
}

#[test]
fn signing_out_asks_and_the_harmless_choice_has_the_focus() {
    let mut driver = sign_in();
    driver.keys("d enter");
    assert!(driver.live.values().all(|job| *job != Job::SignOut), "Enter alone signs nobody out");
    driver.keys("d right enter");
    driver.running(|job| *job == Job::SignOut);
}

#[test]
fn waiting_for_a_code_can_be_cancelled() {
    let mut driver = waiting_for_code();
    let id = driver.running(|job| matches!(job, Job::Device { .. }));
    assert!(driver.press("esc").contains(&Effect::Cancel(id)));
    driver.says("Which token should pullkey use?");
}

#[test]
fn a_missing_right_is_mended_by_where_the_token_came_from() {
    let mut driver = missing_right(TokenSource::Gh);
    assert!(driver.press("m").contains(&Effect::RefreshGh { scopes: vec!["admin:org".to_owned()] }));
    let mut driver = missing_right(TokenSource::GhToken);
    assert!(driver.press("m").iter().all(|effect| !matches!(effect, Effect::RefreshGh { .. })));
    driver.says("GH_TOKEN");
    let mut driver = missing_right(TokenSource::Keyring);
    driver.press("m");
    driver.says("admin:org").says("github.com/settings/tokens/new");
}

/// The form after a first token that GitHub does not accept.
fn refused_once() -> crate::app::tests::Driver {
    let mut driver = sign_in();
    driver.paste("ghp_wrong0123456789");
    driver.press("enter");
    let id = driver.running(|job| matches!(job, Job::UseToken(_)));
    driver.finish(id, Outcome::TokenUsed { identity: Err(no_network()), kept: None });
    driver
}

#[test]
fn a_refused_token_keeps_its_form_and_the_second_try_is_masked() {
    let mut driver = refused_once();
    let Screen::SignIn(state) = driver.app.top() else { panic!() };
    let Phase::Giving(giving) = &state.phase else { panic!("the form is gone") };
    assert!(giving.field.is_secret() && giving.field.value() == "ghp_wrong0123456789".into() && !giving.on_keep);
    for c in "ghp_right0123456789".chars() {
        driver.press(&c.to_string());
    }
    driver.is_silent_about("right").says("keyring");
    driver.press("enter");
    let token = Sensitive::from("ghp_right0123456789");
    let keep = |job: &Job| matches!(job, Job::UseToken(TokenChoice::Given { token: given, .. }) if *given == token);
    let id = driver.running(keep);
    driver.finish(id, Outcome::TokenUsed { identity: Ok(identity(&["repo"])), kept: None });
    driver.says("Which token should pullkey use?");
}

#[test]
fn what_is_typed_while_a_token_is_tried_stays_in_the_masked_form() {
    let mut driver = sign_in();
    driver.paste("ghp_wrong0123456789");
    driver.press("enter");
    let id = driver.running(|job| matches!(job, Job::UseToken(_)));
    driver.press("g");
    driver.press("enter");
    assert_eq!(driver.live.values().filter(|job| matches!(job, Job::UseToken(_))).count(), 1, "one is tried at a time");
    driver.finish(id, Outcome::TokenUsed { identity: Err(no_network()), kept: None });
    driver.says("keyring");
    driver.press("h");
    driver.press("enter");
    let token = Sensitive::from("gh");
    driver.running(|job| matches!(job, Job::UseToken(TokenChoice::Given { token: given, .. }) if *given == token));
}

#[test]
fn the_keyring_is_not_proposed_where_it_cannot_be_used() {
    let mut driver = crate::app::tests::Driver::ready();
    driver.press("S");
    let id = driver.running(|job| *job == Job::Tokens);
    let mut tokens = crate::app::tests::signing::tokens();
    for token in &mut tokens {
        if token.source == TokenSource::Keyring {
            token.identity = Err(no_network());
            token.kind = crate::domain::token::TokenKind::Unknown;
        }
    }
    driver.finish(id, Outcome::Tokens(tokens));
    driver.press("n");
    driver.says("[ ] save it in the system keyring");
    driver.keys("tab space");
    driver.says("[x] save it in the system keyring");
}
