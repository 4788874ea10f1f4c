//! The client itself: one API address, one token, and what all calls share.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::Method;
use http_body_util::BodyExt as _;
use octocrab::{Octocrab, OctocrabBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::domain::secret_shape::masked;
use crate::domain::this_machine::is_url_here;
use crate::domain::token::TokenKind;
use crate::domain::{Redactor, RepoName, Site};

use super::auth::Authorization;
use super::error::{is_html, unshown};
use super::limit::server_time;
use super::models::{Grown, Listed};
use super::pages::Pages;
use super::settings::{Limits, Polls, Settings};
use super::transport::{self, Answer, Marker, Moved, Pacer, Run, Shelf, Since, Unconditional};
use super::{GithubError, Refusal, Unshown, hiding};

/// A handle on GitHub; clones share connections, pace and budget.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    /// In a resumed run: what was confirmed since then needs no request.
    since: Option<Since>,
}

struct Inner {
    base: Url,
    auth: Option<Authorization>,
    /// Removes the token from whatever comes back.
    redactor: Arc<Redactor>,
    limits: Limits,
    read_only: bool,
    cache: Option<Shelf>,
    pacer: Arc<Pacer>,
    moved: Moved,
    /// Created at the first request, because octocrab's queue needs a running runtime.
    octocrab: OnceLock<Octocrab>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("api_host", &self.api_host()).finish_non_exhaustive()
    }
}

impl Client {
    /// Checks address and token; no connection is made. Plain http is for loopback and `*.localhost` only.
    pub fn new(settings: Settings) -> Result<Self, GithubError> {
        let Settings { api_url: base, token, limits, read_only, cache, listener } = settings;
        match base.scheme() {
            "https" => {}
            "http" if is_url_here(&base) => {}
            "http" => return Err(GithubError::BadUrl("plain http is for this machine only")),
            _ => return Err(GithubError::BadUrl("it must start with https://")),
        }
        if base.host().is_none() {
            return Err(GithubError::BadUrl("it has no host"));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(GithubError::BadUrl("it must not contain a user name or a password"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(GithubError::BadUrl("it must not have a query or a fragment"));
        }
        let auth = token.as_ref().map(Authorization::new).transpose()?;
        let cache = cache.map(|folder| Shelf::new(folder, auth.clone()));
        let redactor = auth.as_ref().map(|auth| Arc::clone(&auth.redactor)).unwrap_or_default();
        let pacer = Pacer::new(limits.pace.clone(), limits.reads, cache.clone(), (listener, Arc::clone(&redactor)));
        let pacer = Arc::new(pacer);
        let moved = Moved::default();
        let inner = Inner { base, auth, redactor, limits, read_only, cache, pacer, moved, octocrab: OnceLock::new() };
        Ok(Self { inner: Arc::new(inner), since: None })
    }

    /// The API's host, with its port where one is given.
    pub fn api_host(&self) -> String {
        host_of(&self.inner.base)
    }

    /// The web site that belongs to the API.
    pub fn site(&self) -> Site {
        Site::of_api(&self.api_host())
    }

    /// The rest of the hourly budget, and its size; `None` before the first answer.
    pub fn budget(&self) -> Option<(u64, u64)> {
        self.inner.pacer.budget()
    }

    /// How often to poll something that takes its time.
    pub fn polls(&self) -> Polls {
        self.inner.limits.polls
    }

    /// Ends every wait for GitHub's limits: the waiting requests fail and were not sent.
    pub fn stop_waiting(&self) {
        self.inner.pacer.waits.stop();
    }

    /// Ends them and prevents further long waits: for a program that is about to exit.
    pub fn stop_waiting_for_good(&self) {
        self.inner.pacer.waits.stop_for_good();
    }

    /// Another token is in use: what is still running with this one no longer reports its budgets.
    pub fn retire(&self) {
        self.inner.pacer.waits.retire();
    }

    /// Whether everything but reads is rejected.
    pub fn is_read_only(&self) -> bool {
        self.inner.read_only
    }

    /// Whether an answer of this run showed that a repository was renamed.
    pub fn has_moved(&self, name: &RepoName) -> bool {
        self.inner.moved.holds(name)
    }

    /// By the token's form; `Unknown` without a token.
    pub fn token_kind(&self) -> TokenKind {
        self.inner.auth.as_ref().map_or(TokenKind::Unknown, |auth| auth.kind)
    }

    pub fn has_token(&self) -> bool {
        self.inner.auth.is_some()
    }

    /// A run of many reads that can be resumed with the same token and name if it is interrupted. What GitHub confirmed
    /// since it began is then read from disk, for up to [`super::Limits::run`].
    pub async fn run(&self, name: &str) -> Run {
        let valid = self.inner.limits.run;
        let marker = match &self.inner.cache {
            Some(cache) => Marker::find(cache, name, self.inner.base.as_str(), valid).await,
            None => None,
        };
        let since = marker.as_ref().map(|(marker, _)| Since(marker.since));
        Run::new(Self { inner: Arc::clone(&self.inner), since }, marker)
    }

    /// An address below the API's own; every segment is percent-encoded.
    pub(super) fn url(&self, segments: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.inner.base.clone();
        // `new` made sure that there is a host, so there are always segments.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Sends one request and returns any answer that is not a refusal.
    pub(super) async fn send(
        &self,
        method: Method,
        url: &Url,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<Answer, GithubError> {
        let mut request = http::Request::builder().method(method).uri(url.as_str());
        if let Some(since) = self.since {
            request = request.extension(since);
        }
        self.send_as(request, url, body).await
    }

    /// Sends a request that may carry a mark for the transport layers.
    async fn send_as(
        &self,
        request: http::request::Builder,
        url: &Url,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<Answer, GithubError> {
        let method = request.method_ref().cloned().unwrap_or_default();
        let asked = format!("{method} {}", url.path());
        if let Some(refusal) = self.refusal() {
            return Err(GithubError::Unauthorized(Box::new(refusal.clone())));
        }
        let machinery = |e: octocrab::Error| GithubError::Machinery(Box::new(e));
        let octocrab = self.octocrab();
        let request = octocrab.build_request(request, body).map_err(machinery)?;
        let response = octocrab.execute(request).await.map_err(|fault| self.redacted(own_error(fault)))?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(machinery)?.to_bytes();
        let answer = http::Response::from_parts(parts, body);
        let asked = self.inner.redactor.hide(&asked);
        tracing::debug!(request = %masked(&asked), status = answer.status().as_u16(), "answered");
        if answer.status().is_success() {
            return Ok(answer);
        }
        let failure = self.redacted(GithubError::of(&asked, &answer).met_by(self.token_kind(), self.site()));
        if let Some(auth) = &self.inner.auth {
            auth.note(&failure);
        }
        Err(failure)
    }

    /// A text from the server without an echo of the token.
    pub(super) fn hidden(&self, text: &str) -> String {
        self.inner.redactor.hide(text)
    }

    /// The failure without an echo of the token.
    fn redacted(&self, failure: GithubError) -> GithubError {
        failure.without(&self.inner.redactor)
    }

    /// GitHub's refusal of this client's token, if any; nothing is sent after it.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.inner.auth.as_ref()?.refusal()
    }

    /// Reads one JSON answer; returns its headers too.
    pub(super) async fn get<T: DeserializeOwned>(&self, url: &Url) -> Result<(T, Answer), GithubError> {
        let answer = self.send(Method::GET, url, None::<&()>).await?;
        self.decoded(url, answer).await
    }

    /// The same for requests whose headers matter: neither conditional nor from disk.
    pub(super) async fn get_afresh<T: DeserializeOwned>(&self, url: &Url) -> Result<(T, Answer), GithubError> {
        let request = http::Request::builder().method(Method::GET).uri(url.as_str()).extension(Unconditional);
        let answer = self.send_as(request, url, None::<&()>).await?;
        self.decoded(url, answer).await
    }

    async fn decoded<T: DeserializeOwned>(&self, url: &Url, answer: Answer) -> Result<(T, Answer), GithubError> {
        match hiding::read(answer.body(), &self.inner.redactor) {
            Ok(value) => Ok((value, answer)),
            Err(source) => {
                if let Some(cache) = &self.inner.cache {
                    cache.forget(url.as_str()).await;
                }
                Err(if is_html(&answer) || !looks_like_json(answer.body()) {
                    GithubError::NotJson { status: answer.status().as_u16(), html: is_html(&answer) }
                } else {
                    GithubError::Decode { request: format!("GET {}", url.path()), source }
                })
            }
        }
    }

    /// Reads all pages of a listing; `page` takes one apart, `part` receives the growing list after each.
    pub(super) async fn all<P, T>(
        &self,
        first: Url,
        page: impl Fn(P) -> (Option<usize>, Vec<T>),
        part: &mut (dyn FnMut(Grown<'_, T>) + Send),
    ) -> Result<Listed<T>, (GithubError, Vec<T>)>
    where
        P: DeserializeOwned,
        T: Send,
    {
        let mut pages = Pages::new(&first);
        let mut list = Listed { items: Vec::new(), total: None, server_time: None, unshown: Vec::new() };
        let mut url = first;
        loop {
            let (body, answer) = match self.get::<P>(&url).await {
                Ok(got) => got,
                Err(failure) => return Err((failure, list.items)),
            };
            let (total, items) = page(body);
            let before = list.items.len();
            list.items.extend(items);
            list.total = total.or(list.total);
            list.unshown.extend(unshown(answer.headers()));
            list.server_time = list.server_time.or_else(|| server_time(answer.headers()));
            let next = pages.next(&url, answer.headers());
            let far = matches!(next, Ok(Some(_))).then(|| pages.far(answer.headers(), list.items.len(), list.total));
            part(Grown { all: &list.items, before, far: far.or_else(|| pages.end()) });
            match next {
                Ok(Some(next)) => url = next,
                Ok(None) => {
                    list.unshown.sort_unstable();
                    list.unshown.dedup();
                    return Ok(list);
                }
                Err(failure) => return Err((self.redacted(failure), list.items)),
            }
        }
    }

    /// The error for a list that lacks the entries of these organizations. Each organization is requested, since GitHub
    /// gives the address to authorize a token only when it refuses; a few are enough.
    pub async fn partial(&self, unshown: &[u64]) -> Option<GithubError> {
        let page = async |id: u64| {
            let url = self.url(&["organizations", &id.to_string()], &[]);
            match self.get_afresh::<serde::de::IgnoredAny>(&url).await {
                Err(GithubError::Forbidden(refusal)) => refusal.sso,
                Ok(_) | Err(_) => None,
            }
        };
        let mut list = Vec::new();
        for (at, id) in unshown.iter().copied().enumerate() {
            list.push(Unshown { id, page: if at < MOST_ASKED { page(id).await } else { None } });
        }
        (!list.is_empty()).then_some(GithubError::Partial(list))
    }

    fn octocrab(&self) -> &Octocrab {
        self.inner.octocrab.get_or_init(|| {
            let Inner { base, auth, limits, read_only, cache, pacer, moved, .. } = &*self.inner;
            let stack = transport::stack(base, auth.clone(), limits, *read_only, cache.clone(), (pacer, moved));
            match OctocrabBuilder::new_empty().with_service(stack).with_auth(octocrab::AuthState::None).build() {
                Ok(octocrab) => octocrab,
                Err(never) => match never {},
            }
        })
    }
}

/// The number of organizations to request that address for, at most.
const MOST_ASKED: usize = 5;

/// The host of an address, with its port if it is not the default.
pub fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Unwraps our own failure from octocrab's error.
fn own_error(error: octocrab::Error) -> GithubError {
    match error {
        octocrab::Error::Service { source, .. } => match source.downcast::<GithubError>() {
            Ok(own) => *own,
            Err(other) => GithubError::Machinery(other),
        },
        // octocrab's enum is not exhaustive; anything else is an error in making the request.
        other => GithubError::Machinery(Box::new(other)),
    }
}

fn looks_like_json(body: &Bytes) -> bool {
    body.iter().find(|b| !b.is_ascii_whitespace()).is_some_and(|b| matches!(b, b'{' | b'['))
}
