//! The program with a fault at every request in turn: its JSON and exit code match what the sandbox contains. The tests
//! of the use cases cover more cases; these check what a script sees.

use std::collections::BTreeMap;

use pullkey::sandbox::{Fault, FaultKind, Options, SecretView};
use serde_json::Value;

use crate::cli::{Desk, PASSWORD, Ran};

const HURRY: u32 = 10_000;
const SCOPES: [(&str, &str); 3] =
    [("user", "--user"), ("org:acme", "--org acme"), ("repo:acme/api", "--repo acme/api")];

/// Kinds of faults, used in turn at successive requests.
fn kinds() -> [FaultKind; 13] {
    [
        FaultKind::DropAfter,
        FaultKind::Status(500),
        FaultKind::ShortList,
        FaultKind::Html(502),
        FaultKind::DropBefore,
        FaultKind::Forbidden,
        FaultKind::TruncatedJson,
        FaultKind::SecondaryLimit,
        FaultKind::BadKey,
        FaultKind::Sso,
        FaultKind::TooManyRequests,
        FaultKind::Unauthorized,
        FaultKind::PrimaryLimit,
    ]
}

/// A sandbox with one credential in every scope.
fn desk() -> Desk {
    let desk = Desk::of(Options { hurry: HURRY, ..Options::default() });
    for (scope, _) in SCOPES {
        desk.plant(scope, "OLD", "selected", &["acme/api", "acme/web"]);
    }
    desk.world().forget_requests();
    desk
}

fn run(desk: &Desk, line: &str) -> Ran {
    let mut command = desk.command(line);
    command.env("PULLKEY_HURRY", HURRY.to_string());
    super::cli::finish(command.spawn().unwrap(), &format!("{PASSWORD}\n"))
}

fn truth(desk: &Desk) -> BTreeMap<(&'static str, String), SecretView> {
    let of = |(scope, _)| desk.world().secrets(scope).into_iter().map(move |one| ((scope, one.name.clone()), one));
    SCOPES.into_iter().flat_map(of).collect()
}

/// Each member's name and outcome, from the document of a write.
fn outcomes(document: &Value) -> Vec<(String, String)> {
    let members = document["members"].as_object().unwrap();
    let of = |(member, told): (&String, &Value)| Some((member.to_uppercase(), told["outcome"].as_str()?.to_owned()));
    members.iter().filter_map(of).collect()
}

/// Runs a command without a fault to count its requests, then with a fault at every second request. `offset` decides
/// which half of the requests, and which fault at each.
fn each_request(line: &str, offset: usize, check: &dyn Fn(&Desk, Ran, &str)) {
    let desk = desk();
    let usual = run(&desk, line).ends(0);
    let count = desk.world().requests().len();
    assert!(count > 0, "{usual:?}");
    for nth in (1 + offset % 2..=count).step_by(2) {
        let kind = kinds()[(nth + offset) % kinds().len()].clone();
        let desk = self::desk();
        let case = format!("{line} with {kind:?} at request {nth} of {count}");
        desk.world().add_fault(Fault::nth(nth, kind));
        let ran = run(&desk, line);
        assert!(matches!(ran.code, Some(0 | 3)), "{case}: {ran:?}");
        check(&desk, ran, &case);
    }
}

/// Whether any part of a document is marked as incomplete.
fn is_cut_short(document: &Value) -> bool {
    match document {
        Value::Object(entries) => entries.get("complete") == Some(&false.into()) || entries.values().any(is_cut_short),
        Value::Array(items) => items.iter().any(is_cut_short),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Compares a write's document with the sandbox. The old secrets were written a moment ago, so an outcome may be
/// unknown, but it may never be wrong.
fn writes(line: &str, scope: &'static str, prefix: &str, offset: usize) {
    let before = truth(&desk());
    each_request(line, offset, &|desk, ran, case| {
        let now = truth(desk);
        let place = |member: &str| (scope, format!("{prefix}_CONTAINER_REGISTRY_{member}"));
        let content = |all: &BTreeMap<_, SecretView>, member: &str| {
            all.get(&place(member)).map(|one| (one.value.clone(), one.visibility.clone(), one.repositories.clone()))
        };
        let document = ran.json();
        let told = if document["members"].is_object() { outcomes(&document) } else { Vec::new() };
        let mut is_done = !told.is_empty();
        for (member, outcome) in &told {
            let (old, new) = (content(&before, member), content(&now, member));
            let is_so = match outcome.as_str() {
                "created" => old.is_none() && new.is_some(),
                "updated" => old.is_some() && new.is_some() && old != new,
                "unchanged" | "failed" | "not tried" | "not_tried" => old == new,
                "deleted" => old.is_some() && new.is_none(),
                "unknown" => true,
                other => panic!("{case}: {other}"),
            };
            assert!(is_so, "{case}: {member} is reported as {outcome}; before {old:?}, now {new:?}");
            is_done &= matches!(outcome.as_str(), "created" | "updated" | "unchanged" | "deleted");
        }
        if told.is_empty() {
            ran.problem();
            for member in ["SERVER", "USER", "PASSWORD"] {
                assert_eq!(content(&before, member), content(&now, member), "{case}: it was not reported");
            }
        }
        // A finished write that could not be read back completely is not confirmed.
        assert_eq!(ran.code == Some(0), is_done && !is_cut_short(&document), "{case}: {ran:?}");
        let is_other = |key: &(&str, String)| key.0 != scope || !key.1.starts_with(prefix);
        for key in before.keys().chain(now.keys()).filter(|key| is_other(key)) {
            assert_eq!(before.get(key).map(|one| &one.value), now.get(key).map(|one| &one.value), "{case}: {key:?}");
        }
    });
}

#[test]
fn a_listing_is_whole_or_says_what_it_lacks() {
    for (offset, (scope, flags)) in SCOPES.into_iter().enumerate() {
        each_request(&format!("list {flags} --json"), offset * 2, &|_, ran, case| {
            let document = ran.json();
            let Some(one) = document["scopes"].as_array().map(|scopes| &scopes[0]) else {
                ran.problem();
                return;
            };
            if one["readable"] == false {
                assert!(one["problem"]["why"].is_string() && ran.code == Some(3), "{case}: {ran:?}");
            } else if one["complete"] == true {
                let members = &one["credentials"][0]["members"];
                for member in ["server", "user", "password"] {
                    let access = &members[member]["access"];
                    let count = access["repositories"].as_array().map_or(0, Vec::len);
                    let is_whole = scope.starts_with("repo") || count == 2;
                    assert!(members[member].is_object(), "{case}: {member} is missing: {document}");
                    assert!(is_whole || access["complete"] == false, "{case}: {member} looks complete: {document}");
                }
            }
        });
    }
}

#[test]
fn set_tells_what_it_wrote_on_every_level() {
    let rest = "--preset other --server ghcr.io --username puller --password-stdin --no-test --yes --json";
    for (offset, (scope, flags)) in SCOPES.into_iter().enumerate() {
        let to = match scope {
            "user" => "--repos acme/api",
            "org:acme" => "--visibility selected --repos acme/api",
            _ => "",
        };
        writes(&format!("set NEW {flags} {to} {rest}"), scope, "NEW", offset * 4);
    }
}

#[test]
fn rotate_access_and_delete_tell_what_they_changed() {
    for (offset, (scope, flags)) in SCOPES.into_iter().enumerate() {
        writes(&format!("rotate OLD {flags} --password-stdin --no-test --json"), scope, "OLD", offset * 3);
        writes(&format!("delete OLD {flags} --yes --json"), scope, "OLD", offset * 3 + 1);
        if !scope.starts_with("repo") {
            writes(&format!("access OLD {flags} --remove acme/web --json"), scope, "OLD", offset * 3 + 2);
        }
    }
}
