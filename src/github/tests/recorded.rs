//! The forms of recorded GitHub answers, rebuilt: headers and shapes are facts, all values are ours.

use std::sync::{Arc, Mutex};

use super::super::{Client, GithubError, Grant, Listener, Settings, Unshown, Written};
use super::stub::{Reply, Stub, json, whole};
use super::{TOKEN, client, limits};
use crate::domain::traffic::{Exchange, Traffic};
use crate::domain::{OrgName, RepoName, Scope};

const USER: &str = r#"{"login":"octocat","id":1}"#;

/// The headers that every answer had then.
fn headers(resource: &str, remaining: u32) -> String {
    format!(
        "server: GitHub.com\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\nx-oauth-scopes: repo\r\n\
         x-accepted-oauth-scopes: \r\nx-github-media-type: github.v3; format=json\r\nx-ratelimit-limit: 5000\r\n\
         x-ratelimit-remaining: {remaining}\r\nx-ratelimit-reset: 1767225900\r\nx-ratelimit-used: 1\r\n\
         x-ratelimit-resource: {resource}\r\nvary: Accept, Authorization, Cookie, X-GitHub-OTP\r\n"
    )
}

fn org() -> Scope {
    Scope::Organization(OrgName::parse("acme").unwrap())
}

fn repository() -> Scope {
    Scope::Repository(RepoName::parse("acme/api").unwrap())
}

/// A client, and everything that its transport reports.
fn heard(url: &str) -> (Client, Arc<Mutex<Vec<Traffic>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&told);
    let listener = Listener::new(move |traffic| log.lock().unwrap().push(traffic));
    let settings = Settings::new(url.parse().unwrap(), Some(TOKEN.into()));
    (Client::new(Settings { limits: limits(), listener: Some(listener), ..settings }).unwrap(), told)
}

#[tokio::test]
async fn writes_are_answered_with_an_empty_object_or_with_nothing_at_all() {
    let stub = Stub::start(|n, _| match n {
        0 => json(201, &headers("codespaces", 4_999), "{}"),
        _ => Reply::Bytes(format!(
            "HTTP/1.1 204 No Content\r\nconnection: close\r\n{}\r\n",
            headers("codespaces", 4_998)
        )),
    })
    .await;
    let client = client(&stub.url);
    assert_eq!(client.put_grant(&repository(), "A", &Grant::default()).await.unwrap(), Written::Created);
    assert_eq!(client.put_grant(&repository(), "A", &Grant::default()).await.unwrap(), Written::Updated);
    client.delete_secret(&repository(), "A").await.unwrap();
}

#[tokio::test]
async fn links_name_owners_by_number_and_the_last_page_leads_back_only() {
    let page = |name: &str| {
        let at = "2023-12-01T10:00:00Z";
        format!(
            "{{\"total_count\":2,\"secrets\":[{{\"name\":\"{name}\",\"created_at\":\"{at}\",\"updated_at\":\"{at}\",\
             \"visibility\":\"all\"}}]}}"
        )
    };
    let stub = Stub::start(move |_, request| {
        let path = "/organizations/21/codespaces/secrets?per_page=100";
        let own = headers("codespaces", 4_000);
        if request.starts_with("GET /organizations/21/") {
            let back = format!("link: <{path}&page=1>; rel=\"prev\", <{path}&page=1>; rel=\"first\"\r\n");
            return json(200, &format!("{own}{back}"), &page("B"));
        }
        let on = format!("link: <{path}&page=2>; rel=\"next\", <{path}&page=2>; rel=\"last\"\r\n");
        json(200, &format!("{own}{on}"), &page("A"))
    })
    .await;
    let list = client(&stub.url).secrets(&org(), &mut |_| {}).await.unwrap();
    assert_eq!(list.items.iter().map(|secret| secret.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert!(list.is_complete());
}

#[tokio::test]
async fn one_id_names_the_keys_of_all_owners_and_each_has_its_own_key() {
    let stub = Stub::start(|n, _| {
        let key = ["+0yzT3SpKLeRIzM8HmPZkQYCRM2piv/uFMM5jG0xVXQ=", "2Sg8iYjAxxmI2LvUXpJjkYrMxURPc8r+dB7TJyvvcCU="][n];
        json(200, &headers("codespaces", 9), &format!(r#"{{"key_id":"3380189982652154440","key":"{key}"}}"#))
    })
    .await;
    let client = client(&stub.url);
    let (one, other) = (client.public_key(&org()).await.unwrap(), client.public_key(&repository()).await.unwrap());
    assert!(one.key_id == other.key_id && one.key != other.key);
}

#[tokio::test]
async fn an_end_of_a_token_is_read_in_every_form() {
    for said in ["2026-12-01 10:00:00 UTC", "2026-12-01 03:00:00 -0700", "2026-12-01 11:00:00 +0100"] {
        let own = format!("{}github-authentication-token-expiration: {said}\r\n", headers("core", 9));
        let stub = Stub::start(move |_, _| json(200, &own, USER)).await;
        let me = client(&stub.url).user().await.unwrap();
        assert_eq!(me.expires.unwrap().to_rfc3339(), "2026-12-01T10:00:00+00:00", "{said}");
    }
}

#[tokio::test]
async fn refusals_without_a_word_are_githubs_own() {
    let answered = async |status: u16, body: &'static str| {
        let stub = Stub::start(move |_, _| json(status, &headers("core", 9), body)).await;
        let client = client(&stub.url);
        let failure = client.user().await.unwrap_err();
        (failure, client.refusal().is_some(), client.user().await.is_err(), stub.seen().len())
    };
    let (failure, is_remembered, _, asked) = answered(401, "{}").await;
    assert!(matches!(failure, GithubError::Unauthorized(_)) && is_remembered && asked == 1, "{failure:?}");
    assert!(matches!(answered(404, "{}").await.0, GithubError::NotFound(_)));
    assert!(matches!(answered(403, "{}").await.0, GithubError::Forbidden(_)));
    assert!(matches!(answered(500, "").await.0, GithubError::Server { status: 500, .. }));
    // Still not a refusal: a list, a word, half an object.
    for body in ["[]", "\"x\"", "{"] {
        assert!(matches!(answered(404, body).await.0, GithubError::NotJson { status: 404, .. }), "{body}");
    }
}

#[tokio::test]
async fn reasons_come_as_one_string_and_over_several_lines() {
    let stub = Stub::start(|n, _| match n {
        0 => json(409, &headers("codespaces", 9), r#"{"message":"Conflict","errors":"not a selected secret"}"#),
        _ => json(
            422,
            &headers("codespaces", 9),
            "{\"message\":\"Invalid request.\\n\\nFor 'x'\\nnull is not a string.\"}",
        ),
    })
    .await;
    let client = client(&stub.url);
    let GithubError::Conflict(refusal) = client.add_selected(&org(), "A", 7).await.unwrap_err() else { panic!() };
    assert_eq!(refusal.details, vec!["not a selected secret".into()]);
    let failure = client.put_grant(&org(), "A", &Grant::default()).await.unwrap_err();
    let GithubError::Unprocessable(refusal) = failure else { panic!("{failure:?}") };
    assert_eq!(refusal.message.raw().lines().count(), 4);
}

#[tokio::test]
async fn a_list_on_a_200_says_whose_part_it_lacks_and_the_refusal_of_that_one_says_where_to_go() {
    let page = "https://github.com/orgs/acme/sso?authorization_request=A5ANDB0X";
    let stub = Stub::start(move |_, request| {
        let own = headers("core", 9);
        if request.starts_with("GET /organizations/21 ") {
            let body = r#"{"message":"Resource protected by organization SAML enforcement."}"#;
            return json(403, &format!("{own}x-github-sso: required; url={page}\r\n"), body);
        }
        json(200, &format!("{own}x-github-sso: partial-results; organizations=21,42\r\n"), "[]")
    })
    .await;
    let (list, lacking) = client(&stub.url).memberships().await.unwrap();
    assert!(list.is_empty());
    let Some(GithubError::Partial(unshown)) = lacking else { panic!("{lacking:?}") };
    assert_eq!(unshown, [Unshown { id: 21, page: Some(page.into()) }, Unshown { id: 42, page: None }]);
}

#[tokio::test]
async fn each_exchange_is_told_with_what_it_counts_on_and_what_it_announces() {
    let stub = Stub::start(|_, request| {
        let resource = if request.contains("/codespaces/secrets") { "codespaces" } else { "core" };
        let end = "deprecation: @1772323200\r\nsunset: Fri, 10 Mar 2028 00:00:00 GMT\r\n";
        let body = if resource == "core" { USER } else { r#"{"total_count":0,"secrets":[]}"# };
        json(200, &format!("{}{end}", headers(resource, 40)), body)
    })
    .await;
    let (client, told) = heard(&stub.url);
    client.user().await.unwrap();
    client.secrets(&Scope::User, &mut |_| {}).await.unwrap();
    let told = told.lock().unwrap();
    let on = |traffic: &Traffic| match traffic {
        Traffic::Exchange(Exchange { resource, ending, .. }) => {
            let sunset = ending.as_deref().and_then(|told| told.sunset.clone());
            assert_eq!(sunset.unwrap().raw(), "Fri, 10 Mar 2028 00:00:00 GMT");
            resource.as_ref().map(ToString::to_string)
        }
        Traffic::Budget(budget) => Some(format!("{}: {}", budget.resource, budget.remaining)),
        Traffic::Paused(_) | Traffic::Resumed => None,
    };
    let words: Vec<_> = told.iter().filter_map(on).collect();
    assert_eq!(words, ["core", "core: 40", "codespaces", "codespaces: 40"]);
}

#[tokio::test]
async fn a_411_is_no_answer_of_the_api() {
    let page = "<html><head><title>411 Length Required</title></head></html>";
    let stub = Stub::start(move |_, _| whole(411, "content-type: text/html\r\n", page)).await;
    let failure = client(&stub.url).set_selected(&org(), "A", &[7]).await.unwrap_err();
    assert!(matches!(failure, GithubError::NotJson { status: 411, html: true }), "{failure:?}");
}
