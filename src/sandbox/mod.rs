//! A world over loopback HTTP: a stateful GitHub that decrypts the sealed values it receives, and three small
//! registries.
//!
//! It uses no other module of the crate. Wire types and name rules are written here a second time on purpose, so that
//! neither side can hide the other's mistakes. It behaves as GitHub and the registries document it, not as would be
//! convenient for a client. By default it listens on a free loopback port, and never anywhere it was not told to.

mod api;
mod call;
mod codespaces;
mod control;
mod counts;
mod demo;
mod device;
mod door;
mod fault;
mod front;
mod levers;
mod limits;
mod line;
mod packages;
mod pages;
mod passes;
mod people;
mod plain;
mod registry;
mod reply;
mod run;
mod scale;
mod shapes;
#[cfg(test)]
mod tests;
mod vault;
mod world;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use codespaces::{CodespaceDraft, CodespaceView};
pub use door::RegistryKind;
pub use fault::{Fault, FaultKind, FaultSyntax};
pub use registry::{Manner, Page};
pub use run::{RunArgs, run};
pub use scale::{Scale, Selected, SelectedSyntax};
pub use world::{RequestView, SecretView, World};

use door::Door;

/// How a sandbox is set up; every field has a default.
#[derive(Debug, Clone)]
pub struct Options {
    pub world: WorldKind,
    pub scale: Scale,
    /// The delay before every response of the GitHub side and of the registries.
    pub latency: Duration,
    /// The accepted token; `World::add_token` adds more.
    pub token: String,
    /// What the token may do. For tokens without scopes (`github_pat_`, `ghu_`, `ghs_`) these are permissions such as
    /// `codespaces_secrets=write`, and anything else is ignored.
    pub scopes: Vec<String>,
    pub faults: Vec<Fault>,
    /// The base URL of links in responses, instead of the request's `Host`.
    pub public_url: Option<String>,
    pub listen: SocketAddr,
    /// The password of the registries' users `puller` and `nopull`.
    pub registry_password: String,
    /// Adds names and descriptions with escape sequences and bidi controls to the plain world.
    pub hostile: bool,
    /// Whether limits are enforced. They are counted and reported in any case.
    pub enforce: bool,
    /// Requests per hour for the tokens of one user.
    pub limit: u32,
    /// Divides every time of the real GitHub: the hour of the budget, the minute of the points, `Retry-After`, the
    /// states of codespaces, the device flow. More than 1 is allowed only on loopback.
    pub hurry: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            world: WorldKind::Plain,
            scale: Scale::default(),
            latency: Duration::ZERO,
            token: "ghp_sandboxSandboxSandboxSandboxSandbox0".to_owned(),
            scopes: ["repo", "codespace", "admin:org", "read:packages"].map(str::to_owned).to_vec(),
            faults: Vec::new(),
            public_url: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            registry_password: "pull-me-please".to_owned(),
            hostile: false,
            enforce: false,
            limit: 5000,
            hurry: 1,
        }
    }
}

/// The initial contents of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum WorldKind {
    /// Only the user.
    Empty,
    /// A few repositories and organizations, no secrets.
    #[default]
    Plain,
    /// Three organizations, about 40 repositories, credentials in every state.
    Demo,
}

/// A running sandbox. It stops when dropped.
#[derive(Debug)]
pub struct Sandbox {
    world: World,
    token: String,
    addresses: [SocketAddr; 5],
    listeners: Vec<JoinHandle<()>>,
    stop: CancellationToken,
}

/// Binds the API to `options.listen` and the registries to free ports of the same address, and serves them on the
/// current tokio runtime.
///
/// Fails if an address cannot be bound, or if `hurry` is more than 1 on an address other than loopback.
pub async fn start(options: Options) -> std::io::Result<Sandbox> {
    if options.hurry > 1 && !options.listen.ip().is_loopback() {
        let why = "with --hurry the sandbox listens on loopback only";
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, why));
    }
    let token = options.token.clone();
    let listen = options.listen;
    let password = options.registry_password.clone();
    let world = World::new(options);
    let stop = CancellationToken::new();
    let mut addresses = [listen; 5];
    let mut listeners = Vec::new();
    for (at, door) in Door::ALL.into_iter().enumerate() {
        let wish = if door == Door::Api { listen } else { SocketAddr::new(listen.ip(), 0) };
        let listener = line::Listener::bind(wish, &stop).await?;
        addresses[at] = listener.address();
        let [_, storage, ..] = addresses;
        let front = front::Front::new(world.clone(), door, addresses[at], &password, storage);
        listeners.push(tokio::spawn(line::serve(listener, front)));
    }
    Ok(Sandbox { world, token, addresses, listeners, stop })
}

impl Sandbox {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.addr())
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn addr(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// `127.0.0.1:PORT`, as written in front of an image name.
    pub fn registry(&self, kind: RegistryKind) -> String {
        let [_, _, basic, bearer, open] = self.addresses;
        match kind {
            RegistryKind::Basic => basic.to_string(),
            RegistryKind::Bearer => bearer.to_string(),
            RegistryKind::Open => open.to_string(),
        }
    }

    /// A cheap handle to inspect and change the world.
    pub fn world(&self) -> World {
        self.world.clone()
    }

    /// Cuts all connections and waits until the ports are free.
    pub async fn stop(mut self) {
        let listeners = std::mem::take(&mut self.listeners);
        self.stop.cancel();
        for listener in listeners {
            listener.abort();
            // The outcome is always “aborted”.
            let _ = listener.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.cancel();
        self.listeners.iter().for_each(JoinHandle::abort);
    }
}
