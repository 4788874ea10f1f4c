use chrono::TimeDelta;
use pullkey::sandbox::{CodespaceDraft, FaultKind, Options};

use super::*;

/// A sandbox with shortened waits, a codespace of acme/api that started two days ago, and a credential written since.
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

/// A sandbox with codespaces of two members of acme; one codespace runs without a secret of the organization.
fn shared() -> Desk {
    let desk = Desk::of(Options { hurry: 500, ..Options::default() });
    let of = |owner: &str, name: &str, repository: &str, days| CodespaceDraft {
        owner: Some(owner.to_owned()),
        started_ago: TimeDelta::days(days),
        ..CodespaceDraft::new(name, repository)
    };
    let drafts = [
        CodespaceDraft { uncommitted: true, ..of("hubot", "busy-bee", "acme/api", 2) },
        of("monalisa", "calm-cod", "acme/web", 2),
        CodespaceDraft { state: "Shutdown".to_owned(), ..of("monalisa", "still-fox", "acme/api", 2) },
        of("hubot", "far-away", "octocat/dotfiles", 2),
    ];
    for draft in drafts {
        assert!(desk.world().add_codespace(draft));
    }
    desk.plant("org:acme", "ACR", "selected", &["acme/api"]);
    desk
}

#[test]
fn an_owner_stops_those_of_members_that_started_before_a_secret() {
    let desk = shared();
    let document = hurried(&desk, "restart --org acme --stop --yes --json").ends(0).json();
    assert_eq!((&document["organization"], &document["done"]), (&"acme".into(), &true.into()), "{document}");
    let told = |name: &str, key: &str| {
        let all = document["codespaces"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name}: {document}"))[key].clone()
    };
    assert_eq!((told("busy-bee", "outcome"), told("busy-bee", "state_after")), ("stopped".into(), "Shutdown".into()));
    assert_eq!((told("busy-bee", "owner"), told("busy-bee", "uncommitted")), ("hubot".into(), true.into()));
    // What only the codespace's owner could read is reported, and is not a failure.
    assert_eq!((told("calm-cod", "freshness"), told("calm-cod", "planned")), ("unknown".into(), false.into()));
    assert!(told("calm-cod", "why_unknown").as_str().unwrap().contains("monalisa's own secrets"), "{document}");
    assert_eq!(told("still-fox", "freshness"), "not_running");
    assert_eq!(document["codespaces"].as_array().unwrap().len(), 3);
    assert_eq!(desk.world().codespace("calm-cod").unwrap().state, "Available");
    let posts = desk.world().requests().into_iter().filter(|request| request.method == http::Method::POST);
    let paths: Vec<_> = posts.map(|request| request.path).collect();
    assert_eq!(paths, ["/orgs/acme/members/hubot/codespaces/busy-bee/stop"]);
}

#[test]
fn stopping_members_codespaces_is_asked_for_with_whose_they_are_and_what_they_have() {
    let desk = shared();
    let ran = desk.run("restart --org acme --stop").ends(2);
    for words in
        ["busy-bee of hubot", "busy-bee has uncommitted changes", "only their own users can start them", "--yes"]
    {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    assert_eq!(desk.count(&http::Method::POST), 0);
    let ran = hurried(&desk, "restart --org acme --stop calm-cod --yes").ends(0);
    for words in ["OWNER", "monalisa", "Available, now Shutdown", "only its owner can start it again"] {
        assert!(ran.stdout.contains(words), "{words}: {ran:?}");
    }
    assert_eq!(desk.world().codespace("busy-bee").unwrap().state, "Available");
}

#[test]
fn an_owner_who_wants_more_than_stopping_is_told_that_there_is_no_more() {
    let desk = shared();
    let problem = desk.run("restart --org acme --yes --json").ends(2).problem();
    assert!(problem["why"].as_str().unwrap().contains("only their own users can start them again"), "{problem}");
    for line in ["restart --stop", "restart --stop busy-bee", "restart --org acme --repo acme/api --stop"] {
        desk.run(&format!("{line} --yes")).ends(2);
    }
    let problem = desk.run("restart --org acme --stop far-away --yes --json").ends(3).problem();
    assert!(problem["why"].as_str().unwrap().contains("far-away in a repository of acme"), "{problem}");
    assert_eq!(desk.count(&http::Method::POST), 0);
}

#[test]
fn a_stop_that_github_refuses_is_three_and_says_why() {
    for (status, words) in [
        (402, "spending limit"),
        (403, "GitHub refused it"),
        (404, "you are not an owner"),
        (409, "another operation on it"),
    ] {
        let desk = shared();
        desk.fault(http::Method::POST, "/stop", FaultKind::Status(status));
        let document = hurried(&desk, "restart --org acme --stop --yes --json").ends(3).json();
        let one = document["codespaces"].as_array().unwrap().iter().find(|one| one["name"] == "busy-bee").unwrap();
        assert_eq!((&one["outcome"], &one["state_after"]), (&"failed".into(), &"Available".into()), "{document}");
        assert!(one["problem"]["why"].as_str().unwrap().contains(words), "{status}: {document}");
    }
}

#[test]
fn who_is_no_owner_and_what_could_not_be_read_is_three() {
    let desk = shared();
    let problem = desk.run("restart --org initech --stop --yes --json").ends(3).problem();
    assert!(problem["hint"].as_str().unwrap().contains("only owners can do this"), "{problem}");
    desk.world().add_fault(Fault::always("/repos/acme/web/codespaces/secrets", FaultKind::Forbidden));
    let document = hurried(&desk, "restart --org acme --stop --yes --json").ends(3).json();
    assert_eq!(document["done"], true, "{document}");
    let empty = hurried(&Desk::new(), "restart --org acme --stop").ends(0);
    assert!(empty.stdout.contains("there are no codespaces in repositories of acme"), "{empty:?}");
}
