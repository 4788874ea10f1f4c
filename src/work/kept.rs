//! Values stored for re-testing a credential: in the system keyring or nowhere, and only if you asked for it.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::kept::entry;
use crate::domain::{Kept, Prefix, Problem, Scope};
use crate::local::vault::{self, Vault, VaultFault, record};

/// How long the keyring may take: you may have to type its password.
const PATIENCE: Duration = Duration::from_secs(30);

/// The keyring's entries for the credentials of one host.
#[derive(Clone, Debug)]
pub struct Keeper {
    vault: Arc<dyn Vault>,
    host: String,
}

impl Keeper {
    pub fn new(vault: Arc<dyn Vault>, host: String) -> Self {
        Self { vault, host }
    }

    /// Stores these values in place of earlier ones.
    pub async fn keep(&self, scope: &Scope, prefix: &Prefix, kept: &Kept) -> Result<(), Problem> {
        let what = |fault: &VaultFault| match fault {
            VaultFault::Slow => "could not confirm that the values were stored",
            VaultFault::Off
            | VaultFault::NoBus
            | VaultFault::Nobody
            | VaultFault::Locked
            | VaultFault::Dismissed
            | VaultFault::NoCollection
            | VaultFault::TooLarge
            | VaultFault::Ambiguous
            | VaultFault::Failed(_) => "the values were not stored for re-testing",
        };
        let text = record::text(kept).ok_or_else(|| explained(&VaultFault::Failed(None), what))?;
        let written = vault::write(Arc::clone(&self.vault), self.entry(scope, prefix), text, PATIENCE).await;
        written.map_err(|fault| explained(&fault, what))
    }

    /// The stored values of a credential. An entry that cannot be read counts as none.
    pub async fn recall(&self, scope: &Scope, prefix: &Prefix) -> Result<Option<Kept>, Problem> {
        let read = vault::read(Arc::clone(&self.vault), self.entry(scope, prefix), PATIENCE).await;
        let entry = read.map_err(|fault| explained(&fault, |_| "the stored values could not be read"))?;
        Ok(entry.as_ref().and_then(record::read))
    }

    /// Removes a credential's values; returns whether there were any.
    pub async fn forget(&self, scope: &Scope, prefix: &Prefix) -> Result<bool, Problem> {
        let gone = vault::delete(Arc::clone(&self.vault), self.entry(scope, prefix), PATIENCE).await;
        gone.map_err(|fault| explained(&fault, |_| "the stored values could not be removed"))
    }

    /// The same for a credential that was deleted. Without a keyring there is nothing to remove.
    pub async fn forget_deleted(&self, scope: &Scope, prefix: &Prefix) -> Result<bool, Problem> {
        match vault::delete(Arc::clone(&self.vault), self.entry(scope, prefix), PATIENCE).await {
            Ok(gone) => Ok(gone),
            Err(VaultFault::Off | VaultFault::NoBus | VaultFault::Nobody | VaultFault::NoCollection) => Ok(false),
            Err(fault) => Err(explained(&fault, |_| "the stored values could not be removed")),
        }
    }

    fn entry(&self, scope: &Scope, prefix: &Prefix) -> String {
        entry(&self.host, scope, prefix)
    }
}

fn explained(fault: &VaultFault, what: impl Fn(&VaultFault) -> &'static str) -> Problem {
    let hint = match fault {
        VaultFault::Off => "unset PULLKEY_KEYRING",
        VaultFault::NoBus => "use a desktop session, or work under `dbus-run-session` with a keyring",
        VaultFault::Nobody => "start one, such as gnome-keyring, KWallet or KeePassXC",
        VaultFault::Locked | VaultFault::Dismissed => "unlock the keyring and try again",
        VaultFault::NoCollection => "create a default one, for example with “Passwords and Keys” (seahorse)",
        VaultFault::TooLarge => "enter the values for each test; they are stored nowhere else",
        VaultFault::Slow => "check whether it waits for a password in its own window, then try again",
        VaultFault::Ambiguous => "in the system's keyring program, delete all but one entry of the service pullkey",
        VaultFault::Failed(_) => "check whether other programs can use the keyring",
    };
    Problem::new(what(fault), fault.to_string(), hint)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::Trial;
    use crate::domain::kept::Origin;
    use crate::local::vault::LONGEST;
    use crate::local::vault::tests::Shelf;

    fn kept(password: &str) -> Kept {
        let (user, password) = ("u".into(), password.into());
        let holds = crate::domain::Holds::Images;
        let trial = Trial { server: "ghcr.io".to_owned(), user, password, images: Vec::new(), holds };
        Kept { trial, origin: Origin::Written, as_of: None }
    }

    fn acr() -> Prefix {
        Prefix::parse("ACR").unwrap()
    }

    #[tokio::test]
    async fn what_is_kept_is_recalled_until_it_is_forgotten() {
        let keeper = Keeper::new(Arc::new(Shelf::default()), "github.com".to_owned());
        assert_eq!(keeper.recall(&Scope::User, &acr()).await, Ok(None));
        keeper.keep(&Scope::User, &acr(), &kept("p")).await.unwrap();
        assert_eq!(keeper.recall(&Scope::User, &acr()).await, Ok(Some(kept("p"))));
        let other = Scope::Organization(crate::domain::OrgName::parse("acme").unwrap());
        assert_eq!(keeper.recall(&other, &acr()).await, Ok(None));
        assert_eq!(keeper.forget(&Scope::User, &acr()).await, Ok(true));
        assert_eq!(keeper.forget_deleted(&Scope::User, &acr()).await, Ok(false));
    }

    #[tokio::test]
    async fn without_a_keyring_it_says_so_and_a_deletion_stays_quiet() {
        let keeper = |fault| Keeper::new(Arc::new(Shelf::failing(fault)), "github.com".to_owned());
        for (fault, says) in [
            (VaultFault::NoBus, "no session bus"),
            (VaultFault::Locked, "locked"),
            (VaultFault::TooLarge, "longer than"),
        ] {
            let problem = keeper(fault.clone()).keep(&Scope::User, &acr(), &kept("p")).await.unwrap_err();
            assert!(problem.why.contains(says) && !problem.hint.contains("GH_TOKEN"), "{problem:?}");
            assert!(keeper(fault.clone()).forget(&Scope::User, &acr()).await.is_err());
        }
        assert_eq!(keeper(VaultFault::NoBus).forget_deleted(&Scope::User, &acr()).await, Ok(false));
        assert!(keeper(VaultFault::Locked).forget_deleted(&Scope::User, &acr()).await.is_err());
        let long = vault::SystemVault::of(&crate::local::Env::default());
        let keeper = Keeper::new(Arc::new(long), "github.com".to_owned());
        let problem = keeper.keep(&Scope::User, &acr(), &kept(&"x".repeat(LONGEST))).await.unwrap_err();
        assert!(problem.why.contains("longer than"), "{problem:?}");
    }
}
