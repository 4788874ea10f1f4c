use super::*;

#[test]
fn deleting_needs_yes_and_takes_the_server_first() {
    let desk = Desk::new();
    desk.plant("repo:acme/api", "ACR", "selected", &[]);
    let ran = desk.run("delete ACR --repo acme/api").ends(2);
    assert!(ran.stderr.contains("--yes"), "{ran:?}");
    assert_eq!(desk.count(&http::Method::DELETE), 0);
    let document = desk.run("delete ACR --repo acme/api --yes --json").ends(0).json();
    for member in ["server", "user", "password"] {
        assert_eq!(document["members"][member]["outcome"], "deleted", "{document}");
    }
    assert_eq!(desk.values("repo:acme/api", "ACR"), [None, None, None]);
    let requests = desk.world().requests();
    let first = requests.iter().find(|request| request.method == http::Method::DELETE).unwrap();
    assert!(first.path.ends_with("_SERVER"), "{first:?}");
}

#[test]
fn a_partial_deletion_is_three() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &[]);
    desk.fault(http::Method::DELETE, "_PASSWORD", FaultKind::Status(500));
    let document = desk.run("delete ACR --user --yes --json").ends(3).json();
    assert_eq!(document["members"]["server"]["outcome"], "deleted");
    assert_eq!(document["members"]["password"]["outcome"], "failed");
    assert_eq!(document["members"]["user"]["outcome"], "not_tried");
}

#[test]
fn what_is_not_there_cannot_be_deleted() {
    let desk = Desk::new();
    for line in ["delete ACR --user --yes --json", "delete ACR --user --json"] {
        let problem = desk.run(line).ends(3).problem();
        assert!(problem["what"].as_str().unwrap().contains("no credential ACR"), "it is reported before any question");
    }
}
