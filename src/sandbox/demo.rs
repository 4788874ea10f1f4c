//! The demo world: you are `octocat`, owner of two organizations and member of a third, with credentials in every state
//! found in practice. Everything is made up; ages are relative to now.

use std::collections::BTreeSet;

use chrono::{Duration, SubsecRound as _, Utc};

use super::codespaces::CodespaceDraft;
use super::people::{Org, Permission, RepoVisibility, Role};
use super::vault::{Reach, Scope, Secret};
use super::world::State;

use RepoVisibility::{Internal, Private, Public};

/// Full name, visibility, whether it is archived, description. Ids follow this order, the most active first.
const REPOS: [(&str, RepoVisibility, bool, &str); 42] = [
    ("acme/api", Private, false, "The service behind everything"),
    ("acme/web", Private, false, "What customers see"),
    ("octocat/hello-codespaces", Public, false, "My first codespace"),
    ("acme/infra", Private, false, "Terraform, and the runbooks nobody reads"),
    ("globex/warehouse", Private, false, "Where every box is, and where it should be"),
    ("acme/mobile", Private, false, "iOS and Android"),
    ("acme/billing", Private, false, "Invoices, dunning, VAT"),
    ("acme/search", Private, false, ""),
    ("globex/portal", Private, false, "Customer portal"),
    ("acme/design-system", Internal, false, "Buttons, tokens, opinions"),
    ("acme/data-platform", Private, false, "Airflow, dbt and friends"),
    ("initech/tps-reports", Private, false, "Did you get the memo?"),
    ("octocat/dotfiles", Private, false, ""),
    ("acme/auth", Private, false, "Login, sessions, single sign-on"),
    ("acme/notifications", Private, false, "Mail, push and the occasional fax"),
    ("globex/telemetry", Private, false, "Ten billion rows a day"),
    ("acme/docs", Public, false, "docs.acme.example"),
    ("acme/devcontainers", Internal, false, "Base images for every team"),
    ("globex/orders", Private, false, ""),
    ("acme/ml-ranking", Private, false, "Learning to rank"),
    ("acme/edge-proxy", Private, false, ""),
    ("globex/sdk-js", Public, false, "JavaScript client of the Globex API"),
    ("globex/sdk-python", Public, false, "Python client of the Globex API"),
    ("acme/load-tests", Private, false, "k6 scripts"),
    ("acme/partner-api", Private, false, "What partners call"),
    ("octocat/advent-of-code", Public, false, "One puzzle a day"),
    ("globex/billing-bridge", Private, false, ""),
    ("acme/feature-flags", Private, false, ""),
    ("acme/support-tools", Internal, false, "For the people who answer the phone"),
    ("initech/handbook", Internal, false, "How we work"),
    ("globex/infrastructure", Private, false, "Pulumi"),
    ("acme/website", Public, false, "acme.example"),
    ("octocat/espresso-timer", Public, false, "Twenty-five seconds"),
    ("acme/compliance", Private, false, ""),
    ("globex/forecasting", Private, false, "Demand, weather, luck"),
    ("acme/playground", Private, false, "Try things here"),
    ("initech/printer-drivers", Private, false, "PC LOAD LETTER"),
    ("octocat/thesis", Private, false, "Finished, somehow"),
    ("globex/intranet", Internal, false, ""),
    ("acme/api-v1", Private, true, "Replaced by acme/api"),
    ("globex/mainframe", Private, true, "Do not wake it"),
    ("octocat/old-blog", Public, true, ""),
];

pub(super) fn furnish(state: &mut State) {
    state.orgs = vec![
        Org::new(9_919, "acme", Role::Owner),
        Org::new(21_207, "globex", Role::Owner),
        Org::new(48_150, "initech", Role::Member),
    ];
    for (id, (full_name, visibility, archived, description)) in (1_296_269..).step_by(7).zip(REPOS) {
        let permission = match full_name {
            "initech/handbook" => Permission::Pull,
            name if name.starts_with("initech/") => Permission::Push,
            _ => Permission::Admin,
        };
        super::plain::add(state, id, full_name, visibility, permission, description);
        if let Some(repo) = state.repos.by_name_mut(full_name) {
            repo.archived = archived;
        }
    }
    // The higher in the table, the later the last push.
    for (repo, hours) in state.repos.iter_mut().zip((1..).map(|place: i64| place * place)) {
        repo.pushed_at = Utc::now() - Duration::hours(hours);
    }
    for (full_name, topics) in TOPICS {
        if let Some(repo) = state.repos.by_name_mut(full_name) {
            repo.topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
        }
    }
    yours(state);
    of_acme(state);
    of_globex(state);
    codespaces(state);
    packages(state);
}

const TOPICS: [(&str, &[&str]); 8] = [
    ("acme/api", &["backend", "rust"]),
    ("acme/web", &["frontend", "typescript"]),
    ("acme/mobile", &["frontend"]),
    ("acme/search", &["backend"]),
    ("acme/auth", &["backend"]),
    ("acme/billing", &["backend", "pci"]),
    ("acme/devcontainers", &["platform"]),
    ("globex/portal", &["frontend"]),
];

/// Five of the user's own, one in each typical condition, and two of other members of acme.
fn codespaces(state: &mut State) {
    let own = |name: &str, display: &str, repository: &str, started_ago| CodespaceDraft {
        display_name: Some(display.to_owned()),
        started_ago,
        ..CodespaceDraft::new(name, repository)
    };
    let (hours, days) = (Duration::hours, Duration::days);
    let drafts = [
        own("fluffy-disco-x7q4vr9w", "fluffy disco", "acme/data-platform", hours(2)),
        // Older than the password it should see.
        own("bookish-space-pancake-q5pv", "bookish space pancake", "acme/api", days(16)),
        CodespaceDraft {
            uncommitted: true,
            unpushed: true,
            ..own("super-duper-yodel-4jw7", "super duper yodel", "acme/web", days(13))
        },
        CodespaceDraft {
            state: "Shutdown".to_owned(),
            prebuild: Some(true),
            ..own("crispy-lamp-9g6x", "crispy lamp", "octocat/hello-codespaces", days(6))
        },
        CodespaceDraft {
            state: "Failed".to_owned(),
            stop_notice: Some("The container could not be created, and a recovery container is running.".to_owned()),
            ..own("ominous-cod-v6p9", "ominous cod", "acme/ml-ranking", days(1))
        },
        CodespaceDraft {
            owner: Some("hubot".to_owned()),
            ..own("literate-waffle-77rj", "literate waffle", "acme/search", days(20))
        },
        CodespaceDraft {
            owner: Some("monalisa".to_owned()),
            state: "Shutdown".to_owned(),
            ..own("stunning-barnacle-5q2x", "stunning barnacle", "acme/auth", days(3))
        },
    ];
    for draft in drafts {
        state.furnish_codespace(draft);
    }
}

/// One for each possible answer: the repository's own, the whole organization, nobody although the settings page says
/// so, and everybody.
fn packages(state: &mut State) {
    for (path, visibility, linked) in [
        ("acme/api", "private", Some("acme/api")),
        ("acme/devcontainers/base", "internal", Some("acme/devcontainers")),
        ("acme/ml-tools", "private", Some("acme/ml-ranking")),
        ("octocat/espresso-timer", "public", Some("octocat/espresso-timer")),
    ] {
        state.furnish_package("container", path, visibility, linked);
    }
}

/// The secrets of one scope, and what they have in common.
struct Shelf<'a> {
    state: &'a mut State,
    scope: Scope,
}

/// A value with the days since it was written.
#[derive(Clone, Copy)]
struct Member(&'static str, i64);

impl Shelf<'_> {
    fn put(&mut self, name: &str, member: Member, created: i64, reach: Reach, repos: &[&str]) {
        let now = Utc::now().trunc_subsecs(0);
        // Nobody writes all members in the same second.
        let since = |days: i64, minutes| now - Duration::days(days) - Duration::minutes(minutes);
        let minutes = i64::try_from(name.len() * 13 % 240).unwrap_or_default();
        let ids: BTreeSet<u64> = repos.iter().filter_map(|name| self.state.repo(name)).map(|repo| repo.id).collect();
        let secret = Secret {
            created: since(created.max(member.1), minutes + 30),
            updated: since(member.1, minutes),
            ..Secret::new(member.0.as_bytes().to_vec(), reach, ids)
        };
        self.state.plant(self.scope, name, secret);
    }

    /// Server, user and password; a missing one was never written.
    fn credential(&mut self, prefix: &str, members: [Option<Member>; 3], reach: Reach, repos: &[&str]) {
        let oldest = members.iter().flatten().map(|member| member.1).max().unwrap_or_default();
        for (suffix, member) in ["SERVER", "USER", "PASSWORD"].into_iter().zip(members) {
            if let Some(member) = member {
                self.put(&format!("{prefix}_CONTAINER_REGISTRY_{suffix}"), member, oldest, reach, repos);
            }
        }
    }
}

fn yours(state: &mut State) {
    let scope = Scope::User(state.me.id);
    let mut you = Shelf { state, scope };
    let three = ["acme/api", "acme/web", "octocat/hello-codespaces"];
    you.credential(
        "ACR",
        [
            Some(Member("mycompany.azurecr.io", 201)),
            Some(Member("octocat-pull", 201)),
            Some(Member("not-a-password-0001", 12)),
        ],
        Reach::Selected,
        &three,
    );
    you.credential(
        "ECR",
        [
            Some(Member("123456789012.dkr.ecr.eu-west-1.amazonaws.com", 5)),
            Some(Member("AKIAIOSFODNN7EXAMPLE", 5)),
            None,
        ],
        Reach::Selected,
        &["acme/data-platform", "acme/ml-ranking", "octocat/hello-codespaces"],
    );
    you.credential(
        "QUAY",
        [Some(Member("quay.io", 63)), Some(Member("octocat+codespaces", 63)), Some(Member("not-a-password-0002", 63))],
        Reach::Selected,
        &[],
    );
    let own = ["octocat/hello-codespaces", "octocat/dotfiles"];
    // A typo: it belongs to no credential.
    you.put("DH_CONTAINER_REGISTRY_USRE", Member("octocat", 63), 63, Reach::Selected, &own[..1]);
    you.put("NPM_TOKEN", Member("not-a-token", 88), 410, Reach::Selected, &["acme/web", "acme/design-system"]);
    you.put("OPENAI_API_KEY", Member("not-a-key", 31), 31, Reach::Selected, &own);
    you.put("DOTFILES_GPG_KEY", Member("not-a-key", 702), 702, Reach::Selected, &own[1..]);
}

fn of_acme(state: &mut State) {
    let Some(api) = state.repo("acme/api").map(|repo| repo.id) else { return };
    let Some(acme) = state.org("acme").map(|org| org.id) else { return };
    let all: Vec<String> =
        state.repos.iter().filter(|repo| repo.owner == "acme").map(super::people::Repo::full_name).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();

    let mut repo = Shelf { state, scope: Scope::Repo(api) };
    repo.credential(
        "HUB",
        [
            Some(Member("https://index.docker.io/v1/", 391)),
            Some(Member("acmebot", 391)),
            Some(Member("not-a-password-0003", 214)),
        ],
        Reach::Selected,
        &[],
    );
    repo.put("CODESPACES_PREBUILD_TOKEN", Member("not-a-token", 147), 147, Reach::Selected, &[]);
    repo.put("DATABASE_URL", Member("postgres://localhost/api", 520), 520, Reach::Selected, &[]);

    let mut org = Shelf { state, scope: Scope::Org(acme) };
    org.credential(
        "ACR",
        [
            Some(Member("acme.azurecr.io", 1_121)),
            Some(Member("codespaces-pull", 1_121)),
            Some(Member("not-a-password-0004", 1_121)),
        ],
        Reach::Selected,
        &all,
    );
    let some = ["acme/api", "acme/web", "acme/infra", "acme/devcontainers", "acme/search", "acme/auth"];
    let ghcr = [Some(Member("ghcr.io", 96)), Some(Member("acme-bot", 96)), None];
    org.credential("GHCR", ghcr, Reach::Selected, &some);
    // The password was rewritten by hand, and two repositories were forgotten.
    org.put("GHCR_CONTAINER_REGISTRY_PASSWORD", Member("not-a-password-0005", 40), 96, Reach::Selected, &some[..4]);
    org.put("NPM_TOKEN", Member("not-a-token", 133), 800, Reach::Private, &[]);
    org.put("SENTRY_AUTH_TOKEN", Member("not-a-token", 75), 75, Reach::Selected, &some[..3]);
    org.put("STRIPE_KEY", Member("not-a-key", 260), 610, Reach::Selected, &["acme/billing"]);
    org.put("LAUNCHDARKLY_SDK_KEY", Member("not-a-key", 44), 44, Reach::Selected, &["acme/feature-flags", "acme/web"]);
    org.put("SONAR_TOKEN", Member("not-a-token", 301), 301, Reach::All, &[]);
}

fn of_globex(state: &mut State) {
    let Some(globex) = state.org("globex").map(|org| org.id) else { return };
    let mut org = Shelf { state, scope: Scope::Org(globex) };
    // Every repository, including public ones: whoever may write to one of them can read the secret.
    org.credential(
        "DOCKERHUB",
        [
            Some(Member("https://index.docker.io/v1/", 58)),
            Some(Member("globexci", 58)),
            Some(Member("not-a-password-0006", 58)),
        ],
        Reach::All,
        &[],
    );
    org.credential(
        "LEGACY",
        [
            Some(Member("registry.globex.example:5000", 1_486)),
            Some(Member("jenkins", 1_486)),
            Some(Member("not-a-password-0007", 1_486)),
        ],
        Reach::Private,
        &[],
    );
    org.put("SENTRY_AUTH_TOKEN", Member("not-a-token", 190), 190, Reach::All, &[]);
    org.put("PULUMI_ACCESS_TOKEN", Member("not-a-token", 22), 365, Reach::Selected, &["globex/infrastructure"]);
}
