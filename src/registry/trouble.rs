//! What a transport error means: which check it belongs to and which code it has, by type where there is one, otherwise
//! by its words.

use std::error::Error as StdError;
use std::io::ErrorKind;

use rustls::CertificateError;
use url::Url;

use super::client::place;
use crate::domain::verdict::Check;
use crate::domain::{Code, Untrusted};

/// Why there is no answer. The detail is clean.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub code: Code,
    pub detail: String,
    /// The server closed the connection instead of speaking TLS, as plain http servers do.
    pub maybe_plain: bool,
}

impl Trouble {
    pub(super) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), maybe_plain: code == Code::PlainHttp }
    }

    /// The check at which this happened.
    pub(super) const fn check(&self) -> Check {
        match self.code {
            Code::Dns => Check::Name,
            Code::TlsUntrusted | Code::TlsName | Code::TlsExpired | Code::TlsFailed | Code::PlainHttp => Check::Tls,
            Code::ServerError => Check::Registry,
            // The rest: no connection, a proxy, no answer, an invalid address.
            _ => Check::Connection,
        }
    }
}

/// Turns a transport error into a code, by type where there is one, otherwise by its words.
pub(super) fn trouble(fault: &reqwest::Error, url: &Url, proxy: Option<&str>) -> Trouble {
    let place = place(url);
    if fault.is_timeout() {
        return Trouble::new(Code::Timeout, format!("{place} did not answer in time"));
    }
    let words = root_words(fault);
    let all = all_words(fault).to_ascii_lowercase();
    let by_proxy = ["tunnel", "proxy", "socks"].iter().any(|word| all.contains(word));
    if let Some(proxy) = proxy.filter(|_| by_proxy || (fault.is_connect() && find_tls(fault).is_none())) {
        return Trouble::new(Code::Proxy, format!("{proxy} failed: {words}"));
    }
    if fault.is_dns() || all.contains("dns error") || all.contains("failed to lookup") {
        return Trouble::new(Code::Dns, format!("{place} cannot be resolved: {words}"));
    }
    if let Some(tls) = find_tls(fault) {
        return tls_trouble(tls, &place);
    }
    match find_io(fault) {
        Some(ErrorKind::ConnectionRefused) => {
            Trouble::new(Code::Refused, format!("nothing listens at {place} (connection refused)"))
        }
        Some(ErrorKind::TimedOut) => Trouble::new(Code::Timeout, format!("{place} did not answer in time")),
        Some(
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof,
        ) => {
            let mut trouble = Trouble::new(Code::Refused, format!("{place} closed the connection without an answer"));
            trouble.maybe_plain = true;
            trouble
        }
        // Any other failure below http: no route, no network, no permission.
        Some(_) => Trouble::new(Code::Refused, format!("cannot connect to {place}: {words}")),
        None if fault.is_connect() => Trouble::new(Code::Refused, format!("cannot connect to {place}: {words}")),
        None => Trouble::new(Code::ServerError, format!("{place} does not answer in valid http: {words}")),
    }
}

fn tls_trouble(fault: &rustls::Error, place: &str) -> Trouble {
    let words = Untrusted::new(fault.to_string()).shown();
    match fault {
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Trouble::new(Code::TlsName, format!("the certificate is for another name than {place}: {words}")),
        rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => Trouble::new(
            Code::TlsExpired,
            format!("the certificate of {place} has expired, or is not valid yet by this machine's clock: {words}"),
        ),
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => Trouble::new(
            Code::TlsUntrusted,
            format!("the certificate of {place} is from a CA this machine does not trust"),
        ),
        rustls::Error::InvalidCertificate(CertificateError::Other(why))
            if format!("{why:?}").contains("CaUsedAsEndEntity") =>
        {
            Trouble::new(
                Code::TlsUntrusted,
                format!("the certificate of {place} is a CA's own (self-signed), which no server may use"),
            )
        }
        rustls::Error::InvalidCertificate(_) => {
            Trouble::new(Code::TlsUntrusted, format!("the certificate of {place} is not trusted: {words}"))
        }
        rustls::Error::InvalidMessage(_) => {
            Trouble::new(Code::PlainHttp, format!("{place} does not speak TLS; it seems to speak plain http"))
        }
        // The rest of a long foreign enum: versions, alerts, ciphers.
        _ => Trouble::new(Code::TlsFailed, format!("TLS handshake with {place} failed: {words}")),
    }
}

/// Every error of the chain, including what an `io::Error` wraps, which its `source()` skips.
fn links<'a>(fault: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    let mut found = Vec::new();
    let mut next = Some(fault);
    while let Some(link) = next {
        found.push(link);
        let inside = link.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match inside {
            Some(inside) => Some(inside as &(dyn StdError + 'static)),
            None => link.source(),
        };
    }
    found
}

fn find_tls(fault: &reqwest::Error) -> Option<&rustls::Error> {
    links(fault).into_iter().find_map(|link| link.downcast_ref())
}

fn find_io(fault: &reqwest::Error) -> Option<ErrorKind> {
    links(fault).into_iter().filter_map(|link| link.downcast_ref::<std::io::Error>()).map(std::io::Error::kind).last()
}

/// The innermost cause in its own words, clean. Outer ones repeat the address.
pub(super) fn root_words(fault: &reqwest::Error) -> String {
    let words = links(fault).last().map(ToString::to_string).unwrap_or_default();
    Untrusted::new(words).shown()
}

fn all_words(fault: &reqwest::Error) -> String {
    // The first error is reqwest's own; it contains only the address, which may contain any word.
    links(fault).iter().skip(1).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
