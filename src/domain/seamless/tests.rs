#![allow(clippy::unwrap_used)]
use super::*;
use crate::domain::Mend;

fn package(text: &str) -> PackageRef {
    PackageRef::parse(text).unwrap()
}

fn repository(full_name: &str, visibility: &str) -> Repository {
    Repository {
        id: 7,
        full_name: full_name.into(),
        visibility: visibility.to_owned(),
        archived: false,
        admin: true,
        push: true,
    }
}

fn linked(id: u64, full_name: &str) -> RepoRef {
    RepoRef { id, full_name: full_name.into() }
}

fn seen(visibility: &str, repository: impl Into<Option<RepoRef>>) -> Sight {
    let repository = repository.into();
    Sight::Seen(Package { name: "tools".into(), visibility: PackageVisibility::of(visibility), repository })
}

fn facts(sight: Sight, visibility: &str) -> Facts {
    Facts {
        package: package("ghcr.io/acme/tools:2"),
        holder: Some(Holder::Organization),
        sight,
        asked: RepoName::parse("acme/api").unwrap(),
        repository: Ok(repository("acme/api", visibility)),
    }
}

fn verdict(sight: Sight, visibility: &str) -> SecretNeed {
    judge(facts(sight, visibility)).verdict
}

fn problem() -> Problem {
    Problem::new("the package could not be read", "the request timed out", "check the network")
}

#[test]
fn a_package_is_read_from_what_stands_in_a_pull() {
    for (text, whole, kind, owner, name) in [
        ("ghcr.io/acme/tools", "ghcr.io/acme/tools", PackageKind::Container, "acme", "tools"),
        ("ghcr.io/Acme/team/base:1.2", "ghcr.io/acme/team/base", PackageKind::Container, "acme", "team/base"),
        ("https://GHCR.io/acme/tools@sha256:0a/", "ghcr.io/acme/tools", PackageKind::Container, "acme", "tools"),
        ("docker://ghcr.io/a/b:1@sha256:0", "ghcr.io/a/b", PackageKind::Container, "a", "b"),
        ("containers.octo-corp.ghe.com/a/b", "containers.octo-corp.ghe.com/a/b", PackageKind::Container, "a", "b"),
        ("npm.pkg.github.com/@acme/ui@1.0.0", "npm.pkg.github.com/@acme/ui", PackageKind::Npm, "acme", "ui"),
        ("npm.pkg.github.com/acme/ui", "npm.pkg.github.com/@acme/ui", PackageKind::Npm, "acme", "ui"),
        (
            "nuget.pkg.github.com/acme/Acme.Core",
            "nuget.pkg.github.com/acme/Acme.Core",
            PackageKind::Nuget,
            "acme",
            "Acme.Core",
        ),
        (
            "rubygems.octo.ghe.com/acme/rake-x",
            "rubygems.octo.ghe.com/acme/rake-x",
            PackageKind::Rubygems,
            "acme",
            "rake-x",
        ),
    ] {
        let read = package(text);
        assert_eq!((read.kind(), read.owner(), read.name()), (kind, owner, name), "{text}");
        assert_eq!(read.to_string(), whole, "{text}");
        assert_eq!(PackageRef::parse(&read.to_string()).unwrap(), read, "{text}");
    }
}

#[test]
fn what_has_no_seamless_access_says_why() {
    for (text, fault) in [
        ("mycompany.azurecr.io/dev/base:1", PackageFault::Elsewhere),
        ("postgres:16", PackageFault::Elsewhere),
        ("", PackageFault::Elsewhere),
        ("ghcr.io.evil.example/acme/tools", PackageFault::Elsewhere),
        ("containers.a.b.ghe.com/acme/tools", PackageFault::Elsewhere),
        ("containers.pkg.github.com/acme/tools", PackageFault::Elsewhere),
        ("docker.pkg.github.com/acme/api/tools", PackageFault::OldDocker),
        ("maven.pkg.github.com/acme/api", PackageFault::Maven),
        ("ghcr.io", PackageFault::NoName("ghcr.io/OWNER/NAME")),
        ("ghcr.io/acme/", PackageFault::NoName("ghcr.io/OWNER/NAME")),
        ("nuget.pkg.github.com/acme/index.json", PackageFault::NoName("nuget.pkg.github.com/OWNER/NAME")),
        ("ghcr.io/-a/tools", PackageFault::Owner),
        ("ghcr.io/acme/Tools", PackageFault::Case),
        ("ghcr.io/acme/${localEnv:IMAGE}", PackageFault::Variable),
        ("ghcr.io/acme/..", PackageFault::Character),
        ("ghcr.io/acme/a//b", PackageFault::Character),
        ("ghcr.io/acme/a?b", PackageFault::Character),
        ("ghcr.io/acme/a\u{1b}[2J", PackageFault::Character),
    ] {
        assert_eq!(PackageRef::parse(text), Err(fault), "{text:?}");
        assert!(!fault.to_string().ends_with('.'));
    }
}

#[test]
fn a_name_with_slashes_is_one_segment_everywhere() {
    let base = package("ghcr.io/acme/team/base");
    assert_eq!(base.path(Holder::Organization), ["orgs", "acme", "packages", "container", "team/base"]);
    assert_eq!(base.request(Holder::User), "GET /users/acme/packages/container/team%2Fbase");
    assert_eq!(base.request(Holder::Me), "GET /user/packages/container/team%2Fbase");
    let page = "https://github.com/orgs/acme/packages/container/team%2Fbase/settings";
    assert_eq!(base.settings_page(Holder::Organization), page);
    let other = package("containers.octo.ghe.com/monalisa/x");
    assert_eq!(other.settings_page(Holder::Me), "https://octo.ghe.com/users/monalisa/packages/container/x/settings");
}

#[test]
fn a_public_image_needs_no_secret_whatever_the_repository_is() {
    assert_eq!(verdict(seen("public", None), "private"), SecretNeed::None);
    assert_eq!(verdict(seen("public", linked(9, "acme/tools")), "public"), SecretNeed::None);
    let mut unread = facts(seen("public", None), "private");
    unread.repository = Err(problem());
    let told = judge(unread);
    assert_eq!((told.verdict, told.steps.len()), (SecretNeed::None, 0));
}

#[test]
fn a_public_package_of_the_other_registries_is_only_likely_free() {
    for text in ["npm.pkg.github.com/@acme/ui", "nuget.pkg.github.com/acme/Core", "rubygems.pkg.github.com/acme/x"] {
        let told = judge(Facts { package: package(text), ..facts(seen("public", None), "private") });
        assert_eq!(told.verdict, SecretNeed::LikelyNone, "{text}");
        assert!(told.steps.iter().all(|step| !step.what.contains("pullkey set")), "three secrets are for docker login");
        assert!(told.steps[0].what.contains("ordinary Codespaces secret"));
    }
}

#[test]
fn the_repositorys_own_package_likely_needs_none_and_says_what_is_not_told() {
    let told = judge(facts(seen("private", linked(7, "acme/api")), "private"));
    assert_eq!(told.verdict, SecretNeed::LikelyNone);
    assert!(told.untold[0].contains("Inherit access"), "{told:?}");
    assert!(told.evidence.iter().any(|e| e.what.contains("off for those pushed with a token")), "{told:?}");
    assert_eq!(verdict(seen("whatever", linked(7, "acme/api")), "internal"), SecretNeed::LikelyNone);
}

#[test]
fn a_renamed_repository_is_known_by_its_number() {
    let mut renamed = facts(seen("private", linked(7, "acme/api")), "private");
    renamed.repository = Ok(repository("acme/service", "private"));
    let told = judge(renamed);
    assert_eq!((told.verdict, told.repository.full()), (SecretNeed::LikelyNone, "acme/service".to_owned()));
    assert!(told.evidence.iter().any(|e| e.what == "acme/service is private, formerly acme/api"));
    // A number that differs under the same name: the old one was deleted and another made.
    assert_eq!(verdict(seen("private", linked(8, "acme/api")), "private"), SecretNeed::Needed);
}

#[test]
fn what_a_public_repository_gets_of_its_own_private_package_cannot_be_told() {
    assert_eq!(verdict(seen("private", linked(7, "acme/api")), "public"), SecretNeed::CannotTell);
}

#[test]
fn internal_is_for_the_whole_organization_and_not_for_a_public_repository() {
    let internal = || seen("internal", linked(9, "acme/tools"));
    assert_eq!(verdict(internal(), "private"), SecretNeed::None);
    assert_eq!(verdict(internal(), "internal"), SecretNeed::None);
    let told = judge(facts(internal(), "public"));
    assert_eq!(told.verdict, SecretNeed::Needed);
    assert!(told.why.contains("acme/api is public"), "{}", told.why);
    let mut elsewhere = facts(internal(), "private");
    elsewhere.repository = Ok(repository("globex/portal", "private"));
    assert_eq!(judge(elsewhere).verdict, SecretNeed::Needed);
}

#[test]
fn a_private_package_of_another_repository_leads_to_the_settings_page_first() {
    for link in [Some(linked(9, "acme/tools")), None] {
        let told = judge(facts(seen("private", link), "private"));
        assert_eq!(told.verdict, SecretNeed::Needed);
        let page = "https://github.com/orgs/acme/packages/container/tools/settings";
        assert_eq!(told.settings.as_deref(), Some(page));
        assert_eq!(told.steps[0].page.as_deref(), Some(page));
        assert!(told.steps[0].what.contains("add acme/api under “Manage Codespaces access”"));
        let last = told.steps.last().unwrap();
        assert!(last.what.contains("`pullkey set GHCR --repo acme/api` with the server ghcr.io"), "{}", last.what);
        assert!(last.what.contains("classic token with the scope `read:packages`"));
        assert_eq!(told.untold, ["whether “Manage Codespaces access” lists acme/api"]);
    }
}

#[test]
fn what_could_not_be_seen_is_never_called_fine() {
    let scopes = Some(vec!["repo".to_owned(), "gist".to_owned()]);
    let odd = [
        Sight::Hidden,
        Sight::NoOwner,
        Sight::NotAllowed { kind: TokenKind::Classic, scopes },
        Sight::NotAllowed { kind: TokenKind::FineGrained, scopes: None },
        Sight::Unread(problem()),
        seen("secret-club", None),
        seen("", None),
    ];
    for sight in odd {
        let told = judge(facts(sight.clone(), "private"));
        assert_eq!(told.verdict, SecretNeed::CannotTell, "{sight:?}");
        assert!(!told.why.is_empty() && !told.steps.is_empty(), "{told:?}");
    }
    let mut unread = facts(seen("private", linked(7, "acme/api")), "private");
    unread.repository = Err(problem());
    assert_eq!(judge(unread).verdict, SecretNeed::CannotTell);
}

#[test]
fn a_missing_right_is_named_with_the_way_to_it() {
    let sight = Sight::NotAllowed { kind: TokenKind::OAuth, scopes: Some(vec!["repo".to_owned()]) };
    let told = judge(facts(sight, "private"));
    assert_eq!(told.why, "the token lacks the scope `read:packages` (it has: repo)");
    assert!(told.steps[0].what.contains("gh auth refresh -h github.com -s read:packages"), "{told:?}");
    let told = judge(facts(Sight::NotAllowed { kind: TokenKind::FineGrained, scopes: None }, "private"));
    assert!(told.why.starts_with("this fine-grained token cannot read packages: "), "{}", told.why);
}

#[test]
fn a_page_that_mends_the_fault_comes_before_everything() {
    let url = "https://github.com/orgs/acme/sso?authorization_request=A";
    let sso = problem().mended_by(Mend::Open(url.to_owned()));
    let told = judge(facts(Sight::Unread(sso), "private"));
    assert_eq!(told.steps[0].page.as_deref(), Some(url));
    assert_eq!(told.steps.len(), 3, "then the settings page, then a credential");
}

#[test]
fn publishing_is_by_actions_first() {
    let told = judge(facts(seen("public", None), "private")).publishing();
    assert!(told[0].what.contains("GITHUB_TOKEN") && told[1].what.contains("`write:packages`"));
}

#[test]
fn no_fragment_ends_with_a_full_stop_or_is_hostile() {
    let evil = Sight::Seen(Package {
        name: "x".into(),
        visibility: PackageVisibility::of("\u{1b}[2Jx"),
        repository: Some(linked(3, "acme/\u{202e}evil")),
    });
    let told = judge(facts(evil, "private"));
    let mut all: Vec<String> = vec![told.why.clone()];
    all.extend(told.untold.iter().cloned());
    all.extend(told.evidence.iter().flat_map(|e| [e.what.clone(), e.source.clone()]));
    all.extend(told.steps.iter().chain(&told.publishing()).map(|step| step.what.clone()));
    for text in all {
        assert!(!text.ends_with('.') && !text.to_lowercase().contains("error"), "{text}");
        assert!(!text.chars().any(crate::domain::untrusted::is_hostile), "{text:?}");
    }
}
