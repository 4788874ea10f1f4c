//! `pullkey list --reaching`: which of your, the repository's and the organization's secrets a repository gets.

use super::session::Session;
use super::{Exit, Failure};
use crate::domain::{OrgName, reach};
use crate::domain::{Problem, RepoName, Scope, ScopeListing};
use crate::github::Client;
use crate::{report, work};

pub(super) async fn run(name: &RepoName, session: &Session) -> Result<Exit, Failure> {
    let gh = session.github().await?;
    let repository = session.interrupt.read(work::repository(&gh, name)).await?.map_err(Failure::world)?;
    // As GitHub spells it, under its present name if it was renamed.
    let name = RepoName::parse(repository.full_name.raw()).unwrap_or_else(|_| name.clone());
    let scopes = session.interrupt.read(scopes(&gh, &name)).await?;
    let reads = scopes.into_iter().map(|scope| async {
        let listing = work::load_every_secret(&gh, &scope).await;
        (scope, listing)
    });
    let read = session.interrupt.read(futures_util::future::join_all(reads)).await?;
    let listings: Vec<_> = read.iter().map(|(scope, listing)| (scope.clone(), listing.as_ref().ok())).collect();
    let lines = reach::reaching(&listings, &repository);
    let problem = |(scope, listing): &(Scope, Result<ScopeListing, Problem>)| {
        let problem = listing.as_ref().map_or_else(Some, |listing| listing.lacking.as_ref())?;
        Some((scope.clone(), problem.clone()))
    };
    let problems: Vec<_> = read.iter().filter_map(problem).collect();
    session.show(
        || report::reach_json(&repository, &lines, &problems),
        || report::reach(&repository, &lines, &problems),
    )?;
    let is_whole = lines.iter().all(|line| line.what != reach::Reached::Rest);
    Ok(if is_whole { Exit::Fine } else { Exit::World })
}

/// The scopes whose secrets can reach it. Other organizations' cannot, and your own account is not an organization.
async fn scopes(gh: &Client, name: &RepoName) -> Vec<Scope> {
    let mut scopes = vec![Scope::User, Scope::Repository(name.clone())];
    let me = work::identity(gh, crate::domain::token::TokenSource::GhToken).await;
    let is_mine = me.is_ok_and(|me| me.login.raw().eq_ignore_ascii_case(name.owner()));
    if let (false, Ok(org)) = (is_mine, OrgName::parse(name.owner())) {
        scopes.push(Scope::Organization(org));
    }
    scopes
}
