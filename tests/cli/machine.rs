//! This machine: the environment of child processes, endless files, locks that another process holds.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use pullkey::process_group::Child;

use super::*;

/// Variables that no child process may get, each with a value that is searched for as well.
const SECRETS: [&str; 9] = [
    "ACR_CONTAINER_REGISTRY_SERVER",
    "ACR_CONTAINER_REGISTRY_USER",
    "ACR_CONTAINER_REGISTRY_PASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "NPM_TOKEN",
    "GITHUB_CODESPACE_TOKEN",
    "DOCKER_AUTH_CONFIG",
    "WHATEVER",
];

/// A program that records its environment and then does what the arguments say.
fn stand_in(desk: &Desk, name: &str, script: &str) {
    let folder = desk.home.path().join("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let seen = desk.home.path().join(format!("seen.{name}"));
    let text = format!("#!/bin/sh\n/usr/bin/env >> '{}'\n{script}\n", seen.display());
    std::fs::write(folder.join(name), text).unwrap();
    std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o700)).unwrap();
}

fn only_its_own(desk: &Desk, name: &str, child: Child) {
    let seen = std::fs::read_to_string(desk.home.path().join(format!("seen.{name}"))).expect(name);
    // A shell sets these by itself.
    let allowed: BTreeSet<&str> = child.variables().chain(["PWD", "OLDPWD", "SHLVL", "_"]).collect();
    let given: BTreeSet<&str> = seen.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    let more: Vec<_> = given.difference(&allowed).collect();
    assert!(more.is_empty() && given.contains("PATH"), "{name} was given {more:?}");
    assert!(!seen.contains("canary"), "{name}: {seen}");
}

#[test]
fn every_child_gets_the_variables_of_its_kind_and_nothing_else() {
    let desk = Desk::new();
    let server = desk.registry(RegistryKind::Basic);
    stand_in(&desk, "gh", &format!("echo {}", desk.token()));
    stand_in(&desk, "git", "exit 128");
    stand_in(&desk, "docker", "case \"$1\" in --version) echo 'Docker version 28.2.2, build x' ;; esac");
    let login = format!(r#"{{"ServerURL":"{server}","Username":"puller","Secret":"{PASSWORD}"}}"#);
    stand_in(&desk, "docker-credential-standin", &format!("echo '{login}'"));
    let config = desk.home.path().join(".docker/config.json");
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    std::fs::write(config, format!(r#"{{"credHelpers": {{"{server}": "standin"}}}}"#)).unwrap();
    let run = |line: &str, stdin: &str| {
        let mut command = desk.command(line);
        command.env("PATH", desk.home.path().join("bin")).env_remove("GH_TOKEN");
        // GitHub's host name for a local server: gh has a token for it.
        let port = desk.api_url().rsplit(':').next().unwrap().to_owned();
        command.env("PULLKEY_API_URL", format!("http://api.github.localhost:{port}"));
        command.envs(SECRETS.map(|name| (name, format!("canary-{name}"))));
        // An allowed name with a secret value.
        command.env("LANG", "canary-ACR_CONTAINER_REGISTRY_PASSWORD");
        finish(command.spawn().unwrap(), stdin)
    };
    run("list", "").ends(0);
    only_its_own(&desk, "gh", Child::Gh);
    only_its_own(&desk, "git", Child::Git);
    run(&format!("test --from docker:{server} --with native"), "").ends(0);
    only_its_own(&desk, "docker-credential-standin", Child::CredentialHelper);
    run(&format!("test --server {server} --username puller --password-stdin --with docker"), PASSWORD);
    only_its_own(&desk, "docker", Child::RegistryClient);
}

fn state(desk: &Desk) -> PathBuf {
    desk.home.state()
}

fn pipe(path: &Path) {
    let _ = std::fs::remove_file(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, path, kind, 0o600.into(), 0).unwrap();
}

#[test]
fn a_named_pipe_in_the_place_of_any_file_is_refused_at_once() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &["acme/api"]);
    let home = desk.home.path().to_owned();
    let named = home.join("pipe");
    pipe(&named);
    let shown = named.display();
    let set = "set NEW --user --preset other --server r.example --username u --no-test --json";
    for (line, code) in [
        (format!("{set} --password-file {shown}"), 2),
        (format!("{set} --password-stdin --repos-file {shown}"), 2),
        (format!("test --from {shown} --json"), 2),
        (format!("test --from file:{shown} --json"), 2),
    ] {
        desk.run(&line).ends(code).problem();
    }
    for (file, line, code) in [
        (state(&desk).join("journal.jsonl"), "access ACR --user --undo --json", 3),
        (home.join(".docker/config.json"), "test --from docker --json", 2),
        (home.join(".aws/credentials"), "test --from aws --json", 2),
        (desk.home.config().join("config.toml"), "list --user --json", 2),
    ] {
        pipe(&file);
        desk.run(line).ends(code).problem();
        std::fs::remove_file(file).unwrap();
    }
    // Failures that are skipped or noted beside the result.
    let host = desk.api_url().trim_start_matches("http://").replace(':', "%3a");
    pipe(&state(&desk).join(format!("endings/{host}.json")));
    pipe(&desk.home.config().join("presets/mine.toml"));
    for name in ["journal.lock", "journal.jsonl"] {
        pipe(&state(&desk).join(name));
    }
    desk.run("list --user").ends(0);
    let ran = desk.run("access ACR --user --add acme/web --yes --json").ends(0);
    let notes = ran.json()["notes"].as_array().unwrap().len();
    assert!(notes >= 1, "{ran:?}");
}

#[test]
fn a_configuration_that_is_too_large_is_not_read() {
    let desk = Desk::new();
    let folder = desk.home.config();
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::File::create(folder.join("config.toml")).unwrap().set_len(3 << 30).unwrap();
    desk.run("list --user --json").ends(2).problem();
}

#[test]
fn a_state_folder_that_stood_open_is_kept_to_its_owner() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &["acme/api"]);
    let (folder, journal) = (state(&desk), state(&desk).join("journal.jsonl"));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(&journal, "").unwrap();
    let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    set(&folder, 0o777);
    set(&journal, 0o666);
    desk.run("access ACR --user --add acme/web --yes").ends(0);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&journal)), (0o700, 0o600));
}

#[test]
fn a_lock_that_somebody_keeps_ends_the_wait_and_never_hides_a_write() {
    let desk = Desk::new();
    desk.plant("user", "ACR", "selected", &["acme/api"]);
    // Creates the files.
    desk.run("access ACR --user --add acme/web --yes").ends(0);
    let set = "set NEW --user --preset other --server r.example --username u --password-stdin --no-test --yes --json";
    desk.feed(&format!("{set} --expires 90d"), "p").ends(0);
    let host = desk.api_url().trim_start_matches("http://").replace(':', "%3a");
    let keep = |path: &Path| {
        let file = std::fs::File::options().append(true).open(path).unwrap();
        file.lock().unwrap();
        file
    };
    let _journal = keep(&state(&desk).join("journal.lock"));
    let _record = keep(&state(&desk).join(format!("endings/{host}.lock")));
    let ran = desk.run("access ACR --user --remove acme/web --yes --json").ends(0);
    assert!(ran.json()["notes"].to_string().contains("journal.lock"), "{ran:?}");
    let ran = desk.feed(&format!("{set} --expires 80d"), "q").ends(0);
    let notes = ran.json()["notes"].to_string();
    assert!(notes.contains(".lock") && !notes.contains("no home folder"), "one note about what happened: {notes}");
    assert_eq!(desk.values("user", "NEW")[2].as_deref(), Some("q"));
}

#[test]
fn a_credential_that_somebody_is_writing_is_waited_for_and_signals_are_heard_meanwhile() {
    let desk = Desk::new();
    let set = "set NEW --user --preset other --server r.example --username u --password-stdin --no-test --yes";
    desk.feed(set, "p").ends(0);
    let locks: Vec<_> = std::fs::read_dir(state(&desk).join("locks")).unwrap().collect();
    let [Ok(lock)] = locks.as_slice() else { panic!("{locks:?}") };
    let held = std::fs::File::options().append(true).open(lock.path()).unwrap();
    held.lock().unwrap();
    let before = desk.world().requests().len();
    let mut child = desk.command(set).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"q").unwrap();
    // It has read the present state, and now waits for the lock.
    while desk.world().requests().len() == before {
        std::thread::yield_now();
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(desk.values("user", "NEW")[2].as_deref(), Some("p"));
    drop(held);
    desk.feed(set, "q").ends(0);
    assert_eq!(desk.values("user", "NEW")[2].as_deref(), Some("q"));
}

/// How often two processes write; `PULLKEY_ROUNDS` changes it.
fn rounds() -> usize {
    std::env::var("PULLKEY_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(50)
}

/// A process that writes a credential whose members all identify the writer.
fn writer(desk: &Desk, who: usize) -> std::process::Child {
    let flags = "set ONE --user --preset other --password-stdin --no-test --yes";
    let mut command = desk.command(&format!("{flags} --server r{who}.example --username r{who}"));
    // The pace that all processes share would make this take minutes.
    let mut child = command.env("PULLKEY_HURRY", "10000").spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("r{who}").as_bytes()).unwrap();
    child
}

/// Whether all members on GitHub are from the same writer.
fn is_one(desk: &Desk) -> bool {
    let values = desk.values("user", "ONE").map(Option::unwrap);
    let whose = values[2].clone();
    values == [format!("{whose}.example"), whose.clone(), whose]
}

#[test]
fn what_somebody_else_changed_while_a_lock_was_waited_for_is_not_overwritten_unasked() {
    let rotate = "rotate ACR --user --server r.example --username u --password-stdin --no-test --json";
    let set = "set ACR --user --preset other --server r.example --username u --password-stdin --no-test --json";
    for (line, has_it) in [(rotate, true), (set, false)] {
        for says_yes in [false, true] {
            let desk = Desk::new();
            let plant = || desk.plant("user", "ACR", "selected", &["acme/api"]);
            if has_it {
                plant();
            }
            let locks = state(&desk).join("locks");
            // Creates the lock file.
            desk.run("delete ACR --user --yes");
            let other =
                "set ACR --user --preset other --server r.example --username u --password-stdin --no-test --yes";
            desk.feed(other, "p").ends(0);
            if !has_it {
                desk.run("delete ACR --user --yes").ends(0);
            }
            let files: Vec<_> = std::fs::read_dir(&locks).unwrap().collect();
            let [Ok(lock)] = files.as_slice() else { panic!("{files:?}") };
            let held = std::fs::File::options().append(true).open(lock.path()).unwrap();
            held.lock().unwrap();
            let line = if says_yes { format!("{line} --yes") } else { line.to_owned() };
            let mut child = desk.command(&line).spawn().unwrap();
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"mine").unwrap();
            // It reports that it waits, so it has read the present state.
            let mut said = std::io::BufReader::new(child.stderr.take().unwrap());
            let mut words = String::new();
            while !words.contains("waiting for another pullkey") {
                assert!(std::io::BufRead::read_line(&mut said, &mut words).unwrap() > 0, "{words}");
            }
            desk.world().advance(5);
            plant();
            drop(held);
            let code = child.wait().unwrap().code();
            let written = desk.values("user", "ACR")[2].clone();
            let (ended, value) = if says_yes { (0, "mine") } else { (3, "old-password") };
            assert_eq!((code, written.as_deref()), (Some(ended), Some(value)), "{line}");
        }
    }
}

#[test]
fn processes_that_write_one_credential_at_once_never_mix_it() {
    let desk = Desk::new();
    desk.world().set_limit(1_000_000);
    let mut total = 0;
    for (processes, rounds) in [(2, rounds()), (10, rounds().div_ceil(8))] {
        for round in 0..rounds {
            let children: Vec<_> = (0..processes).map(|who| writer(&desk, who)).collect();
            for child in children {
                let output = child.wait_with_output().unwrap();
                assert_eq!(output.status.code(), Some(0), "{output:?}");
            }
            assert!(is_one(&desk), "round {round} of {processes}: {:?}", desk.values("user", "ONE"));
            total += 1;
        }
    }
    println!("{total} rounds of processes that wrote one credential at once: none was mixed");
}

#[test]
fn a_member_that_somebody_elsewhere_writes_between_a_processs_writes_is_never_called_done() {
    let desk = Desk::new();
    desk.world().set_limit(1_000_000);
    let puts = || desk.world().requests().iter().filter(|request| request.method == http::Method::PUT).count();
    let (mut told, mut judged) = (0, 0);
    for round in 0..rounds().div_ceil(3) {
        desk.world().forget_requests();
        // The answers take a moment, so that something can happen between two writes.
        desk.world().set_latency(std::time::Duration::from_millis(4));
        let mut child = writer(&desk, 1);
        while puts() <= round % 2 && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let member = ["SERVER", "USER", "PASSWORD"][round % 3];
        let name = format!("ONE_CONTAINER_REGISTRY_{member}");
        // With a time stamp in another second: two writes in the same second cannot be told apart.
        assert!(desk.world().write_from_elsewhere_after(3, "user", &name, "theirs"));
        let before = puts();
        let output = child.wait_with_output().unwrap();
        let is_done = output.status.code() == Some(0);
        // A write of ours after theirs shows that theirs came in between.
        if puts() > before {
            judged += 1;
            assert!(is_one(&desk) || !is_done, "round {round}: {:?} {output:?}", desk.values("user", "ONE"));
        }
        told += usize::from(!is_done);
        desk.world().advance(5);
    }
    assert!(judged > 0 && told > 0, "{judged} rounds were judged, {told} told");
    println!("{judged} rounds with a write from elsewhere in between, {told} told: none was mixed and called done");
}
