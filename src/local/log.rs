//! The log, for those who enable it with `PULLKEY_LOG=FILE`: our own events only, never a body, a header or a value.

use std::path::Path;
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::Env;
use crate::domain::Problem;
use crate::files;

/// Starts logging if the environment asks for it. Other crates' events are left out: they may contain headers.
pub fn start(env: &Env) -> Result<(), Problem> {
    let Some(path) = env.get_os("PULLKEY_LOG").filter(|path| !path.is_empty()) else { return Ok(()) };
    let path = Path::new(path);
    let file = files::sink(path).map_err(|fault| {
        Problem::new("the log cannot be written", fault.to_string(), "set PULLKEY_LOG to another file, or unset it")
    })?;
    let lines = fmt::layer().with_writer(Mutex::new(file)).with_ansi(false);
    let ours = Targets::new().with_target("pullkey", LevelFilter::DEBUG);
    // A second start (in tests) changes nothing.
    let _ = tracing_subscriber::registry().with(lines).with(ours).try_init();
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_log_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        std::fs::write(&path, "older\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        files::sink(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "older\n");
    }

    #[test]
    fn a_log_that_cannot_be_written_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let env = Env::of([("PULLKEY_LOG", dir.path().as_os_str())]);
        assert!(start(&env).unwrap_err().hint.contains("PULLKEY_LOG"));
    }
}
