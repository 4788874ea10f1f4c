//! Turns a client's error into a problem that a tired person understands: what happened, why, and what to do.
//!
//! Text from a server passes through `Untrusted::shown` and is quoted.

mod packages;
mod partial;
mod refused;

use std::time::Duration;

use crate::domain::{Mend, Problem, Scope};
use crate::github::{GithubError, RateLimit};

use refused::{forbidden, not_found, unauthorized};

pub(super) use packages::{sight, unread};
pub(super) use partial::short;
pub(super) use refused::{of_member, own_remedy, said};

/// “… could not be read”, for a scope.
pub(super) fn reading(scope: &Scope) -> String {
    format!("{} could not be read", subject(scope))
}

pub(super) fn subject(scope: &Scope) -> String {
    match scope {
        Scope::User => "your own Codespaces secrets".to_owned(),
        Scope::Repository(repo) => format!("the Codespaces secrets of {repo}"),
        Scope::Organization(org) => format!("the Codespaces secrets of the organization {org}"),
    }
}

/// For a client that could not even be built: a token or an address that cannot be used.
pub fn connection_problem(error: &GithubError) -> Problem {
    explain("cannot connect to GitHub", error, None)
}

/// Explains an error of the GitHub client. `scope` is whose secrets the request was about, if it was about secrets.
pub fn explain(what: impl Into<String>, error: &GithubError, scope: Option<&Scope>) -> Problem {
    let what = what.into();
    match error {
        GithubError::Unauthorized(refusal) => unauthorized(what, refusal),
        GithubError::Forbidden(refusal) => forbidden(what, refusal, scope),
        GithubError::NotFound(refusal) => not_found(what, refusal, scope),
        GithubError::Conflict(_) => Problem::new(
            what,
            "someone else has changed this secret's access: it is no longer for selected repositories",
            "reload, check the current state, and try again",
        )
        .mended_by(Mend::Retry),
        GithubError::Payment(refusal) => Problem::new(
            what,
            format!("the account's spending limit does not allow it, or a payment method is missing{}", said(refusal)),
            format!("check {}; if an organization pays, ask its owners", refusal.site.place("settings/billing")),
        )
        .mended_by(Mend::Open(refusal.site.page("settings/billing"))),
        GithubError::Unprocessable(refusal) => Problem::new(
            what,
            format!("GitHub rejected the request{}", said(refusal)),
            "correct what GitHub complains about",
        ),
        GithubError::RateLimited(limit) => rate_limited(what, limit),
        GithubError::Server { .. }
        | GithubError::Unexpected { .. }
        | GithubError::NotJson { .. }
        | GithubError::Decode { .. }
        | GithubError::TooBig { .. }
        | GithubError::Endless => strange(what, error),
        GithubError::Partial(unshown) => partial::lacking(what, unshown),
        GithubError::Redirected { .. } | GithubError::RedirectLoop | GithubError::Origin { .. } => {
            led_away(what, error)
        }
        GithubError::ReadOnly { .. } => Problem::new(
            what,
            "read-only mode is on, so nothing was sent",
            "remove whichever is set: --read-only, PULLKEY_READ_ONLY, or read_only in config.toml",
        ),
        GithubError::BadToken(why) => Problem::new(
            what,
            format!("the token cannot be used: {why}"),
            if cfg!(windows) {
                "copy it again without spaces or line breaks, in PowerShell: $env:GH_TOKEN = gh auth token"
            } else {
                "copy it again without spaces or line breaks, for example: export GH_TOKEN=$(gh auth token)"
            },
        ),
        GithubError::BadUrl(why) => Problem::new(
            what,
            format!("the API URL cannot be used: {why}"),
            "correct or unset PULLKEY_API_URL and GITHUB_API_URL; the default is https://api.github.com",
        ),
        GithubError::Dns { .. }
        | GithubError::Refused { .. }
        | GithubError::Tls { .. }
        | GithubError::Timeout { .. }
        | GithubError::Dropped { .. } => network(what, error),
        GithubError::KeyInvalid => Problem::new(
            what,
            "GitHub sent an invalid public key, so nothing could be encrypted",
            "try again; if it persists, something on the way alters GitHub's responses",
        )
        .mended_by(Mend::Retry),
        GithubError::Machinery(_) => Problem::new(
            what,
            "the request could not be made",
            "this is a bug in pullkey: please report it with what you did",
        ),
    }
}

fn rate_limited(what: String, limit: &RateLimit) -> Problem {
    let why = if limit.secondary {
        "GitHub received too many requests at once"
    } else {
        "the token's hourly rate limit is used up, by pullkey or other programs"
    };
    let why = if limit.unsent { format!("{why}; waiting was stopped, and nothing was sent") } else { why.to_owned() };
    let hint = match limit.wait {
        Some(wait) => format!("wait {}, then try again", span(wait)),
        None => "wait a few minutes, then try again".to_owned(),
    };
    Problem::new(what, why, hint).mended_by(Mend::Retry)
}

/// Responses that do not match GitHub's API description.
fn strange(what: String, error: &GithubError) -> Problem {
    let proxy = "check PULLKEY_API_URL; a proxy or your network's sign-in page may be in between";
    let (why, hint) = match error {
        GithubError::Server { status, .. } => {
            (format!("GitHub is having problems (status {status})"), "try again soon; see githubstatus.com")
        }
        GithubError::NotJson { html: true, status } => {
            (format!("the response is a web page, not GitHub's API (status {status})"), proxy)
        }
        GithubError::NotJson { html: false, status } => {
            (format!("the response does not match GitHub's API (status {status})"), proxy)
        }
        GithubError::Decode { source, .. } if source.is_eof() => {
            ("the response was cut off".to_owned(), "try again; if it persists, look for a proxy in between")
        }
        GithubError::TooBig { limit } => (format!("the response is larger than {} MB", limit >> 20), proxy),
        GithubError::Endless => ("the pages of the list go in circles".to_owned(), proxy),
        GithubError::Unexpected { status, .. } => {
            (format!("GitHub answered with the unexpected status {status}"), proxy)
        }
        // Decode errors other than an early end, and every kind that `explain` does not send here.
        _ => ("the response does not match GitHub's API".to_owned(), proxy),
    };
    Problem::new(what, why, hint).mended_by(Mend::Retry)
}

fn led_away(what: String, error: &GithubError) -> Problem {
    let why = match error {
        GithubError::Redirected { to } if !to.is_empty() => {
            format!("the API redirects to another address, {}; the token was not sent there", to.shown())
        }
        GithubError::Origin { next } => {
            format!("the list continues at another address, {}; the token was not sent there", next.shown())
        }
        // A redirect without a target, or in circles.
        _ => "the API redirects in circles".to_owned(),
    };
    Problem::new(what, why, "check PULLKEY_API_URL: it must be the API's own address, such as https://api.github.com")
}

fn network(what: String, error: &GithubError) -> Problem {
    let proxy = "check the network, and HTTPS_PROXY if you are behind a proxy";
    let (why, hint) = match error {
        GithubError::Dns { host, .. } => (format!("the name {} could not be resolved", shown(host)), proxy),
        GithubError::Refused { host, .. } => (format!("{} cannot be reached", shown(host)), proxy),
        GithubError::Tls { host, source } => return tls(what, host, source.as_ref()),
        GithubError::Timeout { .. } => ("the request timed out".to_owned(), proxy),
        // A dropped connection, and nothing else that `explain` sends here.
        _ => ("the connection broke before the response ended".to_owned(), "try again"),
    };
    Problem::new(what, why, hint).mended_by(Mend::Retry)
}

fn tls(what: String, host: &str, source: &(dyn std::error::Error + 'static)) -> Problem {
    let mut words = String::new();
    let mut next = Some(source);
    while let Some(cause) = next {
        words.push_str(&cause.to_string().to_ascii_lowercase());
        words.push(' ');
        next = cause.source();
    }
    let (why, hint) = if words.contains("no ca certificates") {
        (
            "this machine has no list of trusted certificate authorities",
            "install the package ca-certificates, or set SSL_CERT_FILE",
        )
    } else if words.contains("unknownissuer") || words.contains("unknown issuer") {
        (
            "this machine does not trust its certificate's issuer",
            "if your company inspects traffic, point SSL_CERT_FILE at a bundle with its certificate",
        )
    } else if words.contains("notvalidforname") || words.contains("not valid for name") {
        ("its certificate is for another name", "check the address; your network's sign-in page may be in between")
    } else if words.contains("expired") || words.contains("notvalidyet") || words.contains("not valid yet") {
        ("its certificate is not valid at this time", "check this machine's clock")
    } else {
        ("the encrypted connection could not be set up", "check the address, and HTTPS_PROXY if you are behind a proxy")
    };
    Problem::new(what, format!("{}: {why}", shown(host)), hint).mended_by(Mend::Retry)
}

fn shown(text: &str) -> String {
    clip(&crate::domain::untrusted::clean(text))
}

/// As much as fits in one line.
fn clip(text: &str) -> String {
    clip_to(text, 200)
}

/// Eight times the longest message GitHub was seen to send; anything longer is not GitHub's.
const LONGEST_MESSAGE: usize = 2_000;

fn clip_to(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

fn span(wait: Duration) -> String {
    let seconds = wait.as_secs();
    match seconds {
        0 | 1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}
