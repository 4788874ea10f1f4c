//! Drives the sandbox over its sockets as a client would, with a client that shares nothing with it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod admission;
mod codespaces;
mod faults;
mod identity;
mod limits;
mod packages;
mod recorded;
mod registries;
mod secrets;
mod tokens;
mod worlds;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_box::PublicKey;
use crypto_box::aead::OsRng;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;

/// A response over the wire; `None` if the connection was closed without one.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }

    /// The target of a link in the `Link` header.
    fn link(&self, rel: &str) -> Option<String> {
        let link = self.header("link")?.split(", ").find(|link| link.ends_with(&format!("rel=\"{rel}\"")))?;
        Some(link.split(['<', '>']).nth(1).unwrap().to_owned())
    }
}

/// Sends one request with exactly these header lines, and reads until the other side closes.
async fn raw(address: &str, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut text = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        text.push_str(&["Host: ", address, "\r\n"].concat());
    }
    for (name, value) in headers {
        text.push_str(&[name, ": ", value, "\r\n"].concat());
    }
    text.push_str(&["Content-Length: ", &body.len().to_string(), "\r\n\r\n", body].concat());
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // A cut connection may end with a reset.
    let _ = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(k, v)| (k.to_lowercase(), v.to_owned()));
    Some(Answer { status, headers: headers.collect(), body: body.to_owned() })
}

/// The sandbox with a client that has its token.
struct Peer {
    sandbox: Sandbox,
}

impl Peer {
    async fn new(options: Options) -> Self {
        Self { sandbox: start(options).await.unwrap() }
    }

    async fn plain() -> Self {
        Self::new(Options::default()).await
    }

    fn world(&self) -> World {
        self.sandbox.world()
    }

    async fn maybe(&self, method: &str, target: &str, body: &str) -> Option<Answer> {
        let authorization = format!("Bearer {}", self.sandbox.token());
        let headers = [("Authorization", authorization.as_str()), ("User-Agent", "peer")];
        raw(&self.sandbox.addr().to_string(), method, target, &headers, body).await
    }

    async fn send(&self, method: &str, target: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.maybe(method, target, &body).await.expect("an answer")
    }

    async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &Value::Null).await
    }

    /// The body of a PUT with the value sealed for the key below `secrets`, and `more` added.
    async fn sealed(&self, secrets: &str, value: &[u8], more: &Value) -> Value {
        let key = self.get(&format!("{secrets}/public-key")).await.json();
        let mut body = json!({ "key_id": key["key_id"], "encrypted_value": seal(&key, value) });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        body
    }

    async fn put(&self, secrets: &str, name: &str, value: &str, more: &Value) -> Answer {
        let body = self.sealed(secrets, value.as_bytes(), more).await;
        self.send("PUT", &format!("{secrets}/{name}"), &body).await
    }
}

fn seal(key: &Value, value: &[u8]) -> String {
    let bytes: [u8; 32] = STANDARD.decode(key["key"].as_str().unwrap()).unwrap().try_into().unwrap();
    STANDARD.encode(PublicKey::from(bytes).seal(&mut OsRng, value).unwrap())
}

fn names(body: &Value, list: &str, field: &str) -> Vec<String> {
    body[list].as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

const USER: &str = "/user/codespaces/secrets";
const API: &str = "/repos/acme/api/codespaces/secrets";
const ACME: &str = "/orgs/acme/codespaces/secrets";
