//! A snapshot of the environment variables pullkey cares about; everything else is never looked at.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

use crate::domain::Sensitive;
use crate::domain::names::split;

/// What any program needs to find its own configuration and its folder for temporary files.
const EVERY: &[&str] = &[
    "APPDATA",
    "ComSpec",
    "HOME",
    "LOCALAPPDATA",
    "PATH",
    "PATHEXT",
    "SystemRoot",
    "TEMP",
    "TMP",
    "TMPDIR",
    "USERPROFILE",
    "XDG_CONFIG_HOME",
];

/// What `git` needs besides.
const GIT: &[&str] = &["GIT_CEILING_DIRECTORIES", "GIT_DIR"];

/// What `gh` needs besides, to find its keyring.
const GH: &[&str] = &["DBUS_SESSION_BUS_ADDRESS", "GH_CONFIG_DIR", "XDG_RUNTIME_DIR"];

/// What `gh` needs besides on a terminal: its language, the network's proxies, and what starts a browser on Linux
/// desktops, in WSL and on Windows.
const TERMINAL: &[&str] = &[
    "ALL_PROXY",
    "BROWSER",
    "COLORTERM",
    "COLUMNS",
    "DESKTOP_SESSION",
    "DISPLAY",
    "EDITOR",
    "GH_BROWSER",
    "GNOME_DESKTOP_SESSION_ID",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "KDE_FULL_SESSION",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LOGNAME",
    "NO_COLOR",
    "NO_PROXY",
    "ProgramFiles",
    "SSH_CONNECTION",
    "SSH_TTY",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TERM",
    "USER",
    "WAYLAND_DISPLAY",
    "WSLENV",
    "WSL_DISTRO_NAME",
    "WSL_INTEROP",
    "XAUTHORITY",
    "XDG_CURRENT_DESKTOP",
    "XDG_DATA_DIRS",
    "XDG_DATA_HOME",
    "XDG_SESSION_TYPE",
    "XDG_STATE_HOME",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// What a credential helper of docker's needs besides: where docker, AWS, Google, `gpg` and `pass` keep what is theirs,
/// and which account or region is meant. Names of files and folders, never a key or a token: who has AWS's keys in the
/// environment only is told so by the helper.
const SOURCES: &[&str] = &[
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULT_REGION",
    "AWS_ECR_CACHE_DIR",
    "AWS_ECR_DISABLE_CACHE",
    "AWS_ECR_IGNORE_CREDS_STORAGE",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SDK_LOAD_CONFIG",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AZURE_CONFIG_DIR",
    "CLOUDSDK_ACTIVE_CONFIG_NAME",
    "CLOUDSDK_CONFIG",
    "CLOUDSDK_CORE_ACCOUNT",
    "CLOUDSDK_CORE_PROJECT",
    "CLOUDSDK_PYTHON",
    "DOCKER_CONFIG",
    "GNUPGHOME",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GPG_TTY",
    "HOMEDRIVE",
    "HOMEPATH",
    "PASSWORD_STORE_DIR",
    "PASSWORD_STORE_GPG_OPTS",
    "PASSWORD_STORE_UMASK",
    "PINENTRY_USER_DATA",
    "ProgramData",
    "USERNAME",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_SESSION_ID",
];

/// What is read here and handed on to nobody. The tokens are among it: with `GH_TOKEN` set `gh` refuses to refresh
/// (`gh help auth refresh`).
const OURS: &[&str] = &[
    "CODESPACES",
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
    "PULLKEY_LOG",
    "PULLKEY_READ_ONLY",
    "PULLKEY_REGISTRY_STAND_IN",
    "PULLKEY_STATE_DIR",
    "PULLKEY_THEME",
];

/// Another program, by what of the environment it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Git,
    Gh,
    /// `gh` on the user's own terminal.
    GhOnTerminal,
    /// A credential helper of docker's, which may have to unlock its store with a window of its own.
    CredentialHelper,
}

impl Program {
    const fn groups(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Git => &[EVERY, GIT],
            Self::Gh => &[EVERY, GH],
            Self::GhOnTerminal => &[EVERY, GH, TERMINAL],
            Self::CredentialHelper => &[EVERY, GH, TERMINAL, SOURCES],
        }
    }
}

/// Every variable that is read. A password's variable is named by the user and captured besides, and so are the three
/// members of a registry's credential under any prefix, as a codespace has them.
fn known<'a>() -> impl Iterator<Item = &'a str> {
    let groups: [&'a [&'a str]; 6] = [EVERY, GIT, GH, TERMINAL, SOURCES, OURS];
    groups.into_iter().flatten().copied()
}

/// The variables, as they were when the snapshot was taken. `Debug` shows names only: some are tokens.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<String, OsString>);

impl Env {
    /// Takes the snapshot of this process; `extra` names one more variable, such as that of `--password-env`.
    pub fn of_process(extra: Option<&str>) -> Self {
        let known = known().chain(extra.filter(|name| is_name(name)));
        let known = known.filter_map(|name| Some((name.to_owned(), std::env::var_os(name)?)));
        let members = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Self(members.filter(|(name, _)| is_member(name)).chain(known).collect())
    }

    /// Every member of a registry's credential that is set, by its name; `None` for one whose value is no UTF-8.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().filter(|(name, _)| is_member(name)).map(|(name, value)| (name.as_str(), value.to_str()))
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

    /// The variables for a child process that gets nothing else.
    pub(super) fn only_for(&self, program: Program) -> impl Iterator<Item = (&'static str, &OsStr)> {
        program.groups().iter().copied().flatten().filter_map(|name| Some((*name, self.get_os(name)?)))
    }
}

/// Whether it is the SERVER, USER or PASSWORD of some prefix, spelled as GitHub spells secrets.
fn is_member(name: &str) -> bool {
    split(name).is_some_and(|(prefix, member)| prefix.secret_name(member) == name)
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
    fn no_program_gets_a_token_or_what_is_ours_and_each_name_stands_once() {
        let member = "ACR_CONTAINER_REGISTRY_PASSWORD";
        let env = Env::of(known().chain([member]).map(|name| (name, name)));
        assert_eq!(env.members().collect::<Vec<_>>(), [(member, Some(member))]);
        for program in [Program::Git, Program::Gh, Program::GhOnTerminal, Program::CredentialHelper] {
            let given: Vec<_> = env.only_for(program).map(|(name, _)| name).collect();
            assert!(given.contains(&"HOME") && !given.contains(&member), "{given:?}");
            assert!(given.iter().all(|name| !OURS.contains(name)), "{given:?}");
            // Files that hold one are named, the thing itself is not.
            let is_secret = |name: &&str| {
                let ends = ["TOKEN", "SECRET", "PASSWORD", "PASSPHRASE", "_KEY", "KEY_ID", "CREDENTIAL"];
                ends.iter().any(|end| name.ends_with(end))
            };
            assert_eq!(given.iter().find(|name| is_secret(name)), None, "{program:?}");
        }
        assert!(["GH_TOKEN", "GITHUB_TOKEN"].iter().all(|name| OURS.contains(name)));
        let names: std::collections::BTreeSet<_> = known().collect();
        assert_eq!(names.len(), known().count());
    }

    #[test]
    fn a_helper_finds_its_store_whatever_says_where_it_is() {
        let env = Env::of(known().map(|name| (name, name)));
        let given: Vec<_> = env.only_for(Program::CredentialHelper).map(|(name, _)| name).collect();
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
