//! Connects the screens with the outside world: the terminal, its input, the event loop and its tasks.

mod event_loop;
mod executor;
mod handover;
pub mod input;
mod jobs;
mod local_jobs;
mod noting;
mod os;
#[cfg(test)]
mod problem_tests;
mod session;
pub mod terminal;
mod traffic;

use std::path::PathBuf;

use chrono::Utc;

use self::session::Session;
use self::terminal::Screen;
use crate::app::action::Action;
use crate::app::world::Start;
use crate::app::{App, Look};
use crate::domain::{OrgName, Problem, RepoName};
use crate::local::{Address, Config, Env, ReadOnly, git, presets};
use crate::sandbox::{self, RegistryKind, WorldKind};
use crate::ui::{Glyphs, Theme};

/// Command line options of the screens.
#[derive(Debug)]
pub struct Options {
    /// Open the screens on a sandbox world inside the process; nothing of the user's is read.
    pub demo: bool,
    pub repository: Option<RepoName>,
    pub organizations: Vec<OrgName>,
    /// Write nothing, whatever environment and configuration say.
    pub read_only: bool,
    pub env: Env,
}

/// How the screens ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By the user.
    Fine,
    /// By a signal, or because the terminal went away.
    Interrupted,
    /// A running write was abandoned: its result is unknown, and the user was told.
    WriteUnknown,
}

/// Opens the screens and returns when the user leaves them.
pub async fn run(options: Options) -> Result<Ended, Problem> {
    Screen::check(options.env.filled("TERM"))?;
    terminal::install_panic_hook();
    let look = look(&options.env);
    if options.demo {
        return run_demo(options, look).await;
    }
    let address = Address::find(&options.env)?;
    let (here, repositories) = match options.repository {
        Some(name) => (Some(name), Vec::new()),
        None => here(&options.env, &address).await,
    };
    let config = Config::load(&options.env, options.read_only)?;
    crate::domain::preset::add_files(presets::files(&options.env));
    let elsewhere = (!address.is_github()).then(|| address.host.clone());
    let start = Start {
        elsewhere,
        site: address.site(),
        here,
        repositories,
        organizations: options.organizations,
        read_only: config.read_only.is_some(),
        read_only_by: config.read_only.as_ref().map(ReadOnly::words).unwrap_or_default(),
        has_device_flow: config.client_id.is_some(),
        unavailable: unavailable(),
        ..Start::default()
    };
    let session = Session::real(options.env, config, address)?;
    let (app, effects) = App::new(start, Utc::now());
    event_loop::run(app, effects, session, look).await
}

/// The demo: a complete world over loopback, used by the same clients.
async fn run_demo(options: Options, look: Look) -> Result<Ended, Problem> {
    let world = sandbox::Options { world: WorldKind::Demo, ..sandbox::Options::default() };
    let password = world.registry_password.clone();
    let sandbox = sandbox::start(world).await.map_err(|fault| no_demo(&fault))?;
    let here = options.repository.or_else(|| RepoName::parse("acme/api").ok());
    let hint = format!(
        "the demo plays every registry: user puller and password {password} are accepted, others refused; each has \
         the image team/app:1; npm takes the password as its token, and has @sandbox/app"
    );
    let start = Start {
        demo: Some(hint),
        here,
        organizations: options.organizations,
        read_only: options.read_only,
        read_only_by: ReadOnly::Flag.words(),
        unavailable: unavailable(),
        ..Start::default()
    };
    let stand_in = sandbox.registry(RegistryKind::Basic).parse().map_err(|fault| no_demo(&fault))?;
    let session = Session::demo(options.env, &sandbox.api_url(), sandbox.token(), stand_in)?;
    let (app, effects) = App::new(start, Utc::now());
    let ended = event_loop::run(app, effects, session, look).await;
    sandbox.stop().await;
    ended
}

/// On such a system, no shell could take over if pullkey stopped.
fn unavailable() -> Vec<Action> {
    if os::JOB_CONTROL { Vec::new() } else { vec![Action::Suspend] }
}

fn no_demo(fault: &dyn std::error::Error) -> Problem {
    Problem::new(
        "the demo world could not be started",
        fault.to_string(),
        "check that loopback (127.0.0.1) is available",
    )
}

/// The repository of the git remote. If there are several, all are returned and none is guessed.
async fn here(env: &Env, address: &Address) -> (Option<RepoName>, Vec<RepoName>) {
    let dir = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    match git::remote(env, &dir, address.remote_host()).await {
        git::Remote::One(name) => (Some(name), Vec::new()),
        git::Remote::None => (None, Vec::new()),
        git::Remote::Ambiguous(names) => (None, names),
    }
}

/// Respects `NO_COLOR` (no-color.org) and terminals without Unicode; `PULLKEY_THEME` and `PULLKEY_ASCII` override.
fn look(env: &Env) -> Look {
    let wanted = env.filled("PULLKEY_THEME").and_then(Theme::named);
    let colourless = env.filled("NO_COLOR").and(Theme::named("mono"));
    let theme = colourless.or(wanted).or_else(|| Theme::named("default")).unwrap_or_else(Theme::bare);
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env.filled(name));
    let speaks_unicode = locale.is_none_or(|text| {
        let text = text.to_ascii_lowercase();
        text.contains("utf-8") || text.contains("utf8")
    });
    let ascii = env.filled("PULLKEY_ASCII").is_some() || env.filled("TERM") == Some("linux") || !speaks_unicode;
    Look { theme, glyphs: if ascii { Glyphs::ascii() } else { Glyphs::unicode() } }
}
