//! `pullkey sandbox`: a simulated GitHub and three registries on this machine.

use super::{Exit, Failure};
use crate::domain::Problem;
use crate::sandbox::{self, RunArgs};

pub(super) async fn run(args: RunArgs) -> Result<Exit, Failure> {
    match sandbox::run(args).await {
        Ok(()) => Ok(Exit::Fine),
        Err(fault) if fault.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Fine),
        Err(fault) => Err(Failure::world(Problem::new(
            "the sandbox could not run",
            fault.to_string(),
            "use --listen 127.0.0.1:0 for a free port",
        ))),
    }
}
