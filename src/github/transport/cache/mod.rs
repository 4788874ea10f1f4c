//! The conditional cache: GitHub's answers on disk, each asked for again with its `ETag`. «Not modified» costs nothing
//! of the hourly budget, and is answered with what lies on the disk.
//!
//! Only GETs that ended with 200, valid JSON and an `ETag` are kept, and nothing is ever answered without asking GitHub
//! first, but within one run that is being continued (see [`Run`]). Public keys are not kept: they may change at any
//! time. The token is in no file, and neither is a secret's value: GitHub never answers with one. Every failure of the
//! disk means «no entry».
//!
//! Source: GitHub Docs, «Best practices for using the REST API», use conditional requests; RFC 9110 §13.

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

/// The headers that are kept beside a body: where the next page is, and what the token may.
const KEPT: [&str; 6] = [
    "content-type",
    "link",
    "x-oauth-scopes",
    "x-accepted-oauth-scopes",
    "x-accepted-github-permissions",
    "github-authentication-token-expiration",
];

/// Stands on a request of a run that is continued: what GitHub confirmed since then is not asked for again.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Since(pub(in super::super) SystemTime);

/// The store of one client, and whose answers they are. Opened at the first use, off the tasks.
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

    /// Does something with the store, on a thread that may block. `None` if there is no usable folder.
    async fn with<T: Send + 'static>(&self, act: impl FnOnce(&Store) -> T + Send + 'static) -> Option<T> {
        let cache = self.clone();
        let task = move || {
            let store = cache.store.get_or_init(|| Store::open(&cache.folder).map(Arc::new));
            store.as_deref().map(act)
        };
        tokio::task::spawn_blocking(task).await.ok().flatten()
    }

    /// What a name stands for, with everything that makes it another answer: host and path, token, form, version.
    fn key(store: &Store, auth: Option<&Authorization>, parts: &[&[u8]]) -> String {
        let account = auth.map(|auth| auth.digest(store.salt())).unwrap_or_default();
        store.key(&account, parts)
    }

    /// Forgets an answer that could not be understood, so that it is asked for anew.
    pub(in super::super) async fn forget(&self, url: &str) {
        let (auth, url) = (self.auth.clone(), url.to_owned());
        // Whatever asked had the same headers as every other request of this client.
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
                cache.with(move |store| store.confirm(&key, asked)).await;
                Ok(answer_of(&entry, answer.headers()))
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

/// What is kept of an answer, if it may be kept.
fn entry_of(answer: &Answer, asked: SystemTime) -> Option<Entry> {
    let headers = answer.headers();
    if answer.status() != StatusCode::OK
        || text(headers, CACHE_CONTROL.as_str()).is_some_and(|c| c.contains("no-store"))
    {
        return None;
    }
    let etag = text(headers, ETAG.as_str())?.to_owned();
    // Half an answer must not come back for as long as nothing changes.
    serde_json::from_slice::<IgnoredAny>(answer.body()).ok()?;
    let kept = KEPT.iter().flat_map(|name| {
        headers.get_all(*name).iter().filter_map(move |v| Some(((*name).to_owned(), v.to_str().ok()?.to_owned())))
    });
    Some(Entry { etag, headers: kept.collect(), body: answer.body().clone(), validated: asked })
}

/// The kept answer, with what GitHub said just now on top of it.
fn answer_of(entry: &Entry, now: &HeaderMap) -> Answer {
    let mut answer = http::Response::new(Bytes::clone(&entry.body));
    let headers = answer.headers_mut();
    for (name, value) in &entry.headers {
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

impl<S: Layered> Service<Ask> for Conditional<S> {
    type Response = Answer;
    type Error = GithubError;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), GithubError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, ask: Ask) -> Answering {
        match self.cache.clone() {
            Some(cache) if ask.method() == Method::GET && !ask.uri().path().ends_with("/public-key") => {
                Box::pin(self.clone().read(cache, ask))
            }
            Some(_) | None => self.inner.call(ask),
        }
    }
}
