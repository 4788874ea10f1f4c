//! A snapshot of the environment variables that pullkey uses; it never looks at others.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt;

use crate::domain::Sensitive;
use crate::domain::names::split;
use crate::domain::near::is_candidate;
use crate::process_group::Child;

/// Variables that pullkey reads and passes to no child. They include the tokens: with `GH_TOKEN` set, `gh` refuses to
/// refresh (`gh help auth refresh`).
const OURS: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "CODESPACES",
    "DOCKER_AUTH_CONFIG",
    "DOCKER_HOST",
    "GH_TOKEN",
    "GITHUB_API_URL",
    "GITHUB_TOKEN",
    "PULLKEY_API_URL",
    "PULLKEY_ASCII",
    "PULLKEY_CACHE_DIR",
    "PULLKEY_CLIENT_ID",
    "PULLKEY_CONFIG_DIR",
    "PULLKEY_ECR_ENDPOINT",
    "PULLKEY_HURRY",
    "PULLKEY_KEYRING",
    "PULLKEY_LOG",
    "PULLKEY_READ_ONLY",
    "PULLKEY_REGISTRY_STAND_IN",
    "PULLKEY_STATE_DIR",
    "PULLKEY_THEME",
    "REGISTRY_AUTH_FILE",
];

/// Every variable that is read, including those for children. Three kinds are read in addition: the variable the user
/// names for a password, the three members of a registry's credential under any prefix, as a codespace has them, and
/// names that are nearly theirs (only the names).
fn known() -> BTreeSet<&'static str> {
    Child::ALL.into_iter().flat_map(Child::variables).chain(OURS.iter().copied()).collect()
}

/// The variables at the time of the snapshot, and the name of the one with a password. `Debug` shows names only: some
/// values are tokens.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<String, OsString>, Option<String>);

impl Env {
    /// Takes the snapshot of this process; `extra` names one more variable, such as that of `--password-env`.
    pub fn of_process(extra: Option<&str>) -> Self {
        let known = known().into_iter().chain(extra.filter(|name| is_name(name)));
        let known = known.filter_map(|name| Some((name.to_owned(), std::env::var_os(name)?)));
        let mut all: BTreeMap<String, OsString> = BTreeMap::new();
        for (name, value) in std::env::vars_os() {
            match name.into_string() {
                Ok(name) if is_member(&name) => all.extend([(name, value)]),
                // For a name that is nearly a member's, only the name is read.
                Ok(name) if is_candidate(&name) => all.extend([(name, OsString::new())]),
                Ok(_) | Err(_) => {}
            }
        }
        all.extend(known);
        Self(all, extra.map(str::to_owned))
    }

    /// Every member of a registry's credential that is set, by name; `None` for a value that is not UTF-8.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().filter(|(name, _)| is_member(name)).map(|(name, value)| (name.as_str(), value.to_str()))
    }

    /// The names of variables that are nearly a member's.
    pub(super) fn near_names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str).filter(|name| is_candidate(name))
    }

    pub fn of<K: Into<String>, V: Into<OsString>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect(), None)
    }

    /// The variable's text; `None` when it is unset or not UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str()
    }

    pub fn get_os(&self, name: &str) -> Option<&OsStr> {
        self.0.get(name).map(OsString::as_os_str)
    }

    /// The variable's text, unless it is unset or only white space: `GH_TOKEN= pullkey` means “no token”.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|text| !text.trim().is_empty())
    }

    /// A password's variable. `None` when it is unset or not UTF-8.
    pub fn secret(&self, name: &str) -> Option<Sensitive> {
        self.get(name).map(Sensitive::from)
    }

    /// Whether the environment contains a token; only then is `GITHUB_API_URL` used.
    pub fn has_token(&self) -> bool {
        self.filled("GH_TOKEN").or(self.filled("GITHUB_TOKEN")).is_some()
    }

    /// A variable for a child: never one whose value is a token or a member of a credential, whatever its name.
    pub fn for_child(&self, name: &str) -> Option<OsString> {
        let value = self.get_os(name).filter(|value| !value.is_empty())?;
        let is_secret = |(other, secret): (&String, &OsString)| {
            (is_member(other) || TOKENS.contains(&other.as_str()) || self.1.as_deref() == Some(other))
                && secret == value
        };
        (!self.0.iter().any(is_secret)).then(|| value.to_owned())
    }
}

/// Variables that contain a token.
const TOKENS: [&str; 5] =
    ["AWS_SECRET_ACCESS_KEY", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"];

/// Whether it is the SERVER, USER or PASSWORD of some prefix, spelled as GitHub spells secrets.
fn is_member(name: &str) -> bool {
    split(name).is_some_and(|(prefix, member)| prefix.secret_name(member) == name)
}

/// Whether the system accepts the name: `std::env::var_os` may panic on an empty name, `=` and NUL.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0'])
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_names_and_no_value() {
        let env = Env::of([("GH_TOKEN", "ghp_canary")]);
        assert_eq!(format!("{env:?}"), r#"{"GH_TOKEN"}"#);
    }

    #[test]
    fn no_child_gets_a_token_or_what_is_ours_and_each_name_stands_once() {
        let member = "ACR_CONTAINER_REGISTRY_PASSWORD";
        let env = Env::of(known().into_iter().chain([member]).map(|name| (name, name)));
        assert_eq!(env.members().collect::<Vec<_>>(), [(member, Some(member))]);
        for child in Child::ALL {
            let given: Vec<_> = child.variables().collect();
            assert!(given.contains(&"HOME") && !given.contains(&member), "{given:?}");
            let isolated = given.iter().filter(|name| OURS.contains(name)).collect::<Vec<_>>();
            // A value of its own is set instead.
            assert!(
                isolated.is_empty() || (child == Child::RegistryClient && isolated == [&"DOCKER_HOST"]),
                "{child:?}"
            );
            // Files that contain a secret may be named, but not the secret itself.
            let is_secret = |name: &&str| {
                let ends = ["TOKEN", "SECRET", "PASSWORD", "PASSPHRASE", "_KEY", "KEY_ID", "CREDENTIAL"];
                ends.iter().any(|end| name.ends_with(end))
            };
            assert_eq!(given.iter().find(|name| is_secret(name)), None, "{child:?}");
            let names: BTreeSet<_> = given.iter().collect();
            assert_eq!(names.len(), given.len(), "{child:?}");
        }
        assert!(TOKENS.iter().all(|name| OURS.contains(name)));
    }

    #[test]
    fn a_value_that_is_a_secret_reaches_no_child_whatever_its_name_is() {
        let env = Env::of([("GH_TOKEN", "canary"), ("ACR_CONTAINER_REGISTRY_PASSWORD", "p4ss"), ("LANG", "canary")]);
        assert_eq!(env.for_child("LANG"), None);
        let env = Env::of([("ACR_CONTAINER_REGISTRY_PASSWORD", "p4ss"), ("EDITOR", "p4ss"), ("TERM", "xterm")]);
        assert_eq!((env.for_child("EDITOR"), env.for_child("TERM")), (None, Some("xterm".into())));
        let env = Env::of_process(Some("PATH"));
        assert!(
            env.get("PATH").is_some() && env.for_child("PATH").is_none(),
            "it was named as the password's variable"
        );
    }

    #[test]
    fn a_helper_finds_its_store_whatever_says_where_it_is() {
        let given: Vec<_> = Child::CredentialHelper.variables().collect();
        for name in [
            "PASSWORD_STORE_DIR",
            "GNUPGHOME",
            "GPG_TTY",
            "AWS_REGION",
            "AWS_CONFIG_FILE",
            "AWS_PROFILE",
            "AWS_SHARED_CREDENTIALS_FILE",
            "CLOUDSDK_CONFIG",
            "DBUS_SESSION_BUS_ADDRESS",
            "DISPLAY",
            "HOME",
            "XDG_RUNTIME_DIR",
            "XDG_CACHE_HOME",
        ] {
            assert!(given.contains(&name), "{name}");
        }
    }

    #[test]
    fn a_blank_variable_counts_as_unset() {
        let env = Env::of([("GH_TOKEN", " \n"), ("GITHUB_TOKEN", "")]);
        assert_eq!(env.filled("GH_TOKEN"), None);
        assert!(!env.has_token());
    }

    #[test]
    fn an_impossible_name_is_not_asked_for() {
        for name in ["", "A=B", "A\0B"] {
            assert_eq!(Env::of_process(Some(name)).get(name), None);
        }
    }
}
