//! A small world for the tests: who you are, what the scopes contain, which repositories exist, and how jobs end.

use chrono::{DateTime, Duration, Utc};

use super::noon;
use crate::app::local_job::{LocalJob, LocalOutcome};
use crate::app::protocol::{Job, Outcome};
use crate::app::world::Start;
use crate::domain::change::{AccessBefore, AccessOutcome, Seen};
use crate::domain::seamless::Outlook;
use crate::domain::token::{Identity, Membership, TokenKind, TokenSource};
use crate::domain::verdict::{Check, Code, Outcome as How};
use crate::domain::{
    Access, AccessChange, AccessGoal, Member, MemberReport, MemberState, Mend, OrgName, PackageRef, Prefix, Problem,
    Record, RepoName, RepoRef, Repository, RepositoryPage, Roster, Saved, Scope, ScopeListing, SecretNeed, Shape, Step,
    TestReport, Verdict, Visibility, WriteOutcome,
};

pub fn repo(text: &str) -> RepoName {
    RepoName::parse(text).unwrap()
}

pub fn org(text: &str) -> OrgName {
    OrgName::parse(text).unwrap()
}

pub fn api() -> Scope {
    Scope::Repository(repo("acme/api"))
}

pub fn acme() -> Scope {
    Scope::Organization(org("acme"))
}

pub fn globex() -> Scope {
    Scope::Organization(org("globex"))
}

pub fn prefix(text: &str) -> Prefix {
    Prefix::parse(text).unwrap()
}

/// Started in a clone of acme/api.
pub fn here() -> Start {
    Start { here: Some(repo("acme/api")), ..Start::default() }
}

pub fn identity(scopes: &[&str]) -> Identity {
    Identity {
        login: "octocat".into(),
        kind: TokenKind::Classic,
        source: TokenSource::Gh,
        scopes: Some(scopes.iter().map(|&s| s.to_owned()).collect()),
        host: "api.github.com".to_owned(),
        budget: Some((4812, 5000)),
        expires: None,
    }
}

const NAMES: [&str; 6] = ["acme/api", "acme/web", "acme/infra", "acme/docs", "octocat/dotfiles", "octocat/blog"];

pub fn repository(name: &str) -> Repository {
    let id = NAMES.iter().position(|n| *n == name).map_or(99, |at| at as u64 + 1);
    let visibility = if name == "acme/docs" { "public" } else { "private" };
    Repository {
        id,
        full_name: name.into(),
        visibility: visibility.to_owned(),
        archived: name == "octocat/blog",
        admin: true,
        push: true,
    }
}

pub fn reference(name: &str) -> RepoRef {
    RepoRef { id: repository(name).id, full_name: name.into() }
}

pub fn selected(names: &[&str]) -> Access {
    Access::selected(names.iter().map(|name| reference(name)).collect(), true)
}

fn days_ago(days: i64) -> DateTime<Utc> {
    noon() - Duration::days(days)
}

pub fn secret(name: &str, days: i64, access: Access) -> MemberState {
    MemberState {
        name: name.to_owned(),
        created_at: days_ago(days + 30),
        updated_at: days_ago(days),
        access: Some(access),
    }
}

pub fn triple(word: &str, days: i64, access: &Access) -> Vec<MemberState> {
    Member::all().map(|member| secret(&prefix(word).secret_name(member), days, access.clone())).collect()
}

pub fn listing(scope: &Scope) -> ScopeListing {
    let mut secrets = Vec::new();
    match scope {
        Scope::User => {
            secrets.extend(triple("ACR", 12, &selected(&["acme/api", "acme/web", "octocat/dotfiles"])));
            secrets.extend(triple("ECR", 3, &selected(&["acme/api"])).into_iter().take(2));
        }
        Scope::Repository(_) => {
            secrets.extend(triple("DOCKERHUB", 214, &Access::Repository));
            secrets.push(secret("NPM_TOKEN", 40, Access::Repository));
            secrets.push(secret("SENTRY_DSN", 1, Access::Repository));
        }
        Scope::Organization(_) => {
            secrets.extend(triple("ACR", 1100, &Access::All));
            let mut odd = triple("GHCR", 40, &selected(&["acme/api", "acme/web"]));
            odd[2].access = Some(selected(&["acme/api"]));
            secrets.extend(odd);
        }
    }
    ScopeListing::group(secrets, true)
}

pub fn no_right() -> Problem {
    Problem::new(
        "the secrets of globex could not be read",
        "the token lacks the scope admin:org",
        "run the command y copies, then F5",
    )
    .mended_by(Mend::Copy("gh auth refresh -h github.com -s admin:org".to_owned()))
}

pub fn no_network() -> Problem {
    Problem::new("GitHub could not be reached", "the name api.github.com was not found", "check the network, then F5")
        .mended_by(Mend::Retry)
}

pub fn catalogue(of: Option<&OrgName>) -> Vec<Repository> {
    let mine = |name: &&&str| of.is_none_or(|org| name.starts_with(&format!("{org}/")));
    NAMES.iter().filter(mine).map(|name| repository(name)).collect()
}

/// So many of all repositories, after so many others.
pub fn page(before: usize, many: usize) -> RepositoryPage {
    RepositoryPage { before, list: catalogue(None).into_iter().skip(before).take(many).collect() }
}

/// What codespaces of a repository of acme pull from one of GitHub's own registries.
pub fn outlooks(host: &str) -> Vec<Outlook> {
    let one =
        |name: &str, verdict| Outlook { package: PackageRef::parse(&format!("{host}/acme/{name}")).unwrap(), verdict };
    vec![
        one("api", SecretNeed::LikelyNone),
        one("devcontainers/base", SecretNeed::None),
        one("open", SecretNeed::None),
        one("ml-tools", SecretNeed::Needed),
        one("secret-club", SecretNeed::CannotTell),
    ]
}

/// How the world responds to a read; `None` for login tests and for writes.
pub fn answer(job: &Job) -> Option<Outcome> {
    Some(match job {
        Job::SignIn => Outcome::SignIn(Ok(identity(&["repo", "codespace", "admin:org"]))),
        Job::Memberships => Outcome::Memberships(Ok(vec![
            Membership { org: org("acme"), owner: true },
            Membership { org: org("globex"), owner: false },
        ])),
        Job::LoadScope(scope) if *scope == globex() => Outcome::Listing(Err(no_right())),
        Job::LoadScope(scope) => Outcome::Listing(Ok(listing(scope))),
        Job::Endings => Outcome::Endings(Ok(Some(Record::default()))),
        Job::Repositories(of) => Outcome::Repositories(Ok(Roster::whole(catalogue(of.as_ref())))),
        Job::Repository(name) => Outcome::Repository(Ok(repository(&name.full()))),
        Job::Tokens => Outcome::Tokens(Vec::new()),
        Job::UseToken(_) | Job::Device { .. } => {
            Outcome::TokenUsed { identity: Ok(identity(&["repo", "codespace", "admin:org"])), kept: None }
        }
        Job::Codespaces(which) => Outcome::Codespaces(Ok(Roster::whole(super::spaces::list(which)))),
        Job::Seamless { host, .. } => Outcome::Seamless(Ok(Roster::whole(outlooks(host)))),
        Job::Local(LocalJob::Recall { .. }) => Outcome::Local(LocalOutcome::Recalled(Ok(None))),
        Job::Local(LocalJob::Look) => Outcome::Local(LocalOutcome::Found(Ok(super::filling::found()))),
        Job::Local(LocalJob::Take(_) | LocalJob::Keep { .. } | LocalJob::Forget { .. })
        | Job::Test { .. }
        | Job::Save(_)
        | Job::ChangeAccess(_)
        | Job::RestoreAccess(_)
        | Job::ChangeCodespaces(_)
        | Job::SignOut
        | Job::Delete { .. } => return None,
    })
}

/// The report of a write, member by member in writing order, and the list afterwards.
pub fn saved(job: &Job, outcome: impl Fn(Member) -> WriteOutcome) -> Saved {
    let (scope, word, members) = match job {
        Job::Save(draft) => (&draft.scope, &draft.prefix, draft.members.clone()),
        Job::ChangeAccess(change) => (&change.scope, &change.prefix, Member::WRITE_ORDER.to_vec()),
        Job::Delete { scope, prefix, .. } => (scope, prefix, Member::WRITE_ORDER.to_vec()),
        Job::RestoreAccess(before) => {
            (&before.scope, &before.prefix, before.members.iter().map(|seen| seen.member).collect())
        }
        other => panic!("no write: {other:?}"),
    };
    let shape = if let Job::Save(draft) = job { draft.shape } else { Shape::Credential };
    let name = |member: Member| shape.secret_name(word, member);
    let report = |member: Member| MemberReport { member, name: name(member), outcome: outcome(member) };
    let reports: Vec<MemberReport> = members.into_iter().map(report).collect();
    let mut secrets: Vec<MemberState> = Vec::new();
    let before = listing(scope);
    for credential in &before.credentials {
        secrets.extend(Member::all().filter_map(|m| credential.members.get(m).clone()));
    }
    secrets.extend(before.other_secrets.iter().map(|o| o.state.clone()));
    for report in &reports {
        let access = access_after(job, report.member);
        match report.outcome {
            WriteOutcome::Created | WriteOutcome::Updated => {
                secrets.retain(|s| s.name != report.name);
                secrets.push(secret(&report.name, 0, access));
            }
            WriteOutcome::Deleted => secrets.retain(|s| s.name != report.name),
            WriteOutcome::Unchanged
            | WriteOutcome::Failed(_)
            | WriteOutcome::Unknown(_)
            | WriteOutcome::ChangedElsewhere(_)
            | WriteOutcome::NotTried => {}
        }
    }
    Saved { members: reports, now: Some(ScopeListing::group(secrets, true)) }
}

fn access_after(job: &Job, member: Member) -> Access {
    match job {
        Job::ChangeAccess(AccessChange { scope, prefix, goal, .. }) => match goal {
            AccessGoal::Alike { visibility: Visibility::All, .. } => Access::All,
            AccessGoal::Alike { visibility: Visibility::Private, .. } => Access::Private,
            AccessGoal::Alike { visibility: Visibility::Selected, repositories } => {
                Access::selected(repositories.clone(), true)
            }
            AccessGoal::Touched { add, remove } => {
                let before = listing(scope);
                let state = before.credential(prefix).and_then(|it| it.members.get(member).clone());
                let list = match state.and_then(|state| state.access) {
                    Some(Access::Selected(list)) => list.repositories,
                    _ => Vec::new(), // it is not there
                };
                let is_in = |some: &[RepoRef], r: &RepoRef| some.iter().any(|other| other.id == r.id);
                let kept = list.iter().filter(|r| !is_in(remove, r) && !is_in(add, r));
                Access::selected(kept.chain(add).cloned().collect(), true)
            }
        },
        Job::RestoreAccess(before) => {
            let seen = before.members.iter().find(|seen| seen.member == member);
            seen.and_then(|seen| seen.access.clone()).unwrap_or(Access::All)
        }
        Job::Save(draft) if matches!(draft.scope, Scope::Repository(_)) => Access::Repository,
        _ => selected(&["acme/api"]),
    }
}

/// How a write of secrets ends: a change of access reports the previous access as well.
pub fn ended(job: &Job, result: Result<Saved, Problem>) -> Outcome {
    let (scope, prefix) = match job {
        Job::ChangeAccess(change) => (&change.scope, &change.prefix),
        Job::RestoreAccess(before) => (&before.scope, &before.prefix),
        _ => return Outcome::Saved(result),
    };
    Outcome::AccessChanged(result.map(|saved| {
        let held = |listing: &ScopeListing| listing.credential(prefix).map(Seen::of);
        let members = match job {
            // What an undo restores is what the change left.
            Job::RestoreAccess(AccessBefore { left: Some(left), .. }) => left.clone(),
            _ => held(&listing(scope)).unwrap_or_default(),
        };
        let left = saved.now.as_ref().and_then(held);
        let before = AccessBefore { scope: scope.clone(), prefix: prefix.clone(), members, left };
        AccessOutcome::Done { saved, before }
    }))
}

fn check(check: Check, code: Code, outcome: How, detail: &str, remedy: &str) -> Step {
    Step { check, code, outcome, detail: detail.to_owned(), remedy: remedy.to_owned(), command: None }
}

/// A whole test with this verdict.
pub fn tested(verdict: Verdict) -> TestReport {
    let mut steps = vec![
        check(Check::Server, Code::Ok, How::Pass, "a login server of Azure Container Registry", ""),
        check(Check::Connection, Code::Ok, How::Pass, "20.61.97.128, TLS 1.3, certificate ends in 81 days", ""),
        check(Check::Registry, Code::Ok, How::Pass, "asks for a login, sends it to mycompany.azurecr.io", ""),
        check(Check::Realm, Code::Ok, How::Pass, "https, the registry's own host", ""),
    ];
    steps.extend(match verdict {
        Verdict::Pass => vec![
            check(Check::Login, Code::Ok, How::Pass, "accepted with a token in 212 ms", ""),
            check(Check::Docker, Code::Ok, How::Pass, "docker 28.2.2 logs in as well", ""),
        ],
        Verdict::Fail => vec![
            check(
                Check::Login,
                Code::BadCredentials,
                How::Fail,
                "the registry rejected this user and password",
                "make a new password: az acr token credential generate --registry mycompany --name ci-pull --password1",
            ),
            check(Check::Docker, Code::BadCredentials, How::Fail, "docker 28.2.2 is refused as well", ""),
        ],
        Verdict::Inconclusive => vec![
            check(
                Check::Login,
                Code::Timeout,
                How::Inconclusive,
                "no answer within 10 seconds",
                "try again, or from a network that reaches the registry",
            ),
            check(Check::Docker, Code::DockerUnavailable, How::Skipped, "no docker on the PATH", ""),
        ],
    });
    TestReport { verdict, steps }
}

/// How a test of every check goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Climb {
    Pulled,
    /// The login is accepted, but may not pull.
    Denied,
    /// An access key pair is exchanged first.
    Exchanged,
    HereOnly,
    /// A check on the way passes with a note.
    Noted,
}

/// All checks, as many as a test can have.
pub fn climbed(climb: Climb) -> TestReport {
    let note = if climb == Climb::Noted { "the certificate expires in 3 days: tell the registry's admin" } else { "" };
    let mut steps = vec![
        check(Check::Server, Code::Ok, How::Pass, "mycompany.azurecr.io (Azure)", ""),
        check(Check::Lookup, Code::Ok, How::Pass, "pulls look up mycompany.azurecr.io and find it", ""),
        check(Check::Name, Code::Ok, How::Pass, "mycompany.azurecr.io is 20.61.97.128", ""),
        check(Check::Connection, Code::Ok, How::Pass, "20.61.97.128 takes connections at port 443 (24 ms)", ""),
        check(Check::Tls, Code::Ok, How::Pass, "TLS 1.3, the certificate is trusted and expires in 81 days", note),
        check(Check::Registry, Code::Ok, How::Pass, "mycompany.azurecr.io answers like a registry", ""),
        check(Check::Challenge, Code::Ok, How::Pass, "it asks for a token, as most registries do", ""),
        check(Check::Realm, Code::Ok, How::Pass, "the login goes to mycompany.azurecr.io over https", ""),
    ];
    if climb == Climb::Exchanged {
        steps.push(check(
            Check::Exchange,
            Code::Ok,
            How::Pass,
            "Amazon gave a token that lasts 12 h, as GitHub gets it",
            "",
        ));
    }
    steps.push(check(Check::Login, Code::Ok, How::Pass, "accepted with a token", ""));
    if climb == Climb::Denied {
        let mut denied = check(
            Check::Pull,
            Code::PullDenied,
            How::Fail,
            "team/app:1: logged in, but this user may not pull it",
            "give this user permission to pull from team/app",
        );
        denied.command = Some(
            "az acr scope-map update --registry mycompany --name ci-pull --add-repository team/app content/read"
                .to_owned(),
        );
        steps.push(denied);
    } else {
        steps.push(check(Check::Pull, Code::Ok, How::Pass, "team/app:1 can be pulled (sha256:0123456789ab)", ""));
        let (code, detail) = match climb {
            Climb::HereOnly => (Code::HereOnly, "works from here; a codespace cannot reach this machine"),
            _ => {
                (Code::NotFromACodespace, "works from here; codespaces use other addresses, which a firewall may block")
            }
        };
        steps.push(check(Check::Codespace, code, How::Skipped, detail, ""));
    }
    steps.push(check(Check::Docker, Code::Ok, How::Pass, "docker 28.2.2 logs in as well", ""));
    TestReport::of(steps, true)
}

/// A test of an npm token that may install a package.
pub fn npm_tested() -> TestReport {
    let steps = vec![
        check(Check::Server, Code::Ok, How::Pass, "https://npm.acme.example/ is an address npm accepts", ""),
        check(Check::Name, Code::Ok, How::Pass, "npm.acme.example is 20.61.97.128", ""),
        check(Check::Connection, Code::Ok, How::Pass, "npm.acme.example answers", ""),
        check(Check::Tls, Code::Ok, How::Pass, "TLS 1.3, the certificate is trusted and expires in 81 days", ""),
        check(Check::Whoami, Code::Ok, How::Pass, "npm.acme.example knows this token: it belongs to octocat", ""),
        check(
            Check::Package,
            Code::Ok,
            How::Pass,
            "@acme/tools can be installed with this token, but not without one",
            "",
        ),
        check(
            Check::Codespace,
            Code::NotFromACodespace,
            How::Skipped,
            "works from here; codespaces use other addresses, which a firewall may block",
            "",
        ),
    ];
    TestReport::of(steps, true)
}

/// Fills in the form of a login test, with an image.
pub fn type_image(driver: &mut super::Driver) {
    type_login(driver);
    driver.press("tab");
    driver.type_text("mycompany.azurecr.io/team/app:1");
}

/// Fills in the form of a login test.
pub fn type_login(driver: &mut super::Driver) {
    type_values(driver, "mycompany.azurecr.io", "ci-pull", super::CANARY);
}

/// Types the three values of a form whose first empty field has the focus.
pub fn type_values(driver: &mut super::Driver, server: &str, user: &str, password: &str) {
    for (at, text) in [server, user, password].into_iter().enumerate() {
        if at > 0 {
            driver.press("tab");
        }
        driver.type_text(text);
    }
}
