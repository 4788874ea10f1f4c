//! The command line from outside: the real binary on a sandbox, with its exit codes, JSON and messages.

mod access;
mod addresses;
#[cfg(unix)]
mod ask;
mod cache;
mod delete;
mod device;
mod ends;
mod from;
mod list;
mod list_all;
#[cfg(target_os = "linux")]
mod machine;
mod npm;
mod presets;
mod recorded;
mod restart;
mod rotate;
mod seamless;
mod set;
#[cfg(unix)]
mod signals;
mod spread;
mod test;

use std::io::Write;
use std::process::{Child, Command, Stdio};

use pullkey::sandbox::{Fault, FaultKind, Options, RegistryKind, Sandbox};
use serde_json::Value;

use crate::support::home::Home;
use crate::support::world::{PROGRAM, Scene};

pub(crate) const PASSWORD: &str = "pull-me-please";

/// A sandbox, a home folder, and a pullkey without a terminal, git, gh or docker.
pub(crate) struct Desk {
    scene: Scene,
    home: Home,
}

/// The exit code and output of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|fault| panic!("{fault}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// The problem in the document of a failed command.
    #[track_caller]
    pub(crate) fn problem(&self) -> Value {
        let document = self.json();
        assert_eq!(document["version"], 1, "{self:#?}");
        let problem = document["problem"].clone();
        for key in ["what", "why"] {
            let text = problem[key].as_str().unwrap_or_default();
            assert!(!text.is_empty() && !text.ends_with('.'), "{key}: {self:#?}");
        }
        problem
    }
}

impl Desk {
    fn new() -> Self {
        Self::of(Options::default())
    }

    pub(crate) fn of(options: Options) -> Self {
        Self { scene: Scene::new(options), home: Home::new() }
    }

    fn failing(faults: &[(&str, FaultKind)]) -> Self {
        let desk = Self::new();
        for (path, kind) in faults {
            desk.fault(http::Method::PUT, path, kind.clone());
        }
        desk
    }

    fn fault(&self, method: http::Method, path: &str, kind: FaultKind) {
        let (method, path_contains) = (Some(method), (*path).to_owned());
        self.world().add_fault(Fault { method, path_contains, nth: 1, times: 1, kind });
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(line.split_whitespace()).env_clear().envs(self.scene.env(&self.home));
        command.env("PATH", self.home.path()).current_dir(self.home.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, line: &str) -> Ran {
        self.feed(line, "")
    }

    fn feed(&self, line: &str, stdin: &str) -> Ran {
        finish(self.command(line).spawn().unwrap(), stdin)
    }

    fn run_with(&self, line: &str, vars: &[(&str, &str)]) -> Ran {
        finish(self.command(line).envs(vars.iter().copied()).spawn().unwrap(), "")
    }

    /// Runs `set` with a login that works at the sandbox's registry, and these flags.
    fn set(&self, flags: &str) -> Ran {
        let server = self.registry(RegistryKind::Bearer);
        let rest = format!("--preset other --server {server} --username puller --password-stdin");
        self.feed(&format!("set {flags} {rest}"), &format!("{PASSWORD}\n"))
    }

    /// The three values of a credential in the sandbox; `None` for a missing member.
    fn values(&self, scope: &str, prefix: &str) -> [Option<String>; 3] {
        ["SERVER", "USER", "PASSWORD"].map(|member| {
            let secret = self.world().secret(scope, &format!("{prefix}_CONTAINER_REGISTRY_{member}"))?;
            Some(secret.value)
        })
    }

    /// The repositories that get the password, sorted.
    fn granted(&self, scope: &str, prefix: &str) -> Vec<String> {
        let secret = self.world().secret(scope, &format!("{prefix}_CONTAINER_REGISTRY_PASSWORD")).unwrap();
        let mut names: Vec<_> = secret.repository_names().into_iter().map(str::to_owned).collect();
        names.sort();
        names
    }

    /// Puts a complete credential into the sandbox without pullkey.
    pub(crate) fn plant(&self, scope: &str, prefix: &str, visibility: &str, repositories: &[&str]) {
        for (member, value) in [("SERVER", "old.example"), ("USER", "old-user"), ("PASSWORD", "old-password")] {
            let name = format!("{prefix}_CONTAINER_REGISTRY_{member}");
            assert!(self.world().put_secret(scope, &name, value, visibility, repositories));
        }
    }

    /// How many requests with this method the API received.
    fn count(&self, method: &http::Method) -> usize {
        self.world().requests().iter().filter(|request| request.method == *method).count()
    }
}

impl std::ops::Deref for Desk {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.scene
    }
}

pub(crate) fn finish(mut child: Child, stdin: &str) -> Ran {
    // A program may close its input without reading it.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let ran = Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
    let hostile = |c: char| c != '\n' && pullkey::domain::untrusted::is_hostile(c);
    assert!(!ran.stdout.contains(hostile) && !ran.stderr.contains(hostile), "{ran:?}");
    assert!(!ran.stdout.contains(PASSWORD) && !ran.stderr.contains(PASSWORD), "{ran:?}");
    ran
}

#[test]
fn version_and_help_are_answers() {
    let desk = Desk::new();
    assert!(desk.run("--version").ends(0).stdout.starts_with("pullkey "));
    for line in [
        "--help",
        "list --help",
        "set --help",
        "rotate --help",
        "access --help",
        "delete --help",
        "forget --help",
        "restart --help",
        "seamless --help",
        "test --help",
        "sandbox --help",
    ] {
        assert!(desk.run(line).ends(0).stdout.contains("Usage"), "{line}");
    }
}

#[test]
fn arguments_that_make_no_sense_are_usage_in_words_or_json() {
    let desk = Desk::new();
    for line in ["list --nonsense", "set", "delete ACR", "list --repo acme", "access ACR --user --visibility some"] {
        assert!(!desk.run(line).ends(2).stderr.is_empty(), "{line}");
        desk.run(&format!("{line} --json")).ends(2).problem();
    }
    assert!(desk.world().requests().is_empty());
}
