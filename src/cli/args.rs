//! All flags in one place. A password is never an argument: the process list would show it.

use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::auth_args::{AUTH_HELP, AuthCommand};
use super::write_args::{ACCESS_HELP, AccessArgs, ROTATE_HELP, RotateArgs, SET_HELP, SetArgs};
use crate::domain::source::Asked;
use crate::domain::verdict::With;
use crate::domain::{OrgName, Prefix, RepoName, Scope, preset};

const CLI_HELP: &str = "\
Examples:
  pullkey               open the screens on what your token can access
  pullkey --demo        open the screens on a built-in demo: no account, no network
  pullkey list --json   list credentials for a program
  pullkey test --server ghcr.io --username octocat --password-env PAT

Exit codes:
  0    success
  1    a login was refused, or a secret is needed
  2    usage or configuration
  3    external failure: network, permissions, rate limit, a failed or unconfirmed write, an
       inconclusive test
  70   a bug in pullkey
  130  interrupted

Environment:
  GH_TOKEN, GITHUB_TOKEN  the GitHub token; otherwise the keyring's, then gh auth token's
  PULLKEY_API_URL         use this API instead of https://api.github.com
  PULLKEY_KEYRING         off: do not use the system keyring
  PULLKEY_LOG             write a log to this file; it never contains a secret value";

const CACHE_HELP: &str = "\
pullkey stores GitHub's answers and later asks only whether they have changed, because an
unchanged answer costs nothing of the hourly budget. They contain names of secrets,
repositories and codespaces, never a value or a token, and only you can read them.
PULLKEY_CACHE_DIR moves them to another folder.";

const LIST_HELP: &str = "\
Without a scope flag, lists your own secrets, those of the git remote's repository, and those
of your organizations. Exits with 3 if a scope that you named could not be read.

--all names each repository that could not be read, and then exits with 3. If it is
interrupted, run the same command again to resume. --reaching shows 'unknown' for what could
not be read, and then exits with 3.

Examples:
  pullkey list
  pullkey list --all --org acme
  pullkey list --reaching acme/api
  pullkey list --user --org acme --json";

const DELETE_HELP: &str = "\
Asks for confirmation; without a terminal, --yes is required (otherwise exit 2).

Example:
  pullkey delete ACR --repo acme/api --yes";

const TEST_HELP: &str = "\
Writes nothing. Docker's own configuration is never changed, and is read only for --from and
--env. Exits with 0 if the login works, 1 if the registry refused it or the server cannot
work, 3 if the test is inconclusive. With --env the worst result decides.

--from imports values that are already on this machine. It runs a Docker credential helper
only for a login that you name, as in --from docker:ghcr.io. It uses values for a prefix other
than PREFIX, or for a server other than --server, only if --from names them.

To test the values that `set --store` or `rotate --store` stored in the system keyring, name the
credential and its scope.

Examples:
  pullkey test --preset acr --server mycompany.azurecr.io --username codespaces --password-file token.txt
  pullkey test --from docker:ghcr.io --image ghcr.io/acme/tools:1
  pullkey test --preset npm --server https://registry.npmjs.org/ --password-env NPM_TOKEN --package @acme/tools
  pullkey test ACR --org acme
  pullkey test --env            (inside a codespace)";

const FORGET_HELP: &str = "\
Nothing changes on GitHub. `pullkey delete` removes them too.

Example:
  pullkey forget ACR --org acme";

/// Give your codespaces the keys to pull private images
#[derive(Clone, Debug, Parser)]
#[command(name = "pullkey", bin_name = "pullkey", version, after_help = CLI_HELP, max_term_width = 120)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Open the screens on a built-in demo; nothing leaves this machine
    #[arg(long)]
    pub demo: bool,
    /// Open the screens on this repository instead of the git remote's
    #[arg(long, value_name = "OWNER/NAME", value_parser = RepoName::parse)]
    pub repo: Option<RepoName>,
    /// Show this organization instead of all of yours; can be repeated
    #[arg(long = "org", value_name = "ORG", value_parser = OrgName::parse)]
    pub orgs: Vec<OrgName>,
    /// Refuse every change on GitHub
    #[arg(long, global = true)]
    pub read_only: bool,
}

impl Cli {
    /// Flags before a command that only the screens use. clap's own rule would refuse `--read-only` too.
    pub fn misplaced(&self) -> Option<clap::Error> {
        let has_own = self.demo || self.repo.is_some() || !self.orgs.is_empty();
        (self.command.is_some() && has_own).then(|| {
            let text = "--demo, --repo and --org before a command apply to the screens only; put flags after it";
            Self::command().error(clap::error::ErrorKind::ArgumentConflict, text)
        })
    }
}

#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// List registry credentials, what is missing, and which repositories get them
    #[command(after_help = LIST_HELP)]
    List(ListArgs),
    /// Write a credential: server, user and password under one prefix
    #[command(after_help = SET_HELP)]
    Set(SetArgs),
    /// Write new values for a credential and keep its access
    #[command(after_help = ROTATE_HELP)]
    Rotate(RotateArgs),
    /// Change which repositories get a credential
    #[command(after_help = ACCESS_HELP)]
    Access(AccessArgs),
    /// Delete all members of a credential
    #[command(after_help = DELETE_HELP)]
    Delete(DeleteArgs),
    /// Test a login at a registry
    #[command(after_help = TEST_HELP)]
    Test(TestArgs),
    /// Remove the values that --store stored from the system keyring
    #[command(after_help = FORGET_HELP)]
    Forget(ForgetArgs),
    /// Sign in to GitHub, show what each token may do, sign out
    #[command(subcommand, after_help = AUTH_HELP)]
    Auth(AuthCommand),
    /// Show or clear the cache of GitHub's answers
    #[command(after_help = CACHE_HELP)]
    Cache(CacheArgs),
    /// Stop and start codespaces so that they get new secrets
    #[command(after_help = super::restart::HELP)]
    Restart(super::restart::RestartArgs),
    /// Check whether a codespace can pull a GitHub package without a secret
    #[command(after_help = super::seamless::HELP)]
    Seamless(super::seamless::SeamlessArgs),
    /// Run a simulated GitHub and three registries on this machine, to try things out
    Sandbox(crate::sandbox::RunArgs),
}

impl Command {
    pub const fn wants_json(&self) -> bool {
        match self {
            Self::List(args) => args.json,
            Self::Set(args) => args.json,
            Self::Rotate(args) => args.json,
            Self::Access(args) => args.json,
            Self::Delete(args) => args.json,
            Self::Test(args) => args.json,
            Self::Forget(args) => args.json,
            Self::Auth(args) => args.wants_json(),
            Self::Cache(args) => args.json,
            Self::Restart(args) => args.json,
            Self::Seamless(args) => args.json,
            Self::Sandbox(_) => false,
        }
    }

    /// Whether the command changes something on GitHub.
    pub const fn writes(&self) -> bool {
        match self {
            Self::Set(_) | Self::Rotate(_) | Self::Delete(_) | Self::Restart(_) => true,
            Self::Access(args) => !args.dry_run,
            Self::List(_)
            | Self::Test(_)
            | Self::Forget(_)
            | Self::Auth(_)
            | Self::Cache(_)
            | Self::Seamless(_)
            | Self::Sandbox(_) => false,
        }
    }

    /// The environment variable that contains the password.
    pub const fn password_variable(&self) -> Option<&String> {
        match self {
            Self::Set(args) => args.password.env.as_ref(),
            Self::Rotate(args) => args.password.env.as_ref(),
            Self::Test(args) => args.password.env.as_ref(),
            Self::List(_)
            | Self::Access(_)
            | Self::Delete(_)
            | Self::Forget(_)
            | Self::Auth(_)
            | Self::Cache(_)
            | Self::Restart(_)
            | Self::Seamless(_)
            | Self::Sandbox(_) => None,
        }
    }
}

#[derive(Clone, Debug, Args)]
pub struct CacheArgs {
    /// Delete all cached answers
    #[arg(long)]
    pub clear: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// List your own secrets
    #[arg(long)]
    pub user: bool,
    /// List this repository's secrets; can be repeated
    #[arg(long = "repo", value_name = "OWNER/NAME", value_parser = RepoName::parse)]
    pub repos: Vec<RepoName>,
    /// List this organization's secrets; can be repeated
    #[arg(long = "org", value_name = "ORG", value_parser = OrgName::parse)]
    pub orgs: Vec<OrgName>,
    /// List the secrets of every repository that you administer, or of all in the given organizations
    #[arg(long, conflicts_with_all = ["user", "repos", "reaching"])]
    pub all: bool,
    /// List which secrets this repository gets: yours, its own and its organization's
    #[arg(long, value_name = "OWNER/NAME", value_parser = RepoName::parse)]
    #[arg(conflicts_with_all = ["user", "repos", "orgs"])]
    pub reaching: Option<RepoName>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The one scope that the command works on.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ScopeArgs {
    /// Use your own secrets
    #[arg(long)]
    pub user: bool,
    /// Use this repository's secrets
    #[arg(long, value_name = "OWNER/NAME", value_parser = RepoName::parse)]
    pub repo: Option<RepoName>,
    /// Use this organization's secrets
    #[arg(long, value_name = "ORG", value_parser = OrgName::parse)]
    pub org: Option<OrgName>,
}

impl ScopeArgs {
    pub(super) fn scope(&self) -> Scope {
        match (&self.repo, &self.org) {
            (Some(repo), _) => Scope::Repository(repo.clone()),
            (None, Some(org)) => Scope::Organization(org.clone()),
            (None, None) => Scope::User,
        }
    }
}

/// Like [`ScopeArgs`], for commands that make no sense for a repository's own secrets.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SharedScopeArgs {
    /// Use your own secrets
    #[arg(long)]
    pub user: bool,
    /// Use this organization's secrets
    #[arg(long, value_name = "ORG", value_parser = OrgName::parse)]
    pub org: Option<OrgName>,
}

impl SharedScopeArgs {
    pub(super) fn scope(&self) -> Scope {
        self.org.clone().map_or(Scope::User, Scope::Organization)
    }
}

/// Where the password comes from. A command that requires one adds [`needs_password`].
#[derive(Clone, Debug, Default, Args)]
#[group(multiple = false)]
pub struct PasswordArgs {
    /// Read the password from standard input; one final line end is dropped
    #[arg(long = "password-stdin", id = "password_stdin")]
    pub stdin: bool,
    /// Read the password from this environment variable, exactly as it is
    #[arg(long = "password-env", id = "password_env", value_name = "VAR")]
    pub env: Option<String>,
    /// Read the password from this file; one final line end is dropped
    #[arg(long = "password-file", id = "password_file", value_name = "FILE")]
    pub file: Option<std::path::PathBuf>,
    /// Import values from `docker[:SERVER]`, `podman[:SERVER]`, `aws[:PROFILE]`, `aws-env`, `env[:PREFIX]` or
    /// `file:PATH`
    #[arg(long, value_name = "SOURCE", value_parser = Asked::parse)]
    pub from: Option<Asked>,
}

impl PasswordArgs {
    /// Whether none of these flags was given.
    pub(super) const fn is_empty(&self) -> bool {
        !self.stdin && self.env.is_none() && self.file.is_none() && self.from.is_none()
    }
}

pub(super) fn needs_password() -> ArgGroup {
    ArgGroup::new("needs_password").args(["password_stdin", "password_env", "password_file", "from"]).required(true)
}

#[derive(Clone, Debug, Args)]
pub struct DeleteArgs {
    /// The credential's prefix, such as ACR
    #[arg(value_parser = Prefix::parse)]
    pub prefix: Prefix,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Do not ask for confirmation
    #[arg(long, short)]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The scope whose stored values are tested.
#[derive(Clone, Debug, Default, Args)]
#[group(id = "kept_scope", multiple = false)]
pub struct KeptScopeArgs {
    /// Test the values that --store stored for your own credential
    #[arg(long, requires = "prefix", conflicts_with_all = NOT_WITH_KEPT)]
    pub user: bool,
    /// Test the values that --store stored for this repository's credential
    #[arg(long, value_name = "OWNER/NAME", value_parser = RepoName::parse, requires = "prefix")]
    #[arg(conflicts_with_all = NOT_WITH_KEPT)]
    pub repo: Option<RepoName>,
    /// Test the values that --store stored for this organization's credential
    #[arg(long, value_name = "ORG", value_parser = OrgName::parse, requires = "prefix")]
    #[arg(conflicts_with_all = NOT_WITH_KEPT)]
    pub org: Option<OrgName>,
}

/// Flags that give values; they conflict with stored values, which are complete.
const NOT_WITH_KEPT: [&str; 7] =
    ["preset", "server", "username", "password_stdin", "password_env", "password_file", "from"];

impl KeptScopeArgs {
    pub(super) fn scope(&self) -> Option<Scope> {
        match (&self.repo, &self.org, self.user) {
            (Some(repo), ..) => Some(Scope::Repository(repo.clone())),
            (None, Some(org), _) => Some(Scope::Organization(org.clone())),
            (None, None, true) => Some(Scope::User),
            (None, None, false) => None,
        }
    }
}

#[derive(Clone, Debug, Args)]
pub struct ForgetArgs {
    /// The credential's prefix, such as ACR
    #[arg(value_parser = Prefix::parse)]
    pub prefix: Prefix,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Debug, Args)]
pub struct TestArgs {
    /// The credential whose stored values to test; with --env or --from, the one to choose
    #[arg(value_parser = Prefix::parse)]
    pub prefix: Option<Prefix>,
    #[command(flatten)]
    pub kept: KeptScopeArgs,
    /// Test every credential in the environment, as in a codespace, or only PREFIX
    #[arg(long, conflicts_with_all = NOT_WITH_KEPT, conflicts_with = "kept_scope")]
    pub env: bool,
    #[arg(long, value_name = "ID", help = preset_help("it checks the values before the test"))]
    pub preset: Option<String>,
    /// The registry's server; overrides the one from --from
    #[arg(long, value_name = "SERVER")]
    pub server: Option<String>,
    /// The user name; overrides the one from --from
    #[arg(long, value_name = "USER")]
    pub username: Option<String>,
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Also test pulling this image, which Docker Hub counts as one pull; can be repeated
    #[arg(long = "image", value_name = "IMAGE")]
    pub images: Vec<String>,
    /// Also test that the token can install this package, with --preset npm; can be repeated
    #[arg(long = "package", value_name = "@SCOPE/NAME", requires = "preset")]
    pub packages: Vec<String>,
    /// Choose the client that runs the test
    #[arg(long, value_enum, default_value_t = WithArg::Both)]
    pub with: WithArg,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WithArg {
    Docker,
    Native,
    Both,
}

impl From<WithArg> for With {
    fn from(with: WithArg) -> Self {
        match with {
            WithArg::Docker => Self::Docker,
            WithArg::Native => Self::Native,
            WithArg::Both => Self::Both,
        }
    }
}

/// Lists presets by their file names: parsing all of them, with their patterns, would slow down the start of every
/// command. Your own presets are not listed, so any id is accepted here and looked up later.
pub(super) fn preset_help(more: &str) -> String {
    let ids: Vec<_> = preset::embedded_ids().collect();
    format!("Choose the registry product: {}, or one of your own presets; {more}", ids.join(", "))
}
