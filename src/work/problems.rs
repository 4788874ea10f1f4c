//! The one place where a client's failure becomes something a tired person understands: what happened, why, what to do.
//!
//! Whatever a server said goes through `Foreign::shown`, and is told as the server's words.

mod packages;

use std::time::Duration;

use crate::domain::problem::Need;
use crate::domain::token::Right;
use crate::domain::{Mend, Problem, Scope, ScopeKind, rights};
use crate::github::{GithubError, RateLimit, Refusal};

pub(super) use packages::{sight, unread};

/// «… could not be read», for a scope.
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

/// For a client that could not even be made: a token or an address that cannot be used.
pub fn connection_problem(error: &GithubError) -> Problem {
    explain("GitHub cannot be asked", error, None)
}

/// Says what a failure of the GitHub client means. `scope` is whose secrets were asked for, if it was about secrets.
pub fn explain(what: impl Into<String>, error: &GithubError, scope: Option<&Scope>) -> Problem {
    let what = what.into();
    match error {
        GithubError::Unauthorized(refusal) => unauthorized(what, refusal),
        GithubError::Forbidden(refusal) => forbidden(what, refusal, scope),
        GithubError::NotFound(refusal) => not_found(what, refusal, scope),
        GithubError::Conflict(_) => Problem::new(
            what,
            "meanwhile somebody else changed who gets this secret: it is no longer for selected repositories",
            "reload, look at what holds now, and try again",
        )
        .mended_by(Mend::Retry),
        GithubError::Payment(refusal) => Problem::new(
            what,
            format!("the account's spending limit does not allow it, or a payment method is missing{}", said(refusal)),
            "look at github.com/settings/billing; where an organization pays, ask its owners",
        )
        .mended_by(Mend::Open("https://github.com/settings/billing".to_owned())),
        GithubError::Unprocessable(refusal) => Problem::new(
            what,
            format!("GitHub cannot take it as it is{}", said(refusal)),
            "change what it complains of",
        ),
        GithubError::RateLimited(limit) => rate_limited(what, limit),
        GithubError::Server { .. }
        | GithubError::Unexpected { .. }
        | GithubError::NotJson { .. }
        | GithubError::Decode { .. }
        | GithubError::TooBig { .. }
        | GithubError::Endless => strange(what, error),
        GithubError::Redirected { .. } | GithubError::RedirectLoop | GithubError::Origin { .. } => {
            led_away(what, error)
        }
        GithubError::ReadOnly { .. } => Problem::new(
            what,
            "pullkey only reads here, so nothing was sent",
            "drop --read-only, PULLKEY_READ_ONLY, or read_only in config.toml: whichever of them is set",
        ),
        GithubError::BadToken(why) => Problem::new(
            what,
            format!("the token cannot be used: {why}"),
            if cfg!(windows) {
                "copy it once more without spaces and line ends, in PowerShell: $env:GH_TOKEN = gh auth token"
            } else {
                "copy it once more without spaces and line ends, for instance: export GH_TOKEN=$(gh auth token)"
            },
        ),
        GithubError::BadUrl(why) => Problem::new(
            what,
            format!("the API's address cannot be used: {why}"),
            "correct or unset PULLKEY_API_URL and GITHUB_API_URL; GitHub's own is https://api.github.com",
        ),
        GithubError::Dns { .. }
        | GithubError::Refused { .. }
        | GithubError::Tls { .. }
        | GithubError::Timeout { .. }
        | GithubError::Dropped { .. } => network(what, error),
        GithubError::KeyInvalid => Problem::new(
            what,
            "the public key that came from GitHub is not a key, so nothing could be encrypted",
            "try again; if it stays, something between here and GitHub changes the answers",
        )
        .mended_by(Mend::Retry),
        GithubError::Machinery(_) => Problem::new(
            what,
            "the request could not be made",
            "this is a fault of pullkey: please report it with what you did",
        ),
    }
}

fn unauthorized(what: String, refusal: &Refusal) -> Problem {
    let why = if refusal.message.raw().eq_ignore_ascii_case("bad credentials") {
        "GitHub does not accept the token: it is wrong, has expired or was revoked".to_owned()
    } else {
        format!("GitHub does not accept the token{}", said(refusal))
    };
    let hint = "get a new one with `gh auth login`, or set GH_TOKEN to one that is valid";
    Problem::new(what, why, hint).mended_by(Mend::SignIn)
}

fn forbidden(what: String, refusal: &Refusal, scope: Option<&Scope>) -> Problem {
    if let Some(url) = &refusal.sso {
        let why = "the organization uses single sign-on, and this token is not authorized for it yet";
        let url = url.shown();
        return Problem::new(what, why, format!("authorize the token at {url} within the hour, then try again"))
            .mended_by(Mend::Open(url));
    }
    if let Some(problem) = lacks_scope(&what, refusal, scope) {
        return problem;
    }
    let words = refusal.message.raw().to_ascii_lowercase();
    if words.contains("must have admin rights") || words.contains("must be an org admin") {
        let (why, whom) = match scope {
            Some(Scope::Repository(repo)) => {
                (format!("only administrators of {repo} may, and you are not one of them"), "administrator")
            }
            Some(Scope::Organization(org)) => {
                (format!("only owners of {org} may, and you are not one of them"), "owner")
            }
            Some(Scope::User) | None => ("GitHub asks for administrator's rights".to_owned(), "administrator"),
        };
        return Problem::new(what, why, format!("ask an {whom}, or keep the credential among your own secrets"));
    }
    if words.contains("not accessible by") {
        return Problem::new(
            what,
            format!("the token's permissions do not include it{}", wanted(refusal)),
            format!(
                "give the token the permission {}, or use a classic token with the scope {}",
                permission(scope),
                classic(scope)
            ),
        )
        .mended_by(Mend::Gain(lacked(refusal, scope)));
    }
    let hint = match scope.map(Scope::kind) {
        Some(ScopeKind::Organization) => "owners of the organization may; ask one of them",
        Some(ScopeKind::Repository) => "administrators of the repository may; ask one of them",
        Some(ScopeKind::User) | None => {
            "see whether Codespaces is available to your account at github.com/settings/codespaces"
        }
    };
    Problem::new(what, format!("GitHub refuses it{}", said(refusal)), hint)
}

/// GitHub hides behind a 404 what one has no right to see, so every reason it may stand for is told.
fn not_found(what: String, refusal: &Refusal, scope: Option<&Scope>) -> Problem {
    if let Some(problem) = lacks_scope(&what, refusal, scope) {
        return problem;
    }
    let (why, hint) = match scope {
        Some(Scope::Organization(org)) => (
            format!(
                "either there is no organization {org}, or you have no right to its secrets, or its plan does not have \
                 them: GitHub does not tell which"
            ),
            format!(
                "check the name; only owners may, with {}; a free organization has them for public repositories only",
                needs(scope)
            ),
        ),
        Some(Scope::Repository(repo)) => (
            format!(
                "either there is no repository {repo}, or you have no right to its secrets, or its owner's plan does \
                 not have them: GitHub does not tell which"
            ),
            format!("check the name; only administrators may, with {}", needs(scope)),
        ),
        Some(Scope::User) => (
            "either Codespaces is not available to your account, or the token has no right to your secrets".to_owned(),
            format!("see github.com/settings/codespaces; the token needs {}", needs(scope)),
        ),
        None => (
            "either it does not exist, or the token has no right to see it: GitHub does not tell which".to_owned(),
            "check the name, and that the token may see it (classic tokens: scope `repo`)".to_owned(),
        ),
    };
    Problem::new(what, why, hint)
}

/// For classic tokens GitHub says which scopes would do and which there are.
fn lacks_scope(what: &str, refusal: &Refusal, scope: Option<&Scope>) -> Option<Problem> {
    let has = refusal.scopes.as_ref()?;
    // Fine-grained and app tokens send the header empty.
    if has.is_empty() && refusal.permissions.is_some() {
        return None;
    }
    let right = scope.map(|scope| right(scope.kind()));
    let accepted: Vec<&str> = match right {
        Some(right) => vec![right.scope()],
        None => refusal.accepted.iter().map(String::as_str).collect(),
    };
    if accepted.is_empty() || accepted.iter().any(|scope| rights::covers(has, scope)) {
        return None;
    }
    // The narrowest of those that would do: the one that brings fewest of the others.
    let brings = |scope: &&&str| accepted.iter().filter(|other| rights::covers(&[**scope], other)).count();
    let missing = shown(accepted.iter().min_by_key(brings)?);
    let has = if has.is_empty() { "none".to_owned() } else { shown(&has.join(", ")) };
    let permissions = right.map(|right| right.need().permissions).unwrap_or_default();
    let need = Need { scopes: vec![missing.clone()], permissions };
    let problem = Problem::new(
        what,
        format!("the token lacks the scope `{missing}` (it has: {has})"),
        format!(
            "`gh auth refresh -s {missing}` if the token is gh's; else tick the scope at github.com/settings/tokens"
        ),
    );
    Some(problem.mended_by(Mend::Gain(need)))
}

const fn right(kind: ScopeKind) -> Right {
    match kind {
        ScopeKind::User => Right::UserSecrets,
        ScopeKind::Repository => Right::RepositorySecrets,
        ScopeKind::Organization => Right::OrganizationSecrets,
    }
}

fn rate_limited(what: String, limit: &RateLimit) -> Problem {
    let why = if limit.secondary {
        "GitHub wants fewer requests at once"
    } else {
        "the token's hourly budget of requests is used up, by whatever program"
    };
    let why = if limit.unsent { format!("{why}; the wait was ended, and nothing was sent") } else { why.to_owned() };
    let hint = match limit.wait {
        Some(wait) => format!("wait {}, then try again", span(wait)),
        None => "wait a few minutes, then try again".to_owned(),
    };
    Problem::new(what, why, hint).mended_by(Mend::Retry)
}

/// Answers that are not what GitHub's description promises.
fn strange(what: String, error: &GithubError) -> Problem {
    let proxy = "look at PULLKEY_API_URL, and for a proxy or a sign-in page of your network in between";
    let (why, hint) = match error {
        GithubError::Server { status, .. } => {
            (format!("GitHub has a problem of its own (status {status})"), "try again soon; see githubstatus.com")
        }
        GithubError::NotJson { html: true, status } => {
            (format!("the answer is a web page and not GitHub's API (status {status})"), proxy)
        }
        GithubError::NotJson { html: false, status } => {
            (format!("the answer is not what GitHub's API says (status {status})"), proxy)
        }
        GithubError::Decode { source, .. } if source.is_eof() => {
            ("the answer breaks off in the middle".to_owned(), "try again; if it stays, look for a proxy in between")
        }
        GithubError::TooBig { limit } => (format!("the answer is larger than {} MB", limit >> 20), proxy),
        GithubError::Endless => ("the list leads in circles and never ends".to_owned(), proxy),
        GithubError::Unexpected { status, .. } => {
            (format!("GitHub answered with an unexpected status, {status}"), proxy)
        }
        // Decode without end of file, and every kind that `explain` does not send here.
        _ => ("the answer is not what GitHub's API says".to_owned(), proxy),
    };
    Problem::new(what, why, hint).mended_by(Mend::Retry)
}

fn led_away(what: String, error: &GithubError) -> Problem {
    let why = match error {
        GithubError::Redirected { to } if !to.is_empty() => {
            format!("the answer leads to another address, {}; the token was not sent there", to.shown())
        }
        GithubError::Origin { next } => {
            format!("the list goes on at another address, {}; the token was not sent there", next.shown())
        }
        // A redirect without a target, and one in circles.
        _ => "the answer leads in circles".to_owned(),
    };
    Problem::new(
        what,
        why,
        "look at PULLKEY_API_URL: it has to be the API's own address, such as https://api.github.com",
    )
}

fn network(what: String, error: &GithubError) -> Problem {
    let proxy = "check the network, and HTTPS_PROXY if you are behind a proxy";
    let (why, hint) = match error {
        GithubError::Dns { host, .. } => (format!("the name {} has no address here", shown(host)), proxy),
        GithubError::Refused { host, .. } => (format!("{} cannot be reached", shown(host)), proxy),
        GithubError::Tls { host, source } => return tls(what, host, source.as_ref()),
        GithubError::Timeout { .. } => ("no answer came in time".to_owned(), proxy),
        // A dropped connection, and nothing else that `explain` sends here.
        _ => ("the connection broke before the answer was complete".to_owned(), "try again"),
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
            "its certificate is signed by somebody this machine does not trust",
            "if your company inspects traffic, point SSL_CERT_FILE at a bundle with its certificate",
        )
    } else if words.contains("notvalidforname") || words.contains("not valid for name") {
        ("its certificate is for another name", "check the address; a sign-in page of your network may be in between")
    } else if words.contains("expired") || words.contains("notvalidyet") || words.contains("not valid yet") {
        ("its certificate is not valid at this time", "check this machine's clock")
    } else {
        ("the encrypted connection could not be set up", "check the address, and HTTPS_PROXY if you are behind a proxy")
    };
    Problem::new(what, format!("{}: {why}", shown(host)), hint).mended_by(Mend::Retry)
}

/// The server's own words, where it had any.
pub(super) fn said(refusal: &Refusal) -> String {
    let mut words: Vec<_> = refusal.details.iter().map(|d| clip(&d.shown())).collect();
    if !refusal.message.is_empty() {
        words.insert(0, clip(&refusal.message.shown()));
    }
    if words.is_empty() { String::new() } else { format!(": it says «{}»", words.join("; ")) }
}

fn wanted(refusal: &Refusal) -> String {
    let words = asked_for(refusal);
    if words.is_empty() { String::new() } else { format!(" (GitHub wants {})", clip(&words.join(", or "))) }
}

/// The alternatives of `X-Accepted-GitHub-Permissions` in the words of GitHub's page: `;` parts alternatives, `,` what
/// is needed together. Source: GitHub Docs, «Troubleshooting the REST API», resource not accessible.
fn asked_for(refusal: &Refusal) -> Vec<String> {
    let Some(header) = &refusal.permissions else { return Vec::new() };
    let alternatives = header.raw().split(';').map(|all| {
        let boxes = all.split(',').filter_map(|one| one.trim().split_once('='));
        let words = boxes.map(|(name, level)| format!("«{}»", rights::permission_words(name, level)));
        words.collect::<Vec<_>>().join(" and ")
    });
    alternatives.filter(|words| !words.is_empty()).collect()
}

/// What a token lacks that has permissions instead of scopes.
fn lacked(refusal: &Refusal, scope: Option<&Scope>) -> Need {
    match scope {
        Some(scope) => right(scope.kind()).need(),
        None => {
            Need { scopes: refusal.accepted.first().cloned().into_iter().collect(), permissions: asked_for(refusal) }
        }
    }
}

/// What a token needs for a scope's secrets, for any kind of token.
fn needs(scope: Option<&Scope>) -> String {
    format!("the scope {} (classic) or the permission {} (fine-grained)", classic(scope), permission(scope))
}

fn classic(scope: Option<&Scope>) -> &'static str {
    match scope.map(Scope::kind) {
        Some(ScopeKind::User) => "`codespace:secrets`",
        Some(ScopeKind::Organization) => "`admin:org`",
        Some(ScopeKind::Repository) | None => "`repo`",
    }
}

fn permission(scope: Option<&Scope>) -> &'static str {
    match scope.map(Scope::kind) {
        Some(ScopeKind::User) => "«Codespaces user secrets: read and write»",
        Some(ScopeKind::Repository) => "«Codespaces secrets: read and write»",
        Some(ScopeKind::Organization) => "«Organization codespaces secrets: read and write»",
        None => "it asks for",
    }
}

fn shown(text: &str) -> String {
    clip(&crate::domain::foreign::clean(text))
}

/// One line's worth.
fn clip(text: &str) -> String {
    if text.chars().count() <= 200 { text.to_owned() } else { text.chars().take(199).chain(['…']).collect() }
}

fn span(wait: Duration) -> String {
    let seconds = wait.as_secs();
    match seconds {
        0 | 1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}
