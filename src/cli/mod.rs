//! The command line: the same use cases as the screens, with flags as input and text or JSON as output.
//!
//! Without a terminal it asks nothing: it exits with 2 and names the missing flag. If no command is given, `main` opens
//! the screens.

mod access;
mod args;
mod argv;
mod ask;
mod auth;
mod auth_args;
mod cache;
mod delete;
mod exit;
mod forget;
mod from;
mod interrupt;
mod keep;
mod list;
mod list_all;
mod list_reaching;
mod password;
mod progress_line;
mod repos;
mod restart;
mod rotate;
mod sandbox;
mod seamless;
mod session;
mod set;
mod set_access;
mod single;
mod spread;
mod status;
mod test;
mod test_env;
mod values;
mod write_args;
mod writing;

#[cfg(test)]
mod tests;

pub use args::{Cli, Command};
pub use argv::{warn_of_secrets, without_secrets};
pub use exit::{Exit, Failure};

use crate::local::Env;
use crate::report;
use session::Session;
pub use session::note as say;

/// Runs one command and prints its result on standard output.
pub async fn run(command: Command, env: Env, read_only: bool) -> Exit {
    let session = match Session::start(env, command.wants_json(), read_only) {
        Ok(session) => session,
        Err(failure) => return tell(&failure, command.wants_json()),
    };
    if let Some(by) = session.config.read_only.as_ref().filter(|_| command.writes()) {
        return tell(&Failure::new(Exit::Usage, by.problem()), session.json);
    }
    let ended = match command {
        Command::Auth(args) => auth::run(args, &session).await,
        Command::List(args) if args.all => list_all::run(&args, &session).await,
        Command::List(args) => list::run(&args, &session).await,
        Command::Set(args) => set::run(&args, &session).await,
        Command::Rotate(args) => rotate::run(&args, &session).await,
        Command::Access(args) => access::run(&args, &session).await,
        Command::Delete(args) => delete::run(&args, &session).await,
        Command::Test(args) => test::run(&args, &session).await,
        Command::Forget(args) => forget::run(&args, &session).await,
        Command::Cache(args) => cache::run(&args, &session),
        Command::Restart(args) => restart::run(&args, &session).await,
        Command::Seamless(args) => seamless::run(&args, &session).await,
        Command::Sandbox(args) => sandbox::run(args).await,
    };
    match ended {
        Ok(exit) => exit,
        Err(failure) => tell(&failure, session.json),
    }
}

/// Reports why a whole command failed: as JSON on standard output, or as text on standard error.
pub fn tell(failure: &Failure, json: bool) -> Exit {
    if json {
        let mut document = serde_json::json!({
            "version": report::VERSION,
            "problem": report::problem_json(&failure.problem),
        });
        if let Some(test) = &failure.test {
            document["test"] = report::test_json(test);
        }
        // If this cannot be written either, there is nowhere to report it.
        let _ = session::print(&report::json::render(&document));
    } else {
        if let Some(test) = &failure.test {
            session::note(report::steps(test, &[]).trim_end());
        }
        let problem = &failure.problem;
        session::note(&format!("pullkey: {}: {}", problem.what, problem.why));
        if !problem.hint.is_empty() {
            session::note(&format!("hint: {}", problem.hint));
        }
    }
    failure.exit
}
