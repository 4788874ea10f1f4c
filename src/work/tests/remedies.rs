//! Where GitHub itself says what to do, its words are shown in full, and nothing of ours contradicts them.

use super::{Stage, acme, api};
use crate::domain::token::{Membership, TokenKind};
use crate::domain::{Mend, OrgName, Problem, Scope, Site};
use crate::github::{GithubError, Refusal};
use crate::work::problems::of_member;
use crate::work::{explain, load_scope, memberships};

/// The 403 messages in the forms found in public recordings and reports, and the page each leads to.
pub(crate) fn refusals() -> Vec<(String, Option<&'static str>)> {
    let lifetime = "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's \
                    lifetime is greater than 366 days. Please adjust your token's lifetime at the following URL: \
                    https://github.com/settings/personal-access-tokens/1234567";
    let classic = "`acme` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or \
                   a personal access token with fine-grained permissions.";
    let lifetime_of_classic = "The 'acme' organization forbids access via a personal access tokens (classic) if the \
                               token's lifetime is greater than 90 days. Please adjust your token's lifetime at the \
                               following URL: https://github.com/settings/tokens/1234567";
    let fine_grained = "`acme` forbids access via a fine-grained personal access token. Please use a GitHub App, \
                        OAuth App, or a personal access token (classic).";
    let addresses = "Although you appear to have the correct authorization credentials, the `acme` organization has an \
                     IP allow list enabled, and your IP address is not permitted to access this resource.";
    let attempts = "Maximum number of login attempts exceeded. Please try again later.";
    [
        (lifetime, Some("https://github.com/settings/personal-access-tokens/1234567")),
        (lifetime_of_classic, Some("https://github.com/settings/tokens/1234567")),
        (classic, None),
        (fine_grained, None),
        (addresses, None),
        (attempts, None),
    ]
    .map(|(message, page)| (message.to_owned(), page))
    .to_vec()
}

fn refused(message: &str, kind: TokenKind) -> Refusal {
    Refusal { status: 403, message: message.into(), kind, ..Refusal::default() }
}

fn forbidden(message: &str) -> GithubError {
    GithubError::Forbidden(Box::new(refused(message, TokenKind::FineGrained)))
}

/// Advice of ours that would lead away from what GitHub says.
fn sends_elsewhere(problem: &Problem) -> bool {
    ["ask an owner of the organization", "ask an administrator of the repository", "settings/codespaces"]
        .iter()
        .any(|words| problem.hint.contains(words))
}

#[test]
fn github_s_own_remedy_is_whole_and_not_contradicted() {
    for (message, page) in refusals() {
        for scope in [Some(Scope::User), Some(api()), Some(acme()), None] {
            let seen = explain("it could not be read", &forbidden(&message), scope.as_ref());
            assert!(seen.why.contains(&message), "{seen:?}");
            assert!(!sends_elsewhere(&seen), "{seen:?}");
            let opens = match &seen.mend {
                Some(Mend::Open(url)) => Some(url.as_str()),
                Some(_) | None => None,
            };
            assert_eq!(opens, page, "{seen:?}");
        }
    }
    let unknown = explain("it could not be read", &forbidden("Resource is gone to lunch"), Some(&acme()));
    assert!(sends_elsewhere(&unknown), "where GitHub says nothing of what to do, pullkey does: {unknown:?}");
}

#[test]
fn a_message_of_several_lines_is_whole_and_on_one() {
    let message = "There was a problem with your request:\n- the name is taken\n- the value is too long\r\n";
    let refusal = Refusal { status: 422, message: message.into(), ..Refusal::default() };
    let seen = explain("it was not written", &GithubError::Unprocessable(Box::new(refusal)), None);
    assert!(seen.why.contains("request: - the name is taken - the value is too long"), "{seen:?}");
    assert!(!seen.why.contains(char::is_control));
}

#[test]
fn only_an_address_that_is_one_is_opened() {
    for message in ["see https://", "see https://[", "see http://github.com/x", "ask at github.com"] {
        let seen = explain("x", &forbidden(message), None);
        assert!(!matches!(seen.mend, Some(Mend::Open(_))), "{seen:?}");
    }
    let seen = explain("x", &forbidden("look (at https://github.com/a?b=1)."), None);
    assert_eq!(seen.mend, Some(Mend::Open("https://github.com/a?b=1".to_owned())));
}

#[test]
fn an_app_s_token_is_not_told_to_get_what_it_can_never_have() {
    let integration = refused("Resource not accessible by integration", TokenKind::Installation);
    for failure in [
        GithubError::Forbidden(Box::new(integration.clone())),
        GithubError::NotFound(Box::new(Refusal { status: 404, ..integration })),
    ] {
        let seen = explain("x", &failure, Some(&acme()));
        assert!(!matches!(seen.mend, Some(Mend::Gain(_))), "{seen:?}");
        assert!(seen.hint.contains("ghs_") && !seen.hint.contains("give the token"), "{seen:?}");
    }
}

#[test]
fn hints_follow_the_host_in_use() {
    let site = Site::of_api("api.acme.ghe.com");
    let lacking = Refusal {
        status: 403,
        scopes: Some(vec!["repo".to_owned()]),
        accepted: vec!["admin:org".to_owned()],
        kind: TokenKind::Classic,
        site,
        ..Refusal::default()
    };
    for failure in [
        GithubError::Forbidden(Box::new(lacking.clone())),
        GithubError::NotFound(Box::new(Refusal { scopes: None, ..lacking.clone() })),
        GithubError::Payment(Box::new(lacking.clone())),
        GithubError::Unauthorized(Box::new(lacking)),
    ] {
        for scope in [Some(Scope::User), Some(acme()), None] {
            let seen = explain("x", &failure, scope.as_ref());
            let text = format!("{} {} {:?}", seen.why, seen.hint, seen.mend);
            assert!(!text.contains("github.com"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_plain_member_is_told_so_and_not_that_there_is_no_such_organization() {
    let stage = Stage::plain().await;
    stage.world().set_org_owner("acme", false);
    let seen = load_scope(&stage.gh, &acme(), &mut |_| {}).await.unwrap_err();
    assert!(seen.why.contains("you are a member of acme") && !seen.why.contains("either"), "{seen:?}");
}

#[test]
fn what_else_is_in_the_way_of_a_member_is_said_instead() {
    let org = OrgName::parse("acme").unwrap();
    let member = |owner| Membership { org: org.clone(), owner };
    let sso = Refusal { status: 403, sso: Some("https://github.com/orgs/acme/sso".into()), ..Refusal::default() };
    assert!(of_member(&GithubError::Forbidden(Box::new(sso)), &member(false)).is_none());
    let (message, _) = refusals().remove(0);
    assert!(of_member(&forbidden(&message), &member(false)).is_none());
    let hidden = || GithubError::NotFound(Box::new(Refusal { status: 404, ..Refusal::default() }));
    let owner = of_member(&hidden(), &member(true)).unwrap();
    assert!(owner.why.contains("Free plan"), "{owner:?}");
    let seen = explain("x", &hidden(), Some(&acme()));
    assert!(seen.why.contains("Free plan") && !seen.hint.contains("public repositories"), "{seen:?}");
}

#[tokio::test]
async fn a_token_that_is_not_shown_organizations_does_not_say_that_there_are_none() {
    for token in ["github_pat_11AAAAAAA0x", "ghs_1_x.y.z"] {
        let stage = Stage::plain().await;
        stage.world().set_token(token);
        let gh = super::client(&stage.sandbox.api_url(), token.into());
        let seen = memberships(&gh).await.unwrap_err();
        assert!(seen.hint.contains("--org"), "{seen:?}");
    }
}
