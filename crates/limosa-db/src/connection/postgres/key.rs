//! Whether a pooler stands between us and the server.
//!
//! At the start of a connection the other end names the process that serves it, for requests to cancel. A pooler that hands the
//! transactions of a client to changing processes names itself. The driver keeps that number to itself, but for writing it into such a
//! request: so one is written into a pipe and read there.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};
use tokio_postgres::CancelToken;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// Returns the process that the other end named at the start; nothing when the request cannot be read.
pub(super) async fn named_process(token: &CancelToken) -> Option<i32> {
    let (own, mut other) = tokio::io::duplex(64);
    let (_, process) = tokio::join!(token.cancel_query_raw(Pipe(own), NoTls), read(&mut other));
    process.ok()
}

/// Asks for TLS.
const TLS_REQUEST: i32 = 80_877_103;

/// Reads a request: its length, its kind, the process.
async fn read(pipe: &mut DuplexStream) -> io::Result<i32> {
    pipe.read_i32().await?;
    if pipe.read_i32().await? == TLS_REQUEST {
        pipe.write_all(b"S").await?;
        pipe.read_i32().await?;
        pipe.read_i32().await?;
    }
    pipe.read_i32().await
}

/// Our end of the pipe, which passes for a stream with TLS where one is demanded.
struct Pipe(DuplexStream);

/// Makes no TLS of it.
struct NoTls;

impl TlsConnect<Pipe> for NoTls {
    type Stream = Pipe;
    type Error = Infallible;
    type Future = Ready<Result<Pipe, Infallible>>;

    fn connect(self, pipe: Pipe) -> Self::Future {
        ready(Ok(pipe))
    }
}

impl TlsStream for Pipe {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Pipe {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
