//! `pullkey seamless`: whether a codespace can pull a package of GitHub's own registries without a secret. It only
//! reads.

use clap::Args;

use super::session::Session;
use super::{Exit, Failure};
use crate::domain::{PackageRef, RepoName, SecretNeed};
use crate::local::git::{self, Remote};
use crate::{report, work};

pub(super) const HELP: &str = "\
Packages: ghcr.io/OWNER/NAME, npm.pkg.github.com/@OWNER/NAME, nuget.pkg.github.com/OWNER/NAME,
rubygems.pkg.github.com/OWNER/NAME, and hosts such as containers.SUBDOMAIN.ghe.com/OWNER/NAME.

Reads the package's visibility and the repository it is linked to. This needs a classic token
with the scope read:packages. GitHub's API does not report some settings; pullkey lists them,
with the address of the package's settings page.

Exits with 0 if no secret is needed, or likely none; 1 if one is needed; 3 if unknown.

Examples:
  pullkey seamless ghcr.io/acme/base:2
  pullkey seamless ghcr.io/acme/base --repo acme/api --json";

#[derive(Clone, Debug, Args)]
pub struct SeamlessArgs {
    /// Check this image or package; a tag, a version or a digest makes no difference
    #[arg(value_name = "IMAGE_OR_PACKAGE", value_parser = PackageRef::parse)]
    pub package: PackageRef,
    /// Check codespaces of this repository instead of the git remote's
    #[arg(long, value_name = "OWNER/NAME", value_parser = RepoName::parse)]
    pub repo: Option<RepoName>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

pub(super) async fn run(args: &SeamlessArgs, session: &Session) -> Result<Exit, Failure> {
    let repository = match &args.repo {
        Some(repository) => repository.clone(),
        None => here(session).await?,
    };
    let gh = session.github().await?;
    let told = session.interrupt.read(work::seamless(&gh, &args.package, &repository)).await?;
    session.show(|| report::seamless_json(&told), || report::seamless(&told))?;
    Ok(exit_of(told.verdict))
}

async fn here(session: &Session) -> Result<RepoName, Failure> {
    let address = session.address()?;
    let dir = std::env::current_dir().unwrap_or_default();
    let why = match git::remote(&session.env, &dir, address.remote_host()).await {
        Remote::One(name) => return Ok(name),
        Remote::None => "this directory is not a clone of a GitHub repository".to_owned(),
        Remote::Ambiguous(names) => {
            let names: Vec<_> = names.iter().map(RepoName::full).collect();
            format!("this clone has several GitHub remotes: {}", names.join(", "))
        }
    };
    Err(Failure::usage("no repository chosen", why, "choose one with --repo OWNER/NAME"))
}

const fn exit_of(verdict: SecretNeed) -> Exit {
    match verdict {
        SecretNeed::None | SecretNeed::LikelyNone => Exit::Fine,
        SecretNeed::Needed => Exit::Refused,
        SecretNeed::CannotTell => Exit::World,
    }
}
