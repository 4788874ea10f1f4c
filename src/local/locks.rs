//! Only one pullkey on this machine writes a credential at a time. Two that wrote the same one at once could leave the
//! server of one beside the password of the other, and send that password to the wrong registry.
//!
//! A lock is a file in the state folder, held while the credential is written. A hash selects the file, so that the
//! number of files is limited and no repository's name appears; two credentials may share one without harm. It does not
//! stop pullkey on another machine or with another state folder: those writes are detected from GitHub's time stamps
//! (`work`).

use std::path::PathBuf;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use super::limits::Limits;
use super::{Env, Paths};
use crate::domain::{Prefix, Problem, Scope};
use crate::files::{self, FileError, Lock, Patience};

/// How often to check whether the other pullkey has finished writing.
const LOOK: Duration = Duration::from_millis(20);

/// Where the locks of one API's credentials are.
#[derive(Clone, Debug)]
pub struct Locks {
    /// `None` without a state folder, and in the demo, whose world is private.
    folder: Option<PathBuf>,
    host: String,
    patience: Patience,
}

/// A credential that no other pullkey on this machine writes until this is dropped.
#[derive(Debug)]
pub struct Held {
    _lock: Option<Lock>,
    /// Another pullkey was writing it and had to finish first: what was read before may be outdated.
    pub has_waited: bool,
    /// Why other pullkeys could not be locked out, if so.
    pub unguarded: Option<Problem>,
}

impl Held {
    /// Without a lock, as in tests of what happens then.
    pub const fn nothing() -> Self {
        Self { _lock: None, has_waited: false, unguarded: None }
    }
}

impl Locks {
    /// The locks in the user's state folder, for the API on this host.
    pub fn of(env: &Env, host: &str) -> Self {
        let folder = Paths::of(env).state.map(|state| state.join("locks"));
        Self { folder, host: host.to_owned(), patience: Patience::of(Limits::default().credential) }
    }

    /// No locks at all.
    pub fn none() -> Self {
        Self { folder: None, host: String::new(), patience: Patience::of(Duration::ZERO) }
    }

    /// How long to wait for another pullkey.
    #[must_use]
    pub fn waiting(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Locks a credential or a single secret as soon as no other pullkey writes it. Dropping the future gives up.
    ///
    /// Returns `Err` if the other one does not finish before the deadline. If no lock can be created, as on a read-only
    /// disk, the write goes ahead and [`Held::unguarded`] has the reason.
    pub async fn take(&self, scope: &Scope, name: &Prefix) -> Result<Held, Problem> {
        let Some(folder) = &self.folder else { return Ok(Held::nothing()) };
        let path = folder.join(self.file_name(scope, name));
        let unguarded = |fault: &FileError| {
            let path = crate::domain::untrusted::clean(&path.to_string_lossy());
            Problem::new(
                format!("another pullkey on this machine could write {name} at the same time"),
                format!("{path}: {fault}"),
                fault.fix(),
            )
        };
        if let Err(fault) = files::private_folder(folder) {
            return Ok(Held { unguarded: Some(unguarded(&fault)), ..Held::nothing() });
        }
        let (began, mut has_waited) = (Instant::now(), false);
        loop {
            match files::try_lock(&path) {
                Ok(Some(lock)) => return Ok(Held { _lock: Some(lock), has_waited, unguarded: None }),
                Ok(None) => {}
                Err(fault) => return Ok(Held { unguarded: Some(unguarded(&fault)), ..Held::nothing() }),
            }
            let left = self.patience.longest.saturating_sub(began.elapsed());
            if left.is_zero() || self.patience.is_over() {
                return Err(self.busy(scope, name, &path));
            }
            has_waited = true;
            tokio::time::sleep(LOOK.min(left)).await;
        }
    }

    fn busy(&self, scope: &Scope, name: &Prefix, path: &std::path::Path) -> Problem {
        let path = crate::domain::untrusted::clean(&path.to_string_lossy());
        let seconds = self.patience.longest.as_secs();
        Problem::new(
            format!("{name} was not written"),
            format!("another pullkey on this machine is writing it ({scope}), and was still busy after {seconds} s"),
            format!("wait for it to finish, or stop it, and try again; it holds {path}"),
        )
    }

    /// GitHub ignores the case of names.
    fn file_name(&self, scope: &Scope, name: &Prefix) -> String {
        let mut hash = Sha256::new();
        let scope = format!("{}/{scope}", scope.kind().word());
        for part in [self.host.as_str(), &scope, name.as_str()] {
            hash.update(part.to_ascii_lowercase());
            hash.update([0]);
        }
        let hash = hash.finalize();
        let [first, second, ..] = hash.as_slice() else { return "credential.lock".to_owned() };
        format!("{first:02x}{:x}.lock", second >> 4)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::RepoName;

    fn locks(dir: &tempfile::TempDir, patience: Duration) -> Locks {
        let env = Env::of([("PULLKEY_STATE_DIR", dir.path().as_os_str())]);
        Locks::of(&env, "api.github.com").waiting(Patience::of(patience))
    }

    fn acr() -> Prefix {
        Prefix::parse("ACR").unwrap()
    }

    #[tokio::test]
    async fn a_credential_is_held_by_one_at_a_time_and_others_are_not_in_its_way() {
        let dir = tempfile::tempdir().unwrap();
        let locks = locks(&dir, Duration::from_millis(50));
        let held = locks.take(&Scope::User, &acr()).await.unwrap();
        assert!(!held.has_waited && held.unguarded.is_none());
        let problem = locks.take(&Scope::User, &acr()).await.unwrap_err();
        assert!(problem.hint.contains(".lock"), "{problem:?}");
        let elsewhere = Scope::Repository(RepoName::parse("acme/api").unwrap());
        locks.take(&elsewhere, &acr()).await.unwrap();
        let acr = acr();
        let (waiting, ()) = tokio::join!(locks.take(&Scope::User, &acr), async { drop(held) });
        assert!(waiting.unwrap().has_waited);
    }

    #[tokio::test]
    async fn who_has_enough_waits_no_longer() {
        let dir = tempfile::tempdir().unwrap();
        let patience = Patience::of(Duration::from_secs(3_600));
        let locks = locks(&dir, Duration::ZERO).waiting(patience.clone());
        let _held = locks.take(&Scope::User, &acr()).await.unwrap();
        let enough = async { patience.enough.store(true, std::sync::atomic::Ordering::Relaxed) };
        let acr = acr();
        let (waiting, ()) = tokio::join!(locks.take(&Scope::User, &acr), enough);
        assert!(waiting.is_err());
    }

    #[tokio::test]
    async fn without_a_place_for_locks_nobody_is_kept_off_and_that_is_told() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("locks"), "a file").unwrap();
        let held = locks(&dir, Duration::ZERO).take(&Scope::User, &acr()).await.unwrap();
        assert!(held.unguarded.is_some());
        assert!(Locks::none().take(&Scope::User, &acr()).await.unwrap().unguarded.is_none());
    }
}
