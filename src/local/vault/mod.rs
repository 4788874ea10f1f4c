//! The operating system's keyring: one entry per host for the token, and one for each credential whose values you store
//! for re-testing. Read, written and deleted.
//!
//! It never hangs: if no keyring can answer, it says so at once, and a call that does not return is left behind on its
//! own thread. Secrets are stored here or nowhere, never in a file of ours.

pub mod record;

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::Env;
use crate::domain::{Problem, Sensitive, Untrusted};

/// The user name of a token's entry; its service is `pullkey:HOST`.
const TOKEN: &str = "token";
/// That of a stored credential; its service is `pullkey:HOST/SCOPE/PREFIX` (`domain::kept::entry`).
const CREDENTIAL: &str = "credential";

/// The longest text that is stored, in characters: Windows' Credential Manager accepts 2,560 bytes
/// (`CRED_MAX_CREDENTIAL_BLOB_SIZE`) and the keyring crate writes two for each. The limit is the same on every system,
/// so that none surprises.
pub const LONGEST: usize = 1_280;

/// Why the keyring did not do what was requested.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VaultFault {
    #[error("PULLKEY_KEYRING is off")]
    Off,
    #[error("there is no session bus, and without one no keyring is reachable")]
    NoBus,
    #[error("no keyring service answers on the session bus")]
    Nobody,
    #[error("the keyring is locked")]
    Locked,
    #[error("the keyring is locked, and the prompt to unlock it was dismissed or could not be shown")]
    Dismissed,
    #[error("the keyring has no default collection")]
    NoCollection,
    #[error("it is longer than the {LONGEST} characters every system's keyring accepts")]
    TooLarge,
    #[error("the keyring did not answer in time")]
    Slow,
    #[error("the keyring has several entries for this")]
    Ambiguous,
    #[error("the keyring failed{}", words(.0.as_ref()))]
    Failed(Option<Untrusted>),
}

/// The keyring's own words about its failure.
fn words(said: Option<&Untrusted>) -> String {
    said.map(|said| format!(": “{}”", said.shown())).unwrap_or_default()
}

impl VaultFault {
    /// `what` is what failed, such as “the token was not stored”.
    pub fn problem(&self, what: impl Into<String>) -> Problem {
        let hint = match self {
            Self::Off => "unset PULLKEY_KEYRING, or set GH_TOKEN",
            Self::NoBus => {
                "use a desktop session, or work under `dbus-run-session` with a keyring; otherwise set GH_TOKEN"
            }
            Self::Nobody => "start one, such as gnome-keyring, KWallet or KeePassXC; otherwise set GH_TOKEN",
            Self::Locked | Self::Dismissed => "unlock the keyring and try again, or set GH_TOKEN",
            Self::NoCollection => {
                "create a default one, for example with “Passwords and Keys” (seahorse), or set GH_TOKEN"
            }
            Self::TooLarge => "GitHub's tokens are shorter than 256 characters: check that this is one",
            Self::Slow => "check whether it waits for a password in its own window, then try again, or set GH_TOKEN",
            Self::Ambiguous => "in the system's keyring program, delete all but one entry of the service pullkey",
            Self::Failed(_) => "check whether other programs can use the keyring, or set GH_TOKEN",
        };
        Problem::new(what, self.to_string(), hint)
    }
}

/// Where secrets are stored, each under a name: a host for its token. Calls may block.
pub trait Vault: Debug + Send + Sync {
    /// The secret stored under this name, if any.
    fn read(&self, host: &str) -> Result<Option<Sensitive>, VaultFault>;

    /// Stores a secret under this name in place of an earlier one.
    fn write(&self, host: &str, token: &Sensitive) -> Result<(), VaultFault>;

    /// Removes the secret stored under this name; returns whether there was one.
    fn delete(&self, host: &str) -> Result<bool, VaultFault>;
}

/// The operating system's own: Secret Service, Keychain or Credential Manager.
#[derive(Clone, Debug)]
pub struct SystemVault {
    /// Why it is not even tried.
    unreachable: Option<VaultFault>,
}

impl SystemVault {
    pub fn of(env: &Env) -> Self {
        let is_off = env.filled("PULLKEY_KEYRING").is_some_and(|value| value.eq_ignore_ascii_case("off"));
        let unreachable = match (is_off, has_keyring(env)) {
            (true, _) => Some(VaultFault::Off),
            (false, false) => Some(VaultFault::NoBus),
            (false, true) => None,
        };
        Self { unreachable }
    }

    fn entry(&self, host: &str) -> Result<keyring::Entry, VaultFault> {
        if let Some(why) = &self.unreachable {
            return Err(why.clone());
        }
        let user = if host.contains('/') { CREDENTIAL } else { TOKEN };
        keyring::Entry::new(&format!("pullkey:{host}"), user).map_err(|fault| fault_of(&fault))
    }
}

impl Vault for SystemVault {
    fn read(&self, host: &str) -> Result<Option<Sensitive>, VaultFault> {
        match self.entry(host)?.get_password() {
            Ok(token) => Ok(Some(Sensitive::new(token))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(fault) => Err(fault_of(&fault)),
        }
    }

    fn write(&self, host: &str, token: &Sensitive) -> Result<(), VaultFault> {
        if token.expose().encode_utf16().count() > LONGEST {
            return Err(VaultFault::TooLarge);
        }
        self.entry(host)?.set_password(token.expose()).map_err(|fault| fault_of(&fault))
    }

    fn delete(&self, host: &str) -> Result<bool, VaultFault> {
        match self.entry(host)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(keyring::Error::NoEntry) => Ok(false),
            Err(fault) => Err(fault_of(&fault)),
        }
    }
}

fn fault_of(fault: &keyring::Error) -> VaultFault {
    match fault {
        keyring::Error::NoDefaultStore => match keyring::Entry::store_status() {
            Err(keyring::Error::PlatformFailure(cause)) => unreached(&cause.to_string()),
            // No reason given: the store is simply missing.
            Err(_) | Ok(()) => VaultFault::Nobody,
        },
        keyring::Error::NoStorageAccess(cause) => refused(&cause.to_string()),
        keyring::Error::PlatformFailure(cause) => platform(&cause.to_string()),
        keyring::Error::TooLong(..) => VaultFault::TooLarge,
        keyring::Error::Ambiguous(_) => VaultFault::Ambiguous,
        // The enum is open. Its other messages may quote the bytes of an entry, so they are not repeated.
        _ => VaultFault::Failed(None),
    }
}

/// The Secret Service's own enum is hidden behind two crates: only its messages are available. Source: `impl Display
/// for secret_service::Error`, version 5.
fn refused(words: &str) -> VaultFault {
    if words.contains("dismissed") {
        VaultFault::Dismissed
    } else if words.contains("not returned") {
        VaultFault::NoCollection
    } else {
        VaultFault::Locked
    }
}

/// The store could not even be opened.
fn unreached(words: &str) -> VaultFault {
    match platform(words) {
        VaultFault::Failed(_) if words.contains("zbus error: I/O error") => VaultFault::NoBus,
        other => other,
    }
}

fn platform(words: &str) -> VaultFault {
    if words.contains("no secret service provider") || words.contains("ServiceUnknown") {
        VaultFault::Nobody
    } else if words.contains("IsLocked") {
        VaultFault::Locked
    } else if words.contains("closed before prompt") {
        VaultFault::Dismissed
    } else {
        VaultFault::Failed(Some(Untrusted::new(words)))
    }
}

/// Without a session bus there cannot be a Secret Service; looking for one would only cost time.
fn has_keyring(env: &Env) -> bool {
    if cfg!(any(target_os = "macos", windows)) {
        return true;
    }
    // If the library had to start a bus, the bus would get the whole environment, with every secret in it.
    let is_there = |address: &str| !address.split(';').any(|one| one.trim_start().starts_with("unixexec:"));
    match env.filled("DBUS_SESSION_BUS_ADDRESS") {
        Some(address) => is_there(address),
        None => env.filled("XDG_RUNTIME_DIR").is_some_and(|dir| Path::new(dir).join("bus").exists()),
    }
}

/// Reads within a deadline.
pub async fn read(vault: Arc<dyn Vault>, host: String, deadline: Duration) -> Result<Option<Sensitive>, VaultFault> {
    within(deadline, move || vault.read(&host)).await
}

/// Writes within a deadline. After [`VaultFault::Slow`] the write may still happen, once the keyring is unlocked.
pub async fn write(
    vault: Arc<dyn Vault>,
    host: String,
    token: Sensitive,
    deadline: Duration,
) -> Result<(), VaultFault> {
    within(deadline, move || vault.write(&host, &token)).await
}

/// Deletes within a deadline.
pub async fn delete(vault: Arc<dyn Vault>, host: String, deadline: Duration) -> Result<bool, VaultFault> {
    within(deadline, move || vault.delete(&host)).await
}

/// On its own thread, so that a keyring waiting for a password prompt blocks nothing.
async fn within<T: Send + 'static>(
    deadline: Duration,
    work: impl FnOnce() -> Result<T, VaultFault> + Send + 'static,
) -> Result<T, VaultFault> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let spawned = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || {
        // After the deadline the receiver is gone.
        let _ = tell.send(work());
    });
    if spawned.is_err() {
        return Err(VaultFault::Failed(None));
    }
    match tokio::time::timeout(deadline, told).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(VaultFault::Failed(None)),
        Err(_) => Err(VaultFault::Slow),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashMap;
    use std::sync::{Mutex, PoisonError};

    use super::*;

    /// A keyring inside the test.
    #[derive(Debug, Default)]
    pub(crate) struct Shelf {
        pub(crate) entries: Mutex<HashMap<String, Sensitive>>,
        /// The error it returns instead.
        pub(crate) fault: Option<VaultFault>,
    }

    impl Shelf {
        pub(crate) fn with(host: &str, token: &str) -> Self {
            let entries = HashMap::from([(host.to_owned(), Sensitive::from(token))]);
            Self { entries: Mutex::new(entries), fault: None }
        }

        pub(crate) fn failing(fault: VaultFault) -> Self {
            Self { fault: Some(fault), ..Self::default() }
        }

        fn go(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, Sensitive>>, VaultFault> {
            match &self.fault {
                Some(fault) => Err(fault.clone()),
                None => Ok(self.entries.lock().unwrap_or_else(PoisonError::into_inner)),
            }
        }
    }

    impl Vault for Shelf {
        fn read(&self, host: &str) -> Result<Option<Sensitive>, VaultFault> {
            self.go().map(|entries| entries.get(host).cloned())
        }

        fn write(&self, host: &str, token: &Sensitive) -> Result<(), VaultFault> {
            self.go().map(|mut entries| drop(entries.insert(host.to_owned(), token.clone())))
        }

        fn delete(&self, host: &str) -> Result<bool, VaultFault> {
            self.go().map(|mut entries| entries.remove(host).is_some())
        }
    }

    #[test]
    fn without_a_session_bus_there_is_no_keyring_and_no_delay() {
        if cfg!(any(target_os = "macos", windows)) {
            return;
        }
        let vault = SystemVault::of(&Env::of([("XDG_RUNTIME_DIR", "/nonexistent")]));
        assert_eq!(vault.read("github.com"), Err(VaultFault::NoBus));
        assert_eq!(vault.write("github.com", &"t".into()), Err(VaultFault::NoBus));
        assert_eq!(vault.delete("github.com"), Err(VaultFault::NoBus));
    }

    #[test]
    fn a_keyring_that_is_turned_off_is_never_asked() {
        let vault = SystemVault::of(&Env::of([("PULLKEY_KEYRING", "off"), ("XDG_RUNTIME_DIR", "/run/user/1000")]));
        assert_eq!(vault.read("github.com"), Err(VaultFault::Off));
        assert_eq!(vault.write("github.com", &"t".into()), Err(VaultFault::Off));
        assert_eq!(vault.delete("github.com"), Err(VaultFault::Off));
    }

    #[test]
    fn what_no_system_takes_is_refused_before_any_is_asked() {
        let vault = SystemVault::of(&Env::of([("XDG_RUNTIME_DIR", "/nonexistent")]));
        let token = Sensitive::new("x".repeat(LONGEST + 1));
        assert_eq!(vault.write("github.com", &token), Err(VaultFault::TooLarge));
    }

    #[derive(Debug)]
    struct Stuck(Mutex<std::sync::mpsc::Receiver<()>>);

    impl Stuck {
        fn wait(&self) {
            let _ = self.0.lock().map(|never| never.recv());
        }
    }

    impl Vault for Stuck {
        fn read(&self, _: &str) -> Result<Option<Sensitive>, VaultFault> {
            self.wait();
            Ok(None)
        }

        fn write(&self, _: &str, _: &Sensitive) -> Result<(), VaultFault> {
            self.wait();
            Ok(())
        }

        fn delete(&self, _: &str) -> Result<bool, VaultFault> {
            self.wait();
            Ok(false)
        }
    }

    #[tokio::test]
    async fn a_keyring_that_never_answers_is_left_behind() {
        let (_held, never) = std::sync::mpsc::channel();
        let vault = Arc::new(Stuck(Mutex::new(never)));
        let soon = Duration::from_millis(20);
        assert_eq!(read(vault.clone(), "github.com".into(), soon).await, Err(VaultFault::Slow));
        assert_eq!(write(vault.clone(), "github.com".into(), "t".into(), soon).await, Err(VaultFault::Slow));
        assert_eq!(delete(vault, "github.com".into(), soon).await, Err(VaultFault::Slow));
    }

    #[test]
    fn the_words_of_the_secret_service_are_told_apart() {
        for (words, fault) in [
            ("SS Error: object locked", VaultFault::Locked),
            ("SS Error: prompt dismissed", VaultFault::Dismissed),
            ("SS error: result not returned from SS API", VaultFault::NoCollection),
        ] {
            assert_eq!(fault_of(&keyring::Error::NoStorageAccess(words.into())), fault);
        }
        for (words, fault) in [
            ("no secret service provider or dbus session found", VaultFault::Nobody),
            ("zbus error: org.freedesktop.Secret.Error.IsLocked: x", VaultFault::Locked),
            ("SS error: connection closed before prompt completed", VaultFault::Dismissed),
            ("zbus error: x", VaultFault::Failed(Some("zbus error: x".into()))),
        ] {
            assert_eq!(fault_of(&keyring::Error::PlatformFailure(words.into())), fault);
        }
        assert_eq!(unreached("zbus error: I/O error: No such file or directory (os error 2)"), VaultFault::NoBus);
        assert_eq!(fault_of(&keyring::Error::TooLong("password".into(), 2560)), VaultFault::TooLarge);
        let secret = keyring::Error::BadEncoding(b"ghp_canary".to_vec());
        assert!(!format!("{:?}", fault_of(&secret)).contains("canary"));
    }
}
