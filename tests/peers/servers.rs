//! Real registries and an AWS stand-in, each on a port of its own and stopped at the end of the test. `CONTRIBUTING.md`
//! names them.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::peer;
use super::registry::{PASSWORD, Running, eventually, free, htpasswd, serve};

/// A running server, and what keeps it running.
pub(super) struct Server {
    pub addr: SocketAddr,
    /// The CA that signed its certificate.
    pub authority: Option<PathBuf>,
    _running: Vec<Running>,
}

impl Server {
    fn of(addr: SocketAddr, running: Vec<Running>) -> Self {
        Self { addr, authority: None, _running: running }
    }
}

/// Starts a program that listens on `addr`, in a folder of its own.
fn start(program: &Path, args: &[&str], folder: tempfile::TempDir, addr: SocketAddr) -> Running {
    let child = Command::new(program)
        .args(args)
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let running = Running::of(child, folder);
    eventually(&format!("{} listens", program.display()), || TcpStream::connect(addr).is_ok());
    running
}

/// Distribution with a password file for ann and, for ECR, one for AWS with moto's token.
pub(super) fn basic() -> Option<Server> {
    let (addr, running) = serve("", &htpasswd()?)?;
    Some(Server::of(addr, vec![running]))
}

pub(super) fn open() -> Option<Server> {
    let (addr, running) = serve("", "")?;
    Some(Server::of(addr, vec![running]))
}

/// Distribution that accepts moto's token for the user AWS.
pub(super) fn for_moto() -> Option<Server> {
    let made = Command::new(peer("htpasswd")?).args(["-Bbn", "AWS", "123456789012-auth-token"]).output().unwrap();
    let line = String::from_utf8(made.stdout).unwrap();
    let auth = format!("auth: {{htpasswd: {{realm: ecr, path: HERE/htpasswd}}}}\n{}", line.trim());
    let (addr, running) = serve("", &auth)?;
    Some(Server::of(addr, vec![running]))
}

/// Makes a CA and a certificate from it for this machine's loopback address, valid for this many days.
fn certified(folder: &Path, days: &str) -> Option<()> {
    let openssl = peer("openssl")?;
    std::fs::write(folder.join("ext"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
    let leaf = format!(
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile ext -out cert.pem -days {days}"
    );
    for words in [
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem",
        "req -newkey rsa:2048 -nodes -subj /CN=leaf -keyout key.pem -out leaf.csr",
        &leaf,
    ] {
        let made = Command::new(&openssl).args(words.split(' ')).current_dir(folder).output().unwrap();
        assert!(made.status.success(), "{words} {made:?}");
    }
    Some(())
}

/// Distribution over TLS, with a certificate from its own CA; -1 days make an expired one.
pub(super) fn tls(days: &str) -> Option<Server> {
    let folder = tempfile::tempdir().unwrap();
    certified(folder.path(), days)?;
    let at = |name: &str| folder.path().join(name).display().to_string();
    let setting = format!(", tls: {{certificate: {}, key: {}}}", at("cert.pem"), at("key.pem"));
    let (addr, running) = serve(&setting, &htpasswd()?)?;
    let authority = Some(folder.path().join("ca.pem"));
    let kept = Running::of(Command::new("true").spawn().unwrap(), folder);
    Some(Server { addr, authority, _running: vec![running, kept] })
}

/// Distribution in token mode, and the token server whose tokens it verifies; holds `team/app:1`.
pub(super) fn token_mode() -> Option<Server> {
    let python = venv("python")?;
    let folder = tempfile::tempdir().unwrap();
    certified(folder.path(), "2")?;
    let at = |name: &str| folder.path().join(name).display().to_string();
    let realm = free();
    let auth = format!(
        "auth: {{token: {{realm: \"http://{realm}/token\", service: test-registry, issuer: test-issuer, \
         rootcertbundle: {}}}}}",
        at("ca.pem")
    );
    let (addr, registry) = serve("", &auth)?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/programs/token_server.py");
    let (port, key, cert) = (realm.port().to_string(), at("key.pem"), at("cert.pem"));
    let tokens = start(&python, &[script, &port, &key, &cert], folder, realm);
    let server = Server::of(addr, vec![registry, tokens]);
    push(&server, "pusher")?;
    Some(server)
}

/// Puts a hand-made image of one layer under `team/app:1`.
pub(super) fn push(server: &Server, user: &str) -> Option<()> {
    let skopeo = peer("skopeo")?;
    let layout = tempfile::tempdir().unwrap();
    image(layout.path());
    let pushed = Command::new(skopeo)
        .args(["copy", "--dest-tls-verify=false", &format!("--dest-creds={user}:{PASSWORD}")])
        .args([format!("oci:{}:1", layout.path().display()), format!("docker://{}/team/app:1", server.addr)])
        .env("HOME", layout.path())
        .output()
        .unwrap();
    assert!(pushed.status.success(), "{pushed:?}");
    Some(())
}

/// An OCI image layout (OCI Image Format Specification 1.1) with one empty layer.
fn image(folder: &Path) {
    use sha2::{Digest as _, Sha256};
    let blobs = folder.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    let put = |bytes: &[u8]| {
        let hash = format!("{:x}", Sha256::digest(bytes));
        std::fs::write(blobs.join(&hash), bytes).unwrap();
        (format!("sha256:{hash}"), bytes.len())
    };
    let (layer, layer_size) = put(&[0; 1024]); // the end of an empty archive
    let config =
        format!(r#"{{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{layer}"]}}}}"#);
    let (config, config_size) = put(config.as_bytes());
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
        "config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config}","size":{config_size}}},
        "layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{layer}","size":{layer_size}}}]}}"#
    );
    let (manifest, size) = put(manifest.as_bytes());
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json",
        "digest":"{manifest}","size":{size},"annotations":{{"org.opencontainers.image.ref.name":"1"}}}}]}}"#
    );
    std::fs::write(folder.join("index.json"), index).unwrap();
    std::fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
}

/// zuul-registry: another implementation of a registry with a token server, deliberately odd.
pub(super) fn zuul() -> Option<Server> {
    let program = venv("zuul-registry")?;
    let folder = tempfile::tempdir().unwrap();
    let addr = free();
    let mut config = String::new();
    writeln!(config, "registry:\n  address: 127.0.0.1\n  port: {}\n  public-url: http://{addr}", addr.port()).unwrap();
    writeln!(config, "  secret: a-secret-of-the-test\n  users:").unwrap();
    writeln!(config, "    - {{name: ann, pass: {PASSWORD}, access: read}}").unwrap();
    writeln!(config, "    - {{name: pusher, pass: {PASSWORD}, access: write}}").unwrap();
    writeln!(config, "  storage: {{driver: filesystem, root: {}}}", folder.path().join("data").display()).unwrap();
    let file = folder.path().join("zuul.yml");
    std::fs::write(&file, config).unwrap();
    let running = start(&program, &["-c", &file.display().to_string(), "serve"], folder, addr);
    Some(Server::of(addr, vec![running]))
}

/// An account in moto with signatures and policies checked.
pub(super) struct Aws {
    pub server: Server,
    /// A key that may fetch a token, and one that may not.
    pub allowed: (String, String),
    pub forbidden: (String, String),
}

/// moto, an AWS stand-in that verifies.
pub(super) fn moto() -> Option<Aws> {
    let program = venv("moto_server")?;
    let folder = tempfile::tempdir().unwrap();
    let addr = free();
    let running = start(&program, &["-H", "127.0.0.1", "-p", &addr.port().to_string()], folder, addr);
    let iam = |action: &str| {
        let authorization = "AWS4-HMAC-SHA256 Credential=AKIAX/20260101/us-east-1/iam/aws4_request, \
                             SignedHeaders=host, Signature=00";
        let head = [("Authorization", authorization), ("Content-Type", "application/x-www-form-urlencoded")];
        post(addr, "/", &head, &format!("{action}&Version=2010-05-08"))
    };
    let key = |user: &str| {
        iam(&format!("Action=CreateUser&UserName={user}"));
        let made = iam(&format!("Action=CreateAccessKey&UserName={user}"));
        let part = |name: &str| {
            let rest = made.split(&format!("<{name}>")).nth(1).unwrap_or_else(|| panic!("{made}"));
            rest.split('<').next().unwrap().to_owned()
        };
        (part("AccessKeyId"), part("SecretAccessKey"))
    };
    let (allowed, forbidden) = (key("puller"), key("nobody"));
    let policy = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action\
                  %22%3A%22ecr%3AGetAuthorizationToken%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";
    iam(&format!("Action=PutUserPolicy&UserName=puller&PolicyName=pull&PolicyDocument={policy}"));
    // From here on signatures and policies are really checked.
    let reset = post(addr, "/moto-api/reset-auth", &[("Content-Type", "text/plain")], "0");
    assert!(reset.starts_with("HTTP/1.1 200"), "{reset}");
    Some(Aws { server: Server::of(addr, vec![running]), allowed, forbidden })
}

/// One request over plain http, with its whole answer.
pub(super) fn post(addr: SocketAddr, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    request("POST", addr, path, headers, body)
}

pub(super) fn request(method: &str, addr: SocketAddr, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut stream = TcpStream::connect(addr).unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n");
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    write!(request, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A program of the peers' own Python environment, which `.ci/run` creates.
fn venv(name: &str) -> Option<PathBuf> {
    let at = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/peers/bin")).join(name);
    if at.is_file() { Some(at) } else { peer(&format!("target/peers/bin/{name}")) }
}
