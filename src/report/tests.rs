#![allow(clippy::unwrap_used)]
use chrono::{DateTime, Duration, Utc};

use super::*;
use crate::domain::{
    Access, Code, Inventory, Member, MemberReport, MemberState, OrgName, Outcome, Prefix, Problem, Record, RepoName,
    RepoRef, Saved, Scope, ScopeListing, Step, TestReport, Untrusted, Verdict, WriteOutcome, verdict::Check,
};

fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn state(name: &str, days: i64, access: Option<Access>) -> MemberState {
    let at = now() - Duration::days(days);
    MemberState { name: name.into(), created_at: at, updated_at: at, access }
}

fn repos(ids: &[u64]) -> Access {
    let list = ids.iter().map(|id| RepoRef { id: *id, full_name: Untrusted::new(format!("acme/r{id}")) }).collect();
    Access::selected(list, true)
}

fn ends(record: &Record) -> Ends<'_> {
    Ends { record, now: now() }
}

fn inventory() -> Inventory {
    let user = ScopeListing::group(
        [
            state("ACR_CONTAINER_REGISTRY_SERVER", 12, Some(repos(&[1, 2, 3]))),
            state("ACR_CONTAINER_REGISTRY_USER", 12, Some(repos(&[3, 2, 1]))),
            state("ACR_CONTAINER_REGISTRY_PASSWORD", 12, Some(repos(&[1, 2, 3]))),
            state("ECR_CONTAINER_REGISTRY_SERVER", 1, Some(repos(&[]))),
            state("ECR_CONTAINER_REGISTRY_USER", 1, Some(repos(&[]))),
            state("NPM_\x1b[2JTOKEN", 400, Some(repos(&[1]))),
        ],
        true,
    );
    let org = ScopeListing::group(
        [
            state("GHCR_CONTAINER_REGISTRY_SERVER", 1100, Some(repos(&[1, 2]))),
            state("GHCR_CONTAINER_REGISTRY_USER", 1100, Some(repos(&[1, 2]))),
            state("GHCR_CONTAINER_REGISTRY_PASSWORD", 1100, Some(repos(&[1]))),
            state("HUB_CONTAINER_REGISTRY_PASSWORD", 90, Some(Access::All)),
            state("X_CONTAINER_REGISTRY_PASSWORD", 0, None),
        ],
        false,
    );
    let problem = Problem::new("the secrets could not be read", "the right is missing", "ask an owner");
    Inventory {
        scopes: vec![
            (Scope::User, Ok(user)),
            (Scope::Repository(RepoName::parse("acme/api").unwrap()), Ok(ScopeListing::group([], true))),
            (Scope::Organization(OrgName::parse("acme").unwrap()), Ok(org)),
            (Scope::Organization(OrgName::parse("initech").unwrap()), Err(problem)),
        ],
        unlisted: None,
        is_partial: false,
    }
}

#[test]
fn organizations_that_could_not_be_listed_are_not_passed_over() {
    let problem = Problem::new("your organizations could not be listed", "GitHub has a problem", "try again");
    let inventory = Inventory { unlisted: Some(problem), ..Inventory::default() };
    let text = table(&inventory, ends(&Record::default()));
    assert!(text.contains("your organizations\n  ! your organizations could not be listed"), "{text}");
    let json = list_json(&inventory, ends(&Record::default()));
    let scope = &json["scopes"][0];
    assert_eq!((&scope["scope"], &scope["readable"]), (&"organization".into(), &false.into()));
    assert_eq!(scope["name"], serde_json::Value::Null);
    assert_eq!(scope["problem"]["why"], "GitHub has a problem");
}

#[test]
fn the_table_tells_every_state_in_words() {
    insta::assert_snapshot!(table(&inventory(), ends(&Record::default())));
}

#[test]
fn the_json_has_the_documented_shape() {
    let value = list_json(&inventory(), ends(&Record::default()));
    assert_eq!(value["version"], 1);
    let user = &value["scopes"][0];
    assert_eq!((&user["scope"], &user["readable"]), (&"user".into(), &true.into()));
    assert!(user["name"].is_null() && user["problem"].is_null());
    let acr = &user["credentials"][0];
    assert_eq!((&acr["prefix"], &acr["complete"]), (&"ACR".into(), &true.into()));
    let server = &acr["members"]["server"];
    assert_eq!(server["name"], "ACR_CONTAINER_REGISTRY_SERVER");
    assert_eq!(server["updated_at"], "2026-02-17T12:00:00Z");
    assert_eq!(server["access"]["kind"], "selected");
    assert_eq!(server["access"]["complete"], true);
    assert_eq!(server["access"]["repositories"][2]["full_name"], "acme/r3");
    assert!(user["credentials"][1]["members"]["password"].is_null());
    assert_eq!(user["other_secrets"][0]["name"], "NPM_\x1b[2JTOKEN");
    assert!(value["scopes"][2]["credentials"][2]["members"]["password"]["access"].is_null());
    let initech = &value["scopes"][3];
    assert_eq!((&initech["scope"], &initech["name"]), (&"organization".into(), &"initech".into()));
    assert_eq!((&initech["readable"], &initech["problem"]["hint"]), (&false.into(), &"ask an owner".into()));
    assert!(!json::render(&value).contains('\x1b'));
}

fn saved() -> Saved {
    let problem = Problem::new("not written", "GitHub answered 500", "try again");
    let report = |member: Member, outcome| MemberReport {
        member,
        name: Prefix::parse("ACR").unwrap().secret_name(member),
        outcome,
    };
    Saved {
        members: vec![
            report(Member::User, WriteOutcome::Created),
            report(Member::Password, WriteOutcome::Failed(problem)),
            report(Member::Server, WriteOutcome::NotTried),
        ],
        now: Some(ScopeListing::group([state("ACR_CONTAINER_REGISTRY_USER", 0, Some(repos(&[])))], true)),
    }
}

#[test]
fn a_partial_write_is_told_member_by_member() {
    let (scope, prefix, saved) = (Scope::User, Prefix::parse("ACR").unwrap(), saved());
    let it = Written::of(&scope, &prefix, &saved);
    insta::assert_snapshot!(written(&it));
    let value = written_json(&it);
    assert_eq!(value["done"], false);
    assert_eq!(value["members"]["user"]["outcome"], "created");
    assert_eq!(value["members"]["user"]["access"]["kind"], "selected");
    assert_eq!(value["members"]["password"]["problem"]["why"], "GitHub answered 500");
    assert_eq!(value["members"]["server"]["outcome"], "not_tried");
}

#[test]
fn a_test_tells_each_step_and_its_remedy() {
    let step = |check, code, outcome, detail: &str, remedy: &str| Step {
        check,
        code,
        outcome,
        detail: detail.into(),
        remedy: remedy.into(),
        command: (code == Code::BadCredentials).then(|| "az acr token create --name ci-pull".to_owned()),
    };
    let report = TestReport {
        verdict: Verdict::Fail,
        steps: vec![
            step(Check::Server, Code::Ok, Outcome::Pass, "r.example", ""),
            step(Check::Login, Code::BadCredentials, Outcome::Fail, "401", "make a new token"),
            step(Check::Docker, Code::DockerUnavailable, Outcome::Skipped, "no docker here", ""),
        ],
    };
    insta::assert_snapshot!(steps(&report, &[]));
    let value = test_json(&report);
    assert_eq!(value["verdict"], "fail");
    assert_eq!(value["steps"][1]["code"], "bad_credentials");
    assert_eq!(value["steps"][1]["outcome"], "fail");
    assert_eq!(value["steps"][1]["remedy"], "make a new token");
    assert_eq!(value["steps"][1]["command"], "az acr token create --name ci-pull");
    assert!(value["steps"][0]["command"].is_null());
}

#[test]
fn a_pass_tells_the_image_it_pulled_or_that_there_was_none() {
    let step = |check, outcome, code, detail: &str| Step {
        check,
        code,
        outcome,
        detail: detail.into(),
        remedy: String::new(),
        command: None,
    };
    let login = step(Check::Login, Outcome::Pass, Code::Ok, "accepted with a token");
    let pull = step(Check::Pull, Outcome::Pass, Code::Ok, "team/app:1 can be pulled");
    let here = step(Check::Codespace, Outcome::Skipped, Code::HereOnly, "a codespace cannot reach this machine");
    let pulled = TestReport::of(vec![login.clone(), pull], true);
    let only = TestReport::of(vec![login, here], true);
    let images = ["r.example/team/app:1".to_owned()];
    insta::assert_snapshot!(format!("{}\n{}", steps(&pulled, &images), steps(&only, &[])));
}

#[test]
fn ends_are_told_where_they_are_known_and_marked_where_they_matter() {
    let entry = |prefix: &str, ends: &str, updated: &str| {
        format!(
            r#"{{"scope": "user", "prefix": "{prefix}", "ends": "{ends}", "said_by": "person",
            "written": "2026-02-01T00:00:00Z", "updated_at": "{updated}"}}"#
        )
    };
    let [acr, x] = [
        entry("ACR", "2026-02-26", "2026-02-17T12:00:00Z"),
        r#"{"scope": "organization", "name": "Acme", "prefix": "HUB", "ends": "2026-02-27T10:00:00Z",
        "said_by": "value",
        "written": "2025-12-01T12:00:00Z", "updated_at": "2025-12-01T11:00:00Z"}"#
            .to_owned(),
    ];
    let record = Record::of_text(&format!("{{\"entries\": [{acr}, {x}]}}")).unwrap();
    let text = table(&inventory(), ends(&record));
    assert!(text.contains("expired 3 days ago !") && text.contains("EXPIRES"), "{text}");
    assert!(text.contains("set by somebody else since"), "{text}");
    let json = list_json(&inventory(), ends(&record));
    let user = &json["scopes"][0]["credentials"];
    let wanted = serde_json::json!({ "date": "2026-02-26", "at": null, "days": -3, "source": "you said" });
    assert_eq!((&user[0]["ends"], &user[1]["ends"]), (&wanted, &serde_json::Value::Null));
    assert!(json["scopes"][2]["credentials"][1]["ends"].is_null(), "an expiry that no longer applies is not shown");
}
