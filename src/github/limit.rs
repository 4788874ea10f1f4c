//! Recognizes rate limits: whether an answer is one, which one, and how long to wait.
//!
//! The headers alone are not decisive: the last request of an hour may be refused for another reason and still show an
//! empty budget, and some limits come without any header. The body decides; if it says nothing, the headers do.
//! Sources: GitHub Docs, “Rate limits for the REST API”, exceeding the rate limit; what go-github (`CheckResponse`) and
//! octokit's plugin-throttling check.

use std::time::{Duration, UNIX_EPOCH};

use chrono::DateTime;
use http::{HeaderMap, StatusCode};

use crate::domain::Untrusted;

use super::error::{complaint, text};
use super::transport::Answer;

/// How long to wait before the next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// From now, by GitHub's own clock; `None` if GitHub did not say.
    pub wait: Option<Duration>,
    /// A secondary limit: too much at once, rather than too much in an hour.
    pub secondary: bool,
    /// The wait was ended by the user, or would have been too long: the request was not sent.
    pub unsent: bool,
}

/// The reason that a refusal gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// Too much in an hour.
    Hour,
    /// Too much at once.
    AtOnce,
    /// A limit, without saying which.
    SomeLimit,
    Nothing,
    /// A reason other than a limit.
    Other,
}

/// The limit in an answer, if a limit refused the request.
pub(super) fn limit_of(answer: &Answer) -> Option<RateLimit> {
    let (status, headers) = (answer.status(), answer.headers());
    if status != StatusCode::FORBIDDEN && status != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let number = |name| text(headers, name)?.trim().parse::<i64>().ok();
    let spent = number("x-ratelimit-remaining") == Some(0);
    let asked = retry_after(headers);
    let wants_sign_on = text(headers, "x-github-sso").is_some_and(|value| value.trim().starts_with("required"));
    let reason = reason(answer);
    let is_limit = status == StatusCode::TOO_MANY_REQUESTS
        || match reason {
            Reason::Hour | Reason::AtOnce | Reason::SomeLimit => true,
            Reason::Nothing => !wants_sign_on && (spent || asked.is_some()),
            Reason::Other => !wants_sign_on && asked.is_some(),
        };
    if !is_limit {
        return None;
    }
    let secondary = match reason {
        Reason::Hour => false,
        // A refusal with another reason is about this one request, whatever is left of the hour.
        Reason::AtOnce | Reason::Other => true,
        Reason::SomeLimit | Reason::Nothing => !spent,
    };
    let until_reset = || Some(number("x-ratelimit-reset")?.saturating_sub(server_time(headers)?));
    let seconds = asked.or_else(|| if secondary { None } else { until_reset() });
    let wait = seconds.and_then(|s| u64::try_from(s).ok()).map(bounded);
    Some(RateLimit { wait, secondary, unsent: false })
}

/// Whether the answer counts toward the token that was sent. A rejected token has no budget: GitHub counts such a
/// request, and those after too many login attempts, by IP address.
pub(super) fn is_counted_for_the_token(answer: &Answer) -> bool {
    match answer.status() {
        StatusCode::UNAUTHORIZED => false,
        StatusCode::FORBIDDEN => !words(answer).contains("login attempts"),
        _ => true,
    }
}

fn reason(answer: &Answer) -> Reason {
    let said = words(answer);
    let page = complaint(answer).map(|complaint| complaint.page().to_ascii_lowercase()).unwrap_or_default();
    let says = |known: &[&str]| known.iter().any(|word| said.contains(word));
    let is_nothing = matches!(said.trim_matches(['.', ' ']), "" | "forbidden" | "403 forbidden");
    if says(&["secondary rate", "abuse detection", "being throttled", "submitted too quickly"]) {
        Reason::AtOnce
    } else if says(&["api rate limit", "hourly"]) {
        Reason::Hour
    } else if says(&["rate limit", "rate-limit", "ratelimit", "too many requests", "quota"]) {
        Reason::SomeLimit
    } else if is_nothing && (page.contains("secondary-rate-limit") || page.contains("abuse-rate-limit")) {
        Reason::AtOnce
    } else if is_nothing && page.contains("rate-limit") {
        Reason::SomeLimit
    } else if is_nothing {
        Reason::Nothing
    } else {
        Reason::Other
    }
}

/// How much of a non-JSON text is searched: the page that GitHub's edge sends has the message near its beginning.
const LOOKED_AT: usize = 4_096;

/// All texts of the body, in lower case.
fn words(answer: &Answer) -> String {
    let said = match complaint(answer) {
        Some(complaint) => {
            let details = complaint.texts();
            let all = std::iter::once(&complaint.message).chain(&details);
            all.map(Untrusted::raw).collect::<Vec<_>>().join(" ")
        }
        None => String::from_utf8_lossy(&answer.body()[..answer.body().len().min(LOOKED_AT)]).into_owned(),
    };
    said.trim().to_ascii_lowercase()
}

/// Seconds, or the time until a date. Source: RFC 9110 10.2.3.
fn retry_after(headers: &HeaderMap) -> Option<i64> {
    let said = text(headers, "retry-after")?.trim();
    match said.parse::<i64>() {
        Ok(seconds) => Some(seconds),
        Err(_) => Some(seconds_of(said)?.saturating_sub(server_time(headers)?)),
    }
}

/// No time from GitHub is more than a year away, and no sum with a clock may overflow.
pub(super) fn bounded(seconds: u64) -> Duration {
    Duration::from_secs(seconds.min(31_536_000))
}

/// The time of the answer by the server's clock, in seconds since 1970.
pub(super) fn server_time(headers: &HeaderMap) -> Option<i64> {
    seconds_of(text(headers, "date")?.trim())
}

/// An HTTP date, in seconds since 1970: all three forms of RFC 9110 5.6.7, and the mail form with an offset.
fn seconds_of(date: &str) -> Option<i64> {
    let by_http = || httpdate::parse_http_date(date).ok()?.duration_since(UNIX_EPOCH).ok();
    by_http()
        .and_then(|time| i64::try_from(time.as_secs()).ok())
        .or_else(|| DateTime::parse_from_rfc2822(date).ok().map(|time| time.timestamp()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use bytes::Bytes;

    use super::*;

    /// Builds an answer: what is left of the hour, further headers, the body.
    fn answer(status: u16, left: Option<u32>, more: &[(&'static str, &str)], body: &str) -> Answer {
        let mut answer = http::Response::builder().status(status).header("date", "Thu, 01 Jan 2026 00:00:00 GMT");
        if let Some(left) = left {
            let left = left.to_string();
            let head = [("x-ratelimit-remaining", left.as_str()), ("x-ratelimit-reset", "1767225720")];
            answer = head.into_iter().fold(answer, |answer, (name, value)| answer.header(name, value));
        }
        let answer = more.iter().fold(answer, |answer, (name, value)| answer.header(*name, *value));
        answer.body(Bytes::from(body.to_owned())).unwrap()
    }

    fn says(message: &str) -> String {
        serde_json::json!({ "message": message, "documentation_url": "https://docs.github.com/rest", "status": "403" })
            .to_string()
    }

    #[test]
    fn a_refusal_that_gives_another_reason_is_no_limit_though_nothing_is_left_of_the_hour() {
        for message in [
            "Although you appear to have the correct authorization credentials, the `acme` organization has an IP \
             allow list enabled, and your IP address is not permitted to access this resource.",
            "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to \
             this organization.",
            "Resource not accessible by integration",
            "Resource not accessible by personal access token",
            "Must have admin rights to Repository.",
            "You must be an org admin or have the organization codespaces secrets fine-grained permission.",
            "`acme` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a \
             personal access token with fine-grained permissions.",
            "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's lifetime \
             is greater than 366 days. Please adjust your token's lifetime at the following URL: \
             https://github.com/settings/personal-access-tokens/1",
            "Maximum number of login attempts exceeded. Please try again later.",
            "Repository was archived so is read-only.",
            "Sorry. Your account was suspended.",
            "Repository access blocked",
            "Your spending limit has been exceeded",
        ] {
            assert_eq!(limit_of(&answer(403, Some(0), &[], &says(message))), None, "{message}");
            let elsewhere = serde_json::json!({ "message": "Forbidden", "errors": [message] }).to_string();
            assert_eq!(limit_of(&answer(403, Some(0), &[], &elsewhere)), None, "{message}");
        }
        let sign_on = [("x-github-sso", "required; url=https://github.com/orgs/acme/sso")];
        assert_eq!(limit_of(&answer(403, Some(0), &sign_on, "{}")), None);
    }

    #[test]
    fn a_spent_hour_is_known_by_any_of_its_words_and_without_any() {
        let wait = Some(Duration::from_secs(120));
        for body in [
            says("API rate limit exceeded for user ID 583231."),
            says("API rate limit exceeded for installation ID 1. If you reach out to GitHub Support for help, …"),
            says("API rate limit exceeded for 192.0.2.1. (But here's the good news: Authenticated requests get a …)"),
            says("API rate limit already exceeded for user ID 1."),
            says("You have used up your hourly quota of requests"),
            says("Rate limit exceeded"),
            says("Forbidden"),
            "{}".to_owned(),
            String::new(),
            r#"{"message":null}"#.to_owned(),
            r#"{"documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"}"#.to_owned(),
        ] {
            let limit = limit_of(&answer(403, Some(0), &[], &body)).unwrap_or_else(|| panic!("{body}"));
            assert_eq!((limit.wait, limit.secondary), (wait, false), "{body}");
        }
        // Where the headers do not say it, the message does.
        let limit = limit_of(&answer(403, None, &[], &says("API rate limit exceeded for user ID 1."))).unwrap();
        assert_eq!((limit.wait, limit.secondary), (None, false));
        let limit = limit_of(&answer(429, Some(0), &[], &says("API rate limit exceeded"))).unwrap();
        assert_eq!((limit.wait, limit.secondary), (wait, false));
        assert_eq!(limit_of(&answer(403, Some(12), &[], "{}")), None);
        assert_eq!(limit_of(&answer(404, Some(0), &[], &says("API rate limit exceeded"))), None);
    }

    #[test]
    fn too_much_at_once_is_known_whatever_is_left_of_the_hour() {
        let page = "https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api\
                    #about-secondary-rate-limits";
        for (body, more) in [
            (says("You have exceeded a secondary rate limit. Please wait a few minutes before you try again."), vec![]),
            (
                says(
                    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation",
                ),
                vec![],
            ),
            (says("You have triggered an abuse detection mechanism. Please wait a few minutes …"), vec![]),
            (says("This endpoint is temporarily being throttled. Please try again later."), vec![]),
            (serde_json::json!({ "message": "Forbidden", "documentation_url": page }).to_string(), vec![]),
            ("<html><title>Whoa there!</title>You have exceeded a secondary rate limit.".to_owned(), vec![]),
        ] {
            for left in [Some(0), Some(4_000), None] {
                let limit = limit_of(&answer(403, left, &more, &body)).unwrap_or_else(|| panic!("{left:?} {body}"));
                assert_eq!((limit.wait, limit.secondary), (None, true), "{left:?} {body}");
            }
        }
        assert!(limit_of(&answer(429, Some(9), &[], "<html>Too many requests")).unwrap().secondary);
        assert!(limit_of(&answer(403, Some(9), &[("retry-after", "7")], &says("Slow down"))).unwrap().secondary);
    }

    #[test]
    fn the_time_to_wait_is_read_in_every_form() {
        for said in ["60", " 60 ", "Thu, 01 Jan 2026 00:01:00 GMT", "Thursday, 01-Jan-26 00:01:00 GMT"] {
            let limit = limit_of(&answer(429, None, &[("retry-after", said)], "{}")).unwrap();
            assert_eq!(limit.wait, Some(Duration::from_secs(60)), "{said}");
        }
        for said in ["", "soon", "-5", "1e9", "99999999999999999999", "Thu, 01 Jan 1970 00:00:00 GMT"] {
            let limit = limit_of(&answer(429, None, &[("retry-after", said)], "{}")).unwrap();
            assert_eq!(limit.wait, None, "{said}");
        }
        let limit = limit_of(&answer(429, None, &[("retry-after", "9999999999")], "{}")).unwrap();
        assert_eq!(limit.wait, Some(Duration::from_secs(31_536_000)));
        for date in ["Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 09:49:37 +0100"] {
            assert_eq!(seconds_of(date), Some(784_111_777), "{date}");
        }
        assert_eq!(seconds_of("Thu, 01 Jan 1931 00:00:00 +0000"), Some(-1_230_768_000));
    }

    #[test]
    fn what_a_token_was_not_accepted_for_is_not_counted_as_its() {
        let login = says("Maximum number of login attempts exceeded. Please try again later.");
        assert!(!is_counted_for_the_token(&answer(401, Some(59), &[], &says("Bad credentials"))));
        assert!(!is_counted_for_the_token(&answer(403, Some(58), &[], &login)));
        assert!(is_counted_for_the_token(&answer(403, Some(58), &[], &says("Must have admin rights"))));
        assert!(is_counted_for_the_token(&answer(404, Some(58), &[], "{}")));
    }
}
