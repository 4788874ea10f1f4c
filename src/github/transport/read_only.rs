//! Read-only mode: everything but reads is rejected before it is sent.
//!
//! A POST of a GraphQL query is a read; a mutation, or anything that might be one, is not.

use std::task::{Context, Poll};

use http::Method;
use serde_json::Value;
use tower::Service;

use super::{Answer, Answering, Ask, GithubError, Layered};

#[derive(Clone)]
pub(super) struct ReadOnly<S> {
    inner: S,
    on: bool,
}

impl<S> ReadOnly<S> {
    pub(super) const fn new(inner: S, on: bool) -> Self {
        Self { inner, on }
    }
}

impl<S: Layered> Service<Ask> for ReadOnly<S> {
    type Response = Answer;
    type Error = GithubError;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), GithubError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, ask: Ask) -> Answering {
        if !self.on || is_read(&ask) {
            return self.inner.call(ask);
        }
        let request = format!("{} {}", ask.method(), ask.uri().path());
        Box::pin(async move { Err(GithubError::ReadOnly { request }) })
    }
}

fn is_read(ask: &Ask) -> bool {
    match *ask.method() {
        Method::GET | Method::HEAD => true,
        Method::POST => ask.uri().path().ends_with("/graphql") && is_query(ask.body()),
        _ => false, // every other method may change something
    }
}

/// Whether a GraphQL document contains queries only. The keywords of other operations appear nowhere in ours.
fn is_query(body: &[u8]) -> bool {
    let document = serde_json::from_slice::<Value>(body).ok();
    let text = document.as_ref().and_then(|document| document.get("query")?.as_str());
    text.is_some_and(|text| {
        let text = text.trim_start();
        (text.starts_with('{') || text.starts_with("query"))
            && !text.contains("mutation")
            && !text.contains("subscription")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ask(method: &str, path: &str, body: &'static str) -> Ask {
        http::Request::builder().method(method).uri(path).body(body.into()).unwrap()
    }

    #[test]
    fn only_reads_are_reads() {
        for (method, path, body) in [
            ("GET", "/user", ""),
            ("HEAD", "/user", ""),
            ("POST", "/graphql", r#"{"query":"query { viewer { login } }"}"#),
            ("POST", "/api/graphql", r#"{"query":" { viewer { login } }"}"#),
        ] {
            assert!(is_read(&ask(method, path, body)), "{method} {path} {body}");
        }
        for (method, path, body) in [
            ("PUT", "/user/codespaces/secrets/A", "{}"),
            ("DELETE", "/user/codespaces/secrets/A", ""),
            ("PATCH", "/user", "{}"),
            ("POST", "/user/codespaces/x/start", ""),
            ("POST", "/graphql", r#"{"query":"mutation { x }"}"#),
            ("POST", "/graphql", r#"{"query":"query A { x } mutation B { y }"}"#),
            ("POST", "/graphql", "nonsense"),
        ] {
            assert!(!is_read(&ask(method, path, body)), "{method} {path} {body}");
        }
    }
}
