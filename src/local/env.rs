//! A snapshot of the environment variables pullkey cares about; everything else is never looked at.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

use crate::domain::Sensitive;

/// Variables that are read. A password's variable is named by the user and captured besides.
const KNOWN: &[&str] = &[
    "ALL_PROXY",
    "APPDATA",
    "BROWSER",
    "CODESPACES",
    "COLORTERM",
    "COLUMNS",
    "ComSpec",
    "DBUS_SESSION_BUS_ADDRESS",
    "DESKTOP_SESSION",
    "DISPLAY",
    "EDITOR",
    "GH_BROWSER",
    "GH_CONFIG_DIR",
    "GH_TOKEN",
    "GITHUB_API_URL",
    "GITHUB_TOKEN",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DIR",
    "GNOME_DESKTOP_SESSION_ID",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "KDE_FULL_SESSION",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LOCALAPPDATA",
    "LOGNAME",
    "NO_COLOR",
    "NO_PROXY",
    "PATH",
    "PATHEXT",
    "PULLKEY_API_URL",
    "PULLKEY_ASCII",
    "PULLKEY_CACHE_DIR",
    "PULLKEY_CLIENT_ID",
    "PULLKEY_CONFIG_DIR",
    "PULLKEY_ECR_ENDPOINT",
    "PULLKEY_HURRY",
    "PULLKEY_LOG",
    "PULLKEY_READ_ONLY",
    "PULLKEY_REGISTRY_STAND_IN",
    "PULLKEY_STATE_DIR",
    "PULLKEY_THEME",
    "ProgramFiles",
    "SSH_CONNECTION",
    "SSH_TTY",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SystemRoot",
    "TEMP",
    "TERM",
    "TMP",
    "TMPDIR",
    "USER",
    "USERPROFILE",
    "WAYLAND_DISPLAY",
    "XDG_CACHE_HOME",
    "WSLENV",
    "WSL_DISTRO_NAME",
    "WSL_INTEROP",
    "XAUTHORITY",
    "XDG_CONFIG_HOME",
    "XDG_CURRENT_DESKTOP",
    "XDG_DATA_DIRS",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_SESSION_TYPE",
    "XDG_STATE_HOME",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// The variables, as they were when the snapshot was taken. `Debug` shows names only: some are tokens.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<String, OsString>);

impl Env {
    /// Takes the snapshot of this process; `extra` names one more variable, such as that of `--password-env`.
    pub fn of_process(extra: Option<&str>) -> Self {
        let known = KNOWN.iter().copied().chain(extra.filter(|name| is_name(name)));
        Self(known.filter_map(|name| Some((name.to_owned(), std::env::var_os(name)?))).collect())
    }

    pub fn of<K: Into<String>, V: Into<OsString>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }

    /// The variable's text; `None` when it is unset or no UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str()
    }

    pub fn get_os(&self, name: &str) -> Option<&OsStr> {
        self.0.get(name).map(OsString::as_os_str)
    }

    /// The variable's text unless it is unset or only white space: `GH_TOKEN= pullkey` means «no token».
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|text| !text.trim().is_empty())
    }

    /// A password's variable. `None` when it is unset or no UTF-8.
    pub fn secret(&self, name: &str) -> Option<Sensitive> {
        self.get(name).map(Sensitive::from)
    }

    /// Whether a token stands in the environment; only then `GITHUB_API_URL` is believed.
    pub fn has_token(&self) -> bool {
        self.filled("GH_TOKEN").or(self.filled("GITHUB_TOKEN")).is_some()
    }

    /// Those of the named variables that are set, for a child process that gets nothing else.
    pub(super) fn only<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a OsStr)> {
        names.iter().filter_map(|name| Some((*name, self.get_os(name)?)))
    }
}

/// Whether the system can be asked for it: `std::env::var_os` may panic on an empty name, `=` and NUL.
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
