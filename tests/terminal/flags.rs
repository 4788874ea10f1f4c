//! A secret given to every flag that takes text: it is in no file, no child's arguments or environment, no log, and
//! nothing that pullkey says. What stands in pullkey's own arguments cannot be helped, and is told.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use clap::CommandFactory as _;
use pullkey::cli::Cli;
use pullkey::sandbox::{Options, RegistryKind};

use super::secrets::Stage;
use crate::support::canary::Canary;
use crate::support::world::PROGRAM;

/// Has the shape of a token.
const TOKEN: &str = "dop_v1_0123456789abcdef0123456789abcdefCANARYtoken";

/// One way to give pullkey a text: the words before it, and the flag, if it has one.
#[derive(Clone, Debug)]
struct Way {
    command: Vec<String>,
    flag: Option<String>,
}

/// Every flag and position of every command that takes text, by clap's own tree.
fn ways(command: &clap::Command, path: &[String], found: &mut Vec<Way>) {
    for argument in command.get_arguments().filter(|argument| argument.get_action().takes_values()) {
        let flag = argument.get_long().map(|long| format!("--{long}"));
        found.push(Way { command: path.to_vec(), flag });
    }
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        ways(sub, &[path, &[sub.get_name().to_owned()]].concat(), found);
    }
}

/// What a command needs beside the flag that is tried, so that it comes as far as it can.
fn basis(way: &Way, server: &str) -> Vec<String> {
    let login = ["--server", server, "--username", "puller", "--password-stdin"];
    let place = ["TEAM", "--repo", "acme/api"];
    let untested = ["--no-test", "--expires", "never", "--yes"];
    let words: Vec<&str> = match way.command.first().map(String::as_str) {
        Some("test") => login.to_vec(),
        Some("set") => [&place[..], &["--preset", "other"], &login, &untested].concat(),
        Some("rotate") => [&place[..], &login, &untested].concat(),
        Some("access") => vec!["ACR", "--user", "--dry-run"],
        Some("delete" | "forget") => vec!["ACR", "--user"],
        _ => Vec::new(),
    };
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    match &way.flag {
        // In the place of what it replaces, or of what does the same.
        Some(flag) => {
            let same = |word: &str| match flag.as_str() {
                "--password-env" | "--password-file" | "--from" => word == "--password-stdin",
                "--org" => word == "--repo",
                other => word == other,
            };
            if let Some(at) = words.iter().position(|word| same(word)) {
                let takes = words.get(at + 1).is_some_and(|next| !next.starts_with("--"));
                words.drain(at..=at + usize::from(takes));
            }
        }
        None if words.first().is_some_and(|word| !word.starts_with("--")) => drop(words.remove(0)),
        None => {}
    }
    words
}

/// A docker that answers for itself and leaves behind what it was given.
fn stand_in(stage: &Stage) {
    let program = stage.home.path().join("bin/docker");
    std::fs::create_dir_all(program.parent().expect("a folder")).expect("its folder");
    let said = stage.home.path().join("docker-was-given");
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >> {0}\nenv >> {0}\n\
         case $1 in --version) echo 'Docker version 28.2.2, build x';; esac\n",
        said.display()
    );
    std::fs::write(&program, script).expect("a program");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("its mode");
}

/// Runs pullkey with the text in one place and a password on its standard input.
fn run(stage: &Stage, way: &Way, text: &str, password: &str, server: &str) -> Output {
    use std::io::Write as _;
    let mut env = stage.env();
    let path = format!("{}:{}", stage.home.path().join("bin").display(), env["PATH"]);
    env.insert("PATH".to_owned(), path);
    let mut command = Command::new(PROGRAM);
    command.args(&way.command).args(basis(way, server)).args(&way.flag).arg(text);
    command.env_clear().envs(&env).current_dir(stage.home.path());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("pullkey starts");
    // It may have ended already.
    let _ = child.stdin.take().expect("it listens").write_all(password.as_bytes());
    child.wait_with_output().expect("pullkey ends")
}

fn all_ways() -> Vec<Way> {
    let mut all = Vec::new();
    ways(&Cli::command(), &[], &mut all);
    // The sandbox plays GitHub and runs until it is stopped; what it is given is made up.
    all.retain(|way| way.command.first().is_none_or(|name| name != "sandbox"));
    // Without a command the screens open, which need a terminal.
    assert!(all.len() > 60, "{}", all.len());
    all
}

#[test]
fn a_token_in_any_flag_is_said_to_be_one_and_is_nowhere() {
    let stage = Stage::new(Options::default());
    stand_in(&stage);
    let server = stage.scene.registry(RegistryKind::Basic);
    let canary = Canary::new(TOKEN, "puller");
    for way in all_ways() {
        let output = run(&stage, &way, TOKEN, "another-password", &server);
        for (name, bytes) in [("output", &output.stdout), ("diagnostics", &output.stderr)] {
            let text = String::from_utf8_lossy(bytes);
            let is_told = canary.found_in(bytes).is_some() || text.contains("CANARYtoken");
            assert!(!is_told, "{way:?}, in the {name}: {text}");
        }
        let warned = String::from_utf8_lossy(&output.stderr);
        assert!(warned.contains("--password-stdin"), "{way:?} does not say what to do: {warned}");
        assert_eq!(canary.files(&stage.home), Vec::<String>::new(), "{way:?}");
    }
}

#[test]
fn a_text_that_is_the_password_is_nowhere_whatever_flag_it_was_given_to() {
    let stage = Stage::new(Options::default());
    stand_in(&stage);
    let server = stage.scene.registry(RegistryKind::Basic);
    let password = super::secrets::CANARY;
    let mut carried_out = 0;
    for way in all_ways() {
        let has_password = ["test", "set", "rotate"].iter().any(|name| way.command.first().is_some_and(|c| c == name));
        let is_place =
            way.flag.as_deref().is_some_and(|flag| ["--password-env", "--password-file", "--from"].contains(&flag));
        if !has_password || is_place {
            continue; // it is never known that this is a password
        }
        let output = run(&stage, &way, password, password, &server);
        // Arguments that mean nothing are told before any password is read.
        let is_usage = output.status.code() == Some(2);
        carried_out += usize::from(!is_usage);
        for (name, bytes) in [("output", &output.stdout), ("diagnostics", &output.stderr)] {
            let text = String::from_utf8_lossy(bytes);
            assert!(is_usage || stage.canary.found_in(bytes).is_none(), "{way:?}, in the {name}: {text}");
        }
        assert_eq!(stage.canary.files(&stage.home), Vec::<String>::new(), "{way:?}");
    }
    assert!(carried_out >= 6, "only {carried_out} commands came as far as to read the password");
}
