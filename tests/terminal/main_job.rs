//! The main job: a credential of each registry at each level, written as typed and granted as chosen.

use pullkey::sandbox::{Options, RegistryKind};

use super::guide::{self, Values};
use super::secrets::{CANARY, Stage, USER};
use crate::support::canary::Watch;
use crate::support::home::Home;
use crate::support::pty::Terminal;
use crate::support::world::Scene;

const AZURE: Values = Values {
    registry: "Azure Container Registry",
    server: "mycompany.azurecr.io",
    user: "ci-pull",
    password: "QmFzZTY0LWxvb2tpbmctdG9rZW4tZm9yLWF6dXJlLWFjcisA+ACRBc3D4",
};
const HUB: Values =
    Values { registry: "Docker Hub", server: "", user: "octocat", password: "dckr_pat_0123456789abcdefghijklmnopq" };
const AMAZON: Values = Values {
    registry: "Amazon ECR, with an access key",
    server: "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    user: "AKIAIOSFODNN7EXAMPLE",
    password: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

/// What is created: the values, its prefix, and the server that is stored.
const CREDENTIALS: [(Values, &str, &str); 3] = [
    (AZURE, "ACR", "mycompany.azurecr.io"),
    (HUB, "DOCKERHUB", "https://index.docker.io/v1/"),
    (AMAZON, "ECR", "123456789012.dkr.ecr.eu-west-1.amazonaws.com"),
];

/// Creates the three at one level and compares what the sandbox holds.
fn creates_all(place: &str, scope: &str, reach: &[&str]) {
    let scene = Scene::new(Options::default());
    let home = Home::new();
    let mut terminal = guide::open(&home, &scene.env(&home));
    for (values, prefix, server) in CREDENTIALS {
        guide::to_the_form(&mut terminal, values, place);
        guide::fill(&mut terminal, values);
        guide::to_the_test(&mut terminal);
        // Those registries are not here: the test is for the sandbox's own.
        terminal.press("s", "Nothing has been sent to GitHub yet");
        guide::agree(&mut terminal, "Write", &format!("{prefix} is saved in "));
        terminal.wait_for(&format!("{prefix}_CONTAINER_REGISTRY_SERVER: created"));
        // The codespaces are looked at, to offer those that have to be restarted.
        let lists =
            || scene.world().requests().iter().filter(|request| request.path.contains("/codespaces/secrets")).count();
        let before = lists();
        terminal.press("\r", "S U P");
        terminal.wait_until("the list shows it", |output| {
            output.text().lines().any(|line| line.contains(prefix) && line.contains("● ● ●"))
        });
        assert_eq!(lists(), before, "the list was read again to show what was just written");
        for (part, value) in [("SERVER", server), ("USER", values.user), ("PASSWORD", values.password)] {
            let name = format!("{prefix}_CONTAINER_REGISTRY_{part}");
            let secret = scene.world().secret(scope, &name).unwrap_or_else(|| panic!("{name} is not in {scope}"));
            assert_eq!(secret.value, value, "{name}");
            assert_eq!(secret.repository_names(), reach, "{name}");
        }
    }
    guide::leave(&mut terminal);
}

#[test]
fn the_wizard_creates_credentials_of_the_user() {
    creates_all("You, octocat", "user", &["acme/api"]);
}

#[test]
fn the_wizard_creates_credentials_of_a_repository() {
    creates_all("acme/api, this repository", "repo:acme/api", &[]);
}

#[test]
fn the_wizard_creates_credentials_of_an_organization() {
    creates_all("acme, organization", "org:acme", &["acme/api"]);
}

/// From the list to *Review*, with a login tested on the sandbox's own registry.
fn proven(stage: &Stage, terminal: &mut Terminal) {
    let values = Values { registry: "other", server: "", user: USER, password: CANARY };
    let server = stage.scene.registry(RegistryKind::Basic);
    terminal.press("n", "Which registry do codespaces pull from?");
    guide::choose(terminal, "ther registry");
    terminal.press("\r", "Where should the three secrets live?");
    guide::choose(terminal, "acme/api, this repository");
    terminal.press("\r", "▸ Credentials");
    terminal.paste(&server);
    terminal.wait_for(&server);
    guide::next_field(terminal);
    guide::fill(terminal, values);
    guide::to_the_test(terminal);
    terminal.press("\r", "the registry asked for this password and accepted it");
    terminal.press("\r", "Nothing has been sent to GitHub yet");
}

#[test]
fn the_password_shows_nowhere_while_it_is_typed_tested_and_written() {
    let stage = Stage::new(Options::default());
    let watch = Watch::start(&stage.canary, &stage.home);
    let mut terminal = guide::open(&stage.home, &stage.env());
    terminal.watch_for(&[CANARY]);
    proven(&stage, &mut terminal);
    guide::agree(&mut terminal, "Write", " is saved in ");
    terminal.press("\r", "S U P");
    guide::leave(&mut terminal);
    watch.assert_never_seen();
    stage.canary.assert_nowhere(&stage.home, "after the wizard");
    let output = terminal.output();
    assert!(output.caught.is_empty(), "a frame shows the password:\n{}", output.caught.join("\n"));
    assert_eq!(stage.canary.found_in(&output.bytes), None, "the password was written to the terminal");
    drop(output);
    let secrets = stage.scene.world().secrets("repo:acme/api");
    assert_eq!(secrets.iter().filter(|secret| secret.value == CANARY).count(), 1);
}

#[test]
fn the_password_shows_only_while_it_is_revealed() {
    let stage = Stage::new(Options::default());
    let watch = Watch::start(&stage.canary, &stage.home);
    let mut terminal = guide::open(&stage.home, &stage.env());
    guide::to_the_form(&mut terminal, HUB, "You, octocat");
    guide::fill(&mut terminal, Values { password: CANARY, ..HUB });
    terminal.press("\x12", CANARY);
    terminal.send("\x12");
    terminal.wait_gone(CANARY);
    // Leaving the field hides it too.
    terminal.press("\x12", CANARY);
    terminal.send("\t");
    terminal.wait_gone(CANARY);
    drop(terminal);
    watch.assert_never_seen();
    stage.canary.assert_nowhere(&stage.home, "after kill -9");
}

#[test]
fn a_failed_write_tells_the_truth_and_is_completed_from_the_same_screen() {
    for member in ["_PASSWORD", "_USER", "_SERVER"] {
        for kind in ["500", "forbidden", "drop-before"] {
            let fault = format!("PUT:{member}:1:{kind}").parse().expect("a fault");
            let stage = Stage::new(Options { faults: vec![fault], ..Options::default() });
            let mut terminal = guide::open(&stage.home, &stage.env());
            guide::to_the_form(&mut terminal, AZURE, "acme/api, this repository");
            guide::fill(&mut terminal, AZURE);
            guide::to_the_test(&mut terminal);
            terminal.press("s", "Nothing has been sent to GitHub yet");
            guide::agree(&mut terminal, "Write", "Nothing you typed is lost");
            let shown = terminal.text();
            let outcome = |word: &str| shown.lines().any(|l| l.contains(&format!("{member}: {word}")));
            assert!(outcome("failed") || outcome("unknown"), "{kind} at {member}:\n{shown}");
            let is_there = |part| {
                let name = format!("ACR_CONTAINER_REGISTRY{part}");
                stage.scene.world().secret("repo:acme/api", &name).map(|secret| secret.value)
            };
            assert_eq!(is_there(member), None, "{kind} at {member}");
            guide::agree(&mut terminal, "Do the rest", "ACR is saved in ");
            let values = ["_SERVER", "_USER", "_PASSWORD"].map(is_there);
            assert_eq!(values, [AZURE.server, AZURE.user, AZURE.password].map(|value| Some(value.to_owned())));
        }
    }
}

#[test]
fn a_line_end_in_a_paste_neither_submits_nor_gets_lost() {
    let stage = Stage::new(Options::default());
    for is_bracketed in [true, false] {
        let mut terminal = guide::open(&stage.home, &stage.env());
        guide::to_the_form(&mut terminal, AZURE, "You, octocat");
        guide::fill(&mut terminal, Values { password: "", ..AZURE });
        guide::next_field(&mut terminal);
        let text = "pasted-token-with-a-line-end\r";
        if is_bracketed {
            terminal.paste(text);
        } else {
            terminal.send(text);
        }
        terminal.wait_for("••••••");
        terminal.settle(std::time::Duration::from_millis(300));
        let shown = terminal.text();
        assert!(shown.contains("ci-pull") && shown.contains("mycompany.azurecr.io"), "the form was left:\n{shown}");
        assert!(shown.contains("▸ Credentials"), "the paste went on to the next step:\n{shown}");
    }
    assert!(stage.scene.world().secrets("user").is_empty());
}
