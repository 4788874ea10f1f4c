//! `pullkey test --env`: the credentials of the environment, as a codespace has them, each tried and compared with
//! what docker has. The one place where the values themselves can be tested as they are.

use chrono::Utc;

use super::args::TestArgs;
use super::session::Session;
use super::{Exit, Failure, test};
use crate::domain::lint;
use crate::domain::source::Triple;
use crate::domain::{Foreign, Holds, Image, Prefix, Problem, Sensitive, Server, Trial};
use crate::local::Env;
use crate::local::sources::{DockerLogin, docker_login, in_environment};
use crate::report::{self, Docker, Environment, Remark, Tried};
use crate::work;

/// Source: GitHub Docs, «Allowing your codespace to access a private registry».
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

/// An image as written, and taken apart.
struct Named {
    written: String,
    image: Image,
}

impl Named {
    /// Whether it is at this credential's registry; whether its pull finds the credential, the test tells.
    fn is_for(&self, triple: &Triple) -> bool {
        let server = triple.server.as_ref().and_then(|server| Server::parse(server.raw()).ok());
        server.is_some_and(|server| self.image.is_at(&server))
    }
}

/// One credential's trial finds out nothing of what is no image at all, so that is refused before anything is tried.
fn images(written: &[String]) -> Result<Vec<Named>, Failure> {
    let named = |written: &String| {
        let image = Image::parse(written).map_err(|fault| {
            let shown = Foreign::new(written.chars().take(120).collect::<String>()).shown();
            let why = format!("{shown}: this image {fault}");
            Failure::usage("the image cannot be tried", why, "write it as in a Dockerfile")
        })?;
        Ok(Named { written: written.clone(), image })
    };
    written.iter().map(named).collect()
}

/// `None` for half a credential.
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

/// What could not be told is worse than what was refused, as nothing is known then; half a credential is refused by
/// whoever looks it up, and so is an image no credential is for.
fn worst(environment: &Environment) -> Exit {
    let exits = environment.tried.iter().map(|one| one.test.as_ref().map_or(Exit::Refused, test::exit_of));
    let strays = environment.strays.iter().map(|_| Exit::Refused);
    exits.chain(strays).max_by_key(|exit| *exit as u8).unwrap_or(Exit::World)
}

/// Only what can be known from inside: whether a secret exists on GitHub is not.
fn nothing(prefix: Option<&Prefix>, others: &[Triple], is_codespace: bool) -> Problem {
    let there: Vec<&str> = others.iter().map(|other| other.prefix.as_str()).collect();
    let what = "there is nothing to test in the environment";
    if let (Some(prefix), false) = (prefix, there.is_empty()) {
        let why = format!("no variable has a name such as {prefix}_CONTAINER_REGISTRY_SERVER");
        return Problem::new(what, why, format!("there is {}", there.join(", ")));
    }
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
    Problem::new(what, why, hint)
}

/// What is wrong with the values by themselves. They are tried all the same: a codespace uses them as they are.
fn remarks(triple: &Triple) -> Vec<Remark> {
    let nothing = Sensitive::from("");
    let user = triple.user.as_ref().map_or_else(|| nothing.clone(), |user| Sensitive::from(user.raw()));
    let password = triple.password.clone().unwrap_or(nothing);
    let findings = lint::check_any(&user, &password).into_iter();
    findings.map(|finding| Remark { member: finding.member, text: finding.text }).collect()
}

/// What docker has for the same server. No value but the server is told; `None` for half a credential.
fn compared(env: &Env, triple: &Triple, is_codespace: bool) -> Option<Docker> {
    triple.missing().is_empty().then_some(())?;
    let server = Server::parse(triple.server.as_ref()?.raw()).ok()?;
    let key = Foreign::new(server.lookup_key()).shown();
    let inside = |there: String, then: &str| if is_codespace { format!("{there}: {WHEN}, {then}") } else { there };
    let later = "so a secret that came later takes a restart of the codespace, and a rebuild if docker has none after \
                 that";
    let newer = "so the variable is newer than docker's login, and what is missing is a restart (stop and start) of \
                 the codespace, and a rebuild if docker still has the old one after that; unless somebody logged in \
                 by hand";
    let (word, note) = match docker_login(env, &server, (triple.user.as_ref()?, triple.password.as_ref()?)) {
        DockerLogin::NoFile => {
            ("no_configuration", inside("docker has no configuration here, so no login".to_owned(), later))
        }
        DockerLogin::None => ("none", inside(format!("docker has no login under {key}, which pulls look up"), later)),
        DockerLogin::Unreadable(why) => ("unreadable", format!("what docker has is not known: {why}")),
        DockerLogin::Helper(program) => (
            "helper",
            format!("whether docker has a login under {key} only {} knows, and it was not asked", program.shown()),
        ),
        DockerLogin::IdentityToken => (
            "identity_token",
            format!(
                "docker has an identity token under {key}, as `az acr login` leaves one; pulls use that and not these \
                 values, and whether it works is not known"
            ),
        ),
        DockerLogin::RegistryToken => (
            "registry_token",
            format!("docker has a token of the registry itself under {key}; pulls use that and not these values"),
        ),
        DockerLogin::Undecodable => (
            "undecodable",
            format!("docker has something under {key} from which no login can be read; logging in anew replaces it"),
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
