//! Switching to another token: one that GitHub refuses changes nothing, including the rate limit on display.

use std::sync::{Arc, Mutex};

use super::*;
use crate::domain::Traffic;
use crate::domain::token::TokenChoice;
use crate::github::{Listener, Settings};
use crate::local::token::Places;
use crate::local::vault::tests::Shelf;
use crate::local::{Address, Env};
use crate::work::Entrance;

/// Sign-in for a sandbox, and the rate limits its listener receives.
fn entrance(stage: &Stage) -> (Entrance, Arc<Mutex<Vec<Traffic>>>) {
    let url = stage.sandbox.api_url();
    let env = Env::of([("PULLKEY_API_URL", url.as_str()), ("GH_TOKEN", stage.sandbox.token())]);
    let address = Address::find(&env).unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&heard);
    let listener = Listener::new(move |traffic| {
        if matches!(traffic, Traffic::Budget(_)) {
            log.lock().unwrap().push(traffic);
        }
    });
    let settings = Settings::new(Url::parse(&url).unwrap(), None);
    let limits = Limits { back_off: Duration::ZERO, ..Limits::hurried(10_000) };
    let settings = Settings { listener: Some(listener), limits, ..settings };
    let places = Places { env, address, vault: Arc::new(Shelf::default()) };
    (Entrance { places, settings, client_id: None }, heard)
}

#[tokio::test]
async fn nobody_hears_of_the_budget_of_a_token_that_is_not_used() {
    let stage = Stage::of(Options::default()).await;
    let (entrance, heard) = entrance(&stage);
    let refused = TokenChoice::Given { token: "ghp_wrong".into(), keep: false };
    assert!(entrance.choose(refused).await.is_err());
    let reports = entrance.tokens(None).await;
    assert!(reports.iter().any(|report| report.identity.is_ok()));
    assert_eq!(*heard.lock().unwrap(), []);
    let right = TokenChoice::Given { token: stage.sandbox.token().into(), keep: false };
    let entered = entrance.choose(right).await.unwrap();
    entered.client.user().await.unwrap();
    assert!(!heard.lock().unwrap().is_empty(), "the token in use is reported");
}
