//! The conditional cache: GitHub's answers on disk, each revalidated with its `ETag`. “Not modified” costs nothing of
//! the hourly budget, and is answered from disk.
//!
//! Only GETs with status 200, valid JSON and an `ETag` are stored, and nothing is answered without asking GitHub first,
//! except within a resumed run (see [`Run`]). Public keys are not stored, since they may change at any time; nor is
//! what only the headers say (see [`Unconditional`]), such as a token's permissions: GitHub's tag does not change with
//! it. No file contains the token or a secret's value: GitHub never answers with one. Every disk error means “no
//! entry”.
//!
//! Source: GitHub Docs, “Best practices for using the REST API”, use conditional requests; RFC 9110 §13.

mod run;
mod store;
mod trail;

use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::Bytes;
use chrono::Utc;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::de::IgnoredAny;
use tower::Service;

use crate::domain::traffic::{Cost, Traffic};

use super::super::auth::Authorization;
use super::super::error::text;
use super::pace::Pacer;
use super::{Answer, Answering, Ask, GithubError, Layered, wire};

pub(in super::super) use run::Marker;
pub use run::Run;
use store::{Entry, Store};
pub use store::{cached, erase};
pub(super) use trail::{Trail, millis_now};

/// The headers stored with a body: its type, and where the next page is. A token's permissions and expiry do not belong
/// to the body, change without it, and are missing in a “not modified”: they are never stored.
const KEPT: [&str; 2] = ["content-type", "link"];

/// Says that a list lacks what the token is not authorized for: such an answer is requested in full the next time.
const PARTIAL: &str = "x-github-sso";

/// Marks a request of a resumed run: what GitHub confirmed since then is not requested again.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Since(pub(in super::super) SystemTime);

/// Marks a request whose answer's headers matter: a “not modified” would leave them out. It is sent without a
/// condition, and its answer is not stored.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Unconditional;

/// The store of one client and its account. Opened at the first use, off the tasks.
#[derive(Clone)]
pub(in super::super) struct Shelf {
    folder: std::path::PathBuf,
    auth: Option<Authorization>,
    store: Arc<OnceLock<Option<Arc<Store>>>>,
}

impl Shelf {
    pub(in super::super) fn new(folder: std::path::PathBuf, auth: Option<Authorization>) -> Self {
        Self { folder, auth, store: Arc::default() }
    }

    /// Runs something on the store, on a thread that may block. `None` if there is no usable folder.
    async fn with<T: Send + 'static>(&self, act: impl FnOnce(&Store) -> T + Send + 'static) -> Option<T> {
        let cache = self.clone();
        let task = move || {
            let store = cache.store.get_or_init(|| Store::open(&cache.folder).map(Arc::new));
            store.as_deref().map(act)
        };
        tokio::task::spawn_blocking(task).await.ok().flatten()
    }

    /// The key of an answer, from everything that makes it another answer: host and path, token, form, version.
    fn key(store: &Store, auth: Option<&Authorization>, parts: &[&[u8]]) -> String {
        let account = auth.map(|auth| auth.digest(store.salt())).unwrap_or_default();
        store.key(&account, parts)
    }

    /// Removes an answer that could not be read, so that it is requested again.
    pub(in super::super) async fn forget(&self, url: &str) {
        let (auth, url) = (self.auth.clone(), url.to_owned());
        // The request had the same headers as every other request of this client.
        let accept = super::head::ACCEPTED.as_bytes();
        self.with(move |store| {
            let key = Self::key(store, auth.as_ref(), &[url.as_bytes(), accept, super::head::API_VERSION.as_bytes()]);
            store.forget(&key);
        })
        .await;
    }
}

#[derive(Clone)]
pub(super) struct Conditional<S> {
    inner: S,
    cache: Option<Shelf>,
    pacer: Arc<Pacer>,
}

impl<S> Conditional<S> {
    pub(super) const fn new(inner: S, cache: Option<Shelf>, pacer: Arc<Pacer>) -> Self {
        Self { inner, cache, pacer }
    }
}

impl<S: Layered> Conditional<S> {
    async fn read(mut self, cache: Shelf, mut ask: Ask) -> Result<Answer, GithubError> {
        let url = ask.uri().to_string();
        let accept = ask.headers().get(ACCEPT).map(|value| value.as_bytes().to_vec()).unwrap_or_default();
        let auth = cache.auth.clone();
        let found = cache.with({
            let url = url.clone();
            move |store| {
                let version = super::head::API_VERSION.as_bytes();
                let key = Shelf::key(store, auth.as_ref(), &[url.as_bytes(), &accept, version]);
                let entry = store.read(&key, &url);
                (key, entry)
            }
        });
        let Some((key, entry)) = found.await else { return self.inner.call(ask).await };
        let since = ask.extensions().get::<Since>().copied();
        if let (Some(Since(since)), Some(entry)) = (since, &entry)
            && entry.validated >= since
            && entry.validated <= SystemTime::now()
        {
            let mut told = wire::exchange(&ask, Utc::now(), Cost::default());
            told.status = Some(StatusCode::OK.as_u16());
            told.resource = self.pacer.resource(ask.uri().path());
            self.pacer.waits.tell(Traffic::Exchange(told));
            return Ok(answer_of(entry, &HeaderMap::new()));
        }
        if let Some(tag) = entry.as_ref().and_then(|entry| HeaderValue::from_str(&entry.etag).ok()) {
            ask.headers_mut().insert(IF_NONE_MATCH, tag);
        }
        let asked = SystemTime::now();
        let answer = self.inner.call(ask).await?;
        match entry {
            Some(entry) if answer.status() == StatusCode::NOT_MODIFIED => {
                let whole = answer_of(&entry, answer.headers());
                let fresh = Entry { headers: kept(whole.headers()), validated: asked, ..entry.clone() };
                let has_changed = fresh.headers != entry.headers;
                let keep = move |store: &Store| {
                    // A list that grew has a new next link on an unchanged page.
                    if has_changed { store.write(&key, &url, &fresh) } else { store.confirm(&key, asked) }
                };
                cache.with(keep).await;
                Ok(whole)
            }
            _ => {
                if let Some(entry) = entry_of(&answer, asked) {
                    cache.with(move |store| store.write(&key, &url, &entry)).await;
                }
                Ok(answer)
            }
        }
    }
}

/// What is stored of an answer, if it may be stored.
fn entry_of(answer: &Answer, asked: SystemTime) -> Option<Entry> {
    let headers = answer.headers();
    if answer.status() != StatusCode::OK
        || headers.contains_key(PARTIAL)
        || text(headers, CACHE_CONTROL.as_str()).is_some_and(|c| c.contains("no-store"))
    {
        return None;
    }
    let etag = text(headers, ETAG.as_str())?.to_owned();
    // Half an answer must not be returned for as long as nothing changes.
    serde_json::from_slice::<IgnoredAny>(answer.body()).ok()?;
    Some(Entry { etag, headers: kept(headers), body: answer.body().clone(), validated: asked })
}

/// The headers of an answer that are stored.
fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    let kept = KEPT.iter().flat_map(|name| {
        headers.get_all(*name).iter().filter_map(move |v| Some(((*name).to_owned(), v.to_str().ok()?.to_owned())))
    });
    kept.collect()
}

/// The stored answer, with GitHub's current headers on top.
fn answer_of(entry: &Entry, now: &HeaderMap) -> Answer {
    let mut answer = http::Response::new(Bytes::clone(&entry.body));
    let headers = answer.headers_mut();
    // Other headers that an earlier version stored do not belong to the body.
    for (name, value) in entry.headers.iter().filter(|(name, _)| KEPT.contains(&name.as_str())) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    for name in now.keys().filter(|name| **name != CONTENT_TYPE) {
        headers.remove(name);
        for value in now.get_all(name) {
            headers.append(name, value.clone());
        }
    }
    answer
}

fn is_kept(ask: &Ask) -> bool {
    *ask.method() == Method::GET
        && !ask.uri().path().ends_with("/public-key")
        && ask.extensions().get::<Unconditional>().is_none()
}

impl<S: Layered> Service<Ask> for Conditional<S> {
    type Response = Answer;
    type Error = GithubError;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), GithubError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, ask: Ask) -> Answering {
        match self.cache.clone() {
            Some(cache) if is_kept(&ask) => Box::pin(self.clone().read(cache, ask)),
            Some(_) | None => self.inner.call(ask),
        }
    }
}
