//! The login test against Debian's `docker-registry` and the real docker CLI, and docker runs against a misbehaving
//! docker of our own.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pullkey::domain::verdict::{Check, With};
use pullkey::domain::{Code, Outcome, Sensitive, TestReport, Trial, Verdict};
use pullkey::registry::{Client, Limits, Test, Tools};

use super::peer;
use crate::support::home::Home;
use crate::support::{canary, process};

pub(super) const PASSWORD: &str = "Kn7-registry-canary_Zq";

/// A running peer, stopped at the end of the test.
pub(super) struct Running(Child, #[allow(dead_code)] tempfile::TempDir);

impl Running {
    pub(super) fn of(child: Child, folder: tempfile::TempDir) -> Self {
        Self(child, folder)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(super) fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Waits patiently until a condition holds.
pub(super) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "timed out waiting: {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

pub(super) enum Door {
    Basic,
    Open,
    Tls,
}

/// Debian's docker-registry (the Distribution project, 2.8) with the user ann.
pub(super) fn distribution(door: &Door) -> Option<(SocketAddr, Running)> {
    match door {
        Door::Basic => serve("", &htpasswd()?),
        Door::Open => serve("", ""),
        Door::Tls => {
            let folder = tempfile::tempdir().unwrap();
            let at = |name: &str| folder.path().join(name).display().to_string();
            let made = Command::new(peer("openssl")?)
                .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"])
                .args(["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", &at("key.pem"), "-out", &at("cert.pem")])
                .output()
                .unwrap();
            assert!(made.status.success());
            serve(&format!(", tls: {{certificate: {}, key: {}}}", at("cert.pem"), at("key.pem")), &htpasswd()?)
        }
    }
}

/// The `auth` setting for ann; `HERE` is the folder it will be in, and its password file follows after a line break.
pub(super) fn htpasswd() -> Option<String> {
    let made = Command::new(peer("htpasswd")?).args(["-Bbn", "ann", PASSWORD]).output().unwrap();
    assert!(made.status.success());
    let line = String::from_utf8(made.stdout).unwrap();
    Some(format!("auth: {{htpasswd: {{realm: basic-realm, path: HERE/htpasswd}}}}\n{}", line.trim()))
}

/// A docker-registry with this end of its `http` setting and this `auth` setting.
pub(super) fn serve(tls: &str, auth: &str) -> Option<(SocketAddr, Running)> {
    let registry = peer("docker-registry")?;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let storage = format!("storage: {{filesystem: {{rootdirectory: {}}}}}", at("data"));
    let mut config = format!("version: 0.1\nlog: {{level: error}}\n{storage}\n");
    let (auth, passwords) = auth.split_once('\n').unwrap_or((auth, ""));
    std::fs::write(at("htpasswd"), passwords).unwrap();
    writeln!(config, "{}", auth.replace("HERE", &folder.path().display().to_string())).unwrap();
    let addr = free();
    writeln!(config, "http: {{addr: \"{addr}\"{tls}}}").unwrap();
    std::fs::write(at("config.yml"), config).unwrap();
    let child = Command::new(registry)
        .args(["serve", &at("config.yml")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let running = Running(child, folder);
    eventually("docker-registry listens", || TcpStream::connect(addr).is_ok());
    Some((addr, running))
}

fn trial(addr: SocketAddr, password: &str) -> Trial {
    Trial {
        server: addr.to_string(),
        user: "ann".into(),
        password: Sensitive::new(password),
        images: Vec::new(),
        holds: pullkey::domain::Holds::Images,
    }
}

fn tools(docker: Option<PathBuf>, temp: &Path) -> Tools {
    Tools { docker, ..Tools::none(PathBuf::from(env!("CARGO_BIN_EXE_pullkey")), temp.to_owned()) }
}

async fn run(trial: &Trial, with: With, tools: &Tools) -> TestReport {
    run_within(Limits::default(), trial, with, tools).await
}

async fn run_within(limits: Limits, trial: &Trial, with: With, tools: &Tools) -> TestReport {
    let client = Client::new(limits);
    Test { client: &client, trial, with, tools, issuer: None, now: chrono::Utc::now() }.run(&mut |_| {}).await
}

/// The outcome of one check.
fn check(report: &TestReport, check: Check) -> (Code, Outcome) {
    report.steps.iter().find(|step| step.check == check).map(|step| (step.code, step.outcome)).unwrap()
}

/// Every file below a folder with its content.
pub(super) fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.push((path.clone(), std::fs::read(path).unwrap()));
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn native_and_docker_agree_on_a_right_and_a_wrong_password() {
    let (Some((addr, _registry)), Some(docker)) = (distribution(&Door::Basic), peer("docker")) else { return };
    let temp = tempfile::tempdir().unwrap();
    let own = std::env::var_os("HOME").map(|home| Path::new(&home).join(".docker")).unwrap_or_default();
    let before = contents(&own);
    let tools = tools(Some(docker), temp.path());
    let right = run(&trial(addr, PASSWORD), With::Both, &tools).await;
    assert_eq!(right.verdict, Verdict::Pass, "{right:#?}");
    assert_eq!(check(&right, Check::Login), (Code::Ok, Outcome::Pass));
    assert!(
        matches!(check(&right, Check::Docker), (Code::Ok, Outcome::Pass) | (Code::DockerUnavailable, _)),
        "docker agrees, or refuses plain http: {right:#?}"
    );
    let wrong = run(&trial(addr, "not-the-password"), With::Both, &tools).await;
    assert_eq!(wrong.verdict, Verdict::Fail, "{wrong:#?}");
    assert_eq!(check(&wrong, Check::Login), (Code::BadCredentials, Outcome::Fail));
    assert!(
        matches!(check(&wrong, Check::Docker), (Code::BadCredentials, Outcome::Fail) | (Code::DockerUnavailable, _)),
        "{wrong:#?}"
    );
    assert_eq!(contents(temp.path()), [], "nothing is left behind");
    assert_eq!(contents(&own), before, "the user's own docker configuration is untouched");
}

#[tokio::test]
async fn docker_alone_gives_the_verdict_when_asked_alone() {
    let (Some((addr, _registry)), Some(docker)) = (distribution(&Door::Basic), peer("docker")) else { return };
    let temp = tempfile::tempdir().unwrap();
    let tools = tools(Some(docker), temp.path());
    let right = run(&trial(addr, PASSWORD), With::Docker, &tools).await;
    let wrong = run(&trial(addr, "not-the-password"), With::Docker, &tools).await;
    if check(&right, Check::Docker).0 == Code::DockerUnavailable {
        println!("not tried: this docker refuses plain http on loopback");
        return;
    }
    assert_eq!((right.verdict, wrong.verdict), (Verdict::Pass, Verdict::Fail), "{right:#?} {wrong:#?}");
}

#[tokio::test]
async fn an_open_registry_is_inconclusive_whoever_asks() {
    let (Some((addr, _registry)), Some(docker)) = (distribution(&Door::Open), peer("docker")) else { return };
    let temp = tempfile::tempdir().unwrap();
    let tools = tools(Some(docker), temp.path());
    for with in [With::Native, With::Docker, With::Both] {
        let report = run(&trial(addr, "anything"), with, &tools).await;
        assert_eq!(report.verdict, Verdict::Inconclusive, "{report:#?}");
        assert_eq!(report.decisive().unwrap().code, Code::NoAuthNeeded, "{report:#?}");
        assert!(report.steps.iter().all(|step| step.check != Check::Docker || step.outcome != Outcome::Pass));
    }
}

#[tokio::test]
async fn nothing_listening_cannot_be_told_by_either() {
    let Some(docker) = peer("docker") else { return };
    let temp = tempfile::tempdir().unwrap();
    let report = run(&trial(free(), PASSWORD), With::Both, &tools(Some(docker), temp.path())).await;
    assert_eq!(report.verdict, Verdict::Inconclusive, "{report:#?}");
    assert_eq!(check(&report, Check::Connection), (Code::Refused, Outcome::Inconclusive));
    assert_eq!(check(&report, Check::Docker), (Code::Refused, Outcome::Skipped), "{report:#?}");
}

#[tokio::test]
async fn a_certificate_nobody_knows_is_not_trusted() {
    let Some((addr, _registry)) = distribution(&Door::Tls) else { return };
    let temp = tempfile::tempdir().unwrap();
    let report = run(&trial(addr, PASSWORD), With::Native, &tools(None, temp.path())).await;
    assert_eq!(report.verdict, Verdict::Inconclusive);
    assert_eq!(check(&report, Check::Tls), (Code::TlsUntrusted, Outcome::Inconclusive), "{report:#?}");
}

/// `/v2/` with a Bearer challenge for a token server that always gives this answer.
async fn bearer(token: &'static str) -> SocketAddr {
    scripted(move |request, addr| {
        if request.starts_with("get /token") {
            token.into()
        } else if request.contains("\r\nauthorization: bearer tok") {
            "200 OK\r\n\r\n{}".into()
        } else {
            format!("401 X\r\nWWW-Authenticate: Bearer realm=\"http://{addr}/token\",service=\"s\"\r\n\r\n")
        }
    })
    .await
}

/// A token server that signs with a key of its own, according to RFC 7515; `openssl` does the arithmetic.
async fn token_server(openssl: PathBuf, folder: PathBuf) -> SocketAddr {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let pair = STANDARD.encode(format!("ann:{PASSWORD}")).to_lowercase();
    let pem = std::fs::read_to_string(folder.join("token.pem")).unwrap();
    let der: String = pem.lines().filter(|line| !line.starts_with("---")).collect();
    scripted(move |request, _| {
        if !request.contains(&format!("authorization: basic {pair}")) {
            return "401 X\r\n\r\n{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"who are you\"}]}".into();
        }
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let head = format!(r#"{{"typ":"JWT","alg":"RS256","x5c":["{der}"]}}"#);
        let claims = format!(
            r#"{{"iss":"test-issuer","aud":"test-registry","sub":"ann","exp":{},"nbf":{},"access":[]}}"#,
            now + 300,
            now - 10
        );
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        std::fs::write(folder.join("text"), &text).unwrap();
        let args = ["dgst", "-sha256", "-sign", "token.key", "text"];
        let signed = Command::new(&openssl).args(args).current_dir(&folder).output().unwrap();
        assert!(signed.status.success());
        format!("200 OK\r\n\r\n{{\"token\":\"{text}.{}\"}}", URL_SAFE_NO_PAD.encode(signed.stdout))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registry_that_verifies_its_tokens_lets_the_right_password_in() {
    let Some(openssl) = peer("openssl") else { return };
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(&openssl)
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=token"])
        .args(["-keyout", "token.key", "-out", "token.pem"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success());
    let tokens = token_server(openssl, folder.path().to_owned()).await;
    let bundle = folder.path().join("token.pem");
    let auth = format!(
        "auth: {{token: {{realm: \"http://{tokens}/token\", service: test-registry, issuer: test-issuer, \
         rootcertbundle: {}}}}}",
        bundle.display()
    );
    let Some((addr, _registry)) = serve("", &auth) else { return };
    let tools = tools(peer("docker"), folder.path());
    let right = run(&trial(addr, PASSWORD), With::Both, &tools).await;
    assert_eq!(right.verdict, Verdict::Pass, "{right:#?}");
    let wrong = run(&trial(addr, "wrong"), With::Both, &tools).await;
    assert_eq!((wrong.verdict, check(&wrong, Check::Login).0), (Verdict::Fail, Code::BadCredentials), "{wrong:#?}");
    for (report, code) in [(right, Code::Ok), (wrong, Code::BadCredentials)] {
        let docker = check(&report, Check::Docker).0;
        assert!(docker == code || docker == Code::DockerUnavailable, "{report:#?}");
    }
}

#[tokio::test]
async fn native_and_docker_agree_on_registries_of_every_kind() {
    let Some(docker) = peer("docker") else { return };
    let temp = tempfile::tempdir().unwrap();
    let tools = tools(Some(docker), temp.path());
    let plain = |answer: &'static str| scripted(move |_, _| answer.into());
    let html = "Content-Type: text/html\r\n\r\n<html>hello";
    let not_found: &'static str = Box::leak(format!("404 Not Found\r\n{html}").into_boxed_str());
    let page: &'static str = Box::leak(format!("200 OK\r\n{html}").into_boxed_str());
    let denied = "403 Forbidden\r\n\r\n{\"errors\":[{\"code\":\"DENIED\",\"message\":\"denied\"}]}";
    let refresh = "200 OK\r\n\r\n{\"token\":\"tok\",\"refresh_token\":\"keep-me\"}";
    for (addr, code, docker, verdict) in [
        (bearer("200 OK\r\n\r\n{\"access_token\":\"tok\"}").await, Code::Ok, Code::Ok, Verdict::Pass),
        (bearer(refresh).await, Code::Ok, Code::Ok, Verdict::Pass),
        (bearer("401 X\r\n\r\n{\"details\":\"no\"}").await, Code::BadCredentials, Code::BadCredentials, Verdict::Fail),
        (bearer(denied).await, Code::Denied, Code::Denied, Verdict::Fail),
        (bearer("500 X\r\n\r\n").await, Code::ServerError, Code::ServerError, Verdict::Inconclusive),
        (bearer("429 X\r\n\r\n").await, Code::RateLimited, Code::RateLimited, Verdict::Inconclusive),
        (plain(denied).await, Code::Denied, Code::Denied, Verdict::Fail),
        (plain("401 Unauthorized\r\n\r\n").await, Code::NoChallenge, Code::NoChallenge, Verdict::Inconclusive),
        (plain("503 Unavailable\r\n\r\n").await, Code::ServerError, Code::ServerError, Verdict::Inconclusive),
        (plain(not_found).await, Code::NotARegistry, Code::NotARegistry, Verdict::Fail),
        (plain(page).await, Code::NotARegistry, Code::NotARegistry, Verdict::Inconclusive),
    ] {
        let report = run(&trial(addr, PASSWORD), With::Both, &tools).await;
        assert_eq!(report.verdict, verdict, "{report:#?}");
        assert_eq!(report.decisive().unwrap().code, code, "{report:#?}");
        let second = check(&report, Check::Docker).0;
        assert!(second == docker || second == Code::DockerUnavailable, "{report:#?}");
    }
    assert_eq!(contents(temp.path()), []);
}

#[tokio::test]
async fn the_sandbox_s_registries_are_told_apart() {
    use pullkey::sandbox::{Options, RegistryKind, start};
    let sandbox = start(Options::default()).await.unwrap();
    let temp = tempfile::tempdir().unwrap();
    let tools = tools(peer("docker"), temp.path());
    for kind in [RegistryKind::Basic, RegistryKind::Bearer, RegistryKind::Open] {
        for password in ["pull-me-please", "not-the-password"] {
            let server = sandbox.registry(kind);
            let trial = Trial {
                server,
                user: "puller".into(),
                password: password.into(),
                images: Vec::new(),
                holds: pullkey::domain::Holds::Images,
            };
            let report = run(&trial, With::Both, &tools).await;
            let (code, verdict) = match (kind, password) {
                (RegistryKind::Open, _) => (Code::NoAuthNeeded, Verdict::Inconclusive),
                (_, "pull-me-please") => (Code::Ok, Verdict::Pass),
                (_, _) => (Code::BadCredentials, Verdict::Fail),
            };
            assert_eq!((report.decisive().unwrap().code, report.verdict), (code, verdict), "{report:#?}");
            let docker = check(&report, Check::Docker).0;
            assert!(docker == code || docker == Code::DockerUnavailable, "{report:#?}");
        }
    }
}

/// A docker that is a shell script: `login` does this.
fn fake_docker(home: &Home, login: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let file = home.path().join("docker");
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'Docker version 99.1.2, build x'; exit; fi\n{login}\n"
    );
    std::fs::write(&file, script).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    file
}

/// Answers every request with a Basic challenge, or accepts the login.
pub(super) async fn small_registry() -> SocketAddr {
    scripted(|request, _| {
        let login = request.contains("\r\nauthorization:");
        let answer = if login { "200 OK\r\n\r\n" } else { "401 X\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n" };
        answer.into()
    })
    .await
}

/// A registry on plain http that answers each request, in lower case, with a status, headers and a body.
async fn scripted(answer: impl Fn(&str, SocketAddr) -> String + Send + 'static) -> SocketAddr {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).await.unwrap_or_default();
            let request = String::from_utf8_lossy(&bytes[..read]).to_ascii_lowercase();
            let answer = if request.starts_with("get ") {
                format!("HTTP/1.1 {}", answer(&request, addr).replacen("\r\n", "\r\nConnection: close\r\n", 1))
            } else {
                "HTTP/1.0 400 Bad Request\r\n\r\nthis is plain http".into()
            };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    addr
}

#[tokio::test]
async fn docker_gets_the_password_on_stdin_and_nothing_of_ours_but_an_allow_list() {
    let home = Home::new();
    let out = home.path().join("out");
    let script = format!(
        "cd '{0}' && cat > stdin && env > env && echo \"$@\" > args && ls -la \"$DOCKER_CONFIG\" > ls && \
         cat \"$DOCKER_CONFIG/config.json\" > config && stat -c %a \"$DOCKER_CONFIG\" > mode && \
         echo '{{\"Secret\":\"x\"}}' | docker-credential-pullkey-discard store && echo stored >> mode && \
         echo x | docker-credential-pullkey-discard get >> mode; echo Login Succeeded",
        out.display()
    );
    std::fs::create_dir(&out).unwrap();
    let tools = tools(Some(fake_docker(&home, &script)), &home.temp());
    let report = run(&trial(small_registry().await, &format!("{PASSWORD}\n")), With::Both, &tools).await;
    assert_eq!(check(&report, Check::Docker), (Code::Ok, Outcome::Pass), "{report:#?}");
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    assert_eq!(read("stdin"), format!("{PASSWORD}\n\n"), "one more line ending, which docker cuts off");
    assert!(read("args").starts_with("login --username=ann --password-stdin 127.0.0.1:"));
    assert_eq!(read("config"), r#"{"credsStore":"pullkey-discard"}"#);
    assert_eq!(read("mode"), "700\nstored\ncredentials not found in native keychain\n");
    let env = read("env");
    assert!(env.contains("DOCKER_HOST=unix:///") && env.contains("no-such-socket") && env.contains("LC_ALL=C"));
    for line in env.lines() {
        let name = line.split('=').next().unwrap_or_default();
        let ours = ["HOME", "USERPROFILE", "DOCKER_CONFIG", "TMPDIR", "TMP", "TEMP", "DOCKER_HOST", "LC_ALL", "PATH"];
        let shell = ["PWD", "OLDPWD", "SHLVL", "_"];
        let inherited = name.to_ascii_lowercase().ends_with("_proxy") || name.starts_with("SSL_CERT_");
        assert!(ours.contains(&name) || shell.contains(&name) || inherited, "{line}");
    }
    assert!(!env.contains(PASSWORD) && !read("args").contains(PASSWORD));
    assert_eq!(contents(&home.temp()), []);
}

#[tokio::test]
async fn the_password_is_nowhere_while_the_real_docker_logs_in() {
    let (Some((addr, _registry)), Some(docker)) = (distribution(&Door::Basic), peer("docker")) else { return };
    let home = Arc::new(Home::new());
    let canary = canary::Canary::new(PASSWORD, "ann");
    let watch = canary::Watch::start(&canary, &home);
    let tools = tools(Some(docker), &home.temp());
    for _ in 0..3 {
        run(&trial(addr, PASSWORD), With::Docker, &tools).await;
    }
    watch.assert_never_seen();
    assert_eq!(std::fs::read_dir(home.temp()).unwrap().count(), 0);
}

#[tokio::test]
async fn skopeo_is_asked_where_there_is_no_docker_and_keeps_nothing() {
    let (Some((addr, _registry)), Some(skopeo)) = (distribution(&Door::Basic), peer("skopeo")) else { return };
    let home = Arc::new(Home::new());
    let canary = canary::Canary::new(PASSWORD, "ann");
    let watch = canary::Watch::start(&canary, &home);
    let tools = Tools { skopeo: Some(skopeo), ..tools(None, &home.temp()) };
    let right = run(&trial(addr, PASSWORD), With::Both, &tools).await;
    assert_eq!(check(&right, Check::Skopeo), (Code::Ok, Outcome::Pass), "{right:#?}");
    let wrong = run(&trial(addr, "not-the-password"), With::Both, &tools).await;
    assert_eq!(check(&wrong, Check::Skopeo), (Code::BadCredentials, Outcome::Fail), "{wrong:#?}");
    watch.assert_never_seen();
    assert_eq!(std::fs::read_dir(home.temp()).unwrap().count(), 0);
}

/// A docker that never ends, with a child that never ends, both of which print their process id.
pub(super) fn endless_docker(home: &Home) -> PathBuf {
    let pids = home.path().join("pids");
    fake_docker(home, &format!("sleep 3600 & echo $$ $! > '{0}.new'; mv '{0}.new' '{0}'; wait", pids.display()))
}

pub(super) fn pids(home: &Home) -> Vec<u32> {
    let text = std::fs::read_to_string(home.path().join("pids")).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_test_kills_docker_with_its_children() {
    let home = Home::new();
    let tools = tools(Some(endless_docker(&home)), &home.temp());
    let trial = trial(small_registry().await, PASSWORD);
    let running = tokio::spawn(async move { run(&trial, With::Both, &tools).await });
    eventually("docker runs", || pids(&home).len() == 2);
    let pids = pids(&home);
    running.abort();
    let _ = running.await;
    eventually("docker and its child are gone", || pids.iter().all(|pid| !process::is_alive(*pid)));
    eventually("the folder is gone", || std::fs::read_dir(home.temp()).unwrap().count() == 0);
}

#[tokio::test]
async fn a_docker_that_never_ends_is_stopped_at_the_deadline() {
    let home = Home::new();
    let tools = tools(Some(endless_docker(&home)), &home.temp());
    let trial = trial(small_registry().await, PASSWORD);
    let limits = Limits { docker: Duration::from_secs(2), ..Limits::default() };
    let report = run_within(limits, &trial, With::Both, &tools).await;
    assert_eq!(report.verdict, Verdict::Pass);
    assert_eq!(check(&report, Check::Docker), (Code::Timeout, Outcome::Inconclusive));
    let pids = pids(&home);
    eventually("docker and its child are gone", || pids.iter().all(|pid| !process::is_alive(*pid)));
    assert_eq!(std::fs::read_dir(home.temp()).unwrap().count(), 0);
}

#[test]
fn when_pullkey_dies_its_watcher_kills_docker_and_removes_the_folder() {
    use std::io::Write as _;
    use std::os::unix::process::CommandExt;
    let home = Home::new();
    let docker = endless_docker(&home);
    let room = home.temp().join("pullkey-docker-2000000000-x");
    std::fs::create_dir(&room).unwrap();
    std::fs::write(room.join("config.json"), "{}").unwrap();
    let mut watcher = Command::new(env!("CARGO_BIN_EXE_pullkey"))
        .arg("__docker-watch")
        .args([&docker, &room])
        .arg("login")
        .process_group(0)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = watcher.stdin.take().unwrap();
    pipe.write_all(&u32::try_from(PASSWORD.len()).unwrap().to_le_bytes()).unwrap();
    pipe.write_all(PASSWORD.as_bytes()).unwrap();
    eventually("docker runs", || pids(&home).len() == 2);
    drop(pipe); // as the kernel does when pullkey is killed
    watcher.wait().unwrap();
    eventually("docker and its child are gone", || pids(&home).iter().all(|pid| !process::is_alive(*pid)));
    assert!(!room.exists());
}

#[tokio::test]
async fn what_only_calls_itself_docker_is_not_given_the_password() {
    let home = Home::new();
    let podman = fake_docker(&home, "");
    std::fs::write(&podman, "#!/bin/sh\necho podman version 4.3.1\ncat > \"$0.got\"\n").unwrap();
    let tools = tools(Some(podman.clone()), &home.temp());
    let report = run(&trial(small_registry().await, PASSWORD), With::Both, &tools).await;
    assert_eq!(report.verdict, Verdict::Pass);
    assert_eq!(check(&report, Check::Docker), (Code::DockerUnavailable, Outcome::Inconclusive));
    assert_eq!(std::fs::read_to_string(format!("{}.got", podman.display())).unwrap(), "");
}
