//! Lends the terminal to `gh auth refresh` and takes it back, as a shell does: the child has the terminal to itself,
//! Ctrl-C goes to the child and not to pullkey, Ctrl-Z stops both together.
//!
//! pullkey never reads the child's output and passes it no secret: typed-ahead input is dropped in both directions.

use std::io;
use std::time::Duration;

use tokio::process::Child;

use super::input::{Input, Inputs};
use super::os;
use super::terminal::Screen;
use crate::domain::Problem;
use crate::local::Env;
use crate::local::gh::{GhFault, Refresh};

/// How long a child may take to exit after it was asked to.
const GRACE: Duration = Duration::from_secs(2);

/// Runs the command on the terminal. Afterwards the screen is taken back and has to be redrawn; `Err` if the terminal
/// has gone away meanwhile.
pub async fn lend(
    refresh: &Refresh,
    env: &Env,
    inputs: &mut Inputs,
    screen: &mut Screen,
) -> io::Result<Result<(), Problem>> {
    if !inputs.pause() {
        return Ok(Err(refresh.problem(&GhFault::NoTerminal)));
    }
    screen.leave();
    let modes = os::Modes::now();
    let _ = os::write(format!("running {}; pullkey continues afterwards\n", refresh.words()).as_bytes());
    let result = match refresh.command(env).spawn() {
        Ok(child) => until_it_ends(child, refresh, inputs).await,
        Err(fault) => Err(refresh.problem(&GhFault::from(fault))),
    };
    modes.restore();
    screen.resume()?;
    // Input typed for the child that it did not read is not meant for pullkey.
    os::drop_pending_input();
    inputs.resume().await?;
    Ok(result)
}

async fn until_it_ends(mut child: Child, refresh: &Refresh, inputs: &mut Inputs) -> Result<(), Problem> {
    loop {
        let input = tokio::select! {
            status = child.wait() => return match status {
                Ok(status) => refresh.ended(status),
                Err(fault) => Err(refresh.problem(&GhFault::NotStarted(fault))),
            },
            input = inputs.arrival() => input,
        };
        match input {
            // The child received it too and has stopped: the whole job waits for the shell, which wakes both.
            Input::Suspend if os::can_suspend() => drop(os::stop()),
            Input::Signal(_) | Input::Gone if !input.is_for_child() => {
                inputs.put_back(input);
                if let Some(pid) = child.id() {
                    os::end(pid);
                }
                if tokio::time::timeout(GRACE, child.wait()).await.is_err() {
                    let _ = child.kill().await;
                }
                return Err(refresh.problem(&GhFault::Interrupted));
            }
            input if input.is_for_child() => {}
            // Typed before the child had the terminal.
            input => inputs.put_back(input),
        }
    }
}
