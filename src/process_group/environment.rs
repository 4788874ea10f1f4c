//! Which of pullkey's environment variables each kind of child process receives. All others are withheld.
//!
//! A codespace's environment contains registry passwords, and a shell's often contains tokens and keys. A child
//! receives what it needs to find its own configuration, but no secret: the name of a file that contains one is
//! allowed, the secret is not. Every addition needs a reason here.

/// A kind of child process, by its purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    /// `git remote -v`.
    Git,
    /// `gh auth token`.
    Gh,
    /// `gh auth refresh` on the user's own terminal.
    GhOnTerminal,
    /// A docker credential helper, which may have to unlock its store in a window of its own.
    CredentialHelper,
    /// A program that opens a page, such as `xdg-open`: it starts a browser or notifies a running one.
    Browser,
    /// docker, skopeo or podman in a private folder, and the pullkey process that watches them. pullkey sets all paths,
    /// so that they find nothing of the user's.
    RegistryClient,
}

/// Every program: where to find programs, its own configuration and the temporary folder. Windows starts nothing
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

/// git: which checkout to use.
const GIT: &[&str] = &["GIT_CEILING_DIRECTORIES", "GIT_DIR"];

/// gh: its configuration, and access to the keyring that holds its token.
const GH: &[&str] = &["DBUS_SESSION_BUS_ADDRESS", "GH_CONFIG_DIR", "XDG_RUNTIME_DIR"];

/// Network access as the user has it. A proxy address may contain the proxy's password, so only programs that reach
/// GitHub or a registry through the proxy receive it.
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

/// Interacting with a person: language and terminal.
const TERMINAL: &[&str] =
    &["COLORTERM", "COLUMNS", "EDITOR", "GH_BROWSER", "LC_CTYPE", "NO_COLOR", "SSH_CONNECTION", "SSH_TTY", "TERM"];

/// Opening a window: which desktop there is and how to reach it, under X, Wayland, in WSL, on Windows, and in a
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

/// How a browser reaches the session in which it opens its window.
const SESSION: &[&str] = &["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"];

/// The user's files and session, which both browsers and credential helpers look for.
const PLACES: &[&str] =
    &["HOMEDRIVE", "HOMEPATH", "ProgramData", "USERNAME", "XDG_CACHE_HOME", "XDG_CONFIG_DIRS", "XDG_SESSION_ID"];

/// What a docker credential helper needs in addition: where docker, AWS, Google, `gpg` and `pass` store their data, and
/// which account or region to use. Only names of files and folders, never a key or a token. If AWS keys exist only in
/// the environment, the helper reports that they are missing.
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

/// An isolated client: pullkey sets each of these, and passes its own values on to the client it watches. The Windows
/// folders are the system's.
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

    /// The variables this kind of child receives if they are set.
    pub fn variables(self) -> impl Iterator<Item = &'static str> {
        self.groups().iter().copied().flatten().copied()
    }
}
