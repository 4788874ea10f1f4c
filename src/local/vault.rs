//! The operating system's keyring, one entry per host.
//!
//! It refuses to hang: where no keyring can answer it says so at once, and a call that does not return is left behind.

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::Env;
use crate::domain::Sensitive;

/// The entry's user name; its service is `pullkey:HOST`.
const USER: &str = "token";

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VaultFault {
    #[error("there is no keyring here")]
    None,
    #[error("the keyring is locked or refuses access")]
    Locked,
    #[error("the keyring did not answer in time")]
    Slow,
    #[error("the keyring could not be read")]
    Unreadable,
}

/// Where tokens are kept. Calls may block.
pub trait Vault: Debug + Send + Sync {
    /// The token for this host, if one was put there.
    fn read(&self, host: &str) -> Result<Option<Sensitive>, VaultFault>;
}

/// The operating system's own: Secret Service, Keychain or Credential Manager.
#[derive(Clone, Debug)]
pub struct SystemVault {
    reachable: bool,
}

impl SystemVault {
    pub fn of(env: &Env) -> Self {
        Self { reachable: has_keyring(env) }
    }
}

impl Vault for SystemVault {
    fn read(&self, host: &str) -> Result<Option<Sensitive>, VaultFault> {
        if !self.reachable {
            return Err(VaultFault::None);
        }
        let entry = keyring::Entry::new(&format!("pullkey:{host}"), USER).map_err(|fault| fault_of(&fault))?;
        match entry.get_password() {
            Ok(token) => Ok(Some(Sensitive::new(token))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(fault) => Err(fault_of(&fault)),
        }
    }
}

fn fault_of(fault: &keyring::Error) -> VaultFault {
    match fault {
        keyring::Error::NoDefaultStore => VaultFault::None,
        keyring::Error::NoStorageAccess(_) => VaultFault::Locked,
        // The enum is open: whatever else happens, the entry was not read.
        _ => VaultFault::Unreadable,
    }
}

/// Without a session bus the Secret Service cannot be there; looking for one would only cost time.
fn has_keyring(env: &Env) -> bool {
    if cfg!(any(target_os = "macos", windows)) {
        return true;
    }
    env.filled("DBUS_SESSION_BUS_ADDRESS").is_some()
        || env.filled("XDG_RUNTIME_DIR").is_some_and(|dir| Path::new(dir).join("bus").exists())
}

/// Reads on a thread of its own, so that a keyring that waits for a password prompt holds up nothing.
pub async fn read(vault: Arc<dyn Vault>, host: String, deadline: Duration) -> Result<Option<Sensitive>, VaultFault> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let spawned = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || {
        // Nobody listens any more once the deadline has passed.
        let _ = tell.send(vault.read(&host));
    });
    if spawned.is_err() {
        return Err(VaultFault::Unreadable);
    }
    match tokio::time::timeout(deadline, told).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(VaultFault::Unreadable),
        Err(_) => Err(VaultFault::Slow),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_session_bus_there_is_no_keyring_and_no_delay() {
        if cfg!(any(target_os = "macos", windows)) {
            return;
        }
        let vault = SystemVault::of(&Env::of([("XDG_RUNTIME_DIR", "/nonexistent")]));
        assert_eq!(vault.read("github.com"), Err(VaultFault::None));
    }

    #[derive(Debug)]
    struct Stuck(std::sync::Mutex<std::sync::mpsc::Receiver<()>>);

    impl Vault for Stuck {
        fn read(&self, _: &str) -> Result<Option<Sensitive>, VaultFault> {
            let _ = self.0.lock().map(|never| never.recv());
            Ok(None)
        }
    }

    #[tokio::test]
    async fn a_keyring_that_never_answers_is_left_behind() {
        let (_held, never) = std::sync::mpsc::channel();
        let vault = Arc::new(Stuck(std::sync::Mutex::new(never)));
        assert_eq!(read(vault, "github.com".into(), Duration::from_millis(20)).await, Err(VaultFault::Slow));
    }
}
