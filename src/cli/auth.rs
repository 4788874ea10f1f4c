//! `pullkey auth`: shows the tokens found and what each may do, stores one in the keyring, and removes it.

use std::io::{self, IsTerminal, Write};

use chrono::Utc;

use super::auth_args::{AuthCommand, LoginArgs};
use super::session::{Session, note};
use super::{Exit, Failure, password};
use crate::domain::token::{DeviceCode, TokenChoice};
use crate::domain::{Problem, Sensitive};
use crate::local::Paths;
use crate::work::Entered;
use crate::{github, report};

pub(super) async fn run(command: AuthCommand, session: &Session) -> Result<Exit, Failure> {
    match command {
        AuthCommand::Status(_) => status(session).await,
        AuthCommand::Login(args) => login(args, session).await,
        AuthCommand::Logout => logout(session).await,
    }
}

async fn status(session: &Session) -> Result<Exit, Failure> {
    let entrance = session.entrance()?;
    let host = entrance.places.address.host.clone();
    let reports = session
        .interrupt
        .read(async {
            let used = entrance.find().await.ok();
            entrance.tokens(used.as_ref()).await
        })
        .await?;
    session.show(|| report::tokens_json(&reports, &host), || report::tokens(&reports, &host, Utc::now()))?;
    let used = reports.iter().find(|report| report.used);
    Ok(match used {
        Some(used) if used.identity.is_ok() => Exit::Fine,
        // A token that GitHub refused is as good as none. If GitHub did not answer, it may be fine.
        Some(used) if used.identity.as_ref().is_err_and(|p| p.mend == Some(crate::domain::Mend::SignIn)) => Exit::Usage,
        Some(_) => Exit::World,
        None => Exit::Usage,
    })
}

async fn login(args: LoginArgs, session: &Session) -> Result<Exit, Failure> {
    let entrance = session.entrance()?;
    let entered = if args.device {
        let mut show = |code: DeviceCode| {
            note(&format!("open {} and enter the code {}", code.page.shown(), code.user_code.shown()));
            note("waiting for you to confirm there; ctrl-c cancels");
        };
        session.interrupt.read(entrance.device(true, &mut show)).await?
    } else {
        let token = if args.with_token || !session.can_ask() { piped(session).await? } else { asked(session).await? };
        session.interrupt.read(entrance.choose(TokenChoice::Given { token, keep: true })).await?
    };
    told(entered.map_err(Failure::world)?, session)
}

/// Reports who is signed in, and whether the token was stored. The next command cannot use one that was not stored.
fn told(entered: Entered, session: &Session) -> Result<Exit, Failure> {
    let Entered { identity, kept, .. } = entered;
    let who = identity.login.shown();
    if let Some(Err(problem)) = kept {
        note(&format!("signed in as {who} for this command only"));
        return Err(Failure::world(problem));
    }
    session.show(|| serde_json::json!({}), || format!("signed in as {who}; the token is stored in the keyring\n"))?;
    let shadow = ["GH_TOKEN", "GITHUB_TOKEN"].into_iter().find(|name| session.env.filled(name).is_some());
    if let Some(name) = shadow {
        note(&format!("note: {name} is set and takes precedence over the keyring"));
    }
    Ok(Exit::Fine)
}

async fn logout(session: &Session) -> Result<Exit, Failure> {
    let entrance = session.entrance()?;
    let gone = session.interrupt.read(entrance.forget()).await?.map_err(Failure::world)?;
    let kept = Paths::of(&session.env).cache.map_or(Ok(0), |folder| github::erase_cache(&folder));
    let kept = kept.map_err(|fault| {
        let hint = "delete the folder yourself";
        Failure::world(Problem::new("the cache could not be cleared completely", fault.to_string(), hint))
    })?;
    let token = if gone { "removed the token from the keyring" } else { "there was no token in the keyring" };
    session.show(|| serde_json::json!({}), || format!("{token}; {kept} cached answers deleted\n"))?;
    Ok(Exit::Fine)
}

async fn piped(session: &Session) -> Result<Sensitive, Failure> {
    if io::stdin().is_terminal() {
        return Err(Failure::usage(
            "the token could not be read",
            "standard input is a terminal, which would show it",
            "pipe it in, or run `pullkey auth login` without --with-token, which does not show it",
        ));
    }
    let read = session.read_apart(|| password::bounded(io::stdin().lock())).await?;
    read.map_err(|why| Failure::usage("the token could not be read", why, "pipe in only the token"))
}

/// On a thread of its own, because reading from a terminal cannot be cancelled.
async fn asked(session: &Session) -> Result<Sensitive, Failure> {
    let (tell, listen) = tokio::sync::oneshot::channel();
    let spawned = std::thread::Builder::new().name("question".to_owned()).spawn(move || {
        let shown = io::stderr().write_all(b"Token (not shown): ");
        let token = shown.and_then(|()| rpassword::read_password()).map(Sensitive::new);
        // After an interrupt nobody receives it any more.
        let _ = tell.send(token);
    });
    let failed =
        |why: String| Failure::usage("the token could not be read", why, "pipe it in: pullkey auth login --with-token");
    if let Err(fault) = spawned {
        return Err(failed(fault.to_string()));
    }
    match session.interrupt.read(listen).await? {
        Ok(Ok(token)) => Ok(token),
        Ok(Err(fault)) => Err(failed(fault.to_string())),
        Err(_) => Err(failed("the terminal was closed".to_owned())),
    }
}
