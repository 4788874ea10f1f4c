//! A small server over plain TCP that answers exactly what a test specifies and records what it received.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One request as received.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub method: String,
    pub target: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Seen {
    pub(super) fn authorization(&self) -> Option<&str> {
        self.headers.get("authorization").map(String::as_str)
    }
}

pub(super) enum Reply {
    Bytes(Vec<u8>),
    /// These bytes, and then the same line forever.
    Endless(Vec<u8>),
    /// These bytes, and then one byte after the other forever, slowly.
    Drip(Vec<u8>),
    /// Nothing, while the connection stays open.
    Silence,
}

pub(super) struct Peer {
    pub addr: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Peer {
    pub(super) async fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (seen.clone(), Arc::new(answer));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answer.clone(), log.clone()));
            }
        });
        Self { addr, seen, task }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn server(&self) -> String {
        self.addr.to_string()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: Arc<impl Fn(&Seen) -> Reply + Send + Sync + 'static>,
    log: Arc<Mutex<Vec<Seen>>>,
) -> Option<()> {
    let mut bytes = Vec::new();
    let head = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if bytes.first() == Some(&0x16) {
            // A TLS handshake, answered as Go's net/http and many others do.
            stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent TLS").await.ok()?;
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<String, String> =
        lines.filter_map(|l| l.split_once(": ")).map(|(k, v)| (k.to_ascii_lowercase(), v.to_owned())).collect();
    let length = headers.get("content-length").and_then(|v| v.parse::<usize>().ok()).unwrap_or(0);
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        stream.read_buf(&mut body).await.ok()?;
    }
    let seen = Seen { method, target, headers, body: String::from_utf8_lossy(&body).into_owned() };
    log.lock().unwrap().push(seen.clone());
    match answer(&seen) {
        Reply::Bytes(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            stream.shutdown().await.ok()?;
        }
        Reply::Endless(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            loop {
                stream.write_all(&[b'x'; 1024]).await.ok()?;
            }
        }
        Reply::Drip(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            let mut pace = tokio::time::interval(std::time::Duration::from_millis(20));
            loop {
                pace.tick().await;
                stream.write_all(b"x").await.ok()?;
            }
        }
        Reply::Silence => {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await.ok()?;
        }
    }
    None
}

/// A whole answer.
pub(super) fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut text = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    Reply::Bytes(format!("{text}\r\n{body}").into_bytes())
}

/// The same, compressed.
pub(super) fn packed_reply(headers: &[(&str, &str)], body: &str) -> Reply {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body.as_bytes()).unwrap();
    let body = encoder.finish().unwrap();
    let mut text = format!("HTTP/1.1 200 X\r\nContent-Length: {}\r\nContent-Encoding: gzip\r\n", body.len());
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    Reply::Bytes([format!("{text}Connection: close\r\n\r\n").into_bytes(), body].concat())
}
