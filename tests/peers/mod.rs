//! Tests against other programs, from Debian's packages: on Linux only. `CONTRIBUTING.md` names each peer and how to
//! start it.

mod blobs;
mod differential;
mod docker_logins;
mod gh;
mod gh_lists;
mod hosts;
mod keyring;
mod login;
mod npm;
mod odd;
mod registry;
mod servers;

use std::io::Write as _;
use std::path::PathBuf;

/// The path of a peer, or `None` after saying that it is missing; with `PULLKEY_PEERS=required` a missing one is a
/// failure.
pub(crate) fn peer(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        let required = std::env::var_os("PULLKEY_PEERS").is_some_and(|value| value == "required");
        assert!(!required, "the peer {name} is not on the PATH");
        // Written past the test runner's capture: a passing run also says what it could not try.
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        let _ = writeln!(std::io::stderr(), "not tried by {test}: {name} is not on the PATH");
    }
    found
}
