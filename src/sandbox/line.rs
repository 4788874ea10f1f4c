//! Connections that can be cut: by a fault in the middle of a request, and all at once when the sandbox stops.
//!
//! A cut connection sends nothing more, not even a status line. This module is independent of what is sent.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::front::Front;

#[derive(Debug)]
pub(super) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    stop: CancellationToken,
}

impl Listener {
    pub(super) async fn bind(wish: SocketAddr, stop: &CancellationToken) -> io::Result<Self> {
        let socket = TcpListener::bind(wish).await?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address, stop: stop.clone() })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Serves until the listener's task is aborted.
pub(super) async fn serve(listener: Listener, front: Front) {
    let service = Router::new()
        .fallback(super::front::answer)
        .with_state(front)
        .into_make_service_with_connect_info::<Scissors>();
    // `axum::serve` ends only with its task.
    let _ = axum::serve(listener, service).await;
}

/// Attached to a request, to cut the connection it came over.
#[derive(Debug, Clone)]
pub(super) struct Scissors(CancellationToken);

impl Scissors {
    pub(super) fn cut(&self) {
        self.0.cancel();
    }
}

impl Connected<IncomingStream<'_, Listener>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        Self(stream.io().cut.clone())
    }
}

pub(super) struct Line {
    stream: TcpStream,
    cut: CancellationToken,
    is_cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Line {
    /// Registers the task to be woken at the cut, so that an idle connection ends as well.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.is_cut.as_mut().poll(cx) {
            Poll::Ready(()) => {
                // A reset, not a clean close. If the system refuses, the connection just ends.
                let _ = self.stream.set_zero_linger();
                Err(io::Error::new(ErrorKind::ConnectionAborted, "cut by the sandbox"))
            }
            Poll::Pending => Ok(()),
        }
    }
}

impl axum::serve::Listener for Listener {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        let (stream, from) = axum::serve::Listener::accept(&mut self.socket).await;
        // Responses are small, and the client waits for them.
        let _ = stream.set_nodelay(true);
        let cut = self.stop.child_token();
        let is_cut = Box::pin(cut.clone().cancelled_owned());
        (Line { stream, cut, is_cut }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Err(cut) = self.check(cx) {
            return Poll::Ready(Err(cut));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if let Err(cut) = self.check(cx) {
            return Poll::Ready(Err(cut));
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
