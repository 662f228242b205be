//! The two ends of a language server that `tower-lsp` does not see in time: `exit` while stdin stays open, and the end of
//! stdin while a request is running.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::sync::CancellationToken;
use tower::Service;
use tower_lsp::jsonrpc::Request;

/// Whether the server shall end.
#[derive(Debug, Default)]
pub struct End(CancellationToken);

impl End {
    /// Waits until the server shall end.
    pub async fn reached(&self) {
        self.0.cancelled().await;
    }
}

/// A reader that reports the end of input.
pub struct EndOfInput<R> {
    input: R,
    end: Arc<End>,
}

impl<R> EndOfInput<R> {
    /// Wraps `input`.
    pub fn new(input: R, end: Arc<End>) -> Self {
        Self { input, end }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for EndOfInput<R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.input).poll_read(cx, buf);
        let ended = match &result {
            Poll::Ready(Ok(())) => buf.filled().len() == before && buf.remaining() > 0,
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        };
        if ended {
            self.end.0.cancel();
        }
        result
    }
}

/// A service that reports the `exit` notification.
pub struct OnExit<S> {
    service: S,
    end: Arc<End>,
}

impl<S> OnExit<S> {
    /// Wraps `service`.
    pub fn new(service: S, end: Arc<End>) -> Self {
        Self { service, end }
    }
}

impl<S: Service<Request>> Service<Request> for OnExit<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> S::Future {
        if request.method() == "exit" {
            self.end.0.cancel();
        }
        self.service.call(request)
    }
}
