//! The pull check on real registries whose blobs are on another host: Distribution with Basic and with tokens,
//! zuul-registry, and moto's ECR. A small relay in front of each redirects permitted blob requests to a host of ours,
//! as registries do with S3 and similar storage; that host then serves, refuses, corrupts or lacks the blob.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::differential::fed;
use super::registry::{PASSWORD, free};
use super::{peer, servers};
use crate::support::home::Home;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Storage {
    Serves,
    Refuses,
    Spoils,
    Lacks,
    /// Nothing listens there.
    Away,
}

/// The state that the relay and the blob host share with the test.
#[derive(Default)]
struct Shared {
    storage: Option<Storage>,
    blobs: HashMap<String, Vec<u8>>,
    /// The headers of the blob requests that the blob host received.
    heads: Vec<String>,
}

type World = Arc<Mutex<Shared>>;

/// One request's head, and what came with it.
fn head(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
        if bytes[0] == 22 {
            let _ = stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n"); // a TLS hello
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

fn listen(answer: impl Fn(TcpStream) -> Option<()> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || answer(stream));
        }
    });
    addr
}

fn send(stream: &mut TcpStream, status: &str, header: &str, body: &[u8]) -> Option<()> {
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\n{header}Content-Length: {length}\r\nConnection: close\r\n\r\n").ok()?;
    stream.write_all(body).ok()
}

/// The blob host.
fn host_of_blobs(world: &World) -> SocketAddr {
    let world = world.clone();
    listen(move |mut stream| {
        let head = head(&mut stream)?;
        let path = head.split(' ').nth(1)?.split('?').next()?.to_owned();
        let digest = path.rsplit('/').next()?.to_owned();
        let (storage, blob) = {
            let mut world = world.lock().unwrap();
            world.heads.push(head);
            (world.storage?, world.blobs.get(&digest).cloned())
        };
        match (storage, blob) {
            (Storage::Serves, Some(blob)) => send(&mut stream, "200 OK", "", &blob),
            (Storage::Spoils, Some(blob)) => send(&mut stream, "200 OK", "", &vec![b'x'; blob.len()]),
            (Storage::Refuses, _) => send(&mut stream, "403 Forbidden", "", b"<Error><Code>Denied</Code></Error>"),
            (Storage::Lacks | Storage::Away, _) | (_, None) => send(&mut stream, "404 Not Found", "", b""),
        }
    })
}

/// The relay in front of a registry: it redirects permitted blob requests.
fn relay(world: &World, registry: SocketAddr, blobs: SocketAddr) -> SocketAddr {
    let (world, nobody) = (world.clone(), free());
    listen(move |mut stream| {
        let head = head(&mut stream)?;
        let (first, rest) = head.split_once("\r\n")?;
        let mut upstream = TcpStream::connect(registry).ok()?;
        write!(upstream, "{first}\r\nConnection: close\r\n{rest}").ok()?;
        let mut answer = Vec::new();
        upstream.read_to_end(&mut answer).ok()?;
        let is_blob = first.starts_with("GET ") && first.contains("/blobs/");
        let is_given = answer.starts_with(b"HTTP/1.1 200") || answer.starts_with(b"HTTP/1.1 206");
        if is_blob && is_given {
            let path = first.split(' ').nth(1)?;
            let is_away = world.lock().unwrap().storage == Some(Storage::Away);
            let to = if is_away { nobody } else { blobs };
            let location = format!("Location: http://{to}{path}?signed=1\r\n");
            return send(&mut stream, "307 Temporary Redirect", &location, b"");
        }
        stream.write_all(&answer).ok()
    })
}

/// An OCI image layout (OCI Image Format Specification 1.1): one image, or an index of several.
fn layout(world: &World, folder: &Path, platforms: &[&str]) {
    let blobs = folder.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    let put = |kind: &str, bytes: &[u8]| {
        let hash = format!("{:x}", Sha256::digest(bytes));
        std::fs::write(blobs.join(&hash), bytes).unwrap();
        world.lock().unwrap().blobs.insert(format!("sha256:{hash}"), bytes.to_vec());
        json!({ "mediaType": kind, "digest": format!("sha256:{hash}"), "size": bytes.len() })
    };
    let manifest = "application/vnd.oci.image.manifest.v1+json";
    let image = |platform: &&str| {
        let (os, architecture) = platform.split_once('/').unwrap();
        let layer = put("application/vnd.oci.image.layer.v1.tar", &[0; 1024]); // the end of an empty archive
        let rootfs = json!({ "type": "layers", "diff_ids": [layer["digest"]] });
        let config = json!({ "os": os, "architecture": architecture, "rootfs": rootfs }).to_string();
        let config = put("application/vnd.oci.image.config.v1+json", config.as_bytes());
        let whole = json!({ "schemaVersion": 2, "mediaType": manifest, "config": config, "layers": [layer] });
        let mut line = put(manifest, whole.to_string().as_bytes());
        line["platform"] = json!({ "os": os, "architecture": architecture });
        line
    };
    let mut lines: Vec<Value> = platforms.iter().map(image).collect();
    if lines.len() > 1 {
        let kind = "application/vnd.oci.image.index.v1+json";
        let index = json!({ "schemaVersion": 2, "mediaType": kind, "manifests": lines });
        lines = vec![put(kind, index.to_string().as_bytes())];
    }
    lines[0]["annotations"] = json!({ "org.opencontainers.image.ref.name": "1" });
    let index = json!({ "schemaVersion": 2, "manifests": lines });
    std::fs::write(folder.join("index.json"), index.to_string()).unwrap();
    std::fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
}

const IMAGES: [(&str, &[&str]); 3] = [
    ("1", &["linux/amd64"]),
    ("arm64", &["linux/arm64"]),
    ("four", &["linux/arm64", "linux/s390x", "linux/amd64", "windows/amd64"]),
];

/// Pushes the three images; returns whether there is a program for it.
fn push(world: &World, registry: SocketAddr, login: &str) -> Option<()> {
    let skopeo = peer("skopeo")?;
    for (tag, platforms) in IMAGES {
        let folder = tempfile::tempdir().unwrap();
        layout(world, folder.path(), platforms);
        let pushed = Command::new(&skopeo)
            .args(["copy", "--all", "--preserve-digests", "--dest-tls-verify=false", &format!("--dest-creds={login}")])
            .args([format!("oci:{}:1", folder.path().display()), format!("docker://{registry}/team/app:{tag}")])
            .env("HOME", folder.path())
            .output()
            .unwrap();
        assert!(pushed.status.success(), "{tag} {pushed:?}");
    }
    Some(())
}

/// Each case on one registry: the server and the variables to reach it, and who logs in.
fn table(name: &str, world: &World, server: &str, env: &[(&str, String)], (user, password): (&str, &str)) -> String {
    let mut rows = String::new();
    for (case, tag, storage, verdict, code) in [
        ("all is there", "1", Storage::Serves, "pass", "ok"),
        ("manifest fine, blob refused", "1", Storage::Refuses, "fail", "blob_refused"),
        ("a blob of another digest", "1", Storage::Spoils, "fail", "blob_mismatch"),
        ("a blob that is gone", "1", Storage::Lacks, "fail", "blob_missing"),
        ("a host that is not there", "1", Storage::Away, "inconclusive", "blob_unreachable"),
        ("arm64 only", "arm64", Storage::Serves, "fail", "wrong_platform"),
        ("an index of four platforms", "four", Storage::Serves, "pass", "ok"),
    ] {
        world.lock().unwrap().storage = Some(storage);
        let home = Home::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pullkey"));
        command
            .args(["test", "--server", server, "--username", user, "--password-stdin", "--with", "native"])
            .args(["--image", &format!("{server}/team/app:{tag}"), "--json"])
            .env_clear()
            .envs(home.env())
            .envs(env.iter().map(|(name, value)| (*name, value.as_str())));
        let output = fed(command, password);
        let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{why}: {output:?}"));
        let steps = json["steps"].as_array().unwrap();
        let pull = steps.iter().find(|step| step["step"] == "pull").unwrap_or_else(|| panic!("{name} {json:#}"));
        let said = (json["verdict"].as_str().unwrap(), pull["code"].as_str().unwrap());
        assert_eq!(said, (verdict, code), "{name}: {case}: {pull}");
        assert!(code == "ok" || !pull["remedy"].as_str().unwrap().is_empty(), "{name}: {case}");
        std::fmt::Write::write_fmt(&mut rows, format_args!("| {name} | {case} | {verdict} | `{code}` |\n")).unwrap();
    }
    let heads = std::mem::take(&mut world.lock().unwrap().heads);
    assert!(heads.len() >= 8, "{name}: the host of blobs was asked {} times", heads.len());
    let shown: Vec<_> = heads.iter().filter(|head| head.to_ascii_lowercase().contains("authorization")).collect();
    assert!(shown.is_empty(), "{name}: {shown:?}");
    rows
}

#[test]
fn a_pull_is_proven_down_to_a_blob_on_real_registries_and_no_login_reaches_who_holds_it() {
    let world = World::default();
    let blobs = host_of_blobs(&world);
    let mut rows = String::from("| registry | case | verdict | code |\n|---|---|---|---|\n");
    let token_mode = servers::token_mode();
    for (name, server, pusher, puller) in [
        ("Distribution, Basic", servers::basic(), "ann", "ann"),
        ("Distribution, tokens", token_mode, "pusher", "puller"),
        ("zuul-registry", servers::zuul(), "pusher", "ann"),
    ] {
        let Some(server) = server else { return };
        if push(&world, server.addr, &format!("{pusher}:{PASSWORD}")).is_none() {
            return;
        }
        let front = relay(&world, server.addr, blobs).to_string();
        rows.push_str(&table(name, &world, &front, &[], (puller, PASSWORD)));
    }
    let (Some(aws), Some(registry)) = (servers::moto(), servers::for_moto()) else { return };
    if push(&world, registry.addr, "AWS:123456789012-auth-token").is_none() {
        return;
    }
    let front = relay(&world, registry.addr, blobs).to_string();
    let env = [("PULLKEY_ECR_ENDPOINT", format!("http://{}/", aws.server.addr)), ("PULLKEY_REGISTRY_STAND_IN", front)];
    let ecr = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    let (id, secret) = &aws.allowed;
    rows.push_str(&table("moto's ECR", &world, ecr, &env, (id, secret)));
    println!("{rows}");
}
