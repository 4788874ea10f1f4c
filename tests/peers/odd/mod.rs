//! Compares how docker and pullkey read odd challenges and token answers: a table of them, each really tried with both
//! on the sandbox's Bearer registry, written to `target/odd.md`. Where they differ the cell says why docker is wrong.

mod challenges;
mod doors;
mod tokens;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use pullkey::domain::verdict::With;
use pullkey::domain::{Holds, TestReport, Trial, Verdict};
use pullkey::registry::{Client, Limits, Test, Tools};
use pullkey::sandbox::{Manner, Options, RegistryKind};
use serde_json::Value;

use super::peer;
use crate::support::home::Home;
use crate::support::world::Scene;

const NEVER_ASKED: &str = "docker reports success where nothing asked for the password";
const A_PAGE: &str = "docker takes any page with status 200 for an accepting registry";
const NAMED: &str = "docker sends the password to an address that hides its host behind a user name";
const LOOKED_UP: &str = "docker asks a name server for it, which RFC 6761 forbids; pullkey does not";
const NO_HOST: &str = "docker takes an empty host for this machine";
const LOOKALIKE: &str =
    "docker sends the password to an address written in letters of other scripts, or in wrong brackets";
const OTHER_ORIGIN: &str = "docker follows a redirect to another port with the password";

/// A challenge for a token, as the sandbox's registry sends it.
const BEARER: &str = r#"Bearer realm="{base}/token",service="sandbox""#;

/// The answer, and why docker is wrong if it is.
type Case = (Value, Option<&'static str>);

#[test]
fn every_challenge_and_token_answer_is_read_as_docker_reads_it() {
    let Some(docker) = peer("docker") else { return };
    let scene = Scene::new(Options::default());
    let host = scene.registry(RegistryKind::Bearer);
    let port = host.rsplit(':').next().unwrap_or_default().to_owned();
    let fill = |case: &Value| {
        let text = case.to_string().replace("{host}", &host).replace("{port}", &port);
        text.replace("{other}", &scene.registry(RegistryKind::Open))
    };
    let mut table = String::new();
    let mut wrong = Vec::new();
    for (name, cases) in
        [("challenge", challenges::all()), ("first answer", doors::all()), ("token answer", tokens::all())]
    {
        writeln!(table, "\n| {name} | docker | pullkey | |\n|---|---|---|---|").unwrap();
        for (case, docker_is_wrong) in &cases {
            let manner: Manner = serde_json::from_str(&fill(case)).unwrap_or_else(|why| panic!("{case}: {why}"));
            scene.world().set_manner(Some(manner));
            let by_docker = with_docker(&docker, &host);
            let report = with_pullkey(&host);
            let by_pullkey = report.verdict == Verdict::Pass;
            let decisive = report.decisive().unwrap();
            let why = docker_is_wrong.unwrap_or_default();
            if (by_docker != by_pullkey) != docker_is_wrong.is_some() {
                wrong.push(format!("{case}: docker {by_docker}, pullkey {by_pullkey} ({decisive:?}) {why}"));
            }
            let word = |is_in: bool| if is_in { "logs in" } else { "does not" };
            let shown = case.to_string().replace('|', "\\|");
            let code = decisive.code.as_str();
            writeln!(table, "| `{shown}` | {} | {} (`{code}`) | {why} |", word(by_docker), word(by_pullkey)).unwrap();
        }
        writeln!(table, "\n{} of this kind.", cases.len()).unwrap();
    }
    assert!(challenges::all().len() >= 40 && tokens::all().len() >= 30);
    let _ = std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/target/odd.md"), &table);
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether `docker login` succeeds.
fn with_docker(docker: &Path, host: &str) -> bool {
    let home = Home::new();
    let mut child = Command::new(docker)
        .args(["login", "-u", "puller", "--password-stdin", host])
        .env_clear()
        .envs(home.env())
        .env("DOCKER_CONFIG", home.path().join("docker"))
        .env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(b"pull-me-please");
    child.wait().unwrap().success()
}

fn with_pullkey(host: &str) -> TestReport {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let trial = Trial {
        server: host.to_owned(),
        user: "puller".into(),
        password: "pull-me-please".into(),
        images: Vec::new(),
        holds: Holds::Images,
    };
    let tools = Tools::none("/nonexistent".into(), std::env::temp_dir());
    let client = Client::new(Limits::default());
    let now = "2026-11-27T12:00:00Z".parse().unwrap();
    let test = Test { client: &client, trial: &trial, with: With::Native, tools: &tools, issuer: None, now };
    runtime.block_on(test.run(&mut |_| {}))
}
