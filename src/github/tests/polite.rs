//! Waits for GitHub's limits: reported, respected, and ended on request.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::super::{Client, GithubError, Grant, Limits, Listener, Pacing, Settings};
use super::stub::{Reply, Stub, json, whole};
use super::{TOKEN, limits};
use crate::domain::Scope;
use crate::domain::traffic::{PauseReason, Traffic};

const USER: &str = r#"{"login":"octocat","id":1}"#;
const SECONDARY: &str = r#"{"message":"You have exceeded a secondary rate limit."}"#;

struct Heard {
    client: Client,
    traffic: Arc<Mutex<Vec<Traffic>>>,
    told: Arc<tokio::sync::Notify>,
}

impl Heard {
    fn new(url: &str, limits: Limits, read_only: bool) -> Self {
        let (traffic, told) = (Arc::new(Mutex::new(Vec::new())), Arc::new(tokio::sync::Notify::new()));
        let (log, bell) = (Arc::clone(&traffic), Arc::clone(&told));
        let listener = Listener::new(move |traffic| {
            let is_pause = matches!(traffic, Traffic::Paused(_));
            log.lock().unwrap().push(traffic);
            if is_pause {
                bell.notify_one();
            }
        });
        let settings = Settings::new(url.parse().unwrap(), Some(TOKEN.into()));
        let settings = Settings { limits, read_only, listener: Some(listener), ..settings };
        Self { client: Client::new(settings).unwrap(), traffic, told }
    }

    fn words(&self) -> Vec<&'static str> {
        let word = |traffic: &Traffic| match traffic {
            Traffic::Exchange(_) => None,
            Traffic::Paused(pause) => Some(match pause.reason {
                PauseReason::Pace => "pace",
                PauseReason::Spacing => "spacing",
                PauseReason::Secondary => "secondary",
                PauseReason::Primary => "primary",
                PauseReason::BackOff => "back-off",
            }),
            Traffic::Resumed => Some("resumed"),
            Traffic::Budget(_) => Some("budget"),
        };
        self.traffic.lock().unwrap().iter().filter_map(word).collect()
    }
}

/// Every wait is reported, and none is longer than a few milliseconds unless GitHub says so.
fn quick() -> Limits {
    let limits = limits();
    Limits { pace: Pacing { told: Duration::ZERO, unsaid: Duration::from_millis(2), ..limits.pace.clone() }, ..limits }
}

#[tokio::test]
async fn what_a_limit_refused_is_sent_again_reads_and_writes_alike() {
    let stub = Stub::start(|n, request| match (n, request.starts_with("GET")) {
        (0 | 2, _) => json(403, "", SECONDARY),
        (_, true) => json(200, "", USER),
        (_, false) => whole(204, "", ""),
    })
    .await;
    let heard = Heard::new(&stub.url, quick(), false);
    heard.client.user().await.unwrap();
    heard.client.put_grant(&Scope::User, "A", &Grant::default()).await.unwrap();
    assert_eq!(stub.seen().len(), 4);
    assert_eq!(heard.words(), ["secondary", "resumed", "secondary", "resumed"]);
}

#[tokio::test]
async fn what_is_left_to_nobody_or_to_the_token_before_is_not_told_as_this_tokens() {
    let left = |remaining: u32, limit: u32| {
        format!(
            "date: Thu, 01 Jan 2026 00:00:00 GMT\r\nx-ratelimit-remaining: {remaining}\r\n\
             x-ratelimit-limit: {limit}\r\nx-ratelimit-reset: 1767232800\r\nx-ratelimit-resource: core\r\n"
        )
    };
    let tries = r#"{"message":"Maximum number of login attempts exceeded. Please try again later."}"#;
    let stub = Stub::start(move |n, _| match n {
        0 => json(200, &left(4_000, 5_000), USER),
        1 => json(403, &left(58, 60), tries),
        2 => json(200, &left(3_999, 5_000), USER),
        _ => json(401, &left(57, 60), r#"{"message":"Bad credentials"}"#),
    })
    .await;
    let heard = Heard::new(&stub.url, quick(), false);
    let budgets = || {
        let traffic = heard.traffic.lock().unwrap();
        let told = traffic.iter().filter_map(|traffic| match traffic {
            Traffic::Budget(budget) => Some((budget.remaining, budget.limit)),
            Traffic::Exchange(_) | Traffic::Paused(_) | Traffic::Resumed => None,
        });
        told.collect::<Vec<_>>()
    };
    heard.client.user().await.unwrap();
    assert!(matches!(heard.client.user().await, Err(GithubError::Forbidden(_))));
    assert_eq!((budgets(), heard.client.budget()), (vec![(4_000, 5_000)], Some((4_000, 5_000))));
    // Another token is in use: this one continues without being reported.
    heard.client.retire();
    heard.client.user().await.unwrap();
    assert!(matches!(heard.client.user().await, Err(GithubError::Unauthorized(_))));
    assert_eq!((budgets().len(), heard.client.budget()), (1, Some((3_999, 5_000))));
    let traffic = heard.traffic.lock().unwrap();
    let booked = traffic.iter().filter(|one| matches!(one, Traffic::Exchange(exchange) if exchange.cost.primary > 0));
    assert_eq!(booked.count(), 2, "what GitHub did not count for the token is not counted in its hour");
}

#[tokio::test]
async fn a_limit_that_never_ends_is_given_up() {
    let stub = Stub::start(|_, _| json(429, "", SECONDARY)).await;
    let heard = Heard::new(&stub.url, quick(), false);
    assert!(matches!(heard.client.user().await, Err(GithubError::RateLimited(_))));
    assert_eq!(stub.seen().len(), 5);
}

#[tokio::test]
async fn a_wait_beyond_the_patience_fails_at_once() {
    let stub = Stub::start(|_, _| json(429, "retry-after: 7200\r\n", SECONDARY)).await;
    let heard = Heard::new(&stub.url, quick(), false);
    let GithubError::RateLimited(limit) = heard.client.user().await.unwrap_err() else { panic!("no limit") };
    assert_eq!(limit.wait, Some(Duration::from_secs(7200)));
    // Nor is anything else sent before that.
    assert!(matches!(heard.client.user().await, Err(GithubError::RateLimited(_))));
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn the_last_of_the_budget_is_not_overdrawn() {
    let spent = "date: Thu, 01 Jan 2026 00:00:00 GMT\r\nx-ratelimit-remaining: 0\r\nx-ratelimit-limit: 5000\r\n\
        x-ratelimit-reset: 1767232800\r\n";
    let stub = Stub::start(move |_, _| json(200, spent, USER)).await;
    let heard = Heard::new(&stub.url, quick(), false);
    heard.client.user().await.unwrap();
    let GithubError::RateLimited(limit) = heard.client.user().await.unwrap_err() else { panic!("no limit") };
    assert!(!limit.secondary && limit.wait > Some(Duration::from_secs(7_000)));
    assert_eq!(stub.seen().len(), 1);
    assert_eq!(heard.words(), ["budget"]);
}

/// A client whose requests are all refused for a minute, waiting.
async fn waiting() -> (Stub, Heard) {
    let stub = Stub::start(|_, _| json(403, "retry-after: 60\r\n", SECONDARY)).await;
    let patient = Limits::default();
    let heard = Heard::new(&stub.url, patient, false);
    (stub, heard)
}

#[tokio::test]
async fn whoever_has_enough_ends_every_wait_at_once() {
    let (stub, heard) = waiting().await;
    let client = heard.client.clone();
    let many = tokio::spawn(async move {
        let reads = (0..20).map(|_| client.user());
        let write = client.delete_secret(&Scope::User, "A");
        futures_util::join!(futures_util::future::join_all(reads), write)
    });
    heard.told.notified().await;
    heard.client.stop_waiting();
    let (reads, write) = many.await.unwrap();
    assert!(reads.iter().all(|read| matches!(read, Err(GithubError::RateLimited(_)))));
    assert!(matches!(write, Err(GithubError::RateLimited(_))));
    assert!(stub.seen().len() <= 17, "{}", stub.seen().len());
    assert_eq!(heard.words().last(), Some(&"resumed"));
}

#[tokio::test]
async fn a_read_that_is_dropped_while_it_waits_leaves_its_place() {
    let (_stub, heard) = waiting().await;
    for _ in 0..40 {
        let client = heard.client.clone();
        let read = tokio::spawn(async move { client.user().await });
        heard.told.notified().await;
        read.abort();
        let _ = read.await;
    }
    let words = heard.words();
    assert_eq!(words.iter().filter(|word| **word == "resumed").count(), 40);
}

#[tokio::test]
async fn somebody_who_leaves_waits_no_more() {
    let (stub, heard) = waiting().await;
    heard.client.stop_waiting_for_good();
    assert!(matches!(heard.client.user().await, Err(GithubError::RateLimited(_))));
    assert!(matches!(heard.client.user().await, Err(GithubError::RateLimited(_))));
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn where_only_reads_are_allowed_no_write_reaches_the_wire() {
    let stub = Stub::start(|_, _| json(200, "", USER)).await;
    let heard = Heard::new(&stub.url, quick(), true);
    heard.client.user().await.unwrap();
    let put = heard.client.put_grant(&Scope::User, "A", &Grant::default()).await;
    assert!(matches!(&put, Err(GithubError::ReadOnly { request }) if request == "PUT /user/codespaces/secrets/A"));
    assert!(!put.unwrap_err().may_have_happened());
    let delete = heard.client.delete_secret(&Scope::User, "A").await;
    assert!(matches!(delete, Err(GithubError::ReadOnly { .. })));
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn every_exchange_is_told_with_its_cost_also_one_that_was_given_up() {
    let stub = Stub::start(|n, request| match (n, request.starts_with("GET")) {
        (0, _) => json(200, "", USER),
        (1, _) => whole(204, "", ""),
        _ => Reply::Silence,
    })
    .await;
    let heard = Heard::new(&stub.url, quick(), false);
    heard.client.user().await.unwrap();
    heard.client.delete_secret(&Scope::User, "A").await.unwrap();
    let silent = tokio::time::timeout(Duration::from_millis(30), heard.client.user()).await;
    assert!(silent.is_err());
    let unreachable = Heard::new("http://127.0.0.1:9", quick(), false);
    unreachable.client.user().await.unwrap_err();
    let told = |heard: &Heard| -> Vec<_> {
        let traffic = heard.traffic.lock().unwrap();
        let exchanges = traffic.iter().filter_map(|traffic| match traffic {
            Traffic::Exchange(e) => Some((e.method, e.path.clone(), e.status, e.cost.primary, e.cost.points)),
            Traffic::Paused(_) | Traffic::Resumed | Traffic::Budget(_) => None,
        });
        exchanges.collect()
    };
    let user = "/user".to_owned();
    assert_eq!(
        told(&heard),
        [
            ("GET", user.clone(), Some(200), 1, 1),
            ("DELETE", "/user/codespaces/secrets/A".to_owned(), Some(204), 1, 5),
            ("GET", user.clone(), None, 1, 1),
        ]
    );
    assert!(told(&unreachable).iter().all(|e| *e == ("GET", user.clone(), None, 0, 0)));
}
