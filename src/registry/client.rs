//! The only way to a registry: bounded, with a deadline, without redirects to other places, without retries.
//!
//! `wires.rs` makes the connections; `trouble.rs` turns transport errors into codes.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, LOCATION, RANGE};
use reqwest::tls::TlsInfo;
use url::Url;
use zeroize::Zeroizing;

use super::certificate::Certificate;
use super::surroundings::Surroundings;
use super::trouble::{Trouble, trouble};
use super::wires::Wires;
use crate::domain::packed::unpacked;
pub(super) use crate::domain::this_machine::is_url_here as is_loopback;
use crate::domain::verdict::Check;
use crate::domain::{Code, Sensitive, Server, Untrusted};

/// Same-origin redirects to follow before giving up: as many as Go's client, and so docker, follows.
const HOPS: usize = 9;

/// Deadlines and sizes of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// One request, from name resolution to the end of the body.
    pub request: Duration,
    /// The whole run of the docker CLI.
    pub docker: Duration,
    /// Bytes of a body that are read; the rest is ignored.
    pub body: usize,
    /// The same for a manifest and for an image's configuration. docker reads manifests of 4 MiB.
    pub manifest: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(10),
            docker: Duration::from_secs(20),
            body: 64 * 1024,
            manifest: 4 * 1024 * 1024,
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

/// The answer to a request.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The final path, after redirects within the same origin.
    pub path: String,
    /// At most [`Limits::body`] bytes, or the requested limit, and fewer if the rest did not come in time.
    pub body: Vec<u8>,
    /// Whether that is all of it.
    pub is_whole: bool,
    /// The `Authorization` header the request was sent with.
    pub shown: Option<HeaderValue>,
    /// Who answered: the registry, or the proxy in front of it.
    pub address: Option<IpAddr>,
    pub certificate: Option<Certificate>,
}

impl Answer {
    /// The registry token that was sent with the request.
    pub(super) fn shown_token(&self) -> Option<Sensitive> {
        self.shown.as_ref()?.to_str().ok()?.strip_prefix("Bearer ").map(Sensitive::new)
    }

    /// Whether it redirects. A redirect without a target is an ordinary answer, as for Go's client.
    pub(super) fn sends_on(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
            && self.headers.get(LOCATION).is_some_and(|place| !place.is_empty())
    }

    /// The same without gzip, which Go's client removes by itself (`net/http`, `Transport`), and which some servers
    /// apply although it was not requested. A body that cannot be unpacked is empty, as for Go.
    fn unpacked(mut self, limit: usize) -> Self {
        let is_packed =
            self.headers.get(CONTENT_ENCODING).is_some_and(|coding| coding.as_bytes().eq_ignore_ascii_case(b"gzip"));
        if is_packed && !self.body.is_empty() {
            let body = unpacked(&self.body, limit);
            self.is_whole &= body.is_ok();
            self.body = body.unwrap_or_default();
            self.headers.remove(CONTENT_ENCODING);
            self.headers.remove(CONTENT_LENGTH);
        }
        self
    }
}

/// A request: only this is sent, besides the host and pullkey's name.
#[derive(Clone)]
pub(super) struct Ask {
    method: Method,
    headers: HeaderMap,
    body: Option<Zeroizing<String>>,
    /// The login is sent only where docker would answer the challenge of this path.
    root: Option<String>,
    /// Bytes of the answer's body that are read, if not [`Limits::body`].
    limit: Option<usize>,
}

impl Ask {
    pub(super) fn new(method: Method) -> Self {
        Self { method, headers: HeaderMap::new(), body: None, root: None, limit: None }
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

    /// Reads at most this much of the answer's body.
    pub(super) fn up_to(self, bytes: usize) -> Self {
        Self { limit: Some(bytes), ..self }
    }

    /// With a login, if there is one.
    pub(super) fn authorized(self, value: Option<&HeaderValue>) -> Self {
        match value {
            Some(value) => self.with(reqwest::header::AUTHORIZATION, value.clone()),
            None => self,
        }
    }

    /// Sends the login only where docker would: on the way of redirects some paths must not get it.
    pub(super) fn below(self, root: &str) -> Self {
        Self { root: Some(root.to_owned()), ..self }
    }

    /// Whether this requests only a part.
    pub(super) fn is_of_a_part(&self) -> bool {
        self.headers.contains_key(RANGE)
    }

    /// The same request for the whole.
    pub(super) fn whole(mut self) -> Self {
        self.headers.remove(RANGE);
        self
    }

    fn headers_for(&self, url: &Url) -> HeaderMap {
        let mut headers = self.headers.clone();
        if self.root.as_deref().is_some_and(|root| super::asked::root(url.path()) != Some(root)) {
            headers.remove(reqwest::header::AUTHORIZATION);
        }
        headers
    }

    /// Whether repeating it at another address would request the same.
    fn is_read(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }
}

impl Client {
    pub fn new(limits: Limits) -> Self {
        Self { limits, wires: Arc::default(), surroundings: Surroundings::default() }
    }

    /// The same with this machine's settings.
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

    /// The address that answers for a registry's: its own, or that of its stand-in on this machine.
    pub(super) fn answering(&self, url: &Url) -> Url {
        let stand_in = self.surroundings.stand_in.filter(|_| !is_loopback(url));
        stand_in.and_then(|address| played(url, address)).unwrap_or_else(|| url.clone())
    }

    /// The proxy for an address, with its name and where it is set.
    pub(super) fn proxy(&self, url: &Url) -> Option<String> {
        if is_loopback(url) || self.surroundings.stand_in.is_some() {
            return None;
        }
        let uri: http::Uri = url.as_str().parse().ok()?;
        let proxy = Url::parse(&self.wires.proxies().intercept(&uri)?.uri().to_string()).ok()?;
        let set_by = self.surroundings.proxy.as_deref().unwrap_or("the system's settings");
        Some(format!("the proxy {} ({set_by})", place(&proxy)))
    }

    /// Sends one request. A redirect is followed only to the same scheme, host and port; any other is returned as it
    /// is.
    pub(super) async fn ask(&self, url: &Url, ask: Ask) -> Result<Answer, Trouble> {
        let stand_in = self.surroundings.stand_in.filter(|_| !is_loopback(url));
        let mut url = match stand_in.map(|addr| played(url, addr)) {
            Some(played) => played.ok_or_else(|| Trouble::new(Code::Refused, "nothing stands in for it"))?,
            None => url.clone(),
        };
        let wire = self.wires.wire(&url)?;
        let deadline = tokio::time::Instant::now() + self.limits.request;
        let mut hops = 0;
        loop {
            let headers = ask.headers_for(&url);
            let shown = headers.get(reqwest::header::AUTHORIZATION).cloned();
            let mut request = wire.request(ask.method.clone(), url.clone()).headers(headers);
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
            let limit = ask.limit.unwrap_or(self.limits.body);
            let answer = Answer { shown, ..answer(response, url.path().to_owned(), limit, deadline).await };
            // A part is read as received, by Go's client as well.
            return Ok(if ask.is_of_a_part() { answer } else { answer.unpacked(limit) });
        }
    }

    /// Whether a loopback address speaks TLS. Only a TLS greeting is sent, and none of the machine's certificates are
    /// read for it: that takes longer than all the rest of a test.
    pub(super) async fn speaks_tls(&self, url: &Url) -> Result<bool, Trouble> {
        let greeting = self.wires.plain()?.head(url.clone()).send();
        match tokio::time::timeout(self.limits.request, greeting).await {
            Ok(Ok(_)) => Ok(true), // a client that trusts no CA gets no answer
            Ok(Err(fault)) => match trouble(&fault, url, None) {
                trouble if trouble.maybe_plain => Ok(false),
                trouble if trouble.check() == Check::Tls => Ok(true),
                trouble => Err(trouble),
            },
            Err(_) => Err(self.too_slow(url)),
        }
    }

    fn too_slow(&self, url: &Url) -> Trouble {
        Trouble::new(Code::Timeout, format!("{} did not answer within {} s", place(url), seconds(self.limits.request)))
    }
}

#[cfg(test)]
impl Client {
    /// A client with these name servers and no others.
    pub(super) fn with_names(limits: Limits, names: Arc<dyn reqwest::dns::Resolve>) -> Self {
        Self { wires: Arc::new(Wires::with_names(names)), ..Self::new(limits) }
    }
}

/// The same path and query, at the registry that stands in.
fn played(url: &Url, stand_in: SocketAddr) -> Option<Url> {
    let mut played = Url::parse(&format!("http://{stand_in}{}", url.path())).ok()?;
    played.set_query(url.query());
    Some(played)
}

fn same_origin_redirect(url: &Url, response: &reqwest::Response) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let next = url.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()?;
    (next.origin() == url.origin() && next.username().is_empty() && next.password().is_none()).then_some(next)
}

async fn answer(mut response: reqwest::Response, path: String, limit: usize, deadline: tokio::time::Instant) -> Answer {
    let status = response.status().as_u16();
    let address = response.remote_addr().map(|address| address.ip());
    let certificate = response.extensions().get::<TlsInfo>().and_then(Certificate::of);
    let headers = std::mem::take(response.headers_mut());
    let (body, is_whole) = read(response, limit, deadline).await;
    Answer { status, headers, path, body, is_whole, shown: None, address, certificate }
}

/// Reads at most `limit` bytes until the deadline, and says whether that was all. A body that breaks off does not
/// invalidate the status.
async fn read(mut response: reqwest::Response, limit: usize, deadline: tokio::time::Instant) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while body.len() < limit {
        match tokio::time::timeout_at(deadline, response.chunk()).await {
            Ok(Ok(Some(chunk))) => {
                let room = limit - body.len();
                body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            }
            Ok(Ok(None)) => return (body, true),
            Ok(Err(_)) | Err(_) => return (body, false),
        }
    }
    (body, false)
}

/// `host[:port]`, clean.
pub(super) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let text = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    Untrusted::new(text).shown()
}

fn seconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64()).trim_end_matches(".0").to_owned()
}
