//! The conditional cache and resumed runs, as seen on the wire.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::super::{Client, GithubError, Grant, Listener, RepoRecord, Settings};
use super::stub::{Reply, Stub, json, whole};
use super::{TOKEN, limits};
use crate::domain::traffic::{Exchange, Traffic};
use crate::domain::{RepoName, Scope};

const REPOSITORY: &str = r#"{"id":1,"full_name":"acme/api"}"#;
const TAGGED: &str = "etag: \"one\"\r\nx-oauth-scopes: repo\r\n";

/// Answers with a tag, and “not modified” to a request that has it.
fn tagged(request: &str) -> Reply {
    if request.to_ascii_lowercase().contains("if-none-match: \"one\"") {
        whole(304, "etag: \"one\"\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\n", "")
    } else {
        json(200, TAGGED, REPOSITORY)
    }
}

async fn read(client: &Client) -> Result<RepoRecord, GithubError> {
    client.repository(&RepoName::parse("acme/api").unwrap()).await
}

struct Heard {
    client: Client,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl Heard {
    fn new(url: &str, token: &str, cache: &Path) -> Self {
        let exchanges = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&exchanges);
        let listener = Listener::new(move |traffic| {
            if let Traffic::Exchange(exchange) = traffic {
                log.lock().unwrap().push(exchange);
            }
        });
        let settings = Settings::new(url.parse().unwrap(), Some(token.into()));
        let settings =
            Settings { limits: limits(), cache: Some(cache.to_owned()), listener: Some(listener), ..settings };
        Self { client: Client::new(settings).unwrap(), exchanges }
    }

    /// Status, primary cost and points of every exchange so far.
    fn costs(&self) -> Vec<(Option<u16>, u32, u32)> {
        let exchanges = self.exchanges.lock().unwrap();
        exchanges.iter().map(|e| (e.status, e.cost.primary, e.cost.points)).collect()
    }
}

/// As GitHub does it: the tag does not change with a token's permissions, and a “not modified” says nothing about them.
#[tokio::test]
async fn what_a_token_may_do_is_asked_in_full_each_time_and_never_taken_from_the_disk() {
    let user = r#"{"login":"octocat","id":1}"#;
    let stub = Stub::start(move |n, request| match (is_conditional(request), n) {
        (true, _) => whole(304, "etag: \"one\"\r\n", ""),
        (false, 0) => json(200, TAGGED, user),
        (false, 1) => json(200, "etag: \"one\"\r\nx-oauth-scopes: repo, codespace\r\n", user),
        (false, _) => json(200, "etag: \"one\"\r\nx-oauth-scopes: \r\n", user),
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let ticked = ["repo", "codespace"].map(str::to_owned);
    let mut client = Heard::new(&stub.url, TOKEN, home.path()).client;
    for scopes in [&ticked[..1], &ticked[..], &[]] {
        assert_eq!(client.user().await.unwrap().scopes.unwrap(), scopes);
        // The same process, and another one.
        client = Heard::new(&stub.url, TOKEN, home.path()).client;
    }
    let run = client.run("all").await;
    drop((run.client().user().await.unwrap(), run));
    let run = client.run("all").await;
    assert!(run.is_resumed());
    run.client().user().await.unwrap();
    assert_eq!(stub.seen().len(), 5);
    assert!(!stub.seen().iter().any(|request| is_conditional(request)));
}

#[tokio::test]
async fn a_list_that_lacks_something_is_asked_for_in_full_again() {
    let partial = "etag: \"one\"\r\nx-github-sso: partial-results; organizations=21\r\n";
    let stub = Stub::start(move |_, _| json(200, partial, r#"{"total_count":0,"secrets":[]}"#)).await;
    let home = tempfile::tempdir().unwrap();
    let client = Heard::new(&stub.url, TOKEN, home.path()).client;
    for _ in 0..2 {
        client.secrets(&Scope::User, &mut |_| {}).await.unwrap();
    }
    assert!(!stub.seen().iter().any(|request| is_conditional(request)));
}

/// A list of exactly one full page grows: its first page stays as it was, and has a next link from then on.
#[tokio::test]
async fn where_a_page_leads_is_what_the_last_answer_said() {
    let home = tempfile::tempdir().unwrap();
    let on = "link: </user/codespaces/secrets?per_page=100&page=2>; rel=\"next\"\r\n";
    let list = r#"{"total_count":0,"secrets":[]}"#;
    let stub = Stub::start(move |_, request| match (request.contains("page=2"), is_conditional(request)) {
        (true, _) => json(200, "etag: \"two\"\r\n", list),
        (false, false) => json(200, "etag: \"one\"\r\n", list),
        (false, true) => whole(304, on, ""),
    })
    .await;
    let read = async |client: &Client| client.secrets(&Scope::User, &mut |_| {}).await.unwrap();
    read(&Heard::new(&stub.url, TOKEN, home.path()).client).await;
    assert_eq!(stub.seen().len(), 1);
    // A run that is killed after both pages, and resumed from disk.
    let client = Heard::new(&stub.url, TOKEN, home.path()).client;
    let run = client.run("all").await;
    read(run.client()).await;
    drop(run);
    assert_eq!(stub.seen().len(), 3);
    let second = Heard::new(&stub.url, TOKEN, home.path());
    let run = second.client.run("all").await;
    read(run.client()).await;
    assert_eq!(second.costs(), [(Some(200), 0, 0), (Some(200), 0, 0)], "both pages");
}

fn is_conditional(request: &str) -> bool {
    request.to_ascii_lowercase().contains("if-none-match:")
}

#[tokio::test]
async fn a_second_reading_costs_nothing_of_the_hourly_budget() {
    let stub = Stub::start(|_, request| tagged(request)).await;
    let home = tempfile::tempdir().unwrap();
    let first = Heard::new(&stub.url, TOKEN, home.path());
    read(&first.client).await.unwrap();
    // Another process, later.
    let second = Heard::new(&stub.url, TOKEN, home.path());
    assert_eq!(read(&second.client).await.unwrap().full_name.raw(), "acme/api");
    assert_eq!(first.costs(), [(Some(200), 1, 1)]);
    assert_eq!(second.costs(), [(Some(304), 0, 1)]);
    let seen: Vec<_> = stub.seen().iter().map(|request| is_conditional(request)).collect();
    assert_eq!(seen, [false, true]);
}

#[tokio::test]
async fn another_token_knows_nothing_of_it_and_no_file_holds_a_token() {
    let stub = Stub::start(|_, request| tagged(request)).await;
    let home = tempfile::tempdir().unwrap();
    read(&Heard::new(&stub.url, TOKEN, home.path()).client).await.unwrap();
    read(&Heard::new(&stub.url, "ghp_other", home.path()).client).await.unwrap();
    assert!(!stub.seen().iter().any(|request| is_conditional(request)));
    let mut files = 0;
    for file in std::fs::read_dir(home.path().join("github")).unwrap() {
        let file = file.unwrap();
        let text = String::from_utf8_lossy(&std::fs::read(file.path()).unwrap()).into_owned();
        assert!(!text.contains(TOKEN) && !file.file_name().to_string_lossy().contains(TOKEN));
        files += 1;
    }
    // Two answers, two files for the next process, and the salt.
    assert_eq!(files, 5);
}

#[tokio::test]
async fn what_must_not_be_kept_is_not() {
    let home = tempfile::tempdir().unwrap();
    let key = r#"{"key_id":"1","key":"+0yzT3SpKLeRIzM8HmPZkQYCRM2piv/uFMM5jG0xVXQ="}"#;
    let stub = Stub::start(move |_, request| match request.split(' ').next() {
        Some("GET") => json(200, TAGGED, key),
        _ => whole(204, TAGGED, ""),
    })
    .await;
    let heard = Heard::new(&stub.url, TOKEN, home.path());
    for _ in 0..2 {
        heard.client.public_key(&Scope::User).await.unwrap();
        heard.client.put_grant(&Scope::User, "A", &Grant::default()).await.unwrap();
    }
    // Half an answer, a web page, a refusal, and an answer that forbids storing it.
    for (status, headers, body) in [
        (200, TAGGED, r#"{"full_name":"octo"#),
        (200, TAGGED, "<html>"),
        (404, TAGGED, r#"{"message":"Not Found"}"#),
        (200, "etag: \"one\"\r\ncache-control: no-store\r\n", REPOSITORY),
        (200, "", REPOSITORY),
    ] {
        let stub = Stub::start(move |_, _| json(status, headers, body)).await;
        let client = Heard::new(&stub.url, TOKEN, home.path()).client;
        let _ = (read(&client).await, read(&client).await);
        assert!(!stub.seen().iter().any(|request| is_conditional(request)), "{status} {headers} {body}");
    }
    assert!(!stub.seen().iter().any(|request| is_conditional(request)));
}

#[tokio::test]
async fn an_answer_that_cannot_be_understood_is_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|n, _| json(200, TAGGED, if n == 0 { r#"{"full_name":7}"# } else { REPOSITORY })).await;
    let client = Heard::new(&stub.url, TOKEN, home.path()).client;
    read(&client).await.unwrap_err();
    read(&client).await.unwrap();
    assert!(!is_conditional(&stub.seen()[1]));
}

#[tokio::test]
async fn the_way_to_the_next_page_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let link = "link: </user/codespaces/secrets?per_page=100&page=2>; rel=\"next\"\r\n";
    let stub = Stub::start(move |_, request| {
        let list = r#"{"total_count":0,"secrets":[]}"#;
        match (request.contains("page=2"), is_conditional(request)) {
            (true, false) => json(200, "etag: \"two\"\r\n", list),
            (false, false) => json(200, &format!("etag: \"one\"\r\n{link}"), list),
            (_, true) => whole(304, "", ""),
        }
    })
    .await;
    let client = Heard::new(&stub.url, TOKEN, home.path()).client;
    for _ in 0..2 {
        client.secrets(&Scope::User, &mut |_| {}).await.unwrap();
    }
    assert_eq!(stub.seen().len(), 4);
    assert!(stub.seen()[3].contains("page=2") && is_conditional(&stub.seen()[3]));
}

#[tokio::test]
async fn an_unfinished_run_is_gone_on_with_and_a_finished_one_begins_anew() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|_, request| tagged(request)).await;
    // Before the run: it has to be confirmed within the run.
    read(&Heard::new(&stub.url, TOKEN, home.path()).client).await.unwrap();
    let first = Heard::new(&stub.url, TOKEN, home.path());
    let run = first.client.run("all").await;
    assert!(!run.is_resumed() && run.can_resume());
    read(run.client()).await.unwrap();
    // Killed here. The next run needs no request; another name and another token do.
    let second = Heard::new(&stub.url, TOKEN, home.path());
    let run = second.client.run("all").await;
    assert!(run.is_resumed());
    read(run.client()).await.unwrap();
    read(&second.client).await.unwrap();
    assert!(!second.client.run("others").await.is_resumed());
    assert!(!Heard::new(&stub.url, "ghp_other", home.path()).client.run("all").await.is_resumed());
    assert_eq!(first.costs(), [(Some(304), 0, 1)]);
    assert_eq!(second.costs(), [(Some(200), 0, 0), (Some(304), 0, 1)]);
    run.finish().await;
    assert!(!second.client.run("all").await.is_resumed());
}

#[tokio::test]
async fn an_old_run_counts_for_nothing() {
    let home = tempfile::tempdir().unwrap();
    let stub = Stub::start(|_, request| tagged(request)).await;
    let short = |run| {
        let limits = super::Limits { run, ..limits() };
        let settings = Settings::new(stub.url.parse().unwrap(), Some(TOKEN.into()));
        Client::new(Settings { limits, cache: Some(home.path().to_owned()), ..settings }).unwrap()
    };
    let hour = std::time::Duration::from_secs(3_600);
    assert!(!short(hour).run("all").await.is_resumed());
    assert!(short(hour).run("all").await.is_resumed());
    assert!(!short(std::time::Duration::ZERO).run("all").await.is_resumed());
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_means_no_cache() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let stub = Stub::start(|_, request| tagged(request)).await;
    let client = Heard::new(&stub.url, TOKEN, &file).client;
    read(&client).await.unwrap();
    read(&client).await.unwrap();
    assert!(!client.run("all").await.can_resume());
}
