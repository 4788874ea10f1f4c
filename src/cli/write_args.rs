//! The flags of the commands that write: `set`, `rotate` and `access`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::args::{PasswordArgs, ScopeArgs, SharedScopeArgs, needs_password, preset_help};
use crate::domain::ending::EndFault;
use crate::domain::{End, Member, OrgName, Prefix, Scope, Visibility, Wanted};

pub(super) const SET_HELP: &str = "\
The login is tested first. If the registry refuses it, nothing is written (exit 1). If the
test is inconclusive, or the credential already exists, pullkey asks; without a terminal,
--yes is required (otherwise exit 3, or 2 if it exists). The access stays as it is unless a
flag changes it. Exits with 3 if a member was not written, or a write is not confirmed.

With several --repo, a pattern, --topic or --repos-file, the credential is written into each
repository as its own, one after the other. Ctrl-C stops after the current repository. Run
the same command again within a day to resume: what was written and has not changed since is
skipped. --no-resume writes all repositories again; a new password needs it.

--from imports server, user and password from docker's configuration, an AWS profile, the
environment, or a file of NAME=value or JSON; --server and --username override it. A Docker
credential helper is run only for a login that you name: --from docker:ghcr.io. Values for
another prefix, or for a server other than --server, are used only if --from names them.

--expires sets when the password expires, which GitHub does not store. pullkey saves it on this
machine, and `list` warns you 30, 7 and 1 days ahead. If the password itself says when it
expires (a JSON Web Token, an ECR token), that date is saved instead.

--preset npm writes one secret with the name you give, and no server or user: the token. First
the registry at --server has to confirm whose token it is, or a private --package has to be
installable.

Examples:
  pullkey set DOCKERHUB --user --preset dockerhub --username octocat --password-env PAT --repos octocat/hello
  pullkey set ACR --org acme --preset acr --server mycompany.azurecr.io --username codespaces
      --password-env ACR_PASSWORD --visibility selected --repos \"acme/course-*\"
  pullkey set ACR --repo \"acme/course-*\" --repo acme/api --preset acr --server mycompany.azurecr.io
      --username codespaces --password-env ACR_PASSWORD
  pullkey set NPM_TOKEN --repo acme/api --preset npm --server https://registry.npmjs.org/
      --password-env NPM_TOKEN --package @acme/tools

Examples on two lines are one command each.";

pub(super) const ROTATE_HELP: &str = "\
Writes the password, and the server and user name if you give them. Members that you do not
give keep their value, and every member keeps its visibility and its repositories.

To test the login first, give both --server and --username: GitHub does not return stored
values. They are written too, which changes nothing if they are the same. Without them the
password is written untested, after asking; without a terminal, that requires --yes or
--no-test (otherwise exit 2).

--from imports only the password; the server and user name are written only from --server and
--username. Make clear which login you mean: name docker's, as in --from docker:ghcr.io, or
give --server; from the environment or a file, the login with the same prefix is used.

The expiry saved for the old password is forgotten; pass --expires for the new one.

Examples:
  pullkey rotate ACR --org acme --password-env PAT --server mycompany.azurecr.io --username codespaces
  pullkey rotate ACR --repo acme/api --password-env NEW_TOKEN --no-test";

pub(super) const ACCESS_HELP: &str = "\
Changes all members of the credential alike and never needs their values. Without a terminal,
opening it to all or to all private repositories requires --yes. If somebody else changes the
access in between, nothing is changed (exit 3).

Name repositories as OWNER/NAME or with a pattern such as \"acme/course-*\"; * does not match /.
--topic and --repos-file extend whichever of --add, --remove and --set you give. The matching
repositories are shown before anything is written; with --dry-run, nothing is written.

--undo restores the access that each member had before the last change pullkey made here.
--make-alike fixes members that differ: they get the access that two of them share, or that
of --like MEMBER.

Examples:
  pullkey access ACR --user --add octocat/hello --remove octocat/old --dry-run
  pullkey access ACR --org acme --set --topic course
  pullkey access ACR --org acme --visibility private --yes
  pullkey access ACR --org acme --undo";

/// What `--preset` does in `set`.
const CHECKED: &str = "it sets the checks and the known values (npm: one secret named PREFIX, in one place, without \
                       user, --store, --expires and --from)";

/// The scope that `set` writes to, or the repositories.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SetScopeArgs {
    /// Write to your own secrets
    #[arg(long)]
    pub user: bool,
    /// Write to this repository's secrets; can be repeated, and can be a pattern
    #[arg(long, value_name = "OWNER/NAME", num_args = 0..=1, value_parser = Wanted::parse)]
    pub repo: Option<Vec<Wanted>>,
    /// Write to this organization's secrets
    #[arg(long, value_name = "ORG", value_parser = OrgName::parse)]
    pub org: Option<OrgName>,
}

/// Repositories that are not named one by one.
#[derive(Clone, Debug, Default, Args)]
pub struct ChoiceArgs {
    /// Choose the repositories with this topic; can be repeated
    #[arg(long = "topic", value_name = "TOPIC", value_parser = topic)]
    pub topics: Vec<String>,
    /// Read repositories from this file, a name or pattern per line; # starts a comment, - is standard input
    #[arg(long, value_name = "FILE")]
    pub repos_file: Option<PathBuf>,
}

impl ChoiceArgs {
    pub(super) const fn is_empty(&self) -> bool {
        self.topics.is_empty() && self.repos_file.is_none()
    }
}

#[derive(Clone, Debug, Args)]
#[command(group(needs_password()))]
pub struct SetArgs {
    /// The credential's prefix, such as ACR; with --preset npm, the secret's name
    #[arg(value_parser = Prefix::parse)]
    pub prefix: Prefix,
    #[command(flatten)]
    pub scope: SetScopeArgs,
    #[arg(long, value_name = "ID", help = preset_help(CHECKED))]
    pub preset: Option<String>,
    /// The registry's server, unless the preset knows it; overrides the one from --from
    #[arg(long, value_name = "SERVER")]
    pub server: Option<String>,
    /// The user name, unless the preset knows it; overrides the one from --from
    #[arg(long, value_name = "USER")]
    pub username: Option<String>,
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Give it to these repositories instead of those that have it
    #[arg(long, value_name = "O/N,...", num_args = 0..=1, value_delimiter = ',', value_parser = Wanted::parse)]
    pub repos: Option<Vec<Wanted>>,
    #[command(flatten)]
    pub more: ChoiceArgs,
    /// Choose which of the organization's repositories get it
    #[arg(long, value_parser = visibility())]
    pub visibility: Option<Visibility>,
    #[command(flatten)]
    pub how: HowArgs,
    /// Overwrite, and write what could not be tested, without asking
    #[arg(long, short)]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What happens before and after the write.
#[derive(Clone, Debug, Default, Args)]
pub struct HowArgs {
    /// Also test pulling this image; can be repeated
    #[arg(long = "image", value_name = "IMAGE")]
    pub images: Vec<String>,
    /// Also test that the token can install this package, with --preset npm; can be repeated
    #[arg(long = "package", value_name = "@SCOPE/NAME", requires = "preset")]
    pub packages: Vec<String>,
    /// Write without testing the login first
    #[arg(long)]
    pub no_test: bool,
    /// Save when the password expires: 2027-05-14, 90 days, 1 year or never
    #[arg(long, value_name = "DATE", value_parser = ends)]
    pub expires: Option<End>,
    /// Write all repositories again, also those that an interrupted run has written
    #[arg(long)]
    pub no_resume: bool,
    /// Show what would be written, and write nothing
    #[arg(long, conflicts_with = "store")]
    pub dry_run: bool,
    #[command(flatten)]
    pub stored: StoreArgs,
}

/// What is stored on this machine.
#[derive(Clone, Debug, Default, Args)]
pub struct StoreArgs {
    /// Store the values in the system keyring, so that `pullkey test PREFIX` can test them again
    #[arg(long)]
    pub store: bool,
}

impl SetArgs {
    /// The scope; `None` for many repositories.
    pub(super) fn one_scope(&self) -> Option<Scope> {
        match (&self.scope.repo, &self.scope.org) {
            (Some(repos), _) => match &repos[..] {
                [Wanted::Name(name)] if self.more.is_empty() => Some(Scope::Repository(name.clone())),
                _ => None,
            },
            (None, Some(org)) => Some(Scope::Organization(org.clone())),
            (None, None) => Some(Scope::User),
        }
    }
}

#[derive(Clone, Debug, Args)]
#[command(group(needs_password()))]
pub struct RotateArgs {
    /// The credential's prefix, such as ACR
    #[arg(value_parser = Prefix::parse)]
    pub prefix: Prefix,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Also write this server
    #[arg(long, value_name = "SERVER")]
    pub server: Option<String>,
    /// Also write this user name
    #[arg(long, value_name = "USER")]
    pub username: Option<String>,
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Also test pulling this image; can be repeated
    #[arg(long = "image", value_name = "IMAGE")]
    pub images: Vec<String>,
    /// Write without testing the login first
    #[arg(long)]
    pub no_test: bool,
    /// Save when the new password expires: 2027-05-14, 90 days, 1 year or never
    #[arg(long, value_name = "DATE", value_parser = ends)]
    pub expires: Option<End>,
    #[command(flatten)]
    pub stored: StoreArgs,
    /// Write what could not be tested, without asking
    #[arg(long, short)]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Debug, Args)]
pub struct AccessArgs {
    /// The credential's prefix, such as ACR
    #[arg(value_parser = Prefix::parse)]
    pub prefix: Prefix,
    #[command(flatten)]
    pub scope: SharedScopeArgs,
    /// Give it to these repositories too
    #[arg(long, value_name = "O/N,...", num_args = 0..=1, value_delimiter = ',', value_parser = Wanted::parse)]
    pub add: Option<Vec<Wanted>>,
    /// Take it away from these repositories
    #[arg(long, value_name = "O/N,...", num_args = 0..=1, value_delimiter = ',', value_parser = Wanted::parse)]
    pub remove: Option<Vec<Wanted>>,
    /// Give it to these repositories and no others
    #[arg(long, value_name = "O/N,...", num_args = 0..=1, value_delimiter = ',', value_parser = Wanted::parse)]
    #[arg(conflicts_with_all = ["add", "remove"])]
    pub set: Option<Vec<Wanted>>,
    #[command(flatten)]
    pub more: ChoiceArgs,
    /// Choose which of the organization's repositories get it
    #[arg(long, value_parser = visibility())]
    pub visibility: Option<Visibility>,
    #[command(flatten)]
    pub repair: RepairArgs,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask for confirmation
    #[arg(long, short)]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Changes of access that do not name repositories.
#[derive(Clone, Debug, Default, Args)]
pub struct RepairArgs {
    /// Undo the last change that pullkey made to it here
    #[arg(long, conflicts_with_all = ["add", "remove", "set", "topics", "repos_file", "visibility", "make_alike"])]
    pub undo: bool,
    /// Give members that differ the access that two of them share
    #[arg(long, conflicts_with_all = ["add", "remove", "set", "topics", "repos_file", "visibility"])]
    pub make_alike: bool,
    /// Give all members the access of this one, with --make-alike
    #[arg(long, value_name = "MEMBER", requires = "make_alike", value_parser = member())]
    pub like: Option<Member>,
}

pub(super) fn visibility() -> impl TypedValueParser<Value = Visibility> {
    let words = [Visibility::All, Visibility::Private, Visibility::Selected].map(Visibility::word);
    PossibleValuesParser::new(words).try_map(|word| Visibility::parse(&word).ok_or("unknown visibility"))
}

fn member() -> impl TypedValueParser<Value = Member> {
    PossibleValuesParser::new(Member::all().map(Member::word))
        .try_map(|word| Member::all().find(|member| member.word() == word).ok_or("unknown member"))
}

/// Durations count from today in UTC.
fn ends(text: &str) -> Result<End, EndFault> {
    End::parse(text, chrono::Utc::now().date_naive())
}

/// Source: GitHub Docs, “Classifying your repository with topics”.
fn topic(text: &str) -> Result<String, &'static str> {
    let is_fine = !text.is_empty() && text.len() <= 50 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_fine { Ok(text.to_ascii_lowercase()) } else { Err("a topic is at most 50 letters, digits and hyphens") }
}
