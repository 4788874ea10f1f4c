use chrono::TimeDelta;
use pullkey::sandbox::{CodespaceDraft, FaultKind, Options};

use super::*;

/// A sandbox in a hurry with a codespace of acme/api that started two days ago, and a credential written since.
fn desk() -> Desk {
    let desk = Desk::of(Options { hurry: 500, ..Options::default() });
    let draft = CodespaceDraft { started_ago: TimeDelta::days(2), ..CodespaceDraft::new("fluffy-disco", "acme/api") };
    assert!(desk.world().add_codespace(draft.clone()));
    assert!(desk.world().add_codespace(CodespaceDraft {
        name: "other-one".to_owned(),
        repository: "acme/web".to_owned(),
        ..draft
    }));
    desk.plant("repo:acme/api", "ACR", "", &[]);
    desk
}

fn hurried(desk: &Desk, line: &str) -> Ran {
    desk.run_with(line, &[("PULLKEY_HURRY", "500")])
}

#[test]
fn those_that_started_before_a_secret_are_restarted_and_then_none_is_left() {
    let desk = desk();
    let document = hurried(&desk, "restart --repo acme/api --yes --json").ends(0).json();
    assert_eq!((&document["done"], &document["complete"]), (&true.into(), &true.into()));
    let one = &document["codespaces"][0];
    assert_eq!((&one["name"], &one["freshness"]), (&"fluffy-disco".into(), &"stale".into()), "{document}");
    assert_eq!((&one["outcome"], &one["state_after"]), (&"running".into(), &"Available".into()), "{document}");
    assert_eq!(one["since"]["scope"], "repository");
    assert_eq!(document["codespaces"].as_array().unwrap().len(), 1);
    let again = hurried(&desk, "restart --repo acme/api --json").ends(0).json();
    assert_eq!(
        (&again["codespaces"][0]["freshness"], &again["codespaces"][0]["planned"]),
        (&"fresh".into(), &false.into())
    );
    assert_eq!(desk.count(&http::Method::POST), 2);
}

#[test]
fn without_a_terminal_it_needs_yes_and_names_what_it_would_do() {
    let desk = desk();
    let draft = CodespaceDraft {
        started_ago: TimeDelta::days(2),
        uncommitted: true,
        ..CodespaceDraft::new("busy-bee", "acme/api")
    };
    assert!(desk.world().add_codespace(draft));
    let ran = desk.run("restart --repo acme/api").ends(2);
    for words in ["fluffy-disco", "busy-bee has uncommitted changes", "ends running processes", "--yes"] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    assert_eq!(desk.count(&http::Method::POST), 0);
}

#[test]
fn a_named_one_is_restarted_whatever_it_has() {
    let desk = desk();
    let ran = hurried(&desk, "restart other-one --yes").ends(0);
    assert!(ran.stdout.contains("running") && ran.stderr.contains("other-one: starting"), "{ran:?}");
    assert!(ran.stdout.contains("gh codespace rebuild -c other-one"), "{ran:?}");
    assert!(desk.world().set_codespace_state("other-one", "Shutdown"));
    hurried(&desk, "restart other-one --yes --json").ends(0);
    assert_eq!(desk.world().codespace("other-one").unwrap().state, "Available");
}

#[test]
fn a_start_that_costs_too_much_is_three_and_says_that_it_is_stopped() {
    let desk = desk();
    desk.fault(http::Method::POST, "/start", FaultKind::Status(402));
    let document = hurried(&desk, "restart --repo acme/api --yes --json").ends(3).json();
    let one = &document["codespaces"][0];
    assert_eq!((&one["outcome"], &one["state_after"]), (&"failed".into(), &"Shutdown".into()), "{document}");
    assert!(one["problem"]["why"].as_str().unwrap().contains("spending limit"), "{document}");
    assert_eq!(document["done"], false);
}

#[test]
fn what_could_not_be_told_is_three_and_nothing_is_restarted() {
    let desk = desk();
    desk.world().add_fault(Fault::always("/repos/acme/api/codespaces/secrets", FaultKind::Forbidden));
    let document = hurried(&desk, "restart --repo acme/api --yes --json").ends(3).json();
    let one = &document["codespaces"][0];
    assert_eq!((&one["freshness"], &one["planned"]), (&"unknown".into(), &false.into()), "{document}");
    assert!(one["why_unknown"].is_string());
    assert_eq!(desk.count(&http::Method::POST), 0);
}

#[test]
fn nonsense_is_usage_and_what_is_not_there_is_three() {
    let desk = desk();
    for line in ["restart", "restart ../x", "restart -- -c", "restart --repo acme", "restart a --repo acme/api"] {
        desk.run(&format!("{line} --yes")).ends(2);
    }
    let problem = desk.run("restart no-such-one --yes --json").ends(3).problem();
    assert!(problem["why"].as_str().unwrap().contains("no-such-one"));
    assert_eq!(desk.count(&http::Method::POST), 0);
}
