//! docker's configuration as docker reads it: a table of configurations, what `docker pull` sends for each, and what
//! `pullkey test --from docker:SERVER` uses, written to `target/docker-logins.md`. Where they differ the row says why;
//! a row that says so without a difference also fails.

mod cases;
mod spellings;

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::peer;
use crate::support::dockerd::{Daemon, Doorman};
use crate::support::home::Home;

const SERVER: &str = "registry.example.com";

/// The name of a case, its configuration, and why pullkey differs if it does.
#[derive(Clone)]
struct Case {
    name: &'static str,
    config: Vec<u8>,
    variable: Option<String>,
    place: Place,
    differs: Option<&'static str>,
}

/// Where the configuration is, and how `DOCKER_CONFIG` names its folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Folder,
    /// The folder in which the program is started.
    Relative,
    /// With a slash at the end and dots in it.
    Roundabout,
    /// The file is a symbolic link.
    Link,
    /// The folder is a symbolic link.
    FolderLink,
    /// A link to nothing.
    Gone,
    /// A folder where the file should be.
    NoFile,
}

fn case(name: &'static str, config: impl Into<Vec<u8>>) -> Case {
    Case { name, config: config.into(), variable: None, place: Place::Folder, differs: None }
}

impl Case {
    fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    fn because(self, why: &'static str) -> Self {
        Self { differs: Some(why), ..self }
    }
}

fn b64(text: impl AsRef<[u8]>) -> String {
    STANDARD.encode(text)
}

/// A configuration with this `auth` for the server.
fn auth(auth: &str) -> String {
    under(SERVER, auth)
}

fn under(key: &str, auth: &str) -> String {
    format!(r#"{{"auths":{{"{key}":{{"auth":"{auth}"}}}}}}"#)
}

const ANSWERS: &[(&str, &str)] = &[
    ("ok", r#"{"ServerURL":"x","Username":"hu","Secret":"hs"}"#),
    ("lower", r#"{"username":"hu","SECRET":"hs"}"#),
    ("token", r#"{"Username":"<token>","Secret":"idt"}"#),
    ("trail", r#"{"Username":"hu","Secret":"hs"} trailing"#),
    ("null", r#"{"Username":"hu","Secret":null}"#),
    ("number", r#"{"Username":"hu","Secret":5}"#),
    ("nobody", r#"{"Username":"","Secret":"hs"}"#),
    ("list", "[1]"),
    ("twice", r#"{"Secret":"a","secret":"b","Username":"hu"}"#),
    ("mark", "\u{feff}{\"Username\":\"hu\",\"Secret\":\"hs\"}"),
    ("empty", ""),
    ("nosecret", r#"{"Username":"hu"}"#),
    ("crlf", "{\r\n\"Username\":\"hu\",\"Secret\":\"hs\"}\r\n"),
    ("docs", r#"{"Username":"hu","Secret":"hs"}{"Username":"a","Secret":"b"}"#),
    ("other", r#"{"ServerURL":"https://other.example","Username":"hu","Secret":"hs","More":[1]}"#),
    ("capital", r#"{"Username":"<TOKEN>","Secret":"hs"}"#),
    ("letters", r#"{"Username":"hü","Secret":"hä☃"}"#),
    ("escaped", r#"{"\u0055sername":"hu","Secret":"h\u0073"}"#),
    ("nothing", "{}"),
    ("word", "hs"),
    ("quoted", r#""hs""#),
    ("colon", r#"{"Username":"h:u","Secret":"h:s"}"#),
];

#[test]
fn dockers_configuration_is_read_as_docker_reads_it() {
    let Some(docker) = peer("docker") else { return };
    let (daemon, doorman) = (Daemon::start(), Doorman::start());
    let cases = [cases::all(), spellings::all()].concat();
    assert!(cases.len() >= 25);
    let mut table =
        String::from("| configuration | docker sends | pullkey uses | why they differ |\n|---|---|---|---|\n");
    let mut unexplained = Vec::new();
    for case in &cases {
        let home = set_up(case);
        let sent = sent(&docker, &home, case, &daemon);
        let (took, said) = taken(&home, case, &doorman);
        let differs = sent != took;
        match case.differs {
            None if differs => unexplained.push(format!("{}: docker {sent:?}, pullkey {took:?}: {said}", case.name)),
            // What docker does by chance may agree once.
            Some(why) if !differs && !why.contains("by chance") => {
                unexplained.push(format!("{}: no difference: {why}", case.name));
            }
            None | Some(_) => {}
        }
        let word = |login: &Option<String>| login.as_ref().map_or_else(|| "nothing".to_owned(), |l| format!("{l:?}"));
        let took = if took.is_none() { format!("nothing: {said}") } else { word(&took) };
        let why = case.differs.unwrap_or_default();
        writeln!(table, "| {} | {} | {took} | {why} |", case.name, word(&sent)).unwrap();
    }
    let _ = std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/target/docker-logins.md"), &table);
    println!("{table}\n{} configurations", cases.len());
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}

/// A home with the configuration and helpers on its `PATH`.
fn set_up(case: &Case) -> Home {
    let home = Home::new();
    let folder = home.path().join("docker");
    let file = folder.join("config.json");
    let real = home.path().join("real");
    std::fs::create_dir(&real).unwrap();
    match case.place {
        Place::FolderLink => std::os::unix::fs::symlink(&real, &folder).unwrap(),
        Place::Folder | Place::Relative | Place::Roundabout | Place::Link | Place::Gone | Place::NoFile => {
            std::fs::create_dir(&folder).unwrap();
        }
    }
    match case.place {
        Place::Link => {
            std::fs::write(real.join("x"), &case.config).unwrap();
            std::os::unix::fs::symlink(real.join("x"), &file).unwrap();
        }
        Place::Gone => std::os::unix::fs::symlink(real.join("x"), &file).unwrap(),
        Place::NoFile => std::fs::create_dir(&file).unwrap(),
        Place::Folder | Place::Relative | Place::Roundabout | Place::FolderLink => {
            std::fs::write(&file, &case.config).unwrap();
        }
    }
    for (name, answer) in ANSWERS {
        program(&home, name, &format!("printf '%s' '{answer}'"));
    }
    program(&home, "fail", "echo locked; exit 2");
    program(&home, "none", "echo credentials not found in native keychain; exit 1");
    program(&home, "none2", "echo 'credentials not found in native keychain '; exit 1");
    program(&home, "none3", "echo 'error: credentials not found in native keychain'; exit 1");
    program(&home, "mute", "exit 1");
    program(&home, "killed", "kill -9 $$");
    program(&home, "okfail", r#"echo '{"Username":"hu","Secret":"hs"}'; exit 1"#);
    program(&home, "warns", r#"echo careful >&2; echo '{"Username":"hu","Secret":"hs"}'"#);
    home
}

fn program(home: &Home, name: &str, script: &str) {
    let path = home.path().join(format!("docker-credential-{name}"));
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn environment(command: &mut Command, home: &Home, case: &Case) {
    let folder = match case.place {
        Place::Relative => "docker".into(),
        Place::Roundabout => home.path().join("real/..//docker/"),
        Place::Folder | Place::Link | Place::FolderLink | Place::Gone | Place::NoFile => home.path().join("docker"),
    };
    command.env_clear().envs(home.env()).env("PATH", home.path()).env("DOCKER_CONFIG", folder).current_dir(home.path());
    command.env("DOCKER_AUTH_CONFIG", case.variable.clone().unwrap_or_default()).stdin(Stdio::null());
}

/// User and password with a colon between them; a token where docker sends one.
fn sent(docker: &Path, home: &Home, case: &Case, daemon: &Daemon) -> Option<String> {
    let mut command = Command::new(docker);
    environment(&mut command, home, case);
    let host = format!("tcp://{}", daemon.addr);
    let output = command.env("DOCKER_HOST", host).args(["pull", "-q", &format!("{SERVER}/x:1")]).output().unwrap();
    // Some configurations stop docker before it does anything.
    let login = daemon.take().or_else(|| (!output.status.success()).then_some(Value::Null)).unwrap();
    let text = |name: &str| login[name].as_str().unwrap_or_default().to_owned();
    let token = text("identitytoken") + &text("registrytoken");
    let pair = format!("{}:{}", text("username"), text("password"));
    let has_token = !token.is_empty();
    (has_token || pair != ":").then(|| if has_token { format!("token {token}") } else { pair })
}

/// What pullkey sent to the registry, or otherwise its message.
fn taken(home: &Home, case: &Case, doorman: &Doorman) -> (Option<String>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pullkey"));
    environment(&mut command, home, case);
    let from = format!("docker:{SERVER}");
    command.env("PULLKEY_REGISTRY_STAND_IN", doorman.addr.to_string());
    command.args(["test", "--from", &from, "--with", "native", "--json"]);
    let output = command.output().unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{why}: {output:?}"));
    let said = json["problem"]["why"].as_str().unwrap_or_default().replace('|', "/");
    let said = said.replace(&*home.path().to_string_lossy(), "~");
    let took = doorman.take();
    assert_eq!(took.is_none(), !said.is_empty(), "{}: {output:?}", case.name);
    (took, said)
}
