//! Values from flags, or with `--from` from a source on this machine; flags override imported values.
//!
//! A Docker credential helper is run only for a login that was named, or after consent.

use std::path::PathBuf;

use super::args::PasswordArgs;
use super::session::Session;
use super::{Exit, Failure, password};
use crate::domain::source::{Asked, Known, Offered, Taken, address};
use crate::domain::{Prefix, Sensitive, Untrusted};
use crate::work;

/// The values given, with whichever flags.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) server: Option<String>,
    pub(super) user: Option<Sensitive>,
    pub(super) password: Sensitive,
    pub(super) notes: Vec<String>,
}

pub(super) async fn given(
    args: &PasswordArgs,
    (server, user): (Option<&str>, Option<&str>),
    prefix: Option<&Prefix>,
    session: &Session,
) -> Result<Given, Failure> {
    let (own_server, own_user) = (server.map(str::to_owned), user.map(Sensitive::from));
    let Some(asked) = &args.from else { return typed_only(args, (own_server, own_user), session).await };
    let (offer, taken) = take(asked, Known { prefix, server, strictly: false }, session).await?;
    let mut notes = vec![format!("the values come from {}", offer.source.words())];
    if let (Some(server), Some(theirs)) = (server, taken.server.as_deref().filter(|theirs| Some(*theirs) != server)) {
        let shown = |server: &str| address(&Untrusted::new(server));
        notes.push(format!("--server {} is used in place of {}", shown(server), shown(theirs)));
    }
    if own_user.as_ref().is_some_and(|user| *user != taken.user) {
        notes.push("--username is used in place of the user found there".to_owned());
    }
    Ok(Given {
        server: own_server.or(taken.server),
        user: own_user.or(Some(taken.user)),
        password: taken.password,
        notes,
    })
}

/// Imports only a password, for an existing credential. Its server and user are written only if given as flags, because
/// GitHub does not say whether they match the source. For the same reason the login has to be named, even if it is the
/// only one.
pub(super) async fn new_password(
    args: &PasswordArgs,
    (server, user): (Option<&str>, Option<&str>),
    prefix: &Prefix,
    session: &Session,
) -> Result<Given, Failure> {
    let (own_server, own_user) = (server.map(str::to_owned), user.map(Sensitive::from));
    let Some(asked) = &args.from else { return typed_only(args, (own_server, own_user), session).await };
    let (offer, taken) = take(asked, Known { prefix: Some(prefix), server, strictly: true }, session).await?;
    let mut notes = vec![format!("only the password is imported from {}", offer.line())];
    if own_server.is_none() || own_user.is_none() {
        notes.push("the server and user name are written only if you give --server and --username".to_owned());
    }
    if let (Some(server), Some(theirs)) = (server, taken.server.as_deref().filter(|theirs| Some(*theirs) != server)) {
        let shown = |server: &str| address(&Untrusted::new(server));
        notes.push(format!("the password of {} is used for --server {}", shown(theirs), shown(server)));
    }
    if own_user.as_ref().is_some_and(|user| *user != taken.user) {
        notes.push("--username differs from the user found there".to_owned());
    }
    Ok(Given { server: own_server, user: own_user, password: taken.password, notes })
}

async fn typed_only(
    args: &PasswordArgs,
    (server, user): (Option<String>, Option<Sensitive>),
    session: &Session,
) -> Result<Given, Failure> {
    let password = password::read(args, session).await?;
    Ok(Given { server, user, password, notes: Vec::new() })
}

async fn take(asked: &Asked, known: Known<'_>, session: &Session) -> Result<(Offered, Taken), Failure> {
    let usage = |problem| Failure::new(Exit::Usage, problem);
    let dir = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let offer = work::find_source(&session.env, &dir, asked, known).map_err(usage)?;
    if let Some(helper) = offer.helper.as_ref().filter(|_| !asked.is_exact()) {
        consent(session, helper, &offer.source.flag(), &offer.source.words()).await?;
    }
    let taken = session.interrupt.read(work::take(&session.env, &dir, &offer.source)).await?.map_err(usage)?;
    Ok((offer, taken))
}

async fn consent(session: &Session, helper: &Untrusted, flag: &str, words: &str) -> Result<(), Failure> {
    let program = helper.shown();
    if !session.can_ask() {
        return Err(Failure::usage(
            "the values could not be imported",
            format!("{program} would have to be run, and pullkey runs it only for a login that you name"),
            format!("name it: --from {flag}"),
        ));
    }
    if session.is_answered_yes(&format!("{program} would be run to get {words}")).await? {
        return Ok(());
    }
    Err(Failure::usage("nothing was imported", "you did not answer yes", ""))
}
