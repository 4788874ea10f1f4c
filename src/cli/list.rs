//! `pullkey list`: reads all scopes at once; a scope that cannot be read shows the reason instead.

use futures_util::future::join_all;

use super::args::ListArgs;
use super::session::Session;
use super::{Exit, Failure, list_reaching};
use crate::domain::{Inventory, Problem, Scope, ScopeListing};
use crate::github::Client;
use crate::local::git;
use crate::{report, work};

pub(super) async fn run(args: &ListArgs, session: &Session) -> Result<Exit, Failure> {
    if let Some(repository) = &args.reaching {
        return list_reaching::run(repository, session).await;
    }
    let gh = session.github().await?;
    let named = named(args);
    let is_named = !named.is_empty();
    // The table only names secrets that do not belong to a credential; JSON lists their repositories too.
    let depth = if args.json { Depth::Everything } else { Depth::Credentials };
    let inventory = if is_named {
        session.interrupt.read(read(&gh, named, depth)).await?
    } else {
        session.interrupt.read(everything(&gh, session, depth)).await??
    };
    let record = session.ends(&gh);
    let ends = report::Ends { record: &record, now: chrono::Utc::now() };
    session.show(|| report::list_json(&inventory, ends), || report::table(&inventory, ends))?;
    let is_unread = inventory.scopes.iter().any(|(_, listing)| listing.is_err());
    let is_part = inventory.scopes.iter().any(|(_, listing)| listing.as_ref().is_ok_and(|it| !it.is_whole()));
    Ok(if (is_named && is_unread) || is_part || inventory.is_partial { Exit::World } else { Exit::Fine })
}

/// The scopes given with flags, each once.
fn named(args: &ListArgs) -> Vec<Scope> {
    let mut scopes = Vec::new();
    let user = args.user.then_some(Scope::User);
    let repos = args.repos.iter().cloned().map(Scope::Repository);
    let orgs = args.orgs.iter().cloned().map(Scope::Organization);
    for scope in user.into_iter().chain(repos).chain(orgs) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes
}

/// For which secrets the selected repositories are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    Credentials,
    Everything,
}

async fn read(gh: &Client, scopes: Vec<Scope>, depth: Depth) -> Inventory {
    let scopes = join_all(scopes.into_iter().map(|scope| one(gh, scope, depth))).await;
    Inventory { scopes, unlisted: None, is_partial: false }
}

async fn one(gh: &Client, scope: Scope, depth: Depth) -> (Scope, Result<ScopeListing, Problem>) {
    let listing = match depth {
        Depth::Credentials => work::load_scope(gh, &scope, &mut |_| {}).await,
        Depth::Everything => work::load_every_secret(gh, &scope).await,
    };
    // Reported under its present name: the old one may belong to somebody else tomorrow.
    let scope = work::renamed(gh, &scope).await.unwrap_or(scope);
    (scope, listing)
}

/// Your own secrets, those of the checkout's repository, and those of your organizations.
async fn everything(gh: &Client, session: &Session, depth: Depth) -> Result<Inventory, Failure> {
    let own = one(gh, Scope::User, depth);
    let here = async {
        let names = remotes(session).await?;
        Ok::<_, Failure>(read(gh, names.into_iter().map(Scope::Repository).collect(), depth).await.scopes)
    };
    let orgs = async {
        let (memberships, lacking) = work::memberships(gh).await?;
        let scopes = memberships.into_iter().map(|membership| Scope::Organization(membership.org)).collect();
        Ok::<_, Problem>((read(gh, scopes, depth).await.scopes, lacking))
    };
    let (own, here, orgs) = futures_util::join!(own, here, orgs);
    let mut scopes = vec![own];
    scopes.extend(here?);
    let is_partial = matches!(orgs, Ok((_, Some(_))));
    let unlisted = match orgs {
        Ok((orgs, lacking)) => {
            scopes.extend(orgs);
            lacking
        }
        Err(problem) => Some(problem),
    };
    // Nothing could be read: if GitHub does not even identify the account, the whole command has failed.
    if scopes.iter().all(|(_, listing)| listing.is_err())
        && let Err(problem) = work::identity(gh, crate::domain::token::TokenSource::GhToken).await
    {
        return Err(Failure::world(problem));
    }
    Ok(Inventory { scopes, unlisted, is_partial })
}

async fn remotes(session: &Session) -> Result<Vec<crate::domain::RepoName>, Failure> {
    let address = session.address()?;
    let Ok(dir) = std::env::current_dir() else { return Ok(Vec::new()) };
    Ok(git::remote(&session.env, &dir, address.remote_host()).await.candidates())
}
