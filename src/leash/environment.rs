//! What of pullkey's environment each kind of child gets. Everything else is kept from it.
//!
//! A codespace's environment holds the passwords of its registries, a shell's often tokens and keys. A child gets what
//! it needs to find its own configuration and nothing that is a secret itself: names of files that hold one may pass,
//! the thing itself may not. Whatever is to be added needs its reason here.

/// A kind of child, by what it is started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    /// `git remote -v`.
    Git,
    /// `gh auth token`.
    Gh,
    /// `gh auth refresh` on the user's own terminal.
    GhOnTerminal,
    /// A credential helper of docker's, which may have to unlock its store with a window of its own.
    CredentialHelper,
    /// What opens a page: `xdg-open` and its like, which start a browser or tell a running one.
    Browser,
    /// docker, skopeo or podman in a private folder, and pullkey itself watching them. Where things are is said by
    /// pullkey, as they shall find nothing of the user's.
    RegistryClient,
}

/// Any program: where programs, its own configuration and its folder for temporary files are. Windows starts nothing
/// without its folders (`SystemRoot`), and finds no program without `PATHEXT`.
const EVERY: &[&str] = &[
    "APPDATA",
    "ComSpec",
    "HOME",
    "LOCALAPPDATA",
    "PATH",
    "PATHEXT",
    "SystemDrive",
    "SystemRoot",
    "TEMP",
    "TMP",
    "TMPDIR",
    "USERPROFILE",
    "XDG_CONFIG_HOME",
    "windir",
];

/// git: which checkout is meant.
const GIT: &[&str] = &["GIT_CEILING_DIRECTORIES", "GIT_DIR"];

/// gh: its configuration, and the way to the keyring that has its token.
const GH: &[&str] = &["DBUS_SESSION_BUS_ADDRESS", "GH_CONFIG_DIR", "XDG_RUNTIME_DIR"];

/// Reaching the network as the user does. The address of a proxy may hold the proxy's password: it goes to those only
/// that speak with GitHub or a registry through it.
const NETWORK: &[&str] = &[
    "ALL_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Speaking with a person: language and terminal.
const TERMINAL: &[&str] =
    &["COLORTERM", "COLUMNS", "EDITOR", "GH_BROWSER", "LC_CTYPE", "NO_COLOR", "SSH_CONNECTION", "SSH_TTY", "TERM"];

/// Opening a window: which desktop there is and how it is reached, under X, Wayland, in WSL, on Windows, and in a
/// codespace, whose `BROWSER` asks the editor over a socket (`VSCODE_IPC_HOOK_CLI`).
const DESKTOP: &[&str] = &[
    "BROWSER",
    "DESKTOP_SESSION",
    "DISPLAY",
    "GNOME_DESKTOP_SESSION_ID",
    "KDE_FULL_SESSION",
    "KDE_SESSION_VERSION",
    "LANG",
    "LC_ALL",
    "LOGNAME",
    "MOZ_ENABLE_WAYLAND",
    "ProgramFiles",
    "USER",
    "VSCODE_IPC_HOOK_CLI",
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
];

/// The way of a browser to the session that it opens its window in.
const SESSION: &[&str] = &["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"];

/// Files and session of one's own that both browsers and credential helpers look for.
const PLACES: &[&str] =
    &["HOMEDRIVE", "HOMEPATH", "ProgramData", "USERNAME", "XDG_CACHE_HOME", "XDG_CONFIG_DIRS", "XDG_SESSION_ID"];

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
    "PASSWORD_STORE_DIR",
    "PASSWORD_STORE_GPG_OPTS",
    "PASSWORD_STORE_UMASK",
    "PINENTRY_USER_DATA",
];

/// An isolated client: each of these is set by pullkey, which hands its own values on to the client it watches; the
/// folders of Windows are the system's.
const ISOLATED: &[&str] = &[
    "DOCKER_CONFIG",
    "DOCKER_HOST",
    "HOME",
    "LC_ALL",
    "PATH",
    "SystemDrive",
    "SystemRoot",
    "TEMP",
    "TMP",
    "TMPDIR",
    "USERPROFILE",
    "windir",
];

impl Child {
    pub const ALL: [Self; 6] =
        [Self::Git, Self::Gh, Self::GhOnTerminal, Self::CredentialHelper, Self::Browser, Self::RegistryClient];

    const fn groups(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Git => &[EVERY, GIT],
            Self::Gh => &[EVERY, GH],
            Self::GhOnTerminal => &[EVERY, GH, NETWORK, TERMINAL, DESKTOP],
            Self::CredentialHelper => &[EVERY, GH, NETWORK, TERMINAL, DESKTOP, PLACES, SOURCES],
            Self::Browser => &[EVERY, SESSION, DESKTOP, PLACES],
            Self::RegistryClient => &[NETWORK, ISOLATED],
        }
    }

    /// The variables it gets, where they are set.
    pub fn variables(self) -> impl Iterator<Item = &'static str> {
        self.groups().iter().copied().flatten().copied()
    }
}
