//! Broken answers: each becomes the error that explains it, and none a panic.

use std::time::Duration;

use super::super::{GithubError, Grant, Limits};
use super::stub::{Reply, Stub, json, whole};
use super::{client, client_with, limits};
use crate::domain::{OrgName, RepoName, Scope};

async fn failure(reply: impl Fn() -> Reply + Send + Sync + 'static) -> GithubError {
    let stub = Stub::start(move |_, _| reply()).await;
    client(&stub.url).user().await.unwrap_err()
}

#[tokio::test]
async fn a_web_page_is_not_an_answer() {
    let page = "<!doctype html><title>Sign in</title>";
    let seen = failure(move || whole(200, "content-type: text/html\r\n", page)).await;
    assert!(matches!(seen, GithubError::NotJson { status: 200, html: true }), "{seen:?}");
    let seen = failure(move || whole(404, "", page)).await;
    assert!(matches!(seen, GithubError::NotJson { status: 404, html: true }), "{seen:?}");
    let seen = failure(|| whole(200, "", "hello")).await;
    assert!(matches!(seen, GithubError::NotJson { status: 200, html: false }), "{seen:?}");
    let seen = failure(|| whole(200, "", "")).await;
    assert!(matches!(seen, GithubError::NotJson { .. }), "{seen:?}");
}

#[tokio::test]
async fn a_write_answered_by_a_web_page_is_not_taken_for_written() {
    let stub = Stub::start(|_, _| whole(200, "content-type: text/html\r\n", "<html>")).await;
    let seen = client(&stub.url).put_grant(&Scope::User, "A", &Grant::default()).await.unwrap_err();
    assert!(matches!(seen, GithubError::Unexpected { status: 200, .. }) && seen.may_have_happened());
    assert!(client(&stub.url).delete_secret(&Scope::User, "A").await.is_err());
}

#[tokio::test]
async fn half_an_answer_is_noticed() {
    let seen = failure(|| json(200, "", r#"{"login":"octo"#)).await;
    assert!(matches!(&seen, GithubError::Decode { source, .. } if source.is_eof()), "{seen:?}");
    let cut = || Reply::Bytes("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"login\":".to_owned());
    let seen = failure(cut).await;
    assert!(matches!(seen, GithubError::Dropped { sent: true, .. }), "{seen:?}");
    let seen = failure(|| json(200, "", r#"{"login":7}"#)).await;
    assert!(matches!(&seen, GithubError::Decode { source, .. } if source.is_data()), "{seen:?}");
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let stub = Stub::start(|_, _| json(200, "", &"x".repeat(5000))).await;
    let seen = client_with(&stub.url, Limits { body: 4096, ..limits() }).user().await;
    assert!(matches!(seen, Err(GithubError::TooBig { limit: 4096 })), "{seen:?}");
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let stub = Stub::start(|_, _| Reply::Silence).await;
    let hasty = Limits { request: Duration::from_millis(50), ..limits() };
    let seen = client_with(&stub.url, hasty).user().await;
    assert!(matches!(seen, Err(GithubError::Timeout { sent: true })), "{seen:?}");
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn nobody_listening_means_nothing_was_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let seen = client(&url).user().await.unwrap_err();
    assert!(matches!(seen, GithubError::Refused { .. }) && !seen.may_have_happened(), "{seen:?}");
}

/// With or without a CA bundle on the machine: an error with a text, never a panic.
#[tokio::test]
async fn tls_with_somebody_who_does_not_speak_it_is_told_as_that() {
    let stub = Stub::start(|_, _| json(200, "", "{}")).await;
    let seen = client(&stub.url.replace("http://", "https://")).user().await.unwrap_err();
    assert!(matches!(seen, GithubError::Tls { .. }), "{seen:?}");
    assert!(!seen.may_have_happened());
}

#[tokio::test]
async fn refusals_keep_what_explains_them() {
    let headers = "x-oauth-scopes: repo, read:org\r\nx-accepted-oauth-scopes: admin:org\r\n\
        x-github-sso: required; url=https://github.com/orgs/acme/sso?x=1\r\n\
        x-accepted-github-permissions: organization_codespaces_secrets=read\r\n";
    let body = r#"{"message":"No\u001b[2J","errors":["a"],"documentation_url":"x","status":"403"}"#;
    let seen = failure(move || json(403, headers, body)).await;
    let GithubError::Forbidden(refusal) = seen else { panic!("{seen:?}") };
    assert_eq!(refusal.request, "GET /user");
    assert_eq!(refusal.scopes.as_deref().unwrap(), ["repo", "read:org"]);
    assert_eq!(refusal.accepted, ["admin:org"]);
    assert_eq!(refusal.sso.unwrap().raw(), "https://github.com/orgs/acme/sso?x=1");
    assert_eq!(refusal.details, vec!["a".into()]);
    assert!(!refusal.message.shown().contains('\x1b'));
}

#[tokio::test]
async fn each_refusal_has_its_kind() {
    let with = |status| failure(move || json(status, "", r#"{"message":"x"}"#));
    assert!(matches!(with(401).await, GithubError::Unauthorized(_)));
    assert!(matches!(with(403).await, GithubError::Forbidden(_)));
    assert!(matches!(with(404).await, GithubError::NotFound(_)));
    assert!(matches!(with(409).await, GithubError::Conflict(_)));
    assert!(matches!(with(422).await, GithubError::Unprocessable(_)));
    assert!(matches!(with(418).await, GithubError::Unexpected { status: 418, .. }));
    assert!(matches!(with(500).await, GithubError::Server { status: 500, .. }));
    assert!(matches!(failure(|| whole(401, "", "")).await, GithubError::Unauthorized(_)));
}

#[tokio::test]
async fn rate_limits_are_told_from_refusals() {
    let spent = "date: Thu, 01 Jan 2026 00:00:00 GMT\r\nx-ratelimit-remaining: 0\r\nx-ratelimit-limit: 5000\r\n\
        x-ratelimit-reset: 1767225720\r\n";
    let limit = |seen| match seen {
        GithubError::RateLimited(limit) => *limit,
        other => panic!("{other:?}"),
    };
    let seen = limit(failure(move || json(403, spent, r#"{"message":"API rate limit exceeded"}"#)).await);
    assert_eq!((seen.wait, seen.secondary), (Some(Duration::from_secs(120)), false));
    let seen = limit(failure(|| json(429, "retry-after: 7\r\n", r#"{"message":"x"}"#)).await);
    assert_eq!((seen.wait, seen.secondary), (Some(Duration::from_secs(7)), true));
    let text = r#"{"message":"You have exceeded a secondary rate limit."}"#;
    let seen = limit(failure(move || json(403, "", text)).await);
    assert_eq!((seen.wait, seen.secondary), (None, true));
}

#[tokio::test]
async fn a_deletion_of_nothing_is_done_and_a_look_at_nothing_is_none() {
    let stub = Stub::start(|_, _| json(404, "", r#"{"message":"Not Found"}"#)).await;
    let client = client(&stub.url);
    client.delete_secret(&Scope::User, "A").await.unwrap();
    assert_eq!(client.secret(&Scope::User, "A").await.unwrap(), None);
    let org = Scope::Organization(OrgName::parse("acme").unwrap());
    client.remove_selected(&org, "A", 7).await.unwrap();
    let repo = Scope::Repository(RepoName::parse("acme/api.v2").unwrap());
    client.delete_secret(&repo, "A").await.unwrap();
    let seen: Vec<_> = stub.seen().iter().map(|r| r.lines().next().unwrap().to_owned()).collect();
    assert_eq!(seen[2], "DELETE /orgs/acme/codespaces/secrets/A/repositories/7 HTTP/1.1");
    assert_eq!(seen[3], "DELETE /repos/acme/api.v2/codespaces/secrets/A HTTP/1.1");
}

#[tokio::test]
async fn a_success_that_echoes_the_token_does_not_show_it() {
    let token = super::TOKEN;
    let stub = Stub::start(move |_, request| {
        let at = "2026-01-01T00:00:00Z";
        let secret = format!(
            r#"{{"total_count":1,"secrets":[{{"name":"{token}","created_at":"{at}","updated_at":"{at}",
                "visibility":"{token}"}}]}}"#
        );
        let space = format!(
            r#"{{"codespaces":[{{"name":"a-b","display_name":"my {token}","owner":{{"login":"{token}"}},
                "repository":{{"id":1,"full_name":"acme/{token}"}},"git_status":{{"ref":"{token}"}},"state":"{token}",
                "last_known_stop_notice":"{token}","web_url":"https://{token}.github.dev"}}]}}"#
        );
        let repository =
            format!(r#"[{{"id":1,"full_name":"acme/{token}","visibility":"{token}","topics":["{token}"]}}]"#);
        let headers = format!("x-oauth-scopes: {token}\r\nsunset: {token}\r\n");
        let body = match request.split(' ').nth(1).unwrap_or_default() {
            path if path.contains("/secrets") => secret,
            path if path.contains("/codespaces") => space,
            path if path.contains("/repos") => repository,
            path if path.contains("/packages") => format!(r#"[{{"name":"{token}","visibility":"{token}"}}]"#),
            _ => format!(r#"{{"login":"{token}"}}"#),
        };
        json(200, &headers, &body)
    })
    .await;
    let client = client(&stub.url);
    let org = OrgName::parse("acme").unwrap();
    let seen = [
        format!("{:?}", client.user().await),
        format!("{:?}", client.secrets(&Scope::Organization(org.clone()), &mut |_| {}).await),
        format!("{:?}", client.repositories(Some(&org), &mut |_| {}).await),
        format!("{:?}", client.codespaces(&crate::domain::CodespaceList::Mine, &mut |_| {}).await),
        format!(
            "{:?}",
            client
                .packages("acme", crate::domain::seamless::Holder::Me, crate::domain::seamless::PackageKind::Container)
                .await
        ),
    ];
    for seen in seen {
        assert!(seen.starts_with("Ok(") && !seen.contains("canary") && seen.contains("•••"), "{seen}");
    }
}

#[tokio::test]
#[allow(clippy::format_collect)] // short texts
async fn an_error_that_echoes_the_token_does_not_show_it() {
    use base64::Engine as _;
    let token = super::TOKEN;
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("x:{token}"));
    let hex: String = token.bytes().map(|b| format!("{b:02x}")).collect();
    let percent: String = token.bytes().map(|b| format!("%{b:02X}")).collect();
    for echo in [token.to_owned(), token.to_uppercase(), token.chars().rev().collect(), encoded, hex, percent] {
        for status in [401, 403, 404, 409, 422] {
            let told = echo.clone();
            let stub = Stub::start(move |_, _| {
                let headers = format!(
                    "x-oauth-scopes: {told}\r\nx-accepted-oauth-scopes: {told}\r\n\
                     x-accepted-github-permissions: {told}\r\n\
                     x-github-sso: required; url=https://github.com/orgs/{told}/sso\r\n"
                );
                let body = format!(r#"{{"message":"bad {told}","errors":[{{"message":"{told}"}}]}}"#);
                json(status, &headers, &body)
            })
            .await;
            let seen = format!("{:?}", client(&stub.url).user().await.unwrap_err());
            assert!(!seen.contains(&echo) && !seen.to_lowercase().contains("canary"), "{status}: {seen}");
        }
        let away = format!("location: https://{}.evil.example/\r\n", echo.replace(['%', '='], ""));
        let stub = Stub::start(move |_, _| json(301, &away, "")).await;
        let seen = format!("{:?}", client(&stub.url).user().await.unwrap_err());
        assert!(!seen.contains(&echo) && !seen.to_lowercase().contains("canary"), "{seen}");
    }
}
