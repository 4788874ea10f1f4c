//! A server that answers exactly what a test specifies, and records what it received.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) struct Stub {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

pub(crate) enum Reply {
    /// These bytes, then the end of the connection.
    Bytes(String),
    /// The end of the connection at once.
    Close,
    /// Nothing, for as long as the other side waits.
    Silence,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stub {
    /// Answers the n-th request (from 0) with the result of `answer`.
    pub(crate) async fn start(answer: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&answer), Arc::clone(&log)));
            }
        });
        Self { url, seen, task }
    }

    /// Every request as received, headers and body.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// A JSON answer.
pub(crate) fn json(status: u16, headers: &str, body: &str) -> Reply {
    whole(status, &format!("content-type: application/json\r\n{headers}"), body)
}

/// `headers` are whole lines.
pub(crate) fn whole(status: u16, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Bytes(format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"))
}

async fn serve(
    mut stream: TcpStream,
    answer: Arc<impl Fn(usize, &str) -> Reply + Send + Sync + 'static>,
    seen: Arc<Mutex<Vec<String>>>,
) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        seen.len() - 1
    };
    match answer(number, &request) {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(bytes.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Reply::Close => {}
        Reply::Silence => {
            let _ = stream.read(&mut [0]).await;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let n = stream.read(&mut chunk).await.ok()?;
        if n == 0 {
            return None;
        }
        bytes.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if !bytes[0].is_ascii_uppercase() {
            // Not HTTP: the beginning of a TLS handshake.
            return Some(text);
        }
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
    }
}
