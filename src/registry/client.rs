//! The one way to a registry: bounded, with a deadline, without redirects to elsewhere, without a second try.
//!
//! TLS is set up when the first https address is asked for, so that a machine without a CA bundle can still be told
//! so, and a registry on loopback be tested. What the transport says is turned into the ladder's codes here.

use std::error::Error as StdError;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
use rustls::CertificateError;
use url::{Host, Url};

use crate::domain::{Code, Foreign, Server};

/// Same-origin redirects that are followed before giving up.
const HOPS: usize = 3;

/// Deadlines and sizes of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// One request, from name resolution to the end of the body.
    pub request: Duration,
    /// The whole run of the docker CLI.
    pub docker: Duration,
    /// Bytes of a body that are read; what comes after is not.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { request: Duration::from_secs(10), docker: Duration::from_secs(20), body: 64 * 1024 }
    }
}

/// Talks to registries and their token servers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    limits: Limits,
    wires: Arc<Wires>,
    /// Answers in place of every host that is not loopback.
    stand_in: Option<SocketAddr>,
}

type Wire = OnceLock<Result<reqwest::Client, String>>;

#[derive(Debug, Default)]
struct Wires {
    /// Plain http, which only loopback gets; never through a proxy.
    plain: Wire,
    /// https to loopback; never through a proxy.
    near: Wire,
    /// https, through the system's proxy if there is one.
    far: Wire,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// At most [`Limits::body`] bytes, and fewer if the rest did not come in time.
    pub body: Vec<u8>,
}

/// Why nothing came back. The detail is clean.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub code: Code,
    pub detail: String,
    /// The other side broke off instead of speaking TLS, which plain http servers do.
    pub maybe_plain: bool,
}

impl Trouble {
    fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), maybe_plain: code == Code::PlainHttp }
    }
}

/// A body for a request that has one: the form, URL-encoded.
pub(super) enum Ask {
    Get,
    Post(String),
}

impl Client {
    pub fn new(limits: Limits) -> Self {
        Self { limits, wires: Arc::default(), stand_in: None }
    }

    /// A client that never leaves this machine: the registry at `stand_in`, on loopback, answers for all other hosts.
    pub fn for_demo(limits: Limits, stand_in: SocketAddr) -> Self {
        Self { stand_in: Some(stand_in), ..Self::new(limits) }
    }

    /// Whether something on this machine answers in place of the server.
    pub(super) fn plays(&self, server: &Server) -> bool {
        self.stand_in.is_some() && !server.is_loopback()
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// One request. A redirect is followed only to the same scheme, host and port; any other comes back as it is.
    pub(super) async fn ask(&self, url: &Url, how: Ask, authorization: Option<HeaderValue>) -> Result<Answer, Trouble> {
        let mut url = match self.stand_in.filter(|_| !is_loopback(url)).map(|addr| played(url, addr)) {
            Some(played) => played.ok_or_else(|| Trouble::new(Code::Refused, "the demo has no registry"))?,
            None => url.clone(),
        };
        let wire = self.wire(&url)?;
        let deadline = tokio::time::Instant::now() + self.limits.request;
        let mut hops = 0;
        loop {
            let mut request = match &how {
                Ask::Get => wire.get(url.clone()),
                Ask::Post(form) => wire
                    .post(url.clone())
                    .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(form.clone()),
            };
            if let Some(value) = &authorization {
                request = request.header(reqwest::header::AUTHORIZATION, value.clone());
            }
            let mut response = match tokio::time::timeout_at(deadline, request.send()).await {
                Ok(Ok(response)) => response,
                Ok(Err(fault)) => return Err(trouble(&fault, &url)),
                Err(_) => return Err(self.too_slow(&url)),
            };
            let status = response.status().as_u16();
            if let (true, Ask::Get, Some(next)) = (hops < HOPS, &how, same_origin_redirect(&url, &response)) {
                hops += 1;
                url = next;
                continue;
            }
            let headers = std::mem::take(response.headers_mut());
            let body = read(response, self.limits.body, deadline).await;
            return Ok(Answer { status, headers, body });
        }
    }

    fn too_slow(&self, url: &Url) -> Trouble {
        Trouble::new(Code::Timeout, format!("{} did not answer within {} s", place(url), seconds(self.limits.request)))
    }

    fn wire(&self, url: &Url) -> Result<&reqwest::Client, Trouble> {
        let near = is_loopback(url);
        let (wire, made) = match (url.scheme(), near) {
            ("http", _) => (&self.wires.plain, plain_wire as fn() -> Result<reqwest::Client, String>),
            (_, true) => (&self.wires.near, near_wire as fn() -> _),
            (_, false) => (&self.wires.far, far_wire as fn() -> _),
        };
        wire.get_or_init(made).as_ref().map_err(|why| Trouble {
            code: Code::TlsUntrusted,
            detail: format!("TLS cannot be set up on this machine: {}", Foreign::new(why.as_str()).shown()),
            maybe_plain: true,
        })
    }
}

#[cfg(test)]
impl Client {
    /// A client in a world without name servers.
    pub(super) fn without_names(limits: Limits) -> Self {
        struct Nobody;
        impl reqwest::dns::Resolve for Nobody {
            fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
                Box::pin(async { Err("nobody knows this name".into()) })
            }
        }
        let client = Self::new(limits);
        client.wires.far.get_or_init(|| tls_wire(builder().dns_resolver(Nobody)));
        client
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(concat!("pullkey/", env!("CARGO_PKG_VERSION")))
}

/// The same path and query, at the registry that stands in.
fn played(url: &Url, stand_in: SocketAddr) -> Option<Url> {
    let mut played = Url::parse(&format!("http://{stand_in}{}", url.path())).ok()?;
    played.set_query(url.query());
    Some(played)
}

/// A client that trusts nobody, so that none of the machine's certificates are needed for plain http.
fn plain_wire() -> Result<reqwest::Client, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|fault| fault.to_string())?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    builder().no_proxy().tls_backend_preconfigured(tls).build().map_err(|fault| root_words(&fault))
}

fn near_wire() -> Result<reqwest::Client, String> {
    tls_wire(builder().no_proxy())
}

fn far_wire() -> Result<reqwest::Client, String> {
    tls_wire(builder())
}

/// reqwest's own choice of roots is the platform's trust store (on Linux with `SSL_CERT_FILE`, `SSL_CERT_DIR`); it
/// takes the cryptography from the process's default provider, which another client may have set.
fn tls_wire(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, String> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _another_thread_was_first = rustls::crypto::ring::default_provider().install_default();
    }
    builder.build().map_err(|fault| root_words(&fault))
}

fn same_origin_redirect(url: &Url, response: &reqwest::Response) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let next = url.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()?;
    (next.origin() == url.origin() && next.username().is_empty() && next.password().is_none()).then_some(next)
}

/// Reads at most `limit` bytes until the deadline. A body that breaks off is no reason to forget the status.
async fn read(mut response: reqwest::Response, limit: usize, deadline: tokio::time::Instant) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Ok(Some(chunk))) = tokio::time::timeout_at(deadline, response.chunk()).await {
        let room = limit - body.len();
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if body.len() >= limit {
            break;
        }
    }
    body
}

/// Whether an address is this machine itself, by its literal or by RFC 6761's names.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// `host[:port]`, clean.
pub(super) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let text = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    Foreign::new(text).shown()
}

fn seconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64()).trim_end_matches(".0").to_owned()
}

/// Turns a transport's fault into a code, by type where there is one and by words where there is none.
fn trouble(fault: &reqwest::Error, url: &Url) -> Trouble {
    let place = place(url);
    if fault.is_timeout() {
        return Trouble::new(Code::Timeout, format!("{place} did not answer in time"));
    }
    let words = root_words(fault);
    let all = all_words(fault).to_ascii_lowercase();
    if all.contains("tunnel") || all.contains("proxy") || all.contains("socks") {
        return Trouble::new(
            Code::Refused,
            format!("the proxy named by HTTPS_PROXY, ALL_PROXY or the system's settings failed: {words}"),
        );
    }
    if fault.is_dns() || all.contains("dns error") || all.contains("failed to lookup") {
        return Trouble::new(Code::Dns, format!("the name {place} cannot be resolved: {words}"));
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
        // Any other kind of failure below http: no route, no network, no permission.
        Some(_) => Trouble::new(Code::Refused, format!("{place} cannot be connected: {words}")),
        None if fault.is_connect() => Trouble::new(Code::Refused, format!("{place} cannot be connected: {words}")),
        None => Trouble::new(Code::ServerError, format!("{place} does not answer in proper http: {words}")),
    }
}

fn tls_trouble(fault: &rustls::Error, place: &str) -> Trouble {
    let words = Foreign::new(fault.to_string()).shown();
    match fault {
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Trouble::new(Code::TlsName, format!("the certificate is for another name than {place}: {words}")),
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => Trouble::new(
            Code::TlsUntrusted,
            format!("the certificate of {place} is from an issuer this machine does not know"),
        ),
        rustls::Error::InvalidCertificate(CertificateError::Other(why))
            if format!("{why:?}").contains("CaUsedAsEndEntity") =>
        {
            Trouble::new(
                Code::TlsUntrusted,
                format!("the certificate of {place} is an authority's own (self-signed), which no server may use"),
            )
        }
        rustls::Error::InvalidCertificate(_) => {
            Trouble::new(Code::TlsUntrusted, format!("the certificate of {place} is not trusted: {words}"))
        }
        rustls::Error::InvalidMessage(_) => {
            Trouble::new(Code::PlainHttp, format!("{place} does not speak TLS, it seems to speak plain http"))
        }
        // The rest of a long foreign enum: versions, alerts, ciphers.
        _ => Trouble::new(Code::TlsUntrusted, format!("TLS with {place} could not be agreed: {words}")),
    }
}

/// Every link of the chain, with what an `io::Error` carries inside, which its `source()` jumps over.
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

/// The innermost cause, in its own words, clean. Outer ones repeat the address.
fn root_words(fault: &reqwest::Error) -> String {
    let words = links(fault).last().map(ToString::to_string).unwrap_or_default();
    Foreign::new(words).shown()
}

fn all_words(fault: &reqwest::Error) -> String {
    // The first link is reqwest's own, which holds nothing but the address, and that may hold any word.
    links(fault).iter().skip(1).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
