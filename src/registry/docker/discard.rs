//! What this executable does when the login test starts it for docker: accept the login and forget it, or watch docker.
//!
//! It stores nothing and shows nothing. Protocol: docker-credential-helpers, “Development”: the action is the only
//! argument, its input comes on stdin, and a missing credential is reported on stdout in the words below.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use zeroize::Zeroizing;

use super::watch;

/// The hidden first argument with which pullkey starts itself to watch docker.
pub(super) const WATCH: &str = "__docker-watch";
const NOT_FOUND: &str = "credentials not found in native keychain";

/// Call this first in `main`: if this process was started as the helper, it does the helper's work and returns the exit
/// code.
pub fn run_if_invoked_as_helper() -> Option<ExitCode> {
    let mut args = std::env::args_os();
    let program = args.next()?;
    let first = args.next();
    if super::is_helper_name(Path::new(&program)) {
        let action = first.unwrap_or_else(|| OsString::from("version"));
        return Some(act(&action.to_string_lossy(), std::io::stdin().lock(), std::io::stdout().lock()));
    }
    (first? == WATCH).then(|| watch::watch(args))
}

/// One action of the protocol.
pub(in crate::registry) fn act(action: &str, mut input: impl Read, mut output: impl Write) -> ExitCode {
    match action {
        "store" | "erase" => {
            // Read to the end, so that a closed pipe does not stop docker, into memory that is wiped.
            let mut bytes = Zeroizing::new([0_u8; 4096]);
            while matches!(input.read(bytes.as_mut()), Ok(1..)) {}
            ExitCode::SUCCESS
        }
        "list" => done(&writeln!(output, "{{}}"), ExitCode::SUCCESS),
        "version" => done(&writeln!(output, "pullkey {}", env!("CARGO_PKG_VERSION")), ExitCode::SUCCESS),
        "get" => done(&writeln!(output, "{NOT_FOUND}"), ExitCode::FAILURE),
        // The protocol has no other action.
        _ => ExitCode::FAILURE,
    }
}

fn done(written: &std::io::Result<()>, code: ExitCode) -> ExitCode {
    if written.is_ok() { code } else { ExitCode::FAILURE }
}
