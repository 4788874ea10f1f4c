//! The flags of the commands that write: `set`, `rotate` and `access`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::args::{PasswordArgs, ScopeArgs, SharedScopeArgs, needs_password, preset_help};
use crate::domain::ending::EndFault;
use crate::domain::{End, Member, OrgName, Prefix, Scope, Visibility, Wanted};

pub(super) const SET_HELP: &str = "\
The login is tested first. If the registry refuses it, nothing is written (exit 1); if it
could not be told, it is written only with --yes (else exit 3). Off a terminal an existing
credential is overwritten only with --yes (else exit 2). Its access is kept unless a flag
changes it. Exit 3 if a member was not written, or if that is not known.

With several --repo, a pattern, --topic or --repos-file the credential is written into each
repository, one after the other, as its own. Ctrl-C ends after the repository that is being
written; the same command goes on where it was within a day, and leaves alone what was
written and has not changed since. --afresh writes all of them again: a new password needs it.

--from takes server, user and password from docker's configuration, an AWS profile, the
environment or a file of NAME=value or JSON; --server and --username go before it. A program
that keeps docker's password is run only for the login that is named: --from docker:ghcr.io.
What is for another prefix, or for another server than --server, is taken only where it is
named so.

--ends says when the password stops working, which GitHub never tells: pullkey keeps it on
this machine, and `list` warns 30, 7 and 1 days before. Where the value tells it itself (a
JSON Web Token, a token of ECR), that is kept instead.

--preset npm writes one secret by the name that is given, and no server and user: the token,
after the registry of --server said whose it is, or a private --package could be installed.

Examples:
  pullkey set DOCKERHUB --user --preset dockerhub --username octocat --password-env PAT --repos octocat/hello
  pullkey set ACR --org acme --preset acr --server mycompany.azurecr.io --username codespaces
      --password-env ACR_PASSWORD --visibility selected --repos \"acme/course-*\"
  pullkey set ACR --repo \"acme/course-*\" --repo acme/api --preset acr --server mycompany.azurecr.io
      --username codespaces --password-env ACR_PASSWORD
  pullkey set NPM_TOKEN --repo acme/api --preset npm --server https://registry.npmjs.org/
      --password-env NPM_TOKEN --package @acme/tools

An example of two lines is one command.";

pub(super) const ROTATE_HELP: &str = "\
Writes the password, and the user name and the server where they are given. The others keep
the value they have, and every member keeps the visibility and the repositories it has.

The login is tested first, which needs the server and the user name: GitHub does not give
back what is stored, so give both to have it tested (they are written too, which changes
nothing if they are the same). Without them it is written untested, after asking; off a
terminal that needs --yes or --no-test (else exit 2).

--from takes only the password: the server and the user name are written where --server and
--username say them. It has to be clear which login is meant: docker's by its name, as in
--from docker:ghcr.io, or by --server; one of the environment or of a file by the same prefix.

What --ends said of the old password is forgotten; say it of the new one.

Examples:
  pullkey rotate ACR --org acme --password-env PAT --server mycompany.azurecr.io --username codespaces
  pullkey rotate ACR --repo acme/api --password-env NEW_TOKEN --no-test";

pub(super) const ACCESS_HELP: &str = "\
Changes all members of the credential alike and never needs their values. Off a terminal
a change that opens it to all or to all private repositories needs --yes. If somebody else
changes it in between, nothing is changed (exit 3).

Repositories are named OWNER/NAME or by a pattern such as \"acme/course-*\", in which * stays
within a name. --topic and --repos-file add to the one of --add, --remove and --set that is
given. What they stand for is shown before it is written; --dry-run shows it and no more.

--undo gives every member back what it had before the last change pullkey made here.
--make-alike repairs members that differ: to what two of them share, or to --like MEMBER.

Examples:
  pullkey access ACR --user --add octocat/hello --remove octocat/old --dry-run
  pullkey access ACR --org acme --set --topic course
  pullkey access ACR --org acme --visibility private --yes
  pullkey access ACR --org acme --undo";

/// The place, or the places, of `set`.
/// What `--preset` of `set` is for.
const CHECKED: &str = "which says what is checked and what goes without saying (npm: one secret called PREFIX, in one \
                       place, without user, --keep, --ends and --from)";

#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SetScopeArgs {
    /// Your own secrets
    #[arg(long)]
    pub user: bool,
    /// This repository's own secrets; may be given again and may be a pattern
    #[arg(long, value_name = "OWNER/NAME", num_args = 0..=1, value_parser = Wanted::parse)]
    pub repo: Option<Vec<Wanted>>,
    /// This organization's secrets
    #[arg(long, value_name = "ORG", value_parser = OrgName::parse)]
    pub org: Option<OrgName>,
}

/// More repositories than are named.
#[derive(Clone, Debug, Default, Args)]
pub struct ChoiceArgs {
    /// Repositories with this topic; may be given again
    #[arg(long = "topic", value_name = "TOPIC", value_parser = topic)]
    pub topics: Vec<String>,
    /// The repositories in this file: a name or pattern a line, # begins a comment; - is standard input
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
    /// The credential's prefix, such as ACR; with --preset npm the one secret's name
    #[arg(value_parser = Prefix::parse)]
    pub prefix: Prefix,
    #[command(flatten)]
    pub scope: SetScopeArgs,
    #[arg(long, value_name = "ID", help = preset_help(CHECKED))]
    pub preset: Option<String>,
    /// The registry's server, unless the preset knows it; in place of that of --from
    #[arg(long, value_name = "SERVER")]
    pub server: Option<String>,
    /// The user name, unless the preset knows it; in place of that of --from
    #[arg(long, value_name = "USER")]
    pub username: Option<String>,
    #[command(flatten)]
    pub password: PasswordArgs,
    /// The repositories that get it, in place of those that have it
    #[arg(long, value_name = "O/N,...", num_args = 0..=1, value_delimiter = ',', value_parser = Wanted::parse)]
    pub repos: Option<Vec<Wanted>>,
    #[command(flatten)]
    pub more: ChoiceArgs,
    /// Which of the organization's repositories get it
    #[arg(long, value_parser = visibility())]
    pub visibility: Option<Visibility>,
    #[command(flatten)]
    pub how: HowArgs,
    /// Overwrite, and write what could not be tested, without asking
    #[arg(long, short)]
    pub yes: bool,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

/// What is done around the write.
#[derive(Clone, Debug, Default, Args)]
pub struct HowArgs {
    /// Prove the pull of this image as well; may be given again
    #[arg(long = "image", value_name = "IMAGE")]
    pub images: Vec<String>,
    /// With --preset npm: prove that the token installs this package; may be given again
    #[arg(long = "package", value_name = "@SCOPE/NAME", requires = "preset")]
    pub packages: Vec<String>,
    /// Write without testing the login first
    #[arg(long)]
    pub no_test: bool,
    /// When the password stops working: 2027-05-14, 90 days, 1 year or never
    #[arg(long, value_name = "DATE", value_parser = ends)]
    pub ends: Option<End>,
    /// Write all repositories, those too that a run that did not end has written already
    #[arg(long)]
    pub afresh: bool,
    /// Show what would be written and write nothing
    #[arg(long, conflicts_with = "keep")]
    pub dry_run: bool,
    #[command(flatten)]
    pub kept: KeepArgs,
}

/// What is left behind on this machine.
#[derive(Clone, Debug, Default, Args)]
pub struct KeepArgs {
    /// Keep the values in the system's keyring, so that `pullkey test PREFIX` can try them again
    #[arg(long)]
    pub keep: bool,
}

impl SetArgs {
    /// The one scope; `None` for many repositories.
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
    /// Write this server too
    #[arg(long, value_name = "SERVER")]
    pub server: Option<String>,
    /// Write this user name too
    #[arg(long, value_name = "USER")]
    pub username: Option<String>,
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Prove the pull of this image as well; may be given again
    #[arg(long = "image", value_name = "IMAGE")]
    pub images: Vec<String>,
    /// Write without testing the login first
    #[arg(long)]
    pub no_test: bool,
    /// When the new password stops working: 2027-05-14, 90 days, 1 year or never
    #[arg(long, value_name = "DATE", value_parser = ends)]
    pub ends: Option<End>,
    #[command(flatten)]
    pub kept: KeepArgs,
    /// Write what could not be tested, without asking
    #[arg(long, short)]
    pub yes: bool,
    /// Write JSON
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
    /// Repositories that shall get it too
    #[arg(long, value_name = "O/N,...", num_args = 0..=1, value_delimiter = ',', value_parser = Wanted::parse)]
    pub add: Option<Vec<Wanted>>,
    /// Repositories that shall not get it any more
    #[arg(long, value_name = "O/N,...", num_args = 0..=1, value_delimiter = ',', value_parser = Wanted::parse)]
    pub remove: Option<Vec<Wanted>>,
    /// The repositories that shall get it, and no other
    #[arg(long, value_name = "O/N,...", num_args = 0..=1, value_delimiter = ',', value_parser = Wanted::parse)]
    #[arg(conflicts_with_all = ["add", "remove"])]
    pub set: Option<Vec<Wanted>>,
    #[command(flatten)]
    pub more: ChoiceArgs,
    /// Which of the organization's repositories get it
    #[arg(long, value_parser = visibility())]
    pub visibility: Option<Visibility>,
    #[command(flatten)]
    pub repair: RepairArgs,
    /// Show what would change and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

/// Changes of access that name no repository.
#[derive(Clone, Debug, Default, Args)]
pub struct RepairArgs {
    /// Take back the last change that pullkey made to it here
    #[arg(long, conflicts_with_all = ["add", "remove", "set", "topics", "repos_file", "visibility", "make_alike"])]
    pub undo: bool,
    /// Give members that differ the access that two of them share
    #[arg(long, conflicts_with_all = ["add", "remove", "set", "topics", "repos_file", "visibility"])]
    pub make_alike: bool,
    /// With --make-alike: give all of them the access of this one
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

/// Lengths count from today, by UTC.
fn ends(text: &str) -> Result<End, EndFault> {
    End::parse(text, chrono::Utc::now().date_naive())
}

/// Source: GitHub Docs, «Classifying your repository with topics».
fn topic(text: &str) -> Result<String, &'static str> {
    let is_fine = !text.is_empty() && text.len() <= 50 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_fine { Ok(text.to_ascii_lowercase()) } else { Err("a topic has letters, digits and hyphens, at most 50") }
}
