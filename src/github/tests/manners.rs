//! What the client sends, where to, how much at once, and what it retries.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use tokio::net::TcpListener;
use url::Url;

use super::super::{Client, GithubError, Grant, PublicKey, Settings, Written};
use super::stub::{Reply, Stub, json, whole};
use super::{TOKEN, client, client_with, limits};
use crate::domain::{OrgName, RepoName, Scope, Sensitive};

const USER: &str = r#"{"login":"octocat","id":1}"#;

fn org() -> Scope {
    Scope::Organization(OrgName::parse("acme").unwrap())
}

fn count(request: &str, header: &str) -> usize {
    request.lines().filter(|line| line.to_ascii_lowercase().starts_with(&format!("{header}:"))).count()
}

fn key() -> PublicKey {
    PublicKey { key_id: "1".to_owned(), key: "+0yzT3SpKLeRIzM8HmPZkQYCRM2piv/uFMM5jG0xVXQ=".to_owned() }
}

#[tokio::test]
async fn every_request_carries_each_header_once() {
    let stub = Stub::start(|_, _| json(200, "x-ratelimit-remaining: 41\r\nx-ratelimit-limit: 5000\r\n", USER)).await;
    let client = client(&stub.url);
    assert_eq!(client.budget(), None);
    client.user().await.unwrap();
    let request = stub.seen()[0].clone();
    for (header, line) in [
        ("user-agent", concat!("user-agent: pullkey/", env!("CARGO_PKG_VERSION")).to_owned()),
        ("x-github-api-version", "x-github-api-version: 2022-11-28".to_owned()),
        ("accept", "accept: application/vnd.github+json".to_owned()),
        ("accept-encoding", "accept-encoding: gzip".to_owned()),
        ("authorization", format!("authorization: Bearer {TOKEN}")),
    ] {
        assert_eq!(count(&request, header), 1, "{header} in {request}");
        assert!(request.contains(&line), "{line} in {request}");
    }
    assert!(request.starts_with("GET /user HTTP/1.1\r\n"));
    assert_eq!(client.budget(), Some((41, 5000)));
}

#[tokio::test]
async fn without_a_token_nothing_is_said_of_one() {
    let stub = Stub::start(|_, _| json(200, "", USER)).await;
    let settings = Settings { limits: limits(), ..Settings::new(Url::parse(&stub.url).unwrap(), None) };
    Client::new(settings).unwrap().user().await.unwrap();
    assert_eq!(count(&stub.seen()[0], "authorization"), 0);
}

#[test]
fn plain_http_and_odd_addresses_are_refused() {
    let new = |url: &str| {
        Client::new(Settings { limits: limits(), ..Settings::new(Url::parse(url).unwrap(), Some(TOKEN.into())) })
    };
    for url in [
        "http://api.github.com",
        "http://localhost.example",
        "http://10.0.0.1",
        "ftp://localhost",
        "https://u:p@x",
        "https://x/?a",
        "https://x/#a",
    ] {
        assert!(matches!(new(url), Err(GithubError::BadUrl(_))), "{url}");
    }
    for url in [
        "https://api.github.com",
        "http://127.0.0.1:1",
        "http://[::1]:1",
        "http://localhost",
        "http://api.github.localhost/",
    ] {
        assert!(new(url).is_ok(), "{url}");
    }
    assert_eq!(new("http://127.0.0.1:4000").unwrap().api_host(), "127.0.0.1:4000");
    assert_eq!(new("https://api.github.com/").unwrap().api_host(), "api.github.com");
}

#[test]
fn a_token_with_a_line_end_is_refused_and_never_shown() {
    let url = Url::parse("http://127.0.0.1:1").unwrap();
    let settings = Settings { limits: limits(), ..Settings::new(url, Some(Sensitive::new(format!("{TOKEN}\n")))) };
    let refused = Client::new(settings.clone()).unwrap_err();
    assert!(matches!(refused, GithubError::BadToken(_)));
    let good = client("http://127.0.0.1:1");
    assert!(!format!("{refused:?} {refused} {settings:?} {good:?}").contains(TOKEN));
}

#[tokio::test]
async fn names_below_localhost_are_this_machine() {
    let stub = Stub::start(|_, _| json(200, "", USER)).await;
    let port = stub.url.rsplit(':').next().unwrap().to_owned();
    client(&format!("http://api.github.localhost:{port}/api/v3/")).user().await.unwrap();
    assert!(stub.seen()[0].starts_with("GET /api/v3/user HTTP/1.1\r\n"), "{}", stub.seen()[0]);
}

#[tokio::test]
async fn a_redirect_to_another_host_is_refused_and_no_token_goes_there() {
    let other = Arc::new(Stub::start(|_, _| json(200, "", USER)).await);
    for status in [301, 302, 303, 307, 308] {
        let target = format!("location: {}/user\r\n", other.url);
        let stub = Stub::start(move |_, _| whole(status, &target, "")).await;
        let refused = client(&stub.url).user().await;
        assert!(matches!(refused, Err(GithubError::Redirected { .. })), "{status}: {refused:?}");
        let put = client(&stub.url).put_grant(&org(), "A", &Grant::default()).await;
        assert!(matches!(put, Err(GithubError::Redirected { .. })), "{status}: {put:?}");
    }
    assert_eq!(other.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_redirect_on_the_same_origin_is_followed() {
    let stub = Stub::start(|n, _| match n {
        0 => whole(301, "location: /repositories/7\r\n", ""),
        1 => whole(302, "location: /repositories/8?x=1\r\n", ""),
        _ => json(200, "", USER),
    })
    .await;
    client(&stub.url).user().await.unwrap();
    let seen = stub.seen();
    assert!(seen[2].starts_with("GET /repositories/8?x=1 "), "{}", seen[2]);
    assert!(seen.iter().all(|request| request.contains(TOKEN)));
}

#[tokio::test]
async fn a_write_follows_only_what_keeps_its_method_and_body() {
    let stub = Stub::start(|n, _| match n {
        0 => whole(307, "location: /moved\r\n", ""),
        _ => whole(204, "", ""),
    })
    .await;
    let grant = Grant { visibility: Some("all"), selected_repository_ids: None };
    assert_eq!(client(&stub.url).put_grant(&org(), "A", &grant).await.unwrap(), Written::Updated);
    assert!(stub.seen()[1].starts_with("PUT /moved ") && stub.seen()[1].ends_with(r#"{"visibility":"all"}"#));
    let stub = Stub::start(|_, _| whole(302, "location: /moved\r\n", "")).await;
    assert!(client(&stub.url).put_grant(&org(), "A", &grant).await.is_err());
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let stub = Stub::start(|_, _| whole(302, "location: /user\r\n", "")).await;
    assert!(matches!(client(&stub.url).user().await, Err(GithubError::RedirectLoop)));
    assert_eq!(stub.seen().len(), limits().redirects + 1);
}

#[tokio::test]
async fn a_next_page_elsewhere_is_refused_and_no_token_goes_there() {
    let other = Stub::start(|_, _| json(200, "", "[]")).await;
    let link = format!("link: <{}/user/repos?page=2>; rel=\"next\"\r\n", other.url);
    let stub = Stub::start(move |_, _| json(200, &link, r#"{"total_count":2,"secrets":[]}"#)).await;
    let refused = client(&stub.url).secrets(&Scope::User, &mut |_| {}).await;
    assert!(matches!(refused, Err(GithubError::Origin { .. })), "{refused:?}");
    assert_eq!(other.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn reads_that_broke_are_repeated_and_writes_are_not() {
    let stub = Stub::start(|n, _| match n {
        0 => Reply::Close,
        1 => whole(502, "", "<html>"),
        _ => json(200, "", USER),
    })
    .await;
    client(&stub.url).user().await.unwrap();
    assert_eq!(stub.seen().len(), 3);
    for reply in [|| whole(503, "", ""), || Reply::Close] {
        let stub = Stub::start(move |_, _| reply()).await;
        let failed = client(&stub.url).put_secret(&Scope::User, "A", (&key(), "x"), &Grant::default()).await;
        assert!(failed.unwrap_err().may_have_happened());
        assert!(client(&stub.url).delete_secret(&Scope::User, "A").await.is_err());
        assert_eq!(stub.seen().len(), 2);
    }
}

#[tokio::test]
async fn repeating_ends_and_respects_a_time_to_wait() {
    let stub = Stub::start(|_, _| whole(502, "", "")).await;
    let failed = client(&stub.url).user().await;
    assert!(matches!(failed, Err(GithubError::Server { status: 502, .. })));
    assert_eq!(stub.seen().len(), 3);
    let stub = Stub::start(|_, _| whole(503, "retry-after: 60\r\n", "")).await;
    client(&stub.url).user().await.unwrap_err();
    assert_eq!(stub.seen().len(), 1);
}

/// Counts the requests in flight; answers each only when `together` of them are there.
async fn crowd(together: usize, total: usize, method: &str) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (here, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let barrier = Arc::new(tokio::sync::Barrier::new(together));
    let (seen, peak) = (Arc::clone(&here), Arc::clone(&most));
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (here, most, barrier) = (Arc::clone(&seen), Arc::clone(&peak), Arc::clone(&barrier));
            tokio::spawn(async move {
                use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
                let mut buffer = [0; 8192];
                let _ = stream.read(&mut buffer).await;
                most.fetch_max(here.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                barrier.wait().await;
                here.fetch_sub(1, Ordering::SeqCst);
                let body = r#"{"login":"octocat"}"#;
                let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            });
        }
    });
    let client = client_with(&url, super::Limits { reads: 2, ..limits() });
    match method {
        "GET" => drop(join_all((0..total).map(|_| client.user())).await),
        _ => drop(join_all((0..total).map(|_| client.delete_secret(&Scope::User, "A"))).await),
    }
    server.abort();
    most.load(Ordering::SeqCst)
}

#[tokio::test]
async fn reads_go_as_many_at_once_as_the_limits_say() {
    assert_eq!(crowd(2, 6, "GET").await, 2);
}

#[tokio::test]
async fn writes_go_one_at_a_time() {
    assert_eq!(crowd(1, 4, "DELETE").await, 1);
}

#[tokio::test]
async fn pages_are_read_to_the_end_and_counted() {
    let page = |names: &[&str]| {
        let list: Vec<_> = names
            .iter()
            .map(|n| {
                format!(r#"{{"name":"{n}","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}}"#)
            })
            .collect();
        format!(r#"{{"total_count":3,"secrets":[{}]}}"#, list.join(","))
    };
    let (one, two) = (page(&["C", "A"]), page(&["B"]));
    let stub = Stub::start(move |n, _| match n {
        0 => json(200, "link: </user/codespaces/secrets?per_page=100&page=2>; rel=\"next\"\r\n", &one),
        _ => json(200, "", &two),
    })
    .await;
    let mut grown = Vec::new();
    let list = client(&stub.url).secrets(&Scope::User, &mut |s| grown.push(s.all.len())).await.unwrap();
    assert_eq!(list.items.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["A", "B", "C"]);
    assert!(list.is_complete() && list.find("b").is_some());
    assert_eq!(grown, [2, 3]);
    assert!(stub.seen()[0].starts_with("GET /user/codespaces/secrets?per_page=100 "));
}

#[tokio::test]
async fn a_write_to_an_old_name_goes_to_the_new_one() {
    let old = Scope::Repository(RepoName::parse("acme/old").unwrap());
    let answer = |request: &str| match request.split(' ').take(2).collect::<Vec<_>>()[..] {
        ["GET", "/repos/acme/old"] => whole(301, "location: /repositories/7\r\n", ""),
        ["GET", "/repositories/7"] => json(200, "", r#"{"id":7,"full_name":"acme/new"}"#),
        [_, path] if path.starts_with("/repos/acme/new/") => whole(204, "", ""),
        _ => whole(301, "location: /repositories/7/codespaces/secrets/A\r\n", ""),
    };
    let stub = Stub::start(move |_, request| answer(request)).await;
    let client = client(&stub.url);
    assert!(!client.has_moved(&RepoName::parse("acme/old").unwrap()));
    let put = client.put_secret(&old, "A", (&key(), "x"), &Grant::default()).await;
    assert_eq!(put.unwrap().written, Written::Updated);
    client.delete_secret(&old, "A").await.unwrap();
    let wrote = stub.seen().iter().filter(|request| request.contains(" /repos/acme/new/codespaces/secrets/A ")).count();
    assert_eq!(wrote, 2);
    assert!(client.has_moved(&RepoName::parse("Acme/Old").unwrap()));
}

/// As recorded from GitHub: a request over HTTP/1.1 without a length is answered 411.
#[tokio::test]
async fn a_write_without_a_body_says_that_it_has_none() {
    let stub = Stub::start(|_, request| {
        let head = request.to_ascii_lowercase();
        let is_told = head.contains("\r\ncontent-length: 0\r\n");
        match (request.split(' ').next().unwrap_or_default(), is_told) {
            ("DELETE" | "GET", false) | ("PUT", true) => whole(204, "", ""),
            ("POST", true) => json(202, "", "{}"),
            _ => whole(
                411,
                "content-type: text/html\r\n",
                "<html><head><title>411 Length Required</title></head></html>",
            ),
        }
    })
    .await;
    let client = client(&stub.url);
    let name = crate::domain::CodespaceName::parse("fluffy").unwrap();
    client.start_codespace(&name).await.unwrap();
    client.stop_codespace(&name).await.unwrap();
    client.add_selected(&Scope::User, "A", 7).await.unwrap();
    client.remove_selected(&Scope::User, "A", 7).await.unwrap();
    assert_eq!(stub.seen().len(), 4);
}
