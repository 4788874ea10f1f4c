#![allow(clippy::unwrap_used)]
use clap::{CommandFactory, Parser};

use super::args::Cli;
use super::set_access::{self, Wish};
use super::{Exit, values};
use crate::domain::change::DraftAccess;
use crate::domain::preset::AnyPreset;
use crate::domain::{
    Access, Credential, MemberState, Members, OrgName, Prefix, RepoName, RepoRef, Scope, Sensitive, Untrusted,
    Visibility,
};

#[test]
fn the_flags_are_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn every_preset_can_be_named() {
    let known: Vec<_> = crate::domain::preset::any_presets().into_iter().map(AnyPreset::id).collect();
    assert_eq!(crate::domain::preset::embedded_ids().collect::<Vec<_>>(), known);
    for id in known {
        assert!(super::args::preset_help("x").contains(id) && values::preset_of(id).is_ok(), "{id}");
    }
}

fn parses(line: &str) -> bool {
    Cli::try_parse_from(line.split(' ')).is_ok()
}

#[test]
fn a_write_names_exactly_one_scope_and_one_source_of_the_password() {
    let rest = "--preset other --server r.example --username u";
    assert!(parses(&format!("pullkey set ACR --user {rest} --password-stdin")));
    assert!(!parses(&format!("pullkey set ACR {rest} --password-stdin")));
    assert!(!parses(&format!("pullkey set ACR --user --org acme {rest} --password-stdin")));
    assert!(!parses(&format!("pullkey set ACR --user {rest}")));
    assert!(!parses(&format!("pullkey set ACR --user {rest} --password-stdin --password-env X")));
    assert!(!parses(&format!("pullkey set ACR --user {rest} --password secret")));
    assert!(values::preset_of("nosuch").is_err());
    assert!(!parses("pullkey access ACR --repo acme/api --add acme/web"));
    assert!(!parses("pullkey list --repo acme"));
    assert!(parses("pullkey --demo") && parses("pullkey --repo acme/api --org acme --org globex"));
}

#[test]
fn what_a_preset_knows_by_itself_need_not_be_said() {
    assert!(parses("pullkey set DH --user --preset dockerhub --username u --password-stdin"));
    assert!(parses("pullkey set ACR --user --preset acr --from docker:acme.azurecr.io"));
    assert!(!parses("pullkey set ACR --user --preset acr --from docker --password-stdin"));
    assert!(!parses("pullkey set ACR --user --preset acr --from nowhere"));
    assert!(!parses("pullkey set ACR --user --preset acr --from docker --store --dry-run"));
    assert!(parses("pullkey set E --user --preset ecr-token --server s --password-stdin"));
}

#[test]
fn a_test_is_of_typed_values_of_kept_ones_or_of_the_environment() {
    let typed = "--server r.example --username u --password-stdin";
    assert!(parses(&format!("pullkey test {typed}")) && parses("pullkey test --from docker"));
    assert!(parses("pullkey test ACR --user") && parses("pullkey test ACR --org acme --image acme.azurecr.io/x:1"));
    assert!(parses("pullkey test --env") && parses("pullkey test --env ACR") && parses("pullkey test ACR --from env"));
    for line in
        ["ACR --user --org acme", "--user", "--env --user", "--env --from docker", "ACR --org acme --from docker"]
    {
        assert!(!parses(&format!("pullkey test {line}")), "{line}");
    }
    assert!(!parses(&format!("pullkey test ACR --user {typed}")) && !parses(&format!("pullkey test --env {typed}")));
    assert!(parses("pullkey forget ACR --repo acme/api") && !parses("pullkey forget ACR"));
}

fn members(server: &str, user: &str, password: &str) -> Members<Sensitive> {
    Members { server: server.into(), user: user.into(), password: password.into() }
}

#[test]
fn docker_hubs_server_becomes_the_one_that_pulls_look_up() {
    let preset = values::preset_of("dockerhub").unwrap();
    for server in ["docker.io", "https://index.docker.io/v1", "hub.docker.com", "https://index.docker.io/v1/"] {
        let values = values::check(preset, members(server, "octocat", "dckr_pat_abcdefghijklmnopqrstuvwxyz0")).unwrap();
        assert_eq!(values.members.server, Sensitive::from("https://index.docker.io/v1/"), "{server}");
    }
}

#[test]
fn what_cannot_work_is_refused_with_the_mend() {
    let preset = values::preset_of("acr").unwrap();
    for (server, user, password) in [
        ("mycompany", "token", "p"),
        ("mycompany.azurecr.io", "token", ""),
        ("mycompany.azurecr.io", "token ", "p"),
        ("mycompany.azurecr.io", "token", "p\n"),
    ] {
        let failure = values::check(preset, members(server, user, password)).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(!failure.problem.hint.is_empty(), "{failure:?}");
    }
    let other = values::preset_of("other").unwrap();
    let failure = values::check(other, members("docker.io", "u", "p"));
    assert!(failure.is_err() || !failure.unwrap().notes.is_empty());
}

fn existing(access: &Access) -> Credential {
    let mut credential = Credential::new(Prefix::parse("ACR").unwrap());
    let at = chrono::DateTime::UNIX_EPOCH;
    let name = "ACR_CONTAINER_REGISTRY_USER".to_owned();
    credential.members.user = Some(MemberState { name, created_at: at, updated_at: at, access: Some(access.clone()) });
    credential
}

#[test]
fn access_is_kept_unless_a_flag_changes_it() {
    let org = Scope::Organization(OrgName::parse("acme").unwrap());
    let repo = RepoRef { id: 1, full_name: Untrusted::new("acme/api") };
    let prefix = Prefix::parse("ACR").unwrap();
    let set = |visibility, repositories| DraftAccess::Set { visibility, repositories };
    let decide = |scope: &Scope, old: Option<&Access>, repositories: Option<Vec<RepoRef>>, visibility| {
        let old = old.map(existing);
        let wish = Wish { repositories, visibility };
        set_access::decide(scope, &prefix, old.as_ref(), wish).map(|(access, note)| (access, note.is_some()))
    };
    let selected = Access::selected(vec![repo.clone()], true);
    let nobody = || set(Visibility::Selected, vec![]);
    let one = || set(Visibility::Selected, vec![repo.clone()]);
    let list = || Some(vec![repo.clone()]);
    assert_eq!(decide(&Scope::User, None, None, None), Ok((nobody(), true)));
    assert_eq!(decide(&Scope::User, Some(&selected), None, None), Ok((DraftAccess::Keep, false)));
    assert_eq!(decide(&Scope::User, Some(&selected), list(), None), Ok((one(), false)));
    assert_eq!(decide(&org, Some(&Access::All), None, None), Ok((DraftAccess::Keep, false)));
    assert_eq!(decide(&org, Some(&selected), list(), None), Ok((one(), false)));
    assert_eq!(decide(&org, Some(&selected), None, Some(Visibility::Selected)), Ok((DraftAccess::Keep, false)));
    assert_eq!(decide(&org, Some(&Access::All), None, Some(Visibility::Selected)), Ok((nobody(), true)));
    assert_eq!(decide(&org, None, None, Some(Visibility::All)), Ok((set(Visibility::All, vec![]), false)));
    for (old, repositories) in [(None, None), (None, list()), (Some(&Access::All), list())] {
        let failure = decide(&org, old, repositories, None).unwrap_err();
        assert!(failure.exit == Exit::Usage && failure.problem.hint.contains("--visibility"));
    }
}

#[test]
fn flags_that_make_no_sense_at_a_scope_are_refused() {
    let repo = Scope::Repository(RepoName::parse("acme/api").unwrap());
    let org = Scope::Organization(OrgName::parse("acme").unwrap());
    assert!(set_access::check(&repo, true, None).is_err());
    assert!(set_access::check(&repo, false, Some(Visibility::Selected)).is_err());
    assert!(set_access::check(&repo, false, None).is_ok());
    assert!(set_access::check(&Scope::User, false, Some(Visibility::All)).is_err());
    assert!(set_access::check(&Scope::User, true, Some(Visibility::Selected)).is_ok());
    assert!(set_access::check(&org, true, Some(Visibility::Private)).is_err());
    assert!(set_access::check(&org, true, Some(Visibility::Selected)).is_ok());
}
