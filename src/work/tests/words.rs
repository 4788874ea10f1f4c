//! Every error becomes three sentences that people can use, harmless on a terminal.

use super::{Stage, acme, api};
use crate::domain::{Problem, Scope};
use crate::sandbox::FaultKind;
use crate::work::{connection_problem, explain, load_scope};

async fn problem(stage: &Stage, scope: &Scope) -> Problem {
    load_scope(&stage.gh, scope, &mut |_| {}).await.unwrap_err()
}

fn is_well_said(problem: &Problem) {
    for text in [&problem.what, &problem.why, &problem.hint] {
        assert!(!text.is_empty() && !text.ends_with('.'), "{problem:?}");
        assert!(!text.to_lowercase().split(|c: char| !c.is_alphabetic()).any(|w| w == "error"), "{problem:?}");
        assert!(!text.contains(char::is_control), "{problem:?}");
    }
}

#[tokio::test]
async fn each_fault_of_the_world_is_explained() {
    for (kind, word) in [
        (FaultKind::Unauthorized, "does not accept the token"),
        (FaultKind::Html(200), "web page"),
        (FaultKind::Html(404), "web page"),
        (FaultKind::TruncatedJson, "cut off"),
        (FaultKind::Status(404), "Free plan"),
        (FaultKind::Status(500), "having problems"),
        (FaultKind::Status(503), "having problems"),
        (FaultKind::Status(410), "unexpected status"),
        (FaultKind::DropBefore, "connection broke"),
        (FaultKind::Forbidden, "permissions"),
        (FaultKind::Status(429), "too many requests"),
        (FaultKind::Redirect("http://127.0.0.1:1/x".to_owned()), "token was not sent there"),
    ] {
        let stage = Stage::plain().await;
        stage.world().add_fault(crate::sandbox::Fault::always("/codespaces/secrets", kind.clone()));
        let seen = problem(&stage, &acme()).await;
        is_well_said(&seen);
        assert!(seen.why.contains(word), "{kind:?}: {seen:?}");
    }
}

#[tokio::test]
async fn a_missing_scope_is_named_with_the_command_that_gives_it() {
    let stage = Stage::plain().await;
    stage.world().set_scopes(vec!["read:org".to_owned()]);
    for (scope, wanted) in [(Scope::User, "codespace:secrets"), (api(), "repo"), (acme(), "admin:org")] {
        let seen = problem(&stage, &scope).await;
        is_well_said(&seen);
        assert!(seen.why.contains(&format!("`{wanted}`")) && seen.why.contains("read:org"), "{seen:?}");
        assert!(seen.hint.contains(&format!("gh auth refresh -h github.com -s {wanted}")), "{seen:?}");
    }
}

#[tokio::test]
async fn a_missing_role_is_told_as_that() {
    let stage = Stage::plain().await;
    stage.world().set_org_owner("acme", false);
    let seen = problem(&stage, &acme()).await;
    is_well_said(&seen);
    assert!(seen.why.contains("only owners"), "{seen:?}");
    stage.world().set_repository_admin("acme/api", false);
    let seen = problem(&stage, &api()).await;
    is_well_said(&seen);
    assert!(seen.why.contains("administrators of acme/api"), "{seen:?}");
}

#[tokio::test]
async fn nobody_listening_is_told_with_the_address() {
    let stage = Stage::plain().await;
    let address = stage.sandbox.addr().to_string();
    let Stage { sandbox, gh } = stage;
    sandbox.stop().await;
    let seen = load_scope(&gh, &Scope::User, &mut |_| {}).await.unwrap_err();
    is_well_said(&seen);
    assert!(seen.why.contains(&address) && seen.why.contains("cannot be reached"), "{seen:?}");
}

#[test]
fn what_cannot_even_begin_is_explained() {
    use crate::github::GithubError;
    for failure in [
        GithubError::BadToken("it contains a line end"),
        GithubError::BadUrl("plain http is for this machine only"),
        GithubError::KeyInvalid,
        GithubError::Endless,
        GithubError::RedirectLoop,
        GithubError::TooBig { limit: 8 << 20 },
        GithubError::Timeout { sent: true },
        GithubError::Dns { host: "api.github.com".to_owned(), source: "x".into() },
        GithubError::Tls {
            host: "api.github.com".to_owned(),
            source: "invalid peer certificate: UnknownIssuer".into(),
        },
        GithubError::Tls { host: "api.github.com".to_owned(), source: "No CA certificates were loaded".into() },
        GithubError::Machinery("x".into()),
    ] {
        is_well_said(&connection_problem(&failure));
    }
    let seen = explain("x", &GithubError::Redirected { to: "https://evil\x1b[2J".into() }, None);
    is_well_said(&seen);
}
