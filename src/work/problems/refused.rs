//! What a refusal by GitHub means. GitHub's own words are shown in full; ours are added only where GitHub does not say
//! what to do.

use super::{LONGEST_MESSAGE, clip, clip_to, reading, shown};
use crate::domain::problem::Need;
use crate::domain::token::{Membership, Right, TokenKind};
use crate::domain::{Mend, Problem, Scope, ScopeKind, rights};
use crate::github::{GithubError, Refusal};

pub(super) fn unauthorized(what: String, refusal: &Refusal) -> Problem {
    let why = if refusal.message.raw().eq_ignore_ascii_case("bad credentials") {
        "GitHub does not accept the token: it is wrong, has expired or was revoked".to_owned()
    } else {
        format!("GitHub does not accept the token{}", said(refusal))
    };
    let hint = format!("get a new one with `{}`, or set GH_TOKEN to a valid one", refusal.site.login());
    Problem::new(what, why, hint).mended_by(Mend::SignIn)
}

pub(super) fn forbidden(what: String, refusal: &Refusal, scope: Option<&Scope>) -> Problem {
    if let Some(url) = &refusal.sso {
        let why = "the organization uses single sign-on, and this token is not authorized for it yet";
        let url = url.shown();
        return Problem::new(what, why, format!("authorize the token at {url} within the hour, then try again"))
            .mended_by(Mend::Open(url));
    }
    if let Some(problem) = lacks_scope(&what, refusal, scope).or_else(|| own_remedy(&what, refusal)) {
        return problem;
    }
    let words = refusal.message.raw().to_ascii_lowercase();
    if wants_a_role(&words) {
        let (why, whom) = match scope {
            Some(Scope::Repository(repo)) => {
                (format!("only administrators of {repo} can do this, and you are not one"), "administrator")
            }
            Some(Scope::Organization(org)) => {
                (format!("only owners of {org} can do this, and you are not one"), "owner")
            }
            Some(Scope::User) | None => ("GitHub requires administrator rights".to_owned(), "administrator"),
        };
        return Problem::new(what, why, format!("ask an {whom}, or put the credential in your own secrets"));
    }
    if words.contains("not accessible by") && refusal.kind == TokenKind::Installation {
        let why = format!("this token is not permitted{}", said(refusal));
        return Problem::new(what, why, no_installation(scope)).mended_by(Mend::SignIn);
    }
    if words.contains("not accessible by") {
        return Problem::new(
            what,
            format!("the token's permissions do not cover this{}", wanted(refusal)),
            format!(
                "give the token the permission {}, or use a classic token with the scope {}",
                permission(scope),
                classic(scope)
            ),
        )
        .mended_by(Mend::Gain(lacked(refusal, scope)));
    }
    let hint = match scope.map(Scope::kind) {
        Some(ScopeKind::Organization) => "ask an owner of the organization".to_owned(),
        Some(ScopeKind::Repository) => "ask an administrator of the repository".to_owned(),
        Some(ScopeKind::User) | None => {
            let page = refusal.site.place("settings/codespaces");
            format!("check that Codespaces is available to your account at {page}")
        }
    };
    Problem::new(what, format!("GitHub refused it{}", said(refusal)), hint)
}

/// The fix where GitHub's own words contain it: they are shown in full, and nothing of ours contradicts them.
///
/// Source: messages of 403 responses in public reports: a lifetime longer than an organization allows, kinds of tokens
/// it forbids, its IP allow list, too many attempts to sign in.
pub(in crate::work) fn own_remedy(what: &str, refusal: &Refusal) -> Option<Problem> {
    let words = refusal.message.raw().to_ascii_lowercase();
    if wants_a_role(&words) {
        return None;
    }
    let problem = |hint: String| Problem::new(what, format!("GitHub refused it{}", said(refusal)), hint);
    if let Some(page) = address_in(refusal.message.raw()) {
        return Some(
            problem("open the address GitHub gives, and follow the instructions".to_owned())
                .mended_by(Mend::Open(page)),
        );
    }
    if words.contains("ip allow list") {
        let hint = "use a network on the organization's IP allow list, or ask an owner to add your address";
        return Some(problem(hint.to_owned()));
    }
    if words.contains("login attempts") {
        return Some(problem("wait a few minutes, then try again with a working token".to_owned()));
    }
    if words.contains("forbids access via") {
        return Some(problem("sign in with a kind of token it allows".to_owned()).mended_by(Mend::SignIn));
    }
    let advises =
        ["please ", "contact ", "visit ", "you must ", "you need to "].iter().any(|word| words.contains(word));
    advises.then(|| problem("follow GitHub's instructions".to_owned()))
}

/// Whether GitHub's message, in lower case, requires an administrator or an owner.
fn wants_a_role(words: &str) -> bool {
    words.contains("must have admin rights") || words.contains("must be an org admin")
}

/// The first https address in a text, without trailing punctuation.
fn address_in(text: &str) -> Option<String> {
    let from = text.find("https://")?;
    let word = text[from..].split(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '`')).next()?;
    let word = word.trim_end_matches(['.', ',', ';', ':', ')', ']', '\'', '!', '?']);
    let address = url::Url::parse(word).ok().filter(|url| url.host_str().is_some())?;
    Some(crate::domain::untrusted::clean(address.as_str()))
}

/// Why no permission helps: an app's token acts for the app and not for a person. Source: GitHub's API description,
/// where no operation on a user's or an organization's secrets supports it.
fn no_installation(scope: Option<&Scope>) -> String {
    format!(
        "a token starting with ghs_ (from an app, a workflow or a codespace) cannot get this permission: use a token \
         of your own, with {}",
        needs(scope)
    )
}

/// GitHub answers 404 for what you may not see, so every possible reason is listed.
pub(super) fn not_found(what: String, refusal: &Refusal, scope: Option<&Scope>) -> Problem {
    if let Some(problem) = lacks_scope(&what, refusal, scope) {
        return problem;
    }
    let (why, hint) = match scope {
        Some(Scope::Organization(org)) => (
            format!(
                "either there is no organization {org}, or you lack permission for its secrets, or it is on the \
                 Free plan, which lacks them: GitHub does not say which"
            ),
            format!("check the name and the plan; only owners can do this, with {}", needs(scope)),
        ),
        Some(Scope::Repository(repo)) => (
            format!(
                "either there is no repository {repo}, or you lack permission for its secrets, or its owner's plan \
                 lacks them: GitHub does not say which"
            ),
            format!("check the name; only administrators can do this, with {}", needs(scope)),
        ),
        Some(Scope::User) => (
            "either Codespaces is not available to your account, or the token lacks permission for your secrets"
                .to_owned(),
            format!("see {}; the token needs {}", refusal.site.place("settings/codespaces"), needs(scope)),
        ),
        None => (
            "either it does not exist, or the token lacks permission to see it: GitHub does not say which".to_owned(),
            "check the name, and that the token can see it (classic tokens: scope `repo`)".to_owned(),
        ),
    };
    let hint = if refusal.kind == TokenKind::Installation { no_installation(scope) } else { hint };
    Problem::new(what, why, hint)
}

/// What it means that one of an organization's members may not read its secrets. `None` if something else is in the
/// way, such as single sign-on.
pub(in crate::work) fn of_member(failure: &GithubError, membership: &Membership) -> Option<Problem> {
    let scope = Scope::Organization(membership.org.clone());
    let (what, org) = (reading(&scope), &membership.org);
    let (GithubError::NotFound(refusal) | GithubError::Forbidden(refusal)) = failure else { return None };
    if refusal.sso.is_some() || own_remedy(&what, refusal).is_some() {
        return None;
    }
    if !membership.owner {
        return Some(Problem::new(
            what,
            format!("you are a member of {org}, and only owners can do this"),
            "ask an owner",
        ));
    }
    if lacks_scope(&what, refusal, Some(&scope)).is_some() || refusal.status != 404 {
        return None;
    }
    let why = format!(
        "you are an owner of {org}: either it is on the Free plan, which lacks them, or the token lacks permission"
    );
    Some(Problem::new(what, why, format!("check its plan; the token needs {}", needs(Some(&scope)))))
}

/// For classic tokens GitHub reports which scopes would be enough and which the token has.
pub(super) fn lacks_scope(what: &str, refusal: &Refusal, scope: Option<&Scope>) -> Option<Problem> {
    let has = refusal.scopes.as_ref()?;
    // Fine-grained and app tokens come with an empty header.
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
    // The narrowest of the scopes that would be enough: the one that includes the fewest of the others.
    let brings = |scope: &&&str| accepted.iter().filter(|other| rights::covers(&[**scope], other)).count();
    let missing = shown(accepted.iter().min_by_key(brings)?);
    let has = if has.is_empty() { "none".to_owned() } else { shown(&has.join(", ")) };
    let permissions = right.map(|right| right.need().permissions).unwrap_or_default();
    let need = Need { scopes: vec![missing.clone()], permissions };
    let problem = Problem::new(
        what,
        format!("the token lacks the scope `{missing}` (it has: {has})"),
        format!(
            "run `{}` for gh's token; otherwise add the scope at {}",
            refusal.site.refresh(&need.scopes),
            refusal.site.place("settings/tokens")
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

/// The server's own words, if any. In full, because what to do is often at the end.
pub(in crate::work) fn said(refusal: &Refusal) -> String {
    let told = |text: &crate::domain::Untrusted| {
        let shown = text.shown();
        clip_to(shown.split_whitespace().collect::<Vec<_>>().join(" ").as_str(), LONGEST_MESSAGE)
    };
    let mut words: Vec<_> = refusal.details.iter().map(told).collect();
    if !refusal.message.is_empty() {
        words.insert(0, told(&refusal.message));
    }
    if words.is_empty() { String::new() } else { format!(": “{}”", words.join("; ")) }
}

fn wanted(refusal: &Refusal) -> String {
    let words = asked_for(refusal);
    if words.is_empty() { String::new() } else { format!(" (GitHub requires {})", clip(&words.join(", or "))) }
}

/// The alternatives of `X-Accepted-GitHub-Permissions` in the words of GitHub's page: `;` separates alternatives, `,`
/// what is needed together. Source: GitHub Docs, “Troubleshooting the REST API”, resource not accessible.
fn asked_for(refusal: &Refusal) -> Vec<String> {
    let Some(header) = &refusal.permissions else { return Vec::new() };
    let alternatives = header.raw().split(';').map(|all| {
        let boxes = all.split(',').filter_map(|one| one.trim().split_once('='));
        let words = boxes.map(|(name, level)| format!("“{}”", rights::permission_words(name, level)));
        words.collect::<Vec<_>>().join(" and ")
    });
    alternatives.filter(|words| !words.is_empty()).collect()
}

/// What a token with permissions instead of scopes lacks.
fn lacked(refusal: &Refusal, scope: Option<&Scope>) -> Need {
    match scope {
        Some(scope) => right(scope.kind()).need(),
        None => {
            Need { scopes: refusal.accepted.first().cloned().into_iter().collect(), permissions: asked_for(refusal) }
        }
    }
}

/// What any kind of token needs for a scope's secrets.
pub(super) fn needs(scope: Option<&Scope>) -> String {
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
        Some(ScopeKind::User) => "“Codespaces user secrets: read and write”",
        Some(ScopeKind::Repository) => "“Codespaces secrets: read and write”",
        Some(ScopeKind::Organization) => "“Organization codespaces secrets: read and write”",
        None => "GitHub asks for",
    }
}
