//! Redirects, followed on the same origin only; the token is never sent anywhere else.
//!
//! Renamed repositories answer 301 to reads and 307 to writes. A write keeps its method and body, so it follows 307 and
//! 308 only. A permanent redirect of a repository's name is remembered, so that the caller can find its new name.
//! Source: GitHub Docs, “Best practices for using the REST API”, follow redirects.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::header::LOCATION;
use http::{Method, StatusCode, Uri};
use tower::Service;
use url::Url;

use crate::domain::{RepoName, Untrusted};

use super::{Answer, Answering, Ask, GithubError, Layered};

#[derive(Clone)]
pub(super) struct Redirect<S> {
    inner: S,
    most: usize,
    moved: Moved,
}

impl<S> Redirect<S> {
    pub(super) const fn new(inner: S, most: usize, moved: Moved) -> Self {
        Self { inner, most, moved }
    }
}

/// The old names of repositories met in this run, in lower case.
#[derive(Clone, Default)]
pub(in super::super) struct Moved(Arc<Mutex<BTreeSet<String>>>);

impl Moved {
    pub(in super::super) fn holds(&self, name: &RepoName) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&name.to_string().to_ascii_lowercase())
    }

    fn note(&self, ask: &Ask, answer: &Answer) {
        let for_good = matches!(answer.status(), StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT);
        let mut path = ask.uri().path().split('/').skip_while(|part| *part != "repos").skip(1);
        if let (true, Some(owner), Some(name)) = (for_good, path.next(), path.next()) {
            let name = format!("{owner}/{name}").to_ascii_lowercase();
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
        }
    }
}

impl<S: Layered> Service<Ask> for Redirect<S> {
    type Response = Answer;
    type Error = GithubError;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), GithubError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut ask: Ask) -> Answering {
        let mut inner = self.inner.clone();
        let (most, moved) = (self.most, self.moved.clone());
        Box::pin(async move {
            for _ in 0..=most {
                let answer = inner.call(ask.clone()).await?;
                moved.note(&ask, &answer);
                match target(&ask, &answer)? {
                    Some(uri) => *ask.uri_mut() = uri,
                    None => return Ok(answer),
                }
            }
            Err(GithubError::RedirectLoop)
        })
    }
}

/// Where to continue; `None` if the answer is final.
fn target(ask: &Ask, answer: &Answer) -> Result<Option<Uri>, GithubError> {
    let keeps_method = matches!(answer.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    let is_redirect = keeps_method
        || matches!(answer.status(), StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER);
    if !is_redirect {
        return Ok(None);
    }
    let to = answer.headers().get(LOCATION).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
    let to = to.unwrap_or_default();
    let refused = || GithubError::Redirected { to: Untrusted::new(to.clone()) };
    let here = Url::parse(&ask.uri().to_string()).map_err(|_| refused())?;
    let there = here.join(&to).map_err(|_| refused())?;
    if to.is_empty() || there.origin() != here.origin() {
        return Err(refused());
    }
    if ask.method() != Method::GET && !keeps_method {
        return Err(refused());
    }
    there.as_str().parse().map(Some).map_err(|_| refused())
}
