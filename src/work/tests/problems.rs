//! Every problem that GitHub's client, the token, the address, the keyring, `gh` and the configuration can cause: one
//! of each kind, for tests that draw them all.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::token::{TokenKind, TokenSource};
use crate::domain::{OrgName, Problem, RepoName, Scope, Site};
use crate::github::{GithubError, RateLimit, Refusal, Unshown};
use crate::local::address::AddressFault;
use crate::local::config::{ConfigFault, ReadOnly};
use crate::local::gh::{self, GhFault};
use crate::local::token::{Flaw, TokenFault};
use crate::local::vault::VaultFault;
use crate::work::problems::{explain, reading};

type Source = Box<dyn std::error::Error + Send + Sync>;

fn source(text: &str) -> Source {
    text.into()
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

/// GitHub's refusals in all their forms.
fn refusals() -> Vec<Refusal> {
    let plain = |message: &str| Refusal {
        request: "GET /orgs/acme/codespaces/secrets".to_owned(),
        status: 403,
        message: message.into(),
        ..Refusal::default()
    };
    let scoped = |has: &[&str], accepted: &[&str]| Refusal {
        scopes: Some(strings(has)),
        accepted: strings(accepted),
        kind: TokenKind::Classic,
        ..plain("Not Found")
    };
    let permitted = |permissions: &str| Refusal {
        permissions: Some(permissions.into()),
        kind: TokenKind::FineGrained,
        ..plain("Resource not accessible by personal access token")
    };
    let recorded = super::remedies::refusals().into_iter().map(|(message, _)| plain(&message));
    let mut all = vec![
        plain(""),
        plain("Bad credentials"),
        plain("Must have admin rights to Repository."),
        plain("You must be an org admin or have the organization codespaces secrets fine-grained permission."),
        plain(&(1..80).map(|n| n.to_string()).collect::<Vec<_>>().join(" and part ")),
        plain("\u{1b}[2J\u{202e}hostile"),
        Refusal {
            details: vec!["name is invalid".into(), "'x' is not an integer.".into()],
            ..plain("Validation Failed")
        },
        scoped(&["repo"], &["admin:org"]),
        scoped(&[], &["admin:org", "read:org", "write:org"]),
        scoped(&["repo", "codespace", "admin:org"], &["admin:org"]),
        permitted("organization_codespaces_secrets=read"),
        permitted("codespaces=read,codespaces_lifecycle_admin=write; something_new=write"),
        Refusal {
            sso: Some("https://github.com/orgs/acme/sso?authorization_request=ABCDEFGHIJKLMNOPQRSTUVWXYZ".into()),
            ..plain("Resource protected by organization SAML enforcement.")
        },
    ];
    all.extend(recorded);
    all
}

/// One or more of each kind of error.
fn failures() -> Vec<GithubError> {
    let request = || "PUT /user/codespaces/secrets/ACR_CONTAINER_REGISTRY_SERVER".to_owned();
    let host = || "api.github.com".to_owned();
    let wrapped = refusals().into_iter().flat_map(|refusal| {
        let make: [fn(Box<Refusal>) -> GithubError; 6] = [
            GithubError::Unauthorized,
            GithubError::Forbidden,
            GithubError::NotFound,
            GithubError::Conflict,
            GithubError::Payment,
            GithubError::Unprocessable,
        ];
        make.map(|make| make(Box::new(refusal.clone())))
    });
    let limit = |wait: Option<u64>, secondary, unsent| {
        let wait = wait.map(Duration::from_secs);
        GithubError::RateLimited(Box::new(RateLimit { wait, secondary, unsent }))
    };
    let broken = |text: &str| serde_json::from_str::<u8>(text).unwrap_err();
    let mut all: Vec<GithubError> = wrapped.collect();
    all.extend([
        limit(Some(42), true, false),
        limit(Some(3_000), false, false),
        limit(None, true, true),
        GithubError::Server { status: 502, request: request() },
        GithubError::Unexpected { status: 418, request: request() },
        GithubError::NotJson { status: 200, html: true },
        GithubError::NotJson { status: 404, html: false },
        GithubError::Decode { request: request(), source: broken("") },
        GithubError::Decode { request: request(), source: broken("[]") },
        GithubError::TooBig { limit: 8 << 20 },
        GithubError::Redirected { to: "https://evil.example/x".into() },
        GithubError::RedirectLoop,
        GithubError::Origin { next: "https://evil.example/x?page=2".into() },
        GithubError::Endless,
        GithubError::Partial(vec![Unshown { id: 21, page: None }]),
        GithubError::Partial(vec![Unshown { id: 21, page: Some("https://github.com/orgs/acme/sso".into()) }]),
        GithubError::ReadOnly { request: request() },
        GithubError::BadToken("it is empty"),
        GithubError::BadUrl("it names no host"),
        GithubError::Dns { host: host(), source: source("dns error") },
        GithubError::Refused { host: host(), source: source("connection refused") },
        GithubError::Timeout { sent: true },
        GithubError::Dropped { sent: true, source: source("reset") },
        GithubError::KeyInvalid,
        GithubError::Machinery(source("no such thing")),
    ]);
    let words = ["no CA certificates", "UnknownIssuer", "NotValidForName", "Expired", "handshake failure"];
    all.extend(words.map(|text| GithubError::Tls { host: host(), source: source(text) }));
    all
}

/// Its position in the enum: a new kind does not compile until it has one here, and fails until it has an example.
const KINDS: usize = 26;

const fn kind(failure: &GithubError) -> usize {
    match failure {
        GithubError::Unauthorized(_) => 0,
        GithubError::Forbidden(_) => 1,
        GithubError::NotFound(_) => 2,
        GithubError::Conflict(_) => 3,
        GithubError::Payment(_) => 4,
        GithubError::Unprocessable(_) => 5,
        GithubError::RateLimited(_) => 6,
        GithubError::Server { .. } => 7,
        GithubError::Unexpected { .. } => 8,
        GithubError::NotJson { .. } => 9,
        GithubError::Decode { .. } => 10,
        GithubError::TooBig { .. } => 11,
        GithubError::Redirected { .. } => 12,
        GithubError::RedirectLoop => 13,
        GithubError::Origin { .. } => 14,
        GithubError::Endless => 15,
        GithubError::ReadOnly { .. } => 16,
        GithubError::BadToken(_) => 17,
        GithubError::BadUrl(_) => 18,
        GithubError::Dns { .. } => 19,
        GithubError::Refused { .. } => 20,
        GithubError::Tls { .. } => 21,
        GithubError::Timeout { .. } => 22,
        GithubError::Dropped { .. } => 23,
        GithubError::KeyInvalid | GithubError::Machinery(_) => 24,
        GithubError::Partial(_) => 25,
    }
}

fn local() -> Vec<Problem> {
    let path = || std::path::PathBuf::from("/home/octocat/.config/pullkey/config.toml");
    let io = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    let refresh = gh::Refresh::new("github.com", &strings(&["admin:org"])).unwrap();
    let mut all: Vec<Problem> = Vec::new();
    for host in ["github.com", "127.0.0.1:4000"] {
        all.push(TokenFault::None { host: host.to_owned() }.into());
    }
    for origin in [TokenSource::GhToken, TokenSource::GithubToken, TokenSource::Keyring, TokenSource::Gh] {
        all.extend(
            [Flaw::LineEnd, Flaw::Space, Flaw::Character].map(|flaw| TokenFault::Flawed { origin, flaw }.into()),
        );
        all.push(TokenFault::NotThere { origin, site: Site::default() }.into());
    }
    all.push(TokenFault::SlowGh { site: Site::default() }.into());
    let keyring = [
        VaultFault::Off,
        VaultFault::NoBus,
        VaultFault::Nobody,
        VaultFault::Locked,
        VaultFault::Dismissed,
        VaultFault::NoCollection,
        VaultFault::TooLarge,
        VaultFault::Slow,
        VaultFault::Ambiguous,
        VaultFault::Failed(Some("org.freedesktop.Something went wrong".into())),
    ];
    all.extend(keyring.iter().map(|fault| fault.problem("the token was not stored in the keyring")));
    let name = "PULLKEY_API_URL";
    all.extend(
        [
            AddressFault::NoUrl(name),
            AddressFault::Scheme(name),
            AddressFault::Plain(name),
            AddressFault::UserInfo(name),
            AddressFault::Query(name),
            AddressFault::WebSite(name),
        ]
        .map(Problem::from),
    );
    all.push(ConfigFault::Unreadable { path: path(), fault: crate::files::FileError::System(io()) }.into());
    all.push(ConfigFault::Broken { path: path(), line: 3, reason: "unknown field `token`".to_owned() }.into());
    all.push(ConfigFault::Variable("perhaps".to_owned()).into());
    all.extend([ReadOnly::Flag, ReadOnly::Variable, ReadOnly::File(path())].iter().map(ReadOnly::problem));
    let ends =
        [GhFault::Missing, GhFault::NotStarted(io()), GhFault::NoTerminal, GhFault::Interrupted, GhFault::Failed(1)];
    all.extend(ends.iter().map(|fault| refresh.problem(fault)));
    all.push(gh::no_host());
    all
}

/// All of them, without duplicates.
pub(crate) fn examples() -> Vec<Problem> {
    let scopes = [
        None,
        Some(Scope::User),
        Some(Scope::Repository(RepoName::parse("acme/api").unwrap())),
        Some(Scope::Organization(OrgName::parse("acme").unwrap())),
    ];
    let mut all = local();
    for scope in &scopes {
        let what = scope.as_ref().map_or_else(|| "your organizations could not be listed".to_owned(), reading);
        all.extend(failures().iter().map(|failure| explain(what.clone(), failure, scope.as_ref())));
    }
    let mut seen = BTreeSet::new();
    all.retain(|p| seen.insert((p.what.clone(), p.why.clone(), p.hint.clone())));
    all
}

#[test]
fn there_is_an_example_of_every_kind_of_failure() {
    let kinds: BTreeSet<usize> = failures().iter().map(kind).collect();
    assert_eq!(kinds, (0..KINDS).collect());
    assert!(examples().len() > 150, "{}", examples().len());
}

#[test]
fn every_problem_says_what_why_and_what_to_do_in_words() {
    let is_bare = |text: &str| text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count() < 2;
    for problem in examples() {
        for text in [&problem.what, &problem.why, &problem.hint] {
            assert!(!is_bare(text), "no words: {problem:?}");
            assert!(!text.ends_with('.') && !text.to_lowercase().contains("error"), "{problem:?}");
            assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}'), "not clean: {problem:?}");
        }
    }
}
