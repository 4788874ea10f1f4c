//! The wire: one reqwest client, created at its first use, with deadlines and bounded bodies.
//!
//! TLS is set up only if the API uses it, so that a machine without a CA bundle can still talk to loopback. Loopback
//! and `*.localhost` never use a proxy and never leave the machine.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, StatusCode};
use reqwest::redirect::Policy;
use tower::Service;
use url::{Host, Url};

use crate::domain::Untrusted;
use crate::domain::traffic::{Announced, Cost, Exchange, Traffic};

use super::super::error::text;
use super::super::limit::is_counted_for_the_token;
use super::pace::{Pacer, resource_of};
use super::{Answer, Answering, Ask, GithubError, Limits, gzip, points};

use crate::domain::this_machine;

#[derive(Clone)]
pub(super) struct Wire {
    base: Url,
    limits: Limits,
    pacer: Arc<Pacer>,
    client: Arc<OnceLock<reqwest::Client>>,
}

impl Wire {
    pub(super) fn new(base: &Url, limits: Limits, pacer: Arc<Pacer>) -> Self {
        Self { base: base.clone(), limits, pacer, client: Arc::default() }
    }

    fn host(&self) -> String {
        super::super::client::host_of(&self.base)
    }

    fn client(&self) -> Result<reqwest::Client, GithubError> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        let client = self.connectable()?;
        Ok(self.client.get_or_init(|| client).clone())
    }

    fn connectable(&self) -> Result<reqwest::Client, GithubError> {
        let tls = |source: Box<dyn Error + Send + Sync>| GithubError::Tls { host: self.host(), source };
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(self.limits.connect)
            .pool_max_idle_per_host(self.limits.reads);
        if this_machine::is_url_here(&self.base) {
            builder = builder.no_proxy();
            if let Some(Host::Domain(name)) = self.base.host() {
                builder = builder.resolve_to_addrs(name, &this_machine::LOOPBACK.map(|ip| SocketAddr::new(ip, 0)));
            }
        }
        if self.base.scheme() == "https" {
            // Fails if a provider is already installed, which is just as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        } else {
            builder = builder.tls_backend_preconfigured(no_tls().map_err(|e| tls(Box::new(e)))?);
        }
        builder.build().map_err(|e| tls(Box::new(e)))
    }

    async fn exchange(self, ask: Ask) -> Result<Answer, GithubError> {
        let client = self.client()?;
        let mut record = Record::new(&ask, Arc::clone(&self.pacer));
        let is_empty = ask.body().is_empty();
        let mut request = reqwest::Request::try_from(ask).map_err(|e| GithubError::Machinery(Box::new(e)))?;
        if is_empty {
            *request.body_mut() = None;
            if matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH) {
                // RFC 9110 8.6: where a method expects content, its absence is stated. GitHub answers 411 over HTTP/1.1
                // otherwise, and any proxy may force that version.
                request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
        }
        let deadline = tokio::time::timeout(self.limits.request, async {
            let response = client.execute(request).await.map_err(|e| classify(e, &self.host()))?;
            self.whole(response).await
        });
        let outcome = deadline.await.unwrap_or(Err(GithubError::Timeout { sent: true }));
        match &outcome {
            Ok(answer) => record.answered(answer),
            Err(failure) => record.failed(failure),
        }
        outcome
    }

    async fn whole(&self, mut response: reqwest::Response) -> Result<Answer, GithubError> {
        let mut answer = http::Response::new(Bytes::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        let mut body = BytesMut::new();
        let broken = |e: reqwest::Error| GithubError::Dropped { sent: true, source: Box::new(e.without_url()) };
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if body.len() + chunk.len() > self.limits.body {
                return Err(GithubError::TooBig { limit: self.limits.body });
            }
            body.extend_from_slice(&chunk);
        }
        *answer.body_mut() = body.freeze();
        gzip::unpacked(answer, self.limits.body)
    }
}

/// One exchange, reported when it is over, even if the caller is gone.
struct Record {
    exchange: Exchange,
    started: Instant,
    pacer: Arc<Pacer>,
}

impl Record {
    fn new(ask: &Ask, pacer: Arc<Pacer>) -> Self {
        let at: DateTime<Utc> = Utc::now();
        let cost = Cost { primary: 1, points: points(ask.method()) };
        let resource = pacer.resource(ask.uri().path());
        Self { exchange: Exchange { resource, ..exchange(ask, at, cost) }, started: Instant::now(), pacer }
    }

    fn answered(&mut self, answer: &Answer) {
        let headers = answer.headers();
        self.exchange.status = Some(answer.status().as_u16());
        let is_ours = is_counted_for_the_token(answer);
        if answer.status() == StatusCode::NOT_MODIFIED || !is_ours {
            self.exchange.cost.primary = 0;
        }
        if let Some(resource) = resource_of(headers).filter(|_| is_ours) {
            self.exchange.resource = Some(resource);
        }
        let told = |name| text(headers, name).map(Untrusted::new);
        let announced = Announced { deprecation: told("deprecation"), sunset: told("sunset") };
        self.exchange.ending = (announced != Announced::default()).then(|| Box::new(announced));
    }

    /// What never left this machine costs nothing.
    fn failed(&mut self, failure: &GithubError) {
        if !matches!(
            failure,
            GithubError::Timeout { sent: true } | GithubError::Dropped { .. } | GithubError::TooBig { .. }
        ) {
            self.exchange.cost = Cost::default();
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.exchange.took = self.started.elapsed();
        self.pacer.waits.tell(Traffic::Exchange(self.exchange.clone()));
    }
}

/// A request as it is reported: no answer yet, and no time taken.
pub(super) fn exchange(ask: &Ask, at: DateTime<Utc>, cost: Cost) -> Exchange {
    let method = match *ask.method() {
        Method::PUT => "PUT",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        _ => "GET", // nothing else is sent
    };
    let path = ask.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    Exchange { at, method, path, status: None, cost, resource: None, took: Duration::ZERO, ending: None }
}

impl Service<Ask> for Wire {
    type Response = Answer;
    type Error = GithubError;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), GithubError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, ask: Ask) -> Answering {
        Box::pin(self.clone().exchange(ask))
    }
}

/// A TLS configuration that trusts no CA, for a client that only uses plain http: it reads no CA bundle.
fn no_tls() -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

fn classify(error: reqwest::Error, host: &str) -> GithubError {
    let error = error.without_url();
    let (connecting, host) = (error.is_connect(), host.to_owned());
    if error.is_timeout() {
        return GithubError::Timeout { sent: !connecting };
    }
    let chain = chain(&error);
    let tls = chain.iter().any(|cause| cause.is::<rustls::Error>());
    // hyper-util's connector names its stage only in its message.
    let dns = connecting && chain.iter().any(|cause| cause.to_string().contains("dns error"));
    let source = Box::new(error);
    match (tls, dns, connecting) {
        (true, ..) => GithubError::Tls { host, source },
        (_, true, _) => GithubError::Dns { host, source },
        (_, _, true) => GithubError::Refused { host, source },
        (_, _, false) => GithubError::Dropped { sent: true, source },
    }
}

/// A failure and all its causes. `io::Error` hides what it wraps from `source`, so it is unwrapped too.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> Vec<&'e (dyn Error + 'static)> {
    let mut chain: Vec<&'e (dyn Error + 'static)> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        chain.push(cause);
        let wrapped = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    chain
}
