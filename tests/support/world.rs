//! The sandbox inside the test's own process, with the environment that points pullkey and `gh` at it.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use pullkey::sandbox::{Options, Sandbox};
use tokio::runtime::Runtime;

use super::home::Home;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_pullkey");

/// A sandbox that lives as long as this, served by threads of its own.
pub(crate) struct Scene {
    sandbox: Option<Sandbox>,
    runtime: Option<Runtime>,
}

impl Scene {
    pub(crate) fn new(options: Options) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
        let sandbox = runtime.block_on(pullkey::sandbox::start(options)).expect("a free port on loopback");
        Self { sandbox: Some(sandbox), runtime: Some(runtime) }
    }

    /// The environment of a pullkey that works on this sandbox.
    pub(crate) fn env(&self, home: &Home) -> BTreeMap<String, String> {
        let mut env = home.env();
        env.insert("PULLKEY_API_URL".to_owned(), self.api_url());
        env.insert("GH_TOKEN".to_owned(), self.token().to_owned());
        env
    }

    /// The environment of a `gh` that works on this sandbox: the sandbox takes a proxy's requests.
    pub(crate) fn gh_env(&self, home: &Home) -> BTreeMap<String, String> {
        let mut env = home.env();
        for (name, value) in [
            ("http_proxy", self.api_url()),
            ("GH_HOST", "github.localhost".to_owned()),
            ("GH_TOKEN", self.token().to_owned()),
            ("GH_CONFIG_DIR", home.path().join("gh").to_string_lossy().into_owned()),
            ("GH_NO_UPDATE_NOTIFIER", "1".to_owned()),
        ] {
            env.insert(name.to_owned(), value);
        }
        env
    }

    /// Runs pullkey without a terminal.
    pub(crate) fn pullkey(&self, home: &Home, arguments: &[&str], more: &[(&str, &str)]) -> Output {
        let mut env = self.env(home);
        env.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        run(Path::new(PROGRAM), arguments, &env, home)
    }
}

/// Runs a program without a terminal and with exactly this environment.
pub(crate) fn run(program: &Path, arguments: &[&str], env: &BTreeMap<String, String>, home: &Home) -> Output {
    Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(env)
        .current_dir(home.path())
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

impl Deref for Scene {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        self.sandbox.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        drop(self.sandbox.take());
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
