//! Docker's own reading of challenges and token answers beside pullkey's: a table of odd ones, each really tried with
//! both on the sandbox's Bearer registry, left in `target/odd.md`. Where they differ the cell says why docker is wrong.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use pullkey::domain::verdict::With;
use pullkey::domain::{Holds, TestReport, Trial, Verdict};
use pullkey::registry::{Client, Limits, Test, Tools};
use pullkey::sandbox::{Manner, Options, RegistryKind};
use serde_json::{Value, json};

use super::peer;
use crate::support::home::Home;
use crate::support::world::Scene;

const NEVER_ASKED: &str = "docker says success where nobody asked for the password";
const A_PAGE: &str = "docker takes any page with status 200 for a registry that accepts";
const NAMED: &str = "docker sends the password to an address that hides its host behind a user name";
const OTHER_ORIGIN: &str = "docker follows a redirect to another port with the password";

/// What is answered, and why docker is wrong where it is.
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
    for (name, cases) in [("challenge", challenges()), ("first answer", doors()), ("token answer", tokens())] {
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
    assert!(challenges().len() >= 40 && tokens().len() >= 30);
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

const BEARER: &str = r#"Bearer realm="{base}/token",service="sandbox""#;

fn challenges() -> Vec<Case> {
    let mut cases: Vec<Case> = [
        r#"Basic realm="x""#,
        "Basic",
        "basic realm=/",
        "BASIC realm=Registry",
        r#"Basic realm="Закрыто""#,
        r#"Basic  realm="x""#,
        "Basic\trealm=x",
        r#"Basic realm="open"#,
        r#"Basic realm="""#,
        r#"Basic realm = "x""#,
        "Basic;charset=UTF-8",
        "Basic,realm=x",
        r#"Basic realm="a \"b\"", charset="UTF-8""#,
        r#"Basic realm="x", Bearer realm="{base}/nowhere""#,
        r#"Basic, Bearer realm="{base}/nowhere""#,
        BEARER,
        r#"bearer  realm="{base}/token" , service = "x""#,
        "BEARER\tRealm=\"{base}/token\",SERVICE=sandbox",
        r#"Bearer realm="{base}/token" service="sandbox""#,
        r#"Bearer realm="{base}/token",,service="sandbox""#,
        r#"Bearer realm="{base}/token";service="sandbox""#,
        r#"Bearer realm="{base}/token",service="sandbox"#,
        r#"Bearer realm="{base}/token",service="""#,
        r#"Bearer realm="{base}/token",error="invalid_token""#,
        r#"Bearer realm="{base}/nowhere",realm="{base}/token""#,
        r#"Bearer realm="{base}/token",realm="{base}/nowhere""#,
        r#"Bearer realm="{base}\/token""#,
        r#"Bearer scope="a b",realm="{base}/token""#,
        r#"Bearer realm="{base}/token", Basic realm="x""#,
        r#"Bearer realm="{base}/token" Negotiate"#,
        r#"Bearer realm="{base}/token"#,
        "Bearer",
        "Bearer realm",
        r#"Bearer service="x""#,
        r#"Bearer,realm="{base}/token""#,
        r#"Bearer realm ="{base}/token""#,
        "Bearer realm={base}/token",
        r#"Bearer realm="""#,
        r#"Bearer realm="/token""#,
        r#"Bearer realm="//{host}/token""#,
        r#"Bearer realm="http:/{host}/token""#,
        r#"Bearer realm="http:{host}/token""#,
        r#"Bearer realm="http:///token""#,
        r#"Bearer realm="HTTP://{host}/token""#,
        r#"Bearer realm="ftp://{host}/token""#,
        r#"Bearer realm=" {base}/token""#,
        r#"Bearer realm="{base}/token ""#,
        r#"Bearer realm="{base}/token two""#,
        r#"Bearer realm="{base}/token\\two""#,
        r#"Bearer realm="{base}/tokené""#,
        r#"Bearer realm="{base}/token?a=b&service=other""#,
        r#"Bearer realm="{base}/token?a;b=%zz""#,
        r#"Bearer realm="{base}/token;a""#,
        r#"Bearer realm="{base}/token#part""#,
        r#"Bearer realm="{base}/token%zz""#,
        r#"Bearer realm="{base}/token#%zz""#,
        r#"Bearer realm="{base}/a/../token""#,
        r#"Bearer realm="http://localhost:{port}/token""#,
        r#"Bearer realm="http://127.0.0.1:x{port}/token""#,
        r#"Bearer realm="http://127.0.0.1%2e:{port}/token""#,
        r#"Digest realm="x", nonce="y""#,
        "Negotiate",
        "",
        "\"what",
        ", Basic",
        "=",
    ]
    .into_iter()
    .map(|value| (json!({ "challenge": [value] }), None))
    .collect();
    for values in [
        &[][..],
        &["Basic realm=x", BEARER],
        &[BEARER, "Basic realm=x"],
        &["Negotiate", BEARER],
        &["Negotiate", "NTLM"],
        &["\"what", BEARER],
        &["", "Basic"],
        &["Digest realm=\"x\", nonce=\"y\"", "Basic realm=\"x\""],
        &["Bearer", "Basic"],
        &["Basic", "Bearer service=x"],
        &["Bearer", BEARER],
        &[BEARER, "Bearer"],
        &[BEARER, "Bearer realm=\"{base}/nowhere\""],
        &["Bearer realm=\"{base}/nowhere\"", BEARER],
        &["Bearer realm=\"{base}/nowhere\"", "Basic"],
    ] {
        cases.push((json!({ "challenge": values }), None));
    }
    cases.push((json!({ "challenge": [r#"Bearer realm="http://me:pw@{host}/token""#] }), Some(NAMED)));
    cases
}

/// What stands at the door in place of a challenge, and what follows a login.
fn doors() -> Vec<Case> {
    let sent = |to: &str| json!({ "status": 302, "headers": { "Location": to } });
    let asks = json!({ "status": 401, "headers": { "WWW-Authenticate": "Basic" } });
    let page = json!({ "type": "text/html", "body": "<html><form><input type=\"password\">" });
    vec![
        (json!({ "first": { "body": {} } }), Some(NEVER_ASKED)),
        (json!({ "first": page }), Some(NEVER_ASKED)),
        (
            json!({ "first": { "status": 302, "headers": { "Location": "/login" } }, "pages": { "/login": page } }),
            Some(NEVER_ASKED),
        ),
        (json!({ "first": { "status": 302, "headers": { "Location": "http://{other}/v2/" } } }), Some(NEVER_ASKED)),
        (
            json!({ "first": { "status": 302, "headers": { "Location": "http://{other}/authorize?client_id=x" } } }),
            None,
        ),
        (json!({ "first": { "status": 302 } }), None),
        (json!({ "first": sent("/v2/ping"), "pages": { "/v2/ping": asks } }), None),
        (json!({ "first": { "status": 302, "headers": { "Location": "/v2/" } } }), None),
        (json!({ "first": { "status": 401, "type": "text/html", "body": "<html>" } }), None),
        (json!({ "first": { "status": 403, "headers": { "WWW-Authenticate": "Basic" } } }), None),
        (json!({ "first": { "status": 404, "type": "text/html", "body": "<html>" } }), None),
        (json!({ "first": { "status": 503 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": page }), Some(A_PAGE)),
        (json!({ "challenge": [BEARER], "welcome": page }), Some(A_PAGE)),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 201 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 204 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 401 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 403 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": { "status": 500 } }), None),
        (json!({ "challenge": ["Basic"], "welcome": sent("/home"), "pages": { "/home": { "body": {} } } }), None),
        (json!({ "challenge": ["Basic"], "welcome": sent("/home"), "pages": { "/home": { "status": 401 } } }), None),
    ]
}

fn tokens() -> Vec<Case> {
    let with = |body: &str| json!({ "challenge": [BEARER], "token": { "body": body } });
    let mut cases: Vec<Case> = [
        r#"{"token":"{token}"}"#,
        r#"{"access_token":"{token}"}"#,
        r#"{"token":"no","access_token":"{token}"}"#,
        r#"{"token":"{token}","access_token":"no"}"#,
        r#"{"token":"{token}","access_token":""}"#,
        r#"{"token":"{token}","access_token":{}}"#,
        r#"{"Token":"{token}"}"#,
        r#"{"ACCESS_TOKEN":"{token}"}"#,
        r#"{"\u0074oken":"{token}"}"#,
        r#"{"toKen":"{token}"}"#,
        r#"{"id_token":"{token}"}"#,
        r#"{"token":"no","token":"{token}"}"#,
        r#"{"token":"{token}","token":null}"#,
        r#"{"token":"{token}","TOKEN":1}"#,
        r#"{"token":["{token}"]}"#,
        r#"{"token":1}"#,
        r#"{"token":null}"#,
        r#"{"token":""}"#,
        r#"{"token":"{token}\n"}"#,
        r#"{"token":"{token} "}"#,
        r#"{"token":"é{token}"}"#,
        r#"{"token":"{token}","refresh_token":"r"}"#,
        r#"{"token":"{token}","refresh_token":1}"#,
        r#"{"token":"{token}","scope":1,"x":{"y":[1e999,"\ud800",null]}}"#,
        r#"{"token":"{token}"} and more"#,
        r#"{"token":"{token}"}{"token":1}"#,
        r#"{"token":"{token}"}}"#,
        r#"{"token":"{token}",}"#,
        r#"{"token":"{token}""#,
        r"{'token':'{token}'}",
        r#"{"token":"{token}","x":NaN}"#,
        r#"{"token":"{token}","x":01}"#,
        r#"{"token":"{token}","x":"\x"}"#,
        "{\"token\":\"{token}\",\"x\":\"a\nb\"}",
        "{\"token\":\"{token}\" /* yes */}",
        "\u{feff}{\"token\":\"{token}\"}",
        " \r\n\t{\"token\" : \"{token}\"}",
        r#"[{"token":"{token}"}]"#,
        r#""{token}""#,
        "token={token}",
        "null",
        "{}",
        "",
        " \n",
    ]
    .into_iter()
    .map(|body| (with(body), None))
    .collect();
    cases.extend(fields());
    cases.extend(statuses());
    cases
}

/// The two fields that are no texts.
fn fields() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let with = |body: &str| json!({ "challenge": [BEARER], "token": { "body": body } });
    let field = |name: &str, value: &str| with(&format!("{{\"token\":\"{{token}}\",\"{name}\":{value}}}"));
    for value in [
        "3600",
        "\"3600\"",
        "3600.0",
        "3.6e3",
        "0",
        "-0",
        "-1",
        "59",
        "null",
        "true",
        "\"\"",
        "[]",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
    ] {
        cases.push((field("expires_in", value), None));
    }
    cases.push((field("Expires_In", "\"3600\""), None));
    cases.push((field("expire\u{17f}_in", "\"3600\""), None));
    for value in [
        "\"2026-01-31T12:00:00Z\"",
        "\"2026-01-31T12:00:00.123456789012Z\"",
        "\"2026-01-31T12:00:00,5+01:00\"",
        "\"2026-01-31T1:00:00Z\"",
        "\"2026-01-31T12:00:00+24:60\"",
        "\"0001-01-01T00:00:00Z\"",
        "\"0000-01-01T00:00:00Z\"",
        "\"2001-01-01T00:00:00Z\"",
        "null",
        "\"\"",
        "1600000000",
        "\"1600000000\"",
        "{}",
        "[]",
        "true",
        "\"2026-01-31\"",
        "\"2026-01-31 12:00:00Z\"",
        "\"2026-01-31T12:00:00\"",
        "\"2026-01-31T12:00:00z\"",
        "\"2026-02-30T12:00:00Z\"",
        "\"2024-02-29T12:00:00Z\"",
        "\"2026-01-31T24:00:00Z\"",
        "\"2026-01-31T12:00:60Z\"",
        "\"2026-01-31T12:00:00+0100\"",
        "\"2026-01-31T12:00:00+25:00\"",
        "\"2026-01-31T12:00:00Z \"",
        "\"\\u0032026-01-31T12:00:00Z\"",
        "\"2026-01-31T12:00:00.Z\"",
        "\"Sat, 31 Jan 2026 12:00:00 GMT\"",
    ] {
        cases.push((field("issued_at", value), None));
    }
    cases
}

/// A good token with every status and type, and behind redirects.
fn statuses() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let good = json!({ "token": "{token}" });
    for status in [201, 202, 203, 204, 206, 300, 302, 304, 306, 399, 400, 401, 403, 404, 405, 429, 500, 503] {
        cases.push((json!({ "challenge": [BEARER], "token": { "status": status, "body": good } }), None));
    }
    let moved = |to: &str| json!({ "status": 307, "headers": { "Location": to } });
    let pages = json!({ "/there": { "body": good } });
    cases.extend([
        (json!({ "challenge": [BEARER], "token": { "body": good, "type": "text/html" } }), None),
        (json!({ "challenge": [BEARER], "token": { "body": good, "type": "" } }), None),
        (json!({ "challenge": [BEARER], "token": { "body": "<html>Sign in", "type": "text/html" } }), None),
        (json!({ "challenge": [BEARER], "token": { "body": "<html>Sign in" } }), None),
        (json!({ "challenge": [BEARER], "token": { "body": good }, "is_open": true }), None),
        (json!({ "challenge": [BEARER], "token": moved("/there"), "pages": pages }), None),
        (json!({ "challenge": [BEARER], "token": moved("/token") }), None),
        (json!({ "challenge": [BEARER], "token": moved("") }), None),
        (
            json!({ "challenge": [BEARER], "token": moved("http://localhost:{port}/there"), "pages": pages }),
            Some(OTHER_ORIGIN),
        ),
    ]);
    cases
}
