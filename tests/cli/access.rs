use super::*;

#[test]
fn repositories_are_added_and_removed_for_all_members_without_a_value() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &["acme/api", "acme/web"]);
    let line = "access ACR --user --add octocat/dotfiles --remove acme/web --json";
    let document = desk.run(line).ends(0).json();
    assert_eq!(document["done"], true);
    assert_eq!(document["members"]["password"]["outcome"], "updated");
    assert_eq!(document["after"]["repositories"].as_array().unwrap().len(), 2);
    assert_eq!(desk.granted("user", "ACR"), ["acme/api", "octocat/dotfiles"]);
    let [server, user, password] = desk.values("user", "ACR");
    assert_eq!(
        (server.as_deref(), user.as_deref(), password.as_deref()),
        (Some("old.example"), Some("old-user"), Some("old-password"))
    );
    let again = desk.run(line).ends(0).json();
    assert_eq!(again["members"]["password"]["outcome"], "unchanged");
}

#[test]
fn a_dry_run_shows_the_change_and_makes_none() {
    let desk = Desk::new();
    desk.plant("org:acme", "ACR", "selected", &["acme/api"]);
    let ran = desk.run("access ACR --org acme --add acme/web --remove acme/api --dry-run").ends(0);
    for line in ["before  1 repository", "after   1 repository", "+ acme/web", "- acme/api"] {
        assert!(ran.stdout.contains(line), "{ran:?}");
    }
    let document = desk.run("access ACR --org acme --visibility all --dry-run --json").ends(0).json();
    assert_eq!((&document["dry_run"], &document["after"]["kind"]), (&true.into(), &"all".into()));
    assert_eq!(document["before"]["repositories"][0]["full_name"], "acme/api");
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/api"]);
    assert_eq!(desk.count(&http::Method::PUT), 0);
}

#[test]
fn opening_to_everyone_needs_yes() {
    let desk = Desk::new();
    desk.plant("org:acme", "ACR", "selected", &["acme/api"]);
    let ran = desk.run("access ACR --org acme --visibility all").ends(2);
    assert!(ran.stderr.contains("--yes"), "{ran:?}");
    desk.run("access ACR --org acme --visibility all --yes").ends(0);
    for member in ["SERVER", "USER", "PASSWORD"] {
        let secret = desk.world().secret("org:acme", &format!("ACR_CONTAINER_REGISTRY_{member}")).unwrap();
        assert_eq!(secret.visibility.as_deref(), Some("all"));
    }
    desk.run("access ACR --org acme --add acme/api").ends(2);
    desk.run("access ACR --org acme --visibility selected --add acme/api").ends(0);
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/api"]);
}

#[test]
fn what_makes_no_sense_is_usage_and_what_is_not_there_is_three() {
    let desk = Desk::new();
    desk.run("access ACR --user").ends(2);
    desk.run("access ACR --user --visibility private").ends(2);
    desk.run("access ACR --org acme --visibility all --add acme/api").ends(2);
    desk.run("access ACR --user --add acme/api --json").ends(3).problem();
    assert_eq!(desk.count(&http::Method::PUT), 0);
}

#[test]
fn patterns_topics_and_files_name_repositories() {
    let desk = Desk::new();
    desk.plant("org:acme", "ACR", "selected", &["acme/site"]);
    std::fs::write(desk.home.path().join("repos.txt"), "# the lot\nacme/infra\nACME/w*  # web\n").unwrap();
    desk.run("access ACR --org acme --add acme/ap*").ends(0);
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/api", "acme/site"]);
    desk.run("access ACR --org acme --set --topic course-2026").ends(0);
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/api", "acme/web"]);
    desk.run("access ACR --org acme --add --repos-file repos.txt").ends(0);
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/api", "acme/infra", "acme/web"]);
    desk.feed("access ACR --org acme --remove --repos-file -", "acme/a*\n").ends(0);
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/infra", "acme/web"]);
    let ran = desk.run("access ACR --org acme --set acme/at*,acme/web --dry-run").ends(0);
    assert!(ran.stdout.contains("+ acme/attic") && ran.stdout.contains("- acme/infra"), "{ran:?}");
    assert!(ran.stderr.contains("archived") && ran.stderr.contains("acme/attic"), "{ran:?}");
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/infra", "acme/web"]);
}

#[test]
fn what_names_nothing_changes_nothing() {
    let desk = Desk::new();
    desk.plant("org:acme", "ACR", "selected", &["acme/api"]);
    std::fs::write(desk.home.path().join("bad.txt"), "acme/api\nnonsense\n").unwrap();
    for (line, code) in [
        ("access ACR --org acme --add acme/course-*", 3),
        ("access ACR --org acme --add --topic nosuch", 3),
        ("access ACR --org acme --add octocat/*", 2),
        ("access ACR --org acme --add acme/**", 2),
        ("access ACR --org acme --add", 2),
        ("access ACR --org acme --topic ops", 2),
        ("access ACR --org acme --add acme/web --remove acme/api --topic ops", 2),
        ("access ACR --org acme --add --repos-file bad.txt", 2),
        ("access ACR --org acme --add --repos-file nosuch.txt", 2),
        ("access ACR --org acme --set acme/web --add acme/api", 2),
        ("access ACR --org acme --undo --add acme/api", 2),
    ] {
        desk.run(&format!("{line} --json")).ends(code).problem();
    }
    let problem = desk.run("access ACR --org acme --add --repos-file bad.txt --json").ends(2).problem();
    assert!(problem["why"].as_str().unwrap().contains("line 2"), "{problem}");
    assert_eq!(desk.count(&http::Method::PUT), 0);
}

#[test]
fn undoing_gives_back_what_was() {
    let desk = Desk::new();
    desk.plant("org:acme", "ACR", "selected", &["acme/api", "acme/web"]);
    desk.run("access ACR --org acme --undo --yes --json").ends(3).problem();
    desk.run("access ACR --org acme --remove acme/api").ends(0);
    desk.run("access ACR --org acme --visibility all --yes").ends(0);
    desk.run("access ACR --org acme --undo").ends(2);
    let shown = desk.run("access ACR --org acme --undo --dry-run").ends(0);
    assert!(shown.stdout.contains("after   1 repository"), "{shown:?}");
    let document = desk.run("access ACR --org acme --undo --yes --json").ends(0).json();
    assert_eq!((&document["done"], &document["after"]["kind"]), (&true.into(), &"selected".into()));
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/web"]);
    desk.run("access ACR --org acme --undo --yes").ends(0);
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/api", "acme/web"]);
    desk.run("access ACR --org acme --undo --yes").ends(3);
    let journal = desk.home.state().join("journal.jsonl");
    let text = std::fs::read_to_string(journal).unwrap();
    assert!(!text.contains("old-password") && !text.contains("old-user") && !text.contains(desk.token()));
}

#[test]
fn undoing_stops_where_somebody_came_in_between() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &["acme/api"]);
    desk.run("access ACR --user --add acme/web").ends(0);
    desk.plant("user", "ACR", "selected", &["acme/infra"]);
    let problem = desk.run("access ACR --user --undo --yes --json").ends(3).problem();
    assert!(problem["why"].as_str().unwrap().contains("someone else"), "{problem}");
    assert_eq!(desk.granted("user", "ACR"), ["acme/infra"]);
}

#[test]
fn a_change_that_stopped_in_the_middle_is_done_by_the_same_command_and_undone_whole() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &["acme/api"]);
    desk.fault(http::Method::PUT, "_PASSWORD/", FaultKind::Status(500));
    let document = desk.run("access ACR --user --set acme/web --json").ends(3).json();
    assert_eq!(document["members"]["user"]["outcome"], "updated", "{document}");
    assert_eq!(document["members"]["server"]["outcome"], "not_tried", "{document}");
    let document = desk.run("access ACR --user --undo --yes --json").ends(0).json();
    assert_eq!(document["members"]["password"]["outcome"], "unchanged", "{document}");
    for member in ["SERVER", "USER", "PASSWORD"] {
        let secret = desk.world().secret("user", &format!("ACR_CONTAINER_REGISTRY_{member}")).unwrap();
        assert_eq!(secret.repository_names(), ["acme/api"]);
    }
}

#[test]
fn members_that_differ_are_made_alike() {
    let desk = Desk::new();
    desk.plant("org:acme", "ACR", "selected", &["acme/api"]);
    let odd = "ACR_CONTAINER_REGISTRY_SERVER";
    assert!(desk.world().put_secret("org:acme", odd, "old.example", "all", &[]));
    assert!(desk.run("access ACR --org acme --make-alike").ends(2).stderr.contains("--yes"));
    let document = desk.run("access ACR --org acme --make-alike --yes --json").ends(0).json();
    assert_eq!(document["members"]["server"]["outcome"], "updated", "{document}");
    assert_eq!(document["members"]["password"]["outcome"], "unchanged", "{document}");
    let secret = desk.world().secret("org:acme", odd).unwrap();
    assert_eq!(secret.visibility.as_deref(), Some("selected"));
    assert!(desk.world().put_secret("org:acme", odd, "old.example", "all", &[]));
    desk.run("access ACR --org acme --make-alike --like server --yes").ends(0);
    let secret = desk.world().secret("org:acme", "ACR_CONTAINER_REGISTRY_USER").unwrap();
    assert_eq!(secret.visibility.as_deref(), Some("all"));
    desk.run("access ACR --org acme --undo --yes").ends(0);
    assert_eq!(desk.granted("org:acme", "ACR"), ["acme/api"]);
}
