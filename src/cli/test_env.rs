//! `pullkey test --env`: the credentials of the environment, as a codespace has them, each tried and compared with
//! what docker has. The one place where the values themselves can be tested as they are.

use chrono::Utc;

use super::args::TestArgs;
use super::session::Session;
use super::{Exit, Failure, test};
use crate::domain::source::Triple;
use crate::domain::{Foreign, Holds, Prefix, Problem, Sensitive, Server, Trial};
use crate::local::Env;
use crate::local::sources::{DockerLogin, docker_login, in_environment};
use crate::report::{self, Tried};
use crate::work;

/// Source: GitHub Docs, «Allowing your codespace to access a private registry».
const WHEN: &str = "a codespace writes its logins only between onCreateCommand and postCreateCommand";

pub(super) async fn run(args: &TestArgs, session: &Session) -> Result<Exit, Failure> {
    let is_codespace = session.env.get("CODESPACES") == Some("true");
    let triples = in_environment(&session.env).into_iter();
    let meant = |triple: &Triple| args.prefix.as_ref().is_none_or(|prefix| *prefix == triple.prefix);
    let triples: Vec<_> = triples.filter(meant).collect();
    if triples.is_empty() {
        return Err(Failure::world(nothing(args.prefix.as_ref(), is_codespace)));
    }
    let clients = session.registry()?;
    let mut tried = Vec::new();
    for triple in triples {
        let missing = triple.missing();
        let notes = if missing.is_empty() { compared(&session.env, &triple, is_codespace) } else { Vec::new() };
        let test = match trial(&triple, &args.images).filter(|_| missing.is_empty()) {
            None => None,
            Some(trial) => {
                let mut unheard = |_| {};
                let testing = work::test(&clients, &trial, args.with.into(), Utc::now(), &mut unheard);
                Some(session.interrupt.read(Box::pin(testing)).await?)
            }
        };
        let images = args.images.clone();
        tried.push(Tried { prefix: triple.prefix, missing, test, images, notes });
    }
    session.show(|| report::tried_json(&tried, is_codespace), || report::tried(&tried, is_codespace))?;
    Ok(worst(&tried))
}

fn trial(triple: &Triple, images: &[String]) -> Option<Trial> {
    Some(Trial {
        server: triple.server.as_ref()?.raw().to_owned(),
        user: Sensitive::from(triple.user.as_ref()?.raw()),
        password: triple.password.clone()?,
        images: images.to_vec(),
        holds: Holds::Images,
    })
}

/// What could not be told is worse than what was refused, as nothing is known then; half a credential is refused by
/// whoever looks it up.
fn worst(tried: &[Tried]) -> Exit {
    let exits = tried.iter().map(|one| one.test.as_ref().map_or(Exit::Refused, test::exit_of));
    exits.max_by_key(|exit| *exit as u8).unwrap_or(Exit::World)
}

/// Only what can be known from inside: whether a secret exists on GitHub is not.
fn nothing(prefix: Option<&Prefix>, is_codespace: bool) -> Problem {
    let names = prefix.map_or_else(
        || "no variable has a name such as ACR_CONTAINER_REGISTRY_SERVER".to_owned(),
        |prefix| format!("no variable has a name such as {prefix}_CONTAINER_REGISTRY_SERVER"),
    );
    let (why, hint) = if is_codespace {
        (
            format!("{names}, and this is a codespace (CODESPACES=true)"),
            "whether the secret exists and this repository was granted it stands on GitHub (`pullkey list --reaching \
             OWNER/NAME`); if it does, stop and start this codespace: secrets reach it only when it starts",
        )
    } else {
        (names, "run it inside a codespace, which has its secrets as variables")
    };
    Problem::new("there is nothing to test in the environment", why, hint)
}

/// What docker has for the same server. No value but the server is told.
fn compared(env: &Env, triple: &Triple, is_codespace: bool) -> Vec<String> {
    let Some(Ok(server)) = triple.server.as_ref().map(|server| Server::parse(server.raw())) else { return Vec::new() };
    let key = Foreign::new(server.lookup_key()).shown();
    let absent = |there: String| {
        if is_codespace {
            format!(
                "{there}: {WHEN}, so a secret that came later takes a restart of the codespace, and a rebuild if \
                 docker has none after that"
            )
        } else {
            there
        }
    };
    let note = match docker_login(env, &server) {
        DockerLogin::NoFile => absent("docker has no configuration here, so no login".to_owned()),
        DockerLogin::None => absent(format!("docker has no login under {key}, which pulls look up")),
        DockerLogin::Unreadable(why) => format!("what docker has is not known: {why}"),
        DockerLogin::Helper(program) => {
            format!("whether docker has a login under {key} only {} knows, and it was not asked", program.shown())
        }
        DockerLogin::User(user) if Some(&user) == triple.user.as_ref() => {
            format!("docker has a login under {key} with the same user")
        }
        DockerLogin::User(_) => absent(format!("docker has a login under {key}, but with another user")),
    };
    vec![note]
}
