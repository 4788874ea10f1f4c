//! Results that any check may end with: a server that has a problem, a connection that fails.

use reqwest::header::RETRY_AFTER;

use super::client::Answer;
use super::ladder::step;
use super::said::message;
use super::trouble::Trouble;
use crate::domain::verdict::Check;
use crate::domain::{Code, Outcome, Redactor, Server, Step, Untrusted};

/// 429 and every status from 500: the server cannot or will not answer now.
pub(super) fn unwell(check: Check, host: &str, answer: &Answer, said: &str) -> Step {
    if answer.status == 429 {
        let wait =
            answer.headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).map(|text| Untrusted::new(text).shown());
        let remedy = wait.filter(|wait| !wait.is_empty() && wait.len() < 40).map_or_else(
            || "wait a few minutes before testing again".to_owned(),
            |wait| match wait.parse::<u64>() {
                Ok(seconds) => format!("wait {seconds} s before testing again"),
                Err(_) => format!("wait until {wait} before testing again"),
            },
        );
        return step(
            check,
            Code::RateLimited,
            Outcome::Inconclusive,
            format!("{host} is rate limiting requests{said}"),
            remedy,
        );
    }
    step(
        check,
        Code::ServerError,
        Outcome::Inconclusive,
        format!("{host} answered with status {}{said}", answer.status),
        "not your credential: the server itself has a problem, test again later",
    )
}

/// `: words`, or nothing. A registry token that was sent is removed, like the password.
pub(super) fn said(answer: &Answer, redactor: &Redactor) -> String {
    let Some(text) = message(&answer.headers, &answer.body) else { return String::new() };
    let mut redactor = redactor.clone();
    answer.shown_token().iter().for_each(|token| redactor.add(token));
    format!(": {}", redactor.show(&text))
}

pub(super) fn trouble_step(trouble: Trouble, check: Check, server: &Server) -> Step {
    let remedy = match trouble.code {
        Code::Dns => "check the spelling of the host and the network",
        Code::Refused => "check host and port, and that the registry can be reached from here",
        Code::Timeout => "check the network, VPN and proxy, and test again",
        Code::TlsUntrusted => {
            "point SSL_CERT_FILE at the right CA to test from here; a codespace trusts public CAs only"
        }
        Code::TlsName => "use the host name in the certificate",
        Code::TlsExpired => "tell the server's admin; if others can connect, check this machine's clock",
        Code::TlsFailed => "check the port, and whether a proxy on the way intercepts TLS",
        Code::Proxy => "check the proxy, or add the host to NO_PROXY",
        Code::PlainHttp => "docker and codespaces need https: give the registry a certificate, or check the port",
        Code::ServerError => "check host and port: it may not be a web server",
        // A failed connection has no other code.
        _ => "check the host",
    };
    let remedy = if trouble.code == Code::Dns && server.is_private_host() {
        "this host exists only in its own network: a codespace cannot reach it either"
    } else {
        remedy
    };
    step(check, trouble.code, Outcome::Inconclusive, trouble.detail, remedy)
}

/// Whether the answer blames the address of the request, as Azure's registries do.
pub(super) fn is_firewall(answer: &Answer) -> bool {
    let text = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    answer.status == 403 && ["firewall", "not allowed access", "client with ip"].iter().any(|word| text.contains(word))
}

/// The beginning of the fix for a firewall.
pub(super) const FIREWALL: &str = "not the password: the registry's network rules";

pub(super) fn firewall_remedy(answer: &Answer) -> String {
    if is_firewall(answer) {
        format!("{FIREWALL} block this address; codespaces use others")
    } else {
        "not the password: ask the registry's admin whether it restricts addresses; codespaces use others".into()
    }
}
