//! The one way to a registry: bounded, with a deadline, without redirects to elsewhere, without a second try.
//!
//! TLS is set up when the first address that speaks it is asked for, so that a machine without a CA bundle can still be
//! told so, and a registry on loopback be tested. What the transport says is turned into codes in `trouble.rs`.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::tls::TlsInfo;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::certificate::Certificate;
use super::surroundings::Surroundings;
use super::trouble::{Trouble, root_words, trouble};
use crate::domain::verdict::Rung;
use crate::domain::{Code, Foreign, Server};

/// Same-origin redirects that are followed before giving up: as many as Go's client, and so docker, follows.
const HOPS: usize = 9;

/// Deadlines and sizes of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// One request, from name resolution to the end of the body.
    pub request: Duration,
    /// The whole run of the docker CLI.
    pub docker: Duration,
    /// The real pull of one image.
    pub pull: Duration,
    /// Bytes of a body that are read; what comes after is not.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(10),
            docker: Duration::from_secs(20),
            pull: Duration::from_secs(600),
            body: 64 * 1024,
        }
    }
}

/// Talks to registries and their token servers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    limits: Limits,
    wires: Arc<Wires>,
    surroundings: Surroundings,
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
    /// Knows which addresses go through a proxy; the same that reqwest asks.
    proxies: OnceLock<Matcher>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Where it came from in the end, after redirects within the same origin.
    pub path: String,
    /// At most [`Limits::body`] bytes, and fewer if the rest did not come in time.
    pub body: Vec<u8>,
    /// Who answered: the registry, or the proxy before it.
    pub address: Option<IpAddr>,
    pub certificate: Option<Certificate>,
}

impl Answer {
    /// Whether it leads somewhere else. One that does not say where is an answer like any other, as for Go's client.
    pub(super) fn sends_on(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
            && self.headers.get(LOCATION).is_some_and(|place| !place.is_empty())
    }
}

/// What is asked: nothing but this is sent, besides the host and pullkey's name.
pub(super) struct Ask {
    method: Method,
    headers: HeaderMap,
    body: Option<Zeroizing<String>>,
    /// The login is shown only where docker would answer the challenge of this path.
    root: Option<String>,
}

impl Ask {
    pub(super) fn new(method: Method) -> Self {
        Self { method, headers: HeaderMap::new(), body: None, root: None }
    }

    pub(super) fn get() -> Self {
        Self::new(Method::GET)
    }

    pub(super) fn post(content_type: &'static str, body: Zeroizing<String>) -> Self {
        let ask = Self { body: Some(body), ..Self::new(Method::POST) };
        ask.with(reqwest::header::CONTENT_TYPE, HeaderValue::from_static(content_type))
    }

    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// With a login, if there is one.
    pub(super) fn authorized(self, value: Option<&HeaderValue>) -> Self {
        match value {
            Some(value) => self.with(reqwest::header::AUTHORIZATION, value.clone()),
            None => self,
        }
    }

    /// Shows the login only where docker would: on the way of redirects some paths may not be told it.
    pub(super) fn below(self, root: &str) -> Self {
        Self { root: Some(root.to_owned()), ..self }
    }

    fn headers_for(&self, url: &Url) -> HeaderMap {
        let mut headers = self.headers.clone();
        if self.root.as_deref().is_some_and(|root| super::asked::root(url.path()) != Some(root)) {
            headers.remove(reqwest::header::AUTHORIZATION);
        }
        headers
    }

    /// Whether asking once more somewhere else would ask the same.
    fn is_read(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }
}

impl Client {
    pub fn new(limits: Limits) -> Self {
        Self { limits, wires: Arc::default(), surroundings: Surroundings::default() }
    }

    /// The same with what this machine's settings say.
    #[must_use]
    pub fn within(self, surroundings: Surroundings) -> Self {
        Self { surroundings, ..self }
    }

    /// A client that never leaves this machine: the registry at `stand_in`, on loopback, answers for all other hosts.
    pub fn for_demo(limits: Limits, stand_in: SocketAddr) -> Self {
        Self::new(limits).within(Surroundings { stand_in: Some(stand_in), ..Surroundings::default() })
    }

    /// Whether something on this machine answers in place of the server.
    pub(super) fn plays(&self, server: &Server) -> bool {
        self.surroundings.stand_in.is_some() && !server.is_loopback()
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    pub(super) const fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// The proxy an address is asked through, in words that name it and where it is set.
    pub(super) fn proxy(&self, url: &Url) -> Option<String> {
        if is_loopback(url) || self.surroundings.stand_in.is_some() {
            return None;
        }
        let uri: http::Uri = url.as_str().parse().ok()?;
        let matcher = self.wires.proxies.get_or_init(Matcher::from_system);
        let proxy = Url::parse(&matcher.intercept(&uri)?.uri().to_string()).ok()?;
        let set_by = self.surroundings.proxy.as_deref().unwrap_or("the system's settings");
        Some(format!("the proxy {} ({set_by})", place(&proxy)))
    }

    /// One request. A redirect is followed only to the same scheme, host and port; any other comes back as it is.
    pub(super) async fn ask(&self, url: &Url, ask: Ask) -> Result<Answer, Trouble> {
        let stand_in = self.surroundings.stand_in.filter(|_| !is_loopback(url));
        let mut url = match stand_in.map(|addr| played(url, addr)) {
            Some(played) => played.ok_or_else(|| Trouble::new(Code::Refused, "nothing stands in for it"))?,
            None => url.clone(),
        };
        let wire = self.wire(&url)?;
        let deadline = tokio::time::Instant::now() + self.limits.request;
        let mut hops = 0;
        loop {
            let mut request = wire.request(ask.method.clone(), url.clone()).headers(ask.headers_for(&url));
            if let Some(body) = &ask.body {
                request = request.body(body.as_str().to_owned());
            }
            let response = match tokio::time::timeout_at(deadline, request.send()).await {
                Ok(Ok(response)) => response,
                Ok(Err(fault)) => return Err(trouble(&fault, &url, self.proxy(&url).as_deref())),
                Err(_) => return Err(self.too_slow(&url)),
            };
            if let (true, true, Some(next)) = (hops < HOPS, ask.is_read(), same_origin_redirect(&url, &response)) {
                hops += 1;
                url = next;
                continue;
            }
            return Ok(self.answer(response, url.path().to_owned(), deadline).await);
        }
    }

    /// Whether TLS is spoken at an address on loopback. Nothing but a TLS greeting is sent, and none of the machine's
    /// certificates are read for it: that takes longer than all the rest of a test.
    pub(super) async fn speaks_tls(&self, url: &Url) -> Result<bool, Trouble> {
        let wire = made(&self.wires.plain, plain_wire)?;
        let greeting = wire.head(url.clone()).send();
        match tokio::time::timeout(self.limits.request, greeting).await {
            Ok(Ok(_)) => Ok(true), // a client that trusts nobody gets no answer
            Ok(Err(fault)) => match trouble(&fault, url, None) {
                trouble if trouble.maybe_plain => Ok(false),
                trouble if trouble.rung() == Rung::Tls => Ok(true),
                trouble => Err(trouble),
            },
            Err(_) => Err(self.too_slow(url)),
        }
    }

    async fn answer(&self, mut response: reqwest::Response, path: String, deadline: tokio::time::Instant) -> Answer {
        let status = response.status().as_u16();
        let address = response.remote_addr().map(|address| address.ip());
        let certificate = response.extensions().get::<TlsInfo>().and_then(Certificate::of);
        let headers = std::mem::take(response.headers_mut());
        let body = read(response, self.limits.body, deadline).await;
        Answer { status, headers, path, body, address, certificate }
    }

    fn too_slow(&self, url: &Url) -> Trouble {
        Trouble::new(Code::Timeout, format!("{} did not answer within {} s", place(url), seconds(self.limits.request)))
    }

    fn wire(&self, url: &Url) -> Result<&reqwest::Client, Trouble> {
        let near = is_loopback(url);
        let (wire, make) = match (url.scheme(), near) {
            ("http", _) => (&self.wires.plain, plain_wire as fn() -> Result<reqwest::Client, String>),
            (_, true) => (&self.wires.near, near_wire as fn() -> _),
            (_, false) => (&self.wires.far, far_wire as fn() -> _),
        };
        made(wire, make)
    }
}

/// The client, made when it is asked for first.
fn made(wire: &Wire, make: fn() -> Result<reqwest::Client, String>) -> Result<&reqwest::Client, Trouble> {
    wire.get_or_init(make).as_ref().map_err(|why| {
        let why = Foreign::new(why.as_str()).shown();
        Trouble::new(Code::TlsUntrusted, format!("TLS cannot be set up on this machine: {why}"))
    })
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
        // As Go's client, and so docker, takes them.
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .tls_info(true)
        .user_agent(concat!("pullkey/", env!("CARGO_PKG_VERSION")))
}

/// The same path and query, at the registry that stands in.
fn played(url: &Url, stand_in: SocketAddr) -> Option<Url> {
    let mut played = Url::parse(&format!("http://{stand_in}{}", url.path())).ok()?;
    played.set_query(url.query());
    Some(played)
}

fn plain_wire() -> Result<reqwest::Client, String> {
    without_roots(builder().no_proxy())?.build().map_err(|fault| root_words(&fault))
}

/// A client that trusts nobody, so that none of the machine's certificates are needed for plain http.
pub(super) fn without_roots(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|fault| fault.to_string())?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(builder.tls_backend_preconfigured(tls))
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
