//! Turns the outcome of a docker run into a result: the exit code says whether it worked, the output says why.
//!
//! Docker puts its own words first and those of the server after them, so only the beginning is read; an unknown
//! beginning is shown as it is, without an explanation. Sources: moby `registry/auth.go` and `registry/service.go`,
//! docker/distribution 2.8.3 `registry/client/errors.go` and `registry/client/auth/session.go`, Go's `net/http`; stable
//! from 20.10 to 29. skopeo and podman wrap these words in others, so they are searched for anywhere.

use super::program::Kind;
use super::run::Run;
use crate::domain::{Code, Outcome, Redactor, Server, Step, Untrusted};
use crate::registry::ladder::step;

type Meaning = (&'static str, Code, Outcome);

/// How docker's own messages begin, after the address of the request.
const OPENINGS: &[Meaning] = &[
    ("unable to parse server address", Code::BadServer, Outcome::Fail),
    ("error saving credentials", Code::DockerUnavailable, Outcome::Inconclusive),
    ("error storing credentials", Code::DockerUnavailable, Outcome::Inconclusive),
    ("unauthorized:", Code::BadCredentials, Outcome::Fail),
    ("denied:", Code::Denied, Outcome::Fail),
    ("toomanyrequests:", Code::RateLimited, Outcome::Inconclusive),
    ("unknown:", Code::ServerError, Outcome::Inconclusive),
    ("unable to decode token response", Code::BadToken, Outcome::Fail),
    ("authorization server did not include a token", Code::BadToken, Outcome::Fail),
    ("net/http: invalid header field value for \"authorization\"", Code::BadToken, Outcome::Fail),
    ("no realm specified for token auth challenge", Code::BadChallenge, Outcome::Fail),
    ("invalid token auth challenge realm", Code::BadChallenge, Outcome::Fail),
    ("unsupported protocol scheme", Code::BadChallenge, Outcome::Fail),
    ("http: no host in request url", Code::BadChallenge, Outcome::Fail),
    ("failed parsing content-type", Code::ServerError, Outcome::Inconclusive),
    ("stopped after 10 redirects", Code::Redirected, Outcome::Inconclusive),
];

/// How the messages of Go's transport begin.
const TRANSPORT: &[&str] = &[
    "dial ",
    "lookup ",
    "read ",
    "write ",
    "tls:",
    "x509:",
    "remote error:",
    "local error:",
    "net/http:",
    "http:",
    "context deadline",
    "proxyconnect",
    "socks connect",
    "eof",
    "unexpected eof",
    "malformed http",
    "i/o timeout",
];

/// What those messages mean, the most specific first: a message may repeat an address.
const CONNECTION: &[Meaning] = &[
    ("proxyconnect", Code::Proxy, Outcome::Inconclusive),
    ("socks connect", Code::Proxy, Outcome::Inconclusive),
    ("http response to https client", Code::PlainHttp, Outcome::Inconclusive),
    ("does not look like a tls handshake", Code::PlainHttp, Outcome::Inconclusive),
    ("certificate is valid for", Code::TlsName, Outcome::Inconclusive),
    ("certificate is not valid for any names", Code::TlsName, Outcome::Inconclusive),
    ("doesn't contain any ip sans", Code::TlsName, Outcome::Inconclusive),
    ("certificate has expired or is not yet valid", Code::TlsExpired, Outcome::Inconclusive),
    ("x509:", Code::TlsUntrusted, Outcome::Inconclusive),
    ("tls:", Code::TlsFailed, Outcome::Inconclusive),
    ("no such host", Code::Dns, Outcome::Inconclusive),
    ("server misbehaving", Code::Dns, Outcome::Inconclusive),
    ("temporary failure in name resolution", Code::Dns, Outcome::Inconclusive),
    ("connection refused", Code::Refused, Outcome::Inconclusive),
    ("connection reset", Code::Refused, Outcome::Inconclusive),
    ("no route to host", Code::Refused, Outcome::Inconclusive),
    ("network is unreachable", Code::Refused, Outcome::Inconclusive),
    ("i/o timeout", Code::Timeout, Outcome::Inconclusive),
    ("deadline exceeded", Code::Timeout, Outcome::Inconclusive),
    ("client.timeout", Code::Timeout, Outcome::Inconclusive),
    ("request canceled", Code::Timeout, Outcome::Inconclusive),
    ("malformed http", Code::ServerError, Outcome::Inconclusive),
    ("eof", Code::Refused, Outcome::Inconclusive),
];

/// skopeo's and podman's words for a registry's answers.
const OTHERS: &[Meaning] = &[
    ("too many requests", Code::RateLimited, Outcome::Inconclusive),
    ("toomanyrequests", Code::RateLimited, Outcome::Inconclusive),
    ("invalid username/password", Code::BadCredentials, Outcome::Fail),
    ("401 unauthorized", Code::BadCredentials, Outcome::Fail),
    ("unauthorized:", Code::BadCredentials, Outcome::Fail),
    ("403 (forbidden)", Code::Denied, Outcome::Fail),
    ("denied:", Code::Denied, Outcome::Fail),
    ("404 (not found)", Code::NotARegistry, Outcome::Fail),
    ("code from registry 5", Code::ServerError, Outcome::Inconclusive),
];

/// The docker check's result from a finished run.
pub(in crate::registry) fn read(run: &Run, server: &Server, blocked: Option<Code>, redactor: &Redactor) -> Step {
    let name = format!("{} {}", run.kind.name(), run.version);
    let check = run.kind.check();
    if run.code == Some(0) {
        return succeeded(run, &name, server, blocked);
    }
    let said = redactor.show(&Untrusted::new(last_words(run.kind, run.words.raw())));
    let (code, outcome) = meaning(run.kind, run.words.raw(), server);
    let detail = format!("{name} says: {said}");
    match code {
        Code::PlainHttp if server.is_loopback() && !is_lenient(run) => step(
            check,
            Code::DockerUnavailable,
            Outcome::Inconclusive,
            format!("{name} refuses plain http even on loopback (since 28.4), so it cannot test this registry"),
            "rely on the native test, or give the registry a certificate",
        ),
        Code::DockerUnavailable => {
            let detail = if said.is_empty() { format!("{name} exited without a message") } else { detail };
            step(check, code, outcome, detail, "rely on the native test")
        }
        _ => step(check, code, outcome, detail, remedy(code)),
    }
}

fn succeeded(run: &Run, name: &str, server: &Server, blocked: Option<Code>) -> Step {
    let check = run.kind.check();
    let said = format!("{name} says “Login Succeeded”");
    let about_certificates = matches!(blocked, Some(Code::TlsUntrusted | Code::TlsName | Code::TlsExpired));
    let detail = if about_certificates && server.is_loopback() && is_lenient(run) {
        format!("{said}; it does not check certificates on loopback")
    } else {
        said
    };
    step(check, Code::Ok, Outcome::Pass, detail, "")
}

/// Whether this client speaks plain http to loopback and accepts any certificate there. Docker without a daemon does so
/// before 28.4 (since then docker/cli `internal/registry/config.go` starts with an empty configuration).
fn is_lenient(run: &Run) -> bool {
    let mut parts = run.version.split('.').map(|part| part.parse::<u32>().ok());
    match (run.kind, parts.next().flatten(), parts.next().flatten()) {
        (Kind::Docker, Some(major), Some(minor)) => (major, minor) < (28, 4),
        (Kind::Docker, _, _) => true, // an unknown version explains nothing
        (Kind::Skopeo | Kind::Podman, _, _) => false,
    }
}

/// The code for a client's output.
fn meaning(kind: Kind, words: &str, server: &Server) -> (Code, Outcome) {
    let unknown = (Code::DockerUnavailable, Outcome::Inconclusive);
    let last = last_words(kind, words);
    match kind {
        Kind::Docker => over_https(words, server).or_else(|| of_docker(&last, server)).unwrap_or(unknown),
        Kind::Skopeo | Kind::Podman => {
            let last = last.to_ascii_lowercase();
            find(OTHERS, &last).or_else(|| find(CONNECTION, &last)).unwrap_or(unknown)
        }
    }
}

fn find(table: &[Meaning], text: &str) -> Option<(Code, Outcome)> {
    table.iter().find(|(word, ..)| text.contains(word)).map(|(_, code, outcome)| (*code, *outcome))
}

/// On loopback docker tries plain http after https, and its last message is about http only. An answer over https that
/// it logged takes precedence, unless it only says that the server does not speak TLS.
fn over_https(words: &str, server: &Server) -> Option<(Code, Outcome)> {
    let logged = words.lines().filter(|line| line.starts_with("time=")).filter_map(|line| {
        let (_, error) = line.split_once("error=\"")?;
        let error = error.trim_end().trim_end_matches('"').replace("\\\"", "\"");
        error.contains("https://").then_some(error)
    });
    logged
        .filter_map(|error| of_docker(&error, server))
        .find(|(code, _)| matches!(code, Code::BadCredentials | Code::Denied | Code::RateLimited | Code::BadToken))
}

fn of_docker(text: &str, server: &Server) -> Option<(Code, Outcome)> {
    let own = reason(text).to_ascii_lowercase();
    let opening = OPENINGS.iter().find(|(opening, ..)| own.starts_with(opening));
    opening
        .map(|(_, code, outcome)| (*code, *outcome))
        .or_else(|| status(&own).map(|status| of_status(status, server)))
        .or_else(|| TRANSPORT.iter().any(|opening| own.starts_with(opening)).then(|| find(CONNECTION, &own)).flatten())
}

/// Docker's message without its speaker and its request: `Get "https://…": Get "https://…": why`.
fn reason(text: &str) -> &str {
    let mut rest = text.trim();
    loop {
        let asked = ["Get \"", "Post \"", "Head \""].iter().find_map(|verb| rest.strip_prefix(verb));
        // Go before 1.14 wrote the address without quotation marks.
        let bare = || ["Get http", "Post http", "Head http"].iter().find_map(|verb| rest.strip_prefix(verb));
        let after = asked.and_then(|asked| asked.split_once("\": ")).or_else(|| bare()?.split_once(": "));
        let after = after.map(|(_, after)| after);
        let said_by = ["Error response from daemon: ", "errors: "];
        match after.or_else(|| said_by.iter().find_map(|words| rest.strip_prefix(words))) {
            Some(after) => rest = after.trim_start(),
            None => return rest,
        }
    }
}

/// The status that docker itself names.
fn status(own: &str) -> Option<u16> {
    let number = if own.starts_with("login attempt to ") || own.starts_with("failed with status: ") {
        own.split_once("failed with status: ")?.1
    } else {
        own.strip_prefix("received unexpected http status: ").or_else(|| own.strip_prefix("error parsing http "))?
    };
    number.split(' ').next()?.parse().ok()
}

fn of_status(status: u16, server: &Server) -> (Code, Outcome) {
    match status {
        // ECR's answer to a token that it does not accept.
        400 if server.ecr().is_some() => (Code::Denied, Outcome::Fail),
        401 => (Code::BadCredentials, Outcome::Fail),
        403 => (Code::Denied, Outcome::Fail),
        404 => (Code::NotARegistry, Outcome::Fail),
        429 => (Code::RateLimited, Outcome::Inconclusive),
        _ => (Code::ServerError, Outcome::Inconclusive),
    }
}

fn remedy(code: Code) -> &'static str {
    match code {
        Code::BadCredentials => "check user and password",
        Code::Denied => "check this login's permissions, and whether its token has expired",
        Code::RateLimited => "wait a few minutes before testing again",
        Code::NotARegistry | Code::BadServer | Code::Redirected => "check the host",
        Code::Dns | Code::Refused | Code::Timeout => "check host, port and network",
        Code::Proxy => "check the proxy",
        Code::TlsUntrusted | Code::TlsName | Code::TlsExpired | Code::TlsFailed | Code::PlainHttp => {
            "check the registry's certificate"
        }
        Code::BadToken | Code::BadChallenge => "not the password: tell the registry's admin",
        Code::ServerError => "test again later",
        // Docker's messages lead to no other code.
        _ => "",
    }
}

/// The end of the output without warnings and docker's log lines: from where docker's own message begins, since the
/// server's part may have several lines; otherwise the last line.
fn last_words(kind: Kind, words: &str) -> String {
    let is_logged = |line: &str| kind == Kind::Docker && line.starts_with("time=");
    let lines: Vec<&str> = words
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !is_logged(line) && !line.to_ascii_lowercase().starts_with("warning"))
        .collect();
    let begins =
        |line: &&str| ["Get \"", "Post \"", "Error response", "login attempt to "].iter().any(|w| line.starts_with(w));
    match lines.iter().position(begins) {
        Some(first) => lines[first..].join(" "),
        None => lines.last().copied().unwrap_or_default().to_owned(),
    }
}
