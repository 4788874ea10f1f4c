//! `pullkey test` as a program: certificates, proxies, exit codes, the user's docker configuration, and `kill -9`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::peer;
use super::registry::{Door, PASSWORD, Running, contents, distribution, free, htpasswd, serve};
use super::registry::{endless_docker, eventually, pids, small_registry};
use crate::support::home::Home;
use crate::support::process;

/// `pullkey test` with its own home and environment, and the password on stdin.
fn start(home: &Home, server: &str, password: &str, with: &str, env: &[(&str, &str)]) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pullkey"))
        .args(["test", "--server", server, "--username", "ann", "--password-stdin", "--with", with, "--json"])
        .env_clear()
        .envs(home.env())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
    child
}

/// Exit code, verdict and the codes of all steps.
fn ended(output: &Output) -> (i32, String, Vec<String>) {
    let text = String::from_utf8_lossy(&output.stdout);
    let json: Value = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text} {output:?}"));
    let steps = json["steps"].as_array().unwrap().iter();
    let codes = steps.filter(|s| s["outcome"] != "skipped").map(|s| s["code"].as_str().unwrap().to_owned()).collect();
    (output.status.code().unwrap(), json["verdict"].as_str().unwrap().to_owned(), codes)
}

fn run(home: &Home, server: &str, password: &str, with: &str, env: &[(&str, &str)]) -> (i32, String, Vec<String>) {
    ended(&start(home, server, password, with, env).wait_with_output().unwrap())
}

fn last(result: (i32, String, Vec<String>)) -> (i32, String, String) {
    (result.0, result.1, result.2.last().cloned().unwrap_or_default())
}

fn told(exit: i32, verdict: &str, code: &str) -> (i32, String, String) {
    (exit, verdict.to_owned(), code.to_owned())
}

/// A CA and a certificate it issued for this name or address (as in `subjectAltName`), in files of a folder.
fn certified(folder: &Path, name: &str) -> Option<()> {
    let openssl = peer("openssl")?;
    let make = |args: &[&str]| {
        let made = Command::new(&openssl).args(args).current_dir(folder).output().unwrap();
        assert!(made.status.success(), "{made:?}");
    };
    let mut request = String::from("req -newkey rsa:2048 -nodes -subj /CN=leaf -keyout key.pem -out leaf.csr");
    std::fs::write(folder.join("ext"), format!("subjectAltName={name}\nbasicConstraints=CA:FALSE\n")).unwrap();
    let authority = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem";
    make(&authority.split(' ').collect::<Vec<_>>());
    make(&request.split(' ').collect::<Vec<_>>());
    request.clear();
    write!(
        request,
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out cert.pem"
    )
    .unwrap();
    make(&request.split(' ').collect::<Vec<_>>());
    Some(())
}

/// docker-registry over TLS with such a certificate; the folder contains `ca.pem`.
fn over_tls(home: &Home, name: &str) -> Option<(SocketAddr, Running)> {
    certified(home.path(), name)?;
    let tls = format!(
        ", tls: {{certificate: {}, key: {}}}",
        home.path().join("cert.pem").display(),
        home.path().join("key.pem").display()
    );
    serve(&tls, &htpasswd()?)
}

#[test]
fn exit_codes_tell_a_pass_a_refusal_and_what_could_not_be_tested() {
    let (Some((addr, _basic)), Some((open, _open))) = (distribution(&Door::Basic), distribution(&Door::Open)) else {
        return;
    };
    let with = if peer("docker").is_some() { ["native", "docker", "both"].as_slice() } else { &["native"] };
    let home = Home::new();
    std::fs::create_dir(home.path().join(".docker")).unwrap();
    let config = r#"{"auths":{"example.com":{"auth":"dTpw"}},"credsStore":"no-such-store"}"#;
    std::fs::write(home.path().join(".docker/config.json"), config).unwrap();
    let before = contents(home.path());
    for with in with {
        let run = |server: SocketAddr, password| run(&home, &server.to_string(), password, with, &[]);
        let right = run(addr, PASSWORD);
        if right.2.contains(&"docker_unavailable".to_owned()) && *with == "docker" {
            println!("not tried: this docker refuses plain http on loopback");
            continue;
        }
        assert_eq!((right.0, right.1.as_str()), (0, "pass"), "{with}");
        let wrong = run(addr, "wrong");
        assert_eq!((wrong.0, wrong.1.as_str()), (1, "fail"), "{with}");
        assert!(wrong.2.contains(&"bad_credentials".to_owned()));
        let nobody = run(free(), PASSWORD);
        assert_eq!((nobody.0, nobody.1.as_str()), (3, "inconclusive"), "{with}");
        let anyone = run(open, PASSWORD);
        assert_eq!((anyone.0, anyone.1.as_str()), (3, "inconclusive"), "{with}");
        assert!(anyone.2.contains(&"no_auth_needed".to_owned()));
    }
    assert_eq!(contents(home.path()), before, "~/.docker is byte for byte what it was, and nothing else is left");
}

#[test]
fn the_platform_s_trust_store_is_asked_and_ssl_cert_file_is_heard() {
    let home = Home::new();
    let Some((addr, _registry)) = over_tls(&home, "IP:127.0.0.1") else { return };
    let ca = home.path().join("ca.pem").display().to_string();
    let server = addr.to_string();
    let known = run(&home, &server, PASSWORD, "native", &[("SSL_CERT_FILE", &ca)]);
    assert_eq!(last(known), told(0, "pass", "ok"));
    let wrong = run(&home, &server, "wrong", "native", &[("SSL_CERT_FILE", &ca)]);
    assert_eq!(last(wrong), told(1, "fail", "bad_credentials"));
    let unknown = run(&home, &server, PASSWORD, "native", &[]);
    assert_eq!(last(unknown), told(3, "inconclusive", "tls_untrusted"));
}

#[test]
fn a_certificate_for_another_name_is_told_from_an_unknown_one() {
    let home = Home::new();
    let Some((addr, _registry)) = over_tls(&home, "DNS:other.example") else { return };
    let ca = home.path().join("ca.pem").display().to_string();
    let other = run(&home, &addr.to_string(), PASSWORD, "native", &[("SSL_CERT_FILE", &ca)]);
    assert_eq!(last(other), told(3, "inconclusive", "tls_name"));
}

#[test]
fn without_any_ca_bundle_loopback_is_still_tested_and_the_rest_is_told_why_not() {
    let Some((addr, _registry)) = distribution(&Door::Basic) else { return };
    let home = Home::new();
    let none = [("SSL_CERT_FILE", "/no/such/file"), ("SSL_CERT_DIR", "/no/such/folder")];
    assert_eq!(last(run(&home, &addr.to_string(), PASSWORD, "native", &none)), told(0, "pass", "ok"));
    let far = run(&home, "registry.example", PASSWORD, "native", &none);
    assert_eq!(last(far), told(3, "inconclusive", "tls_untrusted"));
}

#[test]
fn a_dead_proxy_is_named_and_never_used_for_loopback() {
    let home = Home::new();
    let proxy = format!("http://{}", free());
    let env = [("HTTPS_PROXY", proxy.as_str()), ("HTTP_PROXY", &proxy), ("http_proxy", &proxy)];
    let output = start(&home, "registry.example", PASSWORD, "native", &env).wait_with_output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("HTTPS_PROXY"), "{output:?}");
    assert_eq!(last(ended(&output)), told(3, "inconclusive", "proxy"));
    let Some((addr, _registry)) = distribution(&Door::Basic) else { return };
    assert_eq!(last(run(&home, &addr.to_string(), PASSWORD, "native", &env)), told(0, "pass", "ok"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_kill_9_nothing_of_the_test_is_left() {
    let home = Home::new();
    let docker = endless_docker(&home);
    let folder = docker.parent().unwrap().display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let server = small_registry().await.to_string();
    let mut child = start(&home, &server, PASSWORD, "both", &[("PATH", &path)]);
    eventually("docker runs", || pids(&home).len() == 2);
    child.kill().unwrap();
    child.wait().unwrap();
    eventually("docker and its child are gone", || pids(&home).iter().all(|pid| !process::is_alive(*pid)));
    eventually("the folder is gone", || std::fs::read_dir(home.temp()).unwrap().count() == 0);
}
