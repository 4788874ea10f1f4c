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

/// Every place that values may come from, each with the canary, for one registry. Those are the user's own files, so
/// the search leaves them out; a helper reads the canary from a file that only it is told of.
fn furnish(stage: &Stage, server: &str) -> Vec<std::path::PathBuf> {
    use base64::Engine as _;
    let home = stage.home.path();
    let auth = base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{CANARY}"));
    let config =
        format!(r#"{{"auths": {{"{server}": {{"auth": "{auth}"}}}}, "credHelpers": {{"helped.example": "fake"}}}}"#);
    let helper = format!(
        "#!/bin/sh\ncat > /dev/null\nprintf '{{\"Username\":\"{USER}\",\"Secret\":\"'\ncat {}/vault\nprintf '\"}}'\n",
        home.display()
    );
    let names = ["SERVER", "USER", "PASSWORD"].map(|member| format!("TEAM_CONTAINER_REGISTRY_{member}"));
    let dotenv = format!("{}={server}\n{}={USER}\n{}='{CANARY}'\n", names[0], names[1], names[2]);
    let aws = format!("[default]\naws_access_key_id = {USER}\naws_secret_access_key = {CANARY}\n");
    let files = [
        (".docker/config.json", config),
        (".aws/credentials", aws),
        ("ours.env", dotenv),
        ("vault", CANARY.to_owned()),
        ("bin/docker-credential-fake", helper),
    ];
    let written = files.map(|(name, text)| {
        let path = home.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
        std::fs::write(&path, text).expect("a file");
        path
    });
    let program = &written[4];
    std::fs::set_permissions(program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("its mode");
    written.to_vec()
}

#[test]
fn a_password_that_is_taken_from_a_place_stays_in_that_place() {
    let stage = Stage::new(Options::default());
    let server = stage.scene.registry(RegistryKind::Basic);
    let own = furnish(&stage, &server);
    let mut env = stage.env();
    let path = format!("{}:{}", stage.home.path().join("bin").display(), env["PATH"]);
    env.insert("PATH".to_owned(), path);
    let triple = [("SERVER", server.as_str()), ("USER", USER), ("PASSWORD", CANARY)];
    for (place, more) in [
        (format!("docker:{server}"), vec![]),
        ("docker:helped.example".to_owned(), vec!["--server", &server]),
        ("aws".to_owned(), vec!["--server", &server]),
        ("file:ours.env".to_owned(), vec![]),
        ("env:TEAM".to_owned(), vec![]),
    ] {
        let mut command = Command::new(PROGRAM);
        command.args(["test", "--from", &place]).args(&more).env_clear().envs(&env).current_dir(stage.home.path());
        if place == "env:TEAM" {
            command.envs(triple.map(|(member, value)| (format!("TEAM_CONTAINER_REGISTRY_{member}"), value)));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("pullkey starts");
        let pid = child.id();
        let done = std::sync::atomic::AtomicBool::new(false);
        let output = std::thread::scope(|scope| {
            let looking = scope.spawn(|| {
                let home = stage.home.path().to_string_lossy().into_owned();
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    for pid in process::inhabitants(&home) {
                        let spelling = stage.canary.found_in(&process::arguments(pid));
                        assert!(spelling.is_none(), "{place}: {spelling:?} in the arguments of a process");
                    }
                    // pullkey's own environment is where `env` has it from; none of its children may have it.
                    for child in process::family(pid).into_iter().filter(|child| *child != pid) {
                        let spelling = stage.canary.found_in(&process::environment(child));
                        // Between fork and exec a child is still a copy of pullkey.
                        let is_copy = process::executable(child) == process::executable(pid)
                            && process::arguments(child) == process::arguments(pid);
                        assert!(spelling.is_none() || is_copy, "{place}: {spelling:?} in a child's environment");
                    }
                }
            });
            let output = child.wait_with_output().expect("pullkey ends");
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            looking.join().expect("nothing was found");
            output
        });
        stage.assert_said_nothing(&output);
        assert!(output.status.success(), "{place}: {}", String::from_utf8_lossy(&output.stderr));
        for file in stage.home.files().into_iter().filter(|file| !own.contains(file)) {
            let spelling = std::fs::read(&file).ok().and_then(|bytes| stage.canary.found_in(&bytes));
            assert!(spelling.is_none(), "{place}: {spelling:?} in {}", file.display());
        }
    }
}

#[test]
fn no_frame_shows_a_password_that_fills_the_fields() {
    let stage = Stage::new(Options::default());
    let server = stage.scene.registry(RegistryKind::Basic);
    furnish(&stage, &server);
    let mut terminal = crate::support::pty::Terminal::start(
        std::path::Path::new(PROGRAM),
        &[],
        &stage.env(),
        stage.home.path(),
        (120, 40),
    );
    terminal.wait_for("octocat");
    terminal.press("G", "new");
    terminal.press("t", "Server");
    terminal.press("\x14", "docker's login for");
    terminal.press("\r", "imported from");
    terminal.press("\r", "accepted");
    terminal.send("\x03\x03");
    terminal.wait();
    let found = stage.canary.found_in(&terminal.output().bytes);
    assert!(found.is_none(), "{found:?} on the terminal");
}
