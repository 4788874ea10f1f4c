//! Two small servers on loopback: a docker daemon that pulls nothing and keeps which login `docker pull` sent, and a
//! registry that keeps which login it was tried with.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;

type Heard<T> = Arc<Mutex<Vec<T>>>;

/// A server of its own thread, which ends with the test process.
fn serve<T, F>(answer: F) -> (SocketAddr, Heard<T>)
where
    T: Send + 'static,
    F: Fn(&Request, &mut Vec<T>) -> Response + Clone + Send + Sync + 'static,
{
    let heard: Heard<T> = Arc::default();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a listener that waits for nobody");
    let addr = listener.local_addr().expect("its address");
    let told = Arc::clone(&heard);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            let router = Router::new().fallback(move |request: Request| {
                let response = answer(&request, &mut told.lock().expect("nobody panicked"));
                async move { response }
            });
            let _ = axum::serve(listener, router).await;
        });
    });
    (addr, heard)
}

fn reply(status: u16, headers: &[(&str, &str)], body: &'static str) -> Response {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Body::from(body)).expect("a response")
}

/// A daemon that pulls nothing.
pub(crate) struct Daemon {
    pub(crate) addr: SocketAddr,
    heard: Heard<Value>,
}

impl Daemon {
    pub(crate) fn start() -> Self {
        let (addr, heard) = serve(|request, heard: &mut Vec<Value>| {
            if request.uri().path().contains("/images/create") {
                let header = request.headers().get("x-registry-auth").and_then(|value| value.to_str().ok());
                let header = header.unwrap_or_default();
                let bytes = URL_SAFE.decode(header).or_else(|_| URL_SAFE_NO_PAD.decode(header)).expect("base64");
                heard.push(serde_json::from_slice(&bytes).unwrap_or(Value::Null));
            }
            let body = if request.uri().path().ends_with("/_ping") { "OK" } else { "{}\n" };
            reply(200, &[("Api-Version", "1.50"), ("Content-Type", "application/json")], body)
        });
        Self { addr, heard }
    }

    /// What the last pull sent.
    pub(crate) fn take(&self) -> Option<Value> {
        std::mem::take(&mut *self.heard.lock().expect("nobody panicked")).pop()
    }
}

/// A registry with Basic that lets everybody in.
pub(crate) struct Doorman {
    pub(crate) addr: SocketAddr,
    heard: Heard<String>,
}

impl Doorman {
    pub(crate) fn start() -> Self {
        let (addr, heard) = serve(|request, heard: &mut Vec<String>| {
            let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
            match header.and_then(|header| STANDARD.decode(header.strip_prefix("Basic ")?).ok()) {
                None => reply(401, &[("WWW-Authenticate", "Basic realm=\"door\"")], ""),
                Some(login) => {
                    heard.push(String::from_utf8_lossy(&login).into_owned());
                    reply(200, &[], "{}")
                }
            }
        });
        Self { addr, heard }
    }

    /// The login it was last tried with, user and password with a colon between.
    pub(crate) fn take(&self) -> Option<String> {
        std::mem::take(&mut *self.heard.lock().expect("nobody panicked")).pop()
    }
}
