//! A canary password in every flow: looked for while the flow runs, after it, and after `kill -9`.

use std::io::Write as _;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pullkey::sandbox::{Options, RegistryKind};

use crate::support::canary::{Canary, Watch};
use crate::support::home::Home;
use crate::support::process;
use crate::support::pty::PATIENCE;
use crate::support::world::{PROGRAM, Scene};

pub(crate) const CANARY: &str = "K9+canary/of:the=mine%2026~tweet";
pub(crate) const USER: &str = "puller";

/// A home, a watch over it, and a sandbox whose registries take the canary.
pub(crate) struct Stage {
    pub(crate) home: Arc<Home>,
    pub(crate) scene: Scene,
    pub(crate) canary: Canary,
}

impl Stage {
    pub(crate) fn new(options: Options) -> Self {
        let scene = Scene::new(Options { registry_password: CANARY.to_owned(), ..options });
        Self { home: Arc::new(Home::new()), scene, canary: Canary::new(CANARY, USER) }
    }

    /// The environment of pullkey here, with a log, so that the log is searched too.
    pub(crate) fn env(&self) -> std::collections::BTreeMap<String, String> {
        let mut env = self.scene.env(&self.home);
        env.insert("PULLKEY_LOG".to_owned(), self.home.path().join("pullkey.log").to_string_lossy().into_owned());
        env.insert("RUST_BACKTRACE".to_owned(), "full".to_owned());
        env
    }

    /// Starts pullkey without a terminal and gives it the canary on its standard input.
    fn start(&self, arguments: &[&str]) -> Child {
        let mut child = Command::new(PROGRAM)
            .args(arguments)
            .env_clear()
            .envs(self.env())
            .current_dir(self.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("pullkey starts");
        child.stdin.take().expect("it listens").write_all(CANARY.as_bytes()).expect("it takes the password");
        child
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.start(arguments).wait_with_output().expect("pullkey ends")
    }

    fn assert_said_nothing(&self, output: &Output) {
        for (name, bytes) in [("output", &output.stdout), ("diagnostics", &output.stderr)] {
            let spelling = self.canary.found_in(bytes);
            assert!(spelling.is_none(), "{spelling:?} in the {name}: {}", String::from_utf8_lossy(bytes));
        }
    }
}

#[test]
fn no_command_leaves_the_password_anywhere() {
    let stage = Stage::new(Options::default());
    let watch = Watch::start(&stage.canary, &stage.home);
    let doors = [RegistryKind::Basic, RegistryKind::Bearer, RegistryKind::Open].map(|kind| stage.scene.registry(kind));
    for server in &doors {
        for with in ["native", "docker", "both"] {
            let arguments = ["test", "--server", server, "--username", USER, "--password-stdin", "--with", with];
            stage.assert_said_nothing(&stage.run(&arguments));
            // Also where it is refused, and where messages quote what was sent.
            let wrong =
                ["test", "--server", server, "--username", "nobody", "--password-stdin", "--with", with, "--json"];
            stage.assert_said_nothing(&stage.run(&wrong));
        }
    }
    let set = ["set", "TEAM", "--repo", "acme/api", "--preset", "other", "--server", &doors[0], "--username", USER];
    let output = stage.run(&[&set[..], &["--password-stdin", "--yes", "--json"]].concat());
    stage.assert_said_nothing(&output);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    watch.assert_never_seen();
    stage.canary.assert_nowhere(&stage.home, "after all commands");
    let stored =
        stage.scene.world().secret("repo:acme/api", "TEAM_CONTAINER_REGISTRY_PASSWORD").expect("it was written");
    assert_eq!(stored.value, CANARY);
}

#[test]
fn a_refused_write_keeps_the_password_to_itself() {
    let faults = ["PUT:_PASSWORD:1:500", "PUT:_USER:1:drop-after"];
    for fault in faults {
        let stage = Stage::new(Options { faults: vec![fault.parse().expect("a fault")], ..Options::default() });
        let watch = Watch::start(&stage.canary, &stage.home);
        let arguments = ["set", "TEAM", "--repo", "acme/api", "--preset", "other", "--server", "r.example.com"];
        let more = ["--username", USER, "--password-stdin", "--no-test", "--yes"];
        stage.assert_said_nothing(&stage.run(&[&arguments[..], &more].concat()));
        watch.assert_never_seen();
        stage.canary.assert_nowhere(&stage.home, "after a failed write");
    }
}

#[test]
fn kill_nine_in_the_middle_of_a_login_leaves_nothing_behind() {
    for with in ["native", "docker"] {
        if with == "docker" && crate::peers::peer("docker").is_none() {
            continue;
        }
        let stage = Stage::new(Options { latency: Duration::from_secs(5), ..Options::default() });
        let watch = Watch::start(&stage.canary, &stage.home);
        let server = stage.scene.registry(RegistryKind::Basic);
        let arguments = ["test", "--server", &server, "--username", USER, "--password-stdin", "--with", with];
        let mut child = stage.start(&arguments);
        let asked =
            |stage: &Stage| stage.scene.world().requests().iter().any(|request| request.path.starts_with("/v2"));
        until("the registry is asked", || asked(&stage));
        assert_eq!(process::core_limit(child.id()).as_deref(), Some("0"), "a core file could be written");
        child.kill().expect("it can be killed");
        let _ = child.wait();
        let home = stage.home.path().to_string_lossy().into_owned();
        until("every child is gone", || process::inhabitants(&home).is_empty());
        watch.assert_never_seen();
        stage.canary.assert_nowhere(&stage.home, "after kill -9");
        let is_left = |path: &std::path::Path| path.starts_with(stage.home.temp());
        until("the temporary folder is empty", || !stage.home.files().iter().any(|path| is_left(path)));
    }
}

/// Waits for a condition that nobody announces.
pub(crate) fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}
