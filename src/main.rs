//! The program: hardens itself, reads its arguments and hands over. The only place that ends the process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Parser;
use clap::error::ErrorKind;
use pullkey::cli::{self, Cli, Command, Exit, Failure};
use pullkey::local::{Env, harden, log};
use pullkey::registry::docker::discard;
use pullkey::runtime;

fn main() -> ExitCode {
    // Comes first, because even reading the arguments may panic.
    quiet_panics();
    catch_unwind(AssertUnwindSafe(start)).unwrap_or_else(|_| Exit::Bug.into())
}

fn start() -> ExitCode {
    if let Some(code) = discard::run_if_invoked_as_helper() {
        return code;
    }
    harden::process();
    if SystemTime::now() < SystemTime::UNIX_EPOCH {
        return cli::tell(&Failure::no_time(), wants_json()).into();
    }
    cli::warn_of_secrets(std::env::args_os());
    match Cli::try_parse() {
        Ok(cli) if let Some(fault) = cli.misplaced() => usage(&fault).into(),
        Ok(Cli { command: Some(command), read_only, .. }) => command_line(command, read_only).into(),
        Ok(cli) => screens(cli).into(),
        Err(fault) => usage(&fault).into(),
    }
}

/// Runs one command on a single-threaded runtime: no command computes long enough to need a second thread.
fn command_line(command: Command, read_only: bool) -> Exit {
    let json = command.wants_json();
    let env = Env::of_process(command.password_variable().map(String::as_str));
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return cli::tell(&Failure::no_runtime(&fault), json),
    };
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(cli::run(command, env, read_only))));
    // Waiting for a keyring or a terminal must not delay the exit.
    runtime.shutdown_background();
    ended.unwrap_or(Exit::Bug)
}

/// The payload of a panic may contain a secret, so only the place is printed.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        cli::say(&format!("pullkey: internal error{place}; this is a bug: please report it, with what you did"));
    }));
}

/// Opens the screens on a multi-threaded runtime, so that nothing blocks drawing.
fn screens(cli: Cli) -> Exit {
    let Cli { command: _, demo, repo: repository, orgs: organizations, read_only } = cli;
    let env = Env::of_process(None);
    // The demo world neither reads the user's data nor writes anything, including a log.
    if !demo && let Err(problem) = log::start(&env) {
        return cli::tell(&Failure::new(Exit::Usage, problem), false);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return cli::tell(&Failure::no_runtime(&fault), false),
    };
    let options = runtime::Options { demo, repository, organizations, read_only, env };
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(runtime::run(options))));
    runtime.shutdown_background();
    match ended {
        Ok(Ok(runtime::Ended::Fine)) => Exit::Fine,
        Ok(Ok(runtime::Ended::Interrupted)) => Exit::Interrupted,
        Ok(Ok(runtime::Ended::WriteUnknown)) => Exit::World,
        Ok(Err(problem)) => cli::tell(&Failure::new(Exit::Usage, problem), false),
        Err(_) => Exit::Bug,
    }
}

/// For use before the arguments are parsed.
fn wants_json() -> bool {
    std::env::args_os().any(|arg| arg == "--json")
}

/// Help and version are printed as answers. Everything else is a usage error, in JSON if that was requested.
fn usage(fault: &clap::Error) -> Exit {
    match fault.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = fault.print();
            Exit::Fine
        }
        _ if wants_json() => cli::tell(&Failure::unparsed(fault), true),
        _ => {
            match cli::without_secrets(fault, std::env::args_os()) {
                Some(text) => cli::say(&text),
                None => drop(fault.print()),
            }
            Exit::Usage
        }
    }
}
