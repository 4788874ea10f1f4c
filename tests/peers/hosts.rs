//! Which login a real `docker pull` sends, compared with pullkey's result: hosts are compared as docker compares them.
//! The daemon is a test server that pulls nothing and reports the login it received.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use pullkey::domain::{Image, Server};

use super::peer;
use crate::support::home::Home;

/// Answers every request, and records the login it received.
fn daemon() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let shown = Arc::new(Mutex::new(Vec::new()));
    let log = shown.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            if head.contains("/images/create") {
                let login = head.lines().find_map(|line| line.strip_prefix("X-Registry-Auth: ")).unwrap_or_default();
                let login = URL_SAFE.decode(login.trim()).unwrap_or_default();
                log.lock().unwrap().push(String::from_utf8_lossy(&login).into_owned());
            }
            let body = if head.contains("/_ping") { "OK" } else { "{}\n" };
            let body = if head.starts_with("HEAD") { "" } else { body };
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nApi-Version: 1.50\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    (addr, shown)
}

/// Whether docker sends its daemon the login that is stored under `key`.
fn shows(docker: &Path, daemon: &(SocketAddr, Arc<Mutex<Vec<String>>>), key: &str, image: &str) -> bool {
    let home = Home::new();
    let folder = home.path().join("docker");
    std::fs::create_dir(&folder).unwrap();
    let config = serde_json::json!({ "auths": { key: { "auth": STANDARD.encode("canary:p") } } });
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    daemon.1.lock().unwrap().clear();
    Command::new(docker)
        .args(["pull", "-q", image])
        .env_clear()
        .envs(home.env())
        .env("DOCKER_CONFIG", &folder)
        .env("DOCKER_HOST", format!("tcp://{}", daemon.0))
        .output()
        .unwrap();
    daemon.1.lock().unwrap().iter().any(|login| login.contains("canary"))
}

#[test]
fn a_pull_finds_a_login_exactly_where_docker_finds_it() {
    let Some(docker) = peer("docker") else { return };
    let daemon = daemon();
    let digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let by_digest = format!("r.example/a@sha256:{digest}");
    let by_capitals = format!("r.example/a@sha256:{}", digest.to_uppercase());
    let mut table = String::from("| server | image | docker and pullkey |\n|---|---|---|\n");
    for (server, image) in [
        ("myregistry.azurecr.io", "myRegistry.azurecr.io/nginx:1"),
        ("myregistry.azurecr.io", "myregistry.azurecr.io/nginx:1"),
        ("MyRegistry.azurecr.io", "myregistry.azurecr.io/nginx:1"),
        ("GHCR.IO", "ghcr.io/a/b"),
        ("GHCR.IO", "GHCR.IO/a/b"),
        ("https://ghcr.io", "ghcr.io/a/b"),
        ("ghcr.io/acme", "ghcr.io/a/b"),
        ("https://GHCR.io/v2/", "GHCR.io/a/b"),
        ("r.example:443", "r.example/a"),
        ("r.example:443", "r.example:443/a"),
        ("r.example:80", "r.example/a"),
        ("r.example", "r.example:443/a"),
        ("r.example", &by_digest),
        ("r.example", &by_capitals),
        ("r.example", "r.example/A"),
        ("ghcr.io", "ghcr.io./a/b"),
        ("nonsense", "nonsense/a"),
        ("Nonsense", "Nonsense/a"),
        ("Nonsense", "nonsense/a"),
        ("nonsense:443", "nonsense:443/a"),
        ("https://index.docker.io/v1/", "nonsense/a"),
        ("https://index.docker.io/v1/", "alpine"),
        ("https://index.docker.io/v1/", "index.docker.io/a/b"),
        ("https://index.docker.io/v1/", "DOCKER.IO/a/b"),
        ("https://index.docker.io/v1/", "Acme/app"),
        ("docker.io", "acme/app"),
        ("index.docker.io", "acme/app"),
        ("registry-1.docker.io", "acme/app"),
        ("localhost", "localhost/a"),
        ("localhost:5000", "LOCALHOST:5000/a"),
        ("127.1", "127.1/a"),
        ("[::1]:5000", "[::1]:5000/a"),
    ] {
        let parsed = Server::parse(server).unwrap();
        let own = Image::parse(image).is_ok_and(|image| image.finds(&parsed));
        let theirs = shows(&docker, &daemon, &parsed.stored_key(), image);
        assert_eq!(own, theirs, "{server} {image}: docker {theirs}, pullkey {own}");
        let said = if own { "finds it" } else { "does not" };
        std::fmt::Write::write_fmt(&mut table, format_args!("| {server} | {image} | {said} |\n")).unwrap();
    }
    println!("{table}");
}
