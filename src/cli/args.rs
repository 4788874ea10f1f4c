//! All flags in one place. A password is never an argument: it would stand in the process list.

use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::auth_args::{AUTH_HELP, AuthCommand};
use super::write_args::{ACCESS_HELP, AccessArgs, ROTATE_HELP, RotateArgs, SET_HELP, SetArgs};
use crate::domain::source::Asked;
use crate::domain::verdict::With;
use crate::domain::{OrgName, Prefix, RepoName, Scope, preset};

const CLI_HELP: &str = "\
Examples:
  pullkey               the screens, on what your token reaches
  pullkey --demo        the screens, on a made-up world; needs no account and no network
  pullkey list --json   what there is, for a program
  pullkey test --server ghcr.io --username octocat --password-env PAT

Exit codes:
  0 fine   1 a login was refused, or a secret is needed   2 usage or configuration
  3 something could not be read, told or written   70 a bug   130 interrupted

Environment:
  GH_TOKEN, GITHUB_TOKEN  the token; else the keyring's, else that of gh auth token
  PULLKEY_API_URL         another API than https://api.github.com
  PULLKEY_KEYRING         off: leave the system's keyring alone
  PULLKEY_LOG             write a log to this file; no value is ever in it";

const CACHE_HELP: &str = "\
GitHub's answers are kept to be asked for conditionally: «not modified» costs nothing of the
hourly budget. They hold names of secrets, repositories and codespaces, never a value or a
token, and only you can read them. PULLKEY_CACHE_DIR puts them elsewhere.";

const LIST_HELP: &str = "\
Without a scope flag: your own secrets, those of the repository of the git remote, and
those of your organizations. Exit 3 if a scope that a flag names could not be read.

--all names every repository that could not be read, and exits with 3 if there is one. When
it is stopped or breaks off, the same command goes on where it was. --reaching says
«unknown» where something could not be read, and exits with 3.

Examples:
  pullkey list
  pullkey list --all --org acme
  pullkey list --reaching acme/api
  pullkey list --user --org acme --json";

const DELETE_HELP: &str = "\
Asks first on a terminal; elsewhere it needs --yes (else 2).

Example:
  pullkey delete ACR --repo acme/api --yes";

const TEST_HELP: &str = "\
Nothing is written anywhere; docker's own configuration is never changed, and is read only
for --from and --env.
Exit 0 if the login works, 1 if the registry refused it or the server cannot work, 3 if it
could not be told; of several with --env the worst.

--from takes what is there already and runs a credential helper of docker's only for the
login that is named, as in --from docker:ghcr.io. What is for another prefix than PREFIX, or
for another server than --server, is taken only where it is named so.

What `set --keep` or `rotate --keep` put into the system's keyring is tested by naming the
credential and its scope.

Examples:
  pullkey test --preset acr --server mycompany.azurecr.io --username codespaces --password-file token.txt
  pullkey test --from docker:ghcr.io --image ghcr.io/acme/tools:1
  pullkey test --preset npm --server https://registry.npmjs.org/ --password-env NPM_TOKEN --package @acme/tools
  pullkey test ACR --org acme
  pullkey test --env            (inside a codespace)";

const FORGET_HELP: &str = "\
Nothing changes on GitHub. `pullkey delete` forgets them too.

Example:
  pullkey forget ACR --org acme";

/// Give your codespaces the keys to pull private images
#[derive(Clone, Debug, Parser)]
#[command(name = "pullkey", bin_name = "pullkey", version, after_help = CLI_HELP, max_term_width = 120)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Open the screens on a made-up world; nothing leaves this machine
    #[arg(long)]
    pub demo: bool,
    /// Open the screens on this repository, instead of that of the git remote
    #[arg(long, value_name = "OWNER/NAME", value_parser = RepoName::parse)]
    pub repo: Option<RepoName>,
    /// Show this organization, instead of all of yours; may be given again
    #[arg(long = "org", value_name = "ORG", value_parser = OrgName::parse)]
    pub orgs: Vec<OrgName>,
    /// Refuse everything that would change something on GitHub
    #[arg(long, global = true)]
    pub read_only: bool,
}

impl Cli {
    /// What is for the screens only and stands before a command. clap's own rule would refuse `--read-only` too.
    pub fn misplaced(&self) -> Option<clap::Error> {
        let has_own = self.demo || self.repo.is_some() || !self.orgs.is_empty();
        (self.command.is_some() && has_own).then(|| {
            let text = "--demo, --repo and --org before a command are for the screens; give them after it";
            Self::command().error(clap::error::ErrorKind::ArgumentConflict, text)
        })
    }
}

#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Show which registry credentials exist, what is missing, and who gets them
    #[command(after_help = LIST_HELP)]
    List(ListArgs),
    /// Write a credential: server, user and password under one prefix
    #[command(after_help = SET_HELP)]
    Set(SetArgs),
    /// Write new values of a credential and keep who gets it
    #[command(after_help = ROTATE_HELP)]
    Rotate(RotateArgs),
    /// Change which repositories get a credential
    #[command(after_help = ACCESS_HELP)]
    Access(AccessArgs),
    /// Delete all members of a credential
    #[command(after_help = DELETE_HELP)]
    Delete(DeleteArgs),
    /// Try a login at a registry
    #[command(after_help = TEST_HELP)]
    Test(TestArgs),
    /// Take the values that --keep put there out of the system's keyring
    #[command(after_help = FORGET_HELP)]
    Forget(ForgetArgs),
    /// Sign in to GitHub, see what each token may do, sign out
    #[command(subcommand, after_help = AUTH_HELP)]
    Auth(AuthCommand),
    /// Show where GitHub's answers are kept, or clear them
    #[command(after_help = CACHE_HELP)]
    Cache(CacheArgs),
    /// Stop and start codespaces, so that they get their new secrets
    #[command(after_help = super::restart::HELP)]
    Restart(super::restart::RestartArgs),
    /// Tell whether a codespace pulls a package of GitHub's without any secret
    #[command(after_help = super::seamless::HELP)]
    Seamless(super::seamless::SeamlessArgs),
    /// Run a made-up GitHub and three registries on this machine, to try things out
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

    /// Whether it changes something on GitHub.
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

    /// The variable the password comes from.
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
    /// Delete them all
    #[arg(long)]
    pub clear: bool,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// Your own secrets
    #[arg(long)]
    pub user: bool,
    /// This repository's secrets; may be given again
    #[arg(long = "repo", value_name = "OWNER/NAME", value_parser = RepoName::parse)]
    pub repos: Vec<RepoName>,
    /// This organization's secrets; may be given again
    #[arg(long = "org", value_name = "ORG", value_parser = OrgName::parse)]
    pub orgs: Vec<OrgName>,
    /// The own secrets of every repository that you administer, or of every one of the organizations
    #[arg(long, conflicts_with_all = ["user", "repos", "reaching"])]
    pub all: bool,
    /// Which of your own, its own and its organization's secrets reach this repository
    #[arg(long, value_name = "OWNER/NAME", value_parser = RepoName::parse)]
    #[arg(conflicts_with_all = ["user", "repos", "orgs"])]
    pub reaching: Option<RepoName>,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

/// The one place that is written to.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ScopeArgs {
    /// Your own secrets
    #[arg(long)]
    pub user: bool,
    /// This repository's secrets
    #[arg(long, value_name = "OWNER/NAME", value_parser = RepoName::parse)]
    pub repo: Option<RepoName>,
    /// This organization's secrets
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

/// As [`ScopeArgs`], where a repository makes no sense.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SharedScopeArgs {
    /// Your own secrets
    #[arg(long)]
    pub user: bool,
    /// This organization's secrets
    #[arg(long, value_name = "ORG", value_parser = OrgName::parse)]
    pub org: Option<OrgName>,
}

impl SharedScopeArgs {
    pub(super) fn scope(&self) -> Scope {
        self.org.clone().map_or(Scope::User, Scope::Organization)
    }
}

/// Where the password comes from; a command that cannot do without says so with [`needs_password`].
#[derive(Clone, Debug, Default, Args)]
#[group(multiple = false)]
pub struct PasswordArgs {
    /// Read the password from standard input; one line end at its end is dropped
    #[arg(long = "password-stdin", id = "password_stdin")]
    pub stdin: bool,
    /// Take the password from this environment variable, exactly as it is
    #[arg(long = "password-env", id = "password_env", value_name = "VAR")]
    pub env: Option<String>,
    /// Read the password from this file; one line end at its end is dropped
    #[arg(long = "password-file", id = "password_file", value_name = "FILE")]
    pub file: Option<std::path::PathBuf>,
    /// Take what is there already: `docker[:SERVER]`, `podman[:SERVER]`, `aws[:PROFILE]`, `aws-env`, `env[:PREFIX]` or
    /// `file:PATH`
    #[arg(long, value_name = "SOURCE", value_parser = Asked::parse)]
    pub from: Option<Asked>,
}

impl PasswordArgs {
    /// Whether none of them was given.
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
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

/// Whose kept values are tested.
#[derive(Clone, Debug, Default, Args)]
#[group(id = "kept_scope", multiple = false)]
pub struct KeptScopeArgs {
    /// Of your own secrets: test what was kept with --keep
    #[arg(long, requires = "prefix", conflicts_with_all = NOT_WITH_KEPT)]
    pub user: bool,
    /// Of this repository's secrets: the same
    #[arg(long, value_name = "OWNER/NAME", value_parser = RepoName::parse, requires = "prefix")]
    #[arg(conflicts_with_all = NOT_WITH_KEPT)]
    pub repo: Option<RepoName>,
    /// Of this organization's secrets: the same
    #[arg(long, value_name = "ORG", value_parser = OrgName::parse, requires = "prefix")]
    #[arg(conflicts_with_all = NOT_WITH_KEPT)]
    pub org: Option<OrgName>,
}

/// Flags that give values, where all of them are known already.
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
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Debug, Args)]
pub struct TestArgs {
    /// The credential whose kept values are tested; with --env or --from, the one that is meant
    #[arg(value_parser = Prefix::parse)]
    pub prefix: Option<Prefix>,
    #[command(flatten)]
    pub kept: KeptScopeArgs,
    /// Test every credential of the environment, as a codespace has them, or that of PREFIX
    #[arg(long, conflicts_with_all = NOT_WITH_KEPT, conflicts_with = "kept_scope")]
    pub env: bool,
    /// Which registry product it is: checks the spelling of what is given first
    #[arg(long, value_name = "ID", help = preset_help("checks the spelling of what is given first"))]
    pub preset: Option<String>,
    /// The registry's server; in place of that of --from
    #[arg(long, value_name = "SERVER")]
    pub server: Option<String>,
    /// The user name; in place of that of --from
    #[arg(long, value_name = "USER")]
    pub username: Option<String>,
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Prove the pull of this image as well, which Docker Hub counts as one pull; may be given again
    #[arg(long = "image", value_name = "IMAGE")]
    pub images: Vec<String>,
    /// With --preset npm: prove that the token installs this package; may be given again
    #[arg(long = "package", value_name = "@SCOPE/NAME", requires = "preset")]
    pub packages: Vec<String>,
    /// Which client tries it
    #[arg(long, value_enum, default_value_t = WithArg::Both)]
    pub with: WithArg,
    /// Write JSON
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

/// By the names of their files: reading all of them, with their patterns, would slow down every command's start. A
/// user's own are not among them, so any id is taken here and looked for later.
pub(super) fn preset_help(more: &str) -> String {
    let ids: Vec<_> = preset::embedded_ids().collect();
    format!("Which registry product it is, {more}: {}, or one of your own", ids.join(", "))
}
