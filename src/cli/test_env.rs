//! `pullkey test --env`: tests each credential in the environment, as a codespace has them, and compares it with
//! docker's logins. Only here can the values that GitHub has be tested themselves.

use chrono::Utc;

use super::args::TestArgs;
use super::session::Session;
use super::{Exit, Failure, test};
use crate::domain::lint;
use crate::domain::source::Triple;
use crate::domain::{Holds, Image, Prefix, Problem, Sensitive, Server, Trial, Untrusted};
use crate::local::Env;
use crate::local::sources::{DockerLogin, docker_login, in_environment};
use crate::report::{self, Docker, Environment, Remark, Tried};
use crate::work;

/// Source: GitHub Docs, “Allowing your codespace to access a private registry”.
const WHEN: &str = "a codespace writes its logins only between onCreateCommand and postCreateCommand";

pub(super) async fn run(args: &TestArgs, session: &Session) -> Result<Exit, Failure> {
    let is_codespace = session.env.get("CODESPACES") == Some("true");
    let images = images(&args.images)?;
    let meant = |triple: &Triple| args.prefix.as_ref().is_none_or(|prefix| *prefix == triple.prefix);
    let (triples, others): (Vec<_>, Vec<_>) = in_environment(&session.env).into_iter().partition(meant);
    if triples.is_empty() {
        return Err(Failure::world(nothing(args.prefix.as_ref(), &others, is_codespace)));
    }
    let is_stray = |image: &&Named| !triples.iter().any(|triple| image.is_for(triple));
    let strays = images.iter().filter(is_stray).map(|named| named.image.clone()).collect();
    let clients = session.registry()?;
    let mut tried = Vec::new();
    for triple in triples {
        let missing = triple.missing();
        let own = images.iter().filter(|image| image.is_for(&triple)).map(|named| named.written.clone());
        let images: Vec<_> = own.collect();
        let docker = compared(&session.env, &triple, is_codespace);
        let test = match trial(&triple, &images) {
            None => None,
            Some(trial) => {
                let mut unheard = |_| {};
                let testing = work::test(&clients, &trial, args.with.into(), Utc::now(), &mut unheard);
                Some(session.interrupt.read(Box::pin(testing)).await?)
            }
        };
        let remarks = remarks(&triple);
        tried.push(Tried { prefix: triple.prefix, missing, test, near: triple.near, remarks, images, docker });
    }
    let environment = Environment { tried, strays, is_codespace };
    session.show(|| report::environment_json(&environment), || report::environment(&environment))?;
    Ok(worst(&environment))
}

/// An image as given, and parsed.
struct Named {
    written: String,
    image: Image,
}

impl Named {
    /// Whether the image is at this credential's registry. Only the test shows whether a pull finds the credential.
    fn is_for(&self, triple: &Triple) -> bool {
        let server = triple.server.as_ref().and_then(|server| Server::parse(server.raw()).ok());
        server.is_some_and(|server| self.image.is_at(&server))
    }
}

/// Refuses what is not an image before any test.
fn images(written: &[String]) -> Result<Vec<Named>, Failure> {
    let named = |written: &String| {
        let image = Image::parse(written).map_err(|fault| {
            let shown = Untrusted::new(written.chars().take(120).collect::<String>()).shown();
            let why = format!("{shown}: this image {fault}");
            Failure::usage("the image cannot be tested", why, "write it as in a Dockerfile")
        })?;
        Ok(Named { written: written.clone(), image })
    };
    written.iter().map(named).collect()
}

/// `None` for an incomplete credential.
fn trial(triple: &Triple, images: &[String]) -> Option<Trial> {
    triple.missing().is_empty().then_some(())?;
    Some(Trial {
        server: triple.server.as_ref()?.raw().to_owned(),
        user: Sensitive::from(triple.user.as_ref()?.raw()),
        password: triple.password.clone()?,
        images: images.to_vec(),
        holds: Holds::Images,
    })
}

/// Inconclusive is worse than refused, because then nothing is known. An incomplete credential, and an image without a
/// credential, count as refused.
fn worst(environment: &Environment) -> Exit {
    let exits = environment.tried.iter().map(|one| one.test.as_ref().map_or(Exit::Refused, test::exit_of));
    let strays = environment.strays.iter().map(|_| Exit::Refused);
    exits.chain(strays).max_by_key(|exit| *exit as u8).unwrap_or(Exit::World)
}

/// Says only what is visible from inside; whether a secret exists on GitHub is not.
fn nothing(prefix: Option<&Prefix>, others: &[Triple], is_codespace: bool) -> Problem {
    let there: Vec<&str> = others.iter().map(|other| other.prefix.as_str()).collect();
    let what = "there is no credential to test in the environment";
    if let (Some(prefix), false) = (prefix, there.is_empty()) {
        let why = format!("there is no variable such as {prefix}_CONTAINER_REGISTRY_SERVER");
        return Problem::new(what, why, format!("available: {}", there.join(", ")));
    }
    let names = prefix.map_or_else(
        || "there is no variable such as ACR_CONTAINER_REGISTRY_SERVER".to_owned(),
        |prefix| format!("there is no variable such as {prefix}_CONTAINER_REGISTRY_SERVER"),
    );
    let (why, hint) = if is_codespace {
        (
            format!("{names}, and this is a codespace (CODESPACES=true)"),
            "check with `pullkey list --reaching OWNER/NAME` that the secret exists and this repository gets it; if \
             so, stop and start this codespace: it gets secrets only when it starts",
        )
    } else {
        (names, "run it inside a codespace, which has its secrets as variables")
    };
    Problem::new(what, why, hint)
}

/// Problems with the values themselves. They are tested anyway, because a codespace uses them as they are.
fn remarks(triple: &Triple) -> Vec<Remark> {
    let nothing = Sensitive::from("");
    let user = triple.user.as_ref().map_or_else(|| nothing.clone(), |user| Sensitive::from(user.raw()));
    let password = triple.password.clone().unwrap_or(nothing);
    let findings = lint::check_any(&user, &password).into_iter();
    findings.map(|finding| Remark { member: finding.member, text: finding.text }).collect()
}

/// Docker's login for the same server. Shows no value but the server; `None` for an incomplete credential.
fn compared(env: &Env, triple: &Triple, is_codespace: bool) -> Option<Docker> {
    triple.missing().is_empty().then_some(())?;
    let server = Server::parse(triple.server.as_ref()?.raw()).ok()?;
    let key = Untrusted::new(server.lookup_key()).shown();
    let inside = |there: String, then: &str| if is_codespace { format!("{there}: {WHEN}, {then}") } else { there };
    let later = "so after adding a secret, restart the codespace, and rebuild it if docker still has no login";
    let newer = "so the variable is newer than docker's login: restart (stop and start) the codespace, and rebuild it \
                 if docker still has the old login; unless somebody logged in by hand";
    let (word, note) = match docker_login(env, &server, (triple.user.as_ref()?, triple.password.as_ref()?)) {
        DockerLogin::NoFile => {
            ("no_configuration", inside("docker has no configuration here, so no login".to_owned(), later))
        }
        DockerLogin::None => ("none", inside(format!("docker has no login under {key}, which pulls look up"), later)),
        DockerLogin::Unreadable(why) => ("unreadable", format!("could not read docker's logins: {why}")),
        DockerLogin::Helper(program) => (
            "helper",
            format!("docker's login under {key} is unknown: it is stored by {}, which was not run", program.shown()),
        ),
        DockerLogin::IdentityToken => (
            "identity_token",
            format!(
                "docker has an identity token under {key}, as `az acr login` stores one; pulls use it instead of these \
                 values, and it was not tested"
            ),
        ),
        DockerLogin::RegistryToken => {
            ("registry_token", format!("docker has a registry token under {key}; pulls use it instead of these values"))
        }
        DockerLogin::Undecodable => (
            "undecodable",
            format!("docker has an entry under {key}, but no login can be read from it; logging in again replaces it"),
        ),
        DockerLogin::OtherUser => {
            ("other_user", inside(format!("docker has a login under {key}, but with another user"), newer))
        }
        DockerLogin::OtherPassword => (
            "other_password",
            inside(format!("docker has a login under {key} with the same user, but with another password"), newer),
        ),
        DockerLogin::Same => ("same", format!("docker has a login under {key} with the same user and password")),
    };
    Some(Docker { word, note })
}
