//! The texts: the decisive reason, what was read where, what no API shows, what to do next. In GitHub's own words.

use super::judge::Case;
use super::{Evidence, Facts, NextStep, PackageKind, PackageRef, PackageVisibility, Sight};
use crate::domain::token::Right;
use crate::domain::{Mend, RepoName};

/// The names of GitHub's settings, as shown on the page.
const INHERIT: &str = "“Inherit access from source repository”";
const MANAGE: &str = "“Manage Codespaces access”";

const PRIVATE_REGISTRY: &str = "GitHub Docs, “Allowing your codespace to access a private registry”";
const PERMISSIONS: &str = "GitHub Docs, “About permissions for GitHub Packages”";

pub(super) fn why(case: &Case, facts: &Facts, repository: &RepoName) -> String {
    let (kind, owner) = (facts.package.kind(), facts.package.owner());
    match case {
        Case::Public => "it is public: anyone can pull it".to_owned(),
        Case::PublicWithToken => format!(
            "it is public, but the {} always requires a token; seamless access should provide one",
            kind.registry()
        ),
        Case::Own => format!("it belongs to {repository}, whose codespaces can pull it while {INHERIT} is checked"),
        Case::OwnOfPublic => format!(
            "it belongs to {repository} and is not public, but the repository is: GitHub does not document this case"
        ),
        Case::Internal => {
            format!("it is internal: all codespaces of {owner} can pull it, except those of public repositories")
        }
        Case::InternalForPublic => {
            format!("it is internal and {repository} is public: only {MANAGE} can give it access")
        }
        Case::Others => {
            format!("it is {} and belongs to {}: only {MANAGE} can give {repository} access", word(facts), whose(facts))
        }
        Case::OtherOwner => format!("it is {} and belongs to another owner, {owner}", word(facts)),
        Case::OddVisibility(odd) if odd.is_empty() => "GitHub does not say whether it is private".to_owned(),
        Case::OddVisibility(odd) => format!("its visibility, “{}”, is unknown to pullkey", odd.shown()),
        Case::Hidden => "the package does not exist, or you cannot see it: GitHub does not say which".to_owned(),
        Case::NoOwner => format!("there is no account {owner} on {}", facts.package.site()),
        Case::NotAllowed => not_allowed(facts),
        Case::Unread => match &facts.sight {
            Sight::Unread(problem) => format!("{}: {}", problem.what, problem.why),
            Sight::Seen(_) | Sight::Hidden | Sight::NoOwner | Sight::NotAllowed { .. } => String::new(),
        },
        Case::NoRepository => match &facts.repository {
            Err(problem) => format!("{}: {}", problem.what, problem.why),
            Ok(_) => String::new(),
        },
    }
}

fn not_allowed(facts: &Facts) -> String {
    let Sight::NotAllowed { kind, scopes } = &facts.sight else { return String::new() };
    match scopes {
        Some(scopes) if scopes.is_empty() => "the token lacks the scope `read:packages` (it has none)".to_owned(),
        Some(scopes) => {
            let has = crate::domain::untrusted::clean(&scopes.join(", "));
            format!("the token lacks the scope `read:packages` (it has: {has})")
        }
        None => format!("this {} cannot read packages: use a classic token with `read:packages`", kind.word()),
    }
}

fn word(facts: &Facts) -> &'static str {
    match &facts.sight {
        Sight::Seen(package) if package.visibility == PackageVisibility::Internal => "internal",
        Sight::Seen(_) | Sight::Hidden | Sight::NoOwner | Sight::NotAllowed { .. } | Sight::Unread(_) => "private",
    }
}

/// The repository a package is linked to, in words.
fn whose(facts: &Facts) -> String {
    match &facts.sight {
        Sight::Seen(package) => match &package.repository {
            Some(linked) if !linked.full_name.is_empty() => linked.full_name.shown(),
            Some(_) => "another repository".to_owned(),
            None => "no repository".to_owned(),
        },
        Sight::Hidden | Sight::NoOwner | Sight::NotAllowed { .. } | Sight::Unread(_) => "no repository".to_owned(),
    }
}

pub(super) fn evidence(case: &Case, facts: &Facts) -> Vec<Evidence> {
    let mut found = Vec::new();
    let mut add = |what: String, source: String| found.push(Evidence { what, source });
    let asked = facts
        .holder
        .map_or_else(|| format!("GET /users/{}", facts.package.owner()), |holder| facts.package.request(holder));
    match &facts.sight {
        Sight::Seen(package) => {
            let seen = match &package.visibility {
                PackageVisibility::Public => "public".to_owned(),
                PackageVisibility::Internal => "internal".to_owned(),
                PackageVisibility::Private => "private".to_owned(),
                PackageVisibility::Other(word) if word.is_empty() => "unknown".to_owned(),
                PackageVisibility::Other(word) => word.shown(),
            };
            add(format!("its visibility: {seen}"), asked.clone());
            add(format!("linked to: {}", whose(facts)), asked);
        }
        Sight::Hidden => add("not found, or hidden".to_owned(), asked),
        Sight::NoOwner => add(format!("no account {}", facts.package.owner()), asked),
        Sight::NotAllowed { .. } => add("refused: the token cannot read packages".to_owned(), asked),
        Sight::Unread(problem) => add(format!("not read: {}", problem.why), asked),
    }
    let source = format!("GET /repos/{}", facts.asked);
    match &facts.repository {
        Ok(repository) => {
            let name = repository.full_name.shown();
            let now = if facts.asked.is_same(repository.full_name.raw()) {
                String::new()
            } else {
                format!(", formerly {}", facts.asked)
            };
            let visibility = crate::domain::untrusted::clean(&repository.visibility);
            add(format!("{name} is {visibility}{now}"), source);
        }
        Err(problem) => add(format!("{} was not read: {}", facts.asked, problem.why), source),
    }
    if let Some((rule, page)) = rule(case, facts.package.kind()) {
        add(rule.to_owned(), page.to_owned());
    }
    found
}

/// The GitHub rule that was applied, and its page.
const fn rule(case: &Case, kind: PackageKind) -> Option<(&'static str, &'static str)> {
    Some(match (case, kind) {
        (Case::Own, _) => (
            "inheriting is on by default for packages published by Actions, and off for those pushed with a token",
            PRIVATE_REGISTRY,
        ),
        (Case::OwnOfPublic | Case::InternalForPublic, _) => {
            ("a public repository must be given access to internal or private packages by hand", PRIVATE_REGISTRY)
        }
        (Case::Internal, _) => (
            "internal packages are for all codespaces of the organization, except those of public repositories",
            PRIVATE_REGISTRY,
        ),
        (Case::Others | Case::OtherOwner, _) => {
            ("repositories are added one by one to a package's access settings", PRIVATE_REGISTRY)
        }
        (Case::NotAllowed, _) => ("packages need a classic token with the scope `read:packages`", PERMISSIONS),
        (Case::PublicWithToken, PackageKind::Npm) => {
            ("installing needs a token, even for public packages", "GitHub Docs, “Working with the npm registry”")
        }
        (Case::PublicWithToken, PackageKind::Nuget) => {
            ("installing needs a token, even for public packages", "GitHub Docs, “Working with the NuGet registry”")
        }
        (Case::PublicWithToken, PackageKind::Rubygems) => {
            ("installing needs a token, even for public packages", "GitHub Docs, “Working with the RubyGems registry”")
        }
        (
            Case::Public
            | Case::PublicWithToken
            | Case::OddVisibility(_)
            | Case::Hidden
            | Case::NoOwner
            | Case::Unread
            | Case::NoRepository,
            _,
        ) => return None,
    })
}

pub(super) fn untold(case: &Case, repository: &RepoName) -> Vec<String> {
    let inherit = || format!("whether {INHERIT} is checked");
    let manage = || format!("whether {MANAGE} lists {repository}");
    match case {
        Case::Public | Case::PublicWithToken | Case::Internal | Case::NoOwner => Vec::new(),
        Case::Own | Case::OwnOfPublic => vec![inherit(), manage()],
        Case::InternalForPublic
        | Case::Others
        | Case::OtherOwner
        | Case::OddVisibility(_)
        | Case::Hidden
        | Case::NotAllowed
        | Case::Unread
        | Case::NoRepository => vec![manage()],
    }
}

/// What to do: first what hides the answer, then the settings page, then a credential.
pub(super) fn steps(case: &Case, facts: &Facts, repository: &RepoName) -> Vec<NextStep> {
    let settings = facts.holder.map(|holder| facts.package.settings_page(holder));
    let grant = || NextStep::new(format!("on its settings page, add {repository} under {MANAGE}"), settings.clone());
    let mut steps = match case {
        Case::Public | Case::Internal => return Vec::new(),
        Case::NoOwner => return vec![NextStep::new("check the package's name", None)],
        Case::PublicWithToken => Vec::new(),
        Case::Own | Case::OwnOfPublic => vec![NextStep::new(
            format!("on its settings page, check {INHERIT}, or add {repository} under {MANAGE}"),
            settings,
        )],
        Case::InternalForPublic | Case::Others | Case::OddVisibility(_) => vec![grant()],
        Case::OtherOwner => vec![NextStep::new(
            format!("ask its administrator to add {repository} under {MANAGE} on its settings page"),
            settings,
        )],
        Case::Hidden => vec![NextStep::new("check the package's name, and that you can see it", None), grant()],
        Case::NotAllowed => vec![allow(facts), grant()],
        Case::Unread | Case::NoRepository => vec![mend(facts), grant()],
    };
    steps.push(fallback(&facts.package, repository));
    steps
}

/// How to let the token read packages.
fn allow(facts: &Facts) -> NextStep {
    let site = facts.package.site();
    let kind = match &facts.sight {
        Sight::NotAllowed { kind, .. } => *kind,
        Sight::Seen(_) | Sight::Hidden | Sight::NoOwner | Sight::Unread(_) => crate::domain::token::TokenKind::Unknown,
    };
    let least = Right::ReadPackages.least(kind);
    let what = format!(
        "to see more: `gh auth refresh -h {site} -s read:packages` if the token comes from gh, otherwise {least}"
    );
    NextStep::new(what, Some(token_page(site, "read:packages")))
}

/// What to do about the problem that hides the answer.
fn mend(facts: &Facts) -> NextStep {
    let ((Sight::Unread(problem), _) | (_, Err(problem))) = (&facts.sight, &facts.repository) else {
        return NextStep::new("try again", None);
    };
    let page = match &problem.mend {
        Some(Mend::Open(page)) => Some(page.clone()),
        Some(Mend::Retry | Mend::Copy(_) | Mend::SignIn | Mend::Gain(_)) | None => None,
    };
    NextStep::new(problem.hint.clone(), page)
}

/// If seamless access is not available. Credentials of three secrets are only for `docker login`.
fn fallback(package: &PackageRef, repository: &RepoName) -> NextStep {
    let token = "a classic token with the scope `read:packages` (no other kind works)";
    let ordinary = |name: &str, file: &str| {
        format!("otherwise store {token} as an ordinary Codespaces secret, such as {name}, and let {file} read it")
    };
    let what = match package.kind() {
        PackageKind::Container => format!(
            "otherwise a credential: `pullkey set GHCR --repo {repository}` with the server {}, a login, and {token}",
            package.host()
        ),
        PackageKind::Npm => ordinary("NPM_TOKEN", ".npmrc"),
        PackageKind::Nuget => ordinary("NUGET_TOKEN", "nuget.config"),
        PackageKind::Rubygems => ordinary("RUBYGEMS_TOKEN", "bundler"),
    };
    NextStep::new(what, Some(token_page(package.site(), "read:packages")))
}

/// The page to create a classic token, with the scope checked.
fn token_page(site: &str, scope: &str) -> String {
    format!("https://{site}/settings/tokens/new?scopes={scope}")
}

pub(super) fn publishing(package: &PackageRef) -> Vec<NextStep> {
    vec![
        NextStep::new(
            "from Actions with GITHUB_TOKEN and `permissions: packages: write`: it is then linked to the repository \
             and inherits its access",
            None,
        ),
        NextStep::new(
            "otherwise from a codespace with a classic token with `write:packages`: seamless access can only pull",
            Some(token_page(package.site(), "write:packages")),
        ),
    ]
}
