//! Compares pullkey with docker and skopeo on the same servers: a table of cases and clients, written to
//! `target/differential.md`. Where they differ the table says who is wrong, and how we know.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::registry::PASSWORD;
use super::{peer, servers};
use crate::support::home::Home;

/// One case, and the result expected of pullkey.
struct Case<'a> {
    name: &'a str,
    server: String,
    user: &'a str,
    password: &'a str,
    authority: Option<&'a Path>,
    /// The verdict and the code that decides it.
    says: (&'a str, &'a str),
    /// Why docker or skopeo are known to give another result.
    docker_is_wrong: Option<&'a str>,
    skopeo_is_wrong: Option<&'a str>,
}

impl<'a> Case<'a> {
    fn of(name: &'a str, server: &servers::Server, password: &'a str, says: (&'a str, &'a str)) -> Self {
        let (docker_is_wrong, skopeo_is_wrong) = (None, None);
        let server = server.addr.to_string();
        Self { name, server, user: "ann", password, authority: None, says, docker_is_wrong, skopeo_is_wrong }
    }

    fn both_wrong(self, why: &'a str) -> Self {
        Self { docker_is_wrong: Some(why), skopeo_is_wrong: Some(why), ..self }
    }
}

const NEVER_ASKED: &str = "reports success without ever sending the password";
const NO_CHECK_ON_LOOPBACK: &str = "does not check certificates on loopback";
const INVENTED: &str = "calls the password wrong, though nothing asked for it";

#[test]
fn pullkey_agrees_with_docker_and_skopeo_except_where_they_are_known_to_be_wrong() {
    let all = (servers::basic(), servers::open(), servers::tls("2"), servers::tls("-1"), servers::token_mode());
    let ((Some(basic), Some(open), Some(tls), Some(old), Some(tokens)), Some(zuul)) = (all, servers::zuul()) else {
        return;
    };
    let (Some(docker), Some(skopeo)) = (peer("docker"), peer("skopeo")) else { return };
    let html = site("200 OK", "Content-Type: text/html", "<html>hello");
    let bare = site("401 Unauthorized", "X-Nothing: here", "");
    let firewall = site(
        "403 Forbidden",
        "Content-Type: application/json",
        r#"{"errors":[{"code":"DENIED","message":"client with IP '203.0.113.7' is not allowed access"}]}"#,
    );
    let broken = site("500 Internal Server Error", "X-Nothing: here", "oops");
    let missing = site("404 Not Found", "Content-Type: text/html", "<html>no such page");
    let made_up = |name, addr: SocketAddr, says| Case { server: addr.to_string(), ..Case::of(name, &basic, "x", says) };
    let ok = ("pass", "ok");
    let wrong = ("fail", "bad_credentials");
    let cases = [
        Case::of("Basic, right password", &basic, PASSWORD, ok),
        Case::of("Basic, wrong password", &basic, "wrong", wrong),
        Case { user: "puller", ..Case::of("Bearer, right password", &tokens, PASSWORD, ok) },
        Case { user: "puller", ..Case::of("Bearer, wrong password", &tokens, "wrong", wrong) },
        Case::of("zuul-registry, right password", &zuul, PASSWORD, ok),
        Case::of("zuul-registry, wrong password", &zuul, "wrong", wrong),
        Case::of("open registry", &open, "any", ("inconclusive", "no_auth_needed")).both_wrong(NEVER_ASKED),
        made_up("a web site", html, ("inconclusive", "not_a_registry")).both_wrong(NEVER_ASKED),
        Case {
            skopeo_is_wrong: Some(INVENTED),
            docker_is_wrong: Some(INVENTED),
            ..made_up("401 without a challenge", bare, ("inconclusive", "no_challenge"))
        },
        made_up("403 by a firewall", firewall, ("fail", "denied")),
        made_up("500", broken, ("inconclusive", "server_error")),
        made_up("404", missing, ("fail", "not_a_registry")),
        // A port that is never assigned by chance, as a free one might be to another test.
        made_up("nothing listens", SocketAddr::from(([127, 0, 0, 1], 1)), ("inconclusive", "refused")),
        Case { authority: tls.authority.as_deref(), ..Case::of("TLS, known CA", &tls, PASSWORD, ok) },
        Case { authority: tls.authority.as_deref(), ..Case::of("TLS, wrong password", &tls, "wrong", wrong) },
        Case {
            docker_is_wrong: Some(NO_CHECK_ON_LOOPBACK),
            ..Case::of("TLS, unknown CA", &tls, PASSWORD, ("inconclusive", "tls_untrusted"))
        },
        Case {
            docker_is_wrong: Some(NO_CHECK_ON_LOOPBACK),
            authority: old.authority.as_deref(),
            ..Case::of("TLS, expired certificate", &old, PASSWORD, ("inconclusive", "tls_expired"))
        },
    ];
    let mut table = String::from("| case | pullkey | docker | skopeo |\n|---|---|---|---|\n");
    let mut disagreements = Vec::new();
    for case in &cases {
        let (verdict, code) = pullkey(case);
        assert_eq!((verdict.as_str(), code.as_str()), case.says, "{}", case.name);
        let mut cells = Vec::new();
        for (client, said, known) in [
            ("docker", with_docker(&docker, case), case.docker_is_wrong),
            ("skopeo", with_skopeo(&skopeo, case), case.skopeo_is_wrong),
        ] {
            let agrees = said.agrees(&verdict);
            match known {
                None if !agrees => disagreements.push(format!("{}: {client} {said:?}, pullkey {verdict}", case.name)),
                Some(why) if agrees => disagreements.push(format!("{}: {client} is not wrong: {why}", case.name)),
                None | Some(_) => {}
            }
            let why = known.map(|why| format!(": {why}")).unwrap_or_default();
            cells.push(format!("{}{why}", said.word()));
        }
        writeln!(table, "| {} | {verdict} (`{code}`) | {} |", case.name, cells.join(" | ")).unwrap();
    }
    let _ = std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/target/differential.md"), &table);
    println!("{table}");
    assert!(disagreements.is_empty(), "{disagreements:#?}");
}

/// The result of a reference client, which does not have three verdicts.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Success,
    /// The message blames user, password or permissions.
    Refused,
    /// The message blames something else.
    CouldNot,
}

impl Said {
    fn of(output: &std::process::Output) -> Self {
        let words = String::from_utf8_lossy(&output.stderr).to_lowercase();
        // A status follows a blank; a port with the same digits follows a colon.
        let blames = ["unauthorized", "invalid username/password", " 403", " 404", "denied:"];
        match output.status.success() {
            true => Self::Success,
            false if blames.iter().any(|word| words.contains(word)) => Self::Refused,
            false => Self::CouldNot,
        }
    }

    fn agrees(&self, verdict: &str) -> bool {
        match self {
            Self::Success => verdict == "pass",
            Self::Refused => verdict == "fail",
            Self::CouldNot => verdict == "inconclusive",
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Refused => "refused",
            Self::CouldNot => "could not",
        }
    }
}

/// `pullkey test`: the verdict, and the code of the step that decided it.
fn pullkey(case: &Case<'_>) -> (String, String) {
    let home = Home::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pullkey"));
    command
        .args(["test", "--server", &case.server, "--username", case.user, "--password-stdin"])
        .args(["--with", "native", "--json"])
        .env_clear()
        .envs(home.env());
    if let Some(authority) = case.authority {
        command.env("SSL_CERT_FILE", authority);
    }
    let output = fed(command, case.password);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{why}: {output:?}"));
    let steps = json["steps"].as_array().unwrap();
    let by = |outcome: &str| steps.iter().find(|step| step["outcome"] == outcome);
    let decisive = by("fail").or_else(|| by("inconclusive")).or_else(|| steps.iter().find(|s| s["step"] == "login"));
    (json["verdict"].as_str().unwrap().to_owned(), decisive.unwrap()["code"].as_str().unwrap().to_owned())
}

fn with_docker(docker: &Path, case: &Case<'_>) -> Said {
    let home = Home::new();
    let mut command = Command::new(docker);
    command
        .args(["login", "-u", case.user, "--password-stdin", &case.server])
        .env_clear()
        .envs(home.env())
        .env("DOCKER_CONFIG", home.path().join("docker"))
        .env("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    if let Some(authority) = case.authority {
        command.env("SSL_CERT_FILE", authority);
    }
    Said::of(&fed(command, case.password))
}

fn with_skopeo(skopeo: &Path, case: &Case<'_>) -> Said {
    let home = Home::new();
    let mut command = Command::new(skopeo);
    command.args(["login", "-u", case.user, "--password-stdin", "--authfile"]).arg(home.path().join("auth.json"));
    if !case.name.starts_with("TLS") {
        command.arg("--tls-verify=false");
    }
    command.arg(&case.server).env_clear().envs(home.env());
    if let Some(authority) = case.authority {
        command.env("SSL_CERT_FILE", authority);
    }
    Said::of(&fed(command, case.password))
}

pub(super) fn fed(mut command: Command, password: &str) -> std::process::Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a client starts");
    // A client that rejects its arguments may have exited already.
    let _ = writeln!(child.stdin.take().unwrap(), "{password}");
    child.wait_with_output().unwrap()
}

/// A server that answers everything the same, until the test process ends.
fn site(status: &'static str, header: &'static str, body: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 8192];
            let Ok(read) = stream.read(&mut request) else { continue };
            // A TLS hello gets a plain server's answer.
            let status = if request[..read].first() == Some(&22) { "400 Bad Request" } else { status };
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\n{header}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
    });
    addr
}

#[test]
fn the_pull_of_a_real_image_is_proven_denied_and_missed_by_token_and_by_password() {
    let (Some(tokens), Some(basic)) = (servers::token_mode(), servers::basic()) else { return };
    if servers::push(&basic, "ann").is_none() {
        return;
    }
    for (server, user, image, verdict, code) in [
        (&tokens, "puller", "team/app:1", "pass", "ok"),
        (&tokens, "nopull", "team/app:1", "fail", "pull_denied"),
        (&tokens, "puller", "team/other:1", "fail", "pull_denied"),
        (&tokens, "puller", "team/app:2", "fail", "image_not_found"),
        (&basic, "ann", "team/app:1", "pass", "ok"),
        (&basic, "ann", "team/app:2", "fail", "image_not_found"),
        (&basic, "ann", "no/such:1", "fail", "image_not_found"),
    ] {
        let home = Home::new();
        let server = server.addr.to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pullkey"));
        command
            .args(["test", "--server", &server, "--username", user, "--password-stdin", "--with", "native"])
            .args(["--image", &format!("{server}/{image}"), "--json"])
            .env_clear()
            .envs(home.env());
        let output = fed(command, PASSWORD);
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        let pull = json["steps"].as_array().unwrap().iter().find(|step| step["step"] == "pull").unwrap();
        let login = json["steps"].as_array().unwrap().iter().find(|step| step["step"] == "login").unwrap();
        assert_eq!(login["outcome"], "pass", "{user} {image}");
        assert_eq!((json["verdict"].as_str(), pull["code"].as_str()), (Some(verdict), Some(code)), "{user} {image}");
        assert!(code == "ok" || !pull["remedy"].as_str().unwrap().is_empty());
    }
}

#[test]
fn a_key_pair_is_exchanged_at_moto_and_logs_in_to_a_registry_that_takes_its_token() {
    let (Some(aws), Some(registry)) = (servers::moto(), servers::for_moto()) else { return };
    let endpoint = format!("http://{}/", aws.server.addr);
    let stand_in = registry.addr.to_string();
    let run = |id: &str, secret: &str| {
        let home = Home::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pullkey"));
        command
            .args(["test", "--server", "123456789012.dkr.ecr.us-east-1.amazonaws.com", "--username", id])
            .args(["--password-stdin", "--with", "native", "--json"])
            .env_clear()
            .envs(home.env())
            .env("PULLKEY_ECR_ENDPOINT", &endpoint)
            .env("PULLKEY_REGISTRY_STAND_IN", &stand_in);
        let output = fed(command, secret);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!text.contains(secret));
        let json: Value = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {output:?}"));
        let steps = json["steps"].as_array().unwrap();
        let exchange = steps.iter().find(|step| step["step"] == "exchange").unwrap()["code"].as_str().unwrap();
        let login = steps.iter().find(|step| step["step"] == "login").map(|step| step["code"].as_str().unwrap());
        (json["verdict"].as_str().unwrap().to_owned(), exchange.to_owned(), login.map(str::to_owned))
    };
    let told = |verdict: &str, code: &str, login: Option<&str>| {
        (verdict.to_owned(), code.to_owned(), login.map(str::to_owned))
    };
    let (id, secret) = &aws.allowed;
    assert_eq!(run(id, secret), told("pass", "ok", Some("ok")));
    assert_eq!(run(id, &secret.chars().rev().collect::<String>()), told("fail", "aws_wrong_secret", None));
    assert_eq!(run("AKIAAAAAAAAAAAAAAAAA", secret), told("fail", "aws_unknown_key", None));
    let (id, secret) = &aws.forbidden;
    assert_eq!(run(id, secret), told("fail", "aws_no_permission", None));
}
