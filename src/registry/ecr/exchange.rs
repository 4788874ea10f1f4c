//! The exchange itself: one signed `GetAuthorizationToken` request, and its result in words.

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderName, HeaderValue};
use url::Url;
use zeroize::Zeroizing;

use super::said::{self, Fault};
use super::sign::{Scope, signed};
use crate::domain::verdict::Check;
use crate::domain::{Code, EcrHost, Outcome, Server, Step};
use crate::registry::client::{Answer, Ask, place};
use crate::registry::expiry::{at, span};
use crate::registry::ladder::{Test, advised, step};
use crate::registry::pair::Pair;
use crate::registry::words::{trouble_step, unwell};

/// AWS JSON 1.1; the target names the API's version and the call (botocore, `ecr` service model).
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
const TARGET: &str = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
/// A signature is valid for about five minutes to either side.
const TOLERANCE: i64 = 5 * 60;

/// Exchanges the key pair, once. Returns the login that the registry accepts and the step that says so, or only the
/// step that says why not.
pub(in crate::registry) async fn exchange(
    test: &Test<'_>,
    server: &Server,
    ecr: &EcrHost,
    key: &Pair,
) -> (Option<Pair>, Step) {
    let api = match &test.client.surroundings().ecr_endpoint {
        Some(url) => Some(url.clone()),
        None => Url::parse(&format!("https://{}/", ecr.api_host())).ok(),
    };
    let Some(api) = api else {
        return (None, unsure(Code::AwsEndpoint, "no AWS API belongs to this server", "check the server"));
    };
    let headers = [("content-type", CONTENT_TYPE), ("x-amz-target", TARGET)];
    let scope = Scope { region: &ecr.region, service: "ecr", time: test.now.into() };
    let Some(signature) = signed(&scope, key, &api, &headers, "{}") else {
        return (None, unsure(Code::AwsEndpoint, "key id or secret cannot be used to sign", "copy them again"));
    };
    let ask = Ask::post(CONTENT_TYPE, Zeroizing::new("{}".to_owned()))
        .with(HeaderName::from_static("x-amz-target"), HeaderValue::from_static(TARGET));
    let ask = signature.into_iter().fold(ask, |ask, (name, value)| ask.with(name, value));
    match test.client.ask(&api, ask).await {
        Ok(answer) if answer.status == 200 => given(test, ecr, &api, &answer),
        Ok(answer) => {
            let step = refused(test, &api, key, &answer);
            let advice_key = match step.code {
                Code::AwsUnknownKey | Code::AwsWrongSecret => Code::BadCredentials.as_str(),
                code => code.as_str(),
            };
            (None, advised(step, test.advice(advice_key, None)))
        }
        Err(trouble) => (None, trouble_step(trouble, Check::Exchange, server)),
    }
}

fn given(test: &Test<'_>, ecr: &EcrHost, api: &Url, answer: &Answer) -> (Option<Pair>, Step) {
    let Some(token) = said::token(&answer.body) else {
        let detail = format!("{} accepts the key but returns no token", place(api));
        return (None, unsure(Code::AwsEndpoint, &detail, "check the region in the server's name"));
    };
    // A stand-in may give an expiry in the past; the registry decides whether the token is valid.
    let life = token.ends.filter(|ends| *ends > test.now).map(|ends| {
        format!(", which expires {} ({})", at(ends, test.now).trim_start_matches("at "), span(ends - test.now))
    });
    let detail = format!("{} returns a token for this key{}", place(api), life.unwrap_or_default());
    let remedy = match &token.account {
        Some(account) if *account != ecr.account => format!(
            "the key belongs to account {account}: the repositories of {} must allow it in their policies",
            ecr.account
        ),
        Some(_) | None => String::new(),
    };
    (Some(token.pair), step(Check::Exchange, Code::Ok, Outcome::Pass, detail, remedy))
}

/// Source of the names: AWS, “Common Error Types”, and the two that only stand-ins and older services use.
fn refused(test: &Test<'_>, api: &Url, key: &Pair, answer: &Answer) -> Step {
    let host = place(api);
    let Fault { kind, message } = said::fault(answer);
    let said = message.map(|text| format!(": {}", key.redactor().show(&text))).unwrap_or_default();
    let lower = said.to_ascii_lowercase();
    let is_late = lower.contains("signature expired") || lower.contains("not yet current");
    match kind.as_str() {
        "RequestExpired" | "RequestTimeTooSkewed" => clock(test, answer, &said),
        "InvalidSignatureException" | "SignatureDoesNotMatch" if is_late || is_skewed(test.now, answer) => {
            clock(test, answer, &said)
        }
        "InvalidSignatureException" | "SignatureDoesNotMatch" => fail(
            Code::AwsWrongSecret,
            format!("{host} knows the access key id, but the secret does not match{said}"),
            "copy the secret access key again; AWS shows it only when the key is created",
        ),
        "UnrecognizedClientException" | "InvalidClientTokenId" | "InvalidAccessKeyId" | "AuthFailure" => fail(
            Code::AwsUnknownKey,
            format!("{host} does not know this access key id{said}"),
            "check the id, the server's partition, and that the key still exists and is active",
        ),
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" | "NotAuthorized" => fail(
            Code::AwsNoPermission,
            format!("{host} accepts the key, but its user may not fetch a token{said}"),
            "allow ecr:GetAuthorizationToken on *, which GitHub's page calls sts:GetServiceBearerToken",
        ),
        "ExpiredTokenException" | "ExpiredToken" => fail(
            Code::TemporaryKey,
            format!("{host} says that this key has expired{said}"),
            "use a long-lived access key (AKIA…) of a user that can only pull",
        ),
        _ if answer.status == 429 || answer.status >= 500 || kind.starts_with("Throttling") => {
            unwell(Check::Exchange, &host, answer, &said)
        }
        // An unknown kind, or not AWS at all.
        _ => unsure(
            Code::AwsEndpoint,
            &format!("{host} answered with status {}{said}", answer.status),
            "check the region in the server's name",
        ),
    }
}

fn clock(test: &Test<'_>, answer: &Answer, said: &str) -> Step {
    let apart = theirs(answer).map(|theirs| span((theirs - test.now).abs()));
    let apart = apart.map(|apart| format!(" ({apart} apart)")).unwrap_or_default();
    unsure(
        Code::AwsClock,
        &format!("this machine's clock and AWS's differ{apart}, so no signature is valid{said}"),
        "set the clock; nothing was learned about the key",
    )
}

fn is_skewed(now: DateTime<Utc>, answer: &Answer) -> bool {
    theirs(answer).is_some_and(|theirs| (theirs - now).num_seconds().abs() > TOLERANCE)
}

/// AWS's clock, by the header `Date`.
fn theirs(answer: &Answer) -> Option<DateTime<Utc>> {
    let date = answer.headers.get(DATE)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(date).ok().map(|date| date.with_timezone(&Utc))
}

fn fail(code: Code, detail: String, remedy: &str) -> Step {
    step(Check::Exchange, code, Outcome::Fail, detail, remedy)
}

fn unsure(code: Code, detail: &str, remedy: &str) -> Step {
    step(Check::Exchange, code, Outcome::Inconclusive, detail, remedy)
}
