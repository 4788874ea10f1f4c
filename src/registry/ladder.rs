//! The order in which a test climbs, and the verdict at its end.
//!
//! A rung that does not pass ends the climb: nothing above it is tried, and no password leaves for it.

use super::client::Client;
use super::docker::{self, Tools};
use super::ecr;
use super::knock;
use super::login;
use crate::domain::server::HUB_KEY;
use crate::domain::verdict::{Rung, With};
use crate::domain::{Code, Outcome, Server, Step, TestReport, Trial, Verdict};

/// Tries the login, telling `part` each step as it is climbed; the report holds the same steps.
///
/// Dropping the future ends the test: requests are abandoned, and docker is killed with all it started.
pub async fn test(
    client: &Client,
    trial: &Trial,
    with: With,
    tools: &Tools,
    part: &mut (dyn FnMut(Step) + Send),
) -> TestReport {
    let mut climb = Climb { steps: Vec::new(), part };
    let Some(server) = server_rung(trial, &mut climb) else {
        return climb.report(with);
    };
    match with {
        With::Native => native(client, &server, trial, &mut climb).await,
        With::Docker => docker_alone(client, &server, trial, tools, &mut climb).await,
        With::Both => {
            native(client, &server, trial, &mut climb).await;
            beside(client, &server, trial, tools, &mut climb).await;
        }
    }
    climb.report(with)
}

async fn native(client: &Client, server: &Server, trial: &Trial, climb: &mut Climb<'_>) {
    if let Some(door) = knock::knock(client, server, climb).await {
        climb.add(login::log_in(client, server, &door, trial).await);
    }
}

/// docker after the native climb: not where a password must not go, and not where one more try does harm.
async fn beside(client: &Client, server: &Server, trial: &Trial, tools: &Tools, climb: &mut Climb<'_>) {
    let blocked = climb.steps.iter().find(|step| step.outcome != Outcome::Pass).map(|step| step.code);
    let step = match blocked {
        Some(code @ (Code::UnsafeRealm | Code::RateLimited)) => Step {
            rung: Rung::Docker,
            code,
            outcome: Outcome::Skipped,
            detail: "docker was not asked, for the reason above".to_owned(),
            remedy: String::new(),
        },
        Some(_) | None => docker::step(client, server, trial, tools, blocked).await,
    };
    climb.add(step);
}

/// docker without the native login, but never without the look whether anybody asks for the password at all.
async fn docker_alone(client: &Client, server: &Server, trial: &Trial, tools: &Tools, climb: &mut Climb<'_>) {
    let mut silent = |_: Step| {};
    let mut look = Climb { steps: Vec::new(), part: &mut silent };
    knock::knock(client, server, &mut look).await;
    let blocked = look.steps.into_iter().find(|step| step.outcome != Outcome::Pass);
    let code = blocked.as_ref().map(|step| step.code);
    // What docker itself would not notice, or would do although it should not.
    let mut stop = false;
    if let (Some(Code::UnsafeRealm | Code::NoAuthNeeded | Code::NotARegistry | Code::RateLimited), Some(step)) =
        (code, blocked)
    {
        stop = true;
        climb.add(step);
    }
    if !stop || code == Some(Code::NoAuthNeeded) {
        climb.add(docker::step(client, server, trial, tools, code).await);
    }
}

/// The first rung, which needs no network: a text that pulls look up, and values that can be tried at all.
fn server_rung(trial: &Trial, climb: &mut Climb<'_>) -> Option<Server> {
    let bad = |detail: String, remedy: String| step(Rung::Server, Code::BadServer, Outcome::Fail, detail, remedy);
    let server = match Server::parse(&trial.server) {
        Ok(server) => server,
        Err(fault) => {
            let remedy = Server::parse(trial.server.trim()).map_or_else(
                |_| "write a registry's host name, such as example.azurecr.io".to_owned(),
                |meant| format!("write {} as the server", meant.canonical()),
            );
            climb.add(bad(format!("this server {fault}"), remedy));
            return None;
        }
    };
    if !server.is_found_by_pulls() {
        let (stored, looked_up) = (server.stored_key(), server.lookup_key());
        climb.add(bad(
            format!("docker would store the login under {stored}, but pulls look for {looked_up} and go without it"),
            format!("write {} as the server", server.canonical()),
        ));
        return None;
    }
    climb.add(step(Rung::Server, Code::Ok, Outcome::Pass, server_detail(&server), server_advice(&server)));
    let (code, detail, remedy) = match ecr::kind(&server, trial) {
        _ if trial.user.is_empty() => (Code::BadCredentials, "the user is empty, so nothing was sent", "give the user"),
        _ if trial.password.is_empty() => {
            (Code::BadCredentials, "the password is empty, so nothing was sent", "give the password")
        }
        ecr::Kind::KeyPair => (
            Code::NeedsExchange,
            "an access key pair is exchanged for a token before it logs in, and this version cannot do that exchange; \
             nothing was sent",
            "GitHub does the exchange when a codespace starts: save without the test, or test the user AWS with a \
             token of `aws ecr get-login-password`",
        ),
        ecr::Kind::TemporaryKey => (
            Code::NeedsExchange,
            "a temporary key (ASIA…) works only with a session token, for which there is no secret; nothing was sent",
            "use a long-lived access key (AKIA…) of a user who may only pull",
        ),
        ecr::Kind::Direct => return Some(server),
    };
    climb.add(step(Rung::Login, code, Outcome::Inconclusive, detail, remedy));
    None
}

fn server_detail(server: &Server) -> String {
    match (server.is_hub(), server.host() == server.lookup_key()) {
        (true, _) => format!("Docker Hub: pulls look for {HUB_KEY}"),
        (false, _) => format!("pulls look for {}", server.lookup_key()),
    }
}

fn server_advice(server: &Server) -> String {
    if !server.is_canonical() {
        return format!("write {}, the text that every client finds", server.canonical());
    }
    if server.is_loopback() {
        return "a codespace cannot reach this host: it is this machine itself".to_owned();
    }
    if server.is_private_host() {
        return "a codespace cannot reach this host: it exists only in this network".to_owned();
    }
    String::new()
}

/// A step from its parts.
pub(super) fn step(
    rung: Rung,
    code: Code,
    outcome: Outcome,
    detail: impl Into<String>,
    remedy: impl Into<String>,
) -> Step {
    Step { rung, code, outcome, detail: detail.into(), remedy: remedy.into() }
}

/// The steps so far, and whom to tell.
pub(super) struct Climb<'a> {
    steps: Vec<Step>,
    part: &'a mut (dyn FnMut(Step) + Send),
}

impl Climb<'_> {
    pub(super) fn add(&mut self, step: Step) {
        (self.part)(step.clone());
        self.steps.push(step);
    }

    fn report(self, with: With) -> TestReport {
        let decides = |step: &&Step| match with {
            With::Native | With::Docker => true,
            // Beside the native climb docker is a second opinion, never the verdict.
            With::Both => step.rung != Rung::Docker,
        };
        let blocking = self.steps.iter().filter(decides).find(|step| step.outcome != Outcome::Pass);
        let verdict = match blocking.map(|step| step.outcome) {
            None => Verdict::Pass,
            Some(Outcome::Fail) => Verdict::Fail,
            Some(Outcome::Inconclusive | Outcome::Skipped | Outcome::Pass) => Verdict::Inconclusive,
        };
        TestReport { verdict, steps: self.steps }
    }
}
