//! What docker's end means: its exit code says whether, its words say why. Its words differ by version and are matched
//! by what has been stable since 20.10.

use super::run::Run;
use crate::domain::{Code, Foreign, Outcome, Server, Step};
use crate::registry::ladder::step;
use crate::registry::said::Hush;

/// Words of docker, in the order in which they are looked for: what it says of certificates and connections may repeat
/// an address, so the more telling comes first.
const WORDS: &[(&str, Code, Outcome)] = &[
    ("unable to parse server address", Code::BadServer, Outcome::Fail),
    ("error saving credentials", Code::DockerUnavailable, Outcome::Inconclusive),
    ("error storing credentials", Code::DockerUnavailable, Outcome::Inconclusive),
    ("toomanyrequests", Code::RateLimited, Outcome::Inconclusive),
    ("too many requests", Code::RateLimited, Outcome::Inconclusive),
    ("status: 429", Code::RateLimited, Outcome::Inconclusive),
    ("401 unauthorized", Code::BadCredentials, Outcome::Fail),
    ("unauthorized:", Code::BadCredentials, Outcome::Fail),
    ("incorrect username or password", Code::BadCredentials, Outcome::Fail),
    ("invalid username/password", Code::BadCredentials, Outcome::Fail),
    ("403 forbidden", Code::Denied, Outcome::Fail),
    ("403 (forbidden)", Code::Denied, Outcome::Fail),
    ("denied:", Code::Denied, Outcome::Fail),
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
    ("proxyconnect", Code::Proxy, Outcome::Inconclusive),
    ("connection refused", Code::Refused, Outcome::Inconclusive),
    ("connection reset", Code::Refused, Outcome::Inconclusive),
    ("no route to host", Code::Refused, Outcome::Inconclusive),
    ("network is unreachable", Code::Refused, Outcome::Inconclusive),
    ("i/o timeout", Code::Timeout, Outcome::Inconclusive),
    ("deadline exceeded", Code::Timeout, Outcome::Inconclusive),
    ("client.timeout", Code::Timeout, Outcome::Inconclusive),
    ("request canceled", Code::Timeout, Outcome::Inconclusive),
    ("status: 404", Code::NotARegistry, Outcome::Fail),
    ("404 not found", Code::NotARegistry, Outcome::Fail),
    ("404 (not found)", Code::NotARegistry, Outcome::Fail),
    ("code from registry 5", Code::ServerError, Outcome::Inconclusive),
    ("status: 5", Code::ServerError, Outcome::Inconclusive),
    ("internal server error", Code::ServerError, Outcome::Inconclusive),
    ("status: 400", Code::ServerError, Outcome::Inconclusive),
    ("unknown:", Code::ServerError, Outcome::Inconclusive),
    ("eof", Code::Refused, Outcome::Inconclusive),
];

/// The docker rung from a finished run.
pub(in crate::registry) fn read(run: &Run, server: &Server, blocked: Option<Code>, hush: &Hush) -> Step {
    let name = format!("{} {}", run.kind.name(), run.version);
    let rung = run.kind.rung();
    if run.code == Some(0) {
        return succeeded(run, &name, server, blocked);
    }
    let said = hush.show(&Foreign::new(last_words(run.words.raw())));
    let (code, outcome) = meaning(run.words.raw(), server);
    let detail = format!("{name} says: {said}");
    match (code, blocked) {
        (Code::PlainHttp, _) if server.is_loopback() => step(
            rung,
            Code::DockerUnavailable,
            Outcome::Inconclusive,
            format!(
                "{name} refuses plain http even on loopback (since 28.4), so it cannot be asked about this registry"
            ),
            "go by the native test, or give the registry a certificate",
        ),
        (Code::BadCredentials, Some(Code::NoChallenge)) => step(
            rung,
            Code::NoChallenge,
            Outcome::Inconclusive,
            format!("{detail}, but the password was never asked for"),
            "check the host, or the proxy before the registry",
        ),
        (Code::BadCredentials, _) => step(rung, code, outcome, detail, "check user and password"),
        (Code::DockerUnavailable, _) => {
            let detail = if said.is_empty() { format!("{name} ended without saying why") } else { detail };
            step(rung, code, outcome, detail, "go by the native test")
        }
        (_, _) => step(rung, code, outcome, detail, remedy(code)),
    }
}

fn succeeded(run: &Run, name: &str, server: &Server, blocked: Option<Code>) -> Step {
    let rung = run.kind.rung();
    let said = format!("{name} says «Login Succeeded»");
    match blocked {
        Some(code @ (Code::NoAuthNeeded | Code::NotARegistry)) => step(
            rung,
            code,
            Outcome::Inconclusive,
            format!("{said}, as it does wherever nobody asks for the password"),
            format!("{} cannot tell here whether the password is right", run.kind.name()),
        ),
        Some(Code::TlsUntrusted | Code::TlsName) if server.is_loopback() => {
            step(rung, Code::Ok, Outcome::Pass, format!("{said}; it does not check certificates on loopback"), "")
        }
        Some(_) | None => step(rung, Code::Ok, Outcome::Pass, said, ""),
    }
}

/// The code for docker's words. On loopback it tries plain http after https, and then only says how that went: what it
/// logged about https goes first.
pub(super) fn meaning(words: &str, server: &Server) -> (Code, Outcome) {
    let lower = words.to_ascii_lowercase();
    let over_https: String = lower
        .lines()
        .filter(|line| line.starts_with("time=") || line.contains("level=info"))
        .filter(|line| {
            line.contains("failed with status") || line.contains("unauthorized:") || line.contains("denied:")
        })
        .collect();
    let last = last_words(&lower);
    let found = [over_https.as_str(), last, lower.as_str()]
        .iter()
        .find_map(|text| WORDS.iter().find(|(word, ..)| text.contains(word)))
        .map_or((Code::DockerUnavailable, Outcome::Inconclusive), |(_, code, outcome)| (*code, *outcome));
    // ECR answers 400 to a token it does not take.
    if server.ecr().is_some() && lower.contains("status: 400") { (Code::Denied, Outcome::Fail) } else { found }
}

fn remedy(code: Code) -> &'static str {
    match code {
        Code::Denied => "check the rights of this login, and whether its token has ended",
        Code::RateLimited => "wait a few minutes before testing again",
        Code::NotARegistry | Code::BadServer => "check the host",
        Code::Dns | Code::Refused | Code::Timeout => "check host, port and network",
        Code::Proxy => "check the proxy",
        Code::TlsUntrusted | Code::TlsName | Code::TlsExpired | Code::TlsFailed | Code::PlainHttp => {
            "check the registry's certificate"
        }
        Code::ServerError => "test again later",
        // Its words lead to no other code.
        _ => "",
    }
}

/// The last line that is no log line and no warning.
fn last_words(words: &str) -> &str {
    words
        .lines()
        .map(str::trim)
        .rfind(|line| {
            !line.is_empty() && !line.starts_with("time=") && !line.to_ascii_lowercase().starts_with("warning")
        })
        .unwrap_or_default()
}
