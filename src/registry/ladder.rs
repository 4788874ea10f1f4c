//! The order of the checks, and the verdict at the end.
//!
//! A check that does not pass ends the test for the checks that depend on it: no password is sent to a place that was
//! not proven safe, and nothing is pulled with a rejected login.

use chrono::{DateTime, Utc};
use url::Url;

use super::client::Client;
use super::docker::{self, Tools};
use super::ecr;
use super::expiry::{codespace, expiry};
use super::issuer::Issuer;
use super::login;
use super::npm;
use super::pair::Pair;
use super::probe::{self, Endpoint};
use super::pull::{proves_the_login, pull};
use crate::domain::preset::{Remedy, product_of_host, recognize_trial, single_of};
use crate::domain::secret_shape::{looks_secret, masked};
use crate::domain::server::{HUB_KEY, Oddity};
use crate::domain::verdict::{Check, With};
use crate::domain::{Code, Holds, Image, Outcome, Redactor, Server, Step, TestReport, Trial};

/// One test: what to try, with which client, and when.
#[derive(Debug)]
pub struct Test<'a> {
    pub client: &'a Client,
    pub trial: &'a Trial,
    pub with: With,
    pub tools: &'a Tools,
    /// The password's issuer, if it can be asked about the password.
    pub issuer: Option<&'a dyn Issuer>,
    /// The wall clock, for signatures, certificates and expiry.
    pub now: DateTime<Utc>,
}

impl Test<'_> {
    /// Runs the checks and passes each step to `part` as it is done; the report holds the same steps.
    ///
    /// Dropping the future ends the test: requests are abandoned, and docker is killed with everything it started.
    pub async fn run(&self, part: &mut (dyn FnMut(Step) + Send)) -> TestReport {
        let mut log = CheckLog::new(&Pair::of(self.trial), part);
        if self.trial.holds == Holds::Packages {
            npm::climb(self, &mut log).await;
            return TestReport::of(log.steps, true);
        }
        if let Some(server) = server_checks(self.trial, &mut log) {
            match self.with {
                With::Native => {
                    self.native(&server, &mut log).await;
                }
                With::Docker => self.docker_alone(&server, &mut log).await,
                With::Both => {
                    let reached = self.native(&server, &mut log).await;
                    self.beside(&server, &reached, &mut log).await;
                }
            }
        }
        TestReport::of(log.steps, self.with != With::Docker)
    }

    /// The preset's advice about a code, for this server and perhaps one of its images.
    pub(super) fn advice(&self, key: &str, image: Option<&Image>) -> Option<Remedy> {
        if self.trial.holds == Holds::Packages {
            return single_of(&self.trial.server)?.remedy(key, &self.trial.server);
        }
        let preset = recognize_trial(self.trial)?;
        preset.remedy(key, &self.trial.server, image.map(Image::repository))
    }

    /// The native checks.
    async fn native(&self, server: &Server, log: &mut CheckLog<'_>) -> Reached {
        let endpoint = probe::probe(self, server, log).await;
        let is_plain = endpoint.as_ref().is_some_and(|endpoint| probe::is_plain(&endpoint.url));
        let pair = match &endpoint {
            Some(endpoint) => self.at_endpoint(server, endpoint, log).await,
            None => None,
        };
        if let Some(issuer) = self.issuer.filter(|_| endpoint.is_some()) {
            let is_pulled = log.steps.iter().any(proves_the_login);
            issuer.tell(is_pulled).await.into_iter().for_each(|step| log.add(step));
        }
        if let Some(step) = expiry(&self.trial.password, self.now) {
            log.add(step);
        }
        if log.steps.iter().all(|step| matches!(step.outcome, Outcome::Pass | Outcome::Skipped)) {
            log.add(codespace(self.client, server));
        }
        let realm = endpoint.as_ref().and_then(Endpoint::realm).cloned();
        let danger = endpoint.as_ref().and_then(Endpoint::danger);
        Reached { is_plain, realm, danger, pair: pair.unwrap_or_else(|| Pair::of(self.trial)) }
    }

    /// Exchange, login and pulls. Returns the exchanged login, if there was an exchange.
    async fn at_endpoint(&self, server: &Server, endpoint: &Endpoint, log: &mut CheckLog<'_>) -> Option<Pair> {
        let typed = Pair::of(self.trial);
        let (exchanged, pair) = match server.ecr().filter(|_| ecr::kind(server, self.trial) == ecr::Kind::KeyPair) {
            None => (None, typed),
            Some(host) => {
                let (given, step) = ecr::exchange(self, server, &host, &typed).await;
                log.add(step);
                let given = given?;
                log.sends(&given);
                (Some(given.clone()), given)
            }
        };
        let is_in = match &endpoint.way {
            None => true, // it lets anyone in, which the steps already say
            Some(way) => {
                let step = login::log_in(self, server, &endpoint.url, way, &pair).await;
                let is_in = step.outcome == Outcome::Pass;
                log.add(step);
                is_in
            }
        };
        if is_in {
            for image in &self.trial.images {
                log.add(pull(self, server, (&endpoint.url, endpoint.way.as_ref()), &pair, image).await);
            }
        }
        exchanged
    }

    /// Runs docker after the native checks, except where a password must not go or where another attempt does harm.
    async fn beside(&self, server: &Server, reached: &Reached, log: &mut CheckLog<'_>) {
        let blocked = blocked(&log.steps);
        let is_keyless = self.was_not_exchanged(server, &log.steps);
        if let Some(code) = unasked(&log.steps).or_else(|| blocked.filter(|_| is_keyless)) {
            log.add(not_asked(code));
            return;
        }
        let Reached { is_plain, realm, pair, danger } = reached;
        if let Some(danger) = danger {
            log.add(danger.clone());
            return;
        }
        let opinion = docker::Opinion { pair, is_plain: *is_plain, realm: realm.as_ref(), blocked };
        let step = docker::step(self, server, &opinion).await;
        let doubt = difference(&log.steps, &step);
        log.add(Step { remedy: doubt.unwrap_or_else(|| step.remedy.clone()), ..step });
    }

    /// Whether this is a key pair that got no token: the registry would not know it, so no client gets it.
    fn was_not_exchanged(&self, server: &Server, steps: &[Step]) -> bool {
        ecr::kind(server, self.trial) == ecr::Kind::KeyPair
            && !steps.iter().any(|step| step.check == Check::Exchange && step.outcome == Outcome::Pass)
    }

    /// Runs docker without the native login, but never without first looking whether the registry asks for the password
    /// at all.
    async fn docker_alone(&self, server: &Server, log: &mut CheckLog<'_>) {
        let mut silent = |_: Step| {};
        let mut look = CheckLog::new(&Pair::of(self.trial), &mut silent);
        let endpoint = probe::probe(self, server, &mut look).await;
        let mut pair = Pair::of(self.trial);
        let key = server.ecr().filter(|_| ecr::kind(server, self.trial) == ecr::Kind::KeyPair);
        let code = blocked(&look.steps);
        if let Some(host) = key {
            if endpoint.is_none() {
                look.steps.into_iter().filter(|step| step.outcome != Outcome::Pass).for_each(|step| log.add(step));
                return;
            }
            let (given, step) = ecr::exchange(self, server, &host, &pair).await;
            log.add(step);
            let Some(given) = given else { return };
            log.sends(&given);
            pair = given;
        }
        // Docker reads challenges itself, so it runs only where we have judged them.
        if let Some(code) = unasked(&look.steps) {
            look.steps.into_iter().filter(|step| step.outcome != Outcome::Pass).for_each(|step| log.add(step));
            log.add(not_asked(code));
            return;
        }
        if let Some(danger) = endpoint.as_ref().and_then(Endpoint::danger) {
            log.add(danger);
            return;
        }
        let is_plain = endpoint.as_ref().is_some_and(|endpoint| probe::is_plain(&endpoint.url));
        let realm = endpoint.as_ref().and_then(Endpoint::realm);
        log.add(docker::step(self, server, &docker::Opinion { pair: &pair, is_plain, realm, blocked: code }).await);
    }
}

/// What the native checks learned that another client needs.
struct Reached {
    /// The registry speaks plain http.
    is_plain: bool,
    /// Its token server.
    realm: Option<Url>,
    /// Why docker must not run against it.
    danger: Option<Step>,
    /// What was sent, after an exchange.
    pair: Pair,
}

/// The code at which the test stopped, if it did.
fn blocked(steps: &[Step]) -> Option<Code> {
    let ends = |step: &&Step| matches!(step.outcome, Outcome::Fail | Outcome::Inconclusive);
    steps.iter().find(ends).map(|step| step.code)
}

/// Why docker does not run, if it does not. It would send the password to wherever the registry's challenge points, so
/// it runs only where our checks read the same challenge and found the place safe, or where only TLS was in the way;
/// and not where a login was redirected elsewhere, since docker follows that, or where another attempt does harm.
fn unasked(steps: &[Step]) -> Option<Code> {
    let is_judged = steps.iter().any(|step| step.check == Check::Realm && step.outcome == Outcome::Pass);
    let barred = blocked(steps)?;
    match barred {
        Code::UnsafeRealm | Code::BadChallenge | Code::RateLimited | Code::Redirected => Some(barred),
        Code::TlsUntrusted | Code::TlsName | Code::TlsExpired | Code::TlsFailed => None,
        _ if is_judged => None,
        _ => Some(barred), // whatever ended the test before anything asked for a password
    }
}

fn not_asked(code: Code) -> Step {
    step(Check::Docker, code, Outcome::Skipped, "docker was not run, for the reason above", "")
}

/// Why another client's result differs from ours, if it does and nothing else says so already.
fn difference(steps: &[Step], theirs: &Step) -> Option<String> {
    let login = steps.iter().find(|step| step.check == Check::Login)?;
    match (login.outcome, theirs.outcome) {
        (Outcome::Pass, Outcome::Fail) => {
            Some("pullkey's own login was accepted: docker's message above says why docker's failed".to_owned())
        }
        (Outcome::Fail, Outcome::Pass) if login.code == Code::BadCredentials => Some(
            "pullkey's own login was rejected: the registry may accept a login without checking it, so trust the \
             rejection"
                .to_owned(),
        ),
        (_, _) => None, // they agree, or one of them is inconclusive
    }
}

/// The first checks, which need no network: whether the text is a server that pulls look up, and whether the values can
/// be tried.
fn server_checks(trial: &Trial, log: &mut CheckLog<'_>) -> Option<Server> {
    if let Some(name) = looks_secret(&trial.server) {
        // A DNS lookup would disclose it to others.
        let detail = format!("this server looks like {name}, so nothing was looked up or sent");
        log.add(step(Check::Server, Code::BadServer, Outcome::Fail, detail, "enter a registry's host name"));
        return None;
    }
    let server = match Server::parse(&trial.server) {
        Ok(server) => server,
        Err(fault) => {
            let remedy = Server::parse(trial.server.trim()).map_or_else(
                |_| "enter a registry's host name, such as example.azurecr.io".to_owned(),
                |meant| format!("use {} as the server", meant.canonical()),
            );
            log.add(step(Check::Server, Code::BadServer, Outcome::Fail, format!("this server {fault}"), remedy));
            return None;
        }
    };
    log.add(step(Check::Server, Code::Ok, Outcome::Pass, product(&server), server_advice(&server)));
    let lookup = lookup(&server);
    let is_found = lookup.outcome == Outcome::Pass;
    log.add(lookup);
    if !is_found {
        return None;
    }
    let (check, code, outcome, detail, remedy) = match ecr::kind(&server, trial) {
        _ if trial.user.is_empty() => {
            let detail = "the user is empty, so nothing was sent";
            (Check::Login, Code::BadCredentials, Outcome::Inconclusive, detail, "enter the user")
        }
        _ if trial.password.is_empty() => {
            let detail = "the password is empty, so nothing was sent";
            (Check::Login, Code::BadCredentials, Outcome::Inconclusive, detail, "enter the password")
        }
        ecr::Kind::TemporaryKey => (
            Check::Exchange,
            Code::TemporaryKey,
            Outcome::Fail,
            "a temporary key (ASIA…) needs a session token, and there is no secret for one; nothing was sent",
            "use a long-lived access key (AKIA…) of a user that can only pull",
        ),
        ecr::Kind::KeyPair | ecr::Kind::Direct => return Some(server),
    };
    log.add(step(check, code, outcome, detail, remedy));
    None
}

/// Whether pulling an image finds what docker would store.
fn lookup(server: &Server) -> Step {
    let host = server.host();
    if server.is_namespace() {
        return step(
            Check::Lookup,
            Code::DeadKey,
            Outcome::Fail,
            format!(
                "an image that begins with {host}/ belongs to Docker Hub's user or organization {host}: no pull looks \
                 up a registry named that"
            ),
            format!(
                "use the registry's full host name, such as {host}.azurecr.io, or add its port ({host}:443); for \
                 Docker Hub use {HUB_KEY}"
            ),
        );
    }
    let (stored, looked_up) = (server.stored_key(), server.lookup_key());
    if !server.is_found_by_pulls() {
        return step(
            Check::Lookup,
            Code::DeadKey,
            Outcome::Fail,
            format!("docker would store the login under {stored}, but pulls look up {looked_up} and do not find it"),
            format!("use {} as the server", server.canonical()),
        );
    }
    let (detail, remedy) = match server.oddity() {
        None => (format!("pulls look up {looked_up} and find it"), String::new()),
        Some(Oddity::UpperCase) => (
            format!("only pulls of images named {looked_up}/… find it: Docker compares hosts exactly"),
            format!("use {} as the server, and lower case in image names", server.canonical()),
        ),
        Some(Oddity::DefaultPort) => (
            format!("only pulls of images named {looked_up}/…, with the port, find it"),
            format!("use {} as the server if your images are named without the port", server.without_port()),
        ),
    };
    step(Check::Lookup, Code::Ok, Outcome::Pass, detail, remedy)
}

/// The registry's product, by its host.
fn product(server: &Server) -> String {
    let host = server.host();
    match Some(server.name()).filter(|_| !server.is_nameless()).and_then(product_of_host) {
        _ if server.is_hub() => format!("Docker Hub ({HUB_KEY})"),
        Some(product) => format!("{host} ({product})"),
        None => format!("{host} (not a known product)"),
    }
}

fn server_advice(server: &Server) -> String {
    if !server.is_canonical() && server.is_found_by_pulls() && server.oddity().is_none() {
        return format!("use {}, the form that every client finds", server.canonical());
    }
    String::new()
}

/// A step from its parts.
pub(super) fn step(
    check: Check,
    code: Code,
    outcome: Outcome,
    detail: impl Into<String>,
    remedy: impl Into<String>,
) -> Step {
    Step { check, code, outcome, detail: detail.into(), remedy: remedy.into(), command: None }
}

/// The step with the preset's own advice in place of the general fix, where there is any.
pub(super) fn advised(step: Step, advice: Option<Remedy>) -> Step {
    match advice {
        Some(Remedy { text, command }) => Step { remedy: text, command, ..step },
        None => step,
    }
}

/// The steps so far, and who receives them. No step shows a secret that was sent, wherever in an answer it came back:
/// in a header, a host name, the body or another program's output.
pub(super) struct CheckLog<'a> {
    steps: Vec<Step>,
    part: &'a mut (dyn FnMut(Step) + Send),
    redactor: Redactor,
}

impl<'a> CheckLog<'a> {
    pub(super) fn new(pair: &Pair, part: &'a mut (dyn FnMut(Step) + Send)) -> Self {
        Self { steps: Vec::new(), part, redactor: pair.redactor() }
    }

    /// From now on this is sent as well.
    pub(super) fn sends(&mut self, pair: &Pair) {
        self.redactor.add(&pair.password);
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn add(&mut self, step: Step) {
        let detail = masked(&self.redactor.sweep(&step.detail));
        let remedy = masked(&self.redactor.sweep(&step.remedy));
        let command = step.command.map(|command| masked(&self.redactor.sweep(&command)));
        let step = Step { detail, remedy, command, ..step };
        (self.part)(step.clone());
        self.steps.push(step);
    }
}
