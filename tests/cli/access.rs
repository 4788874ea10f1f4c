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
