//! What every command uses: the environment, the API address, the clients, and the output.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::argv::hidden;
use super::interrupt::Interrupt;
use super::{Exit, Failure, status};
use crate::domain::Problem;
use crate::local::token::Places;
use crate::local::vault::SystemVault;
use crate::local::{Address, Config, Env};
use crate::{github, registry, report, work};

#[derive(Debug)]
pub(super) struct Session {
    pub(super) env: Env,
    pub(super) config: Config,
    pub(super) json: bool,
    pub(super) interrupt: Interrupt,
}

impl Session {
    pub(super) fn start(env: Env, json: bool, read_only: bool) -> Result<Self, Failure> {
        crate::local::log::start(&env).map_err(|problem| Failure::new(Exit::Usage, problem))?;
        crate::domain::preset::add_files(crate::local::presets::files(&env));
        let config = Config::load(&env, read_only).map_err(|fault| Failure::new(Exit::Usage, fault.into()))?;
        Ok(Self { env, config, json, interrupt: Interrupt::listen() })
    }

    pub(super) fn address(&self) -> Result<Address, Failure> {
        Address::find(&self.env).map_err(|fault| Failure::new(Exit::Usage, fault.into()))
    }

    /// Where to look for tokens, and the settings of a client.
    pub(super) fn entrance(&self) -> Result<work::Entrance, Failure> {
        let address = self.address()?;
        let settings = work::settings(&self.env, &self.config, address.api.clone());
        let settings = github::Settings { listener: Some(status::listener()), ..settings };
        let vault = Arc::new(SystemVault::of(&self.env));
        let places = Places { env: self.env.clone(), address, vault };
        Ok(work::Entrance { places, settings, client_id: self.config.client_id.clone() })
    }

    /// The GitHub client. A missing token is a configuration error.
    pub(super) async fn github(&self) -> Result<github::Client, Failure> {
        let entrance = self.entrance()?;
        let found = self.interrupt.read(entrance.find()).await?;
        let (client, _) = found.map_err(|problem| Failure::new(Exit::Usage, problem))?;
        self.interrupt.stop_waiting(client.clone());
        Ok(client)
    }

    /// The clients of a login test, which does not need GitHub.
    pub(super) fn registry(&self) -> Result<work::Clients, Failure> {
        let path = self.env.get_os("PATH").unwrap_or_default();
        let exe = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("pullkey"));
        let registry = work::registry_client(&self.env).map_err(|problem| Failure::new(Exit::Usage, problem))?;
        // A registry can be tested even without a valid GitHub address.
        let github = self.address().ok().map(|address| work::settings(&self.env, &self.config, address.api));
        Ok(work::Clients { github, registry, tools: registry::Tools::find(path, exe) })
    }

    /// Reads something that can take any time, such as standard input, on a thread where it does not block signals.
    pub(super) async fn read_apart<T: Send + 'static>(
        &self,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        match self.interrupt.read(tokio::task::spawn_blocking(read)).await? {
            Ok(done) => Ok(done),
            Err(fault) => std::panic::resume_unwind(fault.into_panic()),
        }
    }

    /// Whether there is somebody to ask. JSON is for programs, which do not answer.
    pub(super) fn can_ask(&self) -> bool {
        !self.json && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Prints the result: JSON if requested, otherwise text.
    pub(super) fn show(&self, json: impl FnOnce() -> Value, text: impl FnOnce() -> String) -> Result<(), Failure> {
        let text = if self.json { report::json::render(&json()) } else { text() };
        print(&text).map_err(|fault| unwritten(&fault))
    }

    /// Prints notes beside the result. JSON contains them under `notes`.
    pub(super) fn notes(&self, notes: &[String]) {
        if !self.json {
            for text in notes {
                note(&format!("note: {text}"));
            }
        }
    }
}

/// The failure if the result cannot be printed.
pub(super) fn unwritten(fault: &io::Error) -> Failure {
    let hint = "check where standard output goes";
    Failure::world(Problem::new("the result could not be written", fault.to_string(), hint))
}

/// Writes to standard output at once. Masks what looks like a secret, which may have been given in place of a name.
pub(super) fn put(text: &str) -> io::Result<()> {
    status::clear();
    let text = hidden(text);
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

/// Writes everything to standard output. It is not a failure if the reader stops early.
pub(super) fn print(text: &str) -> io::Result<()> {
    match put(text) {
        Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Prints one line for people on standard error.
pub fn note(text: &str) {
    status::clear();
    // If nobody can read it, there is nothing left to do.
    let _ = writeln!(io::stderr().lock(), "{}", hidden(text));
}
