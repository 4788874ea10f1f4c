//! The program: the only place that exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = pullkey::registry::docker::discard::run_if_invoked_as_helper() {
        return code;
    }
    ExitCode::SUCCESS
}
